UPDATE folder SET messages = 1, unread = iif(role = 'archive', 1, 0) WHERE role <> 'deleted';
