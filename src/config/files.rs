//! Reads what the configuration points at: itself, secrets, certificates. Bounded, regular files only.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::document::Value;
use super::offsets::line_and_column;
use super::problem::{Problem, Problems};
use super::read::{self, echo};
use super::units::size_text;
use super::{document::Bad, problem::nearest};
use crate::news::Secret;
use toml::de::{DeTable, DeValue};

/// A million feeds take about 150 MB; what is longer is no configuration.
const FILE_BYTES_MAX: u64 = 512 << 20;

/// A password or token is a line; servers take no header field much longer than this.
const SECRET_BYTES_MAX: u64 = 8 << 10;

/// All authorities of a system are a quarter of this.
pub(super) const PEM_BYTES_MAX: u64 = 1 << 20;

/// Permissions of those who are not the owner.
const OTHERS: u32 = 0o077;

/// What stands in a file.
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    /// Unix permissions.
    pub(super) mode: u32,
}

/// Reads a file of at most so many bytes.
pub(super) type ReadFile<'t> = dyn Fn(&Path, u64) -> io::Result<Found> + 't;

/// Where secrets stand: files and the environment.
#[derive(Clone, Copy)]
pub(super) struct Places<'t> {
    pub(super) env: &'t [(String, String)],
    /// `None` for a configuration that stays closed: what would be read is empty, and not judged.
    pub(super) read: Option<&'t ReadFile<'t>>,
}

impl Places<'_> {
    /// Whether nothing is read, so that what stands in files and the environment says nothing.
    pub(super) fn are_closed(&self) -> bool {
        self.read.is_none()
    }
}

impl fmt::Debug for Places<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The environment holds secrets, ours and those of others.
        f.write_str("Places")
    }
}

/// A secret, and whether its file can be read by others.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) secret: Secret,
    pub(super) is_open: bool,
}

impl Loaded {
    /// What a closed configuration holds.
    fn nothing() -> Self {
        Self { secret: Secret::new(Vec::new()), is_open: false }
    }
}

/// Reads a file of the disk. Anything but a regular file could wait for ever, at a reload too.
pub(super) fn read_file(path: &Path, bytes_max: u64) -> io::Result<Found> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("no regular file"));
    }
    let file = File::open(path)?;
    let mode = file.metadata()?.mode();
    let mut bytes = Vec::new();
    file.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        let message = format!("longer than {}", size_text(bytes_max));
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(Found { bytes, mode })
}

/// The text of the configuration.
pub(super) fn text(path: &Path) -> Result<String, Problems> {
    let file = path.display().to_string();
    let whole = |message: String, suggestion: Option<String>| {
        let (key, file) = (String::new(), file.clone());
        Problems::one(Problem { file, line: 0, column: 0, key, message, suggestion })
    };
    let bytes = read_file(path, FILE_BYTES_MAX).map(|found| found.bytes);
    let bytes = bytes.map_err(|error| {
        let missing = error.kind() == io::ErrorKind::NotFound;
        let meant = missing.then(|| "to write one with `copytaster init` first".to_owned());
        whole(format!("cannot read the configuration: {error}"), meant)
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let sound = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let (line, column) = line_and_column(&String::from_utf8_lossy(sound), sound.len());
        let mut problems = whole("must be UTF-8".to_owned(), None);
        for problem in &mut problems.told {
            (problem.line, problem.column) = (line, column);
        }
        problems
    })
}

/// A file named by its path, not empty.
pub(super) fn file(value: Value<'_>, places: Places<'_>) -> Result<Loaded, Bad> {
    load(&read::path(value)?, PEM_BYTES_MAX, places)
}

fn load(path: &Path, bytes_max: u64, places: Places<'_>) -> Result<Loaded, Bad> {
    let Some(read) = places.read else { return Ok(Loaded::nothing()) };
    let shown = echo(&path.display().to_string());
    let found =
        read(path, bytes_max).map_err(|error| Bad::new(format!("cannot read {shown}: {error}")))?;
    if found.bytes.is_empty() {
        return Err(Bad::new(format!("{shown} is empty")));
    }
    Ok(Loaded { secret: Secret::new(found.bytes), is_open: found.mode & OTHERS != 0 })
}

/// A secret that stands elsewhere: `{ file = "…" }` or `{ env = "…" }`.
pub(super) fn secret(value: Value<'_>, places: Places<'_>) -> Result<Loaded, Bad> {
    match value {
        Value::Toml(DeValue::Table(table)) | Value::Raw(_, Some(DeValue::Table(table))) => {
            elsewhere(table, places)
        }
        // What was written may be the secret itself, so it is not repeated.
        _ => Err(Bad::new(
            "is not written into the configuration: name the file or the environment variable that holds it",
        )
        .meant(Some("{ file = \"/run/secrets/NAME\" }"))),
    }
}

fn elsewhere(table: &DeTable<'_>, places: Places<'_>) -> Result<Loaded, Bad> {
    let mut entries = table.iter().map(|(key, value)| (key.get_ref().as_ref(), value.get_ref()));
    let (Some((key, value)), None) = (entries.next(), entries.next()) else {
        return Err(Bad::new("must have one key, `file` or `env`"));
    };
    match key {
        "file" => {
            let path = read::path(Value::Toml(value))?;
            let loaded = load(&path, SECRET_BYTES_MAX, places)?;
            if places.are_closed() {
                return Ok(loaded);
            }
            let shown = echo(&path.display().to_string());
            Ok(Loaded { secret: line(loaded.secret.expose(), &shown)?, ..loaded })
        }
        "env" => {
            let name = read::line(Value::Toml(value))?;
            from_environment(&name, places)
        }
        other => {
            Err(Bad::new("unknown key; allowed are env, file")
                .meant(nearest(other, ["file", "env"])))
        }
    }
}

/// A secret of one line in a variable of the environment.
pub(super) fn from_environment(name: &str, places: Places<'_>) -> Result<Loaded, Bad> {
    if places.are_closed() {
        return Ok(Loaded::nothing());
    }
    let found = places.env.iter().find(|(known, _)| *known == name);
    let shown = format!("the environment variable {}", echo(name));
    let (_, text) = found.ok_or_else(|| Bad::new(format!("{shown} is not set")))?;
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Bad::new(format!("{shown} is not UTF-8")));
    }
    Ok(Loaded { secret: line(text.as_bytes(), &shown)?, is_open: false })
}

/// Editors and `echo` end a file with a line end; it is no part of the secret.
fn line(bytes: &[u8], shown: &str) -> Result<Secret, Bad> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    if bytes.is_empty() {
        return Err(Bad::new(format!("{shown} is empty")));
    }
    if bytes.iter().any(u8::is_ascii_control) {
        return Err(Bad::new(format!(
            "{shown} must hold one line without control characters and nothing else"
        )));
    }
    Ok(Secret::new(bytes))
}
