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

pub(super) fn person() -> Html {
    draw("M8 7.5a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM3 13.5a5 5 0 0 1 10 0")
}

pub(super) fn clip() -> Html {
    draw("M11.5 5.5v5.2a3.5 3.5 0 0 1-7 0V4.6a2.3 2.3 0 0 1 4.6 0v5.8a1.1 1.1 0 0 1-2.2 0V5.5")
}

pub(super) fn cloud() -> Html {
    draw("M4.5 12.5h7a2.7 2.7 0 0 0 .4-5.4 4 4 0 0 0-7.7-.6A3 3 0 0 0 4.5 12.5z")
}

pub(super) fn archive() -> Html {
    draw("M2.5 3h11v3h-11zM3.5 6v7h9V6M6.5 9h3")
}

pub(super) fn delete() -> Html {
    draw("M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.7 9h5.6l.7-9")
}

pub(super) fn unread() -> Html {
    draw("M2.5 4h11v8.5h-11zM2.5 4.5 8 9l5.5-4.5")
}

pub(super) fn folder() -> Html {
    draw("M2 4h4l1.5 1.5H14V12.5H2z")
}

pub(super) fn inbox() -> Html {
    draw("M2 9l1.7-6h8.6L14 9v4H2zM2 9h3.5l1 1.7h3l1-1.7H14")
}

pub(super) fn check() -> Html {
    draw("M13.2 8a5.2 5.2 0 1 1-1.6-3.8M13 2v3h-3")
}

pub(super) fn search() -> Html {
    draw("M11 11l3 3M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9z")
}

pub(super) fn pencil() -> Html {
    draw("M10.5 3.2 12.8 5.5 6 12.3 3 13l.7-3z")
}

pub(super) fn send() -> Html {
    draw("M2.5 8 13.5 3 9.5 13.5 7.5 9z")
}

pub(super) fn sent() -> Html {
    draw("M2.5 8 13.5 3 9.5 13.5 7.5 9zM7.5 9 13.5 3")
}

pub(super) fn reply() -> Html {
    draw("M6.5 3.5 2.5 7.5l4 4M2.5 7.5h6a5 5 0 0 1 5 5")
}

pub(super) fn reply_all() -> Html {
    draw("M5 3.5 1.5 7.5 5 11.5M9 3.5 5.5 7.5l3.5 4M5.5 7.5h4a4.5 4.5 0 0 1 4.5 5")
}

pub(super) fn forward() -> Html {
    draw("M9.5 3.5l4 4-4 4M13.5 7.5h-6a5 5 0 0 0-5 5")
}

pub(super) fn others() -> Html {
    draw("M3.5 8h.01M8 8h.01M12.5 8h.01")
}

pub(super) fn menu() -> Html {
    draw("M2.5 4.5h11M2.5 8h11M2.5 11.5h11")
}

pub(super) fn star(filled: bool) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d="M8 2l1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z" fill={if filled { "currentColor" } else { "none" }}
                stroke="currentColor" stroke-width="1.3" stroke-linejoin="round" />
        </svg>
    }
}

fn draw(path: &'static str) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d={path} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
    }
}

pub(super) fn bold() -> Html {
    draw("M5 3h3.8a2.4 2.4 0 0 1 0 4.8H5zM5 7.8h4.5a2.6 2.6 0 0 1 0 5.2H5z")
}

pub(super) fn italic() -> Html {
    draw("M7 3h5M4 13h5M9.5 3l-3 10")
}

pub(super) fn list() -> Html {
    draw("M6 4h7.5M6 8h7.5M6 12h7.5M2.6 4h.8M2.6 8h.8M2.6 12h.8")
}

pub(super) fn numbers() -> Html {
    draw("M6.5 4h7M6.5 8h7M6.5 12h7M2.3 3.2 3.3 2.7v3M2.2 10.6a1 1 0 1 1 1.8.6L2.2 13.3H4")
}

pub(super) fn quote() -> Html {
    draw("M3 3v10M6 4.5h7.5M6 8h7.5M6 11.5h5")
}

pub(super) fn link() -> Html {
    draw(
        "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 0 0-3.7-3.7L7.9 4.4M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9a2.6 2.6 0 0 0 3.7 3.7l1.1-1.1",
    )
}

pub(super) fn picture() -> Html {
    draw("M2.5 3h11v10h-11zM2.5 11l3.2-3.2 2.4 2.4 1.9-1.9 3.5 3.2M10.6 6.2h.01")
}

pub(super) fn letters() -> Html {
    draw("M2.5 12.5 6 3.5l3.5 9M3.7 9.5h4.6M10 12.5l2-5 2 5M10.7 11h2.6")
}

pub(super) fn receipt() -> Html {
    draw("M2.5 4h11v8.5h-11zM2.5 4.5 8 9l1.5-1.2M9.5 10.8l1.6 1.5 3-3.2")
}
