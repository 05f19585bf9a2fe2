// One ray through the centre of every pixel: what is seen there. All planes of truth are read off its result.

struct PixelHit {
    // Instance number in the scene's list, NO_HIT if nothing is hit.
    instance: u32,
    triangle: u32,
    t: f32,
    u: f32,
    v: f32,
}

@group(2) @binding(0) var<storage, read_write> hits: array<PixelHit>;

@compute @workgroup_size(8, 4)
fn cs_see(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = lane_pixel(group, lane);
    if any(at >= view.window_size) {
        return;
    }
    let pixel = vec2<i32>(at) + view.window_origin;
    let hit = trace(camera_ray(vec2<f32>(pixel) + 0.5), 0.0, 3e38, LABEL, 0u);
    hits[at.y * view.window_size.x + at.x] = PixelHit(hit.instance, hit.triangle, hit.t, hit.barycentric.x, hit.barycentric.y);
}
