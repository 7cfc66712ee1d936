//! Servers that give out UIDLs as they like, and messages that cannot be had.

use restante_tests::maildrop::{Habit, Maildrop};

use super::{CROWD, Kept, mail, noise};

#[tokio::test]
async fn what_is_left_on_the_server_is_fetched_once_and_never_deleted() {
    for habit in [Habit::None, Habit::Renumbers, Habit::Repeats, Habit::NoUidl] {
        let all = mail(0);
        let server = Maildrop::start(habit, all.clone()).await.unwrap();
        let headers = Kept::from(&server);
        for _ in 0..3 {
            headers.sync_whole("headers-only").await;
            assert_eq!(headers.count(), all.len(), "{habit:?}");
        }
        let kept = Kept::from(&server);
        for _ in 0..3 {
            let output = kept.sync_whole("leave").await;
            assert!(output.status.success(), "{habit:?}: {output:?}");
            assert_eq!(server.mail(), all);
            kept.is_sound(&all, &[], &format!("{habit:?}"));
            assert!(!server.take_commands().iter().any(|command| command.starts_with("DELE")));
        }
        server.deliver(CROWD.message(900));
        kept.sync_whole("leave").await;
        assert_eq!(kept.held().len(), all.len() + 1, "{habit:?}");
    }
}

#[tokio::test]
async fn new_uidls_for_known_messages_cost_their_headers_alone() {
    let server = Maildrop::start(Habit::None, mail(0)).await.unwrap();
    let kept = Kept::from(&server);
    kept.sync_whole("leave").await;
    server.change(Habit::Renumbers);
    server.take_commands();
    kept.sync_whole("leave").await;
    let retrieved = server.take_commands().iter().filter(|command| command.starts_with("RETR")).count();
    assert_eq!(retrieved, 1, "only the message whose header tells nothing is fetched again, and known by its octets");
    assert_eq!(kept.held().len(), mail(0).len());
}

#[tokio::test]
async fn one_bad_message_costs_itself_and_is_said() {
    for habit in [Habit::RefusesThird, Habit::BreaksWithinThird] {
        let all = mail(0);
        let server = Maildrop::start(habit, all.clone()).await.unwrap();
        let kept = Kept::from(&server);
        let output = kept.sync_whole("delete-once-kept").await;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{habit:?}: {told}");
        assert!(told.contains("\"failed-message\"") && told.contains("uid3"), "{habit:?}: {told}");
        assert_eq!(kept.held().len(), all.len() - 1, "{habit:?}");
        assert_eq!(server.mail(), [all[2].clone()], "{habit:?}: it stays on the server, and the others are done with");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_in_100_megabytes_costs_the_other_messages_nothing_and_that_one_is_left_for_later() {
    let mut all = mail(0);
    all.truncate(12);
    all[2] = CROWD.message(7777);
    all[2].extend(noise(7, 1 << 20).repeat(100));
    let server = Maildrop::start(Habit::BreaksWithinThird, all.clone()).await.unwrap();
    let kept = Kept::from(&server);
    let output = kept.sync_whole("delete-once-kept").await;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    let events: Vec<serde_json::Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let waits = events.iter().filter(|event| event["event"] == "again").count();
    assert_eq!(waits, 2, "each break is told, with the time that is waited: {told}");
    let failed: Vec<_> = events.iter().filter(|event| event["event"] == "failed-message").collect();
    assert!(failed.len() == 1 && failed[0]["uid"] == "uid3" && failed[0]["retry_at"].is_u64(), "{told}");
    assert!(events.last().unwrap()["failed"] == 1, "{told}");
    assert_eq!(kept.count(), all.len() - 1);
    assert_eq!(server.mail().len(), 1, "the others are kept and done with, and that one stays on the server");
    let commands = server.take_commands();
    let sessions: Vec<_> = commands.split(|command| command.starts_with("USER")).skip(1).collect();
    let retrieved =
        |session: &[String]| session.iter().filter(|command| command.starts_with("RETR")).cloned().collect();
    let (second, third): (Vec<_>, Vec<String>) = (retrieved(sessions[1]), retrieved(sessions[2]));
    assert_eq!(second.last().unwrap(), "RETR 3", "what broke a connection comes last: {second:?}");
    assert!(third.is_empty(), "and then later: {third:?}");
    // Whether or not the server can give it by now: not before its time.
    server.change(Habit::None);
    kept.sync_whole("delete-once-kept").await;
    assert!(retrieved(&server.take_commands()).is_empty() && server.mail().len() == 1);
    assert!(
        kept.keep().arg("check").output().await.unwrap().status.success(),
        "nothing is left of what had come of it"
    );
}

#[tokio::test]
async fn a_uidl_that_names_another_message_deletes_nothing() {
    let all = mail(0);
    let server = Maildrop::start(Habit::NumbersAsUidls, all.clone()).await.unwrap();
    let kept = Kept::from(&server);
    kept.sync_whole("leave").await;
    // The first is gone by other means: every UIDL names another message now, some of the same size.
    server.remove_oldest();
    let rest = all[1..].to_vec();
    kept.sync_whole("leave").await;
    assert_eq!(server.mail(), rest);
    kept.is_sound(&all, &[], "renumbered");
    kept.sync_whole("delete-once-kept").await;
    kept.is_sound(&all, &[], "deleted");
}

#[tokio::test]
async fn a_message_with_the_header_size_and_uidl_of_another_is_not_deleted_in_its_place() {
    let bare = |n: u32| format!("Subject: bare\r\n\r\nnumber {n}\r\n").into_bytes();
    let server = Maildrop::start(Habit::NumbersAsUidls, [bare(1), bare(2)]).await.unwrap();
    let kept = Kept::from(&server);
    kept.sync_whole("leave").await;
    server.remove_oldest();
    server.deliver(bare(3));
    let all = [bare(1), bare(2), bare(3)];
    for _ in 0..3 {
        kept.sync_whole("delete-once-kept").await;
        kept.is_sound(&all, &server.mail(), "names go round");
    }
    assert!(server.mail().is_empty(), "in the end all are kept, and deleted");
}

#[tokio::test]
async fn a_new_message_with_the_uidl_and_size_of_another_is_fetched_where_other_uidls_contradict_what_is_known() {
    let message = |n: u32, octets: usize| {
        let head = format!("Message-ID: <{n}@x>\r\nSubject: {n}\r\n\r\n");
        [head.into_bytes(), vec![b'x'; octets], b"\r\n".to_vec()].concat()
    };
    let mut all = vec![message(1, 10), message(2, 20), message(3, 30)];
    let server = Maildrop::start(Habit::NumbersAsUidls, all.clone()).await.unwrap();
    let kept = Kept::from(&server);
    kept.sync_whole("leave").await;
    // The third UIDL stands for another message of the same size from now on.
    server.remove_oldest();
    server.deliver(message(4, 30));
    all.push(message(4, 30));
    kept.sync_whole("leave").await;
    kept.is_sound(&all, &[], "all four are here");
}
