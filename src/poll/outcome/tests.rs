use super::*;
use crate::poll::address::Refused;
use crate::poll::inflate::BodyError;
use crate::poll::memory::blank;

fn feed() -> Feed {
    Feed::new("mint", Url::parse("https://mint.example/rss").unwrap())
}

fn start() -> Timestamp {
    "2025-08-16T06:00:00Z".parse().unwrap()
}

const INTERVAL: Duration = Duration::from_mins(15);
const DAY: Duration = Duration::from_hours(24);

/// A feed with its state, polled by literals.
struct Polls {
    feed: Feed,
    kept: Kept,
    now: Timestamp,
}

impl Polls {
    fn new() -> Self {
        let feed = feed();
        let kept = Kept::of(blank(&feed, start(), start()));
        Self { feed, kept, now: start() }
    }

    fn take(&mut self, answer: &Answer) -> Outcome {
        let conditional = is_conditional(&self.feed, &self.kept, self.now);
        let question =
            Question { feed: &self.feed, now: self.now, interval: INTERVAL, conditional };
        let outcome = take(question, &self.kept, answer);
        // As through the store.
        self.kept = Kept::of(outcome.kept.stored());
        assert_eq!(self.kept, outcome.kept);
        outcome
    }

    fn rest(&self) -> Duration {
        span(self.now, self.kept.state.next_due)
    }

    fn go_on(&mut self, time: Duration) {
        self.now = self.now.checked_add(time).unwrap();
    }
}

fn plain(result: Result<Good, Failure>) -> Answer {
    Answer {
        result,
        validators: Validators::default(),
        wishes: Wishes::default(),
        permanent_to: None,
    }
}

fn body(n: u8) -> Answer {
    plain(Ok(Good::Body(Hash16([n; 16]))))
}

fn with_etag(answer: Answer, etag: &str) -> Answer {
    let validators = Validators { etag: Some(etag.into()), last_modified: None };
    Answer { validators, ..answer }
}

fn asking(answer: Answer, retry_after: &str, cache_control: &str) -> Answer {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let wishes = Wishes {
        retry_after: some(retry_after),
        cache_control: some(cache_control).into_iter().collect(),
        ..Wishes::default()
    };
    Answer { wishes, ..answer }
}

fn http(status: u16) -> Answer {
    plain(Err(Failure::Http(status)))
}

fn near(rest: Duration, interval: Duration) -> bool {
    rest >= interval.mul_f64(0.95) && rest <= interval.mul_f64(1.05) + Duration::from_millis(1)
}

#[test]
fn an_equal_body_is_not_read_again_but_its_validators_are_taken() {
    let mut polls = Polls::new();
    assert!(polls.take(&with_etag(body(1), "W/\"a b\"")).read);
    let again = polls.take(&with_etag(body(1), "new"));
    assert!(!again.read);
    assert_eq!(again.kept.state.validators.etag.as_deref(), Some(&b"new"[..]));
    assert!(polls.take(&with_etag(body(2), "newer")).read);
}

#[test]
fn a_whole_answer_clears_validators_it_lacks_and_a_304_keeps_them() {
    let mut polls = Polls::new();
    let both = Validators { etag: Some(b"e".to_vec()), last_modified: Some(b"odd date".to_vec()) };
    polls.take(&Answer { validators: both.clone(), ..body(1) });
    polls.take(&plain(Ok(Good::NotModified)));
    assert_eq!(polls.kept.state.validators, both);
    polls.take(&with_etag(plain(Ok(Good::NotModified)), "e2"));
    assert_eq!(polls.kept.state.validators.etag.as_deref(), Some(&b"e2"[..]));
    assert_eq!(polls.kept.state.validators.last_modified, both.last_modified);
    polls.take(&with_etag(body(2), "e3"));
    assert_eq!(polls.kept.state.validators.last_modified, None);
}

#[test]
fn a_failure_keeps_validators_and_never_takes_any() {
    let mut polls = Polls::new();
    polls.take(&with_etag(body(1), "kept"));
    for failure in [Failure::Http(500), Failure::Connection, Failure::Body(BodyError::Ratio)] {
        polls.take(&with_etag(plain(Err(failure)), "never"));
        assert_eq!(polls.kept.state.validators.etag.as_deref(), Some(&b"kept"[..]));
    }
}

#[test]
fn a_304_that_nobody_asked_for_is_a_failure() {
    let mut polls = Polls::new();
    let outcome = polls.take(&plain(Ok(Good::NotModified)));
    assert_eq!(outcome.kept.state.health, Health::Flaky);
    assert_eq!(outcome.kept.state.last_success, None);
}

#[test]
fn max_age_binds_on_200_304_and_429_but_nonsense_never_does() {
    for answer in [with_etag(body(1), "e"), plain(Ok(Good::NotModified)), http(429)] {
        let mut polls = Polls::new();
        polls.take(&with_etag(body(9), "e"));
        polls.take(&asking(answer.clone(), "1", "max-age=50000"));
        assert_eq!(polls.rest(), Duration::from_secs(50_000), "{answer:?}");
        polls.take(&asking(answer, "1", "max-age=31536000"));
        assert_eq!(polls.rest(), DAY);
    }
    let mut polls = Polls::new();
    polls.take(&asking(body(1), "", "max-age=31536000, no-cache"));
    assert!(near(polls.rest(), INTERVAL));
    polls.take(&asking(http(404), "", "max-age=50000"));
    assert!(near(polls.rest(), INTERVAL.mul_f64(1.5)));
}

#[test]
fn retry_after_sets_the_moment_and_429_holds_the_host() {
    let rest_after = |status, retry_after| {
        let mut polls = Polls::new();
        let outcome = polls.take(&asking(http(status), retry_after, ""));
        (polls.rest(), outcome.hold_host.map(|until| span(start(), until)))
    };
    let secs = Duration::from_secs;
    assert_eq!(rest_after(429, "7200"), (secs(7200), Some(secs(7200))));
    assert_eq!(rest_after(429, "Sat, 16 Aug 2025 08:00:00 GMT").0, secs(7200));
    assert_eq!(rest_after(429, "400000"), (DAY, Some(DAY)));
    assert_eq!(rest_after(503, "7200"), (secs(7200), None));
    assert_eq!(rest_after(301, "7200"), (secs(7200), None));
    let (rest, hold) = rest_after(429, "Sat, 16 Aug 2025 05:00:00 GMT");
    assert!(near(rest, INTERVAL.mul_f64(1.5)) && hold == Some(secs(0)));
    let (rest, hold) = rest_after(429, "");
    assert!(rest >= secs(3600) && rest <= secs(7201) && hold == Some(rest), "{rest:?}");
}

#[test]
fn failures_weigh_by_kind_and_lead_from_flaky_to_dormant_and_back_at_once() {
    let mut polls = Polls::new();
    polls.take(&body(1));
    let mut seen = vec![];
    for _ in 0..40 {
        let outcome = polls.take(&http(400));
        seen.extend(outcome.health.map(|change| (polls.kept.state.failure_weight, change.to)));
    }
    let expected = vec![(1000, Health::Flaky), (3000, Health::Failing), (30_000, Health::Dormant)];
    assert_eq!(seen, expected);
    assert!(near(polls.rest(), 7 * DAY));
    let back = polls.take(&body(2));
    let change = back.health.unwrap();
    assert_eq!((change.from, change.to), (Health::Dormant, Health::Ok));
    assert_eq!(polls.kept.state.failure_weight, 0);
    assert!(near(polls.rest(), INTERVAL));

    let weight = |failure| {
        let mut polls = Polls::new();
        polls.take(&plain(Err(failure)));
        polls.kept.state.failure_weight
    };
    assert_eq!(weight(Failure::Http(404)), 500);
    assert_eq!(weight(Failure::Http(500)), 500);
    assert_eq!(weight(Failure::TemporaryDns), 250);
    assert_eq!(weight(Failure::Refused(Refused::NoHost)), 1000);
}

#[test]
fn backoff_grows_with_the_weight_and_stops_at_a_day() {
    let mut polls = Polls::new();
    polls.take(&http(500));
    assert!(near(polls.rest(), INTERVAL.mul_f64(1.5)));
    polls.take(&http(500));
    assert!(near(polls.rest(), INTERVAL * 2));
    let question = Question { feed: &feed(), now: start(), interval: DAY, conditional: false };
    let outcome = take(question, &polls.kept, &http(500));
    assert!(near(span(start(), outcome.kept.state.next_due), DAY));
}

#[test]
fn gone_is_silent_for_a_week_and_blocked_says_so() {
    let mut polls = Polls::new();
    polls.take(&body(1));
    assert_eq!(polls.take(&http(410)).health.unwrap().to, Health::Gone);
    assert!(near(polls.rest(), 7 * DAY));
    assert_eq!(polls.take(&body(1)).health.unwrap().to, Health::Ok);
    assert_eq!(polls.take(&http(403)).health.unwrap().to, Health::Blocked);
    assert!(near(polls.rest(), INTERVAL * 2));
}

#[test]
fn an_unreadable_body_is_a_failure_until_another_body_comes() {
    let mut polls = Polls::new();
    polls.take(&body(1));
    let outcome = polls.take(&with_etag(body(2), "broken"));
    assert!(outcome.read && outcome.health.is_none());
    let mut state = outcome.kept.stored();
    let change = unreadable(&polls.feed, &mut state, "html?", polls.now).unwrap();
    assert_eq!((change.from, change.to), (Health::Ok, Health::Flaky));
    assert_eq!(state.last_error, "parse error (html?)");
    assert!(near(span(polls.now, state.next_due), INTERVAL.mul_f64(1.5)));
    polls.kept = Kept::of(state);
    // The same broken body, in either form, is no recovery; its weight goes on.
    assert!(!polls.take(&with_etag(plain(Ok(Good::NotModified)), "broken")).read);
    assert_eq!((polls.kept.state.failure_weight, polls.kept.state.health), (1000, Health::Flaky));
    // Other bodies that cannot be read either go on from there.
    for n in 3..9 {
        let mut state = polls.take(&body(n)).kept.stored();
        unreadable(&polls.feed, &mut state, "html?", polls.now);
        polls.kept = Kept::of(state);
    }
    assert_eq!((polls.kept.state.failure_weight, polls.kept.state.health), (4000, Health::Failing));
    let back = polls.take(&body(1));
    assert_eq!(back.health.unwrap().to, Health::Ok);
    assert_eq!(polls.kept.state.last_error, "");
}

#[test]
fn an_unreadable_first_body_leaves_the_first_poll_open() {
    let mut polls = Polls::new();
    let mut state = polls.take(&body(1)).kept.stored();
    assert!(state.seen_once);
    let change = unreadable(&polls.feed, &mut state, "empty", polls.now).unwrap();
    assert_eq!((change.from, change.to), (Health::New, Health::Flaky));
    assert!(!state.seen_once && state.last_success.is_none());
}

#[test]
fn a_permanent_move_is_adopted_after_three_polls_over_a_day_and_given_up_when_it_fails() {
    let to = Url::parse("https://new.example/rss").unwrap();
    let moved = |n| Answer { permanent_to: Some(to.clone()), ..body(n) };
    let adopted = |polls: &Polls| polls.kept.memory.adopted.clone();
    let mut polls = Polls::new();
    for n in 0..5 {
        polls.take(&moved(n));
        polls.go_on(Duration::from_hours(1));
    }
    assert_eq!(adopted(&polls), None, "five polls within five hours");
    polls.go_on(DAY);
    assert_eq!(polls.take(&moved(9)).health.unwrap().to, Health::Moved);
    assert_eq!(adopted(&polls).as_deref(), Some("https://new.example/rss"));
    polls.take(&http(503));
    assert!(adopted(&polls).is_some(), "a passing failure");
    polls.take(&http(404));
    assert_eq!(adopted(&polls), None);

    // Another target in between starts the count anew.
    let mut polls = Polls::new();
    polls.take(&moved(1));
    polls.go_on(DAY);
    polls.take(&body(2));
    polls.take(&moved(3));
    polls.take(&moved(4));
    polls.take(&moved(5));
    assert_eq!(adopted(&polls), None);
}

#[test]
fn what_the_text_of_a_feed_asks_for_holds_until_another_body_says_otherwise() {
    let mut polls = Polls::new();
    let mut state = polls.take(&with_etag(body(1), "e")).kept.stored();
    let hourly = Said { ttl: "60", ..Said::default() };
    heed(&polls.feed, &mut state, &hourly, polls.now);
    polls.kept = Kept::of(state);
    assert_eq!(polls.rest(), Duration::from_hours(1));
    polls.take(&plain(Ok(Good::NotModified)));
    assert_eq!(polls.rest(), Duration::from_hours(1));
    let hours: Vec<String> = vec!["6".into(), "7".into()];
    let mut state = polls.take(&with_etag(body(2), "e")).kept.stored();
    let skipping = Said { skip_hours: &hours, ..Said::default() };
    heed(&polls.feed, &mut state, &skipping, polls.now);
    polls.kept = Kept::of(state);
    polls.take(&plain(Ok(Good::NotModified)));
    assert!(polls.rest() >= Duration::from_hours(2) && polls.rest() < Duration::from_mins(131));
}

#[test]
fn an_eternal_304_is_found_out_in_8_to_12_days_unless_freshness_is_stated() {
    let mut polls = Polls::new();
    polls.take(&with_etag(body(1), "e"));
    let mut days = 0;
    while is_conditional(&polls.feed, &polls.kept, polls.now) {
        polls.take(&plain(Ok(Good::NotModified)));
        polls.go_on(DAY / 4);
        days += 1;
        assert!(days < 100);
    }
    assert!((8 * 4..=12 * 4 + 1).contains(&days), "{days} quarter days");
    polls.take(&asking(with_etag(body(1), "e"), "", "max-age=60"));
    polls.go_on(30 * DAY);
    assert!(is_conditional(&polls.feed, &polls.kept, polls.now));
}

#[test]
fn due_moments_are_whole_milliseconds_and_never_early() {
    let odd: Timestamp = "2025-08-16T06:00:00.000000001Z".parse().unwrap();
    let due = due_at(odd, Duration::from_secs(1));
    assert_eq!(due, "2025-08-16T06:00:01.001Z".parse().unwrap());
    assert_eq!(due_at(start(), Duration::ZERO), start());
}

/// Polls every six hours; a new body every time, in which the desk finds `fresh` items.
fn with_news(polls: &mut Polls, n: u8, fresh: u64) -> Option<HealthChange> {
    polls.go_on(DAY / 4);
    let outcome = polls.take(&with_etag(body(n), "e"));
    let mut state = outcome.kept.stored();
    let change = heard(&mut state, fresh, polls.now);
    polls.kept = Kept::of(state);
    let now = polls.now;
    polls.kept.memory.rate.observe(now, fresh);
    match change {
        Some(change) => change.following(outcome.health),
        None => outcome.health,
    }
}

#[test]
fn a_busy_feed_that_falls_silent_is_flaky_without_being_asked_less_and_well_with_the_next_item() {
    let mut polls = Polls::new();
    for n in 0..40 {
        let change = with_news(&mut polls, n, 3);
        assert_eq!(change.is_some(), n == 0);
    }
    let last = polls.now;
    let found = loop {
        polls.go_on(DAY / 4);
        // Half of the answers are 304, half are bodies with another time stamp and nothing else.
        let change = if polls.now.as_second() / 21_600 % 2 == 0 {
            polls.take(&with_etag(plain(Ok(Good::NotModified)), "e")).health
        } else {
            polls.now = polls.now.checked_sub(DAY / 4).unwrap();
            let stamp = u8::try_from(polls.now.as_second() / 60 % 251).unwrap();
            with_news(&mut polls, stamp, 0)
        };
        assert!(span(last, polls.now) < 5 * DAY, "never found");
        assert!(near(polls.rest(), INTERVAL));
        if let Some(change) = change {
            break change;
        }
    };
    assert!(span(last, polls.now) >= 3 * DAY);
    assert_eq!((found.from, found.to), (Health::Ok, Health::Flaky));
    assert_eq!(found.reason, "silent for 3 d");
    assert_eq!(
        (polls.kept.state.failure_weight, polls.kept.state.last_error.as_str()),
        (0, "silent for 3 d")
    );
    // Said once; a failure in between is a failure, and what follows it is the silence again.
    polls.go_on(2 * DAY);
    assert_eq!(polls.take(&body(254)).health, None);
    assert_eq!(polls.kept.state.last_error, "silent for 5 d");
    assert_eq!(polls.take(&http(503)).health, None);
    assert_eq!(polls.kept.state.last_error, "HTTP 503");
    assert_eq!(polls.take(&body(254)).health, None);
    let back = with_news(&mut polls, 255, 1).unwrap();
    assert_eq!(
        (back.from, back.to, back.reason.as_str()),
        (Health::Flaky, Health::Ok, "news again")
    );
    assert_eq!(polls.kept.state.last_error, "");
}

#[test]
fn news_that_end_a_silence_in_the_poll_that_would_have_found_it_change_nothing() {
    let mut polls = Polls::new();
    (0..40).for_each(|n| drop(with_news(&mut polls, n, 3)));
    polls.go_on(6 * DAY);
    assert_eq!(with_news(&mut polls, 100, 1), None);
}

#[test]
fn a_page_that_wants_to_see_a_person_blocks_the_feed() {
    let mut polls = Polls::new();
    polls.take(&body(1));
    let mut state = polls.take(&body(2)).kept.stored();
    let why = why_unreadable("parse", b"<html><div class=h-captcha>");
    let change = unreadable(&polls.feed, &mut state, why, polls.now).unwrap();
    assert_eq!((change.to, change.reason.as_str()), (Health::Blocked, "parse error (captcha)"));
}
