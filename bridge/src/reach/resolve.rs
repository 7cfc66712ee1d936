//! Names to addresses: the hosts file, then DNS, without threads that wait.
//!
//! Names are absolute, whatever the system searches in (RFC 1034, section 3.1): what a page asks for is the same name on
//! every bridge. A look-up ends when its future is dropped, so a page that leaves takes its own along. Not here: which
//! addresses may be dialled ([`crate::reach::policy`]), and how long a look-up may take ([`crate::reach::dial`]).

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use futures::future::{Either, select};
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::Query;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{Hosts, TokioResolver};
use tokio::time::timeout;

/// What [`Resolve::resolve`] returns.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// What [`Resolve::servers`] returns.
pub type Naming<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<Srv>>> + Send + 'a>>;

/// An SRV record (RFC 2782).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Srv {
    /// The least is tried first.
    pub priority: u16,
    /// Among those of one priority, the share.
    pub weight: u16,
    /// Port.
    pub port: u16,
    /// Host name, as the record has it.
    pub target: String,
}

/// A resolver of names. The tests have their own.
pub trait Resolve: Send + Sync + std::fmt::Debug {
    /// All addresses of a name, in the order of preference.
    ///
    /// # Errors
    /// Whatever the resolver meets; no addresses and an error mean the same to the bridge.
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a>;

    /// The SRV records of a name.
    ///
    /// # Errors
    /// Whatever the resolver meets; one that knows none need not be able to.
    fn servers<'a>(&'a self, _name: &'a str) -> Naming<'a> {
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }
}

/// The system's files, looked at again from time to time.
const FILES: [&str; 2] = ["/etc/resolv.conf", "/etc/hosts"];
/// Between two looks at them.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// For which the addresses of one family wait for those of the other, which a name server may never answer for
/// (RFC 8305, section 3; longer than there, for what comes later is not added to the race).
const OTHER_FAMILY: Duration = Duration::from_millis(250);
/// Answers that are kept. Each may have 64 KiB.
const CACHED: u64 = 512;

/// Asks the system's name servers (resolv.conf(5)), or others.
#[derive(Debug, Default)]
pub struct DnsResolver {
    /// Empty: the system's.
    servers: Vec<SocketAddr>,
    state: Mutex<Option<State>>,
}

#[derive(Debug)]
struct State {
    known: Arc<Known>,
    stamps: [Option<SystemTime>; 2],
    looked: Instant,
}

/// What the files say.
#[derive(Debug)]
struct Known {
    hosts: Hosts,
    dns: TokioResolver,
}

impl DnsResolver {
    /// Asks these name servers; the system's where there are none.
    pub fn new(servers: Vec<SocketAddr>) -> Self {
        Self { servers, state: Mutex::default() }
    }

    /// What is known now; read again where a file has changed.
    fn known(&self) -> io::Result<Arc<Known>> {
        // Whatever panics leaves a state that is whole: it is replaced as one.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.as_mut() {
            Some(known) if known.looked.elapsed() < LOOK_AGAIN => return Ok(Arc::clone(&known.known)),
            Some(known) => {
                known.looked = Instant::now();
                if known.stamps == stamps() {
                    return Ok(Arc::clone(&known.known));
                }
            }
            None => {}
        }
        // The stamps first: what is written while it is read is read again.
        let stamps = stamps();
        let known = Arc::new(Known::read(&self.servers)?);
        *state = Some(State { known: Arc::clone(&known), stamps, looked: Instant::now() });
        Ok(known)
    }
}

impl Resolve for DnsResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let known = self.known()?;
            known.look_up(&absolute(name)?).await
        })
    }

    fn servers<'a>(&'a self, name: &'a str) -> Naming<'a> {
        Box::pin(async move {
            let known = self.known()?;
            let found = known.dns.lookup(absolute(name)?, RecordType::SRV).await.map_err(io::Error::other)?;
            let records = found.answers().iter().filter_map(|answer| match &answer.data {
                RData::SRV(srv) => Some(Srv {
                    priority: srv.priority,
                    weight: srv.weight,
                    port: srv.port,
                    target: srv.target.to_ascii(),
                }),
                _ => None,
            });
            Ok(records.collect())
        })
    }
}

impl Known {
    fn read(servers: &[SocketAddr]) -> io::Result<Self> {
        let (servers, mut options) = if servers.is_empty() {
            system_servers()
        } else {
            (servers.iter().copied().map(server).collect(), ResolverOpts::default())
        };
        options.cache_size = CACHED;
        options.use_hosts_file = ResolveHosts::Never;
        // A file that cannot be read lists nobody.
        let hosts = Hosts::from_system().unwrap_or_default();
        Self::new(hosts, servers, options)
    }

    fn new(hosts: Hosts, servers: Vec<NameServerConfig>, options: ResolverOpts) -> io::Result<Self> {
        let dns = TokioResolver::builder_with_config(absolute_names_only(servers), TokioRuntimeProvider::default());
        Ok(Self { hosts, dns: dns.with_options(options).build().map_err(io::Error::other)? })
    }

    /// The addresses in the hosts file, which are all where there are any; else those that DNS has.
    async fn look_up(&self, name: &Name) -> io::Result<Vec<IpAddr>> {
        let listed = [RecordType::A, RecordType::AAAA].map(|kind| Query::query(name.clone(), kind));
        let listed = listed.iter().filter_map(|query| self.hosts.lookup_static_host(query));
        let listed: Vec<IpAddr> = listed
            .flat_map(|found| found.answers().iter().filter_map(|a| a.data.ip_addr()).collect::<Vec<_>>())
            .collect();
        if !listed.is_empty() {
            return Ok(listed);
        }
        let (six, four) = (pin!(self.ask(name, RecordType::AAAA)), pin!(self.ask(name, RecordType::A)));
        match select(six, four).await {
            Either::Left((six, four)) => join(six, four, true).await,
            Either::Right((four, six)) => join(four, six, false).await,
        }
    }

    async fn ask(&self, name: &Name, kind: RecordType) -> io::Result<Vec<IpAddr>> {
        let found = self.dns.lookup(name.clone(), kind).await.map_err(io::Error::other)?;
        Ok(found.answers().iter().filter_map(|answer| answer.data.ip_addr()).collect())
    }
}

/// Both families together, IPv6 first (RFC 8305, section 4): the one that came `first`, and the other one, which it does
/// not wait for much longer if it has addresses itself.
async fn join(
    first: io::Result<Vec<IpAddr>>,
    other: impl Future<Output = io::Result<Vec<IpAddr>>>,
    first_is_v6: bool,
) -> io::Result<Vec<IpAddr>> {
    let first = match first {
        Ok(first) if !first.is_empty() => first,
        _ => return other.await,
    };
    let other = timeout(OTHER_FAMILY, other).await.ok().and_then(Result::ok).unwrap_or_default();
    Ok(if first_is_v6 { [first, other].concat() } else { [other, first].concat() })
}

fn absolute(name: &str) -> io::Result<Name> {
    Name::from_ascii(format!("{name}.")).map_err(|_| io::ErrorKind::InvalidInput.into())
}

fn absolute_names_only(servers: Vec<NameServerConfig>) -> ResolverConfig {
    ResolverConfig::from_parts(None, Vec::new(), servers)
}

fn server(address: SocketAddr) -> NameServerConfig {
    let mut server = NameServerConfig::udp_and_tcp(address.ip());
    for connection in &mut server.connections {
        connection.port = address.port();
    }
    server
}

/// Those of resolv.conf(5); without any, the one on this machine.
fn system_servers() -> (Vec<NameServerConfig>, ResolverOpts) {
    match hickory_resolver::system_conf::read_system_conf() {
        Ok((config, options)) => (config.name_servers, options),
        Err(_) => (vec![NameServerConfig::udp_and_tcp(Ipv4Addr::LOCALHOST.into())], ResolverOpts::default()),
    }
}

/// When the files were last written.
fn stamps() -> [Option<SystemTime>; 2] {
    FILES.map(|path| std::fs::metadata(path).and_then(|data| data.modified()).ok())
}

#[cfg(test)]
mod tests {
    use hickory_resolver::lookup::Lookup;
    use hickory_resolver::proto::rr::Record;
    use hickory_resolver::proto::rr::rdata::A;

    use super::*;

    #[test]
    fn names_are_absolute_whatever_the_system_searches_in() {
        let file = "search corp.example example.net\ndomain corp.example\nnameserver 192.0.2.1\noptions ndots:5";
        let (config, _) = hickory_resolver::system_conf::parse_resolv_conf(file).unwrap();
        assert!(!config.search().is_empty());
        let ours = absolute_names_only(config.name_servers);
        assert!(ours.search().is_empty() && ours.domain().is_none());
        assert_eq!(ours.name_servers()[0].ip.to_string(), "192.0.2.1");
        for name in ["pop", "pop.example.org"] {
            assert!(absolute(name).unwrap().is_fqdn(), "{name}");
        }
    }

    #[tokio::test]
    async fn this_machine_is_known_without_a_server() {
        // Nobody listens on that port.
        let resolver = DnsResolver::new(vec!["127.0.0.1:1".parse().unwrap()]);
        let addresses = resolver.resolve("localhost").await.unwrap();
        assert!(!addresses.is_empty() && addresses.iter().all(IpAddr::is_loopback), "{addresses:?}");
    }

    #[tokio::test]
    async fn what_the_hosts_file_says_is_all_there_is() {
        let name = absolute("pop.example.org").unwrap();
        let record = Record::from_rdata(name.clone(), 60, RData::A(A::new(192, 0, 2, 1)));
        let listed = Lookup::new_with_max_ttl(Query::query(name.clone(), RecordType::A), [record]);
        let mut hosts = Hosts::default();
        hosts.insert(name.clone(), RecordType::A, listed);
        let nobody = vec![server("127.0.0.1:1".parse().unwrap())];
        let known = Known::new(hosts, nobody, ResolverOpts::default()).unwrap();
        assert_eq!(known.look_up(&name).await.unwrap(), [IpAddr::from([192, 0, 2, 1])]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_family_that_is_never_answered_for_holds_the_other_up_for_a_moment_only() {
        let address: IpAddr = [192, 0, 2, 1].into();
        let never = std::future::pending::<io::Result<Vec<IpAddr>>>;
        assert_eq!(join(Ok(vec![address]), never(), false).await.unwrap(), [address]);
        let six: IpAddr = "2001:db8::1".parse().unwrap();
        let soon = async || Ok(vec![six]);
        assert_eq!(join(Ok(vec![address]), soon(), false).await.unwrap(), [six, address]);
        assert_eq!(join(Err(io::ErrorKind::NotFound.into()), soon(), false).await.unwrap(), [six]);
        // Where the first has none, the other one has all its time.
        let later = async || {
            tokio::time::sleep(4 * OTHER_FAMILY).await;
            Ok(vec![six])
        };
        assert_eq!(join(Ok(vec![]), later(), false).await.unwrap(), [six]);
        assert_eq!(join(Ok(vec![address]), later(), false).await.unwrap(), [address]);
    }
}
