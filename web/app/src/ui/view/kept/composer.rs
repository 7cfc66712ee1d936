//! The letter that is being written: its fields, its files, and what is said of it. It stands beside the mail, which can be
//! read meanwhile.

use super::super::use_language;
use restante_api::keep::{AccountId, Overview};
use restante_api::letter::{FileId, FileView, Identity, LetterFault, SubmissionServer};
use restante_api::picture::shown_type;
use restante_api::{Address, Failure, FailureKind};
use restante_locales::{advice, say};
use wasm_bindgen::JsCast;
use web_sys::{Element, FileList, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::{Callback, Html, InputEvent, KeyboardEvent, Properties, TargetCast, component, html};

use super::super::failure::FailureNote;
use super::super::{Act, icon};
use super::editor::Editor;
use super::keeps;
use crate::ui::format;
use crate::ui::shared::Shared;
use crate::ui::state::kept::{Composer, Doubt, LetterField, Offers, Opening, Saved, Write, WriteStep};
use crate::ui::state::{Action, KeptAction};

#[derive(Debug, Clone, PartialEq, Properties)]
pub(in super::super) struct ComposerProps {
    pub(in super::super) overview: Option<Shared<Overview>>,
    pub(in super::super) composer: Composer,
    /// Nothing of it is kept.
    pub(in super::super) in_preview: bool,
    pub(in super::super) act: Act,
}

#[component]
pub(in super::super) fn ComposerPane(props: &ComposerProps) -> Html {
    use_language();
    let ComposerProps { composer, act, .. } = props;
    let draft = &composer.draft;
    let is_opening = composer.step == WriteStep::Opening;
    let is_sending = composer.step == WriteStep::Sending;
    html! {
        <section class="composer" role="dialog" aria-labelledby="write-title" aria-busy={(is_opening || is_sending).to_string()}
            onkeydown={keys(act)} onpaste={pasted(act)} ondragover={over()} ondrop={dropped(act)}>
            <div class="head">
                <h2 id="write-title">{say::write_title()}</h2>
                <span class="saved" role="status">{saved(composer)}</span>
                <button class="quiet square" aria-label={say::write_close()} title={say::write_close()} onclick={writes(act, Write::Close)}>{icon::close()}</button>
            </div>
            if is_opening {
                <p class="empty">{say::write_opening()}</p>
            } else {
                <div class="letter-fields">
                    {sender(props)}
                    {line("letter-to", say::write_to(), &draft.to, LetterField::To, composer.offers.as_ref(), act, html! {
                        if !composer.shows_copies {
                            <button class="quiet" onclick={writes(act, Write::ShowCopies)}>{say::write_copies()}</button>
                        }
                    })}
                    if composer.shows_copies {
                        {line("letter-cc", say::write_cc(), &draft.cc, LetterField::Cc, composer.offers.as_ref(), act, Html::default())}
                        {line("letter-bcc", say::write_bcc(), &draft.bcc, LetterField::Bcc, composer.offers.as_ref(), act, Html::default())}
                    }
                    if draft.redirects {
                        <p class="line"><span>{say::write_subject()}</span><b dir="auto">{&draft.subject}</b></p>
                        <p class="line fine">{say::write_redirects()}</p>
                    } else {
                        <>
                        {line("letter-subject", say::write_subject(), &draft.subject, LetterField::Subject, composer.offers.as_ref(), act, Html::default())}
                        {text(composer, act)}
                        {files(composer, act)}
                        </>
                    }
                </div>
                <div class="letter-notes">
                    if let Some(failure) = composer.failure.clone() { <FailureNote {failure} /> }
                    {size(props)}
                    {reports(props)}
                    if let Some(doubt) = composer.doubt { {asked(doubt, act)} }
                </div>
                <div class="foot">
                    <button class="primary" aria-disabled={is_sending.to_string()} onclick={writes(act, Write::Send)}>
                        {if is_sending { say::write_sending() } else { say::write_send() }}
                    </button>
                    if !draft.redirects {
                        <>
                        <label class="pick">{icon::clip()}<span>{say::write_attach()}</span>
                            <input type="file" multiple=true aria-label={say::write_attach()} onchange={picked(act, attach)} />
                        </label>
                        <button class="quiet square" aria-label={say::write_format()} title={say::write_format()} aria-pressed={draft.rich.is_some().to_string()}
                            onclick={writes(act, Write::Format(draft.rich.is_none()))}>{icon::letters()}</button>
                        </>
                    }
                    <button class="quiet square" aria-label={say::write_report()} title={say::write_report()} aria-pressed={draft.wants_report.to_string()}
                        onclick={writes(act, Write::WantReport(!draft.wants_report))}>{icon::receipt()}</button>
                    <span class="gap"></span>
                    <button class="quiet" onclick={writes(act, Write::Discard)}>{icon::delete()}{say::write_discard()}</button>
                </div>
            }
        </section>
    }
}

/// Sends what is done with a letter.
pub(in super::super) fn writes<E>(act: &Act, write: Write) -> Callback<E> {
    keeps(act, KeptAction::Write(write))
}

pub(super) fn emit(act: &Act, write: Write) {
    act.emit(Action::Keep(KeptAction::Write(write)));
}

/// From which account it is written, where there are several; in a preview, who writes and what becomes of it.
fn sender(props: &ComposerProps) -> Html {
    let ComposerProps { overview, composer, in_preview, act } = props;
    let accounts = overview.as_ref().map_or(&[][..], |overview| &overview.accounts);
    if let ([account], true) = (accounts, in_preview) {
        return html! {
            <>
            <p class="line"><span>{say::write_from()}</span><b dir="auto">{&account.sending.address}</b>
                <button class="quiet" onclick={keeps(act, KeptAction::Open(Opening::Settings(account.id)))}>{say::write_sender()}</button></p>
            <p class="line fine">{say::write_in_preview()}</p>
            </>
        };
    }
    let senders: Vec<_> = accounts
        .iter()
        .flat_map(|account| account.sending.identities().enumerate().map(|(at, identity)| (account.id, at, identity)))
        .collect();
    if senders.len() < 2 {
        return Html::default();
    }
    let onchange = {
        let (act, senders) = (act.clone(), senders.clone());
        Callback::from(move |event: yew::Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            if let Some((id, at, identity)) = senders.iter().find(|(id, at, _)| key(*id, *at) == value) {
                // An account's own address may be changed before it is sent.
                let address = if *at == 0 { String::new() } else { identity.address.clone() };
                emit(&act, Write::Sender(*id, address));
            }
        })
    };
    let chosen = accounts.iter().find(|account| account.id == composer.account);
    let chosen = chosen.map(|account| (account.id, account.sending.identity(&composer.draft.sender)));
    html! {
        <div class="line"><label for="letter-from">{say::write_from()}</label>
            <select id="letter-from" {onchange}>
                { for senders.into_iter().map(|(id, at, identity)| {
                    let Identity { name, address, .. } = identity.clone();
                    html! {
                        <option value={key(id, at)} selected={chosen == Some((id, identity))}>{format::mailbox(&Address { name, address })}</option>
                    }
                }) }
            </select>
        </div>
    }
}

fn key(account: AccountId, at: usize) -> String {
    format!("{} {at}", account.0)
}

/// The text, with formatting where somebody asked for that.
fn text(composer: &Composer, act: &Act) -> Html {
    let draft = &composer.draft;
    let Some(rich) = draft.rich.clone() else {
        return html! {
            <textarea id="letter-text" aria-label={say::write_text()} value={draft.text.clone()} oninput={typed_text(act)} dir="auto" spellcheck="true" />
        };
    };
    let name = |file: &FileId| composer.files.iter().find(|other| other.id == *file).map(|file| file.name.clone());
    let inserts = composer.inserts.iter().map(|file| (*file, name(file).unwrap_or_default())).collect::<Vec<_>>();
    html! { <Editor key={composer.letter.0.to_string()} {rich} pictures={composer.pictures.clone()} {inserts} act={act.clone()} /> }
}

/// A field of one line, with what stands behind it.
fn line(
    id: &'static str,
    name: &'static str,
    value: &str,
    field: LetterField,
    offers: Option<&Offers>,
    act: &Act,
    more: Html,
) -> Html {
    let oninput = {
        let act = act.clone();
        Callback::from(move |event: InputEvent| {
            emit(&act, Write::Type(field, event.target_unchecked_into::<HtmlInputElement>().value()));
        })
    };
    let takes_addresses = field != LetterField::Subject;
    let offers = offers.filter(|offers| offers.field == field && !offers.found.is_empty());
    let down = offers.is_some().then(to_offers);
    // There is always a node in its place: with one more, the field before it would be another element, without the keyboard.
    let offers = offers.map_or_else(Html::default, |offers| offered(offers, act));
    html! {
        <>
        <div class="line">
            <label for={id}>{name}</label>
            <input {id} value={value.to_owned()} {oninput} onkeydown={down} dir="auto" autocomplete="off"
                autocapitalize={if takes_addresses { "none" } else { "sentences" }} spellcheck={(!takes_addresses).to_string()}
                inputmode={if takes_addresses { "email" } else { "text" }} />
            {more}
        </div>
        {offers}
        </>
    }
}

/// Who may be meant, as buttons below the field.
fn offered(offers: &Offers, act: &Act) -> Html {
    let field = offers.field;
    let item = |address: &Address| {
        let take = Write::Complete(field, Box::new(address.clone()));
        html! { <li><button dir="auto" onclick={writes(act, take)}>{format::mailbox(address)}</button></li> }
    };
    html! { <ul class="offers" aria-label={say::write_offers()} onkeydown={walk()}>{for offers.found.iter().map(item)}</ul> }
}

/// The arrow down leads from a field to what is offered for it.
fn to_offers() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if event.key() == "ArrowDown"
            && let Some(fields) = at.and_then(|at| at.closest(".letter-fields").ok().flatten())
            && move_to(fields.query_selector(".offers button").ok().flatten())
        {
            event.prevent_default();
        }
    })
}

/// Arrows walk through what is offered.
fn walk() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let item = at.and_then(|at| at.parent_element());
        let other = match event.key().as_str() {
            "ArrowDown" => item.and_then(|item| item.next_element_sibling()),
            "ArrowUp" => item.and_then(|item| item.previous_element_sibling()),
            _ => return,
        };
        if move_to(other.and_then(|item| item.first_element_child())) {
            event.prevent_default();
        }
    })
}

fn move_to(element: Option<Element>) -> bool {
    element.and_then(|element| element.dyn_into::<HtmlElement>().ok()).is_some_and(|element| element.focus().is_ok())
}

fn typed_text(act: &Act) -> Callback<InputEvent> {
    let act = act.clone();
    Callback::from(move |event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
        emit(&act, Write::Type(LetterField::Text, text));
    })
}

fn files(composer: &Composer, act: &Act) -> Html {
    if composer.attached().next().is_none() {
        return Html::default();
    }
    let item = |file: &FileView| {
        let is_adding = composer.adding.iter().any(|(_, name)| *name == file.name);
        html! {
            <li key={file.id.0.to_string()}>
                {icon::clip()}<span class="name" dir="auto" title={file.name.clone()}>{&file.name}</span>
                <small>{if is_adding { say::write_adding("") } else { format::octets(file.octets) }}</small>
                <button class="quiet square" aria-label={say::write_detach(&file.name)} onclick={writes(act, Write::Detach(file.id))}>{icon::close()}</button>
            </li>
        }
    };
    html! { <ul class="letter-files" aria-label={say::write_files()}>{for composer.attached().map(item)}</ul> }
}

/// What is known of the server that it goes to, once something was sent by it.
fn submission_server(props: &ComposerProps) -> SubmissionServer {
    let accounts = props.overview.as_ref().map_or(&[][..], |overview| &overview.accounts);
    let account = accounts.iter().find(|account| account.id == props.composer.account);
    account.map(|account| account.submission_server).unwrap_or_default()
}

/// Nobody will say that it was delivered, though that is asked for.
fn reports(props: &ComposerProps) -> Html {
    if props.composer.draft.wants_report && submission_server(props).reports == Some(false) {
        html! { <p class="note warn" role="status">{say::write_no_reports()}</p> }
    } else {
        Html::default()
    }
}

/// What is wrong with its size, before it is sent.
fn size(props: &ComposerProps) -> Html {
    let ComposerProps { composer, .. } = props;
    let octets = composer.octets();
    match submission_server(props).size_limit {
        Some(limit) if octets > limit && composer.failure.is_none() => {
            let fault = LetterFault::TooLarge { octets, limit };
            let failure = Failure::new(FailureKind::UnfitLetter(fault), "");
            html! { <p class="note warn" role="status">{advice(&failure)}</p> }
        }
        _ => Html::default(),
    }
}

/// What may have been forgotten.
fn asked(doubt: Doubt, act: &Act) -> Html {
    let (words, anyway, name) = match doubt {
        Doubt::NoSubject => (say::write_no_subject(), Write::SendAnyway, say::write_send_anyway()),
        Doubt::NoAttachment => (say::write_no_attachment(), Write::SendAnyway, say::write_send_anyway()),
        Doubt::LosesFormatting => (say::write_loses_format(), Write::FormatAway, say::write_format_away()),
    };
    html! {
        <div class="note warn doubt" role="alert">
            <p>{words}</p>
            <p class="buttons">
                <button onclick={writes(act, anyway)}>{name}</button>
                <button onclick={writes(act, Write::GoOn)}>{say::write_go_on()}</button>
            </p>
        </div>
    }
}

fn saved(composer: &Composer) -> String {
    if let Some((_, name)) = composer.adding.first() {
        return say::write_adding(name);
    }
    match composer.saved {
        Saved::Never => String::new(),
        Saved::Partly | Saved::Whole(Some(_)) => say::write_saving().into(),
        Saved::Whole(None) => say::write_saved().into(),
    }
}

/// Escape puts it away, Ctrl and Enter send it; no key in it does anything with the mail behind it.
fn keys(act: &Act) -> Callback<KeyboardEvent> {
    let act = act.clone();
    Callback::from(move |event: KeyboardEvent| {
        event.stop_propagation();
        let write = match event.key().as_str() {
            "Escape" => Write::Close,
            "Enter" if event.ctrl_key() || event.meta_key() => Write::Send,
            _ => return,
        };
        event.prevent_default();
        emit(&act, write);
    })
}

/// Files that were chosen by a control are taken like this.
pub(super) fn picked(act: &Act, take: fn(&Act, Option<FileList>)) -> Callback<yew::Event> {
    let act = act.clone();
    Callback::from(move |event: yew::Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        take(&act, input.files());
        // The same file may be chosen again.
        input.set_value("");
    })
}

fn pasted(act: &Act) -> Callback<yew::Event> {
    let act = act.clone();
    Callback::from(move |event: yew::Event| {
        let event = event.unchecked_into::<web_sys::ClipboardEvent>();
        let files = event.clipboard_data().and_then(|data| data.files());
        if files.as_ref().is_some_and(|files| files.length() > 0) {
            event.prevent_default();
            attach(&act, files);
        }
    })
}

fn over() -> Callback<yew::DragEvent> {
    // Else the browser would open what is dropped.
    Callback::from(|event: yew::DragEvent| event.prevent_default())
}

fn dropped(act: &Act) -> Callback<yew::DragEvent> {
    let act = act.clone();
    Callback::from(move |event: yew::DragEvent| {
        event.prevent_default();
        attach(&act, event.data_transfer().and_then(|data| data.files()));
    })
}

/// Those files that are pictures of a kind that a letter can show.
pub(super) fn images(list: Option<FileList>) -> Option<Shared<Vec<web_sys::File>>> {
    let pictures: Vec<_> = files_of(list).into_iter().filter(|file| shown_type(&file.type_()).is_some()).collect();
    (!pictures.is_empty()).then(|| Shared::new(pictures))
}

fn files_of(list: Option<FileList>) -> Vec<web_sys::File> {
    list.map_or_else(Vec::new, |list| (0..list.length()).filter_map(|at| list.get(at)).collect())
}

fn attach(act: &Act, list: Option<FileList>) {
    let files = files_of(list);
    if !files.is_empty() {
        emit(act, Write::Attach(Shared::new(files)));
    }
}
