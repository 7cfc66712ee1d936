//! What goes out, and when: one command at a time, or a letter's in one flight where PIPELINING is announced (RFC 2920).
//!
//! EHLO, STARTTLS, AUTH, NOOP and QUIT stand alone. Not here: the steps of a letter (`transaction`) and of a login
//! (`login`).

use super::login::Attempt;
use super::{Phase, Session};
use crate::smtp::{Command, Event, Lacking, Refusal, RefusedBy, Ticket};

/// A step that was sent and is not answered. EHLO has no ticket; a letter takes several steps of one.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) ticket: Option<Ticket>,
    pub(super) step: Step,
}

/// What was sent.
#[derive(Debug)]
pub(super) enum Step {
    Ehlo,
    Helo,
    StartTls,
    Auth(Box<Attempt>),
    Rset,
    Mail,
    /// By the recipient's place in the letter.
    Rcpt(usize),
    Data,
    /// The letter behind DATA, as far as it is sent.
    Content,
    /// BDAT and the letter behind it, as far as it is sent.
    Bdat,
    /// The empty letter that a server gets that goes on for nobody (RFC 2920, section 3.1).
    Nothing,
    Noop,
    Quit,
}

impl Step {
    pub(super) fn is_login(&self) -> bool {
        matches!(self, Self::Auth(_))
    }

    pub(super) fn is_starttls(&self) -> bool {
        matches!(self, Self::StartTls)
    }

    pub(super) fn is_quit(&self) -> bool {
        matches!(self, Self::Quit)
    }

    /// The command's word on the wire.
    pub(super) fn keyword(&self) -> &'static str {
        match self {
            Self::Ehlo => "EHLO",
            Self::Helo => "HELO",
            Self::StartTls => "STARTTLS",
            Self::Auth(_) => "AUTH",
            Self::Rset => "RSET",
            Self::Mail => "MAIL",
            Self::Rcpt(_) => "RCPT",
            Self::Data | Self::Content | Self::Nothing => "DATA",
            Self::Bdat => "BDAT",
            Self::Noop => "NOOP",
            Self::Quit => "QUIT",
        }
    }
}

impl Session {
    /// Sends as much as may go now.
    pub(super) fn send_what_may_go(&mut self) {
        while self.phase == Phase::Ready {
            if self.letters.back().is_some_and(|letter| !letter.is_said()) {
                if !self.go_on_with_letter() {
                    return;
                }
                continue;
            }
            let Some((ticket, command)) = self.queue.first_key_value() else { return };
            let may_begin = match command {
                Command::Send(letter) => self.may_begin(letter),
                _ => self.outstanding.is_empty(),
            };
            if !may_begin {
                return;
            }
            let ticket = *ticket;
            if let Some((_, command)) = self.queue.pop_first() {
                self.begin(ticket, command);
            }
        }
    }

    fn begin(&mut self, ticket: Ticket, command: Command) {
        match command {
            Command::Login(login) => self.begin_login(ticket, login),
            Command::Send(letter) => self.begin_letter(ticket, letter),
            Command::StartTls if !self.extensions.as_ref().is_some_and(|known| known.starttls) => {
                let refusal = Refusal::unsent(RefusedBy::Lacks(Lacking::StartTls));
                self.events.push_back(Event::Refused { ticket, refusal });
                self.refuse_behind_starttls(ticket);
            }
            Command::StartTls => self.say(Some(ticket), Step::StartTls, &[b"STARTTLS"]),
            Command::Noop => self.say(Some(ticket), Step::Noop, &[b"NOOP"]),
            Command::Quit => self.say(Some(ticket), Step::Quit, &[b"QUIT"]),
        }
    }

    /// EHLO, first and behind the TLS handshake (RFC 5321, section 4.1.1.1; RFC 3207, section 4.2).
    pub(super) fn say_hello(&mut self) {
        self.phase = Phase::Hello;
        let name = self.config.name.as_str().to_owned();
        self.say(None, Step::Ehlo, &[b"EHLO ", name.as_bytes()]);
    }

    /// Sends a line, and notes what its answer will belong to.
    pub(super) fn say(&mut self, ticket: Option<Ticket>, step: Step, line: &[&[u8]]) {
        self.outbox.line(line);
        self.expect(ticket, step);
    }

    /// Notes a step as sent.
    pub(super) fn expect(&mut self, ticket: Option<Ticket>, step: Step) {
        self.pipelined |= !self.outstanding.is_empty();
        self.outstanding.push_back(Sent { ticket, step });
    }

    /// Refuses what waits for a login that failed or was taken back: everything but QUIT.
    pub(super) fn refuse_behind_login(&mut self, from: Ticket) {
        self.refuse_queued(from, &RefusedBy::FailedLogin);
    }

    /// Refuses what waits for a STARTTLS that failed or was taken back: everything but QUIT, for it was meant to be
    /// protected (RFC 8314, section 3: no silent clear text).
    pub(super) fn refuse_behind_starttls(&mut self, from: Ticket) {
        self.refuse_queued(from, &RefusedBy::FailedStartTls);
    }

    /// Refuses what is queued, QUIT excepted.
    pub(super) fn refuse_queued(&mut self, from: Ticket, by: &RefusedBy) {
        let behind = self.queue.split_off(&from);
        for (ticket, command) in behind {
            if matches!(command, Command::Quit) {
                self.queue.insert(ticket, command);
            } else {
                self.events.push_back(Event::Refused { ticket, refusal: Refusal::unsent(by.clone()) });
            }
        }
        self.plan_anew();
    }
}
