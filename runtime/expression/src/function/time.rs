//! Functions of time. A point in time is an int of milliseconds since 1970-01-01 UTC, a length of time one of
//! milliseconds. Zones come with the program, never from the machine.

use std::sync::LazyLock;

use jiff::civil::Time;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, ToSpan as _, Zoned};
use millstream_packet::{Value, View};

use super::convert::shortened;
use super::{Body, Call, Function, Outcome, Parameter, Returns};
use crate::eval::Operand;
use crate::fault::Complaint;
use crate::nearest::did_you_mean;
use crate::types::{Kinds, kind_of, word};

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
static PARSER: DateTimeParser = DateTimeParser::new();

const TIME: Parameter = Parameter::new("time", Kinds::TIME);
const ZONE: Parameter = Parameter::new("zone", Kinds::TEXT)
    .optional()
    .checked(|name| zone(name).map(drop));
const FORMAT: Parameter = Parameter::new("format", Kinds::TEXT);
const LENGTH: Parameter =
    Parameter::new("length", Kinds::INT.or(Kinds::TEXT)).checked(|text| length(text).map(drop));

const TO_INT: Returns = Returns::Kinds(Kinds::INT);
const TO_TEXT: Returns = Returns::Kinds(Kinds::TEXT);

/// A part of a point in time, as the clocks of a zone show it.
const fn part(
    name: &'static str,
    aliases: &'static [&'static str],
    summary: &'static str,
    examples: &'static [(&'static str, &'static str)],
    body: super::ValueBody,
) -> Function {
    Function {
        name,
        aliases,
        parameters: &[TIME, ZONE],
        returns: TO_INT,
        summary,
        examples,
        body: Body::Value(body),
    }
}

#[rustfmt::skip] // a table
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "time", aliases: &["totimestamp", "parsetime", "strptime", "timestamp", "todatetime", "datetime", "parsedate", "epoch", "unixtime"],
        parameters: &[TIME, FORMAT.optional(), ZONE],
        returns: TO_INT,
        summary: "The point in time of a text: RFC 3339, or a date with or without time of day; with `format`, as that says. \
                  Without an offset in the text it is one of `zone`, or UTC.",
        examples: &[
            ("time(\"2024-05-01T12:00:00+02:00\")", "1714557600000"), ("time(\"2024-05-01\")", "1714521600000"),
            ("time(\"01/May/2024:12:00:00 +0200\", \"%d/%b/%Y:%H:%M:%S %z\")", "1714557600000"),
            ("time(\"01.05.2024 12:00\", \"%d.%m.%Y %H:%M\", \"Europe/Berlin\")", "1714557600000"),
        ],
        body: Body::Value(time),
    },
    Function {
        name: "iso", aliases: &["rfc3339", "toiso", "isoformat", "toisostring", "fromepoch", "fromunixtime"],
        parameters: &[TIME, ZONE], returns: TO_TEXT,
        summary: "The point in time as RFC 3339 text, in UTC or with the offset of a zone.",
        examples: &[("iso(1714557600000)", "\"2024-05-01T10:00:00Z\""),
            ("iso(1714557600000, \"Europe/Berlin\")", "\"2024-05-01T12:00:00+02:00\"")],
        body: Body::Value(iso),
    },
    Function {
        name: "date", aliases: &["todate", "datetext"],
        parameters: &[TIME, ZONE], returns: TO_TEXT,
        summary: "The date of a point in time as text.",
        examples: &[("date(\"2024-05-01T23:30:00Z\")", "\"2024-05-01\""),
            ("date(\"2024-05-01T23:30:00Z\", \"Europe/Berlin\")", "\"2024-05-02\"")],
        body: Body::Value(|call| zoned(call).map(|zoned| zoned.date().to_string().into())),
    },
    Function {
        name: "format_time", aliases: &["strftime", "dateformat", "formatdate", "timeformat", "tochar"],
        parameters: &[TIME, FORMAT.checked(check_format), ZONE], returns: TO_TEXT,
        summary: "The point in time as text in a format of `strftime`.",
        examples: &[("format_time(1714557600000, \"%d %b %Y, %H:%M\")", "\"01 May 2024, 10:00\"")],
        body: Body::Value(format_time),
    },
    part("year", &[], "The year.", &[("year(\"2024-05-01\")", "2024")], |call| field(call, |at| at.year().into())),
    part("month", &[], "The month, 1 to 12.", &[("month(\"2024-05-01\")", "5")], |call| field(call, |at| at.month().into())),
    part("day", &["dayofmonth", "mday"], "The day of the month, 1 to 31.", &[("day(\"2024-05-01\")", "1")],
        |call| field(call, |at| at.day().into())),
    part("weekday", &["dayofweek", "dow", "isodow"], "The day of the week: 1 is Monday, 7 Sunday.", &[("weekday(\"2024-05-01\")", "3")],
        |call| field(call, |at| at.weekday().to_monday_one_offset().into())),
    part("week", &["isoweek", "weekofyear"], "The week of the year by ISO 8601, 1 to 53.", &[("week(\"2024-05-01\")", "18")],
        |call| field(call, |at| at.date().iso_week_date().week().into())),
    part("day_of_year", &["yday", "doy"], "The day of the year, 1 to 366.", &[("day_of_year(\"2024-05-01\")", "122")],
        |call| field(call, |at| at.day_of_year().into())),
    part("hour", &[], "The hour, 0 to 23.", &[("hour(\"2024-05-01T10:15:30Z\")", "10"), ("hour(\"2024-05-01T10:15:30Z\", \"Asia/Tokyo\")", "19")],
        |call| field(call, |at| at.hour().into())),
    part("minute", &[], "The minute, 0 to 59.", &[("minute(\"2024-05-01T10:15:30Z\")", "15")], |call| field(call, |at| at.minute().into())),
    part("second", &[], "The second, 0 to 59.", &[("second(\"2024-05-01T10:15:30Z\")", "30")], |call| field(call, |at| at.second().into())),
    Function {
        name: "duration", aliases: &["interval", "parseduration", "timespan"],
        parameters: &[LENGTH], returns: TO_INT,
        summary: "A length of time in milliseconds, of text such as `90s`, `1h 30m`, `2d` or `PT15M`. Days have 24 hours; \
                  months and years have no fixed length, see shift.",
        examples: &[("duration(\"1h 30m\")", "5400000"), ("time(\"2024-05-02\") - time(\"2024-05-01\") == duration(\"1d\")", "true")],
        body: Body::Value(|call| millis(&call, 0).map(Value::from)),
    },
    Function {
        name: "format_duration", aliases: &["durationtext", "humanduration"],
        parameters: &[Parameter::new("length", Kinds::INT)], returns: TO_TEXT,
        summary: "A length of time as text that duration() reads.",
        examples: &[("format_duration(5400000)", "\"1h 30m\"")],
        body: Body::Value(|call| Ok(format!("{:#}", SignedDuration::from_millis(call.int(0))).into())),
    },
    Function {
        name: "floor_time", aliases: &["bucket", "timebucket", "truncatetime", "bin"],
        parameters: &[TIME, LENGTH], returns: TO_INT,
        summary: "The start of the piece of time of that length in which the point lies, counted from 1970-01-01 UTC.",
        examples: &[("iso(floor_time(\"2024-05-01T10:17:30Z\", \"15m\"))", "\"2024-05-01T10:15:00Z\"")],
        body: Body::Value(floor_time),
    },
    Function {
        name: "start_of", aliases: &["datetrunc", "startof", "trunctime"],
        parameters: &[TIME, Parameter::new("unit", Kinds::TEXT).checked(|text| unit(text).map(drop)), ZONE],
        returns: TO_INT,
        summary: "The start of the `minute`, `hour`, `day`, `week` (Monday), `month`, `quarter` or `year` in which the point lies.",
        examples: &[("iso(start_of(\"2024-05-15T10:17:30Z\", \"month\"))", "\"2024-05-01T00:00:00Z\"")],
        body: Body::Value(start_of),
    },
    Function {
        name: "shift", aliases: &["dateadd", "addtime", "datesub", "plus"],
        parameters: &[TIME, Parameter::new("by", Kinds::TEXT).checked(|text| span(text).map(drop)), ZONE],
        returns: TO_INT,
        summary: "The point so much later, by the calendar and the clocks of the zone: `1 month`, `-2 days`, `1y 6mo`.",
        examples: &[("date(shift(\"2024-01-31\", \"1 month\"))", "\"2024-02-29\""), ("date(shift(\"2024-05-01\", \"-1 day\"))", "\"2024-04-30\"")],
        body: Body::Value(shift),
    },
];

/// Why a value is no point in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TimeError(String);

/// The point in time that a value tells, in milliseconds since 1970-01-01 UTC: an int of them, or text as RFC 3339 or a
/// date, in UTC if it has no offset.
///
/// # Errors
///
/// Fails when the value is neither, and for dates that do not exist.
pub fn millis_of(value: &Value) -> Result<i64, TimeError> {
    match value.view() {
        View::Int(millis) => Ok(millis),
        View::Text(text) => parse(text, &TimeZone::UTC)
            .map(to_millis)
            .map_err(|complaint| TimeError(complaint.message)),
        other => Err(TimeError(format!(
            "a point in time is an int of milliseconds or text, but this is {}",
            word(kind_of(other))
        ))),
    }
}

/// The zone of this name.
pub(super) fn zone(name: &str) -> Result<TimeZone, Complaint> {
    ZONES.get(name).map_err(|_unknown| {
        let complaint = Complaint::new(format!("there is no time zone {}", shortened(name)));
        let names: Vec<String> = ZONES.available().map(|name| name.to_string()).collect();
        match did_you_mean(name, names.iter().map(String::as_str)) {
            Some(help) => complaint.help(help),
            None => complaint.help("zones are named like Europe/Berlin"),
        }
    })
}

/// A span of the calendar.
pub(super) fn span(text: &str) -> Result<Span, Complaint> {
    text.trim().parse().map_err(|_error| {
        Complaint::new(format!("{} is no length of time", shortened(text)))
            .help("write it like 1h 30m, 2 days or PT15M")
    })
}

/// A length in milliseconds.
fn length(text: &str) -> Result<i64, Complaint> {
    let span = span(text)?;
    if span.get_months() != 0 || span.get_years() != 0 {
        let complaint = Complaint::new("months and years have no fixed length");
        return Err(
            complaint.help("shift(time, \"1 month\") moves a point in time by the calendar")
        );
    }
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours());
    let millis = duration
        .ok()
        .and_then(|duration| i64::try_from(duration.as_millis()).ok());
    millis.ok_or_else(|| Complaint::new(format!("{} is too long", shortened(text))))
}

/// A length that is given in milliseconds or as text.
fn millis(call: &Call<'_, '_>, at: usize) -> Result<i64, Complaint> {
    match call.get(at).map(Operand::view) {
        Some(View::Text(text)) => length(text).map_err(|complaint| about(at, complaint)),
        _ => Ok(call.int(at)),
    }
}

fn about(argument: usize, complaint: Complaint) -> Complaint {
    Complaint {
        argument: Some(argument),
        ..complaint
    }
}

/// Milliseconds, rounded down.
fn to_millis(timestamp: Timestamp) -> i64 {
    i64::try_from(timestamp.as_nanosecond().div_euclid(1_000_000)).unwrap_or(i64::MAX)
}

fn timestamp(millis: i64) -> Result<Timestamp, Complaint> {
    Timestamp::from_millisecond(millis).map_err(|_range| {
        Complaint::about(0, format!("{millis} milliseconds are beyond the year 9999"))
    })
}

/// The point in time of a text; `home` is where times without an offset belong.
fn parse(text: &str, home: &TimeZone) -> Result<Timestamp, Complaint> {
    if let Ok(timestamp) = PARSER.parse_timestamp(text) {
        return Ok(timestamp);
    }
    let refuse = |error: jiff::Error| {
        Complaint::about(
            0,
            format!("{} is no point in time: {error}", shortened(text)),
        )
    };
    let pieces = PARSER.parse_pieces(text).map_err(refuse)?;
    let local = pieces
        .date()
        .to_datetime(pieces.time().unwrap_or(Time::midnight()));
    let zone = match pieces.to_numeric_offset() {
        Some(offset) => TimeZone::fixed(offset),
        None => pieces
            .to_time_zone_with(&ZONES)
            .map_err(refuse)?
            .unwrap_or_else(|| home.clone()),
    };
    zone.to_timestamp(local).map_err(refuse)
}

fn parse_as(text: &str, format: &str, home: &TimeZone) -> Result<Timestamp, Complaint> {
    let refuse = |error: jiff::Error| {
        let (text, format) = (shortened(text), shortened(format));
        Complaint::about(0, format!("{text} is not as {format} says: {error}"))
    };
    let parts = BrokenDownTime::parse(format, text).map_err(refuse)?;
    if let Ok(timestamp) = parts.to_timestamp() {
        return Ok(timestamp);
    }
    let local = parts.to_datetime().or_else(|_| {
        parts
            .to_date()
            .map(|date| date.to_datetime(Time::midnight()))
    });
    local
        .and_then(|local| home.to_timestamp(local))
        .map_err(refuse)
}

/// The zone that an argument names, or UTC.
fn zone_at(call: &mut Call<'_, '_>, at: usize) -> Result<TimeZone, Complaint> {
    match call.operands.get(at) {
        Some(name) => call
            .memory
            .zone(name.text())
            .cloned()
            .map_err(|complaint| about(at, complaint)),
        None => Ok(TimeZone::UTC),
    }
}

/// The point in time of the first argument.
fn point(operands: &[Operand<'_>], home: &TimeZone) -> Result<Timestamp, Complaint> {
    match operands.first().map(Operand::view) {
        Some(View::Text(text)) => parse(text, home),
        Some(View::Int(millis)) => timestamp(millis),
        _ => timestamp(0),
    }
}

/// The point in time of the first argument in the zone of the second.
fn zoned(call: Call<'_, '_>) -> Result<Zoned, Complaint> {
    zoned_at(call, 1)
}

fn zoned_at(mut call: Call<'_, '_>, zone: usize) -> Result<Zoned, Complaint> {
    let zone = zone_at(&mut call, zone)?;
    Ok(point(call.operands, &zone)?.to_zoned(zone))
}

fn field(call: Call<'_, '_>, part: fn(&Zoned) -> i64) -> Outcome {
    zoned(call).map(|zoned| part(&zoned).into())
}

fn time(mut call: Call<'_, '_>) -> Outcome {
    let zone = zone_at(&mut call, 2)?;
    let timestamp = match (call.get(0).map(Operand::view), call.get(1)) {
        (Some(View::Text(text)), Some(format)) => parse_as(text, format.text(), &zone)?,
        _ => point(call.operands, &zone)?,
    };
    Ok(to_millis(timestamp).into())
}

fn iso(call: Call<'_, '_>) -> Outcome {
    let is_utc = call.get(1).is_none();
    let zoned = zoned(call)?;
    Ok(if is_utc {
        zoned.timestamp().to_string()
    } else {
        zoned
            .timestamp()
            .display_with_offset(zoned.offset())
            .to_string()
    }
    .into())
}

/// Whether a format can be written at all.
fn check_format(format: &str) -> Result<(), Complaint> {
    written(format, &Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)).map(drop)
}

fn written(format: &str, zoned: &Zoned) -> Result<String, Complaint> {
    let mut text = String::new();
    BrokenDownTime::from(zoned)
        .format(format, &mut text)
        .map_err(|error| {
            Complaint::about(1, format!("{} is no format: {error}", shortened(format)))
        })?;
    Ok(text)
}

fn format_time(call: Call<'_, '_>) -> Outcome {
    let format = call.operands.get(1).map_or("", Operand::text);
    let zoned = zoned_at(call, 2)?;
    written(format, &zoned).map(Value::from)
}

fn floor_time(call: Call<'_, '_>) -> Outcome {
    let at = to_millis(point(call.operands, &TimeZone::UTC)?);
    let length = millis(&call, 1)?;
    if length <= 0 {
        return Err(Complaint::about(1, "`length` must be more than 0"));
    }
    Ok((at - at.rem_euclid(length)).into())
}

const UNITS: [&str; 7] = ["minute", "hour", "day", "week", "month", "quarter", "year"];

fn unit(name: &str) -> Result<&'static str, Complaint> {
    UNITS.into_iter().find(|unit| *unit == name).ok_or_else(|| {
        let complaint = Complaint::about(1, format!("there is no unit {}", shortened(name)));
        match did_you_mean(name, UNITS) {
            Some(help) => complaint.help(help),
            None => complaint.help(format!("there are {}", UNITS.join(", "))),
        }
    })
}

fn start_of(call: Call<'_, '_>) -> Outcome {
    let unit = unit(call.text(1))?;
    let zoned = zoned_at(call, 2)?;
    let beyond = |_| Complaint::about(0, "the start lies before the year -9999");
    let start = match unit {
        "minute" => zoned.with().second(0).subsec_nanosecond(0).build(),
        "hour" => zoned
            .with()
            .minute(0)
            .second(0)
            .subsec_nanosecond(0)
            .build(),
        unit => {
            let date = zoned.date();
            let first = match unit {
                "week" => {
                    date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days())
                }
                "month" => Ok(date.first_of_month()),
                "quarter" => {
                    let month = (date.month() - 1) / 3 * 3 + 1;
                    date.first_of_month().with().month(month).build()
                }
                "year" => Ok(date.first_of_year()),
                _ => Ok(date),
            };
            first.and_then(|first| first.to_zoned(zoned.time_zone().clone()))
        }
    };
    start
        .map(|start| to_millis(start.timestamp()).into())
        .map_err(beyond)
}

fn shift(call: Call<'_, '_>) -> Outcome {
    let by = call
        .memory
        .span(call.operands.get(1).map_or("", Operand::text));
    let by = by.map_err(|complaint| about(1, complaint))?;
    let zoned = zoned_at(call, 2)?;
    match zoned.checked_add(by) {
        Ok(shifted) => Ok(to_millis(shifted.timestamp()).into()),
        Err(_) => Err(Complaint::new("the result lies beyond the year 9999")),
    }
}
