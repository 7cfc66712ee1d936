//! What a host's services for kept mail must hold, of those on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's assertions")]

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use restante_native::{Folder, InMemory, Native};
use restante_protocol::pop3::Secret;
use restante_services as services;
use tempfile::TempDir;

/// Names the folder that a killed writer writes into: this test, run by itself as another process.
const WRITES: &str = "RESTANTE_WRITES_INTO";

#[tokio::test(flavor = "current_thread")]
async fn a_folder_keeps_what_is_written() {
    let folder = TempDir::new().unwrap();
    services::keeps_what_is_written(|| Folder::new(folder.path().join("mail"))).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_folder_lets_one_in_at_a_time() {
    let folder = TempDir::new().unwrap();
    services::lets_one_in_at_a_time(|| Folder::new(folder.path()), &Native).await;
}

#[tokio::test(flavor = "current_thread")]
async fn secrets_in_memory_are_found_by_their_names() {
    let secrets = InMemory::default();
    services::keeps_secrets(|| secrets.clone(), &Secret::new("s3cret")).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_writer_that_is_killed_twenty_times_leaves_whole_batches_and_no_lock() {
    if let Some(folder) = env::var_os(WRITES) {
        services::write_batches(Folder::new(folder), async |batches| {
            println!("batches {batches}");
            std::io::stdout().flush().unwrap();
        })
        .await;
    }
    let folder = TempDir::new().unwrap();
    let mut before = 0;
    for round in 0..20 {
        let mut writer = writer(folder.path());
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        // Somewhere in the work on the batch after this one.
        let mut told = None;
        for line in lines.by_ref() {
            let line = line.unwrap();
            // The test's own process prints the test's name in front.
            if let Some((_, batches)) = line.rsplit_once("batches ") {
                told = Some(batches.parse::<u64>().unwrap());
                break;
            }
        }
        tokio::time::sleep(Duration::from_micros(700 * round)).await;
        writer.kill().unwrap();
        writer.wait().unwrap();
        let committed =
            lines.map_while(Result::ok).filter_map(|line| line.rsplit_once("batches ")?.1.parse().ok()).last();
        let told = committed.or(told).expect("the writer has written");
        let found = services::count_batches(Folder::new(folder.path())).await;
        assert!(told > before && found >= told, "{before} before, {told} told, {found} found");
        before = found;
    }
}

fn writer(folder: &Path) -> Child {
    let name = "a_writer_that_is_killed_twenty_times_leaves_whole_batches_and_no_lock";
    let mut writer = Command::new(env::current_exe().unwrap());
    writer.args(["--exact", name, "--nocapture", "--include-ignored"]).env(WRITES, folder).stdout(Stdio::piped());
    writer.spawn().unwrap()
}
