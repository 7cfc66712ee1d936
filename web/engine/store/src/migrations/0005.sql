-- What a folder holds is counted as it changes: a look at the folders reads no message. See counts.rs.
ALTER TABLE folder ADD COLUMN messages INTEGER NOT NULL DEFAULT 0 CHECK (messages >= 0);
ALTER TABLE folder ADD COLUMN unread INTEGER NOT NULL DEFAULT 0 CHECK (unread BETWEEN 0 AND messages);
UPDATE folder SET (messages, unread) = (
    SELECT count(*), count(*) FILTER (WHERE NOT m.is_read) FROM message m
    WHERE m.folder_id = folder.id AND m.extent <> 'arriving'
);
-- Of those that the server lists, the ones that could not be fetched are few.
CREATE INDEX maildrop_failed ON maildrop (account_id, listing) WHERE state = 'failed';
