//! Where things are: the checkout, cargo's target directory, the page's output. Reads Cargo.lock; builds nothing.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::process;

/// One checkout of the project.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    /// The checkout's root: the directory of the workspace's Cargo.toml.
    pub(crate) root: PathBuf,
    /// Cargo's target directory, `CARGO_TARGET_DIR` and configuration honoured.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// The checkout that cargo was called in; without cargo, the one that this program was compiled in.
    pub(crate) fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let manifest = Path::new(&manifest);
        let root = manifest.parent().context("xtask lies in the workspace's root")?.to_path_buf();
        let metadata = metadata(&root)?;
        let target = metadata["target_directory"].as_str().context("cargo metadata names no target directory")?;
        Ok(Self { root, target: PathBuf::from(target) })
    }

    /// Where the finished page goes: what the binary embeds.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// A program in a cargo profile directory (`release`, `debug`).
    pub(crate) fn executable(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// The bridge in a cargo profile directory.
    pub(crate) fn binary(&self, profile: &str) -> PathBuf {
        self.executable(profile, "restante")
    }

    /// `path` as a person in the checkout would write it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }

    /// The version of `package` in Cargo.lock.
    pub(crate) fn locked_version(&self, package: &str) -> Result<String> {
        let path = self.root.join("Cargo.lock");
        let lock = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        version_in_lock(&lock, package).with_context(|| format!("Cargo.lock holds no package {package}"))
    }
}

fn metadata(root: &Path) -> Result<Value> {
    let mut cargo = process::cargo();
    cargo.args(["metadata", "--format-version=1", "--no-deps", "--offline"]).current_dir(root);
    serde_json::from_str(&process::output(&mut cargo)?).context("cargo metadata wrote no JSON")
}

/// Finds a package's version in the text of a Cargo.lock, where the version's line follows the name's.
fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    Some(lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"abc-shared\"\nversion = \"9.0.0\"\n\n[[package]]\nname = \"abc\"\nversion = \"1.2.3\"\n";
        assert_eq!(version_in_lock(lock, "abc").as_deref(), Some("1.2.3"));
        assert_eq!(version_in_lock(lock, "ab"), None);
    }
}
