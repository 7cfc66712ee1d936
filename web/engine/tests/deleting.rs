//! Deleting in a preview: messages are marked, and nothing is sent for them until the mailbox is closed. What the server says
//! then is told as it is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use restante_api::{CallId, Deletion, DeletionEnd, FailureKind, ListId, MessageRef, Request, Stage, Update};
use restante_engine::platform::TunnelFault;
use support::{Engine, Host, Manners, message, with_engine};

fn list() -> ListId {
    MessageRef::top(1).list
}

fn mark(engine: &Engine, numbers: &[u32]) -> CallId {
    engine.send(Request::Mark { list: list(), numbers: numbers.to_vec(), delete: true })
}

async fn idle(engine: &mut Engine) {
    engine.until(|update| matches!(update, Update::Progress(Stage::Idle { .. })).then_some(())).await;
}

/// Opens the mailbox, marks these messages and waits until that is confirmed.
async fn marked(engine: &mut Engine, rows: usize, numbers: &[u32]) {
    engine.open("secret");
    engine.rows(rows).await;
    idle(engine).await;
    let asked = mark(engine, numbers);
    assert_eq!(engine.answer(asked).await, Update::Marked { numbers: numbers.to_vec(), lost: 0 });
}

/// Closes the mailbox; what became of the marks.
async fn closed(engine: &mut Engine) -> Option<Deletion> {
    let close = engine.send(Request::Close);
    match engine.answer(close).await {
        Update::Closed => None,
        Update::Deleted(deletion) => {
            assert_eq!(engine.answer(close).await, Update::Closed);
            Some(*deletion)
        }
        other => panic!("{other:?}"),
    }
}

async fn told_marks(engine: &mut Engine) -> (Vec<u32>, u32) {
    engine
        .until(|update| match update {
            Update::Marked { numbers, lost } => Some((numbers.clone(), *lost)),
            _ => None,
        })
        .await
}

/// Loses the session by a message that the server hangs up on.
fn lose(engine: &Engine, number: u32) {
    engine.send(Request::Read(MessageRef::top(number)));
}

fn deleted(host: &Host) -> Vec<String> {
    host.lines().into_iter().filter(|line| line.starts_with("DELE")).collect()
}

fn end(end: &DeletionEnd) -> &'static str {
    match end {
        DeletionEnd::Confirmed => "confirmed",
        DeletionEnd::Denied(_) => "denied",
        DeletionEnd::Unanswered => "unanswered",
        DeletionEnd::NotSent(_) => "not sent",
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_marked_is_deleted_when_the_mailbox_is_closed_in_one_flight_and_nothing_before() {
    let host = Host::new(Manners::modern(20));
    with_engine(&host, async |engine| {
        marked(engine, 20, &[3, 5, 7]).await;
        let undo = engine.send(Request::Mark { list: list(), numbers: vec![5], delete: false });
        assert_eq!(engine.answer(undo).await, Update::Marked { numbers: vec![3, 7], lost: 0 });
        tokio::time::sleep(std::time::Duration::from_secs(600)).await;
        assert_eq!(deleted(&host), [] as [&str; 0], "marking sends nothing");
        let deletion = closed(engine).await.unwrap();
        assert!(deletion.is_complete(), "{deletion:?}");
        assert_eq!(restante_locales::deletion(&deletion), "2 messages were deleted on the server.");
    })
    .await;
    let said = host.lines();
    let flights: Vec<&[String]> = said.split(|line| line == "--").collect();
    let at = flights.iter().position(|flight| flight.contains(&"DELE 3".to_owned())).unwrap();
    assert_eq!(flights[at..], [&["DELE 3", "DELE 7"][..], &["QUIT"]], "which goes once all are answered for");
}

#[tokio::test(start_paused = true)]
async fn taking_every_mark_off_leaves_an_ordinary_goodbye() {
    let host = Host::new(Manners::modern(3));
    with_engine(&host, async |engine| {
        marked(engine, 3, &[1, 2, 3]).await;
        let undo = engine.send(Request::Mark { list: list(), numbers: vec![3, 2, 1], delete: false });
        assert_eq!(engine.answer(undo).await, Update::Marked { numbers: vec![], lost: 0 });
        assert_eq!(closed(engine).await, None);
    })
    .await;
    assert_eq!(deleted(&host), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_without_closing_deletes_nothing() {
    let host = Host::new(Manners::modern(3));
    // The tab is gone.
    with_engine(&host, async |engine| marked(engine, 3, &[2]).await).await;
    // Another mailbox is opened.
    with_engine(&host, async |engine| {
        marked(engine, 3, &[2]).await;
        let other = restante_api::OpenMailbox { user: "eve".into(), ..support::open("secret") };
        engine.send(Request::Open(Box::new(other)));
        engine.until(|update| matches!(update, Update::Opened { .. }).then_some(())).await;
    })
    .await;
    assert_eq!(deleted(&host), [] as [&str; 0]);
    assert_eq!(host.lines().iter().filter(|line| *line == "QUIT").count(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_quit_is_answered_with_decides_what_is_said() {
    for (goodbye, how, words) in [
        (None, "confirmed", "1 message was deleted on the server."),
        (
            Some(""),
            "unanswered",
            "The server did not confirm that 1 message was deleted. Open the mailbox again to see.",
        ),
        (
            Some("-ERR some deleted messages not removed"),
            "denied",
            "The server says that of 1 message some were not deleted (“some deleted messages not removed”). Open the \
             mailbox again to see.",
        ),
    ] {
        let host = Host::new(Manners { goodbye, ..Manners::modern(3) });
        with_engine(&host, async |engine| {
            marked(engine, 3, &[2]).await;
            let deletion = closed(engine).await.unwrap();
            assert_eq!((end(&deletion.end), &*restante_locales::deletion(&deletion)), (how, words));
        })
        .await;
        assert_eq!(deleted(&host), ["DELE 2"], "{how}: asked once");
    }
}

#[tokio::test(start_paused = true)]
async fn one_refused_dele_costs_that_message_and_is_told_with_the_servers_words() {
    for capa in [Some(support::MODERN), None] {
        let host = Host::new(Manners { capa, undeletable: vec![2], ..Manners::modern(3) });
        with_engine(&host, async |engine| {
            marked(engine, 3, &[1, 2, 3]).await;
            let deletion = closed(engine).await.unwrap();
            assert_eq!((deletion.marked, deletion.agreed, deletion.refused, deletion.unsure), (3, 2, 1, 0));
            assert_eq!(
                restante_locales::deletion(&deletion),
                "2 messages were deleted on the server. It refused to delete 1 message (“it is locked”)."
            );
        })
        .await;
        assert_eq!(deleted(&host), ["DELE 1", "DELE 2", "DELE 3"]);
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_session_that_was_taken_up_again_marks_follow_their_messages_by_unique_id() {
    let first = Manners { hangs_up_on: Some(1), ..Manners::of(&["a", "b", "c", "d"]) };
    let host = Host::new(first.then(Manners::of(&["a", "c", "d", "e"])));
    with_engine(&host, async |engine| {
        marked(engine, 4, &[2, 4]).await;
        lose(engine, 1);
        assert_eq!(told_marks(engine).await, (vec![3], 0), "d is number 3 by now, and b is gone");
        let deletion = closed(engine).await.unwrap();
        assert!(deletion.is_complete(), "{deletion:?}");
    })
    .await;
    assert_eq!(deleted(&host), ["DELE 3"]);
}

#[tokio::test(start_paused = true)]
async fn a_check_for_new_mail_sends_nothing_for_the_marks_and_keeps_them() {
    let host = Host::new(Manners::modern(3).then(Manners::modern(4)));
    with_engine(&host, async |engine| {
        marked(engine, 3, &[2]).await;
        let check = engine.send(Request::Check);
        assert_eq!(engine.answer(check).await, Update::Checked { arrived: 1, gone: 0 });
        assert_eq!(deleted(&host), [] as [&str; 0]);
        let more = mark(engine, &[4]);
        assert_eq!(engine.answer(more).await, Update::Marked { numbers: vec![2, 4], lost: 0 });
        assert!(closed(engine).await.unwrap().is_complete());
    })
    .await;
    assert_eq!(deleted(&host), ["DELE 2", "DELE 4"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_closes_right_after_asking_for_new_mail_has_the_marked_messages_deleted_and_no_others() {
    // In the next session number 2 is another message.
    for later in [Manners::of(&["a", "b", "c"]), Manners::of(&["x", "a", "b", "c"])] {
        let now = later.messages.len() - 1;
        let host = Host::new(Manners::of(&["a", "b", "c"]).then(later));
        with_engine(&host, async |engine| {
            marked(engine, 3, &[2]).await;
            engine.send(Request::Check);
            engine.until(|update| matches!(update, Update::Progress(Stage::SigningIn)).then_some(())).await;
            assert!(closed(engine).await.unwrap().is_complete());
        })
        .await;
        assert_eq!(deleted(&host), [format!("DELE {now}")]);
    }
}

#[tokio::test(start_paused = true)]
async fn without_unique_ids_another_session_deletes_nothing_and_says_so() {
    let first = Manners { hangs_up_on: Some(1), uidl: false, ..Manners::modern(3) };
    let host = Host::new(first.then(Manners { uidl: false, ..Manners::modern(3) }));
    with_engine(&host, async |engine| {
        marked(engine, 3, &[2, 3]).await;
        lose(engine, 1);
        assert_eq!(told_marks(engine).await, (vec![], 2));
        // The rows are those of the former session: what they stand for nobody knows.
        let again = mark(engine, &[2]);
        assert_eq!(engine.answer(again).await, Update::Marked { numbers: vec![], lost: 1 });
        assert_eq!(closed(engine).await, None);
    })
    .await;
    assert_eq!(deleted(&host), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_tell_unique_ids_this_time_deletes_nothing() {
    let first = Manners { hangs_up_on: Some(1), ..Manners::modern(3) };
    let host = Host::new(first.then(Manners { uidl: false, ..Manners::modern(3) }));
    with_engine(&host, async |engine| {
        marked(engine, 3, &[2, 3]).await;
        lose(engine, 1);
        assert_eq!(told_marks(engine).await, (vec![], 2), "those of the former session prove nothing");
        assert_eq!(closed(engine).await, None);
    })
    .await;
    assert_eq!(deleted(&host), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn unique_ids_that_stand_twice_delete_nothing_in_another_session() {
    let first = Manners { hangs_up_on: Some(1), ..Manners::of(&["a", "x", "x"]) };
    let host = Host::new(first.then(Manners::of(&["a", "x", "x"])));
    with_engine(&host, async |engine| {
        marked(engine, 3, &[2]).await;
        lose(engine, 1);
        assert_eq!(told_marks(engine).await, (vec![], 1));
    })
    .await;
    assert_eq!(deleted(&host), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_was_asked_once_more_before_anything_was_shown_deletes_as_any_other() {
    for odd in [
        Manners { breaks_pipelines: true, ..Manners::modern(3) },
        Manners { loses_behind_login: true, ..Manners::modern(3) },
    ] {
        let host = Host::new(odd);
        with_engine(&host, async |engine| {
            marked(engine, 3, &[2]).await;
            assert!(closed(engine).await.unwrap().is_complete());
        })
        .await;
        assert_eq!(deleted(&host), ["DELE 2"]);
    }
}

#[tokio::test(start_paused = true)]
async fn without_unique_ids_a_number_tells_a_message_in_its_own_session() {
    let host = Host::new(Manners { uidl: false, ..Manners::modern(3) });
    with_engine(&host, async |engine| {
        marked(engine, 3, &[2]).await;
        assert!(closed(engine).await.unwrap().is_complete());
    })
    .await;
    assert_eq!(deleted(&host), ["DELE 2"]);
}

#[tokio::test(start_paused = true)]
async fn a_unique_id_that_was_given_to_another_message_does_not_delete_it() {
    let mut other = Manners::of(&["a", "b", "c"]);
    other.messages[1] = message(77);
    let first = Manners { hangs_up_on: Some(1), ..Manners::of(&["a", "b", "c"]) };
    let host = Host::new(first.then(other));
    with_engine(&host, async |engine| {
        marked(engine, 3, &[2, 3]).await;
        lose(engine, 1);
        engine.until(|update| matches!(update, Update::Opened { .. }).then_some(())).await;
        let deletion = closed(engine).await.unwrap();
        assert_eq!((deletion.agreed, deletion.unsure), (1, 1));
        assert_eq!(
            restante_locales::deletion(&deletion),
            "1 message was deleted on the server. 1 message was left alone: it is not certain that it is the one you marked."
        );
    })
    .await;
    assert_eq!(deleted(&host), ["DELE 3"], "its size is another");
}

const EXPIRES_AT_ONCE: &str = "CAPA\r\nTOP\r\nUIDL\r\nPIPELINING\r\nUSER\r\nEXPIRE 0\r\n";

#[tokio::test(start_paused = true)]
async fn a_server_that_deletes_what_was_read_is_not_told_goodbye_after_reading() {
    let host = Host::new(Manners { capa: Some(EXPIRES_AT_ONCE), ..Manners::modern(3) });
    with_engine(&host, async |engine| {
        marked(engine, 3, &[]).await;
        engine.send(Request::Read(MessageRef::top(2)));
        engine.until(|update| matches!(update, Update::Message(_)).then_some(())).await;
        // Another session shows what is new, and this one ends.
        let check = engine.send(Request::Check);
        assert_eq!(engine.answer(check).await, Update::Checked { arrived: 0, gone: 0 });
        engine.send(Request::Read(MessageRef::top(3)));
        engine.until(|update| matches!(update, Update::Message(_)).then_some(())).await;
        assert_eq!(closed(engine).await, None);
    })
    .await;
    let said = host.lines();
    assert_eq!(said.iter().filter(|line| line.starts_with("RETR")).count(), 2);
    assert!(!said.contains(&"QUIT".to_owned()), "{said:?}");
    // Headers alone are read with TOP, which counts as nothing.
    let host = Host::new(Manners { capa: Some(EXPIRES_AT_ONCE), ..Manners::modern(3) });
    with_engine(&host, async |engine| marked(engine, 3, &[]).await).await;
    assert_eq!(host.lines().last().map(String::as_str), Some("QUIT"));
}

#[tokio::test(start_paused = true)]
async fn where_reading_may_delete_what_was_marked_goes_in_a_session_in_which_nothing_was_read() {
    let host = Host::new(Manners { capa: Some(EXPIRES_AT_ONCE), ..Manners::modern(3) });
    with_engine(&host, async |engine| {
        marked(engine, 3, &[1]).await;
        engine.send(Request::Read(MessageRef::top(2)));
        engine.until(|update| matches!(update, Update::Message(_)).then_some(())).await;
        let deletion = closed(engine).await.unwrap();
        assert!(deletion.is_complete(), "{deletion:?}");
    })
    .await;
    let said = host.lines();
    let read = said.iter().position(|line| line.starts_with("RETR")).unwrap();
    let rest = &said[read + 1..];
    let signed_in = rest.iter().position(|line| line.starts_with("PASS")).expect("another session");
    assert!(!rest[..signed_in].contains(&"QUIT".to_owned()), "{rest:?}");
    assert!(!rest.iter().any(|line| line.starts_with("RETR")), "{rest:?}");
    assert_eq!(deleted(&host), ["DELE 1"]);
    assert_eq!(said.last().map(String::as_str), Some("QUIT"));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_lost_before_the_mailbox_is_closed_deletes_nothing() {
    let mut host = Host::new(Manners { hangs_up_on: Some(1), ..Manners::modern(3) });
    host.fault = Some(TunnelFault::BridgeUnreachable("gone".into()));
    host.refused = 1..u32::MAX;
    with_engine(&host, async |engine| {
        marked(engine, 3, &[2]).await;
        lose(engine, 1);
        engine.until(|update| matches!(update, Update::Progress(Stage::Waiting { .. })).then_some(())).await;
        let deletion = closed(engine).await.unwrap();
        assert_eq!((end(&deletion.end), deletion.agreed), ("not sent", 0));
        assert_eq!(
            restante_locales::deletion(&deletion),
            "Nothing was deleted on the server: the connection was lost."
        );
    })
    .await;
    assert_eq!(deleted(&host), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_mark_in_a_former_list_is_refused() {
    let first = Manners { hangs_up_on: Some(1), ..Manners::modern(3) };
    let host = Host::new(first.then(Manners { first_uid: 9, ..Manners::modern(3) }));
    with_engine(&host, async |engine| {
        marked(engine, 3, &[3]).await;
        lose(engine, 1);
        assert_eq!(told_marks(engine).await, (vec![], 0));
        let former = mark(engine, &[2]);
        let Update::Refused(failure) = engine.answer(former).await else { panic!("it is another message by now") };
        assert_eq!(failure.kind, FailureKind::Outdated);
        assert_eq!(closed(engine).await, None);
    })
    .await;
    assert_eq!(deleted(&host), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_breaks_under_pipelined_deles_has_deleted_nothing_and_is_asked_one_by_one() {
    let host = Host::new(Manners { hangs_up_on_deles: true, ..Manners::modern(5) });
    with_engine(&host, async |engine| {
        marked(engine, 5, &[1, 2, 3]).await;
        assert!(closed(engine).await.unwrap().is_complete());
    })
    .await;
    let said = host.lines();
    let last = said.iter().rposition(|line| line.starts_with("PASS")).unwrap();
    let flights: Vec<&[String]> = said[last..].split(|line| line == "--").collect();
    assert!(flights.iter().all(|flight| flight.len() <= 1), "{flights:?}");
    assert_eq!(said[last..].iter().filter(|line| line.starts_with("DELE")).count(), 3);
}
