//! `cargo xtask bench NAME`: the benchmark programs, with what they measure built as it is shipped.
//!
//! A benchmark is a program `bench-NAME` of the tests package. It prints its figures itself.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::page::{self, Mode};
use crate::workspace::Workspace;
use crate::{binary, process, report, setup};

/// The package that holds the benchmark programs.
const PACKAGE: &str = "restante-tests";

/// What the programs' names begin with.
const PREFIX: &str = "bench-";

/// Builds page, binary and benchmark as shipped, and runs the benchmark with these arguments.
pub(crate) fn run(workspace: &Workspace, name: &str, arguments: &[String]) -> Result<()> {
    let names = names(&workspace.metadata()?);
    if !names.iter().any(|known| known == name) {
        bail!("no benchmark is called {name}; there are: {}", names.join(", "));
    }
    let chromium = setup::for_tests(workspace, true)?.context("the set-up brings a browser when asked for one")?;
    let page = page::build(workspace, Mode::Release)?;
    let binary = binary::build(workspace, Mode::Release, &page)?;
    let program = format!("{PREFIX}{name}");
    // All programs of the package: the benchmark starts others of them.
    let all = ["--release", "--package", PACKAGE, "--bins"];
    report::section(&format!("benchmark {name}: compile"), || {
        process::run(process::cargo().arg("build").args(all).current_dir(&workspace.root))
    })?;
    process::run(
        process::command(workspace.executable("release", &program))
            .args(arguments)
            .current_dir(&workspace.root)
            .env("RESTANTE_BINARY", binary)
            .env("RESTANTE_DIST", workspace.dist())
            .env("RESTANTE_CHROMIUM", chromium),
    )
}

/// The benchmarks' names in what `cargo metadata` says.
fn names(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets =
        packages.filter(|package| package["name"] == PACKAGE).filter_map(|package| package["targets"].as_array());
    let names = targets.flatten().filter_map(|target| target["name"].as_str()?.strip_prefix(PREFIX));
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benchmarks_are_the_programs_so_named_in_the_tests_package() {
        let metadata = serde_json::json!({"packages": [
            {"name": PACKAGE, "targets": [{"name": "restante-tests"}, {"name": "bench-path"}, {"name": "bench-bridge"}]},
            {"name": "other", "targets": [{"name": "bench-other"}]},
        ]});
        assert_eq!(names(&metadata), ["path", "bridge"]);
    }
}
