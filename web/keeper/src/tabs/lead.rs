//! The tab that does the work, for its own page and for the others.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use gloo_events::EventListener;
use restante_api::{Call, Reply};
use restante_link::tabs::Channel;
use wasm_bindgen_futures::spawn_local;

use super::{Answer, NAME, Tab, Word, version};
use crate::lock::Lock;

/// The leader of the other tabs.
pub struct Leader {
    me: Tab,
    followers: Rc<Followers>,
    _listener: EventListener,
}

impl fmt::Debug for Leader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leader").field("me", &self.me).finish_non_exhaustive()
    }
}

/// What comes from a follower.
#[derive(Debug)]
pub enum Said {
    /// Its page calls.
    Call(Tab, Call),
    /// It is gone.
    Gone(Tab),
}

struct Followers {
    channels: RefCell<HashMap<Tab, Channel<Answer>>>,
    said: Box<dyn Fn(Said)>,
}

impl Leader {
    /// Tells the others that this tab leads. `said` is called with what comes from them.
    ///
    /// `None` in a browser that has no channels: there nobody follows.
    pub fn begin(said: impl Fn(Said) + 'static) -> Option<Self> {
        let me = Tab::random();
        let followers = Rc::new(Followers { channels: RefCell::default(), said: Box::new(said) });
        let all = Rc::new(Channel::open(NAME)?);
        let listener = all.listen({
            let (all, followers) = (Rc::clone(&all), Rc::clone(&followers));
            move |word| match word {
                Word::Here(_) => all.say(Word::Leads(me, version())),
                Word::Call { from, to, call } if to == me => {
                    Followers::take_in(&followers, from);
                    (followers.said)(Said::Call(from, call));
                }
                Word::Leads(..) | Word::Call { .. } => {}
            }
        });
        all.say(Word::Leads(me, version()));
        Some(Self { me, followers, _listener: listener })
    }

    /// Answers a follower. One that is gone does not hear it.
    pub fn reply(&self, to: Tab, reply: Reply) {
        if let Some(channel) = self.followers.channels.borrow().get(&to) {
            channel.say(Answer { from: self.me, reply });
        }
    }
}

impl Followers {
    /// From now on this tab is answered, until it is gone.
    fn take_in(this: &Rc<Self>, tab: Tab) {
        if this.channels.borrow().contains_key(&tab) {
            return;
        }
        let Some(channel) = Channel::open(&tab.name()) else { return };
        this.channels.borrow_mut().insert(tab, channel);
        let this = Rc::clone(this);
        spawn_local(async move {
            // A tab that crashed lets go of its lock as well as one that was closed.
            let _its = Lock::take(&tab.name()).await;
            this.channels.borrow_mut().remove(&tab);
            (this.said)(Said::Gone(tab));
        });
    }
}
