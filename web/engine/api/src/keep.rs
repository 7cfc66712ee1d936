//! Mail that is kept on the device: accounts, folders, lists, and what is done with them.
//!
//! What is kept is told as a whole ([`Overview`]) and as one list at a time; both are told again after each change, in
//! answer to the question that asked for them, until it is taken back.

use serde::{Deserialize, Serialize};

use restante_protocol::tunnel::Secret;

use super::letter::{
    Beginning, Draft, FileId, FileView, LetterContent, LetterId, LetterView, Manner, Origin, Sending, SubmissionServer,
};
use super::oauth::Credential;
use super::{Address, CallId, Failure, Fingerprint, OpenMailbox, Security, Stage, TlsEnd};

/// The folder of the origin's private file system that the mailbox is in. Where there is none, nothing was ever kept: the
/// page looks for it, and makes none.
pub const DIRECTORY: &str = "restante";

/// The name of a worker that keeps nothing when it ends: letters are written in it beside a mailbox that is not kept.
pub const IN_MEMORY: &str = "in-memory";

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);
    };
}

identity!(
    /// An account that is kept. It stands for the same account for as long as there is one.
    AccountId
);
identity!(
    /// A folder of an account.
    FolderId
);
identity!(
    /// A conversation.
    ThreadId
);
identity!(
    /// A message that is kept: the same number as in its [`MessageRef`](super::MessageRef).
    KeptId
);

/// What the page asks of mail that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// What there is. Answered by [`Answer::Overview`], again after each change.
    Overview,
    /// Keeps this mailbox on the device: makes an account of it where there is none, and fetches what is new. Answered by
    /// [`Answer::Account`].
    Account(Box<OpenMailbox>),
    /// Makes an account of a mailbox whose mail stays where it is: letters are written from it, and nothing is fetched.
    /// Answered by [`Answer::Account`].
    Sender(Box<OpenMailbox>),
    /// Fetches what is new of an account. It takes a password where none is known, or the known one was refused.
    Check(AccountId, Option<SignIn>),
    /// Forgets the password of an account, here and on the device.
    ForgetPassword(AccountId),
    /// Stops fetching for now: what is under way comes to its end.
    Pause(AccountId),
    /// A list of messages. Answered by [`Update::Opened`](super::Update::Opened), by
    /// [`Update::Changed`](super::Update::Changed) after each change, and by rows as [`Request::Show`](super::Request::Show)
    /// asks for them. It replaces the list that was asked for before.
    List(ListQuery),
    /// Which messages are at these places of the list, whether or not their rows were shown. Answered by
    /// [`Answer::Listed`].
    Listed {
        /// The position of the first.
        first: u32,
        /// How many.
        count: u32,
    },
    /// Changes what is kept. Answered by [`Answer::Done`].
    Change(Change),
    /// A letter that is being written or waits to be sent. Answered by [`Answer::Letter`].
    Letter(LetterId),
    /// Makes a letter from a message: a draft of the message's account, with the files that go along. Answered by
    /// [`Answer::Begun`].
    Begin(LetterId, Manner, Origin),
    /// Who has written to these accounts and has such words in name or address, as somebody types them. Answered by
    /// [`Answer::Correspondents`].
    Correspondents(String),
    /// Counts the messages on the server that a policy would delete now. Answered by [`Answer::Count`].
    WouldDelete(AccountId, Policy),
    /// Writes all messages of an account into a file, and its letters that are not sent yet. Answered by [`Answer::Piece`]s, four of them at first and one more for
    /// each [`Ask::NextPiece`].
    Export(AccountId, Archive),
    /// Asks for one more piece of the file that this question asked for. It has no answer of its own.
    NextPiece(CallId),
    /// A piece of a file (mbox, or one message) that is taken into an account's folder Archive. Answered by
    /// [`Answer::Count`], the messages so far, when the next may be sent. An empty piece is the end.
    Import {
        /// The account.
        account: AccountId,
        /// The next octets.
        #[serde(with = "serde_bytes")]
        octets: Vec<u8>,
    },
    /// Writes what can be read of a mailbox that is [damaged](super::FailureKind::Damaged) into a file (mboxrd). Answered by
    /// [`Answer::Piece`]s.
    Rescue,
    /// Removes a mailbox that is damaged from this device, all accounts of it. Answered by [`Answer::Done`].
    Discard,
}

/// What an account is signed in with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignIn {
    /// The password, or what a provider has granted.
    pub credential: Credential,
    /// The bridge's access token, where it asks for one.
    pub token: Option<Secret>,
    /// Both are kept on the device, encrypted; else they are forgotten with the page.
    pub keep: bool,
}

/// What is told of mail that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Ask::Overview`].
    Overview(Box<Overview>),
    /// To [`Ask::Account`] and [`Ask::Sender`].
    Account(AccountId),
    /// To [`Ask::Change`], [`Ask::Check`], [`Ask::Pause`], [`Ask::ForgetPassword`] and
    /// [`Ask::Discard`].
    Done(Done),
    /// To [`Ask::Letter`].
    Letter(Box<LetterContent>),
    /// To [`Ask::Begin`]: the account, and how the letter begins.
    Begun(AccountId, Box<Beginning>),
    /// To [`Ask::Correspondents`]: a few of them, those who write most first.
    Correspondents(Vec<Address>),
    /// To a question for a number of messages.
    Count(u32),
    /// To [`Ask::Listed`], in the order of the list; fewer where the list is shorter.
    Listed(Vec<KeptId>),
    /// A piece of a file. An empty one is its end.
    Piece {
        /// Messages written so far.
        messages: u32,
        /// The next octets.
        #[serde(with = "serde_bytes")]
        octets: Vec<u8>,
    },
}

/// All that is kept, but for the messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// The accounts, in the order they were made.
    pub accounts: Vec<AccountView>,
    /// How much room the mailbox takes on this device.
    pub room: Room,
    /// Another tab does the work for this one.
    pub follows: bool,
}

/// Room on the device, in octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Room {
    /// What is taken.
    pub used: u64,
    /// What the browser grants, as far as it says.
    pub granted: Option<u64>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountView {
    /// Its identity.
    pub id: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// Mail server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Security.
    pub security: Security,
    /// Where TLS ends.
    pub tls_end: TlsEnd,
    /// The address of the bridge, where it is not the page's own.
    pub bridge: Option<String>,
    /// User name.
    pub user: String,
    /// What is kept, and what becomes of mail on the server.
    pub settings: AccountSettings,
    /// Its folders: the standard ones first, then its owner's by name.
    pub folders: Vec<FolderView>,
    /// Who writes from it, and by which server.
    pub sending: Sending,
    /// What is known of that server.
    pub submission_server: SubmissionServer,
    /// Its drafts and its outbox, the letter that was changed last first.
    pub letters: Vec<LetterView>,
    /// What goes on with it.
    pub activity: Activity,
    /// When the server was signed in to last, seconds since 1970-01-01 UTC; 0: never.
    pub checked_at: i64,
    /// Messages that could not be fetched and are tried again later.
    pub postponed: u32,
    /// Days after which the server itself removes mail, where it says so (RFC 2449, section 6.7).
    pub expires: Option<u32>,
    /// The password is known: for as long as the page is open, or because it is kept.
    pub has_password: bool,
    /// The password is kept on this device.
    pub keeps_password: bool,
}

/// What an account's owner decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSettings {
    /// What becomes of mail on the server.
    pub policy: Policy,
    /// Octets above which only the header of a message is fetched.
    pub size_limit: Option<u64>,
    /// Minutes between two checks for new mail; `None`: only when asked.
    pub check_every: Option<u32>,
}

/// What becomes of messages on the server once they are kept here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Policy {
    /// They stay.
    #[default]
    Leave,
    /// They are deleted when they have been kept for so many days.
    DeleteAfter {
        /// Days.
        days: u32,
    },
    /// They are deleted when they are deleted here.
    DeleteWhenDeletedHere,
    /// They are deleted as soon as they are kept.
    DeleteOnceKept,
    /// They stay, and only their headers are kept; the rest comes on demand.
    HeadersOnly,
}

/// A folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderView {
    /// Its identity.
    pub id: FolderId,
    /// What it is for.
    pub role: Role,
    /// Its name, where its owner gave it one.
    pub name: String,
    /// Messages in it.
    pub messages: u32,
    /// Those that were not read.
    pub unread: u32,
}

/// What a folder is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    /// New mail comes in here.
    Inbox,
    /// What is done with, but kept.
    Archive,
    /// What was deleted, until it is emptied.
    Deleted,
    /// What was written and sent from here.
    Sent,
    /// Whatever its owner says.
    Own,
}

/// What goes on with an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Activity {
    /// Nothing.
    Idle,
    /// It waits for another account's turn, or for the time that the server wants between two logins.
    Waiting {
        /// Seconds, where they are known.
        seconds: Option<u32>,
    },
    /// The server is being reached or asked what there is.
    Connecting(Stage),
    /// Messages are coming.
    Fetching(Transfer),
    /// It was paused: what is missing comes with the next check.
    Paused {
        /// Messages that are missing.
        left: u32,
    },
    /// The connection broke, and is taken up again.
    Again {
        /// Why it broke.
        failure: Box<Failure>,
        /// Seconds until then.
        seconds: u32,
    },
    /// It ended early. What was kept stays, and nothing was deleted on the server that is not here.
    Failed(Box<Failure>),
}

/// How far a transfer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Transfer {
    /// Messages that have come.
    pub messages: u32,
    /// Messages that are to come, all together.
    pub of_messages: u32,
    /// Octets that have come.
    pub octets: u64,
    /// Octets that are to come, as far as they are known; 0 where they are not.
    pub of_octets: u64,
    /// Octets a second, of late.
    pub rate: Option<u64>,
    /// Seconds that the rest takes at that rate.
    pub seconds_left: Option<u64>,
}

/// Which messages a list has, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListQuery {
    /// Where they are.
    pub within: Within,
    /// What somebody typed to search: words, quoted phrases, `from:`, `to:`, `subject:`, `has:attachment`, `is:unread`,
    /// `before:`, `after:`, `larger:`, `in:`. Empty: all. What is found is in the order of how well it matches.
    pub search: String,
    /// Which of them.
    pub filter: Filter,
    /// In which order, unless something is searched for.
    pub order: Order,
}

/// Where the messages of a list are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Within {
    /// In all accounts' folders of one role: the unified inbox, for example.
    Role(Role),
    /// In a folder.
    Folder(FolderId),
    /// In a conversation.
    Thread(ThreadId),
    /// Anywhere.
    Everywhere,
}

/// Which messages of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Those that were not read.
    Unread,
    /// Those with a star.
    Starred,
    /// Those with attachments.
    Attachments,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// By the sender's name or address.
    Sender,
    /// By subject, prefixes of replies aside.
    Subject,
    /// The largest first.
    Largest,
}

/// What a row shows of a kept message beside the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Marks {
    /// It was read.
    pub read: bool,
    /// It has a star.
    pub starred: bool,
    /// Only its header is kept; the rest is on the server.
    pub header_only: bool,
    /// The folder it is in; always there for a kept message.
    pub folder: Option<FolderId>,
    /// The conversation, where it has other messages too: which, and how many in all.
    pub thread: Option<(ThreadId, u32)>,
    /// Where a search found what it looked for.
    pub hits: Hits,
}

/// Ranges of octets of a row's texts, in order and without overlap.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hits {
    /// In the sender's name, or in the address where there is no name.
    pub from: Vec<(u32, u32)>,
    /// In the subject.
    pub subject: Vec<(u32, u32)>,
    /// In the snippet.
    pub snippet: Vec<(u32, u32)>,
}

/// What is changed here. Each is written before it is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// Messages were read, or are to count as unread.
    Read(Vec<KeptId>, bool),
    /// Messages get or lose their star.
    Star(Vec<KeptId>, bool),
    /// Messages go to a folder of their account.
    Move(Vec<KeptId>, FolderId),
    /// Messages go to their account's folder of this role.
    MoveTo(Vec<KeptId>, Role),
    /// Messages go back to where they were.
    Restore(Vec<(KeptId, FolderId)>),
    /// All messages in an account's folder Deleted are removed for good.
    EmptyDeleted(AccountId),
    /// The rest of messages is fetched whose headers alone are kept.
    FetchRest(Vec<KeptId>),
    /// A folder of the owner's own is made.
    AddFolder(AccountId, String),
    /// A folder of the owner's own gets another name.
    RenameFolder(FolderId, String),
    /// A folder of the owner's own is removed; what is in it goes to Archive.
    RemoveFolder(FolderId),
    /// An account's owner decides.
    Settings(AccountId, AccountSettings),
    /// This certificate of an account's server is accepted though it does not verify, and no other that does not.
    Trust(AccountId, Fingerprint),
    /// An account is removed from this device with all that is kept of it. The server is not asked for anything.
    RemoveAccount(AccountId),
    /// An account's owner decides who writes from it, and by which server.
    Sending(AccountId, Sending),
    /// This certificate of the server by which an account sends is accepted though it does not verify, and no other that
    /// does not. What waits for it in the outbox is sent.
    TrustSending(AccountId, Fingerprint),
    /// A letter.
    Letter(LetterChange),
}

/// What is changed of a letter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LetterChange {
    /// Saves a draft of an account.
    Save(AccountId, LetterId, Box<Draft>),
    /// Adds a file to a draft.
    Attach {
        /// The draft.
        letter: LetterId,
        /// The file.
        file: FileView,
        /// Its octets.
        #[serde(with = "serde_bytes")]
        octets: Vec<u8>,
    },
    /// Takes a file off a draft.
    Detach(LetterId, FileId),
    /// Removes a letter that is not being sent.
    Discard(LetterId),
    /// Puts a draft into the outbox. It is sent after [`UNDO_SECONDS`].
    Send(LetterId),
    /// A letter in the outbox that is not being sent is a draft again.
    Recall(LetterId),
    /// A letter in the outbox is sent now.
    SendNow(LetterId),
    /// Somebody says of a letter in doubt whether it was taken: it was sent, or is a draft again.
    Settle(LetterId, bool),
}

/// Seconds between [`LetterChange::Send`] and the moment when the letter is sent: it can be taken back until then.
pub const UNDO_SECONDS: i64 = 10;

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Done {
    /// It is done.
    Changed,
    /// Messages were moved: where each was. [`Change::Restore`] takes it back.
    Moved(Vec<(KeptId, FolderId)>),
}

/// The form of a file with many messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Archive {
    /// One text with all of them (mboxrd).
    Mbox,
    /// A ZIP of `.eml` files.
    Zip,
}
