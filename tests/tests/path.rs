//! The whole path without a browser: engine, tunnel, bridge, and a real server.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::net::SocketAddr;

use restante_api::{FailureKind, MessageRef, MessageView, PartId, Request, Row, Security, TlsEnd, Update};
use restante_bridge::Limits;
use restante_sample::maildrop;
use restante_tests::authority::Authority;
use restante_tests::bridge::Bridge;
use restante_tests::delay::{Delay, Options as DelayOptions, Recording};
use restante_tests::dovecot::{Dovecot, Options, User};
use restante_tests::mailbox::{Mailbox, account};
use restante_tests::maildir;
use time::OffsetDateTime;
use tokio::task::LocalSet;

const USER: &str = "robin@postbox.example";
const PASSWORD: &str = "held until called for";

struct Sample {
    dovecot: Dovecot,
    authority: String,
    slugs: Vec<&'static str>,
    mail: Vec<Vec<u8>>,
}

impl Sample {
    async fn start() -> Self {
        let (slugs, mail): (Vec<_>, Vec<_>) =
            maildrop(OffsetDateTime::now_utc()).into_iter().map(|message| (message.slug, message.bytes)).unzip();
        let authority = Authority::new().unwrap();
        let identity = authority.issue(&["localhost", "127.0.0.1"]).unwrap();
        let users = vec![User { name: USER.into(), password: PASSWORD.into(), mail: mail.clone() }];
        let dovecot = Dovecot::start(Options { identity, mechanisms: "plain login", users }).await.unwrap();
        Self { dovecot, authority: authority.pem(), slugs, mail }
    }

    /// The number of a message, from 1.
    fn number(&self, slug: &str) -> u32 {
        u32::try_from(self.slugs.iter().position(|known| *known == slug).expect("a message of this name")).unwrap() + 1
    }

    fn bytes(&self, slug: &str) -> &[u8] {
        &self.mail[self.number(slug) as usize - 1]
    }

    fn port(&self, security: Security) -> u16 {
        if security == Security::Tls { self.dovecot.pops_port() } else { self.dovecot.pop_port() }
    }
}

async fn read(mailbox: &mut Mailbox, message: MessageRef) -> MessageView {
    mailbox.ask(Request::Read(message.clone())).unwrap();
    mailbox
        .until(|update| match update {
            Update::Message(view) if view.message == message => Ok(*view),
            other => Err(other),
        })
        .await
        .unwrap()
}

async fn fetch(mailbox: &mut Mailbox, message: &MessageRef, wanted: PartId) -> (String, Vec<u8>) {
    mailbox.ask(Request::Fetch { message: message.clone(), part: wanted }).unwrap();
    mailbox
        .until(|update| match update {
            Update::Attachment { part, name, bytes, .. } if part == wanted => Ok((name, bytes)),
            other => Err(other),
        })
        .await
        .unwrap()
}

/// Opens the sample mailbox this way, and returns it with its first rows.
async fn opened(sample: &Sample, bridge: &Bridge, security: Security) -> (Mailbox, Vec<Row>) {
    let mut mailbox = Mailbox::new(bridge.way());
    let trusted = Some(sample.dovecot.fingerprint());
    let rows = mailbox.open(account(sample.port(security), security, USER, PASSWORD, trusted)).await.unwrap();
    (mailbox, rows)
}

#[tokio::test]
async fn over_tls_stls_and_clear_text_the_newest_mail_comes_first_and_every_byte_arrives() {
    let sample = Sample::start().await;
    let bridge = Bridge::start(&[sample.dovecot.pops_port(), sample.dovecot.pop_port()], &[]).await.unwrap();
    let before = maildir::contents(&sample.dovecot.maildir(USER)).unwrap();
    LocalSet::new()
        .run_until(async {
            for security in [Security::Tls, Security::Starttls, Security::None] {
                let (mut mailbox, rows) = opened(&sample, &bridge, security).await;
                assert_eq!(rows.len(), 50, "{security:?}");
                let newest = u32::try_from(sample.mail.len()).unwrap();
                let numbers: Vec<u32> = rows.iter().map(|row| row.message.number).collect();
                assert_eq!(numbers, (newest - 49..=newest).rev().collect::<Vec<_>>());
                assert_eq!(rows[0].subject, "The key is under the blue pot");

                for slug in ["dots", "recording-20-mb", "odd-broken", "odd-nul", "russian-koi8-r"] {
                    let message = MessageRef::top(sample.number(slug));
                    mailbox.ask(Request::Source(message.clone())).unwrap();
                    let source = mailbox
                        .until(|update| match update {
                            Update::Source(source) if source.message == message => Ok(source),
                            other => Err(other),
                        })
                        .await
                        .unwrap();
                    assert!(
                        source.bytes == sample.bytes(slug),
                        "{slug} over {security:?} is not what the server holds"
                    );
                }
                mailbox.ask(Request::Close).unwrap();
                mailbox.until(|u| if u == Update::Closed { Ok(()) } else { Err(u) }).await.unwrap();
            }
        })
        .await;
    assert_eq!(maildir::contents(&sample.dovecot.maildir(USER)).unwrap(), before, "reading changes nothing");
}

#[tokio::test]
async fn tls_may_end_at_a_bridge_that_knows_the_server_s_authority_and_at_no_other() {
    let sample = Sample::start().await;
    let known = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(known.path(), &sample.authority).unwrap();
    let ports = [sample.dovecot.pops_port(), sample.dovecot.pop_port()];
    let knows = Bridge::with(&ports, &[], Limits::default(), Some(known.path())).await.unwrap();
    let knows_not = Bridge::start(&ports, &[]).await.unwrap();
    LocalSet::new()
        .run_until(async {
            for security in [Security::Tls, Security::Starttls] {
                let mut account = account(sample.port(security), security, USER, PASSWORD, None);
                account.tls_end = TlsEnd::Bridge;
                let failure = Mailbox::new(knows_not.way()).refused(account.clone()).await.unwrap();
                assert_eq!(failure.kind, FailureKind::TlsFailed, "{failure:?}");

                let mut mailbox = Mailbox::new(knows.way());
                assert_eq!(mailbox.open(account).await.unwrap().len(), 50, "{security:?}");
                let view = read(&mut mailbox, MessageRef::top(sample.number("note-key"))).await;
                assert!(view.text.to_string().contains("not the green one"));
            }
        })
        .await;
}

#[tokio::test]
async fn attachments_arrive_byte_for_byte_also_from_nested_messages() {
    let sample = Sample::start().await;
    let bridge = Bridge::start(&[sample.dovecot.pops_port()], &[]).await.unwrap();
    LocalSet::new()
        .run_until(async {
            let (mut mailbox, _) = opened(&sample, &bridge, Security::Tls).await;

            let message = MessageRef::top(sample.number("attachment-japanese-name"));
            let view = read(&mut mailbox, message.clone()).await;
            let (name, bytes) = fetch(&mut mailbox, &message, view.attachments[0].part).await;
            assert_eq!(name, "議事録 十一月.pdf");
            assert!(bytes.starts_with(b"%PDF-1.4\n") && bytes.ends_with(b"%%EOF\n"));

            let message = MessageRef::top(sample.number("recording-20-mb"));
            let view = read(&mut mailbox, message.clone()).await;
            let (_, bytes) = fetch(&mut mailbox, &message, view.attachments[0].part).await;
            let stated = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize + 8;
            assert_eq!((bytes.len(), &bytes[..4]), (stated, &b"RIFF"[..]));

            let message = MessageRef::top(sample.number("forwarded"));
            let view = read(&mut mailbox, message.clone()).await;
            let inner = view.attachments.iter().find(|attachment| attachment.is_message).expect("a message inside");
            let inner = message.nested(inner.part);
            let view = read(&mut mailbox, inner.clone()).await;
            assert_eq!(view.subject, "Berth 12: new terms");
            let (name, bytes) = fetch(&mut mailbox, &inner, view.attachments[0].part).await;
            assert_eq!(name, "terms-berth-12.pdf");
            assert!(bytes.ends_with(b"%%EOF\n"));

            let message = MessageRef::top(sample.number("attachment-hostile-name"));
            for attachment in read(&mut mailbox, message).await.attachments {
                let odd = |c: char| c.is_control() || matches!(c, '/' | '\\' | '\u{202e}');
                assert!(!attachment.name.contains(odd), "{:?}", attachment.name);
            }
        })
        .await;
}

#[tokio::test]
async fn every_sample_message_can_be_read_and_what_is_broken_says_so() {
    let sample = Sample::start().await;
    let bridge = Bridge::start(&[sample.dovecot.pops_port()], &[]).await.unwrap();
    LocalSet::new()
        .run_until(async {
            let (mut mailbox, _) = opened(&sample, &bridge, Security::Tls).await;
            for (at, slug) in sample.slugs.iter().enumerate() {
                let view = read(&mut mailbox, MessageRef::top(u32::try_from(at).unwrap() + 1)).await;
                assert_eq!(view.octets, sample.mail[at].len() as u64, "{slug}");
                let shows = !view.text.blocks.is_empty() || view.html.is_some() || !view.attachments.is_empty();
                assert!(shows || *slug == "odd-empty", "{slug} shows nothing");
            }
            let broken = read(&mut mailbox, MessageRef::top(sample.number("odd-broken"))).await;
            assert!(broken.text.to_string().contains("café"), "{}", broken.text);
            assert!(!broken.faults.is_empty());
            let japanese = read(&mut mailbox, MessageRef::top(sample.number("japanese-iso-2022-jp"))).await;
            assert_eq!(japanese.subject, "来週の打ち合わせについて");
            assert!(japanese.text.to_string().contains("お世話になっております"));
            assert_eq!(japanese.from[0].name, "田中 美咲");
            let photos = read(&mut mailbox, MessageRef::top(sample.number("inline-photos"))).await;
            assert_eq!(photos.inline_images.len(), 2);
        })
        .await;
}

/// What crosses the wire between bridge and server while a mailbox is opened and the message about the key is read.
async fn overheard(sample: &Sample, security: Security) -> Recording {
    let target = SocketAddr::from(([127, 0, 0, 1], sample.port(security)));
    let options = DelayOptions { record: true, ..DelayOptions::default() };
    let wire = Delay::start(target, options).await.unwrap();
    let bridge = Bridge::start(&[wire.port()], &[]).await.unwrap();
    LocalSet::new()
        .run_until(async {
            let mut mailbox = Mailbox::new(bridge.way());
            let trusted = Some(sample.dovecot.fingerprint());
            mailbox.open(account(wire.port(), security, USER, PASSWORD, trusted)).await.unwrap();
            let view = read(&mut mailbox, MessageRef::top(sample.number("note-key"))).await;
            assert!(view.text.to_string().contains("not the green one"));
        })
        .await;
    wire.recorded()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn what_the_bridge_relays_under_tls_holds_neither_password_nor_mail() {
    let sample = Sample::start().await;
    for security in [Security::Tls, Security::Starttls] {
        let Recording { sent, received } = overheard(&sample, security).await;
        assert!(sent.len() > 300 && received.len() > 20_000, "{security:?}: there was a session");
        for secret in [PASSWORD, USER, "PASS ", "AHJvYmlu", "RETR"] {
            assert!(!contains(&sent, secret), "{security:?}: {secret:?} was sent");
        }
        for secret in ["not the green one", "Subject:", "blue pot", "Here is your mail", "Logged in"] {
            assert!(!contains(&received, secret), "{security:?}: {secret:?} was received");
        }
    }
    // The control: without TLS the same watch finds them.
    let Recording { sent, received } = overheard(&sample, Security::None).await;
    assert!(contains(&sent, PASSWORD) || contains(&sent, "AUTH PLAIN "), "the password is there to be found");
    assert!(contains(&sent, "RETR ") && contains(&received, "not the green one") && contains(&received, "Subject:"));
}
