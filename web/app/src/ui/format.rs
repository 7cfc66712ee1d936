//! Values as short texts: sizes, counts, initials. Dates need the browser and are in [`crate::ui::browser::dates`].

use restante_api::Address;

/// A size in octets, as a person reads it: `48 KB`, `20.1 MB`.
pub fn octets(octets: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if octets < 1000 {
        return format!("{octets} bytes");
    }
    // Only shown, so the precision of a float is enough.
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let mut size = octets as f64 / 1000.0;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    let unit = UNITS[unit];
    if size < 9.95 && unit != "KB" { format!("{size:.1} {unit}") } else { format!("{size:.0} {unit}") }
}

/// A number with its thousands apart: `10,312`.
pub fn count(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Seconds to wait, as a clock shows them: `0:09`, `14:59`, `2:00:00`.
pub fn wait(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// What an address is called: its name, or the address itself.
pub fn name(address: Option<&Address>) -> &str {
    match address {
        Some(Address { name, .. }) if !name.trim().is_empty() => name.trim(),
        Some(Address { address, .. }) if !address.is_empty() => address,
        _ => "(no sender)",
    }
}

/// Two letters for the round mark beside a sender.
pub fn initials(name: &str) -> String {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or("?");
    let mut letters = first.chars();
    let mut mark: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let is_cjk = first.chars().next().is_some_and(|c| ('\u{2e80}'..='\u{9fff}').contains(&c));
    let second = if is_cjk { letters.next() } else { words.next_back().and_then(|word| word.chars().next()) };
    mark.extend(second.or_else(|| letters.next()).into_iter().flat_map(char::to_uppercase));
    mark
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
        "application/pdf" => "PDF",
        "text/calendar" => "Calendar",
        "text/plain" => "Text",
        "text/html" => "HTML",
        "text/csv" => "Table",
        "message/rfc822" => "Message",
        "application/zip" | "application/gzip" | "application/x-tar" => "Archive",
        other => match other.split_once('/') {
            Some(("image", kind)) => return format!("Picture, {}", kind.to_uppercase()),
            Some(("audio", _)) => "Sound",
            Some(("video", _)) => "Film",
            Some(("text", _)) => "Text",
            _ => "File",
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
    fn initials_are_two_letters_in_every_script() {
        let shown =
            ["Ana Beltrán", "田中 美咲", "letter@northwind.example", "", "ß", "أحمد علي", "🎉 Party"].map(initials);
        assert_eq!(shown, ["AB", "田中", "LE", "?", "SS", "أع", "PA"]);
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
