//! The page: from the web crates and the files beside them to dist/.
//!
//! ```text
//! compile → split → bindgen → optimise ┐
//! index.html, web/static ──────────────┴→ bundle → version → leaks → compress → dist/
//! ```
//! Each step is a module and knows nothing of its neighbours; this one passes their results on.

mod bindgen;
mod bundle;
mod cache;
pub(crate) mod compile;
mod compress;
mod hash;
mod leaks;
mod optimise;
mod output;
pub(crate) mod remap;
pub(crate) mod reproduce;
mod sizes;
mod sources;
mod split;
pub(crate) mod trials;
mod version;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{report, setup};
use cache::Cache;

/// What the page is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// To be shipped: optimised, with compressed copies.
    Release,
    /// To be worked on: quick to build.
    Dev,
}

impl Mode {
    /// The mode that a `--dev` flag asks for.
    pub(crate) fn from_dev(dev: bool) -> Self {
        if dev { Mode::Dev } else { Mode::Release }
    }
}

/// One of the page's wasm programs.
#[derive(Debug, Clone, Copy)]
struct Program {
    /// The name of its binary target in the web package.
    name: &'static str,
    /// How wasm-opt treats it.
    level: optimise::Level,
    /// Compiled in a run of its own: cargo compiles a crate with all features that are asked for in one run, and what this
    /// program asks for would be in the others as well.
    apart: bool,
    /// What is loaded only once it is needed.
    parts: &'static [&'static str],
}

impl Program {
    /// Whether a file is its compiled module, or that of one of its parts.
    fn has(&self, file: &str) -> bool {
        file == format!("{}_bg.wasm", self.name) || self.parts.iter().any(|part| file == split::part_name(self, part))
    }
}

/// The app and the sanitizer are downloaded before something is seen: small first. The workers do TLS, MIME and SQLite:
/// fast first.
const PROGRAMS: [Program; 4] = [
    Program { name: "app", level: optimise::Level::Small, apart: false, parts: &["screens"] },
    Program { name: "worker", level: optimise::Level::Fast, apart: false, parts: &[] },
    Program { name: "sanitizer", level: optimise::Level::Small, apart: false, parts: &[] },
    Program { name: "keeper", level: optimise::Level::Fast, apart: true, parts: &[] },
];

/// A page that was built.
#[derive(Debug)]
pub(crate) struct Page {
    /// Changes with every file and every compressed copy of one.
    pub(crate) stamp: String,
    /// What `SHA256SUMS` says.
    pub(crate) sums: String,
}

impl Page {
    /// The one number by which the page is known: the SHA-256 of `SHA256SUMS`.
    pub(crate) fn fingerprint(&self) -> String {
        hash::hexadecimal(self.sums.as_bytes())
    }
}

/// Builds the page into dist/.
pub(crate) fn build(workspace: &Workspace, mode: Mode) -> Result<Page> {
    let tools = setup::for_building(workspace)?;
    let mut cache = Cache::open(&workspace.target)?;
    report::section("page: compile the programs", || compile::run(workspace, &tools.wasm, mode))?;
    let mut files =
        report::step("page: wasm-bindgen", || bindgen::run(workspace, &PROGRAMS, mode, &cache.scratch("split")?))?;
    if let (Mode::Release, Some(wasm_opt)) = (mode, &tools.wasm_opt) {
        report::step("page: wasm-opt", || optimise::run(wasm_opt, &PROGRAMS, &mut files, &mut cache))?;
    }
    files.extend(sources::read(&workspace.root)?);
    let mut files = report::step("page: bundle", || bundle::bundle(files))?;
    version::insert(&mut files)?;
    leaks::check(&files, &remap::directories(workspace)?)?;
    let compressed = match mode {
        Mode::Dev => Vec::new(),
        Mode::Release => report::step("page: compress", || compress::run(&files, &mut cache))?,
    };
    let sums = output::sums(&files);
    let text = String::from_utf8_lossy(&sums.bytes).into_owned();
    files.push(sums);
    output::write(&workspace.dist(), &files, &compressed)?;
    if mode == Mode::Release {
        cache.prune()?;
        eprint!("{}", sizes::table(&files, &compressed));
    }
    Ok(Page { stamp: output::stamp(&files, &compressed), sums: text })
}
