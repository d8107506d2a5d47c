//! Named places where a test may kill the process, to show that a crash between any two steps is harmless.
//!
//! In debug builds `COPYTASTER_FAILPOINT=NAME:N` kills the process with SIGKILL the N-th time NAME is reached; release
//! builds contain nothing of it. The names, in the order in which a batch meets them: `parsing`, `fetched`, `archived`, `applied`,
//! `committed`, `half_written`, `written`.
//!
//! `COPYTASTER_POISON=HARM:WORD` makes the reading of every body that holds WORD harmful: `abort`, `spin` (for ever),
//! `burn` (two and a half seconds) or `hog` (memory without end).

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

/// Does to the process what a test wants a body to do to it.
#[inline]
pub fn poison(body: &[u8]) {
    #[cfg(debug_assertions)]
    debug::poison(body);
    #[cfg(not(debug_assertions))]
    let _ = body;
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

    /// Longer than a parse may take, shorter than a child may.
    const BURN_SECONDS: i64 = 2;
    const BURN_NANOS: i64 = 500_000_000;

    pub(super) fn poison(body: &[u8]) {
        let Ok(wish) = std::env::var("COPYTASTER_POISON") else { return };
        let Some((harm, word)) = wish.split_once(':') else { return };
        if word.is_empty() || !body.windows(word.len()).any(|part| part == word.as_bytes()) {
            return;
        }
        match harm {
            "abort" => std::process::abort(),
            "spin" => loop {
                std::hint::spin_loop();
            },
            "burn" => burn(),
            "hog" => hog(),
            _ => {}
        }
    }

    fn burn() {
        use rustix::time::{ClockId, clock_gettime};
        let start = clock_gettime(ClockId::ThreadCPUTime);
        loop {
            let now = clock_gettime(ClockId::ThreadCPUTime);
            let (seconds, nanos) = (now.tv_sec - start.tv_sec, now.tv_nsec - start.tv_nsec);
            if seconds * 1_000_000_000 + nanos > BURN_SECONDS * 1_000_000_000 + BURN_NANOS {
                return;
            }
        }
    }

    fn hog() {
        let mut held: Vec<Vec<u8>> = Vec::new();
        loop {
            held.push(vec![1; 16 << 20]);
            std::hint::black_box(&held);
        }
    }
}
