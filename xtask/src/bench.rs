//! `cargo xtask bench NAME`: the benchmark programs, with what they measure built as it is shipped.
//!
//! A benchmark is a program `bench-NAME` of the tests package. It prints its figures itself. Here is only what each
//! needs beside itself, and how it is told where that is.

mod decoder;

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use crate::page::{self, Mode};
use crate::workspace::Workspace;
use crate::{binary, process, report, setup};

/// A benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Benchmark {
    /// Round trips and times from `Open mailbox` to the list, in a browser
    Path,
    /// Fetching a maildrop beside other POP3 clients, without a browser
    Fetch,
    /// Keeping a maildrop, natively beside mpop and in a browser; and a mailbox of 100,000 messages
    Keep,
    /// Sending letters beside other programs, without a browser
    Send,
    /// The bridge beside other relays: throughput, latency, memory
    Bridge,
    /// What Lighthouse says of the page
    Lighthouse,
}

/// Other clients to compare with. One that is missing leaves its line out.
const PEERS: [&str; 5] = ["mpop", "fetchmail", "getmail6", "curl", "python3"];

/// Programs that send, to compare with; swaks speaks TLS by the library behind it.
const SENDERS: [&str; 4] = ["msmtp", "curl", "swaks", "libnet-ssleay-perl"];

/// Relays to compare with, of Debian's.
const RELAYS: [&str; 2] = ["websockify", "socat"];

/// A relay to compare with, a Rust program: its name and version.
const WEBSOCAT: (&str, &str) = ("websocat", "1.14.1");

/// What the program finds in its environment: names and values.
type Environment = Vec<(&'static str, OsString)>;

/// Builds a benchmark and what it needs as shipped, and runs it with these arguments.
pub(crate) fn run(workspace: &Workspace, benchmark: Benchmark, arguments: &[String]) -> Result<()> {
    let (program, environment) = match benchmark {
        Benchmark::Path => ("bench-path", needs_of_path(workspace)?),
        Benchmark::Fetch => ("bench-fetch", needs_of_fetch(workspace)?),
        Benchmark::Keep => ("bench-keep", needs_of_keep(workspace)?),
        Benchmark::Send => ("bench-send", needs_of_send(workspace)?),
        Benchmark::Bridge => ("bench-bridge", needs_of_bridge(workspace)?),
        Benchmark::Lighthouse => ("bench-lighthouse", needs_of_lighthouse(workspace)?),
    };
    // All programs of the package: a benchmark starts others of them.
    compile(workspace, &["--package", "restante-tests", "--bins"])?;
    let program = workspace.executable("release", program);
    if !program.is_file() {
        bail!("{} is not there: the tests package has no such program", workspace.shown(&program));
    }
    process::run(process::command(program).args(arguments).current_dir(&workspace.root).envs(environment))
}

/// The page and the binary, a mail server, and a browser.
fn needs_of_path(workspace: &Workspace) -> Result<Environment> {
    let chromium = setup::for_tests(workspace, true)?.context("the set-up brings a browser when asked for one")?;
    let page = page::build(workspace, Mode::Release)?;
    let binary = binary::build(workspace, Mode::Release, &page)?;
    Ok(vec![
        ("RESTANTE_BINARY", binary.into()),
        ("RESTANTE_DIST", workspace.dist().into()),
        ("RESTANTE_CHROMIUM", chromium.into()),
    ])
}

/// What a visit needs, and Lighthouse.
fn needs_of_lighthouse(workspace: &Workspace) -> Result<Environment> {
    let packages = workspace.root.join("tests").join("lighthouse");
    setup::npm_packages("Lighthouse (npm)", &packages)?;
    let mut environment = needs_of_path(workspace)?;
    environment.push(("RESTANTE_LIGHTHOUSE", packages.into()));
    Ok(environment)
}

/// What a visit needs, the engine's example `keep`, and mpop.
fn needs_of_keep(workspace: &Workspace) -> Result<Environment> {
    setup::for_comparison(&["mpop"]);
    compile(workspace, &["--package", "restante-engine", "--features", "keep", "--example", "keep"])?;
    let mut environment = needs_of_path(workspace)?;
    environment.push(("RESTANTE_KEEP", workspace.executable("release/examples", "keep").into()));
    Ok(environment)
}

/// The engine's example program, a mail server, and the other clients.
fn needs_of_fetch(workspace: &Workspace) -> Result<Environment> {
    setup::for_tests(workspace, false)?;
    setup::for_comparison(&PEERS);
    compile(workspace, &["--package", "restante-engine", "--example", "fetch"])?;
    let mut environment: Environment =
        vec![("RESTANTE_FETCH", workspace.executable("release/examples", "fetch").into())];
    environment.push(("RESTANTE_DECODER", decoder::native(workspace)?));
    match setup::for_browser(workspace).and_then(|chromium| Ok((chromium, decoder::wasm(workspace)?))) {
        Ok((chromium, decoders)) => {
            environment.push(("RESTANTE_CHROMIUM", chromium.into()));
            environment.push(("RESTANTE_DECODER_WASM", decoders));
        }
        Err(error) => report::warn(&format!("no figures from a browser: {error:#}")),
    }
    Ok(environment)
}

/// The engine's example program, a mail server, and the other programs.
fn needs_of_send(workspace: &Workspace) -> Result<Environment> {
    setup::for_tests(workspace, false)?;
    setup::for_comparison(&SENDERS);
    compile(workspace, &["--package", "restante-engine", "--example", "send"])?;
    Ok(vec![("RESTANTE_SEND", workspace.executable("release/examples", "send").into())])
}

/// The binary, and the other relays.
fn needs_of_bridge(workspace: &Workspace) -> Result<Environment> {
    setup::for_comparison(&RELAYS);
    let mut environment: Environment = vec![("RESTANTE_BINARY", bridge(workspace)?.into())];
    let relays = workspace.root.join("tests").join("relays");
    match setup::npm_packages("wisp-js (npm)", &relays) {
        Ok(()) => {
            let script = relays.join("node_modules/@mercuryworkshop/wisp-js/src/bin/server_cli.mjs");
            environment.push(("RESTANTE_WISP", script.into()));
        }
        Err(error) => report::warn(&format!("wisp-js is left out: {error:#}")),
    }
    match setup::crate_program(workspace, WEBSOCAT) {
        Ok(program) => environment.push(("RESTANTE_WEBSOCAT", program.into())),
        Err(error) => report::warn(&format!("websocat is left out: {error:#}")),
    }
    Ok(environment)
}

/// The binary as shipped, with whatever page is there: what is measured never asks for it.
pub(crate) fn bridge(workspace: &Workspace) -> Result<PathBuf> {
    if !workspace.dist().join("index.html").is_file() {
        page::build(workspace, Mode::Dev)?;
    }
    compile(workspace, &["--package", "restante-bridge", "--bin", "restante"])?;
    Ok(workspace.binary("release"))
}

pub(crate) fn compile(workspace: &Workspace, what: &[&str]) -> Result<()> {
    report::section("benchmark: compile", || {
        process::run(process::cargo().args(["build", "--release"]).args(what).current_dir(&workspace.root))
    })
}
