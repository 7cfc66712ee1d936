//! What is to be fetched, in which order, and how far that has come. It outlives a session.

use restante_api::{Blame, Failure, FailureKind};
use restante_engine::connection::of_refusal;
use restante_protocol::pop3::{Command, MessageNumber, Refusal};

use crate::deliver::Head;

/// Without TOP, messages of at most so many octets are fetched whole for the sake of their headers.
pub(crate) const WHOLE: u32 = 128 << 10;

/// So many refusals, and no TOP that worked, mean that the server has no TOP.
const REFUSALS: usize = 3;

/// A message that was not fetched.
#[derive(Debug)]
pub(crate) struct Missed {
    pub(crate) number: u32,
    pub(crate) why: Failure,
}

/// The maildrop's messages in the order of fetching. Answers come in this order.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Lines of each body, where that is all that is wanted besides the header.
    lines: Option<u32>,
    top: Top,
    /// Numbers and octets (at most 4 GiB are told apart; 0 where they are not known).
    listed: Vec<(u32, u32)>,
    /// How many of those have been asked for, or are not to be.
    asked: usize,
    /// How many of those have been answered, or are not to be asked for.
    answered: usize,
    /// Refused while it was not known whether the server has TOP.
    doubtful: Vec<Missed>,
    missed: Vec<Missed>,
    /// Not asked for.
    skipped: Vec<Missed>,
}

/// Whether the server has TOP (optional in RFC 1939, section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Top {
    Untried,
    Works,
    Missing,
}

impl Plan {
    pub(crate) fn new(lines: Option<u32>) -> Self {
        Self {
            lines,
            top: Top::Untried,
            listed: Vec::new(),
            asked: 0,
            answered: 0,
            doubtful: Vec::new(),
            missed: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// LIST's answer becomes the plan, or shows that the plan still stands. `has_top` is what the server announced.
    pub(crate) fn take(&mut self, listed: Vec<(u32, u32)>, has_top: Option<bool>) -> Result<(), Failure> {
        if listed.get(..self.answered) != Some(&self.listed[..self.answered]) {
            let detail = "the maildrop is another one after connecting again";
            return Err(Failure::new(FailureKind::ConnectionLost, detail));
        }
        self.listed = listed;
        if let (Top::Untried, Some(has_top)) = (self.top, has_top) {
            self.top = if has_top { Top::Works } else { Top::Missing };
        }
        self.begin_at(if self.lacks_top() && !self.doubtful.is_empty() { 0 } else { self.answered });
        Ok(())
    }

    /// What to ask for next; `None` where nothing is left, or the next answer has to be waited for.
    pub(crate) fn next(&mut self) -> Option<(u32, Command)> {
        if self.is_probing() && self.asked > self.answered {
            return None;
        }
        let (number, octets) = *self.listed.get(self.asked)?;
        self.asked = self.pass_over(self.asked + 1);
        let message = MessageNumber::new(number)?;
        let command = match self.lines {
            Some(lines) if self.top != Top::Missing => Command::Top { number: message, lines },
            _ => Command::Retr { number: message, octets: (octets > 0).then_some(octets.into()) },
        };
        Some((number, command))
    }

    /// The next message came.
    pub(crate) fn done(&mut self) {
        if self.is_probing() {
            self.top = Top::Works;
            self.missed.append(&mut self.doubtful);
        }
        self.answered = self.pass_over(self.answered + 1);
    }

    /// The next message was refused. True where this shows that the server has no TOP: the plan begins anew without.
    pub(crate) fn refused(&mut self, number: u32, refusal: &Refusal) -> bool {
        self.answered = self.pass_over(self.answered + 1);
        let missed = Missed { number, why: of_refusal(refusal) };
        if !self.is_probing() {
            self.missed.push(missed);
            return false;
        }
        self.doubtful.push(missed);
        let is_missing = self.doubtful.len() >= REFUSALS.min(self.listed.len());
        if is_missing {
            self.top = Top::Missing;
            self.begin_at(0);
        }
        is_missing
    }

    /// Whether everything has been answered.
    pub(crate) fn is_complete(&self) -> bool {
        self.answered == self.listed.len()
    }

    /// What cuts the next message that comes, where it comes whole and is not wanted whole.
    pub(crate) fn head(&self) -> Option<Head> {
        self.lines.filter(|_| self.top == Top::Missing).map(Head::new)
    }

    /// Whether headers are wanted of a server that has no TOP.
    pub(crate) fn lacks_top(&self) -> bool {
        self.lines.is_some() && self.top == Top::Missing
    }

    /// Every message that was not fetched though its turn has come, in the order of their numbers.
    pub(crate) fn missed(&self) -> Vec<&Missed> {
        let mut missed: Vec<&Missed> = self.missed.iter().chain(&self.doubtful).chain(&self.skipped).collect();
        missed.sort_by_key(|missed| missed.number);
        missed
    }

    /// While it is not known whether the server has TOP, one is asked for at a time: refusals help nobody.
    fn is_probing(&self) -> bool {
        self.lines.is_some() && self.top == Top::Untried
    }

    /// Asks for what is from here on, which nothing has been asked for yet.
    fn begin_at(&mut self, place: usize) {
        if place == 0 {
            self.doubtful.clear();
        }
        self.asked = self.pass_over(place);
        self.answered = self.asked;
        if self.lacks_top() {
            let skipped = self.listed.iter().filter(|(_, octets)| self.skips(*octets));
            self.skipped = skipped.map(|(number, octets)| too_large(*number, *octets)).collect();
        }
    }

    fn skips(&self, octets: u32) -> bool {
        self.lacks_top() && !(1..=WHOLE).contains(&octets)
    }

    /// The first place from here on at which there is something to ask for.
    fn pass_over(&self, from: usize) -> usize {
        let rest = self.listed.iter().skip(from);
        from.min(self.listed.len()) + rest.take_while(|(_, octets)| self.skips(*octets)).count()
    }
}

fn too_large(number: u32, octets: u32) -> Missed {
    let size = if octets == 0 { "their number is not known".to_owned() } else { format!("it has {octets}") };
    let detail = format!("without TOP, messages of up to {WHOLE} octets are fetched whole, and {size}");
    Missed { number, why: Failure::new(FailureKind::TooLarge, detail).blamed(Blame::Server) }
}
