//! Everything a browser test needs around it: a real server with several mailboxes, servers that misbehave, a line that
//! can be cut, and a canary. The bridge is not here: a browser test starts the real binary.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use restante_sample::maildrop;
use serde::Serialize;
use time::OffsetDateTime;

use crate::authority::{Authority, Identity, shown};
use crate::breaking::{Breaking, Moment};
use crate::canary::Canary;
use crate::delay::{Delay, Options as DelayOptions};
use crate::dovecot::{Dovecot, Options, User};
use crate::hostile;
use crate::maildir::Crowd;
use crate::scripted::{Fault, Scripted};

/// The servers, running until this is dropped.
pub struct World {
    dovecot: Dovecot,
    lossy: Delay,
    canary: Canary,
    faults: Vec<(Fault, Scripted, Scripted)>,
    breaking: Vec<Breaking>,
    other: Identity,
    mailboxes: Vec<Mailbox>,
}

/// A mailbox of the real server.
#[derive(Debug, Clone, Serialize)]
pub struct Mailbox {
    /// What tests call it: `sample`, `crowd`, `hostile` or `empty`.
    pub name: &'static str,
    /// User name.
    pub user: &'static str,
    /// Password.
    pub password: &'static str,
    /// The messages' names, in the server's order; empty for the crowd, whose messages have none.
    pub slugs: Vec<&'static str>,
    /// How many messages there are.
    pub messages: usize,
    /// The folder that holds them.
    pub maildir: String,
}

/// What a test needs to know of a world, as one JSON object.
#[derive(Debug, Serialize)]
pub struct Description {
    /// The real server's port of implicit TLS.
    pub pops_port: u16,
    /// The real server's port of STLS.
    pub pop_port: u16,
    /// The same as `pops_port`, through a line that can be cut.
    pub lossy_port: u16,
    /// SHA-256 of the real server's certificate, as a person reads it.
    pub fingerprint: String,
    /// The mailboxes.
    pub mailboxes: Vec<Mailbox>,
    /// The canary's port.
    pub canary_port: u16,
    /// Servers that misbehave.
    pub faults: Vec<Misbehaving>,
    /// The fingerprint of those among them that speak TLS: another certificate, for another name.
    pub fault_fingerprint: String,
    /// Submission servers that break connections at first.
    pub breaking: Vec<BreakingPort>,
    /// Every port a bridge must allow on 127.0.0.1.
    pub ports: Vec<u16>,
}

/// A submission server that breaks connections at first.
#[derive(Debug, Serialize)]
pub struct BreakingPort {
    /// When.
    pub moment: Moment,
    /// Its port of implicit TLS.
    pub port: u16,
}

/// A server that misbehaves.
#[derive(Debug, Serialize)]
pub struct Misbehaving {
    /// How, as [`Fault`] names it.
    pub fault: String,
    /// Its port of implicit TLS.
    pub tls_port: u16,
    /// Its port of clear text.
    pub clear_port: u16,
}

const FAULTS: [Fault; 12] = [
    Fault::NotPop3,
    Fault::ClosesAtOnce,
    Fault::Silent,
    Fault::WrongPassword,
    Fault::ClosesOnPassword,
    Fault::InUse,
    Fault::LoginDelay,
    Fault::Temporary,
    Fault::Permanent,
    Fault::NoStls,
    Fault::DropsInBody,
    Fault::RefusesOneMessage,
];

impl World {
    /// Starts everything; with `crowd`, the mailbox of 10,000 messages as well, which takes seconds.
    ///
    /// # Errors
    /// Where a server does not come up.
    pub async fn start(crowd: bool) -> Result<Self> {
        let authority = Authority::new()?;
        let canary = Canary::start().await?;
        let address = format!("http://127.0.0.1:{}", canary.port());
        let sample = maildrop(OffsetDateTime::now_utc());
        let slugs = sample.iter().map(|message| message.slug).collect();
        let sample: Vec<Vec<u8>> = sample.into_iter().map(|message| message.bytes).collect();
        let hostile: Vec<Vec<u8>> = sample
            .iter()
            .zip::<&Vec<&'static str>>(&slugs)
            .filter(|(_, slug)| ["phishing", "newsletter-harbours", "newsletter-fog"].contains(slug))
            .map(|(message, _)| redirected(message, &address))
            .chain([hostile::message(&address)])
            .collect();
        canary.serve(hostile::html(&address));
        let count = if crowd { Crowd::PATH.messages } else { 0 };
        let crowd = (1..=count).map(|number| Crowd::PATH.message(number)).collect();

        let mut mailboxes = Vec::new();
        let mut users = Vec::new();
        for (name, user, password, slugs, mail) in [
            ("sample", "robin@postbox.example", "held until called for", slugs, sample),
            ("crowd", "crowd@postbox.example", "ten-thousand", Vec::new(), crowd),
            ("hostile", "mallory@postbox.example", "öffne dich!", Vec::new(), hostile),
            ("empty", "nobody@postbox.example", "nothing", Vec::new(), Vec::new()),
        ] {
            mailboxes.push(Mailbox { name, user, password, slugs, messages: mail.len(), maildir: String::new() });
            users.push(User { name: user.into(), password: password.into(), mail });
        }
        let identity = authority.issue(&["localhost", "127.0.0.1"])?;
        let dovecot = Dovecot::start(Options { identity, mechanisms: "plain login", users }).await?;
        for mailbox in &mut mailboxes {
            mailbox.maildir = dovecot.maildir(mailbox.user).display().to_string();
        }

        let other = authority.issue(&["another.example"])?;
        let mut faults = Vec::new();
        for fault in FAULTS {
            faults.push((fault, Scripted::start(fault, Some(&other)).await?, Scripted::start(fault, None).await?));
        }
        let mut breaking = Vec::new();
        for moment in Moment::ALL {
            breaking.push(Breaking::start(&other, moment).await?);
        }
        let target = SocketAddr::from((Ipv4Addr::LOCALHOST, dovecot.pops_port()));
        let lossy = Delay::start(target, DelayOptions::default()).await?;
        Ok(Self { dovecot, lossy, canary, faults, breaking, other, mailboxes })
    }

    /// What there is, and where.
    pub fn description(&self) -> Description {
        let faults: Vec<Misbehaving> = self
            .faults
            .iter()
            .map(|(fault, tls, clear)| Misbehaving {
                fault: format!("{fault:?}"),
                tls_port: tls.port(),
                clear_port: clear.port(),
            })
            .collect();
        let mut ports = vec![self.dovecot.pops_port(), self.dovecot.pop_port(), self.lossy.port()];
        ports.extend(faults.iter().flat_map(|server| [server.tls_port, server.clear_port]));
        Description {
            pops_port: self.dovecot.pops_port(),
            pop_port: self.dovecot.pop_port(),
            lossy_port: self.lossy.port(),
            fingerprint: shown(&self.dovecot.fingerprint()),
            mailboxes: self.mailboxes.clone(),
            canary_port: self.canary.port(),
            faults,
            fault_fingerprint: shown(&self.other.fingerprint),
            breaking: self
                .breaking
                .iter()
                .map(|server| BreakingPort { moment: server.moment, port: server.port() })
                .collect(),
            ports,
        }
    }

    /// Letters that the servers of [`Description::breaking`] have taken, in their order.
    pub fn taken(&self) -> Vec<u32> {
        self.breaking.iter().map(Breaking::taken).collect()
    }

    /// Cuts the connections of the line at [`Description::lossy_port`].
    pub fn cut(&self) {
        self.lossy.cut();
    }
}

/// The message with its remote addresses turned to the canary.
fn redirected(message: &[u8], canary: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(message);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    // Quoted-printable breaks lines within addresses: they are joined first. No part of these messages is base64.
    let body = body.replace("=\r\n", "");
    let hosts =
        ["account-check.example", "pictures.northwind.example", "count.northwind.example", "fonts.northwind.example"];
    let body = hosts.iter().fold(body, |body, host| body.replace(&format!("https://{host}"), canary));
    format!("{head}\r\n\r\n{body}").into_bytes()
}
