//! What the demo shows: stories as they form, and at the end what happened and what to try next. Pure text.

use std::cmp::Reverse;
use std::path::Path;

use jiff::Timestamp;
use unicode_segmentation::UnicodeSegmentation;

use crate::news::{Independence, OriginKind, Relation, Reporting};

/// Where the demo leaves its configuration, in the output directory.
pub(super) const CONFIG: &str = "copytaster.toml";

/// Narrowest table: below it, titles would be cut to nothing.
const WIDTH_MIN: usize = 60;

/// Whether the terminal understands colour. What colour says, a mark says too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Text alone.
    Plain,
    /// ANSI escapes for emphasis.
    Ansi,
}

/// The terminal.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Columns.
    pub width: usize,
    /// Most stories shown.
    pub rows: usize,
    /// Whether to emphasise by colour.
    pub colour: Colour,
}

/// A story as one line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryLine {
    /// Headline of its lead.
    pub title: String,
    /// Independent sources.
    pub independent: u64,
    /// Outlets.
    pub outlets: u64,
    /// Articles.
    pub articles: u64,
    /// How its newest article stands to the one it was matched with.
    pub newest: Relation,
    /// Whether it changed since the last frame.
    pub changed: bool,
}

/// An alert as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AlertLine {
    /// When.
    pub(super) at: Timestamp,
    /// Why.
    pub(super) reason: String,
    /// Articles, outlets, independent sources.
    pub(super) counts: [u64; 3],
    /// Who raised it.
    pub(super) outlet: String,
    /// Under which headline.
    pub(super) title: String,
}

/// What the whole day came to.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// All stories.
    pub stories: &'a [StoryLine],
    /// Who stands behind the main story, which is [`main_story`].
    pub behind_main: &'a [Independence],
    /// Articles that carry another's text (copy, truncation, edited).
    pub copies: u64,
    /// Revisions with changed numbers, names, quotes or length.
    pub material: u64,
    /// Revisions with less than that.
    pub cosmetic: u64,
    /// Copies marked because a notice bears on them.
    pub notices: u64,
    /// Polls.
    pub polls: u64,
    /// Polls answered "not modified".
    pub not_modified: u64,
    /// Polls that failed.
    pub failed: u64,
    /// Bodies and items in quarantine.
    pub quarantined: u64,
    /// Words for defects survived, with how often.
    pub defects: &'a [(String, u64)],
    /// When the day ended, by its own clock.
    pub until: Timestamp,
    /// Output directory.
    pub out: &'a Path,
}

/// The table of stories at `now`, the widest told first; every line ends with a line feed.
pub fn frame(stories: &[StoryLine], now: Timestamp, screen: &Screen) -> String {
    let width = screen.width.max(WIDTH_MIN);
    let head = "  sources  outlets  articles  newest            story";
    let mut lines =
        vec![now.strftime("%a %d %b %Y  %H:%M UTC").to_string(), String::new(), cut(head, width)];
    let ranked = ranked(stories);
    for story in ranked.iter().take(screen.rows) {
        let line = cut(&row(story), width);
        lines.push(match screen.colour {
            Colour::Ansi if story.changed => format!("\u{1b}[32m{line}\u{1b}[0m"),
            _ => line,
        });
    }
    let hidden = ranked.len().saturating_sub(screen.rows);
    if hidden > 0 {
        lines.push(format!("  and {hidden} more"));
    }
    ended(&lines)
}

/// The latest alerts, below the table.
pub(super) fn alerts(told: &[AlertLine], screen: &Screen) -> String {
    let width = screen.width.max(WIDTH_MIN);
    let line = |alert: &AlertLine| {
        let AlertLine { at, reason, counts: [articles, outlets, independent], outlet, title } =
            alert;
        let at = at.strftime("%H:%M");
        let words = reason.replace('_', " ");
        let counts = format!("{independent}/{outlets}/{articles}");
        cut(&format!("  {at}  {words:<25}  {counts:<8}  {outlet}: {}", printable(title)), width)
    };
    let mut lines = vec![String::new(), cut("  alerts (sources/outlets/articles)", width)];
    lines.extend(told.iter().map(line));
    if told.is_empty() { String::new() } else { ended(&lines) }
}

/// Index of the story that [`frame`] puts first: the one that most outlets tell.
pub fn main_story(stories: &[StoryLine]) -> Option<usize> {
    (0..stories.len()).min_by_key(|&at| rank(&stories[at]))
}

fn row(story: &StoryLine) -> String {
    format!(
        "{} {:>7}  {:>7}  {:>8}  {:<16}  {}",
        if story.changed { '+' } else { ' ' },
        story.independent,
        story.outlets,
        story.articles,
        words(story.newest),
        printable(&story.title),
    )
}

/// The end of the demo: the main story and who stands behind it, what happened, commands that work as pasted.
pub fn summary(ending: &Ending<'_>) -> String {
    let mut lines = vec!["The day is over.".to_owned(), String::new()];
    if let Some(main) = ranked(ending.stories).first() {
        lines.push(format!("  {}", printable(&main.title)));
        lines.push(format!(
            "  {} in {}, {} behind them:",
            count(main.articles, "article", "articles"),
            count(main.outlets, "outlet", "outlets"),
            count(main.independent, "independent source", "independent sources"),
        ));
        lines
            .extend(ending.behind_main.iter().map(|origin| format!("    {}", origin_line(origin))));
        lines.push(String::new());
    }
    lines.extend(happened(ending).map(|line| format!("  {line}")));
    lines.push(String::new());
    lines.push(format!("The records are in {}. Try:", ending.out.display()));
    for command in commands(ending.out, ending.until) {
        lines.extend([String::new(), format!("  {command}")]);
    }
    ended(&lines)
}

fn happened(ending: &Ending<'_>) -> [String; 4] {
    let articles = ending.stories.iter().map(|story| story.articles).sum();
    let stories = u64::try_from(ending.stories.len()).unwrap_or(u64::MAX);
    [
        format!(
            "{} in {}, {}",
            count(articles, "article", "articles"),
            count(stories, "story", "stories"),
            count(
                ending.copies,
                "of them a copy of a wire's text",
                "of them copies of a wire's text"
            ),
        ),
        format!(
            "{}: {} material, {} cosmetic; {} marked because their original was corrected",
            count(ending.material + ending.cosmetic, "revision", "revisions"),
            ending.material,
            ending.cosmetic,
            count(ending.notices, "copy", "copies"),
        ),
        format!(
            "{}: {} answered \"not modified\", {} failed",
            count(ending.polls, "poll", "polls"),
            ending.not_modified,
            ending.failed,
        ),
        format!("{} in quarantine; defects survived: {}", ending.quarantined, defects(ending)),
    ]
}

/// Commands to try on the records.
fn commands(out: &Path, until: Timestamp) -> [String; 4] {
    let sql = query(out);
    // Inside the shell's double quotes; the statement itself has single quotes only.
    let for_shell = shell_text(&sql);
    let for_python = shell_text(&format!("import duckdb; duckdb.sql(\"{sql}\").show()"));
    [
        format!("copytaster verify \"{}\"", shell_text(&out.to_string_lossy())),
        format!("copytaster feeds list -c \"{}\" --at {until:.0}", {
            shell_text(&out.join(CONFIG).to_string_lossy())
        }),
        format!("duckdb -c \"{for_shell}\""),
        format!("python3 -c \"{for_python}\"        # after: pip install duckdb"),
    ]
}

/// Every story as it stands, with its three numbers.
fn query(out: &Path) -> String {
    // Doubled for SQL. A file name pattern must not find pattern characters in the directory's own name,
    // which is the user's affair.
    let files = out.join("stories-*.jsonl").to_string_lossy().replace('\'', "''");
    format!(
        "SELECT independent_source_count AS sources, outlet_count AS outlets, \
         article_count AS articles, title FROM read_json('{files}', format = \
         'newline_delimited', columns = {{story_id: 'VARCHAR', revision: 'BIGINT', status: \
         'VARCHAR', title: 'VARCHAR', independent_source_count: 'BIGINT', outlet_count: 'BIGINT', \
         article_count: 'BIGINT'}}) QUALIFY row_number() OVER (PARTITION BY story_id ORDER BY \
         revision DESC) = 1 AND status IN ('active', 'dormant') ORDER BY outlets DESC, articles \
         DESC, title LIMIT 20"
    )
}

/// Text for the inside of the shell's double quotes.
fn shell_text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for symbol in text.chars() {
        if matches!(symbol, '\\' | '"' | '$' | '`') {
            safe.push('\\');
        }
        safe.push(symbol);
    }
    safe
}

fn origin_line(origin: &Independence) -> String {
    let kind = match origin.kind {
        OriginKind::Wire => "wire",
        OriginKind::Outlet => "outlet",
        OriginKind::Primary => "primary source",
    };
    let reporting = match origin.reporting {
        Reporting::Confirmed => "confirmed",
        Reporting::Possible => "possible",
    };
    format!(
        "{}: {kind}, own reporting {reporting}; {} in {}",
        origin.origin,
        count(origin.article_count, "article", "articles"),
        origin.outlets.join(", "),
    )
}

fn defects(ending: &Ending<'_>) -> String {
    if ending.defects.is_empty() {
        return "none".into();
    }
    let named = ending.defects.iter().map(|(word, times)| format!("{word} ({times})"));
    named.collect::<Vec<_>>().join(", ")
}

fn ranked(stories: &[StoryLine]) -> Vec<&StoryLine> {
    let mut ranked: Vec<&StoryLine> = stories.iter().collect();
    ranked.sort_by_key(|story| rank(story));
    ranked
}

fn rank(story: &StoryLine) -> (Reverse<(u64, u64, u64)>, &str) {
    (Reverse((story.outlets, story.articles, story.independent)), &story.title)
}

fn words(relation: Relation) -> &'static str {
    match relation {
        Relation::New => "new",
        Relation::Copy => "copy",
        Relation::Truncation => "truncation",
        Relation::Edited => "edited",
        Relation::Revision => "revision",
        Relation::Derived => "derived",
        Relation::SharedQuote => "shared quote",
        Relation::TemplateSibling => "template sibling",
        Relation::SameStory => "same story",
    }
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn ended(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// Headlines come from outside: nothing in them may steer the terminal or turn the direction of writing.
fn printable(text: &str) -> String {
    let steers = |symbol: char| {
        symbol.is_control() || matches!(symbol, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|symbol| if steers(symbol) { ' ' } else { symbol }).collect()
}

/// The first columns of a line; a cut is marked.
fn cut(line: &str, width: usize) -> String {
    let mut symbols = line.graphemes(true);
    let kept: String = symbols.by_ref().take(width).collect();
    if symbols.next().is_none() {
        return kept;
    }
    kept.graphemes(true).take(width.saturating_sub(1)).chain(std::iter::once("…")).collect()
}
