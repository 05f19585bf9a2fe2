// Colour, part one: adds samples of the light that reaches each pixel. The integrator is the function `radiance_along` of
// its own file.

// Sum of the samples so far; w counts them.
@group(2) @binding(0) var<storage, read_write> sums: array<vec4<f32>>;

@compute @workgroup_size(8, 4)
fn cs_gather(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let at = lane_pixel(group, lane);
    if any(at >= view.window_size) {
        return;
    }
    let index = at.y * view.window_size.x + at.x;
    let pixel = vec2<i32>(at) + view.window_origin;
    var sum = select(sums[index], vec4(0.0), view.sample_first == 0u);
    for (var i = 0u; i < view.sample_count; i++) {
        let number = view.sample_first + i;
        var random = Random(bitcast<vec2<u32>>(pixel), number, 0u);
        let place = vec2<f32>(pixel) + stratified4(&random).xy;
        let ray = photo_ray(place, photo_numbers(&random));
        sum += vec4(radiance_along(ray, &random), 1.0);
    }
    sums[index] = sum;
}
