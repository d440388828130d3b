-- Turns of continuous learning: decision, training, proof, trial, and promotion or rejection. A cycle goes on where it stands,
-- whichever process finds it.
CREATE TABLE learning_cycles (
  cycle_id      text PRIMARY KEY,
  model         text NOT NULL,
  stage         text NOT NULL CHECK (stage IN ('training', 'proving', 'shadow', 'canary', 'promoted', 'rejected', 'failed')),
  reason        text NOT NULL,
  actor         text NOT NULL,
  settings      jsonb NOT NULL,
  learn_from    timestamptz,
  held_out_from timestamptz,
  champion      jsonb,
  challenger    jsonb,
  checks        jsonb NOT NULL DEFAULT '[]',
  steps         jsonb NOT NULL,
  outcome       text NOT NULL DEFAULT '',
  failure_count integer NOT NULL,
  started_at    timestamptz NOT NULL,
  ended_at      timestamptz
);

-- At most one cycle of a model is under way.
CREATE UNIQUE INDEX one_learning_cycle ON learning_cycles (model) WHERE ended_at IS NULL;
CREATE INDEX learning_cycles_newest ON learning_cycles (started_at DESC, cycle_id DESC);

-- Alerts about models as `alerts.v1` told them last.
CREATE TABLE learning_alerts (
  alert_id   text PRIMARY KEY,
  model      text NOT NULL,
  -- The version that served when it began; absent where the alert does not say.
  version    text,
  kind       text NOT NULL,
  summary    text NOT NULL,
  is_open    boolean NOT NULL,
  started_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL
);

CREATE INDEX learning_alerts_open ON learning_alerts (model) WHERE is_open;

-- How many interactions happened in each minute, as they came in: whether there is significant new data, and where the newest begins.
CREATE TABLE learning_arrivals (
  minute timestamptz PRIMARY KEY,
  count  bigint NOT NULL
);

-- When every model was last decided about.
CREATE TABLE learning_rounds (
  name       text PRIMARY KEY,
  decided_at timestamptz NOT NULL
);
