//! Which core runs the server, and which the generator.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Two cores of those that this process may use: one for the server under test, one for the generator.
pub(crate) struct Cores {
    all: CpuSet,
    pair: Option<(usize, usize)>,
}

impl Cores {
    /// Looks at the cores that this process may use, and pins the calling thread, which is the generator's only one,
    /// to the second of them.
    pub(crate) fn find() -> Self {
        let all = sched_getaffinity(None).unwrap_or_else(|_| CpuSet::new());
        let mut usable = (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core));
        let pair = usable
            .next()
            .zip(usable.next())
            .filter(|(_, generator)| pin(&only(*generator)));
        Self { all, pair }
    }

    /// How many cores this process may use.
    pub(crate) fn count(&self) -> usize {
        (self.all.count() as usize).max(1)
    }

    /// The server's core and the generator's, when both are pinned.
    pub(crate) const fn pair(&self) -> Option<(usize, usize)> {
        self.pair
    }

    /// Starts something on the server's core: a child inherits the core of the thread that starts it.
    pub(crate) fn on_the_servers<T>(&self, start: impl FnOnce() -> T) -> T {
        let Some((server, generator)) = self.pair else {
            return start();
        };
        pin(&only(server));
        let started = start();
        pin(&only(generator));
        started
    }

    /// Lets the calling thread run anywhere: for what is prepared while nothing is timed.
    pub(crate) fn anywhere(&self) {
        if self.pair.is_some() {
            pin(&self.all);
        }
    }
}

fn only(core: usize) -> CpuSet {
    let mut set = CpuSet::new();
    set.set(core);
    set
}

fn pin(set: &CpuSet) -> bool {
    sched_setaffinity(None, set).is_ok()
}
