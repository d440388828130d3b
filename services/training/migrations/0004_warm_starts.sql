-- Whether the run begins from the version in production.
ALTER TABLE runs ADD COLUMN warm_start boolean NOT NULL DEFAULT false;
