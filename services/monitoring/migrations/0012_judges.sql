-- Up to when the distributions of a metric were judged, so that whoever judges next goes on from there.
CREATE TABLE judged_until (
  metric     text PRIMARY KEY,
  -- Judges that had to begin anew are another line: what is known of the one before says nothing of it.
  line       text NOT NULL,
  read_until timestamptz NOT NULL
);

-- What each judge of distributions knows after its last window, as bytes of @attune/drift. No user is named.
CREATE TABLE judges (
  judge_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  metric   text NOT NULL,
  subject  text NOT NULL,
  measure  text NOT NULL,
  last_at  timestamptz NOT NULL,
  state    bytea NOT NULL,
  UNIQUE (metric, subject, measure)
);

-- The windows that later ones are compared with: sketches and counts.
CREATE TABLE judged_windows (
  judge_id bigint NOT NULL REFERENCES judges ON DELETE CASCADE,
  at       timestamptz NOT NULL,
  bytes    bytea NOT NULL,
  PRIMARY KEY (judge_id, at)
);

CREATE INDEX judged_windows_at ON judged_windows (at);
