//! How replies are read: line by line, then by the command at the head of the outstanding ones.
//!
//! Not here: the steps of a letter (`transaction`) and of a login (`login`), what a line looks like (`reply`).

use std::mem;

use super::send::{Sent, Step};
use super::{Phase, Session};
use crate::smtp::reply::Line;
use crate::smtp::{Class, Code, Ending, Event, Extensions, Fault, Quirk, Refusal, RefusedBy, Reply, Ticket};
use crate::text::{excerpt, readable};
use crate::wire;

/// How far a reply has been read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    code: Option<Code>,
    /// The texts of its lines so far.
    lines: Vec<Vec<u8>>,
}

/// Lines that are skipped in a row at most.
const STRAYS: u32 = 16;

/// Octets of a reply's line that the standard allows (RFC 5321, section 4.5.3.1.5).
const REPLY_LINE: usize = 512;

impl Session {
    /// Reads one line. Whether there was one.
    pub(super) fn read(&mut self) -> Result<bool, Fault> {
        if self.inbox.is_empty() {
            return Ok(false);
        }
        if self.phase == Phase::Handshake {
            // RFC 3207, section 4.2: whatever came in clear text is not to be believed, least of all as if it came by TLS.
            return Err(Fault::ClearTextAfterStartTls);
        }
        let is_challenge = self.is_in_exchange();
        let limit = if is_challenge { self.config.limits.challenge } else { self.config.limits.line };
        let mut line = mem::take(&mut self.line);
        let found = self.inbox.take_line(limit, &mut line).map_err(|_| Fault::LineTooLong { limit });
        let outcome = found.and_then(|found| {
            if found {
                self.read_line(&mut line, is_challenge)?;
            }
            Ok(found)
        });
        self.line = line;
        outcome
    }

    fn is_in_exchange(&self) -> bool {
        matches!(self.outstanding.front(), Some(Sent { step: Step::Auth(_), .. }))
    }

    fn read_line(&mut self, line: &mut Vec<u8>, is_challenge: bool) -> Result<(), Fault> {
        if line.len() > REPLY_LINE && !is_challenge {
            self.quirk(Quirk::LongLine);
        }
        let odd = wire::trim(line);
        if odd.bare_lf {
            self.quirk(Quirk::BareLf);
        }
        if odd.nul {
            self.quirk(Quirk::Nul);
        }
        let Some(found) = Line::read(line) else { return self.skip(line) };
        if found.odd_separator {
            self.quirk(Quirk::TabSeparator);
        }
        if is_challenge && line.as_slice() == b"334" {
            self.quirk(Quirk::BareChallenge);
        }
        if std::str::from_utf8(found.text).is_err() {
            self.quirk(Quirk::EightBitText);
        }
        if self.reading.code.replace(found.code).is_some_and(|code| code != found.code) {
            self.quirk(Quirk::MixedCodes);
        }
        let limit = self.config.limits.lines;
        if self.reading.lines.len() == limit {
            return Err(Fault::ReplyTooLong { limit });
        }
        self.reading.lines.push(found.text.to_vec());
        if found.goes_on {
            return Ok(());
        }
        let Reading { lines, .. } = mem::take(&mut self.reading);
        self.read_reply(Reply::new(found.code, &lines), &lines)
    }

    /// A line that is none of a reply.
    fn skip(&mut self, line: &[u8]) -> Result<(), Fault> {
        if line.is_empty() && self.strays < STRAYS {
            self.strays += 1;
            self.quirk(Quirk::EmptyLine);
            return Ok(());
        }
        let excerpt = excerpt(line);
        Err(match self.phase {
            Phase::Greeting => Fault::NoGreeting { excerpt },
            _ if self.outstanding.is_empty() => Fault::Unasked { excerpt },
            _ => Fault::NoReply { excerpt },
        })
    }

    fn read_reply(&mut self, reply: Reply, lines: &[Vec<u8>]) -> Result<(), Fault> {
        if self.phase == Phase::Greeting {
            return self.read_greeting(reply);
        }
        let Some(head) = self.outstanding.front() else { return self.read_unasked(reply) };
        self.strays = 0;
        let to = head.step.keyword();
        // RFC 5321, section 3.8: at any time, and nothing behind it is obeyed.
        if reply.code.value() == 421 {
            self.closed_by(to, reply);
            return Ok(());
        }
        match head.step {
            Step::Auth(_) => return self.read_login(reply, lines.first().map_or(&[][..], Vec::as_slice)),
            Step::StartTls if reply.code.class() == Class::Done => return self.read_starttls(reply),
            _ => {}
        }
        let Some(Sent { ticket, step }) = self.outstanding.pop_front() else { return Ok(()) };
        let outcome = match step {
            Step::Ehlo | Step::Helo => self.read_hello(&step, reply, lines),
            Step::Mail => self.mail_answered(reply),
            Step::Rcpt(index) => self.rcpt_answered(index, reply),
            Step::Data => self.data_answered(reply),
            Step::Content | Step::Bdat => self.content_answered(to, reply),
            Step::Nothing => {
                self.nothing_answered();
                Ok(())
            }
            // Whether it was obeyed, the next MAIL shows.
            Step::Rset => Ok(()),
            Step::StartTls | Step::Noop | Step::Quit | Step::Auth(_) => self.read_plain(ticket, &step, reply),
        };
        if outcome.is_err()
            && let Some(ticket) = ticket
            && !self.letters.iter().any(|letter| letter.ticket == ticket)
        {
            self.events.push_back(Event::Lost { ticket, sent: true });
        }
        outcome
    }

    fn read_greeting(&mut self, reply: Reply) -> Result<(), Fault> {
        match reply.code.class() {
            Class::Done if reply.code.value() == 220 => {
                self.events.push_back(Event::Greeting(reply));
                self.say_hello();
            }
            // RFC 5321, section 3.1: 554 instead of 220, or 421.
            Class::Transient | Class::Permanent => self.reject("", reply),
            _ => {
                return Err(Fault::NoGreeting {
                    excerpt: excerpt(format!("{} {}", reply.code, reply.text).as_bytes()),
                });
            }
        }
        Ok(())
    }

    fn read_hello(&mut self, step: &Step, reply: Reply, lines: &[Vec<u8>]) -> Result<(), Fault> {
        let is_ehlo = matches!(step, Step::Ehlo);
        match reply.code.class() {
            Class::Done => {
                let mut found = Extensions::default();
                for (at, line) in lines.iter().enumerate() {
                    let line = readable(line);
                    match at {
                        0 => found.take_host(&line),
                        _ if is_ehlo => found.take(&line),
                        _ => {}
                    }
                }
                if found.auth_equals {
                    self.quirk(Quirk::AuthEquals);
                }
                self.phase = Phase::Ready;
                self.events.push_back(Event::Extensions(Box::new(found.clone())));
                self.extensions = Some(found);
            }
            Class::GoOn => return Err(Fault::WrongReply { command: step.keyword(), code: reply.code }),
            // RFC 5321, section 3.2: a server that does not know EHLO knows HELO.
            Class::Permanent if is_ehlo => {
                self.quirk(Quirk::EhloRefused);
                let name = self.config.name.as_str().to_owned();
                self.say(None, Step::Helo, &[b"HELO ", name.as_bytes()]);
            }
            Class::Transient | Class::Permanent => self.reject(step.keyword(), reply),
        }
        Ok(())
    }

    fn read_starttls(&mut self, reply: Reply) -> Result<(), Fault> {
        self.phase = Phase::Handshake;
        self.agreed = Some(reply);
        if let Some(Sent { ticket: Some(ticket), .. }) = self.outstanding.front() {
            self.events.push_back(Event::StartTls { ticket: *ticket });
        }
        Ok(())
    }

    /// A command that one reply decides.
    fn read_plain(&mut self, ticket: Option<Ticket>, step: &Step, reply: Reply) -> Result<(), Fault> {
        let Some(ticket) = ticket else { return Ok(()) };
        let to = step.keyword();
        match reply.code.class() {
            Class::Done => self.events.push_back(Event::Done { ticket, reply, mechanism: None }),
            Class::GoOn => return Err(Fault::WrongReply { command: to, code: reply.code }),
            Class::Transient | Class::Permanent => {
                self.events.push_back(Event::Refused { ticket, refusal: Refusal::of(to, reply) });
                if step.is_starttls() {
                    self.refuse_behind_starttls(ticket);
                }
            }
        }
        if step.is_quit() {
            self.close(Ending::Quit);
        }
        Ok(())
    }

    /// A reply that no command asked for: why the server closes the connection, as a rule.
    fn read_unasked(&mut self, reply: Reply) -> Result<(), Fault> {
        let is_refusal = matches!(reply.code.class(), Class::Transient | Class::Permanent);
        if !is_refusal || self.strays >= STRAYS {
            return Err(Fault::Unasked { excerpt: excerpt(format!("{} {}", reply.code, reply.text).as_bytes()) });
        }
        self.strays += 1;
        let is_end = reply.code.value() == 421;
        self.farewell = Some(reply);
        if is_end {
            self.refuse_queued(Ticket(0), &RefusedBy::Closing);
            self.end();
        }
        Ok(())
    }

    /// The server takes nobody now, or not this client.
    fn reject(&mut self, to: &'static str, reply: Reply) {
        self.events.push_back(Event::Rejected(Refusal::of(to, reply)));
        self.lose_all();
        self.close(Ending::ByServer { said: None });
    }

    /// 421 in answer to a command.
    fn closed_by(&mut self, to: &'static str, reply: Reply) {
        let Some(Sent { ticket, .. }) = self.outstanding.pop_front() else { return };
        let Some(ticket) = ticket else { return self.reject(to, reply) };
        if self.letters.iter().any(|letter| letter.ticket == ticket) {
            self.close_answers_letter(ticket, to, &reply);
        } else {
            self.events.push_back(Event::Refused { ticket, refusal: Refusal::of(to, reply) });
        }
        self.refuse_queued(Ticket(0), &RefusedBy::Closing);
        self.lose_all();
        self.close(Ending::ByServer { said: None });
    }
}
