//! Writes WARC 1.1 records (ISO 28500:2017), each a gzip member of its own. Pure.
//!
//! What an answer's record holds is what reading needs: status, the header fields `content-type`, `content-language`,
//! `content-location`, `link`, `etag`, `last-modified`, and the body **without its content coding**, so that
//! `Content-Length` is that of the body as it stands there. Requests, cookies and credentials are in no record.
//!
//! Our own fields: `X-Copytaster-Feed` is the id of the feed; `X-Copytaster-Page` the article's address on the record
//! of its page; `X-Copytaster-Wire-Bytes` the length of the body as it came; `X-Copytaster-Entry` the number of a
//! `metadata` record whose block is an [`Entry`] in JSON.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::journal::{Entry, What};
use crate::news::{Fetched, Hash16, Validators, hash16};

/// The digest's profile of a body that came again as it was.
const SAME: &str = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";

/// The profile of a 304.
const NOT_MODIFIED: &str = "http://netpreserve.org/warc/1.1/revisit/server-not-modified";

/// Content type of an answer.
pub(super) const HTTP: &str = "application/http;msgtype=response";

/// Content type of an entry.
pub(super) const JSON: &str = "application/json";

/// Field that names the feed.
pub(super) const FEED: &str = "X-Copytaster-Feed";

/// Field that names the article of a page.
pub(super) const PAGE: &str = "X-Copytaster-Page";

/// Field with the length of the body on the wire.
pub(super) const WIRE: &str = "X-Copytaster-Wire-Bytes";

/// Field with the number of an entry.
pub(super) const ENTRY: &str = "X-Copytaster-Entry";

/// A finished record: its id, and its bytes as they stand in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// `urn:uuid:…`, from a hash of what it holds.
    pub id: String,
    /// One gzip member.
    pub bytes: Vec<u8>,
}

/// What an answer is to the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A body to be read.
    Feed,
    /// The body of an earlier answer once more: only its digest is kept.
    Same,
    /// The page of the article at this address.
    Page(&'a str),
}

/// The record of a 200. `target` is the address as it may be shown.
pub fn answer(kind: Kind<'_>, target: &str, fetched: &Fetched, validators: &Validators) -> Record {
    let digest = sha256(&fetched.body);
    let mut http = status_line(fetched.http);
    for (name, value) in &fetched.headers {
        field(&mut http, name, value.as_bytes());
    }
    fields_of(&mut http, validators);
    if kind != Kind::Same {
        field(&mut http, "content-length", fetched.body.len().to_string().as_bytes());
    }
    http.extend_from_slice(b"\r\n");
    let at = fetched.fetched_at;
    let (word, profile) =
        if kind == Kind::Same { ("revisit", Some(SAME)) } else { ("response", None) };
    let mut head = Head::new(word, at, HTTP);
    head.add("WARC-Target-URI", target);
    head.add("WARC-Payload-Digest", &format!("sha256:{digest}"));
    head.add_some("WARC-Profile", profile);
    if kind != Kind::Same {
        head.add_some("WARC-Identified-Payload-Type", identified(&fetched.body));
    }
    head.add(FEED, fetched.feed.id.as_str());
    if let Kind::Page(article) = kind {
        head.add(PAGE, article);
    }
    head.add(WIRE, &fetched.wire_bytes.to_string());
    let id = [word, fetched.feed.id.as_str(), target, &at.to_string(), &digest];
    let body: &[u8] = if kind == Kind::Same { b"" } else { &fetched.body };
    head.record(&id, &[&http, body])
}

/// The record of a 304.
pub fn not_modified(
    feed: &str,
    target: &str,
    fetched_at: Timestamp,
    validators: &Validators,
) -> Record {
    let mut http = status_line(304);
    fields_of(&mut http, validators);
    http.extend_from_slice(b"\r\n");
    let mut head = Head::new("revisit", fetched_at, HTTP);
    head.add("WARC-Target-URI", target);
    head.add("WARC-Profile", NOT_MODIFIED);
    head.add("WARC-Refers-To-Target-URI", target);
    head.add(FEED, feed);
    head.record(&["304", feed, target, &fetched_at.to_string()], &[&http])
}

/// The first record of a file, and what the others of the file name it by.
pub(super) fn info(file: &str, at: Timestamp, software: &str, desk: &str) -> Record {
    let text = format!(
        "software: {software}\r\nformat: WARC File Format 1.1\r\n\
         conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n\
         description: answers of news feeds and article pages, content codings removed, in the order in which a desk \
         took them\r\nisPartOf: {desk}\r\n"
    );
    let mut head = Head::new("warcinfo", at, "application/warc-fields");
    head.add("WARC-Filename", file);
    head.record(&["warcinfo", file, &at.to_string(), desk], &[text.as_bytes()])
}

/// The record of an entry in a file whose first record has the id `info`.
pub(super) fn entry(entry: &Entry, info: &str, block: &[u8]) -> Record {
    let mut head = Head::new("metadata", entry.at, JSON);
    head.add("WARC-Warcinfo-ID", &format!("<{info}>"));
    if let What::Poll(poll) = &entry.what {
        if let Some(body) = &poll.body {
            head.add("WARC-Refers-To", &format!("<{body}>"));
        }
        head.add(FEED, poll.feed.as_str());
    }
    head.add(ENTRY, &entry.seq.to_string());
    let (desk, seq) = (entry.desk.to_string(), entry.seq.to_string());
    let digest = sha256(block);
    head.record(&["metadata", &desk, &seq, &entry.at.to_string(), &digest], &[block])
}

/// A record's head as it grows.
struct Head(Vec<u8>);

impl Head {
    fn new(kind: &str, at: Timestamp, content_type: &str) -> Self {
        let mut head = Self(b"WARC/1.1\r\n".to_vec());
        head.add("WARC-Type", kind);
        head.add("WARC-Date", &at.to_string());
        head.add("Content-Type", content_type);
        head
    }

    fn add(&mut self, name: &str, value: &str) {
        field(&mut self.0, name, value.as_bytes());
    }

    fn add_some(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    /// Closes the record. Its id is made of `parts`.
    fn record(mut self, parts: &[&str], block: &[&[u8]]) -> Record {
        let id = urn(hash16(parts));
        self.add("WARC-Record-ID", &format!("<{id}>"));
        let length: usize = block.iter().map(|part| part.len()).sum();
        self.add("Content-Length", &length.to_string());
        let mut gzip = GzEncoder::new(Vec::with_capacity(512 + length / 4), Compression::new(3));
        let parts = [&[&self.0[..], b"\r\n"], block, &[b"\r\n\r\n"]].concat();
        for part in parts {
            gzip.write_all(part).expect("memory takes all");
        }
        Record { id, bytes: gzip.finish().expect("memory takes all") }
    }
}

/// A UUID of version 8: sixteen bytes of a hash of ours.
fn urn(hash: Hash16) -> String {
    let mut bytes = hash.0;
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut urn = "urn:uuid:".to_owned();
    for (at, digit) in Hash16(bytes).to_string().chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            urn.push('-');
        }
        urn.push(digit);
    }
    urn
}

fn status_line(http: u16) -> Vec<u8> {
    let reason = if http == 304 { "Not Modified" } else { "OK" };
    format!("HTTP/1.1 {http} {reason}\r\n").into_bytes()
}

fn fields_of(http: &mut Vec<u8>, validators: &Validators) {
    for (name, value) in [("etag", &validators.etag), ("last-modified", &validators.last_modified)]
    {
        if let Some(value) = value {
            field(http, name, value);
        }
    }
}

/// One field on one line, whatever is in the value.
fn field(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    let plain = |byte: &u8| if byte.is_ascii_control() { b' ' } else { *byte };
    out.extend(value.trim_ascii().iter().map(plain));
    out.extend_from_slice(b"\r\n");
}

/// SHA-256 in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        write!(hex, "{byte:02x}").expect("a String takes all");
    }
    hex
}

/// Bytes of a body in which its kind shows.
const SIGHT: usize = 1024;

/// What a body looks like, whatever its header says.
fn identified(body: &[u8]) -> Option<&'static str> {
    let start = String::from_utf8_lossy(body.get(..SIGHT).unwrap_or(body)).to_ascii_lowercase();
    let start = start.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let signs = [
        ("<rss", "application/rss+xml"),
        ("<feed", "application/atom+xml"),
        ("<rdf:rdf", "application/rdf+xml"),
        ("<!doctype html", "text/html"),
        ("<html", "text/html"),
    ];
    if start.starts_with('{') {
        return Some("application/json");
    }
    signs.iter().find(|(sign, _)| start.contains(sign)).map(|(_, kind)| *kind)
}
