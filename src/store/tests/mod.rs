//! The store from outside: what goes in comes back, what was not committed does not, what was damaged is refused.

mod damage;
mod full;
mod group;
mod hours;
mod measure;
mod round_trip;

use std::path::Path;

use jiff::Timestamp;

use super::{Config, Durability, Store};
use crate::news::{
    Article, ArticleChange, ArticleId, ArticleKind, Because, Change, Day, DispatchId, FeedId,
    FeedState, Fixed, Granularity, Health, Line, Match, Member, Notice, NoticeKind, Outlet,
    OutletKind, Provenance, Published, PublishedOrigin, Role, Rung, Sighting, Signal, StoryChange,
    StoryId, StoryKind, StoryState, StoryStatus, Stream, Taken, Tally, Text, Time, Validators,
    Wanted,
};

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_755_300_000 + second).unwrap()
}

pub(super) fn feed(name: &str) -> FeedId {
    FeedId::new(name)
}

pub(super) fn article(n: u64, body: &str) -> Article {
    Article {
        rung: Rung::Guid,
        key: format!("guid-{n}"),
        key_link: None,
        link_is_key: true,
        guid: format!("guid-{n}"),
        url: format!("https://harbour-post.example/{n}"),
        title: format!("Ferry number {n} leaves the harbour"),
        lang: "en".to_owned(),
        outlet: Outlet { id: "harbour-post".to_owned(), ..Outlet::default() },
        own_agency: String::new(),
        text: Text { body: body.to_owned(), complete: true, ..Text::default() },
        published: Published {
            time: Some(Time(at(0))),
            day: Day(jiff::civil::date(2025, 8, 16)),
            granularity: Granularity::Second,
            origin: PublishedOrigin::Feed,
        },
        provenance: Provenance::default(),
        own_signs: Vec::new(),
        not_text: vec![(0, 3)],
        people: Vec::new(),
        orgs: Vec::new(),
        places: Vec::new(),
        quotes: Vec::new(),
        watch: Vec::new(),
        notice: Notice::default(),
        defects: vec!["date without a zone".to_owned()],
        feed_words: None,
    }
}

pub(super) fn member(article: ArticleId, arrival: u64, when: Timestamp) -> Member {
    Member {
        article,
        arrival,
        dispatch: DispatchId::opened_by(article, 1),
        outlet: "harbour-post".to_owned(),
        family: "harbour-post".to_owned(),
        outlet_kind: OutletKind::Outlet,
        wire: vec!["ani".to_owned()],
        role: Role::WireCopy,
        cited: Vec::new(),
        sign: Because { signal: Signal::Credit, weight: Fixed::ONE, detail: "(ANI)".to_owned() },
        title: format!("Ferry number {arrival} leaves the harbour"),
        lang: "en".to_owned(),
        chars: 40,
        fetched_at: Time(when),
        embargo_until: None,
        uncounted: false,
        notice: NoticeKind::None,
        mark: None,
        opened: false,
        split_off: false,
        is_sibling: false,
        people: Vec::new(),
        places: Vec::new(),
        watches: Vec::new(),
        said: Vec::new(),
    }
}

/// An article of feed `a`, told for the first time, in a story.
pub(super) fn told(article: &Article, arrival: u64, story: StoryId) -> (Change, Sighting) {
    let wanted = Wanted::of(&feed("a"), article);
    let id = wanted.minted;
    let when = at(i64::try_from(arrival).unwrap());
    let change = ArticleChange {
        id,
        kind: ArticleKind::New,
        revision: 1,
        dispatch: DispatchId::opened_by(id, 1),
        story,
        feed_id: feed("a"),
        fetched_at: when,
        matched: Match { score: Fixed(917), ..Match::default() },
        article: article.clone(),
        member: member(id, arrival, when),
    };
    (Change::Article(Box::new(change)), Sighting { wanted, article: id, at: when })
}

pub(super) fn story(
    id: StoryId,
    revision: u64,
    lead: ArticleId,
    merged_into: Option<StoryId>,
) -> Change {
    let state = StoryState {
        title: "Ferries".to_owned(),
        lang: "en".to_owned(),
        status: if merged_into.is_some() { StoryStatus::Merged } else { StoryStatus::Active },
        first_seen: Time(at(0)),
        last_seen: Time(at(100)),
        tally: Tally::default(),
        statements: Vec::new(),
        lead,
        articles: vec![lead],
        merged_from: Vec::new(),
        merged_into,
        split_from: None,
        retracted_reason: String::new(),
        people: Vec::new(),
        places: Vec::new(),
        watches: Vec::new(),
    };
    Change::Story(Box::new(StoryChange {
        id,
        revision,
        kind: StoryKind::Created,
        is_loser: merged_into.is_some(),
        state,
        because: Vec::new(),
        alerts: Vec::new(),
    }))
}

/// One batch of one article in a story of its own.
pub(super) fn batch(n: u64) -> Taken {
    let body = format!("Ferry {n} left at noon. {}", "The pier was full of people. ".repeat(20));
    let article = article(n, &body);
    let id = Wanted::of(&feed("a"), &article).minted;
    let (change, sighting) = told(&article, n, StoryId::opened_by(id, 1));
    Taken {
        changes: vec![change, story(StoryId::opened_by(id, 1), 1, id, None)],
        sightings: vec![sighting],
        new: 1,
        ..Taken::default()
    }
}

pub(super) fn wanted(n: u64) -> Wanted {
    let Some(Change::Article(change)) = batch(n).changes.into_iter().next() else {
        unreachable!("a batch begins with its article")
    };
    Wanted::of(&feed("a"), &change.article)
}

pub(super) fn line(stream: Stream, seq: u64) -> Line {
    let bytes = format!("{{\"seq\":{seq}}}\n").into_bytes();
    let file = format!("{}-20250816T061002Z-000000000001.jsonl", stream.as_str());
    Line { stream, seq, file, offset: seq * 12, bytes }
}

pub(super) fn state(etag: &[u8]) -> FeedState {
    FeedState {
        url: "https://harbour-post.example/feed".to_owned(),
        validators: Validators { etag: Some(etag.to_vec()), last_modified: None },
        next_due: at(900),
        last_success: Some(at(0)),
        body_hash: None,
        seen_once: true,
        health: Health::Ok,
        health_since: at(0),
        failure_weight: 0,
        last_http: Some(200),
        last_error: String::new(),
        extra: crate::news::Extra::default(),
    }
}

pub(super) fn config(dir: &Path) -> Config {
    Config {
        path: dir.join("state").join("copytaster.db"),
        durability: Durability::Process,
        ..Config::default()
    }
}

pub(super) fn open(dir: &Path) -> Store {
    Store::open(&config(dir)).unwrap()
}

#[test]
fn a_store_can_move_to_the_writer_s_thread() {
    fn is_send<T: Send>() {}
    is_send::<Store>();
    is_send::<super::Reader>();
}
