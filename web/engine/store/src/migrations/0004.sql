-- Messages of the last listing that are to be fetched and have not come, because a session was paused, was lost, or found the
-- device full.
ALTER TABLE account ADD COLUMN missing INTEGER NOT NULL DEFAULT 0 CHECK (missing >= 0);
