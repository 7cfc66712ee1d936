//! The list of messages: a listbox that draws only the rows in sight, however many there are.

use std::collections::BTreeSet;

use super::use_language;
use restante_locales::say;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver};
use yew::{
    Callback, Html, KeyboardEvent, NodeRef, Properties, component, html, use_effect_with, use_memo, use_mut_ref,
    use_node_ref, use_state_eq,
};

use super::Act;
use super::looks::use_looks;
use super::row::{self, MessageRow};
use crate::ui::browser::{dates, page};
use crate::ui::shared::Shared;
use crate::ui::state::{Action, Choice, Mailbox, Motion, Purpose, Rows, Selection, Shift, runs};
use crate::ui::window::Window;

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct ListProps {
    pub(super) rows: Rows,
    pub(super) cursor: u32,
    /// Counts the times that somebody moved the cursor.
    pub(super) moves: u32,
    pub(super) shift: Shift,
    pub(super) selection: Selection,
    /// The message that is read.
    pub(super) read: Option<u32>,
    /// Messages that were read; `None` where each row says it of its own.
    pub(super) seen: Option<Shared<BTreeSet<u32>>>,
    /// In a preview: messages that have come since it was opened, and those that are to be deleted.
    pub(super) arrived: Shared<BTreeSet<u32>>,
    pub(super) marked: Shared<BTreeSet<u32>>,
    /// The messages are kept, and can be moved to Deleted.
    #[prop_or_default]
    pub(super) can_delete: bool,
    /// What the list is called.
    pub(super) title: String,
    /// What stands beside its name; else the day of the first row, and the order.
    #[prop_or_default]
    pub(super) beside: Option<String>,
    /// Controls in its head.
    #[prop_or_default]
    pub(super) controls: Html,
    /// What is said where there is no message.
    pub(super) empty: Html,
    pub(super) act: Act,
}

impl ListProps {
    /// The list of a mailbox.
    pub(super) fn of(mailbox: &Mailbox, title: String, empty: Html, act: &Act) -> Self {
        Self {
            rows: mailbox.rows.clone(),
            cursor: mailbox.cursor,
            moves: mailbox.moves,
            shift: mailbox.shift.clone(),
            selection: mailbox.selection.clone(),
            read: mailbox.reading.as_ref().and_then(|reading| reading.position),
            seen: (!mailbox.is_kept()).then(|| mailbox.seen.clone()),
            arrived: mailbox.preview.arrived.clone(),
            marked: mailbox.preview.marked.clone(),
            can_delete: false,
            title,
            beside: None,
            controls: Html::default(),
            empty,
            act: act.clone(),
        }
    }
}

#[component]
pub(super) fn MessageList(props: &ListProps) -> Html {
    use_language();
    let ListProps { rows, cursor, shift, selection, seen, act, .. } = props;
    let (scroller, sizer, band) = (use_node_ref(), use_node_ref(), use_node_ref());
    let looks = use_looks();
    let row_height = *use_memo(looks.density, |density| page::rem(density.row_rem()));
    let top = use_state_eq(|| 0.0_f64);
    let height = use_state_eq(|| 0.0_f64);
    let of = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    // Where the list has changed, what one looks at stays where it is: the list is scrolled along, in the same frame.
    let followed = use_mut_ref(|| (shift.turn, of));
    let shown = use_mut_ref(|| 0);
    let (turn, before) = *followed.borrow();
    let place = Window { rows: of, row_height, height: *height, top: *top };
    let along = (turn != shift.turn).then(|| along(Window { rows: before, ..place }, place, shift, props)).flatten();
    let window = Window { top: along.unwrap_or(*top), ..place };
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
        let (scroller, top) = (scroller.clone(), top.clone());
        use_effect_with((shift.turn, of), move |now| {
            *followed.borrow_mut() = *now;
            if let (Some(along), Some(scroller)) = (along, scroller.cast::<HtmlElement>()) {
                #[expect(clippy::cast_possible_truncation, reason = "below the greatest height a browser lays out")]
                scroller.set_scroll_top(along.round() as i32);
                top.set(f64::from(scroller.scroll_top()));
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
        use_effect_with((props.moves, *cursor), move |(moves, cursor)| {
            // A cursor that has moved along with the list stays out of sight where it was.
            if shown.replace(*moves) == *moves {
                return;
            }
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
    let beside = props
        .beside
        .clone()
        .unwrap_or_else(|| day.map_or_else(|| say::list_newest_first().into(), |day| say::list_day_newest_first(&day)));
    let is_seen = |row: &restante_api::Row| match seen {
        Some(seen) => seen.contains(&row.message.number),
        None => row.marks.read,
    };
    html! {
        <>
            <div class="tools">
                <h2 id="list-title">{&props.title}</h2>
                if of > 0 {
                    <span>{beside}</span>
                }
                {props.controls.clone()}
            </div>
            if of == 0 {
                <div class="empty">{props.empty.clone()}</div>
            }
            <div id="messages" ref={scroller} class="messages" role="listbox" aria-label={say::list_messages()} tabindex="0" aria-multiselectable="true"
                aria-activedescendant={active} aria-busy={busy.to_string()} {onscroll} onkeydown={keys(act, window.page())}>
                <div ref={sizer} class="sizer" role="presentation">
                    <div ref={band} class="band" role="presentation">
                        { for drawn.map(|position| match row_at(position) {
                            Some(row) => html! {
                                <MessageRow key={row.message.number} row={row.clone()} {position} {of} read={props.read == Some(position)}
                                    chosen={selection.has(row.message.number)} choosing={!selection.is_empty()}
                                    active={position == *cursor} seen={is_seen(row)} kept={seen.is_none()} can_delete={props.can_delete}
                                    arrived={props.arrived.contains(&row.message.number)} marked={props.marked.contains(&row.message.number)} act={act.clone()} />
                            },
                            None => row::ghost(position),
                        }) }
                    </div>
                </div>
            </div>
        </>
    }
}

/// Where to scroll to so that the rows in sight stay in sight; `None` where the list stands at its top, where what is new is
/// looked for, unless something there is being read.
fn along(before: Window, now: Window, shift: &Shift, props: &ListProps) -> Option<f64> {
    let (first, _) = before.sight();
    if before.top <= 0.0 && props.read.is_none() && props.selection.is_empty() {
        return None;
    }
    Some(now.scrolled_to(runs::nearest(&shift.runs, first, now.rows), before.hidden()))
}

/// What the keys do in the list (WAI-ARIA's listbox). `page`: rows in sight.
fn keys(act: &Act, page: u32) -> Callback<KeyboardEvent> {
    let act = act.clone();
    Callback::from(move |event: KeyboardEvent| {
        let key = event.key();
        if event.alt_key() {
            return;
        }
        if event.ctrl_key() || event.meta_key() {
            let action = match key.as_str() {
                "a" | "A" => Action::Choose(Choice::All),
                " " => Action::Key(Motion::Stay, Purpose::Toggle),
                _ => return,
            };
            event.prevent_default();
            act.emit(action);
            return;
        }
        let going = if event.shift_key() { Purpose::Through } else { Purpose::Point };
        let (motion, purpose) = match key.as_str() {
            "ArrowDown" => (Motion::Down(1), going),
            "ArrowUp" => (Motion::Up(1), going),
            "PageDown" => (Motion::Down(page), going),
            "PageUp" => (Motion::Up(page), going),
            "Home" => (Motion::First, going),
            "End" => (Motion::Last, going),
            "Enter" | " " => (Motion::Stay, Purpose::Read),
            _ => return,
        };
        event.prevent_default();
        act.emit(Action::Key(motion, purpose));
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
