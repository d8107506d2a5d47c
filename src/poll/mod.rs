//! Decides when and how to fetch, politely, and fetches: the only stage on the way of the news that knows the network
//! and the clock.
//!
//! The thinking is pure: [`schedule`] says whose turn it is, [`interval`] how long a feed rests, [`politeness`] what a
//! server asks for, [`pace`] how fast a backlog goes, [`outcome`] what an answer means, [`address`] what may be reached. Fetches run side by side, so
//! answers leave in the order in which they are complete. A feed is never fetched again before its batch is committed,
//! and a full way out stops the fetching.
//! On a simulated clock there is one fetch at a time and time stands still until its batch is committed, so a
//! simulated day has one order only.

mod access;
pub mod address;
mod client;
mod failure;
mod fetch;
mod inflate;
pub mod interval;
mod memory;
mod once;
pub mod outcome;
pub mod pace;
mod packed;
mod pages;
pub mod politeness;
mod poller;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod properties;
mod robots;
mod roll;
mod round;
mod routes;
pub mod schedule;
mod sites;
mod slot;
mod states;
mod timetable;
mod visit;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::news::{Batch, Committed, Feed, Fetched};

pub use self::access::Access;
pub use self::fetch::{Error, Turn};
pub use self::inflate::{BodyError, decoded};
pub use self::memory::{Remembered, remembered};
pub use self::once::{Guest, once};
pub use self::pages::{ArticlePage, NoPage, PageWish};
pub use self::poller::Poller;
pub use self::states::States;
pub use self::timetable::Said;
pub use self::visit::{REQUESTS_MAX, Visitor, What};

/// What becomes of items that were published before the first poll of their feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backfill {
    /// All are told.
    All,
    /// Those of the last hours are told, older ones are remembered and counted.
    Last(Duration),
}

/// Limits of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// To connect, TLS included.
    pub connect: Duration,
    /// From then to the answer's first line.
    pub first_byte: Duration,
    /// A body slower than 1 KB/s over this long is given up.
    pub idle: Duration,
    /// For all of it.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(15),
            idle: Duration::from_secs(10),
            total: Duration::from_secs(30),
        }
    }
}

/// How to poll.
#[derive(Clone, Debug)]
pub struct Config {
    /// Sent with every request; should name a way to reach whoever runs this: see [`user_agent`].
    pub user_agent: String,
    /// How often a feed is fetched on average, where it has no interval of its own.
    pub interval: Duration,
    /// No feed is fetched more often.
    pub interval_min: Duration,
    /// Requests at once.
    pub in_flight: usize,
    /// Requests at once to one host.
    pub host_in_flight: usize,
    /// Time between two requests to one host.
    pub host_spacing: Duration,
    /// What is told of the past on the first poll of a feed.
    pub backfill: Backfill,
    /// Private addresses that may be reached all the same.
    pub allow_private: Vec<address::Allowed>,
    /// Largest body on the wire; decoded it may be twice as large.
    pub body_bytes_max: u64,
    /// Limits of one request.
    pub limits: Limits,
    /// Credentials, certificates and proxies.
    pub access: Access,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            user_agent: user_agent(None),
            interval: Duration::from_mins(15),
            interval_min: Duration::from_mins(5),
            in_flight: 64,
            host_in_flight: 1,
            host_spacing: Duration::from_secs(2),
            backfill: Backfill::Last(Duration::from_hours(24)),
            allow_private: Vec::new(),
            body_bytes_max: 10_000_000,
            limits: Limits::default(),
            access: Access::default(),
        }
    }
}

/// An honest name: program, version, and where to complain.
pub fn user_agent(contact: Option<&str>) -> String {
    let contact = contact.unwrap_or(env!("CARGO_PKG_REPOSITORY"));
    format!("copytaster/{} (+{contact})", env!("CARGO_PKG_VERSION"))
}

/// One poll's result: one for each, also for 304, an equal body and a failure; the body only where it is to be read.
#[derive(Clone, Debug)]
pub struct Polled {
    /// Everything but the items.
    pub batch: Batch<()>,
    /// The body to be read.
    pub body: Option<Fetched>,
    /// The body that is not read because it is that of the last poll once more.
    pub same: Option<Fetched>,
    /// Held by a large body until it has been read.
    pub turn: Option<Turn>,
}

/// What the wiring tells a running poller.
#[derive(Clone, Debug)]
pub enum Control {
    /// From now on these are the feeds, in the order of the configuration.
    Feeds(Vec<Arc<Feed>>),
    /// From now on servers are reached so. Feeds that failed and are let in differently are tried again at once.
    ///
    /// Comes before the feeds it is for: a pass is bound to its own address, so for a moment it opens nothing.
    Access(Box<Access>),
}

/// How long a stop waits for answers to requests that were sent: a server that was asked should not be asked again at once.
/// Most answer sooner, and a stop takes no second.
const ANSWERS_WAIT_MAX: Duration = Duration::from_millis(750);

/// Answers and commits taken before the next polls are started.
const AT_ONCE: usize = 64;

/// Polls until `stop`, or until a simulated clock ends; then drops `out`, which tells the next stage.
///
/// Also ends when nobody takes the batches or nobody commits them any more. After `stop`, answers under way are waited for
/// a moment; what has not come by then is dropped: uncommitted, so it is fetched again.
pub async fn run(
    mut poller: Poller,
    out: mpsc::Sender<Polled>,
    mut committed: mpsc::Receiver<Committed>,
    mut control: mpsc::Receiver<Control>,
    stop: CancellationToken,
) {
    let clock = poller.clock().clone();
    let (mut tasks, mut pages) = (JoinSet::new(), JoinSet::new());
    let mut ready: VecDeque<Polled> = VecDeque::new();
    let mut is_controlled = true;
    let mut wishes = poller.wishes.take();
    loop {
        // What is there already is taken together: waking for each costs more than taking it.
        for _ in 0..AT_ONCE {
            let Ok(done) = committed.try_recv() else { break };
            poller.committed(done);
        }
        for _ in 0..AT_ONCE {
            let Some(arrival) = tasks.try_join_next_with_id() else { break };
            ready.extend(poller.arrived(arrival));
        }
        while !ready.is_empty()
            && let Ok(place) = out.try_reserve()
        {
            hand_on(place, &mut ready);
        }
        poller.start_due(&mut tasks, &mut pages, ready.len());
        if poller.is_over(ready.len()) {
            break;
        }
        let wake = poller.wake(ready.len());
        tokio::select! {
            biased;
            () = stop.cancelled() => {
                finish(&mut poller, &mut tasks, &mut ready, (&out, &mut committed)).await;
                break;
            }
            order = control.recv(), if is_controlled => match order {
                Some(order) => poller.obey(order),
                None => is_controlled = false,
            },
            done = committed.recv() => {
                let Some(done) = done else { break };
                poller.committed(done);
            }
            place = out.reserve(), if !ready.is_empty() => {
                let Ok(place) = place else { break };
                hand_on(place, &mut ready);
            }
            Some(arrival) = tasks.join_next_with_id() => ready.extend(poller.arrived(arrival)),
            Some(arrival) = pages.join_next_with_id() => poller.page_arrived(arrival, &mut pages),
            wish = next_wish(&mut wishes) => match wish {
                Some(wish) => poller.wish(wish, &mut pages),
                None => wishes = None,
            },
            () = clock.sleep_until(wake.unwrap_or(jiff::Timestamp::MAX)), if wake.is_some() => {}
        }
    }
    tasks.shutdown().await;
    pages.shutdown().await;
}

/// Gives the first that is ready to the next stage.
fn hand_on(place: mpsc::Permit<'_, Polled>, ready: &mut VecDeque<Polled>) {
    if let Some(polled) = ready.pop_front() {
        place.send(polled);
    }
}

/// Takes the answers that are still to come, and hands on what came. Starts nothing.
async fn finish(
    poller: &mut Poller,
    tasks: &mut poller::Tasks,
    ready: &mut VecDeque<Polled>,
    (out, committed): (&mpsc::Sender<Polled>, &mut mpsc::Receiver<Committed>),
) {
    let deadline = tokio::time::sleep(ANSWERS_WAIT_MAX);
    tokio::pin!(deadline);
    while !tasks.is_empty() || !ready.is_empty() {
        tokio::select! {
            biased;
            () = &mut deadline => break,
            // Nobody is held up by commits that this one does not take.
            done = committed.recv() => {
                let Some(done) = done else { break };
                poller.committed(done);
            }
            place = out.reserve(), if !ready.is_empty() => {
                let Ok(place) = place else { break };
                hand_on(place, ready);
            }
            Some(arrival) = tasks.join_next_with_id() => ready.extend(poller.arrived(arrival)),
        }
    }
}

/// The next page that somebody wants; never comes where nobody can ask.
async fn next_wish(wishes: &mut Option<mpsc::Receiver<PageWish>>) -> Option<PageWish> {
    match wishes {
        Some(wishes) => wishes.recv().await,
        None => std::future::pending().await,
    }
}
