//! What the `component` attribute makes of functions, structs and operators.

use millstream_component::testing::Bench;
use millstream_component::{Component, Cost};

/// Async functions.
mod kick {
    use millstream_component::prelude::*;

    /// How to kick.
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(default)]
    pub(crate) struct KickSettings {
        /// How often the value is sent.
        pub(crate) count: u64,
    }

    impl Default for KickSettings {
        fn default() -> Self {
            Self { count: 1 }
        }
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("twice")
                .iip("count", 2)
                .input("in", ["a"])
                .output("out", ["a", "a"])
                .output("first[0]", ["a"]),
            Example::new("once is the default")
                .input("in", ["a"])
                .output("out", ["a"])
                .output("first[0]", ["a"]),
        ]
    }

    /// Emits the value `count` times.
    ///
    /// - One list
    ///   goes on.
    #[component(name = "core/Kick", examples = examples, cost = heavy, errors)]
    pub(crate) async fn kick(
        /// What to emit.
        /// All of it.
        #[port(name = "in")]
        mut input: In<Text>,
        settings: Config<KickSettings>,
        cx: Context,
        /// What comes before.
        #[port(optional)]
        mut r#before: InArray<Value>,
        /// The value again and again.
        mut out: Out<Value>,
        /// The value once, to each.
        #[port(name = "first", optional)]
        mut firsts: OutArray<Text>,
    ) -> Result<(), Failure> {
        assert_eq!(cx.process(), "bench");
        while let Some((_, packet)) = before.recv_any().await {
            out.send_packet(packet).await?;
        }
        while let Some(text) = input.recv().await? {
            for first in &mut firsts {
                first.send(text.clone()).await?;
            }
            for _ in 0..settings.count {
                out.send(text.clone()).await?;
            }
        }
        Ok(())
    }

    contract!(Kick);
}

/// Structs with a life of their own.
mod concat {
    use millstream_component::prelude::*;

    /// How to join.
    #[derive(Debug, Deserialize, JsonSchema)]
    pub(crate) struct Settings {
        /// Whether the number of packets comes last.
        #[serde(default)]
        pub(crate) counted: bool,
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("one after the other")
                .iip("counted", true)
                .input("in[0]", [1, 2])
                .input("in[1]", [3])
                .output("out", [1, 2, 3, 103]),
        ]
    }

    /// Sends all packets of the first element, then of the next.
    #[component(name = "core/Concat", examples = examples, prepare)]
    #[derive(Debug)]
    pub(crate) struct Concat {
        /// Packets.
        #[input(name = "in")]
        inputs: InArray<Value>,
        /// All packets.
        #[output]
        out: Out<Value>,
        #[config]
        config: Config<Settings>,
        #[context]
        cx: Context,
        #[state]
        seen: i64,
    }

    impl Concat {
        fn prepare(&mut self) -> Result<(), Failure> {
            if self.cx.process().is_empty() {
                return Err(Failure::fatal("no name"));
            }
            self.seen = 100;
            Ok(())
        }
    }

    impl Process for Concat {
        async fn run(mut self) -> Result<(), Failure> {
            for input in &mut self.inputs {
                while let Some(value) = input.recv().await? {
                    self.seen += 1;
                    self.out.send(value).await?;
                }
            }
            if self.config.counted && self.seen > 100 {
                self.out.send(self.seen).await?;
            }
            Ok(())
        }
    }

    contract!(Concat);
}

/// Structs without settings.
mod count {
    use millstream_component::prelude::*;

    fn examples() -> Vec<Example> {
        vec![
            Example::new("three")
                .input("in", ["a", "b", "c"])
                .output("out", [3]),
        ]
    }

    /// Counts packets.
    #[component(name = "core/Count", examples = examples, cost = blocking)]
    #[derive(Debug)]
    pub(crate) struct Count {
        /// What is counted.
        #[input]
        r#in: In<Value>,
        /// How many there were.
        #[output]
        out: Out<i64>,
        #[state]
        seen: i64,
    }

    impl Process for Count {
        async fn run(mut self) -> Result<(), Failure> {
            while self.r#in.recv().await?.is_some() {
                self.seen += 1;
            }
            if self.seen > 0 {
                self.out.send(self.seen).await?;
            }
            Ok(())
        }
    }

    contract!(Count);
}

/// Operators.
mod skip {
    use millstream_component::prelude::*;

    /// What to skip.
    #[derive(Debug, Deserialize, JsonSchema)]
    pub(crate) struct SkipSettings {
        /// How many packets.
        #[schemars(range(min = 0))]
        pub(crate) count: i64,
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("all but one; brackets are kept")
                .iip("count", 1)
                .input(
                    "in",
                    [Packet::open("g"), 1.into(), 2.into(), Packet::close("g")],
                )
                .output("out", [Packet::open("g"), 2.into(), Packet::close("g")])
                .output("copies[0]", [2])
                .output("copies[1]", [2]),
            Example::new("fewer than nothing is refused")
                .iip("count", -1)
                .input("in", [1])
                .failure("cannot skip -1"),
        ]
    }

    /// Drops the first packets.
    #[component(name = "core/Skip", operator, prepare, examples = examples)]
    #[derive(Debug)]
    pub(crate) struct Skip {
        /// Packets.
        #[input(name = "in")]
        input: In<i64>,
        /// All but the first ones.
        #[output]
        out: Out<i64>,
        /// The same for others.
        #[output(optional)]
        copies: OutArray<i64>,
        #[config]
        config: Config<SkipSettings>,
        #[state]
        left: i64,
    }

    impl Skip {
        fn prepare(&mut self) -> Result<(), Failure> {
            self.left = self.config.count;
            if self.left < 0 {
                return Err(Failure::fatal(format!("cannot skip {}", self.left)));
            }
            Ok(())
        }
    }

    impl Operator for Skip {
        fn process(&mut self, item: i64) -> Result<(), Failure> {
            if self.left > 0 {
                self.left -= 1;
                return Ok(());
            }
            self.out.emit(item);
            for copy in &mut self.copies {
                copy.emit(item);
            }
            Ok(())
        }
    }

    contract!(Skip);
}

/// Operators whose first output has elements, or that have none.
mod spread {
    use millstream_component::prelude::*;

    /// Sends every packet to every element.
    #[component(name = "core/Spread", operator)]
    #[derive(Debug)]
    pub(crate) struct Spread {
        /// Packets.
        #[input(name = "in")]
        input: In<Packet>,
        /// The same packets.
        #[output]
        out: OutArray<Packet>,
    }

    impl Operator for Spread {
        fn process(&mut self, item: Packet) -> Result<(), Failure> {
            for element in &mut self.out {
                element.emit(item.clone());
            }
            Ok(())
        }
    }

    /// Drops every packet.
    #[component(name = "core/Sink", operator)]
    #[derive(Debug)]
    pub(crate) struct Sink {
        /// Packets.
        #[input(name = "in")]
        input: In<Packet>,
    }

    impl Operator for Sink {
        fn process(&mut self, _: Packet) -> Result<(), Failure> {
            Ok(())
        }
    }

    /// Does nothing.
    #[component(name = "core/Nothing")]
    pub(crate) async fn nothing() -> Result<(), Failure> {
        Ok(())
    }

    /// Knows only where it is.
    #[component(name = "core/Somewhere")]
    pub(crate) async fn somewhere(cx: Context) -> Result<(), Failure> {
        Err(Failure::fatal(cx.process()))
    }
}

use millstream_component::prelude::*;

/// Name, type, whether it is an array, whether it is required, help.
type PortLine = (&'static str, &'static str, bool, bool, &'static str);

#[track_caller]
fn assert_ports<C: Component>(ins: &[PortLine], outs: &[PortLine]) {
    let spec = C::DEFINITION.spec();
    for (found, expected) in [(&spec.in_ports, ins), (&spec.out_ports, outs)] {
        let found: Vec<_> = found
            .iter()
            .map(|port| {
                let port_type = port.port_type.to_string();
                (
                    port.name.clone(),
                    port_type,
                    port.array,
                    port.required,
                    port.docs.clone(),
                )
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|&(name, port_type, array, required, docs)| {
                (
                    name.to_owned(),
                    port_type.to_owned(),
                    array,
                    required,
                    docs.to_owned(),
                )
            })
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn function_is_described() {
    let spec = kick::Kick::DEFINITION.spec();
    assert_eq!(spec.name, "core/Kick");
    assert_eq!(spec.summary, "Emits the value `count` times.");
    assert_eq!(spec.docs, "- One list\n  goes on.");
    assert_eq!(spec.cost, Cost::Heavy);
    assert_eq!(spec.examples.len(), 2);
    assert_ports::<kick::Kick>(
        &[
            ("in", "text", false, true, "What to emit. All of it."),
            ("before", "any", true, false, "What comes before."),
            ("count", "int", false, false, "How often the value is sent."),
        ],
        &[
            ("out", "any", false, true, "The value again and again."),
            ("first", "text", true, false, "The value once, to each."),
            (
                "error",
                "record",
                false,
                false,
                "Packets that failed, as records `error` and `packet`.",
            ),
        ],
    );
}

#[test]
fn structs_are_described() {
    assert_eq!(concat::Concat::DEFINITION.cost, Cost::Light);
    assert_eq!(count::Count::DEFINITION.cost, Cost::Blocking);
    assert_ports::<concat::Concat>(
        &[
            ("in", "any", true, true, "Packets."),
            (
                "counted",
                "bool",
                false,
                false,
                "Whether the number of packets comes last.",
            ),
        ],
        &[("out", "any", false, true, "All packets.")],
    );
    assert_ports::<skip::Skip>(
        &[
            ("in", "int", false, true, "Packets."),
            ("count", "int", false, true, "How many packets."),
        ],
        &[
            ("out", "int", false, true, "All but the first ones."),
            ("copies", "int", true, false, "The same for others."),
        ],
    );
}

#[tokio::test]
async fn function_takes_array_elements() {
    let outcome = Bench::of::<kick::Kick>()
        .iip("count", 2)
        .input("before[0]", [1])
        .input("before[3]", [2])
        .input("in", ["a"])
        .elements("first", 2)
        .run()
        .await;
    outcome.result.unwrap();
    let expected: [Packet; 4] = [1.into(), 2.into(), "a".into(), "a".into()];
    assert_eq!(outcome.outputs["out"], expected);
    assert_eq!(outcome.outputs["first[0]"], [Packet::data("a")]);
    assert_eq!(outcome.outputs["first[1]"], [Packet::data("a")]);
}

#[tokio::test]
async fn missing_setting_fails_before_anything_runs() {
    let outcome = Bench::of::<skip::Skip>().input("in", [1]).run().await;
    let message = outcome.result.unwrap_err().to_string();
    assert!(message.contains("`count`"), "{message}");
}

#[tokio::test]
async fn brackets_go_to_every_element_of_the_first_output() {
    let stream = [Packet::open("g"), Packet::data(1), Packet::close("g")];
    let outcome = Bench::of::<spread::Spread>()
        .input("in", stream.clone())
        .elements("out", 2)
        .run()
        .await;
    outcome.result.unwrap();
    assert_eq!(outcome.outputs["out[0]"], stream);
    assert_eq!(outcome.outputs["out[1]"], stream);
}

#[tokio::test]
async fn components_may_have_few_ports_or_none() {
    let stream = [Packet::open("g"), Packet::data(1), Packet::close("g")];
    let sunk = Bench::of::<spread::Sink>().input("in", stream).run().await;
    sunk.result.unwrap();
    Bench::of::<spread::Nothing>().run().await.result.unwrap();
    let outcome = Bench::of::<spread::Somewhere>().run().await;
    assert_eq!(outcome.result.unwrap_err().message(), "bench");
}
