//! The list of messages: a listbox that draws only the rows in sight, however many there are.

use std::collections::BTreeSet;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver};
use yew::{
    Callback, Html, KeyboardEvent, NodeRef, Properties, component, html, use_effect_with, use_memo, use_node_ref,
    use_state_eq,
};

use super::Act;
use super::row::{self, MessageRow};
use crate::ui::browser::{dates, page};
use crate::ui::shared::Shared;
use crate::ui::state::{Action, Rows};
use crate::ui::window::Window;

/// A row's height in rem, as in the style sheet.
const ROW_REM: f64 = 5.25;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct ListProps {
    pub(super) rows: Rows,
    pub(super) cursor: u32,
    pub(super) selected: Option<u32>,
    pub(super) seen: Shared<BTreeSet<u32>>,
    pub(super) act: Act,
}

#[component]
pub(super) fn MessageList(props: &ListProps) -> Html {
    let ListProps { rows, cursor, selected, seen, act } = props;
    let (scroller, sizer, band) = (use_node_ref(), use_node_ref(), use_node_ref());
    let row_height = *use_memo((), |()| page::rem(ROW_REM));
    let top = use_state_eq(|| 0.0_f64);
    let height = use_state_eq(|| 0.0_f64);
    let of = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let window = Window { rows: of, row_height, height: *height, top: *top };
    let (first, count) = window.drawn();

    {
        let height = height.clone();
        use_effect_with(scroller.clone(), move |scroller| watch_height(scroller, move |now| height.set(now)));
    }
    {
        let (sizer, band) = (sizer.clone(), band.clone());
        use_effect_with((window.total_height(), window.row_top(first)), move |(total, offset)| {
            if let Some(sizer) = sizer.cast::<HtmlElement>() {
                page::style(&sizer, "height", &format!("{total}px"));
            }
            if let Some(band) = band.cast::<HtmlElement>() {
                page::style(&band, "transform", &format!("translateY({offset}px)"));
            }
        });
    }
    {
        let act = act.clone();
        use_effect_with((first, count, of), move |(first, count, _)| {
            if *count > 0 {
                act.emit(Action::InSight { first: *first, count: *count });
            }
        });
    }
    {
        let scroller = scroller.clone();
        use_effect_with(*cursor, move |cursor| {
            let Some(scroller) = scroller.cast::<HtmlElement>() else { return };
            let now =
                Window { top: f64::from(scroller.scroll_top()), height: f64::from(scroller.client_height()), ..window };
            if let Some(target) = now.reveal(*cursor).filter(|_| now.height > 0.0) {
                #[expect(clippy::cast_possible_truncation, reason = "below the greatest height a browser lays out")]
                scroller.set_scroll_top(target.round() as i32);
            }
        });
    }
    let onscroll = {
        let (scroller, top) = (scroller.clone(), top.clone());
        Callback::from(move |_: yew::Event| {
            if let Some(scroller) = scroller.cast::<HtmlElement>() {
                top.set(f64::from(scroller.scroll_top()));
            }
        })
    };
    let row_at = |position: u32| rows.get(position as usize).and_then(Option::as_ref);
    let drawn = first..first + count;
    let active = (drawn.contains(cursor) && row_at(*cursor).is_some()).then(|| row::id(*cursor));
    let busy = drawn.clone().any(|position| row_at(position).is_none());
    let (in_sight, _) = window.sight();
    let day = row_at(in_sight).and_then(|row| row.date).map(dates::heading);
    html! {
        <>
            <div class="tools">
                <h2 id="list-title">{"On the server"}</h2>
                if of > 0 {
                    <span>{day.map(|day| format!("{day} · "))}{"newest first"}</span>
                }
            </div>
            if of == 0 {
                <p class="empty">{"This mailbox is empty. No mail is waiting for you."}</p>
            }
            <div id="messages" ref={scroller} class="messages" role="listbox" aria-label="Messages" tabindex="0"
                aria-activedescendant={active} aria-busy={busy.to_string()} {onscroll} onkeydown={keys(act, *cursor, of, window.page())}>
                <div ref={sizer} class="sizer" role="presentation">
                    <div ref={band} class="band" role="presentation">
                        { for drawn.map(|position| match row_at(position) {
                            Some(row) => html! {
                                <MessageRow key={position} row={row.clone()} {of} selected={*selected == Some(position)}
                                    active={position == *cursor} seen={seen.contains(&row.message.number)} act={act.clone()} />
                            },
                            None => row::ghost(position),
                        }) }
                    </div>
                </div>
            </div>
        </>
    }
}

/// What the keys do in the list (WAI-ARIA's listbox; j and k as readers of mail know them).
fn keys(act: &Act, cursor: u32, of: u32, page: u32) -> Callback<KeyboardEvent> {
    let act = act.clone();
    Callback::from(move |event: KeyboardEvent| {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let action = match event.key().as_str() {
            "ArrowDown" | "j" => Action::Cursor(cursor.saturating_add(1)),
            "ArrowUp" | "k" => Action::Cursor(cursor.saturating_sub(1)),
            "PageDown" => Action::Cursor(cursor.saturating_add(page)),
            "PageUp" => Action::Cursor(cursor.saturating_sub(page)),
            "Home" => Action::Cursor(0),
            "End" => Action::Cursor(of.saturating_sub(1)),
            "Enter" | " " => Action::Read(cursor),
            _ => return,
        };
        event.prevent_default();
        act.emit(action);
    })
}

/// Tells the height of an element, now and whenever it changes.
fn watch_height<F: Fn(f64) + 'static>(element: &NodeRef, tell: F) -> impl FnOnce() + use<F> {
    let element = element.cast::<HtmlElement>();
    let measured = element.clone();
    let changed = Closure::<dyn FnMut()>::new(move || {
        if let Some(element) = &measured {
            tell(f64::from(element.client_height()));
        }
    });
    let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok();
    if let (Some(observer), Some(element)) = (&observer, &element) {
        observer.observe(element);
    }
    move || {
        if let Some(observer) = observer {
            observer.disconnect();
        }
        drop(changed);
    }
}
