//! What a calendar part of a message says, as a leaf of a calendar: what, when, where, who.

use super::places::{self, PLACES};
use restante_api::{Address, Event, Method, Repeat, Unit};
use restante_locales::say;
use yew::{Html, classes, html};

use crate::ui::browser::dates;
use crate::ui::{cost, format};

/// Names that are told at most.
const NAMES: usize = 6;

pub(super) fn event(event: &Event) -> Html {
    let kind = match event.method {
        Method::Asks => say::event_invitation(),
        Method::Cancels => say::event_cancelled(),
        Method::Answers => say::event_answer(),
        Method::Tells => say::event(),
    };
    let summary = cost::within(&event.summary, cost::HEADING);
    let is_off = event.method == Method::Cancels;
    html! {
        <section class={classes!("event", is_off.then_some("off"))} aria-label={kind}>
            if let Some([weekday, day, month]) = event.start.as_ref().and_then(dates::leaf) {
                <div class="leaf" aria-hidden="true"><span>{weekday}</span><b>{day}</b><span>{month}</span></div>
            }
            <div>
                <p class="kind">{kind}</p>
                <h3 dir="auto">{if summary.trim().is_empty() { say::event_no_name() } else { &*summary }}</h3>
                if let Some(when) = event.start.as_ref().and_then(|start| dates::span(start, event.end.as_ref())) {
                    <p>{match event.repeats {
                        Some(repeats) => say::event_repeats(&when, &again(repeats)),
                        None => when,
                    }}</p>
                }
                if !event.location.is_empty() {
                    <p><bdi>{cost::within(&event.location, cost::HEADING).into_owned()}</bdi></p>
                }
                {who(event)}
            </div>
        </section>
    }
}

fn who(event: &Event) -> Html {
    let name = |address: &Address| cost::within(format::name(Some(address)), cost::LINE).into_owned();
    let asked: Vec<_> = event.attendees.iter().take(NAMES).map(name).collect();
    let more = event.asked.saturating_sub(u32::try_from(asked.len()).unwrap_or(u32::MAX));
    let with = if more > 0 { say::event_with_more(PLACES[0], more) } else { say::event_with(PLACES[0]) };
    html! {
        if event.organizer.is_some() || !asked.is_empty() {
            <p class="people">
                if let Some(organizer) = &event.organizer {
                    {places::with(&say::event_from(PLACES[0]), [html! { <bdi>{name(organizer)}</bdi> }])}
                }
                if event.organizer.is_some() && !asked.is_empty() { {" · "} }
                if !asked.is_empty() { {places::with(&with, [html! { <bdi>{asked.join(", ")}</bdi> }])} }
            </p>
        }
    }
}

fn again(repeat: Repeat) -> String {
    let interval = repeat.interval;
    match repeat.unit {
        Unit::Hour => say::event_hourly(interval),
        Unit::Day => say::event_daily(interval),
        Unit::Week => say::event_weekly(interval),
        Unit::Month => say::event_monthly(interval),
        Unit::Year => say::event_yearly(interval),
    }
}
