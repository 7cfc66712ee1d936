-- Of two messages with one date, the one with the higher serial came to its maildrop later. Ids do not tell: a maildrop is
-- fetched from its newest message down.
ALTER TABLE message ADD COLUMN serial INTEGER NOT NULL DEFAULT 0;
UPDATE message SET serial = id;
INSERT INTO last_id (of, id) SELECT 'serial', coalesce(max(serial), 0) FROM message;
DROP INDEX message_in_folder;
CREATE INDEX message_in_folder ON message (folder_id, date, serial);
DROP INDEX message_by_date;
CREATE INDEX message_by_date ON message (date, serial);
