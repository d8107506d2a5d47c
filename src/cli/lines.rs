//! The whole lines of an output directory, stream by stream; what a running daemon has only half written is left out.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use crate::news::Stream;
use crate::record::LINE_WITH_BODY_BYTES_MAX;
use crate::record::layout::parse_file_name;

/// The files of a stream with the `seq` they begin with, in its order.
pub(super) fn files(dir: &Path, stream: Stream) -> io::Result<Vec<(u64, String, PathBuf)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some((of, first)) = parse_file_name(&name)
            && of == stream
        {
            files.push((first, name, entry.path()));
        }
    }
    files.sort();
    Ok(files)
}

/// Shows every whole line of a stream, with its file and its number there.
pub(super) fn each(
    dir: &Path,
    stream: Stream,
    mut show: impl FnMut(&str, u64, &str),
) -> io::Result<()> {
    let mut buffer = Vec::new();
    for (_, name, path) in files(dir, stream)? {
        let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
        for line in 1.. {
            buffer.clear();
            let limit = LINE_WITH_BODY_BYTES_MAX as u64 + 1;
            if reader.by_ref().take(limit).read_until(b'\n', &mut buffer)? == 0 {
                break;
            }
            if let Some(text) = buffer.strip_suffix(b"\n")
                && let Ok(text) = std::str::from_utf8(text)
            {
                show(&name, line, text);
            }
        }
    }
    Ok(())
}
