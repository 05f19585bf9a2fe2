// Photograph, last step without sharpening: exposure, tone curve, sRGB bytes (red in the lowest byte).

@group(2) @binding(1) var<storage, read_write> picture: array<u32>;

@compute @workgroup_size(8, 4)
fn cs_develop(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = lane_pixel(group, lane);
    if any(at >= view.window_size) {
        return;
    }
    picture[at.y * view.window_size.x + at.x] = packed_color(display_color(image_at(vec2<i32>(at))));
}
