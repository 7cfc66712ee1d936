//! What a letter is sent with beside its words: another sender, a report that is asked for, formatting and pictures.

use restante_api::letter::Identity;
use restante_api::rich::{Inline, Rich, RichBlock};

use super::*;

#[tokio::test]
async fn whoever_else_writes_is_who_it_comes_from_and_a_report_is_asked_for_where_the_server_has_them() {
    const REPORTS: &[&str] = &["PIPELINING", "8BITMIME", "AUTH PLAIN", "DSN"];
    for (extensions, asks) in [(REPORTS, " NOTIFY=SUCCESS,FAILURE,DELAY"), (MODERN, "")] {
        let goes = receiving::Host::new(extensions, &[CLEAR]);
        with(&goes, async |pages, account| {
            let name = "Ana, at work".to_owned();
            let work = Identity { name, address: "work@example.org".into(), signature: String::new() };
            let sending = Sending { identities: vec![work], ..pages.account().sending };
            assert!(matches!(pages.asked(Ask::Change(Change::Sending(account, sending))).await, Update::Keep(_)));
            let (sender, to) = ("work@example.org".to_owned(), "bert@example.org");
            send(pages, account, Draft { sender, wants_report: true, ..draft_to(to) }).await;
            assert_eq!(settled(pages).await, None);
            let envelope = goes.envelopes.lock().unwrap().clone();
            assert!(envelope[0].starts_with("MAIL FROM:<work@example.org>"), "{envelope:?}");
            assert!(envelope[1].starts_with(&format!("RCPT TO:<{to}>{asks}")), "{envelope:?}");
            assert_eq!(envelope[1].contains("NOTIFY"), !asks.is_empty(), "{envelope:?}");
            let source = String::from_utf8(newest_sent(pages).await).unwrap();
            assert!(source.contains("From: \"Ana, at work\" <work@example.org>\r\n"), "{source}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_draft_is_opened_with_its_formatting_and_its_pictures_and_sent_with_them() {
    let goes = receiving::Host::new(MODERN, &[CLEAR]);
    with(&goes, async |pages, account| {
        let picture = Inline::Picture(FileId(5), "a boat".into());
        let rich = Rich { blocks: vec![RichBlock::line("Boats"), RichBlock::Line(vec![picture])] };
        let draft = Draft { text: rich.to_text(), rich: Some(rich), ..draft_to("bert@example.org") };
        letter(pages, LetterChange::Save(account, LETTER, Box::new(draft.clone()))).await.unwrap();
        for (id, octets) in [(5, b"shown".to_vec()), (6, b"taken out".to_vec())] {
            let (name, media_type) = ("a.png".into(), "image/png".into());
            let file = FileView { id: FileId(id), name, media_type, octets: octets.len() as u64, is_inline: true };
            letter(pages, LetterChange::Attach { letter: LETTER, file, octets }).await.unwrap();
        }
        let Update::Keep(Answer::Letter(content)) = pages.asked(Ask::Letter(LETTER)).await else { panic!() };
        assert_eq!((content.draft, &content.pictures[0].octets[..], content.pictures.len()), (draft, &b"shown"[..], 2));
        letter(pages, LetterChange::Send(LETTER)).await.unwrap();
        letter(pages, LetterChange::SendNow(LETTER)).await.unwrap();
        assert_eq!(settled(pages).await, None);
        let source = String::from_utf8(goes.taken.lock().unwrap()[0].1.clone()).unwrap();
        assert!(source.contains("<div>Boats</div>") && source.contains("c2hvd24="), "{source}");
        assert_eq!(source.matches("Content-ID:").count(), 1, "what is not in the text any more stays here");
    })
    .await;
}
