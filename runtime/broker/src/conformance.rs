//! What every back end must pass, as one set of tests.
//!
//! A back end is tested by a [`Bench`], which connects to a broker and can kill it, and by the cases of this module, which
//! the macro [`conformance!`](crate::conformance!) makes tests of. Their names cite the fault that they are about:
//!
//! | | fault | here |
//! |---|---|---|
//! | F1 | the lane is full, the reader slow | order kept, depth within the capacity |
//! | F2 | readers killed | nothing lost, twice or out of order with a store; nothing lost without |
//! | F3 | writers killed | the same |
//! | F4 | the broker killed | the same |
//! | F5 | the broker forgets which frames it has had | none takes effect twice |
//! | F6 | a reader stopped for longer than the broker waits; a writer stopped, replaced, and woken | the same |
//! | F7 | all of it, several writers, groups | no group torn, none mixed with another |
//! | F8 | groups over four readers that are killed | no group torn |
//! | F9 | writers that die just before the end | each reader sees one end, after everything |
//! | F12 | limits that would stop the lane | refused; and the tightest that are allowed never stop |
//! | F17 | credits lost | the lane goes on |

#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "these are tests: failing is what they are for"
)]

mod campaign;
pub mod cases;
mod lossy;
#[cfg(feature = "nats")]
mod nats;
mod parts;

use std::future::Future;

pub use campaign::{Campaign, Kills, Report};
#[cfg(feature = "nats")]
pub use nats::NatsServer;

use crate::link::BrokerLink;

/// A broker under test.
pub trait Bench: Send + Sync {
    /// Its link.
    type Link: BrokerLink;

    /// A new connection, as another worker makes one.
    fn connect(&self) -> impl Future<Output = Self::Link> + Send;

    /// Kills the broker and starts it again; `false` if this one cannot be killed.
    fn restart(&self) -> impl Future<Output = bool> + Send;

    /// Whether it refuses frames for no reason.
    fn is_rough(&self) -> bool {
        false
    }

    /// How many packets for each one of a quick test: more where that costs nothing.
    fn scale(&self) -> u64 {
        1
    }
}

/// Makes a module of tests, one for each case, each with a bench of its own.
///
/// `$bench` is an expression that gives a bench, or `None` where there is no such broker, having said so. `$clock` is
/// `paused` for brokers inside the process, `real` for others.
#[macro_export]
macro_rules! conformance {
    ($name:ident, $clock:ident, $bench:expr) => {
        mod $name {
            $crate::conformance!(@cases $clock, $bench,
                f1_full_lane_keeps_order_and_bound,
                f2_killed_readers_lose_and_repeat_nothing,
                f2_killed_readers_without_store_lose_nothing,
                f3_killed_writers_lose_and_repeat_nothing,
                f3_killed_writers_without_store_lose_nothing,
                f4_killed_broker_loses_and_repeats_nothing,
                f5_frames_that_the_broker_forgot_take_no_effect_twice,
                f6_stopped_reader_repeats_nothing,
                f6_stopped_writer_that_was_replaced_is_refused,
                f7_mixed_faults_keep_groups_of_several_writers_whole,
                f8_groups_over_several_readers_stay_whole,
                f9_ends_come_once_and_after_everything,
                f12_limits_that_stop_a_lane_are_refused,
                f12_tightest_limits_never_stop,
                f17_lost_credits_do_not_stop_a_lane,
            );
        }
    };
    (@cases $clock:ident, $bench:expr, $($case:ident,)*) => {
        $($crate::conformance!(@case $clock, $bench, $case);)*
    };
    (@case paused, $bench:expr, $case:ident) => {
        #[tokio::test(start_paused = true)]
        async fn $case() {
            $crate::conformance!(@run $bench, $case);
        }
    };
    (@case real, $bench:expr, $case:ident) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            $crate::conformance!(@run $bench, $case);
        }
    };
    (@run $bench:expr, $case:ident) => {
        if let Some(bench) = $bench.await {
            $crate::conformance::cases::$case(&bench).await;
        }
    };
}
