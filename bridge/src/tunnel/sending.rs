//! What is asked of bytes before they go out to a server other than one that mail is fetched from: that they begin as they
//! have to, and, of a submission's, that their holder may still send as many in a day.

use restante_protocol::tunnel::BridgeTls;

use super::first::First;
use crate::access::days::Allowance;
use crate::failure::Failure;

/// The bytes of one tunnel on their way to the server.
#[derive(Debug)]
pub(crate) struct Sending {
    port: u16,
    /// Until the beginning is complete.
    first: Option<First>,
    allowance: Option<Allowance>,
}

impl Sending {
    /// A submission to this port, which draws on this allowance.
    pub(crate) fn new(port: u16, tls: BridgeTls, allowance: Allowance) -> Self {
        Self { port, first: Some(First::at(port, tls)), allowance: Some(allowance) }
    }

    /// A question over TLS to a server at this port that is none for mail.
    pub(crate) fn of_tls(port: u16) -> Self {
        Self { port, first: Some(First::of_tls()), allowance: None }
    }

    /// How many of these bytes may go out now; they are taken off the day's share.
    ///
    /// # Errors
    /// What the page is told, where none may.
    pub(super) fn admit(&self, bytes: &[u8]) -> Result<usize, Failure> {
        if let Some(mut first) = self.first {
            first.take(bytes, self.port)?;
        }
        self.allowance.as_ref().map_or(Ok(bytes.len()), |allowance| Ok(allowance.take(bytes.len())?))
    }

    /// These went out, of so many that were admitted.
    pub(super) fn note(&mut self, sent: &[u8], admitted: usize) {
        if let Some(allowance) = &self.allowance {
            allowance.give_back(admitted.saturating_sub(sent.len()));
        }
        if let Some(first) = &mut self.first
            // They were looked at when they were admitted.
            && first.take(sent, self.port) != Ok(false)
        {
            self.first = None;
        }
    }
}
