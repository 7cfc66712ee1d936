//! A quiet frame in the place of a picture that is not shown, with the words that its sender gave for it. A browser would
//! draw its mark of a broken picture there, as if something had gone wrong.

use std::fmt::Write as _;

use super::tags::Tag;

/// The looks of the frame. Its colours are those of the text around it, so that it suits light and dark letters.
pub(super) const STYLE: &str = ".restante-picture{display:inline-block;box-sizing:border-box;max-width:100%;\
min-width:1.5em;min-height:1.5em;overflow:hidden;vertical-align:middle;padding:2px 6px;border:1px dashed rgb(128 128 128/.55);\
border-radius:4px;background:rgb(128 128 128/.1) center/16px no-repeat;font:12px/1.35 system-ui,sans-serif;\
letter-spacing:0;text-transform:none;text-align:center;align-content:center;overflow-wrap:anywhere}\
.restante-picture.wordless{background-image:url(\"data:image/svg+xml,\
%3Csvg xmlns='http%3A//www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23808080' stroke-linejoin='round'%3E\
%3Crect x='1.5' y='2.5' width='13' height='11' rx='1.5'/%3E%3Cpath d='M2 12l4-4 2.5 2.5L11 8l3.5 3.5'/%3E\
%3Ccircle cx='10.5' cy='5.5' r='1'/%3E%3C/svg%3E\");min-width:34px;min-height:26px}\
.restante-picture.small{padding:0;font-size:0;min-width:0;min-height:0}\
.restante-space{display:inline-block}";

/// Pixels up to which a side holds no frame: pictures that count readers, and those that only keep a distance.
const SPACE: f32 = 4.0;

/// Pixels up to which a side holds no words.
const SMALL: f32 = 36.0;

/// What stands for an `<img>` without `src`.
pub(super) fn frame(image: &Tag<'_>, wide: bool) -> String {
    let (width, height) = (image.pixels("width"), image.pixels("height"));
    let own = image.attribute("style").unwrap_or_default();
    let is_up_to = |limit: f32| [width, height].into_iter().flatten().any(|side| side <= limit);
    if is_up_to(SPACE) {
        let (width, height) = (width.unwrap_or_default(), height.unwrap_or_default());
        return format!("<span class=\"restante-space\" style=\"width:{width}px;height:{height}px;{own}\"></span>");
    }
    let alt = image.attribute("alt").map(str::trim).unwrap_or_default();
    let mut kind = String::from("restante-picture");
    kind.push_str(if alt.is_empty() { " wordless" } else { "" });
    kind.push_str(if is_up_to(SMALL) { " small" } else { "" });
    if let Some(class) = image.attribute("class") {
        kind.push(' ');
        kind.push_str(class);
    }
    let mut size = String::new();
    // Writing to a String does not fail.
    let _ = match (width, height) {
        (Some(width), Some(height)) => write!(size, "--w:{width}px;width:var(--w);aspect-ratio:{width}/{height};"),
        (Some(width), None) => write!(size, "--w:{width}px;width:var(--w);"),
        (None, Some(height)) => write!(size, "height:{height}px;"),
        (None, None) => Ok(()),
    };
    let name = match alt {
        "" => "aria-hidden=\"true\"".to_owned(),
        _ => format!("role=\"img\" aria-label=\"{alt}\" title=\"{alt}\""),
    };
    let wide = if wide { " data-wide=\"\"" } else { "" };
    // The words are escaped for an attribute; in text the angle brackets have to be as well.
    let words = alt.replace('<', "&lt;").replace('>', "&gt;");
    let style = if size.is_empty() && own.is_empty() { String::new() } else { format!(" style=\"{size}{own}\"") };
    format!("<span class=\"{kind}\" {name}{wide}{style}>{words}</span>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(source: &str) -> String {
        frame(&Tag { source }, false)
    }

    #[test]
    fn a_frame_has_the_size_and_the_words_of_its_picture() {
        let html =
            framed("<img alt=\"Ships &amp; <b>\" width=\"600\" height=\"200\" class=\"hero\" style=\"display:block\">");
        assert!(html.contains("style=\"--w:600px;width:var(--w);aspect-ratio:600/200;display:block\""), "{html}");
        assert!(html.contains("class=\"restante-picture hero\" role=\"img\" aria-label=\"Ships &amp; <b>\""), "{html}");
        assert!(html.ends_with(">Ships &amp; &lt;b&gt;</span>"), "{html}");
    }

    #[test]
    fn what_counts_readers_or_keeps_a_distance_shows_nothing() {
        for image in ["<img width=\"1\" height=\"1\" alt=\"x\">", "<img style=\"width:600px;height:2px\">"] {
            let html = framed(image);
            assert!(html.contains("restante-space") && html.ends_with("\"></span>"), "{html}");
        }
    }

    #[test]
    fn a_picture_without_words_is_no_riddle_to_a_screen_reader() {
        let html = framed("<img>");
        assert!(html.contains("restante-picture wordless\" aria-hidden=\"true\""), "{html}");
    }

    #[test]
    fn small_pictures_keep_their_words_out_of_sight() {
        assert!(framed("<img width=\"24\" alt=\"Mail\">").contains("restante-picture small"));
    }
}
