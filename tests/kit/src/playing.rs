//! Plays a script into a session, whatever protocol it speaks: the server's octets in pieces of any size, what the session
//! sends against what the script says, and its events as text.
//!
//! Not here: the sessions ([`crate::session`], [`crate::submission`]).

use crate::script::{self, Line};

/// How octets are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// As few pieces as possible.
    Whole,
    /// Octet by octet.
    Bytes,
    /// At random places, from this seed.
    Random(u64),
}

/// What came of a dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// The events as text; bodies of one ticket joined.
    pub events: Vec<String>,
    /// The script with its expected events replaced by those that came.
    pub blessed: String,
}

/// The sizes of pieces, one after the other.
pub(crate) struct Pieces {
    cut: Cut,
    seed: u64,
}

impl Pieces {
    pub(crate) fn new(cut: Cut) -> Self {
        Self { cut, seed: if let Cut::Random(seed) = cut { seed | 1 } else { 1 } }
    }

    /// The size of the next piece of what is left; not 0 where anything is.
    pub(crate) fn next(&mut self, left: usize) -> usize {
        match self.cut {
            Cut::Whole => left,
            Cut::Bytes => left.min(1),
            Cut::Random(_) => {
                self.seed ^= self.seed << 13;
                self.seed ^= self.seed >> 7;
                self.seed ^= self.seed << 17;
                (1 + usize::try_from(self.seed % 40).unwrap_or_default() % left.max(1)).min(left)
            }
        }
    }
}

/// A session that a script is played into.
pub(crate) trait Player {
    /// How octets are cut.
    fn pieces(&mut self) -> &mut Pieces;
    /// The session takes these octets in.
    fn handle_input(&mut self, octets: &[u8]);
    /// The session says all that it can.
    fn drain(&mut self);
    /// What the session has sent and the script has not asked for yet.
    fn sent(&mut self) -> &mut Vec<u8>;
    /// The events so far.
    fn events(&self) -> &[String];
    /// A body is coming in: it is shown once, behind the last block of it.
    fn is_in_body(&self) -> bool;
    /// Nothing more happens.
    fn finish(&mut self);
    /// `!`: something else happens.
    fn act(&mut self, action: &str) -> Result<(), String>;
    /// `>`: a command is submitted.
    fn submit(&mut self, command: &str) -> Result<(), String>;
}

/// Plays a script, given as its lines and as its text.
pub(crate) fn play(lines: &[Line], text: &str, mut player: impl Player) -> Result<Played, String> {
    let mut blessed = String::new();
    let mut shown = 0;
    let mut lines = lines.iter().zip(text.lines()).peekable();
    while let Some((line, source)) = lines.next() {
        if !matches!(line, Line::Expect(_)) {
            blessed.push_str(source);
            blessed.push('\n');
        }
        match line {
            Line::Comment(_) | Line::Setting(..) | Line::Expect(_) | Line::Outcome(_) => continue,
            Line::Submit(command) => {
                player.submit(command)?;
                player.drain();
            }
            Line::Client(expected) => client(&mut player, expected, false)?,
            Line::ClientLike(expected) => client(&mut player, expected, true)?,
            Line::Server(octets) => {
                let mut block = octets.clone();
                while let Some((Line::Server(more), source)) = lines.peek() {
                    block.extend_from_slice(more);
                    blessed.push_str(source);
                    blessed.push('\n');
                    lines.next();
                }
                server(&mut player, &block);
            }
            Line::Action(action) => {
                player.act(action)?;
                player.drain();
            }
        }
        if !player.is_in_body() {
            bless(&mut blessed, &player.events()[shown..]);
            shown = player.events().len();
        }
    }
    player.finish();
    bless(&mut blessed, &player.events()[shown..]);
    player.drain();
    let sent = player.sent();
    if !sent.is_empty() {
        return Err(format!("the session sends more than the script says: {}", sent.escape_ascii()));
    }
    Ok(Played { events: player.events().to_vec(), blessed })
}

fn bless(blessed: &mut String, events: &[String]) {
    for event in events {
        blessed.push_str(&format!("= {event}\n"));
    }
}

/// The server sends these octets, in pieces.
fn server(player: &mut impl Player, octets: &[u8]) {
    let mut rest = octets;
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(player.pieces().next(rest.len()));
        player.handle_input(piece);
        player.drain();
        rest = later;
    }
}

/// A command's word, and its arguments as they were meant.
pub(crate) fn words(text: &str) -> Result<(&str, Vec<String>), String> {
    let mut words = text.split(' ');
    let word = words.next().unwrap_or_default();
    let rest = words.map(|word| String::from_utf8(script::unescape(word)?).map_err(|_| "a command is text".to_owned()));
    Ok((word, rest.collect::<Result<_, _>>()?))
}

fn client(player: &mut impl Player, expected: &[u8], like: bool) -> Result<(), String> {
    player.drain();
    let sent = player.sent();
    let end = sent.windows(2).position(|pair| pair == b"\r\n");
    let line = end.map(|end| sent[..end].to_vec());
    let fits = line.as_ref().is_some_and(|line| if like { script::is_like(line, expected) } else { line == expected });
    match (fits, end) {
        (true, Some(end)) => {
            sent.drain(..end + 2);
            Ok(())
        }
        _ => {
            let sent = sent.escape_ascii().to_string();
            let events = player.events();
            Err(format!(
                "the script says C: {}, the session has {sent:?} (events: {events:?})",
                expected.escape_ascii()
            ))
        }
    }
}
