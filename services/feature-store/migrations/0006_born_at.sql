-- When an account was made or an item was published: features fold it, so it must be readable without the message.
ALTER TABLE users ADD COLUMN born_at timestamptz;
ALTER TABLE items ADD COLUMN born_at timestamptz;
