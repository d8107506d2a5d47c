//! THE wiring: channels, tasks, threads, shutdown and its deadline. Nowhere else spawns or makes a channel.
//!
//! Born from sink to source, so each stage has its way out; ended from source to sink, so nothing in flight is lost.
//! Order is kept: a place in line is reserved before a body goes to the readers, and the writer takes them in line.
//!
//! ```text
//! poll (task) ──Polled──► readers (2 threads) ──Batch<Article>──► writer (thread) ──Group──► sink (thread)
//!    ▲                                                               │      ▲                    │
//!    └────────────────────────── Committed ──────────────────────────┘      └───── written ──────┘
//! ```

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::news::{Article, Batch, Committed, Feed, FeedId, FeedState, Input, Line, Stream};
use crate::poll::{self, Polled};
use crate::sink;
use crate::tables::Tables;
use crate::telemetry::{Count, Counters};
use crate::writer::{Group, Writer};
use crate::{failpoint, parse, store};

mod breaker;
pub mod child;
mod look;
mod read;
pub mod replay;
mod setup;

pub use breaker::Breaker;
pub use look::{Looked, look};
pub use setup::{Opened, Settings, StartError, open};

/// Polled bodies in line between poller and writer; more would only be lost in a crash and fetched again.
const LINE_UP: usize = 16;

/// Threads that parse and enrich.
const READERS: usize = 2;

/// Stack of a reading thread: the guard's depth limit needs a fraction of it.
const READER_STACK_BYTES: usize = 8 * 1024 * 1024;

/// Groups between writer and sink: one being written, one waiting. A stuck disk stops the writer, and so the poller.
const GROUPS_WAITING: usize = 1;

/// How long a group gathers after its first batch.
pub const GROUP_WAIT: Duration = Duration::from_millis(200);

/// Longest silence of the writer: ticks, pruning and the watchdog need it to wake.
const IDLE_MAX: Duration = Duration::from_secs(1);

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
    pub states: std::collections::HashMap<FeedId, FeedState>,
    /// The reader's limits.
    pub parse: parse::Config,
    /// Knowledge, replaced whole on reload.
    pub tables: Arc<RwLock<Arc<Tables>>>,
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
    let Plan { clock, poll, feeds, states, parse, tables, group_wait, counters } = plan;
    let Opened { writer, files, breaker } = opened;
    let mut stages: JoinSet<Result<(), Error>> = JoinSet::new();
    let handle = tokio::runtime::Handle::current();

    let (to_sink, groups) = std::sync::mpsc::sync_channel::<Group>(GROUPS_WAITING);
    let (to_writer, written) = std::sync::mpsc::channel::<Vec<(Stream, u64)>>();
    let stop = controls.stop.clone();
    let beat = Arc::clone(&pulse);
    let sink = Sink { files, observer, stop, pulse: beat, clock: clock.clone() };
    thread(&mut stages, "sink", READER_STACK_BYTES, move || sink.run(&groups, &to_writer));

    let (to_group, batches) = mpsc::channel::<Batch<Article>>(1);
    // A feed is in line at most once, so this never fills before the line-up does.
    let (to_poll, committed) = mpsc::channel::<Committed>(2 * LINE_UP + 64);
    let write = Write {
        writer,
        clock: clock.clone(),
        group_wait,
        counters: Arc::clone(&counters),
        pulse,
        stop: controls.stop.clone(),
    };
    thread(&mut stages, "writer", READER_STACK_BYTES, move || {
        write.run(&handle, batches, &to_sink, &written, &to_poll)
    });

    let (polled_out, polled) = mpsc::channel::<Polled>(LINE_UP);
    let (in_line, line) = mpsc::channel::<oneshot::Receiver<Batch<Article>>>(LINE_UP);
    let jobs = readers(&mut stages, &breaker, &parse, &tables);
    stages.spawn(line_up(polled, jobs, in_line));
    stages.spawn(in_order(line, to_group));

    let poller = poll::Poller::new(poll, feeds, states, clock)?;
    let stop = controls.stop;
    let poll_stop = stop.clone();
    stages.spawn(async move {
        poll::run(poller, polled_out, committed, controls.feeds, poll_stop).await;
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

type Job = (Polled, oneshot::Sender<Batch<Article>>);

/// The reading threads behind one bounded queue.
fn readers(
    stages: &mut JoinSet<Result<(), Error>>,
    breaker: &Arc<Breaker>,
    parse: &parse::Config,
    tables: &Arc<RwLock<Arc<Tables>>>,
) -> std::sync::mpsc::SyncSender<Job> {
    let (jobs, queue) = std::sync::mpsc::sync_channel::<Job>(2 * LINE_UP);
    let queue = Arc::new(std::sync::Mutex::new(queue));
    for number in 0..READERS {
        let (queue, parse, tables) = (Arc::clone(&queue), parse.clone(), Arc::clone(tables));
        let slot = breaker.slot(number);
        thread(stages, "reader", READER_STACK_BYTES, move || {
            loop {
                let job = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
                let Ok((polled, reply)) = job else { return Ok(()) };
                let known =
                    Arc::clone(&tables.read().unwrap_or_else(std::sync::PoisonError::into_inner));
                // The receiver is gone only when the writer has failed, which is told elsewhere.
                drop(reply.send(read::batch(polled, &slot, &parse, &known)));
            }
        });
    }
    jobs
}

/// Reserves a place in line for each poll, then hands its body to the readers.
async fn line_up(
    mut polled: mpsc::Receiver<Polled>,
    jobs: std::sync::mpsc::SyncSender<Job>,
    in_line: mpsc::Sender<oneshot::Receiver<Batch<Article>>>,
) -> Result<(), Error> {
    while let Some(polled) = polled.recv().await {
        let (reply, place) = oneshot::channel();
        if in_line.send(place).await.is_err() {
            return Ok(());
        }
        // As many jobs wait as places are in line, so this queue has room.
        if jobs.send((polled, reply)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Hands the read batches to the writer in the order in which they were polled.
async fn in_order(
    mut line: mpsc::Receiver<oneshot::Receiver<Batch<Article>>>,
    to_group: mpsc::Sender<Batch<Article>>,
) -> Result<(), Error> {
    while let Some(place) = line.recv().await {
        let batch = unless_stuck(place).await?;
        if to_group.send(batch).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// The batch at the head of the line, unless its reader never comes back. The run then ends with a note of the body
/// left behind, and the next one lets a child read it.
async fn unless_stuck(
    mut place: oneshot::Receiver<Batch<Article>>,
) -> Result<Batch<Article>, Error> {
    let mut beat = tokio::time::interval(IDLE_MAX);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for _ in 0..=STUCK_BEATS {
        tokio::select! {
            batch = &mut place => return batch.map_err(|_| Error::Panicked("reader")),
            _ = beat.tick() => {}
        }
    }
    Err(Error::Stuck)
}

/// The writer's thread.
struct Write {
    writer: Writer,
    clock: Clock,
    group_wait: Duration,
    counters: Arc<Counters>,
    pulse: Arc<Pulse>,
    stop: CancellationToken,
}

impl Write {
    fn run(
        mut self,
        runtime: &tokio::runtime::Handle,
        mut batches: mpsc::Receiver<Batch<Article>>,
        to_sink: &std::sync::mpsc::SyncSender<Group>,
        written: &std::sync::mpsc::Receiver<Vec<(Stream, u64)>>,
        to_poll: &mpsc::Sender<Committed>,
    ) -> Result<(), Error> {
        loop {
            self.pulse.writer.fetch_add(1, Ordering::Relaxed);
            let first =
                runtime.block_on(async { tokio::time::timeout(IDLE_MAX, batches.recv()).await });
            let open = match first {
                Ok(Some(batch)) => {
                    self.take(batch)?;
                    self.gather(runtime, &mut batches)?
                }
                Ok(None) => false,
                Err(_) => {
                    self.tick()?;
                    true
                }
            };
            for upto in written.try_iter() {
                self.writer.written(&upto)?;
            }
            if self.writer.has_open_group() && !self.close(to_sink, to_poll)? {
                return Ok(());
            }
            if !open {
                return Ok(());
            }
        }
    }

    /// Takes what arrives until the group is full or has waited long enough. False once nothing can come any more.
    fn gather(
        &mut self,
        runtime: &tokio::runtime::Handle,
        batches: &mut mpsc::Receiver<Batch<Article>>,
    ) -> Result<bool, Error> {
        let wait = self.group_wait;
        let until = runtime.block_on(async { tokio::time::Instant::now() }) + wait;
        while !self.writer.is_full() {
            let next =
                runtime.block_on(async { tokio::time::timeout_at(until, batches.recv()).await });
            match next {
                Ok(Some(batch)) => self.take(batch)?,
                Ok(None) => return Ok(false),
                Err(_) => break,
            }
        }
        Ok(true)
    }

    fn take(&mut self, batch: Batch<Article>) -> Result<(), Error> {
        if batch.report.is_some() {
            failpoint::reach("fetched");
        }
        self.writer.take(Input::Batch(Box::new(batch)), self.clock.now())?;
        Ok(())
    }

    /// A minute without news still moves stream time; simulated time moves by polls alone.
    fn tick(&mut self) -> Result<(), Error> {
        if self.clock.is_simulated() {
            return Ok(());
        }
        let now = self.clock.now();
        let minute = |moment: Timestamp| moment.as_second().div_euclid(60);
        if self.writer.desk().stream().is_some_and(|stream| minute(stream) < minute(now)) {
            self.writer.take(Input::Tick(now), now)?;
            self.writer.prune(now)?;
        }
        Ok(())
    }

    fn count(&self, group: &Group) {
        let counts = &group.counts;
        for (count, amount) in [
            (Count::New, counts.new),
            (Count::Revised, counts.revised),
            (Count::Unchanged, counts.unchanged),
            (Count::Quarantined, counts.quarantined),
            (Count::SetAside, counts.set_aside),
            (Count::Polls, counts.batches),
            (Count::PollsUnchanged, counts.without_body),
            (Count::PollsFailed, counts.failed),
            (Count::Bytes, counts.bytes),
            (Count::StoriesOpened, counts.stories_opened),
            (Count::StoriesMerged, counts.stories_merged),
            (Count::Commits, 1),
            (Count::Lines, group.lines.len() as u64),
        ] {
            self.counters.add(count, amount);
        }
    }

    /// Commits the group and passes it on. False once the sink is gone.
    fn close(
        &mut self,
        to_sink: &std::sync::mpsc::SyncSender<Group>,
        to_poll: &mpsc::Sender<Committed>,
    ) -> Result<bool, Error> {
        let mut result = self.writer.commit();
        let mut told = false;
        let group = loop {
            match result {
                Ok(group) => break group,
                Err(error @ store::Error::Full { .. }) if !self.stop.is_cancelled() => {
                    if !told {
                        tracing::error!(%error, "no room for the store: intake pauses until there is");
                        told = true;
                    }
                    wait(FULL_DISK_WAIT);
                    self.pulse.writer.fetch_add(1, Ordering::Relaxed);
                    result = self.writer.retry();
                }
                Err(error) => return Err(error.into()),
            }
        };
        if told {
            tracing::info!("there is room for the store again: intake goes on");
        }
        if !group.lines.is_empty() {
            failpoint::reach("committed");
        }
        self.count(&group);
        for committed in &group.committed {
            // A poller that has ended needs no news.
            drop(to_poll.blocking_send(committed.clone()));
        }
        Ok(group.lines.is_empty() || to_sink.send(group).is_ok())
    }
}

/// The sink's thread.
struct Sink {
    files: sink::Files,
    observer: Observer,
    stop: CancellationToken,
    pulse: Arc<Pulse>,
    clock: Clock,
}

impl Sink {
    fn run(
        mut self,
        groups: &std::sync::mpsc::Receiver<Group>,
        written: &std::sync::mpsc::Sender<Vec<(Stream, u64)>>,
    ) -> Result<(), Error> {
        use std::sync::mpsc::RecvTimeoutError;
        loop {
            self.pulse.sink.fetch_add(1, Ordering::Relaxed);
            match groups.recv_timeout(IDLE_MAX) {
                Ok(group) => {
                    self.die_half_way(&group.lines);
                    let upto = self.write(&group.lines)?;
                    failpoint::reach("written");
                    (self.observer)(&group.lines);
                    // The writer is gone only when it failed; the outbox then keeps what is written twice.
                    drop(written.send(upto));
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.files.prune(self.clock.now())?;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// Where a test asks for it, leaves half a line behind and dies.
    fn die_half_way(&mut self, lines: &[Line]) {
        if failpoint::is_armed("half_written")
            && let Some(line) = lines.first()
        {
            let half = line.bytes.iter().copied().take(line.bytes.len() / 2).collect();
            drop(self.files.write(&[Line { bytes: half, ..line.clone() }]));
        }
        failpoint::reach("half_written");
    }

    fn write(&mut self, lines: &[Line]) -> Result<Vec<(Stream, u64)>, Error> {
        let mut told = false;
        loop {
            match self.files.write(lines) {
                Ok(upto) => {
                    if told {
                        tracing::info!("there is room for the output again: writing goes on");
                    }
                    return Ok(upto);
                }
                Err(error @ sink::Error::Full { .. }) => {
                    if self.stop.is_cancelled() {
                        return Err(Error::Unwritten(lines.len()));
                    }
                    if !told {
                        tracing::error!(%error, "no room for the output: intake pauses until there is");
                        told = true;
                    }
                    wait(FULL_DISK_WAIT);
                    self.pulse.sink.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a thread of its own that waits for room on a disk")]
fn wait(span: Duration) {
    std::thread::sleep(span);
}
