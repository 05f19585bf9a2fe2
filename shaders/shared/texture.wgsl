// Textures live in one array per size class (128, 256, ... 2048 texels square); each class has an sRGB and a linear view.

@group(1) @binding(7) var texture_sampler: sampler;
@group(1) @binding(8) var srgb_0: texture_2d_array<f32>;
@group(1) @binding(9) var srgb_1: texture_2d_array<f32>;
@group(1) @binding(10) var srgb_2: texture_2d_array<f32>;
@group(1) @binding(11) var srgb_3: texture_2d_array<f32>;
@group(1) @binding(12) var srgb_4: texture_2d_array<f32>;
@group(1) @binding(13) var linear_0: texture_2d_array<f32>;
@group(1) @binding(14) var linear_1: texture_2d_array<f32>;
@group(1) @binding(15) var linear_2: texture_2d_array<f32>;
@group(1) @binding(16) var linear_3: texture_2d_array<f32>;
@group(1) @binding(17) var linear_4: texture_2d_array<f32>;
@group(1) @binding(18) var environment_texture: texture_2d<f32>;

// Slots of a material's maps.
const BASE_COLOR_MAP: u32 = 0u;
const METALLIC_ROUGHNESS_MAP: u32 = 1u;
const NORMAL_MAP: u32 = 2u;
const OCCLUSION_MAP: u32 = 3u;
const EMISSIVE_MAP: u32 = 4u;
const SPECULAR_MAP: u32 = 5u;
const SPECULAR_COLOR_MAP: u32 = 6u;
const TRANSMISSION_MAP: u32 = 7u;
const CLEARCOAT_MAP: u32 = 8u;
const CLEARCOAT_ROUGHNESS_MAP: u32 = 9u;
const SHEEN_COLOR_MAP: u32 = 10u;
const SHEEN_ROUGHNESS_MAP: u32 = 11u;
const ANISOTROPY_MAP: u32 = 12u;
const MAPS: u32 = 13u;
// Bit per slot: the bytes are colour.
const COLOR_MAPS: u32 = (1u << BASE_COLOR_MAP) | (1u << EMISSIVE_MAP) | (1u << SPECULAR_COLOR_MAP) | (1u << SHEEN_COLOR_MAP);

// Edge length in texels of a use's size class.
fn texture_size(use_: TextureUse) -> f32 {
    return f32(128u << (use_.place >> 16u));
}

fn wrap_coordinate(value: f32, mode: u32, size: f32) -> f32 {
    let margin = 0.5 / size;
    if mode == 1u {
        return value;
    }
    var wrapped = value;
    if mode == 2u {
        let period = value - 2.0 * floor(value * 0.5);
        wrapped = select(period, 2.0 - period, period > 1.0);
    }
    return clamp(wrapped, margin, 1.0 - margin);
}

// Position in the texture, wrapped; `uvs` holds set 0 and set 1.
fn texture_position(use_: TextureUse, uvs: vec4<f32>) -> vec2<f32> {
    let uv = select(uvs.xy, uvs.zw, (use_.addressing & 16u) != 0u);
    let moved = use_.transform.xy * uv.x + use_.transform.zw * uv.y + use_.offset;
    let size = texture_size(use_);
    return vec2(
        wrap_coordinate(moved.x, use_.addressing & 3u, size),
        wrap_coordinate(moved.y, (use_.addressing >> 2u) & 3u, size),
    );
}

// Filtered value at the position. Colour maps are looked up in the sRGB views. There is one call of this function in each
// pass, because the code of ten lookups is long.
fn sample_map(use_: TextureUse, is_color: bool, uvs: vec4<f32>, level: f32) -> vec4<f32> {
    let p = texture_position(use_, uvs);
    let layer = use_.place & 0xffffu;
    switch (use_.place >> 16u) + select(5u, 0u, is_color) {
        case 0u: { return textureSampleLevel(srgb_0, texture_sampler, p, layer, level); }
        case 1u: { return textureSampleLevel(srgb_1, texture_sampler, p, layer, level); }
        case 2u: { return textureSampleLevel(srgb_2, texture_sampler, p, layer, level); }
        case 3u: { return textureSampleLevel(srgb_3, texture_sampler, p, layer, level); }
        case 4u: { return textureSampleLevel(srgb_4, texture_sampler, p, layer, level); }
        case 5u: { return textureSampleLevel(linear_0, texture_sampler, p, layer, level); }
        case 6u: { return textureSampleLevel(linear_1, texture_sampler, p, layer, level); }
        case 7u: { return textureSampleLevel(linear_2, texture_sampler, p, layer, level); }
        case 8u: { return textureSampleLevel(linear_3, texture_sampler, p, layer, level); }
        default: { return textureSampleLevel(linear_4, texture_sampler, p, layer, level); }
    }
}

// The one texel at the position, unfiltered: alpha masks are part of the exact truth.
fn texel(use_: TextureUse, is_color: bool, uvs: vec4<f32>) -> vec4<f32> {
    if use_.place == NO_TEXTURE {
        return vec4(1.0);
    }
    let size = texture_size(use_);
    let p = texture_position(use_, uvs);
    let at = clamp(vec2<i32>(floor(fract(p) * size)), vec2(0), vec2(i32(size) - 1));
    let layer = use_.place & 0xffffu;
    switch (use_.place >> 16u) + select(5u, 0u, is_color) {
        case 0u: { return textureLoad(srgb_0, at, layer, 0); }
        case 1u: { return textureLoad(srgb_1, at, layer, 0); }
        case 2u: { return textureLoad(srgb_2, at, layer, 0); }
        case 3u: { return textureLoad(srgb_3, at, layer, 0); }
        case 4u: { return textureLoad(srgb_4, at, layer, 0); }
        case 5u: { return textureLoad(linear_0, at, layer, 0); }
        case 6u: { return textureLoad(linear_1, at, layer, 0); }
        case 7u: { return textureLoad(linear_2, at, layer, 0); }
        case 8u: { return textureLoad(linear_3, at, layer, 0); }
        default: { return textureLoad(linear_4, at, layer, 0); }
    }
}

// Where a direction lies in an equirectangular picture whose middle looks along -z.
fn environment_position(direction: vec3<f32>) -> vec2<f32> {
    let d = normalize(direction);
    return vec2(0.5 + atan2(d.x, -d.z) * 0.15915494, acos(clamp(d.y, -1.0, 1.0)) * 0.31830989);
}

// Radiance where nothing is hit.
fn environment_radiance(direction: vec3<f32>) -> vec3<f32> {
    if view.environment_picture == 0u {
        return view.environment;
    }
    let p = environment_position(direction);
    return view.environment * textureSampleLevel(environment_texture, texture_sampler, p, 0.0).rgb;
}
