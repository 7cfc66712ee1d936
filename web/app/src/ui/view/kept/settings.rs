//! Account settings: what becomes of mail on the server, what is kept here, and the account as a whole.

use restante_api::keep::{AccountView, Archive, Policy};
use restante_locales::say;
use web_sys::HtmlInputElement;
use yew::{Callback, Html, InputEvent, SubmitEvent, TargetCast, html};

use super::super::Act;
use super::super::dialog::Dialog;
use super::super::language::LanguageChoice;
use super::super::looks::LooksChoice;
use super::{KeptProps, folders, keeps, sending};
use crate::ui::shared::Shared;
use crate::ui::state::kept::{Draft, Knob, Knobs, Opening, Step};
use crate::ui::state::{Action, KeptAction};
use crate::ui::words;

pub(super) fn settings(props: &KeptProps, draft: &Draft) -> Html {
    let KeptProps { kept, act, .. } = props;
    let Some(account) = kept.account(draft.account) else { return Html::default() };
    html! {
        <Dialog key="settings" id="settings-title" title={say::kept_settings()} shut={Action::Keep(KeptAction::Shut)} act={act.clone()}>
            <p class="words"><b dir="auto">{&account.name}</b>{format!(" · {}:{}", account.host, account.port)}
                if let Some(days) = account.expires { {format!(" · {}", say::expires(days))} }
                if account.postponed > 0 { {format!(" · {}", say::settings_postponed(account.postponed))} }
            </p>
            <form class="sheet-form" novalidate=true onsubmit={saves(act)}>
                {policies(draft, act)}
                {here(draft, act)}
                {sending::sending(draft, act)}
                if let Step::Wrong(knob) = draft.step {
                    <p class="note bad" role="alert" id="wrong">{words::kept::wrong(knob)}</p>
                }
                {saving(draft, act)}
            </form>
            <LanguageChoice act={act.clone()} />
            <LooksChoice act={act.clone()} />
            {whole(props, account)}
        </Dialog>
    }
}

/// The settings of a mailbox that is not kept: who writes, and by which server.
pub(in super::super) fn of_preview(draft: &Draft, act: &Act) -> Html {
    html! {
        <Dialog key="settings" id="settings-title" title={say::write_sender()} shut={Action::Keep(KeptAction::Shut)} act={act.clone()}>
            <form class="sheet-form" novalidate=true onsubmit={saves(act)}>
                {sending::sending(draft, act)}
                if let Step::Wrong(knob) = draft.step {
                    <p class="note bad" role="alert" id="wrong">{words::kept::wrong(knob)}</p>
                }
                {saving(draft, act)}
            </form>
        </Dialog>
    }
}

fn saves(act: &Act) -> Callback<SubmitEvent> {
    let act = act.clone();
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        act.emit(Action::Keep(KeptAction::Save));
    })
}

fn policies(draft: &Draft, act: &Act) -> Html {
    let radio = |id: &'static str, policy: Policy, name: &'static str, words: &'static str, more: Html| {
        let id = format!("policy-{id}");
        let checked = std::mem::discriminant(&draft.policy) == std::mem::discriminant(&policy);
        html! {
            <div class="opt">
                <input type="radio" name="policy" id={id.clone()} {checked} aria-label={name} aria-describedby={format!("{id}-words")}
                    onchange={keeps(act, KeptAction::Turn(Knob::Policy(policy)))} />
                <div><label for={id.clone()}><b>{name}</b></label>{more}<small id={format!("{id}-words")}>{words}</small></div>
            </div>
        }
    };
    let days = html! { <>{" "}{number(say::settings_days(), &draft.days, Knob::Days, draft.step == Step::Wrong(Knobs::Days), act)}{" "}{say::settings_days()}</> };
    html! {
        <fieldset role="radiogroup" aria-labelledby="policy-title">
            <h3 id="policy-title">{say::settings_server()}</h3>
            <p class="words">{say::settings_server_words()}</p>
            {radio("leave", Policy::Leave, say::policy_leave(), say::policy_leave_words(), Html::default())}
            {radio("after", Policy::DeleteAfter { days: 0 }, say::policy_after(), say::policy_after_words(), days)}
            {radio("here", Policy::DeleteWhenDeletedHere, say::policy_here(), say::policy_here_words(), Html::default())}
            {radio("once", Policy::DeleteOnceKept, say::policy_once(), say::policy_once_words(), Html::default())}
            {radio("headers", Policy::HeadersOnly, say::policy_headers(), say::policy_headers_words(), Html::default())}
        </fieldset>
    }
}

fn here(draft: &Draft, act: &Act) -> Html {
    html! {
        <fieldset>
            <h3>{say::settings_device()}</h3>
            <div class="opt">
                <input type="checkbox" id="limits" checked={draft.limits} onchange={tick(act, Knob::Limits)} />
                <div><label for="limits">{say::settings_limit()}</label>{" "}
                    {number(say::settings_megabytes(), &draft.megabytes, Knob::Megabytes, draft.step == Step::Wrong(Knobs::Megabytes), act)}{" "}{say::settings_mb()}</div>
            </div>
            <div class="opt">
                <input type="checkbox" id="checks" checked={draft.checks} onchange={tick(act, Knob::Checks)} />
                <div><label for="checks">{say::settings_check()}</label>{" "}
                    {number(say::settings_minutes(), &draft.minutes, Knob::Minutes, draft.step == Step::Wrong(Knobs::Minutes), act)}{" "}{say::settings_minutes()}
                    <small>{say::settings_check_words()}</small></div>
            </div>
        </fieldset>
    }
}

/// Save, or what has to be agreed to first.
fn saving(draft: &Draft, act: &Act) -> Html {
    match draft.step {
        Step::Asking(count) => html! {
            <div class="note warn" role="alert">
                <p><b>{say::settings_would_delete(count)}</b></p>
                <p class="buttons">
                    <button type="button" class="danger" onclick={keeps(act, KeptAction::Agree)}>{say::settings_yes()}</button>
                    <button type="button" onclick={keeps(act, KeptAction::Cancel)}>{say::settings_no()}</button>
                </p>
            </div>
        },
        step => html! {
            <p class="buttons">
                <button type="submit" class="primary" aria-disabled={(step == Step::Counting).to_string()}>
                    {if step == Step::Counting { say::settings_counting() } else { say::settings_save() }}
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
            <h3>{say::settings_account()}</h3>
            if let Some(overview) = &kept.overview {
                <p class="words">{folders::room(overview.room)}{"."}
                    {" "}
                    {match promised {
                        Some(true) => say::settings_promised(),
                        Some(false) => say::settings_not_promised(),
                        None => "",
                    }}
                </p>
            }
            <p class="buttons">
                <button onclick={keeps(act, KeptAction::Export(id, Archive::Mbox))}>{say::kept_back_up()}</button>
                <button onclick={keeps(act, KeptAction::Export(id, Archive::Zip))}>{say::settings_zip()}</button>
                if account.has_password {
                    <button onclick={keeps(act, KeptAction::Forget(id))}>
                        if props.site.provider_of(&account.host).is_some() { {say::settings_forget_sign_in()} } else { {say::settings_forget()} }
                    </button>
                }
                <button class="danger" onclick={keeps(act, KeptAction::Open(Opening::Remove(id)))}>{say::settings_remove()}</button>
            </p>
            <label class="import">{say::settings_import()}
                <input type="file" multiple=true accept=".mbox,.mbx,.eml,application/mbox,message/rfc822" {onchange} />
            </label>
            <p class="words">{say::settings_import_words()}</p>
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

pub(super) fn tick(act: &Act, knob: fn(bool) -> Knob) -> Callback<yew::Event> {
    let act = act.clone();
    Callback::from(move |event: yew::Event| {
        let checked = event.target_unchecked_into::<HtmlInputElement>().checked();
        act.emit(Action::Keep(KeptAction::Turn(knob(checked))));
    })
}
