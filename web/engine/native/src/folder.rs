//! The mailbox's place on this machine: a folder, one program at a time.

use std::cell::RefCell;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use futures::future::LocalBoxFuture;
use restante_api::keep::Room;
use restante_api::{Failure, FailureKind};
use restante_engine::platform::Storage;
use restante_store::Location;

/// The file that is locked by whoever has the mailbox open. It stays.
const LOCK: &str = "lock";

/// The database.
const FILE: &str = "mailbox.db";

/// How often is looked whether the lock is free: the system does not tell.
const LOOK: Duration = Duration::from_millis(50);

/// A folder. Dropping all clones lets go of it; what is open there has to be closed before.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    lock: Rc<RefCell<Option<File>>>,
}

impl Folder {
    /// The folder of this path, which is made when it is opened.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), lock: Rc::default() }
    }
}

impl Storage for Folder {
    fn open(&self) -> LocalBoxFuture<'static, Result<Location, Failure>> {
        let Self { path, lock } = self.clone();
        Box::pin(async move {
            if lock.borrow().is_none() {
                let held =
                    take(&path).await.map_err(|error| Failure::new(FailureKind::NoStorage, error.to_string()))?;
                *lock.borrow_mut() = Some(held);
            }
            Ok(Location::File(path.join(FILE)))
        })
    }

    fn room(&self) -> LocalBoxFuture<'static, Room> {
        let used = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let used = used.filter_map(|file| Some(file.metadata().ok()?.len())).sum();
        Box::pin(async move { Room { used, granted: None } })
    }
}

/// Waits for the lock, which goes with the file's handle, and so with the process however it ends.
async fn take(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    let file = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(LOOK).await,
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}
