-- What is folded from policies.v1: the canonical bytes of the arms' statistics. `version` counts the folds, so that replicas see a change.
CREATE TABLE policy_states (
  policy     text PRIMARY KEY,
  version    bigint NOT NULL,
  states     bytea NOT NULL
);

-- One row per choice. Nobody is named.
CREATE TABLE selections (
  decision_id   uuid NOT NULL,
  policy        text NOT NULL,
  arm           text NOT NULL,
  propensity    double precision NOT NULL,
  context       jsonb NOT NULL,
  probabilities jsonb NOT NULL,
  policy_version integer NOT NULL,
  selected_at   timestamptz NOT NULL,
  outcome       text NOT NULL CHECK (outcome IN ('pending', 'held', 'assumed', 'earned')),
  reward        double precision NOT NULL,
  hits          text[] NOT NULL,
  PRIMARY KEY (decision_id, policy)
);

CREATE INDEX selections_pending ON selections (policy, selected_at) WHERE outcome IN ('pending', 'held');
CREATE INDEX selections_by_time ON selections (policy, selected_at);
CREATE INDEX selections_old ON selections USING brin (selected_at);

-- Rewards and hits of guardrails, each once by its id: first written, then appended to policies.v1, then folded.
CREATE TABLE outcomes (
  event_id         text PRIMARY KEY,
  policy           text NOT NULL,
  decision_id      uuid NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('reward', 'hit')),
  reward           double precision NOT NULL,
  interaction_type text NOT NULL,
  earned_at        timestamptz NOT NULL,
  recorded_at      timestamptz NOT NULL,
  sequence         bigint GENERATED ALWAYS AS IDENTITY,
  published_at     timestamptz,
  folded           boolean NOT NULL
);

CREATE INDEX outcomes_unpublished ON outcomes (sequence) WHERE published_at IS NULL;
CREATE INDEX outcomes_old ON outcomes USING brin (recorded_at);

-- Interactions that may have overtaken the choice that they are about. Nobody is named.
CREATE TABLE waiting_events (
  event_id         text PRIMARY KEY,
  decision_id      uuid NOT NULL,
  interaction_type text NOT NULL,
  occurred_at      timestamptz NOT NULL,
  waiting_since    timestamptz NOT NULL
);

CREATE INDEX waiting_events_by_decision ON waiting_events (decision_id);

-- Per minute of the choices: how many there were (`what` is empty), and how many were followed by what a guardrail watches.
CREATE TABLE arm_minutes (
  policy text NOT NULL,
  arm    text NOT NULL,
  what   text NOT NULL,
  minute timestamptz NOT NULL,
  count  integer NOT NULL,
  PRIMARY KEY (policy, minute, arm, what)
);
