// The camera and the window of the picture that one dispatch works on.

struct View {
    // Rows of the rotation camera -> world; the world is shifted so that the camera is at its origin.
    world_from_camera: mat3x3<f32>,
    // fx, fy, cx, cy in pixels.
    intrinsics: vec4<f32>,
    // k1, k2, p1, p2.
    distortion: vec4<f32>,
    k3: f32,
    // Width of a pixel at depth 1, for texture footprints.
    pixel_spread: f32,
    // Factor from linear radiance to the tone curve's input.
    exposure: f32,
    light_count: u32,
    // Top left pixel of the window in the picture.
    window_origin: vec2<i32>,
    // Width and height of the window in pixels.
    window_size: vec2<u32>,
    // Keys of the random numbers: dataset seed and frame.
    seed: vec2<u32>,
    // First sample of this dispatch and the number of samples it takes.
    sample_first: u32,
    sample_count: u32,
    // Linear radiance where nothing is hit; multiplies the environment's picture.
    environment: vec3<f32>,
    // 1 when the environment has a picture.
    environment_picture: u32,
    // Samples of the whole picture, to sharpen texture footprints.
    sample_total: u32,
    // Surfaces that light may meet between a lamp and the first surface that is seen.
    bounces: u32,
    // Share of the environment that takes the place of further bounces at the end of a path; 0 to leave them out.
    ambient: f32,
    // Largest radiance that a sample may bring over a bounce, after exposure.
    firefly_limit: f32,
    // Mean of the environment over all directions, without the factor above.
    environment_mean: vec3<f32>,
    // How light is sought: bit 0 by choosing points of lamps, bit 1 by following reflections; both together are weighted.
    strategy: u32,
}

@group(0) @binding(0) var<uniform> view: View;

// Pixel of the window that a lane of an 8x4 workgroup works on: every eight neighbouring lanes form a block of 4x2
// pixels, because rays that start close together stay together in the tree.
fn lane_pixel(group: vec3<u32>, lane: u32) -> vec2<u32> {
    let x = (lane & 3u) | ((lane >> 1u) & 4u);
    let y = ((lane >> 2u) & 1u) | ((lane >> 3u) & 2u);
    return group.xy * vec2(8u, 4u) + vec2(x, y);
}

struct Ray {
    // Relative to the camera, in metres.
    origin: vec3<f32>,
    // Not normalised: a camera ray has z = 1 in camera space, so that its parameter is depth.
    direction: vec3<f32>,
}

// Brown-Conrady: where the lens puts an ideal point of the plane z = 1.
fn distort(p: vec2<f32>) -> vec2<f32> {
    let d = view.distortion;
    let r2 = dot(p, p);
    let radial = 1.0 + r2 * (d.x + r2 * (d.y + r2 * view.k3));
    return vec2(
        p.x * radial + 2.0 * d.z * p.x * p.y + d.w * (r2 + 2.0 * p.x * p.x),
        p.y * radial + d.z * (r2 + 2.0 * p.y * p.y) + 2.0 * d.w * p.x * p.y,
    );
}

// Inverse of `distort` by Newton's method; z is 0 where the lens model has no inverse, else 1.
fn undistort(q: vec2<f32>) -> vec3<f32> {
    if all(view.distortion == vec4(0.0)) && view.k3 == 0.0 {
        return vec3(q, 1.0);
    }
    let d = view.distortion;
    var p = q;
    for (var i = 0; i < 8; i++) {
        let error = distort(p) - q;
        let r2 = dot(p, p);
        let radial = 1.0 + r2 * (d.x + r2 * (d.y + r2 * view.k3));
        let slope = 2.0 * (d.x + r2 * (2.0 * d.y + 3.0 * r2 * view.k3));
        let a = radial + p.x * p.x * slope + 2.0 * d.z * p.y + 6.0 * d.w * p.x;
        let b = p.x * p.y * slope + 2.0 * d.z * p.x + 2.0 * d.w * p.y;
        let c = radial + p.y * p.y * slope + 6.0 * d.z * p.y + 2.0 * d.w * p.x;
        let determinant = a * c - b * b;
        if determinant < 1e-4 {
            return vec3(q, 0.0);
        }
        p -= vec2(error.x * c - error.y * b, error.y * a - error.x * b) / determinant;
    }
    return vec3(p, select(0.0, 1.0, distance(distort(p), q) < 1e-5));
}

// Ray through a position of the picture in pixels; its direction is zero where the lens model has no inverse.
fn camera_ray(position: vec2<f32>) -> Ray {
    let ideal = undistort((position - view.intrinsics.zw) / view.intrinsics.xy);
    return Ray(vec3(0.0), view.world_from_camera * vec3(ideal.xy, 1.0) * ideal.z);
}
