// Photograph, last step with sharpening: as `develop`, then an unsharp mask on the luma of what the screen gets: the
// difference to a Gaussian blur is added, which leaves the light and dark seams that phones draw along edges.

@group(2) @binding(1) var<storage, read_write> picture: array<u32>;

// Pixels on each side that the blur looks at.
const REACH: u32 = 4u;
// Pixels that a workgroup of 8x4 needs.
const ACROSS: u32 = 8u + 2u * REACH;
const NEEDED: u32 = ACROSS * (4u + 2u * REACH);

var<workgroup> lumas: array<f32, NEEDED>;

fn luma(display: vec3<f32>) -> f32 {
    return dot(display, vec3(0.2126, 0.7152, 0.0722));
}

@compute @workgroup_size(8, 4)
fn cs_sharpen(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let corner = vec2<i32>(group.xy * vec2(8u, 4u)) - vec2(i32(REACH));
    for (var slot = lane; slot < NEEDED; slot += 32u) {
        lumas[slot] = luma(display_color(image_at(corner + vec2<i32>(vec2(slot % ACROSS, slot / ACROSS)))));
    }
    workgroupBarrier();
    let at = lane_pixel(group, lane);
    if any(at >= view.window_size) {
        return;
    }
    let own = vec2<u32>(vec2<i32>(at) - corner);
    let fall = -0.5 / (photo.sharpening_radius * photo.sharpening_radius);
    var blurred = 0.0;
    var weights = 0.0;
    for (var row = 0u; row <= 2u * REACH; row++) {
        for (var column = 0u; column <= 2u * REACH; column++) {
            let away = vec2(f32(column), f32(row)) - f32(REACH);
            let weight = exp(fall * dot(away, away));
            blurred += weight * lumas[(own.y + row - REACH) * ACROSS + own.x + column - REACH];
            weights += weight;
        }
    }
    let color = display_color(image_at(vec2<i32>(at)));
    let sharpened = color + photo.sharpening * (luma(color) - blurred / weights);
    picture[at.y * view.window_size.x + at.x] = packed_color(clamp(sharpened, vec3(0.0), vec3(1.0)));
}
