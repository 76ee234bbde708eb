//! `core/Sequence`: a source of numbers.

use millstream_component::prelude::*;

/// Settings of [`Sequence`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SequenceSettings {
    /// The first number.
    #[serde(default)]
    start: i64,
    /// How many numbers to send.
    count: u64,
    /// What is added each time; may be negative.
    #[serde(default = "one")]
    step: i64,
}

fn one() -> i64 {
    1
}

/// Emits `count` ints: `start`, `start + step`, `start + 2 * step`, ….
///
/// # Shape
///
/// `count` ints, then the end of the stream.
///
/// # Errors
///
/// Ends the process when a number is beyond the range of int (64 bits with sign); the ones before are sent.
#[component(name = "core/Sequence", examples = examples)]
pub async fn sequence(
    config: Config<SequenceSettings>,
    /// The numbers.
    mut out: Out<i64>,
) -> Result<(), Failure> {
    let (step, count) = (config.step, config.count);
    let mut sent = 0;
    let numbers = std::iter::successors(Some(config.start), |number| number.checked_add(step));
    let counted = numbers
        .take(usize::try_from(count).unwrap_or(usize::MAX))
        .inspect(|_| sent += 1);
    out.send_all(counted).await?;
    if sent < count {
        return Err(Failure::fatal(format!(
            "core/Sequence: number {sent} plus `step` = {step} is beyond the range of int"
        )));
    }
    Ok(())
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("Counts from zero")
            .iip("count", 4)
            .output("out", [0, 1, 2, 3]),
        Example::new("Counts down in steps")
            .iip("start", 10)
            .iip("count", 3)
            .iip("step", -5)
            .output("out", [10, 5, 0]),
        Example::new("The numbers run out")
            .iip("start", i64::MAX)
            .iip("count", 2)
            .output("out", [i64::MAX])
            .failure("beyond the range of int"),
    ]
}

contract!(Sequence);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn the_last_int_is_no_overflow() {
        let outcome = Bench::of::<Sequence>()
            .iip("start", i64::MAX)
            .iip("count", 1)
            .run()
            .await;
        assert!(outcome.result.is_ok());
        assert_eq!(outcome.outputs["out"], [Packet::data(i64::MAX)]);
    }

    #[tokio::test]
    async fn count_is_required() {
        let outcome = Bench::of::<Sequence>().run().await;
        let message = outcome.result.unwrap_err().to_string();
        assert!(message.contains("count"), "{message}");
    }
}
