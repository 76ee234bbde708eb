//! The ring: slots that a packet enters and leaves whole.
//!
//! A slot belongs to the writer from the moment it sees that the reader has moved on past it until it publishes, and to
//! the reader from then on until it moves its head past it. Head and tail are the only things both look at; the slots
//! themselves are plain memory. A packet leaves its slot word by word: a processor hands on a word that it has just stored
//! at once, whatever the width of the store, but a wider load of several stores has to wait until they reached the cache.
#![expect(
    unsafe_code,
    reason = "slots pass from one end to the other by the rules above"
)]

use std::mem::{MaybeUninit, transmute};
use std::ptr::NonNull;
use std::sync::OnceLock;

use millstream_packet::Packet;

use crate::sync::SharedCell;

/// Slots for at least `capacity` packets, a power of two, made when the first packet comes.
#[derive(Debug)]
pub(crate) struct Ring {
    slots: OnceLock<Box<[Slot]>>,
    count: usize,
}

/// A quarter of a packet.
type Word = MaybeUninit<*const ()>;

struct Slot(SharedCell<MaybeUninit<Packet>>);

// SAFETY: a slot is touched by one end at a time; head and tail hand it over with release and acquire.
unsafe impl Sync for Slot {}

/// The slots as one end keeps them: an address and a mask, so that a hand-over looks at nothing else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    slots: NonNull<Slot>,
    mask: u64,
}

// SAFETY: a window is an address; what may be done with it is said at its methods.
unsafe impl Send for Window {}
// SAFETY: as above.
unsafe impl Sync for Window {}

impl Ring {
    pub(crate) fn new(capacity: u32) -> Self {
        Self {
            slots: OnceLock::new(),
            count: capacity.next_power_of_two() as usize,
        }
    }

    /// A window on the slots, which are made now if they are not there yet. It must not be used after the ring has gone.
    pub(crate) fn window(&self) -> Window {
        let slots = self.slots.get_or_init(|| {
            let empty = || Slot(SharedCell::new(MaybeUninit::uninit()));
            (0..self.count).map(|_| empty()).collect()
        });
        Window {
            slots: NonNull::from(&**slots).cast(),
            mask: self.count as u64 - 1,
        }
    }
}

impl Window {
    /// A window on nothing, until the first packet comes.
    pub(crate) const NONE: Self = Self {
        slots: NonNull::dangling(),
        mask: 0,
    };

    /// # Safety
    ///
    /// The window came from [`Ring::window`] and its ring is still there.
    #[inline(always)]
    unsafe fn slot(&self, sequence: u64) -> &Slot {
        // The number of slots is a power of two that fits memory.
        #[expect(clippy::cast_possible_truncation, reason = "masked")]
        let at = (sequence & self.mask) as usize;
        // SAFETY: the mask is the number of slots less one, so this is one of them.
        unsafe { self.slots.add(at).as_ref() }
    }

    /// Writes a packet into the slot of a sequence number.
    ///
    /// # Safety
    ///
    /// The window came from [`Ring::window`] and its ring is still there. The caller is the only one who writes to the
    /// ring, publishes `sequence` with a release store afterwards, and has seen by an acquire load that the reader is past
    /// the packet that used the slot before.
    #[inline(always)]
    pub(crate) unsafe fn put(&self, sequence: u64, packet: Packet) {
        // SAFETY: the slot is the writer's. What was in it has been taken, so nothing is overwritten that needs a drop.
        // Volatile as in `take`.
        unsafe {
            let words = transmute::<Packet, [Word; 4]>(packet);
            self.slot(sequence).0.with_mut(|slot| {
                let put = |at: usize| slot.cast::<Word>().add(at).write_volatile(words[at]);
                (0..words.len()).for_each(put);
            });
        }
    }

    /// Takes the packet of a sequence number out of its slot.
    ///
    /// # Safety
    ///
    /// The window came from [`Ring::window`] and its ring is still there. `sequence` was published by a release store
    /// after [`Window::put`] which this thread has seen by an acquire load, its slot was not put again since, and no one
    /// else takes this sequence number.
    #[inline(always)]
    pub(crate) unsafe fn take(&self, sequence: u64) -> Packet {
        // SAFETY: the slot is the reader's and holds a packet that is read this once. Volatile, so that the compiler does not
        // make wide loads of these; as pointers, so that those inside keep what they point to.
        unsafe {
            self.slot(sequence).0.with_mut(|slot| {
                let word = |at| slot.cast::<Word>().add(at).read_volatile();
                transmute::<[Word; 4], Packet>([word(0), word(1), word(2), word(3)])
            })
        }
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slot")
    }
}
