//! Signing in: several lines, one ticket, one outcome (RFC 4954).
//!
//! Not here: the order of the mechanisms and what they say (`sasl`).

use super::Session;
use super::send::{Sent, Step};
use crate::sasl::{self, Credential, Exchange, Gs2, Mechanism, NoneOffered, Offer, Profile};
use crate::smtp::{Channel, Class, Event, Fault, Login, NoMechanism, Quirk, Refusal, RefusedBy, Reply, Ticket, Why};

/// RFC 4954, section 4: the initial response goes along only where the command stays within 512 octets (RFC 5321, section
/// 4.5.3.1.4), an empty one is written as `=`, and `*` cancels.
const PROFILE: Profile = Profile { command: "AUTH", initial_response: true, line: 512, empty: "=", cancel: "*" };

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
    /// Chooses the mechanism and sends its first line.
    pub(super) fn begin_login(&mut self, ticket: Ticket, login: Login) {
        let (mechanism, why) = match self.choose(&login) {
            Ok(chosen) => chosen,
            Err(none) => return self.refuse_login(ticket, RefusedBy::NoMechanism(none)),
        };
        let channel = self.config.channel;
        self.events.push_back(Event::MechanismChosen { ticket, mechanism, why, channel });
        self.begin_exchange(ticket, mechanism, login);
    }

    /// Nothing that shows the secret is taken on a clear channel unless the user agreed (RFC 8314, section 3; RFC 4954,
    /// section 4).
    fn choose(&self, login: &Login) -> Result<(Mechanism, Why), NoMechanism> {
        let may_show = self.config.channel == Channel::Tls || self.config.cleartext_agreed;
        if let Some(mechanism) = login.mechanism {
            let may_be = may_show || !mechanism.shows_secret();
            return if may_be { Ok((mechanism, Why::AskedFor)) } else { Err(NoMechanism::ClearText) };
        }
        let names = self.extensions.as_ref().map_or(&[][..], |known| &known.auth);
        let token = matches!(login.credential, Credential::BearerToken(_));
        let offer = Offer { names, token, bindings: !login.bindings.is_empty(), may_show };
        match sasl::strongest(&offer) {
            Ok(mechanism) => Ok((mechanism, Why::Strongest)),
            Err(_) if names.is_empty() => Err(NoMechanism::NotOffered),
            Err(NoneOffered::ShowSecret) => Err(NoMechanism::ClearText),
            Err(NoneOffered::TokensOnly) => Err(NoMechanism::TokensOnly),
            Err(NoneOffered::Unknown) => Err(NoMechanism::NoneInCommon),
        }
    }

    fn begin_exchange(&mut self, ticket: Ticket, mechanism: Mechanism, login: Login) {
        let offered = self.extensions.as_ref().map(|known| known.auth.as_slice());
        let gs2 = match login.bindings.first() {
            Some(binding) if mechanism.binds_channel() => Gs2::Bound(binding),
            binding => Gs2::without_binding(binding.is_some(), offered),
        };
        let iterations = self.config.limits.scram_iterations.clone();
        let mut exchange = match Exchange::new(mechanism, &login.user, &login.credential, gs2, iterations) {
            Ok(exchange) => exchange,
            Err(reason) => return self.refuse_login(ticket, RefusedBy::CannotStart(reason)),
        };
        let line = exchange.open(&PROFILE);
        let next = (mechanism.binds_channel() && login.bindings.len() > 1)
            .then(|| Box::new(Login { bindings: login.bindings[1..].to_vec(), ..login.clone() }));
        // Who wants the binding enforced asks for it by name.
        let is_free = mechanism.binds_channel() && login.mechanism.is_none();
        let unbound = is_free.then(|| Box::new(Login { bindings: Vec::new(), ..login }));
        self.say(Some(ticket), Step::Auth(Box::new(Attempt { exchange, next, unbound })), &[line.as_bytes()]);
    }

    /// Reads the answer to a step of a login; `raw` is its first line's text as it came.
    pub(super) fn read_login(&mut self, reply: Reply, raw: &[u8]) -> Result<(), Fault> {
        let limit = self.config.limits.sasl_rounds;
        let Some(Sent { ticket: Some(ticket), step: Step::Auth(attempt) }) = self.outstanding.front_mut() else {
            return Ok(());
        };
        let ticket = *ticket;
        let exchange = &mut attempt.exchange;
        match reply.code.class() {
            Class::GoOn if reply.code.value() != 334 => {
                return Err(Fault::WrongReply { command: "AUTH", code: reply.code });
            }
            Class::GoOn if exchange.rounds() >= limit => return Err(Fault::SaslTooLong { limit }),
            Class::GoOn => {
                let answer = exchange.answer(raw, &PROFILE);
                self.outbox.line(&[answer.as_bytes()]);
            }
            Class::Done => {
                let mechanism = exchange.mechanism();
                match exchange.conclude(reply.text.as_bytes()) {
                    Ok(()) => {
                        self.outstanding.pop_front();
                        if reply.code.value() != 235 {
                            self.quirk(Quirk::OtherLoginCode);
                        }
                        self.signed_in = true;
                        self.events.push_back(Event::Done { ticket, reply, mechanism: Some(mechanism) });
                    }
                    Err(bad) => self.login_failed(RefusedBy::BadChallenge(bad), Some(reply)),
                }
            }
            Class::Transient | Class::Permanent => {
                let by = exchange.cancelled().map_or(RefusedBy::Server, RefusedBy::BadChallenge);
                self.login_failed(by, Some(reply));
            }
        }
        Ok(())
    }

    fn login_failed(&mut self, by: RefusedBy, reply: Option<Reply>) {
        let Some(Sent { ticket: Some(ticket), step: Step::Auth(attempt) }) = self.outstanding.pop_front() else {
            return;
        };
        let Attempt { exchange, next, unbound } = *attempt;
        let detail = exchange.detail().map(str::to_owned);
        if by == RefusedBy::Server {
            let refused = what_was_refused(&exchange, reply.as_ref());
            if let (Refused::Kind, Some(login)) = (refused, next) {
                return self.begin_exchange(ticket, exchange.mechanism(), *login);
            }
            if let (Refused::Kind | Refused::Binding, Some(login)) = (refused, unbound)
                && let Some(mechanism) = self.extensions.as_ref().and_then(|known| sasl::unbound(&known.auth))
            {
                self.quirk(Quirk::BindingRefused);
                let (why, channel) = (Why::Unbound, self.config.channel);
                self.events.push_back(Event::MechanismChosen { ticket, mechanism, why, channel });
                return self.begin_exchange(ticket, mechanism, *login);
            }
        }
        self.events.push_back(Event::Refused { ticket, refusal: Refusal { by, to: "AUTH", reply, detail } });
        self.refuse_behind_login(ticket);
    }

    /// Refuses a login of which nothing was sent.
    fn refuse_login(&mut self, ticket: Ticket, by: RefusedBy) {
        self.events.push_back(Event::Refused { ticket, refusal: Refusal::unsent(by) });
        self.refuse_behind_login(ticket);
    }

    /// Some servers close the connection instead of saying no: the command that was under way is refused then.
    pub(super) fn explain_hangup(&mut self) {
        match self.outstanding.front() {
            Some(Sent { step: Step::Quit, .. }) => self.quirk(Quirk::QuitHangup),
            Some(Sent { step: Step::Auth(attempt), .. }) if !attempt.exchange.is_speaking() => {
                self.quirk(Quirk::LoginHangup);
                self.login_failed(RefusedBy::Hangup, None);
            }
            _ => {}
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

/// What the server refused: the login, unless it is clear that it means the binding. A wrong guess here would let one wrong
/// password count twice.
fn what_was_refused(exchange: &Exchange, reply: Option<&Reply>) -> Refused {
    // RFC 5802, section 7. Where the bindings do not match, somebody may sit between: that is the end.
    match exchange.detail() {
        Some("e=unsupported-channel-binding-type") => return Refused::Kind,
        Some("e=channel-binding-not-supported") => return Refused::Binding,
        Some(_) => return Refused::Login,
        None => {}
    }
    let Some(reply) = reply else { return Refused::Login };
    // RFC 4954, section 4: 504 for a mechanism that is not supported, 501 for what cannot be decoded. Before any proof of
    // the password, neither is about the user.
    let is_unsupported = exchange.is_before_proof() && matches!(reply.code.value(), 501 | 504);
    // The words of Cyrus SASL for SASL_BADPROT; a wrong password has others.
    if is_unsupported || reply.text.contains("bad protocol") { Refused::Binding } else { Refused::Login }
}
