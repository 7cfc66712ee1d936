//! The choice of a language, each by the name that it has in itself.

use restante_locales::{Language, say};
use web_sys::HtmlSelectElement;
use yew::{Callback, Html, Properties, TargetCast, component, html};

use super::{Act, use_language};
use crate::ui::state::Action;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct LanguageProps {
    pub(super) act: Act,
}

#[component]
pub(super) fn LanguageChoice(props: &LanguageProps) -> Html {
    let spoken = use_language();
    let onchange = {
        let act = props.act.clone();
        Callback::from(move |event: yew::Event| {
            if let Some(language) = Language::of(&event.target_unchecked_into::<HtmlSelectElement>().value()) {
                act.emit(Action::Speak(language));
            }
        })
    };
    html! {
        <label class="language"><span>{say::language()}</span>
            <select {onchange}>
                { for Language::ALL.iter().map(|language| html! {
                    <option value={language.tag()} lang={language.tag()} selected={*language == spoken}>{language.name()}</option>
                }) }
            </select>
        </label>
    }
}
