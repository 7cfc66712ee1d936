//! A tunnel from its first message to its last: open, dial, relay, close.
//!
//! Every way a tunnel ends has its own close code and words. Two log lines a tunnel, one when it is open and one when
//! it is over; neither holds the destination, a token or a byte of the payload. One that sends mail has another line, for
//! the operator to tell who sent where ([`AUDIT`]).

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use axum::http::HeaderMap;
use futures::FutureExt;
use futures::future::select;
use restante_protocol::tunnel::{BridgeMessage, BridgeTls, CloseCode, LookUp, Open, PageMessage, Service};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::page::{Page, Received};
use super::relay::{Bounds, End, Relay, Traffic, injected};
use super::sending::Sending;
use super::services::{answer, check_discovery};
use crate::access::admission::{Holder, Permit, TooMany};
use crate::access::client::{Peer, mask};
use crate::access::visitors::Place;
use crate::failure::Failure;
use crate::http::authority::Authority;
use crate::http::origin::Foreign;
use crate::limits::Limits;
use crate::log::AUDIT;
use crate::reach::dial::dial;
use crate::reach::host::{BadHost, Host};
use crate::reach::policy::Policy;
use crate::shared::Rules;
use crate::shared::Shared;
use crate::wire::Wire;

/// RFC 6455, section 7.4.1: "a normal closure".
const NORMAL: u16 = 1000;

/// What somebody without a name is told who would send mail.
const NO_STRANGERS: &str =
    "Sending mail through this bridge needs an access token, or somebody whom its web server has signed in.";

/// What a page is told that would have the bridge end TLS before another server than one for mail.
const TLS_IS_THE_PAGES: &str = "This bridge ends TLS before mail servers only: here the page has to do that itself.";

/// How a tunnel ended, for the page and for the log.
enum Outcome {
    /// The page is gone, or took its leave.
    PageGone,
    Finished,
    Failed(Failure),
}

/// Where somebody sends mail: what the audit says beside the numbers.
struct Sent {
    holder: Option<String>,
    host: Host,
    port: u16,
}

/// A server that is reached.
struct Reached {
    host: Host,
    server: Wire,
    relay: Relay,
    tls: BridgeTls,
    permit: Permit,
    /// Those in force when it was opened.
    rules: Arc<Rules>,
}

/// What became of the page's first message.
#[expect(clippy::large_enum_variant, reason = "it is there once a tunnel, and nearly always the large one")]
enum Begun {
    Open(Reached),
    /// It was a question, and is answered.
    Answered,
    /// The page left before.
    Gone,
}

/// What a page begins with.
enum First {
    Open(Open),
    LookUp(LookUp),
}

/// Who asks for a tunnel.
#[derive(Debug)]
pub(crate) struct Visitor {
    /// Its address, as far as listed proxies tell.
    pub(crate) client: IpAddr,
    /// The user that a listed proxy has signed in.
    user: Option<String>,
    /// What that was found out from, should the rules change before the tunnel is open.
    asked: Box<Asked>,
}

/// A request for an upgrade.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) peer: Peer,
    pub(crate) authority: Authority,
    pub(crate) headers: HeaderMap,
}

impl Visitor {
    /// Checks whose page it is, and finds out who asks.
    ///
    /// # Errors
    /// [`Foreign`] where the page's origin is not let in.
    pub(crate) fn new(rules: &Rules, asked: Box<Asked>) -> Result<Self, Foreign> {
        rules.origins.check_origin(&asked.authority, &asked.headers)?;
        let client = rules.proxies.client(asked.peer, &asked.headers);
        Ok(Self { client, user: rules.identity(asked.peer, &asked.headers), asked })
    }
}

/// Runs one tunnel to its end; `rules` are those of the upgrade. The place is the page's until the tunnel is open.
pub(crate) async fn run<S>(mut page: Page<S>, shared: &Shared, rules: &Arc<Rules>, from: Visitor, place: Arc<Place>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let began = Instant::now();
    let who = if rules.log_clients { from.client.to_string() } else { mask(from.client) };
    // What comes before and after an open tunnel is kept off its future, which is as large as the largest part.
    let mut sent = None;
    let opened = tokio::select! {
        opened = Box::pin(open(&mut page, shared, rules, from, &mut sent)) => opened,
        () = shared.stop.cancelled() => Err(draining()),
        () = place.wanted() => Err(TooMany::InAll.into()),
    };
    let mut place = Some(place);
    let (outcome, traffic) = match opened {
        Ok(Begun::Open(mut reached)) => {
            place = None;
            shared.metrics.opened.add(1);
            shared.metrics.connect.note(began.elapsed());
            let holder = reached.permit.name();
            info!(client = who, holder, tls = ?reached.tls, ms = milliseconds(began), "tunnel opened");
            let outcome =
                carry(&mut page, &reached.rules, &reached.host, reached.server, &mut reached.relay, &shared.stop).await;
            shared.metrics.note_closed();
            (outcome, reached.relay.traffic())
        }
        Ok(Begun::Answered) => (Outcome::Finished, Traffic::default()),
        Ok(Begun::Gone) => (Outcome::PageGone, Traffic::default()),
        Err(failure) => {
            tell(&mut page, &failure);
            (Outcome::Failed(failure), Traffic::default())
        }
    };
    let (code, reason) = match &outcome {
        Outcome::PageGone | Outcome::Finished => (NORMAL, ""),
        Outcome::Failed(failure) => {
            shared.metrics.note_failure(failure.code);
            (failure.code, failure.message.as_str())
        }
    };
    let log =
        || info!(client = who, code, up = traffic.up, down = traffic.down, ms = milliseconds(began), "tunnel closed");
    if let Some(Sent { holder, host, port }) = sent.as_deref() {
        let (holder, up, down) = (holder.as_deref(), traffic.up, traffic.down);
        info!(target: AUDIT, client = who, holder, %host, port, up, down, code, ms = milliseconds(began), "submission");
    }
    if place.is_some() {
        shared.refusals.note(log);
    } else {
        log();
    }
    let farewell = Box::pin(page.close(code, reason, rules.limits.close_timeout));
    match place {
        Some(place) => drop(select(farewell, pin!(place.wanted())).await),
        None => farewell.await,
    }
}

/// From the upgrade to the connection, or to the answer. Tells where mail may be `sent`, before anybody is
/// connected to.
async fn open<S>(
    page: &mut Page<S>,
    shared: &Shared,
    rules: &Arc<Rules>,
    mut from: Visitor,
    sent: &mut Option<Box<Sent>>,
) -> Result<Begun, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if shared.draining.is_cancelled() {
        return Err(draining());
    }
    let limits = &rules.limits;
    rules.openings.note(from.client)?;
    let mut permit = shared.admission.admit(from.client, limits)?;
    let first = timeout(limits.open_timeout, page.receive());
    let first = match first.await {
        Ok(Ok(Received::Message(PageMessage::Open(open)))) if page.data().is_empty() => First::Open(open),
        Ok(Ok(Received::Message(PageMessage::LookUp(asked)))) if page.data().is_empty() => First::LookUp(asked),
        Ok(Ok(Received::Closed)) => return Ok(Begun::Gone),
        Ok(Ok(_)) => return Err(Failure::bad_message("The first message has to be open.")),
        Ok(Err(failure)) => return Err(failure),
        Err(_) => return Err(Failure::new(CloseCode::OpenTimeout, "The page did not say in time where to connect.")),
    };
    // What was revoked since the upgrade opens nothing any more.
    let then = rules;
    let rules = shared.rules();
    if !Arc::ptr_eq(then, &rules) {
        let foreign = |fault: Foreign| Failure::new(CloseCode::Forbidden, fault.to_string());
        from = Visitor::new(&rules, from.asked).map_err(foreign)?;
    }
    let user = from.user;
    let limits = rules.limits;
    let mut known = None;
    if let Some(user) = user {
        permit.count_holder(Holder::User(user), limits.max_tunnels_per_client)?;
    } else if rules.knows_users() {
        let (First::Open(Open { token, .. }) | First::LookUp(LookUp { token, .. })) = &first;
        let token = rules.tokens.identify(token.as_ref());
        let token = token.map_err(|e| Failure::new(CloseCode::Unauthorized, e.to_string()))?;
        permit.count_holder(Holder::Token(token.name.clone()), token.max_tunnels)?;
        known = Some(token);
    }
    let policy_for = |service| known.and_then(|token| token.policy(service)).unwrap_or(&rules.policy);
    let open = match first {
        First::Open(open) => open,
        First::LookUp(asked) => {
            let services = Box::pin(answer(&asked.domain, policy_for, &rules, shared, from.client));
            let services = tokio::select! {
                services = services => services?,
                () = page.gone() => return Ok(Begun::Gone),
            };
            page.queue(&BridgeMessage::Services(services));
            return Ok(Begun::Answered);
        }
    };
    let policy = policy_for(open.service);
    let host: Host = open.host.parse().map_err(|e: BadHost| Failure::new(CloseCode::Forbidden, e.to_string()))?;
    policy.admit(open.service, &host, open.port).map_err(|e| Failure::new(CloseCode::Forbidden, e.to_string()))?;
    let sending = match open.service {
        Service::Pop3 => None,
        Service::Submission => {
            if permit.holder().is_none() && !shared.lets_strangers_send(&rules) {
                return Err(Failure::new(CloseCode::Unauthorized, NO_STRANGERS));
            }
            let allowance = shared.days.open(permit.holder(), &limits)?;
            let (holder, host) = (permit.name().map(str::to_owned), host.clone());
            *sent = Some(Box::new(Sent { holder, host, port: open.port }));
            Some(Sending::new(open.port, open.tls, allowance))
        }
        Service::SignIn | Service::Autoconfig if open.tls != BridgeTls::None => {
            return Err(Failure::new(CloseCode::Forbidden, TLS_IS_THE_PAGES));
        }
        Service::SignIn => Some(Sending::of_tls(open.port)),
        Service::Autoconfig => {
            check_discovery(&rules, policy_for(Service::Pop3))?;
            Some(Sending::of_tls(open.port))
        }
    };
    let (server, peer) = tokio::select! {
        reached = reach(&open, &host, policy, &rules, shared, from.client) => reached?,
        () = page.gone() => return Ok(Begun::Gone),
    };
    page.queue(&BridgeMessage::Opened { peer: peer.to_string() });
    let bounds = Bounds {
        idle: limits.idle_timeout_of(open.service),
        close: limits.close_timeout,
        end: tokio::time::Instant::now() + limits.session_timeout_of(open.service),
        bytes_per_second: limits.bytes_per_second,
        bytes: Limits::bytes_of(open.service),
    };
    let mut relay = Relay::new(open.window, open.tls == BridgeTls::Starttls, bounds, Arc::clone(&shared.metrics));
    if let Some(sending) = sending {
        relay = relay.sending(sending);
    }
    Ok(Begun::Open(Reached { host, server, relay, tls: open.tls, permit, rules }))
}

/// Connects to a host that the policy admits.
async fn reach(
    open: &Open,
    host: &Host,
    policy: &Policy,
    rules: &Rules,
    shared: &Shared,
    client: IpAddr,
) -> Result<(Wire, IpAddr), Failure> {
    let limits = &rules.limits;
    let turn = match host {
        Host::Name(_) => Some(shared.lookups.begin(client)?),
        Host::Address(_) => None,
    };
    let (tcp, peer) = dial(policy, &*rules.resolver, open.service, host, open.port, limits.connect_timeout).await?;
    drop(turn);
    let server = match open.tls {
        BridgeTls::Implicit => rules.upstream.secure(host, tcp, limits.handshake_timeout).await?,
        BridgeTls::None | BridgeTls::Starttls => Wire::Plain(tcp),
    };
    Ok((server, peer))
}

/// Relays, and starts TLS in between where the page asks for it.
async fn carry<S>(
    page: &mut Page<S>,
    rules: &Rules,
    host: &Host,
    mut server: Wire,
    relay: &mut Relay,
    stop: &CancellationToken,
) -> Outcome
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let end = tokio::select! {
            end = relay.run(page, &mut server) => end,
            () = stop.cancelled() => End::Failed(draining()),
        };
        match end {
            End::Finished => return Outcome::Finished,
            End::PageGone => return Outcome::PageGone,
            End::Failed(failure) => return Outcome::Failed(failure),
            End::Starttls(received) => {
                server = match Box::pin(start_tls(server, relay, received, host, rules)).await {
                    Ok(secured) => secured,
                    Err(failure) => {
                        tell(page, &failure);
                        return Outcome::Failed(failure);
                    }
                };
                relay.secured();
                page.queue(&BridgeMessage::Secured);
            }
        }
    }
}

/// Puts TLS on the connection, if the server sent nothing behind the bytes that the page has received.
async fn start_tls(server: Wire, relay: &Relay, received: u64, host: &Host, rules: &Rules) -> Result<Wire, Failure> {
    relay.check_starttls(received)?;
    let Wire::Plain(mut tcp) = server else { return Err(Failure::bad_message("TLS is up already")) };
    // Bytes that the page's credit kept in the socket count as well.
    match tcp.read_u8().now_or_never() {
        None => {}
        Some(Ok(_)) => return Err(injected()),
        Some(Err(error)) => return Err(Failure::lost(&error)),
    }
    rules.upstream.secure(host, tcp, rules.limits.handshake_timeout).await
}

/// Tells the page why, before the close frame does in fewer words.
fn tell<S: AsyncRead + AsyncWrite + Unpin>(page: &mut Page<S>, failure: &Failure) {
    if let Some(refused) = failure.refused() {
        page.queue(&BridgeMessage::Refused(refused));
    }
}

fn draining() -> Failure {
    Failure::new(CloseCode::Draining, "The bridge is stopping. Try again: another one may answer.")
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

    use super::*;

    #[tokio::test]
    async fn an_idle_tunnel_is_small() {
        let server = crate::Server::new(crate::Config::default()).unwrap();
        let shared = server.shared();
        let rules = shared.rules();
        let page = Page::new(tokio::io::empty(), &[]);
        let headers = [(header::ORIGIN, HeaderValue::from_static("http://localhost"))].into_iter().collect();
        let authority = Authority::parse("localhost").unwrap();
        let asked = Asked { peer: Peer::direct([192, 0, 2, 1].into()), authority, headers };
        let from = Visitor::new(&rules, Box::new(asked)).unwrap();
        let place = Arc::new(shared.visitors.enter(None, &rules.limits).await.unwrap());
        let size = size_of_val(&run(page, shared, &rules, from, place));
        assert!(size < 3072, "{size} bytes");
    }
}
