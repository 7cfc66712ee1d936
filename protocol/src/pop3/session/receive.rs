//! How answers are read: by the command at the head of the outstanding ones.
//!
//! Not here: the steps of a login (`login`), what lines and bodies look like (`reply`, `listing`, `body`).

mod lines;

use std::collections::HashSet;
use std::mem;

use super::login::{apop_challenge, refusal};
use super::send::{Sent, Step};
use super::{Phase, Session};
use crate::pop3::body::{Behind, Decoder, Ended, Found};
use crate::pop3::listing::{self, About};
use crate::pop3::reply::{Status, excerpt, text};
use crate::pop3::transcript::LeftOut;
use crate::pop3::{
    Capabilities, Ending, Event, Fault, Greeting, Quirk, RefusedBy, Reply, ReplyData, ResponseCode, Ticket,
};
use crate::wire;

/// What a step of reading came to.
pub(super) enum Read {
    /// Input was consumed; there may be events.
    Progress,
    /// Octets of a body, by their place in the inbox.
    Chunk { ticket: Ticket, place: usize, octets: usize },
    /// More input is needed.
    Nothing,
}

/// How far the answer to the first outstanding step has been read.
pub(super) enum Reading {
    /// Its status line is to come.
    Status,
    /// Lines of CAPA's answer.
    Capabilities { said: Said, found: Box<Capabilities>, lines: u32 },
    /// Lines of LIST's or UIDL's answer.
    Items(Box<Items>),
    /// Lines of LANG's answer.
    Languages { said: Said, lines: u32 },
    /// A message.
    Body(Box<Body>),
}

/// A status line's text, kept until the end of the answer.
pub(super) type Said = (Option<ResponseCode>, String);

/// A listing under way.
pub(super) struct Items {
    said: Said,
    uidl: bool,
    lines: u32,
    previous: u32,
    /// Hashes of the unique-ids so far; no more than [`Items::REMEMBERED`].
    seen: HashSet<u64>,
}

impl Body {
    /// Octets of it that have been read.
    pub(super) fn octets(&self) -> u64 {
        self.decoder.octets()
    }
}

impl Items {
    const REMEMBERED: usize = 1 << 18;
}

/// A body under way.
pub(super) struct Body {
    said: Said,
    decoder: Decoder,
    /// The first line may be a second status line.
    doubtful: bool,
    /// Other commands may have been sent behind it.
    pipelined: bool,
    found: Found,
}

/// Lines that are skipped in a row at most.
const STRAYS: u32 = 16;

/// Octets of a status line that the standard allows (RFC 2449, section 4).
const STATUS_LINE: usize = 512;

impl Session {
    /// Reads one line or chunk.
    pub(super) fn read(&mut self) -> Result<Read, Fault> {
        if let Reading::Body(body) = &self.reading
            && (body.found != Found::More || body.decoder.octets() > self.config.limits.body || !self.inbox.is_empty())
        {
            return self.read_body();
        }
        if self.inbox.is_empty() {
            return Ok(Read::Nothing);
        }
        if self.phase == Phase::Handshake {
            return Err(Fault::ClearTextAfterStls);
        }
        let limit = self.line_limit();
        let mut line = mem::take(&mut self.line);
        let found = self.inbox.take_line(limit, &mut line).map_err(|_| Fault::LineTooLong { limit });
        let outcome = found.and_then(|found| if found { self.read_line(&mut line) } else { Ok(Read::Nothing) });
        self.line = line;
        outcome
    }

    fn line_limit(&self) -> usize {
        let limits = &self.config.limits;
        match self.outstanding.front().map(|head| &head.step) {
            _ if self.phase == Phase::Greeting => limits.greeting,
            Some(Step::Auth(_)) => limits.challenge,
            _ => limits.line,
        }
    }

    fn read_line(&mut self, line: &mut Vec<u8>) -> Result<Read, Fault> {
        self.arrived += line.len() as u64;
        let length = line.len();
        self.in_bare_lf = !line.ends_with(b"\r\n");
        let odd = wire::trim(line);
        if odd.bare_lf {
            self.quirk(Quirk::BareLf);
        }
        if odd.nul {
            self.quirk(Quirk::Nul);
        }
        self.transcribe(line);
        if matches!(self.reading, Reading::Status) {
            self.read_status(line, length)?;
        } else {
            self.read_listed(line)?;
        }
        Ok(Read::Progress)
    }

    /// Notes a line for the transcript: what tells of the server, and of listings their length.
    fn transcribe(&mut self, line: &[u8]) {
        match &self.reading {
            Reading::Status if self.is_of_proof(line) => self.transcript.challenged(&line[..line.len().min(3)]),
            // What stands in the place of a status line may be the rest of a message whose end was not seen.
            Reading::Status if self.phase == Phase::Transaction && Status::read(line).is_none() => {
                self.transcript.left_out(LeftOut::Octets(line.len() as u64));
            }
            Reading::Items(items) if line == b"." => {
                self.transcript.left_out(LeftOut::Lines(items.lines));
                self.transcript.received(line);
            }
            Reading::Items(_) | Reading::Body(_) => {}
            Reading::Status | Reading::Capabilities { .. } | Reading::Languages { .. } => {
                self.transcript.received(line)
            }
        }
    }

    /// Whether a line carries what a SASL exchange is about: a challenge, or a server's own proof behind `+OK`.
    fn is_of_proof(&self, line: &[u8]) -> bool {
        if !matches!(self.outstanding.front().map(|head| &head.step), Some(Step::Auth(_))) {
            return false;
        }
        match Status::read(line) {
            Some((Status::Continue(rest), _)) => !rest.is_empty(),
            // Words for a person have spaces between them, and base64 has none.
            Some((Status::Ok(rest), _)) => rest.len() >= 8 && !rest.trim_ascii().contains(&b' '),
            _ => false,
        }
    }

    fn read_status(&mut self, line: &[u8], length: usize) -> Result<(), Fault> {
        let Some((status, other_case)) = Status::read(line) else { return self.skip(line) };
        if other_case {
            self.quirk(Quirk::StatusCase);
        }
        let is_challenge = matches!(self.outstanding.front().map(|head| &head.step), Some(Step::Auth(_)));
        if length > STATUS_LINE && !is_challenge {
            self.quirk(Quirk::LongLine);
        }
        if std::str::from_utf8(line).is_err() {
            self.quirk(Quirk::EightBitText);
        }
        if line == b"+" {
            self.quirk(Quirk::BareContinue);
        }
        if self.phase == Phase::Greeting {
            return self.read_greeting(status, line);
        }
        match (self.outstanding.front().map(|head| &head.step), status) {
            (None, Status::Ok(_) | Status::Continue(_)) if self.guessed => self.not_an_answer(line),
            (None, Status::Ok(_)) => self.stray(Quirk::SecondOk, line),
            (None, Status::Err(rest)) => {
                self.farewell = Some(text(rest).1);
                Ok(())
            }
            (None, Status::Continue(_)) => Err(Fault::Unasked { excerpt: excerpt(line) }),
            (Some(step), _) if step.is_login() => self.read_login(status),
            (Some(_), Status::Ok(rest)) => self.read_ok(rest, line),
            (Some(Step::Stat | Step::Sync), Status::Err(_)) if self.guessed => self.not_an_answer(line),
            (Some(_), Status::Err(rest)) => {
                self.refused(rest);
                Ok(())
            }
            (Some(_), Status::Continue(_)) => Err(Fault::NoStatus { excerpt: excerpt(line) }),
        }
    }

    /// A line that is no status: an empty one is skipped.
    fn skip(&mut self, line: &[u8]) -> Result<(), Fault> {
        if line.is_empty() {
            self.stray(Quirk::EmptyLine, line)
        } else if self.guessed {
            self.not_an_answer(line)
        } else if self.phase == Phase::Greeting {
            Err(Fault::NoGreeting { excerpt: excerpt(line) })
        } else if self.outstanding.is_empty() {
            Err(Fault::Unasked { excerpt: excerpt(line) })
        } else {
            Err(Fault::NoStatus { excerpt: excerpt(line) })
        }
    }

    /// A line behind a message that ended by silence, or in the server's own way: more of the message, most likely.
    fn not_an_answer(&self, line: &[u8]) -> Result<(), Fault> {
        Err(Fault::BehindEnd { excerpt: excerpt(line) })
    }

    fn stray(&mut self, quirk: Quirk, line: &[u8]) -> Result<(), Fault> {
        self.strays += 1;
        if self.strays > STRAYS {
            let excerpt = excerpt(line);
            let is_greeting = self.phase == Phase::Greeting;
            return Err(if is_greeting { Fault::NoGreeting { excerpt } } else { Fault::Unasked { excerpt } });
        }
        self.quirk(quirk);
        Ok(())
    }

    pub(super) fn no_status(&self) -> Fault {
        Fault::NoStatus { excerpt: "+".into() }
    }

    fn read_greeting(&mut self, status: Status<'_>, line: &[u8]) -> Result<(), Fault> {
        match status {
            Status::Ok(rest) => {
                self.phase = Phase::Authorization;
                self.apop_challenge = apop_challenge(rest);
                let (_, text) = text(rest);
                let is_bare = text.is_empty();
                self.events.push_back(Event::Greeting(Greeting { text, apop_challenge: self.apop_challenge.clone() }));
                if is_bare {
                    self.quirk(Quirk::BareGreeting);
                }
                Ok(())
            }
            Status::Err(rest) => {
                self.events.push_back(Event::Rejected(refusal(RefusedBy::Server, rest, None)));
                self.lose_all();
                self.close(Ending::ByServer { said: None });
                Ok(())
            }
            Status::Continue(_) => Err(Fault::NoGreeting { excerpt: excerpt(line) }),
        }
    }

    /// The first outstanding step, which is no login's, was refused.
    fn refused(&mut self, rest: &[u8]) {
        let Some(Sent { ticket, step, .. }) = self.pop() else { return };
        if matches!(step, Step::Capa) {
            self.quirk(Quirk::CapaRefused);
        }
        if matches!(step, Step::Sync) {
            // It has told what it was asked for: that the answers to TOP have all come.
            return;
        }
        self.events.push_back(Event::Refused { ticket, refusal: refusal(RefusedBy::Server, rest, None) });
        if step.is_stls() {
            self.refuse_behind_stls(ticket);
        }
        if step.is_quit() {
            // The server closes the connection whatever it says (RFC 1939, section 6).
            self.close(Ending::ByServer { said: None });
        }
    }

    /// The first outstanding step, which is no login's, succeeded: its answer starts, or is all there.
    fn read_ok(&mut self, rest: &[u8], line: &[u8]) -> Result<(), Fault> {
        let Some(head) = self.outstanding.front() else { return Ok(()) };
        let ticket = head.ticket;
        match &head.step {
            Step::Capa => self.reading = Reading::Capabilities { said: text(rest), found: Box::default(), lines: 0 },
            Step::Lang { lists: true } => self.reading = Reading::Languages { said: text(rest), lines: 0 },
            Step::List(None) => self.begin_items(rest, false),
            Step::Uidl(None) => self.begin_items(rest, true),
            Step::List(Some(number)) if self.doubled && listing::list(rest, About::One(*number)).is_err() => {
                self.stray(Quirk::SecondOk, line)?;
            }
            Step::Uidl(Some(_)) | Step::Last if self.doubled && rest.trim_ascii().is_empty() => {
                self.stray(Quirk::SecondOk, line)?;
            }
            Step::List(Some(number)) => {
                let (item, missing) = listing::list(rest, About::One(*number))?;
                self.spaced(item.extra_spaces, missing);
                self.negative(rest);
                self.events.push_back(Event::ListItem { ticket, number: item.number, octets: item.value });
                self.finish(ReplyData::Items(1), rest);
            }
            Step::Uidl(Some(number)) => {
                let (item, missing) = listing::uidl(rest, About::One(*number))?;
                self.spaced(item.extra_spaces, missing);
                self.unusual_uid(item.value.as_ref());
                self.events.push_back(Event::UidlItem { ticket, number: item.number, uid: item.value });
                self.finish(ReplyData::Items(1), rest);
            }
            Step::Top => self.begin_body(rest, None, true),
            Step::Retr { octets } => {
                let octets = *octets;
                self.begin_body(rest, octets, self.doubled);
            }
            Step::Stat | Step::Sync if self.guessed && !self.is_known_extent(rest) => self.not_an_answer(line)?,
            Step::Stat | Step::Sync if self.doubled && listing::stat(rest).is_err() => {
                self.stray(Quirk::SecondOk, line)?;
            }
            Step::Sync => drop(self.pop()),
            Step::Stat => {
                let (messages, octets, extra_spaces) = listing::stat(rest)?;
                self.extent = Some((messages, octets));
                self.spaced(extra_spaces, false);
                self.negative(rest);
                self.finish(ReplyData::Stat { messages, octets }, rest);
            }
            Step::Last => {
                let number = listing::last(rest)?;
                self.finish(ReplyData::Last(number), rest);
            }
            Step::Stls => {
                self.phase = Phase::Handshake;
                if !self.inbox.is_empty() {
                    return Err(Fault::ClearTextAfterStls);
                }
                self.events.push_back(Event::StartTls { ticket });
            }
            Step::Quit => {
                self.finish(ReplyData::None, rest);
                self.lose_all();
                self.close(Ending::Quit);
            }
            Step::Plain { .. } | Step::Lang { lists: false } => self.finish(ReplyData::None, rest),
            // Read by `read_login`.
            Step::User(_) | Step::Pass | Step::Apop | Step::Auth(_) => {}
        }
        Ok(())
    }

    /// Whether this is what STAT tells in this session, which nobody knows who writes a letter. What is marked as deleted
    /// may count or not.
    fn is_known_extent(&self, rest: &[u8]) -> bool {
        let Ok((messages, octets, _)) = listing::stat(rest) else { return false };
        match self.extent {
            Some(known) if self.deleted => messages <= known.0 && octets <= known.1,
            Some(known) => (messages, octets) == known,
            None => true,
        }
    }

    fn begin_items(&mut self, rest: &[u8], uidl: bool) {
        let items = Items { said: text(rest), uidl, lines: 0, previous: 0, seen: HashSet::new() };
        self.reading = Reading::Items(Box::new(items));
    }

    fn begin_body(&mut self, rest: &[u8], octets: Option<u64>, doubtful: bool) {
        let pipelined = self.outstanding.len() > 1 || self.outstanding.front().is_some_and(|head| head.pipelined);
        let mut decoder = Decoder::new(octets);
        if !pipelined && (self.in_bare_lf || self.bare_lf_bodies) {
            decoder = decoder.with_bare_lf();
        }
        let body = Body { said: text(rest), decoder, doubtful, pipelined, found: Found::More };
        self.reading = Reading::Body(Box::new(body));
    }

    fn read_body(&mut self) -> Result<Read, Fault> {
        let stalled = mem::take(&mut self.stalled);
        let last = self.eof || stalled;
        let (Reading::Body(body), Some(head)) = (&mut self.reading, self.outstanding.front()) else {
            return Ok(Read::Nothing);
        };
        let ticket = head.ticket;
        if body.decoder.octets() > self.config.limits.body {
            return Err(Fault::BodyTooLong { limit: self.config.limits.body });
        }
        match body.found {
            Found::More => {}
            Found::End => {
                self.end_body();
                return Ok(Read::Progress);
            }
            Found::DotNotDoubled => return Err(Fault::DotNotDoubled),
            Found::Unsure => return Err(Fault::UnsureEnd),
        }
        let behind = match body.pipelined {
            // Silence is believed only where nothing else is expected: see `handle_stall`.
            true if !stalled => Behind::Answers,
            _ if last => Behind::Nothing,
            _ => Behind::Body,
        };
        if body.doubtful {
            match second_status(self.inbox.rest()) {
                Some(0) => body.doubtful = false,
                Some(octets) => {
                    body.doubtful = false;
                    self.inbox.consume(octets);
                    self.quirk(Quirk::SecondOk);
                    return Ok(Read::Progress);
                }
                None if last => body.doubtful = false,
                None => return Ok(Read::Nothing),
            }
        }
        let decoded = body.decoder.decode(self.inbox.rest(), behind);
        body.found = decoded.found;
        self.arrived += decoded.consumed as u64;
        let limit = self.config.limits.body;
        let beyond = body.decoder.octets().saturating_sub(limit);
        // All that is allowed comes out before the fault does, however the input was cut.
        let octets = decoded.produced.saturating_sub(usize::try_from(beyond).unwrap_or(usize::MAX));
        let place = self.inbox.consume(decoded.consumed);
        if octets > 0 {
            Ok(Read::Chunk { ticket, place, octets })
        } else if beyond > 0 {
            Err(Fault::BodyTooLong { limit })
        } else if decoded.consumed > 0 || decoded.found != Found::More {
            Ok(Read::Progress)
        } else {
            Ok(Read::Nothing)
        }
    }

    /// Whether the body being read would end if nothing followed what has come.
    pub(super) fn is_body_at_doubtful_end(&self) -> bool {
        /// Octets that the decoder holds back at most.
        const HELD: usize = 16;
        let Reading::Body(body) = &self.reading else { return false };
        let rest = self.inbox.unread();
        !body.doubtful
            && (1..=HELD).contains(&rest.len())
            && body.decoder.clone().decode(&mut rest.to_vec(), Behind::Nothing).found == Found::End
    }

    fn end_body(&mut self) {
        let Reading::Body(body) = mem::replace(&mut self.reading, Reading::Status) else { return };
        let Body { said: (code, text), decoder, .. } = *body;
        self.transcript.left_out(LeftOut::Octets(decoder.octets()));
        self.transcript.received(b".");
        match decoder.ended() {
            Ended::Properly => {}
            Ended::BareLf => {
                self.quirk(Quirk::TerminatorBareLf);
                self.bare_lf_bodies |= !decoder.has_crlf();
            }
            Ended::Glued => self.quirk(Quirk::GluedTerminator),
        }
        if decoder.has_unstuffed_dots() {
            self.quirk(Quirk::UnstuffedDot);
        }
        if decoder.has_wrong_size() {
            self.quirk(Quirk::WrongSize);
        }
        self.finish_with(Reply { code, text, data: ReplyData::Body { octets: decoder.octets() } });
        self.guessed = decoder.ended() != Ended::Properly;
        // A server that ends its own lines with LF ends its messages so, and doubles dots behind it.
        if self.guessed && !self.in_bare_lf {
            self.synchronised = false;
        }
    }

    /// The stream ended in the middle of a line. What cannot be misread without its end is read: a refusal, and QUIT's
    /// answer.
    pub(super) fn read_unfinished_line(&mut self) {
        let mut line = Vec::new();
        self.inbox.take_rest(&mut line);
        let is_quit = self.outstanding.front().is_some_and(|head| head.step.is_quit());
        let counts = matches!(self.reading, Reading::Status)
            && match Status::read(&line) {
                Some((Status::Err(_), _)) => true,
                Some((Status::Ok(_), _)) => is_quit,
                _ => false,
            };
        if counts && self.phase != Phase::Handshake {
            // Such a line can only be refused as an answer; then the end of the stream says what there is to say.
            let _ = self.read_line(&mut line);
        }
    }

    fn spaced(&mut self, extra_spaces: bool, number_missing: bool) {
        if extra_spaces {
            self.quirk(Quirk::ExtraSpaces);
        }
        if number_missing {
            self.quirk(Quirk::NumberMissing);
        }
    }
}

/// Octets of a second status line at the start of a body: 0 where there is none, `None` where more input tells. No
/// header field looks like that, for it has no colon.
fn second_status(input: &[u8]) -> Option<usize> {
    let word = b"+OK";
    if !input.starts_with(&word[..input.len().min(word.len())]) {
        return Some(0);
    }
    match memchr::memchr(b'\n', input) {
        None if input.len() > STATUS_LINE => Some(0),
        None => None,
        Some(at) => {
            let rest = &input[word.len().min(at)..at];
            let is_status = rest.first().is_none_or(|byte| byte.is_ascii_whitespace()) && !rest.contains(&b':');
            Some(if is_status { at + 1 } else { 0 })
        }
    }
}
