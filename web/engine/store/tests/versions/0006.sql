UPDATE message SET serial = 10 + id; UPDATE last_id SET id = 12 WHERE of = 'serial';
