//! The program: follows while another tab leads, then leads. One that keeps nothing is alone.

use std::pin::pin;
use std::rc::Rc;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::future::{Either, select};
use restante_api::keep::IN_MEMORY;
use restante_api::{Call, Failure, FailureKind, Reply, Update};
use restante_browser::{Browser, answer_all};
use restante_engine::keep::{self, Client, InMemory, Input, Place};
use restante_link::worker;
use wasm_bindgen_futures::spawn_local;

use crate::secrets::Vault;
use crate::storage::Opfs;
use crate::tabs::{Follower, Leader, Said, Tab};

/// This worker's own page.
const OWN: Client = Client(0);

/// Runs until the page lets go of the worker.
pub async fn run(mut calls: UnboundedReceiver<Call>, reply: fn(Reply)) {
    if worker::name() == IN_MEMORY {
        return alone(calls, reply).await;
    }
    let storage = Opfs::default();
    if let Some(asked) = follow(&storage, &mut calls, reply).await {
        lead(storage, asked, calls, reply).await;
    }
}

/// Does the work for this tab, and has nothing to do with others: nothing outlives it.
async fn alone(calls: UnboundedReceiver<Call>, reply: fn(Reply)) {
    let browser = match Browser::of_this_worker() {
        Ok(browser) => browser,
        Err(why) => return refuse(why, calls, reply).await,
    };
    let place = Place { platform: Rc::new(browser), storage: Rc::new(InMemory), secrets: Rc::new(InMemory) };
    keep::run(place, calls.map(|call| Input::Call(OWN, call)), |_, answer| reply(answer)).await;
}

async fn refuse(why: String, calls: UnboundedReceiver<Call>, reply: fn(Reply)) {
    let refusal = Update::Refused(Box::new(Failure::new(FailureKind::Internal, why)));
    answer_all(calls, reply, &refusal).await;
}

/// Waits until this tab leads: what its page waits for then. `None`: its page is gone.
///
/// Where the browser keeps nothing there is nobody to wait for, and the engine finds out why.
async fn follow(storage: &Opfs, calls: &mut UnboundedReceiver<Call>, reply: fn(Reply)) -> Option<Vec<Call>> {
    let mut turn = pin!(storage.hold());
    let begun = match select(&mut turn, pin!(Follower::begin())).await {
        Either::Left(_) => return Some(Vec::new()),
        Either::Right((begun, _)) => begun,
    };
    let Some(mut follower) = begun else {
        // Nobody leads whom it could hear.
        let _ = turn.await;
        return Some(Vec::new());
    };
    loop {
        let next = match select(&mut turn, select(calls.next(), pin!(follower.listen()))).await {
            Either::Left(_) => break,
            Either::Right((next, _)) => match next {
                Either::Left((call, _)) => Either::Left(call?),
                Either::Right((heard, _)) => Either::Right(heard),
            },
        };
        let replies = match next {
            Either::Left(call) => follower.call(call),
            Either::Right(heard) => follower.hear(heard),
        };
        replies.into_iter().for_each(reply);
    }
    let (asked, given_up) = follower.take_over();
    given_up.into_iter().for_each(reply);
    Some(asked)
}

/// Does the work, for this tab and for those that follow.
async fn lead(storage: Opfs, asked: Vec<Call>, mut calls: UnboundedReceiver<Call>, reply: fn(Reply)) {
    let browser = match Browser::of_this_worker() {
        Ok(browser) => browser,
        Err(why) => return refuse(why, calls, reply).await,
    };
    let (inputs, taken) = unbounded();
    // Sending fails once the engine has ended, and then nobody waits for it.
    let send = move |input| drop(inputs.unbounded_send(input));
    for call in asked {
        send(Input::Call(OWN, call));
    }
    let leader = Leader::begin({
        let send = send.clone();
        move |said| {
            send(match said {
                Said::Call(Tab(tab), call) => Input::Call(Client(tab), call),
                Said::Gone(Tab(tab)) => Input::Gone(Client(tab)),
            });
        }
    });
    let (over, is_over) = futures::channel::oneshot::channel::<()>();
    spawn_local(async move {
        while let Some(call) = calls.next().await {
            send(Input::Call(OWN, call));
        }
        drop(over);
    });
    let place = Place { platform: Rc::new(browser), storage: Rc::new(storage), secrets: Rc::new(Vault) };
    // With this page the engine ends, whoever follows: one of them takes over.
    let inputs = taken.take_until(is_over);
    keep::run(place, pin!(inputs), move |to, answer| match &leader {
        _ if to == OWN => reply(answer),
        Some(leader) => leader.reply(Tab(to.0), answer),
        None => {}
    })
    .await;
}
