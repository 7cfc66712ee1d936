INSERT INTO written_to (account_id, address, name, times, last_at)
    SELECT id, 'cleo@example.org', 'Cleo', 2, 1795000400 FROM account;
UPDATE account SET sending_limit = 1000000;
