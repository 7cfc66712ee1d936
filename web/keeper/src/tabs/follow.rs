//! A tab that another one does the work for.

use std::fmt;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use gloo_events::EventListener;
use restante_api::keep::Answer as Told;
use restante_api::{Call, Reply, Update};
use restante_link::tabs::Channel;

use super::questions::Questions;
use super::{Answer, NAME, Tab, Word};
use crate::lock::Lock;

/// A follower. Once it is dropped it counts as gone.
pub struct Follower {
    me: Tab,
    leader: Option<Tab>,
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

/// What a follower hears.
#[derive(Debug)]
pub enum Heard {
    /// Who leads.
    Leads(Tab),
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
                    if let Word::Leads(leader) = word {
                        let _ = tell.unbounded_send(Heard::Leads(leader));
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
    pub fn call(&mut self, call: Call) -> Option<Reply> {
        let refusal = self.questions.ask(&call);
        // Without a leader it is noted, and asked once there is one.
        if let (None, Some(_)) = (&refusal, self.leader) {
            self.say(call);
        }
        refusal
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
            Heard::Leads(leader) if self.leader != Some(leader) => {
                self.leader = Some(leader);
                let (calls, given_up) = self.questions.again();
                for call in calls {
                    self.say(call);
                }
                given_up
            }
            Heard::Answer(from, mut reply) if self.leader == Some(from) => {
                self.questions.hear(&reply);
                if let Update::Keep(Told::Overview(overview)) = &mut reply.update {
                    overview.follows = true;
                }
                vec![reply]
            }
            Heard::Leads(_) | Heard::Answer(..) => Vec::new(),
        }
    }

    /// It is this tab's turn to lead: what is to be asked of its own engine, and what its page is to be told.
    pub fn take_over(mut self) -> (Vec<Call>, Vec<Reply>) {
        self.questions.again()
    }

    fn say(&self, call: Call) {
        if let Some(to) = self.leader {
            self.all.say(Word::Call { from: self.me, to, call });
        }
    }
}
