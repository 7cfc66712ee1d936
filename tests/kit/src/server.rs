//! Turns a script into a server: whoever talks to it gets the script's answers to the commands it sends, in whatever
//! order it sends them. The rules are in `tests/scripts/README.md`.
//!
//! The engine's runner puts it behind a pipe, the page's behind a socket. Not here: bytes on a wire, TLS, time.

use crate::maildrop::Maildrop;
use crate::script::{self, Line};

/// What the server does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Says these octets.
    Say(Vec<u8>),
    /// Says these octets again and again until nobody listens.
    SayForever(Vec<u8>),
    /// Is silent for longer than a client waits for the end of a message that seems complete.
    Pause,
    /// Makes the TLS handshake.
    StartTls,
    /// Closes the connection.
    Close,
}

/// How the script's server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// In clear text.
    Clear,
    /// In clear text until STLS.
    Starttls,
    /// Over TLS from the first octet.
    Tls,
}

/// A script as a server understands it.
#[derive(Debug)]
pub struct Plan {
    /// How the server is reached.
    pub channel: Channel,
    /// The user agrees to clear text.
    pub agreed: bool,
    /// What to sign in with.
    pub user: String,
    /// What to sign in with.
    pub password: String,
    /// The messages to read once the mailbox is open.
    pub reads: Vec<u32>,
    /// Why only a session can play this script.
    pub only_session: Option<String>,
    /// Later connections find an ordinary server.
    once: bool,
    /// What a person sees, as the script tells it.
    pub outcomes: Vec<String>,
    greeting: Vec<Act>,
    exchanges: Vec<Exchange>,
    maildrop: Maildrop,
}

/// A command, and what the server does about it.
#[derive(Debug)]
struct Exchange {
    command: String,
    acts: Vec<Act>,
    /// What it does about the lines that follow, one after the other: the rounds of a SASL exchange.
    rounds: Vec<Vec<Act>>,
}

impl Exchange {
    fn verb(&self) -> &str {
        words(&self.command).0
    }

    fn is_refusal(&self) -> bool {
        says(self.acts.first(), b"-")
    }
}

impl Plan {
    /// Reads a script.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        let lines = script::parse(text)?;
        let has_setting = |name: &str| lines.iter().any(|line| matches!(line, Line::Setting(key, _) if key == name));
        let has_stls = lines.iter().any(|line| matches!(line, Line::Client(octets) if octets == b"STLS"));
        let (user, password, has_login) = account(&lines)?;
        let (greeting, exchanges) = Reader::default().read(&lines, text)?;
        let maildrop = Maildrop::of(&lines);
        let mut reads: Vec<u32> = Vec::new();
        for exchange in &exchanges {
            let (verb, rest) = words(&exchange.command);
            if let ("RETR", Ok(number)) = (verb, rest.parse())
                && !reads.contains(&number)
            {
                reads.push(number);
            }
        }
        if reads.is_empty() && maildrop.messages > 0 {
            reads.push(maildrop.messages);
        }
        let texts = |wanted: &'static str| {
            lines.iter().find_map(move |line| match line {
                Line::Setting(key, value) if key == wanted => Some(value.clone()),
                _ => None,
            })
        };
        Ok(Self {
            channel: match (has_setting("tls"), has_stls) {
                (true, _) => Channel::Tls,
                (false, true) => Channel::Starttls,
                (false, false) => Channel::Clear,
            },
            agreed: has_setting("agreed") || !has_login,
            user,
            password,
            reads,
            once: has_setting("once"),
            only_session: texts("only").map(|text| text.trim_start_matches("session: ").to_owned()),
            outcomes: lines
                .iter()
                .filter_map(|line| if let Line::Outcome(text) = line { Some(text.clone()) } else { None })
                .collect(),
            greeting,
            exchanges,
            maildrop,
        })
    }
}

/// The text of a script with these outcomes in place of its own: behind the comment and the settings it begins with.
pub fn blessed(text: &str, outcomes: &[String]) -> String {
    let mut told = Vec::new();
    let mut rest = text.lines().filter(|line| !line.starts_with("@ ")).peekable();
    while let Some(line) = rest.next_if(|line| line.starts_with('#') || line.starts_with('%')) {
        told.push(line.to_owned());
    }
    told.extend(outcomes.iter().map(|outcome| format!("@ {outcome}")));
    told.extend(rest.map(str::to_owned));
    told.join("\n") + "\n"
}

/// One connection to the script's server.
#[derive(Debug)]
pub struct Server<'p> {
    plan: &'p Plan,
    used: Vec<bool>,
    /// Behind the exchange that was used last.
    at: usize,
    /// The rounds that are left of a SASL exchange.
    rounds: Vec<Vec<Act>>,
    is_ordinary: bool,
}

impl<'p> Server<'p> {
    /// `number` counts the connections, from 0.
    pub fn new(plan: &'p Plan, number: u32) -> Self {
        let is_ordinary = plan.once && number > 0;
        Self { plan, used: vec![false; plan.exchanges.len()], at: 0, rounds: Vec::new(), is_ordinary }
    }

    /// What the server does before it is asked anything.
    pub fn greet(&self) -> Vec<Act> {
        if self.is_ordinary {
            return vec![Act::Say(b"+OK\r\n".to_vec())];
        }
        self.plan.greeting.clone()
    }

    /// What it does about a line, which comes without its line end.
    pub fn hear(&mut self, line: &[u8]) -> Vec<Act> {
        if !self.rounds.is_empty() {
            return self.rounds.remove(0);
        }
        let line = String::from_utf8_lossy(line).into_owned();
        match self.scripted(&line).filter(|_| !self.is_ordinary) {
            Some(at) => {
                self.used[at] = true;
                self.at = at + 1;
                let exchange = &self.plan.exchanges[at];
                self.rounds.clone_from(&exchange.rounds);
                exchange.acts.clone()
            }
            None => self.plausible(&line),
        }
    }

    /// The exchange that answers this line: the next unused one, else one that was passed over, else the last again.
    fn scripted(&self, line: &str) -> Option<usize> {
        let (verb, rest) = words(line);
        let of_verb = |at: &usize| self.plan.exchanges[*at].verb().eq_ignore_ascii_case(verb);
        let all: Vec<usize> = (0..self.plan.exchanges.len()).filter(of_verb).collect();
        let fits = |at: &usize| {
            let theirs = words(&self.plan.exchanges[*at].command).1;
            match verb {
                "AUTH" => words(rest).0.starts_with(words(theirs).0) && rest.is_empty() == theirs.is_empty(),
                "TOP" => words(rest).0 == words(theirs).0,
                "RETR" | "DELE" | "LIST" | "UIDL" | "LANG" => rest == theirs,
                _ => true,
            }
        };
        let fitting: Vec<usize> = all.iter().copied().filter(fits).collect();
        let unused = |at: &&usize| !self.used[**at];
        fitting
            .iter()
            .find(|at| **at >= self.at && !self.used[**at])
            .or_else(|| fitting.iter().find(unused))
            .or_else(|| fitting.last())
            .copied()
            // A server that only ever refuses TOP, or LIST, has none.
            .or_else(|| {
                let never = matches!(verb, "TOP" | "LIST" | "UIDL")
                    && all.iter().all(|at| self.plan.exchanges[*at].is_refusal());
                all.last()
                    .copied()
                    .filter(|_| never && rest.is_empty() == words(&self.plan.exchanges[all[0]].command).1.is_empty())
            })
    }

    /// What an ordinary server would say.
    fn plausible(&mut self, line: &str) -> Vec<Act> {
        let (verb, rest) = words(line);
        let text = match verb {
            "CAPA" => self.capabilities(),
            "AUTH" => return self.sign_in(words(rest).0, !words(rest).1.is_empty()),
            "QUIT" => return vec![Act::Say(b"+OK\r\n".to_vec()), Act::Close],
            _ => return vec![Act::Say(self.plan.maildrop.answer(verb, rest))],
        };
        vec![Act::Say(text)]
    }

    /// A script that signs in by SASL without asking for the capabilities has them all the same.
    fn capabilities(&self) -> Vec<u8> {
        let mechanisms: Vec<&str> = self
            .plan
            .exchanges
            .iter()
            .filter(|exchange| exchange.verb() == "AUTH")
            .map(|exchange| words(words(&exchange.command).1).0)
            .collect();
        if mechanisms.is_empty() {
            return b"-ERR unknown command\r\n".to_vec();
        }
        format!("+OK\r\nTOP\r\nUIDL\r\nSASL {}\r\n.\r\n", mechanisms.join(" ")).into_bytes()
    }

    /// Takes any password by PLAIN, LOGIN and CRAM-MD5; nothing else can be answered without knowing it.
    fn sign_in(&mut self, mechanism: &str, has_response: bool) -> Vec<Act> {
        let say = |text: &str| vec![Act::Say(format!("{text}\r\n").into_bytes())];
        let (first, rounds): (&str, &[&str]) = match (mechanism, has_response) {
            ("PLAIN", true) => ("+OK", &[]),
            ("PLAIN", false) => ("+ ", &["+OK"]),
            ("LOGIN", _) => ("+ VXNlcm5hbWU6", &["+ UGFzc3dvcmQ6", "+OK"]),
            ("CRAM-MD5", _) => ("+ PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UuZXhhbXBsZT4=", &["+OK"]),
            _ => ("-ERR [AUTH] this server has no such account", &[]),
        };
        self.rounds = rounds.iter().map(|round| say(round)).collect();
        say(first)
    }
}

/// The first word, and the rest.
fn words(line: &str) -> (&str, &str) {
    line.split_once(' ').unwrap_or((line, ""))
}

/// What a person types in: the first account that a form could hold. And whether the script signs in at all.
fn account(lines: &[Line]) -> Result<(String, String, bool), String> {
    let mut has_login = false;
    for line in lines {
        let Line::Submit(command) = line else { continue };
        let mut parts = command.split(' ');
        if !matches!(parts.next(), Some("LOGIN" | "TOKEN")) {
            continue;
        }
        has_login = true;
        let mut text = || {
            let octets = script::unescape(parts.next().unwrap_or_default())?;
            String::from_utf8(octets).map(|text| text.replace('_', " ")).map_err(|_| "an account is text".to_owned())
        };
        let (user, password) = (text()?, text()?);
        if !password.is_empty() && !user.chars().chain(password.chars()).any(char::is_control) {
            return Ok((user, password, true));
        }
    }
    Ok(("user".into(), "secret".into(), has_login))
}

/// Gathers commands and what is done about them.
#[derive(Default)]
struct Reader {
    greeting: Vec<Act>,
    exchanges: Vec<Exchange>,
    /// Commands that were sent together and have no answer yet.
    asked: Vec<String>,
    /// What was done since, a line of the script an act.
    acts: Vec<Act>,
}

impl Reader {
    fn read(mut self, lines: &[Line], text: &str) -> Result<(Vec<Act>, Vec<Exchange>), String> {
        let is_limited = lines.iter().any(|line| matches!(line, Line::Setting(key, _) if key.starts_with("limit-")));
        for (line, source) in lines.iter().zip(text.lines()) {
            match line {
                Line::Client(octets) | Line::ClientLike(octets) => {
                    if !self.acts.is_empty() {
                        self.settle();
                    }
                    self.asked.push(String::from_utf8_lossy(octets).into_owned());
                }
                // The limits of engine and page are higher than the script's: what breaks one has no end.
                Line::Server(octets) if is_limited && source.starts_with("S*") => {
                    self.acts.push(Act::SayForever(octets.clone()));
                }
                Line::Server(octets) => self.acts.push(Act::Say(octets.clone())),
                Line::Action(action) => match action.as_str() {
                    "eof" => self.acts.push(Act::Close),
                    "stall" => self.acts.push(Act::Pause),
                    _ => {}
                },
                _ => {}
            }
        }
        self.settle();
        Ok((self.greeting, self.exchanges))
    }

    /// Deals what was done out to the commands that were sent before.
    fn settle(&mut self) {
        let acts = std::mem::take(&mut self.acts);
        let asked = std::mem::take(&mut self.asked);
        let Some((last, before)) = asked.split_last() else {
            self.greeting.extend(acts);
            return;
        };
        let mut acts = acts.into_iter();
        for (at, command) in before.iter().enumerate() {
            let mut mine: Vec<Act> = acts.next().into_iter().collect();
            if is_multiline(command) && says(mine.first(), b"+") {
                // Up to its end; where the script's server forgets an end, up to the next status.
                let rest = acts.as_slice();
                let bodies = asked[at..].iter().filter(|command| is_multiline(command)).count();
                let are_ended = rest.iter().filter(|act| ends(act)).count() >= bodies;
                let end = match rest.iter().position(ends) {
                    Some(end) if are_ended => end + 1,
                    _ => rest.iter().position(is_status).unwrap_or(rest.len()),
                };
                mine.extend(acts.by_ref().take(end));
            }
            self.put(command, mine);
        }
        self.put(last, acts.collect());
    }

    fn put(&mut self, command: &str, mut acts: Vec<Act>) {
        if command == "STLS" && !acts.contains(&Act::Close) && says(acts.first(), b"+") {
            acts.push(Act::StartTls);
        }
        if command == "QUIT" && !acts.is_empty() && acts.last() != Some(&Act::Close) {
            acts.push(Act::Close);
        }
        match self.exchanges.last_mut() {
            Some(exchange) if exchange.verb() == "AUTH" && !is_command(command) => exchange.rounds.push(acts),
            // A script that ends here has no answer: the plausible one is given.
            _ if acts.is_empty() => {}
            _ => self.exchanges.push(Exchange { command: command.to_owned(), acts, rounds: Vec::new() }),
        }
    }
}

fn is_command(line: &str) -> bool {
    const VERBS: [&str; 18] = [
        "CAPA", "STLS", "USER", "PASS", "APOP", "AUTH", "STAT", "LIST", "UIDL", "TOP", "RETR", "DELE", "NOOP", "RSET",
        "QUIT", "LAST", "UTF8", "LANG",
    ];
    VERBS.contains(&words(line).0)
}

fn is_multiline(command: &str) -> bool {
    match words(command) {
        ("CAPA" | "TOP" | "RETR", _) => true,
        ("LIST" | "UIDL" | "LANG", rest) => rest.is_empty(),
        _ => false,
    }
}

/// Whether this says something that begins so.
fn says(act: Option<&Act>, start: &[u8]) -> bool {
    matches!(act, Some(Act::Say(octets)) if octets.starts_with(start))
}

fn ends(act: &Act) -> bool {
    matches!(act, Act::Say(octets) if octets == b".\r\n" || octets.ends_with(b"\n.\r\n") || octets.ends_with(b"\n.\n"))
}

fn is_status(act: &Act) -> bool {
    says(Some(act), b"+OK") || says(Some(act), b"-ERR")
}
