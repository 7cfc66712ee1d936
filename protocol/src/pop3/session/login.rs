//! The ways to sign in: several lines, one ticket, one outcome.
//!
//! Not here: which mechanism is taken (`choice`), what the mechanisms say (`sasl`).

use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use super::send::{Sent, Step};
use super::submit::{MAX_LINE, fits_user_and_pass};
use super::{Phase, Session};
use crate::pop3::reply::{Status, text};
use crate::pop3::sasl::Exchange;
use crate::pop3::{
    Credential, Event, Fault, Login, Mechanism, MechanismChoice, NoMechanism, Quirk, Refusal, RefusedBy, Reply,
    ReplyData, ResponseCode, Situation, Ticket, Why, choose,
};

impl Session {
    /// Chooses the mechanism and sends its first line or lines.
    pub(super) fn begin_login(&mut self, ticket: Ticket, login: Login) {
        let fits = fits_user_and_pass(&login).is_ok();
        let situation = Situation {
            choice: login.choice,
            token: matches!(login.credential, Credential::BearerToken(_)),
            channel: self.config.channel,
            cleartext_agreed: self.config.cleartext_agreed,
            capabilities: self.capabilities.as_ref(),
            apop_challenge: self.apop_challenge.is_some(),
            bindings: !login.bindings.is_empty(),
            one_flight: self.is_pipelining() && login.is_ascii() && fits,
        };
        let (mechanism, why) = match choose(&situation) {
            Ok((Mechanism::UserPass, _)) if !fits => {
                return self.refuse_login(ticket, RefusedBy::NoMechanism(NoMechanism::TooLong));
            }
            Ok(chosen) => chosen,
            Err(none) => return self.refuse_login(ticket, RefusedBy::NoMechanism(none)),
        };
        let channel = self.config.channel;
        self.events.push_back(Event::MechanismChosen { ticket, mechanism, why, channel });
        match mechanism {
            Mechanism::UserPass => self.begin_user_pass(ticket, login),
            Mechanism::Apop => self.begin_apop(ticket, &login),
            _ => self.begin_sasl(ticket, mechanism, login),
        }
    }

    fn begin_user_pass(&mut self, ticket: Ticket, login: Login) {
        self.outbox.line(&[b"USER ", login.user.as_bytes()]);
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
        }
        self.expect_status(ticket, Step::Apop);
    }

    fn begin_sasl(&mut self, ticket: Ticket, mechanism: Mechanism, login: Login) {
        let plus = format!("{}-PLUS", mechanism.name());
        let plus_offered = self.capabilities.as_ref().is_some_and(|known| known.has_sasl(&plus));
        let next = (mechanism.binds_channel() && login.bindings.len() > 1).then(|| {
            let mut next = login.clone();
            next.bindings.remove(0);
            Box::new(next)
        });
        let is_free = mechanism.binds_channel() && login.choice == MechanismChoice::Strongest;
        let unbound = is_free.then(|| Box::new(Login { bindings: Vec::new(), ..login.clone() }));
        let exchange = Exchange::new(mechanism, login, plus_offered, self.config.limits.scram_iterations);
        let mut exchange = match exchange {
            Ok(exchange) => exchange,
            Err(bad) => return self.refuse_login(ticket, RefusedBy::BadChallenge(bad)),
        };
        let name = mechanism.name().as_bytes();
        exchange.next = next;
        exchange.unbound = unbound;
        // RFC 5034, section 4: the initial response goes along only where the line stays within 255 octets.
        let room = MAX_LINE - "AUTH  \r\n".len() - name.len();
        match exchange.initial_response(room) {
            Some(response) => self.outbox.line(&[b"AUTH ", name, b" ", response.as_bytes()]),
            None => self.outbox.line(&[b"AUTH ", name]),
        }
        self.expect_status(ticket, Step::Auth(Box::new(exchange)));
    }

    /// Reads the answer to a step of a login.
    pub(super) fn read_login(&mut self, status: Status<'_>) -> Result<(), Fault> {
        match self.outstanding.front_mut().map(|sent| &mut sent.step) {
            Some(Step::Auth(exchange)) => {
                let limit = self.config.limits.sasl_rounds;
                match status {
                    Status::Continue(_) if exchange.rounds >= limit => return Err(Fault::SaslTooLong { limit }),
                    Status::Continue(challenge) => self.respond(challenge),
                    Status::Ok(challenge) if exchange.is_speaking() => {
                        self.quirk(Quirk::OkForContinue);
                        self.respond(challenge);
                    }
                    Status::Ok(rest) => {
                        let mechanism = exchange.mechanism;
                        match exchange.conclude(rest) {
                            Ok(()) => self.signed_in(mechanism, rest),
                            Err(bad) => self.login_failed(RefusedBy::BadChallenge(bad), rest),
                        }
                    }
                    Status::Err(rest) => {
                        let by = exchange.cancelled.map_or(RefusedBy::Server, RefusedBy::BadChallenge);
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

    /// Answers a challenge, or cancels the exchange with `*` (RFC 5034, section 4).
    fn respond(&mut self, challenge: &[u8]) {
        let Some(Sent { step: Step::Auth(exchange), .. }) = self.outstanding.front_mut() else { return };
        match exchange.respond(challenge) {
            Ok(answer) => self.outbox.line(&[answer.as_bytes()]),
            Err(bad) => {
                exchange.cancelled = Some(bad);
                self.outbox.line(&[b"*"]);
            }
        }
    }

    fn signed_in(&mut self, mechanism: Mechanism, rest: &[u8]) {
        self.phase = Phase::Transaction;
        self.user_refused = None;
        let (code, text) = text(rest);
        self.finish_with(Reply { code, text, data: ReplyData::Login(mechanism) });
    }

    fn login_failed(&mut self, by: RefusedBy, rest: &[u8]) {
        let Some(Sent { ticket, step, .. }) = self.pop() else { return };
        let mut detail = None;
        let code = text(rest).0;
        if let Step::Auth(mut exchange) = step {
            detail = exchange.detail.take();
            // RFC 5802, section 7: the server binds to another kind of fact. There may be one left.
            if detail.as_deref() == Some("e=unsupported-channel-binding-type")
                && let Some(login) = exchange.next.take()
            {
                return self.begin_sasl(ticket, exchange.mechanism, *login);
            }
            // Not the password: a binding is refused before any proof was seen, or as what libsasl calls a breach of the
            // mechanism. SCRAM without a binding still has the server prove itself; who wants the binding enforced asks
            // for it by name.
            let is_about_binding = exchange.is_unheard() || detail.is_none() && is_bad_protocol(rest);
            if is_about_binding
                && by == RefusedBy::Server
                && matches!(code, None | Some(ResponseCode::Auth))
                && let Some(login) = exchange.unbound.take()
                && let Some(mechanism) = self.scram_without_binding()
            {
                self.quirk(Quirk::BindingRefused);
                let (why, channel) = (Why::Unbound, self.config.channel);
                self.events.push_back(Event::MechanismChosen { ticket, mechanism, why, channel });
                return self.begin_sasl(ticket, mechanism, *login);
            }
        }
        let refusal = self.user_refused.take().unwrap_or_else(|| refusal(by, rest, detail));
        self.events.push_back(Event::Refused { ticket, refusal });
        self.refuse_behind_login(0);
    }

    fn scram_without_binding(&self) -> Option<Mechanism> {
        let known = self.capabilities.as_ref()?;
        [Mechanism::ScramSha256, Mechanism::ScramSha1].into_iter().find(|mechanism| known.has_sasl(mechanism.name()))
    }

    /// Refuses a login of which nothing was sent.
    fn refuse_login(&mut self, ticket: Ticket, by: RefusedBy) {
        self.events.push_back(Event::Refused { ticket, refusal: refusal(by, b"", None) });
        self.refuse_behind_login(0);
    }

    /// Some servers close the connection instead of saying no: the command that was under way is refused then.
    pub(super) fn explain_hangup(&mut self) {
        let quirk = match self.outstanding.front().map(|sent| &sent.step) {
            Some(Step::Pass | Step::Apop) => Quirk::LoginHangup,
            Some(Step::Auth(exchange)) if !exchange.is_speaking() => Quirk::LoginHangup,
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

/// The words of Cyrus SASL for SASL_BADPROT; a wrong password has others.
fn is_bad_protocol(rest: &[u8]) -> bool {
    memchr::memmem::find(rest, b"bad protocol").is_some()
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
