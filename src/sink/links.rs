//! `current/STREAM.jsonl`: symbolic links to the active files, for eyes and `tail -F`. Apart from the files, so that
//! no glob meets one twice; replaced in one step, so that the link always leads somewhere.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::{fs, io};

use crate::news::Stream;

/// Directory of the links, inside the output directory.
pub(super) const DIR: &str = "current";

/// Points the stream's link to the file of this name.
pub(super) fn point(dir: &Path, stream: Stream, name: &str) -> io::Result<()> {
    let links = dir.join(DIR);
    let link = links.join(format!("{}.jsonl", stream.as_str()));
    let target = Path::new("..").join(name);
    if fs::read_link(&link).is_ok_and(|found| found == target) {
        return Ok(());
    }
    fs::create_dir_all(&links)?;
    let unborn = links.join(format!(".{}.jsonl.new", stream.as_str()));
    match fs::remove_file(&unborn) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    symlink(&target, &unborn)?;
    fs::rename(&unborn, &link)
}
