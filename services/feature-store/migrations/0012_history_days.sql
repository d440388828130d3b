-- The days of the history that are in the archive (object store), and how they come and go: a day that is over is exported, leaves
-- the database when it is old, and comes back when somebody needs it. Whether it is in the database now is whether its partition is.
CREATE TABLE history_days (
  day date NOT NULL,
  history_table text COLLATE "C" NOT NULL,
  exported_at timestamptz NOT NULL,
  row_count bigint NOT NULL,
  -- SHA-256 of manifest.json, which has those of the files.
  manifest_hash text NOT NULL,
  -- When the first and the last of its rows happened: what became known on a day may be about years ago.
  first_at timestamptz,
  last_at timestamptz,
  -- When it left the database last.
  left_at timestamptz,
  -- When it was loaded back, while it is there because of that.
  restored_at timestamptz,
  -- When somebody last needed it in the database: it does not leave for a day from then.
  needed_at timestamptz,
  PRIMARY KEY (day, history_table)
);

-- What is older than an event can come again leaves known_events: see docs/retention.md.
CREATE INDEX known_events_known_at ON known_events USING brin (known_at);
