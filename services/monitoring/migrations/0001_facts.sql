-- Slates that were served, with what is measured of them. Users are keyed hashes: no table here names anybody.
CREATE TABLE slates (
  decision_id     text PRIMARY KEY,
  user_key        text NOT NULL,
  at              timestamptz NOT NULL,
  surface         text NOT NULL,
  strategy        text NOT NULL,
  -- Every model that took part. [{"name", "version"}]
  models          jsonb NOT NULL,
  -- `<experiment>:<variant>`
  variants        text[] NOT NULL,
  -- The groups that the user was known to be in when the slate came in. `country=DE`
  segments        text[] NOT NULL,
  -- Best first.
  item_ids        text[] NOT NULL,
  -- How many of the items were placed by chance.
  explored_count  integer NOT NULL,
  candidate_count integer NOT NULL,
  latency_ms      double precision NOT NULL,
  is_degraded     boolean NOT NULL,
  is_fallback     boolean NOT NULL,
  -- Of each item, the probability of a click by the engagement model; null where it was not asked.
  probabilities   double precision[],
  -- Of each model that scored, what it said of each item. {"als": [0.4, null]}
  scores          jsonb NOT NULL,
  -- What versions that do not serve answered. [{"name", "version", "overlap", "latencyMs", "hasFailed"}]
  shadows         jsonb NOT NULL
);

CREATE INDEX slates_of_user ON slates (user_key, at);
CREATE INDEX slates_at ON slates (at);

-- Features of slates as they were read. They stay for two days only: they are large, and nothing that comes late changes them.
CREATE TABLE slate_features (
  decision_id   text PRIMARY KEY,
  at            timestamptz NOT NULL,
  user_key      text NOT NULL,
  item_names    text[] NOT NULL,
  -- [items x item_names] float64, little-endian; NaN where there is no value.
  item_values   bytea NOT NULL,
  user_names    text[] NOT NULL,
  -- [user_names], like item_values.
  user_values   bytea NOT NULL,
  -- Features of the user that are words. {"feature": "word"}; null where there is no value.
  user_words    jsonb NOT NULL
);

CREATE INDEX slate_features_at ON slate_features (at);
CREATE INDEX slate_features_of_user ON slate_features (user_key);

-- What users did.
CREATE TABLE outcomes (
  event_id    text PRIMARY KEY,
  user_key    text NOT NULL,
  at          timestamptz NOT NULL,
  type        text NOT NULL,
  item_id     text NOT NULL,
  decision_id text,
  -- Whether it speaks for the item: a click, a like, four stars.
  is_welcome  boolean NOT NULL
);

CREATE INDEX outcomes_of_user ON outcomes (user_key, at);
CREATE INDEX outcomes_of_decision ON outcomes (decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX outcomes_at ON outcomes (at);

-- What `Predict` said of a user and some items.
CREATE TABLE predictions (
  prediction_id     text NOT NULL,
  user_key          text NOT NULL,
  at                timestamptz NOT NULL,
  model             text NOT NULL,
  version           text NOT NULL,
  item_ids          text[] NOT NULL,
  scores            double precision[] NOT NULL,
  are_probabilities boolean NOT NULL,
  latency_ms        double precision NOT NULL,
  PRIMARY KEY (prediction_id, user_key)
);

CREATE INDEX predictions_of_user ON predictions (user_key, at);
CREATE INDEX predictions_at ON predictions (at);

-- Items that are known, for coverage and for groups of authors.
CREATE TABLE items (
  item_id      text PRIMARY KEY,
  -- By keyed hash, like users: authors are users too.
  author_id    text NOT NULL,
  category     text NOT NULL,
  published_at timestamptz,
  known_from   timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL
);

CREATE INDEX items_known_from ON items (known_from);

-- The groups that users are in; an empty text where it is not known.
CREATE TABLE user_groups (
  user_key   text PRIMARY KEY,
  country    text NOT NULL,
  language   text NOT NULL,
  age_band   text NOT NULL,
  changed_at timestamptz NOT NULL
);

-- Which version of a model stood where since when.
CREATE TABLE model_stages (
  event_id   text PRIMARY KEY,
  model      text NOT NULL,
  version    text NOT NULL,
  kind       text NOT NULL,
  from_stage text NOT NULL,
  stage      text NOT NULL,
  sequence   integer NOT NULL,
  changed_at timestamptz NOT NULL
);

CREATE INDEX model_stages_of_model ON model_stages (model, sequence);

-- When experiments changed: one of them may be why something moved.
CREATE TABLE experiment_changes (
  event_id      text PRIMARY KEY,
  experiment_id text NOT NULL,
  state         text NOT NULL,
  changed_at    timestamptz NOT NULL
);

CREATE INDEX experiment_changes_at ON experiment_changes (changed_at);

-- What the feature-store found out of the ordinary in incoming data.
CREATE TABLE data_quality_findings (
  event_id text PRIMARY KEY,
  hour     timestamptz NOT NULL,
  producer text NOT NULL,
  measure  text NOT NULL,
  subject  text NOT NULL,
  value    double precision NOT NULL,
  expected double precision NOT NULL,
  message  text NOT NULL
);

CREATE INDEX data_quality_findings_hour ON data_quality_findings (hour);

-- Steps whose series are older than their facts. A touch gets a new number, so that one that comes while they are measured is not lost.
CREATE SEQUENCE touches;

CREATE TABLE touched_steps (
  -- 60, 300 or 3600
  width_seconds integer NOT NULL,
  at            timestamptz NOT NULL,
  touch         bigint NOT NULL,
  PRIMARY KEY (width_seconds, at)
);

-- Users who were erased, by keyed hash: what they did before does not come back.
CREATE TABLE forgotten_users (
  user_key     text PRIMARY KEY,
  forgotten_at timestamptz NOT NULL
);

-- What an erasure took out. It names no user.
CREATE TABLE erasures (
  erasure_id       text PRIMARY KEY,
  slate_count      integer NOT NULL,
  outcome_count    integer NOT NULL,
  prediction_count integer NOT NULL,
  group_count      integer NOT NULL,
  done_at          timestamptz NOT NULL
);
