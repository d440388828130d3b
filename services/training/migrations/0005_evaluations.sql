-- How good a version was, beside others on the same questions. Rows are never changed: promotions refer to them.
CREATE TABLE evaluations (
  evaluation_id text PRIMARY KEY,
  model         text NOT NULL,
  version       integer NOT NULL,
  digest        text NOT NULL,
  run_id        text NOT NULL,
  dataset_id    text NOT NULL,
  method        text NOT NULL,
  caveat        text NOT NULL,
  asked_from    timestamptz,
  user_count    integer NOT NULL,
  metrics       jsonb NOT NULL,
  comparisons   jsonb NOT NULL,
  created_at    timestamptz NOT NULL,
  actor         text NOT NULL,
  FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
);

CREATE INDEX evaluations_newest ON evaluations (model, created_at DESC, evaluation_id DESC);

CREATE TRIGGER evaluations_unchanged BEFORE UPDATE OR DELETE ON evaluations
  FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_history();

-- The function speaks of every table that it guards.
CREATE OR REPLACE FUNCTION refuse_rewriting_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'published_at' = to_jsonb(NEW) - 'published_at' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

-- Why a version was let into production; absent where nothing had to let it.
ALTER TABLE stage_changes ADD COLUMN grounds jsonb;

-- A version learned from nothing that happened later. Versions from before this column: until they were registered.
ALTER TABLE model_versions ADD COLUMN trained_to timestamptz;
UPDATE model_versions SET trained_to = created_at;
ALTER TABLE model_versions ALTER COLUMN trained_to SET NOT NULL;

-- Runs that evaluate a version beside those that train one, and what became of a promotion.
ALTER TABLE runs
  ADD COLUMN kind            text NOT NULL DEFAULT 'training' CHECK (kind IN ('training', 'evaluation')),
  ADD COLUMN promotion_terms jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN promotion       text NOT NULL DEFAULT '',
  ADD COLUMN promoted        boolean NOT NULL DEFAULT false,
  ADD COLUMN evaluation_id   text;
