//! What running processes take, read from Linux' /proc: processor time, memory, descriptors.

use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::{TcpListener, TcpSocket};

/// What a process has used, its children included, those that have ended as well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// User and system time.
    pub processor: Duration,
    /// Resident bytes, shared pages divided among those who share them, and page tables.
    pub memory: u64,
    /// Processes alive.
    pub processes: usize,
}

impl Taken {
    /// Reads it for a process and all below it.
    ///
    /// # Errors
    /// Where the process is gone, or this is no Linux.
    pub fn of(id: u32) -> Result<Self> {
        let mut sum = Self::default();
        for (at, id) in family(id).into_iter().enumerate() {
            match one(id) {
                Ok(one) => {
                    sum.processor += one.processor;
                    sum.memory += one.memory;
                    sum.processes += 1;
                }
                Err(error) if at == 0 => return Err(error),
                // A child that has just ended is in its parent's account.
                Err(_) => {}
            }
        }
        Ok(sum)
    }
}

/// Processor time of a process, its own and that of its children that have ended.
///
/// # Errors
/// Where it is gone.
pub fn processor(id: u32) -> Result<Duration> {
    // proc_pid_stat(5): the name in brackets may hold anything, so count from its end. Fields 14 to 17.
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).with_context(|| format!("process {id}"))?;
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks: u64 =
        fields.get(11..15).context("a short stat line")?.iter().filter_map(|n| n.parse::<u64>().ok()).sum();
    // USER_HZ is 100 on every architecture Linux has.
    Ok(Duration::from_millis(ticks * 10))
}

/// Resident memory of one process, in bytes, and its page tables.
///
/// # Errors
/// Where it is gone.
pub fn memory(id: u32) -> Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).with_context(|| format!("process {id}"))?;
    let status = fs::read_to_string(format!("/proc/{id}/status")).with_context(|| format!("process {id}"))?;
    Ok(1024 * (kib(&rollup, "Pss:") + kib(&status, "VmPTE:")))
}

/// Open descriptors of a process.
///
/// # Errors
/// Where it is gone.
pub fn descriptors(id: u32) -> Result<usize> {
    Ok(fs::read_dir(format!("/proc/{id}/fd")).with_context(|| format!("process {id}"))?.count())
}

/// Memory the system could still give, in bytes.
pub fn available() -> u64 {
    1024 * kib(&fs::read_to_string("/proc/meminfo").unwrap_or_default(), "MemAvailable:")
}

/// The mean number of processes that wanted to run, in the last minute.
pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(f64::NAN)
}

/// A listener on a free port of 127.0.0.1 that lets thousands wait.
///
/// # Errors
/// Where the system has none.
pub fn listen() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    socket.listen(4096)
}

fn one(id: u32) -> Result<Taken> {
    Ok(Taken { processor: processor(id)?, memory: memory(id)?, processes: 1 })
}

fn kib(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// A process and all below it, itself first.
fn family(id: u32) -> Vec<u32> {
    let mut all = vec![id];
    let mut at = 0;
    while at < all.len() {
        let parent = all[at];
        let tasks = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
        for task in tasks {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            all.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
        at += 1;
    }
    all
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_child_counts_with_its_parent() {
        let mut child = std::process::Command::new("sleep").arg("30").spawn().unwrap();
        let own = std::process::id();
        assert!(family(own).contains(&child.id()));
        let (alone, all) = (one(own).unwrap(), Taken::of(own).unwrap());
        assert!(all.processes >= 2 && all.memory > 0 && alone.memory > 0);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!family(own).contains(&child.id()));
        assert!(descriptors(own).unwrap() >= 3);
    }
}
