//! `copytaster parse`: what the reader sees in a feed, one JSON line a file.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

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

/// Runs the command and returns its exit code.
pub fn run(args: &Args, out: &mut dyn Write) -> u8 {
    let mut code = OK;
    for file in &args.files {
        let (view, failure) = one(file, args);
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

fn one(file: &Path, args: &Args) -> (View, u8) {
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
    let view = parse::view(&fetched(body, args), &Config::default(), &name);
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
fn fetched(body: Vec<u8>, args: &Args) -> Fetched {
    let nowhere = || Url::parse("about:blank").expect("a constant URL parses");
    let url = args.url.clone().unwrap_or_else(nowhere);
    let feed = Feed::new("parse", url.clone());
    Fetched { headers: args.headers.clone(), ..Fetched::at_hand(feed, url, body) }
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
        let code = run(&args, &mut out);
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
        assert!(missing["error"].as_str().unwrap().starts_with("cannot read the file"));
    }
}
