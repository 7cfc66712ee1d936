//! A real Dovecot (2.3) of the tests' own: private configuration, certificate, users and mail, on loopback.
//!
//! Several may run at once. It is told to end (SIGTERM to the process that was started, no other) when its handle is
//! dropped, and its files go with it. Where no Dovecot is installed, starting one is an error that says what to do.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::authority::Identity;
use crate::maildir;

/// How long the server may take to come up.
const START: Duration = Duration::from_secs(20);

/// How long it may take to end before it is killed.
const STOP: Duration = Duration::from_secs(5);

/// The key (HS256, RFC 7518 section 3.2) of the tokens that the server takes.
pub const TOKEN_KEY: &[u8; 32] = b"restante signs its test's tokens";

/// A user and its mail.
pub struct User {
    /// The user name; no colon, no white space.
    pub name: String,
    /// The password; no colon.
    pub password: String,
    /// The mail, oldest first.
    pub mail: Vec<Vec<u8>>,
}

/// What the server offers.
pub struct Options {
    /// The certificate it presents.
    pub identity: Identity,
    /// SASL mechanisms, as Dovecot writes them: `plain login`. With `xoauth2` or `oauthbearer` among them, tokens are taken
    /// that are signed with [`TOKEN_KEY`].
    pub mechanisms: &'static str,
    /// Who has mail there.
    pub users: Vec<User>,
}

/// A running server.
pub struct Dovecot {
    // Ends before its home is removed: fields are dropped in this order.
    #[expect(dead_code, reason = "held so that it ends with this")]
    process: Process,
    home: TempDir,
    pops_port: u16,
    pop_port: u16,
    fingerprint: [u8; 32],
}

impl Dovecot {
    /// Writes the mail, starts the server, and waits until it greets.
    ///
    /// # Errors
    /// Where Dovecot is missing, of another generation, or does not come up; the message has its log.
    pub async fn start(options: Options) -> Result<Self> {
        let program = find()?;
        let home = tempfile::Builder::new()
            .prefix("restante-dovecot-")
            // The server's own users have to get through.
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()?;
        let owner = owner(home.path())?;
        write_mail(home.path(), &options.users, owner)?;
        fs::write(home.path().join("certificate.pem"), &options.identity.chain_pem)?;
        fs::write(home.path().join("key.pem"), &options.identity.key_pem)?;
        write_token_key(home.path())?;

        // Between choosing a port and listening on it somebody else may take it: then choose again.
        let mut last = String::new();
        for _ in 0..3 {
            let (pops_port, pop_port) = free_ports()?;
            let config = home.path().join("dovecot.conf");
            fs::write(&config, configuration(home.path(), &options, owner, pops_port, pop_port))?;
            let log = fs::File::create(home.path().join("output"))?;
            let child = Command::new(&program)
                .args(["-F", "-c"])
                .arg(&config)
                .stdin(Stdio::null())
                .stdout(log.try_clone()?)
                .stderr(log)
                .spawn()
                .with_context(|| format!("cannot start {}", program.display()))?;
            let mut process = Process(child);
            if process.greets(pop_port).await {
                let fingerprint = options.identity.fingerprint;
                return Ok(Self { process, home, pops_port, pop_port, fingerprint });
            }
            drop(process);
            last = log_of(home.path());
            if !last.contains("Address already in use") {
                break;
            }
        }
        bail!("Dovecot did not come up. It said:\n{last}")
    }

    /// The port of POP3 over implicit TLS.
    pub fn pops_port(&self) -> u16 {
        self.pops_port
    }

    /// The port of POP3 with STLS.
    pub fn pop_port(&self) -> u16 {
        self.pop_port
    }

    /// SHA-256 of the certificate.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.fingerprint
    }

    /// A user's Maildir.
    pub fn maildir(&self, user: &str) -> PathBuf {
        maildir_of(self.home.path(), user)
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        log_of(self.home.path())
    }
}

/// The process that was started, told to end when this is dropped.
pub(crate) struct Process(pub(crate) Child);

impl Process {
    /// Waits for the greeting of the clear-text port; false where the server ended or the time is over.
    async fn greets(&mut self, port: u16) -> bool {
        let until = Instant::now() + START;
        while Instant::now() < until {
            if !matches!(self.0.try_wait(), Ok(None)) {
                return false;
            }
            if let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
                let mut start = [0; 3];
                if stream.read_exact(&mut start).await.is_ok() && &start == b"+OK" {
                    return true;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Its children end when it is told to end, and not when it is killed.
        if let Some(pid) = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let until = Instant::now() + STOP;
        while Instant::now() < until {
            if !matches!(self.0.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn log_of(home: &Path) -> String {
    let read = |name| fs::read_to_string(home.join(name)).unwrap_or_default();
    read("output") + &read("log")
}

/// The program, if it is of the generation whose configuration is written here.
pub(crate) fn find() -> Result<PathBuf> {
    let candidates = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot", "/opt/homebrew/sbin/dovecot", "dovecot"];
    for candidate in candidates {
        let Ok(output) = Command::new(candidate).arg("--version").output() else { continue };
        let version = String::from_utf8_lossy(&output.stdout);
        ensure!(
            version.starts_with("2.3"),
            "these tests write a configuration for Dovecot 2.3; {candidate} is {}",
            version.trim()
        );
        return Ok(candidate.into());
    }
    bail!("Dovecot is not installed: on Debian, `apt-get install -y dovecot-pop3d`; elsewhere its 2.3 with POP3")
}

/// Who owns the mail: this process's user, or, where that is root, whom Dovecot does not accept, `nobody`.
fn owner(home: &Path) -> Result<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    let about = fs::metadata(home)?;
    Ok(if about.uid() == 0 { (65_534, 65_534) } else { (about.uid(), about.gid()) })
}

fn maildir_of(home: &Path, user: &str) -> PathBuf {
    home.join("mail").join(user)
}

fn write_mail(home: &Path, users: &[User], owner: (u32, u32)) -> Result<()> {
    let mut accounts = String::new();
    for user in users {
        let maildir = maildir_of(home, &user.name);
        maildir::write(&maildir, user.mail.iter().map(Vec::as_slice))?;
        give(&maildir, owner)?;
        accounts.push_str(&format!("{}:{{PLAIN}}{}\n", user.name, user.password));
    }
    fs::write(home.join("users"), accounts)?;
    Ok(())
}

/// The key of tokens where Dovecot looks for it: authorized party, algorithm, key id.
fn write_token_key(home: &Path) -> Result<()> {
    let folder = home.join("token-keys").join("default").join("HS256");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("default"), BASE64.encode(TOKEN_KEY))?;
    let prefix = home.join("token-keys").display().to_string();
    let settings = format!(
        "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={prefix}/\nusername_attribute = sub\n"
    );
    Ok(fs::write(home.join("tokens.conf"), settings)?)
}

pub(crate) fn give(path: &Path, owner: (u32, u32)) -> Result<()> {
    chown(path, Some(owner.0), Some(owner.1))?;
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            give(&entry?.path(), owner)?;
        }
    }
    Ok(())
}

pub(crate) fn free_ports() -> Result<(u16, u16)> {
    let (one, two) = (TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?);
    Ok((one.local_addr()?.port(), two.local_addr()?.port()))
}

fn configuration(home: &Path, options: &Options, (uid, gid): (u32, u32), pops: u16, pop: u16) -> String {
    let home = home.display();
    // Everything runs as this user where it is not root, and as Dovecot's own users where it is.
    let users = if uid == 65_534 {
        String::new()
    } else {
        format!(
            "default_login_user = {name}\ndefault_internal_user = {name}\ndefault_internal_group = {group}\n",
            name = name_of("-un"),
            group = name_of("-gn")
        )
    };
    let tokens = if options.mechanisms.contains("oauth") {
        format!("passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {home}/tokens.conf\n}}\n")
    } else {
        String::new()
    };
    format!(
        "protocols = pop3
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
{users}mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{home}/mail/%u
mail_fsync = never
mail_max_userip_connections = 200
auth_mechanisms = {mechanisms}
auth_username_format = %u
auth_failure_delay = 0
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{home}/certificate.pem
ssl_key = <{home}/key.pem
ssl_dh =
pop3_no_flag_updates = yes
{tokens}passdb {{
  driver = passwd-file
  args = username_format=%u {home}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
service pop3-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener pop3 {{
    address = 127.0.0.1
    port = {pop}
  }}
  inet_listener pop3s {{
    address = 127.0.0.1
    port = {pops}
    ssl = yes
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
        mechanisms = options.mechanisms,
    )
}

/// What `id` says about this process's user.
fn name_of(flag: &str) -> String {
    let output = Command::new("id").arg(flag).output();
    output.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned()).unwrap_or_default()
}
