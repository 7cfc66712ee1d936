//! Drafts and the outbox: letters that are not sent yet, how far each is, and what can be done about it.

use restante_api::keep::{AccountId, AccountView};
use restante_api::letter::{LetterFault, LetterState, LetterView};
use restante_api::{Failure, FailureKind};
use restante_locales::{advice, headline, say};
use yew::{Html, html};

use super::super::Act;
use super::super::certificate::TrustPanel;
use super::composer::writes;
use super::keeps;
use crate::ui::browser::dates;
use crate::ui::state::kept::{Opening, Shelf, Write};
use crate::ui::state::{Action, Kept, KeptAction};

/// Letters that wait for somebody have no time: see the engine's outbox.
const NEVER: i64 = i64::MAX;

pub(in super::super) fn shelf(kept: &Kept, account: AccountId, shelf: Shelf, in_preview: bool, act: &Act) -> Html {
    let Some(account) = kept.account(account) else { return Html::default() };
    let letters: Vec<&LetterView> = kept.shelved(account, shelf).collect();
    let (title, nothing) = match shelf {
        Shelf::Drafts => (say::folder_drafts(), say::shelf_empty_drafts()),
        Shelf::Outbox => (say::folder_outbox(), say::shelf_empty_outbox()),
    };
    html! {
        <>
            <div class="tools"><h2 id="list-title">{title}</h2><span>{say::messages(letters.len() as u64)}</span></div>
            if letters.is_empty() {
                <div class="empty"><p>{nothing}</p></div>
            } else {
                <ul class="shelf" id="messages" tabindex="-1" aria-labelledby="list-title">{for letters.into_iter().map(|letter| item(account, letter, in_preview, act))}</ul>
            }
        </>
    }
}

fn item(account: &AccountView, letter: &LetterView, in_preview: bool, act: &Act) -> Html {
    let id = letter.id;
    let to = letter.to.trim();
    let subject = letter.subject.trim();
    let edit = match letter.state {
        LetterState::Draft { .. } => Some(Write::Edit(id)),
        LetterState::Waiting { .. } => Some(Write::Recall(id)),
        LetterState::Sending | LetterState::InDoubt => None,
    };
    let name = format!("{}, {}", if subject.is_empty() { say::no_subject() } else { subject }, to);
    html! {
        <li key={id.0.to_string()} aria-label={name}>
            <p class="head"><b dir="auto">{if to.is_empty() { say::shelf_no_recipient() } else { to }}</b><time>{dates::short(letter.changed_at)}</time></p>
            <p class="about" dir="auto">{if subject.is_empty() { say::no_subject() } else { subject }}</p>
            <p class="snippet" dir="auto">{&letter.snippet}</p>
            {state(letter)}
            { for letter.refused.iter().map(|(address, words)| html! { <p class="note bad">{say::shelf_refused(address, words)}</p> }) }
            {trust(letter, act)}
            <p class="buttons">
                if let Some(edit) = edit {
                    <button onclick={writes(act, edit)}>{say::shelf_edit()}</button>
                }
                {mend(account, letter, in_preview, act)}
                if let LetterState::Waiting { .. } = &letter.state {
                    <button onclick={writes(act, Write::SendNow(id))}>{say::shelf_send_now()}</button>
                }
                if letter.state == LetterState::InDoubt {
                    <button onclick={writes(act, Write::Settle(id, true))}>{say::shelf_was_sent()}</button>
                    <button onclick={writes(act, Write::Settle(id, false))}>{say::shelf_was_not_sent()}</button>
                } else if letter.state != LetterState::Sending {
                    <button class="quiet" onclick={writes(act, Write::DiscardOf(id))}>{say::shelf_delete()}</button>
                }
            </p>
        </li>
    }
}

/// The way to what may mend it: the password, or the server.
fn mend(account: &AccountView, letter: &LetterView, in_preview: bool, act: &Act) -> Html {
    let (LetterState::Draft { returned: failure } | LetterState::Waiting { failure, .. }) = &letter.state else {
        return Html::default();
    };
    let (opening, name) = match failure.as_ref().map(|failure| &failure.kind) {
        // Who is refused is refused by any server.
        _ if !letter.refused.is_empty() => return Html::default(),
        None => return Html::default(),
        Some(FailureKind::UnfitLetter(fault)) if !matches!(fault, LetterFault::BadSender(_)) => {
            return Html::default();
        }
        // In a preview the password is the one that opened the mailbox.
        Some(FailureKind::WrongPassword) if !in_preview => (Opening::Password(account.id), say::trouble_password()),
        Some(_) => (Opening::Settings(account.id), say::shelf_settings()),
    };
    html! { <button onclick={keeps(act, KeptAction::Open(opening))}>{name}</button> }
}

/// How far a letter is.
fn state(letter: &LetterView) -> Html {
    let told = |words: String, failure: &Failure| {
        html! {
            <div class="note bad">
                <p><b>{words}</b></p>
                <p>{headline(failure)}{" "}{advice(failure)}
                    // Where somebody was refused it stands beside the address.
                    if !failure.detail.is_empty() && letter.refused.is_empty() { {" "}<q dir="auto">{&failure.detail}</q> }
                </p>
            </div>
        }
    };
    match &letter.state {
        LetterState::Draft { returned: None } => Html::default(),
        LetterState::Draft { returned: Some(failure) } => told(say::shelf_returned().into(), failure),
        LetterState::Waiting { due_at, failure: None } => {
            html! { <p class="state">{say::shelf_due(&dates::time(*due_at))}</p> }
        }
        LetterState::Waiting { due_at: NEVER, failure: Some(failure) } => {
            told(say::shelf_waits_for_you().into(), failure)
        }
        LetterState::Waiting { due_at, failure: Some(failure) } => {
            told(say::shelf_waits(&dates::time(*due_at)), failure)
        }
        LetterState::Sending => html! { <p class="state">{say::shelf_sending()}</p> },
        LetterState::InDoubt => html! { <p class="note warn">{say::shelf_in_doubt()}</p> },
    }
}

/// The certificate that the server shows, where that is why.
fn trust(letter: &LetterView, act: &Act) -> Html {
    let LetterState::Waiting { failure: Some(failure), .. } = &letter.state else { return Html::default() };
    let trust = Action::Keep(KeptAction::Write(Write::Trust(letter.id)));
    html! { <TrustPanel kind={failure.kind.clone()} {trust} name={say::certificate_trust_go_on()} act={act.clone()} /> }
}
