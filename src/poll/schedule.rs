//! Says whose turn it is. Pure: no socket, no clock; `now` is an argument.
//!
//! A due feed joins its host's line, first come first served. A host takes part only while it has a free place
//! (normally one request at a time), after the spacing since its last start, and when nothing holds it. Among hosts
//! the one that has waited longest goes first, so a host with a thousand feeds delays nobody else.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::outcome::due_at;
use super::politeness;

/// Hosts known from redirects alone; beyond this the idle ones are forgotten.
const STRAY_HOSTS_MAX: usize = 1024;

/// A feed's place in the schedule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key(u32);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// In `waiting` until due.
    Waiting,
    /// In its host's line.
    Queued,
    /// Being fetched.
    InFlight,
    /// Handed on; comes back with its commit.
    Uncommitted,
    /// No longer configured.
    Removed,
}

#[derive(Debug)]
struct Slot {
    host: Arc<str>,
    due: Timestamp,
    phase: Phase,
}

#[derive(Debug, Default)]
struct Host {
    line: VecDeque<Key>,
    in_flight: usize,
    free_at: Option<Timestamp>,
    /// The entry in `ready`, if it has one.
    listed: Option<Timestamp>,
}

/// Limits on requests to one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerHost {
    /// Requests at once.
    pub in_flight: usize,
    /// Time between two starts.
    pub spacing: Duration,
}

/// Who is due when, and which hosts are free.
#[derive(Debug)]
pub struct Schedule {
    slots: Vec<Slot>,
    waiting: BTreeSet<(Timestamp, Key)>,
    hosts: HashMap<Arc<str>, Host>,
    ready: BTreeSet<(Timestamp, Arc<str>)>,
    per_host: PerHost,
    in_flight: usize,
    uncommitted: usize,
}

impl Schedule {
    /// An empty schedule.
    pub fn new(per_host: PerHost) -> Self {
        Self {
            slots: Vec::new(),
            waiting: BTreeSet::new(),
            hosts: HashMap::new(),
            ready: BTreeSet::new(),
            per_host,
            in_flight: 0,
            uncommitted: 0,
        }
    }

    /// Takes in a feed of `host`, due at `due`. Keys count up from 0 in the order of the calls.
    ///
    /// # Panics
    ///
    /// With 2^32 feeds, which no memory holds.
    pub fn add(&mut self, host: &str, due: Timestamp) -> Key {
        let key = Key(u32::try_from(self.slots.len()).expect("fewer than 2^32 feeds"));
        self.slots.push(Slot { host: host.into(), due, phase: Phase::Waiting });
        self.waiting.insert((due, key));
        key
    }

    /// Forgets a feed. One that is under way ends quietly.
    pub fn remove(&mut self, key: Key) {
        let slot = &mut self.slots[key.0 as usize];
        match std::mem::replace(&mut slot.phase, Phase::Removed) {
            Phase::Waiting => {
                self.waiting.remove(&(slot.due, key));
            }
            Phase::Queued => {
                let host = Arc::clone(&slot.host);
                if let Some(known) = self.hosts.get_mut(&host) {
                    known.line.retain(|&other| other != key);
                }
                self.list(&host);
            }
            Phase::InFlight => {
                let host = Arc::clone(&slot.host);
                self.release(&host);
            }
            Phase::Uncommitted => self.uncommitted -= 1,
            Phase::Removed => {}
        }
    }

    /// Whose turn it is at `now`. Nothing is taken yet: what is no longer wanted can be removed at no cost to its host.
    pub fn next(&mut self, now: Timestamp) -> Option<Key> {
        while let Some(&(due, key)) = self.waiting.first() {
            if due > now {
                break;
            }
            self.waiting.pop_first();
            self.enqueue(key, End::Back);
        }
        let (at, host) = self.ready.first()?;
        if *at > now {
            return None;
        }
        self.hosts.get(host)?.line.front().copied()
    }

    /// The next feed to fetch at `now`; its host's place is taken.
    pub fn start(&mut self, now: Timestamp) -> Option<Key> {
        let next = self.next(now)?;
        let host = Arc::clone(&self.slots[next.0 as usize].host);
        let spacing = self.per_host.spacing;
        let known = self.hosts.get_mut(&host)?;
        let key = known.line.pop_front()?;
        known.in_flight += 1;
        let free_at = due_at(now, spacing);
        known.free_at = Some(known.free_at.map_or(free_at, |held| held.max(free_at)));
        self.slots[key.0 as usize].phase = Phase::InFlight;
        self.in_flight += 1;
        self.list(&host);
        Some(key)
    }

    /// When `start` should be asked again, if no place becomes free before.
    pub fn wake(&self) -> Option<Timestamp> {
        let due = self.waiting.first().map(|&(due, _)| due);
        let ready = self.ready.first().map(|&(at, _)| at);
        [due, ready].into_iter().flatten().min()
    }

    /// A feed under way was sent on to another host: it stands first in that host's line.
    pub fn hop(&mut self, key: Key, host: &str) {
        if self.slots[key.0 as usize].phase != Phase::InFlight {
            return;
        }
        let from = Arc::clone(&self.slots[key.0 as usize].host);
        self.release(&from);
        self.slots[key.0 as usize].host = host.into();
        self.enqueue(key, End::Front);
        self.forget_strays();
    }

    /// The fetch is over; the feed waits for its commit. False if the feed was removed meanwhile.
    pub fn finish(&mut self, key: Key) -> bool {
        if self.slots[key.0 as usize].phase != Phase::InFlight {
            return false;
        }
        let host = Arc::clone(&self.slots[key.0 as usize].host);
        self.release(&host);
        self.slots[key.0 as usize].phase = Phase::Uncommitted;
        self.uncommitted += 1;
        true
    }

    /// The batch stands in the store: the feed may be fetched again, from `host`, at `due`.
    pub fn commit(&mut self, key: Key, host: &str, due: Timestamp) {
        if self.slots[key.0 as usize].phase == Phase::Uncommitted {
            self.uncommitted -= 1;
            self.wait(key, host, due);
        }
    }

    /// Moves a feed that is not under way to another host or moment; one under way goes by its commit.
    pub fn reset(&mut self, key: Key, host: &str, due: Timestamp) {
        match self.slots[key.0 as usize].phase {
            Phase::Waiting | Phase::Queued | Phase::Removed => {
                self.remove(key);
                self.wait(key, host, due);
            }
            Phase::InFlight | Phase::Uncommitted => {}
        }
    }

    /// No request to `host` before `until`.
    pub fn hold(&mut self, host: &str, until: Timestamp) {
        let host: Arc<str> = host.into();
        let known = self.hosts.entry(Arc::clone(&host)).or_default();
        known.free_at = Some(known.free_at.map_or(until, |at| at.max(until)));
        self.list(&host);
    }

    /// When `host` may be asked next, if it was asked or held before.
    pub fn free_at(&self, host: &str) -> Option<Timestamp> {
        self.hosts.get(host)?.free_at
    }

    /// The host in whose line a feed is.
    pub fn host(&self, key: Key) -> Arc<str> {
        Arc::clone(&self.slots[key.0 as usize].host)
    }

    /// Whether the feed's batch is on its way to the store.
    pub fn is_uncommitted(&self, key: Key) -> bool {
        self.slots[key.0 as usize].phase == Phase::Uncommitted
    }

    /// The clock was set back by `span`: every moment is moved with it, so that nobody waits for the old time.
    pub fn fall_back(&mut self, span: Duration) {
        let back = |moment: Timestamp| moment.checked_sub(span).unwrap_or(Timestamp::MIN);
        for slot in &mut self.slots {
            slot.due = back(slot.due);
        }
        self.waiting = std::mem::take(&mut self.waiting)
            .into_iter()
            .map(|(due, key)| (back(due), key))
            .collect();
        self.ready = std::mem::take(&mut self.ready)
            .into_iter()
            .map(|(at, host)| (back(at), host))
            .collect();
        for host in self.hosts.values_mut() {
            host.free_at = host.free_at.map(back);
            host.listed = host.listed.map(back);
        }
    }

    /// Feeds being fetched.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Feeds handed on whose commit has not come back.
    pub fn uncommitted(&self) -> usize {
        self.uncommitted
    }

    fn wait(&mut self, key: Key, host: &str, due: Timestamp) {
        let slot = &mut self.slots[key.0 as usize];
        if *slot.host != *host {
            slot.host = host.into();
        }
        slot.due = due;
        slot.phase = Phase::Waiting;
        self.waiting.insert((due, key));
    }

    fn enqueue(&mut self, key: Key, end: End) {
        let slot = &mut self.slots[key.0 as usize];
        slot.phase = Phase::Queued;
        let host = Arc::clone(&slot.host);
        let known = self.hosts.entry(Arc::clone(&host)).or_default();
        match end {
            End::Back => known.line.push_back(key),
            End::Front => known.line.push_front(key),
        }
        self.list(&host);
    }

    fn release(&mut self, host: &Arc<str>) {
        self.in_flight -= 1;
        if let Some(known) = self.hosts.get_mut(host) {
            known.in_flight -= 1;
        }
        self.list(host);
    }

    /// Brings a host's entry in `ready` in line with its state.
    fn list(&mut self, host: &Arc<str>) {
        let Some(known) = self.hosts.get_mut(host) else { return };
        let places = politeness::in_flight(host, self.per_host.in_flight);
        let first = known.line.front().filter(|_| known.in_flight < places);
        let at = first.map(|key| {
            let due = self.slots[key.0 as usize].due;
            known.free_at.map_or(due, |free| free.max(due))
        });
        if at != known.listed {
            if let Some(old) = std::mem::replace(&mut known.listed, at) {
                self.ready.remove(&(old, Arc::clone(host)));
            }
            if let Some(at) = at {
                self.ready.insert((at, Arc::clone(host)));
            }
        }
    }

    fn forget_strays(&mut self) {
        if self.hosts.len() > self.slots.len() + STRAY_HOSTS_MAX {
            let latest = self.waiting.first().map(|&(due, _)| due);
            self.hosts.retain(|_, host| {
                let is_idle = host.line.is_empty() && host.in_flight == 0;
                let is_free = host.free_at.is_none_or(|free| latest.is_some_and(|due| free < due));
                !(is_idle && is_free)
            });
        }
    }
}

#[derive(Clone, Copy)]
enum End {
    Back,
    Front,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    fn schedule(spacing_ms: u64) -> Schedule {
        Schedule::new(PerHost { in_flight: 1, spacing: Duration::from_millis(spacing_ms) })
    }

    #[test]
    fn one_host_serves_its_feeds_in_line_one_at_a_time_and_spaced() {
        let mut schedule = schedule(2000);
        let keys: Vec<Key> = (0..1000).map(|n| schedule.add("big.example", at(n % 7))).collect();
        let mut now = at(10);
        let mut starts = Vec::new();
        while let Some(wake) = schedule.wake() {
            now = now.max(wake);
            let key = schedule.start(now).unwrap();
            assert_eq!(schedule.start(now), None, "one in flight");
            // The answer takes three seconds for every tenth feed, longer than the spacing.
            let took = if starts.len() % 10 == 0 { 3000 } else { 50 };
            assert_eq!(schedule.start(due_at(now, Duration::from_millis(took))), None);
            starts.push((now, key));
            now = due_at(now, Duration::from_millis(took));
            assert!(schedule.finish(key));
        }
        assert_eq!(starts.len(), keys.len());
        assert!(
            starts
                .windows(2)
                .all(|pair| { pair[1].0.as_millisecond() - pair[0].0.as_millisecond() >= 2000 })
        );
        // First come first served: by due moment, then by order of the configuration.
        assert!(starts.windows(2).all(|pair| {
            let due = |key: Key| (key.0 % 7, key);
            due(pair[0].1) < due(pair[1].1)
        }));
    }

    #[test]
    fn a_host_with_a_long_line_delays_no_other_host() {
        let mut schedule = schedule(2000);
        for _ in 0..1000 {
            schedule.add("big.example", at(0));
        }
        let small = schedule.add("small.example", at(5));
        assert_eq!(schedule.start(at(5)), Some(Key(0)));
        assert_eq!(schedule.start(at(5)), Some(small));
        assert_eq!(schedule.start(at(5)), None);
    }

    #[test]
    fn a_feed_is_not_started_again_before_its_commit() {
        let mut schedule = schedule(0);
        let key = schedule.add("a.example", at(0));
        assert_eq!(schedule.start(at(0)), Some(key));
        assert!(schedule.finish(key));
        assert_eq!((schedule.start(at(1_000_000)), schedule.wake()), (None, None));
        assert_eq!(schedule.uncommitted(), 1);
        schedule.commit(key, "a.example", at(60_000));
        assert_eq!(schedule.uncommitted(), 0);
        assert_eq!(schedule.wake(), Some(at(60_000)));
        assert_eq!(schedule.start(at(59_999)), None);
        assert_eq!(schedule.start(at(60_000)), Some(key));
    }

    #[test]
    fn a_held_host_waits_and_others_do_not() {
        let mut schedule = schedule(0);
        let held = schedule.add("held.example", at(0));
        let free = schedule.add("free.example", at(10));
        schedule.hold("held.example", at(5000));
        assert_eq!(schedule.start(at(10)), Some(free));
        assert_eq!(schedule.start(at(4999)), None);
        assert_eq!(schedule.wake(), Some(at(5000)));
        assert_eq!(schedule.start(at(5000)), Some(held));
    }

    #[test]
    fn a_redirect_takes_its_turn_at_the_other_host() {
        let mut schedule = schedule(1000);
        let own = schedule.add("to.example", at(0));
        let sent_on = schedule.add("from.example", at(0));
        assert_eq!(schedule.start(at(0)), Some(sent_on));
        assert_eq!(schedule.start(at(0)), Some(own));
        schedule.hop(sent_on, "to.example");
        assert_eq!(schedule.start(at(5000)), None, "the other host is busy");
        assert!(schedule.finish(own));
        assert_eq!(schedule.start(at(999)), None, "and then spaced");
        assert_eq!(schedule.start(at(1000)), Some(sent_on));
        assert!(schedule.finish(sent_on));
        assert_eq!(schedule.in_flight(), 0);
    }

    #[test]
    fn a_clock_set_back_takes_every_moment_along() {
        let mut schedule = schedule(2000);
        let first = schedule.add("a.example", at(100_000));
        let second = schedule.add("a.example", at(100_000));
        let third = schedule.add("b.example", at(200_000));
        assert_eq!(schedule.start(at(100_000)), Some(first));
        assert!(schedule.finish(first));
        schedule.fall_back(Duration::from_secs(90));
        assert_eq!(schedule.start(at(11_999)), None);
        assert_eq!(schedule.start(at(12_000)), Some(second));
        assert_eq!((schedule.start(at(109_999)), schedule.wake()), (None, Some(at(110_000))));
        assert_eq!(schedule.start(at(110_000)), Some(third));
    }

    #[test]
    fn a_removed_feed_leaves_in_whatever_phase_it_is() {
        let mut schedule = schedule(0);
        let keys: Vec<Key> = (0..4).map(|_| schedule.add("a.example", at(0))).collect();
        assert_eq!(schedule.start(at(0)), Some(keys[0]));
        assert!(schedule.finish(keys[0]));
        assert_eq!(schedule.start(at(0)), Some(keys[1]));
        for &key in &keys {
            schedule.remove(key);
        }
        assert!(!schedule.finish(keys[1]));
        assert_eq!((schedule.in_flight(), schedule.uncommitted()), (0, 0));
        assert_eq!((schedule.start(at(9)), schedule.wake()), (None, None));
        schedule.reset(keys[2], "b.example", at(20));
        assert_eq!(schedule.start(at(20)), Some(keys[2]));
    }

    /// Any order of events: never two at once on a host, never early, nobody forgotten.
    #[test]
    fn whatever_happens_hosts_are_spaced_and_feeds_come_round() {
        for seed in 1..40_u64 {
            let mut dice = seed;
            let mut roll = |sides: u64| {
                dice ^= dice << 13;
                dice ^= dice >> 7;
                dice ^= dice << 17;
                dice % sides
            };
            let mut schedule = schedule(2000);
            let hosts = ["a.example", "b.example", "c.example", "d.example"];
            let mut at_host: Vec<&str> = (0..24).map(|n| hosts[n % hosts.len()]).collect();
            let mut due: Vec<Timestamp> = vec![at(0); 24];
            for host in &at_host {
                schedule.add(host, at(0));
            }
            let (mut now, mut under_way, mut polls) = (at(0), Vec::new(), vec![0; 24]);
            let mut last: HashMap<&str, Timestamp> = HashMap::new();
            for _ in 0..4000 {
                now = due_at(now, Duration::from_millis(roll(900)));
                while let Some(key) = schedule.start(now) {
                    let n = key.0 as usize;
                    let host = at_host[n];
                    assert!(due[n] <= now, "seed {seed}: early");
                    assert!(!under_way.iter().any(|&other: &usize| at_host[other] == host));
                    if let Some(last) = last.insert(host, now) {
                        assert!(due_at(last, Duration::from_secs(2)) <= now, "seed {seed}");
                    }
                    under_way.push(n);
                }
                if under_way.is_empty() {
                    continue;
                }
                let place = usize::try_from(roll(under_way.len() as u64)).unwrap();
                let n = under_way.swap_remove(place);
                let key = Key(u32::try_from(n).unwrap());
                if roll(5) == 0 {
                    at_host[n] = hosts[usize::try_from(roll(4)).unwrap()];
                    schedule.hop(key, at_host[n]);
                    continue;
                }
                assert!(schedule.finish(key));
                polls[n] += 1;
                due[n] = due_at(now, Duration::from_millis(roll(20_000)));
                schedule.commit(key, at_host[n], due[n]);
            }
            assert!(polls.iter().all(|&polls| polls > 3), "seed {seed}: {polls:?}");
        }
    }
}
