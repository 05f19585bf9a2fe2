// Reads one plane of truth off the visibility pass. The plane itself is the function `plane_value` of its own file; it
// returns the bits of up to four channels.

struct PixelHit {
    instance: u32,
    triangle: u32,
    t: f32,
    u: f32,
    v: f32,
}

@group(2) @binding(0) var<storage, read> hits: array<PixelHit>;
@group(2) @binding(1) var<storage, read_write> plane: array<u32>;

@compute @workgroup_size(8, 4)
fn cs_read(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = lane_pixel(group, lane);
    if any(at >= view.window_size) {
        return;
    }
    let index = at.y * view.window_size.x + at.x;
    let pixel = hits[index];
    let hit = Hit(pixel.instance, pixel.triangle, pixel.t, vec2(pixel.u, pixel.v));
    let ray = camera_ray(vec2<f32>(vec2<i32>(at) + view.window_origin) + 0.5);
    let value = plane_value(hit, ray);
    for (var channel = 0u; channel < PLANE_CHANNELS; channel++) {
        plane[index * PLANE_CHANNELS + channel] = value[channel];
    }
}
