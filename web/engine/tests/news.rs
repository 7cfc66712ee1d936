//! What is new in a preview: a new session shows it, and what is known of messages that are still there stays known.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::sync::atomic::Ordering;

use restante_api::runs::Run;
use restante_api::{Failure, FailureKind, ListId, MessageRef, Request, Row, Stage, Update};
use support::{Engine, Host, MODERN, Manners, message, with_engine};

async fn idle(engine: &mut Engine) {
    engine.until(|update| matches!(update, Update::Progress(Stage::Idle { .. })).then_some(())).await;
}

/// Opens the mailbox and waits until all of it is known.
async fn opened(engine: &mut Engine, rows: usize) -> Vec<Row> {
    engine.open("secret");
    let rows = engine.rows(rows).await;
    idle(engine).await;
    rows
}

struct Changed {
    list: ListId,
    messages: u32,
    runs: Vec<Run>,
    arrived: Vec<(u32, u32)>,
}

async fn changed(engine: &mut Engine) -> Changed {
    engine
        .until(|update| match update.clone() {
            Update::Changed { list, messages, runs, arrived, .. } => Some(Changed { list, messages, runs, arrived }),
            _ => None,
        })
        .await
}

async fn checked(engine: &mut Engine) -> (u32, u32) {
    engine
        .until(|update| match update {
            Update::Checked { arrived, gone } => Some((*arrived, *gone)),
            _ => None,
        })
        .await
}

fn failure(update: Update) -> Failure {
    match update {
        Update::Refused(failure) | Update::MessageFailed { failure, .. } => *failure,
        other => panic!("{other:?}"),
    }
}

fn count(host: &Host, command: &str) -> usize {
    host.lines().iter().filter(|line| line.starts_with(command)).count()
}

/// What was said after the first QUIT, flight by flight.
fn second_session(host: &Host) -> Vec<Vec<String>> {
    let said = host.lines();
    let quit = said.iter().position(|line| line == "QUIT").expect("the first session ends");
    said[quit + 1..].split(|line| line == "--").filter(|flight| !flight.is_empty()).map(<[_]>::to_vec).collect()
}

#[tokio::test(start_paused = true)]
async fn a_new_session_shows_what_has_come_and_fetches_nothing_twice() {
    let host = Host::new(Manners::modern(30).then(Manners::modern(32)));
    with_engine(&host, async |engine| {
        opened(engine, 30).await;
        let read = engine.send(Request::Read(MessageRef::top(5)));
        engine.answer(read).await;
        engine.send(Request::Check);
        let Changed { list, messages, runs, arrived } = changed(engine).await;
        assert_eq!((list, messages), (MessageRef::top(1).list, 32), "numbers mean what they meant");
        assert_eq!((runs, arrived), (vec![Run { from: 0, to: 2, rows: 30 }], vec![(0, 2)]));
        assert_eq!(checked(engine).await, (2, 0));
        let rows = engine.rows(2).await;
        assert_eq!(rows.iter().map(|row| &*row.subject).collect::<Vec<_>>(), ["Message 32", "Message 31"]);
        let again = engine.send(Request::Source(MessageRef::top(5)));
        assert!(matches!(engine.answer(again).await, Update::Source(_)));
    })
    .await;
    assert_eq!((count(&host, "TOP"), count(&host, "RETR"), count(&host, "CAPA")), (32, 1, 3));
    assert_eq!(host.connections.load(Ordering::SeqCst), 2);
    let flights = second_session(&host);
    assert_eq!(flights[0], ["USER ann", "PASS secret", "CAPA", "STAT"], "what it announced is remembered");
    assert_eq!(flights[1], ["UIDL", "LIST"], "which message is which comes before anything else");
    assert_eq!(flights[2], ["TOP 32 10", "TOP 31 10"]);
}

#[tokio::test(start_paused = true)]
async fn the_session_before_comes_to_its_end_first_and_what_is_asked_meanwhile_is_answered_in_the_next() {
    let host = Host::new(Manners::modern(3).then(Manners::modern(4)));
    with_engine(&host, async |engine| {
        opened(engine, 3).await;
        let under_way = engine.send(Request::Read(MessageRef::top(1)));
        engine.send(Request::Check);
        let later = engine.send(Request::Read(MessageRef::top(2)));
        assert!(matches!(engine.answer(under_way).await, Update::Message(_)));
        assert!(matches!(engine.answer(later).await, Update::Message(_)));
    })
    .await;
    let said = host.lines();
    let quit = said.iter().position(|line| line == "QUIT").unwrap();
    let login = said.iter().rposition(|line| line.starts_with("PASS")).unwrap();
    assert!(quit < login, "the maildrop is locked until the first session is over: {said:?}");
    assert_eq!((count(&host, "RETR 1"), count(&host, "RETR 2")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn nothing_new_changes_nothing() {
    let host = Host::new(Manners::modern(3));
    with_engine(&host, async |engine| {
        opened(engine, 3).await;
        let before = engine.seen.len();
        engine.send(Request::Check);
        assert_eq!(checked(engine).await, (0, 0));
        idle(engine).await;
        let told = &engine.seen[before..];
        assert!(!told.iter().any(|update| matches!(update, Update::Changed { .. } | Update::Rows(_))), "{told:#?}");
    })
    .await;
    assert_eq!((count(&host, "TOP"), count(&host, "UIDL")), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn where_another_session_has_deleted_messages_are_known_by_their_unique_ids_and_not_by_their_numbers() {
    let host = Host::new(Manners::of(&["a", "b", "c", "d"]).then(Manners::of(&["a", "c", "d", "e"])));
    with_engine(&host, async |engine| {
        opened(engine, 4).await;
        let read = engine.send(Request::Read(MessageRef::top(3)));
        engine.answer(read).await;
        engine.send(Request::Check);
        let Changed { list, runs, arrived, .. } = changed(engine).await;
        assert_ne!(list, MessageRef::top(1).list);
        assert_eq!(runs, [Run { from: 0, to: 1, rows: 2 }, Run { from: 3, to: 3, rows: 1 }]);
        assert_eq!(arrived, [(0, 1)]);
        assert_eq!(checked(engine).await, (1, 1));
        let rows = engine.rows(1).await;
        assert_eq!((&*rows[0].subject, rows[0].message.number), ("e", 4));
        let former = engine.send(Request::Read(MessageRef::top(3)));
        assert_eq!(failure(engine.answer(former).await).kind, FailureKind::Outdated);
        let now = engine.send(Request::Read(MessageRef::in_list(list, 2)));
        let Update::Message(view) = engine.answer(now).await else { panic!("it is there") };
        assert_eq!(view.subject, "c");
    })
    .await;
    assert_eq!((count(&host, "TOP"), count(&host, "RETR")), (5, 1), "what is known is not fetched again");
}

#[tokio::test(start_paused = true)]
async fn the_same_extent_may_be_another_maildrop_and_its_messages_are_other_ones() {
    let host = Host::new(Manners::of(&["a", "b"]).then(Manners::of(&["x", "y"])));
    with_engine(&host, async |engine| {
        opened(engine, 2).await;
        engine.send(Request::Check);
        let Changed { list, runs, arrived, .. } = changed(engine).await;
        assert_eq!((runs, arrived), (vec![], vec![(0, 2)]));
        assert_eq!(checked(engine).await, (2, 2));
        let subjects = engine.rows(2).await.into_iter().map(|row| (row.subject, row.message.list));
        assert_eq!(subjects.collect::<Vec<_>>(), [("y".into(), list), ("x".into(), list)]);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn unique_ids_that_stand_twice_name_nobody_and_those_rows_are_fetched_anew() {
    let host = Host::new(Manners::of(&["a", "x", "x"]).then(Manners::of(&["a", "x", "x", "b"])));
    with_engine(&host, async |engine| {
        opened(engine, 3).await;
        engine.send(Request::Check);
        let Changed { runs, arrived, .. } = changed(engine).await;
        assert_eq!((runs, arrived), (vec![Run { from: 2, to: 3, rows: 1 }], vec![(0, 1)]));
        assert_eq!(checked(engine).await, (1, 0));
        engine.rows(3).await;
    })
    .await;
    assert_eq!(count(&host, "TOP"), 6);
}

#[tokio::test(start_paused = true)]
async fn without_unique_ids_a_maildrop_of_another_extent_is_another_list() {
    let former = Manners { uidl: false, capa: Some("TOP\r\nPIPELINING\r\nUSER\r\n"), ..Manners::modern(3) };
    let later = Manners { messages: (1..=5).map(message).collect(), ..former.clone() };
    for (former, later) in [
        (former, later),
        // Announced or not, it is refused.
        (Manners { uidl: false, ..Manners::modern(3) }, Manners { uidl: false, ..Manners::modern(5) }),
    ] {
        let host = Host::new(former.then(later));
        with_engine(&host, async |engine| {
            opened(engine, 3).await;
            engine.send(Request::Check);
            let anew = engine
                .until(|update| match update {
                    Update::Opened { list, messages: 5, .. } => Some(*list),
                    _ => None,
                })
                .await;
            assert_ne!(anew, MessageRef::top(1).list);
            assert_eq!(checked(engine).await, (2, 0));
            assert_eq!(engine.rows(5).await.len(), 5);
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_maildrop_fills_and_a_full_one_empties() {
    let host = Host::new(Manners::modern(0).then(Manners::modern(2)));
    with_engine(&host, async |engine| {
        engine.open("secret");
        idle(engine).await;
        engine.send(Request::Check);
        assert_eq!(changed(engine).await.arrived, [(0, 2)]);
        assert_eq!(checked(engine).await, (2, 0));
        assert_eq!(engine.rows(2).await.len(), 2);
    })
    .await;
    let host = Host::new(Manners::modern(2).then(Manners::modern(0)));
    with_engine(&host, async |engine| {
        opened(engine, 2).await;
        engine.send(Request::Check);
        let Changed { messages, runs, .. } = changed(engine).await;
        assert_eq!((messages, runs), (0, vec![]));
        assert_eq!(checked(engine).await, (0, 2));
        idle(engine).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_wants_time_between_logins_is_given_it() {
    let capa = Some("TOP\r\nUIDL\r\nPIPELINING\r\nLOGIN-DELAY 300\r\nUSER\r\n");
    let host = Host::new(Manners { capa, ..Manners::modern(3) });
    with_engine(&host, async |engine| {
        opened(engine, 3).await;
        let check = engine.send(Request::Check);
        let FailureKind::TryLater { seconds: Some(seconds) } = failure(engine.answer(check).await).kind else {
            panic!("it waits")
        };
        assert!((299..=301).contains(&seconds), "{seconds}");
        let read = engine.send(Request::Read(MessageRef::top(1)));
        assert!(matches!(engine.answer(read).await, Update::Message(_)), "the session goes on");
    })
    .await;
    assert_eq!(host.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lock_step_server_is_asked_in_the_same_way() {
    let host =
        Host::new(Manners { capa: None, ..Manners::modern(3) }.then(Manners { capa: None, ..Manners::modern(4) }));
    with_engine(&host, async |engine| {
        opened(engine, 3).await;
        engine.send(Request::Check);
        assert_eq!(changed(engine).await.arrived, [(0, 1)]);
        assert_eq!(checked(engine).await, (1, 0));
        assert_eq!(engine.rows(1).await[0].subject, "Message 4");
    })
    .await;
    assert_eq!(count(&host, "TOP"), 4);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_checked_is_refused_and_can_be_asked_again() {
    let refuses = Manners { refuses: true, refusal: "-ERR [SYS/PERM] closed", ..Manners::modern(3) };
    let host = Host::new(Manners { capa: Some(MODERN), ..Manners::modern(3) }.then(refuses));
    with_engine(&host, async |engine| {
        opened(engine, 3).await;
        let check = engine.send(Request::Check);
        assert_eq!(failure(engine.answer(check).await).kind, FailureKind::Refused);
        assert_eq!(engine.failed().await.kind, FailureKind::Refused);
        // Whatever is asked now has the same reason.
        let offline = engine.send(Request::Check);
        assert_eq!(failure(engine.answer(offline).await).kind, FailureKind::Refused);
        let read = engine.send(Request::Read(MessageRef::top(1)));
        assert_eq!(failure(engine.answer(read).await).kind, FailureKind::Refused);
    })
    .await;
}
