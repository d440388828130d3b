-- What an erasure has done so far: it goes on after a restart where it was, and its receipt counts everything.
ALTER TABLE erasures ADD COLUMN erased_counts jsonb NOT NULL DEFAULT '{}';
ALTER TABLE erasures ADD COLUMN dataset_ids text[] NOT NULL DEFAULT '{}';
ALTER TABLE erasures ADD COLUMN erased_seq bigint NOT NULL DEFAULT 0;

-- Who was forgotten last: each process asks for what is newer than what it knows. Numbers are given in the order of commits.
ALTER TABLE forgotten_users ADD COLUMN seq bigserial;
CREATE INDEX forgotten_users_seq ON forgotten_users (seq);

-- An erasure asks who follows somebody.
CREATE INDEX follows_followee ON follows (followee_id);
CREATE INDEX entity_changes_other ON entity_changes (other_id) WHERE other_id <> '';
