//! Letters through the engine of kept mail: written, put into the outbox, sent, and kept as they were sent; and what is told of
//! them is true wherever a connection breaks.
#![cfg(feature = "keep")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod formatting;
mod pages;
mod support;

use std::rc::Rc;
use std::time::Duration;

use futures::future::LocalBoxFuture;
use pages::{PAGE, Pages, inbox, place, with_platform};
use restante_api::keep::{AccountId, Answer, Archive, Ask, Change, Done, LetterChange, ListQuery, Role, Within};
use restante_api::letter::{
    Draft, FileId, FileView, LetterContent, LetterFault, LetterId, LetterState, LetterView, Manner, Origin, Sending,
    SubmissionServer,
};
use restante_api::oauth::Credential;
use restante_api::{Failure, FailureKind, Request, Update};
use restante_engine::platform::{Clock, Destination, Dial, Tunnel, TunnelFault};
use restante_testkit::receiver::Mood;
use support::receiving::{self, CLEAR, Way};
use support::{Host, open};

const MODERN: &[&str] = &["PIPELINING", "8BITMIME", "CHUNKING", "AUTH PLAIN", "SIZE 100000000"];

const LETTER: LetterId = LetterId(4711);

/// Two servers: one for mail that comes, one for mail that goes.
struct Post {
    comes: Host,
    goes: Rc<receiving::Host>,
}

impl Dial for Post {
    fn dial(&self, to: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        if to.port == 587 { self.goes.dial(to) } else { self.comes.dial(to) }
    }
}

impl Clock for Post {
    fn now(&self) -> u64 {
        self.comes.now()
    }

    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()> {
        self.comes.sleep(time)
    }
}

fn draft_to(to: &str) -> Draft {
    Draft { to: to.into(), subject: "Boats".into(), text: "Which one?\n.\nMine.\n".into(), ..Draft::default() }
}

/// Runs the engine with a mailbox of three messages, and a server for mail that goes.
async fn with<F: AsyncFnOnce(&mut Pages, AccountId)>(goes: &Rc<receiving::Host>, test: F) {
    let (comes, home, secrets) = place(3);
    let post = Rc::new(Post { comes: comes.clone(), goes: Rc::clone(goes) });
    with_platform(post, &comes, &home, &secrets, async |pages| {
        let account = pages.keep().await;
        test(pages, account).await;
    })
    .await;
}

async fn letter(pages: &mut Pages, change: LetterChange) -> Result<(), FailureKind> {
    match pages.asked(Ask::Change(Change::Letter(change))).await {
        Update::Keep(Answer::Done(Done::Changed)) => Ok(()),
        Update::Refused(failure) => Err(failure.kind),
        other => panic!("{other:?}"),
    }
}

/// Writes a letter and sends it without the time to take it back.
async fn send(pages: &mut Pages, account: AccountId, draft: Draft) {
    letter(pages, LetterChange::Save(account, LETTER, Box::new(draft))).await.unwrap();
    letter(pages, LetterChange::Send(LETTER)).await.unwrap();
    letter(pages, LetterChange::SendNow(LETTER)).await.unwrap();
}

fn state(pages: &Pages) -> Option<LetterView> {
    pages.account().letters.into_iter().find(|letter| letter.id == LETTER)
}

/// Waits until the letter is not under way any more.
async fn settled(pages: &mut Pages) -> Option<LetterView> {
    let under_way =
        |state: &LetterState| matches!(state, LetterState::Sending | LetterState::Waiting { failure: None, .. });
    pages.until(|pages| state(pages).is_none_or(|letter| !under_way(&letter.state))).await;
    state(pages)
}

/// The octets of the newest message in Sent.
async fn newest_sent(pages: &mut Pages) -> Vec<u8> {
    let sent = pages.folder(Role::Sent).id;
    pages.list(PAGE, ListQuery { within: Within::Folder(sent), ..inbox() }).await;
    let message = pages.shown[&PAGE][0].as_ref().unwrap().message.clone();
    let id = pages.send(PAGE, Request::Source(message));
    match pages.answer(id).await {
        Update::Source(source) => source.bytes,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_letter_is_sent_and_kept_octet_for_octet_as_it_was_sent() {
    let goes = receiving::Host::new(MODERN, &[CLEAR]);
    with(&goes, async |pages, account| {
        let draft = Draft { bcc: "dora@example.org".into(), ..draft_to("Bert <bert@example.org>") };
        letter(pages, LetterChange::Save(account, LETTER, Box::new(draft.clone()))).await.unwrap();
        let file = FileView {
            id: FileId(5),
            name: "a.bin".into(),
            media_type: "application/octet-stream".into(),
            octets: 3,
            is_inline: false,
        };
        letter(pages, LetterChange::Attach { letter: LETTER, file: file.clone(), octets: vec![0, 1, 2] })
            .await
            .unwrap();
        let Update::Keep(Answer::Letter(content)) = pages.asked(Ask::Letter(LETTER)).await else { panic!() };
        assert_eq!((content.draft, content.files), (draft, vec![file]));
        letter(pages, LetterChange::Send(LETTER)).await.unwrap();
        pages.until(|pages| matches!(state(pages).unwrap().state, LetterState::Waiting { failure: None, .. })).await;
        assert!(goes.taken.lock().unwrap().is_empty(), "it can be taken back");
        letter(pages, LetterChange::SendNow(LETTER)).await.unwrap();
        assert_eq!(settled(pages).await, None);
        let taken = goes.taken.lock().unwrap().clone();
        let [(to, octets)] = &taken[..] else { panic!("{taken:?}") };
        let mut to = to.clone();
        to.sort();
        assert_eq!(to, ["bert@example.org", "dora@example.org"]);
        assert!(!String::from_utf8_lossy(octets).contains("dora"), "nobody hears of a blind copy");
        assert_eq!(newest_sent(pages).await, *octets);
        let sent = pages.folder(Role::Sent);
        assert_eq!((sent.messages, sent.unread), (1, 0));
    })
    .await;
    assert_eq!(*goes.faults.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_taken_back_in_time_is_a_draft_again_and_nobody_gets_it() {
    let goes = receiving::Host::new(MODERN, &[CLEAR]);
    with(&goes, async |pages, account| {
        letter(pages, LetterChange::Save(account, LETTER, Box::new(draft_to("bert@example.org")))).await.unwrap();
        letter(pages, LetterChange::Send(LETTER)).await.unwrap();
        // What was typed last comes behind: the letter in the outbox does not change.
        let late = letter(pages, LetterChange::Save(account, LETTER, Box::default())).await;
        assert_eq!(late, Err(FailureKind::NoSuchMessage));
        letter(pages, LetterChange::Recall(LETTER)).await.unwrap();
        pages.until(|pages| matches!(state(pages).unwrap().state, LetterState::Draft { returned: None })).await;
        letter(pages, LetterChange::Discard(LETTER)).await.unwrap();
        pages.until(|pages| state(pages).is_none()).await;
    })
    .await;
    assert!(goes.taken.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_letter_that_is_not_fit_to_be_sent_stays_a_draft_and_is_told_why() {
    let goes = receiving::Host::new(MODERN, &[CLEAR]);
    with(&goes, async |pages, account| {
        for (to, fault) in [
            (" ", LetterFault::NoRecipients),
            ("bert@example.org, cleo at home", LetterFault::BadAddress("cleo at home".into())),
        ] {
            letter(pages, LetterChange::Save(account, LETTER, Box::new(draft_to(to)))).await.unwrap();
            let refused = letter(pages, LetterChange::Send(LETTER)).await;
            assert_eq!(refused, Err(FailureKind::UnfitLetter(fault)));
            assert_eq!(state(pages).unwrap().state, LetterState::Draft { returned: None });
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_refused_is_named_with_the_servers_words_and_who_has_the_letter_does_not_get_it_again() {
    let goes = receiving::Host::new(MODERN, &[CLEAR]);
    // Recipients are asked for in their order: bert is refused, cleo accepted.
    let refusing = Mood { recipients: vec![false, true], ..Mood::good() };
    let goes = Rc::new(receiving::Host { moods: vec![refusing], ..Rc::into_inner(goes).unwrap() });
    with(&goes, async |pages, account| {
        send(pages, account, draft_to("cleo@example.org, bert@example.org")).await;
        let returned = settled(pages).await.unwrap();
        assert!(matches!(&returned.state, LetterState::Draft { returned: Some(failure) } if failure.kind == FailureKind::Refused));
        let [(address, words)] = &returned.refused[..] else { panic!("{returned:?}") };
        assert!(address == "bert@example.org" && words.contains('5'), "{words}");
        assert_eq!(returned.to, "bert@example.org", "it is to those who have not had it");
        assert_eq!(goes.taken.lock().unwrap()[0].0, ["cleo@example.org"]);
        assert_eq!(pages.folder(Role::Sent).messages, 1);
    })
    .await;
}

#[tokio::test]
async fn wherever_the_connection_breaks_a_letter_is_never_lost_and_never_sent_twice_without_a_word() {
    // As many octets as a whole session has, and a few more.
    let (mut doubts, mut waits, mut sent) = (0, 0, 0);
    for cut in (0..60).map(|step| step * 17) {
        let broken = if cut % 2 == 0 { Way { up: cut, ..CLEAR } } else { Way { down: cut / 3, ..CLEAR } };
        let goes = receiving::Host::new(MODERN, &[broken, broken, CLEAR]);
        with(&goes, async |pages, account| {
            send(pages, account, draft_to("bert@example.org")).await;
            let letter = settled(pages).await;
            let taken = goes.taken.lock().unwrap().len();
            match letter.map(|letter| letter.state) {
                // A connection of its own may have brought it there.
                None => {
                    assert_eq!(taken, 1, "cut at {cut}");
                    sent += 1;
                }
                Some(LetterState::Waiting { failure: Some(failure), .. }) => {
                    // A server that hangs up on a password has refused it, as far as anybody can tell.
                    let known = matches!(failure.kind, FailureKind::ConnectionLost | FailureKind::WrongPassword);
                    assert!(taken == 0 && known, "cut at {cut}: {failure}");
                    waits += 1;
                    // The next connection breaks as this one did, unless this was the second.
                    letter_now(pages).await;
                    if settled(pages).await.is_some() {
                        assert_eq!(goes.taken.lock().unwrap().len(), 0, "cut at {cut}");
                        letter_now(pages).await;
                    }
                    assert_eq!((settled(pages).await, goes.taken.lock().unwrap().len()), (None, 1), "cut at {cut}");
                }
                Some(LetterState::InDoubt) => {
                    assert!(taken <= 1, "cut at {cut}");
                    doubts += 1;
                    settle(pages, taken == 1).await;
                }
                other => panic!("cut at {cut}: {other:?}"),
            }
            let messages = usize::try_from(pages.folder(Role::Sent).messages).unwrap();
            assert_eq!(messages, goes.taken.lock().unwrap().len(), "cut at {cut}");
        })
        .await;
    }
    assert!(doubts > 0 && waits > 0 && sent > 0, "{doubts} {waits} {sent}");
}

#[tokio::test]
async fn an_account_that_only_sends_fetches_nothing_and_answers_a_message_that_is_not_kept() {
    let goes = receiving::Host::new(MODERN, &[CLEAR]);
    let (comes, home, secrets) = place(3);
    let post = Rc::new(Post { comes: comes.clone(), goes: Rc::clone(&goes) });
    with_platform(post, &comes, &home, &secrets, async |pages| {
        let Update::Keep(Answer::Account(account)) = pages.asked(Ask::Sender(Box::new(open("secret")))).await else {
            panic!("an account is made")
        };
        pages.asked(Ask::Overview).await;
        let source = b"From: Bert <bert@example.org>\r\nSubject: Boats\r\n\r\nWhich?\r\n".to_vec();
        let answer = Ask::Begin(LETTER, Manner::Reply, Origin::Source(account, source));
        let Update::Keep(Answer::Begun(of, beginning)) = pages.asked(answer).await else { panic!("it begins") };
        assert_eq!((of, &*beginning.letter.draft.to), (account, "Bert <bert@example.org>"));
        assert_eq!(beginning.quote.unwrap().text, "Which?");
        send(pages, account, beginning.letter.draft).await;
        assert_eq!(settled(pages).await, None);
        assert_eq!(goes.taken.lock().unwrap().len(), 1);
        assert_eq!(pages.account().settings.check_every, None);
    })
    .await;
    assert_eq!(comes.lines(), Vec::<String>::new(), "the mail server was asked for something");
}

#[tokio::test]
async fn what_a_server_takes_of_a_letter_is_known_once_one_was_sent_and_looked_at_before_the_next_goes() {
    let goes = receiving::Host::new(&["AUTH PLAIN", "SIZE 20000"], &[CLEAR]);
    with(&goes, async |pages, account| {
        assert_eq!(pages.account().submission_server, SubmissionServer::default());
        send(pages, account, draft_to("Bert <bert@example.org>")).await;
        assert_eq!(settled(pages).await, None);
        let known = SubmissionServer { size_limit: Some(20_000), reports: Some(false) };
        pages.until(|pages| pages.account().submission_server == known).await;
        letter(pages, LetterChange::Save(account, LETTER, Box::new(draft_to("bert@example.org")))).await.unwrap();
        let file = FileView {
            id: FileId(5),
            name: "a.bin".into(),
            media_type: "a/b".into(),
            octets: 20_000,
            is_inline: false,
        };
        letter(pages, LetterChange::Attach { letter: LETTER, file, octets: vec![7; 20_000] }).await.unwrap();
        let refused = letter(pages, LetterChange::Send(LETTER)).await.unwrap_err();
        assert!(
            matches!(refused, FailureKind::UnfitLetter(LetterFault::TooLarge { octets: 27_000.., limit: 20_000 })),
            "{refused:?}"
        );
        assert_eq!(goes.connections.get(), 1, "nobody was asked");
        // Another server takes what it takes. Whoever was written to is offered.
        let sending = Sending { host: "smtp2.example.org".into(), ..pages.account().sending };
        pages.change(Change::Sending(account, sending)).await;
        pages.until(|pages| pages.account().submission_server == SubmissionServer::default()).await;
        let Update::Keep(Answer::Correspondents(found)) = pages.asked(Ask::Correspondents("bert".into())).await else {
            panic!("somebody is offered")
        };
        assert_eq!((&*found[0].name, &*found[0].address), ("Bert", "bert@example.org"));
    })
    .await;
}

#[tokio::test]
async fn a_large_letter_whose_connection_breaks_in_its_middle_waits_and_is_not_in_doubt() {
    for extensions in [MODERN, &["8BITMIME", "AUTH PLAIN", "SIZE 100000000"]] {
        let goes =
            receiving::Host::new(extensions, &[Way { up: 300_000, ..CLEAR }, Way { up: 300_000, ..CLEAR }, CLEAR]);
        with(&goes, async |pages, account| {
            letter(pages, LetterChange::Save(account, LETTER, Box::new(draft_to("bert@example.org")))).await.unwrap();
            let octets = vec![7; 2_000_000];
            let file = FileView {
                id: FileId(5),
                name: "a.bin".into(),
                media_type: "a/b".into(),
                octets: 2_000_000,
                is_inline: false,
            };
            letter(pages, LetterChange::Attach { letter: LETTER, file, octets }).await.unwrap();
            letter(pages, LetterChange::Send(LETTER)).await.unwrap();
            letter_now(pages).await;
            let mut tries = 1;
            while let Some(letter) = settled(pages).await {
                let is_lost = |failure: &Failure| failure.kind == FailureKind::ConnectionLost;
                assert!(
                    matches!(&letter.state, LetterState::Waiting { failure: Some(failure), .. } if is_lost(failure)),
                    "{:?}",
                    letter.state
                );
                letter_now(pages).await;
                tries += 1;
            }
            assert!((2..=3).contains(&tries), "{tries}");
            assert_eq!(goes.taken.lock().unwrap().len(), 1);
        })
        .await;
    }
}

#[tokio::test]
async fn letters_that_are_due_together_go_over_one_session_and_only_the_one_under_way_is_ever_in_doubt() {
    let letters = || (1..=5).map(LetterId);
    let (mut doubts, mut whole) = (0, 0);
    for cut in (1..20).map(|step| step * 250) {
        let goes = receiving::Host::new(MODERN, &[Way { up: cut, ..CLEAR }, CLEAR]);
        with(&goes, async |pages, account| {
            for id in letters() {
                let draft = Draft { subject: format!("Boat {}", id.0), ..draft_to("bert@example.org") };
                letter(pages, LetterChange::Save(account, id, Box::new(draft))).await.unwrap();
                letter(pages, LetterChange::Send(id)).await.unwrap();
            }
            // Before the first has gone, all are due.
            for id in letters() {
                pages.ask(Ask::Change(Change::Letter(LetterChange::SendNow(id))));
            }
            let is_done = |letter: &LetterView| letter.state == LetterState::InDoubt;
            pages.until(|pages| pages.account().letters.iter().all(is_done)).await;
            let taken: Vec<String> = goes
                .taken
                .lock()
                .unwrap()
                .iter()
                .map(|(_, octets)| String::from_utf8_lossy(octets).into_owned())
                .collect();
            let in_doubt: Vec<LetterId> = pages.account().letters.iter().map(|letter| letter.id).collect();
            assert!(in_doubt.len() <= 1, "cut at {cut}: {in_doubt:?}");
            for id in letters() {
                let times =
                    taken.iter().filter(|octets| octets.contains(&format!("Subject: Boat {}\r\n", id.0))).count();
                assert!(
                    times == 1 || times == 0 && in_doubt.contains(&id),
                    "cut at {cut}: {id:?} was taken {times} times"
                );
            }
            doubts += in_doubt.len();
            let connections = goes.connections.get();
            assert!(connections <= 2, "cut at {cut}: {connections} connections");
            whole += usize::from(connections == 1 && taken.len() == 5);
        })
        .await;
        assert_eq!(*goes.faults.lock().unwrap(), Vec::<String>::new());
    }
    assert!(doubts > 0 && whole > 0, "{doubts} {whole}");
}

#[tokio::test]
async fn a_password_that_is_wrong_is_tried_once_and_not_with_each_letter() {
    let goes = receiving::Host::new(MODERN, &[CLEAR]);
    goes.refuses_login.set(true);
    with(&goes, async |pages, account| {
        let letters = [LetterId(1), LetterId(2), LetterId(3)];
        for id in letters {
            letter(pages, LetterChange::Save(account, id, Box::new(draft_to("bert@example.org")))).await.unwrap();
            letter(pages, LetterChange::Send(id)).await.unwrap();
        }
        for id in letters {
            pages.ask(Ask::Change(Change::Letter(LetterChange::SendNow(id))));
        }
        let waits = |letter: &LetterView| {
            matches!(&letter.state, LetterState::Waiting { due_at: i64::MAX, failure: Some(failure) }
                if failure.kind == FailureKind::WrongPassword)
        };
        pages.until(|pages| pages.account().letters.iter().all(waits)).await;
        assert_eq!(goes.connections.get(), 1, "a server may lock an account that is signed in to wrongly so often");
        // Whoever sends one now tries once more, and the right password sends all.
        letter(pages, LetterChange::SendNow(LetterId(2))).await.unwrap();
        pages.until(|pages| pages.account().letters.iter().all(waits) && goes.connections.get() == 2).await;
        goes.refuses_login.set(false);
        let sign_in =
            restante_api::keep::SignIn { credential: Credential::password("secret"), token: None, keep: false };
        pages.asked(Ask::Check(account, Some(sign_in))).await;
        pages.until(|pages| pages.account().letters.is_empty()).await;
        assert_eq!(goes.taken.lock().unwrap().len(), 3);
    })
    .await;
}

async fn letter_now(pages: &mut Pages) {
    letter(pages, LetterChange::SendNow(LETTER)).await.unwrap();
    // The failure of the former try is told until this one has come to its end.
    pages.until(|pages| !matches!(state(pages).map(|letter| letter.state), Some(LetterState::Waiting { .. }))).await;
}

/// Somebody has found out, and says so.
async fn settle(pages: &mut Pages, was_sent: bool) {
    letter(pages, LetterChange::Settle(LETTER, was_sent)).await.unwrap();
    pages.until(|pages| !matches!(state(pages).map(|letter| letter.state), Some(LetterState::InDoubt))).await;
    match state(pages) {
        None => assert!(was_sent),
        Some(letter) => assert!(!was_sent && letter.state == LetterState::Draft { returned: None }),
    }
}

#[tokio::test]
async fn an_answer_begins_with_whom_it_is_to_and_what_it_quotes_and_belongs_to_the_conversation() {
    let goes = receiving::Host::new(MODERN, &[CLEAR]);
    with(&goes, async |pages, account| {
        pages.list(PAGE, inbox()).await;
        let begun = pages.asked(Ask::Begin(LETTER, Manner::Reply, Origin::Kept(pages.id(0)))).await;
        let Update::Keep(Answer::Begun(of, beginning)) = begun else { panic!("{begun:?}") };
        let LetterContent { draft, files, .. } = &beginning.letter;
        assert_eq!((of, files.len()), (account, 0));
        assert!(draft.subject.starts_with("Re: Message") && draft.to.starts_with("Sender"), "{beginning:?}");
        assert!(beginning.quote.is_some_and(|quote| quote.text.starts_with("Text of")));
        assert!(state(pages).is_none(), "nothing was written yet");
        // One's own letter is followed up: to the same people, in the same conversation.
        send(pages, account, draft_to("bert@example.org")).await;
        assert_eq!(settled(pages).await, None);
        newest_sent(pages).await;
        let begun = pages.asked(Ask::Begin(LETTER, Manner::ReplyAll, Origin::Kept(pages.id(0)))).await;
        let Update::Keep(Answer::Begun(_, beginning)) = begun else { panic!("{begun:?}") };
        let draft = beginning.letter.draft;
        assert_eq!(draft.to, "bert@example.org");
        let answered = draft.in_reply_to.clone().unwrap();
        send(pages, account, Draft { text: "And?\n".into(), ..draft }).await;
        assert_eq!(settled(pages).await, None);
        pages.until(|pages| pages.folder(Role::Sent).messages == 2).await;
        let source = String::from_utf8(newest_sent(pages).await).unwrap();
        assert!(source.contains(&format!("In-Reply-To: <{answered}>")), "{source}");
        // What is passed on takes its files along.
        pages.list(PAGE, inbox()).await;
        let forward = Ask::Begin(LETTER, Manner::ForwardAsAttachment, Origin::Kept(pages.id(0)));
        let Update::Keep(Answer::Begun(_, beginning)) = pages.asked(forward).await else { panic!() };
        let files = beginning.letter.files;
        assert_eq!((files.len(), &*files[0].media_type), (1, "message/rfc822"));
        pages.until(|pages| state(pages).is_some()).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_backed_up_has_the_letters_that_are_not_sent_yet() {
    let goes = receiving::Host::new(MODERN, &[CLEAR]);
    with(&goes, async |pages, account| {
        let messages = pages.folder(Role::Inbox).messages;
        let draft = Draft {
            to: "Bert, whoever that is".into(),
            bcc: "cleo@example.org".into(),
            text: "Half a sentence".into(),
            ..Draft::default()
        };
        letter(pages, LetterChange::Save(account, LetterId(77), Box::new(draft))).await.unwrap();
        let draft = Draft { bcc: "eve@example.org".into(), ..draft_to("dora@example.org") };
        send(pages, account, draft).await;
        let (written, file) = pages.exported(account, Archive::Mbox).await;
        assert_eq!(written, messages + 2);
        let text = String::from_utf8(file).unwrap();
        for part in [
            "To: Bert, whoever that is",
            "Bcc: <cleo@example.org>",
            "Half a sentence",
            "dora@example.org",
            "Bcc: <eve@example.org>",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_password_a_letter_waits_and_goes_once_there_is_one() {
    let goes = receiving::Host::new(MODERN, &[CLEAR]);
    with(&goes, async |pages, account| {
        assert!(matches!(pages.asked(Ask::ForgetPassword(account)).await, Update::Keep(_)));
        send(pages, account, draft_to("bert@example.org")).await;
        let waiting = settled(pages).await.unwrap();
        assert!(
            matches!(&waiting.state, LetterState::Waiting { failure: Some(failure), due_at: i64::MAX }
            if failure.kind == FailureKind::WrongPassword),
            "{waiting:?}"
        );
        let sign_in =
            restante_api::keep::SignIn { credential: Credential::password("secret"), token: None, keep: false };
        assert!(matches!(pages.asked(Ask::Check(account, Some(sign_in))).await, Update::Keep(_)));
        pages.until(|pages| state(pages).is_none()).await;
        assert_eq!(goes.taken.lock().unwrap().len(), 1);
    })
    .await;
}
