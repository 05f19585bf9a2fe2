use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Error, Header};
use crate::annotate::InstanceAnnotation;
use crate::catalog::Catalog;
use crate::problem::Problems;
use crate::scene::{SplitBy, Splits};

/// Most frames in a shard.
const MAX_SHARD: u64 = 1_000_000;
/// Stands for the brand of products that have none.
const NO_BRAND: &str = "unknown";
/// Stands for the part's name where a dataset is not divided.
const WHOLE: &str = "all";

/// What formats for others need to be told. The native format keeps everything and asks for none of it but the splits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// What a class is.
    pub category: CategoryChoice,
    /// Units of which a smaller share is visible (`visible_px / amodal_px`) have no label, and so has every unit that
    /// is not seen at all.
    pub min_visibility: f64,
    /// The parts of the dataset; none if it is one piece.
    pub splits: Option<Splits>,
    /// Frames in a row that share a shard, or a scene of BOP.
    pub shard_frames: u64,
    /// COCO's masks are polygons along the pixels' borders instead of run-length encoded.
    pub polygons: bool,
    /// Millimetres per step of BOP's depth pictures.
    pub depth_scale_mm: f64,
    /// Names of the classes, ascending; class `i` has number `i + 1`. Empty where the catalogue's categories are the
    /// classes: then `classes` of the manifest has them.
    pub classes: Vec<String>,
    /// SKUs of the catalogue, ascending; product `i` is BOP's object `i + 1`. Empty where no format needs them.
    pub products: Vec<String>,
}

impl Default for Export {
    fn default() -> Self {
        Self {
            category: CategoryChoice::Category,
            min_visibility: 0.1,
            splits: None,
            shard_frames: 1000,
            polygons: false,
            depth_scale_mm: 0.1,
            classes: Vec::new(),
            products: Vec::new(),
        }
    }
}

impl Export {
    /// The same with the names that this catalogue gives.
    #[must_use]
    pub fn with_catalog(mut self, catalog: &Catalog) -> Self {
        let products = || catalog.ids().filter_map(|id| catalog.product(id).ok());
        let sorted = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>();
        let skus = || sorted(products().map(|product| product.sku.clone()).collect());
        let brand = |brand: &str| if brand.is_empty() { NO_BRAND.to_owned() } else { brand.to_owned() };
        self.classes = match self.category {
            CategoryChoice::Category => Vec::new(),
            CategoryChoice::Product => skus(),
            CategoryChoice::Brand => sorted(products().map(|product| brand(&product.brand)).collect()),
            CategoryChoice::Object => vec!["object".to_owned()],
        };
        self.products = skus();
        self
    }

    pub(super) fn problems(&self, problems: &mut Problems) {
        if !(0.0..=1.0).contains(&self.min_visibility) {
            problems.add("export.min_visibility", format!("{} is not in 0..=1", self.min_visibility));
        }
        if !(1..=MAX_SHARD).contains(&self.shard_frames) {
            problems.add("export.shard_frames", format!("{} is not in 1..={MAX_SHARD}", self.shard_frames));
        }
        if !(self.depth_scale_mm.is_finite() && self.depth_scale_mm > 0.0) {
            problems.add("export.depth_scale_mm", format!("{} is no length above 0", self.depth_scale_mm));
        }
        if let Some(message) = self.splits.as_ref().and_then(Splits::problem) {
            problems.add("export.splits", message);
        }
        for (place, names) in [("export.classes", &self.classes), ("export.products", &self.products)] {
            if let Some(pair) = names.windows(2).find(|pair| pair[0] >= pair[1]) {
                problems.add(place, format!("{:?} is out of order", pair[1]));
            }
        }
    }
}

/// What a class of the formats for others is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CategoryChoice {
    /// A product, by its SKU.
    Product,
    /// A brand.
    Brand,
    /// A category of the catalogue, with its number in the semantic plane.
    #[default]
    Category,
    /// All units are of one class.
    Object,
}

impl FromStr for CategoryChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "product" => Ok(Self::Product),
            "brand" => Ok(Self::Brand),
            "category" => Ok(Self::Category),
            "object" => Ok(Self::Object),
            _ => Err(format!("{text:?} is no class; product, brand, category and object are")),
        }
    }
}

impl fmt::Display for CategoryChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Product => "product",
            Self::Brand => "brand",
            Self::Category => "category",
            Self::Object => "object",
        })
    }
}

/// A class of the formats for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelClass<'a> {
    /// Its number, from 1; categories keep that of the semantic plane.
    pub id: u32,
    /// Its name.
    pub name: &'a str,
}

/// Frames in a row that share a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 0.
    pub number: u64,
    /// Numbers of its frames.
    pub frames: Range<u64>,
}

impl Header {
    /// The classes of the formats for others, ascending.
    #[must_use]
    pub fn label_classes(&self) -> Vec<LabelClass<'_>> {
        if self.export.category == CategoryChoice::Category {
            let products = self.classes.iter().filter(|class| class.is_product);
            return products.map(|class| LabelClass { id: class.id.into(), name: &class.name }).collect();
        }
        (1..).zip(&self.export.classes).map(|(id, name)| LabelClass { id, name }).collect()
    }

    /// True if a unit has a label in the formats for others: enough of it is seen.
    #[must_use]
    pub fn is_labelled(&self, unit: &InstanceAnnotation) -> bool {
        unit.visible_px > 0 && unit.visibility.is_some_and(|share| share >= self.export.min_visibility)
    }

    /// The class of a unit.
    ///
    /// # Errors
    /// If it is none of the dataset's; the message names the unit.
    pub fn label_of(&self, unit: &InstanceAnnotation) -> Result<LabelClass<'_>, String> {
        let InstanceAnnotation { id, name, category, category_id, .. } = unit;
        let named = |class: &str, kind: &str| {
            let at = self.export.classes.binary_search_by(|known| known.as_str().cmp(class));
            let at = at.map_err(|_| format!("unit {id} ({name}) has the {kind} {class:?}, which is no class"))?;
            Ok(LabelClass { id: at as u32 + 1, name: &self.export.classes[at] })
        };
        match self.export.category {
            CategoryChoice::Category => {
                let class = self.classes.iter().find(|class| class.id == *category_id && class.is_product);
                let class = class.ok_or_else(|| {
                    format!("unit {id} ({name}) has class {category_id} ({category}), no product category")
                })?;
                Ok(LabelClass { id: class.id.into(), name: &class.name })
            }
            CategoryChoice::Product => {
                let sku = unit.sku.as_deref();
                named(sku.ok_or_else(|| format!("unit {id} ({name}) is of no product"))?, "SKU")
            }
            CategoryChoice::Brand => named(unit.brand.as_deref().unwrap_or(NO_BRAND), "brand"),
            CategoryChoice::Object => named("object", "class"),
        }
    }

    /// The units of a frame that have a label, with it.
    ///
    /// # Errors
    /// If a unit's class is none of the dataset's.
    pub fn labelled<'a, 'b>(
        &'a self,
        frame: u64,
        units: &'b [InstanceAnnotation],
    ) -> Result<Vec<(&'b InstanceAnnotation, LabelClass<'a>)>, Error> {
        let units = units.iter().filter(|unit| self.is_labelled(unit));
        let labelled = units.map(|unit| Ok((unit, self.label_of(unit)?)));
        labelled.collect::<Result<_, String>>().map_err(|message| Error::Sample { frame, message })
    }

    /// Names of the parts: `["all"]` where the dataset is not divided.
    #[must_use]
    pub fn part_names(&self) -> Vec<&str> {
        self.export.splits.as_ref().map_or(vec![WHOLE], |splits| splits.parts.iter().map(|part| &*part.name).collect())
    }

    /// Number of the scene that a frame shows.
    #[must_use]
    pub fn scene_of(&self, index: u64) -> u64 {
        index / u64::from(self.pictures.max(1))
    }

    /// Index of the part that a frame belongs to, in [`Header::part_names`].
    #[must_use]
    pub fn part_of(&self, index: u64) -> usize {
        self.export.splits.as_ref().map_or(0, |splits| splits.of_scene(self.seed, self.scene_of(index)))
    }

    /// Name of the part that a frame belongs to.
    #[must_use]
    pub fn part_name(&self, index: u64) -> &str {
        let splits = self.export.splits.as_ref();
        splits.map_or(WHOLE, |splits| &splits.parts[splits.of_scene(self.seed, self.scene_of(index))].name)
    }

    /// True if products are kept apart too.
    #[must_use]
    pub fn keeps_products_apart(&self) -> bool {
        self.export.splits.as_ref().is_some_and(|splits| splits.by == SplitBy::Product)
    }

    /// The shard that a frame belongs to.
    #[must_use]
    pub fn shard_of(&self, index: u64) -> Shard {
        let size = self.export.shard_frames.max(1);
        let number = index.saturating_sub(self.frames.start) / size;
        let start = self.frames.start.saturating_add(number * size);
        Shard { number, frames: start..start.saturating_add(size).min(self.frames.end) }
    }

    /// All shards.
    pub fn shards(&self) -> impl Iterator<Item = Shard> + '_ {
        let starts = (self.frames.start..self.frames.end).step_by(self.export.shard_frames.max(1) as usize);
        starts.map(|start| self.shard_of(start))
    }

    /// Indices of the parts that have a frame in this shard.
    #[must_use]
    pub fn parts_in(&self, shard: &Shard) -> Vec<usize> {
        let mut found = BTreeSet::new();
        let parts = self.part_names().len();
        for index in shard.frames.clone() {
            found.insert(self.part_of(index));
            if found.len() == parts {
                break;
            }
        }
        found.into_iter().collect()
    }
}
