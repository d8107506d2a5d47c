//! The start: every line that was committed and perhaps not written is written again, then the files are compared
//! with what the store says of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::news::{Line, Stream, StreamEnd};

use super::files::{Files, Run, highest, runs};
use super::{Error, names, write_error};

/// Longest line that is read back: four times the longest that we write. What is longer is no line of ours.
const LINE_BYTES_MAX: u64 = 512 * 1024;

/// What a start found and did.
#[derive(Debug, Default)]
pub struct Redone {
    /// Up to which `seq` each stream's pending lines stand on disk.
    pub written: Vec<(Stream, u64)>,
    /// Files that hold more than the store knows of (`output_ahead_of_store`), by stream and first `seq`. Each stays
    /// as it is; the stream goes on above its highest `seq`, in another file.
    pub ahead: Vec<Ahead>,
    /// Files that hold less than was written, or are gone. Each stays as it is; the stream goes on in another file,
    /// beginning with the lines given here.
    pub lost: Vec<Lost>,
}

impl Redone {
    /// A stream's homeless lines, laid out one after the other in a file of this name. They go into the outbox in the
    /// place of the old ones, and the stream's end moves to this file, before anything is written to it.
    pub fn moved(&self, stream: Stream, file: &str) -> Vec<Line> {
        let mut lines: Vec<Line> = self.lost.iter().flat_map(|lost| lost.lines.clone()).collect();
        lines.retain(|line| line.stream == stream);
        lines.sort_by_key(|line| line.seq);
        let mut offset = 0;
        for line in &mut lines {
            file.clone_into(&mut line.file);
            line.offset = offset;
            offset += line.bytes.len() as u64;
        }
        lines
    }
}

/// A file that goes on where the store ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ahead {
    /// Its stream.
    pub stream: Stream,
    /// Its name.
    pub file: String,
    /// Where it is.
    pub path: PathBuf,
    /// How far the store knows it.
    pub committed: u64,
    /// How long it is.
    pub found: u64,
}

impl Ahead {
    /// The surplus whole lines, each with its `\n`, one after the other; an unterminated tail or an overlong line is
    /// left out.
    pub fn lines(&self) -> io::Result<impl Iterator<Item = io::Result<Vec<u8>>> + use<>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.committed))?;
        let mut reader = BufReader::new(file);
        Ok(std::iter::from_fn(move || next_line(&mut reader).transpose()))
    }

    /// The highest `seq` that the surplus lines state; the stream goes on above it.
    pub fn last_seq(&self) -> io::Result<Option<u64>> {
        let mut last = None;
        for line in self.lines()? {
            let numbered: Option<Numbered> = serde_json::from_slice(&line?).ok();
            last = last.max(numbered.map(|numbered| numbered.seq));
        }
        Ok(last)
    }
}

/// All that the sink understands of a line.
#[derive(Deserialize)]
struct Numbered {
    seq: u64,
}

fn next_line(reader: &mut BufReader<File>) -> io::Result<Option<Vec<u8>>> {
    loop {
        let mut line = Vec::new();
        let read = reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? as u64;
        match line.last() {
            Some(b'\n') => return Ok(Some(line)),
            Some(_) if read == LINE_BYTES_MAX => {
                if reader.skip_until(b'\n')? == 0 {
                    return Ok(None);
                }
            }
            _ => return Ok(None),
        }
    }
}

/// A file that others deleted, cut or replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Its stream.
    pub stream: Stream,
    /// Its name.
    pub file: String,
    /// How long it ought to be.
    pub committed: u64,
    /// How long it is; `None` if it is gone.
    pub found: Option<u64>,
    /// Its pending lines, which have no place any more.
    pub lines: Vec<Line>,
}

/// One file that the store names.
#[derive(Debug, Default)]
struct Expected<'a> {
    end: u64,
    is_active: bool,
    lines: Vec<&'a Line>,
}

impl Files {
    /// Writes the pending lines again, creates files where they are missing, syncs, and compares each file with what
    /// the store says of it.
    pub fn redo(&mut self, pending: &[Line], ends: &[StreamEnd]) -> Result<Redone, Error> {
        self.recent = pending.iter().map(|line| line.file.clone()).collect();
        let mut expected: BTreeMap<(Stream, &str), Expected<'_>> = BTreeMap::new();
        for line in pending {
            let file = expected.entry((line.stream, &line.file)).or_default();
            file.end = file.end.max(line.offset + line.bytes.len() as u64);
            file.lines.push(line);
        }
        for end in ends.iter().filter(|end| !end.file.is_empty()) {
            let file = expected.entry((end.stream, &end.file)).or_default();
            file.end = file.end.max(end.end);
            file.is_active = true;
        }
        let mut redone = Redone::default();
        for ((stream, name), file) in &expected {
            self.redo_file(*stream, name, file, &mut redone)?;
        }
        self.sync_dir()?;
        for stream in Stream::ALL {
            let known: BTreeSet<&str> =
                expected.keys().filter(|(of, _)| *of == stream).map(|(_, name)| *name).collect();
            self.find_later(stream, &known, &mut redone)?;
        }
        redone.written = written(pending, &redone.lost);
        Ok(redone)
    }

    fn redo_file(
        &mut self,
        stream: Stream,
        name: &str,
        file: &Expected<'_>,
        redone: &mut Redone,
    ) -> Result<(), Error> {
        let path = self.path(stream, name)?;
        let (committed, owned) = (file.end, name.to_owned());
        let found = write_again(&path, &runs(file.lines.iter().copied()), self.config.is_synced)?;
        match found {
            Found::Whole(found) if found >= committed => {
                if file.is_active && found > 0 {
                    self.link(stream, name);
                }
                if found > committed {
                    redone.ahead.push(Ahead { stream, file: owned, path, committed, found });
                }
            }
            Found::None if committed == 0 => {}
            Found::Whole(_) | Found::Short(_) | Found::None => {
                let found = match found {
                    Found::Whole(found) | Found::Short(found) => Some(found),
                    Found::None => None,
                };
                let lines = file.lines.iter().map(|line| (*line).clone()).collect();
                redone.lost.push(Lost { stream, file: owned, committed, found, lines });
            }
        }
        Ok(())
    }

    /// Files that are later than all the store knows.
    fn find_later(
        &self,
        stream: Stream,
        known: &BTreeSet<&str>,
        redone: &mut Redone,
    ) -> Result<(), Error> {
        let dir = &self.config.dir;
        let error = |source| Error::Io { path: dir.clone(), source };
        let files = names::list(dir, stream).map_err(error)?;
        let latest = known.iter().filter_map(|name| names::Name::parse(stream, name)).max();
        for file in files.into_iter().filter(|file| latest.as_ref().is_none_or(|l| file > l)) {
            let path = dir.join(&file.name);
            let found = fs::metadata(&path).map_err(error)?.len();
            // A crash between the file and its first line leaves it empty; the next line takes it.
            if found > 0 && !known.contains(file.name.as_str()) {
                let file = file.name;
                redone.ahead.push(Ahead { stream, file, path, committed: 0, found });
            }
        }
        Ok(())
    }
}

/// What stood where the lines belong.
enum Found {
    /// The file with its length after the lines were written.
    Whole(u64),
    /// The file with its length; the lines do not fit on it.
    Short(u64),
    None,
}

/// Writes the runs at their places, if the file reaches up to the first of them.
fn write_again(path: &Path, runs: &[Run<'_>], is_synced: bool) -> Result<Found, Error> {
    let error = |source| write_error(path, source);
    let is_new = runs.first().is_some_and(|run| run.offset == 0);
    let opened =
        OpenOptions::new().read(true).write(true).create(is_new).truncate(false).open(path);
    let file = match opened {
        Ok(file) => file,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Found::None),
        Err(source) => return Err(error(source)),
    };
    let mut length = file.metadata().map_err(error)?.len();
    for run in runs {
        if run.offset > length || !follows_a_line(&file, run.offset).map_err(error)? {
            return Ok(Found::Short(length));
        }
        file.write_all_at(&run.bytes, run.offset).map_err(error)?;
        length = length.max(run.end());
    }
    if is_synced {
        file.sync_data()
            .map_err(|source| Error::SyncFailed { path: path.to_path_buf(), source })?;
    }
    Ok(Found::Whole(length))
}

/// Whether a line ends right before the offset; in a file of ours one always does.
fn follows_a_line(file: &File, offset: u64) -> io::Result<bool> {
    let Some(before) = offset.checked_sub(1) else { return Ok(true) };
    let mut byte = [0];
    file.read_exact_at(&mut byte, before)?;
    Ok(byte == *b"\n")
}

/// Up to which `seq` each stream stands on disk: below the first line that has no place.
fn written(pending: &[Line], lost: &[Lost]) -> Vec<(Stream, u64)> {
    let mut homeless: BTreeMap<Stream, u64> = BTreeMap::new();
    for line in lost.iter().flat_map(|lost| &lost.lines) {
        let first = homeless.entry(line.stream).or_insert(line.seq);
        *first = line.seq.min(*first);
    }
    highest(
        pending
            .iter()
            .filter(|line| homeless.get(&line.stream).is_none_or(|first| line.seq < *first)),
    )
}
