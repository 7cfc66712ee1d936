//! What the log of the real program holds, and what it never does.

use restante_protocol::tunnel::{self, BridgeMessage, Open, PageMessage, Secret, Service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::program::{log_of, restante, started};
use crate::support::{Got, MailServer, Page, open};

/// The client, as the proxy in front names it. Its network is 198.51.100.0/24.
const CLIENT: &str = "198.51.100.77";

/// Opens a WebSocket as a proxy passes it on.
async fn page(address: &str) -> Page {
    let mut request = format!("ws://{address}/tunnel").into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("origin", format!("http://{address}").parse().unwrap());
    headers.insert("sec-websocket-protocol", tunnel::SUBPROTOCOL.parse().unwrap());
    headers.insert("x-forwarded-for", CLIENT.parse().unwrap());
    Page { socket: connect_async(request).await.unwrap().0 }
}

#[tokio::test]
async fn the_log_of_a_session_holds_no_payload_password_token_or_whole_address() {
    let server = MailServer::start().await;
    let (token, digest) = restante_bridge::token::generate().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let config = format!(
        "listen = \"127.0.0.1:0\"\ntrust-proxy = [\"127.0.0.1/32\"]\nallow = [\"127.0.0.1:{}\"]\n\
         [[token]]\nname = \"ana\"\nsha256 = \"{digest}\"\n",
        server.port()
    );
    std::fs::write(file.path(), config).unwrap();
    for format in ["text", "json"] {
        let mut command = restante(&["serve", "--log-format", format, "--config"]);
        // The most that the bridge itself can be made to say.
        command.arg(file.path()).env("RUST_LOG", "restante=trace,restante_bridge=trace,info");
        let (bridge, address) = started(&mut command).await;

        let opening = |secret: &str| Open { token: Some(Secret::new(secret)), ..open("127.0.0.1", server.port()) };
        let mut ana = page(&address).await;
        ana.say(&PageMessage::Open(opening(token.expose()))).await;
        assert!(matches!(ana.next().await, Got::Message(BridgeMessage::Opened { .. })));
        let mut mail = server.accept().await;
        ana.send(b"USER ana-at-home\r\nPASS correct-horse\r\n").await;
        mail.read_exact(&mut [0; 37]).await.unwrap();
        mail.write_all(b"Subject: a-private-matter\r\n").await.unwrap();
        ana.receive(27).await;
        ana.socket.close(None).await.unwrap();
        ana.closed().await;
        // A token that is none, a destination that is not allowed, garbage in place of a message.
        let mut stranger = page(&address).await;
        stranger.say(&PageMessage::Open(opening("guessed-token"))).await;
        stranger.refused().await;
        let mut curious = page(&address).await;
        let elsewhere = Open { host: "secret-host.example".into(), ..opening(token.expose()) };
        curious.say(&PageMessage::Open(elsewhere)).await;
        curious.refused().await;
        let mut broken = page(&address).await;
        let garbage = tokio_tungstenite::tungstenite::Message::text("{\"garbage-from-page\":1}");
        futures::SinkExt::send(&mut broken.socket, garbage).await.unwrap();
        broken.refused().await;

        let log = log_of(bridge).await;

        let opened: Vec<&str> = log.lines().filter(|line| line.contains("tunnel opened")).collect();
        let closed: Vec<&str> = log.lines().filter(|line| line.contains("tunnel closed")).collect();
        assert_eq!((opened.len(), closed.len()), (1, 4), "{log}");
        assert!(opened[0].contains("ana") && opened[0].contains("198.51.100.0/24"), "{log}");
        assert!(log.lines().all(|line| format == "text" || serde_json::from_str::<serde_json::Value>(line).is_ok()));
        for secret in [
            CLIENT,
            token.expose(),
            &digest,
            "guessed-token",
            "ana-at-home",
            "correct-horse",
            "a-private-matter",
            "secret-host",
            "garbage-from-page",
            &format!(":{}", server.port()),
        ] {
            assert!(!log.contains(secret), "{secret} in\n{log}");
        }
    }
}

#[tokio::test]
async fn who_sent_mail_where_is_logged_whatever_the_filter_and_nothing_of_what_was_sent() {
    let server = MailServer::start().await;
    let (token, digest) = restante_bridge::token::generate().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let config = format!(
        "listen = \"127.0.0.1:0\"\ntrust-proxy = [\"127.0.0.1/32\"]\nallow-submission = [\"127.0.0.1:{}\"]\n\
         [[token]]\nname = \"ana\"\nsha256 = \"{digest}\"\n",
        server.port()
    );
    std::fs::write(file.path(), config).unwrap();
    for (format, filter) in [
        ("text", "info"),
        ("text", "off"),
        ("json", "off"),
        ("text", "off,restante::audit=off"),
        ("json", "restante=off,restante::audit[{host}]=off"),
        ("text", "trace,[{client}]=off,restante::audit=off"),
    ] {
        let mut command = restante(&["serve", "--log-format", format, "--config"]);
        command.arg(file.path()).env("RUST_LOG", filter);
        let (bridge, address) = started(&mut command).await;
        let submission = Open { service: Service::Submission, ..open("127.0.0.1", server.port()) };

        let mut ana = page(&address).await;
        let opening = Open { token: Some(Secret::new(token.expose())), ..submission.clone() };
        ana.say(&PageMessage::Open(opening)).await;
        assert!(matches!(ana.next().await, Got::Message(BridgeMessage::Opened { .. })));
        let mut mail = server.accept().await;
        let letter = b"EHLO [127.0.0.1]\r\nAUTH PLAIN correct-horse\r\nDATA\r\nSubject: a-private-matter\r\n.\r\n";
        ana.send(letter).await;
        mail.read_exact(&mut [0; 80]).await.unwrap();
        mail.write_all(b"250 taken-by-the-server\r\n").await.unwrap();
        ana.receive(25).await;
        ana.socket.close(None).await.unwrap();
        ana.closed().await;
        // Who may not send is not in the audit.
        let mut stranger = page(&address).await;
        stranger.say(&PageMessage::Open(submission)).await;
        stranger.refused().await;

        let log = log_of(bridge).await;

        let audit: Vec<&str> = log.lines().filter(|line| line.contains("submission")).collect();
        assert_eq!(audit.len(), 1, "{filter}: {log}");
        if format == "json" {
            let line: serde_json::Value = serde_json::from_str(audit[0]).unwrap();
            assert_eq!((&line["holder"], &line["host"]), (&"ana".into(), &"127.0.0.1".into()), "{line}");
            let expected = (&server.port().into(), &80.into(), &25.into(), &"198.51.100.0/24".into());
            assert_eq!((&line["port"], &line["up"], &line["down"], &line["client"]), expected, "{line}");
        } else {
            let port = format!("port={}", server.port());
            for said in ["holder=\"ana\"", "host=127.0.0.1", &port, "up=80", "down=25", "198.51.100.0/24"] {
                assert!(audit[0].contains(said), "{said} in {log}");
            }
        }
        if filter == "off" {
            assert_eq!(log.lines().count(), 1, "{log}");
        }
        for secret in [CLIENT, token.expose(), "correct-horse", "a-private-matter", "taken-by", "EHLO"] {
            assert!(!log.contains(secret), "{secret} in\n{log}");
        }
    }
}
