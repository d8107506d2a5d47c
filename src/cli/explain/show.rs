//! What is explained, for people. Tables and lines, colours only in the marked texts.

use super::marks;
use super::pair::Pair;
use super::path::Step;
use super::scene::Subject;
use super::way::{Again, Identity, Way, WindowThen};
use crate::cli::screen::wrap;
use crate::cli::{Table, count_of, word};
use crate::cluster::{Anchors, StoryEvidence, TextEvidence, Two};
use crate::news::{Because, Fixed, Match, Relation};
use crate::telemetry::Escaped;

/// Measures shown of a story; the rest say less.
const MEASURES_SHOWN: usize = 8;

/// Terms, names and numbers shown of each kind.
const TERMS_SHOWN: usize = 12;

/// Claims shown of one article; `--json` has all.
const CLAIMS_SHOWN: usize = 12;

/// The terminal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    pub(super) width: usize,
    pub(super) has_colour: bool,
}

/// Two articles.
pub(super) fn pair(pair: &Pair, two: &Two<Subject>, ink: Ink) -> String {
    let mut out = String::new();
    identity(&mut out, "earlier", &pair.articles.earlier);
    identity(&mut out, "later", &pair.articles.later);
    let verdict = match (pair.same_dispatch, pair.same_story) {
        (true, _) => "one dispatch: copies of one text, and one story",
        (false, true) => "two dispatches, one story",
        (false, false) => "two dispatches, two stories",
    };
    put(&mut out, format!("\n{verdict}"));
    for step in &pair.path {
        put(&mut out, format!("  {}", step_line(step)));
    }
    if let Some(matched) = &pair.recorded {
        put(&mut out, format!("\nwhat the desk wrote of the later\n  {}", match_line(matched, "")));
        because(&mut out, &matched.because);
    }
    if let Some(text) = &pair.text {
        texts(&mut out, text, two, ink);
    }
    if let Some(found) = &pair.story {
        story(&mut out, found, pair, ink);
    }
    ending(&mut out, pair.again.as_ref(), pair.window, &pair.caveats, ink);
    out
}

/// One article.
pub(super) fn way(way: &Way, ink: Ink) -> String {
    let mut out = String::new();
    identity(&mut out, "article", &way.article);
    let rows = [
        ("key", way.article.key.as_str()),
        ("link", way.article.url.as_str()),
        ("feed", way.article.feed.as_str()),
    ];
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        put(&mut out, format!("  {name:10}{}", Escaped(value)));
    }
    if !way.records.is_empty() {
        let mut table =
            Table::new(&["  RECORD", "REVISION", "CHANGE", "SEQ", "COMMIT", "TIME", "PLACE"]);
        for record in &way.records {
            table.row([
                format!("  {}", record.kind),
                record.revision.to_string(),
                word(&record.change),
                record.seq.to_string(),
                record.commit.to_string(),
                record.time.to_string(),
                format!("{}:{}", record.file, record.line),
            ]);
        }
        put(&mut out, format!("\n{}", table.to_string().trim_end()));
    }
    put(&mut out, format!("\ndispatch  {}", way.article.dispatch_id));
    if let Some(matched) = &way.recorded {
        put(&mut out, format!("  {}", match_line(matched, &way.parent_title)));
        because(&mut out, &matched.because);
    }
    if let Some(story) = &way.story {
        put(&mut out, format!("\nstory     {}  {}", story.story_id, Escaped(&story.title)));
        let counts = [
            count_of(story.article_count, "article", "articles"),
            count_of(story.outlet_count, "outlet", "outlets"),
            count_of(story.independent_source_count, "independent source", "independent sources"),
        ];
        put(&mut out, format!("  {}; {}", counts.join(", "), word(&story.status)));
        if let (Some(change), Some(seq)) = (story.change, story.seq) {
            put(&mut out, format!("  the article came with story record {seq}: {}", word(&change)));
        }
        because(&mut out, &story.because);
        for id in &story.merged_from {
            put(&mut out, format!("  {id} was merged into it"));
        }
    }
    claims(&mut out, way, ink);
    if let (false, Some(joins_at)) = (way.nearby.is_empty(), way.joins_at) {
        put(
            &mut out,
            format!("\nstories it was near to (it joins from {:.3} on)", joins_at.as_f64()),
        );
        let mut table = Table::default();
        for near in &way.nearby {
            let mark = if near.is_own { "its own" } else { "" };
            let score = format!("  {:.3}", near.nearby.score.as_f64());
            table.row([score, near.nearby.story.to_string(), mark.to_owned(), near.title.clone()]);
        }
        put(&mut out, table.to_string().trim_end());
    }
    ending(&mut out, way.again.as_ref(), way.window, &way.caveats, ink);
    out
}

/// What it says that somebody said, with those who heard it.
fn claims(out: &mut String, way: &Way, ink: Ink) {
    if !way.claims.is_empty() {
        put(out, "\nclaims it carries");
    }
    for claim in way.claims.iter().take(CLAIMS_SHOWN) {
        for line in wrap(&Escaped(&claim.text).to_string(), ink.width.saturating_sub(2)) {
            put(out, format!("  {line}"));
        }
        let verb = if claim.polarity == "denies" { " denies it" } else { "" };
        let heard = match &claim.witnesses[..] {
            [] => "no witness with a name".to_owned(),
            all => format!("heard by {}", all.join(", ")),
        };
        put(out, format!("    {}{verb}; {}", Escaped(&claim.speaker), Escaped(&heard)));
    }
    let more = way.claims.len().saturating_sub(CLAIMS_SHOWN);
    if more > 0 {
        put(out, format!("  and {more} more"));
    }
}

pub(super) fn put(out: &mut String, line: impl AsRef<str>) {
    out.push_str(line.as_ref());
    out.push('\n');
}

fn identity(out: &mut String, name: &str, article: &Identity) {
    let published = article.published.map(|time| format!(", published {time}")).unwrap_or_default();
    let fetched = article.first_fetched.map(|time| format!(", fetched {time}")).unwrap_or_default();
    put(out, format!("{name:10}{}  {}", article.article_id, Escaped(&article.title)));
    put(out, format!("  {:8}{}{published}{fetched}", "", Escaped(&article.outlet)));
}

fn step_line(step: &Step) -> String {
    match step {
        Step::Match { from, to, relation, score } => {
            format!("{from} — {} {:.3} — {to}", relation_words(*relation), score.as_f64())
        }
        Step::Joined { article, story } => format!("{article} was put into {story}"),
        Step::Merged { story, into, seq, because } => {
            let why: Vec<&str> = because.iter().map(|b| b.detail.as_str()).collect();
            format!(
                "{story} was merged into {into} (story record {seq}): {}",
                Escaped(&why.join("; "))
            )
        }
    }
}

fn match_line(matched: &Match, title: &str) -> String {
    let Match { relation, score, nearest_article_id, .. } = matched;
    if nearest_article_id.is_empty() {
        return "nothing near: it opened them".to_owned();
    }
    let title = Escaped(title);
    let line = format!(
        "{} {:.3} of {nearest_article_id}  {title}",
        relation_words(*relation),
        score.as_f64()
    );
    line.trim_end().to_owned()
}

fn because(out: &mut String, all: &[Because]) {
    for one in all {
        let signal = word(&one.signal);
        put(out, format!("    {signal:16}{:>7.3}  {}", one.weight.as_f64(), Escaped(&one.detail)));
    }
}

fn texts(out: &mut String, text: &TextEvidence, two: &Two<Subject>, ink: Ink) {
    let percent = |share: Fixed| format!("{:.0} %", share.as_f64() * 100.0);
    put(out, format!("\ntext: {} ({})", relation_words(text.relation), text.reason));
    let side = |name: &str, copied: usize, share, words: usize, quoted: usize| {
        let quotes = match quoted {
            0 => String::new(),
            n => format!("; {} in quotation marks left out", count_of(n as u64, "word", "words")),
        };
        format!("  {} of the {name} copied: {copied} of {words} words{quotes}", percent(share))
    };
    let TextEvidence { words, copied_words, copied, quoted_words, .. } = text;
    put(out, side("later", copied_words.later, copied.later, words.later, quoted_words.later));
    put(
        out,
        side("earlier", copied_words.earlier, copied.earlier, words.earlier, quoted_words.earlier),
    );
    put(
        out,
        format!(
            "  runs of three words: x {} in common, of {} in the later and {} in the earlier; c {:.3}, J {:.3}",
            text.shared,
            text.runs.later,
            text.runs.earlier,
            text.containment.as_f64(),
            text.jaccard.as_f64()
        ),
    );
    let mut table = Table::new(&["  RULE", "MEASURED", "FROM", "HOLDS", "WHAT"]);
    for check in &text.checks {
        table.row([
            format!("  {}", check.rule),
            figure(check.value),
            figure(check.limit),
            if check.holds { "yes" } else { "no" }.to_owned(),
            check.meaning.to_owned(),
        ]);
    }
    put(out, format!("\n{}", table.to_string().trim_end()));
    if let Some(article) = two.later.with_text() {
        let passages = text.passages.iter().map(|p| p.at.later);
        let quotes = text.quotations.later.iter().map(|q| (q.at, q.is_shared));
        put(out, "\nthe later text: ⟦in both⟧, ‹quoted›, ‹‹quoted in both››");
        marks::write(out, article, passages, quotes, ink);
    }
    if let Some(article) = two.earlier.with_text() {
        let passages = text.passages.iter().map(|p| p.at.earlier);
        let quotes = text.quotations.earlier.iter().map(|q| (q.at, q.is_shared));
        put(out, "\nthe earlier text");
        marks::write(out, article, passages, quotes, ink);
    }
}

fn story(out: &mut String, found: &StoryEvidence, pair: &Pair, ink: Ink) {
    let (score, joins_at) = (found.score.as_f64(), found.joins_at.as_f64());
    let is_kept_apart = found.vetoes.iter().any(|veto| veto.holds && veto.keeps_apart);
    let verdict = match (score >= joins_at, is_kept_apart) {
        (true, false) => "alike enough to join",
        (true, true) => "alike enough to join, and kept apart",
        (false, _) => "not alike enough to join",
    };
    put(out, format!("\nstory: the later beside {}: {verdict}", found.story));
    put(out, format!("  score {score:.3}; it joins from {joins_at:.3} on"));
    let place = match found.rank {
        Some(1) => "the nearest of the stories that were weighed".to_owned(),
        Some(place) => format!("number {place} of the stories that were weighed"),
        None => "not among the stories that were weighed: too little in common".to_owned(),
    };
    put(
        out,
        format!(
            "  {place}; {} in it then",
            count_of(found.dispatches as u64, "dispatch", "dispatches")
        ),
    );
    if pair.recorded.as_ref().is_some_and(|matched| goes_with_dispatch(matched.relation)) {
        put(out, "  not asked then: a copy goes where its dispatch is");
    }
    for veto in found.vetoes.iter().filter(|veto| veto.holds) {
        put(out, format!("  veto {}: {}", veto.rule, veto.meaning));
    }
    let hours = found.time.seconds / 3600.0;
    put(out, format!("  time factor {:.3}: {hours:.1} h from the story's span", found.time.factor));
    let mut table = Table::new(&["  MEASURE", "VALUE", "ADDS"]);
    for measure in found.measures.iter().take(MEASURES_SHOWN).filter(|m| m.adds != 0.0) {
        let (value, adds) = (format!("{:.3}", measure.value), format!("{:+.3}", measure.adds));
        table.row([format!("  {}", measure.name), value, adds]);
    }
    table.row(["  begins with".to_owned(), String::new(), format!("{:+.3}", found.bias)]);
    put(out, format!("\n{}", table.to_string().trim_end()));
    put(
        out,
        format!(
            "\n  {} in common, {} of them rare",
            count_of(found.terms_shared as u64, "term", "terms"),
            found.terms_rare
        ),
    );
    let mut table = Table::new(&["  TERM", "DISPATCHES", "RARITY", ""]);
    for term in found.terms.iter().take(TERMS_SHOWN) {
        let marks = [(term.is_rare, "rare"), (term.in_headlines, "in both headlines")];
        let marks: Vec<&str> = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
        let (holders, rarity) = (term.holders.to_string(), format!("{:.2}", term.rarity));
        table.row([format!("  {}", term.term), holders, rarity, marks.join(", ")]);
    }
    put(out, table.to_string().trim_end());
    anchors(out, "names", &found.names, ink);
    anchors(out, "numbers", &found.numbers, ink);
}

fn anchors(out: &mut String, kind: &str, found: &Anchors, ink: Ink) {
    let sides =
        [("in both", &found.both), ("later only", &found.later), ("earlier only", &found.earlier)];
    for (side, names) in sides.iter().filter(|(_, names)| !names.is_empty()) {
        let list = names.iter().take(TERMS_SHOWN).cloned().collect::<Vec<_>>().join(", ");
        let list = Escaped(&list).to_string();
        for (n, line) in wrap(&list, ink.width.saturating_sub(26)).iter().enumerate() {
            let head = if n == 0 { format!("{kind} {side}") } else { String::new() };
            put(out, format!("  {head:22}  {line}"));
        }
    }
}

fn ending(
    out: &mut String,
    again: Option<&Again>,
    window: Option<WindowThen>,
    caveats: &[String],
    ink: Ink,
) {
    let mut notes: Vec<String> = Vec::new();
    if let Some(window) = window {
        let since = window.since.map(|time| format!(", fetched since {time}")).unwrap_or_default();
        notes.push(format!(
            "rarity and boilerplate are counted over {} that had come before{since}, as stored today",
            count_of(window.articles as u64, "article", "articles")
        ));
    }
    if again.is_some_and(|again| again.agrees) {
        notes.push("judged again on them, it is placed as it was".to_owned());
    }
    notes.extend(caveats.iter().cloned());
    if notes.is_empty() {
        return;
    }
    put(out, "\nnote");
    for note in notes {
        for (n, line) in wrap(&note, ink.width.saturating_sub(4)).iter().enumerate() {
            put(out, format!("  {} {line}", if n == 0 { "-" } else { " " }));
        }
    }
}

/// Counts without decimals, shares with three.
fn figure(value: Fixed) -> String {
    let value = value.as_f64();
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}

fn goes_with_dispatch(relation: Relation) -> bool {
    matches!(
        relation,
        Relation::Copy | Relation::Truncation | Relation::Edited | Relation::Revision
    )
}

pub(super) fn relation_words(relation: Relation) -> String {
    word(&relation).replace('_', " ")
}
