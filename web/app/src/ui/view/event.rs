//! What a calendar part of a message says, as a leaf of a calendar: what, when, where, who.

use restante_api::{Address, Event, Method, Repeat, Unit};
use yew::{Html, classes, html};

use crate::ui::browser::dates;
use crate::ui::{cost, format};

/// Names that are told at most.
const NAMES: usize = 6;

pub(super) fn event(event: &Event) -> Html {
    let kind = match event.method {
        Method::Asks => "Invitation",
        Method::Cancels => "Cancelled",
        Method::Answers => "Answer to an invitation",
        Method::Tells => "Event",
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
                <h3 dir="auto">{if summary.trim().is_empty() { "(without a name)" } else { &*summary }}</h3>
                if let Some(when) = event.start.as_ref().and_then(|start| dates::span(start, event.end.as_ref())) {
                    <p>{when}
                        if let Some(repeats) = event.repeats { {format!(", {}", again(repeats))} }
                    </p>
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
    html! {
        if event.organizer.is_some() || !asked.is_empty() {
            <p class="people">
                if let Some(organizer) = &event.organizer { {"from "}<bdi>{name(organizer)}</bdi> }
                if event.organizer.is_some() && !asked.is_empty() { {" · "} }
                if !asked.is_empty() { {"with "}<bdi>{asked.join(", ")}</bdi> }
                if !asked.is_empty() && more > 0 { {format!(" and {} more", format::count(more))} }
            </p>
        }
    }
}

fn again(repeat: Repeat) -> String {
    let unit = match repeat.unit {
        Unit::Hour => "hour",
        Unit::Day => "day",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Year => "year",
    };
    match repeat.interval {
        1 => format!("every {unit}"),
        interval => format!("every {} {unit}s", format::count(interval)),
    }
}
