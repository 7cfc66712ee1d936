//! A submission server in memory, behind connections that break where a test asks for it.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use restante_engine::platform::{Destination, Dial, Tunnel, TunnelFault};
use restante_testkit::receiver::{Mood, Receiver, Taken};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::Pipe;

/// What happens to a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    /// Octets that get through to the server, and back.
    pub(crate) up: usize,
    pub(crate) down: usize,
    /// The server is silent.
    pub(crate) silent: bool,
}

pub(crate) const CLEAR: Way = Way { up: usize::MAX, down: usize::MAX, silent: false };

/// A host whose connections all lead to one server, which remembers what it has taken.
pub(crate) struct Host {
    pub(crate) extensions: &'static [&'static str],
    pub(crate) moods: Vec<Mood>,
    pub(crate) ways: Vec<Way>,
    pub(crate) connections: Cell<usize>,
    pub(crate) refuses_login: Cell<bool>,
    pub(crate) taken: Arc<Mutex<Vec<Taken>>>,
    pub(crate) envelopes: Arc<Mutex<Vec<String>>>,
    pub(crate) faults: Arc<Mutex<Vec<String>>>,
    /// What came at once, each time that something came.
    pub(crate) flights: Arc<Mutex<Vec<String>>>,
}

impl Host {
    pub(crate) fn new(extensions: &'static [&'static str], ways: &[Way]) -> Rc<Self> {
        Rc::new(Self {
            extensions,
            moods: vec![Mood::good()],
            ways: ways.to_vec(),
            connections: Cell::new(0),
            refuses_login: Cell::new(false),
            taken: Arc::default(),
            envelopes: Arc::default(),
            faults: Arc::default(),
            flights: Arc::default(),
        })
    }
}

impl Dial for Host {
    fn dial(&self, _: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        let number = self.connections.replace(self.connections.get() + 1);
        let way = self.ways.get(number).or(self.ways.last()).copied().unwrap_or(CLEAR);
        let (near, far) = tokio::io::duplex(1 << 16);
        let mut receiver = Receiver::new(self.moods.clone(), self.extensions);
        receiver.refuses_login = self.refuses_login.get();
        let notes = [&self.envelopes, &self.faults, &self.flights].map(Arc::clone);
        tokio::spawn(serve(far, receiver, way, Arc::clone(&self.taken), notes));
        futures::future::ready(Ok(Box::new(Pipe::new(near)) as Box<dyn Tunnel>)).boxed_local()
    }
}

super::fixed_clock!(Host);

async fn serve(
    mut stream: DuplexStream,
    mut receiver: Receiver,
    mut way: Way,
    taken: Arc<Mutex<Vec<Taken>>>,
    [envelopes, faults, flights]: [Arc<Mutex<Vec<String>>>; 3],
) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        if !way.silent {
            let octets: Vec<u8> = receiver.outbox.drain(..).collect();
            let through = octets.len().min(way.down);
            way.down -= through;
            if stream.write_all(&octets[..through]).await.is_err() || through < octets.len() {
                return;
            }
        }
        let Ok(read) = stream.read(&mut buffer).await else { return };
        let through = read.min(way.up);
        way.up -= through;
        receiver.take(&buffer[..through]);
        flights.lock().unwrap().push(String::from_utf8_lossy(&buffer[..through]).into_owned());
        taken.lock().unwrap().append(&mut receiver.taken);
        envelopes.lock().unwrap().append(&mut receiver.envelopes);
        faults.lock().unwrap().append(&mut receiver.faults);
        if read == 0 || through < read {
            return;
        }
    }
}
