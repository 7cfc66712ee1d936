INSERT INTO folder (id, account_id, role, name) SELECT 90 + id, id, 'sent', 'sent' FROM account;
INSERT INTO sending (account_id, host, port, security, name, address, signature, copy_to_self)
    SELECT id, 'smtp.example.org', 587, 'starttls', 'Ana', 'ana@example.org', 'Ana', 1 FROM account;
INSERT INTO letter (id, account_id, state, recipients_to, recipients_cc, recipients_bcc, subject, body, in_reply_to, conversation, changed_at)
    SELECT 4503599627370496, id, 'sending', 'bert@example.org', '', '', 'Boats', 'Which one?', 'a@example.org', 'a@example.org b@example.org', 1795000300
    FROM account;
INSERT INTO letter_content (letter_id, octets) VALUES (4503599627370496, x'0d0a');
INSERT INTO letter_file (id, letter_id, position, name, media_type, octets) VALUES (7, 4503599627370496, 1, 'a.txt', 'text/plain', x'6162');
INSERT INTO letter_recipient (letter_id, address, state, words) VALUES (4503599627370496, 'bert@example.org', 'waiting', '');
