//! Never lost, never doubled: what is known of a server's maildrop, whatever the server does to its UIDLs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod support;

use proptest::prelude::*;
use restante_store::{Flag, Policy, Role, State, Store};
use support::{NOW, header, listed, store, sync};

const MAIL: [(&str, &str); 3] = [("a", "one"), ("b", "two two"), ("c", "three three")];

fn due(store: &Store, account: restante_store::AccountId) -> usize {
    store.due(account).unwrap().len()
}

#[test]
fn what_is_kept_is_not_fetched_again() {
    let (mut store, account) = store();
    assert_eq!(sync(&mut store, account, &MAIL), 3);
    assert_eq!(sync(&mut store, account, &MAIL), 0);
    assert_eq!(store.count(account).unwrap(), 3);
}

#[test]
fn new_uidls_for_the_same_messages_cause_no_second_copy_and_no_deletion() {
    let (mut store, account) = store();
    sync(&mut store, account, &MAIL);
    let renumbered = [("x", "one"), ("y", "two two"), ("z", "three three"), ("w", "four")];
    assert_eq!(sync(&mut store, account, &renumbered), 1);
    assert_eq!(store.count(account).unwrap(), 4);
    assert_eq!(due(&store, account), 0);
    assert_eq!(sync(&mut store, account, &renumbered), 0, "the new ones are known by now");
}

#[test]
fn without_uidls_or_with_one_for_all_messages_are_known_by_their_headers() {
    for uid in ["", "same"] {
        let (mut store, account) = store();
        let maildrop = [(uid, "one"), (uid, "two"), (uid, "six")];
        assert_eq!(sync(&mut store, account, &maildrop), 3);
        assert_eq!(sync(&mut store, account, &maildrop), 0);
        assert_eq!(sync(&mut store, account, &maildrop[1..]), 0);
        assert_eq!(store.count(account).unwrap(), 3);
    }
}

#[test]
fn a_uidl_that_is_given_to_another_message_names_that_one() {
    let (mut store, account) = store();
    sync(&mut store, account, &[("a", "one"), ("b", "two")]);
    store.set_policy(account, Policy::DeleteOnceKept, None).unwrap();
    // Both have three octets and the same UIDL as before, so only their headers tell: the session compares them before DELE.
    store.apply_policy(account, NOW).unwrap();
    let known = store.take_listing(account, &[listed("a", 3), listed("b", 3)], NOW).unwrap();
    assert!(matches!(known[0], restante_store::Known::Item(item) if item.header == Some(header("one"))));
    assert!(store.due(account).unwrap().iter().any(|due| due.header == header("one")));
    let restante_store::Known::Item(item) = known[0] else { unreachable!() };
    store.disown(item.id).unwrap();
    assert!(store.due(account).unwrap().iter().all(|due| due.item != item.id), "nothing is deleted in its name");
    assert_eq!(store.count(account).unwrap(), 2);
    // With another size it is another message without a further look.
    assert_eq!(sync(&mut store, account, &[("a", "longer"), ("b", "two")]), 1);
}

#[test]
fn what_the_server_no_longer_lists_stays_here_and_is_known_when_it_comes_back() {
    let (mut store, account) = store();
    sync(&mut store, account, &MAIL);
    assert_eq!(sync(&mut store, account, &[]), 0);
    assert_eq!(store.count(account).unwrap(), 3);
    assert_eq!(sync(&mut store, account, &MAIL), 0);
    assert_eq!(store.count(account).unwrap(), 3);
}

#[test]
fn nothing_is_deleted_under_leave_and_all_that_is_kept_once_it_is_kept() {
    let (mut store, account) = store();
    sync(&mut store, account, &MAIL);
    store.apply_policy(account, NOW).unwrap();
    assert_eq!(due(&store, account), 0);
    assert_eq!(store.would_delete(account, Policy::DeleteOnceKept, NOW).unwrap(), 3);
    assert_eq!(store.would_delete(account, Policy::Leave, NOW).unwrap(), 0);
    store.set_policy(account, Policy::DeleteOnceKept, None).unwrap();
    store.apply_policy(account, NOW).unwrap();
    assert_eq!(due(&store, account), 3);
    store.set_policy(account, Policy::Leave, None).unwrap();
    assert_eq!(due(&store, account), 0, "a policy that is taken back deletes nothing more");
}

#[test]
fn days_are_counted_from_when_a_message_was_kept() {
    let (mut store, account) = store();
    sync(&mut store, account, &MAIL);
    let policy = Policy::DeleteAfter { days: 7 };
    store.set_policy(account, policy, None).unwrap();
    store.apply_policy(account, NOW + 7 * 86_400 - 1).unwrap();
    assert_eq!(due(&store, account), 0);
    assert_eq!(store.would_delete(account, policy, NOW + 7 * 86_400).unwrap(), 3);
    store.apply_policy(account, NOW + 7 * 86_400).unwrap();
    assert_eq!(due(&store, account), 3);
}

#[test]
fn deleted_here_means_deleted_there_unless_it_is_undone_before() {
    let (mut store, account) = store();
    sync(&mut store, account, &MAIL);
    store.set_policy(account, Policy::DeleteWhenDeletedHere, None).unwrap();
    let inbox = store.folder_of(account, Role::Inbox).unwrap();
    let ids = store.list(restante_store::List::Folder(inbox), Default::default(), Default::default()).unwrap();
    let deleted = store.folder_of(account, Role::Deleted).unwrap();
    let before = store.move_to(&ids[..2], deleted).unwrap();
    store.move_to(&[before[0].0], before[0].1).unwrap();
    store.remove(&ids[2..]).unwrap();
    store.apply_policy(account, NOW).unwrap();
    assert_eq!(due(&store, account), 2);
    assert_eq!(sync(&mut store, account, &MAIL), 0, "what was removed here does not come back");
}

#[test]
fn after_quit_without_an_answer_the_next_listing_tells() {
    let (mut store, account) = store();
    store.set_policy(account, Policy::DeleteOnceKept, None).unwrap();
    sync(&mut store, account, &MAIL);
    store.apply_policy(account, NOW).unwrap();
    // The server did delete, and nobody heard of it.
    assert_eq!(sync(&mut store, account, &[]), 0);
    assert_eq!(due(&store, account), 0);
    // It did not: then once more.
    assert_eq!(sync(&mut store, account, &MAIL), 0);
    assert_eq!(due(&store, account), 3);
    let items: Vec<_> = store.due(account).unwrap().iter().map(|due| due.item).collect();
    store.note_deleted(&items).unwrap();
    assert_eq!(due(&store, account), 0);
    // It says that it did and lists them all the same: they are known, and deleted again.
    assert_eq!(sync(&mut store, account, &MAIL), 0);
    assert_eq!(due(&store, account), 3);
    assert_eq!(store.count(account).unwrap(), 3);
}

#[test]
fn what_is_forgotten_is_known_by_its_octets() {
    let (mut store, account) = store();
    store.set_policy(account, Policy::DeleteOnceKept, None).unwrap();
    sync(&mut store, account, &MAIL);
    store.apply_policy(account, NOW).unwrap();
    store.take_listing(account, &[], NOW).unwrap();
    store.close_listing(account, NOW).unwrap();
    store.take_listing(account, &[], NOW + 40 * 86_400).unwrap();
    store.close_listing(account, NOW + 40 * 86_400).unwrap();
    assert_eq!(sync(&mut store, account, &MAIL), 3, "nothing tells that they are known before they have come");
    assert_eq!(store.count(account).unwrap(), 3);
}

#[test]
fn a_message_that_failed_waits_longer_each_time_and_is_never_deleted() {
    let (mut store, account) = store();
    store.set_policy(account, Policy::DeleteOnceKept, None).unwrap();
    let message = listed("a", 10);
    store.take_listing(account, std::slice::from_ref(&message), NOW).unwrap();
    let waits: Vec<i64> =
        (0..12).map(|_| store.note_failed(account, &message, "-ERR no", NOW).unwrap() - NOW).collect();
    assert_eq!(waits[..3], [300, 600, 1200]);
    assert_eq!(waits[11], 86_400);
    let known = store.take_listing(account, &[message], NOW).unwrap();
    assert!(matches!(known[0], restante_store::Known::Item(item) if item.state == State::Failed));
    store.apply_policy(account, NOW).unwrap();
    assert_eq!(due(&store, account), 0);
}

#[test]
fn the_rest_of_a_message_comes_when_somebody_asks_for_it_and_is_known_by_its_octets_then() {
    let (mut store, account) = store();
    store.set_policy(account, Policy::DeleteOnceKept, Some(100)).unwrap();
    let large = listed("a", 500);
    store.take_listing(account, std::slice::from_ref(&large), NOW).unwrap();
    let inbox = store.folder_of(account, Role::Inbox).unwrap();
    let summary = support::about("Long", "");
    let source = restante_store::Source::Header { source: b"Subject: Long\r\n\r\n", octets: 500 };
    let id = store.insert(&restante_store::NewMessage {
        folder: inbox,
        summary: &summary,
        source,
        arrived_at: NOW,
        serial: None,
    });
    let id = id.unwrap();
    let identity = restante_store::Identity { listed: &large, header: header("h") };
    let item = store.note_kept(account, identity, id, restante_store::Extent::Header, NOW).unwrap();
    let state = |store: &mut Store| match store.take_listing(account, std::slice::from_ref(&large), NOW).unwrap()[0] {
        restante_store::Known::Item(item) => item.state,
        known => panic!("{known:?}"),
    };
    assert_eq!(state(&mut store), State::Header);
    store.apply_policy(account, NOW).unwrap();
    assert_eq!(due(&store, account), 0, "a header is not the message");
    assert_eq!(store.want_rest(&[id]).unwrap(), 1);
    assert_eq!(state(&mut store), State::Wanted);
    store.apply_policy(account, NOW).unwrap();
    assert_eq!(due(&store, account), 0);
    store.note_whole(item, header("octets"), NOW).unwrap();
    assert_eq!(store.want_rest(&[id]).unwrap(), 0, "there is no rest");
    store.apply_policy(account, NOW).unwrap();
    assert_eq!(store.due(account).unwrap()[0].header, header("octets"));
}

#[test]
fn marks_survive_the_rest_of_a_message() {
    let (mut store, account) = store();
    let inbox = store.folder_of(account, Role::Inbox).unwrap();
    let summary = support::about("Long", "");
    let source = restante_store::Source::Header { source: b"Subject: Long\r\n\r\n", octets: 500 };
    let new = restante_store::NewMessage { folder: inbox, summary: &summary, source, arrived_at: NOW, serial: None };
    let id = store.insert(&new).unwrap();
    assert_eq!(store.rows(&[id]).unwrap()[0].extent, restante_store::Extent::Header);
    store.set_flag(&[id], Flag::Starred, true).unwrap();
    store.complete(id, &support::about("Long", "all of it"), b"Subject: Long\r\n\r\nall of it\r\n").unwrap();
    let row = &store.rows(&[id]).unwrap()[0];
    assert!(row.is_starred && row.extent == restante_store::Extent::Whole);
    assert_eq!(store.content(id).unwrap(), b"Subject: Long\r\n\r\nall of it\r\n");
    let mut arrival = store.begin_arrival(account, NOW, None).unwrap();
    store.add_piece(&mut arrival, b"Subject: Long\r\n\r\nin pieces").unwrap();
    store.complete_with(id, &support::about("Long", "in pieces"), arrival).unwrap();
    assert_eq!(store.content(id).unwrap(), b"Subject: Long\r\n\r\nin pieces");
    assert_eq!(store.count(account).unwrap(), 1);
    assert_eq!(store.check().unwrap().faults, Vec::<String>::new());
}

/// What a server may do between two sessions.
#[derive(Debug, Clone)]
enum Change {
    Deliver(u8),
    Remove(usize),
    Renumber,
    Repeat,
    Strip,
    Delete,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => any::<u8>().prop_map(Change::Deliver),
        1 => any::<usize>().prop_map(Change::Remove),
        1 => Just(Change::Renumber),
        1 => Just(Change::Repeat),
        1 => Just(Change::Strip),
        1 => Just(Change::Delete),
    ]
}

proptest! {
    #[test]
    fn every_message_is_kept_once_whatever_the_server_does_to_its_uidls(changes in prop::collection::vec(change(), 1..40)) {
        let (mut store, account) = store();
        let mut maildrop: Vec<(String, String)> = Vec::new();
        let mut ever = std::collections::BTreeSet::new();
        for (at, change) in changes.into_iter().enumerate() {
            match change {
                Change::Deliver(octets) => {
                    // Many of one size, none of the same octets.
                    let body = format!("{at:04}{}", "x".repeat(usize::from(octets % 3)));
                    ever.insert(body.clone());
                    maildrop.push((format!("u{at}"), body));
                }
                Change::Remove(which) if !maildrop.is_empty() => {
                    maildrop.remove(which % maildrop.len());
                }
                Change::Renumber => maildrop.iter_mut().enumerate().for_each(|(n, (uid, _))| *uid = format!("r{at}-{n}")),
                Change::Repeat => maildrop.iter_mut().for_each(|(uid, _)| *uid = "same".into()),
                Change::Strip => maildrop.iter_mut().for_each(|(uid, _)| uid.clear()),
                Change::Delete => {
                    store.set_policy(account, Policy::DeleteOnceKept, None).unwrap();
                    store.apply_policy(account, NOW).unwrap();
                    let headers: Vec<_> = store.due(account).unwrap().iter().map(|due| due.header).collect();
                    maildrop.retain(|(_, body)| !headers.contains(&header(body)));
                    store.set_policy(account, Policy::Leave, None).unwrap();
                }
                Change::Remove(_) => {}
            }
            let view: Vec<_> = maildrop.iter().map(|(uid, body)| (&uid[..], &body[..])).collect();
            sync(&mut store, account, &view);
            prop_assert_eq!(store.count(account).unwrap(), ever.len() as u64);
        }
    }
}
