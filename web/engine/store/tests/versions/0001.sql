-- What a program of version 1 leaves: an account, a whole message, a header, and a message that is gone here.
INSERT INTO account (id, name, host, port, user, policy, policy_days, size_limit, listing, login_at, login_delay)
VALUES (1, 'Ana', 'pop.example.org', 995, 'ana', 'delete-after', 7, 1000000, 3, 1795000200, 60);
INSERT INTO folder (id, account_id, role, name)
VALUES (1, 1, 'inbox', 'Inbox'), (2, 1, 'archive', 'Archive'), (3, 1, 'deleted', 'Deleted');
INSERT INTO message (id, account_id, folder_id, thread_id, date, arrived_at, from_name, from_address, subject, snippet,
                     octets, extent, is_read, is_starred, has_attachments, base_subject, is_loose_reply, digest)
VALUES (1, 1, 1, 1, 1795000000, 1795000100, 'Bo', 'bo@example.net', 'Harbour', 'We met', 27, 'whole', 1, 1, 0, 'harbour',
        0, x'29f5995748ec468cec90371a9079b8cd7ba7da080648be7424e11f3eb3ef0fd6'),
       (2, 1, 2, 2, 1795000001, 1795000101, '', 'cy@example.net', 'Large', '', 5000000, 'header', 0, 0, 0, 'large', 0, x'');
INSERT INTO content (message_id, piece, codec, octets, data)
VALUES (1, 0, 0, 27, CAST('Subject: Harbour' || char(13, 10, 13, 10) || 'We met' || char(10) AS BLOB)),
       (2, 0, 0, 18, CAST('Subject: Large' || char(13, 10, 13, 10) AS BLOB));
INSERT INTO thread_key (key, thread_id) VALUES (4711, 1);
INSERT INTO maildrop (id, account_id, uid, octets, header_hash, message_id, state, kept_at, listing, listed_at, attempts,
                      retry_at, fault)
VALUES (1, 1, CAST('a' AS BLOB), 27, zeroblob(32), 1, 'kept', 1795000100, 3, 1795000200, 0, 0, ''),
       (2, 1, CAST('b' AS BLOB), 5000000, zeroblob(32), 2, 'header', 1795000101, 3, 1795000200, 0, 0, ''),
       (3, 1, CAST('c' AS BLOB), 900, zeroblob(32), NULL, 'deleted', 1795000102, 2, 1795000150, 0, 0, ''),
       (4, 1, CAST('d' AS BLOB), 901, x'', NULL, 'failed', 0, 3, 1795000200, 2, 1795000900, 'the server refuses it');
INSERT INTO search (rowid, sender, recipients, subject, text, attachments)
VALUES (1, 'Bo bo@example.net', 'ana@example.org', 'Harbour', 'We met', ''),
       (2, 'cy@example.net', '', 'Large', '', '');
