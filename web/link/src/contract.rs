//! The contracts between the page's three programs: what crosses to the workers and back.

use restante_api::{Call, InlineImage, Reply, Wording};
use serde::{Deserialize, Serialize};

use crate::Crossing;

impl Crossing for Call {}

impl Crossing for Reply {
    fn take_block(&mut self) -> Option<Vec<u8>> {
        Self::take_block(self)
    }

    fn put_block(&mut self, block: Vec<u8>) {
        Self::put_block(self, block);
    }
}

/// HTML to make safe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unsafe {
    /// The HTML as it came.
    pub html: String,
    /// The images it refers to by Content-ID.
    pub images: Vec<InlineImage>,
    /// Whether remote pictures stay in.
    pub remote: bool,
    /// The browser knows `referrer-policy()` in addresses of style sheets.
    pub modifiers: bool,
    /// What is said within the document.
    pub wording: Wording,
}

/// HTML that was made safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Safe {
    /// A whole document.
    pub document: String,
    /// Remote pictures that it refers to, left out or not.
    pub remote: u32,
}

impl Crossing for Unsafe {}

impl Crossing for Safe {}
