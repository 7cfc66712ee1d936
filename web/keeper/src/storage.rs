//! The mailbox's place in the browser: the origin's private file system (OPFS), one worker at a time.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use gloo_timers::future::TimeoutFuture;
use js_sys::Promise;
use restante_api::keep::{DIRECTORY, Room};
use restante_api::{Failure, FailureKind};
use restante_engine::platform::Storage;
use restante_store::Location;
use sqlite_wasm_rs::WasmOsCallback;
use sqlite_wasm_vfs::sahpool::{self, OpfsSAHError, OpfsSAHPoolCfgBuilder, OpfsSAHPoolUtil};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::browser::{find, keeps_nothing, member, method};
use crate::lock::Lock;

/// The lock of whoever has the mailbox open.
const LOCK: &str = "restante-mailbox";

/// The name that SQLite knows the place by.
const VFS: &str = "restante";

/// The database's name in it.
const FILE: &str = "mailbox.db";

/// Files that are ready to be used: the database, its journal, and as many again. What is temporary is in memory.
const FILES: usize = 4;

/// How often, and how many milliseconds apart, files are asked for that the worker before this one has not let go of:
/// a browser may free its lock first.
const TRIES: u32 = 100;
const AGAIN_MS: u32 = 50;

/// The origin's private file system. Dropping all of its clones lets go of it; what is open there has to be closed before.
#[derive(Clone, Default)]
pub struct Opfs(Rc<RefCell<Held>>);

#[derive(Default)]
struct Held {
    pool: Option<OpfsSAHPoolUtil>,
    lock: Option<Lock>,
}

impl fmt::Debug for Opfs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opfs").field("lock", &self.0.borrow().lock).finish_non_exhaustive()
    }
}

impl Opfs {
    /// Waits until this worker is the only one that may open the mailbox. From then on it is, until it ends.
    ///
    /// # Errors
    /// [`FailureKind::NoStorage`] in a browser that has no such files, or does not let a page have any.
    pub async fn hold(&self) -> Result<(), Failure> {
        if self.0.borrow().lock.is_some() {
            return Ok(());
        }
        check_support().await?;
        let lock = Lock::take(LOCK).await.map_err(|why| Failure::new(FailureKind::NoStorage, why))?;
        self.0.borrow_mut().lock = Some(lock);
        Ok(())
    }

    async fn ready(&self) -> Result<Location, Failure> {
        self.hold().await?;
        let config = OpfsSAHPoolCfgBuilder::new().vfs_name(VFS).directory(DIRECTORY).initial_capacity(FILES).build();
        let mut tries = 0;
        let pool = loop {
            match install(&config).await {
                Ok(pool) => break pool,
                Err(error) if is_in_use(&error) && tries < TRIES => {
                    tries += 1;
                    TimeoutFuture::new(AGAIN_MS).await;
                }
                Err(error) => return Err(failure(&error)),
            }
        };
        self.0.borrow_mut().pool = Some(pool);
        Ok(Location::Vfs { vfs: VFS.into(), file: FILE.into() })
    }
}

impl Storage for Opfs {
    fn open(&self) -> LocalBoxFuture<'static, Result<Location, Failure>> {
        let this = self.clone();
        Box::pin(async move { this.ready().await })
    }

    fn room(&self) -> LocalBoxFuture<'static, Room> {
        Box::pin(async { estimate().await.unwrap_or_default() })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let is_closed = self.pool.as_ref().is_none_or(|pool| pool.pause().is_ok());
        if !is_closed {
            // A database that is still open keeps everybody else out, for as long as the worker lives.
            std::mem::forget(self.lock.take());
        }
    }
}

async fn install(config: &sahpool::OpfsSAHPoolCfg) -> Result<OpfsSAHPoolUtil, OpfsSAHError> {
    let pool = sahpool::install::<WasmOsCallback>(config, false).await?;
    // Where this worker had it before.
    pool.resume().await?;
    Ok(pool)
}

/// Whether the browser has files that a worker may read and write at once, and lets this page have some.
async fn check_support() -> Result<(), Failure> {
    let missing = || Failure::new(FailureKind::NoStorage, "the browser has no private files for pages");
    find(&["FileSystemFileHandle", "prototype", "createSyncAccessHandle"]).ok_or_else(missing)?;
    let storage = find(&["navigator", "storage"]).ok_or_else(missing)?;
    asked(&storage, "getDirectory").ok_or_else(missing)?.await.map(drop).map_err(|error| keeps_nothing(&error))
}

async fn estimate() -> Option<Room> {
    let storage = find(&["navigator", "storage"])?;
    let estimate = asked(&storage, "estimate")?.await.ok()?;
    // Octets, positive and below 2^53.
    let octets = |name| member(&estimate, name).and_then(|value| value.as_f64()).map(|octets| octets as u64);
    Some(Room { used: octets("usage").unwrap_or_default(), granted: octets("quota") })
}

/// Calls a method that promises something. `None` where there is none.
fn asked(of: &JsValue, name: &str) -> Option<JsFuture> {
    Some(JsFuture::from(method(of, name)?.call0(of).ok()?.dyn_into::<Promise>().ok()?))
}

/// Whether the files are still another worker's.
fn is_in_use(error: &OpfsSAHError) -> bool {
    let name = match error {
        OpfsSAHError::Opfs { value, .. } => member(value, "name"),
        _ => None,
    };
    name.is_some_and(|name| name == "NoModificationAllowedError" || name == "InvalidStateError")
}

fn failure(error: &OpfsSAHError) -> Failure {
    match error {
        OpfsSAHError::Opfs { value, .. } => keeps_nothing(value),
        OpfsSAHError::InvalidHeader { .. }
        | OpfsSAHError::DuplicateFilename(_)
        | OpfsSAHError::InvalidDirectoryEntry => Failure::new(FailureKind::Damaged, error.to_string()),
        _ => Failure::new(FailureKind::NoStorage, error.to_string()),
    }
}
