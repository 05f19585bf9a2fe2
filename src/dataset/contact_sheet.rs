use std::fs;
use std::path::Path;

use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use ndarray::{Array2, Array3, Axis};

use super::native::record_path;
use super::palette::{distinct, normal_color};
use super::picture::{paint, picture_of_depth, picture_of_ids, rgb_at};
use super::{Error, FrameRecord, Header, Manifest, Sample, exr_file, plane_path, png_file};
use crate::annotate::{InstanceAnnotation, PixelBox};
use crate::frame::Plane;

/// Pixels between cells and around them.
const GAP: u32 = 6;
/// Colour of the gaps.
const PAPER: Rgb<u8> = Rgb([250, 250, 248]);
/// Thickness of a box's outline.
const LINE: u32 = 2;

/// What a contact sheet shows of one frame. Planes that are not there leave their column out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SheetRow {
    /// 8-bit sRGB, `[row, column, 3]`.
    pub rgb: Option<Array3<u8>>,
    /// Unit numbers, `[row, column]`.
    pub instance: Option<Array2<u32>>,
    /// Metres, infinite for background, `[row, column]`.
    pub depth: Option<Array2<f32>>,
    /// Camera space, zero for background, `[row, column, 3]`.
    pub normal: Option<Array3<f32>>,
    /// Boxes around the visible pixels of the units, and their class numbers.
    pub boxes: Vec<(PixelBox, u16)>,
}

impl SheetRow {
    /// The row of a sample in memory.
    #[must_use]
    pub fn from_sample(sample: &Sample<'_>) -> Self {
        let frame = sample.frame;
        Self {
            rgb: frame.rgb().map(|plane| plane.to_owned()),
            instance: frame.instance().map(|plane| plane.to_owned()),
            depth: frame.depth().map(|plane| plane.to_owned()),
            normal: frame.floats(Plane::Normal).map(|plane| plane.to_owned()),
            boxes: boxes(&sample.annotation.instances),
        }
    }

    /// Reads the row of one frame of a dataset's folder.
    ///
    /// # Errors
    /// If a file that the dataset should have is missing or broken.
    pub fn read(folder: &Path, header: &Header, index: u64) -> Result<Self, Error> {
        let path = folder.join(record_path(index));
        let text = fs::read(&path).map_err(|source| Error::read(&path, source))?;
        let record: FrameRecord =
            serde_json::from_slice(&text).map_err(|error| Error::invalid(&path, "", error.to_string()))?;
        // Turned frames differ from the dataset's size.
        let size = (record.camera.width, record.camera.height);
        let planes = header.planes();
        let open = |plane| {
            let path = folder.join(plane_path(plane, index));
            let file = planes.contains(&plane).then(|| fs::read(&path).map_err(|source| Error::read(&path, source)));
            let invalid = move |message| Error::invalid(&path, "", message);
            file.transpose().map(|file| file.map(|file| (file, invalid)))
        };
        let mut row = Self::default();
        if let Some((file, invalid)) = open(Plane::Rgb)? {
            row.rgb = Some(png_file::decode_rgb(&file, size).map_err(invalid)?);
        }
        if let Some((file, invalid)) = open(Plane::Instance)? {
            row.instance = Some(png_file::decode_grey16(&file, size).map_err(invalid)?.map(|&id| id.into()));
        }
        if let Some((file, invalid)) = open(Plane::Depth)? {
            row.depth = Some(exr_file::decode(&file, size, 1).map_err(invalid)?.index_axis_move(Axis(2), 0));
        }
        if let Some((file, invalid)) = open(Plane::Normal)? {
            row.normal = Some(exr_file::decode(&file, size, 3).map_err(invalid)?);
        }
        row.boxes = boxes(&record.instances);
        Ok(row)
    }

    /// The row's cells, `None` for planes that are not there.
    fn cells(&self, cell_width: u32) -> [Option<RgbImage>; 5] {
        let fit = |picture: RgbImage| {
            let (width, height) = picture.dimensions();
            let cell_height = (u64::from(height) * u64::from(cell_width)).div_ceil(u64::from(width).max(1)) as u32;
            if width <= cell_width {
                return picture;
            }
            imageops::resize(&picture, cell_width, cell_height.max(1), FilterType::Triangle)
        };
        let rgb = self.rgb.as_ref().map(|plane| fit(paint(plane.dim().0, plane.dim().1, |y, x| rgb_at(plane, y, x))));
        let instance = self.instance.as_ref().map(|plane| fit(picture_of_ids(plane)));
        let depth = self.depth.as_ref().map(|plane| fit(picture_of_depth(plane, self.instance.as_ref())));
        let normal = self.normal.as_ref().map(|plane| {
            let color = |y, x| normal_color([plane[[y, x, 0]], plane[[y, x, 1]], plane[[y, x, 2]]]);
            fit(paint(plane.dim().0, plane.dim().1, color))
        });
        let width = self.rgb.as_ref().map(|plane| plane.dim().1);
        let boxed = rgb.clone().zip(width).map(|(mut picture, width)| {
            let scale = f64::from(picture.width()) / width as f64;
            // Large boxes first, so that small ones are not painted over.
            let mut boxes = self.boxes.clone();
            boxes.sort_by_key(|(rect, _)| std::cmp::Reverse(u64::from(rect.width) * u64::from(rect.height)));
            for (rect, class) in boxes {
                outline(&mut picture, rect, scale, Rgb(distinct(u32::from(class))));
            }
            picture
        });
        [rgb, instance, depth, normal, boxed]
    }
}

/// One picture of many frames: a row per frame, with the columns colour, units, depth (bright is near), normals, and boxes
/// over colour. Cells are scaled down to `cell_width` pixels, never up.
#[must_use]
pub fn contact_sheet(rows: &[SheetRow], cell_width: u32) -> RgbImage {
    let rows: Vec<_> = rows.iter().map(|row| row.cells(cell_width.max(1))).collect();
    let column_width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row[column].as_ref());
        cells.map(RgbImage::width).max().map(|width| (column, width))
    };
    let columns: Vec<(usize, u32)> = (0..5).filter_map(column_width).collect();
    let heights: Vec<u32> =
        rows.iter().map(|row| row.iter().flatten().map(RgbImage::height).max().unwrap_or(0)).collect();
    let width = GAP + columns.iter().map(|(_, width)| width + GAP).sum::<u32>();
    let height = GAP + heights.iter().map(|height| height + GAP).sum::<u32>();

    let mut sheet = RgbImage::from_pixel(width, height, PAPER);
    let mut top = GAP;
    for (row, height) in rows.iter().zip(heights) {
        let mut left = GAP;
        for &(column, width) in &columns {
            if let Some(cell) = &row[column] {
                imageops::replace(&mut sheet, cell, left.into(), top.into());
            }
            left += width + GAP;
        }
        top += height + GAP;
    }
    sheet
}

/// Width of a cell on a sheet of a whole dataset, in pixels.
const CELL_WIDTH: u32 = 320;

/// Draws a contact sheet of frames of a finished dataset into a PNG file.
///
/// # Errors
/// If a file of the dataset is missing or broken, or the sheet cannot be written.
pub fn write_contact_sheet(folder: &Path, frames: impl IntoIterator<Item = u64>, sheet: &Path) -> Result<(), Error> {
    let header = Manifest::read(folder)?.header;
    let rows: Vec<_> =
        frames.into_iter().map(|index| SheetRow::read(folder, &header, index)).collect::<Result<_, _>>()?;
    let mut png = Vec::new();
    let picture = contact_sheet(&rows, CELL_WIDTH);
    picture
        .write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)
        .map_err(|error| Error::write(sheet, std::io::Error::other(error)))?;
    fs::write(sheet, png).map_err(|source| Error::write(sheet, source))
}

fn boxes(units: &[InstanceAnnotation]) -> Vec<(PixelBox, u16)> {
    units.iter().filter_map(|unit| Some((unit.bbox_visible?, unit.category_id))).collect()
}

/// Draws the outline of a box inside its border.
fn outline(picture: &mut RgbImage, rect: PixelBox, scale: f64, color: Rgb<u8>) {
    let to_cell = |at: u32, limit: u32| ((f64::from(at) * scale).round() as u32).min(limit);
    let (width, height) = picture.dimensions();
    let (left, right) = (to_cell(rect.x, width), to_cell(rect.x.saturating_add(rect.width), width));
    let (top, bottom) = (to_cell(rect.y, height), to_cell(rect.y.saturating_add(rect.height), height));
    for y in top..bottom {
        for x in left..right {
            if x < left + LINE || x + LINE >= right || y < top + LINE || y + LINE >= bottom {
                picture.put_pixel(x, y, color);
            }
        }
    }
}
