"""Reads a maildrop with Python's poplib, one message after the other, into one file."""
import os
import poplib
import ssl
import sys

host, port, security, user, password, messages, path, authority = sys.argv[1:]
poplib._MAXLINE = 1 << 20
if security == "tls":
    pop = poplib.POP3_SSL(host, int(port), context=ssl.create_default_context(cafile=authority))
else:
    pop = poplib.POP3(host, int(port))
pop.user(user)
pop.pass_(password)
with open(path, "wb", buffering=1 << 20) as out:
    for number in range(1, int(messages) + 1):
        out.write(b"\n".join(pop.retr(number)[1]) + b"\n\n")
    out.flush()
    os.fsync(out.fileno())
pop.quit()
