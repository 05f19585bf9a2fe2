// From linear radiance to the bytes of a picture. Colours are linear Rec. 709 until the very end.

// Narkowicz 2015's fit of the ACES reference transform, with its factor 0.6 from scene-referred light.
fn aces_curve(linear: vec3<f32>) -> vec3<f32> {
    let x = max(linear, vec3(0.0)) * 0.6;
    return clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), vec3(0.0), vec3(1.0));
}

// AgX (Sobotka 2022): inset primaries, 16.5 stops of log2, a sigmoid, and back. Matrices and the polynomial for the sigmoid
// are Wrensch's, "Minimal AgX Implementation", iolite-engine.com 2023; its result is encoded by a power of 2.2.
fn agx_curve(linear: vec3<f32>) -> vec3<f32> {
    let inset = mat3x3(
        vec3(0.842479062253094, 0.0423282422610123, 0.0423756549057051),
        vec3(0.0784335999999992, 0.878468636469772, 0.0784336),
        vec3(0.0792237451477643, 0.0791661274605434, 0.879142973793104),
    );
    let outset = mat3x3(
        vec3(1.19687900512017, -0.0528968517574562, -0.0529716355144438),
        vec3(-0.0980208811401368, 1.15190312990417, -0.0980434501171241),
        vec3(-0.0990297440797205, -0.0989611768448433, 1.15107367264116),
    );
    let stops = log2(max(inset * max(linear, vec3(0.0)), vec3(1e-10)));
    let x = clamp((stops + 12.47393) / 16.5, vec3(0.0), vec3(1.0));
    let sigmoid = ((((((15.5 * x - 40.14) * x + 31.96) * x - 6.868) * x + 0.4298) * x + 0.1191) * x) - 0.00232;
    return pow(clamp(outset * sigmoid, vec3(0.0), vec3(1.0)), vec3(2.2));
}

fn tone_curve(linear: vec3<f32>) -> vec3<f32> {
    switch photo.tone {
        case 1u: { return agx_curve(linear); }
        case 2u: { return clamp(linear, vec3(0.0), vec3(1.0)); }
        default: { return aces_curve(linear); }
    }
}

// IEC 61966-2-1.
fn linear_from_srgb(srgb: vec3<f32>) -> vec3<f32> {
    return select(pow((srgb + 0.055) / 1.055, vec3(2.4)), srgb / 12.92, srgb <= vec3(0.04045));
}

fn srgb_from_linear(linear: vec3<f32>) -> vec3<f32> {
    return select(1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, linear * 12.92, linear <= vec3(0.0031308));
}

// Exposure, tone curve and sRGB: what a screen gets for a radiance, 0 to 1.
fn display_color(radiance: vec3<f32>) -> vec3<f32> {
    return srgb_from_linear(tone_curve(radiance * view.exposure));
}

// Four bytes with red in the lowest.
fn packed_color(display: vec3<f32>) -> u32 {
    let bytes = vec3<u32>(display * 255.0 + 0.5);
    return bytes.r | (bytes.g << 8u) | (bytes.b << 16u) | 0xff000000u;
}
