//! The ring: slots of four words that a packet enters and leaves word by word.
//!
//! Slots are atomics, so even a wrong use of the ring is never a data race; what keeps a packet from being taken twice
//! is the discipline of the two ends (see [`Ring::take`]).
#![expect(
    unsafe_code,
    reason = "packets are made again of the words that went in"
)]

use std::sync::OnceLock;

use millstream_packet::Packet;

use crate::sync::{AtomicU64, Ordering::Relaxed};

/// Slots for at least `capacity` packets, a power of two, made when the first packet comes.
#[derive(Debug)]
pub(crate) struct Ring {
    slots: OnceLock<Box<[Slot]>>,
    /// Number of slots less one.
    mask: usize,
}

#[derive(Debug)]
struct Slot([AtomicU64; 4]);

impl Ring {
    pub(crate) fn new(capacity: u32) -> Self {
        let slots = capacity.next_power_of_two() as usize;
        Self {
            slots: OnceLock::new(),
            mask: slots - 1,
        }
    }

    #[inline]
    fn slot(&self, sequence: u64) -> &Slot {
        let slots = self.slots.get_or_init(|| self.make_slots());
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the mask keeps the low bits only"
        )]
        &slots[sequence as usize & self.mask]
    }

    #[cold]
    fn make_slots(&self) -> Box<[Slot]> {
        (0..=self.mask)
            .map(|_| Slot(std::array::from_fn(|_| AtomicU64::new(0))))
            .collect()
    }

    /// Writes a packet into the slot of a sequence number.
    ///
    /// The caller is the only one who writes this sequence number, and publishes it with a release store afterwards.
    /// A packet overwritten before it was taken is leaked, never freed twice.
    #[inline]
    pub(crate) fn put(&self, sequence: u64, packet: Packet) {
        let slot = self.slot(sequence);
        for (word, value) in slot.0.iter().zip(packet.into_words()) {
            word.store(value, Relaxed);
        }
    }

    /// Takes the packet of a sequence number out of its slot.
    ///
    /// # Safety
    ///
    /// `sequence` was published by a release store after [`Ring::put`] which this thread has seen by an acquire load,
    /// its slot was not put again since, and no one else takes this sequence number.
    #[inline]
    pub(crate) unsafe fn take(&self, sequence: u64) -> Packet {
        let slot = self.slot(sequence);
        let words = std::array::from_fn(|at| slot.0[at].load(Relaxed));
        // SAFETY: the words are those of one whole put, and the caller is the only one who takes them.
        unsafe { Packet::from_words(words) }
    }
}
