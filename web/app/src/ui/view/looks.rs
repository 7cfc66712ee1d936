//! The choice of how the page looks.

use restante_locales::say;
use web_sys::HtmlSelectElement;
use yew::{Callback, Html, Properties, TargetCast, component, hook, html, use_context};

use super::{Act, use_language};
use crate::ui::state::{Action, Density, Looks, Theme};

/// How the page looks.
#[hook]
pub(super) fn use_looks() -> Looks {
    use_context().unwrap_or_default()
}

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct LooksProps {
    pub(super) act: Act,
}

#[component]
pub(super) fn LooksChoice(props: &LooksProps) -> Html {
    use_language();
    let looks = use_looks();
    let themes = Theme::ALL.map(|theme| (theme.id(), theme_name(theme), theme == looks.theme));
    let densities = Density::ALL.map(|density| (density.id(), density_name(density), density == looks.density));
    let on_theme = move |id: &str| Looks { theme: found(&Theme::ALL, id, Theme::id), ..looks };
    let on_density = move |id: &str| Looks { density: found(&Density::ALL, id, Density::id), ..looks };
    html! {
        <>
            {choice(say::looks_theme(), &themes, on_theme, &props.act)}
            {choice(say::looks_rows(), &densities, on_density, &props.act)}
        </>
    }
}

fn choice(
    label: &'static str,
    options: &[(&'static str, &'static str, bool)],
    chosen: impl Fn(&str) -> Looks + 'static,
    act: &Act,
) -> Html {
    let act = act.clone();
    let onchange = Callback::from(move |event: yew::Event| {
        act.emit(Action::Look(chosen(&event.target_unchecked_into::<HtmlSelectElement>().value())));
    });
    html! {
        <label class="language"><span>{label}</span>
            <select {onchange}>
                { for options.iter().map(|(id, name, is_chosen)| html! { <option value={*id} selected={*is_chosen}>{*name}</option> }) }
            </select>
        </label>
    }
}

fn found<T: Copy + Default>(all: &[T], id: &str, of: fn(T) -> &'static str) -> T {
    all.iter().copied().find(|one| of(*one) == id).unwrap_or_default()
}

fn theme_name(theme: Theme) -> &'static str {
    match theme {
        Theme::System => say::looks_system(),
        Theme::Light => say::looks_light(),
        Theme::Dark => say::looks_dark(),
    }
}

fn density_name(density: Density) -> &'static str {
    match density {
        Density::Comfortable => say::looks_comfortable(),
        Density::Compact => say::looks_compact(),
    }
}
