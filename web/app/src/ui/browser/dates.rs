//! Dates as people of the language that is spoken write them (ECMA-402).

use std::cell::RefCell;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Date, Function, Intl, Reflect};
use restante_api::{Day, Moment};
use restante_locales::{Language, language, say};
use wasm_bindgen::{JsCast, JsValue};

/// Seconds that an ECMAScript date can hold, either side of 1970.
const GREATEST: i64 = 8_640_000_000_000;

/// Milliseconds between two formatters that nobody waits for.
const BETWEEN_MS: u32 = 30;

/// A way to write a date.
#[derive(Clone, Copy)]
enum Format {
    Time,
    Weekday,
    Day,
    Date,
    Full,
}

impl Format {
    const ALL: [Self; 5] = [Self::Time, Self::Weekday, Self::Day, Self::Date, Self::Full];

    fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Time => &[("timeStyle", "short")],
            Self::Weekday => &[("weekday", "short")],
            Self::Day => &[("day", "numeric"), ("month", "short")],
            Self::Date => &[("day", "numeric"), ("month", "short"), ("year", "numeric")],
            Self::Full => &[("dateStyle", "full"), ("timeStyle", "short")],
        }
    }
}

thread_local! {
    /// The formatters of the language that is spoken, each made when it is first needed.
    static FORMATTERS: RefCell<(Language, [Option<Function>; Format::ALL.len()])> = RefCell::new((language(), Default::default()));
}

fn with<T>(format: Format, then: impl FnOnce(&Function) -> T) -> T {
    FORMATTERS.with_borrow_mut(|(of, made)| {
        if *of != language() {
            *of = language();
            *made = Default::default();
        }
        then(made[format as usize].get_or_insert_with(|| formatter(format.options())))
    })
}

/// A date in one of the formats of the language that is spoken.
fn written(date: &Date, format: Format) -> String {
    with(format, |format| call(format, date))
}

/// Makes the formatters before a list needs several of them at once: a browser takes some 20 ms for each.
pub async fn make_ready() {
    for format in Format::ALL {
        TimeoutFuture::new(BETWEEN_MS).await;
        with(format, |_| ());
    }
}

/// A date for a row of the list, as short as its age allows: a time, a weekday, a day, a date.
pub fn short(seconds: i64) -> String {
    let Some(date) = date(seconds) else { return String::new() };
    match days_ago(&date) {
        0 => written(&date, Format::Time),
        1..=6 => written(&date, Format::Weekday),
        _ => calendar_day(&date),
    }
}

/// The day, and the year where it is not this one.
fn calendar_day(date: &Date) -> String {
    written(date, if is_of_this_year(date) { Format::Day } else { Format::Date })
}

fn is_of_this_year(date: &Date) -> bool {
    date.get_full_year() == Date::new_0().get_full_year()
}

/// A date in full, with the time.
pub fn full(seconds: i64) -> String {
    date(seconds).map_or_else(String::new, |date| written(&date, Format::Full))
}

/// A day as a leaf of a calendar: weekday, day of the month, and month, with the year where it is not this one.
pub fn leaf(moment: &Moment) -> Option<[String; 3]> {
    let date = date_of(moment)?;
    let month: &[_] =
        if is_of_this_year(&date) { &[("month", "short")] } else { &[("month", "short"), ("year", "numeric")] };
    let shown = |options: &[_]| call(&formatter(options), &date);
    Some([shown(&[("weekday", "short")]), date.get_date().to_string(), shown(month)])
}

/// From when until when, in full.
pub fn span(start: &Moment, end: Option<&Moment>) -> Option<String> {
    let first = date_of(start)?;
    let last = end.and_then(date_of).filter(|last| last.get_time() > first.get_time());
    let mut options = vec![("dateStyle", "full")];
    if !matches!(start, Moment::Day(_)) {
        options.push(("timeStyle", "short"));
    }
    let format = date_time_format(&options);
    let range = last.and_then(|last| {
        let range: Function = Reflect::get(&format, &JsValue::from_str("formatRange")).ok()?.dyn_into().ok()?;
        range.call2(&format, first.as_ref(), last.as_ref()).ok()?.as_string()
    });
    let mut text = range.unwrap_or_else(|| call(&format.format(), &first));
    if let Moment::Local { zone: Some(zone), .. } = start
        && !is_zone_here(&format, zone)
    {
        text.push_str(&format!(" ({zone})"));
    }
    Some(text)
}

/// Whether the clocks of a zone are those of this machine, as far as its name tells.
fn is_zone_here(format: &Intl::DateTimeFormat, zone: &str) -> bool {
    let options = format.resolved_options();
    Reflect::get(&options, &JsValue::from_str("timeZone")).ok().and_then(|here| here.as_string()).as_deref()
        == Some(zone)
}

/// A date that shows what the clocks of its place show: those of elsewhere are not set to those of here.
fn date_of(moment: &Moment) -> Option<Date> {
    let at = |day: &Day, hour: u8, minute: u8| {
        let (month, date) = (i32::from(day.month) - 1, i32::from(day.day));
        Date::new_with_year_month_day_hr_min(u32::from(day.year), month, date, i32::from(hour), i32::from(minute))
    };
    match moment {
        Moment::Day(day) => Some(at(day, 0, 0)),
        Moment::Local { day, hour, minute, .. } => Some(at(day, *hour, *minute)),
        Moment::Instant(seconds) => date(*seconds),
    }
}

/// Today, for the name of a file: `2026-11-29`.
pub fn today() -> String {
    let today = Date::new_0();
    format!("{}-{:02}-{:02}", today.get_full_year(), today.get_month() + 1, today.get_date())
}

/// Seconds since 1970 by this machine's clock.
#[expect(clippy::cast_possible_truncation, reason = "a clock's seconds fit 53 bits")]
pub fn now() -> i64 {
    (Date::now() / 1000.0) as i64
}

/// A time of today.
pub fn time(seconds: i64) -> String {
    date(seconds).map_or_else(String::new, |date| written(&date, Format::Time))
}

/// A day without the time.
pub fn day(seconds: i64) -> String {
    date(seconds).map_or_else(String::new, |date| written(&date, Format::Date))
}

/// The day of a date for a heading: today, yesterday, or the day.
pub fn heading(seconds: i64) -> String {
    let Some(date) = date(seconds) else { return String::new() };
    match days_ago(&date) {
        0 => say::today().into(),
        1 => say::yesterday().into(),
        _ => calendar_day(&date),
    }
}

/// A date for a machine (RFC 3339).
pub fn machine(seconds: i64) -> Option<String> {
    date(seconds).map(|date| date.to_iso_string().into())
}

fn date(seconds: i64) -> Option<Date> {
    #[expect(clippy::cast_precision_loss, reason = "within the range that a double holds exactly")]
    (seconds.abs() <= GREATEST).then(|| Date::new(&JsValue::from_f64(seconds as f64 * 1000.0)))
}

/// Days between a date and today by the calendar, in local time; negative for a date to come.
#[expect(clippy::cast_possible_truncation, reason = "a date spans 200 million days at most")]
fn days_ago(date: &Date) -> i32 {
    let midnight = |date: &Date| {
        Date::new_with_year_month_day(date.get_full_year(), date.get_month() as i32, date.get_date() as i32).get_time()
    };
    ((midnight(&Date::new_0()) - midnight(date)) / 86_400_000.0).round() as i32
}

fn formatter(options: &[(&str, &str)]) -> Function {
    date_time_format(options).format()
}

fn date_time_format(options: &[(&str, &str)]) -> Intl::DateTimeFormat {
    let options: Vec<_> = options.iter().map(|(key, value)| (*key, JsValue::from_str(value))).collect();
    Intl::DateTimeFormat::new(&super::language::locales(language()), &super::language::options(&options))
}

fn call(format: &Function, date: &Date) -> String {
    format.call1(&JsValue::UNDEFINED, date.unchecked_ref()).ok().and_then(|text| text.as_string()).unwrap_or_default()
}
