//! What happens to a database that is old, new, full or damaged.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod support;

use std::collections::HashSet;
use std::path::Path;

use restante_api::letter::LetterState;
use restante_api::{Security, TlsEnd};
use restante_query::Query;
use restante_store::{Digest, Extent, Filter, List, Location, Order, Policy, Role, Store, StoreError, VERSION, Way};
use support::{NOW, about, account, put};

/// Each version's migration, what a program of that version left beside what older ones do, and the migration's SHA-256: one that was released
/// never changes.
const VERSIONS: [(&str, &str, &str); 10] = [
    (
        include_str!("../src/migrations/0001.sql"),
        include_str!("versions/0001.sql"),
        "77c3e8e22eeff0da3b152287a70a9d14179b7e5e3f55574e32edf176d5d4a1cf",
    ),
    (
        include_str!("../src/migrations/0002.sql"),
        include_str!("versions/0002.sql"),
        "cd64dccc14f033f317200f15b34dd2c936fd18d0c1f32d07c652ef329a91b47b",
    ),
    (
        include_str!("../src/migrations/0003.sql"),
        include_str!("versions/0003.sql"),
        "b17649e63a319f7d06ceba54619dda922585b12ece7d223fecc8c164efa49300",
    ),
    (
        include_str!("../src/migrations/0004.sql"),
        include_str!("versions/0004.sql"),
        "9754190248a410cda6fb8c3009db2b4028fa8471c5644d8ff555cd8a83f7a72e",
    ),
    (
        include_str!("../src/migrations/0005.sql"),
        include_str!("versions/0005.sql"),
        "a8ca5fb26f8c8238c8841b81fc5597fdfe50b0ad1669e46d3d138d12805cb7ec",
    ),
    (
        include_str!("../src/migrations/0006.sql"),
        include_str!("versions/0006.sql"),
        "33c26bad738824fbfde7922d550fc7b0c25fccd72382246cda0ec334466664b1",
    ),
    (
        include_str!("../src/migrations/0007.sql"),
        include_str!("versions/0007.sql"),
        "ae2087e7f1088a4d7f0a6c735db588b85a449cf4b3136a3cc4af6d2b64acb0af",
    ),
    (
        include_str!("../src/migrations/0008.sql"),
        include_str!("versions/0008.sql"),
        "f35fe003dde54251cbaf66f5b8858a5704427901b5121f9728ecac628312532d",
    ),
    (
        include_str!("../src/migrations/0009.sql"),
        include_str!("versions/0009.sql"),
        "8079ec2520f1e2d57c0865f858f609026163ce75db7d31d1956a2c140696536e",
    ),
    (
        include_str!("../src/migrations/0010.sql"),
        include_str!("versions/0010.sql"),
        "3927a2c7f0c7fea604c8145a15b0865523e0b54c3d0a60c8ed2759462ef2a06b",
    ),
];

#[test]
fn a_database_of_every_version_is_opened_with_all_that_is_in_it() {
    assert_eq!(VERSIONS.len(), VERSION as usize, "a new version comes with what the one before it leaves");
    for (at, (migration, _, hash)) in VERSIONS.iter().enumerate() {
        let is: String = Digest::of(migration.as_bytes()).0.iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(is, *hash, "migration {} was changed", at + 1);
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("mail.sqlite");
        let old = rusqlite::Connection::open(&path).unwrap();
        for (migration, ..) in &VERSIONS[..=at] {
            old.execute_batch(&format!("BEGIN; {migration}; COMMIT")).unwrap();
        }
        for (_, rows, _) in &VERSIONS[..=at] {
            old.execute_batch(rows).unwrap();
        }
        old.pragma_update(None, "user_version", at as i64 + 1).unwrap();
        drop(old);

        let mut store = Store::open(&Location::File(path.clone())).unwrap();
        assert_eq!(store.check().unwrap().faults, Vec::<String>::new());
        let known = &store.accounts().unwrap()[0];
        assert_eq!((known.policy, known.size_limit), (Policy::DeleteAfter { days: 7 }, Some(1_000_000)));
        assert_eq!((known.login_at, known.login_delay), (1_795_000_200, 60));
        match at {
            0 => assert_eq!((&known.way, known.check_every, known.expires), (&Way::default(), None, None)),
            _ => {
                assert_eq!((known.way.security, known.way.tls_end), (Security::Starttls, TlsEnd::Bridge));
                assert_eq!((known.way.trusted, known.way.cleartext_agreed), (Some([0; 32]), true));
                assert_eq!((known.check_every, known.expires), (Some(15), Some(30)));
            }
        }
        assert_eq!(known.missing, if at < 3 { 0 } else { 3 });
        let id = known.id;
        let sent = store.folder_of(id, Role::Sent).unwrap();
        assert!(store.folders(id).unwrap().iter().any(|folder| folder.id == sent && folder.messages == 0));
        match (at, &store.letters(id).unwrap()[..]) {
            // It was being sent when that program ended.
            (6.., [letter]) => assert_eq!(letter.state, LetterState::InDoubt),
            (_, letters) => assert!(at < 6 && letters.is_empty()),
        }
        let offered = store.correspondents("cleo", 5).unwrap();
        assert_eq!(
            offered.iter().map(|cleo| &*cleo.name).collect::<Vec<_>>(),
            if at < 7 { vec![] } else { vec!["Cleo"] }
        );
        let all = store.list(List::Account(id), Filter::All, Order::Oldest).unwrap();
        let rows = store.rows(&all).unwrap();
        assert_eq!(rows.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(), ["Harbour", "Large"]);
        assert!(rows[0].is_starred && rows[0].is_read && rows[1].extent == Extent::Header);
        assert_eq!(store.content(all[0]).unwrap(), b"Subject: Harbour\r\n\r\nWe met\n");
        let query = "from:bo met".parse::<Query>().unwrap();
        assert_eq!(store.search(&query, List::All, Filter::All, 9).unwrap(), [all[0]]);
        // And it goes on: what is known is known, what is due is due, and more can be kept.
        store.take_listing(id, &[support::listed("a", 27), support::listed("c", 900)], NOW).unwrap();
        store.apply_policy(id, NOW).unwrap();
        assert_eq!(store.due(id).unwrap().len(), 2);
        put(&mut store, id, &about("another", ""));
        drop(store);
        let version: u32 = rusqlite::Connection::open(&path)
            .unwrap()
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, VERSION);
    }
}

#[test]
fn a_database_of_a_later_version_is_refused_and_left_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("mail.sqlite");
    drop(Store::open(&Location::File(path.clone())).unwrap());
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let error = Store::open(&Location::File(path.clone())).unwrap_err();
    assert!(matches!(error, StoreError::TooNew { found: 999, .. }), "{error}");
}

/// Texts that cannot be compressed to nothing, none like another.
fn noise(seed: u64, octets: usize) -> String {
    let mut dice = seed;
    let mut next = || {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + (dice >> 33) as u8 % 26)
    };
    (0..octets).map(|_| next()).collect()
}

/// A mailbox of 120 messages in a file. Returns their octets.
fn mailbox(path: &Path) -> HashSet<Vec<u8>> {
    let mut store = Store::open(&Location::File(path.to_owned())).unwrap();
    let account = account(&mut store);
    store.begin().unwrap();
    let ids: Vec<_> = (0..120)
        .map(|n| put(&mut store, account, &about(&format!("message {n}"), &noise(n, 400 + n as usize * 150))))
        .collect();
    store.commit().unwrap();
    ids.iter().map(|id| store.content(*id).unwrap()).collect()
}

#[test]
fn damage_anywhere_is_reported_and_what_can_be_read_is_rescued_and_told_from_what_is_doubtful() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("mail.sqlite");
    let written = mailbox(&path);
    // Damage to a page that holds nothing harms nothing, and is not reported.
    rusqlite::Connection::open(&path).unwrap().execute_batch("VACUUM").unwrap();
    let sound = std::fs::read(&path).unwrap();
    let pages = sound.len() / 8192;
    let mut dice = 7_u64;
    let mut below = |limit: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as usize % limit
    };
    let mut rescued_of_all = 0;
    for round in 0..40 {
        let mut bytes = sound.clone();
        if round % 4 == 0 {
            bytes.truncate(sound.len() / 4 + below(sound.len() / 2));
        } else {
            for _ in 0..=below(6) {
                let page = 1 + below(pages - 1);
                let noise = noise(below(1 << 30) as u64, 8192);
                bytes[page * 8192..][..8192].copy_from_slice(noise.as_bytes());
            }
        }
        std::fs::write(&path, &bytes).unwrap();
        let mut found = 0;
        let done =
            Store::rescue(&Location::File(path.clone()), &mut |octets| found += u64::from(written.contains(octets)))
                .unwrap_or_default();
        assert!(std::fs::read(&path).unwrap() == bytes, "round {round}: the damaged file is left as it is");
        assert!(done.whole <= found, "round {round}: {done:?}, {found}");
        rescued_of_all += found;
        let is_reported = match Store::open(&Location::File(path.clone())) {
            Ok(store) => store.check().map_or(true, |check| !check.faults.is_empty()),
            Err(error) => matches!(error, StoreError::Corrupt(_)),
        };
        assert!(is_reported, "round {round}");
    }
    assert!(rescued_of_all > 40 * 120 / 2, "{rescued_of_all} of {}", 40 * 120);
    std::fs::write(&path, b"this is no database, whatever its name says, and long enough to be looked at").unwrap();
    assert!(matches!(Store::open(&Location::File(path)), Err(StoreError::Corrupt(_))));
}

#[test]
fn a_full_device_keeps_what_was_committed_and_takes_more_once_there_is_room() {
    let home = tempfile::tempdir().unwrap();
    let at = Location::File(home.path().join("mail.sqlite"));
    let mut store = Store::open(&at).unwrap();
    let account = account(&mut store);
    store.set_room(1 << 20).unwrap();
    let mut kept = 0;
    let error = loop {
        store.begin().unwrap();
        let inbox = store.folder_of(account, Role::Inbox).unwrap();
        let body = noise(kept, 50_000);
        let source = restante_store::Source::Whole { source: body.as_bytes(), digest: Digest::of(body.as_bytes()) };
        let summary = about(&format!("{kept}"), "");
        let new =
            restante_store::NewMessage { folder: inbox, summary: &summary, source, arrived_at: NOW, serial: None };
        match store.insert(&new).and_then(|_| store.commit()) {
            Ok(()) => kept += 1,
            Err(error) => break error,
        }
        assert!(kept < 100, "it is never full");
    };
    assert!(matches!(error, StoreError::Full), "{error}");
    store.roll_back().unwrap();
    assert_eq!(store.count(account).unwrap(), kept);
    assert!(kept > 5);
    store.set_room(1 << 30).unwrap();
    put(&mut store, account, &about("one more", ""));
    drop(store);
    let store = Store::open(&at).unwrap();
    assert_eq!(store.count(account).unwrap(), kept + 1);
    assert_eq!(store.check().unwrap().faults, Vec::<String>::new());
}
