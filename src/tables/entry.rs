//! The tables as they are written in TOML.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::news::{NoticeKind, OutletKind};

/// The user's own knowledge: entries from the configuration, and a folder of tables over the built-in ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Outlets; each wins over the built-in one of the same id, and its hosts over all built-in hosts.
    pub outlets: Vec<OutletEntry>,
    /// Agencies; each replaces the built-in one of the same id.
    pub agencies: Vec<AgencyEntry>,
    /// Folder whose files go over the built-in ones of the same name: `agencies.toml`, `outlets.toml`, `people.toml`, `cues.toml` and the others of `config/tables/`.
    pub dir: Option<PathBuf>,
}

/// An outlet; keys that are left out keep what the built-in entry of the same id says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutletEntry {
    /// What records call it.
    pub id: String,
    /// Name for people; the id where it is left out.
    pub name: Option<String>,
    /// Owner family; the id where it is left out.
    pub family: Option<String>,
    /// What kind of publisher it is.
    pub kind: Option<OutletKind>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// IANA zone its days are counted in.
    pub zone: Option<String>,
    /// Hosts it publishes on; each stands for its subdomains too.
    pub hosts: Option<Vec<String>>,
    /// Other names it goes by.
    pub aliases: Option<Vec<String>>,
    /// Agency whose own feeds these are, `""` for none.
    pub agency: Option<String>,
}

impl OutletEntry {
    /// Lays the keys that `over` gives over this entry.
    pub(super) fn merge(&mut self, over: Self) {
        fn lay<T>(under: &mut Option<T>, over: Option<T>) {
            if over.is_some() {
                *under = over;
            }
        }
        lay(&mut self.name, over.name);
        lay(&mut self.family, over.family);
        lay(&mut self.kind, over.kind);
        lay(&mut self.country, over.country);
        lay(&mut self.zone, over.zone);
        lay(&mut self.hosts, over.hosts);
        lay(&mut self.aliases, over.aliases);
        lay(&mut self.agency, over.agency);
    }
}

/// An agency and the names that credit it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AgencyEntry {
    /// What `provenance.wire` calls it.
    pub id: String,
    /// Whole words, in exactly this case.
    pub names: Vec<String>,
    /// ISO 3166-1 alpha-2 of its seat.
    pub country: String,
    /// Names that mean it only at outlets of these countries.
    pub only: BTreeMap<String, Vec<String>>,
    /// Names that mean something else at outlets of these countries.
    pub except: BTreeMap<String, Vec<String>>,
    /// Names that in these countries count alone on a line, never inside a dateline.
    pub own_line: BTreeMap<String, Vec<String>>,
}

/// Where a credit pattern is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Slot {
    /// A block of its own near either end, or the end of the last paragraph.
    Tail,
    /// The start of the text.
    Head,
    /// A feed author, or a block that opens with a byline word.
    Byline,
    /// A copyright line.
    Notice,
    /// A block that is neither story nor credit.
    Plain,
}

/// How much of the text a credit covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// The text is the agency's.
    Full,
    /// The text is built on the agency's.
    Partial,
    /// A line of an agency's desk that names nobody: full where the dateline names the agency, else nothing.
    Desk,
    /// No credit.
    None,
}

/// One credit pattern with its example and its look-alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreditEntry {
    /// Name of the row.
    pub id: String,
    /// Where it is looked for.
    pub slot: Slot,
    /// Language of its words, `""` for all or English.
    #[serde(default)]
    pub lang: String,
    /// What it says about the text.
    pub extent: Extent,
    /// Whether it may also end the last paragraph.
    #[serde(default)]
    pub inside: bool,
    /// Whether outlets named in it are credited too, or agencies alone.
    #[serde(default)]
    pub agencies_only: bool,
    /// Whether its group `place` must be a known dateline place.
    #[serde(default)]
    pub place: bool,
    /// The pattern, with macros.
    #[serde(rename = "match")]
    pub pattern: String,
    /// Must match.
    pub yes: String,
    /// Must not match.
    pub no: String,
}

/// Which part of an article a desk label stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Place {
    /// The headline.
    Title,
    /// The first or last block.
    Line,
}

/// One desk label with its example and its look-alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LabelEntry {
    /// Name of the row.
    pub id: String,
    /// What the label asks.
    pub kind: NoticeKind,
    /// Where it stands.
    #[serde(rename = "where")]
    pub place: Place,
    /// The pattern with its group `label`.
    #[serde(rename = "match")]
    pub pattern: String,
    /// Must match.
    pub yes: String,
    /// Must not match.
    pub no: String,
}

/// Where boilerplate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Standing {
    /// A block as a whole.
    Block,
    /// A block, or the end of one behind a sentence.
    End,
    /// A block behind which those who pay read on: what stands before it is not the whole text.
    Wall,
}

/// One kind of boilerplate with its example and its look-alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BoilerplateEntry {
    /// Name of the row.
    pub id: String,
    /// Language of its words, `""` for all or English.
    #[serde(default)]
    pub lang: String,
    /// Where it stands.
    #[serde(rename = "where")]
    pub standing: Standing,
    /// The pattern.
    #[serde(rename = "match")]
    pub pattern: String,
    /// Must match.
    pub yes: String,
    /// Must not match.
    pub no: String,
}

/// One form of headline that round-ups have, with its example and its look-alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoundUpEntry {
    /// Name of the row.
    pub id: String,
    /// The pattern.
    #[serde(rename = "match")]
    pub pattern: String,
    /// Must match.
    pub yes: String,
    /// Must not match.
    pub no: String,
}

/// Word lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Words {
    /// Names that stand for agencies without naming one.
    pub agencies: Vec<String>,
    /// Words that make an author a desk.
    pub desks: Vec<String>,
    /// Capitals that open a text and are no place.
    pub not_places: Vec<String>,
    /// Places newsrooms date from, in capitals.
    pub datelines: Vec<String>,
    /// Words before an outlet's name that say somebody spoke to it.
    pub told: Vec<String>,
    /// Words for the outlet itself.
    pub this_outlet: Vec<String>,
    /// Endings of a text that was cut, lower case.
    pub cut_ends: Vec<String>,
    /// Abbreviations that end no sentence, lower case.
    pub abbreviations: Vec<String>,
    /// Everyday words by language.
    pub function_words: BTreeMap<String, Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AgencyFile {
    pub(super) agency: Vec<AgencyEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct OutletFile {
    pub(super) outlet: Vec<OutletEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CreditFile {
    pub(super) macros: BTreeMap<String, String>,
    pub(super) credit: Vec<CreditEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LabelFile {
    pub(super) label: Vec<LabelEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct BoilerplateFile {
    pub(super) boilerplate: Vec<BoilerplateEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RoundUpFile {
    pub(super) roundup: Vec<RoundUpEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WordFile {
    agencies: Option<Vec<String>>,
    desks: Option<Vec<String>>,
    not_places: Option<Vec<String>>,
    datelines: Option<Vec<String>>,
    told: Option<Vec<String>>,
    this_outlet: Option<Vec<String>>,
    cut_ends: Option<Vec<String>>,
    abbreviations: Option<Vec<String>>,
    function_words: BTreeMap<String, Vec<String>>,
}

impl Words {
    /// Lays the lists of a file over these.
    pub(super) fn merge(&mut self, over: WordFile) {
        for (list, given) in [
            (&mut self.agencies, over.agencies),
            (&mut self.desks, over.desks),
            (&mut self.not_places, over.not_places),
            (&mut self.datelines, over.datelines),
            (&mut self.told, over.told),
            (&mut self.this_outlet, over.this_outlet),
            (&mut self.cut_ends, over.cut_ends),
            (&mut self.abbreviations, over.abbreviations),
        ] {
            if let Some(given) = given {
                *list = given;
            }
        }
        self.function_words.extend(over.function_words);
    }
}
