//! `core/Batch`: single packets become lists.

use std::num::NonZeroUsize;

use millstream_component::prelude::*;
use tokio::time::Instant;

use super::deadline::{Arrival, Deadline, millis};

/// Settings of [`Batch`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BatchSettings {
    /// How many values a list holds at most.
    size: NonZeroUsize,
    /// After how many milliseconds a shorter list goes out; 0 is never.
    #[serde(default)]
    #[schemars(range(max = 31_536_000_000_u64))]
    timeout_ms: u64,
}

/// Most values that room is made for before they come.
const ROOM_MAX: usize = 1024;

/// Collects values into lists of `size`.
///
/// # Shape
///
/// One list for `size` data packets, in their order. A list is shorter at the end of the stream, before a bracket, and
/// when `timeout_ms` is over; it is never empty. Brackets pass in place, so a list never reaches across one.
///
/// # Blocking
///
/// The time for a list runs from its first value. When it is over, the list goes out with the values it has.
///
/// # Memory
///
/// Holds less than `size` values.
#[component(name = "core/Batch", examples = examples)]
#[derive(Debug)]
pub struct Batch {
    #[config]
    settings: Config<BatchSettings>,
    /// Any values.
    #[input(name = "in")]
    input: In<Value>,
    /// Lists of them.
    #[output]
    out: Out<Vec<Value>>,
    /// The list that is being filled.
    #[state]
    list: Vec<Value>,
    /// When it must go out.
    #[state]
    due: Option<Instant>,
    #[state]
    deadline: Deadline,
}

impl Process for Batch {
    async fn run(mut self) -> Result<(), Failure> {
        loop {
            match self.deadline.recv(self.input.raw(), self.due).await {
                Arrival::Packet(packet) => match packet.into_value() {
                    Ok(value) => self.add(value).await?,
                    Err(bracket) => {
                        self.flush().await?;
                        self.out.send_packet(bracket).await?;
                    }
                },
                Arrival::TimeUp => self.flush().await?,
                Arrival::End => return self.flush().await,
            }
        }
    }
}

impl Batch {
    async fn add(&mut self, value: Value) -> Result<(), Failure> {
        let size = self.settings.size.get();
        if self.list.is_empty() {
            self.list.reserve(size.min(ROOM_MAX));
            let timeout_ms = self.settings.timeout_ms;
            self.due = (timeout_ms > 0).then(|| Instant::now() + millis(timeout_ms));
        }
        self.list.push(value);
        if self.list.len() == size {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Failure> {
        self.due = None;
        if !self.list.is_empty() {
            self.out.send(std::mem::take(&mut self.list)).await?;
        }
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let list =
        |ints: &[i64]| Packet::data(Value::list(ints.iter().map(|&int| int.into()).collect()));
    vec![
        Example::new("Lists of three; the last one is shorter")
            .iip("size", 3)
            .input("in", [1, 2, 3, 4, 5])
            .output("out", [list(&[1, 2, 3]), list(&[4, 5])]),
        Example::new("A list never reaches across a bracket")
            .iip("size", 2)
            .input(
                "in",
                [
                    Packet::data(1),
                    Packet::open("a"),
                    Packet::data(2),
                    Packet::data(3),
                    Packet::data(4),
                    Packet::close("a"),
                    Packet::data(5),
                ],
            )
            .output(
                "out",
                [
                    list(&[1]),
                    Packet::open("a"),
                    list(&[2, 3]),
                    list(&[4]),
                    Packet::close("a"),
                    list(&[5]),
                ],
            ),
    ]
}

contract!(Batch);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_list_goes_out_when_its_time_is_up() {
        let bench = Bench::of::<Batch>().iip("size", 3).iip("timeout_ms", 100);
        let outcome = bench
            .input("in", [1, 2, 3])
            .at_millis("in", [0, 50, 150, 1000])
            .run()
            .await;
        let list =
            |ints: &[i64]| Packet::data(Value::list(ints.iter().map(|&int| int.into()).collect()));
        assert_eq!(outcome.outputs["out"], [list(&[1, 2]), list(&[3])]);
    }

    #[tokio::test]
    async fn size_zero_is_refused() {
        let outcome = Bench::of::<Batch>()
            .iip("size", 0)
            .input("in", [1])
            .run()
            .await;
        let message = outcome.result.unwrap_err().to_string();
        assert!(message.starts_with("bad settings"), "{message}");
    }
}
