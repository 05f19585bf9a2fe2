//! Finished datasets on disk: planes, one JSON per frame, whatever formats others read, and a manifest with a digest of
//! every file.
//!
//! A [`DatasetWriter`] owns a folder. Its [`Encoder`] turns samples into files on as many threads as there are;
//! [`DatasetWriter::append`] then makes frames count, in order; [`DatasetWriter::finish`] writes what concerns all of
//! them. A run that is killed anywhere is continued by [`DatasetWriter::resume`] and ends in the same bytes, whose
//! meaning `docs/dataset-format.md` and `docs/formats.md` define and [`check()`] verifies.

mod bop;
mod check;
mod coco;
mod contact_sheet;
mod dataset_writer;
mod encodings;
mod error;
mod export;
mod exr_file;
mod format;
mod frame_record;
mod keypoints;
mod kitti;
mod layers_file;
mod lists;
mod manifest;
mod native;
mod npz;
mod palette;
mod panoptic;
#[cfg(feature = "parquet")]
mod parquet;
mod picture;
mod ply;
mod png_file;
#[cfg(feature = "gpu")]
mod produce;
mod read_frame;
mod resume;
mod rows;
mod sku110k;
mod staging;
pub mod stats;
mod tar_entry;
mod voc;
mod webdataset;
mod yolo;

pub use bop::Bop;
pub use check::check;
#[cfg(feature = "job")]
pub(crate) use check::check_frame;
pub use coco::Coco;
pub use contact_sheet::{SheetRow, contact_sheet, write_contact_sheet};
pub use dataset_writer::{DatasetWriter, Encoder, StoredFrame};
pub use encodings::Encodings;
pub use error::Error;
pub use export::{CategoryChoice, Export, LabelClass, Shard};
#[cfg(feature = "rerun")]
pub(crate) use exr_file::decode as decode_exr;
pub use format::{Encoded, Format, Sample, all_formats, format_by_name, formats_by_name, planes_to_render};
pub use frame_record::{FrameRecord, SequenceRecord};
pub use kitti::Kitti;
pub use manifest::{ClassRecord, FORMAT, Header, MANIFEST, Manifest, PlaneRecord, Run, VERSION};
#[cfg(any(feature = "job", feature = "rerun", feature = "view"))]
pub(crate) use native::record_path;
pub use native::{Native, PixelEncoding, frame_name, plane_path};
pub use npz::Npz;
#[cfg(feature = "rerun")]
pub(crate) use palette::distinct;
pub use panoptic::Panoptic;
#[cfg(feature = "parquet")]
pub use parquet::Parquet;
pub use picture::picture_of;
pub use ply::Ply;
#[cfg(feature = "job")]
pub(crate) use png_file::encode_rgb;
#[cfg(feature = "rerun")]
pub(crate) use png_file::{decode_grey16, decode_rgb};
#[cfg(feature = "job")]
pub(crate) use produce::each_frame;
#[cfg(feature = "gpu")]
pub use produce::{Progress, produce};
pub use read_frame::ReadFrame;
pub use sku110k::Sku110k;
#[cfg(feature = "job")]
pub(crate) use staging::for_others;
pub use staging::{FileRecord, Folder, StagedFile};
#[cfg(feature = "job")]
pub(crate) use tar_entry::append_file;
pub use voc::Voc;
pub use webdataset::WebDataset;
pub use yolo::Yolo;
