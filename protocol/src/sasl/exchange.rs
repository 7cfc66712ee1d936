//! An exchange under way: what the client says first, what it answers, and when the server may say that it succeeded.
//!
//! SCRAM's messages are in `scram`; those of the other mechanisms are short enough to be here. Not here: what surrounds a
//! challenge on its line.

use std::fmt;
use std::mem;
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use md5::Md5;
use zeroize::Zeroizing;

use super::prepare::{Forbidden, Part, Rule, prepare};
use super::scram::{self, Client};
use super::{Credential, Gs2, Mechanism, Profile};
use crate::text::readable;

/// The iterations that SCRAM may ask for: fewer than 4,096 protect the password too little (RFC 5802, section 5.1;
/// RFC 7677, section 4), and each costs the client two hashes.
pub const SCRAM_ITERATIONS: RangeInclusive<u32> = 4096..=1_000_000;

/// Why this side ended an exchange: the server's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum BadChallenge {
    /// The challenge is not base64, or not what the mechanism has there.
    #[error("the server's challenge is malformed")]
    Malformed,
    /// The server did not prove that it knows the password, or repeated a nonce that is not ours
    /// (RFC 5802, section 5).
    #[error("the server did not prove that it knows the password")]
    NotAuthentic,
    /// SCRAM with fewer iterations than the standards allow.
    #[error("the server asks for fewer iterations than protect a password (RFC 5802, section 5.1)")]
    TooFewIterations,
    /// SCRAM with more iterations than this side will make.
    #[error("the server asks for more iterations than are bearable")]
    TooManyIterations,
}

/// Why an exchange cannot start: nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum CannotStart {
    /// User name or password are none that can be sent: the user's fault.
    #[error("{0} {1}")]
    Unfit(Part, Forbidden),
    /// The mechanism wants a password and was given a token, or the other way round.
    #[error("{0} does not take this kind of credential")]
    WrongCredential(Mechanism),
    /// A -PLUS mechanism without something to bind to, or another one with it.
    #[error("{0} and channel binding do not go together like this")]
    Binding(Mechanism),
    /// The system has no random numbers to give.
    #[error("there is no source of random numbers")]
    NoRandomness,
}

/// A text that may hold a password; overwritten when dropped.
type Text = Zeroizing<String>;

/// Octets that may hold a password; overwritten when dropped.
type Octets = Zeroizing<Vec<u8>>;

/// An exchange under way. `Debug` shows nothing of what was said.
pub struct Exchange {
    mechanism: Mechanism,
    engine: Engine,
    /// The first message of a client-first mechanism, while it is not sent.
    first: Option<Octets>,
    progress: Progress,
    detail: Option<String>,
    cancelled: Option<BadChallenge>,
    rounds: usize,
}

/// What the client says behind its first message.
enum Engine {
    /// Nothing.
    Plain,
    /// What is left to be said.
    Login(Vec<Octets>),
    CramMd5 {
        user: String,
        password: Text,
    },
    Scram(Box<Client>),
    /// This, when the server tells its error.
    Bearer(&'static [u8]),
}

/// How far an exchange is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The client has not said who it is.
    Speaking,
    /// The server has to prove itself yet.
    AwaitingProof,
    /// Everything is said.
    Complete,
    /// The server has told an error inside the exchange: it can only end in a refusal.
    Failed,
}

impl Exchange {
    /// An exchange in which nothing was said. `gs2` counts for SCRAM only, as do `iterations`: how many the server may
    /// ask for.
    ///
    /// # Errors
    /// [`CannotStart`] where name, password or credential do not fit the mechanism.
    pub fn new(
        mechanism: Mechanism,
        user: &str,
        credential: &Credential,
        gs2: Gs2<'_>,
        iterations: RangeInclusive<u32>,
    ) -> Result<Self, CannotStart> {
        let (Credential::Password(secret) | Credential::BearerToken(secret)) = credential;
        if mechanism.takes_token() != matches!(credential, Credential::BearerToken(_)) {
            return Err(CannotStart::WrongCredential(mechanism));
        }
        if mechanism.binds_channel() != matches!(gs2, Gs2::Bound(_)) {
            return Err(CannotStart::Binding(mechanism));
        }
        let secret = secret.expose();
        let fit = |part, text, rule| prepare(text, rule).map_err(|forbidden| CannotStart::Unfit(part, forbidden));
        let (engine, first) = match mechanism {
            Mechanism::Plain => {
                // RFC 4616, section 2: they are prepared for the comparison, which is the server's. Not every server does,
                // and such a one would refuse what is not as it was typed. NUL separates them.
                for (part, text) in [(Part::User, user), (Part::Password, secret)] {
                    if text.contains('\0') {
                        return Err(CannotStart::Unfit(part, Forbidden::Character));
                    }
                }
                (Engine::Plain, Some(joined(&["\0", user, "\0", secret])))
            }
            // No standard says how its strings are prepared, so they are sent as they are. In the order of need, from
            // behind.
            Mechanism::Login => (Engine::Login(vec![joined(&[secret]), joined(&[user])]), None),
            Mechanism::CramMd5 => (Engine::CramMd5 { user: user.into(), password: Text::new(secret.into()) }, None),
            Mechanism::OAuthBearer => {
                // RFC 7628, section 3.1. The user stands in the GS2 header, where `=` and `,` are escaped (RFC 5801,
                // section 4).
                let user = user.replace('=', "=3D").replace(',', "=2C");
                // RFC 7628, section 3.2.3: the answer to an error is %x01.
                (Engine::Bearer(b"\x01"), Some(joined(&["n,a=", &user, ",\x01auth=Bearer ", secret, "\x01\x01"])))
            }
            Mechanism::XOAuth2 => {
                (Engine::Bearer(b""), Some(joined(&["user=", user, "\x01auth=Bearer ", secret, "\x01\x01"])))
            }
            scram => {
                // RFC 5802, section 5.1: the name is looked up; section 2.2: from the password, keys are made.
                let (user, password) =
                    (fit(Part::User, user, Rule::Query)?, fit(Part::Password, secret, Rule::Stored)?);
                let client = Client::new(scram, &user, password, gs2, iterations, nonce()?);
                let first = joined(&[&client.first()]);
                (Engine::Scram(Box::new(client)), Some(first))
            }
        };
        Ok(Self { mechanism, engine, first, progress: Progress::Speaking, detail: None, cancelled: None, rounds: 0 })
    }

    /// The line that starts the exchange, without CRLF: the client's first message along with it where it has one and
    /// the profile has room.
    pub fn open(&mut self, profile: &Profile) -> Zeroizing<String> {
        let name = self.mechanism.name();
        // Microsoft's servers take XOAUTH2's message as an answer only, never along with the command.
        let may_be_first = profile.initial_response && self.mechanism != Mechanism::XOAuth2;
        if let Some(first) = self.first.as_ref().filter(|_| may_be_first) {
            let encoded = encode(first);
            let message = if encoded.is_empty() { profile.empty } else { &encoded };
            if profile.command.len() + name.len() + message.len() + "  \r\n".len() <= profile.line {
                let line = Zeroizing::new(format!("{} {name} {message}", profile.command));
                self.said_first();
                return line;
            }
        }
        Zeroizing::new(format!("{} {name}", profile.command))
    }

    /// The line that answers a challenge, without CRLF: base64, or the profile's way to cancel.
    pub fn answer(&mut self, challenge: &[u8], profile: &Profile) -> Zeroizing<String> {
        self.rounds += 1;
        // LOGIN's challenges are prompts, which some servers do not encode, and whatever a server says before the
        // client's first message is no challenge.
        let is_prompt = self.mechanism == Mechanism::Login || self.first.is_some();
        let answer = match decode(challenge) {
            Some(challenge) => self.respond(&challenge),
            None if is_prompt => self.respond(b""),
            None => Err(*self.cancelled.get_or_insert(BadChallenge::Malformed)),
        };
        match answer {
            Ok(answer) => encode(&answer),
            Err(_) => Zeroizing::new(profile.cancel.into()),
        }
    }

    /// The answer to a challenge, both without base64.
    ///
    /// # Errors
    /// [`BadChallenge`] where the exchange is to be cancelled. It stays so, whatever the server says then.
    pub fn respond(&mut self, challenge: &[u8]) -> Result<Zeroizing<Vec<u8>>, BadChallenge> {
        if let Some(bad) = self.cancelled {
            return Err(bad);
        }
        let answer = self.answer_to(challenge);
        self.cancelled = answer.as_ref().err().copied();
        answer
    }

    fn answer_to(&mut self, challenge: &[u8]) -> Result<Octets, BadChallenge> {
        if let Some(first) = self.first.clone() {
            self.said_first();
            return Ok(first);
        }
        match (&mut self.engine, self.progress) {
            // An error that is told again is answered again, until the server has had its rounds.
            (Engine::Bearer(answer), _) => {
                self.detail = Some(readable(challenge));
                Ok(Zeroizing::new(answer.to_vec()))
            }
            (Engine::Login(left), Progress::Speaking) => {
                let answer = left.pop().ok_or(BadChallenge::Malformed)?;
                if left.is_empty() {
                    self.progress = Progress::Complete;
                }
                Ok(answer)
            }
            (Engine::CramMd5 { user, password }, Progress::Speaking) => {
                self.progress = Progress::Complete;
                Ok(cram_md5(user, password, challenge))
            }
            // SCRAM's own way to say no: the refusal follows (RFC 5802, section 7).
            (Engine::Scram(_), Progress::Speaking | Progress::AwaitingProof)
                if scram::server_error(challenge).is_some() =>
            {
                self.progress = Progress::Failed;
                self.detail = Some(readable(challenge));
                Ok(Octets::default())
            }
            (Engine::Scram(client), Progress::Speaking) => {
                let answer = client.prove(challenge)?;
                self.progress = Progress::AwaitingProof;
                Ok(answer)
            }
            (Engine::Scram(client), Progress::AwaitingProof) => {
                client.verify(challenge)?;
                self.progress = Progress::Complete;
                Ok(Octets::default())
            }
            _ => Err(BadChallenge::Malformed),
        }
    }

    /// The server says that the exchange succeeded: whether it may. Some send their proof along, in base64.
    ///
    /// # Errors
    /// [`BadChallenge`] where the exchange was cancelled, or the server has not proved itself.
    pub fn conclude(&mut self, with: &[u8]) -> Result<(), BadChallenge> {
        if let Some(bad) = self.cancelled {
            return Err(bad);
        }
        if self.progress == Progress::AwaitingProof
            && let Some(proof) = decode(with)
        {
            // What it says is in the progress.
            let _ = self.respond(&proof);
        }
        if self.progress == Progress::Complete { Ok(()) } else { Err(BadChallenge::NotAuthentic) }
    }

    /// The mechanism.
    pub fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// Whether success cannot be meant yet, because the client has not said who it is, and goes on.
    pub fn is_speaking(&self) -> bool {
        self.cancelled.is_none() && self.progress == Progress::Speaking
    }

    /// Whether no more was said than SCRAM's first message, which holds neither password nor proof.
    pub fn is_before_proof(&self) -> bool {
        self.mechanism.is_scram() && self.progress == Progress::Speaking
    }

    /// Why the exchange was cancelled, where it was.
    pub fn cancelled(&self) -> Option<BadChallenge> {
        self.cancelled
    }

    /// What the server said of an error inside the exchange: OAuth's as JSON (RFC 7628, section 3.2.2), SCRAM's as
    /// `e=…` (RFC 5802, section 7).
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// Challenges so far.
    pub fn rounds(&self) -> usize {
        self.rounds
    }

    fn said_first(&mut self) {
        drop(mem::take(&mut self.first));
        if !self.mechanism.is_scram() {
            self.progress = Progress::Complete;
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("mechanism", &self.mechanism)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

/// A nonce of 144 random bits, of characters that SCRAM allows (RFC 5802, section 7: printable).
fn nonce() -> Result<String, CannotStart> {
    let mut random = [0; 18];
    getrandom::getrandom(&mut random).map_err(|_| CannotStart::NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(random))
}

/// The parts one after the other, in memory that never grew.
fn joined(parts: &[&str]) -> Octets {
    let mut all = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    parts.iter().for_each(|part| all.extend_from_slice(part.as_bytes()));
    all
}

/// CRAM-MD5's answer (RFC 2195, section 2).
fn cram_md5(user: &str, password: &str, challenge: &[u8]) -> Octets {
    let Ok(mut mac) = Hmac::<Md5>::new_from_slice(password.as_bytes()) else {
        unreachable!("HMAC takes keys of any length (RFC 2104, section 2)")
    };
    mac.update(challenge);
    let digest: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    joined(&[user, " ", &digest])
}

fn encode(octets: &[u8]) -> Text {
    let mut text = Text::new(String::with_capacity(octets.len().div_ceil(3) * 4));
    STANDARD.encode_string(octets, &mut text);
    text
}

/// Base64 with or without padding, for servers leave it out.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    match text.trim_ascii() {
        b"=" => Some(Vec::new()),
        text => LENIENT.decode(text).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;
    use crate::sasl::{BindingKind, ChannelBinding};

    const PROFILE: Profile = Profile { command: "AUTH", initial_response: true, line: 255, empty: "=", cancel: "*" };

    fn exchange(mechanism: Mechanism, user: &str, secret: &str) -> Result<Exchange, CannotStart> {
        let secret = Secret::new(secret);
        let credential =
            if mechanism.takes_token() { Credential::BearerToken(secret) } else { Credential::Password(secret) };
        let binding = ChannelBinding { kind: BindingKind::TlsExporter, data: vec![7; 32] };
        let gs2 = if mechanism.binds_channel() { Gs2::Bound(&binding) } else { Gs2::NotUsed };
        Exchange::new(mechanism, user, &credential, gs2, SCRAM_ITERATIONS)
    }

    #[test]
    fn names_and_passwords_are_prepared_by_the_rule_of_each_mechanism() {
        let plain = exchange(Mechanism::Plain, "I\u{AD}X", "pass\u{A0}²\u{7}🔑").unwrap().open(&PROFILE);
        assert_eq!(*plain, format!("AUTH PLAIN {}", STANDARD.encode("\0I\u{AD}X\0pass\u{A0}²\u{7}🔑")), "as typed");
        for (mechanism, user, password, expected) in [
            (Mechanism::Plain, "u\0", "p", CannotStart::Unfit(Part::User, Forbidden::Character)),
            (Mechanism::Plain, "u", "p\0", CannotStart::Unfit(Part::Password, Forbidden::Character)),
            (Mechanism::ScramSha1, "u", "p\u{E000}", CannotStart::Unfit(Part::Password, Forbidden::Character)),
            (Mechanism::ScramSha256, "u", "🔑", CannotStart::Unfit(Part::Password, Forbidden::Unassigned)),
            (Mechanism::ScramSha512, "u", "\u{627}1", CannotStart::Unfit(Part::Password, Forbidden::Directions)),
            (Mechanism::ScramSha512Plus, "\u{AD}", "p", CannotStart::Unfit(Part::User, Forbidden::Nothing)),
        ] {
            assert_eq!(exchange(mechanism, user, password).err(), Some(expected), "{mechanism}");
        }
        // A name may be new where a password may not.
        assert!(exchange(Mechanism::ScramSha256, "🔑,=", "p").unwrap().open(&PROFILE).len() > 20);
    }

    #[test]
    fn a_message_longer_than_the_profile_allows_waits_for_the_servers_challenge() {
        for line in 0..80 {
            let mut exchange = exchange(Mechanism::Plain, "user", "secret").unwrap();
            let opened = exchange.open(&Profile { line, ..PROFILE });
            if opened.len() + 2 > line {
                assert_eq!(*opened, "AUTH PLAIN");
                assert_eq!(*exchange.answer(b"", &PROFILE), "AHVzZXIAc2VjcmV0");
            } else {
                assert!(*opened == "AUTH PLAIN AHVzZXIAc2VjcmV0" || exchange.is_speaking());
            }
        }
        let mut later = exchange(Mechanism::Plain, "user", "secret").unwrap();
        assert_eq!(*later.open(&Profile { initial_response: false, ..PROFILE }), "AUTH PLAIN");
        assert!(later.is_speaking() && later.conclude(b"").is_err());
    }

    #[test]
    fn success_is_believed_only_when_everything_was_said_and_proved() {
        for mechanism in Mechanism::ALL {
            let mut exchange = exchange(mechanism, "user", "secret").unwrap();
            assert!(exchange.conclude(b"").is_err(), "{mechanism} before anything was said");
        }
        for error in ["e=other-error", "e=", "e=other-error,x=y"] {
            let mut scram = exchange(Mechanism::ScramSha256, "user", "secret").unwrap();
            scram.open(&PROFILE);
            assert_eq!(scram.respond(error.as_bytes()).unwrap().len(), 0);
            assert_eq!(scram.detail(), Some(error));
            assert_eq!(scram.conclude(b""), Err(BadChallenge::NotAuthentic));
        }
    }

    #[test]
    fn nonces_differ_and_hold_nothing_that_would_end_an_attribute() {
        let nonces: std::collections::HashSet<String> = (0..100).map(|_| nonce().unwrap()).collect();
        assert_eq!(nonces.len(), 100);
        assert!(nonces.iter().all(|nonce| nonce.len() == 24 && !nonce.contains([',', '='])));
    }
}
