//! What is checked without running anything: formatting, clippy, documentation, and licences where cargo-deny is there.

use anyhow::{Result, bail};

use crate::workspace::Workspace;
use crate::{process, report};

/// Runs every check, also after one that failed; an error names those that did.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let checks: [(&str, &[&str]); 4] = [
        ("lint: formatting", &["fmt", "--all", "--check"]),
        ("lint: clippy", &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]),
        (
            "lint: clippy of the bare relay",
            &[
                "clippy",
                "--package",
                "restante-bridge",
                "--no-default-features",
                "--lib",
                "--bins",
                "--",
                "--deny",
                "warnings",
            ],
        ),
        ("lint: documentation", &["doc", "--workspace", "--no-deps"]),
    ];
    let mut failed = Vec::new();
    let mut check = |name: &'static str, arguments: &[&str]| {
        let outcome = report::section(name, || {
            let mut cargo = process::cargo();
            process::run(cargo.args(arguments).current_dir(&workspace.root).env("RUSTDOCFLAGS", "--deny warnings"))
        });
        if outcome.is_err() {
            failed.push(name);
        }
    };
    for (name, arguments) in checks {
        check(name, arguments);
    }
    if process::find("cargo-deny").is_some() {
        check("lint: licences, sources and duplicates", &["deny", "check", "bans", "licenses", "sources"]);
        if advisories(workspace).is_err() {
            failed.push("lint: advisories");
        }
    } else {
        report::warn("lint: licences and advisories not checked: cargo-deny is not installed");
    }
    if !failed.is_empty() {
        bail!("{} failed", failed.join(", "));
    }
    Ok(())
}

/// Known faults of dependencies. A machine that cannot fetch the list of them has nothing to check against.
fn advisories(workspace: &Workspace) -> Result<()> {
    const OUT_OF_REACH: &str = "failed to fetch advisory database";
    report::step("lint: advisories", || {
        let mut cargo = process::cargo();
        match process::run_quietly(cargo.args(["deny", "check", "advisories"]).current_dir(&workspace.root)) {
            Err(error) if error.to_string().contains(OUT_OF_REACH) => {
                report::warn("lint: advisories not checked: their database is out of reach");
                Ok(())
            }
            outcome => outcome,
        }
    })
}
