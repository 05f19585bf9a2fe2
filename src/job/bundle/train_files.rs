use std::fs::{self, File};
use std::path::Path;

use super::train_step::FOLDER;
use super::{JobManifest, TrainPlan};
use crate::job::{Digest, Error};

/// Copies the files of a training step into a bundle.
pub(super) fn copy(folder: &Path, plan: &TrainPlan) -> Result<(), Error> {
    let files = folder.join(FOLDER);
    fs::create_dir_all(&files).map_err(|source| Error::write(&files, source))?;
    for (name, source) in &plan.paths {
        let target = files.join(name);
        fs::copy(source, &target).map_err(|source| Error::write(&target, source))?;
    }
    Ok(())
}

/// Looks at the files of the training step.
pub(super) fn check(folder: &Path, manifest: &JobManifest) -> Result<(), Error> {
    for (name, expected) in manifest.train.iter().flat_map(|step| &step.files) {
        let path = folder.join(FOLDER).join(name);
        let fail = |source| Error::read(&path, source);
        let mut file = File::open(&path).map_err(fail)?;
        let bytes = file.metadata().map_err(fail)?.len();
        if bytes != expected.bytes {
            let wanted = expected.bytes;
            return Err(Error::invalid(path, "", format!("has {bytes} bytes, and the manifest says {wanted}")));
        }
        let (found, wanted) = (Digest::of_reader(&mut file).map_err(fail)?, expected.blake3);
        if found != wanted {
            return Err(Error::invalid(path, "", format!("has the digest {found}, and the manifest {wanted}")));
        }
    }
    Ok(())
}
