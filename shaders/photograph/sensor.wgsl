// Photograph, the sensor: noise of the light itself (shot noise) and of the electronics (read noise), then the gains of the
// white balance. Both noises are normal: the Poisson law of the first is near to it from ten electrons on.

@group(2) @binding(1) var<storage, read_write> result: array<vec4<f32>>;

// Three standard normal numbers per pixel (Box and Muller 1958).
fn normal3(pixel: vec2<i32>) -> vec3<f32> {
    let key = bitcast<vec2<u32>>(pixel);
    let bits = pcg4d(vec4(key, view.seed.x ^ 0x5e7504a1u, view.seed.y));
    let u = (vec4<f32>(bits >> vec4(8u)) + vec4(1.0, 0.0, 1.0, 0.0)) * 5.9604645e-8;
    let radius = sqrt(-2.0 * log(u.xz));
    let angle = 6.2831855 * u.yw;
    return vec3(radius.x * cos(angle.x), radius.x * sin(angle.x), radius.y * cos(angle.y));
}

@compute @workgroup_size(8, 4)
fn cs_expose(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = lane_pixel(group, lane);
    if any(at >= view.window_size) {
        return;
    }
    var color = image_at(vec2<i32>(at));
    let gain = photo.electrons * view.exposure;
    if gain > 0.0 {
        let signal = max(color, vec3(0.0)) * gain;
        let noise = normal3(vec2<i32>(at) + view.window_origin) * sqrt(signal + photo.read_noise * photo.read_noise);
        color = (signal + noise) / gain;
    }
    result[at.y * view.window_size.x + at.x] = vec4(color * photo.white_balance, 1.0);
}
