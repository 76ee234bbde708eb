//! Whether anything in a network can still move.
//!
//! A network is quiet when no island has anything to poll and no wake is on its way. An island counts as active from
//! before the wake that ends its rest becomes visible, and the waking side is active (or counts as something outside
//! that the network waits for) until after that; so the number of active islands never drops to zero while a wake is in
//! flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst, fence};

use tokio::sync::Notify;

/// Counts the active islands of one network and what they wait for outside it.
#[derive(Debug)]
pub(crate) struct Activity {
    active: AtomicUsize,
    /// Processes that something outside can wake: a timer, a socket, a file.
    external: AtomicUsize,
    /// How many times an island became active.
    turns: AtomicU64,
    /// Told when the last island goes to rest.
    quiet: Notify,
}

impl Activity {
    /// All islands start active.
    pub(crate) fn new(islands: usize) -> Self {
        Self {
            active: AtomicUsize::new(islands),
            external: AtomicUsize::new(0),
            turns: AtomicU64::new(0),
            quiet: Notify::new(),
        }
    }

    /// An island that rested has work.
    fn rise(&self) {
        self.turns.fetch_add(1, SeqCst);
        self.active.fetch_add(1, SeqCst);
    }

    /// An island has nothing to poll.
    fn rest(&self) {
        if self.active.fetch_sub(1, SeqCst) == 1 {
            self.quiet.notify_one();
        }
    }

    /// A process starts to wait for something outside.
    pub(crate) fn add_external(&self) {
        self.external.fetch_add(1, SeqCst);
    }

    /// A process waits for nothing outside any more.
    pub(crate) fn remove_external(&self) {
        self.external.fetch_sub(1, SeqCst);
    }

    /// Whoever waits for the last island to rest looks once more.
    pub(crate) fn look_again(&self) {
        self.quiet.notify_one();
    }

    /// Waits until the last island goes to rest.
    pub(crate) async fn quiet(&self) {
        self.quiet.notified().await;
    }

    /// Whether no island has anything to poll.
    pub(crate) fn is_quiet(&self) -> bool {
        self.active.load(SeqCst) == 0
    }

    /// Whether nothing can ever move again by itself: quiet, and nothing outside to wait for, in one instant.
    pub(crate) fn is_stuck(&self) -> bool {
        let turns = self.turns.load(SeqCst);
        self.is_quiet()
            && self.external.load(SeqCst) == 0
            && self.is_quiet()
            && self.turns.load(SeqCst) == turns
    }
}

/// Whether an island rests, in step with the count of the active ones.
#[derive(Debug)]
pub(crate) struct Rest {
    resting: AtomicBool,
    activity: Arc<Activity>,
}

impl Rest {
    /// An island of a network that has just been counted as active.
    pub(crate) const fn new(activity: Arc<Activity>) -> Self {
        Self {
            resting: AtomicBool::new(false),
            activity,
        }
    }

    /// The network's count.
    pub(crate) fn activity(&self) -> &Activity {
        &self.activity
    }

    /// The island has work, which was put where [`Rest::begin`] looks for it. Any thread may call this.
    ///
    /// True when it rested and nobody else has ended that: then it must be polled. It is counted before anybody can see that it does not rest: whoever is kept waiting between the two steps could
    /// otherwise let a busy network look quiet.
    pub(crate) fn end(&self) -> bool {
        // The work is out before we look; the island says that it rests before it looks for work.
        fence(SeqCst);
        if !self.resting.load(SeqCst) {
            return false;
        }
        self.activity.rise();
        let ended = self.resting.swap(false, SeqCst);
        if !ended {
            // Somebody else counted it.
            self.activity.rest();
        }
        ended
    }

    /// Rests, unless there is work after all. True when the island rests.
    pub(crate) fn begin(&self, has_work: impl FnOnce() -> bool) -> bool {
        self.resting.store(true, SeqCst);
        fence(SeqCst);
        let has_work = has_work();
        if has_work && self.resting.swap(false, SeqCst) {
            // Nobody else noticed; it never counted as resting.
            return false;
        }
        // With work: somebody counted it once more, which is taken back.
        self.activity.rest();
        !has_work
    }

    /// The island has ended for good.
    pub(crate) fn retire(&self) {
        self.activity.rest();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who sees that an island does not rest finds it counted.
    #[test]
    fn islands_are_counted_before_they_are_seen_awake() {
        const ROUNDS: usize = 20_000;
        let activity = Arc::new(Activity::new(1));
        let rest = Rest::new(Arc::clone(&activity));
        let round = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let sleeper = scope.spawn(|| {
                for at in 1..=ROUNDS {
                    assert!(rest.begin(|| false));
                    round.store(at, SeqCst);
                    while rest.resting.load(SeqCst) {
                        std::hint::spin_loop();
                    }
                    assert!(!activity.is_quiet(), "round {at}");
                }
            });
            for at in 1..=ROUNDS {
                while round.load(SeqCst) < at && !sleeper.is_finished() {
                    std::hint::spin_loop();
                }
                rest.end();
            }
        });
        assert_eq!(activity.active.load(SeqCst), 1);
    }

    #[test]
    fn work_that_came_meanwhile_ends_the_rest() {
        let activity = Arc::new(Activity::new(1));
        let rest = Rest::new(Arc::clone(&activity));
        assert!(!rest.begin(|| true));
        assert!(!activity.is_quiet());
        // Somebody else brought it.
        assert!(!rest.begin(|| {
            rest.end();
            true
        }));
        assert_eq!(activity.active.load(SeqCst), 1);
        assert!(rest.begin(|| false));
        assert!(activity.is_stuck());
        rest.end();
        rest.end();
        assert_eq!(activity.active.load(SeqCst), 1);
    }
}
