//! Maildir: a file a message, written in `tmp` and moved to `new` when it is safe on the disk.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::Deliver;

pub(crate) struct Maildir {
    tmp: PathBuf,
    new: PathBuf,
    machine: String,
    count: u64,
    open: Option<(File, String)>,
    /// Complete in `tmp`, not yet known to be on the disk.
    waiting: Vec<String>,
}

impl Maildir {
    pub(crate) fn open(directory: &Path) -> io::Result<Self> {
        for part in ["", "tmp", "new", "cur"] {
            let path = directory.join(part);
            match DirBuilder::new().mode(0o700).create(&path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !path.is_dir() => return Err(error),
                _ => {}
            }
        }
        let name = rustix::system::uname();
        let machine = name.nodename().to_string_lossy().replace('/', "\\057").replace(':', "\\072");
        Ok(Self {
            tmp: directory.join("tmp"),
            new: directory.join("new"),
            machine,
            count: 0,
            open: None,
            waiting: Vec::new(),
        })
    }

    fn begin(&mut self) -> io::Result<&mut File> {
        let open = match self.open.take() {
            Some(open) => open,
            None => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                self.count += 1;
                let (seconds, micros, id) = (now.as_secs(), now.subsec_micros(), std::process::id());
                let name = format!("{seconds}.M{micros}P{id}Q{}.{}", self.count, self.machine);
                let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.tmp.join(&name))?;
                (file, name)
            }
        };
        Ok(&mut self.open.insert(open).0)
    }
}

impl Deliver for Maildir {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.begin()?.write_all(octets)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.begin()?;
        if let Some((_, name)) = self.open.take() {
            self.waiting.push(name);
        }
        Ok(())
    }

    fn abandon(&mut self) -> io::Result<()> {
        match self.open.take() {
            Some((_, name)) => fs::remove_file(self.tmp.join(name)),
            None => Ok(()),
        }
    }

    /// The files' octets first, then their names in `new`: whoever sees a message there sees all of it.
    fn commit(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        flush(&self.tmp, &self.waiting)?;
        for name in self.waiting.drain(..) {
            fs::rename(self.tmp.join(&name), self.new.join(&name))?;
        }
        File::open(&self.new)?.sync_all()
    }
}

impl Drop for Maildir {
    /// What was not committed is fetched again another time; it must not stay here half-delivered.
    fn drop(&mut self) {
        let _ = self.abandon();
        for name in &self.waiting {
            let _ = fs::remove_file(self.tmp.join(name));
        }
    }
}

/// Brings the files to the disk. Where the system can flush a whole file system, one flush does for a thousand files.
#[cfg(target_os = "linux")]
fn flush(directory: &Path, names: &[String]) -> io::Result<()> {
    match names {
        [one] => File::open(directory.join(one))?.sync_all(),
        _ => Ok(rustix::fs::syncfs(File::open(directory)?)?),
    }
}

#[cfg(not(target_os = "linux"))]
fn flush(directory: &Path, names: &[String]) -> io::Result<()> {
    names.iter().try_for_each(|name| File::open(directory.join(name))?.sync_all())
}
