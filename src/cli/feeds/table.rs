//! The table of feeds: as many columns as the terminal has room for, the most telling first. Pure.

use jiff::Timestamp;
use unicode_segmentation::UnicodeSegmentation as _;

use super::state::{DAY_HOURS, Line, State, last_day};
use crate::config::duration_text;
use crate::news::Polling;
use crate::telemetry::Escaped;

/// Longest id that is shown whole.
const ID_CHARS_MAX: usize = 32;
/// An error is cut to this where there is room for all else, and left out where there is less than the second.
const ERROR_CHARS: (usize, usize) = (48, 12);

/// Columns that are left out this soon are about polls rather than news.
const OF_POLLS: u8 = 3;

/// What the table is drawn on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet {
    /// Columns; `None`: as wide as it gets.
    pub(super) width: Option<usize>,
    pub(super) has_colour: bool,
    /// Whether more than ASCII can be shown.
    pub(super) is_unicode: bool,
}

/// One column, with how soon it is left out where there is no room: the highest first.
struct Column {
    head: &'static str,
    cells: Vec<String>,
    dropped: u8,
    is_number: bool,
}

/// The table and its sums.
pub(super) fn draw(lines: &[Line], now: Timestamp, sheet: Sheet) -> String {
    let mut columns = columns(lines, now, sheet);
    let room = sheet.width.unwrap_or(usize::MAX);
    let has_errors = lines.iter().any(|line| !line.last_error.is_empty());
    let for_error = if has_errors { ERROR_CHARS.1 + 2 } else { 0 };
    loop {
        let last = (0..columns.len()).max_by_key(|at| columns[*at].dropped);
        let Some(last) = last.filter(|at| columns[*at].dropped > 0) else { break };
        // An error is worth more than figures on polls, and less than news.
        let wanted = if columns[last].dropped >= OF_POLLS { for_error } else { 0 };
        if width(&columns) + wanted <= room {
            break;
        }
        columns.remove(last);
    }
    let most = room.saturating_sub(width(&columns) + 2).min(ERROR_CHARS.0);
    if has_errors && most >= ERROR_CHARS.1 {
        let cells = lines.iter().map(|line| cut(&line.last_error, most)).collect();
        columns.push(Column { head: "LAST ERROR", cells, dropped: 0, is_number: false });
    }
    let widths: Vec<usize> = columns.iter().map(Column::width).collect();
    let mut out = String::new();
    for row in 0..=lines.len() {
        let mut text = String::new();
        for (column, width) in columns.iter().zip(&widths) {
            let cell = row.checked_sub(1).map_or(column.head, |row| column.cells[row].as_str());
            let pad = " ".repeat(width - cell.chars().count());
            let cell = match row.checked_sub(1).filter(|_| column.head == "STATE") {
                Some(row) if sheet.has_colour => coloured(lines[row].state, cell),
                _ => cell.to_owned(),
            };
            if !text.is_empty() {
                text.push_str("  ");
            }
            let (before, after) =
                if column.is_number { (pad.as_str(), "") } else { ("", pad.as_str()) };
            text.extend([before, &cell, after]);
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out.push_str(&sums(lines));
    out
}

impl Column {
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| cell.chars().count());
        cells.max().unwrap_or(0).max(self.head.chars().count())
    }
}

fn width(columns: &[Column]) -> usize {
    columns.iter().map(|column| column.width() + 2).sum::<usize>().saturating_sub(2)
}

fn columns(lines: &[Line], now: Timestamp, sheet: Sheet) -> Vec<Column> {
    let column = |head, dropped, is_number, cell: &dyn Fn(&Line) -> String| Column {
        head,
        cells: lines.iter().map(cell).collect(),
        dropped,
        is_number,
    };
    let age = |moment: Option<crate::news::Time>| {
        moment.map_or_else(|| "-".to_owned(), |moment| span(now.as_second() - moment.0.as_second()))
    };
    let mut columns = vec![
        column("FEED", 0, false, &|line| cut(line.id.as_str(), ID_CHARS_MAX)),
        column("STATE", 0, false, &|line| line.state.as_str().to_owned()),
        column("SEEN", 5, true, &|line| age(line.last_success)),
        column("NEWS", 1, true, &|line| age(line.last_news)),
    ];
    if sheet.is_unicode {
        columns.push(column("LAST 24 HOURS", 2, false, &|line| spark(&last_day(line, now))));
    }
    columns.extend([
        column("NEW", 1, true, &|line| number(line, line.day.new)),
        column("POLLS", 6, true, &|line| number(line, line.day.polls)),
        column("304", 4, true, &|line| percent(line.day.not_modified, line.day.polls)),
        column("EVERY", 3, true, &|line| match (line.interval_s, line.fixed) {
            (0, _) => "-".to_owned(),
            // What is learnt is no round number, and is not known to the second.
            (seconds, false) => span(i64::try_from(seconds).unwrap_or(i64::MAX)),
            (seconds, true) => duration_text(std::time::Duration::from_secs(seconds)),
        }),
        column("NEXT", 3, true, &|line| match line.next_due {
            None => "-".to_owned(),
            Some(due) if due.0 <= now => "due".to_owned(),
            Some(due) => span(due.0.as_second() - now.as_second()),
        }),
    ]);
    columns
}

/// `0` is a count; without a poll there is none.
fn number(line: &Line, number: u64) -> String {
    if line.day.polls == 0 { "-".to_owned() } else { number.to_string() }
}

fn percent(part: u64, whole: u64) -> String {
    match (part * 100).checked_div(whole) {
        None => "-".to_owned(),
        Some(percent) => format!("{percent}%"),
    }
}

/// A span in its largest unit, as people say it.
pub(super) fn span(seconds: i64) -> String {
    match seconds {
        ..=0 => "0s".to_owned(),
        1..=119 => format!("{seconds}s"),
        120..=7_199 => format!("{}m", seconds / 60),
        7_200..=172_799 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// A sign an hour: a dot for one without a poll, a cross where each poll failed, else a bar for its news, the lowest for
/// none. Bars are as high as the feed's own best hour allows.
fn spark(hours: &[Option<Polling>; DAY_HOURS]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let best = hours.iter().flatten().map(|hour| hour.new).max().unwrap_or(0).max(7);
    let sign = |hour: &Option<Polling>| match hour {
        None => '·',
        Some(hour) if hour.failed == hour.polls => '×',
        Some(hour) => {
            let height = usize::try_from((hour.new * 7).div_ceil(best)).unwrap_or(7);
            BARS[height.min(7)]
        }
    };
    hours.iter().map(sign).collect()
}

fn coloured(state: State, text: &str) -> String {
    let code = match state {
        State::Ok => 32,
        State::New | State::Removed => 2,
        State::Silent | State::Held | State::Flaky | State::Moved => 33,
        State::Failing | State::Dormant | State::Gone | State::Blocked => 31,
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// The first characters; a cut is marked. Nothing in it steers the terminal.
fn cut(text: &str, width: usize) -> String {
    let text = Escaped(text).to_string();
    if text.graphemes(true).count() <= width {
        return text;
    }
    let kept: String = text.graphemes(true).take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// What all of them come to.
fn sums(lines: &[Line]) -> String {
    let mut states: Vec<(State, usize)> = Vec::new();
    let mut day = Polling::default();
    for line in lines {
        day.add(&line.day);
        match states.iter_mut().find(|(state, _)| *state == line.state) {
            Some((_, count)) => *count += 1,
            None => states.push((line.state, 1)),
        }
    }
    let feeds = super::count(lines.len(), "feed");
    let words: Vec<String> =
        states.iter().map(|(state, count)| format!("{count} {}", state.as_str())).collect();
    let words = if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) };
    let plural =
        |number: u64, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let late = match day.overrun {
        0 => String::new(),
        late => format!("; {} came too late and may have missed news", plural(late, "poll")),
    };
    let last = format!(
        "in 24 hours {}: {} unchanged, {} failed; {}",
        plural(day.polls, "poll"),
        percent(day.not_modified, day.polls),
        day.failed,
        plural(day.new, "new article"),
    );
    format!("\n{feeds}{words}\n{last}{late}\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::state::{Known, lines};
    use super::*;
    use crate::config::Config;
    use crate::news::{FeedId, FeedState, Health, Hour, Time, Validators};

    const NOW: &str = "2025-08-16T12:30:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn state(id: &str, health: Health, error: &str) -> (FeedId, FeedState) {
        let state = FeedState {
            url: format!("https://{id}.example/"),
            validators: Validators::default(),
            next_due: at("2025-08-16T12:34:00Z"),
            last_success: Some(at("2025-08-16T12:29:00Z")),
            body_hash: None,
            seen_once: true,
            health,
            health_since: at("2025-08-16T00:00:00Z"),
            failure_weight: if health == Health::Ok { 0 } else { 3_500 },
            last_http: Some(200),
            last_error: error.to_owned(),
            extra: crate::news::Extra::write(&serde_json::json!({ "interval_ms": 754_321 })),
        };
        (FeedId::new(id), state)
    }

    fn hour(begin: &str, polls: u64, failed: u64, new: u64) -> Hour {
        let polled = Polling { polls, failed, new, ..Polling::default() };
        Hour { hour: Time(at(begin)), polled }
    }

    fn told(states: &[(FeedId, FeedState)], held: &[&str]) -> Vec<Line> {
        let ids = ["good", "ill", "quiet", "flipped", "new", "elsewhere"];
        let text: String = ids
            .map(|id| format!("[[feed]]\nid = \"{id}\"\nurl = \"https://{id}.example/\"\n"))
            .concat();
        let config = Config::parse("c.toml", &text, []).unwrap();
        let hours = vec![
            hour("2025-08-15T12:00:00Z", 4, 0, 90),
            hour("2025-08-15T13:00:00Z", 4, 0, 0),
            hour("2025-08-16T10:00:00Z", 2, 2, 0),
            hour("2025-08-16T11:00:00Z", 2, 1, 1),
            hour("2025-08-16T12:00:00Z", 2, 0, 28),
        ];
        let known = Known {
            states: states.iter().cloned().collect(),
            hours: BTreeMap::from([(FeedId::new("good"), hours)]),
            peace: BTreeMap::new(),
            held: held.iter().map(|id| FeedId::new(*id)).collect(),
        };
        lines(&config, &known, at(NOW))
    }

    fn states() -> Vec<(FeedId, FeedState)> {
        let mut states = vec![
            state("good", Health::Ok, ""),
            state("ill", Health::Failing, "connect timeout after a while"),
            state("quiet", Health::Ok, "silent for 9 d"),
            state("flipped", Health::Ok, ""),
            state("old", Health::Ok, ""),
            state("elsewhere", Health::Ok, ""),
        ];
        // Its address was changed since.
        states[5].1.url = "https://elsewhere.example/before".to_owned();
        states
    }

    #[test]
    fn every_feed_has_its_word_and_an_hour_without_a_poll_is_no_quiet_hour() {
        let sheet = Sheet { width: None, has_colour: false, is_unicode: true };
        let lines = told(&states(), &["flipped"]);
        let expected = "\
FEED       STATE    SEEN  NEWS  LAST 24 HOURS             NEW  POLLS  304  EVERY  NEXT  LAST ERROR
good       ok        60s     -  ▁····················×▂█   29     10   0%    12m    4m
ill        failing   60s     -  ························    -      -    -    12m    4m  connect timeout after a while
quiet      silent    60s     -  ························    -      -    -    12m    4m  silent for 9 d
flipped    held      60s     -  ························    -      -    -    12m    4m
new        new         -     -  ························    -      -    -    15m     -
elsewhere  new         -     -  ························    -      -    -    15m     -
old        removed   60s     -  ························    -      -    -    12m     -

7 feeds: 1 ok, 1 failing, 1 silent, 1 held, 2 new, 1 removed
in 24 hours 10 polls: 0% unchanged, 3 failed; 29 new articles
";
        assert_eq!(draw(&lines, at(NOW), sheet), expected);
    }

    #[test]
    fn a_narrow_terminal_drops_columns_and_cuts_the_error() {
        let lines = told(&states(), &[]);
        for width in [40, 60, 80, 100, 120] {
            let sheet = Sheet { width: Some(width), has_colour: false, is_unicode: true };
            let text = draw(&lines, at(NOW), sheet);
            let table: Vec<&str> = text.lines().take(lines.len() + 1).collect();
            assert!(table.iter().all(|row| row.chars().count() <= width), "{width}:\n{text}");
            assert!(table[2].starts_with("ill        failing"), "{text}");
            assert_eq!(text.contains("connect"), width >= 80, "{text}");
        }
        let sheet = Sheet { width: Some(80), has_colour: false, is_unicode: false };
        assert!(draw(&lines, at(NOW), sheet).contains("connect timeout a…"));
    }

    #[test]
    fn colour_says_nothing_that_the_word_does_not() {
        let lines = told(&states(), &["flipped"]);
        let plain = Sheet { width: None, has_colour: false, is_unicode: true };
        let coloured = draw(&lines, at(NOW), Sheet { has_colour: true, ..plain });
        assert!(coloured.contains("\u{1b}[31mfailing\u{1b}[0m"), "{coloured}");
        let mut stripped = coloured;
        for code in ["0", "2", "31", "32", "33"] {
            stripped = stripped.replace(&format!("\u{1b}[{code}m"), "");
        }
        assert_eq!(stripped, draw(&lines, at(NOW), plain));
    }

    #[test]
    fn what_a_server_says_does_not_steer_the_terminal() {
        let mut states = states();
        states[1].1.last_error = "HTTP 500 \u{1b}[2J".to_owned();
        let sheet = Sheet { width: None, has_colour: false, is_unicode: true };
        assert!(draw(&told(&states, &[]), at(NOW), sheet).contains("HTTP 500 \\u{1b}[2J"));
    }
}
