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

// Random permutation of 0..count, chosen by `key` (Kensler 2013, "Correlated Multi-Jittered Sampling").
fn permuted(index: u32, count: u32, key: u32) -> u32 {
    var mask = count - 1u;
    mask |= mask >> 1u;
    mask |= mask >> 2u;
    mask |= mask >> 4u;
    mask |= mask >> 8u;
    mask |= mask >> 16u;
    var i = index;
    loop {
        i ^= key;
        i *= 0xe170893du;
        i ^= key >> 16u;
        i ^= (i & mask) >> 4u;
        i ^= key >> 8u;
        i *= 0x0929eb3fu;
        i ^= key >> 23u;
        i ^= (i & mask) >> 1u;
        i *= 1u | (key >> 27u);
        i *= 0x6935fa69u;
        i ^= (i & mask) >> 11u;
        i *= 0x74dcb303u;
        i ^= (i & mask) >> 2u;
        i *= 0x9e501cc3u;
        i ^= (i & mask) >> 2u;
        i *= 0xc860a3dfu;
        i &= mask;
        i ^= i >> 5u;
        if i < count {
            break;
        }
    }
    return (i + key) % count;
}

// Four numbers in [0, 1): over the samples of a pixel the first two fall once into each cell of a square grid, in an order
// of their own for each draw; samples beyond the largest square are uniform.
fn stratified4(random: ptr<function, Random>) -> vec4<f32> {
    let key = pcg4d(vec4((*random).pixel, 0x51ed270bu + (*random).draw, view.seed.y ^ (view.seed.x * 0x9e3779b9u))).x;
    var u = random4(random);
    let side = u32(sqrt(f32(view.sample_total) + 0.5));
    let cells = side * side;
    if side > 1u && (*random).sample < cells {
        let cell = permuted((*random).sample, cells, key);
        u = vec4((vec2(f32(cell % side), f32(cell / side)) + u.xy) / f32(side), u.zw);
    }
    return u;
}
