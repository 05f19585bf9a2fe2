//! The keypoints of all shapes in one list, for formats that want the same number of them for every class.

use crate::annotate::InstanceAnnotation;
use crate::annotate::geometry::KeypointState;

/// Every name that a shape gives a keypoint, in the order of the formats for others.
pub(super) const NAMES: [&str; 46] = [
    "base_center",
    "base_front",
    "base_right",
    "base_back",
    "base_left",
    "base_front_left",
    "base_front_right",
    "base_back_left",
    "base_back_right",
    "label_top_front",
    "label_top_right",
    "label_top_back",
    "label_top_left",
    "shoulder_front",
    "shoulder_right",
    "shoulder_back",
    "shoulder_left",
    "shoulder_front_left",
    "shoulder_front_right",
    "shoulder_back_left",
    "shoulder_back_right",
    "rim_front",
    "rim_right",
    "rim_back",
    "rim_left",
    "cap_front",
    "cap_right",
    "cap_back",
    "cap_left",
    "cap_front_left",
    "cap_front_right",
    "cap_back_left",
    "cap_back_right",
    "cap_top",
    "ridge_left",
    "ridge_right",
    "head_top",
    "nozzle_tip",
    "front_center",
    "top_center",
    "top_left",
    "top_right",
    "top_front_left",
    "top_front_right",
    "top_back_left",
    "top_back_right",
];

/// x, y and COCO's visibility of each of [`NAMES`]; zeros for those that the shape does not have or that do not lie in the
/// picture.
///
/// # Errors
/// If a shape has a keypoint of another name, which these formats cannot hold.
pub(super) fn of_unit(unit: &InstanceAnnotation) -> Result<Vec<[f64; 3]>, String> {
    let mut places = vec![[0.0; 3]; NAMES.len()];
    for keypoint in &unit.keypoints {
        let place = NAMES.iter().position(|name| *name == keypoint.name);
        let place = place.ok_or_else(|| {
            let (id, name) = (unit.id, &unit.name);
            format!("unit {id} ({name}) has a keypoint {:?}, which COCO and YOLO have no place for", keypoint.name)
        })?;
        if let Some([x, y]) = keypoint.px.filter(|_| keypoint.state != KeypointState::Outside) {
            places[place] = [x, y, f64::from(u8::from(keypoint.state))];
        }
    }
    Ok(places)
}

/// Place in [`NAMES`] of the keypoint that a name stands for in the mirrored picture: left becomes right.
pub(super) fn mirrored(name: &str) -> usize {
    let swapped: Vec<&str> = name
        .split('_')
        .map(|word| match word {
            "left" => "right",
            "right" => "left",
            word => word,
        })
        .collect();
    let swapped = swapped.join("_");
    NAMES.iter().position(|known| *known == swapped).expect("every left keypoint has a right one")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn every_keypoint_of_the_built_in_catalogue_has_a_place() {
        let catalog = Catalog::builtin().expect("sound");
        let mut seen = std::collections::BTreeSet::new();
        for id in catalog.ids() {
            let product = catalog.product(id).expect("listed");
            let look = catalog.look(&product).expect("can be built");
            seen.extend(look.model.keypoints().iter().map(|keypoint| keypoint.name.clone().into_owned()));
        }
        for name in &seen {
            assert!(NAMES.contains(&name.as_str()), "{name}");
        }
        assert!(seen.len() > 20, "{seen:?}");
        for (i, name) in NAMES.iter().enumerate() {
            assert_eq!(mirrored(NAMES[mirrored(name)]), i, "{name}");
        }
        let unique: std::collections::BTreeSet<_> = NAMES.iter().collect();
        assert_eq!(unique.len(), NAMES.len());
    }
}
