// Textures live in one array per size class (128, 256, ... 2048 texels square), colour in sRGB.

@group(1) @binding(7) var maps_0: texture_2d_array<f32>;
@group(1) @binding(8) var maps_1: texture_2d_array<f32>;
@group(1) @binding(9) var maps_2: texture_2d_array<f32>;
@group(1) @binding(10) var maps_3: texture_2d_array<f32>;
@group(1) @binding(11) var maps_4: texture_2d_array<f32>;
@group(1) @binding(12) var environment_texture: texture_2d<f32>;

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

// One texel of a level, linear. There is one call of this function in each place that looks something up, because its code
// is long.
fn load_texel(use_: TextureUse, is_color: bool, at: vec2<i32>, level: i32) -> vec4<f32> {
    let layer = use_.place & 0xffffu;
    var value: vec4<f32>;
    switch use_.place >> 16u {
        case 0u: { value = textureLoad(maps_0, at, layer, level); }
        case 1u: { value = textureLoad(maps_1, at, layer, level); }
        case 2u: { value = textureLoad(maps_2, at, layer, level); }
        case 3u: { value = textureLoad(maps_3, at, layer, level); }
        default: { value = textureLoad(maps_4, at, layer, level); }
    }
    return select(value, vec4(linear_from_srgb(value.rgb), value.a), is_color);
}

// Trilinear mean at the position, which wraps. Samplers blend and decode with some 8 bits, each driver in its own way: one
// part in a thousand, by which paths soon part. Here all do the same, so that machines can check each other.
fn sample_map(use_: TextureUse, is_color: bool, uvs: vec4<f32>, level: f32) -> vec4<f32> {
    let p = texture_position(use_, uvs);
    let finest = 7u + (use_.place >> 16u);
    let clamped = clamp(level, 0.0, f32(finest));
    let between = clamped - floor(clamped);
    var sum = vec4(0.0);
    for (var i = 0u; i < 8u; i++) {
        let weight_of_level = select(1.0 - between, between, i >= 4u);
        if weight_of_level == 0.0 {
            continue;
        }
        let level_here = u32(clamped) + (i >> 2u);
        let size = i32(1u << (finest - level_here));
        let place = p * f32(size) - 0.5;
        let corner = floor(place);
        let step = vec2(i & 1u, (i >> 1u) & 1u);
        let weights = select(1.0 - (place - corner), place - corner, step == vec2(1u));
        let at = (vec2<i32>(corner) + vec2<i32>(step)) & vec2(size - 1);
        sum += load_texel(use_, is_color, at, i32(level_here)) * (weight_of_level * weights.x * weights.y);
    }
    return sum;
}

// The one texel at the position, unfiltered: alpha masks are part of the exact truth.
fn texel(use_: TextureUse, is_color: bool, uvs: vec4<f32>) -> vec4<f32> {
    if use_.place == NO_TEXTURE {
        return vec4(1.0);
    }
    let size = texture_size(use_);
    let p = texture_position(use_, uvs);
    let at = clamp(vec2<i32>(floor(fract(p) * size)), vec2(0), vec2(i32(size) - 1));
    return load_texel(use_, is_color, at, 0);
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
    let size = vec2<i32>(textureDimensions(environment_texture));
    let place = p * vec2<f32>(size) - 0.5;
    let corner = vec2<i32>(floor(place));
    let part = place - floor(place);
    var sum = vec3(0.0);
    for (var i = 0; i < 4; i++) {
        let step = vec2(i & 1, i >> 1u);
        // Round the horizon, and no further than the poles.
        let at = vec2((corner.x + step.x + size.x) % size.x, clamp(corner.y + step.y, 0, size.y - 1));
        let weights = select(1.0 - part, part, step == vec2(1));
        sum += textureLoad(environment_texture, at, 0).rgb * (weights.x * weights.y);
    }
    return view.environment * sum;
}
