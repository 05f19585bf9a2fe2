use std::io::BufRead;

use super::native::frame_name;
use super::rows::{PartFiles, line_start};
use super::{Encoded, Encodings, Error, FileRecord, Folder, Format, Header, Sample};
use crate::frame::Plane;

/// SKU-110K: `sku110k/images/N.png` and `sku110k/annotations/annotations_PART.csv` with the columns image name, x1, y1,
/// x2, y2, class, image width, image height, and no heading.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sku110k;

fn image_path(index: u64) -> String {
    format!("sku110k/images/{}.png", frame_name(index))
}

fn table_path(part: &str) -> String {
    format!("sku110k/annotations/annotations_{part}.csv")
}

impl Format for Sku110k {
    fn name(&self) -> &'static str {
        "sku110k"
    }

    fn needs(&self) -> &'static [Plane] {
        &[Plane::Rgb]
    }

    fn encode(&self, header: &Header, sample: &Sample<'_>, encodings: &Encodings<'_>) -> Result<Encoded, Error> {
        let frame = sample.index;
        let start = line_start(header, frame);
        let image = format!("{}.png", frame_name(frame));
        let mut rows = String::new();
        for (unit, class) in header.labelled(frame, &sample.annotation.instances)? {
            let Some(bounds) = unit.bbox_visible else { continue };
            if class.name.contains(['\n', '\r']) {
                let message = format!("a line of SKU-110K cannot hold the class {:?}", class.name);
                return Err(Error::Sample { frame, message });
            }
            let quoted = class.name.contains([',', '"']);
            let name = if quoted { format!("\"{}\"", class.name.replace('"', "\"\"")) } else { class.name.to_owned() };
            let (right, bottom) = (bounds.x + bounds.width, bounds.y + bounds.height);
            rows += &format!(
                "{start}{image},{},{},{right},{bottom},{name},{},{}\n",
                bounds.x, bounds.y, sample.frame.width, sample.frame.height
            );
        }
        Ok(Encoded { files: vec![(image_path(frame), encodings.plane(Plane::Rgb)?)], rows: rows.into_bytes() })
    }

    fn finish(&self, header: &Header, rows: &mut dyn BufRead, folder: &Folder) -> Result<Vec<FileRecord>, Error> {
        let mut files = PartFiles::begin(header, folder, table_path)?;
        files.each_line(rows, |files, part, text| files.write(part, &format!("{text}\n")))?;
        files.commit()
    }

    fn frame_files(&self, _: &Header, index: u64) -> Vec<String> {
        vec![image_path(index)]
    }

    fn dataset_files(&self, header: &Header) -> Vec<String> {
        header.part_names().into_iter().map(table_path).collect()
    }
}
