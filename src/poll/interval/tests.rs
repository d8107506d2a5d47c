use super::*;

const MINUTES_15: Duration = Duration::from_mins(15);
const FLOOR: Duration = Duration::from_mins(5);

fn start() -> Timestamp {
    "2025-08-01T00:00:00Z".parse().unwrap()
}

fn later(moment: Timestamp, seconds: f64) -> Timestamp {
    moment.checked_add(Duration::from_secs_f64(seconds)).unwrap()
}

/// A seeded generator for simulated news: xorshift, good enough for weather.
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / f64::from(u32::MAX)
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }

    fn wait(&mut self, rate: f64) -> f64 {
        -(1.0 - self.share()).max(1e-12).ln() / rate
    }
}

/// Moments of news of one feed over `days`, in seconds: log-normal rates, day and night, bursts, one in ten dead.
fn news(dice: &mut Dice, days: f64) -> Vec<f64> {
    let per_day = (5.0_f64.ln() + 1.6 * dice.normal()).exp().min(500.0);
    let (is_dead, morning) = (dice.share() < 0.1, dice.share() * 24.0);
    let mut moments = Vec::new();
    let mut time = 0.0;
    while !is_dead && time < days * DAY_SECONDS {
        // Thinning: candidates at the peak rate, kept by the hour's share of it.
        time += dice.wait(2.0 * per_day / DAY_SECONDS);
        let hour = (time / 3_600.0 - morning).rem_euclid(24.0);
        let keep = if hour < 12.0 { 0.95 } else { 0.05 };
        if dice.share() < keep {
            let burst = if dice.share() < 0.05 { 4 } else { 1 };
            moments.extend((0..burst).map(|n| time + 60.0 * f64::from(n)));
        }
    }
    moments.sort_by(f64::total_cmp);
    moments
}

struct Reader {
    news: Vec<f64>,
    read: usize,
    next: f64,
    rate: Rate,
    share: Share,
}

/// Mean delay in seconds and requests in the second half of `days`, with `rest` as the rule.
fn simulate(
    seed: u64,
    days: f64,
    mut rest: impl FnMut(&mut Reader, Timestamp) -> f64,
) -> (f64, u32) {
    let mut dice = Dice(seed);
    let mut readers: Vec<Reader> = (0..150)
        .map(|_| Reader {
            news: news(&mut dice, days),
            read: 0,
            next: dice.share() * 3_600.0,
            rate: Rate::default(),
            share: Share::default(),
        })
        .collect();
    let (mut delay, mut count, mut requests) = (0.0, 0.0, 0);
    let mut line: std::collections::BTreeSet<(u64, usize)> =
        readers.iter().enumerate().map(|(n, reader)| (reader.next.to_bits(), n)).collect();
    while let Some((at, n)) = line.pop_first() {
        let (reader, time) = (&mut readers[n], f64::from_bits(at));
        if time > days * DAY_SECONDS {
            break;
        }
        let counts = time > days / 2.0 * DAY_SECONDS;
        requests += u32::from(counts);
        let mut new = 0;
        while reader.news.get(reader.read).is_some_and(|&moment| moment <= time) {
            if counts {
                delay += time - reader.news[reader.read];
                count += 1.0;
            }
            (reader.read, new) = (reader.read + 1, new + 1);
        }
        let now = later(start(), time);
        // In this order, as the poller does: what a poll found is counted when it is committed.
        reader.next = time + rest(reader, now);
        reader.rate.observe(now, new);
        line.insert((reader.next.to_bits(), n));
    }
    (delay / count, requests)
}

#[test]
fn at_equal_requests_news_waits_less_than_half_as_long_as_with_a_fixed_interval() {
    for seed in [7, 1_234_567] {
        let (fixed, fixed_requests) = simulate(seed, 20.0, |_, _| 3_600.0);
        let mut budget = Budget::new(Duration::from_hours(1));
        let (adaptive, requests) = simulate(seed, 20.0, |reader, now| {
            let claim = Claim { rate: &reader.rate, is_dear: false };
            if reader.share == Share::default() {
                reader.share = budget.join(claim);
            }
            budget.plan(claim, &mut reader.share, now, FLOOR).as_secs_f64()
        });
        let spent = f64::from(requests) / f64::from(fixed_requests);
        assert!((0.95..1.05).contains(&spent), "seed {seed}: {spent:.3} of the requests");
        let gain = adaptive / fixed;
        assert!(gain < 0.5, "seed {seed}: {adaptive:.0} s against {fixed:.0} s, {gain:.3}");
    }
}

/// A budget of one request per quarter of an hour for these.
fn budget(rates: &[&Rate]) -> (Budget, Vec<Share>) {
    let mut budget = Budget::new(MINUTES_15);
    let shares = rates.iter().map(|rate| budget.join(Claim { rate, is_dear: false })).collect();
    (budget, shares)
}

#[test]
fn a_busy_feed_is_polled_more_often_by_the_root_of_its_rate() {
    let rate = |per_day: u64| {
        let mut rate = Rate::default();
        for hour in 0..=480_u32 {
            rate.observe(later(start(), f64::from(hour) * 3_600.0), per_day / 24);
        }
        rate
    };
    let (slow, fast) = (rate(24), rate(24 * 16));
    let (budget, _) = budget(&[&slow, &fast]);
    let now = later(start(), 480.0 * 3_600.0);
    let rest = |rate: &Rate| rate.time_until(now, budget.threshold());
    let ratio = rest(&slow) / rest(&fast);
    assert!((3.8..4.2).contains(&ratio), "{ratio}");
    let requests = 1.0 / rest(&slow) + 1.0 / rest(&fast);
    let allowed = 2.0 / 900.0;
    assert!((requests / allowed - 1.0).abs() < 0.05, "{requests} of {allowed}");
}

#[test]
fn feeds_of_which_nothing_is_known_share_evenly() {
    let rates = vec![Rate::default(); 10];
    let (budget, shares) = budget(&rates.iter().collect::<Vec<_>>());
    let rest = |is_dear| {
        let claim = Claim { rate: &rates[0], is_dear };
        budget.clone().plan(claim, &mut shares[0].clone(), start(), FLOOR).as_secs_f64()
    };
    assert!((rest(false) - 900.0).abs() < 1.0, "{}", rest(false));
    // One without validators costs its server more and is asked about half as often.
    assert!((rest(true) / rest(false) - 2.2).abs() < 0.1, "{}", rest(true));
}

#[test]
fn a_lone_feed_without_validators_gets_a_quarter_of_the_budget() {
    let rate = Rate::default();
    let mut budget = Budget::new(MINUTES_15);
    let claim = Claim { rate: &rate, is_dear: true };
    let mut share = budget.join(claim);
    let rest = budget.plan(claim, &mut share, start(), FLOOR);
    assert!((rest.as_secs_f64() / 3600.0 - 1.0).abs() < 0.05, "{rest:?}");
}

#[test]
fn who_leaves_takes_his_part_along() {
    let mut busy = Rate::default();
    for hour in 0..100_u32 {
        busy.observe(later(start(), f64::from(hour) * 3_600.0), 9);
    }
    let quiet = Rate::default();
    let (mut budget, mut shares) = budget(&[&quiet, &busy]);
    let leaving = shares[1];
    let claim = Claim { rate: &quiet, is_dear: false };
    let mut rest = |budget: &mut Budget| budget.plan(claim, &mut shares[0], start(), FLOOR);
    assert!(rest(&mut budget) > MINUTES_15 * 2);
    budget.leave(leaving);
    assert!((rest(&mut budget).as_secs_f64() - 900.0).abs() < 90.0);
}

#[test]
fn a_feed_is_asked_at_the_hours_at_which_it_brings_news() {
    let mut rate = Rate::default();
    for hour in 0..480_u32 {
        let new = if hour % 24 == 9 { 6 } else { 0 };
        rate.observe(later(start(), f64::from(hour) * 3_600.0 + 3_599.0), new);
    }
    let rest_at = |hour: f64| rate.time_until(later(start(), (480.0 + hour) * 3_600.0), 2_000.0);
    assert!(rest_at(9.0) * 2.0 < rest_at(15.0), "{} {}", rest_at(9.0), rest_at(15.0));
    // After the busy hour it rests until the next one is near at the latest.
    assert!(rest_at(11.0) <= 23.5 * 3_600.0);
}

#[test]
fn a_silent_feed_backs_off_as_the_root_of_its_silence_and_never_beyond_a_day() {
    let silent = |days: u32| {
        let mut rate = Rate::default();
        for day in 0..=days {
            rate.observe(later(start(), f64::from(day) * DAY_SECONDS), 0);
        }
        rate.time_until(later(start(), f64::from(days) * DAY_SECONDS), 2.0)
    };
    let ratio = silent(4) / silent(1);
    assert!((1.7..2.1).contains(&ratio), "{ratio}");
    let rate = Rate::default();
    assert!(rate.time_until(start(), 1e12) <= LONGEST.as_secs_f64());
}

#[test]
fn a_clock_that_jumps_ten_years_ahead_or_back_leaves_the_interval_nearly_as_it_was() {
    let mut rate = Rate::default();
    for hour in 0..480_u32 {
        rate.observe(later(start(), f64::from(hour) * 3_600.0), 2);
    }
    let before = rate.per_day();
    for (jump, new) in [(3_652.0 * DAY_SECONDS, 2), (0.0, 2), (3_600.0, 2)] {
        rate.observe(later(start(), 480.0 * 3_600.0 + jump), new);
        assert!(
            rate.per_day() > before * 0.8,
            "{} after {jump} s, {before} before",
            rate.per_day()
        );
    }
    // After a month in which nobody looked, what is found there is a month's news.
    let now = later(start(), 481.0 * 3_600.0 + 30.0 * DAY_SECONDS);
    rate.observe(now, 60);
    assert!((0.6..0.9).contains(&(rate.per_day() / before)), "{} of {before}", rate.per_day());
}

#[test]
fn a_rate_is_stored_in_few_digits_and_read_back_the_same() {
    let mut rate = Rate::default();
    for look in 0..50_u32 {
        rate.observe(later(start(), f64::from(look) * 5_000.0), 1);
    }
    let json = serde_json::to_value(&rate).unwrap();
    assert!(json.to_string().len() < 300, "{json}");
    assert_eq!(serde_json::from_value::<Rate>(json).unwrap(), rate);
    assert_eq!(serde_json::from_str::<Rate>(r#"{"hours":[]}"#).unwrap(), Rate::default());
}

#[test]
fn the_own_interval_of_a_feed_is_bound_by_interval_min_only() {
    let own = |interval: Option<Duration>, interval_min: Duration| {
        let feed = Feed {
            id: crate::news::FeedId::new("a"),
            url: url::Url::parse("http://a.example/").unwrap(),
            outlet: None,
            interval,
            zone: None,
        };
        base(&feed, &Config { interval_min, ..Config::default() })
    };
    let secs = Duration::from_secs;
    assert_eq!(own(None, FLOOR), MINUTES_15);
    assert_eq!(own(Some(secs(10)), FLOOR), FLOOR);
    assert_eq!(own(Some(secs(10)), secs(1)), secs(10));
    assert_eq!(own(Some(Duration::from_hours(48)), FLOOR), Duration::from_hours(48));
}
