//! The connect form: what is typed in, what a link or the host fills in, and what becomes of it.

use restante_api::{Fingerprint, OpenMailbox, Security, Server, TlsEnd};
use restante_protocol::pop3::{Scheme, Url, UrlError};
use restante_protocol::tunnel::Secret;

use super::bridge::{self, BadBridge, Bridge};
use super::site::{Preset, Site};

/// The form's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
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

/// A change to one control.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
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
            host: String::new(),
            port: Security::default().default_port().to_string(),
            security: Security::default(),
            tls_end: TlsEnd::default(),
            user: String::new(),
            password: Secret::new(""),
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
            Field::Host(host) => {
                let start = host.trim_start();
                if start.starts_with("pop://") || start.starts_with("pops://") {
                    return self.fill_from_link(start.trim_end());
                }
                self.trusted = None;
                self.host = host;
            }
            Field::Port(port) => {
                self.trusted = None;
                self.port = port;
            }
            Field::Security(security) => self.choose(security),
            Field::TlsEnd(end) => self.tls_end = end,
            Field::User(user) => self.user = user,
            Field::Password(password) => self.password = password,
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
        self.host.is_empty() && self.user.is_empty() && self.password.expose().is_empty()
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
        if self.password.expose().is_empty() {
            return Err(Complaint::Password);
        }
        let server = self.reached(host, port, site)?;
        Ok(OpenMailbox {
            host: server.host,
            port: server.port,
            security: server.security,
            tls_end: server.tls_end,
            user: self.user.clone(),
            password: self.password.clone(),
            trusted: server.trusted,
            cleartext_agreed: server.cleartext_agreed,
            token: server.token,
            bridge: server.bridge,
        })
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
mod tests {
    use super::*;

    fn filled() -> Form {
        Form { host: "pop.example.org".into(), user: "ana".into(), password: Secret::new("pw"), ..Form::default() }
    }

    #[test]
    fn a_default_port_follows_the_security_and_another_port_stays() {
        let mut form = filled();
        form.edit(Field::Security(Security::Starttls)).unwrap();
        assert_eq!(form.port, "110");
        form.edit(Field::Port("1100".into())).unwrap();
        form.edit(Field::Security(Security::Tls)).unwrap();
        assert_eq!(form.port, "1100");
    }

    #[test]
    fn a_link_fills_the_form_in() {
        let mut form = Form::default();
        form.fill_from_link("pops://ana@pop.example.org:1995").unwrap();
        assert_eq!((form.host.as_str(), form.port.as_str(), form.user.as_str()), ("pop.example.org", "1995", "ana"));
        assert_eq!(form.security, Security::Tls);
        form.edit(Field::Host("pop://bo@mail.example.net".into())).unwrap();
        assert_eq!((form.port.as_str(), form.security), ("110", Security::Starttls));
    }

    #[test]
    fn a_link_with_a_password_is_refused_and_changes_nothing() {
        let mut form = filled();
        assert_eq!(form.fill_from_link("pops://ana:secret@pop.example.org"), Err(Complaint::Link(UrlError::Password)));
        assert_eq!(form, filled());
    }

    #[test]
    fn clear_text_needs_an_agreement_that_does_not_outlive_a_change_of_security() {
        let mut form = filled();
        form.edit(Field::Security(Security::None)).unwrap();
        assert_eq!(form.to_request(&Site::default()), Err(Complaint::Cleartext));
        form.edit(Field::CleartextAgreed(true)).unwrap();
        assert!(form.to_request(&Site::default()).unwrap().cleartext_agreed);
        form.edit(Field::Security(Security::Tls)).unwrap();
        form.edit(Field::Security(Security::None)).unwrap();
        assert_eq!(form.to_request(&Site::default()), Err(Complaint::Cleartext));
    }

    #[test]
    fn trust_in_a_certificate_ends_when_the_server_changes() {
        let mut form = Form { trusted: Some(Fingerprint([7; 32])), ..filled() };
        form.edit(Field::User("bo".into())).unwrap();
        assert!(form.trusted.is_some());
        form.edit(Field::Host("pop.example.net".into())).unwrap();
        assert_eq!(form.trusted, None);
    }

    #[test]
    fn each_gap_is_complained_of_in_the_order_of_the_form() {
        let site = Site { token_required: true, ..Site::default() };
        let mut form = Form { port: "0".into(), ..Form::default() };
        assert_eq!(form.to_request(&site), Err(Complaint::Host));
        form.host = "https://pop.example.org/".into();
        assert_eq!(form.to_request(&site), Err(Complaint::Host));
        form.host = " [2001:db8::1] ".into();
        assert_eq!(form.to_request(&site), Err(Complaint::Port));
        form.port = " 995 ".into();
        assert_eq!(form.to_request(&site), Err(Complaint::User));
        form.user = "ana".into();
        assert_eq!(form.to_request(&site), Err(Complaint::Password));
        form.password = Secret::new("pw");
        assert_eq!(form.to_request(&site), Err(Complaint::Token));
        form.token = Secret::new(" t ");
        let request = form.to_request(&site).unwrap();
        assert_eq!((request.host.as_str(), request.port), ("2001:db8::1", 995));
        assert_eq!(request.token, Some(Secret::new("t")));
    }

    #[test]
    fn a_token_goes_to_no_other_bridge_than_the_one_it_was_typed_for() {
        let site =
            Site { bridges: vec!["self".into(), "wss://b1.example.org".into()], any_bridge: true, ..Site::default() };
        let mut form = Form { token: Secret::new("t"), ..filled() };
        assert_eq!(form.to_request(&site).unwrap().bridge, None);
        form.edit(Field::Bridge(Bridge::Listed("wss://b1.example.org/tunnel".into()))).unwrap();
        let request = form.to_request(&site).unwrap();
        assert_eq!((request.bridge.as_deref(), request.token), (Some("wss://b1.example.org/tunnel"), None));
        form.edit(Field::Bridge(Bridge::Typed)).unwrap();
        assert_eq!(form.to_request(&site), Err(Complaint::Bridge(BadBridge::Scheme)));
        form.edit(Field::BridgeAddress("wss://b2.example.org".into())).unwrap();
        assert_eq!(form.to_request(&site).unwrap().bridge.as_deref(), Some("wss://b2.example.org/tunnel"));
    }

    #[test]
    fn a_bridge_that_the_host_does_not_offer_is_not_used() {
        let form = Form { bridge: Some(Bridge::Listed("wss://gone.example.org/tunnel".into())), ..filled() };
        assert_eq!(form.to_request(&Site::default()).unwrap().bridge, None);
    }

    #[test]
    fn the_own_bridges_demand_for_a_token_is_not_made_of_another() {
        let site = Site { token_required: true, bridges: vec!["wss://b1.example.org".into()], ..Site::default() };
        assert!(filled().to_request(&site).is_ok());
    }
}
