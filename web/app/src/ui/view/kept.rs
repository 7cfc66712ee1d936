//! The screen of mail that is kept on this device: bar, folders, toolbar, list, reader, and what is told above them.

pub(super) mod answers;
mod bar;
pub(super) mod composer;
mod editor;
mod folders;
mod list;
mod moving;
mod sending;
pub(super) mod settings;
mod sheets;
pub(super) mod shelf;
pub(super) mod told;
mod tools;
mod trouble;

use super::use_language;
use restante_api::FailureKind;
use restante_locales::say;
use yew::{Callback, Html, KeyboardEvent, Properties, classes, component, html};

use super::about::AboutDialog;
use super::commands;
use super::failure::FailureNote;
use super::reader::{Reader, ReaderProps};
use super::stamp::mark;
use super::{Act, is_modified, is_typing, sends};
use crate::ui::shared::Shared;
use crate::ui::state::kept::{Deed, FileWork, Opening, row_of};
use crate::ui::state::{About, Action, Choice, Kept, KeptAction, Keys, Load, Mailbox, SigningIn, Site};
use crate::ui::words;

/// What the screen shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct KeptProps {
    /// Accounts, folders and what goes on.
    pub kept: Kept,
    /// The list, and what is read.
    pub mailbox: Mailbox,
    /// The host's settings.
    pub site: Site,
    /// Somebody signs in at a provider.
    pub signing_in: Option<SigningIn>,
    /// The device is on no network.
    pub offline: bool,
    /// Whether the browser has promised to keep it.
    pub promised: Option<bool>,
    /// "About this page", while it is open.
    pub about: Option<Load<Shared<About>>>,
    /// Where to send what the user does.
    pub act: Act,
}

/// The screen of mail that is kept.
#[component]
pub fn KeptScreen(props: &KeptProps) -> Html {
    use_language();
    let in_use = commands::use_keys();
    let KeptProps { kept, mailbox, act, .. } = props;
    let reading = mailbox.reading.as_ref();
    let classes = classes!("mailbox", "kept", reading.map(|_| "reads"), kept.shows_folders.then_some("folders-shown"),);
    if let Some(failure) = kept.failure.clone() {
        return html! {
            <div class="mailbox kept failed">
                <header class="bar"><h1 class="unseen">{say::kept()}</h1>{mark()}</header>
                <main>{failed(kept, &failure, act)}{sheets::sheet(props)}</main>
            </div>
        };
    }
    html! {
        <div class={classes} onkeydown={keys(props, in_use)}>
            <bar::Bar kept={kept.clone()} offline={props.offline} act={act.clone()} />
            <folders::Folders kept={kept.clone()} act={act.clone()} />
            <section class="over" aria-label={say::mailbox_actions()}>
                {trouble::troubles(props)}
                {tools::toolbar(props)}
            </section>
            <main>
                <section class="list" aria-labelledby="list-title">
                    {match kept.shelf {
                        Some((account, shelf)) => shelf::shelf(kept, account, shelf, false, act),
                        None => list::list(props),
                    }}
                </section>
                <div class="pane">
                    if let Some(reader) = ReaderProps::of(mailbox, act) {
                        <Reader ..ReaderProps { provider: provider(props), note: rest(props), header_only: is_header_only(props), answers: answers::answers(act), ..reader } />
                    } else {
                        <div class="empty">
                            <p>{if mailbox.is_empty() { say::mailbox_nothing_to_read() } else { say::mailbox_choose() }}</p>
                        </div>
                    }
                </div>
            </main>
            if let Some(composer) = &kept.composer {
                <composer::ComposerPane key={composer.letter.0.to_string()} overview={kept.overview.clone()} composer={composer.clone()} in_preview=false act={act.clone()} />
            }
            {told::toast(kept, act)}
            {sheets::sheet(props)}
            if let Some(about) = &props.about {
                <AboutDialog about={about.clone()} act={act.clone()} />
            }
        </div>
    }
}

/// Sends what is done with kept mail.
pub(super) fn keeps<E>(act: &Act, action: KeptAction) -> Callback<E> {
    sends(act, Action::Keep(action))
}

/// Why nothing of what is kept can be had, and what to do.
fn failed(kept: &Kept, failure: &Shared<restante_api::Failure>, act: &Act) -> Html {
    let damaged = failure.kind == FailureKind::Damaged;
    let writing = matches!(kept.file, Some(FileWork::Export { .. }));
    html! {
        <div class="whole">
            <FailureNote failure={failure.clone()}>
                <p class="buttons">
                    if damaged {
                        <button aria-disabled={writing.to_string()} onclick={keeps(act, KeptAction::Rescue)}>{say::trouble_rescue()}</button>
                        <button onclick={keeps(act, KeptAction::Open(Opening::Discard))}>{say::trouble_discard()}</button>
                    } else {
                        <button onclick={keeps(act, KeptAction::Enter)}>{say::try_again()}</button>
                    }
                    <button onclick={keeps(act, KeptAction::Leave)}>{say::trouble_preview()}</button>
                </p>
                if let Some(file) = &kept.file { <p role="status">{words::kept::file(file)}</p> }
                if let Some(told) = &kept.told { <p role="status">{words::kept::told(told)}</p> }
            </FailureNote>
        </div>
    }
}

/// The mail server of the account that the message belongs to which is read.
fn provider(props: &KeptProps) -> String {
    let folder = read(props).and_then(|row| row.marks.folder);
    let account = folder.and_then(|folder| props.kept.folder(folder)).map(|(account, _)| account);
    account.or_else(|| props.kept.account_in_sight()).map(|account| account.host.clone()).unwrap_or_default()
}

/// The row of the message that is read.
fn read(props: &KeptProps) -> Option<&Shared<restante_api::Row>> {
    let reading = props.mailbox.reading.as_ref()?;
    row_of(&props.mailbox, reading.current().message.number)
}

fn is_header_only(props: &KeptProps) -> bool {
    read(props).is_some_and(|row| row.marks.header_only)
}

/// What is said of a message whose header alone is kept.
fn rest(props: &KeptProps) -> Html {
    let KeptProps { kept, act, .. } = props;
    let Some(row) = read(props).filter(|row| row.marks.header_only) else { return Html::default() };
    let comes = kept.resting.contains(&row.message.number);
    html! {
        <p class="note told">
            <span>{say::kept_rest()}</span>
            <button aria-disabled={comes.to_string()} onclick={keeps(act, KeptAction::Do(Deed::FetchRest))}>
                {if comes { say::kept_rest_fetching() } else { say::kept_rest_fetch() }}
            </button>
        </p>
    }
}

/// Keys that do something wherever the keyboard is, but where something is typed or chosen.
fn keys(props: &KeptProps, keys: Keys) -> Callback<KeyboardEvent> {
    let KeptProps { kept, mailbox, act, about, .. } = props;
    let free = kept.sheet.is_none() && about.is_none();
    let escape = match () {
        () if !mailbox.selection.is_empty() => Action::Choose(Choice::Nothing),
        () if mailbox.reading.is_some() => Action::Back,
        () if kept.is_searching() => Action::Keep(KeptAction::EndSearch),
        () => Action::Keep(KeptAction::GoBack),
    };
    let can_go_back =
        !mailbox.selection.is_empty() || mailbox.reading.is_some() || kept.is_searching() || kept.before.is_some();
    let act = act.clone();
    Callback::from(move |event: KeyboardEvent| {
        let goes_back = event.key() == "Escape" && can_go_back && !is_typing(&event) && !is_modified(&event);
        let action = if goes_back { Some(escape.clone()) } else { commands::pressed(&keys, &event) };
        if let Some(action) = action.filter(|_| free) {
            event.prevent_default();
            act.emit(action);
        }
    })
}
