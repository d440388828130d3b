-- Users, items and follows as they are now. `record` is the contract's message; the hash says whether an upsert changes
-- anything. Of two changes the one with the later (accepted_at, event_id) holds, in whatever order they arrive.
CREATE TABLE users (
  user_id text COLLATE "C" PRIMARY KEY,
  record bytea NOT NULL,
  content_hash bytea NOT NULL,
  accepted_at timestamptz NOT NULL,
  event_id text COLLATE "C" NOT NULL
);

CREATE TABLE items (
  item_id text COLLATE "C" PRIMARY KEY,
  record bytea NOT NULL,
  content_hash bytea NOT NULL,
  accepted_at timestamptz NOT NULL,
  event_id text COLLATE "C" NOT NULL
);

-- A removed follow keeps its row: a late "follow" must find that it was taken back after.
CREATE TABLE follows (
  follower_id text COLLATE "C" NOT NULL,
  followee_id text COLLATE "C" NOT NULL,
  removed boolean NOT NULL,
  since timestamptz,
  content_hash bytea NOT NULL,
  accepted_at timestamptz NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (follower_id, followee_id)
);
