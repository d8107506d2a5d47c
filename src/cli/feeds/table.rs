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
    while width(&columns) > room {
        let Some(last) = (0..columns.len()).max_by_key(|at| columns[*at].dropped) else { break };
        if columns[last].dropped == 0 {
            break;
        }
        columns.remove(last);
    }
    let most = room.saturating_sub(width(&columns) + 2).min(ERROR_CHARS.0);
    let has_errors = lines.iter().any(|line| !line.last_error.is_empty());
    if has_errors && most >= ERROR_CHARS.1 {
        let cells = lines.iter().map(|line| cut(&line.last_error, most)).collect();
        columns.push(Column { head: "LAST ERROR", cells, dropped: 0, is_number: false });
    }
    let mut out = String::new();
    for row in 0..=lines.len() {
        let mut text = String::new();
        for column in &columns {
            let cell = row.checked_sub(1).map_or(column.head, |row| column.cells[row].as_str());
            let pad = " ".repeat(column.width() - cell.chars().count());
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
        column("POLLS", 4, true, &|line| number(line, line.day.polls)),
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
    let mut last = format!(
        "in 24 hours {}: {} unchanged, {} failed; {}",
        plural(day.polls, "poll"),
        percent(day.not_modified, day.polls),
        day.failed,
        plural(day.new, "new article"),
    );
    if day.overrun > 0 {
        last.push_str(&format!(
            "; {} came too late and may have missed news",
            plural(day.overrun, "poll")
        ));
    }
    format!("\n{feeds}{words}\n{last}\n")
}
