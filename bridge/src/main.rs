//! The binary: arguments, signals, exit statuses. Everything else is the library's.
//!
//! Status 0: stopped as asked; 2: could not start (a wrong flag, a file that is no good, a port in use), with one line
//! on standard error that says why. `page --verify` has its own: 0 the same, 1 not, 2 could not be compared.

#[cfg(feature = "demo")]
mod demo;

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use restante_bridge::log::{AUDIT, Log};
use restante_bridge::oauth;
use restante_bridge::preset::Preset;
use restante_bridge::settings::{BadFile, Settings};
use restante_bridge::{Bridge, Bridges, Hosting, Reloader, Server, fingerprint, listen, sums, write_page};
use tokio::signal::unix::{SignalKind, signal};
use tracing::{error, info};
use tracing_subscriber::filter::{EnvFilter, FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Restante: read POP3 mail in a browser. This program serves the page and relays its bytes to the mail server.
#[derive(Debug, Parser)]
#[command(name = "restante", version, max_term_width = 100, arg_required_else_help = false)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// How log lines are written to standard error; RUST_LOG chooses which (debug, info, warn, error, off). Those that say
    /// who sent mail are always written.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, env = "RESTANTE_LOG_FORMAT")]
    log_format: LogFormat,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the page, and relay to the mail servers that are allowed. SIGHUP reads the configuration again, SIGTERM
    /// and SIGINT let the open tunnels end first.
    Serve(Box<Serve>),
    /// Check a configuration, with all files it names, and say what is wrong with it.
    CheckConfig(Box<Serve>),
    /// Print the SHA-256 of the page's files, write them out for another host to serve, or check what a host serves.
    Page(PageArguments),
    /// Make an access token, and print it with the lines that the configuration needs.
    Token {
        /// What logs and limits call its holder.
        name: String,
    },
    #[cfg(feature = "demo")]
    /// Serve the page with a sample mailbox, for a look round. Nothing but the sample can be reached.
    Demo {
        /// Address and port to serve on; port 0 takes a free one.
        #[arg(long, value_name = "ADDR:PORT", default_value_t = restante_bridge::settings::DEFAULT_LISTEN, env = "RESTANTE_LISTEN")]
        listen: SocketAddr,
    },
}

#[derive(Debug, Clone, Args)]
struct Serve {
    /// TOML file with settings: the names of the flags below, limits in the table limits, access tokens in the array of
    /// tables token. Flags and variables win over it.
    #[arg(long, value_name = "FILE", env = "RESTANTE_CONFIG")]
    config: Option<PathBuf>,

    #[command(flatten)]
    settings: Settings,
}

impl Serve {
    /// What flags, variables and file say together.
    fn settings(self) -> Result<Settings, BadFile> {
        match self.config {
            Some(path) => self.settings.over_file(&path),
            None => Ok(self.settings),
        }
    }
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("task").required(true)))]
struct PageArguments {
    /// Write the page to this folder, which is made where it is missing. Beside the page's files: restante.json, and the
    /// headers that the host has to send, in _headers and nginx-headers.conf.
    #[arg(long, value_name = "DIR", group = "task")]
    out: Option<PathBuf>,

    /// Print the SHA-256 of the page's files, as sha256sum does, and the page's fingerprint.
    #[arg(long, group = "task")]
    hashes: bool,

    /// Fetch the page's files from this address, as a browser does, and compare them with those in this program; the
    /// security headers as well. Status 0: the same; 1: something differs or is missing; 2: something could not be
    /// fetched, and what could is the same.
    #[cfg(feature = "verify")]
    #[arg(long, value_name = "URL", group = "task")]
    verify: Option<String>,

    /// PEM file of the authorities that the host in --verify is verified by. [default: the system's]
    #[cfg(feature = "verify")]
    #[arg(long, value_name = "FILE", requires = "verify")]
    ca: Option<PathBuf>,

    /// A bridge that the page in --out offers, by the address of its tunnel, such as wss://bridge.example.org/tunnel, or
    /// self for one at the page's own origin; as often as needed, the first one first. [default: self]
    #[arg(long, value_name = "URL", requires = "out")]
    bridge: Vec<Bridge>,

    /// Let the user of the page in --out name any other bridge.
    #[arg(long, requires = "out")]
    any_bridge: bool,

    /// JSON file with the account that the page in --out starts with.
    #[arg(long, value_name = "FILE", requires = "out")]
    preset: Option<PathBuf>,

    /// JSON file with the providers whose sign-in pages the page in --out may use. The bridges have to have them too.
    #[arg(long, value_name = "FILE", requires = "out")]
    oauth: Option<PathBuf>,

    /// The bridges of the page in --out ask for access tokens.
    #[arg(long, requires = "out")]
    token_required: bool,
}

/// For the last lines of the log to be written.
const LAST_LINES: Duration = Duration::from_millis(500);
/// Libraries whose log nobody sees.
const QUIET: [&str; 3] = ["hickory_resolver=off", "hickory_net=off", "hickory_proto=off"];

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            // Help that cannot be shown has no reader.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => return refuse(&one_line(&error)),
    };
    let done = match cli.command {
        // The only one that waits for others in the old way, so it stays outside the runtime.
        Command::Page(arguments) => page(arguments),
        command => start(command, cli.log_format).map(|()| ExitCode::SUCCESS),
    };
    match done {
        Ok(status) => status,
        Err(error) => refuse(&format!("{error:#}")),
    }
}

/// Says in one line why the program does not start.
fn refuse(why: &str) -> ExitCode {
    eprintln!("restante: {}", why.replace('\n', " "));
    ExitCode::from(2)
}

/// What is wrong with the arguments, without the usage that clap adds below.
fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let fault: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let fault = fault.join(" ");
    let fault = fault.strip_prefix("error: ").unwrap_or(&fault);
    format!("{fault} (restante --help explains)")
}

/// Runs a command that others are waited for in. What is still waited for when it is done holds nothing up.
fn start(command: Command, log_format: LogFormat) -> anyhow::Result<()> {
    let log = log_to_stderr(log_format).context("the system has no thread for the log")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(run(command, &log));
    runtime.shutdown_background();
    log.flush(LAST_LINES);
    done
}

async fn run(command: Command, log: &Log) -> anyhow::Result<()> {
    match command {
        Command::Serve(arguments) => {
            let settings = arguments.clone().settings()?;
            let (address, metrics) = (settings.listen(), settings.metrics);
            let config = settings.into_config()?;
            let scheme = if config.certificate.is_some() || config.acme.is_some() { "https" } else { "http" };
            let mut server = Server::new(config)?.counting_lost_lines(log.lost());
            if let Some(metrics) = metrics {
                server = server.with_metrics(listen(metrics).await?);
            }
            reload_on_hangup(*arguments, server.reloader())?;
            serve(server, address, scheme).await
        }
        Command::CheckConfig(arguments) => {
            Server::check(arguments.settings()?.into_config()?)?;
            println!("The configuration is good.");
            Ok(())
        }
        Command::Token { name } => {
            let (token, digest) = restante_bridge::token::generate().context("the system has no randomness")?;
            print!("{}\n\n{}", token.expose(), restante_bridge::token::listing(&name, &digest)?);
            Ok(())
        }
        #[cfg(feature = "demo")]
        Command::Demo { listen } => {
            let sample = restante_sample::Server::start().await.context("cannot start the sample mail server")?;
            serve(Server::new(demo::config(&sample)?)?, listen, "http").await
        }
        // It has been done already.
        Command::Page(_) => Ok(()),
    }
}

/// Writes or prints the page, or compares a host's with it.
fn page(arguments: PageArguments) -> anyhow::Result<ExitCode> {
    let mut stdout = std::io::stdout().lock();
    #[cfg(feature = "verify")]
    if let Some(url) = &arguments.verify {
        return verify(url, arguments.ca.as_deref(), &mut stdout);
    }
    if let Some(out) = &arguments.out {
        let hosting = Hosting {
            bridges: Bridges { listed: arguments.bridge, any: arguments.any_bridge },
            preset: arguments.preset.as_deref().map(Preset::read).transpose()?,
            oauth: arguments.oauth.as_deref().map(oauth::read).transpose()?.unwrap_or_default(),
            token_required: arguments.token_required,
        };
        write_page(out, &hosting).with_context(|| out.display().to_string())?;
    }
    let sums = sums()?;
    write!(stdout, "{sums}").context("standard output")?;
    // Not a line of sha256sum's, so that it can read the others.
    eprintln!("The page's fingerprint, the SHA-256 of SHA256SUMS: {}", fingerprint(&sums));
    Ok(ExitCode::SUCCESS)
}

/// Compares what a host serves with the page in this program.
#[cfg(feature = "verify")]
fn verify(url: &str, authorities: Option<&std::path::Path>, stdout: &mut impl Write) -> anyhow::Result<ExitCode> {
    let verified = restante_bridge::verify::verify(url, authorities)?;
    for finding in &verified.findings {
        writeln!(stdout, "{finding}").context("standard output")?;
    }
    let fingerprint = fingerprint(sums()?);
    match verified.status() {
        0 => writeln!(stdout, "{url} serves this page, {} files, fingerprint {fingerprint}", verified.same),
        1 => writeln!(stdout, "{url} does NOT serve this page as it is, fingerprint {fingerprint}"),
        _ => writeln!(stdout, "{url} could not be compared with this page, fingerprint {fingerprint}"),
    }
    .context("standard output")?;
    if let Some(to) = &verified.connects_to {
        writeln!(stdout, "Its policy lets the page connect to: {to}").context("standard output")?;
    }
    Ok(ExitCode::from(verified.status()))
}

fn log_to_stderr(format: LogFormat) -> std::io::Result<Log> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // What they say names the servers that people use.
    let filter = QUIET.iter().filter_map(|off| off.parse().ok()).fold(filter, EnvFilter::add_directive);
    let out = Log::to(std::io::stderr())?;
    let lines = || {
        let ansi = std::io::stderr().is_terminal();
        fmt::layer().with_target(false).with_ansi(ansi).with_writer(out.clone())
    };
    // A layer of its own, which no directive of RUST_LOG reaches.
    let audit = filter_fn(|line| line.target() == AUDIT).with_max_level_hint(LevelFilter::INFO);
    let others = filter.and(filter_fn(|line| line.target() != AUDIT));
    let layers = match format {
        LogFormat::Text => [lines().with_filter(others).boxed(), lines().with_filter(audit).boxed()],
        LogFormat::Json => {
            let lines = || lines().json().flatten_event(true);
            [lines().with_filter(others).boxed(), lines().with_filter(audit).boxed()]
        }
    };
    tracing_subscriber::registry().with(Vec::from(layers)).init();
    Ok(out)
}

/// Serves until a signal says to stop.
async fn serve(server: Server, address: SocketAddr, scheme: &str) -> anyhow::Result<()> {
    // A tunnel takes two descriptors, and the usual limit of 1,024 is for programs that use select(). Where it cannot
    // be raised, the limit on tunnels is reached earlier.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let listener = listen(address).await?;
    let stop = stop_signal()?;
    let address = listener.local_addr()?;
    let mut out = std::io::stdout();
    writeln!(out, "Restante is ready: {scheme}://{address}/").and_then(|()| out.flush()).context("standard output")?;
    server.run(listener, stop).await;
    Ok(())
}

/// Reads the configuration again on every SIGHUP. One that is no good is logged, and the old one stays in force.
fn reload_on_hangup(arguments: Serve, reloader: Reloader) -> anyhow::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match reload(arguments.clone(), &reloader) {
                Ok(()) => info!("the configuration was read again"),
                Err(error) => error!("the old configuration stays in force: {error:#}"),
            }
        }
    });
    Ok(())
}

fn reload(arguments: Serve, reloader: &Reloader) -> anyhow::Result<()> {
    Ok(reloader.reload(arguments.settings()?.into_config()?)?)
}

/// Resolves on SIGTERM or SIGINT; a second one ends the program at once.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            std::process::exit(1);
        });
    })
}
