//! What is wrong with accounts, and how to go on.

use super::super::places::{self, PLACES};
use restante_api::FailureKind;
use restante_api::keep::{AccountView, Activity};
use restante_locales::say;
use yew::{Html, html};

use super::super::certificate::TrustPanel;
use super::super::failure::FailureNote;
use super::super::retry::{Retry, waits};
use super::{KeptProps, bar, keeps};
use crate::ui::shared::Shared;
use crate::ui::state::kept::Opening;
use crate::ui::state::{Action, DiagnosisAction, KeptAction};

pub(super) fn troubles(props: &KeptProps) -> Html {
    let KeptProps { kept, .. } = props;
    let told = kept.accounts().iter().filter(|account| !kept.hushed.contains(&account.id)).filter_map(|account| {
        match &account.activity {
            // That there is no network is told in the status line.
            Activity::Failed(_) if bar::is_cut_off(account) && props.offline => None,
            Activity::Failed(failure) => Some(trouble(account, Shared::new((**failure).clone()), props)),
            _ => None,
        }
    });
    let told: Vec<Html> = told.collect();
    if told.is_empty() {
        Html::default()
    } else {
        html! { <div class="interrupted">{for told}</div> }
    }
}

fn trouble(account: &AccountView, failure: Shared<restante_api::Failure>, props: &KeptProps) -> Html {
    let KeptProps { kept, act, .. } = props;
    let id = account.id;
    let again = Action::Keep(KeptAction::CheckAccount(id));
    html! {
        <FailureNote key={id.0} failure={failure.clone()}>
            if kept.accounts().len() > 1 { <p>{places::with(&say::trouble_account(PLACES[0]), [html! { <bdi>{&account.name}</bdi> }])}</p> }
            <TrustPanel kind={failure.kind.clone()} trust={Action::Keep(KeptAction::Trust(id))} name={say::certificate_trust_go_on()} act={act.clone()} />
            <p class="buttons">
                if failure.kind == FailureKind::WrongPassword {
                    <button onclick={keeps(act, KeptAction::Open(Opening::Password(id)))}>{say::trouble_password()}</button>
                } else if waits(&failure) {
                    <Retry failure={failure.clone()} name={say::try_again()} again={again} act={act.clone()} />
                } else {
                    <button onclick={super::super::sends(act, again)}>{say::try_again()}</button>
                }
                <button class="quiet" onclick={super::super::sends(act, Action::Diagnosis(DiagnosisAction::Show))}>{say::diagnosis()}</button>
                <button class="quiet" onclick={keeps(act, KeptAction::Hush(id))}>{say::close_notice()}</button>
            </p>
        </FailureNote>
    }
}
