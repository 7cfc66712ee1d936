//! Searching in a preview: among the rows that are known, and those that are fetched for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use restante_api::{CallId, FailureKind, Request, Stage, Update};
use support::{Engine, Host, MODERN, Manners, with_engine};

fn search(engine: &Engine, query: &str, fetch: bool) -> CallId {
    engine.send(Request::Search { query: query.into(), fetch })
}

/// The numbers that were found, and how many messages were looked at.
async fn found(engine: &mut Engine, asked: CallId) -> (Vec<u32>, u32) {
    match engine.answer(asked).await {
        Update::Found { found, searched, .. } => (found.iter().map(|found| found.number).collect(), searched),
        other => panic!("{other:?}"),
    }
}

async fn opened(engine: &mut Engine, rows: usize) {
    engine.open("secret");
    engine.rows(rows).await;
    engine.until(|update| matches!(update, Update::Progress(Stage::Idle { .. })).then_some(())).await;
}

fn tops(host: &Host) -> usize {
    host.lines().iter().filter(|line| line.starts_with("TOP")).count()
}

#[tokio::test(start_paused = true)]
async fn what_is_known_is_searched_and_nothing_is_asked_of_the_server() {
    let host = Host::new(Manners::modern(200));
    with_engine(&host, async |engine| {
        opened(engine, 50).await;
        let asked = tops(&host);
        for (query, numbers) in [
            ("message 17", vec![179, 178, 177, 176, 175, 174, 173, 172, 171, 170]),
            ("from:s180@a.example", vec![180]),
            ("\"Text of 199\"", vec![199]),
            ("subject:text", vec![]),
            ("-subject:185 message 18", vec![189, 188, 187, 186, 184, 183, 182, 181, 180]),
            ("in:archive", vec![]),
        ] {
            let search = search(engine, query, false);
            assert_eq!(found(engine, search).await, (numbers, 50), "{query}");
        }
        assert_eq!(tops(&host), asked);
        for query in ["after:soon", "is:unread"] {
            let search = search(engine, query, false);
            let update = engine.answer(search).await;
            assert!(
                matches!(update, Update::Refused(failure) if matches!(failure.kind, FailureKind::BadSearch(_))),
                "{query}"
            );
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn headers_that_are_missing_are_fetched_once_until_the_search_ends() {
    for capa in [MODERN, "TOP\r\nUIDL\r\nUSER\r\n"] {
        let host = Host::new(Manners { capa: Some(capa), ..Manners::modern(200) });
        with_engine(&host, async |engine| {
            opened(engine, 50).await;
            let asked = search(engine, "message 7", true);
            let mut last = found(engine, asked).await;
            while last.1 < 200 {
                last = found(engine, asked).await;
            }
            assert_eq!(last, (vec![79, 78, 77, 76, 75, 74, 73, 72, 71, 70, 7], 200));
            assert_eq!(tops(&host), 200, "none twice");
        })
        .await;
    }
    let host = Host::new(Manners::modern(2000));
    with_engine(&host, async |engine| {
        opened(engine, 50).await;
        let asked = search(engine, "message 7", true);
        while found(engine, asked).await.1 < 300 {}
        engine.cancel(asked);
        engine.until(|update| matches!(update, Update::Progress(Stage::Idle { .. })).then_some(())).await;
        assert!(tops(&host) < 1000, "{}", tops(&host));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_comes_with_a_new_session_is_found_under_the_numbers_it_has_then() {
    let host = Host::new(Manners::modern(30).then(Manners { first_uid: 11, ..Manners::modern(30) }));
    with_engine(&host, async |engine| {
        opened(engine, 30).await;
        let asked = search(engine, "from:s12@a.example", false);
        assert_eq!(found(engine, asked).await, (vec![12], 30));
        engine.send(Request::Check);
        let mut last = found(engine, asked).await;
        while last.1 < 30 {
            last = found(engine, asked).await;
        }
        assert_eq!(last.0, [2], "what was number 12 is number 2 now");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn without_top_the_search_says_what_it_has_looked_at_and_comes_to_an_end() {
    let host = Host::new(Manners { capa: Some("UIDL\r\nUSER\r\n"), top: false, ..Manners::modern(200) });
    with_engine(&host, async |engine| {
        engine.open("secret");
        engine.until(|update| matches!(update, Update::Progress(Stage::Idle { .. })).then_some(())).await;
        let asked = search(engine, "message", true);
        let mut last = found(engine, asked).await;
        while last.1 < 200 {
            last = found(engine, asked).await;
        }
        assert_eq!(last.0.len(), 30, "those that were fetched whole");
    })
    .await;
}
