//! Values as short texts: sizes, counts, initials. Dates need the browser and are in [`crate::ui::browser::dates`].

use restante_api::Address;
use restante_locales::{number, say};

/// A size in octets, as a person reads it: `48 KB`, `20.1 MB`.
pub fn octets(octets: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if octets < 1000 {
        return say::size_bytes(octets);
    }
    // Only shown, so the precision of a float is enough.
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let mut size = octets as f64 / 1000.0;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    say::size(&number(size, usize::from(size < 9.95 && unit > 0)), UNITS[unit])
}

/// A number with its thousands apart: `10,312`.
pub fn count(count: u32) -> String {
    number(f64::from(count), 0)
}

/// Seconds to wait, as a clock shows them: `0:09`, `14:59`, `2:00:00`.
pub fn wait(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// What an address is called: its name, or the address itself, also where the name is that of another.
pub fn name(address: Option<&Address>) -> &str {
    match address {
        Some(found @ Address { name, .. }) if !name.trim().is_empty() && posing(found).is_none() => name.trim(),
        Some(Address { address, .. }) if !address.is_empty() => address,
        _ => say::no_sender(),
    }
}

/// A mailbox as it is shown in full: name and address, or the address alone.
pub fn mailbox(mailbox: &Address) -> String {
    let Address { name, address } = mailbox;
    if name.is_empty() { address.clone() } else { format!("{name} <{address}>") }
}

/// Mailboxes as they are shown in full, with commas between.
pub fn mailboxes(mailboxes: &[Address]) -> String {
    mailboxes.iter().map(mailbox).collect::<Vec<_>>().join(", ")
}

/// The address that a name holds, where it is not the one that it stands before: `"bank@bank.example" <x@other.example>`.
pub fn posing(address: &Address) -> Option<&str> {
    let is_at = |c: char| matches!(c, '@' | '＠' | '﹫');
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\'' | ',' | ';' | ':');
    address.name.split(ends).map(|word| word.trim_matches('.')).find(|word| {
        let (local, domain) = word.split_once(is_at).unwrap_or_default();
        let is_address = !local.is_empty() && domain.contains(['.', '。', '．']);
        is_address && !address.address.is_empty() && word.to_lowercase() != address.address.to_lowercase()
    })
}

/// Whether a web address shows the host that it leads to, where everybody looks for it.
pub fn names_host(address: &str, host: &str) -> bool {
    let behind = address.split_once("//").map_or(address, |(_, behind)| behind);
    let shown = behind.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let (name, port) =
        shown.rsplit_once(':').filter(|(_, port)| port.bytes().all(|c| c.is_ascii_digit())).unwrap_or((shown, ""));
    let shown = if port.is_empty() { shown.trim_end_matches(':') } else { name };
    shown.eq_ignore_ascii_case(host)
}

/// The letters for the round mark beside a sender: two where people write their initials so, one in other scripts. `None`
/// where there is no letter to show.
pub fn initials(name: &str) -> Option<String> {
    // Of an address, what stands before the host's name; what stands in brackets is said of somebody.
    let name = name.split_once('@').map_or(name, |(local, _)| local);
    let outside = name.split(['(', '[', '<']).next().unwrap_or_default().trim();
    let name = if outside.is_empty() { name } else { outside };
    let mut words = name.split(|c: char| !c.is_alphanumeric() && !is_joined(c)).filter_map(initial);
    let first = words.next()?;
    let written = if takes_two(first) { words.next_back().filter(|c| c.is_alphabetic()) } else { None };
    let begins = || {
        let mut letters = name.chars().skip_while(|c| *c != first).skip(1);
        letters.find(|c| !is_joined(*c)).filter(|c| c.is_alphabetic() && takes_two(*c))
    };
    let second = match written.filter(|c| takes_two(*c)) {
        Some(_) if is_cjk(first) => begins(),
        None if takes_two(first) => begins(),
        written => written,
    };
    Some(std::iter::once(first).chain(second).flat_map(char::to_uppercase).take(2).collect())
}

/// The letter that a word begins with, for those who sort words.
fn initial(word: &str) -> Option<char> {
    // The article of Arabic is written together with its noun; without it every other name would have the same mark.
    let noun = word.strip_prefix("ال").filter(|noun| noun.chars().count() > 2).unwrap_or(word);
    // Vowels of Thai and Lao that are written before their consonant.
    let c = noun.chars().find(|c| c.is_alphabetic() && !matches!(c, '\u{e40}'..='\u{e44}' | '\u{ec0}'..='\u{ec4}'));
    c.or_else(|| word.chars().next().filter(|c| c.is_alphanumeric()))
}

/// Marks that belong to the letter before them.
fn is_joined(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}' | '\u{200c}' | '\u{200d}' | '\'' | '’')
}

/// Scripts in which two first letters stand for a name. Where letters are joined to words, two would be a word.
fn takes_two(c: char) -> bool {
    matches!(c, '0'..='9' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{58f}' | '\u{5d0}'..='\u{5ea}' | '\u{10a0}'..='\u{10ff}' | '\u{1e00}'..='\u{1fff}')
        || is_cjk(c)
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// The number of colours a sender's mark can have.
pub const HUES: u32 = 12;

/// The colour of a sender's mark, the same for the same sender: below [`HUES`].
pub fn hue(address: &str) -> u32 {
    // FNV-1a: even, and the same everywhere.
    address
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193))
        % HUES
}

/// A media type, as a person names it.
pub fn media_type(media_type: &str) -> String {
    let name = match media_type {
        "application/pdf" => say::type_pdf(),
        "text/calendar" => say::type_calendar(),
        "text/plain" => say::type_text(),
        "text/html" => "HTML",
        "text/csv" => say::type_table(),
        "message/rfc822" => say::type_message(),
        "application/zip" | "application/gzip" | "application/x-tar" => say::type_archive(),
        other => match other.split_once('/') {
            Some(("image", kind)) => return say::type_picture(&kind.to_uppercase()),
            Some(("audio", _)) => say::type_sound(),
            Some(("video", _)) => say::type_film(),
            Some(("text", _)) => say::type_text(),
            _ => say::type_file(),
        },
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let shown: Vec<_> = [0, 999, 1000, 48_213, 999_499, 999_500, 1_000_000, 20_100_000, 5_250_000_000]
            .into_iter()
            .map(octets)
            .collect();
        assert_eq!(shown, ["0 bytes", "999 bytes", "1 KB", "48 KB", "999 KB", "1.0 MB", "1.0 MB", "20 MB", "5.2 GB"]);
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!([7, 999, 1000, 10_312, 1_234_567].map(count), ["7", "999", "1,000", "10,312", "1,234,567"]);
    }

    #[test]
    fn a_wait_reads_like_a_clock() {
        assert_eq!([9, 899, 7200, 7261].map(wait), ["0:09", "14:59", "2:00:00", "2:01:01"]);
    }

    #[test]
    fn initials_are_those_that_people_of_the_script_write() {
        let shown = |name: &str| initials(name).unwrap_or_default();
        for (name, mark) in [
            ("Ana Beltrán", "AB"),
            ("North Wind Weekly", "NW"),
            ("田中 美咲", "田中"),
            ("김민수", "김민"),
            ("Мария Петрова", "МП"),
            ("דנה כהן", "דכ"),
            ("ß", "SS"),
            ("🎉 Party", "PA"),
            ("letter@northwind.example", "LE"),
            ("ana.beltran@mail.example", "AB"),
            ("Jonas Okafor (via the archive)", "JO"),
            ("e\u{301}va", "EV"),
            ("O'Brien", "OB"),
            ("7", "7"),
            // One letter, and not that of the article.
            ("أحمد علي", "أ"),
            ("الأستاذ الأمين", "أ"),
            ("نور", "ن"),
            ("क्षमा शर्मा", "क"),
            ("เอก", "อ"),
            ("", ""),
            ("🎉", ""),
        ] {
            assert_eq!(shown(name), mark, "{name}");
        }
    }

    #[test]
    fn a_name_that_is_another_address_is_not_what_a_sender_is_called() {
        let sender = |name: &str, address: &str| Address { name: name.into(), address: address.into() };
        for name in [
            "service@bank.example",
            "The bank <service@bank.example>",
            "\"service@bank.example\"",
            "ｓ＠bank．example",
            "x@a.example via y",
        ] {
            let posing = sender(name, "x@other.example");
            assert_eq!(super::name(Some(&posing)), "x@other.example", "{name}");
            assert!(super::posing(&posing).is_some());
        }
        for name in ["Ana", "Ana@work", "X@Other.Example", "Me (x@other.example)", "@ana.b", "a@", ""] {
            assert_eq!(super::posing(&sender(name, "x@other.example")), None, "{name}");
        }
        assert_eq!(super::posing(&sender("<service@bank.example>", "x@other.example")), Some("service@bank.example"));
    }

    #[test]
    fn an_address_shows_its_host_where_everybody_looks_for_it() {
        assert!(names_host("https://Example.org:8080/a@b", "example.org"));
        assert!(names_host("http://[::1]:80/", "[::1]") && names_host("http://[::1]/", "[::1]"));
        for hidden in
            ["https://bank.example@other.example/", "https://other.example\\@bank.example", "https://bаnk.example/"]
        {
            assert!(!names_host(hidden, if hidden.contains('\\') { "x" } else { "other.example" }), "{hidden}");
        }
    }

    #[test]
    fn a_senders_colour_does_not_depend_on_case() {
        assert_eq!(hue("Ana@Example.org"), hue("ana@example.org"));
        assert!(hue("ana@example.org") < HUES);
    }

    #[test]
    fn a_sender_without_a_name_is_called_by_the_address() {
        let address = Address { name: " ".into(), address: "a@example.org".into() };
        assert_eq!(name(Some(&address)), "a@example.org");
        assert_eq!(name(None), "(no sender)");
    }
}
