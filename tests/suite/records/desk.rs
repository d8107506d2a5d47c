//! A small desk that decides by script: it writes an output directory through the real rendering and layout.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::path::Path;

use copytaster::desk::statements::{Spoken, statements};
use copytaster::news::*;
use copytaster::record::layout::{Config, Layout};
use copytaster::record::render::{self, Stamp, line};
use jiff::{SignedDuration, Timestamp};

const FIRST: &str = "The harbour reopened on Monday after two days of storms.";
const SAID: &str = "We counted every boat, and none is missing,";

/// Counts by the first credited wire, else by family: enough for a script without retold stories.
pub(super) fn tally(members: &[Member]) -> Tally {
    let counted: Vec<&Member> = members.iter().filter(|member| !member.uncounted).collect();
    let mut tally = Tally { articles: counted.len() as u64, ..Tally::default() };
    let mut outlets: Vec<&str> = counted.iter().map(|member| member.outlet.as_str()).collect();
    outlets.sort_unstable();
    outlets.dedup();
    tally.outlets = outlets.len() as u64;
    for member in &counted {
        let wire = counted.iter().filter(|other| other.dispatch == member.dispatch);
        let wire = wire.flat_map(|other| &other.wire).next();
        let origin = wire.unwrap_or(&member.family).clone();
        let kind = if wire.is_some() { OriginKind::Wire } else { OriginKind::Outlet };
        let at = tally.independence.iter().position(|known| known.origin == origin);
        let at = at.unwrap_or_else(|| {
            tally.independence.push(Independence {
                origin,
                kind,
                reporting: Reporting::Possible,
                article_count: 0,
                dispatch_ids: vec![],
                outlets: vec![],
                because: vec![],
            });
            tally.independence.len() - 1
        });
        let origin = &mut tally.independence[at];
        origin.article_count += 1;
        if !origin.dispatch_ids.contains(&member.dispatch) {
            origin.dispatch_ids.push(member.dispatch);
            tally.dispatches += 1;
        }
        if !origin.outlets.contains(&member.outlet) {
            origin.outlets.push(member.outlet.clone());
        }
    }
    tally
}

/// The scripted desk and its output.
pub(super) struct Desk<'a> {
    dir: &'a Path,
    layout: Layout,
    include_body: bool,
    now: Timestamp,
    commit: u64,
    arrivals: u64,
    told: BTreeMap<ArticleId, ArticleChange>,
    stories: BTreeMap<StoryId, Vec<Member>>,
    revisions: BTreeMap<StoryId, u64>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(dir: &'a Path, include_body: bool, file_bytes_max: u64) -> Self {
        let config = Config { include_body, file_bytes_max, ..Config::default() };
        Self {
            dir,
            layout: Layout::new(config, vec![]),
            include_body,
            now: "2025-08-16T06:10:02.167Z".parse().unwrap(),
            commit: 0,
            arrivals: 0,
            told: BTreeMap::new(),
            stories: BTreeMap::new(),
            revisions: BTreeMap::new(),
        }
    }

    pub(super) fn next_commit(&mut self) {
        self.commit += 1;
        self.now += SignedDuration::from_secs(1);
    }

    /// A first sight of an outlet's article; `copied` is the article whose dispatch and story it joins.
    pub(super) fn article(&mut self, outlet: &str, wire: &[&str], joins: Joins) -> ArticleId {
        let article = article(outlet, wire, self.now);
        let id = ArticleId::mint(outlet, article.rung, &article.key, None);
        let (dispatch, story, matched) = match joins {
            Joins::Nothing => {
                (DispatchId::opened_by(id, 1), StoryId::opened_by(id, 1), Match::default())
            }
            Joins::Dispatch(of) => self.near(of, Relation::Copy, self.told[&of].dispatch),
            Joins::Story(of) => self.near(of, Relation::SameStory, DispatchId::opened_by(id, 1)),
        };
        self.arrivals += 1;
        let change = ArticleChange {
            id,
            kind: ArticleKind::New,
            revision: 1,
            dispatch,
            story,
            feed_id: FeedId::new(format!("{outlet}-news")),
            fetched_at: self.now - SignedDuration::from_millis(53),
            matched,
            member: member(id, self.arrivals, dispatch, &article, self.now),
            article,
        };
        self.stories.entry(story).or_default().push(change.member.clone());
        self.tell(change);
        id
    }

    fn near(
        &self,
        of: ArticleId,
        relation: Relation,
        dispatch: DispatchId,
    ) -> (DispatchId, StoryId, Match) {
        let because = vec![Because {
            signal: Signal::SharedText,
            weight: Fixed(920),
            detail: "412 of 448 words".to_owned(),
        }];
        let nearest_article_id = of.to_string();
        let matched = Match { relation, score: Fixed(920), nearest_article_id, because };
        (dispatch, self.told[&of].story, matched)
    }

    /// The same article once more, with another kind of change.
    pub(super) fn again(&mut self, id: ArticleId, kind: ArticleKind) {
        let mut change = self.told[&id].clone();
        change.kind = kind;
        change.revision += 1;
        change.fetched_at = self.now;
        if kind == ArticleKind::Withdrawn {
            let members = self.stories.get_mut(&change.story).unwrap();
            let member = members.iter_mut().find(|member| member.article == id).unwrap();
            member.uncounted = true;
        } else {
            change.article.title.push_str(", updated");
        }
        self.tell(change);
    }

    fn tell(&mut self, change: ArticleChange) {
        let record = render::article(&change, &self.stamp(Stream::Articles), self.include_body);
        self.write(Stream::Articles, line(&record));
        self.told.insert(change.id, change);
    }

    /// A story's snapshot as its members are.
    pub(super) fn story(&mut self, of: ArticleId, kind: StoryKind) -> StoryId {
        let id = self.told[&of].story;
        self.tell_story(id, kind, None, vec![]);
        id
    }

    /// The story of `loser` ends in that of `survivor`.
    pub(super) fn merge(&mut self, loser: ArticleId, survivor: ArticleId) {
        let (loser, survivor) = (self.told[&loser].story, self.told[&survivor].story);
        let moved = self.stories.remove(&loser).unwrap();
        for change in self.told.values_mut().filter(|change| change.story == loser) {
            change.story = survivor;
        }
        let members = self.stories.get_mut(&survivor).unwrap();
        members.extend(moved.iter().cloned());
        members.sort_by_key(|member| member.arrival);
        self.stories.insert(loser, moved);
        self.tell_story(loser, StoryKind::Merged, Some(survivor), vec![]);
        self.stories.remove(&loser);
        self.tell_story(survivor, StoryKind::Merged, None, vec![loser]);
    }

    fn tell_story(
        &mut self,
        id: StoryId,
        kind: StoryKind,
        merged_into: Option<StoryId>,
        merged_from: Vec<StoryId>,
    ) {
        let members = &self.stories[&id];
        let revision = self.revisions.entry(id).or_default();
        *revision += 1;
        let state = StoryState {
            title: members[0].title.clone(),
            lang: "en".to_owned(),
            status: if merged_into.is_some() { StoryStatus::Merged } else { StoryStatus::Active },
            first_seen: members[0].fetched_at,
            last_seen: members[members.len() - 1].fetched_at,
            tally: tally(members),
            statements: statements(id, members),
            lead: members[0].article,
            articles: members.iter().map(|member| member.article).collect(),
            merged_from,
            merged_into,
            split_from: None,
            retracted_reason: String::new(),
            people: vec!["per_mara_lind".to_owned()],
            places: vec![],
            watches: vec![],
        };
        let is_loser = merged_into.is_some();
        let change = StoryChange {
            id,
            revision: *revision,
            kind,
            is_loser,
            state,
            because: vec![],
            alerts: vec![],
        };
        let record = render::story(&change, &self.stamp(Stream::Stories));
        self.write(Stream::Stories, line(&record));
    }

    /// What the other streams hold: a start, a fetch, a change of health, a rejected item.
    pub(super) fn upkeep(&mut self) {
        let feed = FeedId::new("ani-news");
        let hash = Hash16::default().to_string();
        let record = render::desk_started("0.1.0", &hash, &hash, 0, &self.stamp(Stream::Health));
        self.write(Stream::Health, line(&record));
        let report =
            FetchReport { http: Some(200), bytes: 900, items: 4, ..FetchReport::default() };
        let taken = Taken { new: 2, unchanged: 1, ..Taken::default() };
        let record = render::health_fetched(&feed, &report, &taken, 1, &self.stamp(Stream::Health));
        self.write(Stream::Health, line(&record));
        let change = HealthChange {
            from: Health::Ok,
            to: Health::Flaky,
            reason: "connect timeout".to_owned(),
            http: None,
        };
        let state = FeedState {
            url: String::new(),
            validators: Validators::default(),
            next_due: self.now,
            last_success: None,
            body_hash: None,
            seen_once: true,
            health: Health::Flaky,
            health_since: self.now,
            failure_weight: 0,
            last_http: None,
            last_error: String::new(),
            extra: Extra::default(),
        };
        let record = render::health_changed(&feed, &change, &state, &self.stamp(Stream::Health));
        self.write(Stream::Health, line(&record));
        let rejection = Rejection { reason: "guard".to_owned(), items: 1, ..Rejection::default() };
        let record = render::quarantine(&feed, &rejection, &self.stamp(Stream::Quarantine));
        self.write(Stream::Quarantine, line(&record));
    }

    fn stamp(&self, stream: Stream) -> Stamp<'static> {
        Stamp {
            source: "urn:copytaster:test",
            time: self.now.into(),
            seq: self.layout.next_seq(stream),
            commit: self.commit,
        }
    }

    fn write(&mut self, stream: Stream, bytes: Vec<u8>) {
        use std::os::unix::fs::FileExt as _;
        let line = self.layout.place(stream, bytes, self.now);
        let path = self.dir.join(&line.file);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).unwrap();
        file.write_all_at(&line.bytes, line.offset).unwrap();
    }
}

/// What an article joins.
#[derive(Clone, Copy)]
pub(super) enum Joins {
    Nothing,
    Dispatch(ArticleId),
    Story(ArticleId),
}

fn article(outlet: &str, wire: &[&str], now: Timestamp) -> Article {
    let body = format!(
        "{FIRST}\n\n\u{201c}{SAID}\u{201d} said Mara Lind. (with {} inputs)",
        wire.join(", ")
    );
    let char_start = FIRST.chars().count() as u64 + 3;
    let is_wire = wire.first() == Some(&outlet);
    Article {
        rung: Rung::Guid,
        key: format!("tag:{outlet},2025:{}", now.as_second()),
        key_link: None,
        link_is_key: true,
        guid: format!("tag:{outlet},2025:{}", now.as_second()),
        url: format!("https://{outlet}.example/harbour"),
        title: "Harbour reopens".to_owned(),
        lang: "en".to_owned(),
        outlet: Outlet {
            id: outlet.to_owned(),
            name: outlet.to_uppercase(),
            country: String::new(),
            family: format!("{outlet}-house"),
            kind: if is_wire { OutletKind::Wire } else { OutletKind::Outlet },
        },
        own_agency: String::new(),
        text: Text {
            origin: TextOrigin::FeedContent,
            complete: true,
            summary: FIRST.to_owned(),
            body,
        },
        published: Published {
            time: Some((now - SignedDuration::from_secs(720)).into()),
            day: Day(jiff::civil::date(2025, 8, 16)),
            granularity: Granularity::Second,
            origin: PublishedOrigin::Feed,
        },
        provenance: Provenance {
            role: if wire.is_empty() || is_wire { Role::Original } else { Role::Rewrite },
            confidence: Fixed(900),
            wire: wire.iter().map(|&id| id.to_owned()).collect(),
            ..Provenance::default()
        },
        own_signs: vec![],
        not_text: vec![],
        people: vec![Person {
            id: "per_mara_lind".to_owned(),
            name: "Mara Lind".to_owned(),
            wikidata: String::new(),
            role: "harbour master".to_owned(),
            role_of: String::new(),
            mentions: 1,
        }],
        orgs: vec![],
        places: vec![],
        quotes: vec![Quote {
            id: "q1".to_owned(),
            speaker: "per_mara_lind".to_owned(),
            text: SAID.to_owned(),
            char_start,
            char_end: char_start + SAID.chars().count() as u64,
            kind: QuoteKind::Full,
            via: vec![],
            variant_of: String::new(),
        }],
        watch: vec![],
        notice: Notice::default(),
        defects: vec![],
        feed_words: None,
    }
}

fn member(
    id: ArticleId,
    arrival: u64,
    dispatch: DispatchId,
    article: &Article,
    now: Timestamp,
) -> Member {
    Member {
        article: id,
        arrival,
        dispatch,
        outlet: article.outlet.id.clone(),
        family: article.outlet.family.clone(),
        outlet_kind: article.outlet.kind,
        wire: article.provenance.wire.clone(),
        role: article.provenance.role,
        cited: vec![],
        sign: Because { signal: Signal::NoSign, weight: Fixed(0), detail: String::new() },
        title: article.title.clone(),
        lang: article.lang.clone(),
        chars: article.text.body.chars().count() as u64,
        fetched_at: (now - SignedDuration::from_millis(53)).into(),
        embargo_until: None,
        uncounted: false,
        notice: NoticeKind::None,
        mark: None,
        opened: false,
        split_off: false,
        is_sibling: false,
        people: vec![],
        places: vec![],
        watches: vec![],
        said: said(article),
    }
}

fn said(article: &Article) -> Vec<Said> {
    Spoken {
        quotes: &article.quotes,
        people: &article.people,
        orgs: &article.orgs,
        places: &article.places,
        provenance: &article.provenance,
        body: Some(&article.text.body),
        lang: &article.lang,
    }
    .said()
}
