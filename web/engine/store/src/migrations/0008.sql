-- Whom letters were sent to, to be offered as somebody types.
CREATE TABLE written_to (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- As it was written last; two that differ in their case alone are one.
    address TEXT NOT NULL COLLATE NOCASE,
    -- Empty where none was ever written.
    name TEXT NOT NULL,
    -- How often, and when last.
    times INTEGER NOT NULL CHECK (times > 0),
    last_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX written_to_last ON written_to (last_at);

-- Its one file, a message, goes on to others as it came.
ALTER TABLE letter ADD COLUMN redirects INTEGER NOT NULL DEFAULT 0 CHECK (redirects IN (0, 1));

-- Octets that the server takes of a letter by which an account sends, as it said last (RFC 1870); 0: it never said.
ALTER TABLE account ADD COLUMN sending_limit INTEGER NOT NULL DEFAULT 0 CHECK (sending_limit >= 0);
