//! The web crates, compiled for wasm32.

use std::env;
use std::process::Command;

use anyhow::Result;

use super::{Mode, PROGRAMS, Program, remap};
use crate::process;
use crate::setup::wasm::{TARGET, Toolchain};
use crate::workspace::Workspace;

/// The cargo profile of the page's programs.
pub(crate) const PROFILE: &str = "page";

/// What browsers since 2023 have beyond rustc's own choice for the target (which has bulk memory, sign extension,
/// non-trapping conversions and reference types): ChaCha20 is several times as fast with it.
const FEATURES: &str = "-Ctarget-feature=+simd128";

/// Compiles the programs.
pub(crate) fn run(workspace: &Workspace, toolchain: &Toolchain, mode: Mode) -> Result<()> {
    let (apart, together): (Vec<&Program>, Vec<&Program>) = PROGRAMS.iter().partition(|program| program.apart);
    let run = |selected: &[&Program], wanted: &[&Program]| {
        let mut cargo = command(workspace, toolchain)?;
        select(&mut cargo, selected);
        for program in wanted {
            cargo.args(["--bin", program.name]);
        }
        if mode == Mode::Dev {
            quick(&mut cargo);
        }
        process::run(&mut cargo)
    };
    run(&together, &together)?;
    apart.iter().try_for_each(|program| run(&[&together[..], &[program]].concat(), &[program]))
}

/// Has cargo choose features for these programs. What is compiled apart is selected together with the others, so that the
/// crates in which that makes no difference are compiled once.
pub(super) fn select<'a>(cargo: &mut Command, programs: impl IntoIterator<Item = &'a &'a Program>) {
    for program in programs {
        cargo.args(["--package", &format!("restante-{}", program.name)]);
    }
}

/// Only the page's own crates: the others stay as the release build has them, compiled once for both.
pub(super) fn quick(cargo: &mut Command) {
    for package in ["app", "worker", "keeper", "api", "browser", "engine", "html", "link"] {
        cargo.args(["--config", &format!("profile.page.package.restante-{package}.opt-level=1")]);
        cargo.args(["--config", &format!("profile.page.package.restante-{package}.codegen-units=16")]);
    }
    cargo.args(["--config", "profile.page.incremental=true", "--config", "profile.page.lto=false"]);
}

/// `cargo build` for wasm32 with the page's profile and flags, to which the packages are added.
pub(crate) fn command(workspace: &Workspace, toolchain: &Toolchain) -> Result<Command> {
    let mut cargo = toolchain.cargo();
    cargo.args(["build", "--target", TARGET, "--profile", PROFILE]).current_dir(&workspace.root);
    if !toolchain.has_bitcode() {
        cargo.args(["--config", "profile.page.lto=false"]);
    }
    let flags = remap::all(workspace, toolchain)?;
    cargo.env("CARGO_ENCODED_RUSTFLAGS", [flags.as_slice(), &[FEATURES.to_owned()]].concat().join("\x1f"));
    cargo.env(C_FLAGS, c_flags(workspace)?);
    Ok(cargo)
}

/// The variable that crates with C code read their flags from.
const C_FLAGS: &str = "CFLAGS_wasm32_unknown_unknown";

fn c_flags(workspace: &Workspace) -> Result<String> {
    let mut flags = vec!["-msimd128".to_owned()];
    // Flags are separated by spaces there, so that a path with one in it cannot be named.
    let maps = remap::directories(workspace)?.into_iter().map(|(from, to)| format!("-ffile-prefix-map={from}={to}"));
    flags.extend(maps.filter(|flag| !flag.contains(' ')));
    flags.extend(env::var(C_FLAGS).ok());
    Ok(flags.join(" "))
}
