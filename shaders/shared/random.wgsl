// Random numbers as a pure function of (seed, frame, pixel, sample, draw): a tile alone equals the tile of the whole frame.
//
// Every draw of two numbers is a Sobol sequence of its own, scrambled after Owen by hashing (Burley 2020, "Practical
// Hash-based Owen Scrambling"). Pixels take their samples from it in the order of a Z-curve (Ahmed and Wonka 2020,
// "Screen-Space Blue-Noise Diffusion of Monte Carlo Sampling Error via Hierarchical Ordering of Pixels"): the samples of
// a pixel are evenly spread, and so are those of each block of 2x2, 4x4, ... pixels, which pushes the noise to high
// frequencies of the screen.

struct Random {
    // First number of the pixel's samples in the sequence, and the sample's own number.
    base: u32,
    sample: u32,
    // Key of the pixel's block of 256x256.
    block: u32,
    draw: u32,
}

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

// The eight low bits, with a zero between each two.
fn spread_bits(value: u32) -> u32 {
    var x = value & 0xffu;
    x = (x | (x << 4u)) & 0x0f0fu;
    x = (x | (x << 2u)) & 0x3333u;
    return (x | (x << 1u)) & 0x5555u;
}

// Numbers of one sample of a pixel; `view.sample_total` says how many the pixel takes.
fn random_of(pixel: vec2<u32>, sample: u32) -> Random {
    // Powers of two, so that no two pixels share a number; beyond 65,536 samples they do.
    let bits = min(32u - countLeadingZeros(max(view.sample_total, 1u) - 1u), 16u);
    let place = spread_bits(pixel.x) | (spread_bits(pixel.y) << 1u);
    let block = pcg4d(vec4(pixel >> vec2(8u), view.seed)).x;
    return Random(place << bits, sample, block, 0u);
}

// Owen's scrambling of the bits below each bit, for numbers with reversed bits (Vegdahl 2021's constants, "Building a
// Better LK Hash").
fn scramble_reversed(value: u32, key: u32) -> u32 {
    var x = value ^ (value * 0x3d20adeau);
    x += key;
    x *= (key >> 16u) | 1u;
    x ^= x * 0x05526c56u;
    return x ^ (x * 0x53a22864u);
}

// Second dimension of the Sobol sequence with reversed bits: Pascal's triangle modulo 2 as five steps.
fn sobol_second_reversed(index: u32) -> u32 {
    var x = index;
    x ^= (x >> 16u) & 0x0000ffffu;
    x ^= (x >> 8u) & 0x00ff00ffu;
    x ^= (x >> 4u) & 0x0f0f0f0fu;
    x ^= (x >> 2u) & 0x33333333u;
    return x ^ ((x >> 1u) & 0x55555555u);
}

fn unit_float(value: u32) -> f32 {
    return f32(value >> 8u) * 5.9604645e-8;
}

// Two numbers in [0, 1) of the sequence with this key.
fn sobol2(random: Random, keys: vec3<u32>) -> vec2<f32> {
    let order = reverseBits(scramble_reversed(reverseBits(random.base + random.sample), keys.x));
    let first = reverseBits(scramble_reversed(order, keys.y));
    let second = reverseBits(scramble_reversed(sobol_second_reversed(order), keys.z));
    return vec2(unit_float(first), unit_float(second));
}

// Four numbers in [0, 1); the first two are evenly spread over a square, and so are the last two.
fn random4(random: ptr<function, Random>) -> vec4<f32> {
    let keys = pcg4d(vec4((*random).draw, (*random).block, view.seed));
    let more = pcg4d(keys);
    (*random).draw += 1u;
    return vec4(sobol2(*random, keys.xyz), sobol2(*random, more.xyz));
}
