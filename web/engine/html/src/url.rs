//! Where an address in a message may lead: links to the web and to mail, pictures from the message itself, and remote
//! pictures only where the user allows them.

use std::cell::Cell;
use std::collections::HashMap;

use ammonia::Url;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use restante_api::InlineImage;
use restante_api::picture::{percent_decoded, shown_type};

use super::RemoteContent;

/// Octets of pictures from the message that are written into a document at most: each reference is a copy.
const MAX_INLINE: usize = 32 << 20;

/// Resolves the addresses of pictures, and counts the remote ones.
pub(super) struct Resolver {
    inline: HashMap<String, String>,
    allowed: RemoteContent,
    remote: Cell<u32>,
    /// Octets of pictures from the message that may still be written into the document.
    room: Cell<usize>,
}

impl Resolver {
    pub(super) fn new(images: &[InlineImage], allowed: RemoteContent) -> Self {
        let inline = images
            .iter()
            .filter_map(|image| {
                let media_type = shown_type(&image.media_type)?;
                let data = format!("data:{media_type};base64,{}", STANDARD.encode(&image.bytes));
                Some((image.content_id.to_ascii_lowercase(), data))
            })
            .collect();
        Self { inline, allowed, remote: Cell::new(0), room: Cell::new(MAX_INLINE) }
    }

    /// How many remote pictures there are, left out or not.
    pub(super) fn remote(&self) -> u32 {
        self.remote.get()
    }

    /// What stands behind the address of a remote picture in a style sheet.
    pub(super) fn modifier(&self, address: &str) -> &'static str {
        let is_remote = address.starts_with("http");
        if is_remote && self.allowed == RemoteContent::AllowedWithModifiers {
            " referrer-policy(no-referrer)"
        } else {
            ""
        }
    }

    /// The same, where no picture is loaded from outside whatever is allowed.
    pub(super) fn own_picture(&self, address: &str) -> Option<String> {
        self.load(address, false)
    }

    /// The address to load a picture from, or `None` where it is not to be loaded.
    pub(super) fn picture(&self, address: &str) -> Option<String> {
        self.load(address, true)
    }

    fn load(&self, address: &str, from_outside: bool) -> Option<String> {
        let address = address.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_ascii_control());
        // "//host/path" takes the scheme of the page around it; a message has none, so it means the web.
        let protocol_relative = address.get(..2).is_some_and(|start| start.chars().all(|c| c == '/' || c == '\\'));
        let url =
            if protocol_relative { Url::parse(&format!("https:{address}")).ok()? } else { Url::parse(address).ok()? };
        match url.scheme() {
            "http" | "https" if !from_outside => None,
            "http" | "https" => {
                self.remote.set(self.remote.get().saturating_add(1));
                (self.allowed != RemoteContent::Blocked).then(|| url.into())
            }
            // RFC 2392, section 2: the address is the Content-ID, percent-encoded.
            "cid" => {
                let data = self.inline.get(&percent_decoded(url.path()).to_ascii_lowercase())?;
                self.room.set(self.room.get().checked_sub(data.len())?);
                Some(data.clone())
            }
            "data" => {
                let media_type = url.path().split([';', ',']).next().unwrap_or_default();
                shown_type(media_type).map(|_| url.into())
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
