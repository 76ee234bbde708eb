//! `core/Gate`: a stream that another one stops and lets go.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;

use millstream_component::prelude::*;

use super::open_groups::OpenGroups;

/// Passes packets while the last bool on `control` was true.
///
/// The gate is closed until `control` says otherwise.
///
/// # Shape
///
/// Every packet passes unchanged and in order, brackets included.
///
/// # Blocking
///
/// While the gate is closed, nothing is taken from `in`: the connector fills and its writers wait. What `control` has
/// said is heeded before the next packet is taken.
///
/// When `control` ends, the gate stays as it is. If it is closed then, nothing can ever pass: groups that are open are
/// closed, what waits at `in` stays undelivered, and the process ends. It also ends when `in` has ended.
///
/// # Errors
///
/// A packet on `control` that is not a bool is a failure of that packet.
#[component(name = "core/Gate", examples = examples)]
#[derive(Debug)]
pub struct Gate {
    /// Any packets.
    #[input(name = "in")]
    input: In<Packet>,
    /// True opens the gate, false closes it.
    #[input]
    control: In<bool>,
    /// The packets that passed.
    #[output]
    out: Out<Packet>,
    #[state]
    state: State,
    #[state]
    groups: OpenGroups,
}

/// Where the gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Closed,
    Open,
    /// Open, and `control` has ended.
    OpenForGood,
}

/// What happens to the gate.
enum Event {
    Control(Option<bool>),
    Packet(Option<Packet>),
}

impl Process for Gate {
    async fn run(mut self) -> Result<(), Failure> {
        loop {
            match self.next().await? {
                Event::Control(Some(true)) => self.state = State::Open,
                Event::Control(Some(false)) => self.state = State::Closed,
                Event::Control(None) if self.state == State::Closed => break,
                Event::Control(None) => self.state = State::OpenForGood,
                Event::Packet(Some(packet)) => {
                    self.groups.follow(&packet);
                    self.out.send_packet(packet).await?;
                }
                Event::Packet(None) => break,
            }
        }
        while let Some(bracket) = self.groups.close() {
            self.out.send_packet(bracket).await?;
        }
        Ok(())
    }
}

impl Gate {
    /// Waits for what comes first; of two that are there, `control` does.
    async fn next(&mut self) -> Result<Event, Failure> {
        match self.state {
            State::Closed => self.next_closed().await,
            State::Open => self.next_open().await,
            State::OpenForGood => Ok(Event::Packet(self.input.recv_packet().await)),
        }
    }

    async fn next_open(&mut self) -> Result<Event, Failure> {
        let mut command = pin!(self.control.recv());
        let mut packet = pin!(self.input.recv_packet());
        poll_fn(|cx| match command.as_mut().poll(cx) {
            Poll::Ready(command) => Poll::Ready(command.map(Event::Control)),
            Poll::Pending => packet
                .as_mut()
                .poll(cx)
                .map(|packet| Ok(Event::Packet(packet))),
        })
        .await
    }

    /// Takes no packet, but sees when there are no more.
    async fn next_closed(&mut self) -> Result<Event, Failure> {
        let mut command = pin!(self.control.recv());
        let input = self.input.raw();
        poll_fn(|cx| match command.as_mut().poll(cx) {
            Poll::Ready(command) => Poll::Ready(command.map(Event::Control)),
            Poll::Pending => match input.poll_ready(cx) {
                Poll::Ready(false) => Poll::Ready(Ok(Event::Packet(None))),
                Poll::Ready(true) | Poll::Pending => Poll::Pending,
            },
        })
        .await
    }
}

fn examples() -> Vec<Example> {
    let packets = || {
        [
            Packet::open("group"),
            Packet::data(1),
            Packet::close("group"),
            Packet::data(2),
        ]
    };
    vec![
        Example::new("An open gate")
            .iip("control", true)
            .input("in", packets())
            .output("out", packets()),
        Example::new("A gate that nobody opens")
            .input("control", [false])
            .input("in", packets())
            .output("out", [] as [Packet; 0]),
    ]
}

contract!(Gate);

#[cfg(test)]
mod tests {
    use millstream_component::testing::{Bench, Outcome};

    use super::*;

    async fn run(control: [bool; 2], capacity: u32) -> Outcome {
        Bench::of::<Gate>()
            .input("control", control)
            .input(
                "in",
                [
                    Packet::open("group"),
                    Packet::data(1),
                    Packet::close("group"),
                ],
            )
            .capacity(capacity)
            .run()
            .await
    }

    #[tokio::test]
    async fn the_last_word_of_control_counts() {
        assert_eq!(run([false, true], 16).await.outputs["out"].len(), 3);
        assert_eq!(run([true, false], 16).await.outputs["out"].len(), 0);
    }

    #[tokio::test]
    async fn a_gate_that_shuts_for_good_closes_its_groups() {
        // At capacity 1 one packet passes before `control` can say false.
        let outcome = run([true, false], 1).await;
        assert!(outcome.result.is_ok());
        let expected = [Packet::open("group"), Packet::close("group")];
        assert_eq!(outcome.outputs["out"], expected);
        assert_eq!(outcome.left_over, 1);
    }

    #[tokio::test]
    async fn only_bools_steer_it() {
        let outcome = Bench::of::<Gate>()
            .iip("control", "open")
            .input("in", [1])
            .run()
            .await;
        let message = outcome.result.unwrap_err().to_string();
        assert!(message.contains("the packet is text"), "{message}");
    }
}
