//! The ways of asking a server again: what a session that broke shows of its server, and what the next one does otherwise.
//!
//! A [`Trace`] watches a session's events. When the session has broken, [`Ways::learn`] says whether another connection
//! may do what this one could not. Each way is tried once, so asking again comes to an end.
//!
//! No connection and no clock in here. The page's mailbox and the `fetch` example follow the same ways.

use std::fmt;

use restante_protocol::pop3::{
    Capabilities, ChannelBinding, Command, Credential, Event, Login, Pipelining, Refusal, RefusedBy, ReplyData,
    ResponseCode, Ticket, Why,
};

use restante_api::{Failure, FailureKind};

/// So many messages that came while others were asked for show that a server can pipeline.
const PROOF_OF_PIPELINING: usize = 8;

/// What a server needs otherwise than most do. It is learnt from sessions that broke, and kept for the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    pipelining: Pipelining,
    without_capa: bool,
    without_binding: bool,
    login_alone: bool,
    in_utf8: bool,
}

/// One way of asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// Without CAPA: the server hangs up on it.
    WithoutCapa,
    /// Without channel binding: the login process of Dovecot 2.4.1 does not survive it under TLS 1.2.
    WithoutBinding,
    /// In UTF-8 mode (RFC 6856, section 2.1), which comes before the login or not at all.
    Utf8,
    /// Nothing is sent behind the login before it is answered: Courier 1.0 loses what is.
    LoginAlone,
    /// One command at a time: the server breaks under pipelining.
    LockStep,
}

impl Way {
    /// Its name in machine-readable output.
    pub fn name(self) -> &'static str {
        match self {
            Self::WithoutCapa => "without-capa",
            Self::WithoutBinding => "without-binding",
            Self::Utf8 => "utf8",
            Self::LoginAlone => "login-alone",
            Self::LockStep => "lock-step",
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WithoutCapa => "The server hangs up on CAPA; once more without it.",
            Self::WithoutBinding => "The server hangs up on channel binding; once more without it.",
            Self::Utf8 => "The server asks for UTF-8 mode; once more in it.",
            Self::LoginAlone => "The server is silent behind the login; once more, and nothing is sent along with it.",
            Self::LockStep => "The server breaks under pipelining; once more, one command at a time.",
        })
    }
}

impl Ways {
    /// When commands may follow each other without waiting.
    pub fn pipelining(&self) -> Pipelining {
        if self.login_alone { self.pipelining.max(Pipelining::AfterLogin) } else { self.pipelining }
    }

    /// Whether the server is asked for its capabilities.
    pub fn asks_capa(&self) -> bool {
        !self.without_capa
    }

    /// Whether the login is to be answered before anything is submitted behind it.
    pub fn is_login_alone(&self) -> bool {
        self.login_alone
    }

    /// What signs in, in this order. `known` is what the server announced.
    ///
    /// UTF8 costs a round trip of its own, so it is sent where it is needed: for a name or password that USER and PASS
    /// have no octets for otherwise (RFC 6856, section 2.1), or once the server said that something else needs it.
    pub fn sign_in(
        &self,
        mut login: Login,
        bindings: Vec<ChannelBinding>,
        known: Option<&Capabilities>,
    ) -> Vec<Command> {
        let utf8 = known.and_then(|known| known.utf8);
        let (Credential::Password(secret) | Credential::BearerToken(secret)) = &login.credential;
        let is_ascii = login.user.is_ascii() && secret.expose().is_ascii();
        let in_utf8 = utf8.is_some_and(|utf8| self.in_utf8 || utf8.user && !is_ascii);
        login.bindings = if self.without_binding { Vec::new() } else { bindings };
        in_utf8.then_some(Command::Utf8).into_iter().chain([Command::Login(login)]).collect()
    }

    /// Whether the session may be given up for what was refused: it is given in UTF-8 mode, which is not on yet.
    pub fn may_do_in_utf8(&self, trace: &Trace) -> bool {
        trace.needs_utf8 && !self.in_utf8
    }

    /// Whether a new connection may do what this one could not, and how. `failure` is how the session ended.
    pub fn learn(&mut self, trace: &Trace, failure: &Failure) -> Option<Way> {
        // A password that was refused is not tried again.
        if trace.is_refused && !self.may_do_in_utf8(trace) {
            return None;
        }
        // First, for it may be CAPA that travelled behind the login.
        let way = if self.may_lose_behind_login(trace, failure) {
            self.login_alone = true;
            Way::LoginAlone
        } else if trace.hung_up_on_capa && !self.without_capa {
            self.without_capa = true;
            Way::WithoutCapa
        } else if trace.hung_up_on_binding && !self.without_binding {
            self.without_binding = true;
            Way::WithoutBinding
        } else if self.may_do_in_utf8(trace) {
            self.in_utf8 = true;
            Way::Utf8
        } else if self.may_try_lock_step(trace, failure) {
            self.pipelining = Pipelining::Never;
            Way::LockStep
        } else {
            return None;
        };
        Some(way)
    }

    /// Whether the server took the login and was silent from then on, though more had been sent along with it.
    fn may_lose_behind_login(&self, trace: &Trace, failure: &Failure) -> bool {
        !self.login_alone
            && self.pipelining == Pipelining::WhenAnnounced
            && (trace.suggests == Some(Pipelining::AfterLogin)
                || trace.is_signed_in
                    && trace.answered_behind_login == 0
                    && trace.lost > 1
                    && failure.kind == FailureKind::TimedOut)
    }

    /// Whether lock-step may help: the session broke while several commands were under way. Where pipelining has worked
    /// for a while, only a garbled answer is laid to its charge.
    fn may_try_lock_step(&self, trace: &Trace, failure: &Failure) -> bool {
        // Behind a lone login two commands travel together, and one of them may be answered.
        let few = usize::from(!self.login_alone);
        self.pipelining == Pipelining::WhenAnnounced
            && (trace.suggests == Some(Pipelining::Never)
                || trace.lost > few && (failure.kind == FailureKind::NotPop3 || trace.bodies < PROOF_OF_PIPELINING))
    }
}

/// What a session shows of its server.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    login: Option<Ticket>,
    is_bound: bool,
    is_signed_in: bool,
    /// The login was refused, in whatever way but by a hang-up.
    is_refused: bool,
    /// Commands behind the login that were answered, one way or the other.
    answered_behind_login: usize,
    /// Messages, or their headers, that came whole.
    bodies: usize,
    /// Sent commands that got no answer.
    lost: usize,
    hung_up_on_capa: bool,
    /// The connection ended during a login bound to it, before the server had seen any proof of the password.
    hung_up_on_binding: bool,
    knows_utf8: bool,
    needs_utf8: bool,
    /// What the way in which the server broke the protocol tells.
    suggests: Option<Pipelining>,
}

impl Trace {
    /// Takes note of how to ask this server again, where the session says so in the end.
    pub fn suggests(&mut self, suggests: Option<Pipelining>) {
        self.suggests = suggests;
    }

    /// Takes note of what is known of the server without having been asked in this session.
    pub fn knows(&mut self, capabilities: &Capabilities) {
        self.knows_utf8 = capabilities.utf8.is_some();
    }

    /// Takes note of an event. Every event of the session is to be told.
    pub fn note(&mut self, event: &Event<'_>) {
        match event {
            Event::Capabilities { capabilities, .. } => self.knows(capabilities),
            Event::MechanismChosen { ticket, mechanism, why, .. } => {
                self.login = Some(*ticket);
                // Who asks for a binding by name does not want to do without.
                self.is_bound = mechanism.binds_channel() && *why != Why::AskedFor;
            }
            Event::Done { reply, .. } => {
                self.answered_behind_login += usize::from(self.is_signed_in);
                self.is_signed_in |= matches!(reply.data, ReplyData::Login(_));
                self.bodies += usize::from(matches!(reply.data, ReplyData::Body { .. }));
            }
            Event::Refused { ticket, refusal } => self.refused(*ticket, refusal),
            Event::Lost { ticket, sent: true } => {
                self.lost += 1;
                // A login that is lost has shown no proof yet: else it is refused, and the password in doubt.
                self.hung_up_on_binding |= self.is_bound && self.login == Some(*ticket);
            }
            _ => {}
        }
    }

    fn refused(&mut self, ticket: Ticket, refusal: &Refusal) {
        if refusal.by == RefusedBy::Hangup {
            self.lost += 1;
            // A hang-up is the answer to a login or to CAPA; behind QUIT it is none.
            self.hung_up_on_capa |= self.login != Some(ticket);
        } else {
            self.answered_behind_login += usize::from(self.is_signed_in);
            self.is_refused |= self.login == Some(ticket);
        }
        self.needs_utf8 |= refusal.code == Some(ResponseCode::Utf8) && self.knows_utf8;
    }
}

#[cfg(test)]
mod tests;
