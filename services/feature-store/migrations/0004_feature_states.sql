-- What features were folded to, per view and entity: the truth that Redis projects. The layout of `state` is described in
-- domain/packed-state.ts. Rows change with nearly every event of their entity, so pages keep room for new versions.
CREATE TABLE feature_states (
  view text COLLATE "C" NOT NULL,
  entity_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  state bytea NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (view, entity_id)
) WITH (fillfactor = 70);
-- Packed states are short and change often: keep them in the row and do not try to compress them.
ALTER TABLE feature_states ALTER COLUMN state SET STORAGE PLAIN;

-- Which schema the states of a view were folded under.
CREATE TABLE feature_schemas (
  view text COLLATE "C" PRIMARY KEY,
  schema_hash text NOT NULL
);
