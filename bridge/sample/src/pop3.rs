//! A POP3 session of the server: command lines in, replies out (RFC 1939, 2449, 2595, 3206, 5034). No I/O in here.
//!
//! One user, one maildrop, as it is at the login (RFC 1939, section 3). What DELE marks is forgotten when the session ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::maildrop::Message;
use crate::office::Office;
use crate::sasl::{self, BadPlain};

/// Failed logins after which the server hangs up.
const MAX_FAILURES: u32 = 5;

/// What the server does about a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// A single line, without its CRLF.
    Line(String),
    /// A status line, then these lines and the terminator.
    List(String, Vec<String>),
    /// A status line, then the message of this index: whole, or its header and so many lines.
    Message { status: String, index: usize, lines: Option<u32> },
    /// Say so, then start TLS; whatever came behind the command is dropped.
    StartTls(String),
    /// Say so and close the connection.
    Close(String),
}

#[derive(Debug)]
enum State {
    Authorization {
        user: Option<String>,
        failures: u32,
    },
    /// AUTH PLAIN without an initial response: the next line is the response (RFC 5034, section 4).
    AwaitingPlain {
        failures: u32,
    },
    Transaction {
        deleted: BTreeSet<usize>,
    },
}

/// One connection's state.
pub(crate) struct Session {
    office: Arc<Office>,
    secure: bool,
    state: State,
    /// The maildrop at the login; empty before it.
    maildrop: Vec<Arc<Message>>,
}

impl Session {
    /// A session in the authorization state; `secure` where TLS is up already.
    pub(crate) fn new(office: Arc<Office>, secure: bool) -> Self {
        Self { office, secure, state: State::Authorization { user: None, failures: 0 }, maildrop: Vec::new() }
    }

    /// The banner.
    pub(crate) fn greeting(&self) -> &'static str {
        "+OK Restante's sample maildrop is ready"
    }

    /// TLS is up: start over, as if nothing had been said (RFC 2595, section 4).
    pub(crate) fn secured(&mut self) {
        self.secure = true;
        self.state = State::Authorization { user: None, failures: 0 };
    }

    /// The message of this index.
    pub(crate) fn message(&self, index: usize) -> &[u8] {
        &self.maildrop[index].bytes
    }

    /// The most octets a line may have now, CRLF included: 255 for a command (RFC 2449, section 4), 12,288 for a SASL
    /// response (RFC 5034, section 4).
    pub(crate) fn line_limit(&self) -> usize {
        if matches!(self.state, State::AwaitingPlain { .. }) { 12_288 } else { 255 }
    }

    /// Takes one line, without its line end.
    pub(crate) fn line(&mut self, line: &str) -> Reply {
        if let State::AwaitingPlain { failures } = self.state {
            self.state = State::Authorization { user: None, failures };
            return self.plain(line);
        }
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        let argument = argument.trim();
        match (verb.to_ascii_uppercase().as_str(), matches!(self.state, State::Transaction { .. })) {
            ("CAPA", _) => Reply::List("+OK This is what I can do".into(), self.capabilities()),
            ("QUIT", _) => Reply::Close("+OK Held until called for".into()),
            ("STLS", false) => self.stls(),
            ("USER", false) => self.user(argument),
            // A password may begin or end with a space: everything behind the first one is the password.
            ("PASS", false) => self.pass(line.get(5..).unwrap_or("")),
            ("AUTH", false) => self.auth(argument),
            ("STAT", true) => self.stat(),
            ("LIST", true) => self.listing(argument, |_, message| message.bytes.len().to_string()),
            ("UIDL", true) => self.listing(argument, |_, message| message.uid.clone()),
            ("RETR", true) => self.retrieve(argument),
            ("TOP", true) => self.top(argument),
            ("DELE", true) => self.delete(argument),
            ("RSET", true) => self.reset(),
            ("NOOP", true) => Reply::Line("+OK Nothing done".into()),
            ("STAT" | "LIST" | "UIDL" | "RETR" | "TOP" | "DELE" | "RSET" | "NOOP", false) => err("Sign in first"),
            ("STLS" | "USER" | "PASS" | "AUTH", true) => err("You are signed in already"),
            _ => err("Unknown command"),
        }
    }

    fn capabilities(&self) -> Vec<String> {
        let mut lines: Vec<&str> = vec!["TOP", "UIDL", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE"];
        if self.secure {
            lines.extend(["USER", "SASL PLAIN"]);
        } else {
            lines.push("STLS");
        }
        lines.push("IMPLEMENTATION Restante-sample");
        lines.into_iter().map(String::from).collect()
    }

    fn stls(&mut self) -> Reply {
        if self.secure {
            return err("TLS is up already");
        }
        Reply::StartTls("+OK Begin TLS now".into())
    }

    fn user(&mut self, argument: &str) -> Reply {
        if !self.secure {
            return err("STLS first: this server takes no password in clear text");
        }
        if argument.is_empty() {
            return err("USER needs a name");
        }
        if let State::Authorization { user, .. } = &mut self.state {
            *user = Some(argument.to_owned());
        }
        Reply::Line("+OK Your password, please".into())
    }

    fn pass(&mut self, password: &str) -> Reply {
        let State::Authorization { user, .. } = &mut self.state else { return err("You are signed in already") };
        match user.take() {
            Some(user) => self.sign_in(&user, password),
            None => err("USER first"),
        }
    }

    fn auth(&mut self, argument: &str) -> Reply {
        if !self.secure {
            return err("STLS first: this server takes no password in clear text");
        }
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        if !mechanism.eq_ignore_ascii_case("PLAIN") {
            return err("The one mechanism is PLAIN");
        }
        if initial.is_empty() {
            let failures = self.failures();
            self.state = State::AwaitingPlain { failures };
            return Reply::Line("+ ".into());
        }
        self.plain(initial)
    }

    /// The response of PLAIN.
    fn plain(&mut self, response: &str) -> Reply {
        if response == "*" {
            return err("Cancelled");
        }
        match sasl::plain(response) {
            Ok((user, password)) => self.sign_in(&user, &password),
            Err(BadPlain::Delegated) => err("[AUTH] Nobody signs in for somebody else here"),
            Err(BadPlain::Malformed) => err("This is not a PLAIN response"),
        }
    }

    fn sign_in(&mut self, user: &str, password: &str) -> Reply {
        if self.office.admits(user, password) {
            self.maildrop = self.office.snapshot();
            self.state = State::Transaction { deleted: BTreeSet::new() };
            return Reply::Line("+OK Here is your mail".into());
        }
        let failures = self.failures() + 1;
        self.state = State::Authorization { user: None, failures };
        let text = "-ERR [AUTH] User name or password is wrong";
        if failures < MAX_FAILURES { Reply::Line(text.into()) } else { Reply::Close(text.into()) }
    }

    fn failures(&self) -> u32 {
        match self.state {
            State::Authorization { failures, .. } | State::AwaitingPlain { failures } => failures,
            State::Transaction { .. } => 0,
        }
    }

    fn deleted(&self, index: usize) -> bool {
        matches!(&self.state, State::Transaction { deleted } if deleted.contains(&index))
    }

    /// The messages not marked as deleted, with their indices.
    fn present(&self) -> impl Iterator<Item = (usize, &Message)> {
        self.maildrop.iter().map(AsRef::as_ref).enumerate().filter(|(index, _)| !self.deleted(*index))
    }

    fn stat(&self) -> Reply {
        let (count, octets) = self.present().fold((0, 0), |(n, sum), (_, m)| (n + 1, sum + m.bytes.len()));
        Reply::Line(format!("+OK {count} {octets}"))
    }

    fn listing(&self, argument: &str, value: impl Fn(usize, &Message) -> String) -> Reply {
        if argument.is_empty() {
            let lines: Vec<String> =
                self.present().map(|(index, message)| format!("{} {}", index + 1, value(index, message))).collect();
            return Reply::List(format!("+OK {} messages", lines.len()), lines);
        }
        match self.index(argument) {
            Ok(index) => Reply::Line(format!("+OK {} {}", index + 1, value(index, &self.maildrop[index]))),
            Err(reply) => reply,
        }
    }

    fn retrieve(&self, argument: &str) -> Reply {
        match self.index(argument) {
            Ok(index) => {
                Reply::Message { status: format!("+OK {} octets", self.message(index).len()), index, lines: None }
            }
            Err(reply) => reply,
        }
    }

    fn top(&self, argument: &str) -> Reply {
        let Some((number, lines)) = argument.split_once(' ') else { return err("TOP needs a number and a count") };
        let Ok(lines) = lines.trim().parse() else { return err("This is not a count of lines") };
        match self.index(number) {
            Ok(index) => Reply::Message { status: "+OK".into(), index, lines: Some(lines) },
            Err(reply) => reply,
        }
    }

    fn delete(&mut self, argument: &str) -> Reply {
        let index = match self.index(argument) {
            Ok(index) => index,
            Err(reply) => return reply,
        };
        if let State::Transaction { deleted } = &mut self.state {
            deleted.insert(index);
        }
        Reply::Line("+OK Marked; it comes back with the next session".into())
    }

    fn reset(&mut self) -> Reply {
        self.state = State::Transaction { deleted: BTreeSet::new() };
        self.stat()
    }

    /// The index of a message number that exists and is not marked as deleted.
    fn index(&self, argument: &str) -> Result<usize, Reply> {
        let number: usize = argument.parse().map_err(|_| err("This is not a message number"))?;
        match number.checked_sub(1) {
            Some(index) if index < self.maildrop.len() && !self.deleted(index) => Ok(index),
            _ => Err(err("No such message")),
        }
    }
}

fn err(text: &str) -> Reply {
    Reply::Line(format!("-ERR {text}"))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;

    use super::*;
    use crate::office::Room;

    fn office() -> Arc<Office> {
        let message = |uid: &str, bytes: &[u8]| Message { slug: "test", uid: uid.into(), bytes: bytes.to_vec() };
        let mail = vec![message("a", b"S: 1\r\n\r\none\r\n"), message("b", b"S: 2\r\n\r\n")];
        Arc::new(Office::new("robin", " s p ", mail, Room::default()))
    }

    fn session(secure: bool) -> Session {
        Session::new(office(), secure)
    }

    fn signed_in() -> Session {
        signed_in_to(office())
    }

    fn signed_in_to(office: Arc<Office>) -> Session {
        let mut session = Session::new(office, true);
        session.line("USER robin");
        assert_eq!(said(session.line("PASS  s p ")), "+OK Here is your mail");
        session
    }

    fn said(reply: Reply) -> String {
        match reply {
            Reply::Line(text) | Reply::StartTls(text) | Reply::Close(text) => text,
            Reply::List(status, lines) => format!("{status}|{}", lines.join("|")),
            Reply::Message { status, index, lines } => format!("{status}|{index}|{lines:?}"),
        }
    }

    #[test]
    fn no_password_is_taken_in_clear_text() {
        let mut session = session(false);
        for command in ["USER robin", "AUTH PLAIN", "AUTH PLAIN AHJvYmluACBzIHAg"] {
            assert!(said(session.line(command)).starts_with("-ERR STLS first"), "{command}");
        }
        let capabilities = said(session.line("CAPA"));
        assert!(capabilities.contains("STLS") && !capabilities.contains("USER") && !capabilities.contains("SASL"));
    }

    #[test]
    fn after_stls_nothing_of_before_is_remembered() {
        let mut session = session(false);
        assert_eq!(session.line("STLS"), Reply::StartTls("+OK Begin TLS now".into()));
        session.secured();
        assert_eq!(said(session.line("PASS  s p ")), "-ERR USER first");
        assert!(said(session.line("STLS")).starts_with("-ERR"));
        assert!(said(session.line("CAPA")).contains("|USER|SASL PLAIN|"));
    }

    #[test]
    fn plain_signs_in_with_and_without_an_initial_response() {
        let response = BASE64.encode("\0robin\0 s p ");
        assert!(said(session(true).line(&format!("AUTH PLAIN {response}"))).starts_with("+OK"));
        let mut session = session(true);
        assert_eq!(said(session.line("auth plain")), "+ ");
        assert_eq!(session.line_limit(), 12_288);
        assert!(said(session.line(&response)).starts_with("+OK"));
    }

    #[test]
    fn a_cancelled_or_garbled_response_signs_nobody_in() {
        for response in ["*", "!!!", "AAAA"] {
            let mut session = session(true);
            session.line("AUTH PLAIN");
            assert!(said(session.line(response)).starts_with("-ERR "), "{response}");
            assert_eq!(said(session.line("STAT")), "-ERR Sign in first");
        }
    }

    #[test]
    fn a_wrong_password_carries_the_auth_code_and_the_fifth_ends_the_connection() {
        let mut session = session(true);
        for turn in 1..=5 {
            session.line("USER robin");
            let reply = session.line("PASS wrong");
            assert_eq!(matches!(reply, Reply::Close(_)), turn == 5);
            assert!(said(reply).starts_with("-ERR [AUTH] "));
        }
    }

    #[test]
    fn a_deleted_message_is_gone_until_rset() {
        let mut session = signed_in();
        assert_eq!(said(session.line("STAT")), "+OK 2 21");
        assert!(said(session.line("DELE 1")).starts_with("+OK"));
        assert_eq!(said(session.line("STAT")), "+OK 1 8");
        assert_eq!(said(session.line("LIST")), "+OK 1 messages|2 8");
        assert_eq!(said(session.line("RETR 1")), "-ERR No such message");
        assert_eq!(said(session.line("RSET")), "+OK 2 21");
        assert_eq!(said(session.line("UIDL")), "+OK 2 messages|1 a|2 b");
    }

    #[test]
    fn top_and_retr_name_the_message_and_the_lines() {
        let mut session = signed_in();
        assert_eq!(said(session.line("TOP 2 7")), "+OK|1|Some(7)");
        assert_eq!(said(session.line("RETR 1")), "+OK 13 octets|0|None");
        for command in ["TOP 1", "TOP 1 -1", "TOP x 1", "RETR", "RETR 0", "RETR 3", "LIST 99999999999999999999"] {
            assert!(said(session.line(command)).starts_with("-ERR"), "{command}");
        }
    }

    #[test]
    fn what_is_delivered_is_seen_by_the_next_session_and_not_by_the_open_one() {
        let office = office();
        let mut open = signed_in_to(office.clone());
        office.reserve().deliver(b"S: 3\r\n\r\nthree\r\n".to_vec()).unwrap();
        assert_eq!(said(open.line("STAT")), "+OK 2 21");
        assert_eq!(said(open.line("RSET")), "+OK 2 21");
        assert_eq!(said(open.line("RETR 3")), "-ERR No such message");
        let mut next = signed_in_to(office);
        assert_eq!(said(next.line("STAT")), "+OK 3 36");
        assert_eq!(said(next.line("RETR 3")), "+OK 15 octets|2|None");
        assert_eq!(next.message(2), b"S: 3\r\n\r\nthree\r\n");
    }
}
