//! Where an address in a message may lead: links to the web and to mail, pictures from the message itself, and remote
//! pictures only where the user allows them.

use std::cell::Cell;
use std::collections::HashMap;

use ammonia::Url;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::RemoteContent;
use crate::api::InlineImage;

/// Picture types that a browser shows without running anything.
const PICTURES: [&str; 9] = [
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

/// Resolves the addresses of pictures, and counts those that were left out.
pub(super) struct Resolver {
    inline: HashMap<String, String>,
    remote: RemoteContent,
    blocked: Cell<u32>,
}

impl Resolver {
    pub(super) fn new(images: &[InlineImage], remote: RemoteContent) -> Self {
        let inline = images
            .iter()
            .filter_map(|image| {
                let media_type = picture_type(&image.media_type)?;
                let data = format!("data:{media_type};base64,{}", STANDARD.encode(&image.bytes));
                Some((image.content_id.to_ascii_lowercase(), data))
            })
            .collect();
        Self { inline, remote, blocked: Cell::new(0) }
    }

    /// How many remote pictures were left out.
    pub(super) fn blocked(&self) -> u32 {
        self.blocked.get()
    }

    /// The address to load a picture from, or `None` where it is not to be loaded.
    pub(super) fn picture(&self, address: &str) -> Option<String> {
        let address = address.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_ascii_control());
        // "//host/path" takes the scheme of the page around it; a message has none, so it means the web.
        let protocol_relative = address.get(..2).is_some_and(|start| start.chars().all(|c| c == '/' || c == '\\'));
        let url =
            if protocol_relative { Url::parse(&format!("https:{address}")).ok()? } else { Url::parse(address).ok()? };
        match url.scheme() {
            "http" | "https" => match self.remote {
                RemoteContent::Allowed => Some(url.into()),
                RemoteContent::Blocked => {
                    self.blocked.set(self.blocked.get().saturating_add(1));
                    None
                }
            },
            // RFC 2392, section 2: the address is the Content-ID, percent-encoded.
            "cid" => self.inline.get(&percent_decoded(url.path()).to_ascii_lowercase()).cloned(),
            "data" => {
                let media_type = url.path().split([';', ',']).next().unwrap_or_default();
                picture_type(media_type).map(|_| url.into())
            }
            _ => None,
        }
    }
}

/// The address a link may lead to, or `None`.
pub(super) fn link(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.into())
}

fn picture_type(media_type: &str) -> Option<&'static str> {
    let media_type = media_type.trim();
    let media_type = if media_type.eq_ignore_ascii_case("image/jpg") { "image/jpeg" } else { media_type };
    PICTURES.into_iter().find(|known| known.eq_ignore_ascii_case(media_type))
}

fn percent_decoded(text: &str) -> String {
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
