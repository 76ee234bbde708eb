//! The `core` family: the structure of the flow.
//!
//! Sources of a few packets, ways to join, share out and end streams, groups, order, and time. None of these looks into
//! a packet further than the fields that a setting `by` names.

use millstream_component::{DuplicateName, Registry};

mod balance;
mod batch;
mod collate;
mod concat;
mod copy;
mod count;
mod dedupe;
mod delay;
mod drop;
mod fail;
mod gate;
mod group;
mod join;
mod kick;
mod repeat;
mod route;
mod sequence;
mod skip;
mod sort;
mod take;
mod throttle;
mod unbatch;
mod ungroup;

mod by;
pub(crate) mod deadline;
mod open_groups;

pub use balance::Balance;
pub use batch::Batch;
pub use collate::Collate;
pub use concat::Concat;
pub use copy::Copy;
pub use count::Count;
pub use dedupe::Dedupe;
pub use delay::Delay;
pub use drop::Drop;
pub use fail::Fail;
pub use gate::Gate;
pub use group::Group;
pub use join::Join;
pub use kick::Kick;
pub use repeat::Repeat;
pub use route::Route;
pub use sequence::Sequence;
pub use skip::Skip;
pub use sort::Sort;
pub use take::Take;
pub use throttle::Throttle;
pub use unbatch::Unbatch;
pub use ungroup::Ungroup;

/// Adds the family's components.
///
/// # Errors
///
/// Fails when a name is taken.
pub fn register(registry: &mut Registry) -> Result<(), DuplicateName> {
    registry.add::<Repeat>()?;
    registry.add::<Drop>()?;
    registry.add::<Kick>()?;
    registry.add::<Sequence>()?;
    registry.add::<Copy>()?;
    registry.add::<Concat>()?;
    registry.add::<Collate>()?;
    registry.add::<Join>()?;
    registry.add::<Balance>()?;
    registry.add::<Route>()?;
    registry.add::<Take>()?;
    registry.add::<Skip>()?;
    registry.add::<Count>()?;
    registry.add::<Sort>()?;
    registry.add::<Batch>()?;
    registry.add::<Unbatch>()?;
    registry.add::<Group>()?;
    registry.add::<Ungroup>()?;
    registry.add::<Delay>()?;
    registry.add::<Throttle>()?;
    registry.add::<Dedupe>()?;
    registry.add::<Gate>()?;
    registry.add::<Fail>()?;
    Ok(())
}
