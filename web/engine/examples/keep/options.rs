//! The command line, and the keeping of a maildrop that it asks for.

use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Parser, Subcommand};
use restante_engine::api::OpenMailbox;
use restante_engine::sync::{SyncError, sync};
use restante_native::{Native, Server};
use restante_store::{Location, NewAccount, Policy, Store};

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
    pub(crate) fn run(&self, store: &mut Store, report: &Report) -> Result<ExitCode, Trouble> {
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
        })?;
        if let Some(octets) = self.room {
            store.set_room(octets)?;
        }
        let known = store.account(account)?;
        store.set_policy(account, self.policy.unwrap_or(known.policy), self.size_limit.or(known.size_limit))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Trouble::Usage(format!("no event loop: {error}")))?;
        let kept = runtime.block_on(sync(Rc::new(Native), &open, account, store, &mut |told| report.told(&told)));
        let kept = kept.map_err(|error| match error {
            SyncError::Failure(failure) => Trouble::Failure(failure),
            SyncError::Store(error) => Trouble::Store(error),
        })?;
        report.kept(&kept, store.count(account)?);
        Ok(if kept.failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

/// Seconds since 1970-01-01 UTC.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
