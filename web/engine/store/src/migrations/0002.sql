-- How an account's server is reached, so that it can be checked again after a restart; how often; and what the server says
-- of how long it keeps mail.

-- 'tls', 'starttls' or 'none'.
ALTER TABLE account ADD COLUMN security TEXT NOT NULL DEFAULT 'tls' CHECK (security IN ('tls', 'starttls', 'none'));
-- Who ends TLS.
ALTER TABLE account ADD COLUMN tls_end TEXT NOT NULL DEFAULT 'browser' CHECK (tls_end IN ('browser', 'bridge'));
-- SHA-256 of the one certificate that is trusted; empty: whichever verifies.
ALTER TABLE account ADD COLUMN trusted BLOB NOT NULL DEFAULT x'';
-- The bridge's address; empty: the page's own.
ALTER TABLE account ADD COLUMN bridge TEXT NOT NULL DEFAULT '';
-- Its owner agreed that the password travels in clear text.
ALTER TABLE account ADD COLUMN cleartext_agreed INTEGER NOT NULL DEFAULT 0 CHECK (cleartext_agreed IN (0, 1));
-- Minutes between two checks; 0: only when asked.
ALTER TABLE account ADD COLUMN check_every INTEGER NOT NULL DEFAULT 0 CHECK (check_every >= 0);
-- Days after which the server removes mail (RFC 2449, section 6.7); -1: it does not say.
ALTER TABLE account ADD COLUMN expires INTEGER NOT NULL DEFAULT -1 CHECK (expires >= -1);

-- The highest id that was ever given in a table, should its row be gone: an identity is never given twice.
CREATE TABLE last_id (
    of TEXT PRIMARY KEY,
    id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO last_id (of, id) VALUES ('account', 0), ('folder', 0), ('message', 0);
CREATE TRIGGER account_removed AFTER DELETE ON account BEGIN
    UPDATE last_id SET id = max(id, old.id) WHERE of = 'account';
END;
CREATE TRIGGER folder_removed AFTER DELETE ON folder BEGIN
    UPDATE last_id SET id = max(id, old.id) WHERE of = 'folder';
END;
CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
    UPDATE last_id SET id = max(id, old.id) WHERE of = 'message';
END;
