-- What was found, for as long as it held; `alert` is the whole of it, and the columns beside it are what is asked by.
CREATE TABLE alerts (
  alert_id        text PRIMARY KEY,
  -- Kind, subject, measure and segment: what makes two findings the same.
  alert_key       text NOT NULL,
  incident_id     text NOT NULL,
  phase           text NOT NULL CHECK (phase IN ('pending', 'open', 'resolved')),
  subject         text NOT NULL,
  -- 1 info, 2 ticket, 3 page
  severity_rank   integer NOT NULL,
  first_seen_at   timestamptz NOT NULL,
  opened_at       timestamptz,
  resolved_at     timestamptz,
  silenced_until  timestamptz,
  is_acknowledged boolean NOT NULL,
  alert           jsonb NOT NULL
);

CREATE UNIQUE INDEX alerts_once ON alerts (alert_key) WHERE phase <> 'resolved';
CREATE INDEX alerts_newest ON alerts (opened_at DESC, alert_id) WHERE phase <> 'pending';
CREATE INDEX alerts_resolved ON alerts (resolved_at) WHERE phase = 'resolved';

-- Alerts that belong together: one of them was delivered.
CREATE TABLE incidents (
  incident_id    text PRIMARY KEY,
  last_joined_at timestamptz NOT NULL,
  resolved_at    timestamptz,
  incident       jsonb NOT NULL
);

CREATE INDEX incidents_live ON incidents (last_joined_at) WHERE resolved_at IS NULL;
CREATE INDEX incidents_resolved ON incidents (resolved_at);

-- What keeps matching alerts from being delivered for a while.
CREATE TABLE silences (
  silence_id text PRIMARY KEY,
  subject    text NOT NULL,
  kind       text NOT NULL,
  measure    text NOT NULL,
  from_at    timestamptz NOT NULL,
  until_at   timestamptz NOT NULL,
  actor      text NOT NULL,
  reason     text NOT NULL
);

CREATE INDEX silences_until ON silences (until_at);

-- Append-only: what happened to alerts, in order. Watchers read it, and it is published to alerts.v1 at least once.
CREATE TABLE alert_changes (
  sequence     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id     text NOT NULL UNIQUE,
  change       text NOT NULL,
  changed_at   timestamptz NOT NULL,
  alert        jsonb NOT NULL,
  published_at timestamptz
);

CREATE INDEX alert_changes_unpublished ON alert_changes (sequence) WHERE published_at IS NULL;
CREATE INDEX alert_changes_at ON alert_changes (changed_at);

-- What people are to be told of incidents, in order per incident. It is written with what it tells of, so that nothing is lost.
CREATE TABLE deliveries (
  sequence        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id        text NOT NULL UNIQUE,
  incident_id     text NOT NULL,
  delivery        jsonb NOT NULL,
  created_at      timestamptz NOT NULL,
  next_attempt_at timestamptz NOT NULL,
  attempts        integer NOT NULL DEFAULT 0,
  -- Delivered, or given up.
  settled_at      timestamptz,
  is_delivered    boolean NOT NULL DEFAULT false
);

CREATE INDEX deliveries_due ON deliveries (incident_id, sequence) WHERE settled_at IS NULL;
CREATE INDEX deliveries_settled ON deliveries (settled_at);
