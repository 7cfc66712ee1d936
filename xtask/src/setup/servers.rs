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
    unpack(workspace, "Courier", "courier", &PACKAGES, "usr/lib/courier/courier/courierpop3d")
}

/// Unpacks Postfix, where apt has it: Debian's package would become the machine's own mail server, and takes the place of
/// any that is there. Its tests take root, as apt does, and are left out elsewhere.
pub(crate) fn unpack_postfix(workspace: &Workspace) -> Result<()> {
    unpack(workspace, "Postfix", "postfix", &["postfix"], "usr/lib/postfix/sbin/master")
}

/// Unpacks Exim, likewise.
pub(crate) fn unpack_exim(workspace: &Workspace) -> Result<()> {
    unpack(workspace, "Exim", "exim", &["exim4-daemon-light"], "usr/sbin/exim4")
}

fn unpack(workspace: &Workspace, name: &str, folder: &str, packages: &[&str], program: &str) -> Result<()> {
    let place = workspace.target.join("programs").join(folder);
    if place.join(program).is_file() {
        report::present(name);
        return Ok(());
    }
    if !apt::usable() {
        report::warn(&format!("{name} is not tried: unpacking and running it takes apt and root"));
        return Ok(());
    }
    report::step(name, || {
        // Unpacked aside, so that what is there is whole.
        let aside = workspace.target.join("programs").join(format!("{folder}.new"));
        let _ = fs::remove_dir_all(&aside);
        fs::create_dir_all(&aside)?;
        apt::unpack(packages, &aside)?;
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
