-- Spans are kept in segments that leave as a whole: the oldest when they are too old, or when all of them are too large.
CREATE TABLE span_segments (
  segment  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  began_at timestamptz NOT NULL
);

-- Each segment is a partition of its own, unlogged: a crash of the database costs a day of traces, and writing them costs half.
-- A row holds what one request brought of one trace; a request that is sent again brings it twice.
CREATE TABLE spans (
  segment  bigint NOT NULL,
  trace_id text NOT NULL,
  -- [{"spanId", "parentSpanId", "name", "service", "kind", "startedAtMs", "durationMs", "attributes", "hasFailed"}]
  spans    json NOT NULL
) PARTITION BY LIST (segment);

CREATE INDEX spans_of_trace ON spans (trace_id);
