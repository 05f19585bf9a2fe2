use glam::{DVec2, DVec3};

use super::printed::{Printed, Region};
use super::record::{
    BAR_CODE_LEGIBLE_PX, FrontView, LEAST_PRINT_PX, PrintPlace, PrintedBarCode, PrintedLine, Reading, TEXT_LEGIBLE_PX,
    legibility,
};
use crate::annotate::sight::Sight;
use crate::annotate::{Rle, micrometre, thousandth};
use crate::catalog::Gtin;
use crate::catalog::label::LabelContent;

/// Points of an outline that are nearer to the line between their neighbours are left out, in pixels.
const STRAIGHT_PX: f64 = 0.1;

/// Pixels that show something: seen, and as if the unit were alone.
#[derive(Debug, Clone, Copy, Default)]
struct Pixels {
    visible: u32,
    amodal: u32,
}

/// What can be read on a unit with these masks.
pub(super) fn read(sight: &Sight<'_>, printed: Option<&Printed>, amodal: &Rle, visible: &Rle) -> Reading {
    let mut front = Pixels::default();
    let mut regions = vec![Pixels::default(); printed.map_or(0, |printed| printed.regions.len())];
    let mesh = &sight.unit.look.model.mesh;
    let mut seen = visible.pixels().peekable();
    for (x, y) in amodal.pixels() {
        // Both masks run through the picture in the same order.
        let is_seen = seen.next_if_eq(&(x, y)).is_some();
        let centre = DVec2::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
        let ray = sight.tracer.camera_ray(centre);
        let Some(hit) = ray.and_then(|ray| sight.tracer.own_hit(ray, sight.id - 1)) else { continue };
        let count = |pixels: &mut Pixels| {
            pixels.amodal += 1;
            pixels.visible += u32::from(is_seen);
        };
        let [a, b, c] = mesh.corners(hit.triangle as usize);
        let normal = (b - a).cross(c - a);
        if normal.z > std::f64::consts::FRAC_1_SQRT_2 * normal.length() {
            count(&mut front);
        }
        if let Some(printed) = printed {
            printed.at(hit.triangle, hit.barycentric.as_dvec2()).for_each(|region| count(&mut regions[region]));
        }
    }

    let mut reading = Reading { front: front_view(sight, front), bar_codes: Vec::new(), text: Vec::new() };
    let all = printed.map_or(&[][..], |printed| &printed.regions);
    for (region, pixels) in all.iter().zip(regions).filter(|(_, pixels)| pixels.visible > 0) {
        add(sight, region, pixels, &mut reading);
    }
    reading
}

fn front_view(sight: &Sight<'_>, Pixels { visible, amodal }: Pixels) -> FrontView {
    let bounds = sight.unit.look.model.bounds;
    let middle = bounds.center().with_z(bounds.max.z);
    let scales = [DVec3::X, DVec3::Y].map(|way| sight.px_per_mm(middle, way));
    let px_per_mm = if let [Some(x), Some(y)] = scales { Some([x, y].map(thousandth)) } else { None };
    FrontView {
        visible_px: visible,
        amodal_px: amodal,
        visible_share: (amodal > 0).then(|| f64::from(visible) / f64::from(amodal)),
        px_per_mm,
        viewing_angle_deg: thousandth(sight.angle_deg(middle, DVec3::Z)),
    }
}

fn add(sight: &Sight<'_>, region: &Region, pixels: Pixels, reading: &mut Reading) {
    let scales = region.span.map(|way| sight.px_per_mm(region.middle, way));
    let [Some(along), Some(across)] = scales else { return };
    let [width_mm, height_mm] = region.span.map(|way| sight.camera_from_object.transform_vector3(way).length() * 1e3);
    if across * height_mm < LEAST_PRINT_PX {
        return;
    }
    let edges = region.edges().map(|edge| edge.into_iter().map(|point| sight.pixel(point)).collect::<Option<Vec<_>>>());
    let [Some(top), Some(right), Some(bottom), Some(left)] = edges else { return };
    let edges = [top, right, bottom, left];
    // The corners as they stand in the file, so that they can be projected again.
    let corners_m = region.corners().map(|corner| corner.to_array().map(micrometre));
    let [Some(a), Some(b), Some(c), Some(d)] = corners_m.map(|corner| sight.pixel(corner.into())) else { return };
    let outline: Vec<DVec2> = edges.iter().flat_map(|edge| simplified(edge)).collect();
    let seen = region.samples.iter().filter(|&&point| sight.is_seen(point)).count();
    let seen_share = seen as f64 / region.samples.len() as f64;
    let place = |legibility| PrintPlace {
        quad: [a, b, c, d].map(pixel),
        outline: (outline.len() > 4).then(|| outline.iter().copied().map(pixel).collect()),
        corners_m,
        visible_px: pixels.visible,
        amodal_px: pixels.amodal,
        seen_share,
        px_per_mm: [along, across].map(thousandth),
        viewing_angle_deg: thousandth(sight.angle_deg(region.middle, region.normal)),
        legibility,
    };
    match &region.content {
        LabelContent::Text(text) => {
            let height_px = thousandth(height_mm * along.min(across));
            let legibility = legibility(seen_share, height_px, TEXT_LEGIBLE_PX);
            reading.text.push(PrintedLine { text: text.clone(), height_px, place: place(legibility) });
        }
        LabelContent::BarCode { gtin, modules } => {
            let module_px = thousandth(width_mm / f64::from(*modules) * along);
            let legibility = legibility(seen_share, module_px, BAR_CODE_LEGIBLE_PX);
            let (digits, symbology) = (gtin.to_string(), symbology(*gtin).to_owned());
            reading.bar_codes.push(PrintedBarCode { digits, symbology, module_px, place: place(legibility) });
        }
    }
}

fn symbology(gtin: Gtin) -> &'static str {
    match gtin.length() {
        8 => "EAN-8",
        12 => "UPC-A",
        _ => "EAN-13",
    }
}

/// The first point of an edge and those between its ends that are needed (Ramer, Douglas and Peucker); the last point
/// belongs to the next edge.
fn simplified(edge: &[DVec2]) -> Vec<DVec2> {
    let (Some(&first), Some(&last)) = (edge.first(), edge.last()) else { return Vec::new() };
    let chord = (last - first).try_normalize();
    let distance = |point: DVec2| chord.map_or(point.distance(first), |chord| chord.perp_dot(point - first).abs());
    let farthest = (1..edge.len().saturating_sub(1)).max_by(|&a, &b| distance(edge[a]).total_cmp(&distance(edge[b])));
    match farthest.filter(|&i| distance(edge[i]) >= STRAIGHT_PX) {
        Some(i) => [simplified(&edge[..=i]), simplified(&edge[i..])].concat(),
        None => vec![first],
    }
}

fn pixel(position: DVec2) -> [f64; 2] {
    position.to_array().map(thousandth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straight_edges_lose_their_points_and_bent_ones_keep_what_they_need() {
        let line: Vec<DVec2> = (0..9).map(|i| DVec2::new(f64::from(i), 0.5 * f64::from(i))).collect();
        assert_eq!(simplified(&line), [line[0]]);
        let bent: Vec<DVec2> = (0..9).map(|i| DVec2::new(f64::from(i), 5.0 - (f64::from(i) - 4.0).abs())).collect();
        assert_eq!(simplified(&bent), [bent[0], bent[4]]);
    }
}
