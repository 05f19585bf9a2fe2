// Random numbers as a pure function of (seed, frame, pixel, sample, draw): a tile alone equals the tile of the whole frame.

// Jarzynski and Olano 2020, "Hash Functions for GPU Rendering": pcg4d.
fn pcg4d(key: vec4<u32>) -> vec4<u32> {
    var v = key * 1664525u + 1013904223u;
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    v ^= v >> vec4(16u);
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    return v;
}

struct Random {
    pixel: vec2<u32>,
    sample: u32,
    draw: u32,
}

// Four numbers in [0, 1).
fn random4(random: ptr<function, Random>) -> vec4<f32> {
    let key = vec4((*random).pixel, (*random).sample * 64u + (*random).draw, view.seed.y) ^ vec4(0u, 0u, view.seed.x, view.seed.x * 0x9e3779b9u);
    (*random).draw += 1u;
    return vec4<f32>(pcg4d(key) >> vec4(8u)) * 5.9604645e-8;
}
