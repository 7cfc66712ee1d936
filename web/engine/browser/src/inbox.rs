//! What has arrived on a tunnel and was not read yet, and what is owed to the bridge for what was: pure bookkeeping,
//! natively tested. Not here: the WebSocket ([`super::socket`]).

use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use restante_engine::platform::TunnelFault;
use restante_protocol::tunnel::{self, BridgeMessage, CloseCode, Refused, Services};

/// Received bytes and control messages of one tunnel.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    chunks: VecDeque<Vec<u8>>,
    /// Bytes of the first chunk that were read.
    read: usize,
    /// Bytes read since the last credit.
    owed: u32,
    /// Bytes read in all.
    taken: u64,
    peer: String,
    secured: bool,
    services: Option<Services>,
    ended: bool,
    fault: Option<TunnelFault>,
    waiting: Vec<Waker>,
}

impl Inbox {
    /// Takes in a binary frame.
    pub(super) fn bytes(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.chunks.push_back(bytes);
        }
        self.wake();
    }

    /// Takes in a text frame.
    pub(super) fn control(&mut self, text: &str) {
        match tunnel::decode(text) {
            Ok(BridgeMessage::Opened { peer }) => self.peer = peer,
            Ok(BridgeMessage::Refused(refused)) => self.fail(TunnelFault::Refused(refused)),
            Ok(BridgeMessage::Secured) => self.secured = true,
            Ok(BridgeMessage::Services(services)) => self.services = Some(services),
            Ok(BridgeMessage::Eof) => self.ended = true,
            Err(fault) => self.fail(TunnelFault::Lost(format!("the bridge sent {fault}"))),
        }
        self.wake();
    }

    /// The WebSocket closed with this code and reason (RFC 6455, section 7.4).
    pub(super) fn closed(&mut self, code: u16, reason: String) {
        match CloseCode::try_from(code) {
            Ok(code) => self.fail(TunnelFault::Refused(Refused { code, message: reason })),
            Err(_) if self.ended => {}
            Err(_) => self.fail(TunnelFault::Lost(format!("the bridge closed the connection ({code}) {reason}"))),
        }
        self.wake();
    }

    /// Notes a fault; the first one stays, for it is the cause of the others.
    pub(super) fn fail(&mut self, fault: TunnelFault) {
        self.fault.get_or_insert(fault);
        self.wake();
    }

    /// The fault, where there is one.
    pub(super) fn fault(&self) -> Option<&TunnelFault> {
        self.fault.as_ref()
    }

    /// The address that was dialled; empty while it is not known.
    pub(super) fn peer(&self) -> &str {
        &self.peer
    }

    /// Whether the bridge has TLS to the server up.
    pub(super) fn poll_secured(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TunnelFault>> {
        if let Some(fault) = &self.fault {
            return Poll::Ready(Err(fault.clone()));
        }
        if self.secured {
            return Poll::Ready(Ok(()));
        }
        self.wait(cx)
    }

    /// The answer to a question for servers.
    pub(super) fn poll_services(&mut self, cx: &mut Context<'_>) -> Poll<Result<Services, TunnelFault>> {
        match (self.services.take(), &self.fault) {
            (Some(services), _) => Poll::Ready(Ok(services)),
            (None, Some(fault)) => Poll::Ready(Err(fault.clone())),
            (None, None) => self.wait(cx),
        }
    }

    /// Moves bytes to `out`: how many, 0 at the end. What arrived before a fault is given first.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, out: &mut [u8]) -> Poll<Result<usize, TunnelFault>> {
        let Some(first) = self.chunks.front() else {
            return match &self.fault {
                Some(fault) => Poll::Ready(Err(fault.clone())),
                None if self.ended => Poll::Ready(Ok(0)),
                None => self.wait(cx),
            };
        };
        let rest = &first[self.read..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.read += count;
        if self.read == first.len() {
            self.chunks.pop_front();
            self.read = 0;
        }
        self.owed = self.owed.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        self.taken = self.taken.saturating_add(count as u64);
        Poll::Ready(Ok(count))
    }

    /// How many bytes were read in all; what has arrived and was not read does not count.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// The credit to grant now: what was read, once it is worth a message.
    pub(super) fn take_credit(&mut self, window: u32) -> Option<u32> {
        (self.owed >= window / 4).then(|| std::mem::take(&mut self.owed))
    }

    fn wait<T>(&mut self, cx: &mut Context<'_>) -> Poll<T> {
        if !self.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            self.waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }

    fn wake(&mut self) {
        self.waiting.drain(..).for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inbox: &mut Inbox, at_most: usize) -> Poll<Result<Vec<u8>, TunnelFault>> {
        let mut out = vec![0; at_most];
        inbox.poll_read(&mut Context::from_waker(Waker::noop()), &mut out).map_ok(|count| out[..count].to_vec())
    }

    #[test]
    fn bytes_come_out_in_order_whatever_the_chunks() {
        let mut inbox = Inbox::default();
        assert!(read(&mut inbox, 4).is_pending());
        inbox.bytes(b"+OK ".to_vec());
        inbox.bytes(Vec::new());
        inbox.bytes(b"hello".to_vec());
        assert_eq!(read(&mut inbox, 3), Poll::Ready(Ok(b"+OK".to_vec())));
        assert_eq!(read(&mut inbox, 9), Poll::Ready(Ok(b" ".to_vec())));
        assert_eq!(read(&mut inbox, 9), Poll::Ready(Ok(b"hello".to_vec())));
        assert!(read(&mut inbox, 9).is_pending());
    }

    #[test]
    fn credit_is_granted_for_what_was_read_and_only_once_it_is_worth_a_message() {
        let mut inbox = Inbox::default();
        inbox.bytes(vec![0; 100]);
        assert_eq!(inbox.take_credit(200), None);
        assert!(read(&mut inbox, 40).is_ready());
        assert_eq!(inbox.take_credit(200), None);
        assert!(read(&mut inbox, 40).is_ready());
        assert_eq!(inbox.take_credit(200), Some(80));
        assert_eq!(inbox.take_credit(200), None);
        assert_eq!(inbox.taken(), 80);
    }

    #[test]
    fn what_arrived_before_a_fault_is_read_first_and_the_first_fault_stays() {
        let mut inbox = Inbox::default();
        inbox.bytes(b"x".to_vec());
        inbox.closed(4464, "idle".into());
        inbox.closed(1006, String::new());
        assert_eq!(read(&mut inbox, 9), Poll::Ready(Ok(b"x".to_vec())));
        let expected = TunnelFault::refused(CloseCode::IdleTimeout, "idle");
        assert_eq!(read(&mut inbox, 9), Poll::Ready(Err(expected)));
    }

    #[test]
    fn an_answer_is_taken_though_the_bridge_has_closed_behind_it_and_a_refusal_is_a_fault() {
        let ask = |inbox: &mut Inbox| inbox.poll_services(&mut Context::from_waker(Waker::noop()));
        let mut inbox = Inbox::default();
        assert!(ask(&mut inbox).is_pending());
        inbox.control(r#"{"type":"services","servers":[],"barred":true}"#);
        inbox.closed(1000, String::new());
        assert_eq!(ask(&mut inbox), Poll::Ready(Ok(Services { servers: Vec::new(), barred: true })));
        let mut inbox = Inbox::default();
        inbox.closed(4403, "off".into());
        let expected = TunnelFault::refused(CloseCode::Forbidden, "off");
        assert_eq!(ask(&mut inbox), Poll::Ready(Err(expected)));
    }

    #[test]
    fn an_announced_end_is_an_end_and_an_unannounced_one_a_fault() {
        let mut inbox = Inbox::default();
        inbox.control(r#"{"type":"opened","peer":"192.0.2.1"}"#);
        inbox.control(r#"{"type":"eof"}"#);
        inbox.closed(1000, String::new());
        assert_eq!(inbox.peer(), "192.0.2.1");
        assert_eq!(read(&mut inbox, 9), Poll::Ready(Ok(Vec::new())));

        let mut inbox = Inbox::default();
        inbox.closed(1006, String::new());
        assert!(matches!(read(&mut inbox, 9), Poll::Ready(Err(TunnelFault::Lost(_)))));
    }
}
