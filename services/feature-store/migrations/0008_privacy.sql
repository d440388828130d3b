-- Users who were forgotten, by keyed hash alone: what happened until `forgotten_until` must not come back.
CREATE TABLE forgotten_users (
  user_key text COLLATE "C" PRIMARY KEY,
  forgotten_until timestamptz NOT NULL
);

-- Erasures as runs. While one runs it must know whom; at the end the user id is taken out and only the keyed hash stays.
CREATE TABLE erasures (
  erasure_id text COLLATE "C" PRIMARY KEY,
  user_key text COLLATE "C" NOT NULL,
  user_id text COLLATE "C",
  state text NOT NULL,
  requested_at timestamptz NOT NULL,
  done_at timestamptz
);
CREATE INDEX erasures_user ON erasures (user_key, requested_at);

CREATE TABLE erasure_receipts (
  erasure_id text COLLATE "C" NOT NULL REFERENCES erasures,
  service text COLLATE "C" NOT NULL,
  erased_counts jsonb NOT NULL,
  receipt bytea NOT NULL,
  done_at timestamptz NOT NULL,
  PRIMARY KEY (erasure_id, service)
);

-- Data sets of the object store, so that an erasure finds those that hold somebody.
CREATE TABLE datasets (
  dataset_id text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL,
  built_at timestamptz NOT NULL,
  deleted_at timestamptz
);
