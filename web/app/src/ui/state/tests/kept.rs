//! Mail that is kept.

use restante_api::SearchFault;
use restante_api::keep::*;
use restante_api::oauth::Credential;
use restante_api::runs::Run;

use super::super::kept::{Deed, Drag, Knob, Opening, Sheet, Step, Told};
use super::*;

fn folder(id: u32, role: Role, messages: u32) -> FolderView {
    FolderView { id: FolderId(id), role, name: String::new(), messages, unread: 0 }
}

pub(super) fn account_view(id: u32) -> AccountView {
    AccountView {
        id: AccountId(id),
        name: format!("a{id}@example.org"),
        host: "pop.example.org".into(),
        port: 995,
        security: Security::Tls,
        tls_end: restante_api::TlsEnd::Browser,
        bridge: None,
        user: format!("a{id}"),
        settings: AccountSettings { policy: Policy::Leave, size_limit: None, check_every: None },
        folders: vec![
            folder(id * 10, Role::Inbox, 10),
            folder(id * 10 + 1, Role::Archive, 0),
            folder(id * 10 + 2, Role::Deleted, 0),
        ],
        sending: restante_api::letter::Sending {
            host: "pop.example.org".into(),
            port: 465,
            security: Security::Tls,
            name: String::new(),
            address: format!("a{id}@example.org"),
            signature: String::new(),
            copy_to_self: false,
            identities: vec![],
        },
        submission_server: restante_api::letter::SubmissionServer::default(),
        letters: vec![],
        activity: Activity::Idle,
        checked_at: 1,
        postponed: 0,
        expires: None,
        has_password: true,
        keeps_password: false,
    }
}

pub(super) fn overview(accounts: Vec<AccountView>) -> Update {
    let overview = Overview { accounts, room: Room::default(), follows: false };
    Update::Keep(Answer::Overview(Box::new(overview)))
}

/// The question among these effects that is like this.
pub(super) fn question(effects: &[Effect], like: impl Fn(&Request) -> bool) -> CallId {
    let id = effects.iter().find_map(|effect| match effect {
        Effect::Call(Call::Ask { id, request }) if like(request) => Some(*id),
        _ => None,
    });
    id.unwrap_or_else(|| panic!("it is not asked: {effects:?}"))
}

pub(super) struct At {
    pub(super) state: State,
    pub(super) overview: CallId,
    list: CallId,
}

fn is_list(request: &Request) -> bool {
    matches!(request, Request::Keep(Ask::List(_)))
}

pub(super) fn is_change(request: &Request) -> bool {
    matches!(request, Request::Keep(Ask::Change(_)))
}

/// A page that shows this many kept messages of these accounts.
pub(super) fn at(messages: u32, accounts: u32) -> At {
    let mut state = State::default();
    let effects = reduce(&mut state, Action::Found);
    let overview_call = question(&effects, |request| *request == Request::Keep(Ask::Overview));
    let list = question(&effects, is_list);
    let mut at = At { state, overview: overview_call, list };
    let effects = answer(&mut at.state, overview_call, overview((1..=accounts).map(account_view).collect()));
    assert_eq!(effects, [Effect::KeepPage], "what is kept is readable without a network");
    at.open(messages);
    at.rows(0..messages.min(50));
    at
}

impl At {
    fn open(&mut self, messages: u32) -> Vec<Effect> {
        let to = self.list;
        answer(&mut self.state, to, Update::Opened { list: ListId::kept(), messages, octets: 0 })
    }

    fn rows(&mut self, positions: std::ops::Range<u32>) -> Vec<Effect> {
        let rows = positions.map(|position| kept_row(position, 1000 + position)).collect();
        let to = self.list;
        answer(&mut self.state, to, Update::Rows(rows))
    }

    fn changed(&mut self, messages: u32, runs: Vec<Run>) -> Vec<Effect> {
        let to = self.list;
        answer(&mut self.state, to, changed(messages, runs))
    }

    pub(super) fn keep(&mut self, action: KeptAction) -> Vec<Effect> {
        reduce(&mut self.state, Action::Keep(action))
    }

    fn list(&mut self, action: KeptAction) -> ListQuery {
        let effects = self.keep(action);
        self.list = question(&effects, is_list);
        match asks(&effects).into_iter().find(|request| is_list(request)) {
            Some(Request::Keep(Ask::List(query))) => query.clone(),
            _ => unreachable!("it was found above"),
        }
    }

    fn mailbox(&self) -> &Mailbox {
        self.state.mailbox.as_ref().unwrap()
    }

    pub(super) fn kept(&self) -> &Kept {
        self.state.kept.as_ref().unwrap()
    }
}

fn kept_row(position: u32, id: u32) -> Row {
    Row::new(position, MessageRef::in_list(ListId::kept(), id))
}

fn changed(messages: u32, runs: Vec<Run>) -> Update {
    Update::Changed { list: ListId::kept(), messages, octets: 0, runs, arrived: vec![] }
}

fn run(from: u32, to: u32, rows: u32) -> Run {
    Run { from, to, rows }
}

#[test]
fn whoever_keeps_mail_sees_it_at_once_and_whoever_follows_a_link_the_form() {
    let at = at(3, 1);
    assert_eq!((&at.state.phase, at.state.program, at.mailbox().known), (&Phase::Kept, Program::Keeper, 3));
    let mut state = State::default();
    reduce(&mut state, Action::Link("pops://ana@pop.example.org".into()));
    assert!(reduce(&mut state, Action::Found).is_empty());
    assert!(state.keeps && state.phase == Phase::Form);
    assert!(reduce(&mut state, Action::Keep(KeptAction::Enter)).contains(&Effect::ReplaceEngine));
}

#[test]
fn keeping_a_mailbox_asks_the_browser_for_room_and_forgets_the_form_once_there_is_an_account() {
    let mut state = filled();
    reduce(&mut state, Action::Edit(Field::Keep(true)));
    reduce(&mut state, Action::Edit(Field::KeepPassword(true)));
    let effects = reduce(&mut state, Action::Submit);
    assert_eq!((state.program, &state.phase), (Program::Keeper, &Phase::Kept));
    assert!(effects.contains(&Effect::Persist) && effects[0] == Effect::ReplaceEngine);
    let overviews = question(&effects, |request| *request == Request::Keep(Ask::Overview));
    // There is no account yet, and it is not the form that is shown for that.
    answer(&mut state, overviews, overview(vec![]));
    assert_eq!(state.phase, Phase::Kept);
    let account = question(&effects, |request| matches!(request, Request::Keep(Ask::Account(_))));
    let effects = answer(&mut state, account, Update::Keep(Answer::Account(AccountId(1))));
    assert!(state.form.is_untouched());
    let [Request::Keep(Ask::Check(AccountId(1), Some(sign_in)))] = asks(&effects)[..] else { panic!("{effects:?}") };
    assert!(sign_in.keep && sign_in.credential == Credential::password("open sesame"));
}

#[test]
fn where_nothing_can_be_kept_the_form_says_so_with_all_that_was_typed() {
    let mut state = filled();
    reduce(&mut state, Action::Edit(Field::Keep(true)));
    let effects = reduce(&mut state, Action::Submit);
    let overviews = question(&effects, |request| *request == Request::Keep(Ask::Overview));
    let effects = answer(&mut state, overviews, Update::Refused(Box::new(failure(FailureKind::NoStorage))));
    assert_eq!((&state.phase, state.program), (&Phase::Form, Program::Preview));
    assert_eq!(state.failure.as_ref().unwrap().kind, FailureKind::NoStorage);
    assert_eq!(state.form.password, Secret::new("open sesame"));
    assert_eq!(effects, [Effect::ReplaceEngine, Effect::Focus(Focus::Failure)]);
}

#[test]
fn a_list_that_grows_at_its_top_keeps_keyboard_choice_and_what_is_read_at_their_messages() {
    let mut at = at(20, 1);
    reduce(&mut at.state, Action::Choose(Choice::Toggle(7)));
    reduce(&mut at.state, Action::Choose(Choice::Toggle(8)));
    let (moves, reading) = (at.mailbox().moves, at.mailbox().reading.clone());
    at.changed(22, vec![run(0, 2, 20)]);
    let mailbox = at.mailbox();
    assert_eq!((mailbox.cursor, mailbox.moves, mailbox.selection.anchor), (10, moves, Some(10)));
    assert_eq!(mailbox.selection.numbers.iter().copied().collect::<Vec<_>>(), [1007, 1008]);
    assert_eq!((mailbox.row(0), mailbox.row(2).unwrap().message.number), (None, 1000));
    assert_eq!(mailbox.reading, reading);
    reduce(&mut at.state, Action::Read(5));
    at.changed(21, vec![run(0, 0, 3), run(4, 3, 18)]);
    assert_eq!(at.mailbox().reading.as_ref().unwrap().position, Some(4));
    assert_eq!(at.state.opened().unwrap().message.number, 1003);
}

#[test]
fn a_row_that_changes_in_its_place_stays_in_sight_until_it_is_new() {
    let mut at = at(20, 1);
    reduce(&mut at.state, Action::InSight { first: 0, count: 20 });
    reduce(&mut at.state, Action::Read(5));
    let effects = at.changed(20, vec![run(0, 0, 5), run(6, 6, 14)]);
    assert!(asks(&effects).contains(&&Request::Show { first: 0, count: 20 }), "{effects:?}");
    assert_eq!((at.mailbox().cursor, at.mailbox().row(5).unwrap().marks.read), (5, false));
    assert_eq!(at.mailbox().reading.as_ref().unwrap().position, Some(5));
    let mut row = kept_row(5, 1005);
    row.marks.read = true;
    let to = at.list;
    answer(&mut at.state, to, Update::Rows(vec![row]));
    assert!(at.mailbox().row(5).unwrap().marks.read && at.mailbox().wanted().is_none());
}

#[test]
fn what_is_read_stays_open_where_it_falls_out_of_the_list_and_one_goes_on_from_there() {
    let mut at = at(20, 1);
    reduce(&mut at.state, Action::Read(5));
    at.changed(19, vec![run(0, 0, 5), run(6, 5, 14)]);
    assert_eq!(at.state.opened().unwrap().message.number, 1005);
    assert_eq!(at.mailbox().reading.as_ref().unwrap().position, None);
    reduce(&mut at.state, Action::Step(1));
    assert_eq!(at.state.opened().unwrap().message.number, 1006);
}

#[test]
fn deleting_closes_the_message_and_can_be_taken_back() {
    let mut at = at(20, 1);
    reduce(&mut at.state, Action::Read(5));
    let effects = at.keep(KeptAction::Do(Deed::Delete));
    assert!(asks(&effects).contains(&&Request::Keep(Ask::Change(Change::MoveTo(vec![KeptId(1005)], Role::Deleted)))));
    assert!(at.state.opened().is_none() && effects.contains(&Effect::Focus(Focus::List)));
    assert!(effects.contains(&Effect::Rise(1)));
    let moved = vec![(KeptId(1005), FolderId(10))];
    answer(&mut at.state, question(&effects, is_change), Update::Keep(Answer::Done(Done::Moved(moved.clone()))));
    assert_eq!(at.kept().told, Some(Told::Moved(1, "Deleted".into())));
    at.changed(19, vec![run(0, 0, 5), run(6, 5, 14)]);
    assert_eq!(at.mailbox().cursor, 5, "the next row");
    let effects = at.keep(KeptAction::Undo);
    assert_eq!(asks(&effects), [&Request::Keep(Ask::Change(Change::Restore(moved.clone())))]);
    answer(&mut at.state, asked(&effects), Update::Keep(Answer::Done(Done::Moved(moved))));
    assert_eq!(at.kept().told, Some(Told::Restored(1)));
    assert!(at.keep(KeptAction::Undo).is_empty(), "there is nothing more to take back");
}

#[test]
fn a_star_is_set_unless_all_have_one_and_unread_the_other_way_round() {
    let mut at = at(20, 1);
    for position in [1, 2] {
        reduce(&mut at.state, Action::Choose(Choice::Toggle(position)));
    }
    let ids = vec![KeptId(1001), KeptId(1002)];
    let star = at.keep(KeptAction::Do(Deed::Star));
    assert_eq!(asks(&star), [&Request::Keep(Ask::Change(Change::Star(ids.clone(), true)))]);
    let unread = at.keep(KeptAction::Do(Deed::Unread));
    assert_eq!(asks(&unread), [&Request::Keep(Ask::Change(Change::Read(ids, true)))], "none was read");
}

#[test]
fn all_messages_can_be_chosen_without_their_rows() {
    let mut at = at(1000, 1);
    let effects = reduce(&mut at.state, Action::Choose(Choice::All));
    assert_eq!(asks(&effects), [&Request::Keep(Ask::Listed { first: 0, count: 1000 })]);
    let ids: Vec<KeptId> = (1000..2000).map(KeptId).collect();
    answer(&mut at.state, asked(&effects), Update::Keep(Answer::Listed(ids.clone())));
    assert_eq!(at.mailbox().selection.len(), 1000);
    // What is known of some rows decides for all.
    let read = at.keep(KeptAction::Do(Deed::Unread));
    assert_eq!(asks(&read), [&Request::Keep(Ask::Change(Change::Read(ids.clone(), true)))]);
    let star = at.keep(KeptAction::Do(Deed::Star));
    assert_eq!(asks(&star), [&Request::Keep(Ask::Change(Change::Star(ids, true)))]);
}

#[test]
fn a_search_replaces_the_list_when_it_has_come_and_what_answers_the_former_is_left_out() {
    let mut at = at(20, 1);
    assert_eq!(at.keep(KeptAction::Search("sc".into())), [Effect::SearchSoon]);
    let former = at.list;
    let query = at.list(KeptAction::SearchDue);
    assert_eq!((query.search.as_str(), query.within), ("sc", Within::Everywhere));
    assert!(asks(&at.keep(KeptAction::SearchDue)).is_empty(), "it is asked for already");
    assert_eq!(at.mailbox().len(), 20, "the list stays until there is another");
    answer(&mut at.state, former, changed(21, vec![run(0, 1, 20)]));
    assert_eq!(at.mailbox().len(), 20);
    at.open(2);
    assert_eq!((at.mailbox().len(), at.mailbox().known), (2, 0));
    answer(&mut at.state, former, Update::Rows(vec![kept_row(0, 1000)]));
    assert_eq!(at.mailbox().known, 0, "a row of the former list");
    assert_eq!(at.list(KeptAction::EndSearch).within, Within::Role(Role::Inbox));
}

#[test]
fn what_is_no_search_is_told_and_the_list_stays() {
    let mut at = at(20, 1);
    at.keep(KeptAction::Search("before:x".into()));
    at.list(KeptAction::SearchDue);
    let to = at.list;
    answer(&mut at.state, to, Update::Refused(Box::new(failure(FailureKind::BadSearch(SearchFault::Read)))));
    assert_eq!(at.kept().refused.as_ref().unwrap().kind, FailureKind::BadSearch(SearchFault::Read));
    assert_eq!(at.mailbox().len(), 20);
}

#[test]
fn a_policy_that_deletes_tells_how_much_and_is_saved_only_when_agreed_to() {
    let mut at = at(20, 1);
    at.keep(KeptAction::Open(Opening::Settings(AccountId(1))));
    at.keep(KeptAction::Turn(Knob::Days("x".into())));
    assert!(asks(&at.keep(KeptAction::Save)).is_empty(), "no number of days");
    at.keep(KeptAction::Turn(Knob::Days("30".into())));
    let policy = Policy::DeleteAfter { days: 30 };
    let effects = at.keep(KeptAction::Save);
    assert_eq!(asks(&effects), [&Request::Keep(Ask::WouldDelete(AccountId(1), policy))]);
    assert!(asks(&at.keep(KeptAction::Agree)).is_empty(), "nobody has been told yet");
    answer(&mut at.state, asked(&effects), Update::Keep(Answer::Count(1204)));
    assert!(matches!(&at.kept().sheet, Some(Sheet::Settings(draft)) if draft.step == Step::Asking(1204)));
    let settings = AccountSettings { policy, size_limit: None, check_every: None };
    let effects = at.keep(KeptAction::Agree);
    assert_eq!(asks(&effects), [&Request::Keep(Ask::Change(Change::Settings(AccountId(1), settings)))]);
    // One that deletes nothing is saved at once, and a count that comes late changes nothing.
    at.keep(KeptAction::Open(Opening::Settings(AccountId(1))));
    at.keep(KeptAction::Turn(Knob::Policy(Policy::DeleteOnceKept)));
    let counting = asked(&at.keep(KeptAction::Save));
    at.keep(KeptAction::Turn(Knob::Policy(Policy::HeadersOnly)));
    answer(&mut at.state, counting, Update::Keep(Answer::Count(9)));
    let effects = at.keep(KeptAction::Save);
    assert!(matches!(asks(&effects)[..], [Request::Keep(Ask::Change(Change::Settings(..)))]), "{effects:?}");
}

#[test]
fn checking_asks_for_the_password_where_it_is_missing_or_was_refused() {
    let mut at = at(20, 1);
    assert!(matches!(asks(&at.keep(KeptAction::Check))[..], [Request::Keep(Ask::Check(AccountId(1), None))]));
    for activity in [Activity::Idle, Activity::Failed(Box::new(failure(FailureKind::WrongPassword)))] {
        let mut account = account_view(1);
        account.has_password = activity != Activity::Idle;
        account.activity = activity;
        let to = at.overview;
        answer(&mut at.state, to, overview(vec![account]));
        assert!(asks(&at.keep(KeptAction::Check)).is_empty());
        assert!(matches!(at.kept().sheet, Some(Sheet::Password(_))));
        at.keep(KeptAction::TypePassword(Secret::new("pw")));
        let effects = at.keep(KeptAction::SignIn);
        let [Request::Keep(Ask::Check(_, Some(sign_in)))] = asks(&effects)[..] else { panic!("{effects:?}") };
        assert!(!sign_in.keep, "not unless it is wanted");
    }
}

#[test]
fn several_accounts_are_checked_together_from_all_inboxes_and_alone_from_a_folder() {
    let mut at = at(20, 2);
    assert_eq!(asks(&at.keep(KeptAction::Check)).len(), 2);
    at.list(KeptAction::Go(Within::Folder(FolderId(20))));
    let effects = at.keep(KeptAction::Check);
    assert!(matches!(asks(&effects)[..], [Request::Keep(Ask::Check(AccountId(2), None))]), "{effects:?}");
}

#[test]
fn the_last_account_that_is_removed_leads_back_to_the_form() {
    let mut at = at(20, 1);
    at.keep(KeptAction::Open(Opening::Remove(AccountId(1))));
    let effects = at.keep(KeptAction::Confirm);
    assert_eq!(asks(&effects), [&Request::Keep(Ask::Change(Change::RemoveAccount(AccountId(1))))]);
    let to = at.overview;
    assert!(answer(&mut at.state, to, overview(vec![])).contains(&Effect::ForgetPage));
    assert_eq!((&at.state.phase, at.state.keeps, at.state.program), (&Phase::Form, false, Program::Preview));
}

#[test]
fn an_engine_that_dies_is_started_anew_and_asked_for_what_is_shown() {
    let mut at = at(20, 1);
    at.list(KeptAction::Go(Within::Folder(FolderId(11))));
    at.open(3);
    reduce(&mut at.state, Action::Cursor(2));
    let effects = reduce(&mut at.state, Action::EngineDied(Death::Hung));
    assert!(effects.contains(&Effect::ReplaceEngine));
    at.list = question(&effects, is_list);
    at.open(3);
    assert_eq!((at.mailbox().cursor, at.kept().place), (2, Within::Folder(FolderId(11))));
    for _ in 0..2 {
        reduce(&mut at.state, Action::EngineDied(Death::Hung));
    }
    assert!(at.kept().failure.is_some(), "not for ever");
    assert!(at.keep(KeptAction::Enter).contains(&Effect::ReplaceEngine));
}

#[test]
fn the_rest_of_a_message_is_read_as_soon_as_it_has_come() {
    let mut at = at(20, 1);
    let mut row = kept_row(5, 1005);
    row.marks.header_only = true;
    let to = at.list;
    answer(&mut at.state, to, Update::Rows(vec![row]));
    let effects = reduce(&mut at.state, Action::Read(5));
    let message = at.state.opened().unwrap().message.clone();
    answer(&mut at.state, asked(&effects), Update::Message(Box::new(view(message.clone(), None))));
    at.keep(KeptAction::Do(Deed::FetchRest));
    let effects = answer(&mut at.state, to, Update::Rows(vec![kept_row(5, 1005)]));
    assert_eq!(asks(&effects), [&Request::Read(message)]);
}

#[test]
fn a_backup_is_written_piece_by_piece_and_saved_at_its_end() {
    let mut at = at(20, 1);
    let question = asked(&at.keep(KeptAction::Export(AccountId(1), Archive::Mbox)));
    let piece = |octets: &[u8]| Update::Keep(Answer::Piece { messages: 3, octets: octets.to_vec() });
    let effects = answer(&mut at.state, question, piece(b"From "));
    assert!(effects.contains(&Effect::Gather(b"From ".to_vec())));
    assert_eq!(asks(&effects), [&Request::Keep(Ask::NextPiece(question))], "one at a time");
    let effects = answer(&mut at.state, question, piece(b""));
    assert_eq!(effects, [Effect::SaveGathered { name: "a1@example.org".into(), form: Archive::Mbox }]);
    assert_eq!((&at.kept().file, &at.kept().told), (&None, &Some(Told::Exported(3))));
}

#[test]
fn a_file_is_taken_in_piece_by_piece_each_when_the_former_is_written() {
    let mut at = at(20, 1);
    // The file itself is the browser's: here it is enough that there is one.
    at.state.kept.as_mut().unwrap().file = Some(super::super::kept::FileWork::Import {
        account: AccountId(1),
        before: 0,
        messages: 0,
        octets: 0,
        call: None,
        ended: false,
    });
    let effects = at.keep(KeptAction::Piece(b"From ".to_vec()));
    assert_eq!(answer(&mut at.state, asked(&effects), Update::Keep(Answer::Count(2))), [Effect::ReadPiece]);
    let effects = at.keep(KeptAction::Piece(vec![]));
    assert_eq!(answer(&mut at.state, asked(&effects), Update::Keep(Answer::Count(3))), [Effect::NextFile]);
    reduce(&mut at.state, Action::FilesRead);
    assert_eq!((&at.kept().file, &at.kept().told), (&None, &Some(Told::Imported(3))));
}

#[test]
fn messages_go_to_a_new_folder_as_soon_as_it_is_there_whichever_is_told_first() {
    let with_folder = || {
        let mut account = account_view(1);
        account.folders.push(FolderView { name: "Boats".into(), ..folder(99, Role::Own, 0) });
        overview(vec![account])
    };
    for told_first in [true, false] {
        let mut at = at(20, 1);
        reduce(&mut at.state, Action::Read(5));
        at.keep(KeptAction::Open(Opening::Move));
        at.keep(KeptAction::Name(" Boats ".into()));
        let made = asked(&at.keep(KeptAction::MoveIntoNew));
        let done = (made, Update::Keep(Answer::Done(Done::Changed)));
        let there = (at.overview, with_folder());
        let answers = if told_first { [there, done] } else { [done, there] };
        let effects = answers.map(|(to, update)| answer(&mut at.state, to, update)).concat();
        let change = Change::Move(vec![KeptId(1005)], FolderId(99));
        assert!(asks(&effects).contains(&&Request::Keep(Ask::Change(change))), "{effects:?}");
    }
}

#[test]
fn what_is_drawn_aside_is_the_message_under_the_finger_whatever_is_chosen() {
    let mut at = at(20, 1);
    reduce(&mut at.state, Action::Choose(Choice::Toggle(3)));
    let number = |at: &At, position| at.state.mailbox.as_ref().unwrap().number_at(position).unwrap();
    let under = number(&at, 5);
    let asked = at.keep(KeptAction::Swipe(5, Deed::Unread));
    let change = Request::Keep(Ask::Change(Change::Read(vec![KeptId(under)], true)));
    assert!(asks(&asked).contains(&&change), "{asked:?}");
    let asked = at.keep(KeptAction::Swipe(5, Deed::Delete));
    let change = Request::Keep(Ask::Change(Change::MoveTo(vec![KeptId(under)], Role::Deleted)));
    assert!(asks(&asked).contains(&&change), "{asked:?}");
    let chosen = |at: &At| at.state.mailbox.as_ref().unwrap().selection.numbers.iter().copied().collect::<Vec<_>>();
    assert_eq!(chosen(&at), [number(&at, 3)], "what is chosen stays so");
    reduce(&mut at.state, Action::Choose(Choice::Toggle(7)));
    let gone = number(&at, 7);
    at.keep(KeptAction::Swipe(7, Deed::Delete));
    assert!(!chosen(&at).contains(&gone), "but for what is deleted");
    assert!(at.keep(KeptAction::Swipe(500, Deed::Delete)).is_empty(), "no message is there");
}

#[test]
fn what_is_dragged_goes_into_the_folder_it_is_let_go_over_and_nowhere_else() {
    let with_folders = || {
        let mut account = account_view(1);
        account.folders.push(FolderView { name: "Boats".into(), ..folder(99, Role::Own, 0) });
        overview(vec![account])
    };
    let moved = |effects: &[Effect], numbers: &[u32]| {
        let messages = numbers.iter().copied().map(KeptId).collect();
        asks(effects).contains(&&Request::Keep(Ask::Change(Change::Move(messages, FolderId(99)))))
    };
    let drag = |step| KeptAction::Drag(step);
    let mut at = at(20, 1);
    let to = at.overview;
    answer(&mut at.state, to, with_folders());
    let (one, boats, others) = (AccountId(1), FolderId(99), FolderId(77));
    assert!(!at.kept().takes(one, boats), "nothing is dragged yet");
    reduce(&mut at.state, Action::Choose(Choice::Nothing));
    at.keep(drag(Drag::Take(5)));
    assert!(at.kept().takes(one, boats));
    assert!(!at.kept().takes(AccountId(2), others), "another account has no place for it");
    assert!(asks(&at.keep(drag(Drag::Drop(others)))).is_empty());
    at.keep(drag(Drag::Take(5)));
    at.keep(drag(Drag::End));
    assert!(asks(&at.keep(drag(Drag::Drop(boats)))).is_empty(), "it was let go elsewhere");
    at.keep(drag(Drag::Take(5)));
    assert!(moved(&at.keep(drag(Drag::Drop(boats))), &[1005]));
    // With one that is chosen go all that are; with another it goes alone.
    for (taken, numbers) in [(3, &[1002, 1003][..]), (7, &[1007])] {
        reduce(&mut at.state, Action::Choose(Choice::Nothing));
        reduce(&mut at.state, Action::Choose(Choice::Toggle(2)));
        reduce(&mut at.state, Action::Choose(Choice::Toggle(3)));
        at.keep(drag(Drag::Take(taken)));
        let effects = at.keep(drag(Drag::Drop(boats)));
        assert!(moved(&effects, numbers), "{effects:?}");
    }
}
