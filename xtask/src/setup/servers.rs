//! Real servers for the tests.

use std::env;
use std::fs;

use anyhow::{Result, bail};

use super::apt;
use crate::workspace::Workspace;
use crate::{process, report};

/// Finds or installs Dovecot with POP3. The tests run it from their own configuration.
pub(crate) fn ensure_dovecot() -> Result<()> {
    if cfg!(windows) {
        report::warn("Dovecot does not run on Windows: its tests are left out");
        return Ok(());
    }
    if process::find("dpkg-query").is_some() {
        return apt::install("Dovecot", &["dovecot-pop3d"]);
    }
    // Servers lie where a user's PATH often does not lead.
    const PLACES: [&str; 4] =
        ["dovecot", "/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/opt/homebrew/opt/dovecot/sbin/dovecot"];
    if PLACES.into_iter().any(|place| process::find(place).is_some()) {
        report::present("Dovecot");
        return Ok(());
    }
    let advice = match env::consts::OS {
        "macos" => "`brew install dovecot`",
        _ => "as root, `dnf install dovecot` (Fedora) or `pacman -S dovecot` (Arch)",
    };
    bail!("the tests need Dovecot: {advice}")
}

/// Unpacks Courier's POP3 server, where apt has it: Debian's package cannot be installed beside Dovecot's, and would start a
/// service. Its tests take root, as apt does, and are left out elsewhere.
pub(crate) fn unpack_courier(workspace: &Workspace) -> Result<()> {
    const PACKAGES: [&str; 3] = ["courier-pop", "courier-base", "courier-authlib"];
    let place = workspace.target.join("programs").join("courier");
    if place.join("usr/lib/courier/courier/courierpop3d").is_file() {
        report::present("Courier");
        return Ok(());
    }
    if !apt::usable() {
        report::warn("Courier is not tried: unpacking and running it takes apt and root");
        return Ok(());
    }
    report::step("Courier", || {
        // Unpacked aside, so that what is there is whole.
        let aside = workspace.target.join("programs").join("courier.new");
        let _ = fs::remove_dir_all(&aside);
        fs::create_dir_all(&aside)?;
        apt::unpack(&PACKAGES, &aside)?;
        let _ = fs::remove_dir_all(&place);
        Ok(fs::rename(aside, place)?)
    })
}

/// Finds or installs Pebble, the ACME authority for tests.
pub(crate) fn ensure_pebble() -> Result<()> {
    if process::find("pebble").is_some() {
        report::present("Pebble");
        return Ok(());
    }
    if process::find("dpkg-query").is_some() {
        return apt::install("Pebble", &["pebble"]);
    }
    bail!("the tests need Pebble, the ACME authority for tests: install its latest release so that `pebble` is in PATH")
}

/// Finds or installs HAProxy, which deals tunnels to several bridges. Its test runs on Linux only.
pub(crate) fn ensure_haproxy() -> Result<()> {
    const PLACES: [&str; 2] = ["haproxy", "/usr/sbin/haproxy"];
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if PLACES.into_iter().any(|place| process::find(place).is_some()) {
        report::present("HAProxy");
        return Ok(());
    }
    if process::find("dpkg-query").is_some() {
        return apt::install("HAProxy", &["haproxy"]);
    }
    bail!("the tests need HAProxy: install your distribution's package `haproxy`")
}
