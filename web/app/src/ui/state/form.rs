//! The connect form: what is typed in, what a link or the host fills in, and what becomes of it.

use restante_api::oauth::{Credential, Grant, Provider};
use restante_api::{Discover, Fingerprint, OpenMailbox, Security, Server, Settings, TlsEnd};
use restante_protocol::pop3::{Scheme, Url, UrlError};
use restante_protocol::tunnel::Secret;

use super::bridge::{self, BadBridge, Bridge};
use super::discover::Finding;
use super::site::{Preset, Site};
use crate::ui::shared::Shared;

/// The form's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Mail address, by which the rest is found.
    pub address: String,
    /// What is found by it.
    pub finding: Finding,
    /// What of the rest was typed, and stays whatever is found.
    pub typed: Typed,
    /// What was found stands in what was not typed.
    pub filled: bool,
    /// Mail server.
    pub host: String,
    /// Port, as typed.
    pub port: String,
    /// Security.
    pub security: Security,
    /// Where TLS ends.
    pub tls_end: TlsEnd,
    /// User name.
    pub user: String,
    /// Password.
    pub password: Secret,
    /// What a provider has granted instead.
    pub grant: Option<Shared<Grant>>,
    /// A password is used though the provider would sign in by its own page.
    pub by_password: bool,
    /// The bridge's access token.
    pub token: Secret,
    /// The user agrees that everything travels in clear text.
    pub cleartext_agreed: bool,
    /// The mail is to be kept on this device.
    pub keep: bool,
    /// And the password as well.
    pub keep_password: bool,
    /// The one certificate that is trusted for this server.
    pub trusted: Option<Fingerprint>,
    /// The bridge; the first that the host of the page offers where none was chosen.
    pub bridge: Option<Bridge>,
    /// The address of a bridge, as typed.
    pub bridge_address: String,
}

/// Which controls hold what somebody typed or chose, or what a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Typed {
    /// Mail server.
    pub host: bool,
    /// Port.
    pub port: bool,
    /// Security.
    pub security: bool,
    /// User name.
    pub user: bool,
    /// Password.
    pub password: bool,
}

/// A change to one control.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// Mail address.
    Address(String),
    /// Mail server; a whole `pops://` address is taken apart.
    Host(String),
    /// Port.
    Port(String),
    /// Security; a port that is the default follows.
    Security(Security),
    /// Where TLS ends.
    TlsEnd(TlsEnd),
    /// User name.
    User(String),
    /// Password.
    Password(Secret),
    /// Whether a password is used where the provider would sign in by its own page.
    ByPassword(bool),
    /// Access token.
    Token(Secret),
    /// Agreement to clear text.
    CleartextAgreed(bool),
    /// Whether the mail is kept on this device.
    Keep(bool),
    /// Whether the password is kept on this device.
    KeepPassword(bool),
    /// The bridge.
    Bridge(Bridge),
    /// The address of a bridge.
    BridgeAddress(String),
}

/// What is wrong with what was typed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Complaint {
    /// No server, or what cannot be a server's name.
    Host,
    /// No port from 1 to 65535.
    Port,
    /// No user name.
    User,
    /// No password.
    Password,
    /// Nobody has signed in at the provider yet.
    SignIn,
    /// No access token, where one is needed.
    Token,
    /// Clear text is chosen but not agreed to.
    Cleartext,
    /// No bridge has this address.
    Bridge(BadBridge),
    /// The link cannot be used.
    Link(UrlError),
}

impl Default for Form {
    fn default() -> Self {
        Self {
            address: String::new(),
            finding: Finding::default(),
            typed: Typed::default(),
            filled: false,
            host: String::new(),
            port: Security::default().default_port().to_string(),
            security: Security::default(),
            tls_end: TlsEnd::default(),
            user: String::new(),
            password: Secret::new(""),
            grant: None,
            by_password: false,
            token: Secret::new(""),
            cleartext_agreed: false,
            keep: false,
            keep_password: false,
            trusted: None,
            bridge: None,
            bridge_address: String::new(),
        }
    }
}

impl Form {
    /// Changes one control.
    ///
    /// # Errors
    /// The complaint about a `pops://` address that cannot be used.
    pub fn edit(&mut self, field: Field) -> Result<(), Complaint> {
        match field {
            Field::Address(address) => self.address = address,
            Field::Host(host) => {
                let start = host.trim_start();
                if start.starts_with("pop://") || start.starts_with("pops://") {
                    return self.fill_from_link(start.trim_end());
                }
                self.trusted = None;
                self.typed.host = !host.is_empty();
                self.host = host;
            }
            Field::Port(port) => {
                self.trusted = None;
                self.typed.port = !port.is_empty();
                self.port = port;
            }
            Field::Security(security) => {
                self.typed.security = true;
                self.choose(security);
            }
            Field::TlsEnd(end) => self.tls_end = end,
            Field::User(user) => {
                // What was granted is somebody's.
                self.grant = None;
                self.typed.user = !user.is_empty();
                self.user = user;
            }
            Field::Password(password) => {
                self.typed.password = !password.expose().is_empty();
                self.password = password;
            }
            Field::ByPassword(by_password) => self.by_password = by_password,
            Field::Token(token) => self.token = token,
            Field::CleartextAgreed(agreed) => self.cleartext_agreed = agreed,
            Field::Keep(keep) => (self.keep, self.keep_password) = (keep, false),
            Field::KeepPassword(keep) => self.keep_password = keep,
            Field::Bridge(bridge) => {
                // A token belongs to the bridge it was typed for.
                self.token = Secret::new("");
                self.bridge = Some(bridge);
            }
            Field::BridgeAddress(address) => {
                self.token = Secret::new("");
                self.bridge_address = address;
            }
        }
        Ok(())
    }

    /// Fills the form in from a `pop:` or `pops:` URL (RFC 2384). What it does not say stays empty.
    ///
    /// # Errors
    /// The complaint about a URL that cannot be used, one with a password in it above all.
    pub fn fill_from_link(&mut self, link: &str) -> Result<(), Complaint> {
        let url: Url = link.parse().map_err(Complaint::Link)?;
        let security = match url.scheme {
            Scheme::Pops => Security::Tls,
            Scheme::Pop => Security::Starttls,
        };
        *self = Self {
            port: url.port.unwrap_or_else(|| security.default_port()).to_string(),
            typed: Typed { host: true, port: true, security: true, user: url.user.is_some(), password: false },
            host: url.host,
            security,
            user: url.user.unwrap_or_default(),
            ..self.same_bridge()
        };
        Ok(())
    }

    /// Fills the form in with the account the host offers.
    pub fn fill_from_preset(&mut self, preset: &Preset) {
        *self = Self {
            host: preset.host.clone(),
            port: preset.port.unwrap_or_else(|| preset.security.default_port()).to_string(),
            security: preset.security,
            user: preset.user.clone().unwrap_or_default(),
            password: preset.password.clone().unwrap_or_else(|| Secret::new("")),
            trusted: preset.fingerprint.as_deref().and_then(|text| text.parse().ok()),
            ..self.same_bridge()
        };
    }

    /// Fills in what was found by the address, but for what was typed; where nothing was found, what an earlier address
    /// filled in goes.
    pub fn fill_from_finding(&mut self) {
        let Finding::Found(found) = self.finding.clone() else {
            if std::mem::take(&mut self.filled) {
                self.clear_filled();
            }
            return;
        };
        if !self.filled {
            // What the host of the page offers is for another mailbox than this one.
            self.clear_filled();
        }
        self.filled = true;
        let before = (self.host.clone(), self.port.clone());
        self.take(&found);
        // What was agreed to for one server is not for another.
        if (&before.0, &before.1) != (&self.host, &self.port) {
            (self.trusted, self.cleartext_agreed) = (None, false);
        }
    }

    fn take(&mut self, found: &Settings) {
        if !self.typed.user {
            // As it was typed: the network's form of its domain (IDNA) is no user's name.
            let is_whole = found.user.contains('@');
            self.user = if is_whole { self.address.trim().to_owned() } else { found.user.clone() };
        }
        // A server, its port and its security belong together.
        if self.typed.host && !self.host.trim().eq_ignore_ascii_case(&found.fetch.host) {
            return;
        }
        if !self.typed.host {
            self.host.clone_from(&found.fetch.host);
        }
        if !self.typed.security {
            self.choose(found.fetch.security);
        }
        if !self.typed.port {
            self.port = found.fetch.port.to_string();
        }
    }

    /// Whether the form leads elsewhere than what was found, because of what was typed.
    pub fn differs_from_finding(&self) -> bool {
        let Finding::Found(found) = &self.finding else { return false };
        let place = &found.fetch;
        let is_server = self.host.trim().eq_ignore_ascii_case(&place.host) && self.security == place.security;
        !is_server || self.port.trim() != place.port.to_string()
    }

    /// What was typed of the server may be overwritten from now on.
    pub fn forget_typed(&mut self) {
        self.typed = Typed { host: false, port: false, security: false, ..self.typed };
    }

    /// Empties what nobody typed.
    fn clear_filled(&mut self) {
        let typed = self.typed;
        if !typed.host {
            (self.host, self.trusted) = (String::new(), None);
        }
        if !typed.security {
            self.choose(Security::default());
        }
        if !typed.port {
            self.port = self.security.default_port().to_string();
        }
        if !typed.user {
            self.user.clear();
        }
        if !typed.password {
            self.password = Secret::new("");
        }
    }

    /// Who writes from the mailbox: the mail address that was typed, else the user name.
    pub fn writer(&self) -> &str {
        if Discover::of(&self.address).is_some() { self.address.trim() } else { &self.user }
    }

    /// The bridge that is chosen, among those that the host offers.
    pub fn bridge(&self, site: &Site) -> Bridge {
        let offered = site.offered();
        let chosen = self.bridge.as_ref().filter(|bridge| offered.contains(bridge));
        // The host offers one at least.
        chosen.or(offered.first()).cloned().unwrap_or(Bridge::Own)
    }

    /// The address of the chosen bridge; `None` for the page's own.
    ///
    /// # Errors
    /// Why what was typed is no address of a bridge.
    pub fn other_bridge(&self, site: &Site) -> Result<Option<String>, BadBridge> {
        match self.bridge(site) {
            Bridge::Own => Ok(None),
            Bridge::Listed(address) => Ok(Some(address)),
            Bridge::Typed => bridge::address(&self.bridge_address).map(Some),
        }
    }

    /// Whether nothing has been typed in or filled in.
    pub fn is_untouched(&self) -> bool {
        let typed = [&*self.address, &*self.host, &*self.user, self.password.expose()];
        typed.iter().all(|text| text.is_empty())
    }

    /// The server, and how it is reached: what can be prepared before user name and password are there.
    ///
    /// # Errors
    /// The first control that has to be looked at again.
    pub fn server(&self, site: &Site) -> Result<Server, Complaint> {
        let (host, port) = self.host_and_port()?;
        self.reached(host, port, site)
    }

    /// What the engine is asked for.
    ///
    /// # Errors
    /// The first control that has to be looked at again.
    pub fn to_request(&self, site: &Site) -> Result<OpenMailbox, Complaint> {
        let (host, port) = self.host_and_port()?;
        if self.user.is_empty() {
            return Err(Complaint::User);
        }
        let credential = self.credential(site);
        if credential == Err(Complaint::Password) {
            return Err(Complaint::Password);
        }
        // Somebody is sent to the provider only once nothing else is missing.
        let server = self.reached(host, port, site)?;
        let credential = credential?;
        Ok(OpenMailbox {
            host: server.host,
            port: server.port,
            security: server.security,
            tls_end: server.tls_end,
            user: self.user.clone(),
            credential,
            trusted: server.trusted,
            cleartext_agreed: server.cleartext_agreed,
            token: server.token,
            bridge: server.bridge,
        })
    }

    /// The provider that signs in to this mailbox on a page of its own, unless a password is to be used.
    pub fn provider<'s>(&self, site: &'s Site) -> Option<&'s Provider> {
        site.provider_of(&self.host).filter(|_| !self.by_password)
    }

    /// What that provider has granted.
    pub fn granted(&self, site: &Site) -> Option<&Grant> {
        let provider = self.provider(site)?;
        self.grant.as_deref().filter(|grant| grant.provider == *provider)
    }

    fn credential(&self, site: &Site) -> Result<Credential, Complaint> {
        match (self.provider(site), self.granted(site)) {
            (Some(_), Some(grant)) => Ok(Credential::Grant(Box::new(grant.clone()))),
            (Some(_), None) => Err(Complaint::SignIn),
            (None, _) if self.password.expose().is_empty() => Err(Complaint::Password),
            (None, _) => Ok(Credential::Password(self.password.clone())),
        }
    }

    fn host_and_port(&self) -> Result<(&str, u16), Complaint> {
        let host = self.host.trim().trim_end_matches('.');
        let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control() || "/@?#[]\\".contains(c)) {
            return Err(Complaint::Host);
        }
        let port = self.port.trim().parse().ok().filter(|port| *port != 0).ok_or(Complaint::Port)?;
        Ok((host, port))
    }

    fn reached(&self, host: &str, port: u16, site: &Site) -> Result<Server, Complaint> {
        let token = self.token.expose().trim();
        let bridge = self.other_bridge(site).map_err(Complaint::Bridge);
        // What the host says of tokens, it says of its own bridge.
        if site.token_required && bridge == Ok(None) && token.is_empty() {
            return Err(Complaint::Token);
        }
        if self.security == Security::None && !self.cleartext_agreed {
            return Err(Complaint::Cleartext);
        }
        Ok(Server {
            host: host.to_owned(),
            port,
            security: self.security,
            // Where there is no TLS, nobody ends it.
            tls_end: if self.security == Security::None { TlsEnd::Browser } else { self.tls_end },
            trusted: self.trusted,
            cleartext_agreed: self.security == Security::None && self.cleartext_agreed,
            token: (!token.is_empty()).then(|| Secret::new(token)),
            bridge: bridge?,
        })
    }

    /// An empty form with the bridge and its token as they are.
    fn same_bridge(&self) -> Self {
        Self {
            token: self.token.clone(),
            keep: self.keep,
            bridge: self.bridge.clone(),
            bridge_address: self.bridge_address.clone(),
            ..Self::default()
        }
    }

    fn choose(&mut self, security: Security) {
        if self.port.trim().is_empty() || self.port.trim() == self.security.default_port().to_string() {
            self.port = security.default_port().to_string();
        }
        self.security = security;
        self.cleartext_agreed = false;
    }
}

#[cfg(test)]
mod tests;
