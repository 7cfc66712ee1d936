//! A store in memory with an account, and messages for it.
#![allow(dead_code, reason = "each test file uses its part")]

use restante_store::{
    AccountId, Digest, Extent, FolderId, HeaderHash, Identity, Known, Listed, Location, MessageId, NewAccount,
    NewMessage, Role, Source, Store, Summary, Way,
};

/// The time at which everything happens: 2026-11-28.
pub(crate) const NOW: i64 = 1_795_824_000;

pub(crate) fn new_account(user: &str) -> NewAccount {
    let (name, host, user) = (user.into(), "pop.example.org".into(), user.into());
    NewAccount { name, host, port: 995, user, way: Way::default() }
}

pub(crate) fn account(store: &mut Store) -> AccountId {
    store.add_account(&new_account("ana")).unwrap()
}

pub(crate) fn store() -> (Store, AccountId) {
    let mut store = Store::open(&Location::Memory).unwrap();
    let account = account(&mut store);
    (store, account)
}

pub(crate) fn listed(uid: &str, octets: u64) -> Listed {
    Listed { uid: uid.into(), octets }
}

pub(crate) fn header(text: &str) -> HeaderHash {
    HeaderHash(Digest::of(text.as_bytes()).0)
}

pub(crate) fn about(subject: &str, text: &str) -> Summary {
    Summary { subject: subject.into(), text: text.into(), snippet: text.into(), ..Summary::default() }
}

/// Keeps a message in the inbox that no server lists.
pub(crate) fn put(store: &mut Store, account: AccountId, summary: &Summary) -> MessageId {
    let inbox = store.folder_of(account, Role::Inbox).unwrap();
    let source = format!("Subject: {}\r\n\r\n{}\r\n", summary.subject, summary.text);
    whole(store, inbox, summary, source.as_bytes())
}

/// Keeps a whole message.
pub(crate) fn whole(store: &mut Store, folder: FolderId, summary: &Summary, source: &[u8]) -> MessageId {
    let source = Source::Whole { source, digest: Digest::of(source) };
    store.insert(&NewMessage { folder, summary, source, arrived_at: NOW, serial: None }).unwrap()
}

/// Fetches what is new of a maildrop whose messages are these octets, as a session would, and tells how many were.
pub(crate) fn sync(store: &mut Store, account: AccountId, maildrop: &[(&str, &str)]) -> usize {
    let listing: Vec<_> = maildrop.iter().map(|(uid, body)| listed(uid, body.len() as u64)).collect();
    let known = store.take_listing(account, &listing, NOW).unwrap();
    let mut fetched = 0;
    for ((listed, known), (_, body)) in listing.iter().zip(known).zip(maildrop) {
        let identity = Identity { listed, header: header(body) };
        let is_here = match known {
            Known::Item(_) => true,
            Known::Perhaps => store.recognise(account, identity, NOW).unwrap().is_some(),
            Known::New => false,
        };
        if is_here {
            continue;
        }
        fetched += 1;
        let digest = Digest::of(body.as_bytes());
        if store.adopt(account, identity, digest, NOW).unwrap().is_some() {
            continue;
        }
        store.begin().unwrap();
        let inbox = store.folder_of(account, Role::Inbox).unwrap();
        let id = whole(store, inbox, &about(body, ""), body.as_bytes());
        store.note_kept(account, identity, id, Extent::Whole, NOW).unwrap();
        store.commit().unwrap();
    }
    store.close_listing(account, NOW).unwrap();
    fetched
}
