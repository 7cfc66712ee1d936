//! Everything a bridge is configured with, checked and in its final form.
//!
//! Not here: flags and files, and how they are read ([`crate::settings`]).

use std::path::PathBuf;
use std::sync::Arc;

use crate::dial::{Resolve, SystemResolver};
use crate::limits::Limits;
use crate::origin::Origins;
use crate::policy::Policy;
use crate::preset::Preset;

/// The configuration of a [`crate::Server`].
#[derive(Debug, Clone)]
pub struct Config {
    /// Where tunnels may lead.
    pub policy: Policy,
    /// Who may open them from a browser.
    pub origins: Origins,
    /// The account the page starts with.
    pub preset: Option<Preset>,
    /// Limits on time.
    pub limits: Limits,
    /// PEM file of the authorities to verify mail servers by, instead of the system's.
    pub authorities: Option<PathBuf>,
    /// Resolver of names.
    pub resolver: Arc<dyn Resolve>,
}

impl Default for Config {
    /// Public destinations on the POP3 ports, same-origin pages, the system's resolver and authorities.
    fn default() -> Self {
        Self {
            policy: Policy::public(),
            origins: Origins::default(),
            preset: None,
            limits: Limits::default(),
            authorities: None,
            resolver: Arc::new(SystemResolver),
        }
    }
}
