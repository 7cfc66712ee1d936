//! wasm32 from Debian: its compiler, and the standard library built from its source package.
//!
//! Debian ships the library's source but no build of it for wasm32. The build takes half a minute and lands where
//! Debian's rustc looks for targets, with a stamp that names the compiler it was made by: when Debian's moves on, it is
//! made anew. rustup's own toolchains are not touched.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::apt;
use super::wasm::TARGET;
use crate::page::remap;
use crate::workspace::Workspace;
use crate::{process, report};

/// Debian's compiler. The one in PATH may be rustup's.
pub(crate) const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const RUSTLIB: &str = "/usr/lib/rustlib";

/// The number of the recipe below: another one makes every library anew.
const RECIPE: u32 = 1;

/// Whether Debian's compiler is there, with a library made for it.
pub(crate) fn has_current_target() -> bool {
    Compiler::installed().is_ok_and(|compiler| compiler.has_current_library(Path::new(RUSTLIB)))
}

/// Sets Debian's toolchain up, and returns the version of LLVM that goes with it.
pub(crate) fn ensure(workspace: &Workspace) -> Result<String> {
    apt::install("Rust (Debian's packages)", &["rustc-web", "cargo-web", "rust-web-src"])?;
    let compiler = Compiler::installed()?;
    let llvm = compiler.llvm.clone();
    apt::install("clang and lld (Debian's packages)", &[&format!("clang-{llvm}"), &format!("lld-{llvm}")])?;
    let rustlib = Path::new(RUSTLIB);
    if compiler.has_current_library(rustlib) {
        report::present("wasm target (Debian)");
    } else {
        report::step("wasm target (Debian)", || compiler.build_library(&workspace.target, rustlib))?;
    }
    compiler.link_lld(rustlib)?;
    link_toolchain()?;
    Ok(llvm)
}

/// A compiler in /usr.
struct Compiler {
    /// `rustc -vV`, whole: what the stamp holds.
    version: String,
    host: String,
    commit: String,
    /// LLVM's major version.
    llvm: String,
}

impl Compiler {
    fn installed() -> Result<Self> {
        let version = process::output(process::command(RUSTC).arg("-vV").env_remove("RUSTUP_TOOLCHAIN"))?;
        Self::parse(version).with_context(|| format!("{RUSTC} -vV does not say its host or LLVM"))
    }

    fn parse(version: String) -> Option<Self> {
        let field = |name: &str| version.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let host = field("host: ")?;
        let commit = field("commit-hash: ")?;
        let llvm = field("LLVM version: ")?.split('.').next()?.to_owned();
        Some(Self { version, host, commit, llvm })
    }

    fn stamp(&self) -> String {
        format!("recipe {RECIPE}\n{}", self.version)
    }

    fn has_current_library(&self, rustlib: &Path) -> bool {
        fs::read_to_string(stamp_path(rustlib)).is_ok_and(|stamp| stamp == self.stamp())
    }

    /// Builds the standard library in a scratch crate under `target` and puts it into `rustlib`.
    fn build_library(&self, target: &Path, rustlib: &Path) -> Result<()> {
        let scratch = target.join("xtask").join("wasm-std");
        write_scratch_crate(&scratch)?;
        let mut flags = remap::registry()?;
        flags.push(remap::standard_library(Path::new("/usr"), &self.commit));
        // The package's source is a link to the directory that the compiler records.
        if let Ok(source) = Path::new(RUSTLIB).join("src/rust").canonicalize() {
            flags.push(remap::flag(&source, &format!("/rustc/{}", self.commit)));
        }
        process::run_quietly(
            process::command(CARGO)
                .args(["build", "--release", "--target", TARGET])
                .arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test")
                .current_dir(&scratch)
                .env_remove("RUSTUP_TOOLCHAIN")
                .env("RUSTC", RUSTC)
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_DIR", scratch.join("target"))
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", format!("wasm-ld-{}", self.llvm))
                .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f")),
        )?;
        let built = scratch.join("target").join(TARGET).join("release/deps");
        install_library(&built, &rustlib.join(TARGET))?;
        fs::write(stamp_path(rustlib), self.stamp()).context("cannot write the library's stamp")?;
        // Half a gigabyte that nobody needs again.
        fs::remove_dir_all(&scratch).with_context(|| format!("cannot remove {}", scratch.display()))
    }

    /// rustc links wasm by rust-lld, which is Debian's lld under another name.
    fn link_lld(&self, rustlib: &Path) -> Result<()> {
        let link = rustlib.join(&self.host).join("bin/rust-lld");
        let lld = PathBuf::from(format!("/usr/lib/llvm-{}/bin/lld", self.llvm));
        if fs::read_link(&link).is_ok_and(|target| target == lld) {
            return Ok(());
        }
        report::step("linker (Debian's lld as rust-lld)", || {
            fs::create_dir_all(rustlib.join(&self.host).join("bin"))?;
            if link.symlink_metadata().is_ok() {
                fs::remove_file(&link)?;
            }
            symlink(&lld, &link)
        })
    }
}

fn stamp_path(rustlib: &Path) -> PathBuf {
    rustlib.join(TARGET).join("restante-stamp")
}

/// An empty crate whose build brings the library along. Started afresh: leftovers of another version would be installed.
fn write_scratch_crate(scratch: &Path) -> Result<()> {
    const MANIFEST: &str = "[package]\nname = \"scratch\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
                            [lib]\ncrate-type = [\"cdylib\"]\n\n[workspace]\n";
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    fs::create_dir_all(scratch.join("src"))?;
    fs::write(scratch.join("Cargo.toml"), MANIFEST)?;
    fs::write(scratch.join("src/lib.rs"), "")?;
    Ok(())
}

/// Copies the libraries of `built` to `destination/lib`. They are complete there or not there at all.
fn install_library(built: &Path, destination: &Path) -> Result<()> {
    let (fresh, place) = (destination.join("lib.new"), destination.join("lib"));
    for stale in [&fresh, &destination.join("lib.old")] {
        if stale.exists() {
            fs::remove_dir_all(stale)?;
        }
    }
    fs::create_dir_all(&fresh).with_context(|| format!("cannot write to {}", destination.display()))?;
    for file in built.read_dir()? {
        let path = file?.path();
        let name = path.file_name().context("a file in a directory has a name")?;
        if path.extension().is_some_and(|extension| extension == "rlib") {
            fs::copy(&path, fresh.join(name))?;
        }
    }
    if place.exists() {
        fs::rename(&place, destination.join("lib.old"))?;
    }
    fs::rename(&fresh, &place)?;
    let _ = fs::remove_dir_all(destination.join("lib.old"));
    Ok(())
}

/// Makes `cargo +debian` work, where there is a rustup.
fn link_toolchain() -> Result<()> {
    if process::find("rustup").is_none() {
        return Ok(());
    }
    let known = process::output(process::command("rustup").args(["toolchain", "list"]))?;
    if known.lines().any(|line| line.split_whitespace().next() == Some("debian")) {
        return Ok(());
    }
    report::step("toolchain `debian` (rustup)", || {
        process::run_quietly(process::command("rustup").args(["toolchain", "link", "debian", "/usr"]))
    })
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> Result<()> {
    Ok(std::os::unix::fs::symlink(target, link)?)
}

#[cfg(not(unix))]
fn symlink(_target: &Path, _link: &Path) -> Result<()> {
    anyhow::bail!("Debian's packages are for Debian")
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "rustc 1.96.0 (abc 2026-05-25)\nbinary: rustc\ncommit-hash: abcdef\n\
                           host: x86_64-unknown-linux-gnu\nrelease: 1.96.0\nLLVM version: 22.1.8\n";

    fn scratch(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("restante-xtask-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn the_llvm_version_is_read_from_rustc() {
        let compiler = Compiler::parse(VERSION.to_owned()).unwrap();
        assert_eq!(compiler.llvm, "22");
        assert_eq!(compiler.host, "x86_64-unknown-linux-gnu");
        assert!(Compiler::parse("rustc 1.96.0\n".to_owned()).is_none());
    }

    #[test]
    fn a_library_of_another_compiler_is_not_current() {
        let rustlib = scratch("stamp");
        let compiler = Compiler::parse(VERSION.to_owned()).unwrap();
        assert!(!compiler.has_current_library(&rustlib));
        fs::create_dir_all(rustlib.join(TARGET)).unwrap();
        fs::write(stamp_path(&rustlib), compiler.stamp()).unwrap();
        assert!(compiler.has_current_library(&rustlib));
        let newer = Compiler::parse(VERSION.replace("1.96.0", "1.97.0")).unwrap();
        assert!(!newer.has_current_library(&rustlib));
        fs::remove_dir_all(rustlib).unwrap();
    }

    #[test]
    fn installing_replaces_the_library_and_takes_libraries_only() {
        let root = scratch("install");
        let (built, destination) = (root.join("built"), root.join("destination"));
        fs::create_dir_all(&built).unwrap();
        fs::create_dir_all(destination.join("lib")).unwrap();
        fs::write(destination.join("lib/libstd-old.rlib"), "old").unwrap();
        fs::write(built.join("libstd-new.rlib"), "new").unwrap();
        fs::write(built.join("scratch.wasm"), "").unwrap();
        fs::write(built.join("libstd-new.rmeta"), "").unwrap();
        install_library(&built, &destination).unwrap();
        let names: Vec<_> = destination.join("lib").read_dir().unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(names, ["libstd-new.rlib"]);
        fs::remove_dir_all(root).unwrap();
    }
}
