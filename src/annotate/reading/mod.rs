//! What OCR and bar code readers are asked: which lines and codes are seen on a unit, where, and how well.
//!
//! Shares are counted in pixels. The ray through the centre of each pixel of a unit's silhouette is cast against the unit
//! alone; the texture coordinates where it meets the unit say which region of the label the pixel shows, and the
//! instance plane says whether the unit is seen there at all. No plane but the instance plane is needed.

mod charts;
mod printed;
mod record;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use self::printed::Printed;
pub use self::record::{
    BAR_CODE_LEGIBLE_PX, FrontView, LEAST_PRINT_PX, PrintPlace, PrintedBarCode, PrintedLine, Reading, TEXT_LEGIBLE_PX,
    legibility,
};
use super::sight::Sight;
use super::{Error, InstanceAnnotation};
use crate::catalog::{AlphaMode, Gtin, Look};
use crate::scene::Scene;
use crate::trace::Tracer;

/// Adds what can be read to all units of which something is seen.
pub(super) fn add(scene: &Scene, tracer: &Tracer, instances: &mut [InstanceAnnotation]) -> Result<(), Error> {
    // Each look is unfolded once, however many units wear it.
    let mut looks: BTreeMap<_, (Look, Option<Gtin>)> = BTreeMap::new();
    let key = |instance: &InstanceAnnotation| {
        let unit = &scene.units[instance.id as usize - 1];
        (Arc::as_ptr(&unit.look.model).addr(), Arc::as_ptr(&unit.look.materials).addr(), instance.gtin)
    };
    for instance in instances.iter().filter(|instance| instance.visible_px > 0) {
        let look = || (scene.units[instance.id as usize - 1].look.clone(), instance.gtin);
        looks.entry(key(instance)).or_insert_with(look);
    }
    let unfold = |(key, (look, gtin)): (_, (Look, Option<Gtin>))| {
        Printed::new(&look, gtin).map(|printed| (key, printed)).map_err(|error| Error::Label(error.to_string()))
    };
    let printed: BTreeMap<_, _> = looks.into_par_iter().map(unfold).collect::<Result<_, _>>()?;

    let camera_from_world = scene.camera.camera_from_world();
    instances.par_iter_mut().filter(|instance| instance.visible_px > 0).for_each(|instance| {
        let sight = Sight::new(scene, tracer, camera_from_world, instance.id);
        let has_cut_outs = |look: &Look| look.materials.iter().any(|m| matches!(m.alpha, AlphaMode::Mask { .. }));
        if !has_cut_outs(&sight.unit.look) {
            let printed = printed.get(&key(instance)).and_then(Option::as_ref);
            instance.reading = Some(view::read(&sight, printed, &instance.mask_amodal, &instance.mask_visible));
        }
    });
    Ok(())
}
