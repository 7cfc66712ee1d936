//! The stamp and the mark. `index.html` draws the same stamp before the program is there.

use restante_locales::say;
use yew::{Html, html};

/// The large stamp.
fn stamp() -> Html {
    html! {
        <svg class="stamp" viewBox="0 0 120 120" aria-hidden="true">
            <g fill="none" stroke="currentColor">
                <circle cx="60" cy="60" r="50" stroke-width="3" />
                <circle cx="60" cy="60" r="37" stroke-width="1.5" />
                <path d="M40 49h40v24H40z M40 49l20 15 20-15" stroke-width="2.4" stroke-linejoin="round" />
            </g>
            <defs><path id="ring" d="M60 60m-41 0a41 41 0 1 1 82 0a41 41 0 1 1-82 0" /></defs>
            <text font-size="8.4" fill="currentColor">
                <textPath href="#ring" textLength="256">{say::form_stamp()}</textPath>
            </text>
        </svg>
    }
}

/// The small mark beside the name.
pub(super) fn mark() -> Html {
    html! {
        <span class="mark">
            <svg viewBox="0 0 32 32" aria-hidden="true">
                <g fill="none" stroke="currentColor">
                    <circle cx="16" cy="16" r="13" stroke-width="1.6" />
                    <circle cx="16" cy="16" r="9.4" />
                    <path d="M10.5 13h11v6.5h-11z M10.5 13l5.5 4 5.5-4" stroke-width="1.3" stroke-linejoin="round" />
                </g>
            </svg>
            <span>{"Restante"}</span>
        </span>
    }
}

/// The head of a screen that is no mailbox.
pub(super) fn masthead(below: Html) -> Html {
    html! {
        <header>
            {stamp()}
            <h1>{"Restante"}</h1>
            {below}
        </header>
    }
}
