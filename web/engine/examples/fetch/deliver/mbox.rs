//! An mbox file that grows at its end; a message that does not come whole leaves nothing in it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use restante_engine::mbox::{self, Quoting};

use super::Deliver;

pub(crate) struct Mbox {
    file: BufWriter<File>,
    /// Where the message under way begins in the file.
    start: Option<u64>,
    quoting: Quoting,
}

impl Mbox {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(path)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file: BufWriter::with_capacity(256 << 10, file), start: None, quoting: Quoting::default() })
    }

    fn begin(&mut self) -> io::Result<()> {
        if self.start.is_none() {
            self.start = Some(self.file.stream_position()?);
            self.quoting = Quoting::default();
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
            mbox::begin(now, &mut self.file)?;
        }
        Ok(())
    }
}

impl Deliver for Mbox {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.begin()?;
        self.quoting.write(octets, &mut self.file)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.begin()?;
        self.start = None;
        self.quoting.end(&mut self.file)
    }

    fn abandon(&mut self) -> io::Result<()> {
        let Some(start) = self.start.take() else { return Ok(()) };
        self.file.flush()?;
        self.file.get_ref().set_len(start)?;
        self.file.seek(SeekFrom::Start(start)).map(|_| ())
    }

    fn commit(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_data()
    }
}

impl Drop for Mbox {
    fn drop(&mut self) {
        let _ = self.abandon();
    }
}
