//! How rows of several frames wait in one file: as lines of a part, or as whole blocks of a frame.

use std::io::{self, BufRead, Read, Write};

use super::{Error, FileRecord, Folder, Header, Shard, StagedFile};

/// Begins a line of rows with the part that it is for.
pub(super) fn line_start(header: &Header, index: u64) -> String {
    format!("{} ", header.part_of(index))
}

/// One file per part, and the lines of rows go to the file of their part.
pub(super) struct PartFiles {
    files: Vec<StagedFile>,
}

impl PartFiles {
    /// Begins the files of all parts.
    pub(super) fn begin(header: &Header, folder: &Folder, path_of: impl Fn(&str) -> String) -> Result<Self, Error> {
        let names = header.part_names();
        let files = names.iter().map(|name| folder.begin(&path_of(name))).collect::<Result<_, _>>()?;
        Ok(Self { files })
    }

    /// Adds the same text to all.
    pub(super) fn write_all(&mut self, text: &str) -> Result<(), Error> {
        (0..self.files.len()).try_for_each(|part| self.write(part, text))
    }

    /// Adds text to the file of a part.
    pub(super) fn write(&mut self, part: usize, text: &str) -> Result<(), Error> {
        let file = &mut self.files[part];
        file.write_all(text.as_bytes()).map_err(|source| Error::write(file.target(), source))
    }

    /// Hands every line, without its start and its end, to `on_line` with the part that it is for.
    pub(super) fn each_line(
        &mut self,
        rows: &mut dyn BufRead,
        mut on_line: impl FnMut(&mut Self, usize, &str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut line = String::new();
        loop {
            line.clear();
            let read = rows.read_line(&mut line).map_err(|source| Error::read("rows", source))?;
            if read == 0 {
                return Ok(());
            }
            let (part, text) = line.trim_end_matches('\n').split_once(' ').unwrap_or_default();
            let part = part.parse().ok().filter(|&part| part < self.files.len());
            let broken = || Error::invalid("rows", "", format!("{line:?} is no row of a part"));
            on_line(self, part.ok_or_else(broken)?, text)?;
        }
    }

    /// Gives the files their names.
    pub(super) fn commit(self) -> Result<Vec<FileRecord>, Error> {
        self.files.into_iter().map(StagedFile::commit).collect()
    }
}

/// One file per part that has frames in a shard, and the blocks of rows go to the file of their part.
pub(super) struct ShardFiles<F> {
    files: Vec<(usize, F)>,
}

impl<F> ShardFiles<F> {
    /// Begins the files of the parts in a shard.
    pub(super) fn begin(
        header: &Header,
        shard: &Shard,
        path_of: impl Fn(&str, &Shard) -> String,
        mut begin: impl FnMut(&str) -> Result<F, Error>,
    ) -> Result<Self, Error> {
        let names = header.part_names();
        let file = |part: usize| Ok((part, begin(&path_of(names[part], shard))?));
        Ok(Self { files: header.parts_in(shard).into_iter().map(file).collect::<Result<_, _>>()? })
    }

    /// Hands every block to `on_block` with its frame's number and the file of its part.
    pub(super) fn each_block(
        &mut self,
        header: &Header,
        blocks: &mut dyn BufRead,
        mut on_block: impl FnMut(&mut F, u64, &[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        while let Some((index, content)) = next_block(blocks).map_err(|source| Error::read("rows", source))? {
            let wanted = header.part_of(index);
            let file = self.files.iter_mut().find(|(part, _)| *part == wanted);
            let (_, file) = file.expect("every part with a frame in the shard has a file");
            on_block(file, index, &content)?;
        }
        Ok(())
    }

    /// Ends the files.
    pub(super) fn end(self, end: impl FnMut(F) -> Result<FileRecord, Error>) -> Result<Vec<FileRecord>, Error> {
        self.files.into_iter().map(|(_, file)| file).map(end).collect()
    }
}

/// Paths of the files of a shard.
pub(super) fn shard_paths(header: &Header, shard: &Shard, path_of: impl Fn(&str, &Shard) -> String) -> Vec<String> {
    let names = header.part_names();
    header.parts_in(shard).into_iter().map(|part| path_of(names[part], shard)).collect()
}

/// Begins a block of rows that belongs to one frame.
pub(super) fn block(index: u64, content: &[u8]) -> Vec<u8> {
    let mut block = Vec::with_capacity(16 + content.len());
    block.extend(index.to_le_bytes());
    block.extend((content.len() as u64).to_le_bytes());
    block.extend(content);
    block
}

/// Reads the blocks of rows one by one: number of the frame, and content.
fn next_block(rows: &mut dyn BufRead) -> io::Result<Option<(u64, Vec<u8>)>> {
    if rows.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut number = || {
        let mut bytes = [0; 8];
        rows.read_exact(&mut bytes).map(|()| u64::from_le_bytes(bytes))
    };
    let (index, length) = (number()?, number()?);
    let mut content = Vec::new();
    rows.take(length).read_to_end(&mut content)?;
    if content.len() as u64 == length { Ok(Some((index, content))) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
