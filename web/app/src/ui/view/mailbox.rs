//! The second screen: bar, rail, list, reader.

use super::use_language;
use restante_api::{ConnectionView, Failure, Stage};
use restante_locales::say;
use yew::{Callback, Html, KeyboardEvent, Properties, classes, component, html};

use super::about::AboutDialog;
use super::certificate::TrustPanel;
use super::commands;
use super::connection::ConnectionDialog;
use super::failure::FailureNote;
use super::kept::{answers, shelf};
use super::list::{ListProps, MessageList};
use super::preview;
use super::rail::Rail;
use super::reader::{Reader, ReaderProps};
use super::retry::{Retry, waits};
use super::search::{self, search};
use super::stamp::mark;
use super::status::Status;
use super::{Act, sends, writing};
use crate::ui::shared::Shared;
use crate::ui::state::kept::Writing;
use crate::ui::state::{About, Account, Action, Choice, DiagnosisAction, KeptAction, Load, Mailbox, SearchAction};
use crate::ui::words;

/// What the screen shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct MailboxProps {
    /// Whose it is.
    pub account: Account,
    /// The mailbox.
    pub mailbox: Mailbox,
    /// Letters that are written.
    pub writing: Option<Writing>,
    /// What is happening now.
    pub stage: Option<Stage>,
    /// "About this page", while it is open.
    pub about: Option<Load<Shared<About>>>,
    /// How the session came about.
    pub connection: Option<Shared<ConnectionView>>,
    /// Where to send what the user does.
    pub act: Act,
}

/// The second screen.
#[component]
pub fn MailboxScreen(props: &MailboxProps) -> Html {
    use_language();
    let keys = commands::use_keys();
    let MailboxProps { account, mailbox, writing, act, .. } = props;
    let shelf = writing.as_ref().and_then(|writing| Some((writing, writing.kept.shelf?)));
    let reading = mailbox.reading.as_ref();
    let onkeydown = {
        // The dialog above the mailbox takes Escape for itself.
        let is_asked = mailbox.preview.confirming.is_some()
            || writing.as_ref().is_some_and(|writing| writing.closing || writing.kept.sheet.is_some());
        let (act, free) = (act.clone(), !mailbox.shows_path && props.about.is_none() && !is_asked);
        let escape = match () {
            () if !mailbox.selection.is_empty() => Action::Choose(Choice::Nothing),
            () if mailbox.reading.is_none() && shelf.is_some() => Action::Keep(KeptAction::GoBack),
            () if mailbox.reading.is_none() && mailbox.preview.search.is_some() => Action::Search(SearchAction::End),
            () => Action::Back,
        };
        Callback::from(move |event: KeyboardEvent| {
            if free && event.key() == "Escape" {
                act.emit(escape.clone());
            } else if let Some(action) = commands::pressed(&keys, &event).filter(|_| free) {
                event.prevent_default();
                act.emit(action);
            }
        })
    };
    html! {
        <div class={classes!("mailbox", reading.map(|_| "reads"))} {onkeydown}>
            <header class="bar">
                <h1 class="unseen">{say::mailbox_of(&account.user)}</h1>
                {mark()}
                {search(&mailbox.preview.typed, act, |typed| Action::Search(SearchAction::Type(typed)), Action::Search(SearchAction::End))}
                <Status stage={props.stage} have={mailbox.all_known()} of={mailbox.all()} ended={mailbox.failure.is_some()} act={act.clone()} />
                <button class="quiet narrow" onclick={sends(act, Action::ShowPath(true))}>{say::mailbox_path()}</button>
                <button class="quiet" onclick={sends(act, Action::Close)}>{say::mailbox_close()}</button>
            </header>
            <Rail account={account.clone()} messages={mailbox.all()} octets={mailbox.octets}
                marked={u32::try_from(mailbox.preview.marked.len()).unwrap_or(u32::MAX)} is_current={shelf.is_none()} act={act.clone()} />
            <section class="over" aria-label={say::mailbox_actions()}>
            if mailbox.notice.is_some() || mailbox.failure.is_some() {
                <div class="interrupted">
                    if let Some(notice) = mailbox.notice {
                        <p class="note warn told" role="alert">
                            <span>{words::notice(notice)}</span>
                            <button onclick={sends(act, Action::Dismiss)}>{say::close_notice()}</button>
                        </p>
                    }
                    if let Some(failure) = mailbox.failure.clone() {
                        {ended(&failure, act)}
                    }
                </div>
            }
            {preview::toolbar(mailbox, writing.as_ref(), act)}
            </section>
            <main>
                <section class="list" aria-labelledby="list-title">
                    if let Some((writing, (account, shelf))) = shelf {
                        {shelf::shelf(&writing.kept, account, shelf, true, act)}
                    } else {
                        <>
                        {search::reach(mailbox, act)}
                        <MessageList ..list(mailbox, act) />
                        </>
                    }
                </section>
                <div class="pane">
                    if let Some(reader) = ReaderProps::of(mailbox, act) {
                        <Reader ..ReaderProps { provider: account.host.clone(), answers: answers::answers(act), ..reader } />
                    } else {
                        <div class="empty">
                            <p>{if mailbox.is_empty() { say::mailbox_nothing_to_read() } else { say::mailbox_choose() }}</p>
                        </div>
                    }
                </div>
            </main>
            {preview::toast(mailbox, act)}
            {preview::question(mailbox, act)}
            {writing::above(writing.as_ref(), act)}
            if mailbox.shows_path {
                <ConnectionDialog account={account.clone()} connection={props.connection.clone()} act={act.clone()} />
            }
            if let Some(about) = &props.about {
                <AboutDialog about={about.clone()} act={act.clone()} />
            }
        </div>
    }
}

/// The list, or what was found in it.
fn list(mailbox: &Mailbox, act: &Act) -> ListProps {
    if mailbox.shows_found() {
        let beside = Some(say::search_found_newest(mailbox.len()));
        return ListProps { beside, ..ListProps::of(mailbox, say::list_found().into(), search::nothing(mailbox), act) };
    }
    ListProps::of(mailbox, say::mailbox_on_server().into(), empty(), act)
}

fn empty() -> Html {
    html! { <p>{say::mailbox_empty()}</p> }
}

/// Why the session is over, and how to go on.
fn ended(failure: &Shared<Failure>, act: &Act) -> Html {
    html! {
        <FailureNote failure={failure.clone()}>
            <TrustPanel kind={failure.kind.clone()} act={act.clone()} />
            if waits(failure) {
                <Retry failure={failure.clone()} name={say::mailbox_open_again()} again={Action::Reopen} act={act.clone()} />
            } else {
                <p><button onclick={sends(act, Action::Reopen)}>{say::mailbox_open_again()}</button></p>
            }
            <p><button class="link" onclick={sends(act, Action::Diagnosis(DiagnosisAction::Show))}>{say::diagnosis()}</button></p>
        </FailureNote>
    }
}
