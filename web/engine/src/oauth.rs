//! Signing in at a provider (OAuth 2.0, RFC 6749): the authorization code with PKCE (RFC 7636), and tokens that are renewed before
//! a server is signed in to with them.
//!
//! Not here: the window in which somebody signs in, which is the page's; and how a token is shown to a mail server
//! (`restante_protocol::sasl`).

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use form_urlencoded::Serializer;
use futures::FutureExt as _;
use futures::future::{LocalBoxFuture, Shared};
use restante_api::oauth::{Authorize, Credential, Grant, Provider};
use restante_api::{Blame, By, CallId, Failure, FailureKind, Reason, Reply, Security, Server, TlsEnd, Update};
use restante_protocol::pop3;
use restante_protocol::tunnel::{Secret, Service};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::http::{self, Answer, Endpoint};
use crate::platform::Platform;
use crate::tls;

/// Seconds before its end from which on a token is renewed: opening a mailbox takes a while.
const BEFORE_END: u64 = 120;
/// Seconds for which a token is good whose provider does not say (RFC 6749, section 5.1, recommends that it does).
const USUAL: u64 = 3600;

/// For how long a provider's answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Signing in, as a page asks for it: one at a time.
#[derive(Default)]
pub(crate) struct SignIn {
    pending: Option<Pending>,
    redeeming: Option<(CallId, LocalBoxFuture<'static, Result<Grant, Failure>>)>,
}

impl SignIn {
    /// Answers [`Request::Authorize`](restante_api::Request::Authorize). What was begun before is given up.
    pub(crate) fn begin(&mut self, asked: Authorize) -> Update {
        match begin(asked) {
            Ok((pending, address)) => {
                *self = Self { pending: Some(pending), redeeming: None };
                Update::Authorize(address)
            }
            Err(failure) => Update::Refused(Box::new(failure)),
        }
    }

    /// Takes [`Request::Redeem`](restante_api::Request::Redeem), which [`poll`](Self::poll) answers.
    pub(crate) fn redeem(&mut self, platform: &Rc<dyn Platform>, call: CallId, parameters: String) {
        let (platform, pending) = (Rc::clone(platform), self.pending.take());
        let work = async move {
            let nothing = || Failure::new(FailureKind::SignInRefused, "nobody asked for it");
            redeem(platform, pending.ok_or_else(nothing)?, &parameters).await
        };
        self.redeeming = Some((call, Box::pin(work)));
    }

    /// Nobody waits for the answer to this call any more.
    pub(crate) fn cancel(&mut self, call: CallId) {
        self.redeeming.take_if(|(asked, _)| *asked == call);
    }

    /// Goes on until there is an answer.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Reply> {
        let Some((to, work)) = &mut self.redeeming else { return Poll::Pending };
        let update = match work.as_mut().poll(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(grant)) => Update::Granted(Box::new(grant)),
            Poll::Ready(Err(failure)) => Update::Refused(Box::new(failure)),
        };
        let reply = Reply { to: *to, update };
        self.redeeming = None;
        Poll::Ready(reply)
    }
}

/// Somebody is at the provider's page.
struct Pending {
    state: String,
    verifier: Secret,
    origin: String,
    asked: Authorize,
}

/// Grants whose tokens were renewed since the engine was started, by their ids.
#[derive(Default)]
pub struct Tokens(RefCell<Noted>);

/// A grant is being renewed; all who need it wait for the same.
type Renewing = Shared<LocalBoxFuture<'static, Result<(), Failure>>>;

#[derive(Default)]
struct Noted {
    grants: HashMap<String, Grant>,
    renewing: HashMap<String, Renewing>,
    /// Those that nobody has put away yet.
    renewed: HashSet<String>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    /// The grant with the newest tokens that are known of it.
    fn newest(&self, grant: &Grant) -> Grant {
        self.0.borrow().grants.get(&grant.id).unwrap_or(grant).clone()
    }

    fn note(&self, grant: Grant) {
        let mut noted = self.0.borrow_mut();
        noted.renewed.insert(grant.id.clone());
        noted.grants.insert(grant.id.clone(), grant);
    }

    /// A server did not take this token: before the next login it is renewed.
    fn distrust(&self, grant: &Grant) {
        let newest = self.newest(grant);
        self.0.borrow_mut().grants.insert(grant.id.clone(), Grant { expires_at: 0, ..newest });
    }

    /// Nothing of this grant is known any more.
    #[cfg(feature = "keep")]
    pub(crate) fn forget(&self, grant: &Grant) {
        let mut noted = self.0.borrow_mut();
        noted.grants.remove(&grant.id);
        noted.renewed.remove(&grant.id);
    }

    /// Grants that were renewed since this was asked last, for whoever keeps them.
    #[cfg(feature = "keep")]
    pub(crate) fn take_renewed(&self) -> Vec<Grant> {
        let mut noted = self.0.borrow_mut();
        let Noted { grants, renewed, .. } = &mut *noted;
        renewed.drain().filter_map(|id| grants.get(&id).cloned()).collect()
    }
}

/// Begins: where to send somebody (RFC 6749, section 4.1.1; RFC 7636, section 4.3).
fn begin(asked: Authorize) -> Result<(Pending, String), Failure> {
    // 32 octets, as RFC 7636, section 4.1, recommends for the verifier.
    let [state, verifier] =
        [tls::random::<32>()?, tls::random::<32>()?].map(|octets| BASE64_URL_SAFE_NO_PAD.encode(octets));
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let Provider { authorize, client_id, scope, .. } = &asked.provider;
    let mut parameters = Serializer::new(String::new());
    parameters
        .append_pair("response_type", "code")
        .append_pair("client_id", client_id)
        .append_pair("redirect_uri", &asked.redirect)
        .append_pair("scope", scope)
        .append_pair("state", &state)
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256");
    if !asked.user.is_empty() {
        parameters.append_pair("login_hint", &asked.user);
    }
    let joint = if authorize.contains('?') { '&' } else { '?' };
    let address = format!("{authorize}{joint}{}", parameters.finish());
    let origin = origin(&asked.redirect);
    Ok((Pending { state, verifier: Secret::new(verifier), origin, asked }, address))
}

/// Scheme, host and port of an address.
fn origin(address: &str) -> String {
    let host = address.find("://").map_or(0, |at| at + 3);
    let end = address[host..].find('/').map_or(address.len(), |at| host + at);
    address[..end].to_owned()
}

/// The provider has led back: asks for the tokens (RFC 6749, sections 4.1.2 and 4.1.3).
async fn redeem(platform: Rc<dyn Platform>, pending: Pending, parameters: &str) -> Result<Grant, Failure> {
    let Pending { state, verifier, origin, asked } = pending;
    let given: HashMap<String, String> = form_urlencoded::parse(parameters.as_bytes()).into_owned().collect();
    if given.get("state") != Some(&state) {
        // Not the answer to this question: somebody else may have led the browser here (RFC 6749, section 10.12).
        return Err(Failure::new(FailureKind::SignInRefused, "the answer is to another question"));
    }
    let Some(code) = given.get("code") else {
        let said = given.get("error_description").or_else(|| given.get("error"));
        return Err(Failure::new(FailureKind::SignInRefused, said.cloned().unwrap_or_default()));
    };
    let question = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &asked.redirect),
        ("code_verifier", verifier.expose()),
    ];
    let granted = ask(&platform, &asked.provider, &asked.by, &origin, &question).await;
    let granted = granted.map_err(|failure| Failure { reason: None, ..failure })?;
    let now = platform.now();
    let grant = Grant {
        id: state,
        origin,
        expires_at: granted.expires_at(now),
        access_token: granted.access_token,
        refresh_token: granted.refresh_token,
        provider: asked.provider,
    };
    Ok(grant)
}

/// Renews a grant that is at its end, before this server is signed in to with it.
///
/// # Errors
/// [`FailureKind::WrongPassword`] where the provider renews it no more, [`FailureKind::SignInRefused`] where it is not for this
/// server; else why the provider cannot be asked.
pub(crate) async fn ready(
    platform: &Rc<dyn Platform>,
    server: &Server,
    credential: &Credential,
) -> Result<(), Failure> {
    let Credential::Grant(grant) = credential else { return Ok(()) };
    // A token is shown to no server but the provider's own, and to nobody on the way there (RFC 6750, section 5.3).
    let is_sealed = server.security != Security::None && server.tls_end == TlsEnd::Browser;
    if !grant.provider.is_for(&server.host) || !is_sealed {
        return Err(Failure::because(FailureKind::SignInRefused, Reason::OtherServer));
    }
    let Some(tokens) = platform.tokens() else { return Ok(()) };
    let newest = tokens.newest(grant);
    // Without a way to renew it, it is used for as long as the server takes it.
    let Some(refresh_token) = newest.refresh_token.clone() else { return Ok(()) };
    if platform.now() + BEFORE_END < newest.expires_at {
        return Ok(());
    }
    let id = newest.id.clone();
    let renewing = {
        let (host, by) = (Rc::clone(platform), server.by());
        let renewal = move || async move { renew(&host, newest, refresh_token, &by).await }.boxed_local().shared();
        tokens.0.borrow_mut().renewing.entry(id.clone()).or_insert_with(renewal).clone()
    };
    let renewed = renewing.await;
    tokens.0.borrow_mut().renewing.remove(&id);
    renewed
}

async fn renew(host: &Rc<dyn Platform>, newest: Grant, refresh_token: Secret, by: &By) -> Result<(), Failure> {
    // Without a scope it stays as it was granted (RFC 6749, section 6).
    let question = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
    let granted = ask(host, &newest.provider, by, &newest.origin, &question).await.map_err(over)?;
    let Some(tokens) = host.tokens() else { return Ok(()) };
    tokens.note(Grant {
        expires_at: granted.expires_at(host.now()),
        access_token: granted.access_token,
        // A provider that gives no new one goes on taking the old one (RFC 6749, section 6).
        refresh_token: granted.refresh_token.or(Some(refresh_token)),
        ..newest
    });
    Ok(())
}

/// What a refused renewal means: the grant is over where the provider says so, and else it is set up wrongly.
fn over(failure: Failure) -> Failure {
    if failure.kind != FailureKind::SignInRefused {
        return failure;
    }
    if failure.reason != Some(Reason::SignInOver) {
        return Failure { kind: FailureKind::ProviderUnreachable, ..failure };
    }
    Failure { kind: FailureKind::WrongPassword, ..failure }
}

/// The same with the newest tokens that are known of it.
#[cfg(feature = "keep")]
pub(crate) fn newest(platform: &dyn Platform, credential: Credential) -> Credential {
    match (credential, platform.tokens()) {
        (Credential::Grant(grant), Some(tokens)) => Credential::Grant(Box::new(tokens.newest(&grant))),
        (credential, _) => credential,
    }
}

/// What a server is signed in to with, once that is [`ready`].
pub(crate) fn credential(platform: &dyn Platform, credential: &Credential) -> pop3::Credential {
    match credential {
        Credential::Password(password) => pop3::Credential::Password(password.clone()),
        Credential::Grant(grant) => {
            let newest = platform.tokens().map_or_else(|| (**grant).clone(), |tokens| tokens.newest(grant));
            pop3::Credential::BearerToken(newest.access_token)
        }
    }
}

/// What a refused login means where a token was refused and no password.
pub(crate) fn explain(platform: &dyn Platform, credential: &Credential, failure: Failure) -> Failure {
    match credential {
        Credential::Grant(grant) if failure.kind == FailureKind::WrongPassword && failure.reason.is_none() => {
            if let Some(tokens) = platform.tokens() {
                tokens.distrust(grant);
            }
            Failure { reason: Some(Reason::TokenRefused), ..failure }.blamed(Blame::Provider)
        }
        _ => failure,
    }
}

/// What a token endpoint grants (RFC 6749, section 5.1).
#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    #[serde(default)]
    expires_in: Option<Seconds>,
    #[serde(default)]
    refresh_token: Option<Secret>,
}

/// A number, which some providers write as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

/// Why it grants nothing (RFC 6749, section 5.2).
#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    error_description: Option<String>,
}

impl Granted {
    fn expires_at(&self, now: u64) -> u64 {
        let seconds = match &self.expires_in {
            Some(Seconds::Number(seconds)) => Some(*seconds),
            Some(Seconds::Text(text)) => text.trim().parse().ok(),
            None => None,
        };
        now.saturating_add(seconds.unwrap_or(USUAL))
    }
}

async fn ask(
    platform: &Rc<dyn Platform>,
    provider: &Provider,
    by: &By,
    origin: &str,
    question: &[(&str, &str)],
) -> Result<Granted, Failure> {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(question).append_pair("client_id", &provider.client_id);
    if let Some(secret) = &provider.client_secret {
        form.append_pair("client_secret", secret);
    }
    let form = Secret::new(form.finish());
    let to = Endpoint {
        service: Service::SignIn,
        host: &provider.token_host,
        port: provider.token_port,
        path: &provider.token_path,
        trusted: provider.trusted(),
        by,
        patience: PATIENCE,
    };
    let answer = http::post(&**platform, to, form.expose(), origin).await.map_err(unreachable)?;
    granted(&answer)
}

fn granted(answer: &Answer) -> Result<Granted, Failure> {
    if answer.status == 200 {
        return serde_json::from_slice(&answer.body)
            .map_err(|_| Failure::new(FailureKind::ProviderUnreachable, "the answer has no token in it"));
    }
    let refusal = serde_json::from_slice::<Refusal>(&answer.body).ok();
    // Its own trouble, or too many questions: that passes, whatever it says.
    let Some(Refusal { error, error_description }) = refusal.filter(|_| answer.status < 500 && answer.status != 429)
    else {
        return Err(Failure::new(FailureKind::ProviderUnreachable, format!("status {}", answer.status)));
    };
    if matches!(&*error, "temporarily_unavailable" | "server_error") {
        return Err(Failure::new(FailureKind::ProviderUnreachable, error));
    }
    let is_over = matches!(&*error, "invalid_grant" | "interaction_required");
    let said = error_description.unwrap_or(error);
    let refused = Failure::new(FailureKind::SignInRefused, said);
    Err(Failure { reason: is_over.then_some(Reason::SignInOver), ..refused })
}

/// What lies at the bridge is told as such; what lies behind it is the provider's, which is no mail server.
fn unreachable(failure: Failure) -> Failure {
    use FailureKind as K;
    match failure.kind {
        K::BridgeUnreachable
        | K::OtherBridge(_)
        | K::BridgeUnauthorized
        | K::Forbidden
        | K::BridgeBusy
        | K::Internal
        | K::ProviderUnreachable => failure,
        kind => {
            let why = kind.name();
            let detail = if failure.detail.is_empty() { why.into() } else { format!("{why}: {}", failure.detail) };
            Failure::new(K::ProviderUnreachable, detail)
        }
    }
}
