//! The dialogs above kept mail.

use restante_api::keep::{AccountId, Role};
use restante_protocol::tunnel::Secret;
use web_sys::HtmlInputElement;
use yew::{Callback, Html, InputEvent, SubmitEvent, TargetCast, html};

use super::super::dialog::Dialog;
use super::{KeptProps, keeps, moving, settings};
use crate::ui::state::kept::{Sheet, SignInDraft};
use crate::ui::state::{Action, KeptAction};
use crate::ui::words;

pub(super) fn sheet(props: &KeptProps) -> Html {
    let KeptProps { kept, act, .. } = props;
    let shut = Action::Keep(KeptAction::Shut);
    match &kept.sheet {
        None => Html::default(),
        Some(Sheet::Settings(draft)) => settings::settings(props, draft),
        Some(Sheet::Password(draft)) => password(props, draft),
        Some(Sheet::Move { messages, account, name }) => moving::moving(props, messages.len(), *account, name),
        Some(Sheet::Folder(_, name)) => html! {
            <Dialog key="folder" id="folder-title" title="Folder" {shut} act={act.clone()}>
                {moving::named("Name", "Rename", name, KeptAction::Rename, act)}
                <div class="last">
                    <p class="words">{"Where the folder is removed, its messages go to Archive."}</p>
                    <button onclick={keeps(act, KeptAction::RemoveFolder)}>{"Remove the folder"}</button>
                </div>
            </Dialog>
        },
        Some(Sheet::Empty(account)) => {
            let count = deleted(props, *account);
            question(
                props,
                "Empty Deleted?",
                &format!(
                    "{} in Deleted will be removed from this device for good. This cannot be undone.",
                    words::kept::messages(count)
                ),
                "Remove for good",
            )
        }
        Some(Sheet::Remove(account)) => {
            let view = kept.account(*account);
            let count = view.map_or(0, |view| view.folders.iter().map(|folder| folder.messages).sum());
            let name = view.map_or("", |view| &view.name);
            question(
                props,
                "Remove from this device?",
                &format!(
                    "{} of {name} and its folders will be removed from this device. Nothing is deleted on the server: what is still \
                 there stays, and what is only here is lost. Back it up first if in doubt.",
                    words::kept::messages(count)
                ),
                "Remove from this device",
            )
        }
        Some(Sheet::Discard) => question(
            props,
            "Remove what is kept?",
            "The damaged mailbox, with all accounts, will be removed from this device. Save first what can be read. Mail that is \
             still on the server is not affected.",
            "Remove it",
        ),
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
                <button onclick={keeps(act, KeptAction::Cancel)}>{"Cancel"}</button>
            </p>
        </Dialog>
    }
}

fn password(props: &KeptProps, draft: &SignInDraft) -> Html {
    let KeptProps { kept, act, .. } = props;
    let Some(account) = kept.account(draft.account) else { return Html::default() };
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
        <Dialog key="password" id="password-title" title="Sign in" shut={Action::Keep(KeptAction::Shut)} act={act.clone()}>
            <form class="sheet-form" {onsubmit}>
                <p class="words">{"For "}<bdi>{&account.user}</bdi>{" on "}<bdi>{&account.host}</bdi>{", to fetch what is new."}</p>
                <div class="fields"><label class="whole">{"Password"}
                    <input id="password" type="password" autofocus=true value={draft.password.expose().to_owned()} {oninput} autocomplete="current-password" />
                </label></div>
                <label class="tick"><input type="checkbox" checked={draft.keep} {onchange} />{"Keep the password on this device"}</label>
                <p class="words">{"Encrypted, with a key that this browser does not give out. Who can open this browser can fetch your mail with it. \
                    Otherwise it is forgotten with this tab."}</p>
                <p class="buttons"><button class="primary" type="submit" disabled={draft.password.expose().is_empty()}>{"Sign in"}</button></p>
            </form>
        </Dialog>
    }
}
