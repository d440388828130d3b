-- How far each partition was applied, and how many records of it had an effect: written in the transaction of the effect.
CREATE TABLE consumer_progress (
  topic text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  position text NOT NULL,
  applied_count bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);
