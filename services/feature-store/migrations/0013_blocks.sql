-- What users do not want to see: everything of an author, or about a topic. One of the two is named, the other is empty. A block
-- that was taken away keeps its row: a late "block" must find that it was taken back after. In entity_changes the kinds are
-- author_block (other_id is the author) and topic_block (the record is the contract's message).
CREATE TABLE blocks (
  user_id text COLLATE "C" NOT NULL,
  author_id text COLLATE "C" NOT NULL,
  topic text COLLATE "C" NOT NULL,
  removed boolean NOT NULL,
  since timestamptz,
  content_hash bytea NOT NULL,
  accepted_at timestamptz NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (user_id, author_id, topic)
);
-- An erasure asks who blocks somebody.
CREATE INDEX blocks_author ON blocks (author_id) WHERE author_id <> '';
