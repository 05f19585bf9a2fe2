// Colour, part one: adds samples of the light that reaches each pixel. The integrator is the function `follow` of its
// own file.

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

fn begin(pixel: vec2<i32>, random: ptr<function, Random>) -> Path {
    let place = vec2<f32>(pixel) + random4(random).xy;
    return path_along(photo_ray(place, photo_numbers(random)));
}

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
    // Samples that a pane has turned back show another place: the denoiser goes by the others, where there are any.
    var straight = Guides(vec4(0.0), vec4(0.0));
    var mirrored = straight;
    var straight_count = 0.0;
    // A lane whose path has ended begins the next one at once, so that long paths do not keep short ones waiting.
    var sample = view.sample_first;
    var random = random_of(bitcast<vec2<u32>>(pixel), sample);
    var path = begin(pixel, &random);
    loop {
        if follow(&path, &random) {
            continue;
        }
        let luminance = dot(path.radiance, vec3(0.2126, 0.7152, 0.0722));
        sum += vec4(path.radiance, 1.0);
        own.albedo.w += luminance * luminance;
        let guide = Guides(vec4(path.guide.albedo, 0.0), vec4(path.guide.normal, path.guide.depth));
        if path.is_mirrored {
            mirrored = Guides(mirrored.albedo + guide.albedo, mirrored.normal + guide.normal);
        } else {
            straight = Guides(straight.albedo + guide.albedo, straight.normal + guide.normal);
            straight_count += 1.0;
        }
        sample += 1u;
        if sample >= view.sample_first + view.sample_count {
            break;
        }
        random = random_of(bitcast<vec2<u32>>(pixel), sample);
        path = begin(pixel, &random);
    }
    let all = f32(view.sample_count);
    if straight_count > 0.0 {
        own.albedo += straight.albedo * (all / straight_count);
        own.normal += straight.normal * (all / straight_count);
    } else if view.sample_first > 0u {
        let more = all / f32(view.sample_first);
        own.albedo += vec4(own.albedo.rgb * more, 0.0);
        own.normal += own.normal * more;
    } else {
        own.albedo += mirrored.albedo;
        own.normal += mirrored.normal;
    }
    sums[index] = sum;
    guides[index] = own;
}
