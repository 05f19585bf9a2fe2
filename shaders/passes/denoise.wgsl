// Takes noise from the colour picture: one level of an edge-avoiding à-trous wavelet filter (Dammertz et al. 2010), with the
// variance of each pixel deciding how far its luminance may be from its neighbours' (Schied et al. 2017, "Spatiotemporal
// Variance-Guided Filtering", its spatial part). Light is filtered without the surfaces' own colour, so that prints
// stay sharp. The levels look 2, 4, 8, ... pixels away; `LEVEL` and `LAST_LEVEL` are prepended.

struct Guides {
    albedo: vec4<f32>,
    normal: vec4<f32>,
}

// The first level reads the sums of the samples with their number in w; the others read light in rgb and its variance in w.
@group(2) @binding(0) var<storage, read> image: array<vec4<f32>>;
@group(2) @binding(1) var<storage, read> guides: array<Guides>;
@group(2) @binding(2) var<storage, read_write> result: array<vec4<f32>>;

fn index_of_pixel(at: vec2<i32>) -> u32 {
    return u32(at.y) * view.window_size.x + u32(at.x);
}

// Colour of the surface, without zeros to divide by.
fn surface_color(index: u32) -> vec3<f32> {
    return max(guides[index].albedo.rgb / f32(view.sample_count), vec3(0.02));
}

fn luminance(color: vec3<f32>) -> f32 {
    return dot(color, vec3(0.2126, 0.7152, 0.0722));
}

// Light without the surface's colour, and the variance of its luminance.
fn light_at(index: u32) -> vec4<f32> {
    let own = image[index];
    if LEVEL > 0u {
        return own;
    }
    let count = max(own.w, 1.0);
    let mean = own.rgb / count;
    let color = surface_color(index);
    let squared = guides[index].albedo.w / count;
    let brightness = luminance(mean);
    // Few samples know little of their spread: they are taken as at least half as far apart as they are bright.
    let spread = max((squared - brightness * brightness) / max(count - 1.0, 1.0), brightness * brightness * 0.25 / count);
    let scale = luminance(color);
    return vec4(mean / color, spread / (scale * scale));
}

fn depth_at(at: vec2<i32>) -> f32 {
    let p = clamp(at, vec2(0), vec2<i32>(view.window_size) - 1);
    return guides[index_of_pixel(p)].normal.w / f32(view.sample_count);
}

@compute @workgroup_size(8, 4)
fn cs_smooth(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let lane_at = lane_pixel(group, lane);
    if any(lane_at >= view.window_size) {
        return;
    }
    let at = vec2<i32>(lane_at);
    let last = vec2<i32>(view.window_size) - 1;
    let index = index_of_pixel(at);
    var own = light_at(index);
    let color = surface_color(index);
    let normal = guides[index].normal.xyz;
    let facing = normal * inverseSqrt(max(dot(normal, normal), 1e-12));
    let depth = depth_at(at);
    let slope = 0.5 * abs(vec2(depth_at(at + vec2(1, 0)) - depth_at(at - vec2(1, 0)), depth_at(at + vec2(0, 1)) - depth_at(at - vec2(0, 1))));
    // Variance of the neighbourhood: that of a single pixel is noisy itself.
    var variance = 0.0;
    var brightest = 0.0;
    for (var i = 0; i < 9; i++) {
        let p = clamp(at + vec2(i % 3 - 1, i / 3 - 1), vec2(0), last);
        let near = light_at(index_of_pixel(p));
        variance += near.w / 9.0;
        if any(p != at) {
            brightest = max(brightest, luminance(near.rgb));
        }
    }
    // A spark that outshines all its neighbours is dimmed to the brightest of them.
    if LEVEL == 0u {
        own *= min(1.0, brightest / max(luminance(own.rgb), 1e-9));
    }
    let tolerance = 3.0 * sqrt(max(variance, 0.0)) + 1e-4;
    let brightness = luminance(own.rgb);
    let taps = array<f32, 3>(0.375, 0.25, 0.0625);
    var sum = vec3(0.0);
    var spread = 0.0;
    var weights = 0.0;
    for (var y = -2; y <= 2; y++) {
        for (var x = -2; x <= 2; x++) {
            let offset = vec2(x, y) * i32(1u << LEVEL);
            let p = at + offset;
            if any(p < vec2(0)) || any(p > last) {
                continue;
            }
            let q = index_of_pixel(p);
            let other = light_at(q);
            var weight = taps[abs(x)] * taps[abs(y)];
            if any(offset != vec2(0)) {
                let their = guides[q].normal.xyz;
                let turned = max(dot(facing, their * inverseSqrt(max(dot(their, their), 1e-12))), 0.0);
                let away = abs(depth_at(p) - depth) / (dot(slope, abs(vec2<f32>(offset))) + 0.003 * depth + 1e-4);
                let change = surface_color(q) - color;
                weight *= pow(turned, 32.0) * exp(-away - dot(change, change) * 8.0 - abs(luminance(other.rgb) - brightness) / tolerance);
            }
            sum += other.rgb * weight;
            spread += other.w * weight * weight;
            weights += weight;
        }
    }
    let smooth_ = vec4(sum / weights, spread / (weights * weights));
    result[index] = select(smooth_, vec4(smooth_.rgb * color, 1.0), LEVEL == LAST_LEVEL);
}
