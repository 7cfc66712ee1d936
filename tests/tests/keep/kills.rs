//! The program is killed at any moment of a session that downloads and deletes, and after each kill every message is at
//! least once on one side and never twice in the store.

use std::process::Stdio;
use std::time::{Duration, Instant};

use restante_tests::authority::Authority;
use restante_tests::dovecot::{Dovecot, Options, User};
use restante_tests::maildir;
use restante_tests::maildrop::{Habit, Maildrop};

use super::{Kept, PATIENCE, mail};

/// Kills of each kind that are tried at least: 500 together.
const KILLS_AT_COMMANDS: u32 = 350;
const KILLS_AT_RANDOM: u32 = 150;

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
