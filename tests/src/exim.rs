//! A real Exim of the tests' own: submission on loopback, its own check of passwords, and a Maildir for each user.
//!
//! Debian's package would be the machine's own mail server, so set-up only unpacks it (`target/programs/exim`). It asks the
//! system for a user of a name of its own before it reads its configuration: it gets a mount namespace in which there is one.
//! It takes root. It ends (SIGTERM to the process that was started, no other) when its handle is dropped, and its files go
//! with it.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::authority::Identity;
use crate::courier::unpacked;
use crate::dovecot::{Process, free_ports};
use crate::maildir;
use crate::postfix::{greets, home, id, libraries, spawn, wait};

/// What it calls its user.
const USER: &str = "Debian-exim";

/// A running server. It takes mail of whoever signs in, for its own domain `example.org`.
pub struct Exim {
    // Ends before its home is removed: fields are dropped in this order.
    #[expect(dead_code, reason = "held so that it ends with this")]
    process: Process,
    home: TempDir,
    smtps: u16,
    submission: u16,
}

/// Why there can be no such server here; `None` where there can.
pub fn missing() -> Option<String> {
    if !root().join("usr/sbin/exim4").is_file() {
        return Some(format!("Exim is not unpacked in {}: `cargo xtask test` does it", root().display()));
    }
    (!rustix::process::geteuid().is_root()).then(|| "Exim takes root here, for a mount of its own".to_owned())
}

impl Exim {
    /// Starts it, and waits until it greets. Who signs in is `ana` with the password `pencil`, by PLAIN, LOGIN or CRAM-MD5;
    /// `mailboxes` are the local parts that take mail.
    ///
    /// # Errors
    /// Where [`missing`] says why, or it does not come up; the message has its log.
    pub async fn start(identity: &Identity, mailboxes: &[String]) -> Result<Self> {
        ensure!(missing().is_none(), "{}", missing().unwrap_or_default());
        let home = home("restante-exim-", identity)?;
        let place = home.path();
        let (user, group) = (id("mail", "-u")?, id("mail", "-g")?);
        for folder in ["spool", "logs", "mail"] {
            fs::create_dir(place.join(folder))?;
            chown(place.join(folder), Some(user), Some(group))?;
        }
        for (file, line) in
            [("passwd", format!("{USER}:x:{user}:{group}::/:/bin/false")), ("group", format!("{USER}:x:{group}:"))]
        {
            let known = fs::read_to_string(Path::new("/etc").join(file))?;
            fs::write(place.join(file), format!("{}\n{line}\n", known.trim_end()))?;
        }
        let (smtps, submission) = free_ports()?;
        fs::write(place.join("exim.conf"), configuration(place, (smtps, submission), mailboxes))?;
        let script = "mount --bind \"$HOME/passwd\" /etc/passwd && mount --bind \"$HOME/group\" /etc/group \
                      && exec \"$0\" -C \"$HOME/exim.conf\" -bdf";
        let mut command = Command::new("unshare");
        command.args(["--mount", "sh", "-c", script]).arg(root().join("usr/sbin/exim4"));
        command.env("HOME", place).env("LD_LIBRARY_PATH", libraries(&root())?);
        let mut process = Process(spawn(&mut command, place)?);
        wait(&mut process, || log_of(place), || greets(submission)).await?;
        Ok(Self { process, home, smtps, submission })
    }

    /// The port with TLS from the first octet.
    pub fn smtps_port(&self) -> u16 {
        self.smtps
    }

    /// The port with STARTTLS. There it takes letters by DATA only, and by BDAT as well at the other one.
    pub fn submission_port(&self) -> u16 {
        self.submission
    }

    /// What has arrived for a local part, as [`Postfix::arrived`](crate::postfix::Postfix::arrived) has it.
    ///
    /// # Errors
    /// Where the Maildir cannot be read.
    pub fn arrived(&self, user: &str, first_line: &str) -> Result<Vec<Vec<u8>>> {
        maildir::arrived(&self.home.path().join("mail").join(user), first_line)
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        log_of(self.home.path())
    }
}

fn root() -> PathBuf {
    unpacked("exim")
}

fn log_of(home: &Path) -> String {
    ["output", "logs/mainlog", "logs/paniclog"]
        .map(|name| fs::read_to_string(home.join(name)).unwrap_or_default())
        .concat()
}

fn configuration(home: &Path, (smtps, submission): (u16, u16), mailboxes: &[String]) -> String {
    format!(
        "primary_hostname = mail.example
exim_path = {root}/usr/sbin/exim4
exim_user = mail
exim_group = mail
deliver_drop_privilege
never_users =
spool_directory = {home}/spool
log_file_path = {home}/logs/%slog
pid_file_path = {home}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {smtps} : {submission}
tls_on_connect_ports = {smtps}
tls_advertise_hosts = *
tls_certificate = {home}/certificate.pem
tls_privatekey = {home}/key.pem
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
chunking_advertise_hosts = ${{if eq{{$received_port}}{{{smtps}}}{{*}}{{}}}}
smtputf8_advertise_hosts = *
dsn_advertise_hosts = *
host_lookup =
rfc1413_hosts =
keep_environment =
message_size_limit = 120M
acl_smtp_rcpt = recipient
begin acl
recipient:
  deny !authenticated = *
  require verify = recipient
  accept domains = example.org
begin routers
local:
  driver = accept
  domains = example.org
  local_parts = {mailboxes}
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = {home}/mail/$local_part_data
  maildir_format
  user = mail
  group = mail
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{ana}}}}{{eq{{$auth3}}{{pencil}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{ana}}}}{{eq{{$auth2}}{{pencil}}}}}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{if eq{{$auth1}}{{ana}}{{pencil}}fail}}
  server_set_id = $auth1
",
        root = root().display(),
        home = home.display(),
        mailboxes = mailboxes.join(" : "),
    )
}
