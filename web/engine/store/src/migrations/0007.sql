-- Letters that are written here: by which server an account sends, drafts and the outbox, and a folder for what was sent.

-- A folder's role may be 'sent' from now on. A constraint changes with its table only; the messages' references are looked at
-- when this is committed, and there is a folder for each of them then.
PRAGMA defer_foreign_keys = ON;
CREATE TEMP TABLE former_folder AS SELECT * FROM folder;
DROP TABLE folder;
CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('inbox', 'archive', 'deleted', 'sent', 'own')),
    name TEXT NOT NULL,
    -- What it holds is counted as it changes: see counts.rs.
    messages INTEGER NOT NULL DEFAULT 0 CHECK (messages >= 0),
    unread INTEGER NOT NULL DEFAULT 0 CHECK (unread BETWEEN 0 AND messages),
    UNIQUE (account_id, name)
) STRICT;
INSERT INTO folder (id, account_id, role, name, messages, unread)
    SELECT id, account_id, role, name, messages, unread FROM former_folder;
DROP TABLE former_folder;
CREATE TRIGGER folder_removed AFTER DELETE ON folder BEGIN
    UPDATE last_id SET id = max(id, old.id) WHERE of = 'folder';
END;
-- Somebody's own folder of that very name becomes the one.
UPDATE folder SET role = 'sent' WHERE name = 'sent';
INSERT INTO folder (id, account_id, role, name)
    SELECT (SELECT id FROM last_id WHERE of = 'folder') + (SELECT coalesce(max(id), 0) FROM folder) + row_number() OVER (ORDER BY a.id),
           a.id, 'sent', 'sent'
    FROM account a WHERE NOT EXISTS (SELECT 1 FROM folder f WHERE f.account_id = a.id AND f.role = 'sent');

-- By which server an account sends, and who writes; no row: as the account's own server and user name suggest.
CREATE TABLE sending (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    host TEXT NOT NULL,
    port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    security TEXT NOT NULL CHECK (security IN ('tls', 'starttls', 'none')),
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    signature TEXT NOT NULL,
    copy_to_self INTEGER NOT NULL CHECK (copy_to_self IN (0, 1))
) STRICT;
-- SHA-256 of the one certificate of that server that is trusted; empty: whichever verifies.
ALTER TABLE account ADD COLUMN sending_trusted BLOB NOT NULL DEFAULT x'';

-- A letter until it is sent or discarded. Its id is drawn by whoever begins it.
CREATE TABLE letter (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('draft', 'waiting', 'sending', 'in-doubt')),
    -- As typed.
    recipients_to TEXT NOT NULL,
    recipients_cc TEXT NOT NULL,
    recipients_bcc TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    -- Message-IDs without angle brackets; those of "conversation" with blanks between.
    in_reply_to TEXT NOT NULL,
    conversation TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    -- In the outbox: when to send it, and how often that was tried.
    due_at INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- It is among what was sent already, for some have had it.
    is_filed INTEGER NOT NULL DEFAULT 0 CHECK (is_filed IN (0, 1)),
    -- Why it was not sent when that was tried last (a Failure in JSON); empty: it was not tried.
    failure TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX letter_of_account ON letter (account_id, changed_at);

-- The octets of a letter in the outbox, as they are sent each time. Apart from it, for what changes of it is written as a row.
CREATE TABLE letter_content (
    letter_id INTEGER PRIMARY KEY REFERENCES letter (id) ON DELETE CASCADE,
    octets BLOB NOT NULL
) STRICT;

-- A letter's files, in the order of their positions.
CREATE TABLE letter_file (
    id INTEGER PRIMARY KEY,
    letter_id INTEGER NOT NULL REFERENCES letter (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    octets BLOB NOT NULL
) STRICT;
CREATE INDEX letter_file_of_letter ON letter_file (letter_id, position);

-- Whom a letter in the outbox is sent to; and whom a draft that came back from there was refused for.
CREATE TABLE letter_recipient (
    letter_id INTEGER NOT NULL REFERENCES letter (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'refused')),
    -- What the server said, where it refused.
    words TEXT NOT NULL,
    PRIMARY KEY (letter_id, address)
) STRICT, WITHOUT ROWID;
