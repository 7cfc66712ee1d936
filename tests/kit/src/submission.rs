//! Plays a script into a submission session: the server's octets and the letters' in pieces of any size, the session's
//! events as text.

use std::collections::BTreeMap;

use restante_protocol::smtp::{
    BindingKind, Channel, ChannelBinding, Chunking, Command, Config, Content, Credential, Dsn, Event, Extensions, Form,
    Letter, LetterFault, Login, Mailbox, Mechanism, Notify, Output, Recipient, Refusal, Reply, Return, Secret, Session,
    Survey, Ticket,
};

use crate::playing::{self, Cut, Pieces, Played};
use crate::script::{self, Line};

/// What a letter holds where the script does not say.
const TEXT: &str = "Subject: Hello\r\n\r\nHello, Bert.\r\n";

struct Player {
    session: Session,
    /// What the session has sent and the script has not asked for yet.
    sent: Vec<u8>,
    events: Vec<String>,
    failed: bool,
    /// Every ticket so far: they cannot be made from a number.
    tickets: Vec<Ticket>,
    /// What the letters hold, by the names that the script has for them.
    texts: BTreeMap<String, Vec<u8>>,
    /// What is left to be given of each letter.
    letters: BTreeMap<Ticket, Vec<u8>>,
    /// Letters are given when the script says so.
    hold: bool,
    pieces: Pieces,
}

/// Plays a script, given as its lines and as its text.
///
/// # Errors
/// Where the session does not send what the script says, or the script cannot be understood.
pub fn play(lines: &[Line], text: &str, cut: Cut) -> Result<Played, String> {
    let (mut config, mut hold) = (Config::default(), false);
    let mut texts = BTreeMap::from([("letter".to_owned(), TEXT.as_bytes().to_vec())]);
    for line in lines {
        let Line::Setting(key, value) = line else { continue };
        let size = || value.parse::<usize>().map_err(|_| format!("% {key} wants a number"));
        match key.as_str() {
            "tls" => config.channel = Channel::Tls,
            "agreed" => config.cleartext_agreed = true,
            "lock-step" => config.pipelining = false,
            "name" => config.name = value.parse().map_err(|_| "% name wants a name")?,
            "chunking" if value == "binary" => config.chunking = Chunking::BinaryOnly,
            "chunking" => config.chunking = Chunking::UpTo(size()? as u64),
            "limit-line" => config.limits.line = size()?,
            "limit-challenge" => config.limits.challenge = size()?,
            "limit-lines" => config.limits.lines = size()?,
            "limit-rounds" => config.limits.sasl_rounds = size()?,
            "hold" => hold = true,
            "text" => {
                let (name, text) = value.split_once(' ').ok_or("% text wants a name and a text")?;
                texts.insert(name.into(), script::unescape(text)?);
            }
            _ => return Err(format!("unknown setting {key:?}")),
        }
    }
    let player = Player {
        session: Session::new(config),
        sent: Vec::new(),
        events: Vec::new(),
        failed: false,
        tickets: Vec::new(),
        texts,
        letters: BTreeMap::new(),
        hold,
        pieces: Pieces::new(cut),
    };
    playing::play(lines, text, player)
}

impl Player {
    fn give(&mut self, ticket: Ticket, size: usize) {
        let Some(left) = self.letters.get_mut(&ticket) else { return };
        let piece: Vec<u8> = left.drain(..size.min(left.len())).collect();
        if let Err(misuse) = self.session.give_body(ticket, &piece) {
            self.events.push(format!("misuse: {misuse}"));
        }
    }

    fn ticket(&self, argument: &str) -> Result<Ticket, String> {
        let number: usize = argument.trim_start_matches('#').parse().map_err(|_| format!("no ticket {argument:?}"))?;
        self.tickets.get(number).copied().ok_or_else(|| format!("no ticket {argument:?}"))
    }

    /// `SEND from to,to [text=NAME] [given=NAME] [binary] [require-tls] [ret=full|hdrs] [envid=X] [notify=a+b]`; what is
    /// given in the end is another text where the script says so.
    fn send(&self, words: &[String]) -> Result<Result<(Command, Vec<u8>), LetterFault>, String> {
        let option = |name: &str| words.iter().skip(2).find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        let flag = |name: &str| words.iter().skip(2).any(|word| word == name);
        let text = |name: &str| self.texts.get(name).cloned().ok_or_else(|| format!("no text {name:?}"));
        let surveyed = text(option("text").unwrap_or("letter"))?;
        let given = option("given").map_or_else(|| Ok(surveyed.clone()), text)?;
        let mut survey = Survey::new(if flag("binary") { Form::Binary } else { Form::Text });
        let content: Content = match survey.take(&surveyed).and_then(|()| survey.finish()) {
            Ok(content) => content,
            Err(fault) => return Ok(Err(fault)),
        };
        let notify = option("notify").map(|value| match value {
            "never" => Notify::Never,
            value => {
                let has = |word: &str| value.split('+').any(|asked| asked == word);
                Notify::On { success: has("success"), failure: has("failure"), delay: has("delay") }
            }
        });
        let mut to = Vec::new();
        for text in words.get(1).ok_or("to whom?")?.split(',') {
            let mailbox: Mailbox = text.parse().map_err(|fault| format!("{text:?}: {fault}"))?;
            to.push(Recipient { mailbox, notify });
        }
        let from = words[0].parse::<restante_protocol::smtp::ReversePath>().map_err(|fault| fault.to_string())?;
        let mut letter = Letter::new(from, to, content).map_err(|fault| fault.to_string())?;
        if option("ret").is_some() || option("envid").is_some() {
            letter = letter.with_reports(Dsn {
                returned: option("ret").map(|word| if word == "full" { Return::Full } else { Return::Headers }),
                envelope: option("envid").map(str::parse).transpose().map_err(|_| "bad envid")?,
            });
        }
        if flag("require-tls") {
            letter = letter.requiring_tls();
        }
        Ok(Ok((Command::Send(letter), given)))
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
                Ok(Output::Event(event)) => {
                    let shown = show(&event);
                    self.events.push(shown);
                }
                Ok(Output::NeedBody(_)) if self.hold => return,
                Ok(Output::NeedBody(ticket)) => {
                    let left = self.letters.get(&ticket).map_or(0, Vec::len);
                    let size = self.pieces.next(left);
                    self.give(ticket, size);
                    if size == 0 {
                        return;
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut self.failed, true) {
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
        false
    }

    fn finish(&mut self) {}

    fn act(&mut self, action: &str) -> Result<(), String> {
        let (word, argument) = action.split_once(' ').unwrap_or((action, ""));
        match word {
            "eof" => self.session.handle_eof(),
            "tls" => {
                if let Err(misuse) = self.session.tls_started() {
                    self.events.push(format!("misuse: {misuse}"));
                }
            }
            "cancel" => {
                let ticket = self.ticket(argument)?;
                let outcome = if self.session.cancel(ticket) { "taken back" } else { "too late" };
                self.events.push(format!("cancel {ticket}: {outcome}"));
            }
            "give" => {
                let (ticket, size) = argument.split_once(' ').unwrap_or((argument, ""));
                let ticket = self.ticket(ticket)?;
                self.give(ticket, size.parse().unwrap_or(usize::MAX));
            }
            "abandon" => {
                let ticket = self.ticket(argument)?;
                if let Err(misuse) = self.session.abandon(ticket) {
                    self.events.push(format!("misuse: {misuse}"));
                }
            }
            _ => return Err(format!("unknown action {action:?}")),
        }
        Ok(())
    }

    fn submit(&mut self, text: &str) -> Result<(), String> {
        let (word, rest) = playing::words(text)?;
        let mut given = None;
        let command = match word {
            "STARTTLS" => Command::StartTls,
            "LOGIN" | "TOKEN" => Command::Login(login(word == "TOKEN", &rest)?),
            "NOOP" => Command::Noop,
            "QUIT" => Command::Quit,
            "SEND" => match self.send(&rest)? {
                Ok((command, text)) => {
                    given = Some(text);
                    command
                }
                Err(fault) => {
                    self.events.push(format!("letter: {fault}"));
                    return Ok(());
                }
            },
            _ => return Err(format!("unknown command {word:?}")),
        };
        match self.session.submit(command) {
            Ok(ticket) => {
                self.tickets.push(ticket);
                self.letters.extend(given.map(|text| (ticket, text)));
            }
            Err(misuse) => self.events.push(format!("misuse: {misuse}")),
        }
        Ok(())
    }
}

/// `LOGIN user password [MECHANISM] [binding]`, `TOKEN user token [MECHANISM]`; `*` is the strongest mechanism.
fn login(token: bool, words: &[String]) -> Result<Login, String> {
    let text = |at: usize| words.get(at).cloned().unwrap_or_default();
    let secret = Secret::new(text(1));
    let mechanism = match words.get(2).map(String::as_str) {
        None | Some("*") => None,
        Some(name) => Some(Mechanism::from_name(name).ok_or("unknown mechanism")?),
    };
    let binding = |data: &String| ChannelBinding { kind: BindingKind::TlsExporter, data: data.clone().into_bytes() };
    Ok(Login {
        user: text(0),
        credential: if token { Credential::BearerToken(secret) } else { Credential::Password(secret) },
        mechanism,
        bindings: words.get(3).map(binding).into_iter().collect(),
    })
}

/// An event as a script writes it.
fn show(event: &Event) -> String {
    match event {
        Event::Greeting(reply) => format!("greeting {}", show_reply(reply)),
        Event::Rejected(refusal) => format!("rejected {}", show_refusal(refusal)),
        Event::Extensions(known) => format!("extensions {}", show_extensions(known)),
        Event::StartTls { ticket } => format!("{ticket} start TLS"),
        Event::MechanismChosen { ticket, mechanism, why, channel } => {
            format!("{ticket} mechanism {mechanism} on {channel:?}: {why}")
        }
        Event::WithoutReports { ticket } => format!("{ticket} without reports"),
        Event::Recipient { ticket, index, outcome: Ok(reply) } => {
            format!("{ticket} recipient {index} accepted {}", show_reply(reply))
        }
        Event::Recipient { ticket, index, outcome: Err(refusal) } => {
            format!("{ticket} recipient {index} refused {}: {:?}", show_refusal(refusal), refusal.retry())
        }
        Event::Quirk(quirk) => format!("quirk {quirk}"),
        Event::Done { ticket, reply, mechanism } => {
            let by = mechanism.map_or(String::new(), |mechanism| format!(", signed in by {mechanism}"));
            format!("{ticket} done {}{by}", show_reply(reply))
        }
        Event::Refused { ticket, refusal } if refusal.to == "AUTH" => {
            format!("{ticket} refused {}: {:?}", show_refusal(refusal), refusal.advice())
        }
        Event::Refused { ticket, refusal } => {
            format!("{ticket} refused {}: {:?}", show_refusal(refusal), refusal.retry())
        }
        Event::Lost { ticket, sent } => format!("{ticket} lost, {}", if *sent { "sent" } else { "not sent" }),
        Event::Unknown { ticket } => format!("{ticket} unknown"),
        Event::Closed(ending) => format!("closed {}", show_ending(ending)),
        other => format!("{other:?}"),
    }
}

fn show_ending(ending: &restante_protocol::smtp::Ending) -> String {
    match ending {
        restante_protocol::smtp::Ending::ByServer { said: Some(reply) } => format!("by server {}", show_reply(reply)),
        restante_protocol::smtp::Ending::ByServer { said: None } => "by server".into(),
        other => format!("{other:?}"),
    }
}

fn show_reply(reply: &Reply) -> String {
    let enhanced = reply.enhanced.map_or(String::new(), |code| format!(" {code}"));
    format!("{}{enhanced} {:?}", reply.code, reply.text)
}

fn show_refusal(refusal: &Refusal) -> String {
    let to = if refusal.to.is_empty() { String::new() } else { format!(" to {}", refusal.to) };
    let reply = refusal.reply.as_ref().map_or(String::new(), |reply| format!(" {}", show_reply(reply)));
    let detail = refusal.detail.as_ref().map_or(String::new(), |detail| format!(" detail {detail:?}"));
    format!("by {:?}{to}{reply}{detail}", refusal.by)
}

fn show_extensions(all: &Extensions) -> String {
    let mut words = vec![format!("{:?}", all.host)];
    let flags = [
        (all.starttls, "STARTTLS"),
        (all.pipelining, "PIPELINING"),
        (all.eight_bit_mime, "8BITMIME"),
        (all.smtp_utf8, "SMTPUTF8"),
        (all.chunking, "CHUNKING"),
        (all.binary_mime, "BINARYMIME"),
        (all.dsn, "DSN"),
        (all.enhanced_status_codes, "ENHANCEDSTATUSCODES"),
        (all.require_tls, "REQUIRETLS"),
    ];
    words.extend(flags.iter().filter(|(known, _)| *known).map(|(_, word)| (*word).to_string()));
    if !all.auth.is_empty() {
        words.push(format!("AUTH={}", all.auth.join(",")));
    }
    words.extend(all.size.map(|size| format!("SIZE={size:?}")));
    let limits =
        [(all.limits.letters, "letters"), (all.limits.recipients, "recipients"), (all.limits.domains, "domains")];
    words.extend(limits.iter().filter_map(|(limit, word)| limit.map(|limit| format!("{limit} {word}"))));
    words.extend(all.other.iter().map(|other| format!("other {other:?}")));
    words.join(" ")
}
