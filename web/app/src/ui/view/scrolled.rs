//! A long thing drawn piece by piece, as far as one scrolls: no step lays out more than the page's thread can bear.
//!
//! How much a step draws is counted in what it costs ([`crate::ui::cost`]), not in pieces.

use super::use_language;
use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};
use yew::{Callback, Html, Properties, component, html, use_effect_with, use_node_ref, use_state_eq};

use crate::ui::cost;

/// How far below what is in sight pieces are drawn.
const AHEAD: &str = "0px 0px 600px 0px";

#[derive(Debug, Clone, PartialEq, Properties)]
pub(super) struct ScrolledProps {
    /// How many pieces there are. Another thing needs another `key`.
    pub(super) count: usize,
    /// What drawing a piece costs.
    pub(super) cost: Callback<usize, u32>,
    /// Draws a piece. As long as it is the same callback, it draws the same.
    pub(super) draw: Callback<usize, Html>,
}

#[component]
pub(super) fn Scrolled(props: &ScrolledProps) -> Html {
    let ScrolledProps { count, cost: costs, draw } = props;
    // Where each step ended. A step that is drawn is not looked at again.
    let ends = use_state_eq(|| vec![next(0, *count, costs)]);
    let drawn = ends.last().copied().unwrap_or_default();
    let end = use_node_ref();
    {
        let (ends, end, costs) = (ends.clone(), end.clone(), costs.clone());
        // Each step is observed anew, and an observer always tells once how things are: so it goes on until the end is
        // out of sight, a frame for each step.
        use_effect_with((drawn, *count), move |(drawn, count)| {
            let (drawn, count) = (*drawn, *count);
            let observed = end.cast::<Element>().filter(|_| drawn < count).and_then(|end| {
                watch(&end, move || {
                    let mut further = (*ends).clone();
                    further.push(next(drawn, count, &costs));
                    ends.set(further);
                })
            });
            move || drop(observed)
        });
    }
    {
        let ends = ends.clone();
        // On paper nobody scrolls: what is printed is drawn to its end first.
        use_effect_with((drawn, *count), move |(drawn, count)| {
            let (drawn, count) = (*drawn, *count);
            let window = web_sys::window().filter(|_| drawn < count);
            let printing = window.map(|window| {
                EventListener::new(&window, "beforeprint", move |_| {
                    let mut further = (*ends).clone();
                    further.push(count);
                    ends.set(further);
                })
            });
            move || drop(printing)
        });
    }
    let starts = std::iter::once(0).chain(ends.iter().copied());
    html! {
        <>
            // A list of its own: beside something without a key, keys do not count, and every step would be drawn anew.
            <>{ for starts.zip(ends.iter()).map(|(from, to)| html! { <Step key={from} {from} to={*to} draw={draw.clone()} /> }) }</>
            if drawn < *count {
                <div ref={end} class="more" aria-hidden="true"></div>
            }
        </>
    }
}

#[derive(Debug, Clone, PartialEq, Properties)]
struct StepProps {
    from: usize,
    to: usize,
    draw: Callback<usize, Html>,
}

#[component]
fn Step(props: &StepProps) -> Html {
    use_language();
    html! { <>{ for (props.from..props.to).map(|at| props.draw.emit(at)) }</> }
}

/// How many pieces are drawn after one more step: one at least.
fn next(drawn: usize, count: usize, costs: &Callback<usize, u32>) -> usize {
    let mut spent = 0_u32;
    let mut at = drawn;
    while at < count {
        spent = spent.saturating_add(costs.emit(at));
        if at > drawn && spent > cost::STEP {
            break;
        }
        at += 1;
    }
    at
}

/// An observer of an element near the end of what is in sight. Dropping it ends it.
struct Watch {
    observer: IntersectionObserver,
    _told: Closure<dyn FnMut(Vec<IntersectionObserverEntry>)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn watch(end: &Element, in_sight: impl Fn() + 'static) -> Option<Watch> {
    let told =
        Closure::<dyn FnMut(Vec<IntersectionObserverEntry>)>::new(move |seen: Vec<IntersectionObserverEntry>| {
            if seen.iter().any(IntersectionObserverEntry::is_intersecting) {
                in_sight();
            }
        });
    let options = IntersectionObserverInit::new();
    // Margins count from the element that scrolls.
    options.set_root(end.closest(".scroll").ok().flatten().as_ref());
    options.set_root_margin(AHEAD);
    let observer = IntersectionObserver::new_with_options(told.as_ref().unchecked_ref(), &options).ok()?;
    observer.observe(end);
    Some(Watch { observer, _told: told })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_draws_a_screenful_of_words_and_a_single_piece_of_marks() {
        let words = Callback::from(|_: usize| cost::of(&"word ".repeat(400)));
        assert_eq!(next(0, 1000, &words), 3);
        assert_eq!(next(998, 1000, &words), 1000);
        let marks = Callback::from(|_: usize| cost::of(&"\u{301}".repeat(400)));
        assert_eq!(next(7, 9, &marks), 8, "two would be more than a step");
        assert_eq!(next(9, 9, &marks), 9);
    }
}
