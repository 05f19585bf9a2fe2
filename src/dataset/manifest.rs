use std::collections::BTreeMap;
use std::io::BufReader;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::layers_file::MAX_LAYERS;
use super::native::PixelEncoding;
use super::{Error, Export, FileRecord, Format};
use crate::frame::Plane;
use crate::problem::Problems;
use crate::scene::{SemanticClass, SequenceRules};

/// Name of the manifest in the dataset's folder.
pub const MANIFEST: &str = "dataset.json";
/// Value of `format` in every manifest.
pub const FORMAT: &str = "endcap dataset";
/// Version of the native layout; grows with every change that a reader could notice.
pub const VERSION: u32 = 3;
/// Larger pictures are taken for nonsense when a manifest is read.
const MAX_PIXELS: u64 = 1 << 28;

/// What a dataset is made from: all that decides its bytes, but for the engine's version.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Text of the recipe.
    pub recipe: String,
    /// Digest of the catalogue, as text.
    pub catalog_digest: String,
    /// Seed of the dataset.
    pub seed: u64,
    /// Numbers of the frames.
    pub frames: Range<u64>,
    /// Picture width in pixels. Frames may be turned by 90°: each says so itself.
    pub width: u32,
    /// Picture height in pixels.
    pub height: u32,
    /// Planes to write. Frames may hold more.
    pub planes: Vec<Plane>,
    /// Depth layers to write of every frame.
    pub layers: u32,
    /// Pictures of every scene; with more than one, the optical flow is written too.
    pub pictures: u32,
    /// Every class that a frame may use.
    pub classes: Vec<SemanticClass>,
    /// Everything else that changes the bytes: quality, samples per pixel, ….
    pub settings: BTreeMap<String, String>,
    /// What formats beside the native one are told, and how the dataset is divided.
    pub export: Export,
}

/// The manifest without its list of files; also what a resumed run must agree with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Name and version of the program.
    pub engine: String,
    /// Seed of the dataset.
    pub seed: u64,
    /// Numbers of the frames, half-open.
    pub frames: Range<u64>,
    /// Picture width in pixels. Frames may be turned by 90°: each says so itself.
    pub width: u32,
    /// Picture height in pixels.
    pub height: u32,
    /// The planes, and how each is stored.
    pub planes: Vec<PlaneRecord>,
    /// Depth layers of every frame.
    pub layers: u32,
    /// Pictures of every scene: frame `i` is picture `i % pictures` of scene `i / pictures`.
    pub pictures: u32,
    /// The formats, `native` first.
    pub formats: Vec<String>,
    /// Class numbers and their names, ascending.
    pub classes: Vec<ClassRecord>,
    /// Everything else that changes the bytes.
    pub settings: BTreeMap<String, String>,
    /// What formats beside the native one are told, and how the dataset is divided.
    pub export: Export,
    /// Digest of the catalogue.
    pub catalog_digest: String,
    /// Text of the recipe.
    pub recipe: String,
}

/// How one plane is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlaneRecord {
    /// Name of the plane, which is also its folder.
    pub plane: String,
    /// Extension of its files.
    pub extension: String,
    /// Type of a value: see [`PixelEncoding::name`].
    pub encoding: String,
    /// Values per pixel.
    pub channels: u32,
}

/// One class number and its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassRecord {
    /// Number in the semantic plane.
    pub id: u16,
    /// Its name.
    pub name: String,
    /// True for product categories.
    pub is_product: bool,
}

impl From<&SemanticClass> for ClassRecord {
    fn from(class: &SemanticClass) -> Self {
        Self { id: class.id, name: class.name.clone(), is_product: class.is_product }
    }
}

impl Header {
    /// The header of a run in these formats.
    #[must_use]
    pub fn new(run: &Run, formats: &[Arc<dyn Format>]) -> Self {
        let mut planes = run.planes.clone();
        planes.sort_unstable();
        planes.dedup();
        let plane_record = |&plane: &Plane| PlaneRecord {
            plane: plane.to_string(),
            extension: PixelEncoding::of(plane).extension().to_owned(),
            encoding: PixelEncoding::of(plane).name().to_owned(),
            channels: plane.channels() as u32,
        };
        let mut classes: Vec<_> = run.classes.iter().map(ClassRecord::from).collect();
        classes.sort_by_key(|class| class.id);
        let mut export = run.export.clone();
        if !formats.iter().any(|format| format.numbers_products()) {
            export.products.clear();
        }
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            engine: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
            seed: run.seed,
            frames: run.frames.clone(),
            width: run.width,
            height: run.height,
            planes: planes.iter().map(plane_record).collect(),
            layers: run.layers,
            pictures: run.pictures,
            formats: formats.iter().map(|format| format.name().to_owned()).collect(),
            classes,
            settings: run.settings.clone(),
            export,
            catalog_digest: run.catalog_digest.clone(),
            recipe: run.recipe.clone(),
        }
    }

    /// True for the size of the dataset's pictures, upright or turned by 90°.
    #[must_use]
    pub fn allows_size(&self, (width, height): (u32, u32)) -> bool {
        (width, height) == (self.width, self.height) || (width, height) == (self.height, self.width)
    }

    /// The planes, in the order of the documentation.
    #[must_use]
    pub fn planes(&self) -> Vec<Plane> {
        self.planes.iter().filter_map(|record| record.plane.parse().ok()).collect()
    }

    /// What differs from another header, field by field.
    #[must_use]
    pub fn differences(&self, asked: &Self) -> Problems {
        let mut problems = Problems::default();
        let mut compare = |field: &str, found: String, asked: String| {
            if found != asked {
                problems.add(field, format!("it has {found}, asked for is {asked}"));
            }
        };
        let range = |range: &Range<u64>| format!("{}..{}", range.start, range.end);
        let planes = |header: &Self| header.planes.iter().map(|p| p.plane.as_str()).collect::<Vec<_>>().join(", ");
        compare("format", format!("{} {}", self.format, self.version), format!("{} {}", asked.format, asked.version));
        compare("engine", self.engine.clone(), asked.engine.clone());
        compare("seed", self.seed.to_string(), asked.seed.to_string());
        compare("frames", range(&self.frames), range(&asked.frames));
        let size = |header: &Self| format!("{} x {} pixels", header.width, header.height);
        compare("size", size(self), size(asked));
        compare("planes", planes(self), planes(asked));
        compare("layers", self.layers.to_string(), asked.layers.to_string());
        compare("pictures", self.pictures.to_string(), asked.pictures.to_string());
        compare("formats", self.formats.join(", "), asked.formats.join(", "));
        compare("settings", format!("{:?}", self.settings), format!("{:?}", asked.settings));
        let export = |header: &Self| {
            let Export { classes, products, .. } = &header.export;
            let named = Export { classes: Vec::new(), products: Vec::new(), ..header.export.clone() };
            let named = serde_json::to_string(&named).unwrap_or_default();
            format!("{named} with {} classes and {} products", classes.len(), products.len())
        };
        compare("export", export(self), export(asked));
        compare("catalog_digest", self.catalog_digest.clone(), asked.catalog_digest.clone());
        if self.recipe != asked.recipe {
            let (mut found_lines, mut asked_lines) = (self.recipe.lines(), asked.recipe.lines());
            let differing = (1..).map(|line| (line, found_lines.next(), asked_lines.next()));
            let (line, found, asked) = differing
                .take_while(|(_, found, asked)| found.is_some() || asked.is_some())
                .find(|(_, found, asked)| found != asked)
                .unwrap_or((1, None, None));
            let quote = |text: Option<&str>| text.map_or("no such line".to_owned(), |text| format!("{text:?}"));
            let message = format!("line {line} was {}, and is {}", quote(found), quote(asked));
            problems.add("recipe", message);
        }
        if self.classes != asked.classes {
            let names = |header: &Self| header.classes.iter().map(|c| c.name.clone()).collect::<Vec<_>>().join(", ");
            problems.add("classes", format!("it has {}, asked for are {}", names(self), names(asked)));
        }
        // Whatever is not named above, so that no difference can slip through.
        if problems.is_empty() && self != asked {
            problems.add("planes", "they are stored in another way, or classes of the export have other names");
        }
        problems
    }

    /// What is wrong with a header that comes from a file.
    pub(crate) fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        if (self.format.as_str(), self.version) != (FORMAT, VERSION) {
            let Self { format, version, .. } = self;
            problems.add("format", format!("is {format:?} version {version}, not {FORMAT:?} version {VERSION}"));
        }
        let pixels = u64::from(self.width) * u64::from(self.height);
        if pixels == 0 || pixels > MAX_PIXELS {
            problems.add("width", format!("{} x {} pixels is no picture", self.width, self.height));
        }
        if self.layers > MAX_LAYERS {
            problems.add("layers", format!("is {}, and there can be {MAX_LAYERS}", self.layers));
        }
        if !(1..=SequenceRules::MOST).contains(&self.pictures) {
            problems.add("pictures", format!("is {}, not 1 to {}", self.pictures, SequenceRules::MOST));
        }
        if self.frames.start > self.frames.end {
            problems.add("frames", format!("{}..{} is no range", self.frames.start, self.frames.end));
        }
        self.export.problems(&mut problems);
        for (i, record) in self.planes.iter().enumerate() {
            let place = format!("planes[{i}]");
            match record.plane.parse::<Plane>() {
                Err(message) => problems.add(place, message),
                Ok(plane) => {
                    let encoding = PixelEncoding::of(plane);
                    let expected = (encoding.extension(), encoding.name(), plane.channels() as u32);
                    let found = (record.extension.as_str(), record.encoding.as_str(), record.channels);
                    if found != expected {
                        problems.add(place, format!("{plane} is stored as {found:?}, not {expected:?}"));
                    }
                    if i > 0 && self.planes[i - 1].plane.parse::<Plane>().is_ok_and(|before| before >= plane) {
                        problems.add(format!("planes[{i}]"), format!("{plane} is out of order or there twice"));
                    }
                }
            }
        }
        for (i, pair) in self.classes.windows(2).enumerate() {
            if pair[0].id >= pair[1].id {
                problems.add(format!("classes[{}]", i + 1), format!("number {} is out of order", pair[1].id));
            }
        }
        problems
    }
}

/// Content of `dataset.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Everything but the files.
    pub header: Header,
    /// Every file of the dataset but `dataset.json` itself: frame by frame with the shards that they end, then those
    /// that span all frames.
    pub files: Vec<FileRecord>,
}

impl Manifest {
    /// Reads `dataset.json` of a folder.
    ///
    /// # Errors
    /// If it is not there, is no JSON, or its fields make no sense.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let mut files = Vec::new();
        let header = read(folder, |file| files.push(file))?;
        Ok(Self { header, files })
    }

    /// Reads `dataset.json` without its list of files, which may be longer than memory.
    ///
    /// # Errors
    /// Those of [`Manifest::read`].
    pub fn read_header(folder: &Path) -> Result<Header, Error> {
        read(folder, drop)
    }
}

fn read(folder: &Path, on_file: impl FnMut(FileRecord)) -> Result<Header, Error> {
    let path = folder.join(MANIFEST);
    let file = fs::File::open(&path).map_err(|source| Error::read(&path, source))?;
    let invalid = |error: serde_json::Error| Error::invalid(&path, "", error.to_string());
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(file));
    let header = json.deserialize_map(Document { on_file }).map_err(invalid)?;
    json.end().map_err(invalid)?;
    let problems = header.problems();
    if problems.is_empty() { Ok(header) } else { Err(Error::Invalid { path, problems }) }
}

/// The outermost object: the header's fields, and the list of files, which goes elsewhere piece by piece.
struct Document<F> {
    on_file: F,
}

impl<'de, F: FnMut(FileRecord)> Visitor<'de> for Document<F> {
    type Value = Header;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the manifest of a dataset")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Header, A::Error> {
        let mut fields = serde_json::Map::new();
        let mut has_files = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "files" {
                has_files = true;
                map.next_value_seed(Files(&mut self.on_file))?;
            } else {
                fields.insert(key, map.next_value()?);
            }
        }
        if !has_files {
            return Err(serde::de::Error::missing_field("files"));
        }
        serde_json::from_value(fields.into()).map_err(serde::de::Error::custom)
    }
}

struct Files<'a, F>(&'a mut F);

impl<'de, F: FnMut(FileRecord)> DeserializeSeed<'de> for Files<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(FileRecord)> Visitor<'de> for Files<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of files")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(file) = list.next_element()? {
            (self.0)(file);
        }
        Ok(())
    }
}
