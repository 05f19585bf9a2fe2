// Photograph, the colour filter: of every pixel one colour is kept, red at even columns of even rows, blue at odd columns
// of odd rows, else green (Bayer, RGGB), and the other two are guessed from the neighbours by Malvar, He and Cutler 2004,
// "High-Quality Linear Interpolation for Demosaicing of Bayer-Patterned Color Images".

@group(2) @binding(1) var<storage, read_write> result: array<vec4<f32>>;

// What the sensor has at a pixel of the window: the light behind its filter.
fn raw(at: vec2<i32>) -> f32 {
    let filter_place = (inside(at) + view.window_origin) & vec2(1);
    return image_at(at)[filter_place.x + filter_place.y];
}

@compute @workgroup_size(8, 4)
fn cs_demosaic(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let own = lane_pixel(group, lane);
    if any(own >= view.window_size) {
        return;
    }
    let at = vec2<i32>(own);
    let center = raw(at);
    let beside = raw(at + vec2(-1, 0)) + raw(at + vec2(1, 0));
    let above = raw(at + vec2(0, -1)) + raw(at + vec2(0, 1));
    let far_beside = raw(at + vec2(-2, 0)) + raw(at + vec2(2, 0));
    let far_above = raw(at + vec2(0, -2)) + raw(at + vec2(0, 2));
    let corners = raw(at + vec2(-1, -1)) + raw(at + vec2(1, -1)) + raw(at + vec2(-1, 1)) + raw(at + vec2(1, 1));
    // At red and blue: green, and the colour of the corners. At green: the colours of the row and of the column.
    let green = (4.0 * center + 2.0 * (beside + above) - (far_beside + far_above)) / 8.0;
    let opposite = (6.0 * center + 2.0 * corners - 1.5 * (far_beside + far_above)) / 8.0;
    let of_row = (5.0 * center + 4.0 * beside - far_beside - corners + 0.5 * far_above) / 8.0;
    let of_column = (5.0 * center + 4.0 * above - far_above - corners + 0.5 * far_beside) / 8.0;
    let odd = ((at + view.window_origin) & vec2(1)) == vec2(1);
    var color: vec3<f32>;
    if odd.y {
        color = select(vec3(of_column, center, of_row), vec3(opposite, green, center), odd.x);
    } else {
        color = select(vec3(center, green, opposite), vec3(of_row, center, of_column), odd.x);
    }
    result[own.y * view.window_size.x + own.x] = vec4(color, 1.0);
}
