-- What units did. Units are keyed hashes: no table here names anybody.
CREATE TABLE unit_events (
  event_id    text PRIMARY KEY,
  unit_key    text NOT NULL,
  type        text NOT NULL,
  at          timestamptz NOT NULL,
  value       double precision,
  item_id     text NOT NULL,
  decision_id text,
  surface     text
);

CREATE INDEX unit_events_of_unit ON unit_events (unit_key, type, at);
CREATE INDEX unit_events_of_decision ON unit_events (decision_id, type) WHERE decision_id IS NOT NULL;
CREATE INDEX unit_events_at ON unit_events (at);

-- Slates that units were served.
CREATE TABLE slates (
  decision_id text PRIMARY KEY,
  unit_key    text NOT NULL,
  at          timestamptz NOT NULL,
  surface     text NOT NULL,
  strategy    text NOT NULL,
  latency_ms  double precision NOT NULL,
  is_degraded boolean NOT NULL,
  item_count  integer NOT NULL,
  -- Of a slate that was drafted from two variants: which item is whose. {item id: variant}
  teams       jsonb
);

CREATE INDEX slates_of_unit ON slates (unit_key, at);
CREATE INDEX slates_at ON slates (at);

-- That a unit was exposed on a day, by UTC; once per day.
CREATE TABLE exposures (
  experiment_id text NOT NULL,
  unit_key      text NOT NULL,
  day           date NOT NULL,
  first_at      timestamptz NOT NULL,
  PRIMARY KEY (experiment_id, unit_key, day)
);

CREATE INDEX exposures_of_unit ON exposures (unit_key);
CREATE INDEX exposures_day ON exposures (day);

-- Units of an experiment from their first exposure on, whatever the order in which exposures come.
CREATE TABLE exposed_units (
  experiment_id text NOT NULL,
  unit_key      text NOT NULL,
  variant       text NOT NULL,
  first_at      timestamptz NOT NULL,
  -- What was known of the unit at its first exposure: results are parted by it.
  attributes    jsonb NOT NULL,
  -- It was given more than one variant, and is left out of every comparison.
  has_crossed   boolean NOT NULL DEFAULT false,
  PRIMARY KEY (experiment_id, unit_key)
);

CREATE INDEX exposed_units_of_unit ON exposed_units (unit_key);

-- Users who were erased, by keyed hash: what they did before does not come back.
CREATE TABLE forgotten_users (
  user_key     text PRIMARY KEY,
  forgotten_at timestamptz NOT NULL
);

-- What an erasure took out. It names no user.
CREATE TABLE erasures (
  erasure_id     text PRIMARY KEY,
  event_count    integer NOT NULL,
  slate_count    integer NOT NULL,
  exposure_count integer NOT NULL,
  done_at        timestamptz NOT NULL
);
