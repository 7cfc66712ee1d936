//! The mail programs that fetch a maildrop side by side, and how each is told to do that at the least cost.
//!
//! Every program takes the messages from the first to the last, deletes none, and remembers nothing of earlier runs.
//! *Durable* and *Maildir* are ways by which a power cut after the program's end loses nothing: one file, and a file a
//! message. *Memory* is the cheaper of them in a file system in memory, where asking for durability costs nothing.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use super::measure::Program;

/// The user and the password of the maildrop.
pub const PASSWORD: &str = "lantern-kettle";

/// Python's poplib in a loop.
const POPLIB: &str = include_str!("poplib.py");

/// A program that fetches mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Peer {
    /// The engine's native driver.
    Ours,
    /// The engine's mailbox on the device.
    Keep,
    /// Reads and counts, nothing more: what any client with this window could reach.
    Raw,
    /// mpop, which pipelines.
    Mpop,
    /// fetchmail, in lock-step.
    Fetchmail,
    /// getmail6, in lock-step.
    Getmail6,
    /// curl, in lock-step.
    Curl,
    /// Python's poplib, in lock-step.
    Poplib,
}

/// Where the mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// To one file on a disk, and safe there.
    Durable,
    /// To a file a message on a disk, and safe there.
    Maildir,
    /// To memory.
    Memory,
    /// Nowhere: parsed and dropped.
    Discard,
    /// Into a mailbox on a disk, indexed, and safe there.
    Store,
}

/// What to fetch, and into what.
#[derive(Debug)]
pub struct Task<'a> {
    /// The port on 127.0.0.1.
    pub port: u16,
    /// Over TLS from the first byte.
    pub tls: bool,
    /// The user.
    pub user: &'a str,
    /// How many messages the user has.
    pub messages: u32,
    /// Where to.
    pub output: Output,
    /// An empty folder of the right kind for the mail.
    pub mail: &'a Path,
    /// A folder for configuration.
    pub scratch: &'a Path,
    /// PEM file of the authority.
    pub authority: &'a Path,
    /// SHA-256 of the server's certificate, hexadecimal.
    pub fingerprint: &'a str,
    /// The raw reader's window, in octets.
    pub window: u64,
}

impl Output {
    /// All of them, in the table's order.
    pub const ALL: [Self; 5] = [Self::Discard, Self::Memory, Self::Durable, Self::Maildir, Self::Store];

    /// Whether it wants a disk.
    pub fn is_durable(self) -> bool {
        matches!(self, Self::Durable | Self::Maildir | Self::Store)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Durable => "durable",
            Self::Maildir => "maildir",
            Self::Memory => "memory",
            Self::Discard => "discard",
            Self::Store => "mailbox",
        }
    }
}

impl Peer {
    /// All of them, in the table's order.
    pub const ALL: [Self; 8] =
        [Self::Raw, Self::Ours, Self::Keep, Self::Mpop, Self::Fetchmail, Self::Getmail6, Self::Curl, Self::Poplib];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Keep => "keep",
            Self::Raw => "raw",
            Self::Mpop => "mpop",
            Self::Fetchmail => "fetchmail",
            Self::Getmail6 => "getmail6",
            Self::Curl => "curl",
            Self::Poplib => "poplib",
        }
    }

    /// Whether it waits for each answer before it asks again.
    pub fn is_lock_step(self) -> bool {
        matches!(self, Self::Fetchmail | Self::Getmail6 | Self::Curl | Self::Poplib)
    }

    /// The outputs it has.
    pub fn outputs(self) -> &'static [Output] {
        match self {
            Self::Ours => &[Output::Discard, Output::Memory, Output::Durable, Output::Maildir],
            Self::Keep => &[Output::Store],
            Self::Raw => &[Output::Discard],
            Self::Mpop => &[Output::Memory, Output::Durable, Output::Maildir],
            Self::Getmail6 => &[Output::Memory, Output::Maildir],
            _ => &[Output::Durable, Output::Memory],
        }
    }

    /// How its output is written, for the table's legend.
    pub fn method(self, output: Output) -> &'static str {
        match (self, output) {
            (_, Output::Discard) => "nothing written",
            (_, Output::Maildir) => "Maildir",
            (Self::Keep, _) | (_, Output::Store) => "SQLite, with full-text search",
            (Self::Ours | Self::Mpop, _) => "mbox",
            (Self::Raw, _) => "",
            (Self::Fetchmail, Output::Memory) => "BSMTP file",
            (Self::Fetchmail, _) => "dd conv=fsync as its delivery agent",
            (Self::Getmail6, _) => "Maildir",
            (Self::Curl, Output::Memory) => "one file",
            (Self::Curl, _) => "one file, then sync",
            (Self::Poplib, _) => "one file, fsync at its end",
        }
    }

    /// The version that is installed, or nothing where it is not.
    pub fn version(self) -> Option<String> {
        match self {
            Self::Ours => fetch_program().is_file().then(|| "this checkout".to_owned()),
            Self::Keep => keep_program().is_file().then(|| "this checkout".to_owned()),
            Self::Raw => Some("this program".to_owned()),
            Self::Mpop => first_line("mpop", "--version"),
            Self::Fetchmail => first_line("fetchmail", "-V"),
            Self::Getmail6 => first_line("getmail", "--version"),
            Self::Curl => first_line("curl", "--version").map(|line| line.chars().take(11).collect()),
            Self::Poplib => first_line(python(), "--version"),
        }
    }

    /// The program with its arguments; writes what configuration it wants.
    ///
    /// # Errors
    /// Where the file system refuses.
    pub fn program(self, task: &Task<'_>) -> Result<Program> {
        match self {
            Self::Ours => ours(task),
            Self::Keep => keep(task),
            Self::Raw => raw(task),
            Self::Mpop => mpop(task),
            Self::Fetchmail => fetchmail(task),
            Self::Getmail6 => getmail6(task),
            Self::Curl => curl(task),
            Self::Poplib => poplib(task),
        }
    }
}

/// The engine's example `fetch`: where `cargo xtask bench` says, or beside this program.
pub fn fetch_program() -> PathBuf {
    example("RESTANTE_FETCH", "fetch")
}

/// The engine's example `keep`, likewise.
fn keep_program() -> PathBuf {
    example("RESTANTE_KEEP", "keep")
}

/// The first line of what a program says, where it is installed.
pub(super) fn first_line(program: &str, flag: &str) -> Option<String> {
    let said = std::process::Command::new(program).arg(flag).output().ok()?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
    text.lines().next().map(|line| line.chars().take(48).collect())
}

/// An example of the engine's.
pub(super) fn example(variable: &str, name: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return path.into();
    }
    let here = std::env::current_exe().unwrap_or_default();
    here.with_file_name("examples").join(name)
}

/// Debian's own, where there is one: a version manager's stand-in takes its time before it starts the real one.
fn python() -> &'static str {
    if Path::new("/usr/bin/python3").exists() { "/usr/bin/python3" } else { "python3" }
}

fn keep(task: &Task<'_>) -> Result<Program> {
    let mut words =
        vec![text(&keep_program()), "--store".into(), text(&task.mail.join("mailbox")), "--json".into(), "sync".into()];
    words.extend(server(task)?);
    Ok(Program::new(words))
}

/// How the engine's examples are told what to fetch.
fn server(task: &Task<'_>) -> Result<Vec<String>> {
    let password = write(task, "password", PASSWORD)?;
    let (scheme, security) = if task.tls { ("pops", "tls") } else { ("pop", "none") };
    let mut words = vec![
        format!("{scheme}://{}@127.0.0.1:{}/", task.user, task.port),
        "--password-file".into(),
        text(&password),
        "--security".into(),
        security.into(),
    ];
    if task.tls {
        words.extend(["--trust-sha256".into(), task.fingerprint.into()]);
    }
    Ok(words)
}

fn ours(task: &Task<'_>) -> Result<Program> {
    let mut words = vec![text(&fetch_program())];
    words.extend(server(task)?);
    match task.output {
        Output::Maildir => words.extend(["--maildir".into(), text(&task.mail.join("maildir"))]),
        Output::Durable | Output::Memory => words.extend(["--mbox".into(), text(&task.mail.join("mbox"))]),
        Output::Discard | Output::Store => words.push("--discard".into()),
    }
    Ok(Program::new(words))
}

fn raw(task: &Task<'_>) -> Result<Program> {
    let mut program = Program::new([
        text(&std::env::current_exe()?),
        super::raw::FLAG.into(),
        task.port.to_string(),
        task.user.into(),
        PASSWORD.into(),
        task.window.to_string(),
    ]);
    if task.tls {
        program.words.push(text(task.authority));
    }
    Ok(program)
}

fn mpop(task: &Task<'_>) -> Result<Program> {
    let password = write(task, "password", PASSWORD)?;
    let delivery = match task.output {
        Output::Maildir => format!("maildir,{}", text(&new_maildir(task)?)),
        _ => format!("mbox,{}", text(&task.mail.join("mbox"))),
    };
    let mut words = vec![
        "mpop".into(),
        "--host=127.0.0.1".into(),
        format!("--port={}", task.port),
        format!("--user={}", task.user),
        format!("--passwordeval=cat '{}'", text(&password)),
        "--auth=user".into(),
        "--tls-starttls=off".into(),
        "--keep=on".into(),
        "--only-new=off".into(),
        "--received-header=off".into(),
        "--quiet".into(),
        format!("--uidls-file={}", text(&task.scratch.join("uidls"))),
        format!("--delivery={delivery}"),
    ];
    if task.tls {
        words.extend(["--tls=on".into(), format!("--tls-trust-file={}", text(task.authority))]);
    } else {
        words.push("--tls=off".into());
    }
    Ok(Program::new(words))
}

fn fetchmail(task: &Task<'_>) -> Result<Program> {
    let target = text(&task.mail.join("mail"));
    let delivery = match task.output {
        Output::Durable => format!("mda \"dd status=none conv=fsync,notrunc oflag=append of={target}\""),
        _ => format!("bsmtp \"{target}\""),
    };
    let tls = if task.tls {
        // Its check wants a name, not an address, in the certificate.
        "ssl no sslcertck".to_owned()
    } else {
        "sslproto \"\"".into()
    };
    let config = write(
        task,
        "fetchmailrc",
        &format!(
            "poll 127.0.0.1 protocol pop3 service {} no dns no uidl user \"{}\" password \"{PASSWORD}\" is \"robin\" here fetchall keep \
             no rewrite {tls} {delivery}\n",
            task.port, task.user
        ),
    )?;
    let mut program =
        Program::new(["fetchmail".into(), "--nosyslog".into(), "--silent".into(), "-f".into(), text(&config)]);
    program.environment.push(("FETCHMAILHOME".into(), text(task.scratch)));
    Ok(program)
}

fn getmail6(task: &Task<'_>) -> Result<Program> {
    let target = new_maildir(task)?;
    // It does not deliver as root: as root, it is told to deliver as nobody.
    let user = if rustix::process::geteuid().is_root() {
        fs::set_permissions(task.mail, fs::Permissions::from_mode(0o755))?;
        for folder in [&target, &target.join("cur"), &target.join("new"), &target.join("tmp")] {
            chown(folder, Some(65_534), Some(65_534))?;
        }
        "user = nobody\n"
    } else {
        ""
    };
    let (retriever, tls) = if task.tls {
        ("SimplePOP3SSLRetriever", format!("ca_certs = {}\n", text(task.authority)))
    } else {
        ("SimplePOP3Retriever", String::new())
    };
    let config = write(
        task,
        "getmailrc",
        &format!(
            "[retriever]\ntype = {retriever}\nserver = 127.0.0.1\nport = {}\nusername = {}\npassword = {PASSWORD}\n{tls}\n\
             [destination]\ntype = Maildir\npath = {}/\n{user}\n\
             [options]\nverbose = 0\nread_all = true\ndelete = false\ndelivered_to = false\nreceived = false\n",
            task.port,
            task.user,
            text(&target)
        ),
    )?;
    Ok(Program::new(["getmail".into(), "--getmaildir".into(), text(task.scratch), "--rcfile".into(), text(&config)]))
}

fn curl(task: &Task<'_>) -> Result<Program> {
    let target = task.mail.join("mail");
    let scheme = if task.tls { "pops" } else { "pop" };
    let scheme = scheme.replace("pop", "pop3");
    let config = write(
        task,
        "curlrc",
        &format!(
            "silent\nshow-error\nuser = \"{}:{PASSWORD}\"\ncacert = \"{}\"\nurl = \"{scheme}://127.0.0.1:{}/[1-{}]\"\n",
            task.user,
            text(task.authority),
            task.port,
            task.messages
        ),
    )?;
    let fetch = ["curl".into(), "--disable".into(), "--config".into(), text(&config)];
    let mut program = match task.output {
        Output::Durable => Program::new([
            "sh".into(),
            "-c".into(),
            format!("{} && sync '{}'", fetch.map(|word| format!("'{word}'")).join(" "), text(&target)),
        ]),
        _ => Program::new(fetch),
    };
    program.output = Some(target);
    Ok(program)
}

fn poplib(task: &Task<'_>) -> Result<Program> {
    let script = write(task, "fetch_with_poplib.py", POPLIB)?;
    Ok(Program::new([
        python().into(),
        text(&script),
        "127.0.0.1".into(),
        task.port.to_string(),
        if task.tls { "tls".into() } else { "none".into() },
        task.user.into(),
        PASSWORD.into(),
        task.messages.to_string(),
        text(&task.mail.join("mail")),
        text(task.authority),
    ]))
}

/// Makes an empty Maildir for the mail.
fn new_maildir(task: &Task<'_>) -> Result<PathBuf> {
    let maildir = task.mail.join("maildir");
    for folder in ["cur", "new", "tmp"] {
        fs::create_dir_all(maildir.join(folder))?;
    }
    Ok(maildir)
}

/// Writes a file that only its owner reads: fetchmail insists on that.
fn write(task: &Task<'_>, name: &str, content: &str) -> Result<PathBuf> {
    let path = task.scratch.join(name);
    fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    Ok(path)
}

/// A path of a temporary folder, which is always text.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
