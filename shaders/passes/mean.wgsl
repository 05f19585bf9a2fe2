// Colour as it is measured: the mean radiance of each pixel's samples, linear and without exposure.

@group(2) @binding(0) var<storage, read> sums: array<vec4<f32>>;
@group(2) @binding(1) var<storage, read_write> plane: array<f32>;

@compute @workgroup_size(8, 4)
fn cs_average(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = lane_pixel(group, lane);
    if any(at >= view.window_size) {
        return;
    }
    let index = at.y * view.window_size.x + at.x;
    let mean = sums[index].rgb / max(sums[index].w, 1.0);
    plane[index * 3u] = mean.r;
    plane[index * 3u + 1u] = mean.g;
    plane[index * 3u + 2u] = mean.b;
}
