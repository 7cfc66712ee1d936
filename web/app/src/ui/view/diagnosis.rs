//! "Diagnosis": the path to the mail servers, where it broke, and what was said, without what is secret.

use restante_api::SessionLog;
use restante_locales::{headline, say};
use yew::{Html, Properties, component, html};

use super::dialog::Dialog;
use super::{Act, sends, use_language};
use crate::ui::browser::dates;
use crate::ui::state::{Action, Diagnosis, DiagnosisAction, Load};
use crate::ui::words::diagnosis as words;

/// The dialog.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct DiagnosisProps {
    /// What it shows.
    pub diagnosis: Diagnosis,
    /// Where to send what the user does.
    pub act: Act,
}

/// What was said with mail servers.
#[component]
pub fn DiagnosisDialog(props: &DiagnosisProps) -> Html {
    use_language();
    let DiagnosisProps { diagnosis, act } = props;
    let does = |action| sends(act, Action::Diagnosis(action));
    let sessions = match &diagnosis.sessions {
        Load::Ready(sessions) => Some(sessions),
        _ => None,
    };
    let has_some = sessions.is_some_and(|sessions| !sessions.is_empty());
    let foremost = sessions.map_or(0, |sessions| words::foremost(sessions));
    html! {
        <Dialog id="diagnosis-title" title={say::diagnosis()} shut={Action::Diagnosis(DiagnosisAction::Hide)} act={act.clone()}>
            <p class="words">{say::diagnosis_lead()}</p>
            <p class="buttons">
                <button disabled={!has_some} onclick={does(DiagnosisAction::Copy)}>{say::diagnosis_copy()}</button>
                <button class="quiet" disabled={!has_some} onclick={does(DiagnosisAction::Save)}>{say::diagnosis_save()}</button>
                <button class="quiet" onclick={does(DiagnosisAction::Show)}>{say::diagnosis_again()}</button>
            </p>
            <div role="status">{match (sessions, diagnosis.copied) {
                (None, _) => html! { <p>{say::diagnosis_waiting()}</p> },
                (Some(_), Some(true)) => html! { <p class="verdict good">{say::diagnosis_copied()}</p> },
                (Some(_), Some(false)) => html! { <p class="note">{say::diagnosis_not_copied()}</p> },
                (Some(sessions), None) if sessions.is_empty() => html! { <p>{say::diagnosis_none()}</p> },
                (Some(_), None) => Html::default(),
            }}</div>
            if let Some(sessions) = sessions {
                { for sessions.iter().enumerate().map(|(at, log)| session(at, log, at == foremost)) }
            }
        </Dialog>
    }
}

/// One connection.
fn session(at: usize, log: &SessionLog, is_open: bool) -> Html {
    let lines = words::dialogue(log);
    html! {
        <details class="session" open={is_open} key={format!("{} {at}", log.began)}>
            <summary>
                <time datetime={words::began(log)}>{dates::time(i64::try_from(log.began).unwrap_or_default())}</time>
                {" "}<bdi>{&log.host}</bdi>
                if let Some(failure) = &log.failure { <small class="bad">{headline(failure)}</small> }
            </summary>
            <dl class="facts">
                { for words::facts(log).into_iter().map(|(name, value)| html! { <div><dt>{name}</dt><dd dir="auto">{value}</dd></div> }) }
            </dl>
            <h3>{say::diagnosis_dialogue()}</h3>
            if lines.is_empty() {
                <p>{say::diagnosis_silence()}</p>
            } else {
                <pre class="dialogue" dir="ltr" tabindex="0" role="region" aria-label={format!("{} {}", say::diagnosis_dialogue(), words::began(log))}>{lines.join("\n")}</pre>
            }
        </details>
    }
}
