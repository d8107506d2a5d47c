//! Named places where a test may kill the process, to show that a crash between any two steps is harmless.
//!
//! In debug builds `COPYTASTER_FAILPOINT=NAME:N` kills the process with SIGKILL the N-th time NAME is reached; release
//! builds contain nothing of it. The names, in the order in which a batch meets them: `fetched`, `applied`,
//! `committed`, `half_written`, `written`.

/// Says that a place was reached.
#[inline]
pub fn reach(name: &str) {
    #[cfg(debug_assertions)]
    debug::reach(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// Whether a test wants to die at this place; the caller then does half of its work first.
#[inline]
pub fn is_armed(name: &str) -> bool {
    #[cfg(debug_assertions)]
    return debug::is_armed(name);
    #[cfg(not(debug_assertions))]
    {
        let _ = name;
        false
    }
}

#[cfg(debug_assertions)]
mod debug {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicI64, Ordering};

    struct Point {
        name: String,
        left: AtomicI64,
    }

    fn point() -> Option<&'static Point> {
        static POINT: OnceLock<Option<Point>> = OnceLock::new();
        POINT
            .get_or_init(|| {
                let wish = std::env::var("COPYTASTER_FAILPOINT").ok()?;
                let (name, count) = wish.split_once(':')?;
                Some(Point { name: name.to_owned(), left: AtomicI64::new(count.parse().ok()?) })
            })
            .as_ref()
    }

    pub(super) fn is_armed(name: &str) -> bool {
        point().is_some_and(|p| p.name == name && p.left.load(Ordering::Relaxed) == 1)
    }

    pub(super) fn reach(name: &str) {
        let Some(point) = point().filter(|point| point.name == name) else { return };
        if point.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            let pid = std::process::id().to_string();
            // SIGKILL, as the kernel or an operator sends it: no destructor, no flush. This thread goes no further.
            drop(std::process::Command::new("kill").args(["-9", &pid]).status());
            loop {
                std::thread::park();
            }
        }
    }
}
