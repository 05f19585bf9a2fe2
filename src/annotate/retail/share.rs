use std::collections::BTreeMap;
use std::sync::Arc;

use super::record::{GroupShare, ProductShare, Share, ShareRecord};
use super::stand::{Front, Standing, around};
use crate::catalog::Product;
use crate::scene::SeenFrom;

/// Share of shelf of everything that is planned or stands in front.
pub(super) fn share(all: &[Standing<'_>]) -> ShareRecord {
    let mut products: BTreeMap<String, (Arc<Product>, Share)> = BTreeMap::new();
    for standing in all {
        count(standing, |product, change| {
            let (_, share) = products.entry(product.sku.clone()).or_insert_with(|| (product.clone(), Share::default()));
            change(share);
        });
    }
    let group = |name: fn(&Product) -> &str| {
        let mut groups: BTreeMap<Option<String>, Share> = BTreeMap::new();
        for (product, share) in products.values() {
            let name = Some(name(product)).filter(|name| !name.is_empty()).map(str::to_owned);
            add(groups.entry(name).or_default(), share);
        }
        groups.into_iter().map(|(name, counts)| GroupShare { name, counts }).collect::<Vec<_>>()
    };
    let (mut brands, mut categories) = (group(|product| &product.brand), group(|product| &product.category));
    let of =
        |(sku, (product, counts)): (String, (Arc<Product>, Share))| ProductShare { gtin: product.gtin, sku, counts };
    let mut products: Vec<ProductShare> = products.into_iter().map(of).collect();
    divide(products.iter_mut().map(|product| &mut product.counts).collect());
    divide(brands.iter_mut().map(|group| &mut group.counts).collect());
    divide(categories.iter_mut().map(|group| &mut group.counts).collect());
    ShareRecord { products, brands, categories }
}

/// Adds up one position, facing by facing.
fn count(standing: &Standing<'_>, mut change: impl FnMut(&Arc<Product>, &dyn Fn(&mut Share))) {
    let planned = standing.planned;
    if planned.seen_from == SeenFrom::Nowhere {
        return;
    }
    let [wide, rows] = planned.files();
    change(&planned.product, &|share| {
        share.facings_planned += wide * rows;
        share.planned_m += f64::from(wide) * planned.unit_size.x;
    });
    for (file, front) in standing.fronts.iter().enumerate() {
        match *front {
            Front::Taken => {}
            Front::Void(_) => change(&planned.product, &|share| share.voids += 1),
            Front::Unit(_, unit) => {
                let Some(product) = &unit.product else { continue };
                // In its column nothing stands below it.
                let column = file % wide.max(1) as usize;
                let below = standing.fronts[..file].iter().skip(column).step_by(wide.max(1) as usize);
                let is_lowest = below.into_iter().all(|front| !matches!(front, Front::Unit(..)));
                let width = if is_lowest { around(unit, standing.shelf).size().x } else { 0.0 };
                let is_misplaced = product.sku != planned.product.sku;
                change(product, &|share| {
                    share.facings += 1;
                    share.misplaced += u32::from(is_misplaced);
                    share.linear_m += width;
                });
            }
        }
    }
}

fn add(sum: &mut Share, other: &Share) {
    sum.facings_planned += other.facings_planned;
    sum.facings += other.facings;
    sum.voids += other.voids;
    sum.misplaced += other.misplaced;
    sum.planned_m += other.planned_m;
    sum.linear_m += other.linear_m;
}

/// Makes shares of the totals.
fn divide(shares: Vec<&mut Share>) {
    let facings: u32 = shares.iter().map(|share| share.facings).sum();
    let metres: f64 = shares.iter().map(|share| share.linear_m).sum();
    for share in shares {
        share.facing_share = if facings > 0 { f64::from(share.facings) / f64::from(facings) } else { 0.0 };
        share.linear_share = if metres > 0.0 { share.linear_m / metres } else { 0.0 };
    }
}
