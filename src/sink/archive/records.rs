//! Reads WARC files record by record, gzipped one by one or plain, whoever wrote them and whatever happened to them.
//!
//! A damaged record costs itself: the next one is looked for. Memory is bounded by the limits, work by the length of
//! the file and by what may be wasted on damage.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

use flate2::bufread::GzDecoder;

/// Bytes of a record's head; ours have less than one thousand, and a URL may take eight.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// Bytes read and inflated in vain, in one file: what comes from flipped bits is far less, and what is made to waste
/// time ends here.
const WASTE_MAX: u64 = 2 << 30;

/// Bytes of a place that only looks like a member that are inflated before it is left.
const LOOK: u64 = 4096;

/// Bytes searched at a time for the next record.
const SEARCH: usize = 64 << 10;

/// Where a gzip member begins: magic, method.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

const WARC: &[u8] = b"WARC/";

/// How much of a file is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest block of a record.
    pub block_bytes_max: u64,
}

impl Default for Limits {
    /// A body of the standard configuration, decoded, and some.
    fn default() -> Self {
        Self { block_bytes_max: 32 << 20 }
    }
}

/// A record's named fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head(Vec<(String, String)>);

impl Head {
    /// The value of a field, by its name in any case; the first of several.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// All fields in their order, names as written.
    pub fn fields(&self) -> &[(String, String)] {
        &self.0
    }

    /// An id, without its brackets.
    pub fn id(&self, name: &str) -> Option<&str> {
        self.get(name).map(|id| id.trim_start_matches('<').trim_end_matches('>'))
    }

    /// Reads the lines of a head, its first line not among them. A line that begins with a space goes on with the one
    /// before.
    fn parse(lines: &str) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in lines.lines() {
            if let (true, Some((_, value))) = (line.starts_with([' ', '\t']), fields.last_mut()) {
                value.push(' ');
                value.push_str(line.trim());
            } else if let Some((name, value)) = line.split_once(':') {
                fields.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        Self(fields)
    }
}

/// A whole record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it begins in the file.
    pub at: u64,
    /// Where it ends.
    pub end: u64,
    /// Its fields.
    pub head: Head,
    /// Its block.
    pub block: Vec<u8>,
}

/// What stands next in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A whole record.
    Record(Record),
    /// Bytes that are none.
    Damaged {
        /// Where they begin.
        at: u64,
        /// What is wrong.
        why: String,
        /// Whether the file ends within the record, as after a crash.
        is_end: bool,
    },
}

/// A file being read.
#[derive(Debug)]
pub struct Records {
    file: Counted,
    limits: Limits,
    waste: u64,
    /// A gzipped file has no plain records: what looks like one is the text of a page.
    is_gzip: bool,
}

/// Why bytes are no record.
struct Bad {
    why: String,
    is_end: bool,
    /// Bytes that came out of it.
    spent: u64,
}

impl Bad {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_end: false, spent: 0 }
    }

    fn cut(why: &str) -> Self {
        Self { why: why.to_owned(), is_end: true, spent: 0 }
    }
}

impl Records {
    /// Begins with the first record.
    pub fn open(path: &Path, limits: Limits) -> io::Result<Self> {
        let mut file = BufReader::with_capacity(SEARCH, File::open(path)?);
        let start = file.fill_buf()?;
        // The name decides where the first bytes are damaged.
        let is_named_so = path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("gz"));
        let is_gzip = start.first() == GZIP.first() || (is_named_so && !start.starts_with(WARC));
        Ok(Self { file: Counted { file, at: 0 }, limits, waste: 0, is_gzip })
    }

    /// Where the next record is looked for.
    pub fn at(&self) -> u64 {
        self.file.at
    }

    /// Goes on at a place where a record is known to begin.
    pub fn go_to(&mut self, at: u64) -> io::Result<()> {
        if at != self.file.at {
            self.file.file.seek(SeekFrom::Start(at))?;
            self.file.at = at;
        }
        Ok(())
    }

    /// The next record, or what stands in its place; `None` at the end of the file.
    pub fn step(&mut self) -> io::Result<Option<Step>> {
        let at = self.file.at;
        if self.file.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let read = if self.is_gzip { self.member()? } else { self.plain()? };
        match read {
            Ok((head, block)) => {
                Ok(Some(Step::Record(Record { at, end: self.file.at, head, block })))
            }
            Err(bad) => {
                self.waste += bad.spent + (self.file.at - at);
                let found = self.search(at + 1)?;
                let is_end = bad.is_end && !found;
                Ok(Some(Step::Damaged { at, why: bad.why, is_end }))
            }
        }
    }

    /// One gzip member that holds one record.
    fn member(&mut self) -> io::Result<Result<(Head, Vec<u8>), Bad>> {
        let cap = self.limits.block_bytes_max + HEAD_BYTES_MAX as u64;
        let mut bytes = Vec::new();
        let read = GzDecoder::new(&mut self.file).take(cap + 1).read_to_end(&mut bytes);
        let spent = bytes.len() as u64;
        let bad = |bad: Bad| Ok(Err(Bad { spent, ..bad }));
        match read {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return bad(Bad::cut("the file ends within a record"));
            }
            Err(error) if is_of_gzip(&error) => return bad(Bad::new(format!("damaged: {error}"))),
            Err(error) => return Err(error),
            Ok(_) if spent > cap => return bad(Bad::new("longer than may be, once inflated")),
            Ok(_) => {}
        }
        match split(&bytes) {
            Err(why) => bad(why),
            Ok((head, length, start)) => {
                let whole = bytes.get(start..).map_or(0, |rest| rest.len() as u64);
                let rest = bytes.get(start..).and_then(|rest| rest.get(to_usize(length)..));
                if rest.is_some_and(|rest| rest.trim_ascii().starts_with(WARC)) {
                    return bad(Bad::new(
                        "several records in one gzip member: compress them one by one",
                    ));
                }
                if rest != Some(b"\r\n\r\n") {
                    let why = format!("Content-Length is {length}, and {whole} bytes follow");
                    return bad(Bad::new(why));
                }
                bytes.drain(..start);
                bytes.truncate(to_usize(length));
                Ok(Ok((head, bytes)))
            }
        }
    }

    /// One record that stands as it is.
    fn plain(&mut self) -> io::Result<Result<(Head, Vec<u8>), Bad>> {
        let mut head = Vec::new();
        loop {
            let left = HEAD_BYTES_MAX.saturating_sub(head.len());
            let length = (&mut self.file).take(left as u64).read_until(b'\n', &mut head)?;
            if !head.starts_with(&WARC[..head.len().min(WARC.len())]) {
                return Ok(Err(Bad::new("no record begins here")));
            }
            if length == 0 {
                let is_long = head.len() >= HEAD_BYTES_MAX;
                let end = || Bad::cut("the file ends within a record");
                return Ok(Err(if is_long { Bad::new("its head does not end") } else { end() }));
            }
            if head.ends_with(b"\r\n\r\n") || head.ends_with(b"\n\n") {
                break;
            }
        }
        let (head, length, _) = match split(&head) {
            Ok(split) => split,
            Err(bad) => return Ok(Err(bad)),
        };
        if length > self.limits.block_bytes_max {
            return Ok(Err(Bad::new(format!("longer than may be: {length} bytes"))));
        }
        let mut block = Vec::new();
        let whole = (&mut self.file).take(length).read_to_end(&mut block)? as u64;
        let mut end = Vec::new();
        (&mut self.file).take(4).read_to_end(&mut end)?;
        match &end[..] {
            b"\r\n\r\n" if whole == length => Ok(Ok((head, block))),
            _ if end.len() < 4 => Ok(Err(Bad::cut("the file ends within a record"))),
            _ => {
                Ok(Err(Bad::new(format!("no end after the {length} bytes of its Content-Length"))))
            }
        }
    }

    /// Looks for the next place at or after `from` where a record begins; whether there is one. If not, the file is at
    /// its end.
    fn search(&mut self, from: u64) -> io::Result<bool> {
        let mut at = from;
        loop {
            if self.waste > WASTE_MAX {
                self.file.go_to_end()?;
                return Ok(false);
            }
            self.go_to(at)?;
            let window = self.file.window()?;
            let Some(place) = sign(&window, self.is_gzip) else {
                // The last bytes may be the beginning of a sign.
                let step = window.len().saturating_sub(WARC.len() + 1).max(1) as u64;
                if window.len() < SEARCH {
                    self.file.go_to_end()?;
                    return Ok(false);
                }
                self.waste += step;
                at += step;
                continue;
            };
            at += place as u64;
            self.go_to(at)?;
            if !self.is_gzip || self.looks_like_a_member()? {
                self.go_to(at)?;
                return Ok(true);
            }
            // Another window is read for each such place.
            self.waste += SEARCH as u64;
            at += 1;
        }
    }

    fn looks_like_a_member(&mut self) -> io::Result<bool> {
        let mut start = [0; WARC.len()];
        let mut member = GzDecoder::new((&mut self.file).take(LOOK));
        match member.read_exact(&mut start) {
            Ok(()) => Ok(start == WARC),
            Err(error) if is_of_gzip(&error) => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The first place in a window where a record may begin.
fn sign(window: &[u8], is_gzip: bool) -> Option<usize> {
    if is_gzip {
        return window.windows(GZIP.len()).position(|bytes| bytes == GZIP);
    }
    let begins = |bytes: &[u8]| bytes.first() == Some(&b'\n') && bytes.ends_with(WARC);
    window.windows(WARC.len() + 1).position(begins).map(|at| at + 1)
}

/// Errors that speak of the bytes, not of the disk.
fn is_of_gzip(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
        || error.kind() == io::ErrorKind::Other
}

/// The head of a record, the length of its block, and where the block begins.
fn split(bytes: &[u8]) -> Result<(Head, u64, usize), Bad> {
    if !bytes.starts_with(WARC) {
        return Err(Bad::new("no record of WARC"));
    }
    let start = bytes.get(..HEAD_BYTES_MAX).unwrap_or(bytes);
    let ends = |sign: &[u8]| start.windows(sign.len()).position(|bytes| bytes == sign);
    let end = match (ends(b"\r\n\r\n"), ends(b"\n\n")) {
        (Some(long), Some(short)) if short < long => short + 2,
        (Some(long), _) => long + 4,
        (None, Some(short)) => short + 2,
        (None, None) => return Err(Bad::new("its head does not end")),
    };
    let text = String::from_utf8_lossy(start.get(..end).unwrap_or(start));
    let head = Head::parse(text.split_once('\n').map_or("", |(_, lines)| lines));
    let length = head.get("Content-Length").and_then(|text| text.parse().ok());
    let Some(length) = length else { return Err(Bad::new("no Content-Length")) };
    Ok((head, length, end))
}

/// An HTTP answer: its status, its fields, and where its body begins; `None` for what is no answer.
pub fn split_http(block: &[u8]) -> Option<(u16, Head, &[u8])> {
    let start = block.get(..HEAD_BYTES_MAX).unwrap_or(block);
    let ends = |sign: &[u8]| start.windows(sign.len()).position(|bytes| bytes == sign);
    let (end, skip) = match (ends(b"\r\n\r\n"), ends(b"\n\n")) {
        (Some(long), Some(short)) if short < long => (short, 2),
        (Some(long), _) => (long, 4),
        (None, Some(short)) => (short, 2),
        (None, None) => return None,
    };
    let (text, body) = block.split_at_checked(end + skip)?;
    let text = String::from_utf8_lossy(text);
    let (status, lines) = text.split_once('\n')?;
    let http = status.strip_prefix("HTTP/")?.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some((http, Head::parse(lines), body))
}

fn to_usize(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// A file with the place that was read up to.
#[derive(Debug)]
struct Counted {
    file: BufReader<File>,
    at: u64,
}

impl Counted {
    /// The next bytes, as many as a search looks at, or up to the end of the file.
    fn window(&mut self) -> io::Result<Vec<u8>> {
        let mut window = Vec::with_capacity(SEARCH);
        self.take(SEARCH as u64).read_to_end(&mut window)?;
        Ok(window)
    }

    fn go_to_end(&mut self) -> io::Result<()> {
        self.at = self.file.seek(SeekFrom::End(0))?;
        Ok(())
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        self.at += length as u64;
        Ok(length)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.file.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.file.consume(amount);
        self.at += amount as u64;
    }
}
