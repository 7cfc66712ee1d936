//! Debian's packages: which are missing, and their installation where this process may do that.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Result, anyhow, bail};

use crate::{process, report};

/// Whether packages can be installed here without asking: apt is there and this is root.
pub(crate) fn usable() -> bool {
    static USABLE: OnceLock<bool> = OnceLock::new();
    *USABLE.get_or_init(|| {
        process::find("apt-get").is_some()
            && process::output(process::command("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
    })
}

/// Installs those of `packages` that are missing. Where that is not possible, the error says what to run.
pub(crate) fn install(name: &str, packages: &[&str]) -> Result<()> {
    let missing = missing(packages);
    if missing.is_empty() {
        report::present(name);
        return Ok(());
    }
    let install = ["apt-get", "install", "--yes", "--no-install-recommends"];
    let advice = format!("{} {}", install.join(" "), missing.join(" "));
    if !usable() {
        bail!("{name} is missing. On Debian or Ubuntu, as root: {advice}");
    }
    report::step(name, || {
        update()?;
        process::run_quietly(
            process::command(install[0]).args(&install[1..]).args(&missing).env("DEBIAN_FRONTEND", "noninteractive"),
        )
    })
}

/// Unpacks packages, and the libraries they need that are not installed, into `place`. Nothing is installed or started.
pub(crate) fn unpack(packages: &[&str], place: &Path) -> Result<()> {
    update()?;
    let depends = ["depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks"];
    let depends = process::output(
        process::command("apt-cache").args(depends).args(["--no-replaces", "--no-enhances"]).args(packages),
    )?;
    let libraries = depends
        .lines()
        .filter(|line| {
            ["libcourier", "libidn", "libicu", "libnsl", "libdb5", "libgnutls", "libunbound", "libevent", "libpcre2"]
                .iter()
                .any(|start| line.starts_with(start))
        })
        .filter(|library| !installed(library));
    let wanted: Vec<&str> = packages.iter().copied().chain(libraries).collect();
    process::run_quietly(process::command("apt-get").arg("download").args(wanted).current_dir(place))?;
    for entry in fs::read_dir(place)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "deb") {
            process::run_quietly(process::command("dpkg").arg("--extract").args([&path, place]))?;
        }
    }
    Ok(())
}

/// Those of `packages` that are not installed; all of them where there is no dpkg.
fn missing<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    packages.iter().copied().filter(|package| !installed(package)).collect()
}

fn installed(package: &str) -> bool {
    process::output(process::command("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", package]))
        .is_ok_and(|status| status.trim() == "installed")
}

/// Fetches the package lists, once in a run: what they name is otherwise gone from the servers.
fn update() -> Result<()> {
    static UPDATED: OnceLock<Result<(), String>> = OnceLock::new();
    UPDATED
        .get_or_init(|| {
            process::run_quietly(process::command("apt-get").arg("update")).map_err(|error| format!("{error:#}"))
        })
        .clone()
        .map_err(|error| anyhow!(error))
}
