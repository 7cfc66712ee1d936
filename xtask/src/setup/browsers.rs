//! Browsers for the tests, and fonts for what they draw.

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

/// Finds or installs Firefox, and on Linux WebKitGTK with its driver and a screen that nobody sees.
pub(crate) fn ensure_others() -> Result<()> {
    const FIREFOX: [&str; 3] = ["firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"];
    if cfg!(windows) {
        report::warn("the tests in Firefox and WebKitGTK are left out on Windows");
        return Ok(());
    }
    ensure("Firefox", &[("firefox-esr", &FIREFOX)])?;
    if cfg!(target_os = "linux") {
        ensure("WebKitGTK", &[("webkit2gtk-driver", &["WebKitWebDriver"]), ("xvfb", &["Xvfb"])])?;
    }
    Ok(())
}

/// Sees to programs, each the package it is in and the names it may have.
fn ensure(name: &str, programs: &[(&str, &[&str])]) -> Result<()> {
    let is_missing = |names: &[&str]| !names.iter().any(|name| process::find(name).is_some());
    let missing: Vec<&str> =
        programs.iter().filter(|(_, names)| is_missing(names)).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        report::present(name);
        return Ok(());
    }
    if process::find("dpkg-query").is_some() {
        return apt::install(name, &missing);
    }
    bail!("the browser tests need {name}: install {} by your system's package manager", missing.join(" and "))
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
