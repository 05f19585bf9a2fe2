//! Finished datasets on disk: planes, one JSON per frame, COCO, and a manifest with a digest of every file.
//!
//! A [`DatasetWriter`] owns a folder. Its [`Encoder`] turns samples into files on as many threads as there are;
//! [`DatasetWriter::append`] then makes frames count, in order; [`DatasetWriter::finish`] writes what concerns all of
//! them. A run that is killed anywhere is continued by [`DatasetWriter::resume`] and ends in the same bytes, whose
//! meaning `docs/dataset-format.md` defines and [`check()`] verifies.

mod check;
mod coco;
mod contact_sheet;
mod dataset_writer;
mod error;
mod exr_file;
mod format;
mod frame_record;
mod layers_file;
mod manifest;
mod native;
mod palette;
mod picture;
mod png_file;
#[cfg(feature = "gpu")]
mod produce;
mod resume;
mod staging;
pub mod stats;

pub use check::check;
pub use coco::Coco;
pub use contact_sheet::{SheetRow, contact_sheet, write_contact_sheet};
pub use dataset_writer::{DatasetWriter, Encoder, StoredFrame};
pub use error::Error;
pub use format::{Encoded, Format, Sample, format_by_name, formats_by_name};
pub use frame_record::FrameRecord;
pub use manifest::{ClassRecord, FORMAT, Header, MANIFEST, Manifest, PlaneRecord, Run, VERSION};
#[cfg(feature = "view")]
pub(crate) use native::record_path;
pub use native::{Native, PixelEncoding, frame_name, plane_path};
pub use picture::picture_of;
#[cfg(feature = "gpu")]
pub use produce::{Progress, produce};
pub use staging::{FileRecord, Folder, StagedFile};
