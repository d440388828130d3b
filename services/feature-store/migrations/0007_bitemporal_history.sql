-- The history, bitemporal: when it happened (occurred_at), when it was accepted, and when the store knew it (known_at, with the
-- number known_seq of the transaction that made it known). Rows are only ever added, except that an erasure takes a person's rows
-- out. Partitioned by the day of known_at (UTC): a day that is over never changes, so it can be exported and leave the database.
-- Partitions are made by the service, a few days ahead (storage/history-partitions.ts).
CREATE SEQUENCE known_seq AS bigint;

ALTER TABLE interactions RENAME TO old_interactions;
ALTER TABLE old_interactions RENAME CONSTRAINT interactions_pkey TO old_interactions_pkey;
ALTER INDEX interactions_accepted_at RENAME TO old_interactions_accepted_at;

-- A partitioned table cannot keep event ids unique, so this table does: its row and the row of the history are added in one
-- transaction. The hash is the event id itself where that is a UUID, else the first 16 bytes of its SHA-256.
CREATE TABLE known_events (
  event_hash uuid PRIMARY KEY,
  known_at timestamptz NOT NULL
);

CREATE TABLE interactions (
  known_seq bigint NOT NULL,
  known_at timestamptz NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  value double precision,
  occurred_at timestamptz NOT NULL,
  accepted_at timestamptz NOT NULL,
  decision_id text COLLATE "C" NOT NULL DEFAULT '',
  surface text COLLATE "C" NOT NULL DEFAULT '',
  position integer,
  producer text COLLATE "C" NOT NULL DEFAULT '',
  context jsonb,
  -- Which change of the item was known when this became known (the hash of the change's event id, domain/id-hash.ts): what the
  -- item was to the fold. 0 for none; -1 for the latest one, in rows that are older than this column.
  item_change bigint NOT NULL DEFAULT 0,
  flags text[]
) PARTITION BY RANGE (known_at);
CREATE INDEX interactions_known_seq ON interactions USING brin (known_seq) WITH (pages_per_range = 32);

-- Every change of a user, an item or a follow, also those that a later one had overtaken when they arrived (kept = false).
CREATE TABLE entity_changes (
  known_seq bigint NOT NULL,
  known_at timestamptz NOT NULL,
  -- user, item or follow
  kind text COLLATE "C" NOT NULL,
  entity_id text COLLATE "C" NOT NULL,
  -- Of a follow whom; empty otherwise.
  other_id text COLLATE "C" NOT NULL DEFAULT '',
  event_id text COLLATE "C" NOT NULL,
  accepted_at timestamptz NOT NULL,
  -- Of a user or an item the contract's message.
  record bytea,
  -- Of a follow whether it ended.
  removed boolean NOT NULL DEFAULT false,
  -- Whether it was later than all that was known, and of a follow whether it began or ended with it.
  kept boolean NOT NULL
) PARTITION BY RANGE (known_at);
CREATE INDEX entity_changes_entity ON entity_changes (kind, entity_id, known_seq);
CREATE INDEX entity_changes_known_seq ON entity_changes USING brin (known_seq);

ALTER TABLE decisions RENAME TO old_decisions;
ALTER TABLE old_decisions RENAME CONSTRAINT decisions_pkey TO old_decisions_pkey;
CREATE TABLE decisions (
  known_seq bigint NOT NULL,
  known_at timestamptz NOT NULL,
  decision_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  decided_at timestamptz NOT NULL,
  record bytea NOT NULL
) PARTITION BY RANGE (known_at);
CREATE INDEX decisions_id ON decisions (decision_id);
CREATE INDEX decisions_user ON decisions (user_id);
CREATE INDEX decisions_known_seq ON decisions USING brin (known_seq);

-- What was there before this migration becomes known by the day of its acceptance, with known_seq in the order of acceptance.
CREATE FUNCTION make_history_partition(parent text, day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
    parent || '_' || to_char(day, 'YYYYMMDD'), parent,
    (day::timestamp AT TIME ZONE 'UTC'), ((day + 1)::timestamp AT TIME ZONE 'UTC'));
END $$;

SELECT make_history_partition('interactions', day)
  FROM (SELECT DISTINCT (accepted_at AT TIME ZONE 'UTC')::date AS day FROM old_interactions) AS days;
SELECT make_history_partition('decisions', day)
  FROM (SELECT DISTINCT (decided_at AT TIME ZONE 'UTC')::date AS day FROM old_decisions) AS days;
SELECT make_history_partition('entity_changes', day)
  FROM (SELECT DISTINCT (accepted_at AT TIME ZONE 'UTC')::date AS day FROM
    (SELECT accepted_at FROM users UNION ALL SELECT accepted_at FROM items UNION ALL SELECT accepted_at FROM follows)) AS days;

INSERT INTO entity_changes (known_seq, known_at, kind, entity_id, other_id, event_id, accepted_at, record, removed, kept)
SELECT nextval('known_seq'), accepted_at, kind, entity_id, other_id, event_id, accepted_at, record, removed, true FROM (
  SELECT accepted_at, 'user' AS kind, user_id AS entity_id, '' AS other_id, event_id, record, false AS removed FROM users
  UNION ALL SELECT accepted_at, 'item', item_id, '', event_id, record, false FROM items
  UNION ALL SELECT accepted_at, 'follow', follower_id, followee_id, event_id, NULL, removed FROM follows
  ORDER BY accepted_at) AS all_changes;
INSERT INTO interactions (known_seq, known_at, event_id, user_id, item_id, type, value, occurred_at, accepted_at, decision_id,
  surface, position, producer, context, item_change)
SELECT nextval('known_seq'), accepted_at, event_id, user_id, item_id, type, value, occurred_at, accepted_at, decision_id,
  surface, position, producer, context, -1
FROM (SELECT * FROM old_interactions ORDER BY accepted_at) AS ordered;
INSERT INTO known_events (event_hash, known_at)
SELECT CASE WHEN event_id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN event_id::uuid
  ELSE encode(substr(sha256(convert_to(event_id, 'UTF8')), 1, 16), 'hex')::uuid END, accepted_at FROM old_interactions;
INSERT INTO decisions (known_seq, known_at, decision_id, user_id, decided_at, record)
SELECT nextval('known_seq'), decided_at, decision_id, user_id, decided_at, record
FROM (SELECT * FROM old_decisions ORDER BY decided_at) AS ordered;
INSERT INTO known_events (event_hash, known_at)
SELECT encode(substr(sha256(convert_to('decision:' || decision_id, 'UTF8')), 1, 16), 'hex')::uuid, decided_at FROM old_decisions;

DROP TABLE old_interactions;
DROP TABLE old_decisions;

-- States are folded again under their new layout at the next start.
TRUNCATE feature_states;
TRUNCATE feature_schemas;
ALTER TABLE feature_states ALTER COLUMN state SET STORAGE MAIN;
