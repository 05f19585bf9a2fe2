use endcap::dataset::{CategoryChoice, Export};
use endcap::scene::{SplitBy, Splits};
use endcap::{Catalog, Composer};

use crate::options::{self, BadUsage};

/// How formats for others name, choose and divide.
#[derive(Debug, clap::Args)]
pub(crate) struct ExportArguments {
    /// What a class is: category, product, brand, or object for all alike.
    #[arg(long, value_name = "KIND", default_value_t = CategoryChoice::Category)]
    category: CategoryChoice,
    /// Units of which a smaller share is visible get no label; the native format keeps all.
    #[arg(long, value_name = "0..1", value_parser = options::strength, default_value_t = 0.1)]
    min_visibility: f64,
    /// Divide the dataset, such as train=0.8,val=0.1,test=0.1.
    #[arg(long, value_name = "NAME=SHARE,..")]
    split: Option<String>,
    /// What the parts do not share: scene, or product, so that a part shows none of another part's products.
    #[arg(long, value_name = "scene|product", default_value_t = SplitBy::Scene, requires = "split")]
    split_by: SplitBy,
    /// Frames that share a tar or Parquet file, or a scene of BOP.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    shard_frames: u64,
    /// Write COCO's masks as polygons along the pixels' borders.
    #[arg(long)]
    polygons: bool,
    /// Millimetres per step of BOP's depth pictures: 65535 steps are the farthest that fits.
    #[arg(long, value_name = "MM", value_parser = millimetres, default_value_t = 0.1)]
    depth_scale: f64,
}

impl ExportArguments {
    /// What the run is told.
    pub(crate) fn export(&self, catalog: &Catalog) -> Result<Export, BadUsage> {
        let splits = self.split.as_deref().map(|text| Splits::parse(text, self.split_by));
        let splits = splits.transpose().map_err(|message| BadUsage(format!("--split: {message}")))?;
        let export = Export {
            category: self.category,
            min_visibility: self.min_visibility,
            splits,
            shard_frames: self.shard_frames,
            polygons: self.polygons,
            depth_scale_mm: self.depth_scale,
            ..Export::default()
        };
        Ok(export.with_catalog(catalog))
    }
}

/// A composer that keeps apart what the export asks for.
pub(crate) fn divided(composer: Composer, export: &Export, seed: u64) -> Result<Composer, endcap::Error> {
    match &export.splits {
        Some(splits) => Ok(composer.divided(splits, seed)?),
        None => Ok(composer),
    }
}

fn millimetres(text: &str) -> Result<f64, String> {
    let parsed = text.parse().ok().filter(|scale: &f64| scale.is_finite() && *scale > 0.0);
    parsed.ok_or_else(|| "expected a length in millimetres above 0, such as 0.1".into())
}
