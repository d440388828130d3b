-- What the checks of incoming data measured, per hour. Replicas add to the same rows.
CREATE TABLE quality_counts (
  hour timestamptz NOT NULL,
  producer text COLLATE "C" NOT NULL,
  measure text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  count double precision NOT NULL,
  PRIMARY KEY (hour, producer, measure, subject)
);

CREATE TABLE producers (
  producer text COLLATE "C" PRIMARY KEY,
  quarantined_until timestamptz,
  reason text NOT NULL DEFAULT '',
  updated_at timestamptz NOT NULL
);

-- Which findings were told to the event log.
CREATE TABLE quality_anomalies (
  event_id text COLLATE "C" PRIMARY KEY,
  hour timestamptz NOT NULL,
  published_at timestamptz NOT NULL
);
