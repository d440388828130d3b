-- What came in since the data set of the version in production was asked for: from this and from that data set factors are learned
-- anew between two trainings. Rows leave when no version needs them, with their user, or when they are too many.
CREATE TABLE new_interactions (
  event_id    text PRIMARY KEY,
  user_id     text NOT NULL,
  item_id     text NOT NULL,
  type        text NOT NULL,
  value       double precision,
  occurred_at timestamptz NOT NULL,
  accepted_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  -- The version in whose space factors are learned did not know the item when the row came in.
  is_new_item boolean NOT NULL,
  -- The update that learns from it; absent while it waits for one.
  update_id   text
);

CREATE INDEX new_interactions_waiting ON new_interactions (received_at) WHERE update_id IS NULL;
CREATE INDEX new_interactions_of_update ON new_interactions (update_id) WHERE update_id IS NOT NULL;
CREATE INDEX new_interactions_of_user ON new_interactions (user_id);
CREATE INDEX new_interactions_of_item ON new_interactions (item_id);
CREATE INDEX new_interactions_accepted ON new_interactions (accepted_at);

-- Users who were erased, by keyed hash: what they did before does not come back.
CREATE TABLE forgotten_users (
  user_key     text PRIMARY KEY,
  forgotten_at timestamptz NOT NULL
);

-- The version in whose space the factors of a model are learned.
CREATE TABLE factor_spaces (
  model   text PRIMARY KEY,
  version integer NOT NULL,
  digest  text NOT NULL,
  -- What was accepted until then is in its data set.
  since   timestamptz NOT NULL
);

-- One round of learning: it waits, it has learned, and its factors are published; or it failed, or its version is not needed any more.
CREATE TABLE factor_updates (
  update_id         text PRIMARY KEY,
  model             text NOT NULL,
  version           integer NOT NULL,
  digest            text NOT NULL,
  state             text NOT NULL CHECK (state IN ('queued', 'learned', 'published', 'failed', 'dropped')),
  interaction_count integer NOT NULL,
  user_count        integer NOT NULL DEFAULT 0,
  item_count        integer NOT NULL DEFAULT 0,
  learned_to        timestamptz NOT NULL,
  created_at        timestamptz NOT NULL,
  ended_at          timestamptz,
  problem           jsonb
);

-- At most one round of a model is under way.
CREATE UNIQUE INDEX one_factor_update ON factor_updates (model) WHERE state IN ('queued', 'learned');
CREATE INDEX factor_updates_newest ON factor_updates (model, created_at DESC);

-- The factors that were learned last, users by keyed hash: later rounds begin from them.
CREATE TABLE learned_factors (
  digest    text NOT NULL,
  side      text NOT NULL CHECK (side IN ('user', 'item')),
  key       text NOT NULL,
  vector    bytea NOT NULL,
  update_id text NOT NULL,
  PRIMARY KEY (digest, side, key)
);

CREATE INDEX learned_factors_of_update ON learned_factors (update_id);

-- What an erasure took out here.
ALTER TABLE erasures
  ADD COLUMN interaction_count integer NOT NULL DEFAULT 0,
  ADD COLUMN factor_count      integer NOT NULL DEFAULT 0;
