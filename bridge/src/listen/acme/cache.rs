//! What is kept between runs: the account at the authority, the certificate with its key, and when an authority that
//! failed may be asked again. Only the bridge's own user can read any of it. Bridges that share the folder order in turn.

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::AcmeConfig;

/// Who can write there replaces the key, and who can read waits for one that is laid down badly. It is not tightened:
/// the folder may be one that others need.
const NOT_PRIVATE: &str = "others can read or write in the folder: give the bridge one of its own, with mode 0700";

/// A folder with the files of one directory and one set of names; others may share the folder.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    account: PathBuf,
    certificate: PathBuf,
    failure: PathBuf,
}

/// An order that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Failed {
    /// When the authority may be asked again.
    pub(super) again: SystemTime,
    /// The pause that this was, where the authority did not ask for a longer one.
    pub(super) pause: Duration,
}

impl Failed {
    /// How long there is still to wait: a clock that was set back makes it no longer than `most`.
    pub(super) fn left(&self, most: Duration) -> Duration {
        self.again.duration_since(SystemTime::now()).unwrap_or_default().min(most)
    }
}

impl Cache {
    /// Looks at the folder where it is there, and changes nothing.
    ///
    /// # Errors
    /// Where it is no folder, or others can read or write in it.
    pub(super) fn open(config: &AcmeConfig) -> io::Result<Self> {
        let AcmeConfig { cache: folder, directory, domains, .. } = config;

        match std::fs::metadata(folder) {
            Ok(found) if !found.is_dir() => return Err(io::ErrorKind::NotADirectory.into()),
            Ok(found) if found.permissions().mode() & 0o077 != 0 => return Err(io::Error::other(NOT_PRIVATE)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut domains = domains.to_vec();
        domains.sort();
        let name = |kind: &str, of: &str, ending: &str| {
            let digits: String = Sha256::digest(of)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
            folder.join(format!("{kind}-{digits}.{ending}"))
        };
        Ok(Self {
            folder: folder.to_owned(),
            account: name("account", directory, "json"),
            certificate: name("certificate", &format!("{directory} {}", domains.join(" ")), "pem"),
            // Whoever changes anything about the order may try at once.
            failure: name("failure", &format!("{config:?}"), "json"),
        })
    }

    /// Makes the folder where it is missing, such that nobody else can read it.
    pub(super) fn make(&self) -> io::Result<()> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)
    }

    /// Keeps others who use the folder from ordering until the file is dropped; `None` where one of them orders now.
    pub(super) fn lock(&self) -> io::Result<Option<File>> {
        let mut options = std::fs::OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).mode(0o600).open(self.folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// The last order, if it failed. What cannot be read counts as none.
    pub(super) fn failure(&self) -> Option<Failed> {
        serde_json::from_slice(&read(&self.failure).ok()??).ok()
    }

    pub(super) fn keep_failure(&self, failed: Option<&Failed>) -> io::Result<()> {
        match failed {
            Some(failed) => write(&self.failure, &serde_json::to_vec(failed)?),
            None => match std::fs::remove_file(&self.failure) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        }
    }

    pub(super) fn account(&self) -> io::Result<Option<Vec<u8>>> {
        read(&self.account)
    }

    pub(super) fn keep_account(&self, json: &[u8]) -> io::Result<()> {
        write(&self.account, json)
    }

    /// Private key and chain, as PEM.
    pub(super) fn certificate(&self) -> io::Result<Option<Vec<u8>>> {
        read(&self.certificate)
    }

    pub(super) fn keep_certificate(&self, pem: &[u8]) -> io::Result<()> {
        write(&self.certificate, pem)
    }
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whole or not at all, and never in a file that others have made or may read, should the machine stop meanwhile.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(folder: &Path, domains: &[&str]) -> AcmeConfig {
        let domains = domains.iter().map(|domain| (*domain).to_owned()).collect();
        let directory = Some("https://acme.example/directory".to_owned());
        AcmeConfig::new(domains, vec![], directory, folder.to_owned(), None).unwrap()
    }

    #[test]
    fn bridges_that_share_a_folder_order_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let open = |name: &str| Cache::open(&config(&folder.path().join("acme"), &[name])).unwrap();
        let (one, other) = (open("a.example"), open("b.example"));
        one.make().unwrap();
        let held = one.lock().unwrap().unwrap();
        assert!(other.lock().unwrap().is_none() && one.lock().unwrap().is_none());
        drop(held);
        assert!(other.lock().unwrap().is_some());
        assert_eq!(mode(&one.folder.join("lock")), 0o600);
    }

    #[test]
    fn a_failure_is_kept_for_the_same_order_until_one_succeeds() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("acme");
        let open = |config: AcmeConfig| Cache::open(&config).unwrap();
        let cache = open(config(&folder, &["a.example"]));
        cache.make().unwrap();
        assert_eq!(cache.failure(), None);
        let hour = Duration::from_secs(3600);
        let failed = Failed { again: SystemTime::now() + hour, pause: hour };
        cache.keep_failure(Some(&failed)).unwrap();
        assert_eq!(open(config(&folder, &["a.example"])).failure(), Some(failed));
        assert_eq!(open(config(&folder, &["b.example"])).failure(), None);
        assert!(failed.left(hour) > hour - Duration::from_secs(60));
        let far = Failed { again: SystemTime::now() + 1000 * hour, pause: hour };
        assert_eq!(far.left(hour), hour, "the clock was set back");
        std::fs::write(&cache.failure, "garbage").unwrap();
        assert_eq!(cache.failure(), None);
        cache.keep_failure(None).unwrap();
        cache.keep_failure(None).unwrap();
        assert!(!cache.failure.exists());
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_is_kept_is_found_again_for_the_same_names_and_read_by_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("acme");
        let open = |domains: &[&str]| Cache::open(&config(&folder, domains)).unwrap();
        let cache = open(&["a.example", "b.example"]);
        assert!(!folder.exists(), "looking makes nothing");
        cache.make().unwrap();
        assert_eq!(cache.certificate().unwrap(), None);
        cache.keep_certificate(b"old and longer").unwrap();
        cache.keep_certificate(b"pem").unwrap();
        cache.keep_account(b"{}").unwrap();
        let again = open(&["b.example", "a.example"]);
        assert_eq!(again.certificate().unwrap().unwrap(), b"pem");
        assert_eq!(open(&["a.example"]).certificate().unwrap(), None);
        assert_eq!(open(&["a.example"]).account().unwrap().unwrap(), b"{}");
        assert_eq!((mode(&folder), mode(&again.certificate), mode(&again.account)), (0o700, 0o600, 0o600));
    }

    #[test]
    fn a_key_is_not_written_into_a_file_that_others_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&config(&folder.path().join("acme"), &[])).unwrap();
        cache.make().unwrap();
        let left_over = cache.certificate.with_extension("new");
        std::fs::write(&left_over, "left over").unwrap();
        set_mode(&left_over, 0o644);
        cache.keep_certificate(b"pem").unwrap();
        assert_eq!(mode(&cache.certificate), 0o600);
        assert!(!left_over.exists());
    }

    #[test]
    fn a_folder_of_others_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let open = |path: &Path| Cache::open(&config(path, &[])).map(drop);
        for lax in [0o755, 0o750, 0o701, 0o770] {
            set_mode(folder.path(), lax);
            assert!(open(folder.path()).unwrap_err().to_string().contains("0700"), "{lax:o}");
            assert_eq!(mode(folder.path()), lax);
        }
        set_mode(folder.path(), 0o700);
        open(folder.path()).unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(open(&file).unwrap_err().kind(), io::ErrorKind::NotADirectory);
    }
}
