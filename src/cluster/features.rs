//! What grouping keeps of an article: a pure function of it, compact, free of strings.

use crate::news::{Article, NoticeKind};

use super::params;
use super::stems::stem_hash;
use super::words::{Kind, Word, hash_of, words};
use super::{shingles, terms};

/// What grouping keeps of an article. Two equal articles have equal features, on every machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    /// Words of the body outside quotation marks and outside `not_text`, in order, with their flags.
    pub(super) words: Box<[Flagged]>,
    /// Distinct clean shingles of them.
    pub(super) shingles: u32,
    /// Shingles inside quotation marks, sorted, each once.
    pub(super) quoted: Box<[u32]>,
    /// Weighted terms of title and body, sorted by hash.
    pub(super) terms: Box<[terms::Term]>,
    /// Stems of the headline without agency labels, in order.
    pub(super) title: Box<[u32]>,
    /// Words of the headline; `SLOT` marks those that are names in the body too, which are what the text is about.
    pub(super) title_words: Box<[Flagged]>,
    /// Shape of the headline: numbers and names blanked. 0 for a headline of blanks only.
    pub(super) skeleton: u32,
    /// What stood in the blanks, in order.
    pub(super) slots: Box<[u32]>,
    /// Outlet, and its family.
    pub(super) outlet: [u32; 2],
    /// Agencies credited, strongest first, and the own agency.
    pub(super) wire: Box<[u32]>,
    /// Names of headline and lede as they are spelled, for evidence: lines of `labels`, stems beside them.
    pub(super) label_stems: Box<[u32]>,
    pub(super) labels: Box<str>,
    /// Whether the label or the headline says that this is a later version.
    pub(super) is_update: bool,
    /// Kills, holds and advisories never are copies.
    pub(super) is_notice: bool,
    /// Whether there is a body to speak of.
    pub(super) has_body: bool,
}

/// A word as texts are laid side by side: bits of its hash above three flags. Thirteen bits tell words apart well enough,
/// as three of them make a shingle: of 8,000 changed words one goes unnoticed.
pub(super) type Flagged = u16;

/// A word that fills a slot: a number or a name.
pub(super) const SLOT: Flagged = 1;
/// Something was left out before this word: no shingle crosses it.
pub(super) const BREAK: Flagged = 2;
/// A number.
pub(super) const NUMBER: Flagged = 4;
/// Bits below a word's hash that hold the three.
pub(super) const FLAG_BITS: u32 = 3;

/// A word's hash with its flags.
pub(super) fn flagged(hash: u32, flags: Flagged) -> Flagged {
    let [.., a, b] = hash.to_be_bytes();
    (u16::from_be_bytes([a, b]) << FLAG_BITS) | flags
}

impl Features {
    /// Reads an article's title, body and credits; dates and ids do not matter.
    pub fn of(article: &Article) -> Self {
        let headline = strip_labels(&article.title, &article.notice.label);
        let (title, body) = cut(article, &headline);
        let (label_stems, labels) = names(headline.rest, &article.text.body);
        let (first, rest) = body.split_at(if title.is_empty() { opening(&body) } else { 0 });
        let terms = terms::of(if title.is_empty() { first } else { &title }, rest);
        Self { terms, label_stems, labels, ..Self::of_words(article, &headline, &title, &body) }
    }

    /// The same without what stories are told by: enough to look for copies.
    pub fn of_text(article: &Article) -> Self {
        let headline = strip_labels(&article.title, &article.notice.label);
        let (title, body) = cut(article, &headline);
        Self::of_words(article, &headline, &title, &body)
    }

    fn of_words(article: &Article, headline: &Headline<'_>, title: &[Word], body: &[Word]) -> Self {
        let (clean, quoted) = clean_words(body);
        let (skeleton, slots) = shape(title);
        let mut wire: Vec<u32> = article.provenance.wire.iter().map(|id| hash_of(id)).collect();
        if !article.own_agency.is_empty() {
            wire.insert(0, hash_of(&article.own_agency));
        }
        Self {
            shingles: shingles::count(&clean),
            words: clean,
            quoted,
            terms: Box::default(),
            title: title.iter().map(|w| w.stem).filter(|stem| *stem != 0).collect(),
            title_words: title_words(title, body),
            skeleton,
            slots,
            outlet: [hash_of(&article.outlet.id), hash_of(&article.outlet.family)],
            wire: wire.into(),
            label_stems: Box::default(),
            labels: Box::default(),
            is_update: headline.is_update
                || matches!(article.notice.kind, NoticeKind::Update | NoticeKind::Correction),
            is_notice: matches!(
                article.notice.kind,
                NoticeKind::Advisory | NoticeKind::Hold | NoticeKind::Kill | NoticeKind::Withdrawal
            ),
            has_body: body.len() >= params::SHINGLES_MIN,
        }
    }

    /// Bytes it holds on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        2 * self.words.len()
            + 4 * (self.quoted.len() + self.title.len())
            + 4 * (self.slots.len() + self.wire.len() + self.label_stems.len())
            + self.labels.len()
            + size_of::<terms::Term>() * self.terms.len()
    }

    /// Terms with weights scaled to one length (1,024) for all articles.
    pub(super) fn normalised(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let square: u64 = self.terms.iter().map(|term| u64::from(term.weight).pow(2)).sum();
        let length = square.isqrt().max(1);
        self.terms.iter().map(move |term| {
            let weight = u64::from(term.weight) * 1024 / length;
            (term.hash, u32::try_from(weight).unwrap_or(u32::MAX))
        })
    }

    /// What the index holds of the text: fingerprints, and some of its quotations', sorted, each once.
    pub(super) fn prints(&self) -> Vec<u32> {
        let mut prints = shingles::distinct_prints(&self.words);
        let quoted = self.quoted.iter().filter(|shingle| *shingle % params::QUOTED_SAMPLE == 0);
        prints.extend(quoted.take(params::QUOTED_PRINTS_MAX));
        prints.sort_unstable();
        prints.dedup();
        prints
    }

    /// A term, if it stands in it.
    pub(super) fn term(&self, hash: u32) -> Option<&terms::Term> {
        self.terms.binary_search_by_key(&hash, |term| term.hash).ok().map(|at| &self.terms[at])
    }

    /// Whether a term stands in it.
    pub(super) fn holds(&self, hash: u32) -> bool {
        self.term(hash).is_some()
    }

    /// Length of the vector of term weights, at least 1.
    pub(super) fn length(&self) -> f32 {
        let square: u32 = self.terms.iter().map(|term| u32::from(term.weight).pow(2)).sum();
        #[expect(clippy::cast_precision_loss, reason = "it ranks candidates only")]
        let length = (square as f32).sqrt();
        length.max(1.0)
    }

    /// Feeds all that is compared into a digest.
    pub(super) fn feed_digest(&self, hasher: &mut blake3::Hasher) {
        hasher.update(&self.words.len().to_le_bytes());
        for word in self.words.iter().chain(&self.title_words) {
            hasher.update(&word.to_le_bytes());
        }
        let lists = [&self.quoted, &self.title, &self.slots, &self.wire];
        for list in lists {
            hasher.update(&list.len().to_le_bytes());
            for item in list {
                hasher.update(&item.to_le_bytes());
            }
        }
        for term in &self.terms {
            hasher.update(&term.hash.to_le_bytes());
            hasher.update(&term.weight.to_le_bytes());
            hasher.update(&term.flags.to_le_bytes());
        }
        hasher.update(self.labels.as_bytes());
        let flags = [self.is_update, self.is_notice, self.has_body].map(u8::from);
        hasher.update(&flags);
        for item in [self.shingles, self.skeleton, self.outlet[0], self.outlet[1]] {
            hasher.update(&item.to_le_bytes());
        }
    }

    /// Whether the texts credit one agency, in so many words.
    pub(super) fn shares_credit(&self, other: &Self) -> bool {
        self.wire.iter().any(|id| other.wire.contains(id))
    }

    /// Whether both come from one newsroom: the outlet, its family or the same agency.
    pub(super) fn shares_newsroom(&self, other: &Self) -> bool {
        self.outlet.iter().zip(&other.outlet).any(|(a, b)| a == b) || self.shares_credit(other)
    }
}

/// How many words at the beginning of a body stand for the headline it lacks: its first sentence or line, within reason.
fn opening(body: &[Word]) -> usize {
    let end = body.iter().skip(params::OPENING_WORDS_MIN).position(|word| word.opens_sentence);
    let end = end.map_or(body.len(), |end| end + params::OPENING_WORDS_MIN);
    end.min(params::OPENING_WORDS_MAX)
}

/// The words of headline and body.
fn cut(article: &Article, headline: &Headline<'_>) -> (Vec<Word>, Vec<Word>) {
    (words(headline.rest, &[]), words(&article.text.body, &article.not_text))
}

/// The first names of headline and lede as spelled, each once, with the stems they stand for.
fn names(title: &str, body: &str) -> (Box<[u32]>, Box<str>) {
    let words = title.split_whitespace().chain(body.split_whitespace().take(params::LEDE_WORDS));
    let (mut stems, mut labels) = (Vec::new(), String::new());
    for word in words {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let bare = bare.strip_suffix("'s").or(bare.strip_suffix("’s")).unwrap_or(bare);
        if !bare.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
            || bare.len() > params::WORD_BYTES_MAX
        {
            continue;
        }
        let stem = stem_hash(&bare.to_lowercase());
        if stem != 0 && !stems.contains(&stem) {
            stems.push(stem);
            labels.push_str(bare);
            labels.push('\n');
        }
        if stems.len() == params::LABELS_MAX {
            break;
        }
    }
    (stems.into(), labels.into())
}

fn title_words(title: &[Word], body: &[Word]) -> Box<[Flagged]> {
    let is_name = |word: &&Word| word.kind == Kind::Capital && word.stem != 0;
    let mut names: Vec<u32> =
        body.iter().filter(is_name).filter(|w| !w.opens_sentence).map(|w| w.hash).collect();
    names.sort_unstable();
    let is_told = |word: &Word| is_name(&word) && names.binary_search(&word.hash).is_ok();
    let flags = |word: &Word| match word.kind {
        Kind::Number => NUMBER,
        _ if is_told(word) => SLOT,
        _ => 0,
    };
    title.iter().map(|word| flagged(word.hash, flags(word))).collect()
}

/// Words outside quotation marks with their flags, and the shingles inside them.
fn clean_words(body: &[Word]) -> (Box<[Flagged]>, Box<[u32]>) {
    let mut clean = Vec::with_capacity(body.len());
    let mut inside = Vec::new();
    let mut was_quoted = false;
    for word in body {
        let mut flags = 0;
        if word.after_gap || word.quoted != was_quoted {
            flags |= BREAK;
        }
        if fills_slot(word) {
            flags |= SLOT;
        }
        if word.kind == Kind::Number {
            flags |= NUMBER;
        }
        was_quoted = word.quoted;
        let flagged = flagged(word.hash, flags);
        if word.quoted { inside.push(flagged) } else { clean.push(flagged) }
    }
    let mut quoted: Vec<u32> = shingles::of(&inside).map(|(_, shingle)| shingle).collect();
    quoted.sort_unstable();
    quoted.dedup();
    (clean.into(), quoted.into())
}

fn fills_slot(word: &Word) -> bool {
    match word.kind {
        Kind::Number => true,
        // A sentence's first word is a name only if it carries meaning.
        Kind::Capital => !word.opens_sentence || word.stem != 0,
        Kind::Plain => false,
    }
}

/// The shape of a headline, and what stood in its blanks.
fn shape(title: &[Word]) -> (u32, Box<[u32]>) {
    let capitals = title.iter().filter(|w| w.kind == Kind::Capital).count();
    // In a headline written in capitals throughout they say nothing; then only numbers are blanks.
    let is_shouted = 5 * capitals >= 4 * title.len();
    let mut skeleton = 0_u32;
    let mut slots = Vec::new();
    let mut fixed = 0;
    for word in title {
        let is_slot = match word.kind {
            Kind::Number => true,
            Kind::Capital => !is_shouted && word.stem != 0,
            Kind::Plain => false,
        };
        if is_slot {
            slots.push(word.stem);
        } else {
            fixed += usize::from(word.stem != 0);
        }
        let part = if is_slot { 1 } else { word.hash };
        skeleton = (skeleton.rotate_left(5) ^ part).wrapping_mul(0x9e37_79b1);
    }
    let says_something = fixed >= 2;
    (if says_something { skeleton | 1 } else { 0 }, slots.into())
}

/// A headline without the labels that agencies put before and behind it.
struct Headline<'a> {
    rest: &'a str,
    is_update: bool,
}

/// Labels before a headline. A number may follow, then a dash or a colon.
const LABELS: [&str; 12] = [
    "UPDATE",
    "WRAPUP",
    "CORRECTED",
    "CORRECTION",
    "REFILE",
    "RPT",
    "REPEAT",
    "RECAST",
    "LEAD",
    "UPDATED",
    "1ST LD-WRITETHRU",
    "2ND LD-WRITETHRU",
];
/// Labels behind a headline, after a dash.
const TAILS: [&str; 3] = ["-- Update", "– Update", "— Update"];

fn strip_labels<'a>(title: &'a str, label: &str) -> Headline<'a> {
    let mut rest = title.trim();
    let mut is_update = false;
    if !label.is_empty()
        && let Some(bare) = rest.strip_prefix(label)
    {
        rest = bare.trim_start_matches([' ', ':', '-', '–', '—']);
    }
    // Labels stack: `RPT-UPDATE 2-`. Each round takes one off.
    while let Some(bare) = LABELS.iter().find_map(|label| strip_label(rest, label)) {
        rest = bare;
        is_update = true;
    }
    for tail in TAILS {
        if let Some(bare) = rest.strip_suffix(tail) {
            rest = bare.trim_end();
            is_update = true;
        }
    }
    if let Some((bare, number)) = rest.strip_suffix(')').and_then(|open| open.rsplit_once(" ("))
        && number.len() == 1
        && number.starts_with(|c: char| c.is_ascii_digit())
    {
        rest = bare;
        is_update = true;
    }
    Headline { rest, is_update }
}

fn strip_label<'a>(title: &'a str, label: &str) -> Option<&'a str> {
    let (head, rest) = title.split_at_checked(label.len())?;
    if head != label {
        return None;
    }
    let rest = rest.trim_start_matches([' ', '#']).trim_start_matches(|c: char| c.is_ascii_digit());
    let bare = rest.trim_start();
    let bare = bare.strip_prefix(['-', ':', '–', '—'])?;
    Some(bare.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_fall_off_a_headline_and_say_that_it_is_an_update() {
        for labelled in [
            "UPDATE 2-Harbour reopens after storm",
            "RPT-UPDATE 1-Harbour reopens after storm",
            "CORRECTED: Harbour reopens after storm",
            "Harbour reopens after storm -- Update",
            "Harbour reopens after storm (2)",
        ] {
            let stripped = strip_labels(labelled, "");
            assert_eq!(stripped.rest, "Harbour reopens after storm", "{labelled}");
            assert!(stripped.is_update);
        }
        assert!(!strip_labels("Update on the harbour", "").is_update);
        assert!(!strip_labels("LEADING ship sinks", "").is_update);
    }
}
