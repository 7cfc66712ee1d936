//! Small line drawings. They repeat what words beside them say, so they are hidden from screen readers.

use yew::{Html, html};

pub(super) fn up() -> Html {
    draw("M8 13V3.5M3.5 8 8 3.5 12.5 8")
}

pub(super) fn down() -> Html {
    draw("M8 3v9.5M3.5 8 8 12.5 12.5 8")
}

pub(super) fn back() -> Html {
    draw("M13 8H3.5M8 3.5 3.5 8 8 12.5")
}

pub(super) fn close() -> Html {
    draw("M4 4l8 8M12 4l-8 8")
}

pub(super) fn save() -> Html {
    draw("M8 2.5v7M4.5 6.5 8 10l3.5-3.5M3 13.5h10")
}

pub(super) fn tick() -> Html {
    draw("M3 8.5 6.5 12 13 4.5")
}

pub(super) fn clip() -> Html {
    draw("M11.5 5.5v5.2a3.5 3.5 0 0 1-7 0V4.6a2.3 2.3 0 0 1 4.6 0v5.8a1.1 1.1 0 0 1-2.2 0V5.5")
}

fn draw(path: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d={path} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
    }
}
