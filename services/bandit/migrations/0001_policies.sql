-- What each policy is now.
CREATE TABLE policies (
  name       text PRIMARY KEY,
  version    integer NOT NULL,
  definition jsonb NOT NULL,
  created_at timestamptz NOT NULL
);

-- Append-only: what changed a policy when, by whom and why.
CREATE TABLE policy_changes (
  policy     text NOT NULL,
  sequence   integer NOT NULL,
  changed_at timestamptz NOT NULL,
  actor      text NOT NULL,
  change     text NOT NULL
    CHECK (change IN ('created', 'updated', 'switched_off', 'switched_on', 'arm_restrained', 'arm_released')),
  arm        text NOT NULL,
  reason     text NOT NULL,
  version    integer NOT NULL,
  definition jsonb NOT NULL,
  PRIMARY KEY (policy, sequence)
);

CREATE FUNCTION refuse_rewriting_policy_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'policy_changes is append-only';
END $$;

CREATE TRIGGER policy_changes_append_only BEFORE UPDATE OR DELETE ON policy_changes
  FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_policy_history();
CREATE TRIGGER policy_changes_never_emptied BEFORE TRUNCATE ON policy_changes
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_policy_history();
