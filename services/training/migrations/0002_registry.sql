CREATE TABLE model_versions (
  model      text NOT NULL,
  version    integer NOT NULL,
  kind       text NOT NULL,
  digest     text NOT NULL,
  stage      text NOT NULL CHECK (stage IN ('candidate', 'shadow', 'canary', 'production', 'retired')),
  metrics    jsonb NOT NULL,
  run_id     text NOT NULL UNIQUE,
  dataset_id text NOT NULL,
  settings   jsonb NOT NULL,
  size_bytes bigint NOT NULL,
  user_count integer NOT NULL,
  item_count integer NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (model, version)
);

-- At most one version of a model serves.
CREATE UNIQUE INDEX one_production_version ON model_versions (model) WHERE stage = 'production';

-- Append-only: what moved when, by whom and why. Rows are published to models.v1 in order, at least once.
CREATE TABLE stage_changes (
  model        text NOT NULL,
  sequence     integer NOT NULL,
  event_id     text NOT NULL UNIQUE,
  version      integer NOT NULL,
  kind         text NOT NULL,
  digest       text NOT NULL,
  from_stage   text,
  to_stage     text NOT NULL,
  at           timestamptz NOT NULL,
  actor        text NOT NULL,
  reason       text NOT NULL,
  evidence     jsonb NOT NULL,
  published_at timestamptz,
  PRIMARY KEY (model, sequence)
);

CREATE INDEX stage_changes_unpublished ON stage_changes (model, sequence) WHERE published_at IS NULL;

CREATE FUNCTION refuse_rewriting_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'published_at' = to_jsonb(NEW) - 'published_at' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'stage_changes is append-only';
END $$;

CREATE TRIGGER stage_changes_append_only BEFORE UPDATE OR DELETE ON stage_changes
  FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_history();
