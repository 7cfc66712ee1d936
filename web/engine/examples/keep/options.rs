//! The command line, and the keeping of a maildrop that it asks for.

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, Parser, Subcommand};
use restante_api::OpenMailbox;
use restante_engine::sync::{Kept, Pause, SyncError, sync};
use restante_native::{Native, Server};
use restante_store::{AccountId, Location, NewAccount, Policy, Store, Way};

use crate::report::{Report, Trouble};

/// A mailbox on this machine, kept from a POP3 server.
///
/// Exit status: 0 when all was done, 1 when it failed (what is kept stays) or `check` found a fault, 2 when the command
/// line is wrong.
#[derive(Debug, Parser)]
#[command(name = "keep")]
pub(crate) struct Options {
    /// The directory of the mailbox; it is made where it is missing.
    #[arg(long, value_name = "DIR")]
    store: PathBuf,
    /// Tell what happens as JSON, one event a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) action: Action,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Fetch what is new, and delete on the server what the policy says
    Sync(Sync),
    /// The messages, the newest first
    List {
        /// So many at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// The messages that a query finds, the best first: words, "phrases", from: to: subject: has:attachment is:unread
    /// before: after: larger: in:
    Search {
        /// What to look for
        query: String,
        /// So many at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Write all messages into a file
    Export {
        /// The file (mboxrd); it must not be there yet
        #[arg(long, value_name = "OUT")]
        mbox: PathBuf,
    },
    /// Take messages in from a file
    Import {
        /// The file (mbox)
        #[arg(long, value_name = "IN")]
        mbox: PathBuf,
    },
    /// Fetch the rest of messages of which only the header is here, with the next `sync`
    Rest {
        /// Their ids, as `list` tells them
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
    },
    /// Move messages to the folder Deleted; with the policy delete-when-deleted-here the next `sync` deletes them on the
    /// server
    Delete {
        /// Their ids, as `list` tells them
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
    },
    /// Count the messages on the server that a policy would delete now, by what `sync` saw last
    WouldDelete {
        /// The policy
        #[arg(value_parser = policy)]
        policy: Policy,
    },
    /// Prove the mailbox whole, and count its messages
    Check,
    /// Write what can be read of a damaged mailbox into a file, and leave the mailbox as it is
    Rescue {
        /// The file (mboxrd); it must not be there yet
        #[arg(long, value_name = "OUT")]
        mbox: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Sync {
    #[command(flatten)]
    server: Server,
    /// What becomes of messages on the server: leave, delete-once-kept, delete-after=DAYS, delete-when-deleted-here,
    /// headers-only; unless given, what it was, and `leave` at first
    #[arg(long, value_parser = policy)]
    policy: Option<Policy>,
    /// Fetch only the header of messages with more octets than this
    #[arg(long, value_name = "OCTETS")]
    size_limit: Option<u64>,
    /// Let the mailbox grow to so many octets and no further
    #[arg(long, value_name = "OCTETS")]
    room: Option<u64>,
    /// Check again after so long: 90s, 15m, 2h; until Ctrl-C
    #[arg(long, value_name = "TIME", value_parser = time)]
    every: Option<Duration>,
}

fn time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text} is no time: write 90s, 15m or 2h");
    let (number, seconds) = [("s", 1), ("m", 60), ("h", 3600)]
        .into_iter()
        .find_map(|(unit, seconds)| text.strip_suffix(unit).map(|number| (number, seconds)))
        .ok_or_else(wrong)?;
    let number: u64 = number.parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs(number.saturating_mul(seconds).max(1)))
}

fn policy(text: &str) -> Result<Policy, String> {
    Ok(match text {
        "leave" => Policy::Leave,
        "delete-once-kept" => Policy::DeleteOnceKept,
        "delete-when-deleted-here" => Policy::DeleteWhenDeletedHere,
        "headers-only" => Policy::HeadersOnly,
        _ => match text.strip_prefix("delete-after=").map(str::parse) {
            Some(Ok(days)) => Policy::DeleteAfter { days },
            Some(Err(_)) => return Err("delete-after takes a number of days".into()),
            None => return Err(format!("{text} is no policy")),
        },
    })
}

impl Options {
    /// Opens the mailbox.
    pub(crate) fn open(&self) -> Result<Store, Trouble> {
        std::fs::create_dir_all(&self.store).map_err(|error| Trouble::file(&self.store, &error))?;
        Ok(Store::open(&Location::File(self.file()))?)
    }

    /// The mailbox's database.
    pub(crate) fn file(&self) -> PathBuf {
        self.store.join("mail.sqlite")
    }
}

impl Sync {
    pub(crate) fn run(&self, mut store: Store, report: &Report) -> Result<ExitCode, Trouble> {
        let login = self.server.login().map_err(Trouble::Usage)?;
        if login.mechanism.is_some() {
            return Err(Trouble::Usage("keep chooses the mechanism itself".into()));
        }
        let open: OpenMailbox = login.into();
        let account = store.add_account(&NewAccount {
            name: format!("{}@{}", open.user, open.host),
            host: open.host.clone(),
            port: open.port,
            user: open.user.clone(),
            way: Way::default(),
        })?;
        if let Some(octets) = self.room {
            store.set_room(octets)?;
        }
        let known = store.account(account)?;
        store.set_policy(account, self.policy.unwrap_or(known.policy), self.size_limit.or(known.size_limit))?;
        let store = RefCell::new(store);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Trouble::Usage(format!("no event loop: {error}")))?;
        runtime.block_on(async {
            let pause = Pause::default();
            loop {
                let kept = once(&open, account, &store, &pause, report).await;
                let Some(every) = self.every.filter(|_| !pause.is_asked()) else {
                    let kept = kept?;
                    return Ok(if kept.failed + kept.left > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS });
                };
                match kept {
                    // What the network does may be otherwise the next time.
                    Err(trouble @ Trouble::Failure(_)) => drop(report.failed(&trouble)),
                    Err(trouble) => return Err(trouble),
                    Ok(_) => {}
                }
                tokio::select! {
                    () = tokio::time::sleep(every) => {}
                    _ = tokio::signal::ctrl_c() => return Ok(ExitCode::SUCCESS),
                }
            }
        })
    }
}

/// Keeps the maildrop once. The first Ctrl-C pauses, another one ends the process where it is.
async fn once(
    open: &OpenMailbox,
    account: AccountId,
    store: &RefCell<Store>,
    pause: &Pause,
    report: &Report,
) -> Result<Kept, Trouble> {
    let kept = {
        let mut tell = |told| report.told(&told);
        let mut keeping = std::pin::pin!(sync(Rc::new(Native), open, account, store, pause, &mut tell));
        loop {
            tokio::select! {
                kept = &mut keeping => break kept,
                _ = tokio::signal::ctrl_c() => {
                    if pause.is_asked() {
                        std::process::exit(130);
                    }
                    pause.ask();
                }
            }
        }
    };
    let kept = kept.map_err(|error| match error {
        SyncError::Failure(failure) => Trouble::Failure(failure),
        SyncError::Store(error) => Trouble::Store(error),
    })?;
    report.kept(&kept, store.borrow().count(account)?);
    Ok(kept)
}

/// Seconds since 1970-01-01 UTC.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
