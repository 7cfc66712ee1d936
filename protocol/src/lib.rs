//! What the page and the bridge agree on, and what a mail client knows of the wire. Sans-I/O: no sockets, no clock, no
//! wasm.
//!
//! - [`pop3`]: the POP3 client as a state machine. Bytes in, bytes and events out. (Feature `pop3`.)
//! - [`smtp`]: the SMTP submission client, of the same make. (Feature `smtp`.)
//! - [`sasl`]: signing in, for both and whatever protocol comes next. (Feature `sasl`, which either of them brings.)
//! - [`tunnel`]: the contract of the WebSocket between the page and the bridge.
//!
//! # The state machine
//!
//! ```text
//!        the caller: socket, TLS, clock, plan                    the server
//!  ┌──────────────────────────────────────────────┐
//!  │ submit(Command)   poll_output   handle_input │◄──────────── bytes ──┐
//!  └──────┬─────────────────▲───────────────┬─────┘                      │
//!         ▼                 │               ▼                            │
//!     ┌────────┐  window ┌──┴─────┐    ┌─────────┐                       │
//!     │ queued ├────────►│ outbox │    │  inbox  │                       │
//!     └────────┘         └──┬─────┘    └────┬────┘                       │
//!      submit.rs            │ send.rs       │ receive.rs, lines.rs       │
//!      (may it be said?)    │               ▼                            │
//!                           │      ┌─────────────────┐ the head decides  │
//!                           └─────►│   outstanding   │ how bytes are read│
//!                        Transmit  └────────┬────────┘                   │
//!                           │               ▼                            │
//!                           │     Event: items, chunks, then Done,       │
//!                           │     Refused or Lost, once a ticket         │
//!                           └───────────────────────────────────► bytes ─┘
//! ```
//!
//! One file a concern, under the name that the standards have for it:
//!
//! | file of `pop3` | what it knows | not its business |
//! |---|---|---|
//! | `session.rs` | what a session remembers; the calls of its caller | how anything is read or written |
//! | `session/submit.rs` | which commands and arguments are allowed when | what the server thinks of them |
//! | `session/send.rs` | what goes out when: pipelining, window, what stands alone | what comes back |
//! | `session/receive.rs`, `session/receive/lines.rs` | reading by the command at the head | the steps of a login |
//! | `session/login.rs` | USER/PASS, APOP and AUTH: several lines, one outcome | what the mechanisms say |
//! | `choice.rs` | SASL or USER/PASS, and why: a pure function | the order of SASL's mechanisms (`sasl`) |
//! | `reply.rs`, `listing.rs`, `capabilities.rs` | status lines, response codes, numbers, CAPA | order and limits |
//! | `body.rs` | unstuffing in place; where a body ends | events |
//! | `quirk.rs` | every tolerated deviation by name, and who does it | the tolerance itself |
//! | `error.rs` | what goes wrong, by blame | |
//! | `transcript.rs` | what was said, without what is secret | who is shown it |
//! | `url.rs` | `pop:` and `pops:` addresses | where they lead |
//!
//! | file of `smtp` | what it knows | not its business |
//! |---|---|---|
//! | `session.rs` | what a session remembers; the calls of its caller | how anything is read or written |
//! | `session/submit.rs` | which commands are allowed when | what the server thinks of them |
//! | `session/send.rs` | what goes out when; EHLO, STARTTLS, NOOP, QUIT | what comes back |
//! | `session/transaction.rs` | a letter from MAIL to the answer to its end; what is sure of it when the connection goes | how its octets are written |
//! | `session/receive.rs` | reading replies by the command at the head | the steps of a letter and of a login |
//! | `session/login.rs` | AUTH: several lines, one outcome | what the mechanisms say (`sasl`) |
//! | `content.rs` | surveying a letter; line ends, doubled dots, BDAT's octets | headers, MIME |
//! | `address.rs`, `letter.rs` | mailboxes, paths, envelopes, what is asked for with them | display names (RFC 5322) |
//! | `url.rs` | `smtp:` and `smtps:` addresses | where they lead |
//! | `reply.rs`, `extensions.rs` | codes, enhanced codes, EHLO's answer | order and limits |
//! | `quirk.rs`, `error.rs` | as those of `pop3` | |
//!
//! Both have `wire.rs` (the two buffers, overwritten after use), `dialogue.rs` (tickets, channels) and `url.rs` (users, hosts,
//! ports) in common.
//!
//! # Standards
//!
//! What of each is kept, in which file of `pop3` (or `sasl`), and which script of `tests/scripts` (or test) shows it.
//!
//! | standard | what | where | shown by |
//! |---|---|---|---|
//! | RFC 1939, 3 | states, status lines, dot-stuffing, the end of a body | `receive`, `body` | `session/plain-dialogue`, `standards/dots-in-every-line`, `hostile/body-that-looks-like-answers` |
//! | RFC 1939, 4–6 | greeting, STAT, LIST, RETR, DELE, NOOP, RSET, QUIT and a refused QUIT | `listing`, `send` | `session/*`, `session/quit-refused` |
//! | RFC 1939, 7 | TOP, UIDL, USER, PASS | `send`, `login` | `session/top-with-lines`, `quirks/no-top`, `quirks/no-uidl` |
//! | RFC 1939, 7 | APOP: only when asked for by name, and its challenge is checked | `login`, `choice` | `login/apop*` |
//! | RFC 1725 | LAST, for servers without UIDL | `listing` | `session/last-of-a-fresh-maildrop`, `quirks/no-uidl` |
//! | RFC 2449, 4 | commands of 255 octets at most; what SASL can carry goes by SASL | `submit`, `choice` | `session/arguments-beyond-255-octets`, `login/long-password*` |
//! | RFC 2449, 5 | CAPA before and after STLS and login | `capabilities` | `standards/capabilities-change-at-login`, `tls/stls` |
//! | RFC 2449, 6 | TOP, USER, SASL, RESP-CODES, LOGIN-DELAY, PIPELINING, EXPIRE, UIDL, IMPLEMENTATION as types | `capabilities`, `send` | `standards/capa-of-rfc2449`, `standards/expire-of-each-kind`, `session/pipelined-dialogue` |
//! | RFC 2449, 8 | response codes on -ERR and +OK, by their levels; IN-USE, LOGIN-DELAY with the announced seconds | `reply`, `error` | `login/code-*`, `login/code-below-a-known-one`, `standards/code-with-success`, `standards/status-text-with-brackets` |
//! | RFC 2595, 4 | STLS stands alone; octets between its +OK and TLS end the session; what the server said before is forgotten | `receive`, `session` | `tls/*`, `tls/stls-forgets-the-challenge` |
//! | RFC 3206, 4 | SYS, SYS/TEMP, SYS/PERM, AUTH: [`pop3::Refusal::advice`] | `error` | `login/code-*`, `login/user-pass-refused` |
//! | RFC 5034, 4 | the initial response where the line stays within 255 octets, `=` for an empty one, `*` to cancel, challenges of any length | `login`, [`sasl`] | `login/plain-at-the-limit`, `login/plain-beyond-the-limit`, `login/plain-challenged-again`, `login/sasl-challenge-of-any-length` |
//! | RFC 6856, 2.1 | UTF8 before the login, and no STLS behind it | `submit`, `send` | `standards/utf8*`, `tls/stls-behind-utf8` |
//! | RFC 6856, 2.2 | USER, PASS and APOP beyond ASCII only where UTF8 USER is announced; prepared for APOP's digest | `login` | `standards/utf8-user-*`, `standards/utf8-and-apop`, `standards/utf8-password-by-sasl` |
//! | RFC 6856, 3 | LANG | `lines` | `standards/lang-list` |
//! | RFC 6856, 5 | the response code UTF8 | `reply` | `standards/utf8-needed` |
//! | RFC 2384 | `pop:` URLs, read and written; a password in one is refused | `url` | its tests, the fuzz target `url` |
//! | RFC 8314, 3 | nothing that shows the password on a clear channel without consent; a refused STLS stops what was meant to be protected | `choice`, `send` | `login/clear-text-*`, `tls/stls-refused` |
//! | RFC 4013 | SASLprep of names (query) and passwords (stored), where digests and keys are made of them: APOP, SCRAM | `sasl/prepare` | `login/scram-password-for-private-use`, `login/scram-password-too-new` |
//! | RFC 4616 | PLAIN, and LOGIN as it is used; both as typed, for the server prepares what it compares | `sasl/exchange` | `login/plain*`, `login/plain-as-typed`, `login/login*` |
//! | RFC 5802, 7677 | SCRAM-SHA-1, -256 and -512, all with -PLUS; nonce and proof verified, iterations between 4,096 and a million | `sasl/scram` | `login/scram-*`, `hostile/scram-*`, `tests/scram.rs` |
//! | RFC 5802, 6 | the flags `p`, `y` and `n`; a refusal of the binding told from one of the user | `sasl/credential`, `login` | `login/binding-*`, `quirks/binding-refused`, `tests/scram.rs` |
//! | RFC 9266, 5929 | tls-exporter and tls-server-end-point, given by the caller; tls-exporter was tried against Dovecot 2.4.1 | `sasl/credential` | `login/strongest-with-binding`, `quirks/binding-hangup`, `tests/scram.rs` |
//! | RFC 2195 | CRAM-MD5 | `sasl/exchange` | `login/clear-text-but-cram`, `login/cram-md5-*` |
//! | RFC 7628 | OAUTHBEARER, and XOAUTH2 as it is used: the error is answered, and told | `sasl/exchange` | `login/oauthbearer*`, `login/xoauth2*`, a real Dovecot in `tests/tests/servers.rs` |
//!
//! And of submission, in which file of `smtp`; the scripts are those of `tests/scripts/submission`.
//!
//! | standard | what | where | shown by |
//! |---|---|---|---|
//! | RFC 6409, 3; RFC 8314, 3.3 | submission: sign in before a letter, nothing in clear text without consent | `login`, `send` | `submission/login/clear-text-*`, `submission/tls/starttls-is-not-offered` |
//! | RFC 5321, 2.3.8 | lines end in CRLF alone: a bare LF or CR is never passed on | `content` | `submission/standards/bare-line-ends-are-not-passed-on`, `tests/submission.rs`, the fuzz target `smtp` |
//! | RFC 5321, 3.1, 3.2 | the greeting and its refusal; EHLO, and HELO where it is unknown | `receive` | `submission/session/rejected*`, `submission/quirks/ehlo-*` |
//! | RFC 5321, 3.3 | MAIL, RCPT, DATA: some recipients refused, or all, or the sender, or the letter | `transaction` | `submission/session/*recipients-refused*`, `submission/session/sender-refused*`, `submission/session/letter-refused-at-its-end` |
//! | RFC 5321, 3.8 | 421 at any time | `receive` | `submission/session/closing-*`, `submission/login/closing` |
//! | RFC 5321, 4.1.1.5 | RSET where a letter ended before its end | `transaction` | `submission/session/all-recipients-refused`, `submission/session/data-refused` |
//! | RFC 5321, 4.1.2 | mailboxes, quoted where they have to be; nothing else comes into a command | `address` | `submission/standards/addresses` |
//! | RFC 5321, 4.2 | replies of one line or several | `reply`, `receive` | `submission/standards/replies-of-several-lines`, `submission/hostile/reply-endless` |
//! | RFC 5321, 4.5.2 | doubled dots, at any cut | `content` | `submission/standards/dots-are-doubled`, `tests/submission.rs` |
//! | RFC 5321, 4.5.3.1 | 998 octets of a line, 512 of a reply's, too many recipients by 452 and 552 | `content`, `receive`, `error` | `submission/standards/longest-line`, `submission/standards/too-many-recipients` |
//! | RFC 5321, 4.5.3.2 | what is waited for, for whoever has a clock: [`smtp::Waiting`] | `session` | `web/engine/tests/submission.rs` |
//! | RFC 1047 | behind a letter's end nothing is sure but its answer: [`smtp::Event::Unknown`] | `transaction` | `submission/session/lost-*`, `submission/session/half-an-answer-is-none`, `tests/submission.rs` |
//! | RFC 1870 | SIZE, told and kept to before a byte is sent | `transaction`, `extensions` | `submission/standards/size-*`, `submission/standards/too-large-is-not-sent` |
//! | RFC 2034, 3463 | enhanced codes of the reply's own class; what is tried again, and when: [`smtp::Refusal::retry`] | `reply`, `error` | `submission/standards/too-many-recipients`, `submission/login/*` |
//! | RFC 2920 | PIPELINING: MAIL to DATA in one flight, the next letter behind the end of one; an empty letter where DATA goes on for nobody | `transaction` | `submission/session/one-flight`, `submission/session/several-letters`, `submission/quirks/go-ahead-for-nobody*` |
//! | RFC 3030 | BDAT LAST along with the envelope, for small letters; BINARYMIME | `transaction`, `content` | `submission/session/*-along*`, `submission/standards/binary*`, `submission/standards/bdat-doubles-no-dots` |
//! | RFC 3207, 4.2 | STARTTLS: octets behind its 220 end the session; EHLO again behind it | `receive`, `session` | `submission/tls/*` |
//! | RFC 3461 | DSN: NOTIFY, ORCPT, RET, ENVID, in xtext | `letter`, `transaction` | `submission/standards/reports*` |
//! | RFC 4954 | AUTH with every mechanism; `=`, `*`, and 512 octets for the initial response | `login` | `submission/login/*`, `tests/scram.rs`, a real Postfix in `tests/tests/submission/main.rs` |
//! | RFC 6152 | 8BITMIME, or not sent | `transaction` | `submission/standards/eight-bit*` |
//! | RFC 6531, 6533 | SMTPUTF8 for addresses and headers, or not sent; ORCPT beyond ASCII | `address`, `letter`, `transaction` | `submission/standards/utf8-*` |
//! | RFC 8689 | REQUIRETLS, over TLS and where it is promised | `transaction` | `submission/standards/require-tls*` |
//! | RFC 9422 | LIMITS: MAILMAX, RCPTMAX, RCPTDOMAINMAX | `transaction`, `extensions` | `submission/standards/limit-of-*` |
//!
//! # Tests
//!
//! `tests/scripts` (in the repository's root) is a corpus of dialogues anybody can read; its README says how they are
//! played: into a session by `tests/scripts.rs`, into the engine, and from a socket into the page. `tests/dialogues.rs`
//! makes dialogues up and plays them at every split, `tests/submission.rs` breaks the connection at any octet, `tests/scram.rs` signs in at a real SCRAM server's side, and
//! `fuzz/` looks for what nobody thought of. `examples/decode.rs` measures the body decoder.

#[cfg(any(feature = "pop3", feature = "smtp"))]
#[macro_use]
mod quirk;

#[cfg(any(feature = "pop3", feature = "smtp"))]
mod dialogue;
#[cfg(feature = "pop3")]
pub mod pop3;
#[cfg(feature = "sasl")]
pub mod sasl;
mod secret;
#[cfg(feature = "smtp")]
pub mod smtp;
#[cfg(feature = "sasl")]
mod text;
pub mod tunnel;
#[cfg(any(feature = "pop3", feature = "smtp"))]
mod url;
#[cfg(any(feature = "pop3", feature = "smtp"))]
mod wire;

pub use secret::Secret;
