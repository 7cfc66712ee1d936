-- Mail kept on the device. Identities are row ids: a POP3 message number never gets here.

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    user TEXT NOT NULL,
    -- The policy's name, and its number of days (0 where it has none).
    policy TEXT NOT NULL CHECK (policy IN ('leave', 'delete-after', 'delete-when-deleted-here', 'delete-once-kept', 'headers-only')),
    policy_days INTEGER NOT NULL CHECK (policy_days >= 0),
    -- Octets above which only the header is fetched; 0: no limit.
    size_limit INTEGER NOT NULL CHECK (size_limit >= 0),
    -- Counts the sessions whose listing was taken up.
    listing INTEGER NOT NULL,
    -- The last login, and the least time between two, as the server announced it (RFC 2449, section 6.5); 0: none.
    login_at INTEGER NOT NULL,
    login_delay INTEGER NOT NULL CHECK (login_delay >= 0),
    UNIQUE (host, port, user)
) STRICT;

CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('inbox', 'archive', 'deleted', 'own')),
    name TEXT NOT NULL,
    UNIQUE (account_id, name)
) STRICT;

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    folder_id INTEGER NOT NULL REFERENCES folder (id),
    thread_id INTEGER NOT NULL,
    -- Seconds since 1970-01-01 UTC: the header's date, or the time of arrival where it has none.
    date INTEGER NOT NULL,
    arrived_at INTEGER NOT NULL,
    from_name TEXT NOT NULL,
    from_address TEXT NOT NULL,
    subject TEXT NOT NULL,
    snippet TEXT NOT NULL,
    -- Octets of the whole message, kept or not.
    octets INTEGER NOT NULL,
    -- 'arriving' is not shown, and removed at the next start.
    extent TEXT NOT NULL CHECK (extent IN ('arriving', 'header', 'whole')),
    is_read INTEGER NOT NULL CHECK (is_read IN (0, 1)),
    is_starred INTEGER NOT NULL CHECK (is_starred IN (0, 1)),
    has_attachments INTEGER NOT NULL CHECK (has_attachments IN (0, 1)),
    -- For threads without References: the subject without its prefixes, and whether it had one.
    base_subject TEXT NOT NULL,
    is_loose_reply INTEGER NOT NULL CHECK (is_loose_reply IN (0, 1)),
    -- SHA-256 of the octets; empty unless the extent is 'whole'.
    digest BLOB NOT NULL
) STRICT;
CREATE INDEX message_in_folder ON message (folder_id, date, id);
CREATE INDEX message_by_date ON message (date, id);
CREATE INDEX message_in_thread ON message (thread_id);
CREATE INDEX message_by_subject ON message (base_subject, date) WHERE base_subject <> '';
CREATE INDEX message_by_digest ON message (digest) WHERE digest <> x'';
CREATE INDEX message_arriving ON message (id) WHERE extent = 'arriving';

-- The octets of a message, in pieces of at most a mebibyte.
CREATE TABLE content (
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    piece INTEGER NOT NULL,
    -- 0: as they came; 1: LZ4 block.
    codec INTEGER NOT NULL CHECK (codec IN (0, 1)),
    octets INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (message_id, piece)
) STRICT;

-- Which thread a Message-ID belongs to, by the first eight octets of its SHA-256.
CREATE TABLE thread_key (
    key INTEGER PRIMARY KEY,
    thread_id INTEGER NOT NULL
) STRICT;
CREATE INDEX thread_key_thread ON thread_key (thread_id);

-- What the server's maildrop is known to hold, and what is to become of it: see maildrop.rs.
CREATE TABLE maildrop (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- UIDL; empty where the server has none, or has it more than once.
    uid BLOB NOT NULL,
    -- Octets as LIST told.
    octets INTEGER NOT NULL,
    header_hash BLOB NOT NULL,
    message_id INTEGER REFERENCES message (id) ON DELETE SET NULL,
    state TEXT NOT NULL CHECK (state IN ('failed', 'header', 'wanted', 'kept', 'delete', 'deleted')),
    kept_at INTEGER NOT NULL,
    -- The last listing that named it, and its time.
    listing INTEGER NOT NULL,
    listed_at INTEGER NOT NULL,
    -- For 'failed': how often it was tried, when to try again, and why it failed.
    attempts INTEGER NOT NULL,
    retry_at INTEGER NOT NULL,
    fault TEXT NOT NULL
) STRICT;
CREATE INDEX maildrop_uid ON maildrop (account_id, uid);
CREATE INDEX maildrop_octets ON maildrop (account_id, octets);
CREATE INDEX maildrop_message ON maildrop (message_id);

-- Words only; what is shown comes from the message.
CREATE VIRTUAL TABLE search USING fts5 (
    sender, recipients, subject, text, attachments,
    content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* M* Co'"
);
