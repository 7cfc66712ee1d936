//! A browser for the tests, and fonts for what it draws.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};

use super::apt;
use crate::{process, report};

/// The variable by which the user names a Chromium.
const VARIABLE: &str = "RESTANTE_CHROMIUM";

/// Without these, pictures of mail in other scripts are pictures of boxes.
const FONTS: [&str; 3] = ["fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji"];

/// Finds or installs Chromium, and fonts where apt brings them.
pub(crate) fn ensure_chromium() -> Result<PathBuf> {
    if let Ok(chosen) = env::var(VARIABLE) {
        return match process::find(&chosen) {
            Some(path) => Ok(path),
            None => bail!("{VARIABLE}={chosen}: no such program"),
        };
    }
    if apt::usable() {
        apt::install("Chromium and fonts", &[&["chromium"][..], &FONTS[..]].concat())?;
    }
    match installed() {
        Some(path) => {
            report::present("Chromium");
            Ok(path)
        }
        None => bail!("the browser tests need Chromium: {}; or name one in {VARIABLE}", advice(env::consts::OS)),
    }
}

fn installed() -> Option<PathBuf> {
    const NAMES: [&str; 6] = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ];
    NAMES.into_iter().find_map(process::find)
}

fn advice(system: &str) -> String {
    match system {
        "macos" => "`brew install --cask chromium`".to_owned(),
        "windows" => "`winget install Google.Chrome`".to_owned(),
        _ => format!("on Debian, as root, `apt-get install chromium {}`", FONTS.join(" ")),
    }
}
