//! What can be done, by name: a list that is narrowed as one types, and from which one is done. And all keys, to be looked up
//! and changed.

use restante_locales::say;
use web_sys::{Element, HtmlInputElement, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::{
    Callback, Html, InputEvent, KeyboardEvent, Properties, TargetCast, classes, component, hook, html, use_context,
    use_effect_with, use_node_ref, use_state,
};

use super::dialog::Dialog;
use super::{Act, is_modified, is_typing, sends, use_language};
use crate::ui::browser::page;
use crate::ui::state::{Action, Command, Keys, Overlay, is_free};
use crate::ui::words::commands::name;

/// Which key does what.
#[hook]
pub(super) fn use_keys() -> Keys {
    use_context().unwrap_or_default()
}

/// What a key does on a screen with a mailbox, but Escape; `None` where it is not one of ours.
pub(super) fn pressed(keys: &Keys, event: &KeyboardEvent) -> Option<Action> {
    if opens(event) {
        return Some(Action::Overlay(Some(Overlay::Commands)));
    }
    if is_typing(event) || is_modified(event) {
        return None;
    }
    let key = event.key();
    let command = if key == "Delete" { Some(Command::Delete) } else { keys.command(&key) };
    command.map(of)
}

/// Whether a key opens the list of commands, wherever it is pressed.
fn opens(event: &KeyboardEvent) -> bool {
    (event.ctrl_key() || event.meta_key()) && !event.alt_key() && event.key().eq_ignore_ascii_case("k")
}

fn of(command: Command) -> Action {
    Action::Command(command, page::letter_number())
}

/// What opens above a mailbox.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct OverlayProps {
    /// What is open.
    pub overlay: Overlay,
    /// The commands of the screen below.
    pub commands: Vec<Command>,
    /// Where to send what the user does.
    pub act: Act,
}

/// What is open above a mailbox.
#[component]
pub fn OverlayDialog(props: &OverlayProps) -> Html {
    use_language();
    let OverlayProps { overlay, commands, act } = props.clone();
    let (id, title) = match overlay {
        Overlay::Commands => ("commands-title", say::commands()),
        Overlay::Keys => ("keys-title", say::keys()),
    };
    html! {
        // Another dialog is another element: it takes the keyboard anew.
        <Dialog key={id} {id} {title} shut={Action::Overlay(None)} act={act.clone()}>
            {match overlay {
                Overlay::Commands => html! { <CommandList {commands} {act} /> },
                Overlay::Keys => html! { <KeyList {commands} {act} /> },
            }}
        </Dialog>
    }
}

#[derive(Debug, Clone, PartialEq, Properties)]
struct ListProps {
    commands: Vec<Command>,
    act: Act,
}

#[component]
fn CommandList(props: &ListProps) -> Html {
    use_language();
    let keys = use_keys();
    let typed = use_state(String::new);
    let at = use_state(|| 0_usize);
    let list = use_node_ref();
    let found: Vec<Command> = props.commands.iter().copied().filter(|command| fits(name(*command), &typed)).collect();
    let chosen = (*at).min(found.len().saturating_sub(1));
    {
        let list = list.clone();
        use_effect_with((chosen, found.len()), move |_| {
            let at = list.cast::<Element>().and_then(|list| list.query_selector("[aria-selected=true]").ok().flatten());
            if let Some(at) = at {
                let options = ScrollIntoViewOptions::new();
                options.set_block(ScrollLogicalPosition::Nearest);
                at.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    }
    let oninput = {
        let (typed, at) = (typed.clone(), at.clone());
        Callback::from(move |event: InputEvent| {
            typed.set(event.target_unchecked_into::<HtmlInputElement>().value());
            at.set(0);
        })
    };
    let onkeydown = {
        let (at, found, act) = (at.clone(), found.clone(), props.act.clone());
        Callback::from(move |event: KeyboardEvent| {
            let last = found.len().saturating_sub(1);
            match event.key().as_str() {
                "ArrowDown" => at.set(if chosen == last { 0 } else { chosen + 1 }),
                "ArrowUp" => at.set(if chosen == 0 { last } else { chosen - 1 }),
                "Enter" => found.get(chosen).copied().into_iter().for_each(|command| run(&act, command)),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let item = |(place, command): (usize, Command)| {
        let act = props.act.clone();
        let onclick = Callback::from(move |_: yew::MouseEvent| run(&act, command));
        html! {
            <li id={format!("command-{place}")} role="option" aria-selected={(place == chosen).to_string()} class={classes!((place == chosen).then_some("at"))} {onclick}>
                <span>{name(command)}</span>{key(keys.key(command))}
            </li>
        }
    };
    html! {
        <div class="commands">
            <input data-focus="" role="combobox" aria-label={say::commands_find()} aria-expanded="true" aria-controls="commands" aria-autocomplete="list"
                aria-activedescendant={(!found.is_empty()).then(|| format!("command-{chosen}"))} placeholder={say::commands_find()} autocomplete="off"
                spellcheck="false" value={(*typed).clone()} {oninput} {onkeydown} />
            <ul ref={list} id="commands" role="listbox" aria-label={say::commands()}>{for found.iter().copied().enumerate().map(item)}</ul>
            if found.is_empty() { <p class="words" role="status">{say::commands_none()}</p> }
        </div>
    }
}

/// Closes the list, and does it below.
fn run(act: &Act, command: Command) {
    act.emit(Action::Overlay(None));
    act.emit(of(command));
}

/// Whether each word that was typed begins a word of the name.
fn fits(name: &str, typed: &str) -> bool {
    let name = name.to_lowercase();
    typed.to_lowercase().split_whitespace().all(|word| name.split_whitespace().any(|of| of.starts_with(word)))
}

fn key(key: &str) -> Html {
    if key.is_empty() {
        Html::default()
    } else {
        html! { <kbd>{key}</kbd> }
    }
}

#[component]
fn KeyList(props: &ListProps) -> Html {
    use_language();
    let keys = use_keys();
    let changing = use_state(|| None::<Command>);
    let item = |command: Command| {
        let is_changing = *changing == Some(command);
        let onclick = {
            let changing = changing.clone();
            Callback::from(move |_: yew::MouseEvent| changing.set((!is_changing).then_some(command)))
        };
        let onkeydown = is_changing.then(|| {
            let (changing, act) = (changing.clone(), props.act.clone());
            Callback::from(move |event: KeyboardEvent| {
                let key = event.key();
                match key.as_str() {
                    "Escape" => {}
                    "Backspace" | "Delete" => act.emit(Action::SetKey(command, String::new())),
                    key if is_free(key) && !is_modified(&event) => {
                        act.emit(Action::SetKey(command, key.to_owned()));
                    }
                    // What moves the keyboard's focus does.
                    _ => return,
                }
                event.prevent_default();
                event.stop_propagation();
                changing.set(None);
            })
        });
        let of = match (is_changing, keys.key(command)) {
            (true, _) => say::keys_press(),
            (false, "") => say::keys_none(),
            (false, of) => of,
        };
        html! {
            <li key={name(command)}><span>{name(command)}</span>
                <button type="button" aria-label={say::keys_change(name(command), of)} aria-pressed={is_changing.to_string()} {onclick} {onkeydown}>{if is_changing || keys.key(command).is_empty() { html! { <em>{of}</em> } } else { key(of) }}</button>
            </li>
        }
    };
    let fixed = [
        (say::keys_commands(), "Ctrl K"),
        (say::keys_back(), "Esc"),
        (say::command_delete(), "Del"),
        (say::keys_range(), "⇧ ↑ ↓"),
        (say::keys_send(), "Ctrl ↵"),
    ];
    html! {
        <div class="keys">
            <p class="words">{say::keys_words()}</p>
            <ul>{for props.commands.iter().copied().filter(|command| *command != Command::Close).map(item)}</ul>
            <h3>{say::keys_fixed()}</h3>
            <ul>{for fixed.into_iter().map(|(name, of)| html! { <li><span>{name}</span>{key(of)}</li> })}</ul>
            <p class="buttons"><button type="button" onclick={sends(&props.act, Action::ResetKeys)}>{say::keys_reset()}</button></p>
        </div>
    }
}
