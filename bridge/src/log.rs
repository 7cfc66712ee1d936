//! The log's way out of the program: a thread of its own writes it, so that a reader who is slow or gone holds nobody up.
//!
//! What finds no room in the queue, or cannot be written, is lost and counted. Not here: what is logged, and how a line
//! looks.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// The target of the lines that say who sent mail where, and how many bytes. No filter leaves them out.
pub const AUDIT: &str = "restante::audit";

/// Lines that wait at most, of some 200 bytes each.
const MAX_WAITING: usize = 4096;

/// Takes lines, and never waits.
#[derive(Debug, Clone)]
pub struct Log {
    queue: SyncSender<Entry>,
    lost: Arc<AtomicU64>,
}

enum Entry {
    Line(Vec<u8>),
    /// Everything before it has been written: the sender is dropped.
    Mark(#[allow(dead_code, reason = "dropping it is the answer")] SyncSender<()>),
}

impl Log {
    /// Writes to this in the background, for as long as the program runs.
    ///
    /// # Errors
    /// Where the system has no thread to give.
    pub fn to(out: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, waiting) = sync_channel(MAX_WAITING);
        let lost = Arc::default();
        let counted = Arc::clone(&lost);
        thread::Builder::new().name("log".to_owned()).spawn(move || write_all(out, &waiting, &counted))?;
        Ok(Self { queue, lost })
    }

    /// How many lines were lost so far.
    pub fn lost(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.lost)
    }

    /// Waits until what was logged so far has been written, or the time is up.
    pub fn flush(&self, limit: Duration) {
        let (mark, written) = sync_channel(1);
        // A queue that is full is one whose lines nobody reads.
        if self.queue.try_send(Entry::Mark(mark)).is_ok() {
            // Either way there is nothing left to do.
            let _ = written.recv_timeout(limit);
        }
    }
}

fn write_all(mut out: impl Write, waiting: &Receiver<Entry>, lost: &AtomicU64) {
    for entry in waiting {
        if let Entry::Line(line) = entry
            && out.write_all(&line).and_then(|()| out.flush()).is_err()
        {
            lost.fetch_add(1, Relaxed);
        }
    }
}

impl Write for &Log {
    /// Takes one whole line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.queue.try_send(Entry::Line(line.to_vec())).is_err() {
            self.lost.fetch_add(1, Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entry")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::channel;

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_written_in_their_order_and_none_is_lost_where_somebody_reads() {
        let out = Shared::default();
        let log = Log::to(out.clone()).unwrap();
        for number in 0..1000 {
            writeln!(log.make_writer(), "{number}").unwrap();
        }
        log.flush(Duration::from_secs(20));
        let written = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
        assert_eq!(written, (0..1000).map(|number| format!("{number}\n")).collect::<String>());
        assert_eq!(log.lost().load(Relaxed), 0);
    }

    /// Takes nothing until it is let go.
    struct Stuck(Receiver<()>);

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn who_logs_never_waits_for_a_reader_and_what_found_no_room_is_counted() {
        let (release, held) = channel();
        let log = Log::to(Stuck(held)).unwrap();
        for _ in 0..MAX_WAITING + 100 {
            log.make_writer().write_all(b"line\n").unwrap();
        }
        // One may have been taken out of the queue.
        assert!((99..=100).contains(&log.lost().load(Relaxed)));
        log.flush(Duration::ZERO);
        drop(release);
    }

    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_for_a_reader_that_is_gone_are_counted_and_break_nothing() {
        let log = Log::to(Broken).unwrap();
        for _ in 0..3 {
            log.make_writer().write_all(b"line\n").unwrap();
        }
        log.flush(Duration::from_secs(20));
        assert_eq!(log.lost().load(Relaxed), 3);
    }
}
