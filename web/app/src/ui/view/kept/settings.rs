//! Account settings: what becomes of mail on the server, what is kept here, and the account as a whole.

use restante_api::keep::{AccountView, Archive, Policy};
use web_sys::HtmlInputElement;
use yew::{Callback, Html, InputEvent, SubmitEvent, TargetCast, html};

use super::super::Act;
use super::super::dialog::Dialog;
use super::{KeptProps, folders, keeps};
use crate::ui::shared::Shared;
use crate::ui::state::kept::{Draft, Knob, Knobs, Opening, Step};
use crate::ui::state::{Action, KeptAction};
use crate::ui::words;

pub(super) fn settings(props: &KeptProps, draft: &Draft) -> Html {
    let KeptProps { kept, act, .. } = props;
    let Some(account) = kept.account(draft.account) else { return Html::default() };
    let onsubmit = {
        let act = act.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            act.emit(Action::Keep(KeptAction::Save));
        })
    };
    html! {
        <Dialog key="settings" id="settings-title" title="Account settings" shut={Action::Keep(KeptAction::Shut)} act={act.clone()}>
            <p class="words"><b dir="auto">{&account.name}</b>{format!(" · {}:{}", account.host, account.port)}
                if let Some(days) = account.expires { {format!(" · {}", words::kept::expires(days))} }
                if account.postponed > 0 { {format!(" · {} could not be fetched and will be tried again.", words::kept::messages(account.postponed))} }
            </p>
            <form class="sheet-form" novalidate=true {onsubmit}>
                {policies(draft, act)}
                {here(draft, act)}
                if let Step::Wrong(knob) = draft.step {
                    <p class="note bad" role="alert" id="wrong">{words::kept::wrong(knob)}</p>
                }
                {saving(draft, act)}
            </form>
            {whole(props, account)}
        </Dialog>
    }
}

fn policies(draft: &Draft, act: &Act) -> Html {
    let radio = |policy: Policy, name: &'static str, words: &'static str, more: Html| {
        let id = format!("policy-{}", name.to_lowercase().replace(' ', "-"));
        let checked = std::mem::discriminant(&draft.policy) == std::mem::discriminant(&policy);
        html! {
            <div class="opt">
                <input type="radio" name="policy" id={id.clone()} {checked} aria-label={name} aria-describedby={format!("{id}-words")}
                    onchange={keeps(act, KeptAction::Turn(Knob::Policy(policy)))} />
                <div><label for={id.clone()}><b>{name}</b></label>{more}<small id={format!("{id}-words")}>{words}</small></div>
            </div>
        }
    };
    let days = html! { <>{" "}{number("days", &draft.days, Knob::Days, draft.step == Step::Wrong(Knobs::Days), act)}{" days"}</> };
    html! {
        <fieldset role="radiogroup" aria-labelledby="policy-title">
            <h3 id="policy-title">{"On the server"}</h3>
            <p class="words">{"What becomes there of messages that are kept here. Nothing is deleted before it is safely on this device."}</p>
            {radio(Policy::Leave, "Leave", "Other devices see them as well.", Html::default())}
            {radio(Policy::DeleteAfter { days: 0 }, "Delete after", "Counted from the day a message was kept here.", days)}
            {radio(Policy::DeleteWhenDeletedHere, "Delete when deleted here", "When a message goes to Deleted here, it goes from the server with the next check.", Html::default())}
            {radio(Policy::DeleteOnceKept, "Delete once kept", "The classic way: this device has the only copy then. Back it up.", Html::default())}
            {radio(Policy::HeadersOnly, "Headers only", "Only headers are kept; the rest of a message comes when you ask for it.", Html::default())}
        </fieldset>
    }
}

fn here(draft: &Draft, act: &Act) -> Html {
    html! {
        <fieldset>
            <h3>{"On this device"}</h3>
            <div class="opt">
                <input type="checkbox" id="limits" checked={draft.limits} onchange={tick(act, Knob::Limits)} />
                <div><label for="limits">{"Fetch only the header of messages larger than"}</label>{" "}
                    {number("megabytes", &draft.megabytes, Knob::Megabytes, draft.step == Step::Wrong(Knobs::Megabytes), act)}{" MB"}</div>
            </div>
            <div class="opt">
                <input type="checkbox" id="checks" checked={draft.checks} onchange={tick(act, Knob::Checks)} />
                <div><label for="checks">{"Check for new mail every"}</label>{" "}
                    {number("minutes", &draft.minutes, Knob::Minutes, draft.step == Step::Wrong(Knobs::Minutes), act)}{" minutes"}
                    <small>{"While this page is open. Where the server wants a pause between two visits, it gets it."}</small></div>
            </div>
        </fieldset>
    }
}

/// Save, or what has to be agreed to first.
fn saving(draft: &Draft, act: &Act) -> Html {
    match draft.step {
        Step::Asking(count) => html! {
            <div class="note warn" role="alert">
                <p><b>{words::kept::would_delete(count)}</b></p>
                <p class="buttons">
                    <button type="button" class="danger" onclick={keeps(act, KeptAction::Agree)}>{"Yes, delete on the server"}</button>
                    <button type="button" onclick={keeps(act, KeptAction::Cancel)}>{"No, change nothing"}</button>
                </p>
            </div>
        },
        step => html! {
            <p class="buttons">
                <button type="submit" class="primary" aria-disabled={(step == Step::Counting).to_string()}>
                    {if step == Step::Counting { "Counting…" } else { "Save" }}
                </button>
            </p>
        },
    }
}

/// What is done with the account as a whole.
fn whole(props: &KeptProps, account: &AccountView) -> Html {
    let KeptProps { kept, act, promised, .. } = props;
    let id = account.id;
    let onchange = {
        let act = act.clone();
        Callback::from(move |event: yew::Event| {
            let list = event.target_unchecked_into::<HtmlInputElement>().files();
            let files = list.map_or_else(Vec::new, |list| (0..list.length()).filter_map(|at| list.get(at)).collect());
            act.emit(Action::Keep(KeptAction::Import(id, Shared::new(files))));
        })
    };
    html! {
        <div class="last">
            <h3>{"This account"}</h3>
            if let Some(overview) = &kept.overview {
                <p class="words">{folders::room(overview.room)}{"."}
                    {match promised {
                        Some(true) => " The browser has promised not to clear it by itself.",
                        Some(false) => " The browser may clear it where room runs short: back it up.",
                        None => "",
                    }}
                </p>
            }
            <p class="buttons">
                <button onclick={keeps(act, KeptAction::Export(id, Archive::Mbox))}>{"Back up this account"}</button>
                <button onclick={keeps(act, KeptAction::Export(id, Archive::Zip))}>{"Save as ZIP of .eml"}</button>
                if account.has_password {
                    <button onclick={keeps(act, KeptAction::Forget(id))}>{"Forget the password"}</button>
                }
                <button class="danger" onclick={keeps(act, KeptAction::Open(Opening::Remove(id)))}>{"Remove this account…"}</button>
            </p>
            <label class="import">{"Import"}
                <input type="file" multiple=true accept=".mbox,.mbx,.eml,application/mbox,message/rfc822" {onchange} />
            </label>
            <p class="words">{"Takes the messages of mbox and .eml files into Archive."}</p>
        </div>
    }
}

fn number(label: &'static str, value: &str, knob: fn(String) -> Knob, wrong: bool, act: &Act) -> Html {
    let oninput = {
        let act = act.clone();
        Callback::from(move |event: InputEvent| {
            let typed = event.target_unchecked_into::<HtmlInputElement>().value();
            act.emit(Action::Keep(KeptAction::Turn(knob(typed))));
        })
    };
    html! {
        <input class="number" inputmode="numeric" aria-label={label} value={value.to_owned()} {oninput} autocomplete="off"
            aria-invalid={wrong.then_some("true")} aria-describedby={wrong.then_some("wrong")} />
    }
}

fn tick(act: &Act, knob: fn(bool) -> Knob) -> Callback<yew::Event> {
    let act = act.clone();
    Callback::from(move |event: yew::Event| {
        let checked = event.target_unchecked_into::<HtmlInputElement>().checked();
        act.emit(Action::Keep(KeptAction::Turn(knob(checked))));
    })
}
