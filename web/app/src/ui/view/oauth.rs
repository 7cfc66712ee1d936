//! Signing in at a provider's page, in the place of a password.

use restante_api::oauth::Provider;
use restante_locales::say;
use yew::{Html, html};

use super::failure::FailureNote;
use super::{Act, sends};
use crate::ui::state::{Action, OAuthAction, SigningIn, Step, Whom};

/// What is shown of a sign-in, and the button that begins it.
pub(super) fn oauth(provider: &Provider, whom: Whom, so_far: Option<&SigningIn>, granted: bool, act: &Act) -> Html {
    let name = &provider.name;
    let step = so_far.map(|signing_in| &signing_in.step);
    let is_under_way = so_far.is_some_and(SigningIn::is_under_way);
    let words = match step {
        Some(Step::Asking(_) | Step::Waiting(_)) => say::oauth_waiting(name),
        Some(Step::Redeeming(_)) => say::oauth_redeeming(name),
        Some(Step::Blocked) => say::oauth_blocked(name),
        Some(Step::Failed(_)) => String::new(),
        None if granted => say::oauth_granted(name),
        None => say::oauth_words(name),
    };
    let begin = sends(act, Action::OAuth(OAuthAction::Begin(whom)));
    html! {
        <div class="oauth">
            if let Some(Step::Failed(failure)) = step {
                <FailureNote failure={failure.clone()} />
            }
            <p class="oauth-words" id="oauth-words" role="status" aria-live="polite">{words}</p>
            <p class="buttons">
                if is_under_way {
                    <button key="cancel" type="button" onclick={sends(act, Action::OAuth(OAuthAction::Cancel))}>{say::cancel()}</button>
                } else {
                    <button key="begin" id="oauth" type="button" onclick={begin} aria-describedby="oauth-words">
                        if granted { {say::oauth_again()} } else { {say::oauth_begin(name)} }
                    </button>
                }
            </p>
        </div>
    }
}
