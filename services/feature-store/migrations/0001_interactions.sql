-- The history: every accepted interaction once. Bitemporal: when it happened and when we knew.
-- Ids compare by bytes (COLLATE "C"): faster, and the same order in every database.
CREATE TABLE interactions (
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
  PRIMARY KEY (event_id)
);
-- Rows arrive nearly in the order of acceptance, so a block-range index answers "what was known since" at almost no write cost.
CREATE INDEX interactions_accepted_at ON interactions USING brin (accepted_at);
