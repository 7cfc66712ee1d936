//! What the document says of POP3 and of submission, as far as there is a place for it
//! (<https://wiki.mozilla.org/Thunderbird:Autoconfiguration:ConfigFileFormat>).
//!
//! Anybody may have written it, so what is odd in it is passed over, and of a document that is odd as a whole nothing is taken.

use restante_api::{Discover, Discovery, Place, Security, Settings, SettingsSource};
use roxmltree::{Document, Node, ParsingOptions};

use super::is_name;

/// Elements and texts of a document at most; a long one has two hundred.
const NODES: u32 = 4096;
/// Octets of a server's or a user's name at most, before anything is filled in.
const LONGEST: usize = 255;
/// What the format calls signing in with a password, `plain` and `secure` in documents from before its version 1.1.
const PASSWORDS: [&str; 4] = ["password-cleartext", "password-encrypted", "plain", "secure"];
/// Where mail servers hand letters on to each other, which no bridge leads to.
const RELAY_PORT: u16 = 25;

/// The settings in a document; `None` where it is none, or names no server to fetch mail from.
pub(super) fn read(document: &[u8], wanted: &Discover) -> Option<Discovery> {
    let text = std::str::from_utf8(document).ok()?;
    // Without DTDs there are no entities that could grow, or be fetched.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    let tree = Document::parse_with_options(text, options).ok()?;
    let root = Some(tree.root_element()).filter(|root| root.tag_name().name() == "clientConfig")?;
    let provider = children(root, "emailProvider").next()?;
    children(provider, "incomingServer").next()?;

    let fetching = children(provider, "incomingServer").filter(|server| server.attribute("type") == Some("pop3"));
    let Some(fetching) = best(fetching.filter_map(|server| Server::of(server, wanted))) else {
        return Some(Discovery::Unlisted);
    };
    let user = fetching.user.unwrap_or_else(|| wanted.address());
    let sending = children(provider, "outgoingServer").filter(|server| server.attribute("type") == Some("smtp"));
    let sending = sending.filter_map(|server| Server::of(server, wanted));
    // Letters are sent by the user name that mail is fetched by: another one has no place in the settings.
    let is_same = |server: &Server| server.user.as_ref().is_none_or(|other| *other == user);
    let sending = best(sending.filter(|server| is_same(server) && server.place.port != RELAY_PORT));
    Some(Discovery::Settings(Settings {
        source: SettingsSource::Autoconfig,
        fetch: fetching.place,
        submission: sending.map(|server| server.place),
        user,
    }))
}

/// A server of the document, with TLS.
struct Server {
    place: Place,
    user: Option<String>,
}

impl Server {
    /// What an element says; `None` where it says nothing usable, or nothing of TLS: clear text is nobody's choice but the user's.
    fn of(element: Node<'_, '_>, wanted: &Discover) -> Option<Self> {
        let text = |name| children(element, name).next().and_then(|child| child.text()).map(str::trim);
        // Where a password is of no use, such as with OAuth2 alone, the server is none that the form could be filled in with.
        let takes_passwords = |way: Node<'_, '_>| way.text().is_some_and(|way| PASSWORDS.contains(&way.trim()));
        let mut ways = children(element, "authentication").peekable();
        if ways.peek().is_some() && !ways.any(takes_passwords) {
            return None;
        }
        let security = match text("socketType")? {
            "SSL" => Security::Tls,
            "STARTTLS" => Security::Starttls,
            _ => return None,
        };
        let port = text("port")?.parse().ok().filter(|port| *port > 0)?;
        let host = filled(text("hostname")?, wanted)?.to_ascii_lowercase();
        let user = text("username").and_then(|user| filled(user, wanted)).filter(|user| is_user(user));
        is_name(&host).then_some(Self { place: Place { host, port, security }, user })
    }
}

/// The first server with TLS from the first byte, where there is one, as for the servers that DNS names.
fn best(servers: impl Iterator<Item = Server>) -> Option<Server> {
    // `false` is less than `true`, and of equals the first is the least.
    servers.min_by_key(|server| server.place.security != Security::Tls)
}

fn children<'a, 'i>(parent: Node<'a, 'i>, name: &'a str) -> impl Iterator<Item = Node<'a, 'i>> {
    parent.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// A text with what stands for the parts of the mail address filled in; `None` where something else is to be filled in, or it is
/// too long.
fn filled(text: &str, wanted: &Discover) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('%') {
        let (name, behind) = behind.split_once('%')?;
        filled.push_str(before);
        match name {
            "EMAILADDRESS" => filled.push_str(&wanted.address()),
            "EMAILLOCALPART" => filled.push_str(&wanted.local),
            "EMAILDOMAIN" => filled.push_str(&wanted.domain),
            _ => return None,
        }
        rest = behind;
    }
    filled.push_str(rest);
    Some(filled)
}

fn is_user(user: &str) -> bool {
    !user.is_empty() && !user.contains(|c: char| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests;
