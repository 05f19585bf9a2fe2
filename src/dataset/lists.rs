//! Small text files that list frames.

use super::native::frame_name;
use super::rows::PartFiles;
use super::{Error, FileRecord, Folder, Header};

/// One file per part: the numbers of its frames as they stand in file names, one a line.
pub(super) fn frame_lists(
    header: &Header,
    folder: &Folder,
    path_of: impl Fn(&str) -> String,
) -> Result<Vec<FileRecord>, Error> {
    let mut files = PartFiles::begin(header, folder, path_of)?;
    for index in header.frames.clone() {
        files.write(header.part_of(index), &format!("{}\n", frame_name(index)))?;
    }
    files.commit()
}
