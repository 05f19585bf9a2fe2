// Photograph, the lens: blur of a point, lateral chromatic aberration, vignetting.

@group(2) @binding(1) var<storage, read_write> result: array<vec4<f32>>;

// What arrives at a position in pixels: a Gaussian around it, or a mix of the four pixels whose centres are nearest.
fn image_around(position: vec2<f32>) -> vec3<f32> {
    let corner = floor(position - 0.5);
    let share = position - 0.5 - corner;
    let at = vec2<i32>(corner) - view.window_origin;
    if photo.blur > 0.0 {
        let fall = -0.5 / (photo.blur * photo.blur);
        let reach = i32(ceil(3.0 * photo.blur));
        var sum = vec4(0.0);
        for (var y = -reach; y <= reach + 1; y++) {
            for (var x = -reach; x <= reach + 1; x++) {
                let away = vec2(f32(x), f32(y)) - share;
                sum += vec4(image_at(at + vec2(x, y)), 1.0) * exp(fall * dot(away, away));
            }
        }
        return sum.rgb / sum.w;
    }
    let upper = mix(image_at(at), image_at(at + vec2(1, 0)), share.x);
    let lower = mix(image_at(at + vec2(0, 1)), image_at(at + vec2(1, 1)), share.x);
    return mix(upper, lower, share.y);
}

@compute @workgroup_size(8, 4)
fn cs_refract(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = lane_pixel(group, lane);
    if any(at >= view.window_size) {
        return;
    }
    let position = vec2<f32>(vec2<i32>(at) + view.window_origin) + 0.5;
    let arm = position - view.intrinsics.zw;
    var color: vec3<f32>;
    if photo.blur > 0.0 {
        color = image_around(position);
    } else {
        color = image_at(vec2<i32>(at));
    }
    // The red picture is larger by its magnification, so what it shows here lies nearer to the axis.
    if photo.magnification.x != 1.0 {
        color.r = image_around(view.intrinsics.zw + arm / photo.magnification.x).r;
    }
    if photo.magnification.y != 1.0 {
        color.b = image_around(view.intrinsics.zw + arm / photo.magnification.y).b;
    }
    // cos⁴ of the angle to the axis is the natural falloff of a thin lens; software has taken a part of it out.
    let slope = undistort(arm / view.intrinsics.xy).xy;
    let falloff = pow(1.0 + dot(slope, slope), -2.0 * photo.vignetting);
    result[at.y * view.window_size.x + at.x] = vec4(color * falloff, 1.0);
}
