//! The mailbox's own file, others beside it, and the command line.

use restante_tests::maildrop::{Habit, Maildrop};

use super::{CROWD, Kept, mail, noise};

#[tokio::test]
async fn an_export_taken_in_again_holds_every_octet() {
    let all = mail(0);
    let server = Maildrop::start(Habit::None, all.clone()).await.unwrap();
    let kept = Kept::from(&server);
    kept.sync_whole("leave").await;
    let file = kept.home.path().join("backup.mbox");
    let output = kept.keep().args(["export", "--mbox"]).arg(&file).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let other = Kept::from(&server);
    let output = other.keep().args(["import", "--mbox"]).arg(&file).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    other.is_sound(&all, &[], "imported");
    let output = other.keep().arg("check").output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains(&format!("\"messages\":{}", all.len())));
    let output = other.keep().args(["search", "subject:\"one size\""]).output().await.unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2);
}

#[tokio::test]
async fn on_a_full_device_nothing_is_deleted_on_the_server_that_is_not_here_and_it_is_said() {
    let all = mail(0);
    let server = Maildrop::start(Habit::None, all.clone()).await.unwrap();
    let kept = Kept::from(&server);
    for octets in ["300000", "800000", "1300000"] {
        let output = kept.sync("delete-once-kept").args(["--room", octets]).output().await.unwrap();
        assert_eq!(output.status.code(), Some(1), "{octets}: {output:?}");
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(words.contains("no room left") && words.contains("nothing was deleted"), "{octets}: {words}");
        kept.is_sound(&all, &server.mail(), octets);
        let output = kept.keep().arg("check").output().await.unwrap();
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["missing"], all.len() - kept.count(), "{octets}");
    }
    assert!(kept.sync_whole("delete-once-kept").await.status.success());
    kept.is_sound(&all, &[], "with room");
    assert!(server.mail().is_empty());
}

#[tokio::test]
async fn wherever_a_device_is_full_it_is_known_how_many_messages_have_not_come() {
    // Small, so that many come together with the one that finds the device full.
    let all: Vec<_> = (1..=1500).map(|n| [CROWD.message(n), noise(n, 400)].concat()).collect();
    let server = Maildrop::start(Habit::None, all.clone()).await.unwrap();
    let kept = Kept::from(&server);
    for octets in (600_000..2_600_000_u64).step_by(80_000) {
        let output = kept.sync("leave").args(["--room", &octets.to_string()]).output().await.unwrap();
        assert_eq!(output.status.code(), Some(1), "{octets}: {output:?}");
        let output = kept.keep().arg("check").output().await.unwrap();
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["faults"], serde_json::json!([]), "{octets}");
        assert_eq!(told["missing"], all.len() - kept.count(), "{octets}");
    }
    assert!(kept.count() > 0);
}

#[tokio::test]
async fn what_is_left_of_a_damaged_mailbox_is_written_into_a_file_and_can_be_taken_in_again() {
    let all = mail(0);
    let server = Maildrop::start(Habit::None, all.clone()).await.unwrap();
    let kept = Kept::from(&server);
    kept.sync_whole("leave").await;
    let path = kept.home.path().join("mailbox").join("mail.sqlite");
    let mut bytes = std::fs::read(&path).unwrap();
    // In the middle of the large message.
    let octets = &all[3][700_000..700_032];
    let middle = bytes.windows(32).position(|window| window == octets).unwrap() / 8192 * 8192;
    bytes[middle + 4000..middle + 4100].fill(b'?');
    std::fs::write(&path, &bytes).unwrap();
    let output = kept.keep().arg("check").output().await.unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let file = kept.home.path().join("rescued.mbox");
    let output = kept.keep().args(["rescue", "--mbox"]).arg(&file).output().await.unwrap();
    assert_eq!(output.status.code(), Some(1), "not all is as it was: {output:?}");
    let other = Kept::from(&server);
    let output = other.keep().args(["import", "--mbox"]).arg(&file).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let held = other.held();
    assert!(all.iter().filter(|message| held.contains_key(*message)).count() >= all.len() - 2);
}

#[tokio::test]
async fn a_wrong_command_line_ends_with_2_and_a_wrong_password_with_1() {
    let server = Maildrop::start(Habit::None, mail(0)).await.unwrap();
    let kept = Kept::from(&server);
    for wrong in [&["sync"][..], &["sync", "http://x/", "--password-file", "x"], &["search", "before:soon"], &["fly"]] {
        let output = kept.keep().args(wrong).output().await.unwrap();
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {output:?}");
    }
    drop(server);
    assert_eq!(kept.sync_whole("leave").await.status.code(), Some(1));
}
