// Colour, part two: mean of the samples, exposure, tone curve, sRGB bytes (red in the lowest byte).

struct Gathered {
    light: vec4<f32>,
    albedo: vec4<f32>,
    normal: vec4<f32>,
}

@group(2) @binding(0) var<storage, read> gathered: array<Gathered>;
@group(2) @binding(1) var<storage, read_write> picture: array<u32>;

@compute @workgroup_size(8, 4)
fn cs_develop(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = lane_pixel(group, lane);
    if any(at >= view.window_size) {
        return;
    }
    let index = at.y * view.window_size.x + at.x;
    let mean = gathered[index].light.rgb / max(gathered[index].light.w, 1.0);
    let bytes = vec3<u32>(srgb_from_linear(tone_curve(mean * view.exposure)) * 255.0 + 0.5);
    picture[index] = bytes.r | (bytes.g << 8u) | (bytes.b << 16u) | 0xff000000u;
}
