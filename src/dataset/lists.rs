//! Small text files that list frames.

use std::io::Write;

use super::native::frame_name;
use super::{Error, FileRecord, Folder, Header};

/// One file per part: the numbers of its frames as they stand in file names, one a line.
pub(super) fn frame_lists(
    header: &Header,
    folder: &Folder,
    path_of: impl Fn(&str) -> String,
) -> Result<Vec<FileRecord>, Error> {
    let names = header.part_names();
    let mut files = names.iter().map(|name| folder.begin(&path_of(name))).collect::<Result<Vec<_>, _>>()?;
    for index in header.frames.clone() {
        let file = &mut files[header.part_of(index)];
        writeln!(file, "{}", frame_name(index)).map_err(|source| Error::write(file.target(), source))?;
    }
    files.into_iter().map(super::StagedFile::commit).collect()
}
