//! What is fetched, when, and what is deleted on the server: as the user decided.

use std::time::{Duration, Instant};

use restante_tests::maildrop::{Habit, Maildrop};

use super::{CROWD, Kept, mail, noise};

#[tokio::test]
async fn headers_alone_are_kept_where_that_is_wanted_and_nothing_is_deleted_for_them() {
    let all = mail(0);
    let server = Maildrop::start(Habit::None, all.clone()).await.unwrap();
    let kept = Kept::from(&server);
    kept.sync_whole("headers-only").await;
    assert!(kept.held().keys().all(|source| source.ends_with(b"\r\n\r\n")));
    assert!(!server.take_commands().iter().any(|command| command.starts_with("RETR")));
    assert_eq!(server.mail(), all);
    kept.sync_whole("delete-once-kept").await;
    assert_eq!(kept.held().len(), all.len(), "the rest was fetched, into the same places");
    kept.is_sound(&all, &server.mail(), "completed");
    let commands = server.take_commands();
    let last_retr = commands.iter().rposition(|command| command.starts_with("RETR"));
    let first_dele = commands.iter().position(|command| command.starts_with("DELE"));
    assert!(last_retr < first_dele, "a header is not the message");
}

#[tokio::test]
async fn the_size_limit_spares_large_messages_until_their_rest_is_asked_for() {
    let all = mail(0);
    let server = Maildrop::start(Habit::None, all.clone()).await.unwrap();
    let kept = Kept::from(&server);
    let sync = || kept.sync("delete-once-kept").args(["--size-limit", "100000"]).output();
    assert!(sync().await.unwrap().status.success());
    assert_eq!(server.mail(), [all[3].clone()], "the large one stays, the others are kept and deleted");
    assert_eq!(kept.count(), all.len());
    let output = kept.keep().arg("list").output().await.unwrap();
    let rows = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = rows.lines().find(|row| row.contains("\"whole\":false")).unwrap();
    let id = serde_json::from_str::<serde_json::Value>(row).unwrap()["id"].to_string();
    assert!(kept.keep().args(["rest", &id]).output().await.unwrap().status.success());
    assert!(sync().await.unwrap().status.success());
    kept.is_sound(&all, &[], "the rest");
    assert!(server.mail().is_empty(), "kept whole, so deleted");
}

#[tokio::test]
async fn what_is_deleted_here_is_deleted_there_and_its_number_is_told_before() {
    let all = mail(0);
    let server = Maildrop::start(Habit::None, all.clone()).await.unwrap();
    let kept = Kept::from(&server);
    kept.sync_whole("delete-when-deleted-here").await;
    assert_eq!(server.mail(), all);
    assert!(kept.keep().args(["delete", "2", "3"]).output().await.unwrap().status.success());
    let would = |policy: &'static str| {
        let command = kept.keep().args(["would-delete", policy]).output();
        async { String::from_utf8(command.await.unwrap().stdout).unwrap() }
    };
    assert!(would("delete-when-deleted-here").await.contains("\"messages\":2"));
    assert!(would("delete-once-kept").await.contains(&format!("\"messages\":{}", all.len())));
    assert!(would("delete-after=30").await.contains("\"messages\":0"));
    assert!(would("leave").await.contains("\"messages\":0"));
    kept.sync_whole("delete-when-deleted-here").await;
    assert_eq!(server.mail().len(), all.len() - 2);
    kept.is_sound(&all, &[], "all are here");
    kept.sync_whole("delete-after=30").await;
    assert_eq!(server.mail().len(), all.len() - 2, "they have not been here for so long");
    kept.sync_whole("delete-after=0").await;
    assert!(server.mail().is_empty());
}

#[tokio::test]
async fn the_pause_that_a_server_wants_between_logins_is_waited_for_and_its_expiry_is_told() {
    let server = Maildrop::start(Habit::WantsPauses, [CROWD.message(1)]).await.unwrap();
    let kept = Kept::from(&server);
    let mut last: Option<Instant> = None;
    for run in 0..3 {
        let is_soon = last.replace(Instant::now()).is_some_and(|last| last.elapsed() < Duration::from_secs(2));
        let output = kept.sync_whole("leave").await;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "run {run}: {told}");
        assert!(!is_soon || told.contains("\"delayed\""), "run {run}: {told}");
        assert!(told.contains("\"days\":30"), "{told}");
    }
}

#[tokio::test]
async fn with_headers_alone_the_rest_is_fetched_before_the_server_removes_it() {
    // Undated mail came when it was first seen.
    let (old, new) = (CROWD.message(1), b"From: ana@example.org\r\nSubject: new\r\n\r\nA body.\r\n".to_vec());
    let server = Maildrop::start(Habit::WantsPauses, [old.clone(), new]).await.unwrap();
    let kept = Kept::from(&server);
    kept.sync_whole("headers-only").await;
    let (held, commands) = (kept.held(), server.take_commands());
    assert!(held.keys().all(|source| source.ends_with(b"\r\n\r\n")), "{commands:?}");
    kept.sync_whole("headers-only").await;
    let commands = server.take_commands();
    let retrieved: Vec<_> = commands.iter().filter(|command| command.starts_with("RETR")).collect();
    assert_eq!(retrieved, ["RETR 1"]);
    assert!(kept.held().contains_key(&old));
    assert_eq!(kept.count(), 2);
}

#[tokio::test]
async fn a_pause_keeps_what_is_under_way_and_the_next_run_goes_on_newest_first_with_progress() {
    let all: Vec<_> = (1..=1000).map(|n| [CROWD.message(n), noise(n, 20_000)].concat()).collect();
    let server = Maildrop::start(Habit::None, all.clone()).await.unwrap();
    let kept = Kept::from(&server);
    // Silent in the middle of the listing's messages, so that the pause comes before they have all been asked for.
    server.fall_silent_at(100);
    let child = kept.sync("leave").spawn().unwrap();
    server.silence().await;
    let output = Kept::interrupt(child, || server.go_on()).await;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let done: serde_json::Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    let (new, left) = (done["new"].as_u64().unwrap(), done["left"].as_u64().unwrap());
    assert!(new >= 90 && left > 0 && new + left == 1000, "{told}");
    assert_eq!(output.status.code(), Some(1), "not all is done: {told}");
    assert_eq!(server.take_commands().last().unwrap(), "QUIT", "the session is closed as it should be");
    let held = kept.held();
    assert!(
        all[1000 - usize::try_from(new).unwrap()..].iter().all(|message| held.contains_key(message)),
        "newest first"
    );
    let output = kept.sync_whole("leave").await;
    assert!(output.status.success());
    assert_eq!(kept.count(), 1000);
    let retrieved = server.take_commands().iter().filter(|command| command.starts_with("RETR")).count() as u64;
    assert_eq!(retrieved, left, "nothing is fetched twice");
}

#[tokio::test]
async fn mail_is_checked_for_again_and_again_until_it_is_ended() {
    let server = Maildrop::start(Habit::None, mail(0)).await.unwrap();
    let kept = Kept::from(&server);
    let child = kept.sync("leave").args(["--every", "1s"]).spawn().unwrap();
    let quits = |server: &Maildrop| server.take_commands().iter().filter(|command| *command == "QUIT").count();
    let mut seen = 0;
    while seen < 3 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = quits(&server);
        if seen == 0 && now > 0 {
            server.deliver(CROWD.message(999));
        }
        seen += now;
    }
    let output = Kept::interrupt(child, || ()).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(kept.count(), mail(0).len() + 1);
}
