//! The ways to sign in: several lines, one ticket, one outcome.
//!
//! Not here: which mechanism is taken (`choice`), what the mechanisms say (`sasl`).

use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::send::{Sent, Step};
use super::submit::{MAX_LINE, check_login, fits_user_and_pass};
use super::{Phase, Session};
use crate::Secret;
use crate::pop3::reply::{Status, text};
use crate::pop3::{
    Event, Fault, Login, Mechanism, MechanismChoice, NoMechanism, Quirk, Refusal, RefusedBy, Reply, ReplyData,
    Situation, Ticket, Why, choose,
};
use crate::sasl::{self, CannotStart, Credential, Exchange, Gs2, Part, Profile, Rule, prepare};

/// RFC 5034, section 4: the initial response goes along only where the line stays within 255 octets, an empty one is
/// written as `=`, and `*` cancels.
const PROFILE: Profile = Profile { command: "AUTH", initial_response: true, line: MAX_LINE, empty: "=", cancel: "*" };

/// An exchange under way, and what to try if the server does not refuse the login but its binding to the channel.
#[derive(Debug)]
pub(super) struct Attempt {
    exchange: Exchange,
    /// The same login with the next channel binding, where there is one.
    next: Option<Box<Login>>,
    /// The same login without channel binding, where nobody asked for it by name.
    unbound: Option<Box<Login>>,
}

impl Session {
    /// Chooses the mechanism and sends its first line or lines.
    pub(super) fn begin_login(&mut self, ticket: Ticket, login: Login) {
        let fits = fits_user_and_pass(&login).is_ok();
        // RFC 6856, section 2.2: the argument USER of the capability allows UTF-8 in USER, PASS and APOP, before the
        // command UTF8 as well.
        let may_be_sent = login.is_ascii() || self.capabilities.as_ref().is_some_and(|known| known.takes_utf8_names());
        let situation = Situation {
            choice: login.choice,
            token: matches!(login.credential, Credential::BearerToken(_)),
            channel: self.config.channel,
            cleartext_agreed: self.config.cleartext_agreed,
            capabilities: self.capabilities.as_ref(),
            apop_challenge: self.apop_challenge.is_some(),
            bindings: !login.bindings.is_empty(),
            one_flight: self.is_pipelining() && may_be_sent && fits,
        };
        let (mechanism, why) = match choose(&situation) {
            Ok((Mechanism::UserPass, _)) if !fits => {
                return self.refuse_login(ticket, RefusedBy::NoMechanism(NoMechanism::TooLong));
            }
            Ok((Mechanism::UserPass | Mechanism::Apop, _)) if !may_be_sent => {
                return self.refuse_login(ticket, RefusedBy::NoMechanism(NoMechanism::BeyondAscii));
            }
            Ok(chosen) => chosen,
            Err(none) => return self.refuse_login(ticket, RefusedBy::NoMechanism(none)),
        };
        let channel = self.config.channel;
        self.transcript.chose(why);
        self.events.push_back(Event::MechanismChosen { ticket, mechanism, why, channel });
        match mechanism {
            Mechanism::UserPass => self.begin_user_pass(ticket, login),
            Mechanism::Apop => match digested(login) {
                Ok(login) => self.begin_apop(ticket, &login),
                Err(by) => self.refuse_login(ticket, by),
            },
            Mechanism::Sasl(mechanism) => self.begin_sasl(ticket, mechanism, login),
        }
    }

    fn begin_user_pass(&mut self, ticket: Ticket, login: Login) {
        self.outbox.line(&[b"USER ", login.user.as_bytes()]);
        self.transcript.sent(&format!("USER {}", login.user));
        if self.is_pipelining() {
            self.expect_status(ticket, Step::User(None));
            self.send_pass(&login);
            self.expect_status(ticket, Step::Pass);
        } else {
            self.expect_status(ticket, Step::User(Some(Box::new(login))));
        }
    }

    fn send_pass(&mut self, login: &Login) {
        if let Credential::Password(password) = &login.credential {
            self.outbox.line(&[b"PASS ", password.expose().as_bytes()]);
            self.transcript.sent_secret("PASS", password.expose());
        }
    }

    /// RFC 1939, section 7: the digest is MD5 of the challenge, angle brackets included, followed by the password.
    fn begin_apop(&mut self, ticket: Ticket, login: &Login) {
        if let (Some(challenge), Credential::Password(password)) = (&self.apop_challenge, &login.credential) {
            let mut digest = Md5::new();
            digest.update(challenge.as_bytes());
            digest.update(password.expose().as_bytes());
            let mut hex = Zeroizing::new(String::with_capacity(32));
            for byte in digest.finalize() {
                hex.push_str(&format!("{byte:02x}"));
            }
            self.outbox.line(&[b"APOP ", login.user.as_bytes(), b" ", hex.as_bytes()]);
            self.transcript.sent_secret(&format!("APOP {}", login.user), &hex);
        }
        self.expect_status(ticket, Step::Apop);
    }

    fn begin_sasl(&mut self, ticket: Ticket, mechanism: sasl::Mechanism, login: Login) {
        let offered = self.capabilities.as_ref().map(|known| known.sasl.as_slice());
        let gs2 = match login.bindings.first() {
            Some(binding) if mechanism.binds_channel() => Gs2::Bound(binding),
            binding => Gs2::without_binding(binding.is_some(), offered),
        };
        let iterations = self.config.limits.scram_iterations.clone();
        let mut exchange = match Exchange::new(mechanism, &login.user, &login.credential, gs2, iterations) {
            Ok(exchange) => exchange,
            Err(reason) => return self.refuse_login(ticket, RefusedBy::CannotStart(reason)),
        };
        let (Credential::Password(secret) | Credential::BearerToken(secret)) = &login.credential;
        self.transcript.hide(secret.clone());
        let first = exchange.open(&PROFILE);
        self.outbox.line(&[first.as_bytes()]);
        match first.splitn(3, ' ').nth(2) {
            Some(response) => self.transcript.sent_secret(&format!("AUTH {}", mechanism.name()), response),
            None => self.transcript.sent(&first),
        }
        let next = (mechanism.binds_channel() && login.bindings.len() > 1)
            .then(|| Box::new(Login { bindings: login.bindings[1..].to_vec(), ..login.clone() }));
        // Who wants the binding enforced asks for it by name.
        let is_free = mechanism.binds_channel() && login.choice == MechanismChoice::Strongest;
        let unbound = is_free.then(|| Box::new(Login { bindings: Vec::new(), ..login }));
        self.expect_status(ticket, Step::Auth(Box::new(Attempt { exchange, next, unbound })));
    }

    /// Reads the answer to a step of a login.
    pub(super) fn read_login(&mut self, status: Status<'_>) -> Result<(), Fault> {
        match self.outstanding.front_mut().map(|sent| &mut sent.step) {
            Some(Step::Auth(attempt)) => {
                let exchange = &mut attempt.exchange;
                let limit = self.config.limits.sasl_rounds;
                match status {
                    Status::Continue(_) if exchange.rounds() >= limit => return Err(Fault::SaslTooLong { limit }),
                    Status::Continue(challenge) => self.respond(challenge),
                    Status::Ok(challenge) if exchange.is_speaking() => {
                        self.quirk(Quirk::OkForContinue);
                        self.respond(challenge);
                    }
                    Status::Ok(rest) => {
                        let mechanism = exchange.mechanism();
                        match exchange.conclude(rest) {
                            Ok(()) => self.signed_in(mechanism.into(), rest),
                            Err(bad) => self.login_failed(RefusedBy::BadChallenge(bad), rest),
                        }
                    }
                    Status::Err(rest) => {
                        let by = exchange.cancelled().map_or(RefusedBy::Server, RefusedBy::BadChallenge);
                        self.login_failed(by, rest);
                    }
                }
            }
            Some(Step::User(later)) => match (status, later.take()) {
                (Status::Ok(_), Some(login)) => {
                    self.send_pass(&login);
                    if let Some(sent) = self.outstanding.front_mut() {
                        sent.step = Step::Pass;
                    }
                }
                (Status::Ok(_), None) => drop(self.pop()),
                (Status::Err(rest), None) => {
                    self.user_refused = Some(refusal(RefusedBy::Server, rest, None));
                    self.pop();
                }
                (Status::Err(rest), Some(_)) => self.login_failed(RefusedBy::Server, rest),
                (Status::Continue(_), _) => return Err(self.no_status()),
            },
            Some(step) => {
                let mechanism = if matches!(step, Step::Apop) { Mechanism::Apop } else { Mechanism::UserPass };
                match status {
                    Status::Ok(rest) => self.signed_in(mechanism, rest),
                    Status::Err(rest) => self.login_failed(RefusedBy::Server, rest),
                    Status::Continue(_) => return Err(self.no_status()),
                }
            }
            None => {}
        }
        Ok(())
    }

    /// Answers a challenge, or cancels the exchange (RFC 5034, section 4).
    fn respond(&mut self, challenge: &[u8]) {
        let Some(Sent { step: Step::Auth(attempt), .. }) = self.outstanding.front_mut() else { return };
        let answer = attempt.exchange.answer(challenge, &PROFILE);
        self.outbox.line(&[answer.as_bytes()]);
        if *answer == PROFILE.cancel {
            self.transcript.sent(PROFILE.cancel);
        } else {
            self.transcript.sent_secret("", &answer);
        }
    }

    fn signed_in(&mut self, mechanism: Mechanism, rest: &[u8]) {
        self.phase = Phase::Transaction;
        self.transcript.login_is_over();
        self.user_refused = None;
        let (code, text) = text(rest);
        self.finish_with(Reply { code, text, data: ReplyData::Login(mechanism) });
        self.behind_login = self.outstanding.len();
    }

    fn login_failed(&mut self, by: RefusedBy, rest: &[u8]) {
        let Some(Sent { ticket, step, .. }) = self.pop() else { return };
        let mut detail = None;
        if let Step::Auth(attempt) = step {
            let Attempt { exchange, next, unbound } = *attempt;
            detail = exchange.detail().map(str::to_owned);
            if by == RefusedBy::Server {
                let refused = self.what_was_refused(&exchange, rest);
                if let (Refused::Kind, Some(login)) = (refused, next) {
                    return self.begin_sasl(ticket, exchange.mechanism(), *login);
                }
                if let (Refused::Kind | Refused::Binding, Some(login)) = (refused, unbound)
                    && let Some(mechanism) = self.capabilities.as_ref().and_then(|known| sasl::unbound(&known.sasl))
                {
                    self.quirk(Quirk::BindingRefused);
                    let (why, channel) = (Why::Unbound, self.config.channel);
                    self.transcript.chose(why);
                    self.events.push_back(Event::MechanismChosen { ticket, mechanism: mechanism.into(), why, channel });
                    return self.begin_sasl(ticket, mechanism, *login);
                }
            }
        }
        self.transcript.login_is_over();
        let refusal = self.user_refused.take().unwrap_or_else(|| refusal(by, rest, detail));
        self.events.push_back(Event::Refused { ticket, refusal });
        self.refuse_behind_login(ticket);
    }

    /// What the server refused with its -ERR: the login, unless it is clear that it means the binding. A wrong guess here
    /// would let one wrong password count twice.
    fn what_was_refused(&self, exchange: &Exchange, rest: &[u8]) -> Refused {
        // RFC 5802, section 7. Where the bindings do not match, somebody may sit between: that is the end.
        match exchange.detail() {
            Some("e=unsupported-channel-binding-type") => return Refused::Kind,
            Some("e=channel-binding-not-supported") => return Refused::Binding,
            Some(_) => return Refused::Login,
            None => {}
        }
        // The server says of every wrong name or password that it is one (RFC 3206, section 5): what it refuses without
        // that word, before it has seen any proof of the password, is not the user.
        let announces_code = self.capabilities.as_ref().is_some_and(|known| known.auth_resp_code);
        let is_without_code = announces_code && text(rest).0.is_none();
        if is_bad_protocol(rest) || exchange.is_before_proof() && is_without_code {
            Refused::Binding
        } else {
            Refused::Login
        }
    }

    /// Refuses a login of which nothing was sent.
    fn refuse_login(&mut self, ticket: Ticket, by: RefusedBy) {
        self.events.push_back(Event::Refused { ticket, refusal: refusal(by, b"", None) });
        self.refuse_behind_login(ticket);
    }

    /// Some servers close the connection instead of saying no: the command that was under way is refused then.
    pub(super) fn explain_hangup(&mut self) {
        let quirk = match self.outstanding.front().map(|sent| &sent.step) {
            Some(Step::Pass | Step::Apop) => Quirk::LoginHangup,
            Some(Step::Auth(attempt)) if !attempt.exchange.is_speaking() => Quirk::LoginHangup,
            Some(Step::Capa) => Quirk::CapaHangup,
            Some(Step::Quit) => return self.quirk(Quirk::QuitHangup),
            _ => return,
        };
        self.quirk(quirk);
        if let Some(Sent { ticket, .. }) = self.pop() {
            let refusal = self.user_refused.take().unwrap_or_else(|| refusal(RefusedBy::Hangup, b"", None));
            self.events.push_back(Event::Refused { ticket, refusal });
        }
    }
}

/// What a server's refusal of a login is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    /// Name, password, or anything else.
    Login,
    /// This kind of channel binding.
    Kind,
    /// Channel binding as such.
    Binding,
}

/// The words of Cyrus SASL for SASL_BADPROT; a wrong password has others.
fn is_bad_protocol(rest: &[u8]) -> bool {
    memchr::memmem::find(rest, b"bad protocol").is_some()
}

/// A login as APOP's digest is made of it: where it is not ASCII, the name is prepared as a query string and the password as
/// a stored one (RFC 6856, section 2.2). The name may be longer than before, or have spaces, so it is checked again.
fn digested(mut login: Login) -> Result<Login, RefusedBy> {
    if login.is_ascii() {
        return Ok(login);
    }
    let prepared = |part, text: &str, rule| {
        prepare(text, rule).map_err(|forbidden| RefusedBy::CannotStart(CannotStart::Unfit(part, forbidden)))
    };
    login.user = prepared(Part::User, &login.user, Rule::Query)?.to_string();
    if let Credential::Password(password) = &mut login.credential {
        *password = Secret::new(prepared(Part::Password, password.expose(), Rule::Stored)?.as_str());
    }
    let login = login.by(Mechanism::Apop);
    check_login(&login).map_err(|_| RefusedBy::NoMechanism(NoMechanism::TooLong))?;
    Ok(login)
}

pub(super) fn refusal(by: RefusedBy, rest: &[u8], detail: Option<String>) -> Refusal {
    let (code, text) = text(rest);
    Refusal { by, code, text, detail }
}

/// APOP's challenge in a greeting: a message-id in angle brackets (RFC 1939, section 7). It is checked, for the digest
/// of a challenge that is none gives away more than it should (RFC 822's syntax, printable ASCII only).
pub(super) fn apop_challenge(greeting: &[u8]) -> Option<String> {
    let start = greeting.iter().rposition(|byte| *byte == b'<')?;
    let end = start + greeting[start..].iter().position(|byte| *byte == b'>')?;
    let inner = &greeting[start + 1..end];
    let at = inner.iter().position(|byte| *byte == b'@')?;
    let is_part = |part: &[u8]| !part.is_empty() && part.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'@');
    if is_part(&inner[..at]) && is_part(&inner[at + 1..]) {
        Some(String::from_utf8_lossy(&greeting[start..=end]).into_owned())
    } else {
        None
    }
}
