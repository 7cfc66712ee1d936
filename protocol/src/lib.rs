//! What the page and the bridge agree on, and what a POP3 client knows of the wire. Sans-I/O: no sockets, no clock, no
//! wasm.
//!
//! - [`pop3`]: the POP3 client as a state machine. Bytes in, bytes and events out.
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
//! | `choice.rs` | which mechanism, and why: a pure function | sending it |
//! | `sasl.rs` | the mechanisms (rsasl's, and CRAM-MD5) and the limits on them | lines |
//! | `reply.rs`, `listing.rs`, `capabilities.rs` | status lines, response codes, numbers, CAPA | order and limits |
//! | `body.rs` | unstuffing in place; where a body ends | events |
//! | `wire.rs` | the two buffers, overwritten after use | meaning |
//! | `quirk.rs` | every tolerated deviation by name, and who does it | the tolerance itself |
//! | `error.rs` | what goes wrong, by blame | |
//! | `url.rs` | `pop:` and `pops:` addresses | where they lead |
//!
//! # Standards
//!
//! | standard | what of it | where |
//! |---|---|---|
//! | RFC 1939 | everything, APOP included (only when asked for by name; its challenge is checked) | `session`, `body`, `listing` |
//! | RFC 1725 | LAST, for servers without UIDL | `listing` |
//! | RFC 2449 | CAPA, every capability as a type, PIPELINING, response codes, lines of 255 and 512 octets | `capabilities`, `reply`, `send` |
//! | RFC 2595 | STLS; bytes between its +OK and TLS end the session; earlier capabilities are forgotten | `receive`, `session` |
//! | RFC 3206 | SYS/TEMP, SYS/PERM, AUTH: what to do about a refusal is [`pop3::Refusal::advice`] | `error` |
//! | RFC 5034 | AUTH; initial response within 255 octets, `=` for empty, `*` to cancel, challenges of any length | `login`, `sasl` |
//! | RFC 6856 | UTF8, LANG, the code UTF8 | `send`, `lines` |
//! | RFC 2384 | `pop:` URLs, read and written; a password in one is refused | `url` |
//! | RFC 8314 | nothing that shows the password on a clear channel without consent; a refused STLS stops what was meant to be protected | `choice`, `send` |
//! | RFC 4616, 5802, 7677, 2195, 7628 | PLAIN, SCRAM-SHA-1, SCRAM-SHA-256, both with -PLUS, CRAM-MD5, OAUTHBEARER; LOGIN and XOAUTH2 as they are used | `sasl` |
//! | RFC 9266, 5929 | tls-exporter and tls-server-end-point, given by the caller | `sasl` |
//!
//! # Tests
//!
//! `tests/scripts` (in the repository's root) is a corpus of dialogues anybody can read; `tests/scripts.rs` plays each of
//! them whole, octet by octet and at random splits. `tests/dialogues.rs` does the same with dialogues that it makes up,
//! `tests/scram.rs` signs in at a real SCRAM server's side, and `fuzz/` looks for what nobody thought of.
//! `examples/decode.rs` measures the body decoder.

pub mod pop3;
pub mod tunnel;
