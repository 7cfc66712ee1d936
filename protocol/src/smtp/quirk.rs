//! Deviations from the standards that are tolerated: each has a name, and the servers that are known for it.
//!
//! Every quirk is shown by a dialogue in `tests/scripts/submission/quirks`, in a file of its name. Not here: the tolerance
//! itself, which stands where the bytes are read.

quirks! {
    /// A reply's line ends in LF alone.
    BareLf = "bare-lf", "small embedded servers, scripts behind inetd";
    /// An empty line where a reply should start.
    EmptyLine = "empty-line", "home-grown servers that end their greeting twice";
    /// A tab behind a reply's code.
    TabSeparator = "tab-separator", "home-grown servers";
    /// The lines of one reply have different codes; the last one counts.
    MixedCodes = "mixed-codes", "content filters that append their own line to a server's reply";
    /// A reply's line of more than 512 octets.
    LongLine = "long-line", "servers with a policy or a link in their refusals";
    /// NUL in a reply's line.
    Nul = "nul", "servers that send their string's end along";
    /// Octets in a reply that are no UTF-8.
    EightBitText = "eight-bit-text", "servers with translated texts";
    /// EHLO is refused, and HELO is not.
    EhloRefused = "ehlo-refused", "firewalls that strip extensions (Cisco PIX fixup), servers older than RFC 1869";
    /// Mechanisms announced as `AUTH=`.
    AuthEquals = "auth-equals", "Postfix with broken_sasl_auth_clients, old Exchange, for old Outlook";
    /// A SASL challenge's 334 without the space behind it.
    BareChallenge = "bare-challenge", "Exchange, home-grown servers";
    /// A login is answered by another code of success than 235.
    OtherLoginCode = "other-login-code", "home-grown servers (250)";
    /// The connection is closed on a wrong password, without an answer.
    LoginHangup = "login-hangup", "servers with a limit of one attempt";
    /// Channel binding is announced and then refused, whatever it binds to.
    BindingRefused = "binding-refused", "servers behind Cyrus SASL, which knows tls-unique alone";
    /// DATA is answered by another 3xx than 354.
    OtherGoAhead = "other-go-ahead", "home-grown servers";
    /// DATA goes on though every recipient was refused.
    GoAheadForNobody = "go-ahead-for-nobody", "servers that look at recipients when DATA has ended (RFC 2920, section 3.1, allows it)";
    /// The connection is closed on QUIT, without an answer.
    QuitHangup = "quit-hangup", "servers behind load balancers";
}
