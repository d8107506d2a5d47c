//! The tables, and how a store comes into being, is opened and is checked.
//!
//! A store exists whole or not at all: it is made beside its place and moved there. A store that does not fit is
//! refused and never replaced.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::{Error, Fault, damaged};
use super::seal::Packer;
use super::{Durability, beside, hours, restore};

/// Format of the tables; an older program refuses a later one.
pub(super) const FORMAT: i64 = 2;
/// Tables of the format before: all but those that were added since. Such a store is brought up to date when it is
/// opened to be written.
const FORMAT_BEFORE: i64 = 1;
const TABLES_BEFORE: usize = 12;
/// "COPY": tells our store from any other `SQLite` file.
const APPLICATION_ID: i64 = 0x434f_5059;
/// A row with known contents, read at every start.
const CANARY: &str = "every article once";
/// Up to this size the whole store is checked at start, indexes against tables: a second at most.
const CHECK_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Up to this size the structure of the file is checked at start, in about the same time. Beyond it the rows' own
/// checksums and the comparison of indexes in `restore` have to do.
const QUICK_CHECK_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Pages in the log before they are moved into the store: 16 MB, a few groups.
const CHECKPOINT_PAGES: i64 = 4000;
/// Page cache in KB.
const CACHE_KB: i64 = 16 * 1024;
/// A reader can hold a lock for a moment only.
const BUSY: Duration = Duration::from_secs(5);
/// All statements in use, so that none is compiled twice.
const STATEMENTS: usize = 64;
/// Longest lock file that is read: a pid and the marker.
const LOCK_BYTES_MAX: u64 = 256;
/// Second line of the lock file once the store was made: after that, a missing store is a lost one.
const MADE: &str = "store made";

/// One statement a line, as `sqlite_schema` gives them back; compared at every start.
const TABLES: [&str; 13] = [
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE feed(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state BLOB, crc INTEGER NOT NULL)",
    // Claims (feed and key; feed 0 holds the links of all feeds) and the article each stands for.
    "CREATE TABLE claim(feed INTEGER NOT NULL, key BLOB NOT NULL, article BLOB NOT NULL, \
     content BLOB NOT NULL, seen INTEGER NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY(feed, key)) WITHOUT ROWID",
    "CREATE TABLE article(n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, feed INTEGER NOT NULL, \
     revision INTEGER NOT NULL, content BLOB NOT NULL, dispatch BLOB, story BLOB, arrival INTEGER NOT NULL, \
     first_ms INTEGER NOT NULL, fetched_ms INTEGER NOT NULL, matched BLOB NOT NULL, member BLOB NOT NULL, \
     crc INTEGER NOT NULL, seen INTEGER NOT NULL)",
    "CREATE INDEX article_story ON article(story, arrival) WHERE story IS NOT NULL",
    // The article as last told, without its body.
    "CREATE TABLE told(n INTEGER PRIMARY KEY, value BLOB NOT NULL)",
    // Its body, apart, so that it can go earlier.
    "CREATE TABLE body(n INTEGER PRIMARY KEY, fetched_ms INTEGER NOT NULL, value BLOB NOT NULL)",
    "CREATE INDEX body_age ON body(fetched_ms)",
    "CREATE TABLE story(id BLOB PRIMARY KEY, last_ms INTEGER NOT NULL, merged_into BLOB, \
     value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE INDEX story_age ON story(last_ms)",
    // Lines to be written: stream and seq in one number, so that a stream's lines stand together.
    "CREATE TABLE outbox(place INTEGER PRIMARY KEY, file TEXT NOT NULL, at INTEGER NOT NULL, \
     bytes BLOB NOT NULL, crc INTEGER NOT NULL)",
    "CREATE TABLE canary(word TEXT NOT NULL)",
    // Since format 2.
    hours::TABLE,
];

/// The lock on one store; dies with the process.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    /// Whether the lock file says that the store was made before.
    is_made: bool,
}

impl Lock {
    /// Takes the lock or says who has it.
    pub(super) fn take(path: &Path) -> Result<Self, Error> {
        let cannot = |error: &std::io::Error| Error::CannotOpen {
            path: path.to_path_buf(),
            detail: error.to_string(),
        };
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir).map_err(|error| cannot(&error))?;
        }
        let lock = beside(path, ".lock");
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(lock).map_err(|error| cannot(&error))?;
        let taken = file.try_lock();
        let mut text = Vec::new();
        (&mut file).take(LOCK_BYTES_MAX).read_to_end(&mut text).map_err(|error| cannot(&error))?;
        let text = String::from_utf8_lossy(&text);
        let mut lines = text.lines();
        let holder = lines.next().filter(|line| !line.is_empty()).unwrap_or("another process");
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Locked { path: path.to_path_buf(), holder: holder.to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(cannot(&error)),
        }
        let is_made = lines.next() == Some(MADE);
        let mut lock = Self { file, is_made };
        lock.sign().map_err(|error| cannot(&error))?;
        Ok(lock)
    }

    /// Notes that from here on a missing store is a lost one.
    fn made(&mut self) -> std::io::Result<()> {
        self.is_made = true;
        self.sign()
    }

    fn sign(&mut self) -> std::io::Result<()> {
        let made = if self.is_made { MADE } else { "" };
        let text = format!("process {}\n{made}\n", std::process::id());
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())?;
        self.file.set_len(text.len() as u64)
    }
}

/// Opens the store at `path`, or makes it where there is no trace of one.
pub(super) fn open(
    path: &Path,
    lock: &mut Lock,
    durability: Durability,
    packer: &mut Packer,
) -> Result<Connection, Error> {
    let io = |error: &std::io::Error| Error::CannotOpen {
        path: path.to_path_buf(),
        detail: error.to_string(),
    };
    let missing = |what: &str| Error::Damaged { path: path.to_path_buf(), what: what.to_owned() };
    match fs::metadata(path) {
        Ok(found) if found.len() == 0 => return Err(missing("the file is empty")),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if lock.is_made || beside(path, "-wal").exists() {
                return Err(missing("the file is gone"));
            }
            make(path, packer)?;
        }
        Err(error) => return Err(io(&error)),
    }
    lock.made().map_err(|error| io(&error))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags)
        .map_err(Fault::from)
        .and_then(|connection| set_up(&connection, durability).map(|()| connection));
    let connection = opened.map_err(|fault| fault.at(path))?;
    check(&connection, path)?;
    bring_up_to_date(&connection).map_err(|fault| fault.at(path))?;
    Ok(connection)
}

/// A second connection that can only read, beside a running daemon or without one, and the format it finds.
pub(super) fn open_to_read(path: &Path) -> Result<(Connection, i64), Error> {
    if !path.exists() {
        let detail = "there is no such file".to_owned();
        return Err(Error::CannotOpen { path: path.to_path_buf(), detail });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(path, flags).map_err(|error| Fault::from(error).at(path))?;
    connection.busy_timeout(BUSY).map_err(|error| Fault::from(error).at(path))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let format = check_format(&connection, path)?;
    Ok((connection, format))
}

/// A store that lives and dies with its connection.
pub(super) fn open_in_memory(packer: &mut Packer) -> Result<Connection, Fault> {
    let connection = Connection::open_in_memory()?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    fill(&connection, packer)?;
    Ok(connection)
}

fn set_up(connection: &Connection, durability: Durability) -> Result<(), Fault> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let synchronous = match durability {
        Durability::Process => "OFF",
        Durability::Group | Durability::Record => "FULL",
    };
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "cache_size", -CACHE_KB)?;
    // Changed pages stay in memory until the commit, so that only a commit can find the disk full.
    connection.pragma_update(None, "cache_spill", false)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(())
}

fn make(path: &Path, packer: &mut Packer) -> Result<(), Error> {
    let io = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            Error::Full { path: path.to_path_buf(), detail: error.to_string() }
        }
        _ => Error::CannotOpen { path: path.to_path_buf(), detail: error.to_string() },
    };
    let unborn = beside(path, ".new");
    for left in [unborn.clone(), beside(path, ".new-journal")] {
        match fs::remove_file(left) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
    }
    Connection::open(&unborn)
        .map_err(Fault::from)
        .and_then(|connection| fill(&connection, packer))
        .map_err(|fault| fault.at(path))?;
    File::open(&unborn).and_then(|file| file.sync_all()).map_err(io)?;
    fs::rename(&unborn, path).map_err(io)?;
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    File::open(dir.unwrap_or(Path::new("."))).and_then(|dir| dir.sync_all()).map_err(io)
}

fn fill(connection: &Connection, packer: &mut Packer) -> Result<(), Fault> {
    connection.execute_batch("BEGIN")?;
    for table in TABLES {
        connection.execute_batch(table)?;
    }
    restore::fill(connection, packer)?;
    connection.execute("INSERT INTO canary VALUES(?1)", [CANARY])?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", FORMAT)?;
    connection.execute_batch("COMMIT")?;
    Ok(())
}

fn check(connection: &Connection, path: &Path) -> Result<(), Error> {
    check_format(connection, path)?;
    let size = fs::metadata(path).map_or(0, |found| found.len());
    let pragmas = [
        (CHECK_BYTES_MAX, "PRAGMA integrity_check(1)"),
        (QUICK_CHECK_BYTES_MAX, "PRAGMA quick_check(1)"),
    ];
    if let Some((_, pragma)) = pragmas.iter().find(|(limit, _)| size <= *limit) {
        let found: Result<String, _> = connection.query_row(pragma, [], |row| row.get(0));
        let found = found.map_err(|error| Fault::from(error).at(path))?;
        if found != "ok" {
            let what = found.lines().take(3).collect::<Vec<_>>().join("; ");
            return Err(damaged(what).at(path));
        }
    }
    Ok(())
}

/// Header, format, tables and canary are those that we write.
fn check_format(connection: &Connection, path: &Path) -> Result<i64, Error> {
    let number = |pragma: &str| {
        let value = connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        value.map_err(|error| Fault::from(error).at(path))
    };
    if number("application_id")? != APPLICATION_ID {
        return Err(damaged("it is not a store of copytaster").at(path));
    }
    let found = number("user_version")?;
    if found > FORMAT {
        return Err(Error::Newer { path: path.to_path_buf(), found, known: FORMAT });
    }
    let tables = match found {
        FORMAT => &TABLES[..],
        FORMAT_BEFORE => &TABLES[..TABLES_BEFORE],
        _ => return Err(damaged(format!("there is no format {found}")).at(path)),
    };
    tables_fit(connection, tables).map_err(|fault| fault.at(path))?;
    Ok(found)
}

/// Adds what a store of the format before has not, in one transaction.
fn bring_up_to_date(connection: &Connection) -> Result<(), Fault> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == FORMAT {
        return Ok(());
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for table in &TABLES[TABLES_BEFORE..] {
        connection.execute_batch(table)?;
    }
    connection.pragma_update(None, "user_version", FORMAT)?;
    connection.execute_batch("COMMIT")?;
    Ok(())
}

fn tables_fit(connection: &Connection, tables: &[&str]) -> Result<(), Fault> {
    let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid";
    let mut statement = connection.prepare(sql)?;
    let found: Vec<String> =
        statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if !found.iter().eq(tables.iter()) {
        return Err(damaged("its tables are not ours"));
    }
    let canary: String = connection.query_row("SELECT word FROM canary", [], |row| row.get(0))?;
    if canary != CANARY {
        return Err(damaged("the canary row is wrong"));
    }
    Ok(())
}
