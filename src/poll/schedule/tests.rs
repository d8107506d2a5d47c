use std::collections::HashMap;

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
fn a_host_without_spacing_is_free_as_soon_as_it_has_a_place() {
    let mut schedule = Schedule::new(PerHost { in_flight: 3, spacing: Duration::ZERO });
    for _ in 0..4 {
        schedule.add("a.example", at(0));
    }
    let within = Timestamp::from_microsecond(10_300).unwrap();
    let started: Vec<Key> = std::iter::from_fn(|| schedule.start(within)).collect();
    assert_eq!(started.len(), 3);
    assert!(schedule.finish(started[0]));
    assert!(schedule.start(within).is_some());
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
    let sent_on = schedule.add("from.example", at(0));
    let own = schedule.add("to.example", at(0));
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
