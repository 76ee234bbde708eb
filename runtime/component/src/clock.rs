//! The time of day, which tests can pause as they pause timers.

use std::time::SystemTime;

use parking_lot::Mutex;
use tokio::time::Instant;

/// The system's time of day, moved by what the runtime's clock is ahead of the machine's.
///
/// In production the two clocks are one, and this is the system's time, with every correction that the system makes to
/// it. Under a paused clock, it jumps as timers do.
#[derive(Debug)]
pub(crate) struct WallClock {
    /// The same moment by the runtime's clock and by the machine's.
    start: (Instant, std::time::Instant),
    /// The time of day at `start`, if it is made up.
    fixed: Mutex<Option<SystemTime>>,
}

impl Default for WallClock {
    fn default() -> Self {
        Self {
            start: (Instant::now(), std::time::Instant::now()),
            fixed: Mutex::new(None),
        }
    }
}

impl WallClock {
    /// Makes the time of day at the start up; from then on it goes with the runtime's clock alone.
    pub(crate) fn fix(&self, time: SystemTime) {
        *self.fixed.lock() = Some(time);
    }

    /// The time of day.
    pub(crate) fn now(&self) -> SystemTime {
        let (start, machine_start) = self.start;
        let elapsed = start.elapsed();
        if let Some(fixed) = *self.fixed.lock() {
            return fixed + elapsed;
        }
        let ahead = elapsed.saturating_sub(machine_start.elapsed());
        // Less is the noise between two looks at the same clock.
        if ahead.as_millis() < 1 {
            return SystemTime::now();
        }
        SystemTime::now() + ahead
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// The two clocks are not looked at in the same instant.
    const SLACK: Duration = Duration::from_mins(1);

    #[test]
    fn time_is_that_of_the_system() {
        let clock = WallClock::default();
        let before = SystemTime::now();
        let now = clock.now();
        assert!(before - SLACK <= now && now <= before + SLACK);
    }

    #[tokio::test(start_paused = true)]
    async fn time_jumps_with_a_paused_clock() {
        let clock = WallClock::default();
        let before = SystemTime::now();
        tokio::time::advance(Duration::from_hours(10)).await;
        let passed = clock.now().duration_since(before).unwrap();
        let asked = Duration::from_hours(10);
        assert!(passed.abs_diff(asked) < SLACK, "{passed:?}");
        clock.fix(SystemTime::UNIX_EPOCH);
        let ten_hours = SystemTime::UNIX_EPOCH + Duration::from_hours(10);
        assert_eq!(clock.now(), ten_hours);
    }
}
