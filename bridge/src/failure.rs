//! Why a tunnel was refused or ended: the code and the words that the page is told.
//!
//! The words are for a person and never repeat a destination, a token or a byte of the payload.

use std::io;

use restante_protocol::tunnel::{CloseCode, Refused};

/// A tunnel's failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Failure {
    /// Close code of the WebSocket: one of the tunnel's, or of RFC 6455 where the framing itself is at fault.
    pub(crate) code: u16,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(code: CloseCode, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }

    pub(crate) fn bad_message(message: impl Into<String>) -> Self {
        Self::new(CloseCode::BadMessage, message)
    }

    /// An established connection to the mail server failed.
    pub(crate) fn lost(error: &io::Error) -> Self {
        let how = match error.kind() {
            io::ErrorKind::ConnectionReset => "the server reset it",
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted => "the server closed it",
            io::ErrorKind::TimedOut => "the server no longer answers",
            io::ErrorKind::UnexpectedEof => "the server cut it off without ending TLS",
            _ => "a network failure",
        };
        Self::new(CloseCode::ConnectionLost, format!("The connection to the mail server was lost: {how}."))
    }

    /// As the tunnel's message, where the code is one of the tunnel's.
    pub(crate) fn refused(&self) -> Option<Refused> {
        let code = CloseCode::try_from(self.code).ok()?;
        Some(Refused { code, message: self.message.clone() })
    }
}
