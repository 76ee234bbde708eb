//! `core/Ungroup`: groups fall apart.

use millstream_component::prelude::*;

/// Removes the outermost brackets.
///
/// The reverse of `core/Group`.
///
/// # Shape
///
/// Data packets pass unchanged. Groups inside of a group keep their brackets and move out by one level.
#[component(name = "core/Ungroup", operator, examples = examples)]
#[derive(Debug)]
pub struct Ungroup {
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// The same packets without the outermost brackets.
    #[output]
    out: Out<Packet>,
    /// How many groups the stream is in.
    #[state]
    depth: u64,
}

impl Operator for Ungroup {
    fn process(&mut self, packet: Packet) -> Result<(), Failure> {
        self.out.emit_packet(packet);
        Ok(())
    }

    fn bracket(&mut self, bracket: Packet) -> Result<(), Failure> {
        let opens = bracket.is_open();
        if !opens {
            self.depth = self.depth.saturating_sub(1);
        }
        if self.depth > 0 {
            self.out.emit_packet(bracket);
        }
        if opens {
            self.depth += 1;
        }
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    vec![
        Example::new("One level of brackets goes")
            .input(
                "in",
                [
                    Packet::open("outer"),
                    Packet::data(1),
                    Packet::open("inner"),
                    Packet::data(2),
                    Packet::close("inner"),
                    Packet::close("outer"),
                    Packet::data(3),
                ],
            )
            .output(
                "out",
                [
                    Packet::data(1),
                    Packet::open("inner"),
                    Packet::data(2),
                    Packet::close("inner"),
                    Packet::data(3),
                ],
            ),
    ]
}

contract!(Ungroup);
