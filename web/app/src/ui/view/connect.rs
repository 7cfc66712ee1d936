//! The first screen: the stamp, the form, what went wrong, and short answers.

use super::places::{self, PLACES};
use super::use_language;
use restante_api::{Deletion, Failure, FailureKind, Stage};
use restante_locales::{advice, headline, say};
use yew::{Html, Properties, classes, component, html};

use super::about::AboutDialog;
use super::certificate::TrustPanel;
use super::failure::FailureNote;
use super::form::ConnectForm;
use super::help::Help;
use super::retry::Retry;
use super::stamp::masthead;
use super::{Act, sends};
use crate::ui::shared::Shared;
use crate::ui::state::{About, Action, Complaint, DiagnosisAction, Form, KeptAction, Load, Preset, SigningIn, Site};

/// What the screen shows.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct ConnectProps {
    /// Mail is kept on this device.
    pub keeps: bool,
    /// The form's content.
    pub form: Form,
    /// The host's settings.
    pub site: Site,
    /// How far the opening has come, while the mailbox is being opened.
    pub opening: Option<Stage>,
    /// What is wrong with the form.
    pub complaint: Option<Complaint>,
    /// Why the mailbox could not be opened.
    pub failure: Option<Shared<Failure>>,
    /// Somebody signs in at a provider.
    pub signing_in: Option<SigningIn>,
    /// A certificate that does not verify, found before the mailbox is opened.
    pub untrusted: Option<Shared<Failure>>,
    /// What became of the messages that were to be deleted when the mailbox was closed.
    pub deletion: Option<Shared<Deletion>>,
    /// "About this page", while it is open.
    pub about: Option<Load<Shared<About>>>,
    /// Where to send what the user does.
    pub act: Act,
}

/// The first screen.
#[component]
pub fn Connect(props: &ConnectProps) -> Html {
    use_language();
    let refused = props.failure.as_ref().is_some_and(|failure| failure.kind == FailureKind::BridgeUnauthorized);
    let own = props.form.other_bridge(&props.site) == Ok(None);
    let wants_token = props.site.token_required && own || refused || !props.form.token.expose().is_empty();
    html! {
        <div class="connect">
            <main>
                {masthead(html! { <p>{say::form_lead()}</p> })}
                if props.keeps {
                    <p class="offer">
                        <span>{say::form_kept()}</span>
                        <button type="button" disabled={props.opening.is_some()} onclick={sends(&props.act, Action::Keep(KeptAction::Enter))}>{say::form_back_to_mail()}</button>
                    </p>
                }
                if let Some(deletion) = &props.deletion {
                    <p class={classes!("note", "outcome", (!deletion.is_complete()).then_some("warn"))} role="status">{restante_locales::deletion(deletion)}</p>
                }
                if let Some(failure) = props.failure.clone() {
                    <FailureNote failure={failure.clone()}>
                        <TrustPanel kind={failure.kind.clone()} act={props.act.clone()} />
                        <Retry failure={failure.clone()} name={say::try_again()} again={Action::Submit} act={props.act.clone()} />
                        <p><button type="button" class="link" onclick={sends(&props.act, Action::Diagnosis(DiagnosisAction::Show))}>{say::diagnosis()}</button></p>
                    </FailureNote>
                }
                <ConnectForm form={props.form.clone()} site={props.site.clone()} {wants_token} opening={props.opening} complaint={props.complaint}
                    signing_in={props.signing_in.clone()} act={props.act.clone()} />
                // Below the form: nothing that the user is about to click moves, and nothing takes its place.
                if let Some(failure) = props.untrusted.clone().filter(|_| props.opening.is_none()) {
                    <div class="note bad" role="status">
                        <p><b>{headline(&failure)}</b>{" "}{advice(&failure)}</p>
                        <TrustPanel kind={failure.kind.clone()} act={props.act.clone()} />
                    </div>
                }
                if let Some(preset) = &props.site.preset {
                    {offer(preset, &props.form, &props.act)}
                }
            </main>
            <Help act={props.act.clone()} />
            if let Some(about) = &props.about {
                <AboutDialog about={about.clone()} act={props.act.clone()} />
            }
        </div>
    }
}

/// The account that the host offers: filled in already, or to be filled in.
fn offer(preset: &Preset, form: &Form, act: &Act) -> Html {
    let label = preset.label.as_deref().filter(|label| !label.is_empty()).unwrap_or(&preset.host);
    let bold = || html! { <b dir="auto">{label}</b> };
    let is_filled = form.host == preset.host && Some(&form.user) == preset.user.as_ref();
    html! {
        <p class="offer">
            if is_filled {
                <span>{places::with(&say::form_preset_filled(PLACES[0]), [bold()])}</span>
            } else {
                <span>{places::with(&say::form_preset_offered(PLACES[0]), [bold()])}</span>
                <button type="button" onclick={sends(act, Action::UsePreset)}>{say::form_preset_use()}</button>
            }
        </p>
    }
}
