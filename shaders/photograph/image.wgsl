// What all steps of the photograph read: linear radiance of the window's pixels. Before the first step it is the sum of
// the samples with their number in w; every step leaves a mean with w = 1.

@group(2) @binding(0) var<storage, read> image: array<vec4<f32>>;

// Pixel of the window for any place: beyond the border the picture is mirrored in its outermost pixels, which keeps
// the colours of a mosaic in their places. Windows are larger than what is kept of them by the reach of all steps, unless
// the picture itself ends.
fn inside(at: vec2<i32>) -> vec2<i32> {
    let last = vec2<i32>(view.window_size) - 1;
    let mirrored = last - abs(last - abs(at));
    return clamp(mirrored, vec2(0), last);
}

fn image_at(at: vec2<i32>) -> vec3<f32> {
    let pixel = inside(at);
    let sum = image[pixel.y * i32(view.window_size.x) + pixel.x];
    return sum.rgb / max(sum.w, 1.0);
}
