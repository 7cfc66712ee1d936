//! The contrast of the colours that `docs/design.md` tells of is what `style.css` has, and enough (WCAG 2.2, 1.4.3 and 1.4.11).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::collections::HashMap;

const STYLE: &str = include_str!("../../static/style.css");
const DESIGN: &str = include_str!("../../../docs/design.md");

/// What the style sheet sets by the first rule of this selector.
fn rule(selector: &str) -> &'static str {
    let (_, rule) = STYLE.split_once(&format!("{selector} {{")).unwrap();
    rule.split_once('}').unwrap().0
}

/// The colours that a rule sets, light and dark: `--name: light-dark(#rrggbb, #rrggbb)`.
fn colours(rule: &'static str) -> HashMap<&'static str, [[f64; 3]; 2]> {
    let colours = rule.split(['{', ';']).filter_map(|declaration| {
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

/// Calls with each pair of the document: the tokens, what is told, and the least contrast that such a pair may have.
fn each_pair(mut then: impl FnMut(&'static str, &'static str, &[&str], f64)) {
    let mut least = 4.5;
    for line in DESIGN.lines() {
        let cells: Vec<&'static str> = line.split('|').map(str::trim).filter(|cell| !cell.is_empty()).collect();
        if let ["border", ..] = cells[..] {
            least = 3.0;
        }
        let [one, other, told @ ..] = &cells[..] else { continue };
        let (Some(one), Some(other)) = (token(one), token(other)) else { continue };
        then(one, other, told, least);
    }
}

#[test]
fn the_contrast_of_every_pair_is_as_told_and_enough() {
    let (colours, mut pairs) = (colours(rule("\n:root")), 0);
    each_pair(|one, other, told, least| {
        pairs += 1;
        for (theme, told) in told.iter().enumerate() {
            let is = contrast(colours[one][theme], colours[other][theme]);
            assert_eq!(format!("{:.1}", (is * 10.0).floor() / 10.0), *told, "{one} on {other}");
            assert!(is >= least, "{one} on {other}: {is}");
        }
    });
    assert!(pairs > 20, "{pairs}");
}

#[test]
fn high_contrast_is_that_of_every_pair_by_choice_and_by_the_device() {
    let chosen = rule(":root[data-contrast=high]");
    let (_, of_device) = STYLE.split_once("@media (prefers-contrast: more) {").unwrap();
    let of_device = of_device.split_once(":root {").unwrap().1.split_once('}').unwrap().0;
    let words = |rule: &'static str| rule.split_whitespace().collect::<Vec<_>>();
    assert_eq!(words(chosen), words(of_device));
    let mut all = colours(rule("\n:root"));
    all.extend(colours(chosen));
    each_pair(|one, other, _, least| {
        // Level AAA (1.4.6) for text.
        let least = if least > 4.0 { 7.0 } else { 4.5 };
        for (one_is, other_is) in all[one].into_iter().zip(all[other]) {
            let is = contrast(one_is, other_is);
            assert!(is >= least, "{one} on {other}: {is}");
        }
    });
}

fn token(cell: &'static str) -> Option<&'static str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}
