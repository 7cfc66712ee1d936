//! What is kept between runs: the account at the authority, and the certificate with its key. Only the bridge's own user
//! can read either.

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::make_private;

/// A folder with the files of one directory and one set of names; others may share the folder.
#[derive(Debug)]
pub(super) struct Cache {
    account: PathBuf,
    certificate: PathBuf,
}

impl Cache {
    /// Makes the folder where it is missing.
    pub(super) fn open(folder: &Path, directory: &str, domains: &[String]) -> io::Result<Self> {
        make_private(folder)?;
        let mut domains = domains.to_vec();
        domains.sort();
        let name = |kind: &str, of: &str, ending: &str| {
            let digits: String = Sha256::digest(of)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
            folder.join(format!("{kind}-{digits}.{ending}"))
        };
        Ok(Self {
            account: name("account", directory, "json"),
            certificate: name("certificate", &format!("{directory} {}", domains.join(" ")), "pem"),
        })
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

/// Whole or not at all, should the machine stop meanwhile.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_is_kept_is_found_again_for_the_same_names_and_read_by_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("acme");
        let open = |domains: &[&str]| {
            let domains: Vec<String> = domains.iter().map(|domain| (*domain).to_owned()).collect();
            Cache::open(&folder, "https://acme.example/directory", &domains).unwrap()
        };
        let cache = open(&["a.example", "b.example"]);
        assert_eq!(cache.certificate().unwrap(), None);
        cache.keep_certificate(b"old and longer").unwrap();
        cache.keep_certificate(b"pem").unwrap();
        cache.keep_account(b"{}").unwrap();
        let again = open(&["b.example", "a.example"]);
        assert_eq!(again.certificate().unwrap().unwrap(), b"pem");
        assert_eq!(open(&["a.example"]).certificate().unwrap(), None);
        assert_eq!(open(&["a.example"]).account().unwrap().unwrap(), b"{}");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&again.certificate), mode(&again.account)), (0o700, 0o600, 0o600));
    }
}
