//! A tab that another one does the work for.

use std::fmt;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use gloo_events::EventListener;
use restante_api::keep::Answer as Told;
use restante_api::{Call, Failure, FailureKind, Reply, Update};
use restante_link::tabs::Channel;

use super::questions::Questions;
use super::{Answer, NAME, Tab, Word, version};
use crate::lock::Lock;

/// A follower. Once it is dropped it counts as gone.
pub struct Follower {
    me: Tab,
    leader: Option<Leader>,
    questions: Questions,
    heard: UnboundedReceiver<Heard>,
    all: Channel<Word>,
    _mine: Channel<Answer>,
    _listeners: [EventListener; 2],
    _here: Lock,
}

impl fmt::Debug for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follower").field("me", &self.me).field("leader", &self.leader).finish_non_exhaustive()
    }
}

/// Who leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leader {
    /// A tab of this version of the page.
    Own(Tab),
    /// A tab of another version: it would not understand what it is asked.
    Foreign(Tab),
}

/// What a follower hears.
#[derive(Debug)]
pub enum Heard {
    /// Who leads, with which version.
    Leads(Tab, String),
    /// What a leader answers.
    Answer(Tab, Reply),
}

impl Follower {
    /// Looks for a leader. `None` in a browser that has no locks, or no channels.
    pub async fn begin() -> Option<Self> {
        let me = Tab::random();
        // Before anybody hears of it: who does not hold it counts as gone.
        let here = Lock::take(&me.name()).await.ok()?;
        let (tell, heard) = unbounded();
        let (all, mine) = (Channel::open(NAME)?, Channel::open(&me.name())?);
        // Telling fails once the follower is gone, and then nobody wants to know.
        let listeners = [
            all.listen({
                let tell = tell.clone();
                move |word| {
                    if let Word::Leads(leader, version) = word {
                        let _ = tell.unbounded_send(Heard::Leads(leader, version));
                    }
                }
            }),
            mine.listen(move |Answer { from, reply }| {
                let _ = tell.unbounded_send(Heard::Answer(from, reply));
            }),
        ];
        all.say(Word::Here(me));
        let questions = Questions::default();
        Some(Self { me, leader: None, questions, heard, all, _mine: mine, _listeners: listeners, _here: here })
    }

    /// Passes on what the page asks. What is returned answers it at once.
    pub fn call(&mut self, call: Call) -> Vec<Reply> {
        if let Some(refusal) = self.questions.ask(&call) {
            return vec![refusal];
        }
        match self.leader {
            // It is noted, and asked once there is one.
            None => Vec::new(),
            Some(Leader::Own(to)) => {
                self.say(to, call);
                Vec::new()
            }
            Some(Leader::Foreign(_)) => match call {
                Call::Ask { id, .. } => self.refuse().into_iter().filter(|reply| reply.to == id).collect(),
                Call::Cancel { .. } => Vec::new(),
            },
        }
    }

    /// Waits for the next thing that another tab says.
    pub async fn listen(&mut self) -> Heard {
        match self.heard.next().await {
            Some(heard) => heard,
            // The listeners hold its other end.
            None => std::future::pending().await,
        }
    }

    /// Takes in what another tab says. What is returned is for the page.
    pub fn hear(&mut self, heard: Heard) -> Vec<Reply> {
        match heard {
            Heard::Leads(tab, with) => {
                let leader = if with == version() { Leader::Own(tab) } else { Leader::Foreign(tab) };
                if self.leader.replace(leader) == Some(leader) {
                    return Vec::new();
                }
                let Leader::Own(to) = leader else { return self.refuse() };
                let (calls, given_up) = self.questions.again();
                for call in calls {
                    self.say(to, call);
                }
                given_up
            }
            Heard::Answer(from, mut reply) if self.leader == Some(Leader::Own(from)) => {
                self.questions.hear(&reply);
                if let Update::Keep(Told::Overview(overview)) = &mut reply.update {
                    overview.follows = true;
                }
                vec![reply]
            }
            Heard::Answer(..) => Vec::new(),
        }
    }

    /// It is this tab's turn to lead: what is to be asked of its own engine, and what its page is to be told.
    pub fn take_over(mut self) -> (Vec<Call>, Vec<Reply>) {
        self.questions.again()
    }

    fn say(&self, to: Tab, call: Call) {
        self.all.say(Word::Call { from: self.me, to, call });
    }

    fn refuse(&mut self) -> Vec<Reply> {
        self.questions.refuse(&Failure::new(FailureKind::OtherVersion, ""))
    }
}
