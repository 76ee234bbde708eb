//! The ring: slots of four words that a packet enters and leaves word by word.
//!
//! A slot belongs to the writer from the moment it sees that the reader has moved on past it until it publishes, and to
//! the reader from then on until it moves its head past it. Head and tail are the only things both look at; the slots
//! themselves are plain memory, because a plain move of a packet is two loads and two stores of sixteen bytes, and every
//! other way of moving it (word by word, or words into a wider move) makes processors wait for their own stores.
#![expect(
    unsafe_code,
    reason = "slots pass from one end to the other by the rules above"
)]

use std::mem::MaybeUninit;
use std::sync::{Arc, OnceLock};

use millstream_packet::Packet;

use crate::sync::SharedCell;

/// Slots for at least `capacity` packets, a power of two, made when the first packet comes.
#[derive(Debug)]
pub(crate) struct Ring {
    slots: OnceLock<Slots>,
    count: usize,
}

/// The slots of a ring; each end keeps its own reference, so that a hand-over looks at nothing else.
#[derive(Debug, Clone)]
pub(crate) struct Slots(Arc<[Slot]>);

struct Slot(SharedCell<MaybeUninit<Packet>>);

// SAFETY: a slot is touched by one end at a time; head and tail hand it over with release and acquire.
unsafe impl Sync for Slot {}

impl Ring {
    pub(crate) fn new(capacity: u32) -> Self {
        Self {
            slots: OnceLock::new(),
            count: capacity.next_power_of_two() as usize,
        }
    }

    /// The slots; made now if they are not there yet.
    pub(crate) fn slots(&self) -> &Slots {
        self.slots.get_or_init(|| {
            let empty = || Slot(SharedCell::new(MaybeUninit::uninit()));
            Slots((0..self.count).map(|_| empty()).collect())
        })
    }
}

impl Slots {
    #[inline(always)]
    fn slot(&self, sequence: u64) -> &Slot {
        // The number of slots is a power of two.
        #[expect(clippy::cast_possible_truncation, reason = "only the low bits matter")]
        let at = sequence as usize & (self.0.len() - 1);
        &self.0[at]
    }

    /// Writes a packet into the slot of a sequence number.
    ///
    /// # Safety
    ///
    /// The caller is the only one who writes to the ring, publishes `sequence` with a release store afterwards, and has
    /// seen by an acquire load that the reader is past the packet that used the slot before.
    #[inline(always)]
    pub(crate) unsafe fn put(&self, sequence: u64, packet: Packet) {
        // SAFETY: the slot is the writer's. What was in it has been taken, so nothing is overwritten that needs a drop.
        self.slot(sequence)
            .0
            .with_mut(|slot| unsafe { slot.write(MaybeUninit::new(packet)) });
    }

    /// Takes the packet of a sequence number out of its slot.
    ///
    /// # Safety
    ///
    /// `sequence` was published by a release store after [`Slots::put`] which this thread has seen by an acquire load,
    /// its slot was not put again since, and no one else takes this sequence number.
    #[inline(always)]
    pub(crate) unsafe fn take(&self, sequence: u64) -> Packet {
        // SAFETY: the slot is the reader's and holds a packet that is read this once.
        self.slot(sequence)
            .0
            .with_mut(|slot| unsafe { (*slot).assume_init_read() })
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slot")
    }
}
