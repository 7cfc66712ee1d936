//! What a calendar part says (RFC 5545): the first event in it, as much of it as a reader needs. Times stay as they are
//! written; where their zone's clocks stand is for the browser to know, which has the zones' rules.
//!
//! The libraries for it bring those rules along, more than the rest of this program together.

use restante_api::{Address, Day, Event, Method, Moment, Repeat, Unit};

use super::content_lines::{Line, unescaped, unfolded};
use super::names;

/// Octets of a calendar that are read at most.
pub(super) const MAX_OCTETS: usize = 256 << 10;

/// Addresses of those who are asked that are told at most.
const MAX_ATTENDEES: usize = 100;

/// The event of a calendar. `None` where there is none.
pub(super) fn event(octets: &[u8]) -> Option<Event> {
    let text = unfolded(&octets[..octets.len().min(MAX_OCTETS)]);
    let mut method = Method::default();
    let mut event: Option<Event> = None;
    let mut length = None;
    // What stands in an alarm within the event says nothing of the event.
    let mut inner = 0_u32;
    for line in text.lines().filter_map(Line::of) {
        match (line.name.as_str(), line.value) {
            ("METHOD", value) => method = self::method(value),
            ("BEGIN", "VEVENT") if event.is_none() => event = Some(empty()),
            ("BEGIN", _) if event.is_some() => inner += 1,
            ("END", "VEVENT") if event.is_some() && inner == 0 => break,
            ("END", _) => inner = inner.saturating_sub(1),
            _ if inner > 0 => {}
            ("DURATION", value) => length = seconds(value),
            _ => {
                if let Some(event) = &mut event {
                    take(event, &line);
                }
            }
        }
    }
    let mut event = event?;
    event.method = if event.method == Method::Cancels { event.method } else { method };
    event.end = match (event.end.take(), &event.start) {
        // The end of whole days is the day after (RFC 5545, section 3.6.1).
        (Some(Moment::Day(end)), Some(Moment::Day(start))) => {
            Some(Moment::Day(end.before().filter(|end| end.is_after(*start)).unwrap_or(*start)))
        }
        (None, Some(start)) => length.and_then(|length| later(start, length)),
        (end, _) => end,
    }
    .filter(|end| Some(end) != event.start.as_ref());
    Some(event)
}

fn empty() -> Event {
    Event {
        method: Method::default(),
        summary: String::new(),
        location: String::new(),
        start: None,
        end: None,
        repeats: None,
        organizer: None,
        attendees: Vec::new(),
        asked: 0,
    }
}

fn take(event: &mut Event, line: &Line<'_>) {
    match line.name.as_str() {
        "SUMMARY" => event.summary = names::line(&unescaped(line.value)),
        "LOCATION" => event.location = names::line(&unescaped(line.value)),
        "DTSTART" => event.start = moment(line),
        "DTEND" => event.end = moment(line),
        "RRULE" => event.repeats = repeat(line.value),
        "STATUS" if line.value.eq_ignore_ascii_case("CANCELLED") => event.method = Method::Cancels,
        "ORGANIZER" => event.organizer = address(line),
        "ATTENDEE" => {
            event.asked += 1;
            if event.attendees.len() < MAX_ATTENDEES {
                event.attendees.extend(address(line));
            }
        }
        _ => {}
    }
}

fn method(value: &str) -> Method {
    match value.to_ascii_uppercase().as_str() {
        "REQUEST" | "ADD" => Method::Asks,
        "REPLY" | "COUNTER" | "DECLINECOUNTER" | "REFRESH" => Method::Answers,
        "CANCEL" => Method::Cancels,
        _ => Method::Tells,
    }
}

/// A calendar's user (RFC 5545, section 3.3.3): mostly a mail address with a name.
fn address(line: &Line<'_>) -> Option<Address> {
    let value = line.value;
    let is_mail = value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    let address = if is_mail { names::line(&value[7..]) } else { String::new() };
    let name = names::line(line.parameter("CN").unwrap_or_default());
    (!(name.is_empty() && address.is_empty())).then_some(Address { name, address })
}

/// A date, or a date with time (RFC 5545, sections 3.3.4 and 3.3.5).
fn moment(line: &Line<'_>) -> Option<Moment> {
    let (date, time) = line.value.split_once(['T', 't']).map_or((line.value, None), |(date, time)| (date, Some(time)));
    let day = Day::parse(date)?;
    let Some(time) = time else { return Some(Moment::Day(day)) };
    let number =
        |range: std::ops::Range<usize>, below: u8| time.get(range)?.parse::<u8>().ok().filter(|number| *number < below);
    let (hour, minute) = (number(0..2, 24)?, number(2..4, 60)?);
    if time.ends_with(['Z', 'z']) {
        return Some(Moment::Instant(day.since_1970() * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60));
    }
    Some(Moment::Local {
        day,
        hour,
        minute,
        zone: line.parameter("TZID").map(names::line).filter(|zone| !zone.is_empty()),
    })
}

/// A duration in seconds (RFC 5545, section 3.3.6).
fn seconds(value: &str) -> Option<i64> {
    let (mut seconds, mut number) = (0_i64, 0_i64);
    for c in value.strip_prefix('P')?.chars() {
        let unit = match c {
            '0'..='9' => {
                number = number.checked_mul(10)?.checked_add(i64::from(c.to_digit(10)?))?;
                continue;
            }
            'T' => 0,
            'W' => 604_800,
            'D' => 86_400,
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(unit)?)?;
        number = 0;
    }
    Some(seconds)
}

/// The moment so many seconds later, by the same clocks.
fn later(start: &Moment, length: i64) -> Option<Moment> {
    Some(match start {
        Moment::Day(day) => {
            Moment::Day(Day::since(day.since_1970().checked_add(length / 86_400 - 1)?.max(day.since_1970()))?)
        }
        Moment::Instant(at) => Moment::Instant(at.checked_add(length)?),
        Moment::Local { day, hour, minute, zone } => {
            let at = (i64::from(*hour) * 60 + i64::from(*minute)).checked_add(length / 60)?;
            let (days, minutes) = (at.div_euclid(1440), at.rem_euclid(1440));
            Moment::Local {
                day: Day::since(day.since_1970().checked_add(days)?)?,
                hour: u8::try_from(minutes / 60).ok()?,
                minute: u8::try_from(minutes % 60).ok()?,
                zone: zone.clone(),
            }
        }
    })
}

fn repeat(rule: &str) -> Option<Repeat> {
    let part = |wanted: &str| {
        rule.split(';').filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    let unit = match part("FREQ")?.1.to_ascii_uppercase().as_str() {
        "HOURLY" => Unit::Hour,
        "DAILY" => Unit::Day,
        "WEEKLY" => Unit::Week,
        "MONTHLY" => Unit::Month,
        "YEARLY" => Unit::Year,
        _ => return None,
    };
    let interval = part("INTERVAL").and_then(|(_, interval)| interval.parse().ok()).filter(|interval| *interval > 0);
    Some(Repeat { unit, interval: interval.unwrap_or(1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: u16, month: u8, day: u8) -> Day {
        Day { year, month, day }
    }

    fn of(lines: &str) -> Event {
        event(format!("BEGIN:VCALENDAR\r\n{lines}\r\nEND:VCALENDAR\r\n").as_bytes()).unwrap()
    }

    #[test]
    fn an_invitation_says_what_when_where_and_who() {
        let found = of(
            "METHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Madrid\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n\
            BEGIN:VEVENT\r\nDTSTART;TZID=\"Europe/Madrid\":20261127T193000\r\nDURATION:PT2H\r\nSUMMARY:Choir rehearsal\\, with sc\r\n ans\r\n\
            LOCATION:Room 4\\nentrance from the courtyard\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20261218T000000Z\r\n\
            ORGANIZER;CN=\"Choir: St. Brendan\":mailto:choir@brendan.example\r\nATTENDEE;CN=Ana;PARTSTAT=NEEDS-ACTION:MAILTO:ana@x.example\r\n\
            ATTENDEE:mailto:bo@y.example\r\nBEGIN:VALARM\r\nSUMMARY:alarm\r\nEND:VALARM\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:other\r\nEND:VEVENT",
        );
        let zone = Some("Europe/Madrid".to_owned());
        let at = |hour| Moment::Local { day: day(2026, 11, 27), hour, minute: 30, zone: zone.clone() };
        assert_eq!(
            (found.method, found.summary.as_str(), found.location.as_str()),
            (Method::Asks, "Choir rehearsal, with scans", "Room 4 entrance from the courtyard")
        );
        assert_eq!((found.start, found.end), (Some(at(19)), Some(at(21))));
        assert_eq!(found.repeats, Some(Repeat { unit: Unit::Week, interval: 2 }));
        let organizer = found.organizer.unwrap();
        assert_eq!(
            (organizer.name.as_str(), organizer.address.as_str()),
            ("Choir: St. Brendan", "choir@brendan.example")
        );
        assert_eq!(
            (found.asked, found.attendees[0].address.as_str(), found.attendees[1].address.as_str()),
            (2, "ana@x.example", "bo@y.example")
        );
    }

    #[test]
    fn whole_days_end_with_their_last_and_instants_are_counted_in_seconds() {
        let days = |end: &str| of(&format!("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20270301\n{end}\nEND:VEVENT")).end;
        assert_eq!(days("DTEND;VALUE=DATE:20270302"), None, "one day");
        assert_eq!(days("DTEND;VALUE=DATE:20270304"), Some(Moment::Day(day(2027, 3, 3))));
        assert_eq!(days("DTEND;VALUE=DATE:20270301"), None);
        assert_eq!(days("DURATION:P2D"), Some(Moment::Day(day(2027, 3, 2))));
        assert_eq!(days("X:1"), None);
        let instant = of("BEGIN:VEVENT\nDTSTART:20261123T100000Z\nDTEND:20261123T113000Z\nEND:VEVENT");
        assert_eq!(
            (instant.start, instant.end),
            (Some(Moment::Instant(1_795_428_000)), Some(Moment::Instant(1_795_433_400)))
        );
        let night = of("BEGIN:VEVENT\nDTSTART:20261231T230000\nDURATION:P1DT90M\nEND:VEVENT");
        assert_eq!(night.end, Some(Moment::Local { day: day(2027, 1, 2), hour: 0, minute: 30, zone: None }));
    }

    #[test]
    fn what_is_cancelled_or_answered_is_told() {
        assert_eq!(of("METHOD:CANCEL\nBEGIN:VEVENT\nEND:VEVENT").method, Method::Cancels);
        assert_eq!(of("METHOD:REQUEST\nBEGIN:VEVENT\nSTATUS:CANCELLED\nEND:VEVENT").method, Method::Cancels);
        assert_eq!(of("METHOD:REPLY\nBEGIN:VEVENT\nEND:VEVENT").method, Method::Answers);
        assert_eq!(of("BEGIN:VEVENT\nEND:VEVENT").method, Method::Tells);
    }

    #[test]
    fn what_is_no_event_is_none_and_what_is_broken_is_left_out() {
        for none in ["", "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nEND:VTODO", "\u{0}:;\"", ":::"] {
            assert_eq!(event(none.as_bytes()), None, "{none}");
        }
        let broken = of(
            "BEGIN:VEVENT\nDTSTART:20261340T250000\nDTEND:2026\nDURATION:P99999999999999999999D\nSUMMARY\nRRULE:FREQ=OFTEN\nORGANIZER:\nEND:VEVENT",
        );
        assert_eq!(broken, empty());
        assert_eq!(
            of(&format!("BEGIN:VEVENT\n{}", "ATTENDEE:mailto:a@x\n".repeat(500))).attendees.len(),
            MAX_ATTENDEES
        );
        let _ = event(&b"BEGIN:VEVENT\nDTSTART:00000101\n ".repeat(20_000));
    }
}
