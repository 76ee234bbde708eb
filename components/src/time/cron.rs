//! `time/Cron`: packets at times of the calendar.

use std::str::FromStr as _;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use millstream_component::prelude::*;

use crate::file::ahead::while_read;

/// Longest sleep until the time of day is looked at again: the system may correct it, or the machine may have slept.
const NAP: Duration = Duration::from_secs(30);

/// Settings of [`Cron`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CronSettings {
    /// When, as a cron expression: `minute hour day-of-month month day-of-week`, such as `30 9 * * MON-FRI`; with six
    /// fields, the first one is the second.
    schedule: String,
    /// The time zone, such as `Europe/Vienna`; `local` is that of the machine.
    #[serde(default = "utc")]
    zone: String,
    /// Number of packets; 0 goes on for ever.
    #[serde(default)]
    count: u64,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// Emits a packet at times of the calendar.
///
/// The packet is the time that the schedule says, as text with the offset of the zone:
/// `2024-06-03T09:30:00+02:00`.
///
/// The fields of the schedule take numbers, names (`JAN`, `MON`), ranges `1-5`, lists `1,15`, steps `*/10`, and `L` for the
/// last day of the month, `5L` for the last Friday, `5#2` for the second one. When both the day of the month and the day
/// of the week are given, either is enough. `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` work too.
///
/// # Units
///
/// Times of the wall clock in `zone`. A time that the change to summer time skips comes when the clock has been moved; one
/// that the change back repeats comes once.
///
/// # Blocking
///
/// Waits for the next time, and ends when nobody reads its port any more. Packets never pile up: when the reader is slow
/// or the machine has slept, the time that was missed first comes late and the others do not come at all.
///
/// # Errors
///
/// A schedule that is wrong or never comes, and a time zone that the system does not know, fail at the start.
///
/// # Source
///
/// cron of Paul Vixie, with the extensions of Quartz as the crate `croner` has them.
#[component(name = "time/Cron", examples = examples)]
pub(crate) async fn cron(
    config: Config<CronSettings>,
    cx: Context,
    /// The time that the schedule says.
    mut out: Out<Text>,
) -> Result<(), Failure> {
    let schedule = Schedule::new(&config.schedule, &config.zone)?;
    let mut last = schedule.now(&cx)?;
    let mut number = 0;
    while config.count == 0 || number < config.count {
        let due = schedule.after(&last)?;
        wait_until(&due, &schedule, &cx, &mut out).await?;
        out.send(due.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
            .await?;
        number += 1;
        last = due.max(schedule.now(&cx)?);
    }
    Ok(())
}

/// A cron expression in its time zone.
#[derive(Debug)]
struct Schedule {
    cron: croner::Cron,
    zone: TimeZone,
}

impl Schedule {
    fn new(schedule: &str, zone: &str) -> Result<Self, Failure> {
        let cron = croner::Cron::from_str(schedule)
            .map_err(|error| Failure::fatal(format!("`schedule`: `{schedule}`: {error}")))?;
        let zone = match zone {
            "local" => TimeZone::try_system(),
            "UTC" => Ok(TimeZone::UTC),
            name => TimeZone::get(name),
        };
        let zone = zone.map_err(|error| Failure::fatal(format!("`zone`: {error}")))?;
        Ok(Self { cron, zone })
    }

    fn now(&self, cx: &Context) -> Result<Zoned, Failure> {
        let now = Timestamp::try_from(cx.wall_clock()).map_err(|error| {
            Failure::fatal(format!("the time of day is beyond the calendar: {error}"))
        })?;
        Ok(now.to_zoned(self.zone.clone()))
    }

    /// The first time after this one.
    fn after(&self, time: &Zoned) -> Result<Zoned, Failure> {
        self.cron
            .find_next_occurrence(time, false)
            .map_err(|_never| {
                Failure::fatal("`schedule`: there is no such time in the years to come")
            })
    }
}

/// Waits for a time of day, however the clock is corrected meanwhile.
async fn wait_until(
    due: &Zoned,
    schedule: &Schedule,
    cx: &Context,
    out: &mut Out<Text>,
) -> Result<(), Failure> {
    loop {
        let left = schedule.now(cx)?.duration_until(due);
        match Duration::try_from(left) {
            Ok(left) if !left.is_zero() => while_read(out, cx.sleep(left.min(NAP))).await?,
            _ => return Ok(()),
        }
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("Half past nine on working days; it is Monday, 1 January 2024")
            .iip("schedule", "30 9 * * MON-FRI")
            .iip("zone", "Europe/Vienna")
            .iip("count", 2)
            .output(
                "out",
                ["2024-01-01T09:30:00+01:00", "2024-01-02T09:30:00+01:00"],
            ),
        Example::new("Six fields begin with the second")
            .iip("schedule", "*/20 * * * * *")
            .iip("count", 3)
            .output(
                "out",
                [
                    "2024-01-01T00:00:20+00:00",
                    "2024-01-01T00:00:40+00:00",
                    "2024-01-01T00:01:00+00:00",
                ],
            ),
        Example::new("A schedule that is wrong")
            .iip("schedule", "61 * * * *")
            .failure("`schedule`: `61 * * * *`: "),
    ]
}

contract!(Cron);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    /// The first times of a schedule after a moment, in the format of `strftime`.
    fn times<const N: usize>(schedule: &str, after: &str, format: &str) -> [String; N] {
        let mut time: Zoned = after.parse().unwrap();
        let schedule = Schedule::new(schedule, time.time_zone().iana_name().unwrap()).unwrap();
        std::array::from_fn(|_| {
            time = schedule.after(&time).unwrap();
            time.strftime(format).to_string()
        })
    }

    #[tokio::test(start_paused = true)]
    async fn packets_come_at_their_times() {
        let start = tokio::time::Instant::now();
        let bench = Bench::of::<Cron>()
            .iip("schedule", "0 12 * * *")
            .iip("count", 1);
        bench.run().await.result.unwrap();
        assert_eq!(start.elapsed(), Duration::from_hours(12));
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let days = |schedule| times(schedule, "2024-01-01T00:00[UTC]", "%F %H:%M");
        assert_eq!(days("0 0 29 2 *"), ["2024-02-29 00:00", "2028-02-29 00:00"]);
        assert_eq!(days("0 0 L * *"), ["2024-01-31 00:00", "2024-02-29 00:00"]);
        assert_eq!(
            days("0 0 * * 5#2"),
            ["2024-01-12 00:00", "2024-02-09 00:00"]
        );
        // Either the day of the month or the day of the week is enough.
        assert_eq!(
            days("0 6 3 * SUN"),
            ["2024-01-03 06:00", "2024-01-07 06:00"]
        );
    }

    /// In Vienna, 02:30 does not exist on 31 March 2024 and exists twice on 27 October.
    #[test]
    fn changes_of_the_clock_neither_lose_nor_repeat_a_time() {
        let after = |day: &str| {
            let noon = format!("{day}T12:00[Europe/Vienna]");
            times("30 2 * * *", &noon, "%d %H:%M%:z")
        };
        assert_eq!(
            after("2024-03-29"),
            ["30 02:30+01:00", "31 03:00+02:00", "01 02:30+02:00"]
        );
        assert_eq!(
            after("2024-10-25"),
            ["26 02:30+02:00", "27 02:30+02:00", "28 02:30+01:00"]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_wrong_is_told_at_the_start() {
        let cases = [
            ("* * * *", "UTC", "`schedule`: `* * * *`: "),
            (
                "0 0 30 2 *",
                "UTC",
                "there is no such time in the years to come",
            ),
            ("@daily", "Mars/Olympus", "`zone`: "),
        ];
        for (schedule, zone, message) in cases {
            let bench = Bench::of::<Cron>()
                .iip("schedule", schedule)
                .iip("zone", zone);
            let failure = bench.run().await.result.unwrap_err().to_string();
            assert!(failure.contains(message), "{failure}");
        }
    }
}
