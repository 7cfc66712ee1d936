//! The outbox in front of a real Postfix, over connections that are cut at random octets in both directions, with an engine
//! that ends at random moments and is started again: no letter is lost, and none is sent twice unless somebody agreed to it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::LocalBoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use restante_api::keep::{AccountId, AccountView, Activity, Answer, Ask, Change, LetterChange, SignIn};
use restante_api::letter::{Draft, LetterId, LetterState, Sending};
use restante_api::oauth::Credential;
use restante_api::{Call, CallId, OpenMailbox, Reply, Request, Update};
use restante_engine::keep::{self, Client, Input, Place};
use restante_engine::platform::{Clock, Destination, Dial, Tunnel, TunnelFault};
use restante_native::{Folder, InMemory};
use restante_store::{Filter, List, Location, Order, Role, Store};
use restante_tests::maildrop::{Habit, Maildrop};
use tokio::sync::watch;

use super::*;

/// Letters, and how many of them are in the outbox together.
const LETTERS: u64 = 100;
const TOGETHER: u64 = 10;

/// Longer than the outbox waits between two tries.
const SKIP: u64 = 2 * 60 * 60;

/// Octets of a session in each direction, about: cuts are below.
const SESSION: (u64, u64) = (2200, 2800);

/// Random numbers that a seed decides.
struct Dice(Cell<u64>);

impl Dice {
    fn below(&self, end: u64) -> u64 {
        let mut state = self.0.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.0.set(state);
        (state >> 16) % end
    }
}

/// A way to servers that is cut where the mail goes out, and a clock that can be put forward while nothing is under way.
struct Post {
    submission: Vec<u16>,
    dice: Dice,
    /// Connections that are cut, whatever the dice say.
    owed: Cell<u64>,
    /// Whether connections break as a network does, or are closed as a server closes them.
    resets: Cell<bool>,
    /// Where connections were cut.
    cuts: RefCell<Vec<(u64, u64)>>,
    skipped: watch::Sender<u64>,
}

impl Post {
    /// Octets that get through the next connection, in each direction.
    fn next_way(&self) -> (u64, u64) {
        let owed = self.owed.get();
        self.owed.set(owed.saturating_sub(1));
        if owed == 0 && self.dice.below(3) > 0 {
            return (u64::MAX, u64::MAX);
        }
        let way = match self.dice.below(2) {
            0 => (self.dice.below(SESSION.0), u64::MAX),
            _ => (u64::MAX, self.dice.below(SESSION.1)),
        };
        self.cuts.borrow_mut().push(way);
        way
    }
}

impl Dial for Post {
    fn dial(&self, to: Destination) -> LocalBoxFuture<'static, Result<Box<dyn Tunnel>, TunnelFault>> {
        if !self.submission.contains(&to.port) {
            return Native.dial(to);
        }
        let (way, resets) = (self.next_way(), self.resets.get());
        async move {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let port = listener.local_addr().unwrap().port();
            tokio::spawn(cut(listener, to.port, vec![way], resets));
            Native.dial(Destination { port, ..to }).await
        }
        .boxed_local()
    }
}

impl Clock for Post {
    fn now(&self) -> u64 {
        Native.now() + *self.skipped.borrow()
    }

    fn sleep(&self, time: Duration) -> LocalBoxFuture<'static, ()> {
        let mut skipped = self.skipped.subscribe();
        async move {
            tokio::select! {
                () = tokio::time::sleep(time) => {}
                _ = skipped.changed() => {}
            }
        }
        .boxed_local()
    }
}

/// A page in front of the engine.
struct Page {
    calls: UnboundedSender<Input>,
    replies: UnboundedReceiver<(Client, Reply)>,
    asked: u32,
    account: Option<AccountView>,
}

impl Page {
    async fn reply(&mut self) -> (CallId, Update) {
        let next = tokio::time::timeout(Duration::from_secs(30), self.replies.next());
        let (_, Reply { to, update }) = next.await.expect("the engine says something").expect("the engine goes on");
        if let Update::Keep(Answer::Overview(overview)) = &update {
            self.account = overview.accounts.first().cloned();
        }
        (to, update)
    }

    async fn ask(&mut self, ask: Ask) -> Update {
        self.asked += 1;
        let id = CallId(self.asked);
        self.calls.unbounded_send(Input::Call(Client(0), Call::Ask { id, request: Request::Keep(ask) })).unwrap();
        loop {
            let (to, update) = self.reply().await;
            if to == id {
                assert!(!matches!(update, Update::Refused(_)), "{update:?}");
                return update;
            }
        }
    }

    async fn letter(&mut self, change: LetterChange) {
        self.ask(Ask::Change(Change::Letter(change))).await;
    }

    async fn until(&mut self, mut holds: impl FnMut(&AccountView) -> bool) {
        while !self.account.as_ref().is_some_and(&mut holds) {
            self.reply().await;
        }
    }

    fn states(&self) -> BTreeMap<u64, LetterState> {
        let letters = self.account.iter().flat_map(|account| &account.letters);
        letters.map(|letter| (letter.id.0, letter.state.clone())).collect()
    }
}

fn is_under_way(state: &LetterState) -> bool {
    matches!(state, LetterState::Sending | LetterState::Waiting { failure: None, .. })
}

/// How a run of the engine ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// As it should.
    Goodbye,
    /// As a process that is killed.
    Killed,
}

/// Runs the engine until the test is done with it.
async fn with(post: &Rc<Post>, home: &Path, secrets: &InMemory, test: impl AsyncFnOnce(&mut Page) -> End) {
    let (calls, incoming) = unbounded();
    let (outgoing, replies) = unbounded();
    let storage = Rc::new(Folder::new(home));
    let place = Place { platform: Rc::clone(post) as _, storage, secrets: Rc::new(secrets.clone()) };
    let mut running = std::pin::pin!(keep::run(place, incoming, move |client, reply| {
        let _ = outgoing.unbounded_send((client, reply));
    }));
    let mut page = Page { calls, replies, asked: 0, account: None };
    let end = tokio::select! {
        biased;
        () = &mut running => panic!("the engine ended"),
        end = test(&mut page) => end,
    };
    drop(page);
    if end == End::Goodbye {
        running.await;
    }
}

/// What a test remembers of a letter.
#[derive(Default, Debug)]
struct Story {
    /// How often somebody agreed to send it again though it was perhaps sent.
    agreed: usize,
    /// Somebody has seen that it was sent.
    settled: bool,
}

struct Correspondence<'a> {
    post: Rc<Post>,
    postfix: &'a Postfix,
    stories: BTreeMap<u64, Story>,
    doubts: usize,
    tries_that_failed: usize,
}

impl Correspondence<'_> {
    /// Sees to the letters until none goes on by itself, or, where the engine is to be killed, until it has said so much.
    async fn see_to(&mut self, page: &mut Page, account: AccountId, killed_after: Option<u64>) -> End {
        let mut patience = killed_after;
        loop {
            while page.states().values().any(is_under_way) {
                if patience == Some(0) {
                    return End::Killed;
                }
                patience = patience.map(|left| left - 1);
                page.reply().await;
            }
            let states = page.states();
            let waiting = states.values().filter(|state| matches!(state, LetterState::Waiting { .. })).count();
            self.tries_that_failed += waiting;
            for (number, state) in states {
                self.see_to_one(page, account, number, state).await;
            }
            if waiting > 0 {
                self.post.skipped.send_modify(|skipped| *skipped += SKIP);
                // The failure of the former try is told until the next one begins.
                let before = page.states();
                while page.states() == before {
                    page.reply().await;
                }
            } else if !page.states().values().any(is_under_way) {
                return End::Goodbye;
            }
        }
    }

    async fn see_to_one(&mut self, page: &mut Page, account: AccountId, number: u64, state: LetterState) {
        let id = LetterId(number);
        let story = self.stories.entry(number).or_default();
        match state {
            LetterState::InDoubt if !story.settled => {
                self.doubts += 1;
                match self.post.dice.below(3) {
                    // It stays there for somebody to see to.
                    0 => story.settled = true,
                    // Somebody asks the recipient.
                    1 => {
                        idle(self.postfix).await;
                        let was_sent = found(self.postfix).contains_key(&number);
                        page.letter(LetterChange::Settle(id, was_sent)).await;
                    }
                    // Somebody takes no chances.
                    _ => {
                        story.agreed += 1;
                        page.letter(LetterChange::Settle(id, false)).await;
                        page.letter(LetterChange::Save(account, id, Box::new(draft(number)))).await;
                        page.letter(LetterChange::Send(id)).await;
                        page.letter(LetterChange::SendNow(id)).await;
                    }
                }
            }
            // A server that hangs up on a password has refused it, as far as anybody can tell: somebody tries again. A
            // network that breaks is nobody's fault who could do something about it.
            LetterState::Waiting { failure: Some(failure), due_at: i64::MAX } => {
                let hung_up = failure.kind == FailureKind::WrongPassword && !self.post.resets.get();
                assert!(hung_up, "letter {number} waits for somebody: {failure:?}");
                page.letter(LetterChange::SendNow(id)).await;
            }
            LetterState::Draft { returned: Some(failure) } => panic!("letter {number} came back: {failure:?}"),
            _ => {}
        }
    }
}

fn draft(number: u64) -> Draft {
    let line = format!("{}\n.\n..\n", "All work and no play. ".repeat(1 + number as usize % 3));
    let text = line.repeat(1 + (number * 7 % 30) as usize);
    Draft { to: "bert@example.org".into(), subject: format!("Letter {number}"), text, ..Draft::default() }
}

/// Letters by their numbers, each as often as it is there.
type Letters = BTreeMap<u64, Vec<Vec<u8>>>;

/// The letter whose octets these are: its number is the first part of its Message-ID.
fn number_of(octets: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(octets);
    let id = text.split("Message-ID: <").nth(1).expect("a Message-ID");
    u64::from_str_radix(id.split('.').next().unwrap(), 16).unwrap()
}

fn by_number(letters: Vec<Vec<u8>>) -> Letters {
    let mut by_number = Letters::new();
    for octets in letters {
        by_number.entry(number_of(&octets)).or_default().push(octets);
    }
    by_number
}

/// What has arrived.
fn found(postfix: &Postfix) -> Letters {
    by_number(postfix.arrived("bert", "Date: ").unwrap())
}

async fn idle(postfix: &Postfix) {
    let until = Instant::now() + Duration::from_secs(60);
    while !postfix.is_idle().unwrap() && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What the store holds after the engine has ended: letters among what was sent, and those that are not sent yet.
fn held(home: &Path) -> (Letters, BTreeMap<u64, LetterState>) {
    let store = Store::open(&Location::File(home.join("mailbox.db"))).unwrap();
    let account = store.accounts().unwrap().remove(0).id;
    let sent = store.folder_of(account, Role::Sent).unwrap();
    let sent = store.list(List::Folder(sent), Filter::All, Order::Newest).unwrap();
    let letters = store.letters(account).unwrap().into_iter().map(|letter| (letter.id.0, letter.state));
    (by_number(sent.into_iter().map(|id| store.content(id).unwrap()).collect()), letters.collect())
}

fn seed() -> u64 {
    let given = std::env::var("RESTANTE_TESTS_SEED").ok();
    given.map_or(0x2545_F491_4F6C_DD1D, |seed| seed.parse::<u64>().expect("a number") | 1)
}

/// Says by which seed it went wrong.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the dice's seed: RESTANTE_TESTS_SEED={}", self.0);
        }
    }
}

async fn sign_in(page: &mut Page, maildrop: &Maildrop) -> AccountId {
    let open = OpenMailbox {
        host: "127.0.0.1".into(),
        port: maildrop.port(),
        security: Security::None,
        tls_end: TlsEnd::Browser,
        user: "ana".into(),
        credential: Credential::password("pencil"),
        trusted: None,
        cleartext_agreed: true,
        token: None,
        bridge: None,
    };
    let Update::Keep(Answer::Account(account)) = page.ask(Ask::Account(Box::new(open))).await else { panic!() };
    let sign_in = SignIn { credential: Credential::password("pencil"), token: None, keep: true };
    page.ask(Ask::Check(account, Some(sign_in))).await;
    account
}

#[tokio::test]
async fn wherever_connections_are_cut_and_the_engine_ends_every_letter_arrives_or_is_held_and_none_arrives_twice() {
    let identity = identity();
    let Some(postfix) = postfix(&identity, "plain", &["bert"]).await else { return };
    let seed = Seed(seed());
    let maildrop = Maildrop::start(Habit::None, []).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let secrets = InMemory::default();
    let post = Rc::new(Post {
        submission: vec![postfix.smtps_port(), postfix.submission_port()],
        dice: Dice(Cell::new(seed.0)),
        owed: Cell::new(0),
        resets: Cell::new(false),
        cuts: RefCell::default(),
        skipped: watch::Sender::new(0),
    });
    let mut correspondence = Correspondence {
        post: Rc::clone(&post),
        postfix: &postfix,
        stories: BTreeMap::new(),
        doubts: 0,
        tries_that_failed: 0,
    };
    let mut kills = 0;
    for batch in 0..LETTERS / TOGETHER {
        let (port, security) = match batch % 2 {
            0 => (postfix.smtps_port(), Security::Tls),
            _ => (postfix.submission_port(), Security::Starttls),
        };
        let sending = Sending { port, ..Sending::usual("ana@example.org", "127.0.0.1", security) };
        let killed_after = (batch % 3 == 0).then(|| post.dice.below(12));
        post.resets.set(batch % 4 < 2);
        let mut numbers = batch * TOGETHER + 1..=(batch + 1) * TOGETHER;
        let mut is_whole = false;
        while !is_whole {
            with(&post, home.path(), &secrets, async |page| {
                page.ask(Ask::Overview).await;
                let account = match &page.account {
                    Some(account) => account.id,
                    None => sign_in(page, &maildrop).await,
                };
                page.until(|account| account.checked_at > 0 && account.activity == Activity::Idle).await;
                page.ask(Ask::Change(Change::Sending(account, sending.clone()))).await;
                page.ask(Ask::Change(Change::TrustSending(account, Fingerprint(identity.fingerprint)))).await;
                let is_new = !numbers.is_empty();
                for number in numbers.by_ref() {
                    correspondence.stories.entry(number).or_default();
                    post.owed.set(post.owed.get() + 1);
                    page.letter(LetterChange::Save(account, LetterId(number), Box::new(draft(number)))).await;
                    page.letter(LetterChange::Send(LetterId(number))).await;
                    page.letter(LetterChange::SendNow(LetterId(number))).await;
                }
                let end = correspondence.see_to(page, account, killed_after.filter(|_| is_new)).await;
                is_whole = end == End::Goodbye;
                kills += usize::from(end == End::Killed);
                end
            })
            .await;
        }
    }
    idle(&postfix).await;
    let arrived = found(&postfix);
    let (sent, letters) = held(home.path());
    assert!(arrived.keys().all(|number| correspondence.stories.contains_key(number)), "a letter that nobody wrote");
    for (number, story) in &correspondence.stories {
        let times = arrived.get(number).map_or(0, Vec::len);
        let told = format!("letter {number}: arrived {times} times, {story:?}, {:?}", letters.get(number));
        assert!(times <= 1 + story.agreed, "{told}");
        match letters.get(number) {
            None => {
                assert!(times >= 1, "{told}");
                let [kept] = &sent[number][..] else { panic!("{told}: kept as sent {} times", sent[number].len()) };
                // Where it was sent again, somebody may have seen the former one.
                assert!(story.agreed > 0 || arrived[number].contains(kept), "{told}: it is not what is kept");
            }
            Some(LetterState::InDoubt) => {}
            // Whoever looked found that it had not arrived.
            Some(LetterState::Draft { returned: None }) => assert!(times <= story.agreed, "{told}"),
            other => panic!("{told}: {other:?}"),
        }
    }
    let (doubts, tries) = (correspondence.doubts, correspondence.tries_that_failed);
    let cuts = post.cuts.borrow();
    println!("{} cuts, {tries} tries failed, {doubts} doubts, {kills} kills, {} arrived", cuts.len(), arrived.len());
    assert!(cuts.len() >= 80 && tries > 30 && doubts > 10 && kills > 0, "{} {tries} {doubts} {kills}", cuts.len());
    drop(seed);
}
