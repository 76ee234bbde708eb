//! `core/Route`: sends packets where their content says.

use millstream_component::prelude::*;
use millstream_expression::Condition;

use crate::expression::ConditionText;

const NAME: &str = "core/Route";

/// Settings of [`Route`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RouteSettings {
    /// A condition for each element of `out`, in order, such as `status >= 500`.
    #[schemars(length(min = 1), extend("hot" = true))]
    cases: Vec<ConditionText>,
}

/// Sends each packet to the first element whose condition is true.
///
/// Conditions are expressions; they are tried in order, and those after the first true one are not computed.
///
/// # Shape
///
/// Every data packet goes unchanged to one port: `out[0]` if the first of the `cases` is true, `out[1]` if the second is,
/// and so on; to `rest` if none is. Order is kept on each port. What goes to a port that is not connected is dropped.
/// Brackets go to all ports, so that groups stay whole everywhere.
///
/// # Errors
///
/// A condition that has no answer for a packet (a field is missing, a kind does not suit) is a failure of that packet. A
/// mistake in a condition fails at the start, and so does an element of `out` that has no case.
#[component(name = "core/Route", operator, prepare, examples = examples)]
#[derive(Debug)]
pub struct Route {
    #[config]
    settings: Config<RouteSettings>,
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// The packets of each case.
    #[output(optional)]
    out: OutArray<Packet>,
    /// The packets of no case.
    #[output(optional)]
    rest: Out<Packet>,
    #[state]
    cases: Vec<Case>,
}

/// A condition, and where its packets go.
#[derive(Debug)]
struct Case {
    condition: Condition,
    /// Position among the connected elements; nothing if its element is not connected.
    position: Option<usize>,
}

impl Route {
    fn prepare(&mut self) -> Result<(), Failure> {
        let mut cases = Vec::with_capacity(self.settings.cases.len());
        for (at, text) in self.settings.cases.iter().enumerate() {
            cases.push(Case {
                condition: text.compile(&format!("cases[{at}]"))?,
                position: None,
            });
        }
        for (position, element) in self.out.iter_mut().enumerate() {
            let index = element.raw().index().unwrap_or(0);
            let case = usize::try_from(index)
                .ok()
                .and_then(|index| cases.get_mut(index));
            match case {
                Some(case) => case.position = Some(position),
                None => return Err(no_case(index, self.settings.cases.len())),
            }
        }
        self.cases = cases;
        Ok(())
    }

    /// The first case that is true.
    fn choose(&mut self, value: &Value) -> Result<Option<usize>, Failure> {
        for (at, case) in self.cases.iter_mut().enumerate() {
            match case.condition.holds(value) {
                Ok(true) => return Ok(Some(at)),
                Ok(false) => {}
                Err(fault) => {
                    return Err(Failure::packet(format!("{NAME} `cases[{at}]`: {fault}")));
                }
            }
        }
        Ok(None)
    }
}

fn no_case(index: u32, cases: usize) -> Failure {
    let there = match cases {
        1 => "is 1 case".to_owned(),
        cases => format!("are {cases} cases"),
    };
    Failure::fatal(format!(
        "{NAME}: `out[{index}]` is connected, but there {there}"
    ))
}

impl Operator for Route {
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        let Some(value) = packet.value() else {
            return Ok(());
        };
        let Some(case) = self.choose(value)? else {
            self.rest.emit_packet(packet);
            return Ok(());
        };
        let position = self.cases.get(case).and_then(|case| case.position);
        if let Some(out) = position.and_then(|at| self.out.get_mut(at)) {
            out.emit_packet(packet);
        }
        Ok(())
    }

    fn bracket(&mut self, bracket: Packet) -> Result<(), Failure> {
        for out in &mut self.out {
            out.emit_packet(bracket.clone());
        }
        self.rest.emit_packet(bracket);
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let cases = |cases: &[&str]| Value::list(cases.iter().map(|&case| case.into()).collect());
    let answer = |status: i64| Record::from_iter([("status", status)]);
    vec![
        Example::new("By class of status")
            .iip("cases", cases(&["status >= 500", "status >= 400"]))
            .input("in", [200, 503, 404, 301].map(answer))
            .output("out[0]", [answer(503)])
            .output("out[1]", [answer(404)])
            .output("rest", [answer(200), answer(301)]),
        Example::new("Groups stay whole on every port")
            .iip("cases", cases(&["it > 1"]))
            .input(
                "in",
                [
                    Packet::open("a"),
                    Packet::data(1),
                    Packet::data(2),
                    Packet::close("a"),
                ],
            )
            .output(
                "out[0]",
                [Packet::open("a"), Packet::data(2), Packet::close("a")],
            )
            .output(
                "rest",
                [Packet::open("a"), Packet::data(1), Packet::close("a")],
            ),
        Example::new("A field that is not there")
            .iip("cases", cases(&["state == \"new\"", "status > 1"]))
            .input("in", [answer(200)])
            .failure("core/Route `cases[0]`: there is no field `state`"),
        Example::new("A mistake in a condition")
            .iip("cases", cases(&["status = 200"]))
            .failure("`cases[0]`: `=` means nothing here"),
    ]
}

contract!(Route);

#[cfg(test)]
mod tests {
    use millstream_component::testing::Bench;

    use super::*;

    #[tokio::test]
    async fn elements_that_are_not_connected_drop_their_packets() {
        let cases = Value::list(vec!["it == 1".into(), "it == 2".into(), "it == 3".into()]);
        let bench = Bench::of::<Route>().iip("cases", cases).elements("out", 2);
        let outcome = bench.input("in", [1, 2, 3, 4]).run().await;
        assert!(outcome.result.is_ok());
        assert_eq!(outcome.outputs["out[0]"], [Packet::data(1)]);
        assert_eq!(outcome.outputs["out[1]"], [Packet::data(2)]);
        assert_eq!(outcome.outputs["rest"], [Packet::data(4)]);
    }

    #[tokio::test]
    async fn elements_without_a_case_are_refused() {
        let cases = Value::list(vec!["it == 1".into()]);
        let bench = Bench::of::<Route>().iip("cases", cases).elements("out", 2);
        let message = bench
            .input("in", [1])
            .run()
            .await
            .result
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "core/Route: `out[1]` is connected, but there is 1 case"
        );
    }
}
