-- The share of the users whom a canary serves.
ALTER TABLE model_versions ADD COLUMN canary_share double precision;
UPDATE model_versions SET canary_share = 0.05 WHERE stage = 'canary';
ALTER TABLE model_versions ADD CONSTRAINT canaries_have_a_share
  CHECK ((stage = 'canary') = (canary_share IS NOT NULL) AND coalesce(canary_share > 0 AND canary_share <= 0.5, true));

-- At most one canary of a model, or nobody could say which of them made users happier.
CREATE UNIQUE INDEX one_canary ON model_versions (model) WHERE stage = 'canary';

ALTER TABLE stage_changes ADD COLUMN canary_share double precision;
