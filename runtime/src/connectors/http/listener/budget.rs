//! The memory that all request bodies of the process together may take (flows part 3, section 2.5).

use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of all bodies that are held at one time.
const BUDGET: usize = 1 << 30;

static HELD: AtomicUsize = AtomicUsize::new(0);

/// A share of the budget, given back when dropped.
#[derive(Debug, Default)]
pub struct Reserved(usize);

impl Reserved {
    /// Takes more bytes; `false` if the budget has not that many left.
    #[must_use]
    pub fn grow(&mut self, bytes: usize) -> bool {
        let fits = |held: usize| held.checked_add(bytes).filter(|total| *total <= BUDGET);
        let taken = HELD.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok();
        self.0 += if taken { bytes } else { 0 };
        taken
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        HELD.fetch_sub(self.0, Ordering::Relaxed);
    }
}
