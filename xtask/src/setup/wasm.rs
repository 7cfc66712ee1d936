//! The wasm32 target: where it comes from, and the cargo and rustc that have it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::{apt, clang, debian};
use crate::workspace::Workspace;
use crate::{process, report};

/// The target's name.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The variable by which the user says where the target comes from.
const VARIABLE: &str = "RESTANTE_WASM_TOOLCHAIN";

/// Where a target comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The toolchain in use, which rustup extends by the target.
    Rustup,
    /// The toolchain in use, which no rustup looks after and which has the target.
    System,
    /// Debian's own compiler in /usr, with a library built here.
    Debian,
}

/// A cargo and a rustc that compile for wasm32.
#[derive(Debug)]
pub(crate) struct Toolchain {
    /// Where it comes from.
    pub(crate) origin: Origin,
    clang: PathBuf,
}

impl Toolchain {
    /// Its cargo, with the environment that the page's crates need.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = self.start("cargo", process::cargo);
        cargo.env(clang::VARIABLE, &self.clang);
        if self.origin == Origin::Debian {
            cargo.env("RUSTC", debian::RUSTC);
        }
        cargo
    }

    /// Its rustc.
    pub(crate) fn rustc(&self) -> Command {
        self.start("rustc", active_rustc)
    }

    /// Whether its library carries the bitcode that link-time optimisation needs. Only rustup's is known to.
    pub(crate) fn has_bitcode(&self) -> bool {
        self.origin == Origin::Rustup
    }

    fn start(&self, name: &str, active: impl FnOnce() -> Command) -> Command {
        match self.origin {
            Origin::Rustup | Origin::System => active(),
            Origin::Debian => {
                let mut command = process::command(Path::new("/usr/bin").join(name));
                command.env_remove("RUSTUP_TOOLCHAIN");
                command
            }
        }
    }
}

/// Finds or sets up a toolchain for wasm32.
pub(crate) fn ensure(workspace: &Workspace) -> Result<Toolchain> {
    let facts = Facts::gather()?;
    let attempts = plan(wish(env::var(VARIABLE).ok().as_deref())?, facts);
    let mut failures = Vec::new();
    for attempt in attempts {
        match attempt.carry_out(workspace, facts) {
            Ok(toolchain) => return Ok(toolchain),
            Err(error) => {
                report::warn(&format!("{error:#}"));
                failures.push(attempt);
            }
        }
    }
    bail!("the wasm32 target could not be set up (tried: {failures:?}). With rustup: `rustup target add {TARGET}`")
}

/// What decides where the target comes from.
#[derive(Debug, Clone, Copy, Default)]
struct Facts {
    /// The toolchain in use has the target.
    active_has_target: bool,
    /// The toolchain in use is Debian's.
    active_is_debian: bool,
    /// Debian's toolchain has the target, built for its present version.
    debian_has_target: bool,
    /// rustup is there.
    rustup: bool,
    /// Debian's packages can be installed.
    apt: bool,
}

impl Facts {
    fn gather() -> Result<Self> {
        let sysroot = process::output(active_rustc().args(["--print", "sysroot"])).context("no Rust compiler")?;
        let sysroot = Path::new(sysroot.trim());
        let library = sysroot.join("lib/rustlib").join(TARGET).join("lib");
        Ok(Self {
            active_has_target: library.read_dir().is_ok_and(|mut files| files.next().is_some()),
            active_is_debian: sysroot == Path::new("/usr"),
            debian_has_target: debian::has_current_target(),
            rustup: process::find("rustup").is_some(),
            apt: apt::usable(),
        })
    }
}

/// One way to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    Installed,
    Rustup,
    Debian,
}

/// The ways to try, in order. A wish leaves one; without one, what is installed comes before what must be fetched.
fn plan(wish: Option<Origin>, facts: Facts) -> Vec<Attempt> {
    let installed = facts.active_has_target && !facts.active_is_debian;
    match wish {
        Some(Origin::Debian) => vec![Attempt::Debian],
        Some(_) if installed => vec![Attempt::Installed],
        Some(_) => vec![Attempt::Rustup],
        None if installed => vec![Attempt::Installed],
        None if facts.debian_has_target => vec![Attempt::Debian],
        None => {
            let possible = [(facts.rustup, Attempt::Rustup), (facts.apt, Attempt::Debian)];
            possible.into_iter().filter_map(|(possible, attempt)| possible.then_some(attempt)).collect()
        }
    }
}

fn wish(value: Option<&str>) -> Result<Option<Origin>> {
    match value {
        None | Some("") => Ok(None),
        Some("rustup") => Ok(Some(Origin::Rustup)),
        Some("debian") => Ok(Some(Origin::Debian)),
        Some(other) => bail!("{VARIABLE}={other}: expected `rustup` or `debian`"),
    }
}

impl Attempt {
    fn carry_out(self, workspace: &Workspace, facts: Facts) -> Result<Toolchain> {
        let of_rustup = if facts.rustup { Origin::Rustup } else { Origin::System };
        match self {
            Attempt::Installed => {
                report::present("wasm target (installed)");
                Ok(Toolchain { origin: of_rustup, clang: clang::ensure(&[])? })
            }
            Attempt::Rustup => {
                report::step("wasm target (rustup)", || {
                    process::run_quietly(process::command("rustup").args(["target", "add", TARGET]))
                })?;
                Ok(Toolchain { origin: Origin::Rustup, clang: clang::ensure(&[])? })
            }
            Attempt::Debian => {
                let llvm = debian::ensure(workspace)?;
                Ok(Toolchain { origin: Origin::Debian, clang: clang::ensure(&[&format!("clang-{llvm}")])? })
            }
        }
    }
}

/// The rustc that belongs to the cargo that runs this program.
fn active_rustc() -> Command {
    process::command(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYTHING: Facts =
        Facts { active_has_target: true, active_is_debian: false, debian_has_target: true, rustup: true, apt: true };

    #[test]
    fn what_is_installed_is_taken_first() {
        assert_eq!(plan(None, EVERYTHING), [Attempt::Installed]);
        assert_eq!(plan(None, Facts { active_has_target: false, ..EVERYTHING }), [Attempt::Debian]);
    }

    #[test]
    fn with_nothing_installed_rustup_comes_before_debian() {
        let bare = Facts { active_has_target: false, debian_has_target: false, ..EVERYTHING };
        assert_eq!(plan(None, bare), [Attempt::Rustup, Attempt::Debian]);
        assert_eq!(plan(None, Facts { rustup: false, ..bare }), [Attempt::Debian]);
        assert_eq!(plan(None, Facts { apt: false, ..bare }), [Attempt::Rustup]);
        assert!(plan(None, Facts::default()).is_empty());
    }

    #[test]
    fn a_wish_leaves_no_other_way() {
        assert_eq!(plan(Some(Origin::Debian), EVERYTHING), [Attempt::Debian]);
        assert_eq!(plan(Some(Origin::Rustup), EVERYTHING), [Attempt::Installed]);
        let without = Facts { active_has_target: false, ..EVERYTHING };
        assert_eq!(plan(Some(Origin::Rustup), without), [Attempt::Rustup]);
    }

    #[test]
    fn debians_own_cargo_takes_debians_way() {
        let facts = Facts { active_is_debian: true, ..EVERYTHING };
        assert_eq!(plan(None, facts), [Attempt::Debian]);
    }

    #[test]
    fn an_unknown_wish_is_refused_by_name() {
        assert_eq!(wish(Some("debian")).unwrap(), Some(Origin::Debian));
        assert_eq!(wish(Some("")).unwrap(), None);
        let error = wish(Some("nix")).unwrap_err().to_string();
        assert!(error.contains("RESTANTE_WASM_TOOLCHAIN=nix"), "{error}");
    }
}
