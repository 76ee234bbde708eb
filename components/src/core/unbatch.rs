//! `core/Unbatch`: lists become single packets.

use std::vec::IntoIter;

use millstream_component::prelude::*;

/// Emits one packet for each element of a list.
///
/// The reverse of `core/Batch`.
///
/// # Shape
///
/// As many data packets as the list has elements, in their order; none for an empty list. Brackets pass in place.
///
/// # Errors
///
/// A packet that is not a list is a failure of that packet.
#[component(name = "core/Unbatch", operator, examples = examples)]
#[derive(Debug)]
pub struct Unbatch {
    /// Lists.
    #[input(name = "in")]
    input: In<Vec<Value>>,
    /// Their elements.
    #[output]
    out: Out<Value>,
    /// What is left of the list at hand.
    #[state]
    rest: IntoIter<Value>,
}

impl Operator for Unbatch {
    const EXPANDS: bool = true;

    fn process(&mut self, list: Vec<Value>) -> Result<(), Failure> {
        self.rest = list.into_iter();
        Ok(())
    }

    fn more(&mut self) -> Result<bool, Failure> {
        let Some(element) = self.rest.next() else {
            return Ok(false);
        };
        self.out.emit(element);
        Ok(true)
    }
}

fn examples() -> Vec<Example> {
    let list =
        |ints: &[i64]| Packet::data(Value::list(ints.iter().copied().map(Value::from).collect()));
    vec![
        Example::new("Elements one by one")
            .input("in", [list(&[1, 2, 3]), list(&[]), list(&[4])])
            .output("out", [1, 2, 3, 4]),
        Example::new("Brackets stay in place")
            .input("in", [Packet::open("a"), list(&[1, 2]), Packet::close("a")])
            .output(
                "out",
                [
                    Packet::open("a"),
                    Packet::data(1),
                    Packet::data(2),
                    Packet::close("a"),
                ],
            ),
        Example::new("Only lists can be taken apart")
            .input("in", [7])
            .failure("the packet is int, but the port takes list"),
    ]
}

contract!(Unbatch);
