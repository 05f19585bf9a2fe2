//! What the JSON of a file must fulfil before anything is read through it.

use gltf::json::mesh::Semantic;
use gltf::json::validation::{Checked, Error as Kind, Validate as _};
use gltf::json::{Path, Root};

use crate::problem::Problems;

/// Largest coordinate, in metres, that still leaves room for arithmetic in 32 bits.
pub(super) const FARTHEST: f64 = 1e7;
/// Most materials of a file, such that a triangle can say its slot in 16 bits.
const MOST_MATERIALS: usize = u16::MAX as usize;
/// Most problems that are reported of one file.
const MOST_PROBLEMS: usize = 20;
/// Extensions that a file may require.
const SUPPORTED: [&str; 17] = [
    "EXT_texture_webp",
    "KHR_lights_punctual",
    "KHR_materials_anisotropy",
    "KHR_materials_clearcoat",
    "KHR_materials_diffuse_transmission",
    "KHR_materials_emissive_strength",
    "KHR_materials_ior",
    "KHR_materials_iridescence",
    "KHR_materials_pbrSpecularGlossiness",
    "KHR_materials_sheen",
    "KHR_materials_specular",
    "KHR_materials_transmission",
    "KHR_materials_unlit",
    "KHR_materials_variants",
    "KHR_materials_volume",
    "KHR_mesh_quantization",
    "KHR_texture_transform",
];

/// All that is wrong with a document. Empties its list of required extensions, which is judged here.
pub(super) fn root(root: &mut Root) -> Problems {
    let mut problems = Problems::default();
    version(root, &mut problems);
    extensions(root, &mut problems);
    if root.materials.len() > MOST_MATERIALS {
        problems.add("materials", format!("{} are more than {MOST_MATERIALS}", root.materials.len()));
    }
    // The crate's own validation looks into these accessors without checking their index.
    for (i, mesh) in root.meshes.iter().enumerate() {
        for (j, primitive) in mesh.primitives.iter().enumerate() {
            let positions = primitive.attributes.get(&Checked::Valid(Semantic::Positions));
            if let Some(index) = positions.filter(|index| index.value() >= root.accessors.len()) {
                let place = format!("meshes[{i}].primitives[{j}].attributes.POSITION");
                problems.add(place, format!("there is no accessor {}", index.value()));
            }
        }
    }
    if problems.is_empty() {
        validate(root, &mut problems);
    }
    if problems.0.len() > MOST_PROBLEMS {
        let rest = problems.0.len() - MOST_PROBLEMS;
        problems.0.truncate(MOST_PROBLEMS);
        problems.add("", format!("and {rest} more"));
    }
    problems
}

fn version(root: &Root, problems: &mut Problems) {
    let needed = root.asset.min_version.as_ref().unwrap_or(&root.asset.version);
    let place = if root.asset.min_version.is_some() { "asset.minVersion" } else { "asset.version" };
    if root.asset.min_version.is_some() && needed != "2.0" || !needed.starts_with("2.") {
        problems.add(place, format!("glTF {needed:?} is not 2.0"));
    }
}

fn extensions(root: &mut Root, problems: &mut Problems) {
    for (i, name) in std::mem::take(&mut root.extensions_required).iter().enumerate() {
        if !SUPPORTED.contains(&name.as_str()) {
            let remedy = match name.as_str() {
                "KHR_draco_mesh_compression" | "EXT_meshopt_compression" | "KHR_meshopt_compression" => {
                    "; export the file without mesh compression"
                }
                "KHR_texture_basisu" | "MSFT_texture_dds" => "; export its textures as PNG, JPEG or WebP",
                _ => "",
            };
            problems.add(format!("extensionsRequired[{i}]"), format!("{name} is not supported{remedy}"));
        }
    }
}

fn validate(root: &Root, problems: &mut Problems) {
    root.validate(root, Path::new, &mut |path, kind| {
        let place = path().as_str().to_owned();
        let message = match kind {
            // Bounds are computed from the vertices, so their absence in the file does no harm.
            Kind::Missing if place.ends_with(".min") || place.ends_with(".max") => return,
            Kind::IndexOutOfBounds => "names something that does not exist",
            Kind::Invalid => "has a value that glTF 2.0 does not allow",
            Kind::Missing => "is missing",
            Kind::Oversize => "is too large",
            Kind::Unsupported => "is not supported",
        };
        problems.add(place, message);
    });
}

/// The value of a field in a document that has passed [`root`].
pub(super) fn valid<T>(field: Checked<T>) -> T {
    match field {
        Checked::Valid(value) => value,
        Checked::Invalid => unreachable!("validation reports every invalid field"),
    }
}
