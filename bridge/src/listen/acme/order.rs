//! One order at the authority (RFC 8555, section 7.4): account, proofs, certificate.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use axum::http::{HeaderValue, Request, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, BodyWrapper, BytesResponse, ChallengeType, Error, HttpClient,
    Identifier, NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use tracing::warn;

use super::cache::Cache;
use super::certificates::{BadIssue, Certificates};
use super::{AcmeConfig, ExternalAccount};

/// How often and how long the authority is asked whether it is done.
const PATIENCE: RetryPolicy = RetryPolicy::new().timeout(std::time::Duration::from_secs(90));

/// Why no certificate was issued.
#[derive(Debug, thiserror::Error)]
pub(super) enum OrderError {
    /// The authority cannot be reached, or refuses.
    #[error("ACME directory {directory}: {}", causes(.error))]
    Authority { directory: String, error: Error },
    /// It did not find the proof.
    #[error("the authority could not verify {name}: {reason} (port 443 of {name} has to lead to this bridge)")]
    Unverified { name: String, reason: String },
    /// It offers no proof that the bridge could give.
    #[error("the authority does not offer TLS-ALPN-01 for {0}")]
    NoChallenge(String),
    /// It takes too long.
    #[error("the authority took too long")]
    TimedOut,
    /// The folder is another bridge's for too long.
    #[error("another bridge that uses the same folder is ordering")]
    Locked,
    /// It issued what would be ordered again at once.
    #[error("the certificate that was issued is due for renewal already: is this machine's clock right?")]
    DueAtOnce,
    /// The key pair or the request.
    #[error("cannot make a certificate request: {0}")]
    Request(#[from] rcgen::Error),
    /// What it issued.
    #[error("the authority issued something of no use: {0}")]
    Issue(#[from] BadIssue),
    /// The folder.
    #[error("cannot use the folder that certificates are kept in: {0}")]
    Cache(#[from] std::io::Error),
}

/// Reaches the directory.
pub(super) struct Client {
    tls: rustls::ClientConfig,
    retry_after: Arc<Mutex<Option<SystemTime>>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

/// HTTP as the ACME library asks for it.
struct Http {
    client: hyper_util::client::legacy::Client<HttpsConnector<HttpConnector>, BodyWrapper<Bytes>>,
    /// When the authority wants to be asked again, as it last said in a refusal (RFC 8555, section 6.6).
    retry_after: Arc<Mutex<Option<SystemTime>>>,
}

impl HttpClient for Http {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let (response, retry_after) = (self.client.request(request), Arc::clone(&self.retry_after));
        Box::pin(async move {
            let response = response.await.map_err(|error| Error::Other(Box::new(error)))?;
            let status = response.status();
            if status.is_client_error() || status.is_server_error() {
                let asked = response.headers().get(header::RETRY_AFTER).and_then(read_retry_after);
                *retry_after.lock().unwrap_or_else(PoisonError::into_inner) = asked;
            }
            Ok(response.into())
        })
    }
}

impl Client {
    pub(super) fn new(tls: rustls::ClientConfig) -> Self {
        Self { tls, retry_after: Arc::default() }
    }

    /// When the authority wants to be asked again, if it said so since the last time this was asked.
    pub(super) fn take_retry_after(&self) -> Option<SystemTime> {
        self.retry_after.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn http(&self) -> Box<Http> {
        let connector = HttpsConnectorBuilder::new().with_tls_config(self.tls.clone()).https_only().enable_http1();
        let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(connector.build());
        Box::new(Http { client, retry_after: Arc::clone(&self.retry_after) })
    }
}

/// Seconds, or a date (RFC 9110, section 10.2.3).
fn read_retry_after(value: &HeaderValue) -> Option<SystemTime> {
    let text = value.to_str().ok()?.trim();
    match text.parse() {
        Ok(seconds) => SystemTime::now().checked_add(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(text).ok(),
    }
}

/// Orders a certificate; gives its key and chain as PEM.
pub(super) async fn run(
    config: &AcmeConfig,
    client: &Client,
    cache: &Cache,
    certificates: &Certificates,
) -> Result<Vec<u8>, OrderError> {
    let failed = |error| OrderError::Authority { directory: config.directory.clone(), error };
    let names: Vec<Identifier> = config.domains.iter().cloned().map(Identifier::Dns).collect();
    let mut account = known_account(client, cache, &failed).await?;
    let mut order = match &account {
        Some(account) => account.new_order(&NewOrder::new(&names)).await,
        None => Err(Error::Str("no account")),
    };
    // An authority may forget whom it knew (RFC 8555, section 7.3.1).
    if account.is_none() || order.as_ref().err().is_some_and(is_forgotten) {
        let made = make_account(config, client, cache).await.map_err(failed)?;
        order = made.new_order(&NewOrder::new(&names)).await;
        account = Some(made);
    }
    let _in_use = account;
    let mut order = order.map_err(failed)?;
    prove(&mut order, certificates, &failed).await?;
    let ready = order.poll_ready(&PATIENCE).await;
    if !matches!(ready, Ok(OrderStatus::Ready)) {
        if let Some(unverified) = unverified(&mut order).await {
            return Err(unverified);
        }
        ready.map_err(failed)?;
    }
    let mut request = CertificateParams::new(config.domains.clone())?;
    request.distinguished_name = DistinguishedName::new();
    let key = KeyPair::generate()?;
    order.finalize_csr(request.serialize_request(&key)?.der()).await.map_err(failed)?;
    let chain = order.poll_certificate(&PATIENCE).await.map_err(failed)?;
    Ok([key.serialize_pem(), chain].concat().into_bytes())
}

/// The account from earlier.
async fn known_account(
    client: &Client,
    cache: &Cache,
    failed: &impl Fn(Error) -> OrderError,
) -> Result<Option<Account>, OrderError> {
    let Some(json) = cache.account()? else { return Ok(None) };
    match serde_json::from_slice::<AccountCredentials>(&json) {
        Ok(known) => {
            let account = Account::builder_with_http(client.http()).from_credentials(known).await;
            account.map(Some).map_err(failed)
        }
        Err(error) => {
            warn!(%error, "the account that was kept is of no use, another one is made");
            Ok(None)
        }
    }
}

async fn make_account(config: &AcmeConfig, client: &Client, cache: &Cache) -> Result<Account, Error> {
    let contacts: Vec<&str> = config.contacts.iter().map(String::as_str).collect();
    let wanted = NewAccount { contact: &contacts, terms_of_service_agreed: true, only_return_existing: false };
    let builder = Account::builder_with_http(client.http());
    let bound_to = config.external_account.as_ref().map(ExternalAccount::key);
    let (account, credentials) = builder.create(&wanted, config.directory.clone(), bound_to.as_ref()).await?;
    // Without it the next order makes another one.
    if let Err(error) = serde_json::to_vec(&credentials).map_err(Into::into).and_then(|json| cache.keep_account(&json))
    {
        warn!(%error, "the account cannot be kept");
    }
    Ok(account)
}

/// Has the proof ready for each name that needs one, and says so.
async fn prove(
    order: &mut Order,
    certificates: &Certificates,
    failed: &impl Fn(Error) -> OrderError,
) -> Result<(), OrderError> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization.map_err(failed)?;
        // Proven for an earlier order already. What went wrong with others is told when the order is.
        if authorization.status != AuthorizationStatus::Pending {
            continue;
        }
        let name = authorization.identifier().to_string();
        let Some(mut challenge) = authorization.challenge(ChallengeType::TlsAlpn01) else {
            return Err(OrderError::NoChallenge(name));
        };
        certificates.challenge(&name, challenge.key_authorization().digest().as_ref())?;
        challenge.set_ready().await.map_err(failed)?;
    }
    Ok(())
}

/// The name that could not be verified, if that is what went wrong.
async fn unverified(order: &mut Order) -> Option<OrderError> {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        let Ok(state) = authorization.refresh().await else { continue };
        let problem = state.challenges.iter().find_map(|challenge| challenge.error.as_ref());
        if let Some(problem) = problem.filter(|_| state.status == AuthorizationStatus::Invalid) {
            let reason = problem.detail.clone().unwrap_or_else(|| problem.to_string());
            return Some(OrderError::Unverified { name: state.identifier().to_string(), reason });
        }
    }
    None
}

fn is_forgotten(error: &Error) -> bool {
    matches!(error, Error::Api(problem)
        if problem.r#type.as_deref() == Some("urn:ietf:params:acme:error:accountDoesNotExist"))
}

/// An error with what caused it: the outermost alone says "client error".
fn causes(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut inner = error.source();
    while let Some(error) = inner {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        inner = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_that_an_authority_asks_for_is_read_as_seconds_or_as_a_date() {
        let read = |text: &'static str| read_retry_after(&HeaderValue::from_static(text));
        let in_an_hour = read("3600").unwrap().duration_since(SystemTime::now()).unwrap();
        assert!((3590..=3600).contains(&in_an_hour.as_secs()));
        let date = read("Wed, 21 Oct 2015 07:28:00 GMT").unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(date.as_secs(), 1_445_412_480);
        for none in ["", "soon", "-1", "1.5", "18446744073709551615"] {
            assert_eq!(read(none), None, "{none:?}");
        }
    }
}
