// From linear radiance to the bytes of a picture.

// Filmic tone curve: Narkowicz 2015's fit of the ACES reference transform, with its factor 0.6 from scene-referred light.
fn tone_curve(linear: vec3<f32>) -> vec3<f32> {
    let x = max(linear, vec3(0.0)) * 0.6;
    return clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), vec3(0.0), vec3(1.0));
}

// IEC 61966-2-1.
fn srgb_from_linear(linear: vec3<f32>) -> vec3<f32> {
    return select(1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, linear * 12.92, linear <= vec3(0.0031308));
}
