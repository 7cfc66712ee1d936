//! Whether the page comes out the same elsewhere: a second build from a copy of the checkout, in another folder, with
//! another target directory, sharing nothing that was compiled.
//!
//! What it cannot show on one machine: the same bytes from another compiler. Toolchains are compared by their versions.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

use super::Page;
use crate::workspace::Workspace;
use crate::{process, report};

/// Builds the page of a copy of the checkout and compares it with `page`; the error names the files that differ.
pub(crate) fn check(workspace: &Workspace, page: &Page) -> Result<()> {
    let elsewhere = workspace.target.join("xtask").join("another checkout");
    if elsewhere.exists() {
        fs::remove_dir_all(&elsewhere)?;
    }
    // Of another length as well: a path may hide behind the size of what holds it.
    let copy = elsewhere.join("restante");
    report::section("reproducible: build a copy of the checkout", || {
        copy_checkout(&workspace.root, &copy)?;
        let mut xtask = process::command(std::env::current_exe()?);
        xtask.args(["build", "--page-only"]).current_dir(&copy);
        xtask.env("CARGO_MANIFEST_DIR", copy.join("xtask")).env("CARGO_TARGET_DIR", elsewhere.join("target"));
        process::run(&mut xtask)
    })?;
    let path = copy.join("dist").join("SHA256SUMS");
    let second = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    compare(&page.sums, &second)?;
    eprintln!("  The copy's page has the same hashes.");
    Ok(fs::remove_dir_all(&elsewhere)?)
}

/// Copies the files that git knows or would take up, as they are now.
fn copy_checkout(from: &Path, to: &Path) -> Result<()> {
    let mut git = process::command("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(from);
    let files = process::output(&mut git).context("only a git checkout can be copied")?;
    for name in files.split('\0').filter(|name| !name.is_empty()) {
        let (source, target) = (from.join(name), to.join(name));
        // Git still lists what was deleted since the last commit.
        if source.is_file() {
            fs::create_dir_all(target.parent().unwrap_or(to))?;
            fs::copy(&source, &target).with_context(|| source.display().to_string())?;
        }
    }
    // What npm has brought is the same in both, and no part of what is compared.
    Ok(())
}

fn compare(first: &str, second: &str) -> Result<()> {
    ensure!(!first.is_empty() && !second.is_empty(), "a page without files");
    let only = |these: &str, those: &str| {
        these.lines().filter(|line| !those.lines().any(|other| other == *line)).map(|l| format!("\n  {l}")).collect()
    };
    let (here, there): (String, String) = (only(first, second), only(second, first));
    if !here.is_empty() || !there.is_empty() {
        bail!("the page is not reproducible. Here:{here}\nFrom the copy:{there}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        assert!(compare("1  a\n2  b\n", "1  a\n2  b\n").is_ok());
        let error = compare("1  a\n2  b\n", "1  a\n3  b\n4  c\n").unwrap_err().to_string();
        assert!(error.contains("\n  2  b\n") && error.ends_with("\n  3  b\n  4  c"), "{error}");
        assert!(compare("", "").is_err());
    }
}
