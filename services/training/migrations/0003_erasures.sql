-- A version whose training set held a user who was erased since: it should be trained again.
ALTER TABLE model_versions
  ADD COLUMN retrain_reason    text,
  ADD COLUMN retrain_marked_at timestamptz;

CREATE INDEX model_versions_of_dataset ON model_versions (dataset_id);

-- Erasures that this service has heard of, and what it did then. It names no user. A run that ends later with one of the data sets
-- finds it here.
CREATE TABLE erasures (
  erasure_id   text PRIMARY KEY,
  dataset_ids  text[] NOT NULL,
  marked_count integer NOT NULL,
  done_at      timestamptz NOT NULL
);

CREATE INDEX erasures_of_dataset ON erasures USING gin (dataset_ids);
