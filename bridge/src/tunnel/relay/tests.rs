use super::*;

/// A connection that was reset: the first write is told so, and what is read then ends.
struct Reset;

impl AsyncRead for Reset {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Reset {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_reset_that_a_write_finds_out_is_no_end() {
    let (near, _far) = tokio::io::duplex(1024);
    let hour = Duration::from_secs(3600);
    let bounds = Bounds { idle: hour, close: hour, end: Instant::now() + hour, bytes_per_second: 0, bytes: u64::MAX };
    let mut relay = Relay::new(1024, false, bounds, Arc::default());
    // One masked binary frame.
    let mut page = Page::new(near, &[0x82, 0x81, 0, 0, 0, 0, b'x']);
    let End::Failed(failure) = relay.run(&mut page, &mut Reset).await else { panic!("it did not fail") };
    assert_eq!(failure.code, u16::from(CloseCode::ConnectionLost));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_leaves_is_noticed_though_the_server_takes_nothing() {
    let hour = Duration::from_secs(3600);
    let minute = Duration::from_secs(60);
    let bounds = || Bounds {
        idle: hour,
        close: Duration::from_secs(5),
        end: Instant::now() + hour,
        bytes_per_second: 0,
        bytes: u64::MAX,
    };
    let close = [0x88, 0x80, 0, 0, 0, 0];
    let data = [0x82, 0x82, 0, 0, 0, 0, b'h', b'i'];
    for farewell in ["close frame", "end", "hung up"] {
        let mut relay = Relay::new(1024, false, bounds(), Arc::default());
        let (near, far) = tokio::io::duplex(1024);
        let (mut server, _silent) = tokio::io::duplex(1);
        let close = if farewell == "close frame" { close.as_slice() } else { b"" };
        let mut page = Page::new(near, &[data.as_slice(), close].concat());
        if farewell == "hung up" {
            page = page.watched_by(|_| true);
        }
        let _far = (farewell != "end").then_some(far);
        let ended = tokio::time::timeout(minute, relay.run(&mut page, &mut server)).await;
        assert!(ended.is_ok(), "{farewell}");
    }
    let mut relay = Relay::new(1024, false, bounds(), Arc::default());
    let (near, _far) = tokio::io::duplex(1024);
    let (mut server, _silent) = tokio::io::duplex(1);
    let mut page = Page::new(near, &data);
    let still_there = tokio::time::timeout(minute, relay.run(&mut page, &mut server)).await;
    assert!(still_there.is_err(), "a page that is there has all its time");
}

#[test]
fn tls_begins_behind_the_last_byte_that_was_passed_on_and_not_before_an_answer() {
    let now = Instant::now();
    let bounds = Bounds { idle: Duration::ZERO, close: Duration::ZERO, end: now, bytes_per_second: 0, bytes: u64::MAX };
    let mut relay = Relay::new(0, true, bounds, Arc::default());
    let code = |relay: &Relay, received| relay.check_starttls(received).map_err(|failure| failure.code);
    let (bad, injected) = (Err(CloseCode::BadMessage.into()), Err(CloseCode::StarttlsInjection.into()));
    // 20 bytes before the page's request, and an answer of 30 in however many lines.
    (relay.traffic.down, relay.asked_at) = (20, 20);
    for received in [0, 19, 20, 21, u64::MAX] {
        assert_eq!(code(&relay, received), bad, "{received}");
    }
    relay.traffic.down = 50;
    for (received, expected) in
        [(0, bad), (20, bad), (21, injected), (49, injected), (50, Ok(())), (51, bad), (u64::MAX, bad)]
    {
        assert_eq!(code(&relay, received), expected, "{received}");
    }
}

#[tokio::test]
async fn no_more_bytes_are_relayed_than_a_tunnel_may_carry() {
    let hour = Duration::from_secs(3600);
    let bounds = Bounds { idle: hour, close: hour, end: Instant::now() + hour, bytes_per_second: 0, bytes: 3 };
    let mut relay = Relay::new(1024, false, bounds, Arc::default());
    let (near, _far) = tokio::io::duplex(1024);
    let (mut server, mut theirs) = tokio::io::duplex(1024);
    let mut page = Page::new(near, &[0x82, 0x81, 0, 0, 0, 0, b'x']);
    tokio::io::AsyncWriteExt::write_all(&mut theirs, b"answer").await.unwrap();
    let End::Failed(failure) = relay.run(&mut page, &mut server).await else { panic!("it did not fail") };
    assert_eq!((failure.code, relay.traffic()), (u16::from(CloseCode::TooMany), Traffic { up: 1, down: 2 }));
}
