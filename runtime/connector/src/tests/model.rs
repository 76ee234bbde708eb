//! Random operations against a plain model of what a connector is.

use std::collections::VecDeque;

use millstream_packet::Packet;
use proptest::prelude::*;

use super::support::{Rig, Sort, config, number};
use crate::Refused;

/// One operation on a connector with one writer.
#[derive(Debug, Clone, Copy)]
enum Op {
    Push(Kind),
    Pop,
    Hold,
    Step,
    Release,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Data,
    Open,
    Close,
}

/// What a connector is, in the plainest words.
struct Model {
    sort: Sort,
    capacity: usize,
    inside: VecDeque<(i64, Kind)>,
    sent: u64,
    received: u64,
    dropped: u64,
    /// Packets that left, taken or dropped from within.
    left: u64,
    gate: Option<u64>,
}

impl Model {
    fn new(sort: Sort, capacity: u32) -> Self {
        Self {
            sort,
            capacity: capacity as usize,
            inside: VecDeque::new(),
            sent: 0,
            received: 0,
            dropped: 0,
            left: 0,
            gate: None,
        }
    }

    /// True when the packet is accepted (it may have been dropped).
    fn push(&mut self, number: i64, kind: Kind) -> bool {
        if self.inside.len() == self.capacity && !self.make_room(kind) {
            let is_accepted = self.sort.is_lossy() && kind == Kind::Data;
            self.sent += u64::from(is_accepted);
            self.dropped += u64::from(is_accepted);
            return is_accepted;
        }
        self.inside.push_back((number, kind));
        self.sent += 1;
        true
    }

    fn make_room(&mut self, kind: Kind) -> bool {
        let is_data = |packet: &(i64, Kind)| packet.1 == Kind::Data;
        let victim = match self.sort {
            Sort::DropOldest => self.inside.iter().position(is_data),
            Sort::DropNewest if kind != Kind::Data => self.inside.iter().rposition(is_data),
            _ => None,
        };
        let Some(victim) = victim else { return false };
        self.inside.remove(victim);
        self.left += 1;
        self.dropped += 1;
        true
    }

    fn pop(&mut self) -> Option<i64> {
        if self.gate.is_some_and(|gate| gate <= self.left) {
            return None;
        }
        let (number, _) = self.inside.pop_front()?;
        self.left += 1;
        self.received += 1;
        Some(number)
    }

    fn step(&mut self) {
        self.gate = self.gate.map(|gate| gate.max(self.left) + 1);
    }
}

fn operations() -> impl Strategy<Value = Vec<Op>> {
    let kind = prop_oneof![3 => Just(Kind::Data), 1 => Just(Kind::Open), 1 => Just(Kind::Close)];
    let one = prop_oneof![
        10 => kind.prop_map(Op::Push),
        8 => Just(Op::Pop),
        1 => Just(Op::Hold),
        1 => Just(Op::Step),
        1 => Just(Op::Release),
    ];
    prop::collection::vec(one, 0..if cfg!(miri) { 30 } else { 200 })
}

fn packet(number: i64, kind: Kind) -> Packet {
    match kind {
        Kind::Data => Packet::data(number),
        Kind::Open => Packet::open(number),
        Kind::Close => Packet::close(number),
    }
}

fn push_both(rig: &mut Rig, model: &mut Model, at: i64, kind: Kind) {
    let pushed = rig.writers[0].try_push(packet(at, kind));
    assert_eq!(pushed.is_ok(), model.push(at, kind), "{pushed:?}");
    if let Err(Refused::Full(refused)) = pushed {
        assert_eq!(number(&refused), at);
    }
}

fn assert_same(rig: &Rig, model: &Model) {
    let counts = rig.connector.counts();
    assert_eq!(counts.sent, model.sent);
    assert_eq!(counts.received, model.received);
    assert_eq!(counts.dropped, model.dropped);
    assert_eq!(counts.depth, model.inside.len() as u64);
    rig.assert_counts();
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn connector_does_what_the_model_says(
        sort in prop::sample::select(Sort::ALL.to_vec()),
        capacity in 1_u32..12,
        operations in operations(),
    ) {
        let (mut rig, mut model) = (Rig::new(sort, capacity, 1), Model::new(sort, capacity));
        for (at, operation) in (0..).zip(operations) {
            match operation {
                Op::Push(kind) => push_both(&mut rig, &mut model, at, kind),
                Op::Pop => prop_assert_eq!(rig.pop(), model.pop()),
                Op::Hold => {
                    rig.connector.hold();
                    model.gate = Some(model.left);
                }
                Op::Step => {
                    rig.connector.step();
                    model.step();
                }
                Op::Release => {
                    rig.connector.release();
                    model.gate = None;
                }
            }
            assert_same(&rig, &model);
        }
    }

    #[test]
    fn drop_policies_keep_brackets_in_balance(
        sort in prop::sample::select(vec![Sort::DropOldest, Sort::DropNewest]),
        capacity in 1_u32..12,
        takes in prop::collection::vec(0_usize..4, 1..200),
        groups in prop::collection::vec(0_usize..6, 1..60),
    ) {
        let mut stream = VecDeque::new();
        for (label, size) in (0..).zip(groups) {
            stream.push_back(Packet::open(label));
            stream.extend((0..size).map(|_| Packet::data(label)));
            stream.push_back(Packet::close(label));
        }
        let mut rig = Rig::new(sort, capacity, 1);
        let (mut open, mut seen) = (None, 0);
        let mut takes = takes.into_iter().cycle();
        while !stream.is_empty() || rig.reader.available() > 0 {
            while let Some(packet) = stream.pop_front() {
                if let Err(Refused::Full(packet)) = rig.writers[0].try_push(packet) {
                    stream.push_front(packet);
                    break;
                }
            }
            // At least one, or nothing would move.
            for _ in 0..=takes.next().unwrap_or(0) {
                let Some(packet) = rig.reader.try_pop() else { break };
                follow_group(&packet, &mut open, &mut seen);
            }
            rig.assert_counts();
        }
        prop_assert_eq!(open, None);
    }
}

/// Groups come one after the other, whole, each with data of its own only.
fn follow_group(packet: &Packet, open: &mut Option<i64>, seen: &mut i64) {
    let label = number(packet);
    if packet.is_open() {
        assert_eq!((*open, label), (None, *seen), "every group comes");
        *open = Some(label);
    } else {
        assert_eq!(*open, Some(label));
        if packet.is_close() {
            *open = None;
            *seen += 1;
        }
    }
}
