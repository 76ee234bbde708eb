//! `script/Rhai`: a script that is run for each packet.

mod convert;
mod runner;

use millstream_component::prelude::*;

use self::convert::from_dynamic;
use self::runner::{Limits, Outgoing, Runner};

/// Settings of [`Rhai`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RhaiSettings {
    /// What is run for each data packet. Its last value goes to `out`.
    script: String,
    /// What is run once before the first packet.
    #[serde(default)]
    start: String,
    /// What is run once after the last packet.
    #[serde(default)]
    finish: String,
    /// Most operations of one run.
    #[serde(default = "million")]
    #[schemars(range(min = 1))]
    operations: u64,
    /// Longest time of one run in milliseconds.
    #[serde(default = "second")]
    #[schemars(range(min = 1))]
    time_ms: u64,
    /// Most bytes of one value with all that is in it, about; 0 sets no limit. Under a limit, each change of a list or map
    /// takes as long as it is large.
    #[serde(default = "sixteen_mebibytes")]
    memory: u64,
}

fn million() -> u64 {
    1_000_000
}

fn second() -> u64 {
    1000
}

fn sixteen_mebibytes() -> u64 {
    16 * 1024 * 1024
}

/// Runs a script for each packet.
///
/// The language is [Rhai](https://rhai.rs/book), which reads much like Rust or JavaScript. The script finds the packet's
/// value in the variable `packet` and may change it; its last value goes to `out`, unless that is `()`. What is to last
/// from one packet to the next is kept in the map `state`: `state.count = (state.count ?? 0) + 1`.
///
/// | function | what it does |
/// |---|---|
/// | `emit(value)` | sends a value to `out` |
/// | `emit(n, value)` | sends a value to `to[n]` |
/// | `print(text)`, `debug(text)` | write to the log |
/// | `throw message` | the packet is a failure with this message |
///
/// # Shape
///
/// Records are maps, null is `()`, bytes are blobs. A map becomes a record with the fields of the packet in their order,
/// and then the others by name. Packets go out in the order of their `emit`, the last value after them. A script that
/// fails sends nothing, but what it changed in `state` stays. Brackets pass in place, to `out`.
///
/// # Blocking
///
/// Runs on a thread of its own, because a run may take as long as `time_ms`.
///
/// # Memory
///
/// `state`, as large as `memory` allows, and what one run makes: each of its values may take `memory` bytes.
///
/// # Errors
///
/// A script that is wrong fails at the start. A run that fails, takes more than `operations` or longer than `time_ms`,
/// makes a value larger than `memory` or calls functions more than 32 levels deep is a failure of its packet, with line
/// and column. A script cannot read files, open sockets, load modules or stop the clock.
///
/// # Source
///
/// Node-RED's function node, in Rhai.
#[component(name = "script/Rhai", operator, prepare, errors, cost = blocking, examples = examples)]
#[derive(Debug)]
pub(crate) struct Rhai {
    /// Any values.
    #[input(name = "in")]
    input: In<Value>,
    /// What the script makes of them.
    #[output(optional)]
    out: Out<Value>,
    /// What the script sends here by number.
    #[output(optional)]
    to: OutArray<Value>,
    #[config]
    config: Config<RhaiSettings>,
    #[context]
    cx: Context,
    #[state]
    runner: Option<Runner>,
}

impl Operator for Rhai {
    fn process(&mut self, value: Value) -> Result<(), Failure> {
        let Some(runner) = &mut self.runner else {
            return Ok(());
        };
        let shape = value.as_record().map(|record| record.shape().clone());
        let outgoing = runner.run(&value)?;
        self.send(outgoing, shape.as_ref())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let outgoing = match &mut self.runner {
            Some(runner) => runner.finish()?,
            None => Vec::new(),
        };
        self.send(outgoing, None)
    }
}

impl Rhai {
    fn prepare(&mut self) -> Result<(), Failure> {
        let settings = &*self.config;
        let limits = Limits {
            operations: settings.operations,
            time_ms: settings.time_ms,
            memory: settings.memory,
        };
        let mut runner = Runner::new(limits, self.cx.process());
        runner.compile(&settings.script, &settings.start, &settings.finish)?;
        let outgoing = runner.start()?;
        self.runner = Some(runner);
        self.send(outgoing, None)
    }

    /// Sends all or, if any of it is not fit to be sent, nothing.
    fn send(&mut self, outgoing: Vec<Outgoing>, shape: Option<&Shape>) -> Result<(), Failure> {
        let mut values = Vec::with_capacity(outgoing.len());
        for Outgoing { element, value } in outgoing {
            if let Some(element) = element
                && element >= self.to.len()
            {
                return Err(Failure::packet(format!(
                    "the script sends to `to[{element}]`, but {} elements of `to` are connected",
                    self.to.len()
                )));
            }
            values.push((element, from_dynamic(value, shape)?));
        }
        for (element, value) in values {
            match element {
                None => drop(self.out.emit(value)),
                Some(element) => {
                    if let Some(port) = self.to.get_mut(element) {
                        port.emit(value);
                    }
                }
            }
        }
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let reading = |celsius: f64| Record::from_iter([("celsius", celsius)]);
    let both = |celsius: f64, fahrenheit: f64| {
        Record::from_iter([("celsius", celsius), ("fahrenheit", fahrenheit)])
    };
    let letter = Record::from_iter([
        (
            "error",
            Value::from("`script` line 1, column 17: no negative numbers (port `in`, packet 1)"),
        ),
        ("packet", (-1_i64).into()),
    ]);
    vec![
        Example::new("The last value goes out")
            .iip(
                "script",
                "packet.fahrenheit = packet.celsius * 1.8 + 32.0;\npacket",
            )
            .input("in", [reading(0.0), reading(100.0)])
            .output("out", [both(0.0, 32.0), both(100.0, 212.0)]),
        Example::new("State lasts from packet to packet; `()` is not sent")
            .iip("start", "state.sum = 0;")
            .iip("script", "state.sum += packet; ()")
            .iip("finish", "emit(state.sum)")
            .input("in", [1, 2, 3])
            .output("out", [6]),
        Example::new("Several ways out")
            .iip(
                "script",
                "if packet % 2 == 0 { emit(0, packet) } else { emit(1, packet) }",
            )
            .input("in", [1, 2, 3])
            .output("to[0]", [2])
            .output("to[1]", [1, 3]),
        Example::new("A failure goes to a connected `error` port")
            .iip(
                "script",
                "if packet < 0 { throw \"no negative numbers\" }\npacket",
            )
            .input("in", [-1, 1])
            .output("out", [1])
            .output("error", [letter]),
        Example::new("A loop without end")
            .iip("script", "loop { }")
            .input("in", [1])
            .failure("took more than `operations` = 1000000 operations"),
        Example::new("A mistake in the script")
            .iip("script", "let x = 1;\nlet = 2;")
            .failure("`script` line 2, column 5: "),
    ]
}

contract!(Rhai);

#[cfg(test)]
mod tests;
