//! Which parts make up what is read (RFC 8621, section 4.1.4), and which are files beside it.

use super::structure::{Part, Structure};

/// Indices of parts, each list in the order of the source.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    /// Texts for a text view; HTML where there is nothing else.
    pub(super) text: Vec<u32>,
    /// Texts for an HTML view; plain text where there is nothing else.
    pub(super) html: Vec<u32>,
    /// Everything else, pictures included.
    pub(super) files: Vec<u32>,
}

/// A multipart that is being looked through.
struct Level {
    part: Option<u32>,
    is_alternative: bool,
    is_related: bool,
    in_alternative: bool,
    wants_text: bool,
    wants_html: bool,
    texts: usize,
    htmls: usize,
}

/// Sorts the parts. The depth is bounded by the structure's, and there is no recursion.
pub(super) fn sort(structure: &Structure<'_>) -> Bodies {
    let mut bodies = Bodies::default();
    let mut levels = vec![Level {
        part: None,
        is_alternative: false,
        is_related: false,
        in_alternative: false,
        wants_text: true,
        wants_html: true,
        texts: 0,
        htmls: 0,
    }];
    for (part, id) in structure.parts.iter().zip(0..) {
        // The outermost level stays: its `part` is the root's parent.
        while levels.len() > 1
            && let Some(done) = levels.pop_if(|level| level.part != part.parent)
        {
            done.end(&mut bodies);
        }
        let Some(level) = levels.last_mut() else { return bodies };
        if part.has_parts {
            let is_alternative = part.media_type == "multipart/alternative";
            let inner = Level {
                part: Some(id),
                is_alternative,
                is_related: part.media_type == "multipart/related",
                in_alternative: level.in_alternative || is_alternative,
                texts: bodies.text.len(),
                htmls: bodies.html.len(),
                ..*level
            };
            levels.push(inner);
        } else {
            level.sort(part, id, &mut bodies);
        }
    }
    for level in levels.into_iter().rev() {
        level.end(&mut bodies);
    }
    bodies
}

impl Level {
    fn sort(&mut self, part: &Part, id: u32, bodies: &mut Bodies) {
        let is_text = matches!(part.media_type.as_str(), "text/plain" | "text/html");
        let is_read = is_text && !part.is_attachment && (part.is_first || !self.is_related && !part.is_file);
        if !is_read {
            bodies.files.push(id);
        } else if self.is_alternative {
            if part.is_html() { bodies.html.push(id) } else { bodies.text.push(id) }
        } else {
            if self.in_alternative {
                // Within one of several alternatives: what is HTML is not for the text view, and the other way round.
                if part.is_html() {
                    self.wants_text = false;
                } else {
                    self.wants_html = false;
                }
            }
            if self.wants_text {
                bodies.text.push(id);
            }
            if self.wants_html {
                bodies.html.push(id);
            }
            if !(self.wants_text || self.wants_html) {
                bodies.files.push(id);
            }
        }
    }

    /// An alternative of one kind alone serves both views.
    fn end(self, bodies: &mut Bodies) {
        if !(self.is_alternative && self.wants_text && self.wants_html) {
            return;
        }
        let (texts, htmls) = (bodies.text.len() > self.texts, bodies.html.len() > self.htmls);
        if htmls && !texts {
            bodies.text.extend_from_slice(&bodies.html[self.htmls..]);
        } else if texts && !htmls {
            bodies.html.extend_from_slice(&bodies.text[self.texts..]);
        }
    }
}
