-- Experiments as they are now; `experiment` is the whole of it, and the columns beside it are what is asked by.
CREATE TABLE experiments (
  experiment_id text PRIMARY KEY,
  version       integer NOT NULL,
  state         text NOT NULL CHECK (state IN ('draft', 'running', 'paused', 'stopped')),
  experiment    jsonb NOT NULL,
  created_at    timestamptz NOT NULL
);

CREATE INDEX experiments_newest ON experiments (created_at DESC, experiment_id);

-- Append-only: what happened when, by whom and why. Rows are published to experiments.v1 in order, at least once.
CREATE TABLE experiment_changes (
  experiment_id text NOT NULL,
  sequence      integer NOT NULL,
  event_id      text NOT NULL UNIQUE,
  changed_at    timestamptz NOT NULL,
  actor         text NOT NULL,
  change        text NOT NULL CHECK (change IN
    ('created', 'updated', 'started', 'paused', 'stopped', 'step_advanced', 'rolled_back')),
  reason        text NOT NULL,
  experiment    jsonb NOT NULL,
  published_at  timestamptz,
  PRIMARY KEY (experiment_id, sequence)
);

CREATE INDEX experiment_changes_unpublished ON experiment_changes (experiment_id, sequence) WHERE published_at IS NULL;

CREATE FUNCTION refuse_rewriting_experiments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'published_at' = to_jsonb(NEW) - 'published_at' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'experiment_changes is append-only';
END $$;

CREATE TRIGGER experiment_changes_append_only BEFORE UPDATE OR DELETE ON experiment_changes
  FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_experiments();
