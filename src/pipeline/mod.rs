//! THE wiring: channels, tasks, threads, shutdown and its deadline. Nowhere else spawns or makes a channel.
//!
//! Born from sink to source, so each stage has its way out; ended from source to sink, so nothing in flight is lost.
//! Order is kept: a place in line is reserved before a body goes to the readers, and the writer takes them in line.
//!
//! ```text
//! poll (task) ──Polled──► readers (2 threads) ──Batch<Article>──► writer (thread) ──Group──► sink (thread)
//!    ▲                                                               │      ▲                    │
//!    └────────────────────────── Committed ──────────────────────────┘      └───── written ──────┘
//!                                                             wake │ ▲ received
//!                                                                  ▼ │
//!                                          store (read) ──Queued──► alerts (task)
//! ```
//!
//! A batch whose articles want their pages leaves the line, has them fetched by the poller and read by the readers, and
//! comes back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::news::{Committed, Feed, Line, Stream};
use crate::poll::{self, PageWish, Polled};
use crate::sink;
use crate::tables::Tables;
use crate::telemetry::Counters;
use crate::writer::Group;
use crate::{parse, store};

pub mod again;
mod alerts;
mod archive;
mod breaker;
pub mod child;
mod discover;
mod foreign;
mod look;
mod pages;
mod read;
mod readers;
pub mod replay;
mod setup;
mod sinking;
mod write;

use alerts::Alerts;
use archive::Ready;
use pages::Pages;
use readers::{Place, Shared, in_order, line_up, readers};
use sinking::Sink;
use write::{WaysOut, Write};

pub use alerts::{Following, SharedRoutes};
pub use breaker::Breaker;
pub use discover::{Discovered, Found, How, Tried, discover};
pub use look::{Content, Looked, look};
pub use pages::{FullText, SharedFullText};
pub use setup::{Opened, Settings, StartError, open};

/// Polled bodies in line between poller and writer; more would only be lost in a crash and fetched again.
const LINE_UP: usize = 16;

/// Polls in line, most of which bring no body: each is a state to be committed, a few hundred bytes.
const POLLS_MAX: usize = 256;

/// Threads that parse and enrich.
const READERS: usize = 2;

/// Stack of a reading thread: the guard's depth limit needs a fraction of it.
const READER_STACK_BYTES: usize = 8 * 1024 * 1024;

/// Groups between writer and sink: one being written, one waiting. A stuck disk stops the writer, and so the poller.
const GROUPS_WAITING: usize = 1;

/// How long a group gathers after its first batch; with none a group is one batch.
pub const GROUP_WAIT: Duration = Duration::from_millis(200);

/// Longest silence of the writer: ticks, pruning and the watchdog need it to wake.
const IDLE_MAX: Duration = Duration::from_secs(1);

/// How often old rows and files are looked for; each look does a bounded piece of work.
const PRUNE_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Seconds that the batch at the head of the line is waited for. Beats are counted, not a deadline, so that a
/// suspended machine is not taken for a stuck reader.
const STUCK_BEATS: u32 = 90;

/// How long a full disk is left alone before the same bytes are tried again.
const FULL_DISK_WAIT: Duration = Duration::from_secs(1);

/// How long a shutdown may take until it is abandoned; what was committed is redone at the next start.
pub const SHUTDOWN_MAX: Duration = Duration::from_secs(20);

/// What ended a run badly.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The output failed.
    #[error(transparent)]
    Sink(#[from] sink::Error),
    /// The poller could not be set up.
    #[error(transparent)]
    Poll(#[from] poll::Error),
    /// A stage ended without saying why.
    #[error("the {0} stage panicked; what was committed is redone at the next start")]
    Panicked(&'static str),
    /// A body is read without end.
    #[error(
        "a body has been read for more than a minute and does not come to an end; the next start reads it in a child"
    )]
    Stuck,
    /// The deadline passed.
    #[error("stopped after {0:?} with work under way; the next start redoes it")]
    Deadline(Duration),
    /// The disk stayed full until the end.
    #[error(
        "stopped with {0} lines committed but not written: the disk is full; the next start writes them"
    )]
    Unwritten(usize),
}

/// Everything a run needs, opened and ready.
#[derive(Debug)]
pub struct Plan {
    /// Where time comes from.
    pub clock: Clock,
    /// The poller's rules.
    pub poll: poll::Config,
    /// The feeds.
    pub feeds: Vec<Arc<Feed>>,
    /// What the store remembers of them.
    pub states: poll::States,
    /// The reader's limits.
    pub parse: parse::Config,
    /// Knowledge, replaced whole on reload.
    pub tables: Arc<RwLock<Arc<Tables>>>,
    /// Whose pages are read, replaced whole on reload.
    pub full_text: SharedFullText,
    /// How long a group gathers.
    pub group_wait: Duration,
    /// Counted for the summary line.
    pub counters: Arc<Counters>,
}

/// What a run is told while it goes on.
#[derive(Debug)]
pub struct Controls {
    /// Ends the poller; the rest drains.
    pub stop: CancellationToken,
    /// New feeds after a reload.
    pub feeds: mpsc::Receiver<poll::Control>,
    /// What is followed after a reload.
    pub follow: mpsc::Receiver<Following>,
}

/// Looks at lines once they stand in the files.
pub type Observer = Box<dyn FnMut(&[Line]) + Send>;

/// Beats of the stages that must not stand still; the watchdog compares them.
#[derive(Debug, Default)]
pub struct Pulse {
    writer: AtomicU64,
    sink: AtomicU64,
}

impl Pulse {
    /// Both beats.
    pub fn read(&self) -> (u64, u64) {
        (self.writer.load(Ordering::Relaxed), self.sink.load(Ordering::Relaxed))
    }
}

/// Runs until the poller ends, then drains. Returns the first thing that went wrong, if anything did.
pub async fn run(
    plan: Plan,
    opened: Opened,
    controls: Controls,
    observer: Observer,
    pulse: Arc<Pulse>,
) -> Result<(), Error> {
    let Plan { clock, poll, feeds, states, parse, tables, full_text, group_wait, counters } = plan;
    let Opened { writer, files, breaker, store, archive, routes } = opened;
    let is_archived = archive.is_some();
    let mut stages: JoinSet<Result<(), Error>> = JoinSet::new();
    let handle = tokio::runtime::Handle::current();

    let (to_sink, groups) = std::sync::mpsc::sync_channel::<Group>(GROUPS_WAITING);
    let (to_writer, written) = std::sync::mpsc::channel::<Vec<(Stream, u64)>>();
    let stop = controls.stop.clone();
    let beat = Arc::clone(&pulse);
    let sink = Sink { files, observer, stop, pulse: beat, clock: clock.clone(), pruned: None };
    thread(&mut stages, "sink", READER_STACK_BYTES, move || sink.run(&groups, &to_writer));

    let (to_group, batches) = mpsc::channel::<Ready>(POLLS_MAX);
    let (to_poll, committed) = mpsc::channel::<Committed>(POLLS_MAX);
    let (to_alerts, wake) = mpsc::channel::<()>(1);
    let (done, alerts_done) = std::sync::mpsc::channel::<u64>();
    let alerts = Alerts {
        store: store.clone(),
        clock: clock.clone(),
        routes: Arc::clone(&routes),
        wake,
        done,
    };
    stages.spawn(alerts.run());
    let write = Write {
        writer,
        clock: clock.clone(),
        group_wait,
        counters: Arc::clone(&counters),
        pulse,
        stop: controls.stop.clone(),
        pruned: None,
        archive,
        follow: controls.follow,
        routes,
    };
    let out = WaysOut { to_sink, written, to_poll, to_alerts, alerts_done };
    thread(&mut stages, "writer", READER_STACK_BYTES, move || write.run(&handle, batches, out));

    let (answer, answers) = mpsc::channel::<Polled>(LINE_UP);
    let (in_line, line) = mpsc::channel::<Place>(POLLS_MAX);
    let shared = Shared { breaker, parse, tables, full_text, store, is_archived };
    let jobs = readers(&mut stages, &shared);
    let (wish, wishes) = mpsc::channel::<PageWish>(LINE_UP);
    stages.spawn(in_order(line, to_group, Pages::new(wish, jobs.clone())));
    stages.spawn(line_up(answers, jobs, in_line, is_archived));

    let poller = poll::Poller::new(poll, feeds, states, clock)?.with_pages(wishes);
    let stop = controls.stop;
    let poll_stop = stop.clone();
    stages.spawn(async move {
        poll::run(poller, answer, committed, controls.feeds, poll_stop).await;
        Ok(())
    });
    drain(stages, stop).await
}

/// Waits for all stages; after the stop or the first failure for no longer than the deadline.
async fn drain(
    mut stages: JoinSet<Result<(), Error>>,
    stop: CancellationToken,
) -> Result<(), Error> {
    let mut first = Ok(());
    let deadline = async {
        stop.cancelled().await;
        tokio::time::sleep(SHUTDOWN_MAX).await;
    };
    tokio::pin!(deadline);
    loop {
        tokio::select! {
            ended = stages.join_next() => match ended {
                None => return first,
                Some(Ok(Ok(()))) => {}
                Some(failed) => {
                    stop.cancel();
                    let error = match failed {
                        Ok(Err(error)) => error,
                        _ => Error::Panicked("async"),
                    };
                    if first.is_ok() {
                        first = Err(error);
                    }
                }
            },
            () = &mut deadline => {
                stages.abort_all();
                return first.and(Err(Error::Deadline(SHUTDOWN_MAX)));
            }
        }
    }
}

/// Runs a blocking stage on a thread of its own and lets the set own its end.
fn thread(
    stages: &mut JoinSet<Result<(), Error>>,
    name: &'static str,
    stack_bytes: usize,
    work: impl FnOnce() -> Result<(), Error> + Send + 'static,
) {
    let (done, ended) = oneshot::channel();
    let spawned = std::thread::Builder::new().name(name.to_owned()).stack_size(stack_bytes).spawn(
        move || {
            let result = work();
            // Nobody waits any more once the deadline has passed.
            drop(done.send(result));
        },
    );
    stages.spawn(async move {
        match spawned {
            Ok(_) => ended.await.unwrap_or(Err(Error::Panicked(name))),
            Err(_) => Err(Error::Panicked(name)),
        }
    });
}

#[expect(clippy::disallowed_methods, reason = "a thread of its own that waits for room on a disk")]
fn wait(span: Duration) {
    std::thread::sleep(span);
}
