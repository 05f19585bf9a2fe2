use glam::DVec3;
use ndarray::ArrayView2;

use super::lens::Lens;
use super::record::PriceLabelRecord;
use super::voids::quad;
use crate::annotate::PixelBox;
use crate::catalog::label::price_text;
use crate::scene::{Prop, Scene};

/// All price labels and posters whose front lies in the picture with at least one pixel, in scene order.
pub(super) fn price_labels(scene: &Scene, lens: &Lens, parts: Option<ArrayView2<'_, u32>>) -> Vec<PriceLabelRecord> {
    let numbered = (scene.units.len() as u32 + 1..).zip(&scene.props);
    let mut labels: Vec<(PriceLabelRecord, Vec<(u32, u32)>)> =
        numbered.filter_map(|(part, prop)| label(scene, (part, prop), lens)).collect();
    // A label that the plane shows has at least those pixels: at its very edge the last bits of a ray decide.
    if let Some(parts) = parts {
        let first = scene.units.len() as u32 + 1;
        let mut seen: Vec<Vec<(u32, u32)>> = vec![Vec::new(); scene.props.len()];
        for ((y, x), &part) in parts.indexed_iter() {
            let prop = part.checked_sub(first).map(|prop| prop as usize);
            if let Some(prop) = prop.filter(|&prop| scene.props.get(prop).is_some_and(|prop| prop.price.is_some())) {
                seen[prop].push((x as u32, y as u32));
            }
        }
        for (label, pixels) in &mut labels {
            let seen = &seen[(label.part - first) as usize];
            label.visible_px = Some(seen.len() as u32);
            pixels.extend(seen);
            pixels.sort_unstable();
            pixels.dedup();
        }
    }
    let finished = labels.into_iter().filter(|(_, pixels)| !pixels.is_empty()).map(|(mut label, pixels)| {
        label.amodal_px = pixels.len() as u32;
        label.visibility = label.visible_px.map(|visible| f64::from(visible) / f64::from(label.amodal_px));
        label.bbox = PixelBox::around(pixels);
        label
    });
    finished.collect()
}

/// One label, with the pixels of its print; `None` for what is no label or shows its back.
fn label(scene: &Scene, (part, prop): (u32, &Prop), lens: &Lens) -> Option<(PriceLabelRecord, Vec<(u32, u32)>)> {
    let tag = prop.price.as_ref()?;
    let corners = corners(prop)?;
    if !lens.is_in_front(corners) {
        return None;
    }
    let mut pixels = Vec::new();
    lens.pixels(&corners, |x, y, _| pixels.push((x, y)));
    let class = scene.classes.iter().find(|class| class.id == prop.class);
    let record = PriceLabelRecord {
        part,
        class: class.map_or_else(|| prop.name.clone(), |class| class.name.clone()),
        gtin: tag.product.gtin,
        sku: tag.product.sku.clone(),
        price_cents: tag.cents,
        price_text: price_text(tag.cents),
        style: tag.style,
        place: tag.place,
        corners_m: corners.map(|corner| corner.to_array()),
        quad_px: quad(lens, corners),
        bbox: None,
        amodal_px: 0,
        visible_px: None,
        visibility: None,
    };
    Some((record, pixels))
}

/// Corners of a card in the world: top left, top right, bottom right, bottom left.
fn corners(prop: &Prop) -> Option<[DVec3; 4]> {
    let positions: [glam::Vec3; 4] = prop.look.model.mesh.positions.as_slice().try_into().ok()?;
    Some([0, 3, 2, 1].map(|i: usize| prop.world_from_object.transform_point3(positions[i].as_dvec3())))
}
