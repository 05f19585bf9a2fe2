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

fn sample_srgb(use_: TextureUse, uvs: vec4<f32>, level: f32) -> vec4<f32> {
    if use_.place == NO_TEXTURE {
        return vec4(1.0);
    }
    let p = texture_position(use_, uvs);
    let layer = use_.place & 0xffffu;
    switch use_.place >> 16u {
        case 0u: { return textureSampleLevel(srgb_0, texture_sampler, p, layer, level); }
        case 1u: { return textureSampleLevel(srgb_1, texture_sampler, p, layer, level); }
        case 2u: { return textureSampleLevel(srgb_2, texture_sampler, p, layer, level); }
        case 3u: { return textureSampleLevel(srgb_3, texture_sampler, p, layer, level); }
        default: { return textureSampleLevel(srgb_4, texture_sampler, p, layer, level); }
    }
}

fn sample_linear(use_: TextureUse, uvs: vec4<f32>, level: f32) -> vec4<f32> {
    if use_.place == NO_TEXTURE {
        return vec4(1.0);
    }
    let p = texture_position(use_, uvs);
    let layer = use_.place & 0xffffu;
    switch use_.place >> 16u {
        case 0u: { return textureSampleLevel(linear_0, texture_sampler, p, layer, level); }
        case 1u: { return textureSampleLevel(linear_1, texture_sampler, p, layer, level); }
        case 2u: { return textureSampleLevel(linear_2, texture_sampler, p, layer, level); }
        case 3u: { return textureSampleLevel(linear_3, texture_sampler, p, layer, level); }
        default: { return textureSampleLevel(linear_4, texture_sampler, p, layer, level); }
    }
}

// Alpha of the one texel at the position, unfiltered: alpha masks are part of the exact truth.
fn texel_alpha(use_: TextureUse, uvs: vec4<f32>) -> f32 {
    if use_.place == NO_TEXTURE {
        return 1.0;
    }
    let size = texture_size(use_);
    let p = texture_position(use_, uvs);
    let texel = clamp(vec2<i32>(floor(fract(p) * size)), vec2(0), vec2(i32(size) - 1));
    let layer = use_.place & 0xffffu;
    switch use_.place >> 16u {
        case 0u: { return textureLoad(linear_0, texel, layer, 0).a; }
        case 1u: { return textureLoad(linear_1, texel, layer, 0).a; }
        case 2u: { return textureLoad(linear_2, texel, layer, 0).a; }
        case 3u: { return textureLoad(linear_3, texel, layer, 0).a; }
        default: { return textureLoad(linear_4, texel, layer, 0).a; }
    }
}

// Radiance where nothing is hit; the middle of an equirectangular picture looks along -z.
fn environment_radiance(direction: vec3<f32>) -> vec3<f32> {
    if view.environment_picture == 0u {
        return view.environment;
    }
    let d = normalize(direction);
    let p = vec2(0.5 + atan2(d.x, -d.z) * 0.15915494, acos(clamp(d.y, -1.0, 1.0)) * 0.31830989);
    return view.environment * textureSampleLevel(environment_texture, texture_sampler, p, 0.0).rgb;
}
