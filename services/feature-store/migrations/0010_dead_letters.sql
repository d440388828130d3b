-- Dead letters that were appended again, each once. The id is that of the dead letter: topic, partition, position.
CREATE TABLE redriven_dead_letters (
  id text COLLATE "C" PRIMARY KEY,
  redriven_at timestamptz NOT NULL
);
