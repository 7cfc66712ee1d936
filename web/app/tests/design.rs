//! The contrast of the colours that `docs/design.md` tells of is what `style.css` has, and enough (WCAG 2.2, 1.4.3 and 1.4.11).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::collections::HashMap;

const STYLE: &str = include_str!("../../static/style.css");
const DESIGN: &str = include_str!("../../../docs/design.md");

/// The colours that the style sheet sets, light and dark: `--name: light-dark(#rrggbb, #rrggbb)`.
fn colours() -> HashMap<&'static str, [[f64; 3]; 2]> {
    let colours = STYLE.split(['{', ';']).filter_map(|declaration| {
        // A comment may stand before it.
        let declaration = declaration.rsplit("*/").next()?.trim();
        let (name, value) = declaration.strip_prefix("--")?.split_once(": light-dark(#")?;
        let (light, dark) = value.strip_suffix(')')?.split_once(", #")?;
        Some((name, [light, dark].map(colour)))
    });
    colours.collect()
}

fn colour(digits: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0)
}

/// Relative luminance (WCAG 2.2).
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn the_contrast_of_every_pair_is_as_told_and_enough() {
    let colours = colours();
    let (mut least, mut pairs) = (4.5, 0);
    for line in DESIGN.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).filter(|cell| !cell.is_empty()).collect();
        if let ["border", ..] = cells[..] {
            least = 3.0;
        }
        let [one, other, told @ ..] = &cells[..] else { continue };
        let (Some(one), Some(other)) = (token(one), token(other)) else { continue };
        pairs += 1;
        for (theme, told) in told.iter().enumerate() {
            let is = contrast(colours[one][theme], colours[other][theme]);
            assert_eq!(format!("{:.1}", (is * 10.0).floor() / 10.0), *told, "{one} on {other}");
            assert!(is >= least, "{one} on {other}: {is}");
        }
    }
    assert!(pairs > 20, "{pairs}");
}

fn token(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}
