//! The two ends of a lane against everything that can go wrong, in random order (L0 of the fault tests).

use std::collections::BTreeSet;

use millstream_packet::{Packet, Value};
use proptest::prelude::*;

use super::support::config;
use super::world::{Faults, Plan, World};
use crate::lane::Tuning;

fn faults() -> impl Strategy<Value = Faults> {
    let rates = (
        0_u32..20,
        0_u32..10,
        0_u32..60,
        0_u32..20,
        0_u32..60,
        0_u32..20,
    );
    let kills = (0_u32..8, 0_u32..8, 0_u32..8);
    (rates, kills).prop_map(|(rates, kills)| Faults {
        refused: rates.0,
        unknown: rates.1,
        reordered: rates.2,
        redelivered: rates.3,
        credit_lost: rates.4,
        ack_lost: rates.5,
        writer_killed: kills.0,
        reader_killed: kills.1,
        broker_killed: kills.2,
    })
}

fn tuning() -> impl Strategy<Value = Tuning> {
    let limits = (1_u32..60, 1_u32..8, 0_u32..8, 0_u32..8, 1_u32..6);
    limits.prop_map(
        |(capacity, window, resequence, prefetch, frame_packets)| Tuning {
            window,
            resequence: window + resequence,
            prefetch: window + resequence + prefetch,
            frame_packets,
            ..Tuning::new(capacity)
        },
    )
}

fn plan() -> impl Strategy<Value = Plan> {
    let rest = (any::<u64>(), 0_i64..150, 0_i64..12, any::<bool>());
    (rest, tuning(), faults()).prop_map(|((seed, packets, group, counts), tuning, faults)| Plan {
        seed,
        packets,
        group,
        tuning: if counts {
            tuning
        } else {
            tuning.for_uncounted()
        },
        counts,
        stores: true,
        faults,
    })
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn with_stores_every_packet_takes_effect_once_and_in_order(plan in plan()) {
        let mut world = World::new(plan);
        prop_assert!(world.run(), "stalled: {}", world.tell());
        prop_assert_eq!(&world.logs[0], world.source());
    }

    #[test]
    fn without_stores_nothing_is_lost_or_out_of_order(plan in plan()) {
        let mut world = World::new(Plan { stores: false, ..plan });
        prop_assert!(world.run(), "stalled: {}", world.tell());
        nothing_lost(&world);
        in_order(&world);
        balanced(&world);
    }

    #[test]
    fn without_faults_nothing_is_sent_twice(plan in plan()) {
        let mut world = World::new(Plan { stores: false, faults: Faults::default(), ..plan });
        prop_assert!(world.run(), "stalled: {}", world.tell());
        prop_assert_eq!(&world.logs[0], world.source());
    }
}

fn numbers(world: &World) -> impl Iterator<Item = i64> {
    let packets = world.logs.iter().flatten();
    packets.filter_map(|packet| packet.value().and_then(Value::as_int))
}

fn nothing_lost(world: &World) {
    let seen: BTreeSet<i64> = numbers(world).collect();
    let data = world.source().iter().filter(|packet| packet.is_data());
    assert_eq!(seen.len(), data.count(), "{}", world.tell());
}

/// No number comes for the first time before those below it.
fn in_order(world: &World) {
    let mut next = 0;
    for number in numbers(world) {
        assert!(
            number <= next,
            "{number} came before {next}: {}",
            world.tell()
        );
        next = next.max(number + 1);
    }
}

/// What one reader hands on never closes more than it opens, and the last one closes all.
fn balanced(world: &World) {
    for (at, log) in world.logs.iter().enumerate() {
        let mut depth = 0;
        for packet in log {
            depth += i32::from(Packet::nesting(packet));
            assert!(depth >= 0, "{}", world.tell());
        }
        assert!(depth == 0 || at + 1 < world.logs.len(), "{}", world.tell());
    }
}
