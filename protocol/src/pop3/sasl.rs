//! SASL exchanges (RFC 4422) as POP3 carries them (RFC 5034).
//!
//! The mechanisms are the crate rsasl's; CRAM-MD5, which it lacks, is here, as are the rules that it leaves to its
//! users: how many iterations SCRAM may ask for, and what to answer to OAuth's error. Not here: the lines (`session`).

use std::fmt;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, Mac as _};
use md5::Md5;
use rsasl::callback::{Context, Request, SessionCallback, SessionData};
use rsasl::mechname::Mechname;
use rsasl::prelude::{ChannelBindingCallback, Registry, SASLClient, SASLConfig, Session, SessionError, State};
use rsasl::property::{AuthId, AuthzId, OAuthBearerToken, OverrideCBType, Password};
use rsasl::validate::NoValidation;
use zeroize::Zeroizing;

use super::reply::readable;
use super::{ChannelBinding, Credential, Login, Mechanism};

/// Why this side ended an exchange.
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
    /// SCRAM with more iterations than [`super::Limits::scram_iterations`].
    #[error("the server asks for more iterations than are bearable")]
    Iterations,
}

/// Base64 text that may hold a password.
pub(super) type Encoded = Zeroizing<String>;

/// An exchange under way.
pub(super) struct Exchange {
    pub(super) mechanism: Mechanism,
    engine: Engine,
    /// The first message of a client-first mechanism, while it is not sent.
    first: Option<Zeroizing<Vec<u8>>>,
    /// What the client still has to do before +OK makes sense.
    progress: Progress,
    /// OAuth's error, as the server sent it.
    pub(super) detail: Option<String>,
    /// The same login with the next channel binding, where there is one.
    pub(super) next: Option<Box<Login>>,
    /// The same login without channel binding, where nobody asked for it by name.
    pub(super) unbound: Option<Box<Login>>,
    /// The exchange was cancelled, for this reason.
    pub(super) cancelled: Option<BadChallenge>,
    /// Challenges so far.
    pub(super) rounds: usize,
    max_iterations: u32,
}

enum Engine {
    Rsasl(Box<Session<NoValidation, Binding>>),
    CramMd5 { user: String, credential: Credential },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The client has something to say yet.
    Speaking,
    /// The server has to prove itself yet.
    AwaitingProof,
    /// Everything is said.
    Complete,
}

/// What a -PLUS mechanism binds to.
struct Binding(Option<ChannelBinding>);

impl ChannelBindingCallback for Binding {
    fn get_cb_data(&self, name: &str) -> Option<&[u8]> {
        self.0.as_ref().filter(|binding| binding.kind.name() == name).map(|binding| binding.data.as_slice())
    }
}

/// What rsasl asks for.
struct Answers {
    mechanism: Mechanism,
    user: String,
    credential: Credential,
    binding: Option<&'static str>,
    speaks_binding: bool,
}

impl SessionCallback for Answers {
    fn callback(&self, _: &SessionData, _: &Context<'_>, request: &mut Request<'_>) -> Result<(), SessionError> {
        request.satisfy::<AuthId>(&self.user)?;
        if self.mechanism == Mechanism::OAuthBearer {
            // The user stands in the GS2 header, where `=` and `,` are escaped (RFC 7628, section 3.1; RFC 5801, section 4).
            request.satisfy::<AuthzId>(&self.user.replace('=', "=3D").replace(',', "=2C"))?;
        }
        match &self.credential {
            Credential::Password(password) => request.satisfy::<Password>(password.expose().as_bytes())?,
            Credential::BearerToken(token) => request.satisfy::<OAuthBearerToken>(token.expose())?,
        };
        if let Some(name) = self.binding {
            request.satisfy::<OverrideCBType>(name)?;
        }
        Ok(())
    }

    fn enable_channel_binding(&self) -> bool {
        self.speaks_binding
    }
}

impl Exchange {
    /// Starts an exchange. `plus_offered`: the server announces a -PLUS mechanism, so that a client which could bind
    /// the channel says that it was not asked to only where that is true (RFC 5802, section 6).
    pub(super) fn new(
        mechanism: Mechanism,
        login: Login,
        plus_offered: bool,
        max_iterations: u32,
    ) -> Result<Self, BadChallenge> {
        let Login { user, credential, bindings, .. } = login;
        let mut exchange = Self {
            mechanism,
            engine: Engine::CramMd5 { user: user.clone(), credential: credential.clone() },
            first: None,
            progress: Progress::Speaking,
            detail: None,
            next: None,
            unbound: None,
            cancelled: None,
            rounds: 0,
            max_iterations,
        };
        if mechanism != Mechanism::CramMd5 {
            let speaks_binding = mechanism.binds_channel() || (!bindings.is_empty() && !plus_offered);
            let binding = bindings.into_iter().next().filter(|_| mechanism.binds_channel());
            let mut session = start(mechanism, user, credential, binding, speaks_binding)?;
            if session.are_we_first() {
                let mut first = Zeroizing::new(Vec::with_capacity(8 << 10));
                session.step(None, &mut *first).map_err(|_| BadChallenge::Malformed)?;
                exchange.first = Some(first);
            }
            exchange.engine = Engine::Rsasl(Box::new(session));
        }
        Ok(exchange)
    }

    /// The argument of AUTH behind the mechanism, where it may be at most so many octets (RFC 5034, section 4): empty
    /// is written as `=`.
    pub(super) fn initial_response(&mut self, room: usize) -> Option<Encoded> {
        // Microsoft's servers take XOAUTH2's message as an answer only, never along with AUTH.
        if self.mechanism == Mechanism::XOAuth2 {
            return None;
        }
        let first = self.first.as_ref()?;
        let encoded = if first.is_empty() { Encoded::new("=".into()) } else { encode(first) };
        if encoded.len() > room {
            return None;
        }
        self.first = None;
        self.sent_first();
        Some(encoded)
    }

    /// The answer to a challenge, in base64.
    pub(super) fn respond(&mut self, challenge: &[u8]) -> Result<Encoded, BadChallenge> {
        self.rounds += 1;
        // rsasl's mechanisms stop the program when they are asked again after an error or after their end.
        if let Some(bad) = self.cancelled {
            return Err(bad);
        }
        if let Some(first) = self.first.take() {
            // Whatever the server says before the client's first message is no challenge.
            self.sent_first();
            return Ok(encode(&first));
        }
        let challenge = match decode(challenge) {
            Some(challenge) => challenge,
            // LOGIN's challenges are prompts; some servers do not encode them.
            None if self.mechanism == Mechanism::Login => Vec::new(),
            None => return Err(BadChallenge::Malformed),
        };
        match (&mut self.engine, self.mechanism) {
            (Engine::CramMd5 { user, credential }, _) => {
                self.progress = Progress::Complete;
                let Credential::Password(password) = credential else { return Err(BadChallenge::Malformed) };
                Ok(encode(cram_md5(user, password.expose(), &challenge).as_bytes()))
            }
            // The error as JSON: answered by an empty message, or by %x01 (RFC 7628, section 3.2.3).
            (Engine::Rsasl(_), Mechanism::XOAuth2) => {
                self.detail = Some(readable(&challenge));
                Ok(Encoded::default())
            }
            (Engine::Rsasl(_), Mechanism::OAuthBearer) => {
                self.detail = Some(readable(&challenge));
                Ok(encode(b"\x01"))
            }
            (Engine::Rsasl(_), Mechanism::Plain) => Err(BadChallenge::Malformed),
            // SCRAM's own way to say no: the -ERR follows (RFC 5802, section 7).
            (Engine::Rsasl(_), mechanism) if is_scram(mechanism) && challenge.starts_with(b"e=") => {
                self.detail = Some(readable(&challenge));
                Ok(Encoded::default())
            }
            (Engine::Rsasl(_), _) if self.progress == Progress::Complete => Err(BadChallenge::Malformed),
            (Engine::Rsasl(session), mechanism) => {
                if is_scram(mechanism) && iterations(&challenge).is_some_and(|count| count > self.max_iterations.into())
                {
                    return Err(BadChallenge::Iterations);
                }
                let mut answer = Zeroizing::new(Vec::with_capacity(1 << 10));
                let state = match session.step(Some(&challenge), &mut *answer) {
                    Ok(state) => state,
                    Err(_) if is_scram(mechanism) => return Err(BadChallenge::NotAuthentic),
                    Err(_) => return Err(BadChallenge::Malformed),
                };
                self.progress = match state {
                    State::Finished(_) => Progress::Complete,
                    State::Running if is_scram(mechanism) => Progress::AwaitingProof,
                    State::Running => Progress::Speaking,
                };
                Ok(encode(&answer))
            }
        }
    }

    /// Whether the server has answered nothing yet to a client's first message, which holds neither password nor proof.
    pub(super) fn is_unheard(&self) -> bool {
        self.is_speaking() && is_scram(self.mechanism)
    }

    /// Whether +OK cannot mean success yet, because the client has not said who it is.
    pub(super) fn is_speaking(&self) -> bool {
        self.cancelled.is_none() && self.progress == Progress::Speaking
    }

    /// The server says +OK: whether it may. Some send their proof along.
    pub(super) fn conclude(&mut self, rest: &[u8]) -> Result<(), BadChallenge> {
        match (self.cancelled, self.progress) {
            (Some(bad), _) => Err(bad),
            (None, Progress::Complete) => Ok(()),
            (None, _) => {
                self.respond(rest.trim_ascii()).map_err(|_| BadChallenge::NotAuthentic)?;
                if self.progress == Progress::Complete { Ok(()) } else { Err(BadChallenge::NotAuthentic) }
            }
        }
    }

    fn sent_first(&mut self) {
        if !is_scram(self.mechanism) {
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

fn start(
    mechanism: Mechanism,
    user: String,
    credential: Credential,
    binding: Option<ChannelBinding>,
    speaks_binding: bool,
) -> Result<Session<NoValidation, Binding>, BadChallenge> {
    let kind = binding.as_ref().map(|binding| binding.kind.name());
    let answers = Answers { mechanism, user, credential, binding: kind, speaks_binding };
    let registry = Registry::with_mechanisms(known(mechanism));
    let name = Mechname::parse(mechanism.name().as_bytes()).map_err(|_| BadChallenge::Malformed)?;
    // Neither fails: the registry holds what is asked for, and nothing else.
    let config = SASLConfig::builder().with_registry(registry).with_callback(answers);
    SASLClient::with_cb(config.map_err(|_| BadChallenge::Malformed)?, Binding(binding))
        .start_suggested(&[name])
        .map_err(|_| BadChallenge::Malformed)
}

/// rsasl's mechanism, alone: its default registry leaves the -PLUS ones out, and would take the bare one for them.
fn known(mechanism: Mechanism) -> &'static [rsasl::prelude::Mechanism] {
    use rsasl::mechanisms::{login, oauthbearer, plain, scram, xoauth2};
    static PLAIN: [rsasl::prelude::Mechanism; 1] = [plain::PLAIN];
    static LOGIN: [rsasl::prelude::Mechanism; 1] = [login::LOGIN];
    static SHA1: [rsasl::prelude::Mechanism; 1] = [scram::SCRAM_SHA1];
    static SHA1_PLUS: [rsasl::prelude::Mechanism; 1] = [scram::SCRAM_SHA1_PLUS];
    static SHA256: [rsasl::prelude::Mechanism; 1] = [scram::SCRAM_SHA256];
    static SHA256_PLUS: [rsasl::prelude::Mechanism; 1] = [scram::SCRAM_SHA256_PLUS];
    static XOAUTH2: [rsasl::prelude::Mechanism; 1] = [xoauth2::XOAUTH2];
    static OAUTHBEARER: [rsasl::prelude::Mechanism; 1] = [oauthbearer::OAUTHBEARER];
    match mechanism {
        Mechanism::Plain => &PLAIN,
        Mechanism::Login => &LOGIN,
        Mechanism::ScramSha1 => &SHA1,
        Mechanism::ScramSha1Plus => &SHA1_PLUS,
        Mechanism::ScramSha256 => &SHA256,
        Mechanism::ScramSha256Plus => &SHA256_PLUS,
        Mechanism::XOAuth2 => &XOAUTH2,
        Mechanism::OAuthBearer => &OAUTHBEARER,
        // Not SASL, or not rsasl's.
        Mechanism::UserPass | Mechanism::Apop | Mechanism::CramMd5 => &[],
    }
}

fn is_scram(mechanism: Mechanism) -> bool {
    matches!(
        mechanism,
        Mechanism::ScramSha1 | Mechanism::ScramSha1Plus | Mechanism::ScramSha256 | Mechanism::ScramSha256Plus
    )
}

/// The iteration count of SCRAM's server-first message; too many digits count as too many.
fn iterations(challenge: &[u8]) -> Option<u64> {
    let count = challenge.split(|byte| *byte == b',').find_map(|part| part.strip_prefix(b"i="))?;
    Some(std::str::from_utf8(count).ok()?.parse().unwrap_or(u64::MAX))
}

/// CRAM-MD5's answer (RFC 2195, section 2).
fn cram_md5(user: &str, password: &str, challenge: &[u8]) -> Zeroizing<String> {
    let mut answer = Zeroizing::new(format!("{user} "));
    // HMAC takes keys of any length.
    if let Ok(mut mac) = Hmac::<Md5>::new_from_slice(password.as_bytes()) {
        mac.update(challenge);
        for byte in mac.finalize().into_bytes() {
            answer.push_str(&format!("{byte:02x}"));
        }
    }
    answer
}

fn encode(octets: &[u8]) -> Encoded {
    let mut text = Encoded::new(String::with_capacity(octets.len().div_ceil(3) * 4));
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
