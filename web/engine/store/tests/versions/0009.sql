UPDATE letter SET rich = '{"blocks":[{"Line":[{"Run":{"text":"Boats","bold":true,"italic":false,"link":null}}]}]}', wants_report = 1;
UPDATE letter_file SET is_inline = 1;
INSERT INTO identity (account_id, position, name, address, signature)
    SELECT id, 1, 'Ana at work', 'work@example.org', 'Ana' FROM account;
UPDATE letter SET sender = 'work@example.org';
