//! What is kept between runs: the account at the authority, and the certificate with its key. Only the bridge's own user
//! can read either.

use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Who can write there replaces the key, and who can read waits for one that is laid down badly. It is not tightened:
/// the folder may be one that others need.
const NOT_PRIVATE: &str = "others can read or write in the folder: give the bridge one of its own, with mode 0700";

/// A folder with the files of one directory and one set of names; others may share the folder.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    account: PathBuf,
    certificate: PathBuf,
}

impl Cache {
    /// Looks at the folder where it is there, and changes nothing.
    ///
    /// # Errors
    /// Where it is no folder, or others can read or write in it.
    pub(super) fn open(folder: &Path, directory: &str, domains: &[String]) -> io::Result<Self> {
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
        })
    }

    /// Makes the folder where it is missing, such that nobody else can read it.
    pub(super) fn make(&self) -> io::Result<()> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)
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
        let open = |domains: &[&str]| {
            let domains: Vec<String> = domains.iter().map(|domain| (*domain).to_owned()).collect();
            Cache::open(&folder, "https://acme.example/directory", &domains).unwrap()
        };
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
        let cache = Cache::open(&folder.path().join("acme"), "https://acme.example/directory", &[]).unwrap();
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
        let open = |path: &Path| Cache::open(path, "https://acme.example/directory", &[]).map(drop);
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
