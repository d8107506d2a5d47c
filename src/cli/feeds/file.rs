//! Writes a configuration file anew: whole or not at all, through a symbolic link, with the permissions it had.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Exit, failed};
use crate::cli::environment;
use crate::config::Config;
use crate::telemetry::Escaped;

/// Every variable by which the feeds as a whole are overridden.
const FEEDS_OVERRIDE: &str = "COPYTASTER__FEED";

/// A configuration to be changed.
#[derive(Debug)]
pub(super) struct Editable {
    path: PathBuf,
    /// As it stands, its byte order mark left out.
    pub(super) text: String,
    has_mark: bool,
    /// What it means.
    pub(super) config: Config,
}

impl Editable {
    /// Reads a file that is valid as it is.
    pub(super) fn load(path: &Path) -> Result<Self, Exit> {
        if environment().any(|(name, _)| name.eq_ignore_ascii_case(FEEDS_OVERRIDE)) {
            let message = format!(
                "the feeds come from the variable {FEEDS_OVERRIDE}, not from a file: change that"
            );
            return failed(Exit::Config, &message);
        }
        // Whoever changes the list need not be able to read the daemon's secrets.
        let config = Config::load_closed(path, environment())
            .map_err(|problems| crate::cli::complain_of(&problems))?;
        let read = fs::read_to_string(path);
        let text = read.or_else(|error| {
            failed(Exit::Config, &format_args!("cannot read {}: {error}", path.display()))
        })?;
        let (text, has_mark) = match text.strip_prefix('\u{feff}') {
            Some(text) => (text.to_owned(), true),
            None => (text, false),
        };
        Ok(Self { path: path.to_path_buf(), text, has_mark, config })
    }

    /// The file's name for messages.
    pub(super) fn name(&self) -> String {
        Escaped(&self.path.display().to_string()).to_string()
    }

    /// Holds a changed text against the configuration's rules. The file was valid, so what is wrong came with the
    /// command.
    pub(super) fn accept(&self, text: &str) -> Result<Config, Exit> {
        let file = format!("{} as it would be", self.path.display());
        Config::parse_closed(&file, text, environment()).map_err(|problems| {
            crate::cli::complain_of(&problems);
            Exit::Usage
        })
    }

    /// Writes the changed text.
    pub(super) fn write(&self, text: &str) -> Result<(), Exit> {
        let mark = if self.has_mark { "\u{feff}" } else { "" };
        let before = [mark, &self.text].concat();
        replace(&self.path, before.as_bytes(), [mark, text].concat().as_bytes()).or_else(|error| {
            let (name, next) = (self.name(), next_step(&error));
            failed(Exit::CannotCreate, &format_args!("cannot write {name}: {error}{next}"))
        })
    }
}

fn next_step(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; nothing was changed. Make it writable, or see with --dry-run what to write into it"
        }
        _ => "; nothing was changed",
    }
}

/// Puts `after` in the place of `before`, in one step that survives a power cut.
fn replace(path: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
    // A link stays one: what it leads to is written.
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    // A rename would replace it all the same.
    if permissions.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    OpenOptions::new().write(true).open(&path)?;
    let dir = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = dir.join(format!(".{name}.{}.new", std::process::id()));
    let written = write_new(&beside, after, permissions).and_then(|()| {
        if fs::read(&path)? != before {
            return Err(io::Error::other("somebody else has just changed it; try again"));
        }
        fs::rename(&beside, &path)
    });
    if let Err(error) = written {
        fs::remove_file(&beside).ok();
        return Err(error);
    }
    File::open(dir)?.sync_all()
}

fn write_new(path: &Path, bytes: &[u8], permissions: fs::Permissions) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.set_permissions(permissions)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_file_is_replaced_through_its_link_with_its_mode() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real.toml"), dir.path().join("link.toml"));
        fs::write(&real, "a").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real.toml", &link).unwrap();
        replace(&link, b"a", b"b").unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "b");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left over");
    }

    #[test]
    fn what_changed_meanwhile_or_is_read_only_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.toml");
        fs::write(&path, "theirs").unwrap();
        assert!(replace(&path, b"ours", b"new").is_err());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let refused = replace(&path, b"theirs", b"new").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
