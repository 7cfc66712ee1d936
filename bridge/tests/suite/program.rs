//! The real program, started and ended as an operator does.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long it may take to start, or to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program with these arguments, its output to be read.
pub(crate) fn restante(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_restante"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Starts it, waits for the ready line, and gives the address.
pub(crate) async fn started(command: &mut Command) -> (Child, String) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = timeout(PATIENCE, lines.next_line()).await.expect("it starts").unwrap().unwrap();
    let address = line.strip_prefix("Restante is ready: http://").and_then(|rest| rest.strip_suffix('/'));
    (child, address.unwrap_or_else(|| panic!("{line}")).to_owned())
}

/// Sends it a signal, such as `-TERM`.
pub(crate) async fn signal(child: &Child, name: &str) {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args([name, &id]).status().await.unwrap().success());
}

/// Ends it, and gives what it has written to standard error.
pub(crate) async fn log_of(mut child: Child) -> String {
    signal(&child, "-TERM").await;
    let (mut log, mut stderr) = (String::new(), child.stderr.take().unwrap());
    timeout(PATIENCE, stderr.read_to_string(&mut log)).await.expect("it stops").unwrap();
    log
}
