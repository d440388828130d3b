-- Every decision record, as the contract's message.
CREATE TABLE decisions (
  decision_id text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL,
  decided_at timestamptz NOT NULL,
  record bytea NOT NULL
);
