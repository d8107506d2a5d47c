//! A cleaned article of one outlet, with all that enrichment found in it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Day, Fixed, Granularity, Hash16, Notice, Rung, Time};

/// What kind of publisher an outlet is.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum OutletKind {
    /// A paper, a station, a site.
    #[default]
    Outlet,
    /// An agency's own site or feed.
    Wire,
    /// A government, a court, an organisation speaking for itself.
    Official,
    /// A proxy or portal whose publisher stayed unknown.
    Transport,
}

/// Who publishes an article.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Outlet {
    /// Id from the configuration, else the host.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// ISO 3166-1 alpha-2, `""` unknown.
    pub country: String,
    /// Owner family; an unmapped outlet is its own.
    pub family: String,
    /// What kind of publisher it is.
    pub kind: OutletKind,
}

/// The defect of an article that strings several stories together: it joins none, and none joins it.
pub const ROUND_UP: &str = "round_up";

/// Where a text was taken from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextOrigin {
    /// Full text in the feed.
    #[default]
    FeedContent,
    /// The feed's summary.
    FeedSummary,
    /// The article's page.
    Page,
}

/// The cleaned text. Blocks are joined by one blank line, white space inside them is one space.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Text {
    /// Where it was taken from.
    pub origin: TextOrigin,
    /// False when the feed or a limit cut the text.
    pub complete: bool,
    /// First sentence, at most 300 characters.
    pub summary: String,
    /// The body.
    pub body: String,
}

/// Where a publication date was taken from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublishedOrigin {
    /// The feed's date element.
    Feed,
    /// The article's page.
    Page,
    /// A crawler's prefix of the text.
    TextPrefix,
    /// Nothing known: the day of the fetch.
    Fetch,
}

/// When an article says it was published.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Published {
    /// The moment; null unless the granularity is `second` or `minute`.
    pub time: Option<Time>,
    /// The day in the outlet's zone.
    pub day: Day,
    /// How exact the date is.
    pub granularity: Granularity,
    /// Where it was taken from.
    pub origin: PublishedOrigin,
}

/// Whose text it is, as far as the page says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Own reporting, by a positive sign.
    Original,
    /// An agency's text, fully credited or proven.
    WireCopy,
    /// Built on an agency's text.
    Rewrite,
    /// No own words beyond what others reported.
    Aggregation,
    /// No sign; absence of credit proves nothing.
    #[default]
    Unknown,
}

/// Words in the body that prove something. Offsets count Unicode scalar values, half open.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// First scalar value.
    pub char_start: u64,
    /// One past the last.
    pub char_end: u64,
    /// The words it cuts out.
    pub text: String,
}

/// Through whom a statement reached this page, publisher first, root last.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Chain {
    /// Outlet id, then entity ids.
    pub path: Vec<String>,
    /// Last of the path.
    pub root: String,
    /// Ids of `quotes[]` it carries; empty means the whole article.
    pub claims: Vec<String>,
    /// Members of the path that no words name.
    pub inferred: Vec<String>,
    /// The words that say so.
    pub evidence: Evidence,
}

/// Credits, and what follows from them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// Whose text it is.
    pub role: Role,
    /// Confidence in the role, 0–1.
    pub confidence: Fixed,
    /// Agency ids credited or proven, strongest first.
    pub wire: Vec<String>,
    /// Credit line as printed.
    pub credit: String,
    /// Byline as printed.
    pub byline: String,
    /// Dateline as printed.
    pub dateline: String,
    /// Outlet ids named as sources in the text, without the credited wires.
    pub cites: Vec<String>,
    /// Who cites whom.
    pub chains: Vec<Chain>,
}

/// A person named in an article.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// `per_` and the folded canonical name.
    pub id: String,
    /// Canonical full name without title.
    pub name: String,
    /// Wikidata id, `""` rather than a guess.
    pub wikidata: String,
    /// Most specific title in the text.
    pub role: String,
    /// Whose title it is.
    pub role_of: String,
    /// Mentions in the body.
    pub mentions: u64,
}

/// An organisation named in an article.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Org {
    /// `org_` and the folded canonical name.
    pub id: String,
    /// Canonical name.
    pub name: String,
    /// `news_agency`, `government`, …; `""` unknown.
    pub kind: String,
    /// Mentions in the body.
    pub mentions: u64,
}

/// A place named in an article.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// `plc_` and the folded canonical name.
    pub id: String,
    /// Canonical name.
    pub name: String,
    /// ISO 3166-1 alpha-2, `""` unknown.
    pub country: String,
    /// Whether what is reported happened there.
    pub is_event_place: bool,
    /// Mentions in the body.
    pub mentions: u64,
}

/// How words are quoted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuoteKind {
    /// A sentence or more.
    Full,
    /// Less.
    Fragment,
    /// Reported speech.
    Reported,
}

/// Words attributed to somebody.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Quote {
    /// `q1`… marked quotes, `r1`… reported speech.
    pub id: String,
    /// Id in `people[]` or `orgs[]`, `""` when unsure.
    pub speaker: String,
    /// The words, verbatim.
    pub text: String,
    /// First scalar value in the body.
    pub char_start: u64,
    /// One past the last.
    pub char_end: u64,
    /// How they are quoted.
    pub kind: QuoteKind,
    /// The chain's path when the words came through others.
    pub via: Vec<String>,
    /// Id of the other wording of the same utterance in this article.
    pub variant_of: String,
}

/// A watch-list hit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WatchHit {
    /// Id of the watch.
    pub id: String,
    /// Its terms found.
    pub terms: Vec<String>,
    /// Share of its terms.
    pub score: Fixed,
}

/// A positive sign that the outlet did its own reporting.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum OwnSign {
    /// A named staff byline without an agency, as printed.
    Byline(String),
    /// A dateline without an agency, as printed.
    Dateline(String),
    /// `told <this outlet>`, as printed.
    ToldOutlet(String),
}

/// A cleaned article of one outlet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Article {
    /// Strongest identity claim: see [`super::Draft`].
    pub rung: Rung,
    /// Its value.
    pub key: String,
    /// Fourth part of the key, where one body repeats the guid.
    pub key_link: Option<String>,
    /// Whether `url`, and at need the words, are further keys; false for lines of `replay`, known by their id alone.
    pub link_is_key: bool,
    /// Guid as the feed gave it.
    pub guid: String,
    /// Canonical link.
    pub url: String,
    /// Headline, text only.
    pub title: String,
    /// BCP 47, `und` unknown.
    pub lang: String,
    /// Who publishes it.
    pub outlet: Outlet,
    /// Agency whose own feed this is, `""` otherwise.
    pub own_agency: String,
    /// The text.
    pub text: Text,
    /// The date it states.
    pub published: Published,
    /// Credits and what follows.
    pub provenance: Provenance,
    /// Signs of own reporting.
    pub own_signs: Vec<OwnSign>,
    /// Spans of the body (scalar values, half open, ascending) that are no part of the story's text:
    /// credits, datelines, bylines, boilerplate. Kept in the body, left out of comparisons.
    pub not_text: Vec<(u32, u32)>,
    /// People, by first mention.
    pub people: Vec<Person>,
    /// Organisations, by first mention.
    pub orgs: Vec<Org>,
    /// Places, by first mention.
    pub places: Vec<Place>,
    /// Quotes, in the order of the text.
    pub quotes: Vec<Quote>,
    /// Watch-lists hit.
    pub watch: Vec<WatchHit>,
    /// Desk label.
    pub notice: Notice,
    /// Words for what was wrong and survived, sorted, each once.
    pub defects: Vec<String>,
    /// What stands in the claim instead of the hash of what is told: where the text is its page's, the hash of the feed's
    /// own title and text, by which the next poll knows that the feed says nothing new; where its page was missed, a
    /// mark by which the next poll tries again. It is kept with the claim, not with the article.
    #[serde(skip)]
    pub feed_words: Option<Hash16>,
}

impl Article {
    /// Stream-time moment that orders articles of one batch: the stated time, else the start of the stated day.
    pub fn stated(&self) -> Option<Timestamp> {
        match (self.published.time, self.published.granularity) {
            (Some(time), _) => Some(time.0),
            (None, Granularity::Day) => {
                jiff::tz::TimeZone::UTC.to_timestamp(self.published.day.0.at(0, 0, 0, 0)).ok()
            }
            _ => None,
        }
    }

    /// Whether it must never lead, open or alert at `now`: embargoed, or dated in the future.
    pub fn is_embargoed(&self, now: Timestamp) -> bool {
        self.notice.until.is_some_and(|until| until.0 > now)
    }
}
