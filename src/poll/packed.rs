//! What is remembered of a resting feed, in a quarter of its size: a poller may keep a million of them.
//!
//! Numbers take as many bytes as they need, and everything stands in one piece. The form never leaves the process: the
//! store has JSON. Pure.

use jiff::Timestamp;

use crate::news::{Extra, FeedState, Hash16, Health, Validators};

use super::interval::Rate;
use super::memory::{Before, Kept, Memory, Probation};
use super::outcome::Silence;
use super::timetable::Timetable;

/// By number.
const HEALTH: [Health; 8] = [
    Health::New,
    Health::Ok,
    Health::Flaky,
    Health::Failing,
    Health::Dormant,
    Health::Gone,
    Health::Blocked,
    Health::Moved,
];

/// A state without the address, which the feed's configuration has.
#[derive(Debug)]
pub(super) struct Packed(Box<[u8]>);

impl Packed {
    pub(super) fn of(kept: &Kept) -> Self {
        let mut pen = Pen::default();
        pen.state(&kept.state);
        pen.memory(&kept.memory);
        Self(pen.0.into_boxed_slice())
    }

    /// The state again, under its address.
    pub(super) fn open(&self, url: String) -> Kept {
        let mut eye = Eye(&self.0);
        Kept { state: eye.state(url), memory: eye.memory() }
    }
}

/// Writes values one behind the other.
#[derive(Debug, Default)]
pub(super) struct Pen(Vec<u8>);

impl Pen {
    /// Seven bits a byte, the lowest first.
    pub(super) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.0.push(value.to_le_bytes()[0]);
    }

    fn signed(&mut self, value: i64) {
        self.number((value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned());
    }

    pub(super) fn flag(&mut self, value: bool) {
        self.0.push(u8::from(value));
    }

    pub(super) fn real(&mut self, value: f64) {
        self.0.extend(value.to_bits().to_le_bytes());
    }

    pub(super) fn moment(&mut self, value: Timestamp) {
        self.signed(value.as_second());
        self.signed(value.subsec_nanosecond().into());
    }

    fn bytes(&mut self, value: &[u8]) {
        self.number(value.len() as u64);
        self.0.extend_from_slice(value);
    }

    pub(super) fn maybe<T>(&mut self, value: Option<T>, put: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            put(self, value);
        }
    }

    fn health(&mut self, health: Health) {
        self.number(HEALTH.iter().position(|&known| known == health).unwrap_or(0) as u64);
    }

    fn state(&mut self, state: &FeedState) {
        let Validators { etag, last_modified } = &state.validators;
        self.maybe(etag.as_deref(), Self::bytes);
        self.maybe(last_modified.as_deref(), Self::bytes);
        self.moment(state.next_due);
        self.maybe(state.last_success, Self::moment);
        self.maybe(state.body_hash, |pen, hash| pen.0.extend(hash.0));
        self.flag(state.seen_once);
        self.health(state.health);
        self.moment(state.health_since);
        self.signed(state.failure_weight);
        self.maybe(state.last_http, |pen, http| pen.number(http.into()));
        self.bytes(state.last_error.as_bytes());
    }

    fn memory(&mut self, memory: &Memory) {
        self.number(memory.interval_ms);
        self.maybe(memory.full_at, Self::moment);
        self.flag(memory.fresh_stated);
        self.maybe(memory.probation.as_ref(), |pen, Probation { to, polls, since }| {
            pen.bytes(to.as_bytes());
            pen.number((*polls).into());
            pen.moment(*since);
        });
        self.maybe(memory.adopted.as_ref(), |pen, url| pen.bytes(url.as_bytes()));
        self.maybe(memory.not_before, Self::moment);
        self.maybe(memory.host_held_until, Self::moment);
        self.bytes(memory.unreadable.as_bytes());
        memory.timetable.pack(self);
        memory.rate.pack(self);
        memory.silence.pack(self);
        self.maybe(memory.before.as_ref(), |pen, before| {
            pen.health(before.health);
            pen.moment(before.since);
            pen.signed(before.weight);
            pen.maybe(before.success, Self::moment);
            pen.flag(before.seen_once);
        });
    }
}

/// Reads them back in the same order. Beyond the end everything is zero.
#[derive(Debug)]
pub(super) struct Eye<'a>(&'a [u8]);

impl Eye<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    pub(super) fn number(&mut self) -> u64 {
        let mut value = 0;
        for place in 0..10 {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                break;
            }
        }
        value
    }

    /// A number that was written from a smaller type.
    pub(super) fn small<T: TryFrom<u64> + Default>(&mut self) -> T {
        T::try_from(self.number()).unwrap_or_default()
    }

    fn signed(&mut self) -> i64 {
        let value = self.number();
        (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
    }

    pub(super) fn flag(&mut self) -> bool {
        self.byte() != 0
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let Some((first, rest)) = self.0.split_first_chunk() else { return [0; N] };
        self.0 = rest;
        *first
    }

    pub(super) fn real(&mut self) -> f64 {
        f64::from_bits(u64::from_le_bytes(self.array()))
    }

    pub(super) fn moment(&mut self) -> Timestamp {
        let (second, nanosecond) = (self.signed(), self.signed());
        Timestamp::new(second, i32::try_from(nanosecond).unwrap_or(0)).unwrap_or_default()
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = usize::try_from(self.number()).unwrap_or(0).min(self.0.len());
        let (first, rest) = self.0.split_at(length);
        self.0 = rest;
        first.to_vec()
    }

    fn text(&mut self) -> String {
        String::from_utf8(self.bytes()).unwrap_or_default()
    }

    pub(super) fn maybe<T>(&mut self, take: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| take(self))
    }

    fn health(&mut self) -> Health {
        HEALTH[self.small::<usize>().min(HEALTH.len() - 1)]
    }

    fn state(&mut self, url: String) -> FeedState {
        let (etag, last_modified) = (self.maybe(Self::bytes), self.maybe(Self::bytes));
        FeedState {
            url,
            validators: Validators { etag, last_modified },
            next_due: self.moment(),
            last_success: self.maybe(Self::moment),
            body_hash: self.maybe(|eye| Hash16(eye.array())),
            seen_once: self.flag(),
            health: self.health(),
            health_since: self.moment(),
            failure_weight: self.signed(),
            last_http: self.maybe(Self::small),
            last_error: self.text(),
            extra: Extra::default(),
        }
    }

    fn memory(&mut self) -> Memory {
        Memory {
            interval_ms: self.number(),
            full_at: self.maybe(Self::moment),
            fresh_stated: self.flag(),
            probation: self.maybe(|eye| Probation {
                to: eye.text(),
                polls: eye.small(),
                since: eye.moment(),
            }),
            adopted: self.maybe(Self::text),
            not_before: self.maybe(Self::moment),
            host_held_until: self.maybe(Self::moment),
            unreadable: self.text(),
            timetable: Timetable::unpack(self),
            rate: Rate::unpack(self),
            silence: Silence::unpack(self),
            before: self.maybe(|eye| Before {
                health: eye.health(),
                since: eye.moment(),
                weight: eye.signed(),
                success: eye.maybe(Self::moment),
                seen_once: eye.flag(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://paper.example/rss";

    fn kept(extra: &str) -> Kept {
        let state = serde_json::json!({
            "url": URL, "next_due": "2025-08-16T06:00:00.123Z", "health_since": "1969-12-31T23:59:59.5Z",
            "validators": { "etag": b"W/\"a\"".to_vec(), "last_modified": null },
            "last_success": "2025-08-16T05:58:00.000000001Z", "body_hash": Hash16([7; 16]), "seen_once": true,
            "health": "moved", "failure_weight": -1_500, "last_http": 304, "last_error": "silent for 9 d",
            "extra": serde_json::from_str::<serde_json::Value>(extra).unwrap(),
        });
        Kept::of(serde_json::from_value(state).unwrap())
    }

    fn check(extra: &str) -> usize {
        let kept = kept(extra);
        let packed = Packed::of(&kept);
        assert_eq!(packed.open(URL.to_owned()), kept, "{extra}");
        packed.0.len()
    }

    const FULL: &str = r#"{"interval_ms":900000,"full_at":"2025-08-10T06:00:00Z","fresh_stated":true,
        "probation":{"to":"https://new.example/","polls":2,"since":"2025-08-15T06:00:00Z"},
        "adopted":"https://else.example/é","not_before":"2025-08-16T07:00:00Z",
        "host_held_until":"2025-08-16T08:00:00Z","unreadable":"html?",
        "timetable":{"least_s":3600,"skip_hours":8388609,"skip_days":65},
        "rate":{"news":61.482913,"days":13.816204,"at":"2025-08-16T05:58:00Z","hours":[0.0,0.001,1.731,255.999,
          4.0,5.0,6.0,7.0,8.0,9.0,10.0,11.0,12.0,13.0,14.0,15.0,16.0,17.0,18.0,19.0,20.0,21.0,22.0,23.5]},
        "silence":{"news_at":"2025-08-16T05:58:00Z","visits":10,"rest_s":40000,"per_day":4.312,"is_ill":true},
        "before":{"health":"flaky","since":"2025-08-01T00:00:00Z","weight":500,"success":null,"seen_once":true}}"#;

    #[test]
    fn what_is_remembered_comes_back_as_it_was() {
        assert!(check("{}") < 120);
        assert!(check(FULL) < 330, "{} bytes", check(FULL));
    }

    #[test]
    fn nothing_that_a_new_feed_has_is_lost_either() {
        let feed = crate::news::Feed::new("a", URL.parse().unwrap());
        let now = Timestamp::from_second(1_755_300_000).unwrap();
        let kept = Kept::of(super::super::memory::blank(&feed, now, now));
        assert_eq!(Packed::of(&kept).open(URL.to_owned()), kept);
    }

    #[test]
    fn numbers_at_their_edges_come_back() {
        let mut pen = Pen::default();
        let edges = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        for edge in edges {
            pen.number(edge);
        }
        for edge in [i64::MIN, -1, 0, 1, i64::MAX] {
            pen.signed(edge);
        }
        let mut eye = Eye(&pen.0);
        assert_eq!(edges.map(|_| eye.number()), edges);
        assert_eq!([(); 5].map(|()| eye.signed()), [i64::MIN, -1, 0, 1, i64::MAX]);
        assert_eq!((eye.number(), eye.flag(), eye.bytes()), (0, false, Vec::new()));
    }
}
