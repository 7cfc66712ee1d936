//! A letter on its way: MAIL, RCPT for each recipient, then DATA or BDAT, and what the server makes of each (RFC 5321,
//! section 3.3).
//!
//! Where PIPELINING is announced, everything up to DATA is one flight; of small letters everything up to the end of BDAT
//! LAST. Not here: how replies are read (`receive`), how a letter's octets are written (`content`).

use super::Session;
use super::send::Step;
use crate::smtp::content::Encoder;
use crate::smtp::letter::original_recipient;
use crate::smtp::{
    Channel, Chunking, Class, Event, Extensions, Fault, Form, Lacking, Letter, Misuse, Quirk, Refusal, RefusedBy,
    Reply, Ticket,
};

/// A letter on its way.
#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) ticket: Ticket,
    letter: Letter,
    /// The recipients that the server is asked about, by their place in the letter.
    asked: Vec<usize>,
    next: Next,
    way: Way,
    /// How MAIL was refused.
    refused: Option<Refusal>,
    accepted: usize,
    answered: usize,
    /// The refusal of a recipient: the first that may change, else the first.
    recipient_refused: Option<Refusal>,
    encoder: Encoder,
}

/// How the letter's octets go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By DATA, when the server says that it may.
    Data,
    /// By BDAT, when the server has accepted recipients.
    Bdat,
    /// By BDAT, before it is known whether it has.
    BdatAlong,
}

/// What is to be said next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Mail,
    /// To the recipient at this place among those that are asked about.
    Rcpt(usize),
    /// DATA or BDAT.
    Content,
    /// Nothing: DATA's answer is to come.
    GoAhead,
    /// The letter's octets.
    Body,
    /// Nothing: the letter's end was handed out.
    Complete,
    /// Nothing: an empty letter's end was handed out, for nobody.
    Nothing,
}

impl Transaction {
    pub(super) fn wants_body(&self) -> bool {
        self.next == Next::Body
    }

    /// Whether the letter's last octet was handed out.
    pub(super) fn is_complete(&self) -> bool {
        self.next == Next::Complete
    }

    /// Whether its commands are all sent.
    pub(super) fn is_said(&self) -> bool {
        !matches!(self.next, Next::Mail | Next::Rcpt(_) | Next::Content)
    }

    pub(super) fn left(&self) -> u64 {
        self.encoder.left()
    }

    /// Why nobody will get this letter, where that is sure already.
    fn verdict(&self) -> Option<Refusal> {
        if let Some(refusal) = &self.refused {
            return Some(refusal.clone());
        }
        if self.accepted == 0 && self.answered == self.asked.len() {
            return self.recipient_refused.clone().map(|refusal| Refusal { by: RefusedBy::NoRecipient, ..refusal });
        }
        None
    }

    /// The connection is gone: what is known of the letter.
    pub(super) fn lost(self) -> Event {
        let ticket = self.ticket;
        match self.verdict() {
            Some(refusal) => Event::Refused { ticket, refusal },
            // RFC 1047: between the last octet and its answer, nobody can tell.
            None if self.is_complete() => Event::Unknown { ticket },
            None => Event::Lost { ticket, sent: self.next != Next::Mail },
        }
    }

    /// MAIL's parameters, each with a space before it.
    fn parameters(&self, known: &Extensions) -> String {
        let (letter, content) = (&self.letter, self.letter.content());
        let mut text = String::new();
        match content.form() {
            // RFC 3030, section 3.
            Form::Binary => text.push_str(" BODY=BINARYMIME"),
            // RFC 6152, section 2.
            Form::Text if content.is_eight_bit() => text.push_str(" BODY=8BITMIME"),
            Form::Text => {}
        }
        if known.size.is_some() {
            // RFC 1870, section 3.
            text.push_str(&format!(" SIZE={}", content.octets()));
        }
        if letter.needs_utf8() {
            // RFC 6531, section 3.4.
            text.push_str(" SMTPUTF8");
        }
        if letter.require_tls {
            // RFC 8689, section 2.
            text.push_str(" REQUIRETLS");
        }
        if let Some(dsn) = letter.dsn.as_ref().filter(|_| known.dsn) {
            // RFC 3461, sections 4.3 and 4.4.
            text.extend(dsn.returned.map(|returned| format!(" RET={}", returned.word())));
            text.extend(dsn.envelope.as_ref().map(|envelope| format!(" ENVID={}", envelope.xtext())));
        }
        text
    }

    /// RCPT's command.
    fn rcpt(&self, index: usize, dsn: bool) -> String {
        let recipient = &self.letter.recipients[index];
        let mut line = format!("RCPT TO:<{}>", recipient.mailbox);
        if let Some(notify) = recipient.notify.filter(|_| dsn) {
            // RFC 3461, sections 4.1 and 4.2.
            line.push_str(&format!(" NOTIFY={} ORCPT={}", notify.words(), original_recipient(&recipient.mailbox)));
        }
        line
    }
}

impl Session {
    /// Whether a letter may begin: with nothing outstanding, or right behind the end of one that went by DATA (RFC 2920,
    /// section 3.1: a letter's content may be the first of a group). So at most one letter's end is ever unanswered.
    pub(super) fn may_begin(&self, letter: &Letter) -> bool {
        let is_behind_end = self.outstanding.len() == 1
            && matches!(self.outstanding[0].step, Step::Content)
            && self.letters.back().is_some_and(Transaction::is_complete);
        self.outstanding.is_empty() || is_behind_end && self.is_pipelining() && self.way(letter) == Way::Data
    }

    fn way(&self, letter: &Letter) -> Way {
        let content = letter.content();
        let chunking = self.extensions.as_ref().is_some_and(|known| known.chunking);
        match self.config.chunking {
            Chunking::UpTo(octets) if chunking && self.is_pipelining() && content.octets() <= octets => Way::BdatAlong,
            _ if content.form() == Form::Binary => Way::Bdat,
            _ => Way::Data,
        }
    }

    pub(super) fn begin_letter(&mut self, ticket: Ticket, letter: Letter) {
        if let Some(by) = self.obstacle(&letter) {
            return self.events.push_back(Event::Refused { ticket, refusal: Refusal::unsent(by) });
        }
        let known = self.extensions.clone().unwrap_or_default();
        let asked = match self.within_limits(ticket, &letter, &known) {
            Ok(asked) => asked,
            Err(refusal) => return self.events.push_back(Event::Refused { ticket, refusal }),
        };
        if letter.asks_for_reports() && !known.dsn {
            self.events.push_back(Event::WithoutReports { ticket });
        }
        let way = self.way(&letter);
        let encoder = Encoder::new(*letter.content(), way == Way::Data);
        self.letters.push_back(Transaction {
            ticket,
            letter,
            asked,
            next: Next::Mail,
            way,
            refused: None,
            accepted: 0,
            answered: 0,
            recipient_refused: None,
            encoder,
        });
    }

    /// Why the server would not take this letter, by what it announces: nothing is sent then.
    fn obstacle(&self, letter: &Letter) -> Option<RefusedBy> {
        let nothing = Extensions::default();
        let known = self.extensions.as_ref().unwrap_or(&nothing);
        let content = letter.content();
        let lacking = if letter.needs_utf8() && !known.smtp_utf8 {
            Lacking::SmtpUtf8
        } else if content.form() == Form::Binary && !(known.chunking && known.binary_mime) {
            Lacking::BinaryMime
        } else if content.form() == Form::Text && content.is_eight_bit() && !known.eight_bit_mime {
            Lacking::EightBitMime
        } else if letter.require_tls && !(known.require_tls && self.config.channel == Channel::Tls) {
            // RFC 8689, section 4.2.1.
            Lacking::RequireTls
        } else {
            // RFC 1870, section 6.1.
            let octets = content.octets();
            let too_large = known.too_small_for(octets).map(|limit| RefusedBy::TooLarge { octets, limit });
            // RFC 9422, section 4.1.
            let is_full = known.limits.letters.is_some_and(|letters| self.begun >= letters);
            return too_large.or(is_full.then_some(RefusedBy::LettersFull));
        };
        Some(RefusedBy::Lacks(lacking))
    }

    /// The recipients that the server takes by what it announces (RFC 9422, sections 4.2 and 4.3); the others are told.
    fn within_limits(&mut self, ticket: Ticket, letter: &Letter, known: &Extensions) -> Result<Vec<usize>, Refusal> {
        let most = known.limits.recipients.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        let domains = known.limits.domains.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        let mut asked = Vec::new();
        for (index, recipient) in letter.recipients.iter().enumerate() {
            let domain = recipient.mailbox.domain();
            let by = if asked.len() == most {
                RefusedBy::RecipientsFull
            } else if !self.domains.contains(domain) && self.domains.len() >= domains {
                RefusedBy::DomainsFull
            } else {
                if domains != usize::MAX {
                    self.domains.insert(domain.to_owned());
                }
                asked.push(index);
                continue;
            };
            let outcome = Err(Refusal::unsent(by));
            self.events.push_back(Event::Recipient { ticket, index, outcome });
        }
        if asked.is_empty() { Err(Refusal::unsent(RefusedBy::DomainsFull)) } else { Ok(asked) }
    }

    /// Says the next of the last letter's commands, if it may be said now. Whether something came of it.
    pub(super) fn go_on_with_letter(&mut self) -> bool {
        let is_free = self.outstanding.is_empty();
        let pipelining = self.is_pipelining();
        let nothing = Extensions::default();
        let known = self.extensions.as_ref().unwrap_or(&nothing);
        // Behind a letter's end, which ends its transaction, there is nothing to clear.
        let is_open = self.open_transaction && self.letters.len() == 1;
        let Some(letter) = self.letters.back_mut() else { return false };
        let ticket = Some(letter.ticket);
        let verdict = if is_free { letter.verdict() } else { None };
        match letter.next {
            // What was left behind by a letter that ended before its end is cleared first (RFC 5321, section 4.1.1.5).
            Next::Mail if is_open && (is_free || pipelining) => {
                self.open_transaction = false;
                self.say(ticket, Step::Rset, &[b"RSET"]);
            }
            Next::Mail if is_free || pipelining => {
                letter.next = Next::Rcpt(0);
                let line = format!("MAIL FROM:{}{}", letter.letter.from, letter.parameters(known));
                self.begun += 1;
                self.say(ticket, Step::Mail, &[line.as_bytes()]);
            }
            Next::Rcpt(_) | Next::Content if verdict.is_some() => self.conclude(verdict),
            Next::Rcpt(at) if at == letter.asked.len() => letter.next = Next::Content,
            Next::Rcpt(at) if is_free || pipelining => {
                letter.next = Next::Rcpt(at + 1);
                let index = letter.asked[at];
                let line = letter.rcpt(index, known.dsn);
                self.say(ticket, Step::Rcpt(index), &[line.as_bytes()]);
            }
            Next::Content if letter.way == Way::Data && (is_free || pipelining) => {
                letter.next = Next::GoAhead;
                self.say(ticket, Step::Data, &[b"DATA"]);
            }
            Next::Content if letter.way == Way::BdatAlong || letter.way == Way::Bdat && is_free => {
                letter.next = Next::Body;
                // RFC 3030, section 2. One chunk, for some servers are slow with every other (Exchange).
                let line = format!("BDAT {} LAST", letter.letter.content().octets());
                self.say(ticket, Step::Bdat, &[line.as_bytes()]);
            }
            _ => return false,
        }
        true
    }

    /// The next octets of a letter.
    pub(super) fn write_body(&mut self, ticket: Ticket, octets: &[u8]) -> Result<(), Misuse> {
        let letter = self.letters.iter_mut().find(|letter| letter.ticket == ticket && letter.wants_body());
        let letter = letter.ok_or(Misuse::NoBodyWanted)?;
        match letter.encoder.write(octets, &mut self.outbox) {
            Ok(true) => letter.next = Next::Complete,
            Ok(false) => {}
            Err(_) => {
                self.give_up();
                return Err(Misuse::BodyDiffers);
            }
        }
        Ok(())
    }

    /// The reply to MAIL.
    pub(super) fn mail_answered(&mut self, reply: Reply) -> Result<(), Fault> {
        let wrong = wrong("MAIL", &reply);
        let Some(letter) = self.answered_letter() else { return Ok(()) };
        match reply.code.class() {
            Class::Done => self.open_transaction = true,
            Class::GoOn => return Err(wrong),
            Class::Transient | Class::Permanent => letter.refused = Some(Refusal::of("MAIL", reply)),
        }
        Ok(())
    }

    /// The reply to RCPT.
    pub(super) fn rcpt_answered(&mut self, index: usize, reply: Reply) -> Result<(), Fault> {
        let wrong = wrong("RCPT", &reply);
        let Some(letter) = self.answered_letter() else { return Ok(()) };
        let ticket = letter.ticket;
        letter.answered += 1;
        let outcome = match reply.code.class() {
            // 250, and 251 and 252, which accept as well (RFC 5321, section 4.2.3).
            Class::Done => {
                letter.accepted += 1;
                Ok(reply)
            }
            Class::GoOn => return Err(wrong),
            Class::Transient | Class::Permanent => {
                let is_transient = reply.code.class() == Class::Transient;
                let refusal = Refusal::of("RCPT", reply);
                let known = letter.recipient_refused.as_ref().and_then(Refusal::code);
                if known.is_none_or(|code| is_transient && code.class() == Class::Permanent) {
                    letter.recipient_refused = Some(refusal.clone());
                }
                Err(refusal)
            }
        };
        // Behind a refused MAIL the server says of each recipient that there is no letter.
        if letter.refused.is_none() {
            self.events.push_back(Event::Recipient { ticket, index, outcome });
        }
        Ok(())
    }

    /// The reply to DATA.
    pub(super) fn data_answered(&mut self, reply: Reply) -> Result<(), Fault> {
        let wrong = wrong("DATA", &reply);
        let Some(letter) = self.answered_letter() else { return Ok(()) };
        let ticket = letter.ticket;
        let verdict = letter.verdict();
        match reply.code.class() {
            Class::Done => return Err(wrong),
            Class::Transient | Class::Permanent => {
                let refusal = verdict.unwrap_or_else(|| Refusal::of("DATA", reply));
                self.conclude(Some(refusal));
            }
            // RFC 2920, section 3.1: DATA may go on though nobody is to get the letter; then an empty one is sent. Never
            // where somebody might get that.
            Class::GoOn if verdict.is_some() && letter.accepted > 0 => return Err(Fault::Contradiction),
            Class::GoOn => {
                let is_odd = reply.code.value() != 354;
                letter.next = if verdict.is_some() { Next::Nothing } else { Next::Body };
                let step = if verdict.is_some() { Step::Nothing } else { Step::Content };
                if is_odd {
                    self.quirk(Quirk::OtherGoAhead);
                }
                if verdict.is_some() {
                    self.quirk(Quirk::GoAheadForNobody);
                    self.outbox.line(&[b"."]);
                }
                self.expect(Some(ticket), step);
            }
        }
        Ok(())
    }

    /// The reply to a letter's end, or to what was sent of it.
    pub(super) fn content_answered(&mut self, to: &'static str, reply: Reply) -> Result<(), Fault> {
        let wrong = wrong(to, &reply);
        let Some(letter) = self.answered_letter() else { return Ok(()) };
        let (ticket, is_complete, verdict) = (letter.ticket, letter.is_complete(), letter.verdict());
        match reply.code.class() {
            // Half a letter was accepted, or something that was none.
            Class::Done if !is_complete => {
                letter.next = Next::Complete;
                return Err(Fault::EarlyAnswer);
            }
            Class::GoOn => return Err(wrong),
            Class::Done if verdict.is_none() => {
                self.open_transaction = false;
                self.letters.pop_front();
                self.events.push_back(Event::Done { ticket, reply, mechanism: None });
            }
            // Without a recipient there is nobody who gets it, whatever is said of it.
            _ => {
                // RFC 5321, section 4.1.1.4: whatever DATA's end is answered, the transaction is over. Behind BDAT it is not
                // (RFC 3030, section 2).
                let is_over = to == "DATA" && is_complete;
                let refusal = verdict.unwrap_or_else(|| Refusal::of(to, reply));
                self.conclude(Some(refusal));
                self.open_transaction &= !is_over;
                if !is_complete {
                    // The server does not want the rest, and would take it for commands.
                    self.give_up();
                }
            }
        }
        Ok(())
    }

    /// The reply to the empty letter: it was for nobody, so whatever it says, it is over.
    pub(super) fn nothing_answered(&mut self) {
        let verdict = self.letters.front().and_then(Transaction::verdict);
        self.conclude(verdict);
        self.open_transaction = false;
    }

    /// The server closes the connection (421): what that says of the letter it was an answer to.
    pub(super) fn close_answers_letter(&mut self, ticket: Ticket, to: &'static str, reply: &Reply) {
        if self.letters.front().is_some_and(|letter| letter.ticket == ticket) {
            let verdict = self.letters.front().and_then(Transaction::verdict);
            self.conclude(Some(verdict.unwrap_or_else(|| Refusal::of(to, reply.clone()))));
        }
    }

    /// The letter that replies belong to: the first, for its steps come first.
    fn answered_letter(&mut self) -> Option<&mut Transaction> {
        self.letters.front_mut()
    }

    /// The first letter is refused.
    fn conclude(&mut self, refusal: Option<Refusal>) {
        let (Some(letter), Some(refusal)) = (self.letters.pop_front(), refusal) else { return };
        let ticket = letter.ticket;
        self.outstanding.retain(|sent| sent.ticket != Some(ticket));
        self.events.push_back(Event::Refused { ticket, refusal });
    }
}

fn wrong(command: &'static str, reply: &Reply) -> Fault {
    Fault::WrongReply { command, code: reply.code }
}
