//! The open files: positioned writes, one a run of lines, and one sync a group.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::PathBuf;

use jiff::Timestamp;

use crate::news::{Line, Stream};

use super::names::{self, Name};
use super::{Config, Error, links, lock, write_error};

/// The output directory, held by this process alone.
#[derive(Debug)]
pub struct Files {
    pub(super) config: Config,
    open: BTreeMap<Stream, Open>,
    /// Files of the last group: their lines may still be in the outbox, so they are not deleted.
    pub(super) recent: BTreeSet<String>,
    /// Links that could not be set yet.
    links_due: BTreeMap<Stream, String>,
    /// Held until this is dropped.
    _lock: File,
}

/// The file a stream is being written to.
#[derive(Debug)]
struct Open {
    name: String,
    path: PathBuf,
    file: File,
    /// Written so far.
    end: u64,
    /// Where a write that failed may have come to.
    reached: u64,
}

/// Lines of one file that stand one after the other.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) stream: Stream,
    pub(super) file: &'a str,
    pub(super) offset: u64,
    pub(super) bytes: Vec<u8>,
}

impl Run<'_> {
    pub(super) fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64
    }
}

/// Joins what stands together, so that a group costs a write a file and not a write a line.
pub(super) fn runs<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    let mut last: BTreeMap<Stream, usize> = BTreeMap::new();
    for line in lines {
        let open = last.get(&line.stream).and_then(|at| runs.get_mut(*at));
        match open {
            Some(run) if run.file == line.file && run.end() == line.offset => {
                run.bytes.extend_from_slice(&line.bytes);
            }
            _ => {
                last.insert(line.stream, runs.len());
                let (stream, file, offset) = (line.stream, line.file.as_str(), line.offset);
                runs.push(Run { stream, file, offset, bytes: line.bytes.clone() });
            }
        }
    }
    runs
}

/// The highest `seq` of each stream among the lines.
pub(super) fn highest<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Vec<(Stream, u64)> {
    let mut highest = BTreeMap::new();
    for line in lines {
        let seq = highest.entry(line.stream).or_insert(line.seq);
        *seq = line.seq.max(*seq);
    }
    highest.into_iter().collect()
}

impl Files {
    /// Makes the directory where it is missing and takes it for this process alone.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let dir = &config.dir;
        let cannot = |source| Error::CannotWrite { dir: dir.clone(), source };
        fs::create_dir_all(dir.join(links::DIR)).map_err(cannot)?;
        let lock = lock::take(dir)?;
        Ok(Self {
            config: config.clone(),
            open: BTreeMap::new(),
            recent: BTreeSet::new(),
            links_due: BTreeMap::new(),
            _lock: lock,
        })
    }

    /// Writes committed lines at their places and syncs them; tells up to which `seq` each stream stands on disk.
    /// After [`Error::Full`] the same lines can be written again.
    pub fn write(&mut self, lines: &[Line]) -> Result<Vec<(Stream, u64)>, Error> {
        self.recent = lines.iter().map(|line| line.file.clone()).collect();
        let runs = runs(lines);
        for run in &runs {
            self.write_run(run)?;
        }
        if self.config.is_synced {
            let streams: BTreeSet<Stream> = runs.iter().map(|run| run.stream).collect();
            for open in streams.iter().filter_map(|stream| self.open.get(stream)) {
                open.sync()?;
            }
        }
        self.set_links();
        Ok(highest(lines))
    }

    /// Deletes sealed files that are older than the configuration keeps, oldest first; gives their names. A file is
    /// sealed when the next of its stream begins. None that may have lines in the outbox is deleted.
    pub fn prune(&mut self, now: Timestamp) -> Result<Vec<String>, Error> {
        let Some(keep) = self.config.keep else { return Ok(Vec::new()) };
        let dir = &self.config.dir;
        let mut deleted = Vec::new();
        for stream in Stream::ALL {
            let names = names::list(dir, stream)
                .map_err(|source| Error::Io { path: dir.clone(), source })?;
            let pairs = names.iter().zip(names.iter().skip(1));
            let old = pairs
                .take_while(|(_, next)| {
                    let sealed = next.start();
                    sealed.is_some_and(|sealed| now.duration_since(sealed).unsigned_abs() >= keep)
                        && sealed.is_some_and(|sealed| sealed <= now)
                })
                .filter(|(name, _)| !self.is_in_use(stream, &name.name));
            for (Name { name, .. }, _) in old {
                let path = dir.join(name);
                fs::remove_file(&path).map_err(|source| Error::Io { path, source })?;
                deleted.push(name.clone());
            }
        }
        if !deleted.is_empty() {
            self.sync_dir()?;
        }
        Ok(deleted)
    }

    fn is_in_use(&self, stream: Stream, name: &str) -> bool {
        self.recent.contains(name)
            || self.open.get(&stream).is_some_and(|open| open.name == name)
            || self.links_due.values().any(|due| due == name)
    }

    fn write_run(&mut self, run: &Run<'_>) -> Result<(), Error> {
        if self.open.get(&run.stream).is_none_or(|open| open.name != run.file) {
            self.switch(run)?;
        }
        let open = self.open.get_mut(&run.stream).expect("switch() opened it");
        open.check(run)?;
        open.reached = open.reached.max(run.end());
        open.file
            .write_all_at(&run.bytes, run.offset)
            .map_err(|source| write_error(&open.path, source))?;
        open.end = open.end.max(run.end());
        Ok(())
    }

    /// Seals the stream's file and opens the one that the run names.
    fn switch(&mut self, run: &Run<'_>) -> Result<(), Error> {
        if let Some(sealed) = self.open.get(&run.stream)
            && self.config.is_synced
        {
            sealed.sync()?;
        }
        let path = self.path(run.stream, run.file)?;
        let disturbed =
            |what: String| Error::Disturbed { stream: run.stream, path: path.clone(), what };
        let opened = OpenOptions::new().write(true).create(run.offset == 0).open(&path);
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound && run.offset > 0 => {
                return Err(disturbed("it is gone".to_owned()));
            }
            Err(source) => return Err(write_error(&path, source)),
        };
        let found = file.metadata().map_err(|source| write_error(&path, source))?.len();
        if found != run.offset {
            let what = format!("it has {found} bytes where {} were written", run.offset);
            return Err(disturbed(what));
        }
        if run.offset == 0 {
            self.sync_dir()?;
        }
        let name = run.file.to_owned();
        self.links_due.insert(run.stream, name.clone());
        let open = Open { name, path, file, end: found, reached: found };
        self.open.insert(run.stream, open);
        Ok(())
    }

    /// The path of a file that a line names; a name that is none of the stream's never becomes a path.
    pub(super) fn path(&self, stream: Stream, name: &str) -> Result<PathBuf, Error> {
        let path = self.config.dir.join(name);
        match Name::parse(stream, name) {
            Some(_) => Ok(path),
            None => Err(Error::Disturbed { stream, path, what: "no such name is ours".to_owned() }),
        }
    }

    /// Makes new names durable.
    pub(super) fn sync_dir(&self) -> Result<(), Error> {
        if !self.config.is_synced {
            return Ok(());
        }
        let dir = &self.config.dir;
        File::open(dir)
            .and_then(|file| file.sync_all())
            .map_err(|source| Error::SyncFailed { path: dir.clone(), source })
    }

    /// Has the stream's link point to this file.
    pub(super) fn link(&mut self, stream: Stream, name: &str) {
        self.links_due.insert(stream, name.to_owned());
        self.set_links();
    }

    fn set_links(&mut self) {
        let dir = &self.config.dir;
        // The links are for eyes: a file system without them must not stop the news, and a full one is tried again.
        self.links_due.retain(|stream, name| match links::point(dir, *stream, name) {
            Ok(()) => false,
            Err(error) => {
                tracing::debug!(file = name, %error, "cannot set the link to the active file");
                true
            }
        });
    }
}

impl Open {
    /// Whether the file is still ours, where we left it and as we left it.
    fn check(&self, run: &Run<'_>) -> Result<(), Error> {
        let disturbed = |what: &str| {
            Err(Error::Disturbed {
                stream: run.stream,
                path: self.path.clone(),
                what: what.to_owned(),
            })
        };
        let held = self.file.metadata().map_err(|source| write_error(&self.path, source))?;
        let Ok(named) = fs::symlink_metadata(&self.path) else {
            return disturbed("it was moved or deleted");
        };
        if (held.dev(), held.ino()) != (named.dev(), named.ino()) {
            return disturbed("another file stands in its place");
        }
        if held.len() < self.end {
            return disturbed("it was cut");
        }
        if held.len() > self.reached {
            return disturbed("somebody else wrote to it");
        }
        if run.offset > self.end {
            return disturbed("the lines before these were not written");
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), Error> {
        self.file
            .sync_data()
            .map_err(|source| Error::SyncFailed { path: self.path.clone(), source })
    }
}
