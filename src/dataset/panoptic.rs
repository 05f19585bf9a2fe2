use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use ndarray::Array3;
use serde::Serialize;

use super::coco::{TURNED, write_images};
use super::native::frame_name;
use super::rows::{PartFiles, line_start};
use super::{Encoded, Encodings, Error, FileRecord, Folder, Format, Header, Sample, png_file};
use crate::annotate::PixelBox;
use crate::frame::Plane;

/// COCO panoptic segmentation: `annotations/panoptic.json` and one PNG a frame, or those of each part.
///
/// Things are the labelled units, stuff the parts of the store in the semantic plane. Units without a label are void.
#[derive(Debug, Clone, Copy, Default)]
pub struct Panoptic;

/// Stuff has the category and segment numbers of its semantic class, raised by this much, above every unit's number.
const STUFF: u32 = 1_000_000;

/// `segments_info[]`.
#[derive(Serialize)]
struct Segment {
    id: u32,
    category_id: u32,
    area: u32,
    bbox: PixelBox,
    iscrowd: u8,
}

/// Folder of a part's pictures, and with `.json` its file.
fn place(header: &Header, part: &str) -> String {
    match header.export.splits {
        None => "annotations/panoptic".to_owned(),
        Some(_) => format!("annotations/panoptic_{part}"),
    }
}

fn picture_path(header: &Header, index: u64) -> String {
    format!("{}/{}.png", place(header, header.part_name(index)), frame_name(index))
}

impl Format for Panoptic {
    fn name(&self) -> &'static str {
        "panoptic"
    }

    fn needs(&self) -> &'static [Plane] {
        &[Plane::Instance, Plane::Semantic]
    }

    fn encode(&self, header: &Header, sample: &Sample<'_>, _: &Encodings<'_>) -> Result<Encoded, Error> {
        let frame = sample.index;
        let missing = |plane| Error::MissingPlane { frame, plane };
        let units = sample.frame.instance().ok_or(missing(Plane::Instance))?;
        let classes = sample.frame.semantic().ok_or(missing(Plane::Semantic))?;
        let labelled = header.labelled(frame, &sample.annotation.instances)?;
        let things: BTreeMap<u32, u32> = labelled.iter().map(|(unit, class)| (unit.id, class.id)).collect();
        if let Some(id) = things.keys().find(|&&id| id >= STUFF) {
            let message = format!("unit {id} does not fit the numbers of panoptic things, which end at {STUFF}");
            return Err(Error::Sample { frame, message });
        }
        let stuff: BTreeSet<u16> =
            header.classes.iter().filter(|class| !class.is_product).map(|class| class.id).collect();

        let mut colors = Array3::<u8>::zeros((units.nrows(), units.ncols(), 3));
        let mut found: BTreeMap<u32, (u32, [u32; 4])> = BTreeMap::new();
        for ((y, x), &unit) in units.indexed_iter() {
            let class = classes[[y, x]];
            let segment = match unit {
                0 if stuff.contains(&class) => STUFF + u32::from(class),
                0 => continue,
                unit if things.contains_key(&unit) => unit,
                _ => continue,
            };
            let (x32, y32) = (x as u32, y as u32);
            let (area, edges) = found.entry(segment).or_insert((0, [x32, y32, x32, y32]));
            *area += 1;
            *edges = [edges[0].min(x32), edges[1].min(y32), edges[2].max(x32), edges[3].max(y32)];
            let bytes = segment.to_le_bytes();
            (0..3).for_each(|channel| colors[[y, x, channel]] = bytes[channel]);
        }
        let segment = |(&id, &(area, [left, top, right, bottom])): (&u32, &(u32, [u32; 4]))| Segment {
            id,
            category_id: things.get(&id).copied().unwrap_or(id),
            area,
            bbox: PixelBox { x: left, y: top, width: right - left + 1, height: bottom - top + 1 },
            iscrowd: 0,
        };
        let segments: Vec<Segment> = found.iter().map(segment).collect();
        let file_name = format!("{}.png", frame_name(frame));
        let row = serde_json::json!({"image_id": frame, "file_name": file_name, "segments_info": segments});
        let turned = (sample.frame.width, sample.frame.height) != (header.width, header.height);
        let start = line_start(header, frame);
        let rows = format!("{start}{}{row}\n", if turned { TURNED } else { "" }).into_bytes();
        let picture = png_file::encode_rgb_numbers(colors.view());
        let picture = picture.map_err(|error| Error::Sample { frame, message: error.to_string() })?;
        Ok(Encoded { files: vec![(picture_path(header, frame), picture)], rows })
    }

    fn finish(&self, header: &Header, rows: &mut dyn BufRead, folder: &Folder) -> Result<Vec<FileRecord>, Error> {
        let mut files = PartFiles::begin(header, folder, |part| format!("{}.json", place(header, part)))?;
        files.write_all("{\n\"annotations\": [")?;
        let mut separators = vec!["\n"; header.part_names().len()];
        let mut turned = BTreeSet::new();
        // Every frame has one row, in order, so that it need not be read for its number.
        let mut frames = header.frames.clone();
        files.each_line(rows, |files, part, text| {
            let frame = frames.next();
            let row = text.strip_prefix(TURNED);
            turned.extend(frame.filter(|_| row.is_some()));
            files.write(part, &format!("{}{}", separators[part], row.unwrap_or(text)))?;
            separators[part] = ",\n";
            Ok(())
        })?;
        files.write_all("\n],\n")?;
        write_images(header, &turned, &mut files)?;
        files.write_all(&format!("\n],\n\"categories\": [\n{}\n]\n}}\n", categories(header).join(",\n")))?;
        files.commit()
    }

    fn frame_files(&self, header: &Header, index: u64) -> Vec<String> {
        vec![picture_path(header, index)]
    }

    fn dataset_files(&self, header: &Header) -> Vec<String> {
        header.part_names().into_iter().map(|part| format!("{}.json", place(header, part))).collect()
    }
}

fn categories(header: &Header) -> Vec<String> {
    let things = header.label_classes().into_iter().map(|class| (class.id, class.name, "product", 1));
    let stuff = header.classes.iter().filter(|class| !class.is_product);
    let stuff = stuff.map(|class| (STUFF + u32::from(class.id), class.name.as_str(), "store", 0));
    let category = |(id, name, supercategory, isthing): (u32, &str, &str, u8)| {
        // Only for people to look at.
        let color = id.wrapping_mul(0x9e37_79b1).to_be_bytes();
        serde_json::json!({"id": id, "name": name, "supercategory": supercategory, "isthing": isthing,
            "color": [color[0], color[1], color[2]]})
        .to_string()
    };
    things.chain(stuff).map(category).collect()
}
