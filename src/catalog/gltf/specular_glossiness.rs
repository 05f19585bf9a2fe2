//! Conversion of the older specular-glossiness materials to metal-rough ones.

use glam::{Vec3, Vec4};

/// What `KHR_materials_pbrSpecularGlossiness` says without its maps.
pub(super) struct SpecularGlossiness {
    /// Linear diffuse colour and alpha.
    pub(super) diffuse: Vec4,
    /// Linear reflectance at normal incidence.
    pub(super) specular: Vec3,
    /// 1 is a mirror.
    pub(super) glossiness: f32,
}

/// The same look as a metal-rough material.
pub(super) struct MetalRough {
    /// Linear base colour and alpha.
    pub(super) base_color: Vec4,
    /// 0 dielectric, 1 metal.
    pub(super) metallic: f32,
    /// Perceptual roughness.
    pub(super) roughness: f32,
}

/// Reflectance of an ordinary dielectric at normal incidence.
const DIELECTRIC: f32 = 0.04;

/// Solves for the metalness that gives the same brightness, as in the conversion notes of the extension's repository.
pub(super) fn convert(from: &SpecularGlossiness) -> MetalRough {
    let diffuse = from.diffuse.truncate();
    let rest = 1.0 - from.specular.max_element();
    let metallic = metallic(brightness(diffuse), brightness(from.specular), rest);
    let of_dielectric = diffuse * rest / (1.0 - DIELECTRIC) / (1.0 - metallic).max(1e-4);
    let of_metal = (from.specular - Vec3::splat(DIELECTRIC * (1.0 - metallic))) / metallic.max(1e-4);
    let base_color = of_dielectric.lerp(of_metal, metallic * metallic).clamp(Vec3::ZERO, Vec3::ONE);
    MetalRough { base_color: base_color.extend(from.diffuse.w), metallic, roughness: 1.0 - from.glossiness }
}

/// Root of `0.04 m² + (diffuse · rest / 0.96 + specular − 0.08) m + 0.04 − specular = 0` that is a metalness.
fn metallic(diffuse: f32, specular: f32, rest: f32) -> f32 {
    if specular < DIELECTRIC {
        return 0.0;
    }
    let b = diffuse * rest / (1.0 - DIELECTRIC) + specular - 2.0 * DIELECTRIC;
    let c = DIELECTRIC - specular;
    let discriminant = (b * b - 4.0 * DIELECTRIC * c).max(0.0);
    ((discriminant.sqrt() - b) / (2.0 * DIELECTRIC)).clamp(0.0, 1.0)
}

/// Perceived brightness of a linear colour.
fn brightness(color: Vec3) -> f32 {
    Vec3::new(0.299, 0.587, 0.114).dot(color * color).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dielectric_stays_one() {
        let from =
            SpecularGlossiness { diffuse: Vec4::new(0.6, 0.2, 0.1, 0.5), specular: Vec3::splat(0.04), glossiness: 0.3 };
        let to = convert(&from);
        assert!(to.metallic < 1e-3, "{}", to.metallic);
        assert!(to.base_color.distance(from.diffuse) < 1e-2, "{}", to.base_color);
        assert!((to.roughness - 0.7).abs() < 1e-6);
    }

    #[test]
    fn gold_becomes_a_metal() {
        let gold = Vec3::new(1.0, 0.77, 0.34);
        let to = convert(&SpecularGlossiness { diffuse: Vec4::W, specular: gold, glossiness: 0.9 });
        assert!(to.metallic > 0.99, "{}", to.metallic);
        assert!(to.base_color.truncate().distance(gold) < 1e-2, "{}", to.base_color);
    }
}
