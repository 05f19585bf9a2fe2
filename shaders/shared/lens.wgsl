// How the picture is taken: what lens, shutter, sensor and development do to colour. Planes of truth read none of it:
// they belong to `camera_ray`, the middle of the exposure and the centre of the lens.

struct Photo {
    // Velocity of the camera along its own axes, m/s.
    velocity: vec3<f32>,
    // Radius of the lens opening in metres; 0 is a pinhole.
    aperture: f32,
    // Angular velocity of the camera about its own axes, rad/s.
    turning: vec3<f32>,
    // Distance of the sharp plane along the optical axis, metres.
    focus: f32,
    // Seconds from the exposure of the left border to that of the right one, and from the top's to the bottom's.
    readout: vec2<f32>,
    // Width and height of the whole picture in pixels.
    picture_size: vec2<u32>,
    // Factors on red, green and blue behind the sensor.
    white_balance: vec3<f32>,
    // Seconds for which a pixel gathers light.
    shutter: f32,
    // Size of the red and of the blue picture against the green one.
    magnification: vec2<f32>,
    // Power of cos⁴ by which the picture darkens towards its corners.
    vignetting: f32,
    // Electrons that linear light of 1 frees after exposure; 0 for no noise.
    electrons: f32,
    // Standard deviation of reading a pixel, electrons.
    read_noise: f32,
    // Strength of the unsharp mask, and the standard deviation of its blur in pixels.
    sharpening: f32,
    sharpening_radius: f32,
    // 0 ACES, 1 AgX, 2 none.
    tone: u32,
    // Standard deviation in pixels of what the lens makes of a point; 0 keeps points.
    blur: f32,
    unused_0: u32,
    unused_1: u32,
    unused_2: u32,
}

@group(0) @binding(1) var<uniform> photo: Photo;

// Whether rays depend on more than their place in the picture.
fn lens_is_ideal() -> bool {
    let moves = any(photo.velocity != vec3(0.0)) || any(photo.turning != vec3(0.0));
    let lasts = photo.shutter != 0.0 || any(photo.readout != vec2(0.0));
    return photo.aperture == 0.0 && !(moves && lasts);
}

// Numbers for `photo_ray`; an ideal lens draws none.
fn photo_numbers(random: ptr<function, Random>) -> vec4<f32> {
    if lens_is_ideal() {
        return vec4(0.5);
    }
    return random4(random);
}

// Shirley and Chiu 1997, "A Low Distortion Map Between Disk and Square".
fn concentric_disc(u: vec2<f32>) -> vec2<f32> {
    let square = 2.0 * u - 1.0;
    if all(square == vec2(0.0)) {
        return vec2(0.0);
    }
    if abs(square.x) > abs(square.y) {
        let angle = 0.7853982 * (square.y / square.x);
        return square.x * vec2(cos(angle), sin(angle));
    }
    let angle = 1.5707963 - 0.7853982 * (square.x / square.y);
    return square.y * vec2(cos(angle), sin(angle));
}

// A vector turned by the camera's rotation in some seconds (Rodrigues). Sine and cosine come from their series, because
// WGSL lets a driver be wrong by 2⁻¹¹, which is half a pixel; the host keeps the angle below 1.
fn turned(v: vec3<f32>, seconds: f32) -> vec3<f32> {
    let w = photo.turning * seconds;
    let a2 = dot(w, w);
    let sine = 1.0 - a2 / 6.0 * (1.0 - a2 / 20.0 * (1.0 - a2 / 42.0));
    let cosine = 0.5 - a2 / 24.0 * (1.0 - a2 / 30.0 * (1.0 - a2 / 56.0));
    let across = cross(w, v);
    return v + across * sine + cross(w, across) * cosine;
}

// Ray through a position of the picture in pixels: from a point on the lens (u.xy) at a time of the pixel's exposure
// (u.z), counted from the exposure of the picture's middle. Rays of one position and time meet in the plane of focus.
fn photo_ray(position: vec2<f32>, u: vec4<f32>) -> Ray {
    if lens_is_ideal() {
        return camera_ray(position);
    }
    let ideal = undistort((position - view.intrinsics.zw) / view.intrinsics.xy);
    let place = (floor(position) + 0.5) / vec2<f32>(photo.picture_size) - 0.5;
    let seconds = dot(photo.readout, place) + photo.shutter * (u.z - 0.5);
    let lens = photo.aperture * concentric_disc(u.xy);
    let origin = photo.velocity * seconds + turned(vec3(lens, 0.0), seconds);
    let direction = turned(vec3(ideal.xy - lens / photo.focus, 1.0), seconds) * ideal.z;
    return Ray(view.world_from_camera * origin, view.world_from_camera * direction);
}
