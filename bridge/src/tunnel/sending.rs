//! What is asked of a submission's bytes before they go out: that they begin as one, and that their holder may still send as
//! many in a day.

use restante_protocol::tunnel::BridgeTls;

use super::first::First;
use crate::access::days::Allowance;
use crate::failure::Failure;

/// The bytes of one submission on their way to the server.
#[derive(Debug)]
pub(crate) struct Sending {
    port: u16,
    /// Until the beginning is complete.
    first: Option<First>,
    allowance: Allowance,
}

impl Sending {
    /// A submission to this port, which draws on this allowance.
    pub(crate) fn new(port: u16, tls: BridgeTls, allowance: Allowance) -> Self {
        Self { port, first: Some(First::at(port, tls)), allowance }
    }

    /// How many of these bytes may go out now; they are taken off the day's share.
    ///
    /// # Errors
    /// What the page is told, where none may.
    pub(super) fn admit(&self, bytes: &[u8]) -> Result<usize, Failure> {
        if let Some(mut first) = self.first {
            first.take(bytes, self.port)?;
        }
        Ok(self.allowance.take(bytes.len())?)
    }

    /// These went out, of so many that were admitted.
    pub(super) fn note(&mut self, sent: &[u8], admitted: usize) {
        self.allowance.give_back(admitted.saturating_sub(sent.len()));
        if let Some(first) = &mut self.first
            // They were looked at when they were admitted.
            && first.take(sent, self.port) != Ok(false)
        {
            self.first = None;
        }
    }
}
