//! A submission session of the server: octets in, replies out (RFC 6409 on RFC 5321, with RFC 1870, 2034, 2920, 3030, 3207,
//! 4954, 6152, 6531). No I/O in here.
//!
//! Mail comes from the account alone and reaches the account alone. Everybody else is refused, so that nobody believes that a
//! letter has left the machine. Two further addresses show how a server refuses for now, and for a full mailbox.

mod command;
mod content;
mod login;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use time::OffsetDateTime;

use self::command::{BadCommand, Command, Mail, Mailbox};
use self::content::{Content, Fault, MAX_OCTETS, Text};
use self::login::Exchange;
use crate::mime::date;
use crate::office::Office;

/// What the server calls itself.
const HOST: &str = "mail.postbox.example";

/// Recipients of a letter (RFC 5321, section 4.5.3.1.8).
const MAX_RECIPIENTS: usize = 100;
/// Lines that are no commands, after which the server hangs up.
const MAX_UNKNOWN: u32 = 20;

/// Octets of a line of AUTH or of a SASL response, CRLF included (RFC 4954, section 4).
const LINE_LIMIT: usize = 12_288;
/// Octets of any other line: 512 (RFC 5321, section 4.5.3.1.4), and what extensions add to MAIL: 26 for SIZE (RFC 1870), 17 for
/// BODY (RFC 6152), 10 for SMTPUTF8 (RFC 6531), 500 for AUTH (RFC 4954).
const COMMAND_LIMIT: usize = 512 + 26 + 17 + 10 + 500;

/// Is refused for now, as a server with a greylist does.
const LATER: &str = "later@postbox.example";
/// Is refused for a full mailbox.
const FULL: &str = "full@postbox.example";

const HELLO_FIRST: &str = "503 5.5.1 EHLO first";
const NOT_IN_ORDER: &str = "503 5.5.1 This command does not belong here; RSET begins anew";

/// What the server says, and does then.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Lines with CRLF between them, none behind the last.
    pub(crate) text: String,
    pub(crate) then: Then,
}

/// What follows a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    GoOn,
    /// Start TLS; whatever came behind the command is dropped (RFC 3207, section 4.2).
    StartTls,
    Close,
}

/// What the next octets are.
enum Input {
    Line,
    /// A line that answers a SASL challenge.
    Response(Exchange),
    Text(Text),
    Chunk(Chunk),
}

/// A BDAT under way.
struct Chunk {
    octets: u64,
    left: u64,
    last: bool,
    /// Where the octets go; what is said behind them where they go nowhere.
    content: Result<Content, &'static str>,
}

struct Transaction {
    utf8: bool,
    recipients: usize,
    chunks: Chunks,
}

/// What has come of a letter by BDAT.
enum Chunks {
    None,
    Some(Content),
    /// One was refused: the rest is refused as well, up to RSET (RFC 3030, section 2).
    Refused,
}

/// One connection's state.
pub(crate) struct Session {
    office: Arc<Office>,
    secure: bool,
    /// What the client calls itself.
    client: Option<String>,
    /// It said EHLO, and not HELO.
    extended: bool,
    signed_in: bool,
    failed_logins: u32,
    unknown: u32,
    transaction: Option<Transaction>,
    input: Input,
    /// The line that has not ended, as far as it is kept.
    line: Vec<u8>,
    overlong: bool,
}

impl Session {
    /// A session at its beginning; `secure` where TLS is up already.
    pub(crate) fn new(office: Arc<Office>, secure: bool) -> Self {
        Self {
            office,
            secure,
            client: None,
            extended: false,
            signed_in: false,
            failed_logins: 0,
            unknown: 0,
            transaction: None,
            input: Input::Line,
            line: Vec::new(),
            overlong: false,
        }
    }

    /// The banner.
    pub(crate) fn greeting(&self) -> String {
        format!("220 {HOST} ESMTP Restante's sample server is ready")
    }

    /// What is said before an idle connection is closed.
    pub(crate) fn farewell(&self) -> &'static str {
        "421 4.4.2 Nothing was said for too long"
    }

    /// TLS is up: start over, as if nothing had been said (RFC 3207, section 4.2).
    pub(crate) fn secured(&mut self) {
        *self = Self::new(self.office.clone(), true);
    }

    /// Takes octets, up to the next answer at most; returns how many, and the answer if it has come to that. The others are
    /// for the next call.
    pub(crate) fn take(&mut self, octets: &[u8]) -> (usize, Option<Answer>) {
        match std::mem::replace(&mut self.input, Input::Line) {
            Input::Line => self.take_line(octets, None),
            Input::Response(exchange) => self.take_line(octets, Some(exchange)),
            Input::Text(mut text) => {
                let (used, ended) = text.take(octets);
                if ended {
                    return (used, Some(self.deliver(text.content)));
                }
                self.input = Input::Text(text);
                (used, None)
            }
            Input::Chunk(mut chunk) => {
                let used = usize::try_from(chunk.left).map_or(octets.len(), |left| left.min(octets.len()));
                chunk.left -= used as u64;
                if let Ok(content) = &mut chunk.content {
                    content.extend(&octets[..used]);
                }
                if chunk.left == 0 {
                    return (used, Some(self.chunk_taken(chunk)));
                }
                self.input = Input::Chunk(chunk);
                (used, None)
            }
        }
    }

    fn take_line(&mut self, octets: &[u8], exchange: Option<Exchange>) -> (usize, Option<Answer>) {
        let end = octets.iter().position(|&byte| byte == b'\n').map_or(octets.len(), |at| at + 1);
        let kept = end.min(LINE_LIMIT - self.line.len());
        self.overlong |= kept < end;
        self.line.extend_from_slice(&octets[..kept]);
        if !octets[..end].ends_with(b"\n") {
            if let Some(exchange) = exchange {
                self.input = Input::Response(exchange);
            }
            return (end, None);
        }
        let line = std::mem::take(&mut self.line);
        let answer = match self.readable(&line, exchange.is_some()) {
            Ok(text) => match exchange {
                Some(exchange) => Some(self.respond(exchange, text)),
                None => self.command(text),
            },
            // The octets that follow it are no commands.
            Err(why) if has_verb(&line, "BDAT") => Some(hang_up(why)),
            Err(why) => Some(self.unknown(why)),
        };
        (end, answer)
    }

    /// The line without its end, if it is one.
    fn readable<'a>(&mut self, line: &'a [u8], is_response: bool) -> Result<&'a str, &'static str> {
        let is_long = line.len() > COMMAND_LIMIT && !is_response && !has_verb(line, "AUTH");
        if std::mem::take(&mut self.overlong) || is_long {
            return Err(if is_long { "500 5.5.2 This line is too long" } else { "500 5.5.6 This line is too long" });
        }
        let line = line.strip_suffix(b"\r\n").ok_or("500 5.5.2 Lines end in CRLF")?;
        let text = std::str::from_utf8(line).map_err(|_| "500 5.5.2 This line is not UTF-8")?;
        if text.contains(char::is_control) {
            return Err("500 5.5.2 This line has control characters");
        }
        Ok(text)
    }

    /// `None` where octets have to come first.
    fn command(&mut self, line: &str) -> Option<Answer> {
        let command = match Command::parse(line) {
            Ok(command) => command,
            Err(BadCommand::Unknown(text)) => return Some(self.unknown(text)),
            Err(BadCommand::Arguments(text)) => return Some(say(text)),
            Err(BadCommand::Chunk(text)) => return Some(hang_up(text)),
        };
        let answer = match command {
            Command::Chunk { octets, last } => return self.chunk(octets, last),
            Command::Hello { extended, name } => self.hello(extended, name),
            Command::StartTls if self.secure => say("503 5.5.1 TLS is up already"),
            Command::StartTls => Answer { text: "220 2.0.0 Begin TLS now".into(), then: Then::StartTls },
            Command::Auth { mechanism, initial } => self.auth(mechanism, initial),
            Command::Reset => {
                self.transaction = None;
                say("250 2.0.0 Begun anew")
            }
            Command::Nothing => say("250 2.0.0 Nothing done"),
            Command::Verify => say("252 2.0.0 Send it a letter, and see"),
            Command::Help => say("214 2.0.0 See RFC 5321 and RFC 6409"),
            Command::Quit => Answer { text: format!("221 2.0.0 {HOST} closes the connection"), then: Then::Close },
            Command::Mail(mail) => self.sender().map_or_else(say, |()| self.mail(&mail)),
            Command::Recipient(to) => self.sender().map_or_else(say, |()| self.recipient(&to)),
            Command::Data => self.sender().map_or_else(say, |()| self.data()),
        };
        Some(answer)
    }

    /// A line that is no command; the last one that is borne ends the connection.
    fn unknown(&mut self, text: &str) -> Answer {
        self.unknown += 1;
        if self.unknown < MAX_UNKNOWN {
            return say(text);
        }
        Answer { text: format!("{text}\r\n421 4.7.0 Too many lines that are no commands"), then: Then::Close }
    }

    fn hello(&mut self, extended: bool, name: &str) -> Answer {
        // RFC 5321, section 4.1.4: as RSET does. Who has signed in stays so.
        self.transaction = None;
        self.client = Some(name.into());
        self.extended = extended;
        if !extended {
            return say(&format!("250 {HOST}"));
        }
        let size = format!("SIZE {MAX_OCTETS}");
        let way_in = if self.secure { "AUTH PLAIN LOGIN" } else { "STARTTLS" };
        let extensions =
            ["PIPELINING", &size, "8BITMIME", "SMTPUTF8", "CHUNKING", "ENHANCEDSTATUSCODES", way_in].join("\r\n250-");
        say(&format!("250-{HOST}\r\n250-{extensions}\r\n250 HELP"))
    }

    /// Whether mail may be sent now (RFC 6409, section 4.3).
    fn sender(&self) -> Result<(), &'static str> {
        if self.client.is_none() {
            Err(HELLO_FIRST)
        } else if !self.secure {
            Err("530 5.7.0 STARTTLS first: this server takes nothing in clear text")
        } else if !self.signed_in {
            Err("530 5.7.0 Sign in first")
        } else {
            Ok(())
        }
    }

    fn mail(&mut self, mail: &Mail) -> Answer {
        let octets = mail.octets.unwrap_or(0);
        if self.transaction.is_some() {
            return say(NOT_IN_ORDER);
        }
        if !mail.from.as_ref().is_some_and(|from| from.is(self.office.user())) {
            return say(&format!("553 5.7.1 Mail from here has the sender {}", self.office.user()));
        }
        if octets > MAX_OCTETS {
            return say(Fault::TooLarge.reply());
        }
        if !self.office.has_room(octets) {
            return say(Fault::NoRoom.reply());
        }
        self.transaction = Some(Transaction { utf8: mail.utf8, recipients: 0, chunks: Chunks::None });
        say("250 2.1.0 The sender is you")
    }

    fn recipient(&mut self, to: &Mailbox) -> Answer {
        let Some(transaction) = &mut self.transaction else { return say(NOT_IN_ORDER) };
        if !matches!(transaction.chunks, Chunks::None) {
            return say(NOT_IN_ORDER);
        }
        if !to.is_ascii() && !transaction.utf8 {
            return say("553 5.6.7 An address beyond ASCII needs SMTPUTF8");
        }
        if to.is(LATER) {
            return say("450 4.2.1 This mailbox is greylisted; try again later");
        }
        if to.is(FULL) {
            return say("552 5.2.2 This mailbox is full");
        }
        if !to.is(self.office.user()) {
            return say(&format!("550 5.7.1 This demonstration delivers to {} alone", self.office.user()));
        }
        if transaction.recipients >= MAX_RECIPIENTS {
            return say("452 4.5.3 A letter has 100 recipients at most");
        }
        transaction.recipients += 1;
        say("250 2.1.5 The recipient is you")
    }

    fn data(&mut self) -> Answer {
        match self.addressed() {
            Ok(transaction) if matches!(transaction.chunks, Chunks::None) => {
                self.input = Input::Text(Text::new(Content::new(self.office.reserve())));
                say("354 End with a line of a dot")
            }
            // RFC 3030, section 3: a letter comes by DATA or by BDAT, not by both.
            Ok(_) => say(NOT_IN_ORDER),
            Err(text) => say(text),
        }
    }

    /// The transaction, if it has a recipient.
    fn addressed(&mut self) -> Result<&mut Transaction, &'static str> {
        self.sender()?;
        let transaction = self.transaction.as_mut().ok_or(NOT_IN_ORDER)?;
        if transaction.recipients == 0 { Err("554 5.5.1 There is no valid recipient") } else { Ok(transaction) }
    }

    /// The octets come whatever is said, so even those that are refused are read (RFC 3030, section 2).
    fn chunk(&mut self, octets: u64, last: bool) -> Option<Answer> {
        let office = self.office.clone();
        let content = self.addressed().and_then(|transaction| {
            match std::mem::replace(&mut transaction.chunks, Chunks::Refused) {
                Chunks::None => Ok(Content::new(office.reserve())),
                Chunks::Some(content) => Ok(content),
                Chunks::Refused => Err("503 5.5.1 A chunk was refused; RSET begins anew"),
            }
        });
        let chunk = Chunk { octets, left: octets, last, content };
        if octets == 0 {
            return Some(self.chunk_taken(chunk));
        }
        self.input = Input::Chunk(chunk);
        None
    }

    fn chunk_taken(&mut self, Chunk { octets, last, content, .. }: Chunk) -> Answer {
        match content {
            Ok(content) if last => self.deliver(content),
            Ok(content) => {
                if let Some(fault) = content.fault() {
                    return say(fault.reply());
                }
                if let Some(transaction) = &mut self.transaction {
                    transaction.chunks = Chunks::Some(content);
                }
                say(&format!("250 2.0.0 {octets} octets"))
            }
            Err(text) => say(text),
        }
    }

    /// The letter is complete.
    fn deliver(&mut self, content: Content) -> Answer {
        let Some(transaction) = self.transaction.take() else { return say(NOT_IN_ORDER) };
        let (letter, reservation) = match content.finish() {
            Ok(whole) => whole,
            Err(fault) => return say(fault.reply()),
        };
        let uid = reservation.uid().to_owned();
        let mut bytes = self.trace(transaction.utf8, &uid).into_bytes();
        bytes.extend_from_slice(&letter);
        match reservation.deliver(bytes) {
            Ok(()) => say(&format!("250 2.0.0 Delivered as {uid}")),
            Err(_) => say(Fault::NoRoom.reply()),
        }
    }

    /// The header fields of a delivery (RFC 5321, section 4.4; RFC 3848 and RFC 6531, section 4.3 for the protocol).
    fn trace(&self, utf8: bool, uid: &str) -> String {
        let user = self.office.user();
        let client = self.client.as_deref().unwrap_or("localhost");
        let protocol = if utf8 { "UTF8SMTPSA" } else { "ESMTPSA" };
        let date = date(OffsetDateTime::now_utc());
        format!(
            "Return-Path: <{user}>\r\nReceived: from {client} (localhost [127.0.0.1])\r\n by {HOST} with {protocol} id {uid}\r\n \
             for <{user}>; {date}\r\n"
        )
    }
}

/// Whether a line begins with this command.
fn has_verb(line: &[u8], verb: &str) -> bool {
    line.get(..verb.len()).is_some_and(|head| head.eq_ignore_ascii_case(verb.as_bytes()))
}

fn say(text: &str) -> Answer {
    Answer { text: text.into(), then: Then::GoOn }
}

/// The client and the server no longer agree where commands begin.
fn hang_up(text: &str) -> Answer {
    Answer { text: format!("{text}\r\n421 4.5.0 What follows cannot be told apart"), then: Then::Close }
}
