//! What folders say they hold is what they hold, whatever is done.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod support;

use proptest::prelude::*;
use restante_store::{AccountId, Filter, Flag, FolderId, List, MessageId, Order, Role, Store};
use support::{NOW, about, account, put, store};

/// What somebody does.
#[derive(Debug, Clone)]
enum Step {
    Keep,
    KeepInPieces,
    GiveUpArrival,
    Complete(usize),
    Mark(usize, usize, bool),
    Move(usize, usize, usize),
    Remove(usize),
    AddFolder,
    RemoveFolder,
    RollBack(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Keep),
        1 => Just(Step::KeepInPieces),
        1 => Just(Step::GiveUpArrival),
        1 => any::<usize>().prop_map(Step::Complete),
        3 => any::<(usize, usize, bool)>().prop_map(|(from, to, read)| Step::Mark(from, to, read)),
        3 => any::<(usize, usize, usize)>().prop_map(|(from, to, folder)| Step::Move(from, to, folder)),
        1 => any::<usize>().prop_map(Step::Remove),
        1 => Just(Step::AddFolder),
        1 => Just(Step::RemoveFolder),
        1 => any::<usize>().prop_map(Step::RollBack),
    ]
}

/// Some of the messages; the same one may be among them twice.
fn some(messages: &[MessageId], from: usize, to: usize) -> Vec<MessageId> {
    let count = messages.len().max(1);
    let (from, to) = (from % count, to % count);
    messages.iter().copied().skip(from.min(to)).take(from.abs_diff(to)).chain(messages.first().copied()).collect()
}

fn play(store: &mut Store, account: AccountId, step: &Step) {
    let all = store.list(List::Account(account), Filter::All, Order::Newest).unwrap();
    match *step {
        Step::Keep => drop(put(store, account, &about("Kept", ""))),
        Step::KeepInPieces => {
            let mut arrival = store.begin_arrival(account, NOW, None).unwrap();
            store.add_piece(&mut arrival, b"octets").unwrap();
            store.finish_arrival(arrival, &about("In pieces", ""), NOW).unwrap();
        }
        Step::GiveUpArrival => {
            let arrival = store.begin_arrival(account, NOW, None).unwrap();
            store.abandon_arrival(arrival).unwrap();
        }
        Step::Complete(at) if !all.is_empty() => {
            store.complete(all[at % all.len()], &about("Completed", ""), b"octets").unwrap();
        }
        Step::Mark(from, to, is_read) => store.set_flag(&some(&all, from, to), Flag::Read, is_read).unwrap(),
        Step::Move(from, to, folder) => {
            let folders = store.folders(account).unwrap();
            store.move_to(&some(&all, from, to), folders[folder % folders.len()].id).unwrap();
        }
        Step::Remove(at) if !all.is_empty() => store.remove(&[all[at % all.len()]]).unwrap(),
        Step::AddFolder => drop(store.add_folder(account, "Own").unwrap()),
        Step::RemoveFolder => {
            if let Some(own) = own_folder(store, account) {
                store.remove_folder(own).unwrap();
            }
        }
        Step::RollBack(at) => {
            store.begin().unwrap();
            play(store, account, &Step::Mark(at, at / 2, at % 2 == 0));
            play(store, account, &Step::Keep);
            play(store, account, &Step::Remove(at));
            store.roll_back().unwrap();
        }
        Step::Complete(_) | Step::Remove(_) => {}
    }
}

fn own_folder(store: &Store, account: AccountId) -> Option<FolderId> {
    store.folders(account).unwrap().iter().find(|folder| folder.role == Role::Own).map(|folder| folder.id)
}

proptest! {
    #[test]
    fn folders_hold_what_they_say_they_hold(steps in prop::collection::vec(step(), 1..60)) {
        let (mut store, ours) = store();
        let other = store.add_account(&support::new_account("other")).unwrap();
        for step in &steps {
            play(&mut store, ours, step);
        }
        put(&mut store, other, &about("Another's", ""));
        for folder in [store.folders(ours).unwrap(), store.folders(other).unwrap()].concat() {
            let listed = |filter| store.list(List::Folder(folder.id), filter, Order::Newest).unwrap().len();
            prop_assert_eq!((folder.messages as usize, folder.unread as usize), (listed(Filter::All), listed(Filter::Unread)));
        }
        prop_assert_eq!(store.check().unwrap().faults, Vec::<String>::new());
    }
}

#[test]
fn a_count_that_is_wrong_is_a_fault_and_is_named() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("mail.sqlite");
    let location = restante_store::Location::File(path.clone());
    let mut store = Store::open(&location).unwrap();
    let ours = account(&mut store);
    put(&mut store, ours, &about("One", ""));
    drop(store);
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute("UPDATE folder SET messages = 7 WHERE messages = 1", [])
        .unwrap();
    let faults = Store::open(&location).unwrap().check().unwrap().faults;
    assert!(
        faults.len() == 1 && faults[0].contains("counted 7 messages, 1 unread; it holds 1, 1 unread"),
        "{faults:?}"
    );
}
