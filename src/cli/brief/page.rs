//! The page: Markdown that survives being forwarded. Whatever comes from a feed is shown as text, never as markup.

use std::fmt::Write as _;

use super::facts::{Changed, Correction, Facts, Piece, Source, Story};
use crate::cli::{count_of, word};
use crate::news::{Fixed, StoryStatus, Time};

pub(super) fn page(facts: &Facts) -> String {
    let mut page = String::new();
    let stories = count_of(facts.stories.len() as u64, "story", "stories");
    writeln!(
        page,
        "# {}\n\n{stories} from {} to {} UTC.\n",
        plain(&facts.watch),
        moment(facts.since),
        moment(facts.until)
    )
    .expect("a string takes all");
    section(&mut page, "New independent sources", facts, |story| {
        story.new_sources.iter().map(line).collect()
    });
    section(&mut page, "Changed numbers", facts, |story| {
        story.changed_numbers.iter().map(number).collect()
    });
    section(&mut page, "Corrections and kills", facts, |story| {
        let mut lines: Vec<String> = story.corrections.iter().map(correction).collect();
        if story.status == StoryStatus::Retracted {
            lines.insert(0, format!("retracted: {}", plain(&story.retracted_reason)));
        }
        lines
    });
    section(&mut page, "On one source only", facts, |story| {
        story.rests_on.iter().map(line).collect()
    });
    if facts.more > 0 {
        writeln!(page, "{} more are left out.", count_of(facts.more as u64, "story", "stories"))
            .expect("a string takes all");
    }
    page
}

/// A heading, and under it each story that has something to say there.
fn section(page: &mut String, heading: &str, facts: &Facts, say: impl Fn(&Story) -> Vec<String>) {
    let told: Vec<(&Story, Vec<String>)> = facts
        .stories
        .iter()
        .map(|story| (story, say(story)))
        .filter(|(_, lines)| !lines.is_empty())
        .collect();
    writeln!(page, "## {heading}\n").expect("a string takes all");
    if told.is_empty() {
        writeln!(page, "None.\n").expect("a string takes all");
    }
    for (story, lines) in told {
        let is_new = if story.is_new { "new, " } else { "" };
        writeln!(page, "- **{}** ({is_new}{})", plain(&story.title), counts(story))
            .expect("a string takes all");
        for line in lines {
            writeln!(page, "  - {line}").expect("a string takes all");
        }
        writeln!(page).expect("a string takes all");
    }
}

/// The three counts, always together.
fn counts(story: &Story) -> String {
    format!(
        "{}, {}, {}",
        count_of(story.article_count, "article", "articles"),
        count_of(story.outlet_count, "outlet", "outlets"),
        count_of(story.independent_source_count, "independent source", "independent sources")
    )
}

fn line(source: &Source) -> String {
    let own =
        format!("{} ({}, {})", plain(&source.origin), word(&source.kind), word(&source.reporting));
    match &source.first {
        Some(first) => format!("{own}: {}", shown(first)),
        None => own,
    }
}

fn number(changed: &Changed) -> String {
    let range = |(low, high): (Fixed, Fixed)| {
        let number = |fixed: Fixed| format!("{}", fixed.as_f64());
        if low == high { number(low) } else { format!("{} to {}", number(low), number(high)) }
    };
    let (before, after) = (range(changed.before), range(changed.after));
    let speaker = plain(&changed.speaker);
    let whose = if speaker.is_empty() { String::new() } else { format!("{speaker}: ") };
    let first = changed.first.as_ref().map(|first| format!(" — {}", shown(first)));
    format!(
        "{whose}{} {before} → {after} since {}: “{}”{}",
        plain(&changed.unit),
        moment(changed.since),
        plain(&changed.text),
        first.unwrap_or_default()
    )
}

fn correction(correction: &Correction) -> String {
    let kind = word(&correction.kind);
    let kind = if kind.is_empty() { "withdrawal".to_owned() } else { kind };
    let label = match correction.label.as_str() {
        "" => String::new(),
        label => format!(" ({})", plain(label)),
    };
    let taken = if correction.is_withdrawn { ", withdrawn" } else { "" };
    format!("{kind}{label}{taken} {}: {}", moment(correction.time), shown(&correction.piece))
}

/// Outlet, time and link of an article.
fn shown(piece: &Piece) -> String {
    let outlet = if piece.outlet.is_empty() { &piece.outlet_id } else { &piece.outlet };
    let title = if piece.title.is_empty() { "(no headline)" } else { &piece.title };
    let link = match address(&piece.url) {
        Some(url) => format!("[{}](<{url}>)", plain(title)),
        None => plain(title),
    };
    let embargo = piece.embargo_until.map(|until| format!(", embargoed until {}", moment(until)));
    format!("{}, {}, {link}{}", plain(outlet), moment(piece.time), embargo.unwrap_or_default())
}

/// A link that a page may carry.
fn address(url: &str) -> Option<String> {
    let parsed = url::Url::parse(url).ok()?;
    let is_web = matches!(parsed.scheme(), "http" | "https");
    (is_web && !url.contains(['<', '>', '\n', ' '])).then(|| parsed.to_string())
}

fn moment(time: Time) -> String {
    time.0.strftime("%Y-%m-%d %H:%M").to_string()
}

/// Text as Markdown shows it: on one line, and no mark of it means anything.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if c.is_control() {
            continue;
        }
        if "\\`*_[]<>#|~&!".contains(c) {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_headline_is_taken_for_markup() {
        let hostile = "**Click** [here](javascript:x) <img src=x>\n# now";
        assert_eq!(plain(hostile), r"\*\*Click\*\* \[here\](javascript:x) \<img src=x\> \# now");
        assert_eq!(address("javascript:alert(1)"), None);
        assert_eq!(address("https://a.example/x>y"), None);
        assert_eq!(address("https://a.example/x").as_deref(), Some("https://a.example/x"));
    }
}
