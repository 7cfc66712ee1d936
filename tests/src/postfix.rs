//! A real Postfix of the tests' own, with a Dovecot that knows the passwords: submission on loopback, and a Maildir for each
//! user.
//!
//! Debian's package would be the machine's own mail server, so set-up only unpacks it (`target/programs/postfix`). It takes
//! root. It ends (SIGTERM to the process that was started, no other) when its handle is dropped, and its files go with it.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::authority::Identity;
use crate::courier::unpacked;
use crate::dovecot::{self, Process, free_ports, give};
use crate::maildir;

/// How long the server may take to come up.
const START: Duration = Duration::from_secs(20);

/// The mail's owner.
const NOBODY: u32 = 65_534;

/// A running server. It takes mail of whoever signs in, for its own domain `example.org`.
pub struct Postfix {
    // End before their home is removed: fields are dropped in this order.
    #[expect(dead_code, reason = "held so that it ends with this")]
    postfix: Process,
    #[expect(dead_code, reason = "held so that it ends with this")]
    dovecot: Process,
    home: TempDir,
    smtps: u16,
    submission: u16,
}

/// Why there can be no such server here; `None` where there can.
pub fn missing() -> Option<String> {
    if !root().join("usr/lib/postfix/sbin/master").is_file() {
        return Some(format!("Postfix is not unpacked in {}: `cargo xtask test` does it", root().display()));
    }
    (!rustix::process::geteuid().is_root()).then(|| "Postfix takes root".to_owned())
}

impl Postfix {
    /// Starts both, and waits until Postfix greets. Who signs in is `ana` with the password `pencil`; `mailboxes` are the local
    /// parts that take mail.
    ///
    /// # Errors
    /// Where [`missing`] says why, or one of them does not come up; the message has its log.
    pub async fn start(identity: &Identity, mechanisms: &str, mailboxes: &[String]) -> Result<Self> {
        ensure!(missing().is_none(), "{}", missing().unwrap_or_default());
        let home = home("restante-postfix-", identity)?;
        let place = home.path();
        fs::write(place.join("users"), "ana:{PLAIN}pencil\n")?;
        fs::write(place.join("dovecot.conf"), dovecot_conf(place, mechanisms))?;
        make_folders(place)?;
        let dovecot = spawn(Command::new(dovecot::find()?).args(["-F", "-c"]).arg(place.join("dovecot.conf")), place)?;
        let mut dovecot = Process(dovecot);
        wait(&mut dovecot, || log_of(place), || async { place.join("auth/auth").exists() }).await?;
        let (smtps, submission) = free_ports()?;
        fs::write(place.join("conf/main.cf"), main_cf(place, mailboxes))?;
        fs::write(place.join("conf/master.cf"), master_cf(smtps, submission))?;
        let mut command = Command::new(root().join("usr/lib/postfix/sbin/master"));
        command.arg("-d").arg("-c").arg(place.join("conf")).current_dir(place.join("queue"));
        command.env("MAIL_CONFIG", place.join("conf")).env("LD_LIBRARY_PATH", libraries(&root())?);
        let mut postfix = Process(spawn(&mut command, place)?);
        wait(&mut postfix, || log_of(place), || greets(submission)).await?;
        Ok(Self { postfix, dovecot, home, smtps, submission })
    }

    /// The port with TLS from the first octet.
    pub fn smtps_port(&self) -> u16 {
        self.smtps
    }

    /// The port with STARTTLS. There it takes letters by DATA only, and by BDAT as well at the other one.
    pub fn submission_port(&self) -> u16 {
        self.submission
    }

    /// What has arrived for a local part, with CRLF line ends, each as it was handed in: what Postfix put before it is cut off
    /// where the letter's first line stands. Letters without that line are not told.
    ///
    /// # Errors
    /// Where the Maildir cannot be read.
    pub fn arrived(&self, user: &str, first_line: &str) -> Result<Vec<Vec<u8>>> {
        maildir::arrived(&self.home.path().join("mail").join(user), first_line)
    }

    /// Whether nothing waits for its delivery.
    ///
    /// # Errors
    /// Where the queue cannot be read.
    pub fn is_idle(&self) -> Result<bool> {
        for folder in ["incoming", "active", "maildrop"] {
            let mut entries = fs::read_dir(self.home.path().join("queue").join(folder))?;
            if entries.next().is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        log_of(self.home.path())
    }
}

fn root() -> PathBuf {
    unpacked("postfix")
}

/// A folder for a server, with its certificate and key.
pub(crate) fn home(prefix: &str, identity: &Identity) -> Result<TempDir> {
    let home = tempfile::Builder::new()
        .prefix(prefix)
        // The server's own users have to get through.
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir()?;
    fs::write(home.path().join("certificate.pem"), &identity.chain_pem)?;
    fs::write(home.path().join("key.pem"), &identity.key_pem)?;
    Ok(home)
}

/// Where libraries are that were unpacked with a server.
pub(crate) fn libraries(root: &Path) -> Result<std::ffi::OsString> {
    let folders = ["usr/lib/postfix", "usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu"];
    Ok(std::env::join_paths(folders.map(|folder| root.join(folder)))?)
}

pub(crate) fn spawn(command: &mut Command, home: &Path) -> Result<std::process::Child> {
    let log = fs::OpenOptions::new().create(true).append(true).open(home.join("output"))?;
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn().context("cannot start a server")
}

fn log_of(home: &Path) -> String {
    ["output", "dovecot.log", "log"].map(|name| fs::read_to_string(home.join(name)).unwrap_or_default()).concat()
}

pub(crate) async fn wait<F: Future<Output = bool>>(
    process: &mut Process,
    log: impl Fn() -> String,
    is_up: impl Fn() -> F,
) -> Result<()> {
    let until = Instant::now() + START;
    while Instant::now() < until && matches!(process.0.try_wait(), Ok(None)) {
        if is_up().await {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("a server did not come up. It said:\n{}", log())
}

pub(crate) async fn greets(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return false };
    let mut start = [0; 3];
    stream.read_exact(&mut start).await.is_ok() && &start == b"220"
}

/// The queue, owned as Postfix wants it: by `mail`, and two folders by the group `games` as well, which take the places of the
/// package's own user and group.
fn make_folders(home: &Path) -> Result<()> {
    let (mail, games) = (id("mail", "-u")?, id("games", "-g")?);
    for folder in ["conf", "auth", "queue/pid"] {
        fs::create_dir_all(home.join(folder))?;
    }
    let own =
        ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"];
    let own = own.map(|name| home.join("queue").join(name));
    for folder in own.iter().chain([&home.join("data")]) {
        fs::create_dir_all(folder)?;
        chown(folder, Some(mail), None)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    for (name, mode) in [("maildrop", 0o730), ("public", 0o710)] {
        let folder = home.join("queue").join(name);
        fs::create_dir_all(&folder)?;
        chown(&folder, Some(mail), Some(games))?;
        fs::set_permissions(folder, fs::Permissions::from_mode(mode))?;
    }
    fs::create_dir_all(home.join("mail"))?;
    give(&home.join("mail"), (NOBODY, NOBODY))
}

pub(crate) fn id(name: &str, flag: &str) -> Result<u32> {
    let output = Command::new("id").args([flag, name]).output()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().with_context(|| format!("there is no {name} here"))
}

fn main_cf(home: &Path, mailboxes: &[String]) -> String {
    let maps: Vec<String> = mailboxes.iter().map(|name| format!("{name}@example.org={name}/")).collect();
    format!(
        "compatibility_level = 3.6
queue_directory = {home}/queue
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
shlib_directory = {root}/usr/lib/postfix
meta_directory = {root}/etc/postfix
data_directory = {home}/data
mail_owner = mail
setgid_group = games
default_privs = nobody
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH
export_environment = TZ MAIL_CONFIG LANG LD_LIBRARY_PATH
maillog_file = {home}/log
maillog_file_prefixes = /
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example
mydestination =
alias_maps =
local_transport = error:no local mail
virtual_mailbox_domains = example.org
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = inline:{{{maps}}}
virtual_mailbox_limit = 0
virtual_uid_maps = static:{NOBODY}
virtual_gid_maps = static:{NOBODY}
virtual_minimum_uid = 1
smtpd_tls_cert_file = {home}/certificate.pem
smtpd_tls_key_file = {home}/key.pem
smtpd_sasl_type = dovecot
smtpd_sasl_path = {home}/auth/auth
smtpd_sasl_auth_enable = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
message_size_limit = 120000000
mailbox_size_limit = 0
",
        home = home.display(),
        root = root().display(),
        maps = maps.join(", "),
    )
}

fn master_cf(smtps: u16, submission: u16) -> String {
    format!(
        "postlog unix-dgram n - n - 1 postlogd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:{submission} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt -o smtpd_discard_ehlo_keywords=chunking
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
"
    )
}

fn dovecot_conf(home: &Path, mechanisms: &str) -> String {
    format!(
        "protocols =
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
ssl = no
passdb {{
  driver = passwd-file
  args = username_format=%u {home}/users
}}
userdb {{
  driver = static
  args = uid={NOBODY} gid={NOBODY} home={home}/mail/%u
}}
service auth {{
  unix_listener {home}/auth/auth {{
    mode = 0666
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
",
        home = home.display(),
    )
}
