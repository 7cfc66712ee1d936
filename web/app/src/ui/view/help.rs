//! Short answers to what people ask before they type a password.

use super::language::LanguageChoice;
use super::use_language;
use restante_locales::say;
use yew::{Html, Properties, component, html};

use super::{Act, sends};
use crate::ui::state::Action;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct HelpProps {
    pub(super) act: Act,
}

#[component]
pub(super) fn Help(props: &HelpProps) -> Html {
    use_language();
    html! {
        <footer class="help">
            <details>
                <summary>{say::help_password()}</summary>
                <p>{say::help_password_words()}</p>
                <p>{say::help_password_host()}</p>
            </details>
            <details>
                <summary>{say::help_contact()}</summary>
                <p>{say::help_contact_words()}</p>
            </details>
            <details>
                <summary>{say::help_mail()}</summary>
                <p>{say::help_mail_words()}</p>
            </details>
            <details>
                <summary>{say::help_pop3()}</summary>
                <p>{say::help_pop3_words()}</p>
            </details>
            <LanguageChoice act={props.act.clone()} />
            <button type="button" class="link" onclick={sends(&props.act, Action::ShowAbout(true))}>{say::about_page()}</button>
        </footer>
    }
}
