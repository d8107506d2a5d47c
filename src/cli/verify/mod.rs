//! `verify`: reads the output as any reader would and says what is not as the format says.

mod article;
mod bearing;
mod claims;
mod files;
mod ledger;
mod report;
mod story;

use std::io;
use std::path::{Path, PathBuf};

pub(super) use article::member;
pub use report::{Break, Check, Outcome, Place, Report};

use files::{Directory, Found, Lines};
use ledger::Ledger;

use super::{Exit, Table, complain, print};
use crate::news::{Member, Stream, Tally};
use crate::record::{HealthFetched, Record};

/// Check the output in a directory.
///
/// That every line is a whole record, that no number is missing or twice, that every
/// id leads somewhere, that each story's counts and origins follow from its articles, and each fetch's sum.
///
/// Exit code 65 if something is broken.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The output directory
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// JSON only
    #[arg(long)]
    pub json: bool,
}

/// Verifies the directory; `tally` is the counting rule.
pub fn run(args: &Args, tally: impl Fn(&[Member]) -> Tally) -> Exit {
    let report = match verify(&args.dir, tally) {
        Ok(Some(report)) => report,
        Ok(None) => {
            complain(&format_args!("there is no output in {}", args.dir.display()));
            return Exit::Failed;
        }
        Err(error) => {
            complain(&format_args!("cannot read {}: {error}", args.dir.display()));
            return Exit::Failed;
        }
    };
    let exit = if report.ok { Exit::Ok } else { Exit::BadInput };
    let text = if args.json { json(&report) } else { words(&report) };
    print(text.as_bytes(), exit)
}

/// Reads the whole directory; `None` if no file in it is one of ours.
pub fn verify(dir: &Path, tally: impl Fn(&[Member]) -> Tally) -> io::Result<Option<Report>> {
    let mut report = Report::default();
    let directory = Directory::open(dir, &mut report)?;
    if directory.is_empty() {
        return Ok(None);
    }
    let mut ledger = Ledger::new(tally);
    commits(&directory, &mut ledger, &mut report)?;
    for stream in [Stream::Quarantine, Stream::Health, Stream::Watch] {
        let mut lines = directory.lines(stream);
        while let Some(found) = lines.next(&mut report)? {
            match &found.record {
                Record::HealthFetched(record) => {
                    report.check(Check::Fetches, &found.place, wrong_sum(record));
                }
                Record::Watch(record) => ledger.watch(record, &found.place, &mut report),
                _ => {}
            }
        }
    }
    ledger.close(&mut report);
    Ok(Some(report))
}

fn wrong_sum(record: &HealthFetched) -> Option<String> {
    let seen = [record.new, record.revised, record.unchanged];
    let aside = [record.quarantined, record.held, record.backfilled, record.over_limit];
    let sum = seen.into_iter().chain(aside).fold(0, u64::saturating_add);
    let HealthFetched { feed_id, items, .. } = record;
    (sum != *items).then(|| format!("{feed_id}: {items} items, {sum} accounted for"))
}

/// Brings articles and stories into the order of their commits.
fn commits<T: Fn(&[Member]) -> Tally>(
    directory: &Directory,
    ledger: &mut Ledger<T>,
    report: &mut Report,
) -> io::Result<()> {
    let mut articles = Ahead::new(directory.lines(Stream::Articles), report)?;
    let mut stories = Ahead::new(directory.lines(Stream::Stories), report)?;
    while let Some(commit) = [articles.commit(), stories.commit()].into_iter().flatten().min() {
        let articles = articles.take(commit, report)?;
        let stories = stories.take(commit, report)?;
        ledger.commit(&articles, &stories, report);
        ledger.settle();
    }
    Ok(())
}

/// A stream with its next record in sight.
struct Ahead {
    lines: Lines,
    next: Option<Found>,
}

impl Ahead {
    fn new(mut lines: Lines, report: &mut Report) -> io::Result<Self> {
        let next = lines.next(report)?;
        Ok(Self { lines, next })
    }

    fn commit(&self) -> Option<u64> {
        self.next.as_ref().map(|found| found.record.envelope().commit)
    }

    /// All records up to a commit.
    fn take(&mut self, commit: u64, report: &mut Report) -> io::Result<Vec<Found>> {
        let mut taken = Vec::new();
        while self.commit().is_some_and(|next| next <= commit) {
            taken.extend(self.next.take());
            self.next = self.lines.next(report)?;
        }
        Ok(taken)
    }
}

fn json(report: &Report) -> String {
    let mut text = serde_json::to_string(report).expect("a report has string keys");
    text.push('\n');
    text
}

fn words(report: &Report) -> String {
    let mut table = Table::new(&["CHECK", "CHECKED", "BROKEN", "MEANING"]);
    for outcome in &report.checks {
        let (word, meaning) = outcome.check.words();
        let numbers = [outcome.checked.to_string(), outcome.broken.to_string()];
        let [checked, broken] = numbers;
        table.row([word.to_owned(), checked, broken, meaning.to_owned()]);
    }
    let mut breaks = Table::default();
    for outcome in &report.checks {
        let word = outcome.check.words().0;
        for Break { place, what } in &outcome.breaks {
            breaks.row([format!("{place}:"), word.to_owned(), what.clone()]);
        }
        let untold = outcome.broken - outcome.breaks.len() as u64;
        if untold > 0 {
            breaks.row([String::new(), word.to_owned(), format!("and {untold} more")]);
        }
    }
    let Report { files, lines, articles, stories, .. } = report;
    let verdict = if report.ok { "ok" } else { "broken" };
    format!(
        "{verdict}: {files} files, {lines} lines, {articles} articles, {stories} stories\n\n{table}{}{breaks}",
        if report.ok { "" } else { "\n" }
    )
}
