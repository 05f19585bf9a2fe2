use std::io::{BufRead, Write};

use super::native::{PixelEncoding, frame_name};
use super::rows::{ShardFiles, block, shard_paths};
use super::tar_entry::append_file;
use super::{Encoded, Encodings, Error, FileRecord, Folder, Format, Header, Sample, Shard, StagedFile};

/// WebDataset: tar files `webdataset/PART-000000.tar`, each with the frames of a part in one shard. A frame has the
/// entries `N.json`, the native record with all units, and `N.PLANE.EXTENSION` for every plane.
#[derive(Debug, Clone, Copy, Default)]
pub struct WebDataset;

/// Ends every tar file.
const END: [u8; 1024] = [0; 1024];

fn shard_path(part: &str, shard: &Shard) -> String {
    format!("webdataset/{part}-{:06}.tar", shard.number)
}

impl Format for WebDataset {
    fn name(&self) -> &'static str {
        "webdataset"
    }

    fn is_sharded(&self) -> bool {
        true
    }

    fn encode(&self, header: &Header, sample: &Sample<'_>, encodings: &Encodings<'_>) -> Result<Encoded, Error> {
        let frame = sample.index;
        let name = frame_name(frame);
        let mut archive = tar::Builder::new(Vec::new());
        let mut add = |path: String, content: &[u8]| {
            let added = append_file(&mut archive, &path, content.len() as u64, content);
            added.map_err(|error| Error::Sample { frame, message: format!("cannot be put into a tar file: {error}") })
        };
        add(format!("{name}.json"), encodings.record()?)?;
        for plane in header.planes() {
            let extension = PixelEncoding::of(plane).extension();
            add(format!("{name}.{plane}.{extension}"), &encodings.plane(plane)?)?;
        }
        // Taken before the archive is closed: other frames follow.
        let entries = std::mem::take(archive.get_mut());
        Ok(Encoded { files: Vec::new(), rows: block(frame, &entries) })
    }

    fn finish_shard(
        &self,
        header: &Header,
        shard: &Shard,
        blocks: &mut dyn BufRead,
        folder: &Folder,
    ) -> Result<Vec<FileRecord>, Error> {
        let mut files = ShardFiles::begin(header, shard, shard_path, |path| folder.begin(path))?;
        let write = |file: &mut StagedFile, bytes: &[u8]| {
            file.write_all(bytes).map_err(|source| Error::write(file.target(), source))
        };
        files.each_block(header, blocks, |file, _, entries| write(file, entries))?;
        files.end(|mut file| {
            write(&mut file, &END)?;
            file.commit()
        })
    }

    fn finish(&self, _: &Header, _: &mut dyn BufRead, _: &Folder) -> Result<Vec<FileRecord>, Error> {
        Ok(Vec::new())
    }

    fn frame_files(&self, _: &Header, _: u64) -> Vec<String> {
        Vec::new()
    }

    fn shard_files(&self, header: &Header, shard: &Shard) -> Vec<String> {
        shard_paths(header, shard, shard_path)
    }

    fn dataset_files(&self, _: &Header) -> Vec<String> {
        Vec::new()
    }
}
