use std::fmt::Write as _;
use std::io::{BufRead, Cursor};

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;

use super::native::frame_name;
use super::{Encoded, Encodings, Error, FileRecord, Folder, Format, Header, Sample, lists};
use crate::frame::Plane;

/// Pascal VOC detection, in the folders of `VOCdevkit/VOC2012`. Pictures are JPEG, the only thing that its readers open.
#[derive(Debug, Clone, Copy, Default)]
pub struct Voc;

const ROOT: &str = "voc/VOCdevkit/VOC2012";
/// Quality of the pictures; chroma is not subsampled.
const QUALITY: u8 = 95;

fn paths(index: u64) -> [String; 2] {
    let name = frame_name(index);
    [format!("{ROOT}/JPEGImages/{name}.jpg"), format!("{ROOT}/Annotations/{name}.xml")]
}

/// File in `ImageSets/Main` of a part; VOC calls the whole of a year `trainval`.
fn list_path(header: &Header, part: &str) -> String {
    format!("{ROOT}/ImageSets/Main/{}.txt", if header.export.splits.is_none() { "trainval" } else { part })
}

impl Format for Voc {
    fn name(&self) -> &'static str {
        "voc"
    }

    fn needs(&self) -> &'static [Plane] {
        &[Plane::Rgb]
    }

    fn encode(&self, header: &Header, sample: &Sample<'_>, _: &Encodings<'_>) -> Result<Encoded, Error> {
        let frame = sample.index;
        let (width, height) = (sample.frame.width, sample.frame.height);
        let rgb = sample.frame.rgb().ok_or(Error::MissingPlane { frame, plane: Plane::Rgb })?;
        let rgb: Vec<u8> = rgb.iter().copied().collect();
        let mut picture = Cursor::new(Vec::new());
        JpegEncoder::new_with_quality(&mut picture, QUALITY)
            .encode(&rgb, width, height, ExtendedColorType::Rgb8)
            .map_err(|error| Error::Encode { frame, plane: Plane::Rgb, message: error.to_string() })?;

        let [image, xml] = paths(frame);
        let mut text = format!(
            "<annotation>\n  <folder>VOC2012</folder>\n  <filename>{}.jpg</filename>\n  <size>\n    \
             <width>{width}</width>\n    <height>{height}</height>\n    <depth>3</depth>\n  </size>\n  \
             <segmented>0</segmented>\n",
            frame_name(frame)
        );
        for (unit, class) in header.labelled(frame, &sample.annotation.instances)? {
            let Some(bounds) = unit.bbox_visible else { continue };
            // VOC counts pixels from 1, and its corners are the first and last pixel.
            let (left, top) = (bounds.x + 1, bounds.y + 1);
            let (right, bottom) = (bounds.x + bounds.width, bounds.y + bounds.height);
            write!(
                text,
                "  <object>\n    <name>{}</name>\n    <pose>Unspecified</pose>\n    <truncated>{}</truncated>\n    \
                 <occluded>{}</occluded>\n    <difficult>0</difficult>\n    <bndbox>\n      <xmin>{left}</xmin>\n      \
                 <ymin>{top}</ymin>\n      <xmax>{right}</xmax>\n      <ymax>{bottom}</ymax>\n    </bndbox>\n  \
                 </object>\n",
                escaped(class.name),
                u8::from(unit.truncated),
                u8::from(unit.visible_px < unit.amodal_px),
            )
            .expect("a text has room");
        }
        text += "</annotation>\n";
        Ok(Encoded { files: vec![(image, picture.into_inner()), (xml, text.into_bytes())], rows: Vec::new() })
    }

    fn finish(&self, header: &Header, _: &mut dyn BufRead, folder: &Folder) -> Result<Vec<FileRecord>, Error> {
        lists::frame_lists(header, folder, |part| list_path(header, part))
    }

    fn frame_files(&self, _: &Header, index: u64) -> Vec<String> {
        paths(index).into()
    }

    fn dataset_files(&self, header: &Header) -> Vec<String> {
        header.part_names().into_iter().map(|part| list_path(header, part)).collect()
    }
}

/// Text of an XML element.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
