//! Deviations from the standards that are tolerated: each has a name, and the servers that are known for it.
//!
//! Every quirk is shown by a dialogue in `tests/scripts/quirks`, in a file of its name. Not here: the tolerance itself,
//! which stands where the bytes are read.

quirks! {
    /// A line of the protocol (not of a body) ends in LF alone.
    BareLf = "bare-lf", "small embedded servers, scripts behind inetd";
    /// A body ends with `.` LF or LF `.` CRLF.
    TerminatorBareLf = "terminator-bare-lf", "servers that send mbox lines as they are stored";
    /// A body's last line has no CRLF, and the final `.` stands right behind it.
    GluedTerminator = "glued-terminator", "gateways that append the terminator to a message without a final line end";
    /// A line of a body starts with a dot that was not doubled.
    UnstuffedDot = "unstuffed-dot", "home-grown gateways to other message stores";
    /// A body's size is not the one LIST told.
    WrongSize = "wrong-size", "Gmail, Exchange, and servers that count LF for CRLF";
    /// `+ok` or `-err` in lower case.
    StatusCase = "status-case", "home-grown servers";
    /// The greeting is `+OK` and nothing more.
    BareGreeting = "bare-greeting", "servers whose banner the operator emptied";
    /// CAPA is refused.
    CapaRefused = "capa-refused", "servers older than RFC 2449, such as qmail-pop3d";
    /// The connection is closed on CAPA.
    CapaHangup = "capa-hangup", "old servers and virus-scanning proxies";
    /// Capabilities that hold from the first are announced only after the login.
    LateCapabilities = "late-capabilities", "Gmail (TOP and PIPELINING)";
    /// The connection is closed on a wrong password, without an answer.
    LoginHangup = "login-hangup", "servers with a limit of one attempt";
    /// Channel binding is announced and then refused, whatever it binds to.
    BindingRefused = "binding-refused", "Cyrus IMAP 3.6, which knows tls-unique alone";
    /// The connection is closed on QUIT, without an answer.
    QuitHangup = "quit-hangup", "servers behind load balancers";
    /// `+OK` where a SASL exchange wants `+`.
    OkForContinue = "ok-for-continue", "servers whose AUTH was copied from another protocol";
    /// A SASL challenge's `+` without the space behind it.
    BareContinue = "bare-continue", "Exchange, Dovecot's older versions";
    /// More spaces than one, or a tab, between the words of an answer.
    ExtraSpaces = "extra-spaces", "servers that align their columns";
    /// A unique-id of more than 70 octets.
    LongUid = "long-uid", "Exchange, gateways that use Message-ID";
    /// A unique-id with spaces in it.
    SpacedUid = "spaced-uid", "gateways that use file names";
    /// A unique-id with octets that are not printable ASCII.
    NonAsciiUid = "non-ascii-uid", "gateways that use file names";
    /// A message without a unique-id.
    EmptyUid = "empty-uid", "servers that take it from a header the message lacks";
    /// Two messages of the same unique-id.
    DuplicateUid = "duplicate-uid", "servers that hash the content";
    /// `UIDL n` or `LIST n` answered without repeating the number.
    NumberMissing = "number-missing", "Twisted's POP3 module and what is built on it";
    /// A size of 2 GiB or more is shown as a negative number.
    NegativeSize = "negative-size", "servers that keep sizes in 32 bits with a sign";
    /// A listing leaves message numbers out.
    ListingGap = "listing-gap", "servers that leave out messages deleted elsewhere";
    /// A listing is not in the order of the message numbers.
    ListingOrder = "listing-order", "servers that list by date";
    /// A listing has not as many messages as STAT told.
    ListingCount = "listing-count", "servers that count before they filter";
    /// A second `+OK` before or after an answer.
    SecondOk = "second-ok", "servers that acknowledge TOP twice";
    /// An empty line where an answer should start.
    EmptyLine = "empty-line", "gateways that end a body twice";
    /// A status line of more than 512 octets.
    LongLine = "long-line", "servers with a notice in their greeting";
    /// NUL in a line of the protocol (not of a body).
    Nul = "nul", "servers that send their string's end along";
    /// Octets in a status line that are no UTF-8.
    EightBitText = "eight-bit-text", "servers with translated texts";
}
