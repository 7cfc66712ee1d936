//! SASL exchanges (RFC 4422) as POP3 carries them (RFC 5034).

/// Why this side ended an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum BadChallenge {
    /// The challenge is not base64, or not what the mechanism has there.
    #[error("the server's challenge is malformed")]
    Malformed,
    /// The server did not prove that it knows the password, or repeated a nonce that is not ours
    /// (RFC 5802, section 5).
    #[error("the server did not prove that it knows the password")]
    NotAuthentic,
    /// SCRAM with fewer or more iterations than is safe or bearable.
    #[error("the server asks for an iteration count out of bounds")]
    Iterations,
}
