//! Pictures that a message brings along: which types are shown, and how their addresses are written.

/// Picture types that a browser shows without running anything.
const SHOWN: [&str; 9] = [
    "image/apng",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/svg+xml",
    "image/webp",
    "image/x-icon",
];

/// The type of a picture that is shown, as it is written in an address; `None` for every other type.
pub fn shown_type(media_type: &str) -> Option<&'static str> {
    let media_type = media_type.trim();
    let media_type = if media_type.eq_ignore_ascii_case("image/jpg") { "image/jpeg" } else { media_type };
    SHOWN.into_iter().find(|known| known.eq_ignore_ascii_case(media_type))
}

/// Text with `%XX` decoded; what is no valid sequence stays as it is.
pub fn percent_decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |at: usize| tail.get(at).and_then(|c| char::from(*c).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high << 4 | low);
                rest = &tail[2..];
            }
            _ => {
                decoded.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
