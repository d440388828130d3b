-- What is measured over time, by metric and labels.
CREATE TABLE series (
  series_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  metric      text NOT NULL,
  -- The names of the labels, sorted and with commas between: series of one metric and the same names add up to a whole.
  label_names text NOT NULL,
  labels      jsonb NOT NULL,
  -- The labels as sorted text.
  label_key   text NOT NULL,
  UNIQUE (metric, label_key)
);

CREATE INDEX series_of_cut ON series (metric, label_names);

-- What a step of a series holds. A step is written whole and never added to.
CREATE TABLE series_steps (
  series_id      bigint NOT NULL REFERENCES series ON DELETE CASCADE,
  at             timestamptz NOT NULL,
  -- 60, 300 for features, 3600 for what is measured by hours; minutes become hours after a while.
  width_seconds  integer NOT NULL,
  count          double precision NOT NULL,
  sum            double precision NOT NULL,
  sum_of_squares double precision NOT NULL,
  min            double precision NOT NULL,
  max            double precision NOT NULL,
  sketch         bytea,
  PRIMARY KEY (series_id, at, width_seconds)
);

CREATE INDEX series_steps_at ON series_steps (at, width_seconds);

-- The values that a label may have; those beyond the bound of the label are `other`.
CREATE TABLE label_values (
  name         text NOT NULL,
  value        text NOT NULL,
  last_seen_on date NOT NULL,
  PRIMARY KEY (name, value)
);

-- Hours whose counters in Redis are older than the series; see `touched_steps`.
CREATE TABLE stale_hours (
  hour  timestamptz PRIMARY KEY,
  touch bigint NOT NULL
);
