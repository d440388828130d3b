-- How surfaces make their slates, as operators gave it. Append-only; the newest version of a name is what serves.
CREATE TABLE surface_versions (
  -- Commits in this order, so that a replica that has seen one number has seen all below it.
  change     bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  name       text NOT NULL,
  version    integer NOT NULL CHECK (version > 0),
  settings   jsonb NOT NULL,
  reason     text NOT NULL,
  actor      text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (name, version)
);

CREATE FUNCTION refuse_rewriting_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE TRIGGER surface_versions_append_only BEFORE UPDATE OR DELETE ON surface_versions
  FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_history();
