//! A simulated town of feeds and servers, asked in the turns that the program's own schedule and pace give.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use copytaster::news::FeedId;
use copytaster::poll::pace::Pace;
use copytaster::poll::politeness;
use copytaster::poll::schedule::{Key, PerHost, Schedule};
use jiff::Timestamp;

/// Time between two starts on one host.
pub(crate) const SPACING: Duration = Duration::from_secs(2);

/// How a feed is served.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    /// Number of its host.
    pub(crate) host: usize,
    /// What a request takes.
    pub(crate) takes: Duration,
}

/// One request as it begins.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    pub(crate) feed: usize,
    pub(crate) now: Timestamp,
    /// How long after the moment at which it was due.
    pub(crate) lag: Duration,
}

pub(crate) struct Town {
    pub(crate) schedule: Schedule,
    pace: Pace,
    interval: Duration,
    in_flight_max: usize,
    now: Timestamp,
    feeds: Vec<(FeedId, Service, Timestamp)>,
    keys: Vec<Key>,
    under_way: BinaryHeap<Reverse<(Timestamp, usize)>>,
}

impl Town {
    /// At `now`, each feed due as `due` says.
    pub(crate) fn new(
        services: &[Service],
        interval: Duration,
        in_flight_max: usize,
        now: Timestamp,
        due: impl Fn(usize) -> Timestamp,
    ) -> Self {
        let mut schedule = Schedule::new(PerHost { in_flight: 1, spacing: SPACING });
        let mut keys = Vec::with_capacity(services.len());
        let mut feeds = Vec::with_capacity(services.len());
        for (n, &service) in services.iter().enumerate() {
            keys.push(schedule.add(&name(service.host), due(n)));
            feeds.push((FeedId::new(format!("feed-{n}")), service, due(n)));
        }
        let pace = Pace::of(services.iter().map(|_| interval.as_secs_f64().recip()).sum());
        let under_way = BinaryHeap::new();
        Self { schedule, pace, interval, in_flight_max, now, feeds, keys, under_way }
    }

    /// Goes on until `end`, telling of every start.
    pub(crate) fn run(&mut self, end: Timestamp, mut tell: impl FnMut(Start)) {
        loop {
            self.finish();
            while let Some(start) = self.start() {
                tell(start);
            }
            let ended = self.under_way.peek().map(|&Reverse((at, _))| at);
            let next = self.schedule.wake().map(|wake| wake.max(self.pace.opens_at()));
            let next = next.filter(|_| self.schedule.in_flight() < self.in_flight_max);
            match [ended, next].into_iter().flatten().min() {
                Some(moment) if moment <= end => self.now = moment.max(self.now),
                _ => break,
            }
        }
        self.now = end;
    }

    /// Requests that have ended are committed at once.
    fn finish(&mut self) {
        while let Some(&Reverse((at, n))) = self.under_way.peek() {
            if at > self.now {
                break;
            }
            self.under_way.pop();
            let (id, service, due) = &mut self.feeds[n];
            *due = self.now + politeness::jittered(id, self.interval);
            self.schedule.finish(self.keys[n]);
            self.schedule.commit(self.keys[n], &name(service.host), *due);
        }
    }

    fn start(&mut self) -> Option<Start> {
        if self.schedule.in_flight() >= self.in_flight_max {
            return None;
        }
        self.schedule.next(self.now)?;
        if !self.pace.take(self.now) {
            return None;
        }
        let feed = self.schedule.start(self.now)?.index();
        let (_, service, due) = self.feeds[feed];
        self.under_way.push(Reverse((self.now + service.takes, feed)));
        let lag = self.now.duration_since(due).try_into().unwrap_or_default();
        Some(Start { feed, now: self.now, lag })
    }
}

/// A name as hosts have them.
pub(crate) fn name(host: usize) -> String {
    format!("paper-{host:07}.example")
}
