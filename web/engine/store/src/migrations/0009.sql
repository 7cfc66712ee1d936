-- The text with formatting, as JSON; empty where there is none.
ALTER TABLE letter ADD COLUMN rich TEXT NOT NULL DEFAULT '';

-- A picture within the text.
ALTER TABLE letter_file ADD COLUMN is_inline INTEGER NOT NULL DEFAULT 0 CHECK (is_inline IN (0, 1));

-- Who else writes from an account, in their order.
CREATE TABLE identity (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (account_id, position)
) STRICT, WITHOUT ROWID;

-- The address of who writes it, among those of its account; empty: the account's own.
ALTER TABLE letter ADD COLUMN sender TEXT NOT NULL DEFAULT '';

-- Its writer wants to be told when it was delivered (RFC 3461).
ALTER TABLE letter ADD COLUMN wants_report INTEGER NOT NULL DEFAULT 0 CHECK (wants_report IN (0, 1));
