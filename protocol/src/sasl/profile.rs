//! How a protocol carries an exchange (RFC 4422, section 4).

/// What a protocol's SASL profile settles. Challenges and answers are base64 in all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// The command that starts an exchange; the mechanism's name follows it.
    pub command: &'static str,
    /// Whether the client's first message may travel behind the mechanism's name.
    pub initial_response: bool,
    /// Octets that the command's line may have then, CRLF included. A first message with which it would be longer
    /// waits for the server's empty challenge.
    pub line: usize,
    /// How an empty first message is written behind the mechanism's name.
    pub empty: &'static str,
    /// The line that cancels an exchange.
    pub cancel: &'static str,
}
