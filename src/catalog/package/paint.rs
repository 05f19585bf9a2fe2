use std::sync::Arc;

use glam::{DVec2, Vec3};

use super::request::Request;
use crate::catalog::{Artwork, Material, Texture, Wrap, relief};

/// Slot of the label in every package.
pub(super) const LABEL: u16 = 0;

/// Thickness of a paper label, which stands out from what it is glued to, in millimetres.
pub(super) const PAPER_THICKNESS: f64 = 0.2;

/// Words of the field `finish`.
const FINISHES: [&str; 4] = ["matt", "satin", "gloss", "foil"];

/// The printed surface: the caller puts the artwork on it.
pub(super) fn label(roughness: f32) -> Material {
    Material { is_label: true, ..Material::plain("label", Vec3::ONE, roughness) }
}

/// The printed surface with the field `finish`, or the usual one of the package: `matt` (bare paper or board), `satin` (a
/// thin dispersion varnish), `gloss` (UV varnish or film) or `foil` (ink over metallised film or board).
pub(super) fn printed(request: &Request<'_>, usual: &str) -> Result<Material, String> {
    let (roughness, clearcoat, clearcoat_roughness, metallic) = match request.word("finish", usual, &FINISHES)? {
        "satin" => (0.5, 0.35, 0.3, 0.0),
        "gloss" => (0.45, 0.85, 0.08, 0.0),
        "foil" => (0.3, 0.5, 0.12, 0.65),
        _ => (0.62, 0.0, 0.0, 0.0),
    };
    Ok(Material { clearcoat, clearcoat_roughness, metallic, ..label(roughness) })
}

/// Edge and back of a paper label.
pub(super) fn paper() -> Material {
    Material::plain("paper", Vec3::splat(0.78), 0.7)
}

/// Moulded plastic that no light passes.
pub(super) fn plastic(name: &str, color: Vec3) -> Material {
    Material::plain(name, color, 0.35)
}

/// Moulded plastic of the milky kind (polyethylene, polypropylene): light that enters the hollow shell leaves elsewhere.
/// The lighter the colour, the more of it; pigments as dark as carbon black let nothing through.
pub(super) fn milky(name: &str, color: Vec3, share: f32) -> Material {
    Material {
        diffuse_transmission: share * color.max_element().min(1.0),
        diffuse_transmission_color: Vec3::ONE,
        ..plastic(name, color)
    }
}

/// A sheet of clear plastic or glass with air on both sides, tinted by a colour where light passes it once.
pub(super) fn sheet(name: &str, tint: Vec3, ior: f32) -> Material {
    Material { ior, transmission: 0.97, ..Material::plain(name, tint, 0.03) }
}

/// PET or another clear plastic film.
pub(super) fn pet(name: &str, tint: Vec3) -> Material {
    sheet(name, tint, PET_IOR)
}

/// Depth in metres through which a content shows its colour: what a bottle of this width in millimetres looks like from
/// the front, at least 3 cm.
pub(super) fn depth(width: f64) -> f32 {
    (0.6e-3 * width).max(0.03) as f32
}

/// Solid glass that shows `color` through `depth` metres of it.
pub(super) fn glass(name: &str, color: Vec3, depth: f32) -> Material {
    Material { ior: GLASS_IOR, medium_priority: 2, ..medium(name, color, depth) }
}

/// A liquid as thin as water that shows `color` through `depth` metres of it. What wets its wall wears it: a varnish as
/// smooth as the wall.
pub(super) fn liquid(name: &str, color: Vec3, depth: f32) -> Material {
    let (clearcoat, clearcoat_roughness) = (0.6, 0.03);
    Material { ior: 1.34, medium_priority: 1, clearcoat, clearcoat_roughness, ..medium(name, color, depth) }
}

/// Oil or honey behind a wall of `tint`: of the light that meets it a share is sent back by what is dissolved in it, in a
/// paler colour; the rest passes, and shows `color` after `depth` metres and two walls.
pub(super) fn thick_liquid(name: &str, (color, tint): (Vec3, Vec3), depth: f32, (ior, clear): (f32, f32)) -> Material {
    let pale = Vec3::from(color.max(Vec3::splat(1e-4)).to_array().map(|channel| libm::powf(channel, 0.25)));
    // Light is tinted where it enters and where it leaves, which makes up for half of the colour.
    Material {
        transmission: clear,
        base_color: (pale * tint).extend(1.0),
        ..Material { ior, ..liquid(name, color, 2.0 * depth) }
    }
}

/// What fills a vessel and lets no light through, behind its wall.
pub(super) fn behind_wall(name: &str, color: Vec3, ior: f32) -> Material {
    Material { ior, clearcoat: 1.0, clearcoat_roughness: 0.03, specular: 0.3, ..Material::plain(name, color, 0.35) }
}

/// A closed mesh filled with a medium that shows `color` through `depth` metres.
fn medium(name: &str, color: Vec3, depth: f32) -> Material {
    Material {
        transmission: 1.0,
        // Any thickness means "solid"; this is what viewers that cannot trace rays take for it.
        thickness: depth,
        attenuation_color: color,
        attenuation_distance: depth,
        ..Material::plain(name, Vec3::ONE, 0.0)
    }
}

/// Index of refraction of PET.
pub(super) const PET_IOR: f32 = 1.57;
/// Index of refraction of soda-lime glass.
pub(super) const GLASS_IOR: f32 = 1.52;

/// Bare tin plate or aluminium, brushed by the rolls that made it.
pub(super) fn tin(name: &str) -> Material {
    brushed(Material::metal(name, Vec3::new(0.78, 0.78, 0.77), 0.28))
}

/// Metal as it comes from the rolling mill.
pub(super) fn brushed(metal: Material) -> Material {
    Material { anisotropy: 0.55, ..metal }
}

/// Shrink film around a pack: its print under a glossy surface whose tension shows as faint colours, and its wrinkles.
pub(super) fn film() -> Material {
    let mut film = Material {
        clearcoat: 0.9,
        clearcoat_roughness: 0.06,
        iridescence: 0.15,
        iridescence_ior: 1.45,
        iridescence_thickness_nm: 420.0,
        normal_scale: 0.6,
        ..label(0.3)
    };
    film.textures.normal = Some(relief(relief::wrinkles(), 1.0));
    film
}

/// Adds the creases of a bag's film to its printed surface.
pub(super) fn creased(mut printed: Material, scale: f32) -> Material {
    printed.normal_scale = scale;
    printed.textures.normal = Some(relief(relief::creases(), 1.0));
    printed
}

/// A tileable map over the second set of texture coordinates.
fn relief(artwork: Arc<Artwork>, repeats: f64) -> Texture {
    Texture { uv_set: 1, scale: DVec2::splat(repeats), wrap: [Wrap::Repeat; 2], ..Texture::new(artwork) }
}

/// Lacquered metal: the colour lies over the metal, so it reflects like a glossy paint.
pub(super) fn lacquer(name: &str, color: Vec3) -> Material {
    Material { metallic: 0.35, clearcoat: 0.5, clearcoat_roughness: 0.1, ..Material::plain(name, color, 0.3) }
}
