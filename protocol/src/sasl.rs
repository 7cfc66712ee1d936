//! SASL (RFC 4422): mechanisms, credentials, exchanges, and the choice among the names that a server offers.
//!
//! It belongs to no protocol. What differs between protocols is a [`Profile`]: the command, whether the client's first
//! message may travel with it, how an empty one and a cancel are written. The exchange gives lines to send and reads
//! what comes back; it knows neither the status words around a challenge nor the order of commands.
//!
//! ```
//! use restante_protocol::Secret;
//! use restante_protocol::sasl::{Credential, Exchange, Gs2, Mechanism, Profile, SCRAM_ITERATIONS};
//!
//! const POP3: Profile = Profile { command: "AUTH", initial_response: true, line: 255, empty: "=", cancel: "*" };
//! let password = Credential::Password(Secret::new("tanstaaf"));
//! let mut exchange = Exchange::new(Mechanism::Plain, "mrose", &password, Gs2::NotUsed, SCRAM_ITERATIONS)?;
//! assert_eq!(exchange.open(&POP3).as_str(), "AUTH PLAIN AG1yb3NlAHRhbnN0YWFm");
//! assert!(exchange.conclude(b"").is_ok());
//! # Ok::<(), restante_protocol::sasl::CannotStart>(())
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `mechanism.rs` | the mechanisms' names, and what each shows, needs and proves |
//! | `credential.rs` | passwords, bearer tokens, channel bindings |
//! | `prepare.rs` | SASLprep (RFC 4013) |
//! | `choice.rs` | which of the offered mechanisms to take: a pure function |
//! | `exchange.rs` | an exchange under way: what to answer, and when +OK may mean success |
//! | `scram.rs` | SCRAM (RFC 5802, RFC 7677) |
//! | `profile.rs` | how a protocol carries an exchange |

mod choice;
mod credential;
mod exchange;
mod mechanism;
mod prepare;
mod profile;
mod scram;

pub use choice::{NoneOffered, Offer, strongest, unbound};
pub use credential::{BindingKind, ChannelBinding, Credential, Gs2};
pub use exchange::{BadChallenge, CannotStart, Exchange, SCRAM_ITERATIONS};
pub use mechanism::Mechanism;
pub use prepare::{Forbidden, Part, Rule, prepare};
pub use profile::Profile;
