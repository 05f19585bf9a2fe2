//! White materials of every kind, with the errors that their models are known to have.

use endcap::catalog::{AlphaMode, Material};
use glam::{Vec3, Vec4};

/// A material in the furnace: all it gets should come back.
pub(crate) struct White {
    pub(crate) name: &'static str,
    pub(crate) material: Material,
    /// Share of the light that the model is known to lose at most, and to add at most.
    pub(crate) lost: f64,
    pub(crate) added: f64,
}

fn white(name: &'static str, material: Material, lost: f64, added: f64) -> White {
    White { name, material, lost, added }
}

pub(crate) fn matt(albedo: f32) -> Material {
    Material { specular: 0.0, ..Material::plain("matt", Vec3::splat(albedo), 1.0) }
}

fn plain(roughness: f32) -> Material {
    Material::plain("plain", Vec3::ONE, roughness)
}

fn metal(roughness: f32) -> Material {
    Material::metal("metal", Vec3::ONE, roughness)
}

fn coated(coat_roughness: f32, below: Material) -> Material {
    Material { clearcoat: 1.0, clearcoat_roughness: coat_roughness, ..below }
}

fn fuzzy(sheen_roughness: f32, below: Material) -> Material {
    Material { sheen_color: Vec3::ONE, sheen_roughness, ..below }
}

fn filmed(thickness: f32, below: Material) -> Material {
    Material { iridescence: 1.0, iridescence_thickness_nm: thickness, ..below }
}

fn brushed(anisotropy: f32, roughness: f32) -> Material {
    Material { anisotropy, anisotropy_rotation: 0.4, ..metal(roughness) }
}

pub(crate) fn milky(share: f32, roughness: f32) -> Material {
    Material { diffuse_transmission: share, ..plain(roughness) }
}

pub(crate) fn wall(roughness: f32) -> Material {
    Material { transmission: 1.0, ..plain(roughness) }
}

pub(crate) fn medium(roughness: f32, ior: f32) -> Material {
    Material { transmission: 1.0, thickness: 1.0, ior, ..plain(roughness) }
}

/// Surfaces that light does not pass unscattered.
pub(crate) fn surfaces() -> Vec<White> {
    let half_metal = Material { metallic: 0.5, ..plain(0.4) };
    vec![
        white("matt", matt(1.0), 0.0, 0.0),
        white("plain 0.1", plain(0.1), 0.002, 0.002),
        white("plain 0.3", plain(0.3), 0.002, 0.002),
        white("plain 0.6", plain(0.6), 0.002, 0.002),
        white("plain 1", plain(1.0), 0.002, 0.002),
        white("dense 0.4", Material { ior: 2.2, ..plain(0.4) }, 0.002, 0.002),
        white("weak 0.4", Material { specular: 0.5, ..plain(0.4) }, 0.002, 0.002),
        white("metal 0.1", metal(0.1), 0.002, 0.002),
        white("metal 0.3", metal(0.3), 0.002, 0.002),
        white("metal 0.6", metal(0.6), 0.002, 0.002),
        white("metal 1", metal(1.0), 0.002, 0.002),
        white("half metal", half_metal, 0.002, 0.002),
        white("brushed 0.5", brushed(0.5, 0.4), 0.05, 0.02),
        white("brushed 0.9", brushed(0.9, 0.4), 0.2, 0.02),
        white("coat on matt", coated(0.1, matt(1.0)), 0.002, 0.002),
        white("coat on plain", coated(0.3, plain(0.5)), 0.02, 0.002),
        white("coat on mirror", coated(0.1, metal(0.1)), 0.02, 0.002),
        white("coat on metal", coated(0.3, metal(0.6)), 0.1, 0.002),
        white("sheen on matt", fuzzy(0.5, matt(1.0)), 0.002, 0.002),
        white("sheen on plain", fuzzy(0.3, plain(0.5)), 0.02, 0.002),
        white("sheen on coat", fuzzy(0.3, coated(0.3, plain(0.5))), 0.05, 0.002),
        white("film on plain", filmed(400.0, plain(0.3)), 0.01, 0.01),
        white("film on metal", filmed(400.0, metal(0.3)), 0.002, 0.002),
        white("milky", milky(0.6, 0.4), 0.002, 0.002),
        white("paper", Material { specular: 0.0, ..milky(0.3, 1.0) }, 0.002, 0.002),
    ]
}

/// What light passes, or seems to pass: thin walls, media, blended and cut out surfaces.
pub(crate) fn clear() -> Vec<White> {
    let blended =
        |below: Material| Material { alpha: AlphaMode::Blend, base_color: Vec4::new(1.0, 1.0, 1.0, 0.4), ..below };
    vec![
        white("smooth wall", wall(0.0), 0.0, 0.0),
        white("glossy wall", wall(0.1), 0.002, 0.0),
        white("filmed wall", filmed(300.0, wall(0.0)), 0.0, 0.0),
        white("frosted wall", wall(0.5), 0.1, 0.0),
        white("half wall", Material { transmission: 0.5, ..plain(0.1) }, 0.002, 0.002),
        white("half frosted wall", Material { transmission: 0.5, ..plain(0.5) }, 0.1, 0.002),
        white("polished medium", medium(0.0, 1.5), 0.0, 0.0),
        white("water", medium(0.0, 1.33), 0.0, 0.0),
        white("glossy medium", medium(0.1, 1.5), 0.01, 0.0),
        white("frosted medium", medium(0.5, 1.5), 0.3, 0.0),
        white("blended", blended(plain(0.5)), 0.002, 0.002),
        white("blended wall", blended(wall(0.0)), 0.002, 0.002),
    ]
}
