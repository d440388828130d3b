-- What services and models may spend.
CREATE TABLE budgets (
  subject        text NOT NULL,
  resource       text NOT NULL,
  limit_per_day  double precision NOT NULL,
  warn_share     double precision NOT NULL,
  PRIMARY KEY (subject, resource)
);

-- Who set which budget when; append-only.
CREATE TABLE budget_changes (
  change_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject       text NOT NULL,
  resource      text NOT NULL,
  limit_per_day double precision NOT NULL,
  warn_share    double precision NOT NULL,
  actor         text NOT NULL,
  changed_at    timestamptz NOT NULL
);

-- What others say they have spent or hold, as it was last asked: runs of training, artifacts of models.
CREATE TABLE reported_spending (
  subject     text NOT NULL,
  resource    text NOT NULL,
  -- The day (UTC) that it is of.
  day         date NOT NULL,
  amount      double precision NOT NULL,
  reported_at timestamptz NOT NULL,
  PRIMARY KEY (subject, resource, day)
);
