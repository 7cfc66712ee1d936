//! A bridge of the tests' own, inside the test's process, restricted to the servers of the test.

use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::{Context, Result};
use restante_bridge::policy::{Entry, Policy, SubmissionEntry};
use restante_bridge::{Config, Handle, Limits, Server};

use crate::tunnel::ThroughBridge;

/// A running bridge. It stops when this is dropped.
pub struct Bridge {
    handle: Handle,
}

impl Bridge {
    /// Starts a bridge that allows these ports of 127.0.0.1 and `localhost`, and whatever `more` says.
    ///
    /// # Errors
    /// Where an entry is none, or the bridge does not start.
    pub async fn start(ports: &[u16], more: &[&str]) -> Result<Self> {
        Self::with(ports, more, Limits::default(), None).await
    }

    /// The same with other limits, and with these authorities (a PEM file) for servers where the bridge ends TLS.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub async fn with(ports: &[u16], more: &[&str], limits: Limits, authorities: Option<&Path>) -> Result<Self> {
        let local =
            ports.iter().flat_map(|port| [format!("{}:{port}", Ipv4Addr::LOCALHOST), format!("localhost:{port}")]);
        let entries: Vec<Entry> = local
            .chain(more.iter().map(ToString::to_string))
            .map(|entry| entry.parse().with_context(|| format!("{entry} cannot be allowed")))
            .collect::<Result<_>>()?;
        Self::run(Policy::listed(entries), limits, authorities).await
    }

    /// Starts a bridge through which mail may be sent to these ports of 127.0.0.1 and `localhost`, and none be fetched; with
    /// these authorities for servers where the bridge ends TLS.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub async fn for_sending(ports: &[u16], authorities: Option<&Path>) -> Result<Self> {
        let entries: Vec<SubmissionEntry> = ports
            .iter()
            .flat_map(|port| [format!("{}:{port}", Ipv4Addr::LOCALHOST), format!("localhost:{port}")])
            .map(|entry| entry.parse().with_context(|| format!("{entry} cannot be allowed")))
            .collect::<Result<_>>()?;
        Self::run(Policy::listed(Vec::new()).with_submission(entries), Limits::default(), authorities).await
    }

    async fn run(policy: Policy, limits: Limits, authorities: Option<&Path>) -> Result<Self> {
        let config = Config { policy, limits, authorities: authorities.map(Into::into), ..Config::default() };
        Ok(Self { handle: Server::spawn_on_loopback(config).await? })
    }

    /// The engine's way through this bridge, as its own page goes it.
    pub fn way(&self) -> ThroughBridge {
        ThroughBridge { url: self.handle.tunnel_url(), origin: self.handle.origin() }
    }

    /// The bridge itself.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}
