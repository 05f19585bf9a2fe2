// Colour, part one: adds samples of the light that reaches each pixel. The integrator is the function `radiance_along` of
// its own file.

// What the denoiser goes by.
struct Guides {
    // Sum of the first surfaces' albedo, and of the samples' squared luminance.
    albedo: vec4<f32>,
    // Sum of the first surfaces' normals, and of their depths.
    normal: vec4<f32>,
}

// Sum of the samples' radiance; w counts them.
@group(2) @binding(0) var<storage, read_write> sums: array<vec4<f32>>;
@group(2) @binding(1) var<storage, read_write> guides: array<Guides>;

@compute @workgroup_size(8, 4)
fn cs_gather(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = lane_pixel(group, lane);
    if any(at >= view.window_size) {
        return;
    }
    let index = at.y * view.window_size.x + at.x;
    let pixel = vec2<i32>(at) + view.window_origin;
    var sum = vec4(0.0);
    var own = Guides(vec4(0.0), vec4(0.0));
    if view.sample_first > 0u {
        sum = sums[index];
        own = guides[index];
    }
    for (var i = 0u; i < view.sample_count; i++) {
        var random = random_of(bitcast<vec2<u32>>(pixel), view.sample_first + i);
        let place = vec2<f32>(pixel) + random4(&random).xy;
        let ray = photo_ray(place, photo_numbers(&random));
        var guide = Guide(vec3(0.0), vec3(0.0), 0.0);
        let light = radiance_along(ray, &random, &guide);
        let luminance = dot(light, vec3(0.2126, 0.7152, 0.0722));
        sum += vec4(light, 1.0);
        own.albedo += vec4(guide.albedo, luminance * luminance);
        own.normal += vec4(guide.normal, guide.depth);
    }
    sums[index] = sum;
    guides[index] = own;
}
