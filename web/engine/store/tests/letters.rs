//! Letters: saved, put into the outbox, sent in part, put off, brought back; and never sent twice without somebody's word.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod support;

use restante_api::letter::{Draft, FileId, FileView, Identity, LetterId, LetterState, LetterView, Sending};
use restante_api::rich::Rich;
use restante_api::{Failure, FailureKind, Security};
use restante_store::{AccountId, Location, Role, Store, StoreError, Verdict};
use support::{NOW, account, store};

const LETTER: LetterId = LetterId((1 << 53) - 1);

fn draft() -> Draft {
    Draft {
        to: "bert@example.org, cleo@example.org".into(),
        bcc: "dora@example.org".into(),
        subject: "Boats".into(),
        text: "Which\n one?".into(),
        in_reply_to: Some("a@example.org".into()),
        references: vec!["z@example.org".into(), "a@example.org".into()],
        rich: Some(Rich::from_text("Which\n one?")),
        sender: "work@example.org".into(),
        wants_report: true,
        ..Draft::default()
    }
}

fn file(id: u64, octets: &[u8]) -> FileView {
    FileView {
        id: FileId(id),
        name: "a.txt".into(),
        media_type: "text/plain".into(),
        octets: octets.len() as u64,
        is_inline: false,
    }
}

fn recipients() -> Vec<String> {
    ["bert", "cleo", "dora"].map(|name| format!("{name}@example.org")).to_vec()
}

/// A store with a letter in the outbox, due at `NOW + 10`.
fn queued() -> (Store, AccountId) {
    let (mut store, account) = store();
    store.save_draft(account, LETTER, &draft(), NOW).unwrap();
    store.queue_letter(LETTER, b"the octets", &recipients(), NOW + 10).unwrap();
    (store, account)
}

fn only(store: &Store, account: AccountId) -> LetterView {
    let letters = store.letters(account).unwrap();
    assert_eq!(letters.len(), 1);
    letters.into_iter().next().unwrap()
}

#[test]
fn a_draft_is_saved_in_its_own_place_and_has_its_files() {
    let (mut store, account) = store();
    store.save_draft(account, LETTER, &Draft::default(), NOW - 1).unwrap();
    for _ in 0..2 {
        store.save_draft(account, LETTER, &draft(), NOW).unwrap();
        store.attach(LETTER, &file(2, b"second"), b"second").unwrap();
        store.attach(LETTER, &file(1, b"first"), b"first").unwrap();
    }
    assert_eq!(store.draft(LETTER).unwrap(), (account, draft()));
    let view = only(&store, account);
    assert_eq!((&*view.to, &*view.subject, &*view.snippet), (&*draft().to, "Boats", "Which one?"));
    assert_eq!((view.state, view.changed_at), (LetterState::Draft { returned: None }, NOW));
    assert_eq!(store.files(LETTER).unwrap(), [file(2, b"second"), file(1, b"first")]);
    assert_eq!(store.file(FileId(2)).unwrap(), b"second");
    store.detach(LETTER, FileId(2)).unwrap();
    store.detach(LETTER, FileId(2)).unwrap();
    assert_eq!(store.files(LETTER).unwrap(), [file(1, b"first")]);
    // It may be written from another account, with its files.
    let other = store.add_account(&support::new_account("bo")).unwrap();
    store.save_draft(other, LETTER, &draft(), NOW).unwrap();
    assert_eq!((store.draft(LETTER).unwrap().0, store.letters(account).unwrap().len()), (other, 0));
    assert_eq!(store.files(LETTER).unwrap().len(), 1);
    store.discard_letter(LETTER).unwrap();
    store.discard_letter(LETTER).unwrap();
    assert!(store.letters(other).unwrap().is_empty());
    assert!(matches!(store.file(FileId(1)), Err(StoreError::NotFound(_))), "its files go with it");
}

#[test]
fn a_letter_in_the_outbox_does_not_change_and_is_sent_when_it_is_due() {
    let (mut store, account) = queued();
    assert!(matches!(store.save_draft(account, LETTER, &Draft::default(), NOW), Err(StoreError::NotFound(_))));
    assert!(matches!(store.attach(LETTER, &file(1, b"x"), b"x"), Err(StoreError::NotFound(_))));
    assert!(matches!(store.queue_letter(LETTER, b"others", &[], NOW), Err(StoreError::NotFound(_))));
    assert_eq!(store.next_due().unwrap(), Some(NOW + 10));
    assert_eq!(store.begin_sending(NOW + 9).unwrap(), None);
    let outgoing = store.begin_sending(NOW + 10).unwrap().unwrap();
    assert_eq!((outgoing.id, outgoing.account, outgoing.attempts), (LETTER, account, 1));
    assert_eq!((outgoing.recipients, outgoing.octets), (recipients(), b"the octets".to_vec()));
    assert_eq!(only(&store, account).state, LetterState::Sending);
    assert_eq!((store.begin_sending(NOW + 10).unwrap(), store.next_due().unwrap()), (None, None));
    assert!(matches!(store.discard_letter(LETTER), Err(StoreError::NotFound(_))), "it is under way");
    assert!(matches!(store.recall(LETTER, NOW), Err(StoreError::NotFound(_))), "it is under way");
    store.remove_letter(LETTER).unwrap();
    assert!(store.letters(account).unwrap().is_empty());
}

#[test]
fn a_letter_is_taken_back_out_of_the_outbox_as_it_was() {
    let (mut store, account) = queued();
    store.recall(LETTER, NOW).unwrap();
    assert_eq!(store.draft(LETTER).unwrap(), (account, draft()));
    assert_eq!(only(&store, account).state, LetterState::Draft { returned: None });
}

#[test]
fn only_those_who_have_no_answer_are_asked_again_and_a_returned_letter_is_to_them_alone() {
    let (mut store, account) = queued();
    store.begin_sending(NOW + 10).unwrap().unwrap();
    store.note_verdict(LETTER, "bert@example.org", &Verdict::Accepted).unwrap();
    store.note_verdict(LETTER, "cleo@example.org", &Verdict::Refused("550 nobody".into())).unwrap();
    assert!(!store.note_filed(LETTER).unwrap(), "it was not among what was sent");
    assert!(store.note_filed(LETTER).unwrap());
    let later = Failure::new(FailureKind::TryLater { seconds: None }, "450 later");
    store.put_off(LETTER, NOW + 70, Some(&later)).unwrap();
    let view = only(&store, account);
    assert_eq!(view.state, LetterState::Waiting { due_at: NOW + 70, failure: Some(Box::new(later.clone())) });
    assert_eq!(view.refused, [("cleo@example.org".to_owned(), "550 nobody".to_owned())]);
    let again = store.begin_sending(NOW + 70).unwrap().unwrap();
    assert_eq!((again.recipients, again.attempts), (vec!["dora@example.org".to_owned()], 2));
    store.return_letter(LETTER, NOW + 71, Some(&later)).unwrap();
    let (_, draft) = store.draft(LETTER).unwrap();
    assert_eq!((&*draft.to, &*draft.cc, &*draft.bcc), ("dora@example.org, cleo@example.org", "", ""));
    assert_eq!(only(&store, account).state, LetterState::Draft { returned: Some(Box::new(later)) });
    // Whoever sends it again begins anew.
    store.queue_letter(LETTER, b"others", &["cleo@example.org".to_owned()], NOW + 80).unwrap();
    assert_eq!(only(&store, account).refused, []);
    assert!(!store.note_filed(LETTER).unwrap());
}

#[test]
fn what_waits_for_somebody_goes_on_when_that_has_come_and_what_can_be_taken_back_still_can() {
    let (mut store, account) = queued();
    store.hasten_letters(account, NOW).unwrap();
    assert_eq!(store.next_due().unwrap(), Some(NOW + 10), "it was never tried");
    store.begin_sending(NOW + 10).unwrap().unwrap();
    store.put_off(LETTER, i64::MAX, Some(&Failure::new(FailureKind::WrongPassword, ""))).unwrap();
    assert_eq!(store.begin_sending(NOW + 1_000_000).unwrap(), None);
    store.hasten_letters(account, NOW + 20).unwrap();
    assert!(store.begin_sending(NOW + 20).unwrap().is_some());
}

#[test]
fn a_process_that_ends_while_it_sends_leaves_a_letter_in_doubt() {
    let home = tempfile::tempdir().unwrap();
    let at = Location::File(home.path().join("mail.sqlite"));
    let account = {
        let mut store = Store::open(&at).unwrap();
        let account = account(&mut store);
        store.save_draft(account, LETTER, &draft(), NOW).unwrap();
        store.queue_letter(LETTER, b"the octets", &recipients(), NOW).unwrap();
        store.begin_sending(NOW).unwrap().unwrap();
        account
    };
    let mut store = Store::open(&at).unwrap();
    assert_eq!(only(&store, account).state, LetterState::InDoubt);
    assert_eq!((store.begin_sending(i64::MAX).unwrap(), store.in_doubt(LETTER).unwrap()), (None, account));
    assert_eq!(store.letter_octets(LETTER).unwrap(), b"the octets");
    store.return_letter(LETTER, NOW, None).unwrap();
    assert!(matches!(store.in_doubt(LETTER), Err(StoreError::NotFound(_))));
    assert_eq!(store.draft(LETTER).unwrap().1, draft());
}

#[test]
fn an_account_takes_its_letters_along_and_another_server_takes_its_own_trust() {
    let (mut store, account) = queued();
    assert_eq!(store.sending(account).unwrap(), None);
    let sending = Sending {
        host: "smtp.example.org".into(),
        port: 587,
        security: Security::Starttls,
        name: "Ana".into(),
        address: "ana@example.org".into(),
        signature: "Ana\nOf the harbour".into(),
        copy_to_self: true,
        identities: vec![Identity {
            name: "Ana, at work".into(),
            address: "work@example.org".into(),
            signature: String::new(),
        }],
    };
    store.set_sending(account, &sending).unwrap();
    store.trust_sending(account, [7; 32]).unwrap();
    store.set_sending(account, &Sending { name: "Anna".into(), ..sending.clone() }).unwrap();
    assert_eq!(store.sending_trusted(account).unwrap(), Some([7; 32]));
    store.set_sending(account, &Sending { port: 465, ..sending.clone() }).unwrap();
    assert_eq!(
        (store.sending_trusted(account).unwrap(), store.sending(account).unwrap()),
        (None, Some(Sending { port: 465, ..sending }))
    );
    assert!(store.folder_of(account, Role::Sent).is_ok());
    store.remove_account(account).unwrap();
    assert!(matches!(store.draft(LETTER), Err(StoreError::NotFound(_))));
}
