-- Fairness audits as they were made; `audit` is the whole of one, and the columns beside it are what is asked by. No user is named.
CREATE TABLE fairness_audits (
  audit_id   text PRIMARY KEY,
  subject    text NOT NULL,
  group_by   text NOT NULL,
  actor      text NOT NULL,
  created_at timestamptz NOT NULL,
  audit      jsonb NOT NULL
);

CREATE INDEX fairness_audits_newest ON fairness_audits (created_at DESC, audit_id);
CREATE INDEX fairness_audits_of_subject ON fairness_audits (subject, group_by, created_at DESC);
