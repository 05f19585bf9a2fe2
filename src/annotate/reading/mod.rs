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
use crate::catalog::AlphaMode;
use crate::scene::Scene;
use crate::trace::Tracer;

/// Adds what can be read to all units of which something is seen.
pub(super) fn add(scene: &Scene, tracer: &Tracer, instances: &mut [InstanceAnnotation]) -> Result<(), Error> {
    let camera_from_world = scene.camera.camera_from_world();
    let unit = |instance: &InstanceAnnotation| &scene.units[instance.id as usize - 1];
    // Each look is unfolded once, however many units wear it, and folded again before the next: it takes megabytes.
    let mut wearers: BTreeMap<_, Vec<&mut InstanceAnnotation>> = BTreeMap::new();
    for instance in instances.iter_mut().filter(|instance| instance.visible_px > 0) {
        let look = &unit(instance).look;
        let key = (Arc::as_ptr(&look.model).addr(), Arc::as_ptr(&look.materials).addr(), instance.gtin);
        wearers.entry(key).or_default().push(instance);
    }
    let groups: Vec<_> = wearers.into_values().collect();
    groups.into_par_iter().try_for_each(|mut group| {
        let look = &unit(group[0]).look;
        if look.materials.iter().any(|material| matches!(material.alpha, AlphaMode::Mask { .. })) {
            return Ok(());
        }
        let printed = Printed::new(look, group[0].gtin).map_err(|error| Error::Label(error.to_string()))?;
        group.par_iter_mut().for_each(|instance| {
            let sight = Sight::new(scene, tracer, camera_from_world, instance.id);
            let reading = view::read(&sight, printed.as_ref(), &instance.mask_amodal, &instance.mask_visible);
            instance.reading = Some(reading);
        });
        Ok(())
    })
}
