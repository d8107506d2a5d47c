//! One way to run the desk, for `run` and `demo` alike: only configuration and clock differ.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Exit, complain, complain_of, convert, environment};
use crate::clock::Clock;
use crate::config::Config;
use crate::pipeline::{
    self, Controls, Following, Observer, Plan, Pulse, SharedFullText, StartError,
};
use crate::tables::Tables;
use crate::telemetry::{self, Counters};
use crate::writer::Started;
use crate::{parse, poll, sink, store};

/// What a reload replaces without a restart, beside the feeds.
struct Knowledge {
    tables: Arc<RwLock<Arc<Tables>>>,
    full_text: SharedFullText,
}

/// Where a reload is sent.
struct Ways {
    to_poll: mpsc::Sender<poll::Control>,
    to_follow: mpsc::Sender<Following>,
}

/// How often the summary line is written.
const SUMMARY_EVERY: Duration = Duration::from_mins(1);

/// What a run is given besides its configuration.
pub struct Daemon {
    /// The configuration.
    pub config: Config,
    /// Its file, read again on SIGHUP.
    pub reload_from: Option<PathBuf>,
    /// Where time comes from.
    pub clock: Clock,
    /// How long a group gathers.
    pub group_wait: Duration,
    /// Looks at lines once they stand in the files.
    pub observer: Observer,
    /// Ends the run from within; signals end it from outside.
    pub stop: CancellationToken,
    /// What is counted, for the summary line and whoever asks.
    pub counters: Arc<Counters>,
}

impl std::fmt::Debug for Daemon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Daemon").field("config", &self.config).finish_non_exhaustive()
    }
}

/// A runtime for a command.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
}

/// Runs until stopped or drained.
pub async fn run(daemon: Daemon) -> Exit {
    let reload_from = daemon.reload_from.clone();
    let (stop, counters) = (daemon.stop.clone(), Arc::clone(&daemon.counters));
    let tables = match convert::tables(&daemon.config) {
        Ok(tables) => Arc::new(tables),
        Err(error) => {
            complain(&error);
            return Exit::Config;
        }
    };
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => {
            complain(&format_args!("cannot listen for signals: {error}"));
            return Exit::Failed;
        }
    };
    let full_text = Arc::new(convert::full_text(&daemon.config));
    let shared = Arc::new(Knowledge {
        tables: Arc::new(RwLock::new(tables)),
        full_text: Arc::new(RwLock::new(full_text)),
    });
    let pulse = Arc::new(Pulse::default());
    let (to_poll, feeds) = mpsc::channel(1);
    let (to_follow, follow) = mpsc::channel(1);
    let ways = Ways { to_poll, to_follow };
    let work = match open(daemon, &shared, (feeds, follow), &pulse) {
        Ok(work) => work,
        Err(exit) => return exit,
    };
    tokio::pin!(work);
    ready();
    let mut summary = Summary::new(counters);
    let mut watchdog = Watchdog::new(pulse);
    let result = loop {
        tokio::select! {
            result = &mut work => break result,
            signal = signals.next() => match signal {
                Signal::Stop => {
                    tracing::info!("stopping: what is under way is drained");
                    drop(sd_notify::notify(&[sd_notify::NotifyState::Stopping]));
                    stop.cancel();
                }
                Signal::Reload if stop.is_cancelled() => {}
                Signal::Reload => reload(reload_from.as_deref(), &shared, &ways).await,
            },
            () = summary.beat() => {}
            () = watchdog.beat() => {}
        }
    };
    match result {
        Ok(()) => Exit::Ok,
        Err(error) => {
            complain(&error);
            run_exit(&error)
        }
    }
}

/// Opens state and output and gives the run to be awaited; nothing has been fetched when it returns.
fn open(
    daemon: Daemon,
    knowledge: &Knowledge,
    (feeds, follow): (mpsc::Receiver<poll::Control>, mpsc::Receiver<Following>),
    pulse: &Arc<Pulse>,
) -> Result<impl Future<Output = Result<(), pipeline::Error>> + use<>, Exit> {
    let Daemon { config, clock, group_wait, observer, stop, counters, .. } = daemon;
    let now = clock.now();
    let opened = pipeline::open(convert::settings(&config), now);
    let (mut opened, states) = opened.map_err(|error| {
        complain(&error);
        start_exit(&error)
    })?;
    let Knowledge { tables, full_text } = knowledge;
    let known = Arc::clone(&tables.read().unwrap_or_else(PoisonError::into_inner));
    let tables_hash = known.hash();
    let about =
        Started { version: env!("CARGO_PKG_VERSION"), config_hash: config.hash(), tables_hash };
    let following = convert::following(&config, &known);
    let started = opened.started(&about, now).and_then(|()| opened.follow(following, now));
    started.map_err(|error| {
        complain(&error);
        store_exit(&error)
    })?;
    let plan = Plan {
        clock,
        poll: convert::poll(&config),
        feeds: config.feeds(),
        states,
        parse: parse::Config::default(),
        tables: Arc::clone(tables),
        full_text: Arc::clone(full_text),
        group_wait,
        counters,
    };
    tracing::info!(feeds = plan.feeds.len(), "the desk is open");
    warn(&config);
    let controls = Controls { stop, feeds, follow };
    Ok(pipeline::run(plan, opened, controls, observer, Arc::clone(pulse)))
}

/// One line a minute on what happened in it.
struct Summary {
    every: tokio::time::Interval,
    counters: Arc<Counters>,
    last: telemetry::Summary,
}

impl Summary {
    fn new(counters: Arc<Counters>) -> Self {
        let start = tokio::time::interval(SUMMARY_EVERY);
        let last = counters.summary();
        Self { every: start, counters, last }
    }

    async fn beat(&mut self) {
        self.every.tick().await;
        let total = self.counters.summary();
        let since = total.since(&self.last);
        // The first tick comes at once, with nothing to tell.
        if since != self.last || total != telemetry::Summary::default() {
            since.line(SUMMARY_EVERY);
        }
        self.last = total;
    }
}

/// Says what is allowed and unwise.
fn warn(config: &Config) {
    for warning in &config.warnings {
        tracing::warn!(%warning, "the configuration can be used and could be better");
    }
}

/// Tells a service manager that the desk is open; without one it says nothing.
fn ready() {
    drop(sd_notify::notify(&[sd_notify::NotifyState::Ready]));
}

/// Reads the configuration again. A bad one is refused and the old one stays.
async fn reload(file: Option<&Path>, knowledge: &Knowledge, ways: &Ways) {
    let Some(file) = file else { return };
    let config = match Config::load(file, environment()) {
        Ok(config) => config,
        Err(problems) => {
            complain_of(&problems);
            tracing::error!("the configuration is bad: the old one stays");
            return;
        }
    };
    let following = match convert::tables(&config) {
        Ok(new) => {
            let following = convert::following(&config, &new);
            *knowledge.tables.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
            following
        }
        Err(error) => {
            tracing::error!(%error, "the tables are bad: the old configuration stays");
            return;
        }
    };
    let full_text = Arc::new(convert::full_text(&config));
    *knowledge.full_text.write().unwrap_or_else(PoisonError::into_inner) = full_text;
    let feeds = config.feeds();
    tracing::info!(
        feeds = feeds.len(),
        "configuration read again: feeds, credentials, outlets, agencies and watches hold from here on; other keys need a restart"
    );
    warn(&config);
    // Poller and writer are gone only when the run is ending.
    drop(ways.to_follow.send(following).await);
    drop(ways.to_poll.send(poll::Control::Access(Box::new(convert::access(&config)))).await);
    drop(ways.to_poll.send(poll::Control::Feeds(feeds)).await);
}

enum Signal {
    Stop,
    Reload,
}

struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Signal {
        // A stop goes before what else is waiting.
        tokio::select! {
            biased;
            _ = self.terminate.recv() => Signal::Stop,
            _ = self.interrupt.recv() => Signal::Stop,
            _ = self.hangup.recv() => Signal::Reload,
        }
    }
}

/// Feeds the service manager's watchdog while the stages move.
struct Watchdog {
    every: Option<tokio::time::Interval>,
    pulse: Arc<Pulse>,
    last: (u64, u64),
}

impl Watchdog {
    fn new(pulse: Arc<Pulse>) -> Self {
        let every = sd_notify::watchdog_enabled().map(|span| tokio::time::interval(span / 3));
        Self { every, pulse, last: (0, 0) }
    }

    /// Waits for the next beat; for ever where no watchdog is set.
    async fn beat(&mut self) {
        match &mut self.every {
            None => std::future::pending().await,
            Some(every) => {
                every.tick().await;
                let beats = self.pulse.read();
                if beats.0 != self.last.0 && beats.1 != self.last.1 {
                    drop(sd_notify::notify(&[sd_notify::NotifyState::Watchdog]));
                }
                self.last = beats;
            }
        }
    }
}

fn start_exit(error: &StartError) -> Exit {
    match error {
        StartError::Store(error) => store_exit(error),
        StartError::Sink(error) | StartError::Archive(error) => sink_exit(error),
        StartError::Breaker { .. } => Exit::CannotCreate,
    }
}

/// The exit code for a store that could not be opened or written.
pub(super) fn store_exit(error: &store::Error) -> Exit {
    match error {
        store::Error::Locked { .. } => Exit::Locked,
        store::Error::CannotOpen { .. } => Exit::CannotCreate,
        _ => Exit::Io,
    }
}

/// The exit code for an output that could not be opened or written.
pub(super) fn sink_exit(error: &sink::Error) -> Exit {
    match error {
        sink::Error::Locked { .. } => Exit::Locked,
        sink::Error::CannotWrite { .. } => Exit::CannotCreate,
        _ => Exit::Io,
    }
}

fn run_exit(error: &pipeline::Error) -> Exit {
    match error {
        pipeline::Error::Store(error) => store_exit(error),
        pipeline::Error::Sink(error) => sink_exit(error),
        pipeline::Error::Unwritten(_) => Exit::Io,
        pipeline::Error::Poll(_)
        | pipeline::Error::Panicked(_)
        | pipeline::Error::Stuck
        | pipeline::Error::Deadline(_) => Exit::Failed,
    }
}
