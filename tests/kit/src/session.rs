//! Plays a script into a session: the server's octets in pieces of any size, the session's events as text.

use restante_protocol::pop3::{
    BindingKind, Channel, ChannelBinding, Command, Config, Credential, Event, Login, Mechanism, MechanismChoice,
    MessageNumber, Output, Pipelining, Reply, ReplyData, Secret, Session, Ticket,
};

use crate::playing::{self, Cut, Pieces, Played};
use crate::script::Line;

struct Player {
    session: Session,
    /// What the session has sent and the script has not asked for yet.
    sent: Vec<u8>,
    events: Vec<String>,
    /// The body being received: ticket and octets.
    body: Option<(String, Vec<u8>)>,
    failed: bool,
    /// Every ticket so far: they cannot be made from a number.
    tickets: Vec<Ticket>,
    /// Tickets of logins: what to do about a refusal is a question for them only.
    logins: Vec<Ticket>,
    pieces: Pieces,
}

/// Plays a script, given as its lines and as its text.
///
/// # Errors
/// Where the session does not send what the script says, or the script cannot be understood.
pub fn play(lines: &[Line], text: &str, cut: Cut) -> Result<Played, String> {
    let player = Player {
        session: Session::new(configure(lines)?),
        sent: Vec::new(),
        events: Vec::new(),
        body: None,
        failed: false,
        tickets: Vec::new(),
        logins: Vec::new(),
        pieces: Pieces::new(cut),
    };
    playing::play(lines, text, player)
}

impl Player {
    fn end_body(&mut self) {
        if let Some((ticket, octets)) = self.body.take() {
            if octets.len() > 2000 {
                let sum = octets.iter().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()));
                self.events.push(format!("{ticket} body of {} octets, sum {sum:08x}", octets.len()));
            } else {
                for line in octets.split_inclusive(|byte| *byte == b'\n') {
                    self.events.push(format!("{ticket} body \"{}\"", line.escape_ascii()));
                }
            }
        }
    }
}

impl playing::Player for Player {
    fn pieces(&mut self) -> &mut Pieces {
        &mut self.pieces
    }

    fn handle_input(&mut self, octets: &[u8]) {
        self.session.handle_input(octets);
    }

    fn drain(&mut self) {
        loop {
            match self.session.poll_output() {
                Ok(Output::NeedInput) => return,
                Ok(Output::Transmit(octets)) => self.sent.extend_from_slice(&octets),
                Ok(Output::Event(Event::Body { ticket, chunk })) => {
                    let ticket = name(ticket);
                    match &mut self.body {
                        Some((same, octets)) if *same == ticket => octets.extend_from_slice(chunk),
                        body => *body = Some((ticket, chunk.to_vec())),
                    }
                }
                Ok(Output::Event(event)) => {
                    let mut shown = show(&event);
                    match &event {
                        Event::Refused { ticket, refusal } if self.logins.contains(ticket) => {
                            shown.push_str(&format!(": {:?}", refusal.advice(self.session.capabilities())));
                        }
                        Event::Rejected(refusal) => shown.push_str(&format!(": {:?}", refusal.advice(None))),
                        _ => {}
                    }
                    self.end_body();
                    self.events.push(shown);
                }
                Err(error) => {
                    if !std::mem::replace(&mut self.failed, true) {
                        self.end_body();
                        let again = if error.suggests_lock_step() { " (lock-step may do)" } else { "" };
                        self.events.push(format!("error {error}{again}"));
                    }
                    return;
                }
            }
        }
    }

    fn sent(&mut self) -> &mut Vec<u8> {
        &mut self.sent
    }

    fn events(&self) -> &[String] {
        &self.events
    }

    fn is_in_body(&self) -> bool {
        self.body.is_some()
    }

    fn finish(&mut self) {
        self.end_body();
    }

    fn act(&mut self, action: &str) -> Result<(), String> {
        let (word, argument) = action.split_once(' ').unwrap_or((action, ""));
        match word {
            "eof" => self.session.handle_eof(),
            "tls" => {
                if let Err(misuse) = self.session.tls_started() {
                    self.events.push(format!("misuse: {misuse}"));
                }
            }
            "stall" => {
                let goes_on = self.session.handle_stall();
                self.events.push(format!("stall: {}", if goes_on { "goes on" } else { "no use" }));
            }
            "cancel" => {
                let number: usize = argument.trim_start_matches('#').parse().map_err(|_| "cancel what?")?;
                let found = self.tickets.get(number).copied();
                let done = found.is_some_and(|ticket| self.session.cancel(ticket));
                self.events.push(format!("cancel #{number}: {}", if done { "taken back" } else { "too late" }));
            }
            _ => return Err(format!("unknown action {action:?}")),
        }
        Ok(())
    }

    fn submit(&mut self, text: &str) -> Result<(), String> {
        let command = command(text)?;
        let is_login = matches!(command, Command::Login(_));
        match self.session.submit(command) {
            Ok(ticket) => {
                self.tickets.push(ticket);
                if is_login {
                    self.logins.push(ticket);
                }
            }
            Err(misuse) => self.events.push(format!("misuse: {misuse}")),
        }
        Ok(())
    }
}

fn name(ticket: Ticket) -> String {
    ticket.to_string()
}

/// An event as a script writes it.
fn show(event: &Event<'_>) -> String {
    match event {
        Event::Greeting(greeting) => {
            let apop = greeting.apop_challenge.as_ref().map_or(String::new(), |challenge| format!(" apop {challenge}"));
            format!("greeting {:?}{apop}", greeting.text)
        }
        Event::Rejected(refusal) => format!("rejected {}", show_refusal(refusal)),
        Event::Capabilities { ticket, capabilities } => {
            format!("{ticket} capabilities {}", show_capabilities(capabilities))
        }
        Event::ListItem { ticket, number, octets } => format!("{ticket} message {number} has {octets}"),
        Event::UidlItem { ticket, number, uid } => {
            format!("{ticket} message {number} is {}", uid.as_ref().map_or("nameless".into(), ToString::to_string))
        }
        Event::LanguageItem { ticket, tag, description } => format!("{ticket} language {tag} {description:?}"),
        Event::Body { ticket, chunk } => format!("{ticket} body \"{}\"", chunk.escape_ascii()),
        Event::StartTls { ticket } => format!("{ticket} start TLS"),
        Event::MechanismChosen { ticket, mechanism, why, channel } => {
            format!("{ticket} mechanism {mechanism} on {channel:?}: {why}")
        }
        Event::Quirk(quirk) => format!("quirk {quirk}"),
        Event::Done { ticket, reply } => format!("{ticket} done {}", show_reply(reply)),
        Event::Refused { ticket, refusal } => format!("{ticket} refused {}", show_refusal(refusal)),
        Event::Lost { ticket, sent } => format!("{ticket} lost, {}", if *sent { "sent" } else { "not sent" }),
        Event::Closed(ending) => format!("closed {ending:?}"),
        other => format!("{other:?}"),
    }
}

fn show_reply(reply: &Reply) -> String {
    let code = reply.code.as_ref().map_or(String::new(), |code| format!("{code:?} "));
    let data = match reply.data {
        ReplyData::None => String::new(),
        ReplyData::Login(mechanism) => format!(", signed in by {mechanism}"),
        ReplyData::Stat { messages, octets } => format!(", {messages} messages of {octets}"),
        ReplyData::Items(lines) => format!(", {lines} lines"),
        ReplyData::Body { octets } => format!(", {octets} octets"),
        ReplyData::Last(number) => format!(", last {}", number.map_or("none".into(), |number| number.to_string())),
        other => format!(", {other:?}"),
    };
    format!("{code}{:?}{data}", reply.text)
}

fn show_refusal(refusal: &restante_protocol::pop3::Refusal) -> String {
    let code = refusal.code.as_ref().map_or(String::new(), |code| format!(" {code:?}"));
    let detail = refusal.detail.as_ref().map_or(String::new(), |detail| format!(" detail {detail:?}"));
    format!("by {:?}{code} {:?}{detail}", refusal.by, refusal.text)
}

fn show_capabilities(all: &restante_protocol::pop3::Capabilities) -> String {
    let mut words = Vec::new();
    let flags = [
        (all.top, "TOP"),
        (all.uidl, "UIDL"),
        (all.user, "USER"),
        (all.stls, "STLS"),
        (all.pipelining, "PIPELINING"),
        (all.resp_codes, "RESP-CODES"),
        (all.auth_resp_code, "AUTH-RESP-CODE"),
        (all.lang, "LANG"),
    ];
    words.extend(flags.iter().filter(|(known, _)| *known).map(|(_, word)| (*word).to_string()));
    if !all.sasl.is_empty() {
        words.push(format!("SASL={}", all.sasl.join(",")));
    }
    words.extend(all.expire.map(|expire| format!("{expire:?}")));
    words.extend(all.login_delay.map(|delay| format!("{delay:?}")));
    words.extend(all.utf8.map(|utf8| format!("{utf8:?}")));
    words.extend(all.implementation.as_ref().map(|name| format!("implementation {name:?}")));
    words.extend(all.other.iter().map(|other| format!("other {other:?}")));
    words.join(" ")
}

fn configure(lines: &[Line]) -> Result<Config, String> {
    let mut config = Config::default();
    for line in lines {
        let Line::Setting(key, value) = line else { continue };
        let wrong = || format!("% {key} wants a number");
        let number = || value.parse::<u64>().map_err(|_| wrong());
        let size = || value.parse::<usize>().map_err(|_| wrong());
        match key.as_str() {
            "tls" => config.channel = Channel::Tls,
            "agreed" => config.cleartext_agreed = true,
            "lock-step" => config.pipelining = Pipelining::Never,
            "window" => config.window = number()?,
            "commands" => config.commands = size()?,
            "estimate" => config.estimate = number()?,
            "limit-line" => config.limits.line = size()?,
            "limit-challenge" => config.limits.challenge = size()?,
            "limit-greeting" => config.limits.greeting = size()?,
            "limit-capabilities" => config.limits.capabilities = size()?,
            "limit-listing" => config.limits.listing = value.parse().map_err(|_| wrong())?,
            "limit-body" => config.limits.body = number()?,
            "limit-rounds" => config.limits.sasl_rounds = size()?,
            // What other runners make of the script.
            "cut" | "only" | "once" => {}
            _ => return Err(format!("unknown setting {key:?}")),
        }
    }
    Ok(config)
}

fn command(text: &str) -> Result<Command, String> {
    let (word, rest) = playing::words(text)?;
    let number = |at: usize| -> Result<MessageNumber, String> {
        let number: u32 = rest.get(at).and_then(|word| word.parse().ok()).ok_or("a number is missing")?;
        MessageNumber::new(number).ok_or_else(|| "no message is 0".into())
    };
    let maybe = |at: usize| if rest.len() > at { number(at).map(Some) } else { Ok(None) };
    Ok(match word {
        "CAPA" => Command::Capa,
        "STLS" => Command::Stls,
        "LOGIN" | "TOKEN" => Command::Login(login(word == "TOKEN", &rest)?),
        "STAT" => Command::Stat,
        "LIST" => Command::List(maybe(0)?),
        "UIDL" => Command::Uidl(maybe(0)?),
        "TOP" => Command::Top { number: number(0)?, lines: rest.get(1).and_then(|n| n.parse().ok()).unwrap_or(0) },
        "RETR" => Command::Retr { number: number(0)?, octets: rest.get(1).and_then(|octets| octets.parse().ok()) },
        "DELE" => Command::Dele(number(0)?),
        "NOOP" => Command::Noop,
        "RSET" => Command::Rset,
        "QUIT" => Command::Quit,
        "LAST" => Command::Last,
        "UTF8" => Command::Utf8,
        "LANG" => Command::Lang(rest.first().cloned()),
        _ => return Err(format!("unknown command {word:?}")),
    })
}

/// `LOGIN user password [MECHANISM or *] [binding]`, `TOKEN user token [MECHANISM]`; `_` is a space in user and password.
fn login(token: bool, words: &[String]) -> Result<Login, String> {
    let text = |at: usize| words.get(at).map(|word| word.replace('_', " ")).unwrap_or_default();
    let secret = Secret::new(text(1));
    Ok(Login {
        user: text(0),
        credential: if token { Credential::BearerToken(secret) } else { Credential::Password(secret) },
        choice: match words.get(2).map(String::as_str) {
            Some("*") => MechanismChoice::Strongest,
            Some(name) => MechanismChoice::Only(Mechanism::from_name(name).ok_or("unknown mechanism")?),
            None => MechanismChoice::Strongest,
        },
        bindings: words
            .get(3)
            .map(|data| ChannelBinding { kind: BindingKind::TlsExporter, data: data.clone().into_bytes() })
            .into_iter()
            .collect(),
    })
}
