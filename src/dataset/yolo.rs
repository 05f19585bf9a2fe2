use std::fmt::Write as _;
use std::io::{BufRead, Write as _};

use super::native::frame_name;
use super::{Encoded, Encodings, Error, FileRecord, Folder, Format, Header, Sample, keypoints};
use crate::annotate::geometry::OrientedBox;
use crate::annotate::{InstanceAnnotation, PixelBox, join_parts, outlines};
use crate::frame::Plane;

/// YOLO's text labels, one folder per task with pictures of its own: `images/PART/N.png`, `labels/PART/N.txt` and
/// `data.yaml`. Class numbers count from 0; coordinates are shares of the picture's sides with all digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yolo {
    /// `yolo`: middle and sides of the box around what is seen.
    Detect,
    /// `yoloseg`: one polygon along the borders of the pixels that are seen.
    Segment,
    /// `yoloobb`: the four corners of an oriented box around what is seen.
    Oriented,
    /// `yolopose`: the box, then x, y and visibility of every keypoint that any shape has.
    Pose,
}

impl Format for Yolo {
    fn name(&self) -> &'static str {
        match self {
            Self::Detect => "yolo",
            Self::Segment => "yoloseg",
            Self::Oriented => "yoloobb",
            Self::Pose => "yolopose",
        }
    }

    fn needs(&self) -> &'static [Plane] {
        &[Plane::Rgb]
    }

    fn encode(&self, header: &Header, sample: &Sample<'_>, encodings: &Encodings<'_>) -> Result<Encoded, Error> {
        let size = [sample.frame.width, sample.frame.height].map(f64::from);
        let classes = header.label_classes();
        let mut text = String::new();
        for (unit, class) in header.labelled(sample.index, &sample.annotation.instances)? {
            let number = classes.binary_search_by_key(&class.id, |known| known.id);
            let number = number.expect("a unit's class is one of the classes, which ascend");
            let values = self.values(unit, size).into_iter();
            let values = values.zip([0, 1].into_iter().cycle()).map(|(value, axis): (f64, usize)| value / size[axis]);
            text += &number.to_string();
            values.for_each(|value| write!(text, " {value}").expect("a text has room"));
            if *self == Self::Pose {
                let frame = sample.index;
                let keypoints = keypoints::of_unit(unit).map_err(|message| Error::Sample { frame, message })?;
                for [x, y, visibility] in keypoints {
                    write!(text, " {} {} {visibility}", x / size[0], y / size[1]).expect("a text has room");
                }
            }
            text.push('\n');
        }
        let [image, label] = self.paths(header, sample.index);
        Ok(Encoded { files: vec![(image, encodings.plane(Plane::Rgb)?), (label, text.into_bytes())], rows: Vec::new() })
    }

    fn finish(&self, header: &Header, _: &mut dyn BufRead, folder: &Folder) -> Result<Vec<FileRecord>, Error> {
        let mut file = folder.begin(&format!("{}/data.yaml", self.name()))?;
        file.write_all(self.data_yaml(header).as_bytes()).map_err(|source| Error::write(file.target(), source))?;
        Ok(vec![file.commit()?])
    }

    fn frame_files(&self, header: &Header, index: u64) -> Vec<String> {
        self.paths(header, index).into()
    }

    fn dataset_files(&self, _: &Header) -> Vec<String> {
        vec![format!("{}/data.yaml", self.name())]
    }
}

impl Yolo {
    fn paths(self, header: &Header, index: u64) -> [String; 2] {
        let (task, part, name) = (self.name(), header.part_name(index), frame_name(index));
        [format!("{task}/images/{part}/{name}.png"), format!("{task}/labels/{part}/{name}.txt")]
    }

    /// x and y in turns, in pixels.
    fn values(self, unit: &InstanceAnnotation, [width, height]: [f64; 2]) -> Vec<f64> {
        match self {
            Self::Detect | Self::Pose => unit.bbox_visible.map_or(Vec::new(), |bounds| {
                let (w, h) = (f64::from(bounds.width), f64::from(bounds.height));
                vec![f64::from(bounds.x) + w / 2.0, f64::from(bounds.y) + h / 2.0, w, h]
            }),
            Self::Segment => join_parts(&outlines(&unit.mask_visible)).into_iter().flatten().map(f64::from).collect(),
            Self::Oriented => {
                // Readers take a label with a corner outside of the picture for broken.
                let is_inside =
                    |corner: &[f64; 2]| (0.0..=width).contains(&corner[0]) && (0.0..=height).contains(&corner[1]);
                let oriented = unit.obb_visible.map(|OrientedBox(corners)| corners);
                let oriented = oriented.filter(|corners| corners.iter().all(is_inside));
                oriented.or(unit.bbox_visible.map(upright)).into_iter().flatten().flatten().collect()
            }
        }
    }

    /// Where the pictures are, and the classes. Paths are relative to the file.
    fn data_yaml(self, header: &Header) -> String {
        let parts = header.part_names();
        let folder = |part: &str| format!("images/{part}");
        let train = parts.iter().find(|part| **part == "train").unwrap_or(&parts[0]);
        let validation = parts.iter().find(|part| matches!(**part, "val" | "valid" | "validation")).unwrap_or(train);
        let mut text = format!("train: {}\nval: {}\n", folder(train), folder(validation));
        for part in parts.iter().filter(|part| *part != train && *part != validation) {
            text += &format!("{part}: {}\n", folder(part));
        }
        if self == Self::Pose {
            text += &format!("kpt_shape: [{}, 3]\n", keypoints::NAMES.len());
            let mirrored = keypoints::NAMES.map(|name| keypoints::mirrored(name).to_string());
            text += &format!("flip_idx: [{}]\n", mirrored.join(", "));
            let names = keypoints::NAMES.map(|name| format!("{name:?}"));
            text += &format!("keypoint_names: [{}]\n", names.join(", "));
        }
        text += "names:\n";
        for (i, class) in header.label_classes().iter().enumerate() {
            // A JSON text is a YAML text.
            text += &format!("  {i}: {}\n", serde_json::json!(class.name));
        }
        text
    }
}

/// Corners of an upright box, clockwise from the top left.
fn upright(bounds: PixelBox) -> [[f64; 2]; 4] {
    let [left, top] = [bounds.x, bounds.y].map(f64::from);
    let [right, bottom] = [bounds.x + bounds.width, bounds.y + bounds.height].map(f64::from);
    [[left, top], [right, top], [right, bottom], [left, bottom]]
}
