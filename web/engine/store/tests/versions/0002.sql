-- What a program of version 2 knows more: how the server is reached, how often it is checked, and when it removes mail.
UPDATE account
SET security = 'starttls', tls_end = 'bridge', trusted = zeroblob(32), bridge = 'wss://bridge.example.net/tunnel',
    cleartext_agreed = 1, check_every = 15, expires = 30
WHERE id = 1;
