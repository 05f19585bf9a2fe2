use glam::Vec3;

use crate::catalog::Material;

/// Slot of the label in every package.
pub(super) const LABEL: u16 = 0;

/// The printed surface: the caller puts the artwork on it.
pub(super) fn label(roughness: f32) -> Material {
    Material { is_label: true, ..Material::plain("label", Vec3::ONE, roughness) }
}

/// Moulded plastic that no light passes.
pub(super) fn plastic(name: &str, color: Vec3) -> Material {
    Material::plain(name, color, 0.35)
}

/// A clear wall with what stands behind it: the base colour is what is seen where nobody traces transmitted light.
pub(super) fn clear(name: &str, color: Vec3, roughness: f32, ior: f32) -> Material {
    Material {
        ior,
        transmission: 0.5,
        attenuation_color: color,
        attenuation_distance: 0.01,
        ..Material::plain(name, color, roughness)
    }
}

/// PET with what it holds.
pub(super) fn pet(name: &str, color: Vec3) -> Material {
    clear(name, color, 0.08, 1.57)
}

/// Glass with what it holds.
pub(super) fn glass(name: &str, color: Vec3) -> Material {
    clear(name, color, 0.04, 1.52)
}

/// Bare tin plate or aluminium.
pub(super) fn tin(name: &str) -> Material {
    Material::metal(name, Vec3::new(0.78, 0.78, 0.77), 0.28)
}

/// Lacquered metal: the colour lies over the metal, so it reflects like a glossy paint.
pub(super) fn lacquer(name: &str, color: Vec3) -> Material {
    Material { metallic: 0.35, ..Material::plain(name, color, 0.25) }
}
