//! A story for people.

use super::contradict::Contradiction;
use super::gather::{Claim, Piece, Whole};
use crate::cli::screen::{width, wrap};
use crate::cli::{Table, count_of, word};
use crate::news::{Fixed, Independence, OriginKind, Relation, Reporting, Time};
use crate::telemetry::Escaped;

/// Rows shown of the timeline; `--json` has all.
const TIMELINE_MAX: usize = 60;

/// Claims shown; `--json` has all that the record has.
const CLAIMS_MAX: usize = 24;

/// The whole story.
pub(super) fn whole(whole: &Whole) -> String {
    let story = &whole.story;
    let mut out = String::new();
    put(&mut out, Escaped(&story.title).to_string());
    let span = format!("first seen {}, last {}", story.first_seen, story.last_seen);
    put(&mut out, format!("{} · {} · {span}", story.story_id, word(&story.status)));
    put(&mut out, numbers(whole));
    origins(&mut out, whole);
    timeline(&mut out, whole);
    claims(&mut out, whole);
    contradictions(&mut out, whole);
    people(&mut out, whole);
    out
}

/// The three numbers, always together, and the texts.
pub(super) fn numbers(whole: &Whole) -> String {
    let story = &whole.story;
    format!(
        "{} ({} confirmed) · {} · {} · {}",
        count_of(story.independent_source_count, "independent source", "independent sources"),
        story.confirmed_source_count,
        count_of(story.outlet_count, "outlet", "outlets"),
        count_of(story.article_count, "article", "articles"),
        count_of(story.dispatch_count, "text", "texts")
    )
}

fn put(out: &mut String, line: impl AsRef<str>) {
    out.push_str(line.as_ref());
    out.push('\n');
}

fn put_wrapped(out: &mut String, indent: &str, text: &str) {
    for line in wrap(&Escaped(text).to_string(), width().saturating_sub(indent.len())) {
        put(out, format!("{indent}{line}"));
    }
}

fn origins(out: &mut String, whole: &Whole) {
    put(out, "\nwho stands behind it");
    for origin in &whole.story.independence {
        let reporting = match origin.reporting {
            Reporting::Confirmed => "own reporting confirmed",
            Reporting::Possible => "possible: nothing shows own reporting",
        };
        let articles = count_of(origin.article_count, "article", "articles");
        let outlets: Vec<String> = origin.outlets.iter().map(|id| whole.name(id)).collect();
        put(
            out,
            format!(
                "  ● {} ({}, {reporting}): {articles} in {}",
                Escaped(&whole.name(origin_name(origin))),
                word(&origin.kind),
                Escaped(&outlets.join(", "))
            ),
        );
        for because in &origin.because {
            put_wrapped(out, "      ", &format!("{}: {}", word(&because.signal), because.detail));
        }
    }
    let recounted = whole.told.iter().filter_map(|record| {
        let why = record.because.iter().find(|because| because.detail.contains(" → "))?;
        Some((record.time, why))
    });
    for (time, why) in recounted {
        put_wrapped(out, "    ", &format!("{}: {}", clock(time), why.detail));
    }
}

/// The agency, or of a family the outlet that was first.
fn origin_name(origin: &Independence) -> &str {
    match origin.kind {
        OriginKind::Wire => &origin.origin,
        _ => origin.outlets.first().unwrap_or(&origin.origin),
    }
}

fn timeline(out: &mut String, whole: &Whole) {
    put(out, "\ntimeline");
    let mut table = Table::default();
    for piece in whole.pieces.iter().take(TIMELINE_MAX) {
        let record = &piece.latest;
        table.row([
            format!("  {}", clock(piece.first_seen)),
            record.outlet.name.clone(),
            relation(whole, piece),
            record.title.clone(),
        ]);
        for (time, change) in &piece.revisions {
            let change = format!("told again: {}", word(change));
            table.row([format!("  {}", clock(*time)), record.outlet.name.clone(), change]);
        }
    }
    out.push_str(&table.to_string());
    let more = whole.pieces.len().saturating_sub(TIMELINE_MAX);
    if more > 0 {
        put(out, format!("  and {}", count_of(more as u64, "article more", "articles more")));
    }
}

/// How an article came to the story, with its nearest.
fn relation(whole: &Whole, piece: &Piece) -> String {
    if piece.relation == Relation::New {
        let is_first = whole
            .pieces
            .first()
            .is_some_and(|first| first.latest.article_id == piece.latest.article_id);
        return if is_first { "opened the story" } else { "opened a story merged into it" }
            .to_owned();
    }
    let nearest = &piece.latest.matched.nearest_article_id;
    let of = whole.pieces.iter().find(|other| other.latest.article_id.to_string() == *nearest);
    let of = of.map(|of| format!(" of {}", of.latest.outlet.name)).unwrap_or_default();
    format!("{} {}{of}", word(&piece.relation).replace('_', " "), percent(piece.score))
}

fn claims(out: &mut String, whole: &Whole) {
    if whole.claims.is_empty() {
        return;
    }
    put(out, "\nsaid");
    for claim in whole.claims.iter().take(CLAIMS_MAX) {
        one(out, whole, claim);
    }
    let more = whole.claims.len().saturating_sub(CLAIMS_MAX);
    if more > 0 {
        put(out, format!("  and {}", count_of(more as u64, "claim more", "claims more")));
    }
}

fn one(out: &mut String, whole: &Whole, claim: &Claim) {
    let statement = &claim.statement;
    put_wrapped(out, "  ", &statement.text);
    let verb = if statement.polarity == "denies" { " denies it" } else { "" };
    let names: Vec<String> = statement.witnesses.iter().map(|id| whole.name(id)).collect();
    let witnesses = match &names[..] {
        [] => "no witness with a name".to_owned(),
        [one] => format!("one witness: {one}"),
        all => format!("{} witnesses: {}", all.len(), all.join(", ")),
    };
    let carried = count_of(claim.outlets.len() as u64, "outlet", "outlets");
    let first = claim.outlets.first().map(|id| whole.name(id)).unwrap_or_default();
    let span = match (claim.first_seen, claim.last_seen) {
        (Some(first), Some(last)) if first != last => {
            format!(" {}, last {}", clock(first), clock(last))
        }
        (Some(first), _) => format!(" {}", clock(first)),
        _ => String::new(),
    };
    put_wrapped(
        out,
        "    ",
        &format!("{}{verb} · {witnesses} · {carried}, first {first}{span}", claim.speaker_name),
    );
}

fn contradictions(out: &mut String, whole: &Whole) {
    let found = whole.contradictions();
    if found.is_empty() {
        return;
    }
    put(out, "\nagainst each other");
    for contradiction in found {
        match contradiction {
            Contradiction::Numbers { unit, low, high, values } => {
                let values: Vec<String> = values
                    .iter()
                    .map(|v| {
                        let who = whole.name(&v.speaker);
                        format!("{} ({who}, {})", range(v.low, v.high), clock(v.since))
                    })
                    .collect();
                let text = format!("{unit}: {}; {}", range(low, high), values.join(", "));
                put_wrapped(out, "  ", &text);
            }
            Contradiction::Denied { text, said_by, denied_by, .. } => {
                let names: Vec<String> = denied_by.iter().map(|id| whole.name(id)).collect();
                put_wrapped(out, "  ", &text);
                let who = whole.name(&said_by);
                put_wrapped(out, "    ", &format!("{who} · denied by {}", names.join(", ")));
            }
        }
    }
}

fn people(out: &mut String, whole: &Whole) {
    if whole.people.is_empty() {
        return;
    }
    put(out, "\npeople");
    let mut table = Table::default();
    for figure in &whole.people {
        let role = [figure.role.as_str(), figure.role_of.as_str()];
        let role: Vec<&str> = role.into_iter().filter(|part| !part.is_empty()).collect();
        let articles = count_of(figure.articles, "article", "articles");
        table.row([format!("  {}", figure.name), role.join(", "), articles]);
    }
    out.push_str(&table.to_string());
}

/// Day and minute.
fn clock(time: Time) -> String {
    time.0.strftime("%d %H:%M").to_string()
}

pub(super) fn percent(share: Fixed) -> String {
    format!("{:.0} %", share.as_f64() * 100.0)
}

fn range(low: Fixed, high: Fixed) -> String {
    if low == high { plain(low) } else { format!("{}–{}", plain(low), plain(high)) }
}

fn plain(number: Fixed) -> String {
    let value = number.as_f64();
    if value.fract() == 0.0 { format!("{value:.0}") } else { value.to_string() }
}
