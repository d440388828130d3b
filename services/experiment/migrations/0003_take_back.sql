-- Why the version that a rollout made a canary must still be taken back; NULL where nothing is left to do. It is set with the end of the
-- rollout and goes when the registry has done it, so that a registry that is down then is asked again.
ALTER TABLE experiments ADD COLUMN take_back_reason text;

CREATE INDEX experiments_to_take_back ON experiments (experiment_id) WHERE take_back_reason IS NOT NULL;
