//! Where messages go. They come in pieces, one message after the other.
//!
//! A message is safe when [`Delivery::commit`] has returned after it: then it outlives a loss of power.

mod head;
mod maildir;
mod mbox;

use std::io;

use crate::options::Output;

pub(crate) use head::Head;

/// Octets and messages that wait for a commit at most.
const BATCH_OCTETS: u64 = 64 << 20;
const BATCH_MESSAGES: u32 = 1000;

/// Takes messages in.
pub(crate) trait Deliver {
    /// The next octets of the message that is under way; the first begin it.
    fn write(&mut self, octets: &[u8]) -> io::Result<()>;
    /// The message that is under way is complete (it may have had no octets).
    fn finish(&mut self) -> io::Result<()>;
    /// The message that is under way will not be completed.
    fn abandon(&mut self) -> io::Result<()>;
    /// Makes every finished message safe.
    fn commit(&mut self) -> io::Result<()>;
}

/// A way of delivery, and what waits to be made safe.
pub(crate) struct Delivery {
    to: Box<dyn Deliver>,
    octets: u64,
    messages: u32,
}

impl Delivery {
    pub(crate) fn open(output: &Output) -> Result<Self, String> {
        let to: io::Result<Box<dyn Deliver>> = match output {
            Output::Mbox(file) => mbox::Mbox::open(file).map(|mbox| Box::new(mbox) as _),
            Output::Maildir(directory) => maildir::Maildir::open(directory).map(|maildir| Box::new(maildir) as _),
            Output::Discard => Ok(Box::new(Discard)),
        };
        let to = to.map_err(|error| match output {
            Output::Mbox(path) | Output::Maildir(path) => format!("{}: {error}", path.display()),
            Output::Discard => error.to_string(),
        })?;
        Ok(Self { to, octets: 0, messages: 0 })
    }

    pub(crate) fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.octets += octets.len() as u64;
        self.to.write(octets)
    }

    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.messages += 1;
        self.to.finish()
    }

    pub(crate) fn abandon(&mut self) -> io::Result<()> {
        self.to.abandon()
    }

    /// Whether so much waits that a commit is worth its price.
    pub(crate) fn is_due(&self) -> bool {
        self.octets >= BATCH_OCTETS || self.messages >= BATCH_MESSAGES
    }

    pub(crate) fn commit(&mut self) -> io::Result<()> {
        (self.octets, self.messages) = (0, 0);
        self.to.commit()
    }
}

struct Discard;

impl Deliver for Discard {
    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn abandon(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn commit(&mut self) -> io::Result<()> {
        Ok(())
    }
}
