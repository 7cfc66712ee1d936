//! Never lost, never doubled: the program `keep` is killed at any moment of a session that downloads and deletes, and
//! after each kill every message is at least once on one side and never twice in the store.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use restante_store::{Filter, List, Location, Order, Store};
use restante_tests::authority::Authority;
use restante_tests::dovecot::{Dovecot, Options, User};
use restante_tests::maildir::{self, Crowd};
use restante_tests::maildrop::{Habit, Maildrop};
use tempfile::TempDir;
use tokio::process::Command;

/// Messages of a maildrop under test.
const MESSAGES: u32 = 24;

/// Where they are taken from.
const CROWD: Crowd = Crowd { messages: 200_000, least: 700, most: 1_400 };

/// Cargo builds examples beside tests.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("examples").join("keep");
    assert!(program.exists(), "build it first: cargo build -p restante-engine --features keep --example keep");
    program
}

/// A mailbox on this machine and the server that it is kept from.
struct Kept {
    home: TempDir,
    url: String,
    more: Vec<String>,
}

impl Kept {
    fn new(url: String, more: &[&str]) -> Self {
        let home = TempDir::new().unwrap();
        std::fs::write(home.path().join("password"), "secret\n").unwrap();
        Self { home, url, more: more.iter().map(ToString::to_string).collect() }
    }

    fn from(server: &Maildrop) -> Self {
        Self::new(format!("pop://ann@127.0.0.1:{}/", server.port()), &["--security", "none"])
    }

    fn keep(&self) -> Command {
        let mut command = Command::new(program());
        command.arg("--store").arg(self.home.path().join("mailbox")).arg("--json").kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn sync(&self, policy: &str) -> Command {
        let mut command = self.keep();
        command.args(["sync", &self.url, "--policy", policy]).args(&self.more);
        command.arg("--password-file").arg(self.home.path().join("password"));
        command
    }

    async fn sync_whole(&self, policy: &str) -> std::process::Output {
        let output = tokio::time::timeout(Duration::from_secs(60), self.sync(policy).output()).await;
        output.expect("it ends").unwrap()
    }

    /// What the store holds now, whole messages only, with how often each is there.
    fn held(&self) -> HashMap<Vec<u8>, u32> {
        let mut held = HashMap::new();
        let file = self.home.path().join("mailbox").join("mail.sqlite");
        if !file.exists() {
            return held;
        }
        let store = Store::open(&Location::File(file)).unwrap();
        for account in store.accounts().unwrap() {
            for id in store.list(List::Account(account.id), Filter::All, Order::Newest).unwrap() {
                *held.entry(store.content(id).unwrap()).or_default() += 1;
            }
        }
        held
    }

    /// How many messages the store holds, whole or not.
    fn count(&self) -> usize {
        self.held().values().map(|times| *times as usize).sum()
    }

    /// Every message is at least once on one side, and never twice here.
    fn is_sound(&self, all: &[Vec<u8>], server: &[Vec<u8>], when: &str) {
        let held = self.held();
        for (number, message) in all.iter().enumerate() {
            let here = held.get(message).copied().unwrap_or(0);
            assert!(here <= 1, "{when}: message {number} is here {here} times");
            assert!(here == 1 || server.contains(message), "{when}: message {number} is lost");
        }
        assert_eq!(held.len(), held.keys().filter(|message| all.contains(message)).count(), "{when}: what is this?");
    }
}

/// Lines that no compression makes shorter.
fn noise(seed: u32, octets: usize) -> Vec<u8> {
    let mut dice = u64::from(seed) | 1;
    let mut lines = Vec::with_capacity(octets + 72);
    while lines.len() < octets {
        for _ in 0..10 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            lines.extend((0..7).map(|byte| b'!' + (dice >> (8 * byte)) as u8 % 90));
        }
        lines.extend(b"\r\n");
    }
    lines
}

/// 24 messages: most small, some of one size, one without anything that tells it apart, one large.
fn mail(salt: u32) -> Vec<Vec<u8>> {
    let mut mail: Vec<Vec<u8>> = (1..=MESSAGES - 4).map(|n| CROWD.message(salt + n)).collect();
    for n in 0..2 {
        mail.push(
            format!("Message-ID: <{salt}.{n}@same.example>\r\nSubject: one size\r\n\r\n.dot {n}\r\n").into_bytes(),
        );
    }
    mail.push(format!("Subject: bare\r\n\r\nnothing tells this apart but {salt}\r\n").into_bytes());
    let mut large = CROWD.message(salt + 5000);
    large.extend(noise(salt, 1_400_000));
    mail.insert(3, large);
    mail
}

/// Kills of each kind that are tried at least: 500 together.
const KILLS_AT_COMMANDS: u32 = 350;
const KILLS_AT_RANDOM: u32 = 150;

/// How long one run may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Kills the program at the first command of a session, at the second one of the next, and so on, until it comes to its
/// end. Returns the kills.
async fn kill_at_every_command(server: &Maildrop, all: &[Vec<u8>], name: &str) -> u32 {
    let kept = Kept::from(server);
    let (mut kills, mut held) = (0, 0);
    for command in 1..400 {
        server.take_commands();
        server.fall_silent_at(command);
        let mut child = kept.sync("delete-once-kept").stdout(Stdio::null()).spawn().unwrap();
        let is_silent = tokio::select! {
            () = server.silence() => true,
            _ = child.wait() => false,
            () = tokio::time::sleep(PATIENCE) => panic!("{name}: it hangs at command {command}"),
        };
        if is_silent && command % 2 == 0 {
            // Every other time it gets to see the answer before.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        child.kill().await.unwrap();
        kept.is_sound(all, &server.mail(), &format!("{name}, killed at command {command}"));
        let retrieved = server.take_commands().iter().filter(|command| command.starts_with("RETR")).count();
        // The bare one is looked at whole wherever UIDLs do not tell, and before it is deleted.
        assert!(
            held < all.len() || retrieved <= 2,
            "{name}, command {command}: {retrieved} messages are fetched again"
        );
        held = kept.count();
        if !is_silent && server.mail().is_empty() {
            assert_eq!(kept.held().len(), all.len(), "{name}");
            return kills;
        }
        kills += u32::from(is_silent);
    }
    panic!("{name}: it gets nowhere");
}

#[tokio::test]
async fn kills_at_every_command_lose_and_double_nothing_whatever_the_server_does_to_uidls_and_quit() {
    let mut kills = 0;
    for (round, habit) in (0..).zip([
        Habit::None,
        Habit::Renumbers,
        Habit::Repeats,
        Habit::NoUidl,
        Habit::DeletesWithoutAnswer,
        Habit::ForgetsOnce,
        Habit::NumbersAsUidls,
    ]) {
        let all = mail(round * 100);
        let server = Maildrop::start(habit, all.clone()).await.unwrap();
        kills += kill_at_every_command(&server, &all, &format!("{habit:?}")).await;
    }
    assert!(kills >= KILLS_AT_COMMANDS, "{kills} kills");
}

#[tokio::test]
async fn kills_at_random_between_a_real_server_and_the_store_lose_and_double_nothing() {
    let users: Vec<User> = (0..60)
        .map(|round| User { name: format!("u{round}"), password: "secret".into(), mail: mail(round * 100) })
        .collect();
    let options = Options {
        identity: Authority::new().unwrap().issue(&["localhost", "127.0.0.1"]).unwrap(),
        mechanisms: "plain login",
        users,
    };
    let dovecot = Dovecot::start(options).await.unwrap();
    let fingerprint: String = dovecot.fingerprint().iter().map(|octet| format!("{octet:02x}")).collect();
    let (mut kills, mut whole, mut dice) = (0, Duration::ZERO, 1_u64);
    for round in 0..60 {
        let (name, all) = (format!("u{round}"), mail(round * 100));
        let kept =
            Kept::new(format!("pops://{name}@127.0.0.1:{}/", dovecot.pops_port()), &["--trust-sha256", &fingerprint]);
        let folder = dovecot.maildir(&name);
        let server = || loop {
            // The server may be moving files meanwhile: then once more.
            if let Ok(mail) = maildir::contents(&folder) {
                break mail.into_iter().map(|(_, octets)| octets).collect::<Vec<_>>();
            }
        };
        for run in 1.. {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let begin = Instant::now();
            let mut child = kept.sync("delete-once-kept").stdout(Stdio::null()).spawn().unwrap();
            // The first of all runs to its end, and tells how long that takes; of others every sixth does.
            let wait = match (round, run % 6) {
                (0, _) | (_, 0) => PATIENCE,
                _ => whole.mul_f64((dice >> 33) as f64 / f64::from(1u32 << 31)),
            };
            let is_ended = tokio::time::timeout(wait, child.wait()).await.is_ok();
            child.kill().await.unwrap();
            kept.is_sound(&all, &server(), &format!("user {round}, kill {kills}, after {wait:?}"));
            if wait < PATIENCE {
                // Machines are slower and faster as they like: most runs are to be killed, and some to end.
                whole = whole.mul_f64(if is_ended { 0.7 } else { 1.05 });
            }
            if is_ended && server().is_empty() {
                if round == 0 {
                    whole = begin.elapsed();
                }
                break;
            }
            kills += u32::from(!is_ended);
        }
        if kills >= KILLS_AT_RANDOM {
            return;
        }
    }
    panic!("{kills} kills");
}

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
    }
    assert!(kept.sync_whole("delete-once-kept").await.status.success());
    kept.is_sound(&all, &[], "with room");
    assert!(server.mail().is_empty());
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
async fn a_pause_keeps_what_is_under_way_and_the_next_run_goes_on_newest_first_with_progress() {
    let all: Vec<_> = (1..=1000).map(|n| [CROWD.message(n), noise(n, 20_000)].concat()).collect();
    let server = Maildrop::start(Habit::None, all.clone()).await.unwrap();
    let kept = Kept::from(&server);
    // Silent in the middle of the listing's messages, so that the pause comes before they have all been asked for.
    server.fall_silent_at(100);
    let child = kept.sync("leave").spawn().unwrap();
    server.silence().await;
    let process = rustix::process::Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    server.go_on();
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.unwrap().unwrap();
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
    let process = rustix::process::Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(kept.count(), mail(0).len() + 1);
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
