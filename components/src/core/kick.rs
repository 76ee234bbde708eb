//! `core/Kick`: sets something going.

use millstream_component::prelude::*;

/// Settings of [`Kick`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KickSettings {
    /// The value to send.
    #[serde(default)]
    #[schemars(with = "serde_json::Value")]
    value: Value,
    /// How many times to send it.
    #[serde(default = "once")]
    count: u64,
}

fn once() -> u64 {
    1
}

/// Emits a value once, or `count` times.
///
/// Starts a component that waits for a packet before it does its work. Without settings it sends a single null.
///
/// # Shape
///
/// `count` data packets with the same value, then the end of the stream.
#[component(name = "core/Kick", examples = examples)]
pub async fn kick(
    config: Config<KickSettings>,
    /// The value.
    mut out: Out<Value>,
) -> Result<(), Failure> {
    for _ in 0..config.count {
        out.send(config.value.clone()).await?;
    }
    Ok(())
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("A null, once").output("out", [Value::NULL]),
        Example::new("A value several times")
            .iip("value", "tick")
            .iip("count", 3)
            .output("out", ["tick", "tick", "tick"]),
    ]
}

contract!(Kick);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn zero_times_is_nothing() {
        let outcome = Bench::of::<Kick>().iip("count", 0).run().await;
        assert!(outcome.result.is_ok());
        assert!(outcome.outputs["out"].is_empty());
    }

    #[tokio::test]
    async fn records_keep_their_fields() {
        let record = Record::from_iter([("b", 1), ("a", 2)]);
        let outcome = Bench::of::<Kick>().iip("value", record.clone()).run().await;
        assert_eq!(outcome.outputs["out"], [Packet::data(record)]);
    }
}
