CREATE TABLE runs (
  run_id        text PRIMARY KEY,
  model         text NOT NULL,
  state         text NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  settings      jsonb NOT NULL,
  from_at       timestamptz,
  to_at         timestamptz,
  promote       boolean NOT NULL,
  actor         text NOT NULL,
  fraction      double precision NOT NULL DEFAULT 0,
  phase         text NOT NULL DEFAULT 'queued',
  metrics       jsonb NOT NULL DEFAULT '{}',
  dataset_id    text,
  version       integer,
  digest        text,
  problem       jsonb,
  attempt       integer NOT NULL DEFAULT 0,
  fencing_token bigint NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL,
  started_at    timestamptz,
  ended_at      timestamptz
);

CREATE INDEX runs_newest ON runs (created_at DESC, run_id DESC);

-- Every visible change of a run, so that a watcher that comes late sees the whole story.
CREATE TABLE run_steps (
  run_id   text NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
  sequence integer NOT NULL,
  at       timestamptz NOT NULL,
  snapshot jsonb NOT NULL,
  PRIMARY KEY (run_id, sequence)
);
