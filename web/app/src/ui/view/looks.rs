//! The choice of how the page looks.

use restante_locales::say;
use web_sys::HtmlSelectElement;
use yew::{Callback, Html, Properties, TargetCast, component, hook, html, use_context};

use super::{Act, use_language};
use crate::ui::state::{Action, Contrast, Density, Looks, Theme, Zoom, by_id};

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
    let themes = Theme::ALL.map(|theme| (theme.id(), theme_name(theme).to_owned(), theme == looks.theme));
    let densities =
        Density::ALL.map(|density| (density.id(), density_name(density).to_owned(), density == looks.density));
    let contrasts = Contrast::ALL.map(|it| (it.id(), contrast_name(it).to_owned(), it == looks.contrast));
    let zooms = Zoom::ALL.map(|zoom| (zoom.id(), say::percent(zoom.percent()), zoom == looks.zoom));
    let on_theme = move |id: &str| Looks { theme: by_id(&Theme::ALL, id, Theme::id), ..looks };
    let on_density = move |id: &str| Looks { density: by_id(&Density::ALL, id, Density::id), ..looks };
    let on_contrast = move |id: &str| Looks { contrast: by_id(&Contrast::ALL, id, Contrast::id), ..looks };
    let on_zoom = move |id: &str| Looks { zoom: by_id(&Zoom::ALL, id, Zoom::id), ..looks };
    html! {
        <>
            {choice(say::looks_theme(), &themes, on_theme, &props.act)}
            {choice(say::looks_rows(), &densities, on_density, &props.act)}
            {choice(say::looks_contrast(), &contrasts, on_contrast, &props.act)}
            {choice(say::looks_zoom(), &zooms, on_zoom, &props.act)}
        </>
    }
}

fn choice(
    label: &'static str,
    options: &[(&'static str, String, bool)],
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
                { for options.iter().map(|(id, name, is_chosen)| html! { <option value={*id} selected={*is_chosen}>{name}</option> }) }
            </select>
        </label>
    }
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

fn contrast_name(contrast: Contrast) -> &'static str {
    match contrast {
        Contrast::System => say::looks_system(),
        Contrast::High => say::looks_high(),
    }
}
