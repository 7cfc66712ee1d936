//! Command lines of submission, read (RFC 5321, section 4.1; RFC 1870, 3030, 4954, 6152, 6531 for their parameters).

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command<'a> {
    Hello { extended: bool, name: &'a str },
    StartTls,
    Auth { mechanism: &'a str, initial: Option<&'a str> },
    Mail(Mail),
    Recipient(Mailbox),
    Data,
    Chunk { octets: u64, last: bool },
    Reset,
    Nothing,
    Verify,
    Help,
    Quit,
}

/// What MAIL says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mail {
    /// `None`: the null reverse-path.
    pub(super) from: Option<Mailbox>,
    /// SIZE.
    pub(super) octets: Option<u64>,
    /// SMTPUTF8.
    pub(super) utf8: bool,
}

/// An address, its quoting taken off.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mailbox {
    local: String,
    /// Empty for `<postmaster>` alone.
    domain: String,
}

/// Why a line is no command; the texts are whole replies.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadCommand {
    /// There is no such command.
    Unknown(&'static str),
    /// Its arguments are wrong.
    Arguments(&'static str),
    /// It is a BDAT whose size cannot be read: nobody knows where the next command begins.
    Chunk(&'static str),
}

use BadCommand::{Arguments, Chunk, Unknown};

const NO_ARGUMENT: BadCommand = Arguments("501 5.5.4 This command takes no argument");
const BAD_PARAMETER: BadCommand = Arguments("501 5.5.4 A parameter has a wrong value");
const UNKNOWN_PARAMETER: BadCommand = Arguments("555 5.5.4 A parameter is not known here");
const BAD_SENDER: BadCommand = Arguments("501 5.1.7 MAIL is followed by FROM:<address>");
const BAD_RECIPIENT: BadCommand = Arguments("501 5.1.3 RCPT is followed by TO:<address>");

impl<'a> Command<'a> {
    /// Reads a line, without its line end.
    pub(super) fn parse(line: &'a str) -> Result<Self, BadCommand> {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        let argument = argument.trim();
        let alone = |command| if argument.is_empty() { Ok(command) } else { Err(NO_ARGUMENT) };
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => hello(argument, true),
            "HELO" => hello(argument, false),
            "STARTTLS" => alone(Self::StartTls),
            "AUTH" => auth(argument),
            "MAIL" => mail(argument),
            "RCPT" => recipient(argument),
            "DATA" => alone(Self::Data),
            "BDAT" => chunk(argument),
            "RSET" => alone(Self::Reset),
            "QUIT" => alone(Self::Quit),
            // RFC 5321, sections 4.1.1.8 and 4.1.1.9: an argument means nothing.
            "NOOP" => Ok(Self::Nothing),
            "HELP" => Ok(Self::Help),
            "VRFY" if argument.is_empty() => Err(Arguments("501 5.5.4 VRFY needs a name")),
            "VRFY" => Ok(Self::Verify),
            "EXPN" => Err(Unknown("502 5.5.1 There are no mailing lists here")),
            _ => Err(Unknown("500 5.5.1 Unknown command")),
        }
    }
}

impl Mailbox {
    /// Whether this is the address; case means nothing here.
    pub(super) fn is(&self, address: &str) -> bool {
        format!("{}@{}", self.local, self.domain).eq_ignore_ascii_case(address)
    }

    pub(super) fn is_ascii(&self) -> bool {
        self.local.is_ascii() && self.domain.is_ascii()
    }
}

/// The name goes into a header field, so it has to be a domain or an address literal (RFC 5321, section 4.1.1.1).
fn hello(name: &str, extended: bool) -> Result<Command<'_>, BadCommand> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'[' | b']' | b'_');
    if (1..=255).contains(&name.len()) && name.bytes().all(is_name) {
        return Ok(Command::Hello { extended, name });
    }
    Err(Arguments("501 5.5.4 A host name or an address literal belongs here"))
}

fn auth(argument: &str) -> Result<Command<'_>, BadCommand> {
    let (mechanism, initial) = argument.split_once(' ').map_or((argument, None), |(name, text)| (name, Some(text)));
    if mechanism.is_empty() {
        return Err(Arguments("501 5.5.4 AUTH needs a mechanism"));
    }
    Ok(Command::Auth { mechanism, initial })
}

fn mail(argument: &str) -> Result<Command<'_>, BadCommand> {
    let rest = strip_keyword(argument, "FROM:").ok_or(BAD_SENDER)?;
    let (from, parameters) = path(rest).ok_or(BAD_SENDER)?;
    let mut mail = Mail { from, octets: None, utf8: false };
    let mut seen: Vec<String> = Vec::new();
    for parameter in parameters.split_ascii_whitespace() {
        let (name, value) = parameter.split_once('=').map_or((parameter, None), |(name, value)| (name, Some(value)));
        let name = name.to_ascii_uppercase();
        match (name.as_str(), value) {
            // RFC 1870, section 3: 1 to 20 digits. What exceeds 64 bits exceeds any limit.
            ("SIZE", Some(value)) if (1..=20).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit()) => {
                mail.octets = Some(value.parse().unwrap_or(u64::MAX));
            }
            ("BODY", Some(value)) if ["7BIT", "8BITMIME"].iter().any(|kind| value.eq_ignore_ascii_case(kind)) => {}
            ("SMTPUTF8", None) => mail.utf8 = true,
            // RFC 4954, section 5: who sent it first. Nobody here passes that on.
            ("AUTH", Some(value)) if !value.is_empty() => {}
            ("SIZE" | "BODY" | "SMTPUTF8" | "AUTH", _) => return Err(BAD_PARAMETER),
            _ => return Err(UNKNOWN_PARAMETER),
        }
        if seen.contains(&name) {
            return Err(BAD_PARAMETER);
        }
        seen.push(name);
    }
    Ok(Command::Mail(mail))
}

fn recipient(argument: &str) -> Result<Command<'_>, BadCommand> {
    let rest = strip_keyword(argument, "TO:").ok_or(BAD_RECIPIENT)?;
    let (Some(to), parameters) = path(rest).ok_or(BAD_RECIPIENT)? else { return Err(BAD_RECIPIENT) };
    if parameters.trim().is_empty() { Ok(Command::Recipient(to)) } else { Err(UNKNOWN_PARAMETER) }
}

fn chunk(argument: &str) -> Result<Command<'_>, BadCommand> {
    let (size, last) = argument.split_once(' ').map_or((argument, false), |(size, _)| (size, true));
    let is_last = !last || argument[size.len()..].trim().eq_ignore_ascii_case("LAST");
    match size.parse() {
        Ok(octets) if is_last && size.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Command::Chunk { octets, last }),
        _ => Err(Chunk("501 5.5.4 BDAT is followed by a size, and LAST where it is the last one")),
    }
}

/// What follows a keyword, whatever the case of its letters. Some clients put a space behind the colon.
fn strip_keyword<'a>(text: &'a str, keyword: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(keyword.len())?;
    head.eq_ignore_ascii_case(keyword).then(|| rest.trim_start())
}

/// A path in angle brackets, `None` in it for `<>`, and what follows it (RFC 5321, section 4.1.2; RFC 6531, section 3.3).
fn path(text: &str) -> Option<(Option<Mailbox>, &str)> {
    let inner = text.strip_prefix('<')?;
    let (mut quoted, mut escaped) = (false, false);
    let end = inner.find(|c| match c {
        _ if escaped => {
            escaped = false;
            false
        }
        '\\' if quoted => {
            escaped = true;
            false
        }
        '"' => {
            quoted = !quoted;
            false
        }
        _ => c == '>' && !quoted,
    })?;
    let (address, rest) = (&inner[..end], &inner[end + 1..]);
    if !rest.is_empty() && !rest.starts_with(' ') {
        return None;
    }
    if address.is_empty() {
        return Some((None, rest));
    }
    // A source route is read and means nothing (RFC 5321, section 4.1.1.3).
    let address = if address.starts_with('@') { address.split_once(':')?.1 } else { address };
    Some((Some(mailbox(address)?), rest))
}

fn mailbox(address: &str) -> Option<Mailbox> {
    if address.eq_ignore_ascii_case("postmaster") {
        return Some(Mailbox { local: address.into(), domain: String::new() });
    }
    let (local, domain) = address.rsplit_once('@')?;
    let in_domain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') || !c.is_ascii();
    let is_literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|literal| {
        !literal.is_empty() && literal.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':'))
    });
    if domain.is_empty() || !(is_literal || domain.chars().all(in_domain)) {
        return None;
    }
    let local = match local.strip_prefix('"') {
        Some(rest) => unquoted(rest)?,
        None => {
            let is_special = |c: char| c.is_ascii_control() || " \"(),:;<>@[\\]".contains(c);
            (!local.is_empty() && !local.contains(is_special)).then(|| local.to_owned())?
        }
    };
    Some(Mailbox { local, domain: domain.into() })
}

/// The content of a quoted string whose opening quote is taken off.
fn unquoted(rest: &str) -> Option<String> {
    let (mut text, mut chars) = (String::new(), rest.chars());
    loop {
        match chars.next()? {
            '"' => return chars.as_str().is_empty().then_some(text),
            '\\' => text.push(chars.next()?),
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox_of(path: &str) -> Option<Mailbox> {
        match Command::parse(&format!("RCPT TO:{path}")) {
            Ok(Command::Recipient(mailbox)) => Some(mailbox),
            Err(error) => {
                assert_eq!(error, BAD_RECIPIENT, "{path}");
                None
            }
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn an_address_is_the_same_however_it_is_quoted_routed_or_capitalised() {
        for path in [
            "<robin@postbox.example>",
            "<\"robin\"@Postbox.Example>",
            "<\"r\\obin\"@postbox.example>",
            "<@a.example,@b.example:robin@postbox.example>",
            " <ROBIN@postbox.example>",
        ] {
            assert!(mailbox_of(path).unwrap().is("robin@postbox.example"), "{path}");
        }
        for path in ["<robin@postbox.example.>", "<\"robin@postbox.example\"@x>", "<robin@[127.0.0.1]>", "<Postmaster>"]
        {
            assert!(!mailbox_of(path).unwrap().is("robin@postbox.example"), "{path}");
        }
        assert!(!mailbox_of("<josé@postbox.example>").unwrap().is_ascii());
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in [
            "",
            "<>",
            "robin@postbox.example",
            "<robin@postbox.example",
            "<robin>",
            "<@postbox.example>",
            "<robin@>",
            "<a b@postbox.example>",
            "<\"a@postbox.example>",
            "<\"a\"b@postbox.example>",
            "<a@b@postbox.example>",
            "<robin@post box>",
            "<robin@[]>",
            "<robin@postbox.example>x",
        ] {
            assert_eq!(mailbox_of(path), None, "{path}");
        }
    }

    #[test]
    fn mail_s_parameters_are_those_that_ehlo_announces() {
        let Ok(Command::Mail(mail)) =
            Command::parse("mail from:<> size=99999999999999999999 Body=8bitmime SMTPUTF8 AUTH=<>")
        else {
            panic!("it is a command");
        };
        assert_eq!(mail, Mail { from: None, octets: Some(u64::MAX), utf8: true });
        for (parameter, error) in [
            ("SIZE", BAD_PARAMETER),
            ("SIZE=", BAD_PARAMETER),
            ("SIZE=+1", BAD_PARAMETER),
            ("SIZE=1 SIZE=1", BAD_PARAMETER),
            ("BODY=BINARYMIME", BAD_PARAMETER),
            ("SMTPUTF8=1", BAD_PARAMETER),
            ("AUTH=", BAD_PARAMETER),
            ("RET=HDRS", UNKNOWN_PARAMETER),
            ("X", UNKNOWN_PARAMETER),
        ] {
            assert_eq!(Command::parse(&format!("MAIL FROM:<a@b> {parameter}")), Err(error), "{parameter}");
        }
        assert_eq!(Command::parse("RCPT TO:<a@b> NOTIFY=NEVER"), Err(UNKNOWN_PARAMETER));
    }

    #[test]
    fn a_chunk_has_a_size_and_may_be_the_last() {
        let chunk = |octets, last| Ok(Command::Chunk { octets, last });
        assert_eq!(Command::parse("BDAT 0"), chunk(0, false));
        assert_eq!(Command::parse("bdat 18446744073709551615 last"), chunk(u64::MAX, true));
        for line in ["BDAT", "BDAT x", "BDAT -1", "BDAT +1", "BDAT 18446744073709551616", "BDAT 1 2", "BDAT 1 LAST 2"] {
            assert!(matches!(Command::parse(line), Err(Chunk(_))), "{line}");
        }
    }

    #[test]
    fn the_name_of_a_client_is_a_name_and_cannot_end_a_header_field_or_a_comment() {
        assert_eq!(Command::parse("EHLO [IPv6:::1]"), Ok(Command::Hello { extended: true, name: "[IPv6:::1]" }));
        assert_eq!(Command::parse("helo a-b.example"), Ok(Command::Hello { extended: false, name: "a-b.example" }));
        for line in ["EHLO", "EHLO a b", "EHLO a)", "EHLO a;b", "EHLO é"] {
            assert!(matches!(Command::parse(line), Err(Arguments(_))), "{line}");
        }
    }

    #[test]
    fn commands_without_arguments_have_none() {
        for line in ["DATA x", "RSET x", "QUIT x", "STARTTLS x"] {
            assert_eq!(Command::parse(line), Err(NO_ARGUMENT), "{line}");
        }
        assert_eq!(Command::parse("NOOP x"), Ok(Command::Nothing));
        assert_eq!(Command::parse("HELP x"), Ok(Command::Help));
        assert!(matches!(Command::parse("VRFY"), Err(Arguments(_))));
        for line in ["", "EXPN x", "GET / HTTP/1.1", "MAILFROM:<a@b>"] {
            assert!(matches!(Command::parse(line), Err(Unknown(_))), "{line}");
        }
    }
}
