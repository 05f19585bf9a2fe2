use glam::{DVec2, Vec2, Vec4};

use super::gpu_data;
use super::textures::{NO_TEXTURE, SIZES, TexturePool, Want};
use crate::catalog::{AlphaMode, Material, Texture, Wrap};

/// Texture slots of a material: which maps, and whether their bytes are colour.
fn slots(material: &Material) -> [(Option<&Texture>, bool); 5] {
    let textures = &material.textures;
    [
        (textures.base_color.as_ref(), true),
        (textures.metallic_roughness.as_ref(), false),
        (textures.normal.as_ref(), false),
        (textures.occlusion.as_ref(), false),
        (textures.emissive.as_ref(), true),
    ]
}

/// The textures of a material, at the size class where one texel is at most a pixel.
///
/// `texels` is the number of pixels that one unit of texture coordinates covers where the surface is nearest.
pub(super) fn wants(material: &Material, texels: f32) -> impl Iterator<Item = Want> + '_ {
    slots(material).into_iter().filter_map(move |(texture, is_color)| Some(want(texture?, is_color, texels)))
}

fn want(texture: &Texture, is_color: bool, texels: f32) -> Want {
    let repeats = texture.scale.abs().max_element().max(1e-3) as f32;
    let needed = texels / repeats;
    let class = SIZES.iter().position(|&size| size as f32 >= needed).unwrap_or(SIZES.len() - 1);
    Want { artwork: texture.artwork.clone(), class, is_color }
}

/// What the shaders read of a material.
pub(super) fn gpu_material(material: &Material, texels: f32, pool: &TexturePool) -> gpu_data::Material {
    let [base_color_texture, metallic_roughness_texture, normal_texture, occlusion_texture, emissive_texture] =
        slots(material).map(|(texture, is_color)| match texture {
            Some(texture) => gpu_texture(texture, pool.get(&want(texture, is_color, texels))),
            None => {
                gpu_data::TextureUse { transform: Vec4::ZERO, offset: Vec2::ZERO, place: NO_TEXTURE, addressing: 0 }
            }
        });
    let (mode, alpha_cutoff) = match material.alpha {
        AlphaMode::Opaque => (0, 0.0),
        AlphaMode::Mask { cutoff } => (1, cutoff),
        AlphaMode::Blend => (2, 0.0),
    };
    gpu_data::Material {
        base_color: material.base_color,
        emissive: material.emissive,
        flags: mode | u32::from(material.unlit) << 2,
        metallic: material.metallic,
        roughness: material.roughness,
        normal_scale: material.normal_scale,
        occlusion_strength: material.occlusion_strength,
        ior: material.ior,
        specular: material.specular,
        transmission: material.transmission,
        alpha_cutoff,
        specular_color: material.specular_color,
        thickness: material.thickness,
        attenuation_color: material.attenuation_color,
        attenuation_distance: material.attenuation_distance,
        base_color_texture,
        metallic_roughness_texture,
        normal_texture,
        occlusion_texture,
        emissive_texture,
    }
}

/// `KHR_texture_transform`: translation · rotation · scale, as its specification orders them.
fn gpu_texture(texture: &Texture, place: u32) -> gpu_data::TextureUse {
    let (sin, cos) = (libm::sin(texture.rotation), libm::cos(texture.rotation));
    let (column_u, column_v) = (DVec2::new(cos, -sin) * texture.scale.x, DVec2::new(sin, cos) * texture.scale.y);
    let wrap = |wrap: Wrap| match wrap {
        Wrap::Clamp => 0,
        Wrap::Repeat => 1,
        Wrap::Mirror => 2,
    };
    gpu_data::TextureUse {
        transform: Vec4::from((column_u.as_vec2(), column_v.as_vec2())),
        offset: texture.offset.as_vec2(),
        place,
        addressing: wrap(texture.wrap[0]) | wrap(texture.wrap[1]) << 2 | u32::from(texture.uv_set) << 4,
    }
}
