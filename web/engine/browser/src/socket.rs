//! A tunnel to a mail server over the browser's WebSocket: a byte stream for the engine.
//!
//! Not here: what has arrived ([`super::inbox`]), and what the messages look like (`restante_protocol::tunnel`).

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::channel::oneshot;
use futures::future::{LocalBoxFuture, poll_fn};
use futures::io::{AsyncRead, AsyncWrite};
use gloo_timers::future::TimeoutFuture;
use restante_api::OtherBridge;
use restante_engine::platform::{Destination, Tunnel, TunnelFault};
use restante_protocol::tunnel::{self, DEFAULT_WINDOW, LookUp, MAX_DATA_BYTES, Open, PageMessage, Services};
use wasm_bindgen::prelude::*;
use web_sys::{
    BinaryType, CloseEvent, Event, EventTarget, MessageEvent, SecurityPolicyViolationEvent, Url, WebSocket,
    WorkerGlobalScope,
};

use super::inbox::Inbox;

/// Bytes the browser may hold unsent before a write waits. It gives no event when they are gone, so writes ask again.
const MAX_UNSENT: u32 = 1 << 20;
const ASK_AGAIN_MS: u32 = 10;

/// The WebSocket address of a bridge.
#[derive(Debug, Clone)]
pub(crate) struct BridgeAddress {
    url: String,
    /// It is not the one that served the page.
    elsewhere: bool,
}

impl BridgeAddress {
    /// The bridge that served this worker's script: the script is in `assets/`, the tunnel beside that folder.
    ///
    /// # Errors
    /// Where this is no worker, or its script has no http or https address.
    pub(crate) fn of_this_worker() -> Result<Self, String> {
        let scope: WorkerGlobalScope = js_sys::global().dyn_into().map_err(|_| "not in a worker".to_owned())?;
        let name = tunnel::PATH.trim_start_matches('/');
        let url = Url::new_with_base(&format!("../{name}"), &scope.location().href())
            .map_err(|_| "the worker's script has no address".to_owned())?;
        match url.protocol().as_str() {
            "https:" => url.set_protocol("wss:"),
            "http:" => url.set_protocol("ws:"),
            other => return Err(format!("the page came over {other}, and needs http: or https:")),
        }
        Ok(Self { url: url.href(), elsewhere: false })
    }

    /// A bridge that somebody else may run.
    pub(crate) fn elsewhere(url: String) -> Self {
        Self { url, elsewhere: true }
    }

    /// The fault of a bridge that no WebSocket comes about with. `barred`: the page's own policy forbids it.
    fn unreachable(&self, barred: bool, why: String) -> TunnelFault {
        if !self.elsewhere {
            return TunnelFault::BridgeUnreachable(why);
        }
        let bridge = Url::new(&self.url).map_or_else(|_| self.url.clone(), |url| url.host());
        let scope: Option<WorkerGlobalScope> = js_sys::global().dyn_into().ok();
        TunnelFault::OtherBridge(OtherBridge {
            bridge,
            page: scope.map(|scope| scope.location().origin()).unwrap_or_default(),
            barred,
        })
    }
}

/// Notices when the policy that the page came with forbids a connection; the socket itself does not tell.
struct Barred {
    seen: Rc<Cell<bool>>,
    heard: Option<(EventTarget, Note)>,
}

type Note = Closure<dyn FnMut(SecurityPolicyViolationEvent)>;

const VIOLATION: &str = "securitypolicyviolation";

impl Barred {
    fn watch() -> Self {
        let seen = Rc::new(Cell::new(false));
        let note = Note::new({
            let seen = Rc::clone(&seen);
            move |event: SecurityPolicyViolationEvent| {
                seen.set(seen.get() || event.effective_directive() == "connect-src");
            }
        });
        let target: Option<EventTarget> = js_sys::global().dyn_into().ok();
        let heard = target
            .filter(|target| target.add_event_listener_with_callback(VIOLATION, note.as_ref().unchecked_ref()).is_ok());
        Self { seen, heard: heard.map(|target| (target, note)) }
    }

    fn get(&self) -> bool {
        self.seen.get()
    }
}

impl Drop for Barred {
    fn drop(&mut self) {
        if let Some((target, note)) = &self.heard {
            // Fails for a listener of the wrong type only.
            let _ = target.remove_event_listener_with_callback(VIOLATION, note.as_ref().unchecked_ref());
        }
    }
}

/// A tunnel through the bridge. Dropping it closes the WebSocket.
pub(crate) struct Socket {
    socket: WebSocket,
    inbox: Rc<RefCell<Inbox>>,
    window: u32,
    pause: Option<TimeoutFuture>,
    _handlers: Handlers,
}

struct Handlers {
    _message: Closure<dyn FnMut(MessageEvent)>,
    _close: Closure<dyn FnMut(CloseEvent)>,
    _open: Closure<dyn FnMut(Event)>,
    _error: Closure<dyn FnMut(Event)>,
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").field("socket", &self.socket).finish_non_exhaustive()
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("state", &self.socket.ready_state()).finish_non_exhaustive()
    }
}

/// A WebSocket that is not a tunnel yet: no destination was named on it.
pub(crate) struct Opening {
    socket: Socket,
    bridge: BridgeAddress,
    barred: Barred,
    opened: oneshot::Receiver<()>,
}

impl Opening {
    /// Begins to open a WebSocket.
    ///
    /// # Errors
    /// [`TunnelFault::BridgeUnreachable`] where the browser does not even try.
    pub(crate) fn begin(bridge: &BridgeAddress) -> Result<Self, TunnelFault> {
        let barred = Barred::watch();
        let socket = WebSocket::new_with_str(&bridge.url, tunnel::SUBPROTOCOL)
            .map_err(|_| bridge.unreachable(barred.get(), "the browser refuses its address".into()))?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let inbox = Rc::new(RefCell::new(Inbox::default()));
        let (opened, on_open) = oneshot::channel();
        let opened = Rc::new(RefCell::new(Some(opened)));
        let handlers = Handlers::attach(&socket, &inbox, &opened);
        let socket = Socket { socket, inbox, window: DEFAULT_WINDOW, pause: None, _handlers: handlers };
        Ok(Self { socket, bridge: bridge.clone(), barred, opened: on_open })
    }

    /// Waits until the WebSocket is open, and asks the bridge for the destination. Bytes may be written at once: whether
    /// the bridge reached the server comes out of the first read.
    ///
    /// # Errors
    /// [`TunnelFault::BridgeUnreachable`] where no WebSocket comes about: the browser does not say why.
    pub(crate) async fn lead_to(self, to: Destination) -> Result<Socket, TunnelFault> {
        let socket = self.opened().await?;
        let Destination { host, port, tls, service, token, .. } = to;
        let open = Open { host, port, tls, service, token, window: socket.window };
        socket.send(&PageMessage::Open(open))?;
        Ok(socket)
    }

    /// Waits until the WebSocket is open, and asks the bridge for the servers of a domain: no tunnel comes of it.
    ///
    /// # Errors
    /// As [`Opening::lead_to`], and what the bridge refuses.
    pub(crate) async fn ask(self, wanted: LookUp) -> Result<Services, TunnelFault> {
        let socket = self.opened().await?;
        socket.send(&PageMessage::LookUp(wanted))?;
        poll_fn(|cx| socket.inbox.borrow_mut().poll_services(cx)).await
    }

    async fn opened(self) -> Result<Socket, TunnelFault> {
        let Self { socket, bridge, barred, opened } = self;
        if opened.await.is_err() {
            let why = socket.inbox.borrow().fault().map_or_else(String::new, ToString::to_string);
            return Err(bridge.unreachable(barred.get(), why));
        }
        Ok(socket)
    }

    /// Whether it is open, or may still come to be.
    pub(super) fn is_sound(&self) -> bool {
        matches!(self.socket.socket.ready_state(), WebSocket::CONNECTING | WebSocket::OPEN)
    }
}

impl Socket {
    fn send(&self, message: &PageMessage) -> Result<(), TunnelFault> {
        self.socket.send_with_str(&tunnel::encode(message)).map_err(|_| self.fault())
    }

    /// Why the WebSocket takes nothing any more.
    fn fault(&self) -> TunnelFault {
        self.inbox.borrow().fault().cloned().unwrap_or_else(|| TunnelFault::Lost("the WebSocket is closed".into()))
    }
}

impl Handlers {
    fn attach(
        socket: &WebSocket,
        inbox: &Rc<RefCell<Inbox>>,
        opened: &Rc<RefCell<Option<oneshot::Sender<()>>>>,
    ) -> Self {
        let on_message = Closure::new({
            let inbox = Rc::clone(inbox);
            move |event: MessageEvent| {
                let data = event.data();
                if let Some(text) = data.as_string() {
                    inbox.borrow_mut().control(&text);
                } else {
                    inbox.borrow_mut().bytes(js_sys::Uint8Array::new(&data).to_vec());
                }
            }
        });
        let on_close = Closure::new({
            let (inbox, opened) = (Rc::clone(inbox), Rc::clone(opened));
            move |event: CloseEvent| {
                inbox.borrow_mut().closed(event.code(), event.reason());
                drop(opened.borrow_mut().take());
            }
        });
        let on_open = Closure::new({
            let opened = Rc::clone(opened);
            move |_: Event| {
                if let Some(opened) = opened.borrow_mut().take() {
                    // Nobody waits any more where the attempt was given up.
                    let _ = opened.send(());
                }
            }
        });
        // Where the page's policy forbids the connection, an error is all that comes.
        let on_error = Closure::new({
            let opened = Rc::clone(opened);
            move |_: Event| drop(opened.borrow_mut().take())
        });
        socket.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        Self { _message: on_message, _close: on_close, _open: on_open, _error: on_error }
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut [u8]) -> Poll<io::Result<usize>> {
        let read = self.inbox.borrow_mut().poll_read(cx, out);
        let credit = self.inbox.borrow_mut().take_credit(self.window);
        if let Some(bytes) = credit {
            // A closed WebSocket needs no credit; reads give what is left, and then why.
            let _ = self.send(&PageMessage::Credit { bytes });
        }
        read.map_err(io::Error::from)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.socket.ready_state() != WebSocket::OPEN {
            return Poll::Ready(Err(self.fault().into()));
        }
        while self.socket.buffered_amount() > MAX_UNSENT {
            let pause = self.pause.get_or_insert_with(|| TimeoutFuture::new(ASK_AGAIN_MS));
            match Pin::new(pause).poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) => self.pause = None,
            }
        }
        let count = bytes.len().min(MAX_DATA_BYTES);
        match self.socket.send_with_u8_array(&bytes[..count]) {
            Ok(()) => Poll::Ready(Ok(count)),
            Err(_) => Poll::Ready(Err(self.fault().into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.socket.ready_state() != WebSocket::OPEN {
            return Poll::Ready(Ok(()));
        }
        Poll::Ready(self.send(&PageMessage::Eof).map_err(io::Error::from))
    }
}

impl Tunnel for Socket {
    fn peer(&self) -> String {
        self.inbox.borrow().peer().to_owned()
    }

    fn start_tls(&mut self) -> LocalBoxFuture<'_, Result<(), TunnelFault>> {
        Box::pin(async {
            let received = self.inbox.borrow().taken();
            self.send(&PageMessage::Starttls { received })?;
            poll_fn(|cx| self.inbox.borrow_mut().poll_secured(cx)).await
        })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        self.socket.set_onopen(None);
        self.socket.set_onerror(None);
        // Closing a WebSocket that is closed already changes nothing.
        let _ = self.socket.close_with_code(1000);
    }
}
