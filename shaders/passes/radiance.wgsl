// Colour, part one: adds samples of the light that reaches each pixel. The integrator is the function `radiance_along` of
// its own file.

struct Gathered {
    // Sum of the samples' radiance; w counts them.
    light: vec4<f32>,
    // Sum of the first surfaces' albedo, and of the squared luminance.
    albedo: vec4<f32>,
    // Sum of the first surfaces' normals, and of their depths.
    normal: vec4<f32>,
}

@group(2) @binding(0) var<storage, read_write> gathered: array<Gathered>;

@compute @workgroup_size(8, 4)
fn cs_gather(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = lane_pixel(group, lane);
    if any(at >= view.window_size) {
        return;
    }
    let index = at.y * view.window_size.x + at.x;
    let pixel = vec2<i32>(at) + view.window_origin;
    var sum = Gathered(vec4(0.0), vec4(0.0), vec4(0.0));
    if view.sample_first > 0u {
        sum = gathered[index];
    }
    for (var i = 0u; i < view.sample_count; i++) {
        var random = random_of(bitcast<vec2<u32>>(pixel), view.sample_first + i);
        let ray = camera_ray(vec2<f32>(pixel) + random4(&random).xy);
        var guide = Guide(vec3(0.0), vec3(0.0), 0.0);
        let light = radiance_along(ray, &random, &guide);
        let luminance = dot(light, vec3(0.2126, 0.7152, 0.0722));
        sum.light += vec4(light, 1.0);
        sum.albedo += vec4(guide.albedo, luminance * luminance);
        sum.normal += vec4(guide.normal, guide.depth);
    }
    gathered[index] = sum;
}
