//! Runs one component alone: no engine, no graph.
//!
//! ```
//! use millstream_component::prelude::*;
//! use millstream_component::testing::Bench;
//!
//! /// Passes text on in upper case.
//! #[component(name = "doc/Shout")]
//! async fn shout(
//!     /// Text.
//!     #[port(name = "in")]
//!     mut input: In<Text>,
//!     /// The same text, louder.
//!     mut out: Out<Text>,
//! ) -> Result<(), Failure> {
//!     while let Some(text) = input.recv().await? {
//!         out.send(text.to_uppercase()).await?;
//!     }
//!     Ok(())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let outcome = Bench::of::<Shout>().input("in", ["quiet"]).run().await;
//! outcome.result.unwrap();
//! assert_eq!(outcome.outputs["out"], [Packet::data("QUIET")]);
//! # }
//! ```

mod bench;
mod contract;

pub use bench::{Bench, Outcome};
pub use contract::{
    Clock, cancels_midway, ends_on_empty_inputs, examples_hold, is_documented,
    is_silent_until_the_end,
};

/// Writes the tests that every component must pass.
///
/// It is documented, its examples hold at small and large capacities, it ends when its inputs are empty, its ports that are
/// `at_end` are silent until then, and it can be dropped midway.
///
/// Time is paused and jumps when nothing can move. `contract!(Exec, Real)` runs by the machine's clock, for components
/// that wait for programs, sockets or the file system.
#[macro_export]
macro_rules! contract {
    ($component:ty) => {
        $crate::contract!($component, Paused);
    };
    ($component:ty, $clock:ident) => {
        #[cfg(test)]
        mod contract {
            #[allow(unused_imports, reason = "the component may be named by a path")]
            use super::*;

            #[test]
            fn it_is_documented() {
                $crate::testing::is_documented::<$component>();
            }

            #[test]
            fn its_examples_hold() {
                $crate::testing::examples_hold::<$component>($crate::testing::Clock::$clock);
            }

            #[test]
            fn it_ends_on_empty_inputs() {
                $crate::testing::ends_on_empty_inputs::<$component>($crate::testing::Clock::$clock);
            }

            #[test]
            fn its_ports_at_the_end_are_silent_until_then() {
                $crate::testing::is_silent_until_the_end::<$component>(
                    $crate::testing::Clock::$clock,
                );
            }

            #[test]
            fn it_can_be_dropped_midway() {
                $crate::testing::cancels_midway::<$component>($crate::testing::Clock::$clock);
            }
        }
    };
}
