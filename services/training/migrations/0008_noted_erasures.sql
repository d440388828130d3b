-- When this service heard of the erasure: what was begun before may still hold the user.
ALTER TABLE forgotten_users ADD COLUMN noted_at timestamptz NOT NULL DEFAULT now();
