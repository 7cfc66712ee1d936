//! Time, processor time and peak memory of one program run to its end.
//!
//! The benchmark holds maildrops and delayed bytes, and Linux counts a parent's memory as its child's until the child
//! has become another program. So the benchmark starts itself again, small, and that one starts the program.

use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};

/// The first argument of the small one.
const FLAG: &str = "--measure-one-program";

/// What a run took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Usage {
    /// From its start to its end.
    pub wall: Duration,
    /// User and system time, its children's included.
    pub processor: Duration,
    /// The most memory it, or one of its children, had resident; KiB.
    pub peak_kib: u64,
}

/// A program to run.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The program and its arguments.
    pub words: Vec<String>,
    /// Additional environment.
    pub environment: Vec<(String, String)>,
    /// File that takes its standard output; nothing keeps it where there is none.
    pub output: Option<std::path::PathBuf>,
}

impl Program {
    /// A program with these arguments.
    pub fn new<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Self {
        Self { words: words.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Runs it to its end; cut off after `limit`.
    ///
    /// # Errors
    /// Where it cannot be run, fails (the message has what it wrote to standard error), or takes longer than `limit`.
    pub async fn run(&self, limit: Duration) -> Result<Usage> {
        let output = self.output.as_deref().unwrap_or(Path::new("/dev/null"));
        let mut launcher = tokio::process::Command::new(std::env::current_exe()?);
        launcher.arg(FLAG).arg(output).args(&self.words).envs(self.environment.iter().cloned());
        launcher.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that the program ends with its launcher when the time is over.
        let launcher = launcher.process_group(0).spawn()?;
        let group = launcher.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let Ok(done) = tokio::time::timeout(limit, launcher.wait_with_output()).await else {
            let _ = group.map(|group| kill_process_group(group, Signal::KILL));
            bail!("took longer than {} s", limit.as_secs());
        };
        let done = done?;
        let said = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "{}: {}", self.words[0], last_lines(&said));
        serde_json::from_slice(&done.stdout).context("the launcher's figures")
    }
}

/// Where this process was started as the small one: does that, and returns how to end.
pub fn as_launcher() -> Option<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some(FLAG) {
        return None;
    }
    match launch(&arguments.collect::<Vec<_>>()) {
        Ok(usage) => {
            println!("{}", serde_json::to_string(&usage).unwrap_or_default());
            Some(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("{error:#}");
            Some(ExitCode::FAILURE)
        }
    }
}

fn launch(arguments: &[String]) -> Result<Usage> {
    let [output, program, rest @ ..] = arguments else { bail!("{FLAG} OUTPUT PROGRAM [ARGUMENT…]") };
    let output = File::options().create(true).append(true).open(output)?;
    let start = Instant::now();
    let status = Command::new(program)
        .args(rest)
        .stdin(Stdio::null())
        .stdout(output)
        .status()
        .with_context(|| format!("cannot start {program}"))?;
    let wall = start.elapsed();
    ensure!(status.success(), "ended with {status}");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = |time: nix::sys::time::TimeVal| {
        Duration::from_secs(time.tv_sec().unsigned_abs()) + Duration::from_micros(time.tv_usec().unsigned_abs())
    };
    // macOS counts bytes here, everybody else KiB.
    let unit = if cfg!(target_vendor = "apple") { 1024 } else { 1 };
    Ok(Usage {
        wall,
        processor: micros(usage.user_time()) + micros(usage.system_time()),
        peak_kib: usage.max_rss().unsigned_abs() / unit,
    })
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(4)..].join(" / ")
}
