-- How the features were distributed that a version learned from: one row per feature and part of the training set. Never changed.
CREATE TABLE feature_profiles (
  model   text NOT NULL,
  version integer NOT NULL,
  feature text NOT NULL,
  part    text NOT NULL,
  kind    text NOT NULL CHECK (kind IN ('numbers', 'words')),
  -- A sketch or counts of libs/drift, the version of their format first.
  bytes   bytea NOT NULL,
  PRIMARY KEY (model, version, feature, part),
  FOREIGN KEY (model, version) REFERENCES model_versions (model, version)
);
