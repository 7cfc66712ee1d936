//! The engine against a POP3 server in memory: what it asks in which order, what the page is told, and what goes wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use restante_api::{Blame, FailureKind, Flaw, MessageRef, PartId, Request, Stage, Update};
use restante_engine::platform::TunnelFault;
use restante_protocol::tunnel::CloseCode;
use support::{Host, MODERN, Manners, message, with_engine};

#[tokio::test(start_paused = true)]
async fn the_first_screen_takes_four_flights_after_the_greeting() {
    let host = Host::new(Manners::modern(200));
    with_engine(&host, async |engine| {
        engine.open("secret");
        let rows = engine.rows(50).await;
        assert_eq!((rows[0].position, rows[0].message.number, rows[0].subject.as_str()), (0, 200, "Message 200"));
        assert_eq!(rows[49].message.number, 151);
        assert_eq!((rows[0].snippet.as_str(), rows[0].attachments), ("Text of 200 .dot", true));
    })
    .await;
    let said = host.lines();
    let flights: Vec<&[String]> = said.split(|line| line == "--").filter(|flight| !flight.is_empty()).collect();
    assert_eq!(flights[0], ["CAPA"]);
    assert_eq!(flights[1], ["USER ann", "PASS secret", "CAPA", "STAT"]);
    assert_eq!(flights[2].iter().filter(|line| line.starts_with("TOP ")).count(), 50, "{:?}", flights[2]);
    assert_eq!(flights[2][0], "TOP 200 10");
    assert_eq!(flights[2][50..], ["UIDL", "LIST"]);
    assert_eq!(said.last().map(String::as_str), Some("QUIT"), "the end of the requests is the end of the session");
}

#[tokio::test(start_paused = true)]
async fn rows_near_by_wait_until_the_page_shows_those_in_sight_and_then_come_in_one_flight() {
    let host = Host::new(Manners::modern(200));
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(50).await;
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        let asked = host.lines().iter().filter(|line| line.starts_with("TOP ")).count();
        assert_eq!(asked, 50, "the page is drawing: nothing is sent in its way");
        engine.send(Request::Show { first: 0, count: 50 });
        assert_eq!(engine.rows(50).await.len(), 50);
    })
    .await;
    let said = host.lines();
    let flights: Vec<&[String]> = said.split(|line| line == "--").filter(|flight| !flight.is_empty()).collect();
    assert_eq!((flights[3].len(), flights[3][0].as_str()), (50, "TOP 150 10"), "{:?}", flights[3]);
}

#[tokio::test(start_paused = true)]
async fn nothing_that_changes_the_maildrop_is_ever_sent() {
    let host = Host::new(Manners::modern(20));
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(20).await;
        engine.send(Request::Read(MessageRef::top(3)));
        engine.until(|update| matches!(update, Update::Message(_)).then_some(())).await;
        engine.send(Request::Close);
        engine.until(|update| matches!(update, Update::Closed).then_some(())).await;
    })
    .await;
    let known = ["CAPA", "USER", "PASS", "STAT", "LIST", "UIDL", "TOP", "RETR", "NOOP", "QUIT", "--"];
    for line in host.lines() {
        assert!(known.contains(&line.split(' ').next().unwrap_or_default()), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_step_server_without_capa_is_served_as_well() {
    let host = Host::new(Manners { capa: None, ..Manners::modern(30) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        assert_eq!(engine.rows(30).await.len(), 30);
        engine.until(|update| matches!(update, Update::Progress(Stage::Idle { have: 30, of: 30 })).then_some(())).await;
    })
    .await;
    for flight in host.lines().split(|line| line == "--") {
        assert!(flight.len() <= 1, "{flight:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_is_read_once_and_its_parts_come_from_memory() {
    let host = Host::new(Manners::modern(5));
    with_engine(&host, async |engine| {
        engine.open("secret");
        let reference = MessageRef::top(4);
        engine.send(Request::Read(reference.clone()));
        let view = engine
            .until(|update| match update {
                Update::Message(view) => Some((**view).clone()),
                _ => None,
            })
            .await;
        assert_eq!(view.text.to_string(), "Text of 4\n.dot");
        engine.send(Request::Fetch { message: reference.clone(), part: view.attachments[0].part });
        let bytes = engine
            .until(|update| match update {
                Update::Attachment { bytes, name, .. } => Some((name.clone(), bytes.clone())),
                _ => None,
            })
            .await;
        assert_eq!(bytes, ("a.pdf".into(), b"%PDF".to_vec()));
        engine.send(Request::Source(reference.clone()));
        let source = engine
            .until(|update| match update {
                Update::Source(source) => Some((**source).clone()),
                _ => None,
            })
            .await;
        assert_eq!((source.name.as_str(), source.bytes), ("Message 4.eml", message(4)));
        engine.send(Request::Fetch { message: reference, part: PartId(99) });
        engine.until(|update| matches!(update, Update::MessageFailed { .. }).then_some(())).await;
    })
    .await;
    assert_eq!(host.lines().iter().filter(|line| line.starts_with("RETR")).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn rows_in_sight_come_before_others() {
    let host = Host::new(Manners::modern(5000));
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(50).await;
        engine.send(Request::Show { first: 3000, count: 20 });
        engine
            .until(|update| match update {
                Update::Rows(rows) => rows.iter().any(|row| row.position == 3000).then_some(()),
                _ => None,
            })
            .await;
    })
    .await;
    let tops = host.lines().iter().filter(|line| line.starts_with("TOP")).count();
    assert!(tops < 400, "{tops} headers were fetched for 70 rows in sight");
}

/// Numbers of the messages whose rows were asked for, in that order, since there were so many lines.
fn tops(host: &Host, since: usize) -> Vec<u32> {
    let said = host.lines();
    let tops = said[since..].iter().filter_map(|line| line.strip_prefix("TOP ")?.split(' ').next()?.parse().ok());
    tops.collect()
}

#[tokio::test(start_paused = true)]
async fn rows_are_asked_for_in_the_direction_of_scrolling_and_what_was_passed_is_last() {
    let host = Host::new(Manners::modern(100_000));
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(50).await;
        let mut since = host.lines().len();
        engine.send(Request::Show { first: 50_000, count: 20 });
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        // Position 50,000 is message 50,000, and what is below has lower numbers.
        let down = tops(&host, since);
        assert_eq!(down[..20], (49_981..=50_000).rev().collect::<Vec<_>>(), "those in sight as they came into it");
        assert_eq!(down[20..70], (49_931..=49_980).rev().collect::<Vec<_>>(), "those that come next");
        assert_eq!(down[70..], (50_001..=50_050).collect::<Vec<_>>(), "those that were passed");
        since = host.lines().len();
        engine.send(Request::Show { first: 20_000, count: 20 });
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        let up = tops(&host, since);
        assert_eq!(up[..20], (79_981..=80_000).collect::<Vec<_>>());
        assert_eq!(up[20..70], (80_001..=80_050).collect::<Vec<_>>());
        assert_eq!(up[70..], (79_931..=79_980).rev().collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn however_fast_one_scrolls_the_rows_in_sight_are_asked_for_at_once_and_no_more_than_two_flights_are_under_way() {
    let host = Host::new(Manners::modern(100_000));
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(50).await;
        engine.send(Request::Show { first: 0, count: 20 });
        let since = host.lines().len();
        // Faster than anything is answered.
        for first in (1_000..=90_000).step_by(1_000) {
            engine.send(Request::Show { first, count: 20 });
        }
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        let asked = tops(&host, since);
        let last = asked.iter().position(|number| *number == 10_000).expect("the row in sight is asked for");
        assert!(last < 128, "{last} others were asked for before");
        assert!(asked.len() < 128 + 20 + 100, "{} headers for 20 rows in sight", asked.len());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn one_refused_message_costs_that_message() {
    let host = Host::new(Manners { damaged: vec![2], ..Manners::modern(3) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        let rows = engine.rows(3).await;
        assert!(matches!(&rows[1].fault, Some(Flaw::Refused(said)) if said.contains("cannot read it")), "{rows:?}");
        assert!(rows[0].fault.is_none() && rows[2].fault.is_none());
        engine.send(Request::Read(MessageRef::top(2)));
        let failure = engine
            .until(|update| match update {
                Update::MessageFailed { failure, .. } => Some((**failure).clone()),
                _ => None,
            })
            .await;
        assert_eq!((failure.kind, failure.blame), (FailureKind::NoSuchMessage, Blame::Server));
        engine.send(Request::Read(MessageRef::top(1)));
        engine.until(|update| matches!(update, Update::Message(_)).then_some(())).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn without_top_a_few_messages_are_fetched_whole_and_the_others_say_so() {
    for capa in [Some("UIDL\r\nPIPELINING\r\nUSER\r\n"), None] {
        let host = Host::new(Manners { capa, top: false, ..Manners::modern(100) });
        with_engine(&host, async |engine| {
            engine.open("secret");
            engine.send(Request::Show { first: 0, count: 50 });
            engine
                .until(|update| match update {
                    Update::Rows(rows) => {
                        rows.iter().any(|row| row.position == 40 && row.fault.is_some()).then_some(())
                    }
                    _ => None,
                })
                .await;
            let whole = engine.seen.iter().find_map(|update| match update {
                Update::Rows(rows) => rows.iter().find(|row| row.position == 3 && row.fault.is_none()),
                _ => None,
            });
            assert_eq!(whole.map(|row| row.subject.as_str()), Some("Message 97"), "{capa:?}");
        })
        .await;
        let whole = host.lines().iter().filter(|line| line.starts_with("RETR")).count();
        assert_eq!(whole, 30, "{capa:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_login_is_told_by_its_reason() {
    for (refusal, kind, blame) in [
        ("-ERR [AUTH] no", FailureKind::WrongPassword, Blame::User),
        ("-ERR no", FailureKind::WrongPassword, Blame::User),
        ("-ERR [IN-USE] locked", FailureKind::InUse, Blame::User),
        ("-ERR [LOGIN-DELAY] soon", FailureKind::TryLater { seconds: None }, Blame::Server),
        ("-ERR [SYS/TEMP] later", FailureKind::TryLater { seconds: None }, Blame::Server),
        ("-ERR [SYS/PERM] never", FailureKind::Refused, Blame::Server),
    ] {
        let host = Host::new(Manners { refusal, refuses: true, ..Manners::modern(3) });
        with_engine(&host, async |engine| {
            engine.open("secret");
            let failure = engine.failed().await;
            assert_eq!((failure.kind, failure.blame), (kind, blame), "{refusal}");
        })
        .await;
        assert_eq!(host.connections.load(std::sync::atomic::Ordering::SeqCst), 1, "{refusal}: asked once only");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_pop3_server_is_named() {
    for (greeting, kind) in [
        ("220 smtp.example.org ESMTP", FailureKind::NotPop3),
        ("* OK IMAP4rev1", FailureKind::NotPop3),
        ("HTTP/1.1 400 Bad Request", FailureKind::NotPop3),
        ("-ERR too many connections", FailureKind::Refused),
        ("-ERR [SYS/TEMP] overloaded", FailureKind::TryLater { seconds: None }),
    ] {
        let host = Host::new(Manners { greeting, ..Manners::modern(3) });
        with_engine(&host, async |engine| {
            engine.open("secret");
            assert_eq!(engine.failed().await.kind, kind, "{greeting}");
        })
        .await;
        assert!(!host.lines().iter().any(|line| line.contains("secret")), "{greeting}: the password was sent");
    }
}

#[tokio::test(start_paused = true)]
async fn the_bridges_reasons_become_failures_with_the_right_blame() {
    for (code, kind, blame) in [
        (CloseCode::Unauthorized, FailureKind::BridgeUnauthorized, Blame::User),
        (CloseCode::Forbidden, FailureKind::Forbidden, Blame::Operator),
        (CloseCode::TooMany, FailureKind::BridgeBusy, Blame::Operator),
        (CloseCode::UnknownHost, FailureKind::UnknownHost, Blame::User),
        (CloseCode::ConnectRefused, FailureKind::Unreachable, Blame::Server),
        (CloseCode::TlsFailed, FailureKind::TlsFailed, Blame::Operator),
    ] {
        let mut host = Host::new(Manners::modern(1));
        host.fault = Some(TunnelFault::refused(code, "so it is"));
        with_engine(&host, async |engine| {
            engine.open("secret");
            let failure = engine.failed().await;
            assert_eq!((failure.kind, failure.blame, failure.detail.as_str()), (kind, blame, "so it is"));
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn clear_text_is_not_spoken_unless_the_user_agreed() {
    let host = Host::new(Manners::modern(1));
    with_engine(&host, async |engine| {
        engine.send(Request::Open(Box::new(restante_api::OpenMailbox {
            cleartext_agreed: false,
            ..support::open("secret")
        })));
        assert_eq!(engine.failed().await.kind, FailureKind::CleartextNotAgreed);
    })
    .await;
    assert!(host.lines().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_breaks_under_pipelining_is_asked_again_in_lock_step() {
    let host = Host::new(Manners { breaks_pipelines: true, ..Manners::modern(20) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.send(Request::Read(MessageRef::top(7)));
        let mut wanted = (false, false);
        engine
            .until(|update| {
                wanted.0 |= matches!(update, Update::Message(view) if view.subject == "Message 7");
                wanted.1 |= matches!(update, Update::Progress(Stage::Idle { have: 20, of: 20 }));
                (wanted == (true, true)).then_some(())
            })
            .await;
        assert!(!engine.seen.iter().any(|update| matches!(update, Update::Failed(_))));
    })
    .await;
    // Once with the login alone in between, for the same silence is mended by that where only a login breaks.
    assert_eq!(host.connections.load(std::sync::atomic::Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_loses_what_travels_behind_the_login_is_sent_nothing_along_with_it_and_pipelined_all_the_same() {
    let host = Host::new(Manners { loses_behind_login: true, ..Manners::modern(20) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(20).await;
    })
    .await;
    assert_eq!(host.connections.load(std::sync::atomic::Ordering::SeqCst), 2);
    let said = host.lines();
    let login = said.iter().rposition(|line| line.starts_with("PASS")).unwrap();
    assert_eq!(said[login + 1], "--", "nothing along with the login: {said:?}");
    let tops = said[login..].iter().position(|line| line.starts_with("TOP")).unwrap() + login;
    assert!(said[tops + 1].starts_with("TOP"), "pipelined: {said:?}");
}

#[tokio::test(start_paused = true)]
async fn after_the_connection_is_lost_for_good_what_was_read_stays_readable() {
    let refuses = Manners { refuses: true, refusal: "-ERR [SYS/PERM] never again", ..Manners::modern(3) };
    let first = Manners { hangs_up_on: Some(1), capa: Some("TOP\r\nUSER\r\n"), ..Manners::modern(3) };
    let host = Host::new(first.then(refuses));
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.send(Request::Read(MessageRef::top(3)));
        engine.until(|update| matches!(update, Update::Message(_)).then_some(())).await;
        engine.send(Request::Read(MessageRef::top(1)));
        engine.until(|update| matches!(update, Update::MessageFailed { .. }).then_some(())).await;
        assert_eq!(engine.failed().await.kind, FailureKind::Refused);
        engine.send(Request::Read(MessageRef::top(3)));
        engine.until(|update| matches!(update, Update::Message(_)).then_some(())).await;
        engine.send(Request::Read(MessageRef::top(2)));
        engine.until(|update| matches!(update, Update::MessageFailed { .. }).then_some(())).await;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_end_only_silence_tells_is_there_in_seconds() {
    let messages = (1..=3).map(|number| message(number).trim_ascii_end().to_vec()).collect();
    let host = Host::new(Manners { glues_terminators: true, messages, ..Manners::modern(3) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(3).await;
        let asked = tokio::time::Instant::now();
        engine.send(Request::Read(MessageRef::top(2)));
        engine.until(|update| matches!(update, Update::Message(_)).then_some(())).await;
        assert!(asked.elapsed().as_secs() <= 4, "{:?}", asked.elapsed());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_idle_session_is_kept_alive() {
    let host = Host::new(Manners::modern(1));
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(1).await;
        tokio::time::sleep(std::time::Duration::from_secs(600)).await;
        engine.send(Request::Close);
        engine.until(|update| matches!(update, Update::Closed).then_some(())).await;
    })
    .await;
    let noops = host.lines().iter().filter(|line| *line == "NOOP").count();
    assert!((3..=5).contains(&noops), "{noops}");
}

#[tokio::test(start_paused = true)]
async fn a_second_open_closes_the_first_and_an_empty_maildrop_is_no_failure() {
    let host = Host::new(Manners { capa_after: Some(MODERN), ..Manners::modern(0) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.until(|update| matches!(update, Update::Opened { messages: 0, .. }).then_some(())).await;
        engine.until(|update| matches!(update, Update::Progress(Stage::Idle { .. })).then_some(())).await;
        engine.open("secret");
        engine.until(|update| matches!(update, Update::Opened { .. }).then_some(())).await;
    })
    .await;
    assert_eq!(host.lines().iter().filter(|line| *line == "QUIT").count(), 2);
    assert!(!host.lines().iter().any(|line| line.starts_with("LIST") || line.starts_with("TOP")));
}

#[tokio::test(start_paused = true)]
async fn utf_8_mode_is_asked_for_once_a_message_needs_it() {
    let capa = Some("TOP\r\nUIDL\r\nPIPELINING\r\nUSER\r\nUTF8\r\n");
    let host = Host::new(Manners { capa, needs_utf8: Some(2), ..Manners::modern(3) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.rows(3).await;
        engine.send(Request::Read(MessageRef::top(2)));
        engine.until(|update| matches!(update, Update::Message(_)).then_some(())).await;
    })
    .await;
    assert_eq!(host.connections.load(std::sync::atomic::Ordering::SeqCst), 2);
    let said = host.lines();
    let utf8 = said.iter().position(|line| line == "UTF8").expect("UTF8 was sent");
    assert!(
        said.iter().rposition(|line| line.starts_with("USER")) > Some(utf8),
        "UTF8 comes before the login: {said:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_tells_of_billions_of_messages_is_not_believed() {
    let host = Host::new(Manners { capa: None, stat: Some("+OK 4294967295 1"), ..Manners::modern(1) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        let failure = engine.failed().await;
        assert_eq!((failure.kind, failure.blame), (FailureKind::NotPop3, Blame::Server));
    })
    .await;
}
