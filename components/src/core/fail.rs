//! `core/Fail`: a fault on purpose.

use std::num::NonZeroU64;

use millstream_component::prelude::*;

/// Settings of [`Fail`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FailSettings {
    /// Number of the data packet that fails, counted from 1.
    at: NonZeroU64,
    /// What the failure says.
    #[serde(default = "told_to")]
    message: String,
}

fn told_to() -> String {
    "core/Fail was told to fail here".to_owned()
}

/// Fails on data packet number `at`; passes the others on.
///
/// For tests and for examples of error handling.
///
/// # Shape
///
/// Every packet passes unchanged, brackets included, except the one that fails. Brackets are not counted.
///
/// # Errors
///
/// Data packet number `at` fails with `message`, once: what becomes of it and of the packets after it is up to
/// `on_error`. Tried again, it passes.
#[component(name = "core/Fail", operator, examples = examples)]
#[derive(Debug)]
pub struct Fail {
    #[config]
    settings: Config<FailSettings>,
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// The same packets but one.
    #[output]
    out: Out<Packet>,
    #[state]
    seen: u64,
}

impl Operator for Fail {
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        self.seen += 1;
        if self.seen == self.settings.at.get() {
            return Err(Failure::packet(self.settings.message.as_str()));
        }
        self.out.emit_packet(packet);
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("Fails on the third packet")
            .iip("at", 3)
            .input("in", ["a", "b", "c", "d"])
            .output("out", ["a", "b"])
            .failure("core/Fail was told to fail here"),
        Example::new("Too few packets, no failure")
            .iip("at", 3)
            .iip("message", "never said")
            .input(
                "in",
                [
                    Packet::open("group"),
                    Packet::data("a"),
                    Packet::close("group"),
                ],
            )
            .output(
                "out",
                [
                    Packet::open("group"),
                    Packet::data("a"),
                    Packet::close("group"),
                ],
            ),
    ]
}

contract!(Fail);

#[cfg(test)]
mod tests {
    use millstream_component::ErrorPolicy;
    use millstream_component::testing::{Bench, Outcome};

    use super::*;

    async fn fail_at_two(policy: ErrorPolicy) -> Outcome {
        let bench = Bench::of::<Fail>().iip("at", 2).input("in", [1, 2, 3]);
        bench.on_error(policy).run().await
    }

    #[tokio::test]
    async fn the_failure_names_port_and_packet() {
        let failure = fail_at_two(ErrorPolicy::Fail).await.result.unwrap_err();
        assert_eq!(
            (failure.port(), failure.packet_number()),
            (Some("in"), Some(2))
        );
    }

    #[tokio::test]
    async fn the_others_pass_when_failures_are_skipped() {
        let outcome = fail_at_two(ErrorPolicy::Skip).await;
        assert_eq!(outcome.outputs["out"], [1, 3].map(Packet::data));
    }

    #[tokio::test(start_paused = true)]
    async fn the_second_try_passes() {
        let outcome = fail_at_two(ErrorPolicy::Retry).await;
        assert_eq!(outcome.outputs["out"], [1, 2, 3].map(Packet::data));
    }
}
