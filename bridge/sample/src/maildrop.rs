//! The sample maildrop: every message of [`crate::mail`], written down and put in order of arrival.

use time::OffsetDateTime;

use crate::mail;

/// A message as the server holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// A name for tests and documentation to ask for it by, such as `newsletter-harbours`; `submitted` where the message was
    /// delivered later.
    pub slug: &'static str,
    /// Its unique-id (RFC 1939, section 7): never the same for a maildrop made at another time.
    pub uid: String,
    /// Every octet, lines ended by CRLF, not dot-stuffed.
    pub bytes: Vec<u8>,
}

/// Makes the maildrop as it looks at the moment `now`: oldest message first, the newest a few minutes old.
pub fn maildrop(now: OffsetDateTime) -> Vec<Message> {
    let mut letters = mail::letters(now);
    letters.sort_by_key(|letter| letter.arrived);
    letters
        .into_iter()
        .map(|letter| {
            let uid = format!("{:x}.{}", now.unix_timestamp(), letter.slug);
            let mut bytes = letter.bytes;
            if !bytes.ends_with(b"\r\n") {
                bytes.extend_from_slice(b"\r\n");
            }
            Message { slug: letter.slug, uid, bytes }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use mail_parser::{MessageParser, MimeHeaders};
    use time::{Date, Month, Time};

    use super::*;

    fn now() -> OffsetDateTime {
        OffsetDateTime::new_utc(
            Date::from_calendar_date(2026, Month::November, 23).unwrap(),
            Time::from_hms(16, 20, 0).unwrap(),
        )
    }

    fn bytes(slug: &str) -> Vec<u8> {
        maildrop(now()).into_iter().find(|m| m.slug == slug).unwrap_or_else(|| panic!("no message {slug}")).bytes
    }

    #[test]
    fn there_are_at_least_sixty_messages_each_with_a_name_and_a_unique_id_of_its_own() {
        let drop = maildrop(now());
        assert!(drop.len() >= 60, "{}", drop.len());
        let slugs: HashSet<_> = drop.iter().map(|m| m.slug).collect();
        assert_eq!(slugs.len(), drop.len());
        for message in &drop {
            // RFC 1939, section 7: 1 to 70 characters from 0x21 to 0x7E.
            let length = message.uid.len();
            assert!((1..=70).contains(&length) && message.uid.bytes().all(|b| (0x21..=0x7e).contains(&b)));
        }
    }

    #[test]
    fn every_message_ends_its_lines_with_crlf_and_keeps_within_a_line_s_limit_unless_it_shows_the_fault() {
        for message in maildrop(now()) {
            assert!(message.bytes.ends_with(b"\r\n"), "{}", message.slug);
            let text = &message.bytes;
            let bare = text.iter().enumerate().any(|(at, b)| *b == b'\n' && (at == 0 || text[at - 1] != b'\r'));
            assert!(!bare, "{} has a bare LF", message.slug);
            if message.slug != "odd-endless-line" {
                // RFC 5322, section 2.1.1
                assert!(text.split(|b| *b == b'\n').all(|line| line.len() <= 999), "{}", message.slug);
            }
        }
    }

    #[test]
    fn every_message_can_be_parsed_and_dates_lie_within_the_last_weeks() {
        let mut dated = 0;
        for message in maildrop(now()) {
            let parsed = MessageParser::default().parse(&message.bytes).expect(message.slug);
            let Some(date) = parsed.date() else { continue };
            let age = now().unix_timestamp() - date.to_timestamp();
            assert!((0..=60 * 86_400).contains(&age), "{}: {age}", message.slug);
            dated += 1;
        }
        assert!(dated >= 60);
    }

    #[test]
    fn some_mail_is_of_today_and_some_of_yesterday() {
        let ages: Vec<i64> = maildrop(now())
            .iter()
            .filter_map(|m| MessageParser::default().parse(&m.bytes)?.date().map(|d| d.to_timestamp()))
            .map(|sent| (now().unix_timestamp() - sent) / 3600)
            .collect();
        assert!(ages.iter().filter(|hours| **hours < 12).count() >= 4);
        assert!(ages.iter().filter(|hours| (17..40).contains(*hours)).count() >= 4);
    }

    #[test]
    fn foreign_charsets_decode_to_what_was_written() {
        for (slug, subject, phrase) in [
            ("japanese-iso-2022-jp", "来週の打ち合わせ", "お世話になっております"),
            ("arabic-windows-1256", "دعوة", "المكتبة"),
            ("spanish-latin-1", "reunión", "mañana"),
            ("chinese-gb18030", "茶叶", "您好"),
        ] {
            let bytes = bytes(slug);
            let parsed = MessageParser::default().parse(&bytes).unwrap();
            assert!(parsed.subject().unwrap().contains(subject), "{slug}: {:?}", parsed.subject());
            assert!(parsed.body_text(0).unwrap().contains(phrase), "{slug}: {:?}", parsed.body_text(0));
            assert!(!bytes.windows(phrase.len()).any(|w| w == phrase.as_bytes()), "{slug} is UTF-8 in disguise");
        }
    }

    #[test]
    fn the_large_message_has_twenty_megabytes() {
        let octets = bytes("recording-20-mb").len();
        assert!((20_000_000..22_000_000).contains(&octets), "{octets}");
    }

    #[test]
    fn attachments_carry_the_names_they_were_given() {
        for (slug, name) in [
            ("attachment-japanese-name", "議事録 十一月.pdf"),
            ("attachment-odd-name", "Größen & Maße – Entwurf (neu) 'b'.txt"),
            ("attachment-zip", "floor-plans.zip"),
        ] {
            let bytes = bytes(slug);
            let parsed = MessageParser::default().parse(&bytes).unwrap();
            let names: Vec<_> = parsed.attachments().filter_map(|part| part.attachment_name()).collect();
            assert!(names.contains(&name), "{slug}: {names:?}");
        }
    }

    #[test]
    fn a_message_with_leading_dots_is_there_to_be_stuffed() {
        let bytes = bytes("dots");
        assert!(bytes.windows(5).any(|w| w == b"\r\n.\r\n"));
        assert!(bytes.windows(4).any(|w| w == b"\r\n.."));
    }
}
