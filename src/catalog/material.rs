use std::sync::Arc;

use glam::{DVec2, Vec3, Vec4};

use super::Artwork;

/// How a surface looks: the metal-rough model of glTF 2.0 with the KHR extensions for packaging (coats, sheen, brushed
/// metal, films, glass, milky plastic).
#[derive(Debug, Clone, PartialEq)]
pub struct Material {
    /// Name as authored, for people.
    pub name: String,
    /// Linear RGB and alpha; multiplies the base colour texture and the vertex colours.
    pub base_color: Vec4,
    /// 0 dielectric, 1 metal; multiplies the blue channel of its texture.
    pub metallic: f32,
    /// Perceptual roughness, 0 mirror to 1 matt; multiplies the green channel of its texture.
    pub roughness: f32,
    /// Linear radiance that the surface emits; multiplies its texture. Emissive strength is already in it.
    pub emissive: Vec3,
    /// The emission shows a lamp that the scene has besides, as a rectangle just before the surface: the camera sees it,
    /// and light that has found the lamp itself does not count it again.
    pub shows_lamp: bool,
    /// Scale of the x and y components of the normal map.
    pub normal_scale: f32,
    /// 0 ignores the occlusion map, 1 applies it in full. Kept for export: see [`Textures::occlusion`].
    pub occlusion_strength: f32,
    /// What alpha means.
    pub alpha: AlphaMode,
    /// False when only the front (counter-clockwise) side should be seen. Rays hit both sides all the same; the back
    /// of a single-sided surface is shaded as if it were the front.
    pub double_sided: bool,
    /// Index of refraction (`KHR_materials_ior`).
    pub ior: f32,
    /// Strength of the dielectric reflection (`KHR_materials_specular`).
    pub specular: f32,
    /// Linear tint of the dielectric reflection (`KHR_materials_specular`).
    pub specular_color: Vec3,
    /// Share of light that passes through the surface (`KHR_materials_transmission`).
    pub transmission: f32,
    /// Above 0 the closed mesh is filled with the medium, and light bends where it enters; 0 is a thin wall, which light
    /// passes straight (`KHR_materials_volume`; metres, but only its sign counts: rays find the true thickness).
    pub thickness: f32,
    /// Linear colour that white light has after `attenuation_distance` (`KHR_materials_volume`).
    pub attenuation_color: Vec3,
    /// Metres; infinite for a clear medium (`KHR_materials_volume`).
    pub attenuation_distance: f32,
    /// Where two media overlap, the one with the larger priority is there: a liquid that reaches into the glass around
    /// it takes less than the glass, and meets it without a gap (Schmidt and Budge 2002, "Simple Nested Dielectrics in
    /// Ray Traced Images").
    pub medium_priority: u8,
    /// Stretch of the highlight across the tangent, as brushed metal has it, 0 to 1 (`KHR_materials_anisotropy`).
    pub anisotropy: f32,
    /// Counter-clockwise angle from the tangent to the direction of the brushing, radians (`KHR_materials_anisotropy`).
    pub anisotropy_rotation: f32,
    /// Strength of a clear varnish of index 1.5 over everything else, 0 to 1 (`KHR_materials_clearcoat`).
    pub clearcoat: f32,
    /// Perceptual roughness of the varnish (`KHR_materials_clearcoat`).
    pub clearcoat_roughness: f32,
    /// Linear colour of the light that fibres or dust send back at grazing angles (`KHR_materials_sheen`).
    pub sheen_color: Vec3,
    /// Perceptual roughness of the sheen (`KHR_materials_sheen`).
    pub sheen_roughness: f32,
    /// Share of the surface that wears a thin film with interference colours (`KHR_materials_iridescence`).
    pub iridescence: f32,
    /// Index of refraction of the film (`KHR_materials_iridescence`).
    pub iridescence_ior: f32,
    /// Thickness of the film in nanometres (`KHR_materials_iridescence`, its maximum).
    pub iridescence_thickness_nm: f32,
    /// Share of the diffuse light that leaves on the other side, as through paper or milk plastic
    /// (`KHR_materials_diffuse_transmission`). A hollow shell of such a wall glows from within: light that enters
    /// wanders between the walls and leaves elsewhere, our stand-in for subsurface scattering.
    pub diffuse_transmission: f32,
    /// Linear colour of that light (`KHR_materials_diffuse_transmission`).
    pub diffuse_transmission_color: Vec3,
    /// The base colour is shown as it is, without lighting (`KHR_materials_unlit`).
    pub unlit: bool,
    /// True for the slot whose base colour texture is replaced by the product's own label.
    pub is_label: bool,
    /// The maps.
    pub textures: Textures,
}

impl Default for Material {
    /// A white, fairly rough dielectric without textures.
    fn default() -> Self {
        Self {
            name: String::new(),
            base_color: Vec4::ONE,
            metallic: 0.0,
            roughness: 0.5,
            emissive: Vec3::ZERO,
            shows_lamp: false,
            normal_scale: 1.0,
            occlusion_strength: 1.0,
            alpha: AlphaMode::Opaque,
            double_sided: false,
            ior: 1.5,
            specular: 1.0,
            specular_color: Vec3::ONE,
            transmission: 0.0,
            thickness: 0.0,
            attenuation_color: Vec3::ONE,
            attenuation_distance: f32::INFINITY,
            medium_priority: 0,
            anisotropy: 0.0,
            anisotropy_rotation: 0.0,
            clearcoat: 0.0,
            clearcoat_roughness: 0.0,
            sheen_color: Vec3::ZERO,
            sheen_roughness: 0.0,
            iridescence: 0.0,
            iridescence_ior: 1.3,
            iridescence_thickness_nm: 400.0,
            diffuse_transmission: 0.0,
            diffuse_transmission_color: Vec3::ONE,
            unlit: false,
            is_label: false,
            textures: Textures::default(),
        }
    }
}

impl Material {
    /// A dielectric of one colour (linear RGB) and roughness.
    #[must_use]
    pub fn plain(name: &str, color: Vec3, roughness: f32) -> Self {
        Self { name: name.to_owned(), base_color: color.extend(1.0), roughness, ..Self::default() }
    }

    /// A metal of one colour (linear RGB reflectance at normal incidence) and roughness.
    #[must_use]
    pub fn metal(name: &str, color: Vec3, roughness: f32) -> Self {
        Self { metallic: 1.0, ..Self::plain(name, color, roughness) }
    }
}

/// Meaning of the alpha channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AlphaMode {
    /// Alpha is ignored.
    Opaque,
    /// The surface exists where alpha is at least `cutoff`; rays, also those of the labels, pass elsewhere.
    Mask {
        /// Smallest alpha that exists.
        cutoff: f32,
    },
    /// Alpha is coverage in the colour picture. In the labels the surface counts as a whole, like glass.
    Blend,
}

/// Texture slots of a material.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Textures {
    /// sRGB colour and linear alpha.
    pub base_color: Option<Texture>,
    /// Green roughness, blue metallic, linear.
    pub metallic_roughness: Option<Texture>,
    /// Tangent-space normal, linear.
    pub normal: Option<Texture>,
    /// Red ambient occlusion, linear. Kept for export and never rendered: paths find by themselves what is in the way
    /// of light, and would count it twice.
    pub occlusion: Option<Texture>,
    /// sRGB emission.
    pub emissive: Option<Texture>,
    /// Alpha multiplies the strength of the dielectric reflection, linear.
    pub specular: Option<Texture>,
    /// sRGB tint of the dielectric reflection.
    pub specular_color: Option<Texture>,
    /// Red multiplies the transmission, linear.
    pub transmission: Option<Texture>,
    /// Red multiplies the varnish, linear.
    pub clearcoat: Option<Texture>,
    /// Green multiplies the varnish's roughness, linear.
    pub clearcoat_roughness: Option<Texture>,
    /// sRGB colour of the sheen.
    pub sheen_color: Option<Texture>,
    /// Alpha multiplies the sheen's roughness, linear.
    pub sheen_roughness: Option<Texture>,
    /// Red and green the direction of the brushing, blue multiplies its strength, linear.
    pub anisotropy: Option<Texture>,
}

impl Textures {
    /// All maps that there are.
    pub fn all(&self) -> impl Iterator<Item = &Texture> {
        let maps = [
            &self.base_color,
            &self.metallic_roughness,
            &self.normal,
            &self.occlusion,
            &self.emissive,
            &self.specular,
            &self.specular_color,
            &self.transmission,
            &self.clearcoat,
            &self.clearcoat_roughness,
            &self.sheen_color,
            &self.sheen_roughness,
            &self.anisotropy,
        ];
        maps.into_iter().flatten()
    }
}

/// An artwork as it is applied to a surface.
#[derive(Debug, Clone, PartialEq)]
pub struct Texture {
    /// The picture.
    pub artwork: Arc<Artwork>,
    /// Which set of texture coordinates: 0 or 1.
    pub uv_set: u8,
    /// `KHR_texture_transform`: offset, in texture widths.
    pub offset: DVec2,
    /// `KHR_texture_transform`: counter-clockwise rotation in radians.
    pub rotation: f64,
    /// `KHR_texture_transform`: scale.
    pub scale: DVec2,
    /// What happens beyond 0..1, along u and v.
    pub wrap: [Wrap; 2],
}

impl Texture {
    /// The artwork over texture coordinates set 0, clamped at its borders.
    #[must_use]
    pub fn new(artwork: Arc<Artwork>) -> Self {
        Self { artwork, uv_set: 0, offset: DVec2::ZERO, rotation: 0.0, scale: DVec2::ONE, wrap: [Wrap::Clamp; 2] }
    }
}

/// Addressing beyond the borders of a texture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrap {
    /// The border texel goes on.
    Clamp,
    /// The picture repeats.
    Repeat,
    /// The picture repeats, every other time mirrored.
    Mirror,
}
