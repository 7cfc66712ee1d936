//! What is served first, what is taken back, and what becomes of a mailbox whose session is lost.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::sync::atomic::Ordering;

use restante_api::{Failure, FailureKind, MessageRef, Reason, Request, Stage, Update};
use restante_engine::platform::TunnelFault;
use support::{Engine, Host, Manners, message, with_engine};

/// More than is worth waiting for when nobody wants it.
const LARGE: usize = 3 << 20;

fn large(number: u32) -> Vec<u8> {
    [message(number), b"filler, filler\r\n".repeat(LARGE / 16)].concat()
}

fn retrieved(host: &Host) -> Vec<String> {
    host.lines().into_iter().filter(|line| line.starts_with("RETR")).collect()
}

fn count(host: &Host, command: &str) -> usize {
    host.lines().iter().filter(|line| line.starts_with(command)).count()
}

async fn idle(engine: &mut Engine) {
    engine.until(|update| matches!(update, Update::Progress(Stage::Idle { .. })).then_some(())).await;
}

async fn interrupted(engine: &mut Engine) -> Failure {
    engine
        .until(|update| match update {
            Update::Interrupted(failure) => Some((**failure).clone()),
            _ => None,
        })
        .await
}

fn failure(update: Update) -> FailureKind {
    match update {
        Update::MessageFailed { failure, .. } => failure.kind,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn ten_clicks_on_next_fetch_the_message_that_is_wanted_and_at_most_one_before_it() {
    let host = Host::new(Manners::modern(20));
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(20).await;
        idle(engine).await;
        let mut last = engine.send(Request::Read(MessageRef::top(20)));
        for number in (10..20).rev() {
            engine.cancel(last);
            last = engine.send(Request::Read(MessageRef::top(number)));
        }
        let Update::Message(view) = engine.answer(last).await else { panic!("no message") };
        assert_eq!(view.subject, "Message 10");
        let answers = engine.seen.iter().filter(|update| matches!(update, Update::Message(_))).count();
        assert_eq!(answers, 1, "what was taken back is not answered");
    })
    .await;
    assert_eq!(retrieved(&host), ["RETR 20", "RETR 10"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_for_last_is_served_first() {
    for capa in [Some(support::MODERN), None] {
        let host = Host::new(Manners { capa, ..Manners::modern(9) });
        with_engine(&host, async |engine| {
            engine.open("secret");
            engine.rows(9).await;
            idle(engine).await;
            let asked = [1, 2, 3, 4].map(|number| engine.send(Request::Read(MessageRef::top(number))));
            let mut left = asked.to_vec();
            while !left.is_empty() {
                let (to, update) = engine.reply().await;
                if matches!(update, Update::Message(_)) {
                    left.retain(|id| *id != to);
                }
            }
        })
        .await;
        assert_eq!(retrieved(&host), ["RETR 1", "RETR 4", "RETR 3", "RETR 2"], "{capa:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_message_that_nobody_waits_for_any_more_is_cut_off_and_the_list_stays() {
    let messages = vec![message(1), large(2), message(3)];
    let host = Host::new(Manners { stalls_on: Some(2), messages, ..Manners::modern(3) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(3).await;
        idle(engine).await;
        let tops = count(&host, "TOP");
        let large = engine.send(Request::Read(MessageRef::top(2)));
        engine.until(|update| matches!(update, Update::Progress(Stage::Message { .. })).then_some(())).await;
        engine.cancel(large);
        let small = engine.send(Request::Read(MessageRef::top(3)));
        assert!(matches!(engine.answer(small).await, Update::Message(_)));
        idle(engine).await;
        assert_eq!(count(&host, "TOP"), tops, "the rows are known");
        assert!(!engine.seen.iter().any(|update| matches!(update, Update::Interrupted(_) | Update::Failed(_))));
    })
    .await;
    assert_eq!(host.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn the_rest_of_a_small_message_is_waited_for_and_so_is_a_large_one_that_another_question_wants() {
    let host = Host::new(Manners { messages: vec![message(1), large(2)], ..Manners::modern(2) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(2).await;
        idle(engine).await;
        let small = engine.send(Request::Read(MessageRef::top(1)));
        engine.cancel(small);
        let first = engine.send(Request::Read(MessageRef::top(2)));
        let source = engine.send(Request::Source(MessageRef::top(2)));
        engine.cancel(first);
        assert!(matches!(engine.answer(source).await, Update::Source(_)));
    })
    .await;
    assert_eq!(host.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_session_is_taken_up_again_and_goes_on_where_it_was() {
    let host = Host::new(Manners { hangs_up_on: Some(1), ..Manners::modern(9) }.then(Manners::modern(9)));
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(9).await;
        idle(engine).await;
        let tops = count(&host, "TOP");
        let read = engine.send(Request::Read(MessageRef::top(1)));
        assert_eq!(interrupted(engine).await.kind, FailureKind::ConnectionLost);
        engine
            .until(|update| matches!(update, Update::Progress(Stage::Waiting { attempt: 1, .. })).then_some(()))
            .await;
        assert!(matches!(engine.answer(read).await, Update::Message(_)), "it is still wanted");
        idle(engine).await;
        assert_eq!(count(&host, "TOP"), tops, "the rows are known");
    })
    .await;
    assert_eq!(host.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_costs_the_session_twice_is_given_up_and_the_others_go_on() {
    let host = Host::new(Manners { hangs_up_on: Some(1), ..Manners::modern(3) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(3).await;
        idle(engine).await;
        let read = engine.send(Request::Read(MessageRef::top(1)));
        assert_eq!(failure(engine.answer(read).await), FailureKind::ConnectionLost);
        let other = engine.send(Request::Read(MessageRef::top(2)));
        assert!(matches!(engine.answer(other).await, Update::Message(_)));
    })
    .await;
    assert_eq!(host.connections.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn attempts_are_bounded_and_told_and_what_was_read_stays_readable_meanwhile() {
    let mut host = Host::new(Manners { hangs_up_on: Some(1), ..Manners::modern(3) }.then(Manners::modern(3)));
    host.fault = Some(TunnelFault::BridgeUnreachable("gone".into()));
    host.refused = 1..8;
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(3).await;
        idle(engine).await;
        let read = engine.send(Request::Read(MessageRef::top(3)));
        engine.answer(read).await;
        let lost = engine.send(Request::Read(MessageRef::top(1)));
        interrupted(engine).await;
        let kept = engine.send(Request::Read(MessageRef::top(3)));
        assert!(matches!(engine.answer(kept).await, Update::Message(_)), "at once");
        assert_eq!(engine.failed().await.kind, FailureKind::BridgeUnreachable);
        let waits: Vec<(u32, u32)> = engine
            .seen
            .iter()
            .filter_map(|update| match update {
                Update::Progress(Stage::Waiting { attempt, of, .. }) => Some((*attempt, *of)),
                _ => None,
            })
            .collect();
        assert_eq!(waits, (1..=7).map(|attempt| (attempt, 7)).collect::<Vec<_>>());
        assert!(engine.seen.iter().any(|update| matches!(update, Update::MessageFailed { .. })), "{lost:?} is refused");
        // And once it is asked to, it begins anew, with all that it knows.
        let tops = count(&host, "TOP");
        engine.open("secret");
        idle(engine).await;
        assert_eq!(count(&host, "TOP"), tops);
    })
    .await;
    assert_eq!(host.connections.load(Ordering::SeqCst), 9);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_time_does_not_mend_is_not_tried_again() {
    let later = Manners { refuses: true, ..Manners::modern(3) };
    let host = Host::new(Manners { hangs_up_on: Some(1), ..Manners::modern(3) }.then(later));
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(3).await;
        engine.send(Request::Read(MessageRef::top(1)));
        assert_eq!(engine.failed().await.kind, FailureKind::WrongPassword);
    })
    .await;
    assert_eq!(host.connections.load(Ordering::SeqCst), 2, "a password is refused once only");
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_whose_messages_are_other_ones_meanwhile_is_another_list_and_its_numbers_fetch_nothing_of_the_former()
{
    let renumbered = Manners { first_uid: 7, ..Manners::modern(3) };
    let host = Host::new(Manners { hangs_up_on: Some(1), ..Manners::modern(3) }.then(renumbered));
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(3).await;
        idle(engine).await;
        let lost = engine.send(Request::Read(MessageRef::top(1)));
        interrupted(engine).await;
        let before = engine.seen.len();
        let anew = engine
            .until(|update| match update {
                Update::Changed { list, .. } => Some(*list),
                _ => None,
            })
            .await;
        assert_ne!(anew, MessageRef::top(1).list);
        let rows = engine.rows(3).await;
        assert!(rows.iter().all(|row| row.message == MessageRef::in_list(anew, row.message.number)));
        let refused = engine.seen[before..].iter().any(
            |update| matches!(update, Update::MessageFailed { failure, .. } if failure.kind == FailureKind::Outdated),
        );
        assert!(refused, "{lost:?} was about a message of the former list");
        let former = engine.send(Request::Read(MessageRef::top(2)));
        assert_eq!(failure(engine.answer(former).await), FailureKind::Outdated);
        let now = engine.send(Request::Read(MessageRef::in_list(anew, 2)));
        assert!(matches!(engine.answer(now).await, Update::Message(_)));
    })
    .await;
    assert_eq!(retrieved(&host), ["RETR 1", "RETR 2"], "a number is used once it is known what it means");
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_in_a_session_that_was_lost_is_answered_though_messages_have_come_meanwhile() {
    let host = Host::new(Manners { hangs_up_on: Some(1), ..Manners::modern(3) }.then(Manners::modern(4)));
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(3).await;
        idle(engine).await;
        let lost = engine.send(Request::Read(MessageRef::top(1)));
        interrupted(engine).await;
        let Update::Message(view) = engine.answer(lost).await else { panic!("it is still there") };
        assert_eq!(view.subject, "Message 1");
        assert!(engine.seen.iter().any(|update| matches!(update, Update::Changed { messages: 4, .. })));
    })
    .await;
    assert_eq!(count(&host, "TOP"), 4, "the rows are known");
}

#[tokio::test(start_paused = true)]
async fn a_message_beyond_what_is_held_is_refused_with_both_figures_and_nothing_is_fetched() {
    let host = Host::new(Manners { listed: Some((2, 512 << 20)), ..Manners::modern(3) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(3).await;
        idle(engine).await;
        let read = engine.send(Request::Read(MessageRef::top(2)));
        let Update::MessageFailed { failure, .. } = engine.answer(read).await else { panic!("it is shown") };
        assert_eq!(failure.kind, FailureKind::TooLarge);
        assert_eq!(failure.reason, Some(Reason::TooLarge { octets: 512 << 20, limit: 128 << 20 }));
    })
    .await;
    assert_eq!(retrieved(&host), Vec::<String>::new());
}
