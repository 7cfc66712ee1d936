//! The engine of kept mail, with a page in front of it and a server behind: what is told, what stays, what is undone.
#![cfg(feature = "keep")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod pages;
mod support;

use std::time::Duration;

use pages::{OTHER, PAGE, Pages, inbox, place, search, with};
use restante_api::keep::{
    AccountId, Activity, Answer, Archive, Ask, Change, Done, Filter, ListQuery, Order, Policy, Role, Room, SignIn,
};
use restante_api::oauth::Credential;
use restante_api::{FailureKind, ListId, MessageRef, Request, SearchFault, Update};
use support::{Host, Manners, open};

#[tokio::test]
async fn a_mailbox_is_kept_and_is_there_again_without_a_server() {
    let (host, home, secrets) = place(60);
    with(&host, &home, &secrets, async |pages| {
        let account = pages.keep().await;
        assert_eq!((pages.folder(Role::Inbox).messages, pages.folder(Role::Inbox).unread), (60, 60));
        assert_eq!(pages.overview.as_ref().unwrap().room, Room { used: 7, granted: Some(70) });
        assert!(pages.account().has_password && !pages.account().keeps_password && pages.account().id == account);
        pages.list(PAGE, inbox()).await;
        assert_eq!(pages.shown[&PAGE].len(), 60);
    })
    .await;
    let connections = host.connections.load(std::sync::atomic::Ordering::SeqCst);
    with(&host, &home, &secrets, async |pages| {
        pages.list(PAGE, inbox()).await;
        let row = pages.shown[&PAGE][0].clone().unwrap();
        assert!(row.subject.starts_with("Message ") && !row.marks.read && !row.marks.header_only);
        let id = pages.send(PAGE, Request::Read(row.message.clone()));
        let Update::Message(view) = pages.answer(id).await else { panic!("it can be read") };
        assert_eq!((&view.subject, view.attachments.len()), (&row.subject, 1));
        pages.until(|pages| pages.shown[&PAGE][0].as_ref().is_some_and(|row| row.marks.read)).await;
        let id = pages.send(PAGE, Request::Source(row.message));
        assert!(matches!(pages.answer(id).await, Update::Source(source) if source.bytes.starts_with(b"From: Sender")));
        pages.asked(Ask::Overview).await;
        assert_eq!((pages.folder(Role::Inbox).unread, pages.account().has_password), (59, false));
    })
    .await;
    assert_eq!(host.connections.load(std::sync::atomic::Ordering::SeqCst), connections, "the server was not asked");
}

#[tokio::test]
async fn what_came_meanwhile_moves_the_rows_and_a_second_check_doubles_nothing() {
    let (mut host, home, secrets) = place(5);
    host.manners = host.manners.then(Manners::modern(8));
    with(&host, &home, &secrets, async |pages| {
        let account = pages.keep().await;
        pages.list(PAGE, ListQuery { order: Order::Oldest, ..inbox() }).await;
        assert_eq!(pages.shown[&PAGE].len(), 5);
        for _ in 0..2 {
            assert!(matches!(pages.asked(Ask::Check(account, None)).await, Update::Keep(Answer::Done(_))));
            pages.until(|pages| pages.account().activity != Activity::Idle).await;
            pages.until(|pages| pages.account().activity == Activity::Idle && pages.shown[&PAGE].len() == 8).await;
        }
        let mut subjects = pages.subjects(PAGE);
        subjects.sort();
        subjects.dedup();
        assert_eq!(subjects.len(), 8);
    })
    .await;
}

#[tokio::test]
async fn a_list_longer_than_a_screen_is_whole_from_its_first_row_to_its_last() {
    const MESSAGES: u32 = 3 * restante_api::FIRST_ROWS;
    let (host, home, secrets) = place(MESSAGES);
    with(&host, &home, &secrets, async |pages| {
        pages.keep().await;
        for order in [Order::Newest, Order::Oldest, Order::Subject] {
            pages.list(PAGE, ListQuery { order, ..inbox() }).await;
            let length = restante_api::FIRST_ROWS as usize;
            pages.until(|pages| pages.shown[&PAGE][..length].iter().all(Option::is_some)).await;
            assert_eq!(pages.shown[&PAGE].len(), MESSAGES as usize, "{order:?}");
            pages.send(PAGE, Request::Show { first: MESSAGES - 10, count: 10 });
            pages.until(|pages| pages.shown[&PAGE].last().is_some_and(Option::is_some)).await;
        }
        // What has changed behind the first screen is told as such.
        pages.list(PAGE, inbox()).await;
        let last = pages.asked(Ask::Listed { first: MESSAGES - 1, count: 1 }).await;
        let Update::Keep(Answer::Listed(ids)) = last else { panic!("{last:?}") };
        pages.change(Change::MoveTo(ids, Role::Deleted)).await;
        pages.until(|pages| pages.shown[&PAGE].len() == MESSAGES as usize - 1).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_deleted_is_undone_and_what_is_emptied_is_gone_in_every_page() {
    let (host, home, secrets) = place(4);
    with(&host, &home, &secrets, async |pages| {
        let account = pages.keep().await;
        pages.list(PAGE, inbox()).await;
        pages.list(OTHER, inbox()).await;
        let (first, second) = (pages.id(0), pages.id(1));
        let Done::Moved(places) = pages.change(Change::MoveTo(vec![first, second], Role::Deleted)).await else {
            panic!("it is told where they were");
        };
        assert_eq!(places.len(), 2);
        pages.until(|pages| pages.shown[&PAGE].len() == 2 && pages.shown[&OTHER].len() == 2).await;
        assert_eq!(pages.folder(Role::Deleted).messages, 2);
        let Done::Moved(back) = pages.change(Change::Restore(places[..1].to_vec())).await else {
            panic!("it is told which are back");
        };
        assert_eq!(back, [(first, pages.folder(Role::Deleted).id)]);
        pages.until(|pages| pages.shown[&OTHER].len() == 3 && pages.shown[&OTHER].iter().all(Option::is_some)).await;
        pages.until(|pages| pages.shown[&PAGE].len() == 3 && pages.shown[&PAGE].iter().all(Option::is_some)).await;
        assert_eq!(pages.id(0), first, "it is where it was");
        pages.change(Change::EmptyDeleted(account)).await;
        pages.until(|pages| pages.folder(Role::Deleted).messages == 0).await;
        let id = pages.send(PAGE, Request::Read(MessageRef::in_list(ListId::kept(), second.0)));
        assert!(matches!(pages.answer(id).await, Update::MessageFailed { failure, .. }
            if failure.kind == FailureKind::NoSuchMessage));
        // What is gone leaves its identity to nobody.
        pages.change(Change::AddFolder(account, "Travel".into())).await;
        pages.until(|pages| pages.account().folders.len() == 5).await;
        let own = pages.folder(Role::Own);
        pages.change(Change::Move(vec![first], own.id)).await;
        pages.change(Change::RemoveFolder(own.id)).await;
        pages.until(|pages| pages.account().folders.len() == 4).await;
        assert_eq!(pages.folder(Role::Archive).messages, 1);
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_as_one_types_marks_what_it_found_and_says_what_it_does_not_understand() {
    let (host, home, secrets) = place(12);
    with(&host, &home, &secrets, async |pages| {
        pages.keep().await;
        pages.list(PAGE, search("from:\"sender 7\" mess")).await;
        assert_eq!(pages.subjects(PAGE), ["Message 7"]);
        let row = pages.shown[&PAGE][0].clone().unwrap();
        assert_eq!((row.marks.hits.subject, row.marks.hits.from), (vec![(0, 7)], vec![(0, 8)]));
        pages.list(PAGE, search("   ")).await;
        assert_eq!(pages.shown[&PAGE].len(), 12);
        let update = pages.asked(Ask::List(search("after:soon"))).await;
        assert!(matches!(update, Update::Refused(failure) if failure.kind == FailureKind::BadSearch(SearchFault::Day("soon".into()))));
    })
    .await;
}

#[tokio::test]
async fn a_refused_password_is_asked_for_again_and_one_that_is_kept_is_known_the_next_time() {
    let (host, home, secrets) = place(3);
    with(&host, &home, &secrets, async |pages| {
        let Update::Keep(Answer::Account(account)) = pages.asked(Ask::Account(Box::new(open("wrong")))).await else {
            panic!("an account is made");
        };
        pages.asked(Ask::Overview).await;
        pages
            .until(|pages| match pages.account().activity {
                Activity::Failed(failure) => failure.kind == FailureKind::WrongPassword,
                _ => false,
            })
            .await;
        assert!(!pages.account().has_password);
        assert!(matches!(pages.asked(Ask::Check(account, None)).await, Update::Refused(_)));
        let sign_in = SignIn { credential: Credential::password("secret"), token: None, keep: true };
        pages.ask(Ask::Check(account, Some(sign_in)));
        pages.until(|pages| pages.account().keeps_password && pages.folder(Role::Inbox).messages == 3).await;
    })
    .await;
    with(&host, &home, &secrets, async |pages| {
        pages.asked(Ask::Overview).await;
        assert!(pages.account().has_password && pages.account().keeps_password);
        let account = pages.account().id;
        pages.asked(Ask::ForgetPassword(account)).await;
        pages.until(|pages| !pages.account().has_password && !pages.account().keeps_password).await;
    })
    .await;
    assert!(secrets.0.borrow().is_empty());
}

#[tokio::test]
async fn what_is_changed_while_mail_comes_in_outlives_a_connection_that_breaks() {
    let (mut host, home, secrets) = place(6);
    host.manners.stalls_on = Some(1);
    with(&host, &home, &secrets, async |pages| {
        pages.ask(Ask::Account(Box::new(open("secret"))));
        // The newest come first; the oldest never comes whole.
        loop {
            pages.list(PAGE, inbox()).await;
            if pages.shown[&PAGE].len() == 5 {
                break;
            }
        }
        let id = pages.id(0);
        pages.change(Change::Star(vec![id], true)).await;
        pages.until(|pages| pages.shown[&PAGE][0].as_ref().is_some_and(|row| row.marks.starred)).await;
    })
    .await;
    with(&host, &home, &secrets, async |pages| {
        pages.list(PAGE, ListQuery { filter: Filter::Starred, ..inbox() }).await;
        assert_eq!(pages.shown[&PAGE].len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_exported_comes_back_octet_for_octet_and_once() {
    let (host, home, secrets) = place(9);
    let mut files = Vec::new();
    with(&host, &home, &secrets, async |pages| {
        let account = pages.keep().await;
        for archive in [Archive::Mbox, Archive::Zip] {
            let (messages, file) = pages.exported(account, archive).await;
            assert_eq!(messages, 9);
            files.push(file);
        }
        // The account has them all.
        assert_eq!(taken_in(pages, account, &files[0]).await, 9);
        assert_eq!(pages.folder(Role::Archive).messages, 0);
    })
    .await;
    assert!(files[1].starts_with(b"PK"));
    let text = String::from_utf8_lossy(&files[1]);
    assert!((1..=9).all(|number| text.contains(&format!("Message {number}.eml"))));
    let (_, elsewhere, _) = place(0);
    let empty = Host::new(Manners::modern(0));
    with(&empty, &elsewhere, &secrets, async |pages| {
        let account = pages.keep().await;
        assert_eq!(taken_in(pages, account, &files[0]).await, 9);
        pages.until(|pages| pages.folder(Role::Archive).messages == 9).await;
        pages.list(PAGE, search("subject:\"message 3\"")).await;
        let message = pages.shown[&PAGE][0].as_ref().unwrap().message.clone();
        let id = pages.send(PAGE, Request::Source(message));
        assert!(matches!(pages.answer(id).await, Update::Source(source) if source.bytes == support::message(3)));
        let one = support::message(77);
        assert_eq!(taken_in(pages, account, &one).await, 1);
        pages.until(|pages| pages.folder(Role::Archive).messages == 10).await;
    })
    .await;
}

#[tokio::test]
async fn a_file_of_many_pieces_comes_as_fast_as_it_is_taken_and_no_faster() {
    let (mut host, home, secrets) = place(0);
    let line = format!("{}\r\n", "long ".repeat(14));
    let letter = |number| format!("Subject: Letter {number}\r\n\r\n{}", line.repeat(5_000)).into_bytes();
    host.manners.messages = (1..=12).map(letter).collect();
    with(&host, &home, &secrets, async |pages| {
        let account = pages.keep().await;
        let id = pages.ask(Ask::Export(account, Archive::Mbox));
        let (mut octets, mut pieces) = (0, 0);
        loop {
            let Update::Keep(Answer::Piece { octets: piece, .. }) = pages.answer(id).await else { panic!("a piece") };
            if piece.is_empty() {
                break;
            }
            (octets, pieces) = (octets + piece.len(), pieces + 1);
            if pieces == 4 {
                // Nobody has asked for more: there is none.
                let more = tokio::time::timeout(Duration::from_millis(300), pages.answer(id)).await;
                assert!(more.is_err(), "{more:?}");
                for _ in 0..4 {
                    pages.ask(Ask::NextPiece(id));
                }
            } else if pieces > 4 {
                pages.ask(Ask::NextPiece(id));
            }
        }
        assert!(octets > 12 * 350_000 && pieces > 12, "{octets} in {pieces}");
    })
    .await;
}

/// Takes a file in, in small pieces, and tells how many messages it held.
async fn taken_in(pages: &mut Pages, account: AccountId, file: &[u8]) -> u32 {
    let mut count = 0;
    for octets in file.chunks(700).chain([&[][..]]) {
        match pages.asked(Ask::Import { account, octets: octets.to_vec() }).await {
            Update::Keep(Answer::Count(messages)) => count = messages,
            other => panic!("{other:?}"),
        }
    }
    count
}

#[tokio::test]
async fn settings_are_kept_and_a_policy_that_deletes_tells_how_much() {
    let (host, home, secrets) = place(5);
    with(&host, &home, &secrets, async |pages| {
        let account = pages.keep().await;
        let counted = pages.asked(Ask::WouldDelete(account, Policy::DeleteOnceKept)).await;
        assert_eq!(counted, Update::Keep(Answer::Count(5)));
        let counted = pages.asked(Ask::WouldDelete(account, Policy::Leave)).await;
        assert_eq!(counted, Update::Keep(Answer::Count(0)));
        let settings = restante_api::keep::AccountSettings {
            policy: Policy::DeleteAfter { days: 30 },
            size_limit: Some(1_000_000),
            check_every: Some(15),
        };
        pages.change(Change::Settings(account, settings)).await;
        pages.until(|pages| pages.account().settings == settings).await;
        pages.change(Change::RemoveAccount(account)).await;
        pages.until(|pages| pages.overview.as_ref().is_some_and(|overview| overview.accounts.is_empty())).await;
    })
    .await;
}

#[tokio::test]
async fn a_mailbox_that_cannot_be_opened_is_said_to_be_and_what_is_in_it_can_be_saved() {
    let (host, home, secrets) = place(5);
    with(&host, &home, &secrets, async |pages| {
        pages.keep().await;
    })
    .await;
    let path = home.path().join("mail.sqlite");
    let mut octets = std::fs::read(&path).unwrap();
    // What is there of the index that is looked at first is noise.
    for page in octets.chunks_mut(8192).skip(5).take(7) {
        page.fill(0x55);
    }
    std::fs::write(&path, octets).unwrap();
    with(&host, &home, &secrets, async |pages| {
        let update = pages.asked(Ask::Overview).await;
        assert!(matches!(update, Update::Refused(failure) if failure.kind == FailureKind::Damaged));
        let id = pages.ask(Ask::Rescue);
        let (mut file, mut saved) = (Vec::new(), 0);
        loop {
            let Update::Keep(Answer::Piece { messages, octets }) = pages.answer(id).await else { panic!("a piece") };
            if octets.is_empty() {
                break;
            }
            file.extend(octets);
            saved = messages;
        }
        assert_eq!(saved, 5);
        assert!((1..=5).all(|number| String::from_utf8_lossy(&file).contains(&format!("Text of {number}\r\n"))));
        assert!(matches!(pages.asked(Ask::Discard).await, Update::Keep(Answer::Done(_))));
        // And it goes on with an empty one.
        pages.keep().await;
        assert_eq!(pages.folder(Role::Inbox).messages, 5);
    })
    .await;
}
