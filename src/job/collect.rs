use std::path::Path;

use super::{Bundle, Delivery};
use crate::dataset::{self, DatasetWriter, Header, Run, Sample, formats_by_name};
use crate::scene::Composer;
use crate::seed::Seed;

/// Makes one ordinary dataset of the deliveries of a job. Its bytes are those of a run on one machine, where all units
/// come from machines of that machine's class: every format is made here, from the native files and the scenes.
#[derive(Debug)]
pub struct Collector<'a> {
    bundle: &'a Bundle,
    composer: Composer,
    writer: DatasetWriter,
}

impl<'a> Collector<'a> {
    /// Begins the dataset of a job in a folder, or goes on with it; the composer is the bundle's.
    ///
    /// # Errors
    /// As [`DatasetWriter::resume`]; if the job trains, because then nobody delivers frames.
    pub fn open(bundle: &'a Bundle, composer: Composer, folder: &Path) -> Result<Self, crate::Error> {
        if bundle.manifest().train.is_some() {
            return Err(super::Error::Unfit("the job delivers what was trained, and no dataset".to_owned()).into());
        }
        let header = bundle.header();
        let formats = formats_by_name(header.formats.iter().map(String::as_str))
            .map_err(|name| super::Error::Unfit(format!("there is no format {name:?}")))?;
        let run = Run {
            planes: header.planes(),
            export: header.export.clone(),
            ..bundle.unit_run(header.frames.clone(), &composer)
        };
        let writer = DatasetWriter::resume(folder, &run, &formats)?;
        Ok(Self { bundle, composer, writer })
    }

    /// Number of the unit whose frames come next; none when all are there.
    #[must_use]
    pub fn next_unit(&self) -> Option<u64> {
        let (remaining, manifest) = (self.writer.remaining(), self.bundle.manifest());
        (!remaining.is_empty()).then(|| (remaining.start - manifest.frames.start) / manifest.unit_frames)
    }

    /// Adds the frames of the next unit that the dataset lacks.
    ///
    /// # Errors
    /// If it is another unit, or its files are not what they should be: deliveries are to be verified first.
    pub fn add(&mut self, delivery: &Delivery) -> Result<(), crate::Error> {
        let header = self.bundle.unit_header(delivery.unit.frames.clone(), &self.composer);
        let encoder = self.writer.encoder();
        let remaining = self.writer.remaining();
        for index in delivery.unit.frames.clone().filter(|index| remaining.contains(index)) {
            let read = header.read_frame(index, |path| {
                let path = delivery.folder().join(path);
                std::fs::read(&path).map_err(|source| dataset::Error::read(path, source))
            })?;
            let scene = self.composer.compose(Seed { dataset: header.seed, index })?;
            let sample = Sample { index, scene: &scene, frame: &read.frame, annotation: &read.annotation };
            let stored = encoder.store(&sample)?;
            self.writer.append(stored)?;
        }
        Ok(())
    }

    /// Writes what spans all frames; the dataset is then finished.
    ///
    /// # Errors
    /// If units are missing, or a file cannot be written.
    pub fn finish(self) -> Result<Header, crate::Error> {
        Ok(self.writer.finish()?)
    }
}
