-- Answers of mutating calls by request id, so that a call that is sent again is answered like the first.
CREATE TABLE idempotent_calls (
  method text NOT NULL,
  request_id text NOT NULL,
  -- SHA-256 of the request: the same id with another request is refused.
  request_hash text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done')),
  -- Who runs the call; only the owner may store the answer.
  owner uuid NOT NULL,
  response bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (method, request_id),
  CHECK ((state = 'done') = (response IS NOT NULL))
);

CREATE INDEX idempotent_calls_created_at ON idempotent_calls (created_at);
