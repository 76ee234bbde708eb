//! Feeds recorded packets into a network, with the pauses that they had.

use std::str::FromStr;
use std::time::Duration;

use millstream_engine::{Entry, Network};
use millstream_packet::Packet;
use tokio::time::{Instant, sleep_until};

use crate::exit::Fault;
use crate::output::Shell;
use crate::recording::read::Timed;

/// How much faster than it was recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Speed {
    /// So many times.
    Times(f64),
    /// Without any pause.
    Max,
}

/// Slowest and fastest replay; pauses a million times as long are a slip of the finger.
const SPEEDS: std::ops::RangeInclusive<f64> = 1e-6..=1e9;

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        let number = text.strip_suffix('x').unwrap_or(text).parse::<f64>();
        match number {
            Ok(times) if SPEEDS.contains(&times) => Ok(Self::Times(times)),
            _ => Err(format!(
                "`{text}` is no speed: write a number above 0, as 2 or 0.5, or `max`"
            )),
        }
    }
}

impl Speed {
    /// When a packet is due that was recorded this long after the first one.
    fn due(self, nanos: u64) -> Option<Duration> {
        match self {
            Self::Max => None,
            Self::Times(times) => {
                let recorded = Duration::from_nanos(nanos).as_secs_f64();
                Some(Duration::try_from_secs_f64(recorded / times).unwrap_or(Duration::MAX))
            }
        }
    }
}

/// Packets on their way into a network.
#[derive(Debug)]
pub(crate) struct Feed {
    /// The packets with their times.
    pub(crate) packets: tokio::sync::mpsc::Receiver<Result<Timed, Fault>>,
    /// How fast.
    pub(crate) speed: Speed,
    /// The port, for people.
    pub(crate) port: String,
}

impl Feed {
    /// Puts all packets in, then closes the door; ends as well when the network is asked to stop.
    ///
    /// # Errors
    ///
    /// Fails when the recording cannot be read.
    pub(crate) async fn run(
        mut self,
        mut entry: Entry,
        network: &Network,
        shell: &Shell,
    ) -> Result<(), Fault> {
        tokio::select! {
            biased;
            () = network.ending() => Ok(()),
            fed = self.put_all(&mut entry, shell) => fed,
        }
    }

    async fn put_all(&mut self, entry: &mut Entry, shell: &Shell) -> Result<(), Fault> {
        let begun = Instant::now();
        let mut first_nanos = None;
        let mut fed: u64 = 0;
        while let Some(timed) = self.packets.recv().await {
            let Timed { at_ns, packet } = timed?;
            let since_first = at_ns.saturating_sub(*first_nanos.get_or_insert(at_ns));
            self.wait_until(begun, since_first).await;
            if !put(entry, packet).await {
                let port = &self.port;
                shell.notice(&format!(
                    "{port} wanted no more than {fed} of the recorded packets"
                ));
                return Ok(());
            }
            fed += 1;
        }
        if shell.verbosity > 0 {
            shell.notice(&format!("replayed {fed} packets into {}", self.port));
        }
        Ok(())
    }

    async fn wait_until(&self, begun: Instant, nanos: u64) {
        let due = self.speed.due(nanos);
        match due.map(|after| begun.checked_add(after)) {
            None => {}
            Some(Some(due)) => sleep_until(due).await,
            Some(None) => std::future::pending().await,
        }
    }
}

/// Whether the process behind the door took the packet.
async fn put(entry: &mut Entry, packet: Packet) -> bool {
    entry.send(packet).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_numbers_above_zero_or_max() {
        assert_eq!("max".parse(), Ok(Speed::Max));
        assert_eq!("2".parse(), Ok(Speed::Times(2.0)));
        assert_eq!("0.5x".parse(), Ok(Speed::Times(0.5)));
        for bad in ["", "0", "-1", "NaN", "inf", "fast", "1e300", "1 2"] {
            assert!(bad.parse::<Speed>().is_err(), "{bad}");
        }
    }

    #[test]
    fn pauses_shrink_with_the_speed() {
        let second = 1_000_000_000;
        assert_eq!(Speed::Max.due(second), None);
        assert_eq!(
            Speed::Times(4.0).due(second),
            Some(Duration::from_millis(250))
        );
        assert_eq!(Speed::Times(0.5).due(second), Some(Duration::from_secs(2)));
    }
}
