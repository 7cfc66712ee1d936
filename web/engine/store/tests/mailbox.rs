//! Messages, lists, threads and search.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod support;

use restante_api::Address;
use restante_query::{BadQuery, Query};
use restante_store::{Filter, Flag, List, Location, MessageId, Order, PIECE, Role, Store, StoreError, Summary};
use support::{NOW, about, account, put, store};

fn found(store: &Store, query: &str) -> Vec<MessageId> {
    store.search(&query.parse::<Query>().unwrap(), List::All, Filter::All, 50).unwrap()
}

#[test]
fn octets_come_back_as_they_were_compressed_or_not_in_one_piece_or_many() {
    let (mut store, account) = store();
    let inbox = store.folder_of(account, Role::Inbox).unwrap();
    let noise: Vec<u8> = (0..PIECE + 17).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let text = "Lorem ipsum \0\u{ff}\r\n.\r\n".repeat(100_000).into_bytes();
    for source in [Vec::new(), b"x".to_vec(), noise, text] {
        let id = support::whole(&mut store, inbox, &about("", ""), &source);
        assert!(store.content(id).unwrap() == source);
    }
    assert_eq!(store.check().unwrap().faults, Vec::<String>::new());
}

#[test]
fn a_message_that_comes_in_pieces_is_there_when_it_is_whole_and_gone_when_it_is_not() {
    let home = tempfile::tempdir().unwrap();
    let at = Location::File(home.path().join("mail.sqlite"));
    let mut store = Store::open(&at).unwrap();
    let account = account(&mut store);
    let mut arrival = store.begin_arrival(account, NOW, None).unwrap();
    store.add_piece(&mut arrival, &vec![b'a'; PIECE]).unwrap();
    assert_eq!(store.count(account).unwrap(), 0);
    let half = store.begin_arrival(account, NOW, None).unwrap();
    store.add_piece(&mut arrival, b"the end").unwrap();
    let id = store.finish_arrival(arrival, &about("Large", "large"), NOW).unwrap();
    drop((half, store));
    let store = Store::open(&at).unwrap();
    assert_eq!(store.content(id).unwrap().len(), PIECE + 7);
    assert_eq!(store.count(account).unwrap(), 1);
    assert_eq!(store.check().unwrap().messages, 1);
}

#[test]
fn what_was_not_committed_is_not_there() {
    let home = tempfile::tempdir().unwrap();
    let at = Location::File(home.path().join("mail.sqlite"));
    let mut store = Store::open(&at).unwrap();
    let account = account(&mut store);
    store.begin().unwrap();
    put(&mut store, account, &about("one", ""));
    store.commit().unwrap();
    let revision = store.revision();
    store.begin().unwrap();
    put(&mut store, account, &about("two", ""));
    drop(store);
    let store = Store::open(&at).unwrap();
    assert_eq!(store.count(account).unwrap(), 1);
    assert!(revision > 0);
}

#[test]
fn scripts_without_spaces_are_found_by_any_part_of_a_sentence_wherever_it_stands() {
    let texts = [
        ("東京タワーへの行き方", ["タワー", "への行", "ﾀﾜｰ", "方"], "ワタ"),
        ("明天下午在上海开会", ["上海", "下午在", "开会", "会"], "海上"),
        ("ขอบคุณสำหรับจดหมายของคุณ", ["จดหมาย", "ขอบคุณ", "สำหรับ", "หมายของ"], "คุณขอบ"),
        ("서울역에서만나요", ["울역", "서울", "에서", "만나요"], "역울"),
    ];
    for (text, parts, none) in texts {
        let (mut store, account) = store();
        let text = text.to_owned();
        let places = [
            ("subject:", about(&text, "")),
            ("from:", Summary { from_name: text.clone(), ..about("x", "") }),
            ("", about("x", &format!("first part\n{text}\n"))),
            ("", Summary { attachments: format!("{text}.pdf "), ..about("x", "") }),
        ];
        let ids: Vec<_> = places.iter().map(|(_, summary)| put(&mut store, account, summary)).collect();
        put(&mut store, account, &about("nothing", "of the kind"));
        for part in parts {
            let mut all = found(&store, part);
            all.sort();
            assert_eq!(all, ids, "{part}");
            for ((field, _), id) in places.iter().zip(&ids).filter(|((field, _), _)| !field.is_empty()) {
                assert_eq!(found(&store, &format!("{field}{part}")), [*id], "{field}{part}");
            }
        }
        assert_eq!(found(&store, none), [], "{none}");
    }
}

#[test]
fn queries_combine_words_columns_and_conditions() {
    let (mut store, account) = store();
    let ana = Summary {
        from_name: "Ana Ruiz".into(),
        from_address: "ana@example.org".into(),
        recipients: "Bo <bo@example.net>".into(),
        attachments: "Rechnung-2026.pdf".into(),
        has_attachments: true,
        date: Some(1_790_000_000),
        ..about("The café by the harbour", "We met at the old lighthouse.")
    };
    let ana = put(&mut store, account, &ana);
    let bo = Summary {
        from_address: "bo@example.net".into(),
        date: Some(1_780_000_000),
        ..about("Re: plans", "harbour, lighthouse, old")
    };
    let bo = put(&mut store, account, &bo);
    store.set_flag(&[bo], Flag::Starred, true).unwrap();
    store.set_flag(&[bo], Flag::Read, true).unwrap();
    for (query, expected) in [
        ("harbour", &[ana, bo][..]),
        ("harb", &[ana, bo]),
        ("harb plans", &[]),
        ("HARBOUR cafe", &[ana]),
        ("\"old lighthouse\"", &[ana]),
        ("from:ana", &[ana]),
        ("from:ruiz harbour", &[ana]),
        ("to:bo", &[ana]),
        ("subject:harbour", &[ana]),
        ("rechnung", &[ana]),
        ("has:attachment", &[ana]),
        ("-has:attachment", &[bo]),
        ("harbour -café", &[bo]),
        ("-café", &[bo]),
        ("before:2026-07-01", &[bo]),
        ("after:2026-07-01 old", &[ana]),
        ("is:starred", &[bo]),
        ("is:unread", &[ana]),
        ("in:inbox harbour", &[ana, bo]),
        ("in:archive", &[]),
        ("larger:1M", &[]),
        ("larger:10", &[ana, bo]),
        ("ana@example.org", &[ana]),
    ] {
        assert_eq!(found(&store, query), expected, "{query}");
    }
    assert_eq!("before:soon".parse::<Query>(), Err(BadQuery::Day("soon".into())));
}

#[test]
fn what_is_removed_is_not_found() {
    let (mut store, account) = store();
    let id = put(&mut store, account, &about("secret", "words"));
    store.remove(&[id]).unwrap();
    assert_eq!(found(&store, "secret"), []);
    assert!(store.rows(&[id]).unwrap().is_empty());
    let id = put(&mut store, account, &about("again", ""));
    assert_eq!(found(&store, "again"), [id]);
    store.remove_account(account).unwrap();
    assert_eq!(found(&store, "again"), []);
    assert_eq!(store.check().unwrap().faults, Vec::<String>::new());
}

#[test]
fn a_conversation_holds_together_in_whatever_order_it_comes() {
    let message = |n: u32, references: &[u32]| Summary {
        message_id: format!("{n}@x"),
        references: references.iter().map(|n| format!("{n}@x")).collect(),
        date: Some(NOW + i64::from(n)),
        ..about(&format!("{n}"), "")
    };
    let all = [message(1, &[]), message(2, &[1]), message(3, &[1, 2]), message(4, &[3]), message(9, &[8])];
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1], [3, 0, 4, 1, 2]] {
        let (mut store, account) = store();
        let ids: Vec<_> = order.iter().map(|at| put(&mut store, account, &all[*at])).collect();
        let rows = store.rows(&ids).unwrap();
        let threads: std::collections::BTreeMap<_, _> =
            order.iter().zip(&rows).map(|(at, row)| (*at, row.thread)).collect();
        assert!((1..4).all(|at| threads[&at] == threads[&0]), "{order:?}: {threads:?}");
        assert_ne!(threads[&4], threads[&0]);
        assert_eq!(store.list(List::Thread(threads[&0]), Filter::All, Order::Oldest).unwrap().len(), 4);
    }
}

#[test]
fn a_reply_that_names_no_message_goes_by_its_subject_within_a_month() {
    let (mut store, account) = store();
    let dated = |subject: &str, days: i64| Summary { date: Some(NOW + days * 86_400), ..about(subject, "") };
    let first = put(&mut store, account, &dated("Picnic", 0));
    let reply = put(&mut store, account, &dated("Re: picnic", 3));
    let later = put(&mut store, account, &dated("RE: Picnic", 90));
    let other = put(&mut store, account, &dated("Picnic", 5));
    let rows = store.rows(&[first, reply, later, other]).unwrap();
    assert_eq!(rows[0].thread, rows[1].thread);
    assert_ne!(rows[0].thread, rows[2].thread);
    let none = put(&mut store, account, &dated("", 0));
    let nothing = put(&mut store, account, &dated("Re:", 0));
    let rows = store.rows(&[none, nothing]).unwrap();
    assert_ne!(rows[0].thread, rows[1].thread, "no subject joins nothing");
}

#[test]
fn lists_are_ordered_and_filtered_as_asked() {
    let (mut store, account) = store();
    let of =
        |name: &str, subject: &str, date| Summary { from_name: name.into(), date: Some(date), ..about(subject, "") };
    let a = put(&mut store, account, &of("Zoe", "Re: alpha", 30));
    let b = put(&mut store, account, &of("Ana", "Gamma", 10));
    let c = put(&mut store, account, &of("bo", "Beta", 20));
    store.set_flag(&[b], Flag::Read, true).unwrap();
    let inbox = List::Folder(store.folder_of(account, Role::Inbox).unwrap());
    for (list, filter, order, expected) in [
        (inbox, Filter::All, Order::Newest, &[a, c, b][..]),
        (inbox, Filter::All, Order::Oldest, &[b, c, a]),
        (inbox, Filter::All, Order::Sender, &[b, c, a]),
        (inbox, Filter::All, Order::Subject, &[a, c, b]),
        (List::Role(Role::Inbox), Filter::Unread, Order::Newest, &[a, c]),
        (List::Account(account), Filter::Starred, Order::Newest, &[]),
    ] {
        assert_eq!(store.list(list, filter, order).unwrap(), expected, "{list:?} {filter:?} {order:?}");
    }
    // The beginning alone is that of the whole, and is counted without the rest: what is still arriving is in neither.
    let mut arrival = store.begin_arrival(account, NOW, None).unwrap();
    store.add_piece(&mut arrival, b"half of it").unwrap();
    assert_eq!(store.first(inbox, Order::Newest, 2).unwrap(), Some((vec![a, c], 3)));
    assert_eq!(store.first(List::Role(Role::Inbox), Order::Oldest, 9).unwrap(), Some((vec![b, c, a], 3)));
    for (list, order) in [(inbox, Order::Sender), (List::Account(account), Order::Newest)] {
        assert_eq!(store.first(list, order, 2).unwrap(), None);
    }
    let rows = store.rows(&[c, MessageId(999), a]).unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [c, a]);
    let folders = store.folders(account).unwrap();
    assert_eq!((folders[0].role, folders[0].messages, folders[0].unread), (Role::Inbox, 3, 2));
}

#[test]
fn messages_of_one_date_are_in_the_order_of_their_maildrop_whichever_was_fetched_first() {
    let (mut store, account) = store();
    let folder = store.folder_of(account, Role::Inbox).unwrap();
    let keep = |store: &mut Store, serial: Option<i64>| {
        let summary = Summary { date: Some(NOW), ..about("At the same second", "") };
        let source = restante_store::Source::Header { source: b"", octets: 5 };
        let new = restante_store::NewMessage { folder, summary: &summary, source, arrived_at: NOW, serial };
        store.insert(&new).unwrap()
    };
    let first = store.serials(3).unwrap();
    // A maildrop is fetched from its newest message down.
    let fetched: Vec<_> = [2, 1, 0].map(|at| keep(&mut store, Some(first + at))).into();
    let next = store.serials(1).unwrap();
    let later = keep(&mut store, Some(next));
    let imported = keep(&mut store, None);
    let newest_first = [&[imported, later][..], &fetched].concat();
    assert_eq!(store.list(List::Folder(folder), Filter::All, Order::Newest).unwrap(), newest_first);
    assert_eq!(store.list(List::All, Filter::All, Order::Largest).unwrap(), newest_first);
    let oldest_first: Vec<_> = newest_first.into_iter().rev().collect();
    assert_eq!(store.list(List::Folder(folder), Filter::All, Order::Oldest).unwrap(), oldest_first);
}

#[test]
fn a_move_is_undone_by_moving_back_and_never_leads_to_another_account() {
    let (mut store, account) = store();
    let id = put(&mut store, account, &about("x", ""));
    let own = store.add_folder(account, "Travel").unwrap();
    assert_eq!(store.add_folder(account, "Travel").unwrap(), own);
    let before = store.move_to(&[id], own).unwrap();
    assert_eq!(store.rows(&[id]).unwrap()[0].folder, own);
    assert_eq!(found(&store, "in:travel"), [id]);
    store.move_to(&[id], before[0].1).unwrap();
    assert_eq!(store.rows(&[id]).unwrap()[0].folder, store.folder_of(account, Role::Inbox).unwrap());
    let other = store.add_account(&support::new_account("bo")).unwrap();
    let elsewhere = store.folder_of(other, Role::Inbox).unwrap();
    assert!(matches!(store.move_to(&[id], elsewhere), Err(StoreError::NotFound(_))));
}

#[test]
fn a_database_that_is_open_elsewhere_is_said_to_be() {
    let home = tempfile::tempdir().unwrap();
    let at = Location::File(home.path().join("mail.sqlite"));
    let mut first = Store::open(&at).unwrap();
    account(&mut first);
    assert!(matches!(Store::open(&at), Err(StoreError::InUse)));
}

#[test]
fn of_very_many_matches_those_in_names_and_subjects_come_first_and_then_the_newest() {
    let (mut store, account) = store();
    store.begin().unwrap();
    let day = 86_400;
    let at = |summary: Summary, date: i64| Summary { date: Some(date), ..summary };
    // Not in the order of their dates.
    let ids: Vec<MessageId> = (0..3000)
        .map(|n| put(&mut store, account, &at(about("weekly", "the harbour again"), NOW - (n * 7919 % 3000) * day)))
        .collect();
    let old = put(&mut store, account, &at(about("Harbour works", "closed"), NOW - 5000 * day));
    let older = put(&mut store, account, &at(about("harbour", "harbour, harbour"), NOW - 6000 * day));
    let from = Summary { from_name: "Harbour Master".into(), ..about("weekly", "") };
    let from = put(&mut store, account, &at(from, NOW - 4000 * day));
    store.commit().unwrap();
    let newest = ids[0];
    assert_eq!(found(&store, "harb")[..4], [from, old, older, newest]);
    assert_eq!(found(&store, "subject:harb"), [old, older]);
    assert_eq!(found(&store, "harbour -subject:harbour")[..2], [from, newest]);
    assert_eq!(found(&store, "text:x harbour"), []);
    let dates: Vec<i64> = store.rows(&found(&store, "again")).unwrap().iter().map(|row| row.date).collect();
    assert!(dates.is_sorted_by(|newer, older| newer > older));
}

#[test]
fn senders_are_completed_by_any_beginning_and_those_who_write_most_stand_first() {
    let (mut store, account) = store();
    let mut from = |name: &str, address: &str| {
        let summary = Summary { from_name: name.into(), from_address: address.into(), ..about("x", "Bert was here") };
        put(&mut store, account, &summary);
    };
    from("Berta Müller", "berta@example.org");
    from("", "Bert@example.net");
    from("Robert Bern", "r@bern.example");
    for _ in 0..2 {
        from("Bert", "bert@example.net");
    }
    from("Ana", "ana@example.org");
    let person = |name: &str, address: &str| Address { name: name.into(), address: address.into() };
    for at in 1..=4 {
        store.note_written_to(account, &[person("", "RICO@example.org")], at).unwrap();
    }
    let people = [person("Rico Salz", "rico@example.org"), person("", "berta@example.org"), person("Nobody", "")];
    store.note_written_to(account, &people, 5).unwrap();
    let of = |typed: &str| -> Vec<String> {
        store
            .correspondents(typed, 3)
            .unwrap()
            .into_iter()
            .map(|found| format!("{} {}", found.name, found.address))
            .collect()
    };
    // Whoever is written to counts as well, and is there without having written.
    assert_eq!(of("ber"), ["Bert bert@example.net", "Berta Müller berta@example.org", "Robert Bern r@bern.example"]);
    assert_eq!(
        (of("rico"), of("salz")),
        (vec!["Rico Salz rico@example.org".into()], vec!["Rico Salz rico@example.org".into()])
    );
    assert_eq!(of("muller BER"), ["Berta Müller berta@example.org"]);
    assert_eq!(of("bert@example.n"), ["Bert bert@example.net"]);
    assert_eq!((of("zoe").len(), of("\" ( *:").len(), of(" - ").len()), (0, 0, 0));
}

#[test]
fn a_search_sees_what_has_changed_since_the_one_before() {
    let (mut store, account) = store();
    let one = put(&mut store, account, &about("kettle", ""));
    assert_eq!(found(&store, "kettle"), [one]);
    assert_eq!(found(&store, "kettle is:unread"), [one]);
    store.begin().unwrap();
    let two = put(&mut store, account, &about("kettle", ""));
    assert_eq!(found(&store, "kettle").len(), 2);
    store.roll_back().unwrap();
    assert_eq!(found(&store, "kettle"), [one]);
    let again = put(&mut store, account, &about("another kettle", ""));
    assert_eq!(two, again, "an id that was rolled back was never given");
    assert_eq!(found(&store, "another kettle"), [again]);
    store.set_flag(&[one], Flag::Read, true).unwrap();
    assert_eq!(found(&store, "kettle is:unread"), [again]);
}
