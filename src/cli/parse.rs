//! `copytaster parse`: what the reader sees in a feed, one JSON line a file.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use url::Url;

use crate::news::{Feed, Fetched};
use crate::parse::{self, Config, View};

/// Largest file read: what the poller would take of a decoded body.
const FILE_BYTES_MAX: u64 = 20 << 20;

/// All files were read.
const OK: u8 = 0;
/// A file is no feed, or could not be read.
const BAD_DATA: u8 = 65;
/// The output cannot be written.
const CANNOT_WRITE: u8 = 74;

/// Show what the reader sees in a feed.
///
/// Prints one JSON object a file: the feed, its entries in document order, and every defect with its place.
/// Absent values are left out. Exit code 65 when a file is no feed or cannot be read.
///
/// Lines and columns count from 1 in the decoded text, columns in characters; `offset` counts bytes. Of one
/// word the first 20 defects stand singly; the next has in `more` how many follow, itself among them.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Feeds as they were fetched (RSS, Atom, RDF, CDF, JSON Feed, news sitemaps); `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Where the feed came from; relative links are resolved against it.
    #[arg(long, value_name = "U", value_parser = address)]
    pub url: Option<Url>,
    /// A header of the response, such as 'Content-Type: text/xml; charset=koi8-r'.
    #[arg(long = "header", value_name = "K: V", value_parser = header)]
    pub headers: Vec<(String, String)>,
}

fn address(text: &str) -> Result<Url, String> {
    Url::parse(text)
        .map_err(|error| format!("{error}; an address such as https://desk.example/feed"))
}

fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':').map(|(name, value)| (name.trim(), value.trim())) {
        Some((name, value)) if !name.is_empty() => {
            Ok((name.to_ascii_lowercase(), value.to_owned()))
        }
        _ => Err("no name and colon; a header such as 'Content-Type: text/xml'".to_owned()),
    }
}

/// Runs the command and returns its exit code; dates are held against `now`.
pub fn run(args: &Args, now: Timestamp, out: &mut dyn Write) -> u8 {
    let mut code = OK;
    for file in &args.files {
        let (view, failure) = one(file, args, now);
        if write_line(&view, out).is_err() {
            return CANNOT_WRITE;
        }
        code = code.max(failure);
    }
    if out.flush().is_err() { CANNOT_WRITE } else { code }
}

fn write_line(view: &View, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, view)?;
    out.write_all(b"\n")
}

fn one(file: &Path, args: &Args, now: Timestamp) -> (View, u8) {
    let name = file.to_string_lossy();
    let body = match load(file) {
        Ok(body) => body,
        Err(error) => {
            return (View::failed(&name, &format!("cannot read the file: {error}")), BAD_DATA);
        }
    };
    if body.len() as u64 > FILE_BYTES_MAX {
        return (View::failed(&name, &format!("body over {FILE_BYTES_MAX} bytes")), BAD_DATA);
    }
    let view = parse::view(&fetched(body, args, now), &Config::default(), &name);
    let code = if view.is_ok() { OK } else { BAD_DATA };
    (view, code)
}

fn load(file: &Path) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if file.as_os_str() == "-" {
        io::stdin().lock().take(FILE_BYTES_MAX + 1).read_to_end(&mut body)?;
    } else {
        File::open(file)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut body)?;
    }
    Ok(body)
}

/// The file as if it had been fetched.
fn fetched(body: Vec<u8>, args: &Args, now: Timestamp) -> Fetched {
    let nowhere = || Url::parse("about:blank").expect("a constant URL parses");
    let url = args.url.clone().unwrap_or_else(nowhere);
    let feed = Feed::new("parse", url.clone());
    let headers = args.headers.clone();
    Fetched { headers, fetched_at: now, ..Fetched::at_hand(feed, url, body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_on(bodies: &[(&str, &[u8])], headers: &[&str]) -> (u8, Vec<serde_json::Value>) {
        let dir = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for (name, body) in bodies {
            let file = dir.path().join(name);
            std::fs::write(&file, body).unwrap();
            files.push(file);
        }
        files.push(dir.path().join("missing.xml"));
        let args = Args {
            files,
            url: Some(address("https://desk.example/feeds/").unwrap()),
            headers: headers.iter().map(|text| header(text).unwrap()).collect(),
        };
        let mut out = Vec::new();
        let code = run(&args, "2025-08-16T00:00:00Z".parse().unwrap(), &mut out);
        let lines = String::from_utf8(out).unwrap();
        (code, lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    #[test]
    fn a_header_without_a_colon_and_an_address_that_is_none_are_usage_errors() {
        for bad in ["foo", ":", ": x", ""] {
            assert!(header(bad).is_err(), "{bad}");
        }
        assert_eq!(header("ETag:x").unwrap(), ("etag".to_owned(), "x".to_owned()));
        for bad in ["notaurl", "", "/feed"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_file_is_a_line_and_a_failure_is_one_too() {
        let good =
            b"<rss><channel><item><title>F\xE4hre</title><link>a</link></item></channel></rss>";
        let (code, lines) = run_on(
            &[("good.xml", good), ("bad.xml", b"<html></html>")],
            &["Content-Type: text/xml; charset=iso-8859-1"],
        );
        assert_eq!(code, BAD_DATA);
        let [good, bad, missing] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!(good["ok"], true);
        assert_eq!(good["entries"][0]["title"], "Fähre");
        assert_eq!(good["entries"][0]["link"], "https://desk.example/feeds/a");
        assert_eq!((&bad["ok"], &missing["ok"]), (&false.into(), &false.into()));
        assert_eq!(bad["error"], "an HTML page, not a feed, at line 1, column 1");
        assert!(missing["error"].as_str().unwrap().starts_with("cannot read the file"));
    }

    #[test]
    fn a_date_that_no_article_would_keep_is_shown_as_it_says_with_its_defect() {
        let item =
            |date: &str| format!("<item><title>{date}</title><pubDate>{date}</pubDate></item>");
        let dates = ["1404/01/14", "2568-04-03", "Sun, 17 Aug 2025 06:00:00 GMT", "2025-08-16"];
        let items: String = dates.into_iter().map(item).collect();
        let feed = format!("<rss version=\"2.0\"><channel>{items}</channel></rss>");
        let (_, lines) = run_on(&[("dates.xml", feed.as_bytes())], &[]);
        let defects = lines[0]["defects"].as_array().unwrap();
        let told: Vec<(&str, u64)> = defects
            .iter()
            .filter_map(|d| Some((d["defect"].as_str()?, d["entry"].as_u64()?)))
            .filter(|(word, _)| word.starts_with("date_"))
            .collect();
        let expected = [("date_out_of_range", 0), ("date_future", 1), ("date_future", 2)];
        assert_eq!(told, expected, "{defects:?}");
        assert_eq!(lines[0]["entries"][0]["published"], "1404-01-14T00:00:00Z");
    }

    #[test]
    fn one_date_on_all_entries_is_told() {
        let item = "<item><title>a</title><pubDate>Sat, 16 Aug 2025 00:00:00 GMT</pubDate></item>";
        for (count, expected) in [(2, false), (3, true)] {
            let feed = format!("<rss><channel>{}</channel></rss>", item.repeat(count));
            let (_, lines) = run_on(&[("built.xml", feed.as_bytes())], &[]);
            let defects = lines[0]["defects"].as_array().unwrap();
            let is_told = defects.iter().any(|d| d["defect"] == "date_build_time");
            assert_eq!(is_told, expected, "{count} entries");
        }
    }
}
