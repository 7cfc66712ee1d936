//! The dialogs above kept mail.

use super::super::places::{self, PLACES};
use restante_api::keep::{AccountId, Role};
use restante_locales::say;
use restante_protocol::tunnel::Secret;
use web_sys::HtmlInputElement;
use yew::{Callback, Html, InputEvent, SubmitEvent, TargetCast, html};

use super::super::dialog::Dialog;
use super::super::oauth::oauth;
use super::{KeptProps, keeps, moving, settings};
use crate::ui::state::kept::{Sheet, SignInDraft};
use crate::ui::state::{Action, KeptAction, Whom};

pub(super) fn sheet(props: &KeptProps) -> Html {
    let KeptProps { kept, act, .. } = props;
    let shut = Action::Keep(KeptAction::Shut);
    match &kept.sheet {
        None => Html::default(),
        Some(Sheet::Settings(draft)) => settings::settings(props, draft),
        Some(Sheet::Password(draft)) => password(props, draft),
        Some(Sheet::Move { messages, account, name }) => moving::moving(props, messages.len(), *account, name),
        Some(Sheet::Folder(_, name)) => html! {
            <Dialog key="folder" id="folder-title" title={say::folder()} {shut} act={act.clone()}>
                {moving::named(say::folder_name(), say::folder_rename(), name, KeptAction::Rename, act)}
                <div class="last">
                    <p class="words">{say::folder_remove_words()}</p>
                    <button onclick={keeps(act, KeptAction::RemoveFolder)}>{say::folder_remove()}</button>
                </div>
            </Dialog>
        },
        Some(Sheet::Empty(account)) => {
            let count = deleted(props, *account);
            question(props, say::empty_title(), &say::empty_words(count), say::empty_yes())
        }
        Some(Sheet::Remove(account)) => {
            let view = kept.account(*account);
            let count = view.map_or(0, |view| view.folders.iter().map(|folder| folder.messages).sum());
            let name = view.map_or("", |view| &view.name);
            question(props, say::remove_title(), &say::remove_words(count, name), say::remove_yes())
        }
        Some(Sheet::Discard) => question(props, say::discard_title(), say::discard_words(), say::discard_yes()),
    }
}

fn deleted(props: &KeptProps, account: AccountId) -> u32 {
    let account = props.kept.account(account);
    account
        .and_then(|account| account.folders.iter().find(|folder| folder.role == Role::Deleted))
        .map_or(0, |folder| folder.messages)
}

/// Something to say yes or no to.
fn question(props: &KeptProps, title: &'static str, words: &str, yes: &'static str) -> Html {
    let act = &props.act;
    html! {
        <Dialog key={title} id="question-title" {title} shut={Action::Keep(KeptAction::Shut)} act={act.clone()}>
            <p>{words.to_owned()}</p>
            <p class="buttons">
                <button class="danger" onclick={keeps(act, KeptAction::Confirm)}>{yes}</button>
                <button onclick={keeps(act, KeptAction::Cancel)}>{say::cancel()}</button>
            </p>
        </Dialog>
    }
}

fn password(props: &KeptProps, draft: &SignInDraft) -> Html {
    let KeptProps { kept, act, .. } = props;
    let Some(account) = kept.account(draft.account) else { return Html::default() };
    let provider = props.site.provider_of(&account.host);
    let by_provider = provider.filter(|_| !draft.by_password);
    let whom = Whom::Account(draft.account);
    let so_far = props.signing_in.as_ref().filter(|signing_in| signing_in.whom == whom);
    let oninput = {
        let act = act.clone();
        Callback::from(move |event: InputEvent| {
            let typed = Secret::new(event.target_unchecked_into::<HtmlInputElement>().value());
            act.emit(Action::Keep(KeptAction::TypePassword(typed)));
        })
    };
    let onchange = {
        let act = act.clone();
        Callback::from(move |event: yew::Event| {
            act.emit(Action::Keep(KeptAction::KeepPassword(
                event.target_unchecked_into::<HtmlInputElement>().checked(),
            )));
        })
    };
    let onsubmit = {
        let act = act.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            act.emit(Action::Keep(KeptAction::SignIn));
        })
    };
    html! {
        <Dialog key="password" id="password-title" title={say::sign_in()} shut={Action::Keep(KeptAction::Shut)} act={act.clone()}>
            <form class="sheet-form" {onsubmit}>
                <p class="words">{places::with(&say::sign_in_for(PLACES[0], PLACES[1]),
                    [html! { <bdi>{&account.user}</bdi> }, html! { <bdi>{&account.host}</bdi> }])}</p>
                if let Some(provider) = by_provider {
                    {oauth(provider, whom, so_far, false, act)}
                } else {
                    <div class="fields"><label class="whole">{say::password()}
                        <input id="password" type="password" autofocus=true value={draft.password.expose().to_owned()} {oninput} autocomplete="current-password" />
                    </label></div>
                }
                <label class="tick"><input type="checkbox" checked={draft.keep} {onchange} />
                    if by_provider.is_some() { {say::oauth_keep()} } else { {say::keep_password()} }
                </label>
                if by_provider.is_none() {
                    <p class="words">{say::sign_in_words()}</p>
                    <p class="buttons"><button class="primary" type="submit" disabled={draft.password.expose().is_empty()}>{say::sign_in()}</button></p>
                }
                if let Some(provider) = provider {
                    <p class="oauth-other">
                        <button type="button" class="link" onclick={keeps(act, KeptAction::ByPassword(!draft.by_password))}>
                            if draft.by_password { {say::oauth_begin(&provider.name)} } else { {say::oauth_password()} }
                        </button>
                    </p>
                }
            </form>
        </Dialog>
    }
}
