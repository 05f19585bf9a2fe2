// Measures the functions that the path tracer is made of; `probe.rs` joins it to the crate's own WGSL.

struct Case {
    to_viewer: vec3<f32>,
    material: u32,
}

@group(2) @binding(0) var<storage, read> cases: array<Case>;
@group(2) @binding(1) var<storage, read_write> results: array<f32>;
@group(2) @binding(2) var<storage, read_write> counts: array<atomic<u32>>;

// Cells of the sphere: rows of equal angle from the normal, columns around it, and as many steps across each.
const COLUMNS: u32 = 16u;
const ROWS: u32 = 16u;
const CELLS: u32 = COLUMNS * ROWS;
const STEPS: u32 = 32u;
const DRAWS: u32 = 64u;

// The plane z = 0 as a viewer sees it.
fn case_bsdf(material: u32, to_viewer: vec3<f32>) -> Bsdf {
    var s: Surface;
    s.material = material;
    s.normal = vec3(0.0, 0.0, select(-1.0, 1.0, to_viewer.z > 0.0));
    s.face_normal = s.normal;
    s.tangent = vec4(1.0, 0.0, 0.0, s.normal.z);
    var maps: array<vec4<f32>, 13>;
    for (var i = 0; i < 13; i++) {
        maps[i] = vec4(1.0);
    }
    return bsdf_at(s, materials[material].base_color.rgb, -to_viewer, &maps);
}

fn cell_direction(row: f32, column: f32) -> vec3<f32> {
    let polar = row / f32(ROWS) * 3.14159265;
    let around = column / f32(COLUMNS) * 6.2831853;
    return vec3(sin(polar) * cos(around), sin(polar) * sin(around), cos(polar));
}

// Density and value, integrated over one cell: four numbers per case and cell.
@compute @workgroup_size(64)
fn cs_integrate(@builtin(global_invocation_id) id: vec3<u32>) {
    let b = case_bsdf(cases[id.y].material, cases[id.y].to_viewer);
    let corner = vec2(id.x / COLUMNS, id.x % COLUMNS);
    var sum = vec4(0.0);
    for (var i = 0u; i < STEPS * STEPS; i++) {
        let place = vec2<f32>(corner) + (vec2(f32(i / STEPS), f32(i % STEPS)) + 0.5) / f32(STEPS);
        let to_light = cell_direction(place.x, place.y);
        let share = sin(place.x / f32(ROWS) * 3.14159265);
        sum += vec4(bsdf_density(b, to_light), bsdf_value(b, to_light)) * share;
    }
    let step = 3.14159265 / f32(ROWS * STEPS) * 6.2831853 / f32(COLUMNS * STEPS);
    let at = (id.y * CELLS + id.x) * 4u;
    for (var i = 0u; i < 4u; i++) {
        results[at + i] = sum[i] * step;
    }
}

// Draws directions, and counts them by cell; the last count is of those that were lost. Also the mean of value over
// density, which is the light of the whole sphere.
@compute @workgroup_size(64)
fn cs_draw(@builtin(global_invocation_id) id: vec3<u32>) {
    let b = case_bsdf(cases[id.y].material, cases[id.y].to_viewer);
    var sum = vec3(0.0);
    for (var i = 0u; i < DRAWS; i++) {
        let numbers = pcg4d(vec4(id.x, id.y, i, 77u));
        let to_light = sample_bsdf(b, vec3(unit_float(numbers.x), unit_float(numbers.y), unit_float(numbers.z)));
        var cell = CELLS;
        if dot(to_light, to_light) > 0.0 {
            let polar = acos(clamp(to_light.z, -1.0, 1.0)) / 3.14159265;
            let around = fract(atan2(to_light.y, to_light.x) / 6.2831853 + 1.0);
            let row = min(u32(polar * f32(ROWS)), ROWS - 1u);
            cell = row * COLUMNS + min(u32(around * f32(COLUMNS)), COLUMNS - 1u);
            sum += bsdf_value(b, to_light) / bsdf_density(b, to_light);
        }
        atomicAdd(&counts[id.y * (CELLS + 1u) + cell], 1u);
    }
    let at = (id.y * 1024u + id.x) * 3u;
    for (var i = 0u; i < 3u; i++) {
        results[at + i] = sum[i] / f32(DRAWS);
    }
}

// Radiance per irradiance from one direction to another, and back: six numbers per case and pair.
@compute @workgroup_size(64)
fn cs_swap(@builtin(global_invocation_id) id: vec3<u32>) {
    let numbers = pcg4d(vec4(id.x, id.y, 5u, 6u));
    let a = cosine_direction(vec2(unit_float(numbers.x), unit_float(numbers.y)));
    var b = cosine_direction(vec2(unit_float(numbers.z), unit_float(numbers.w)));
    // Every fourth pair goes through the surface.
    b.z = select(b.z, -b.z, id.x % 4u == 0u);
    let from_a = case_bsdf(cases[id.y].material, a);
    let from_b = case_bsdf(cases[id.y].material, b);
    let there = bsdf_value(from_a, b * from_a.frame) / abs(b.z);
    let back = bsdf_value(from_b, a * from_b.frame) / abs(a.z);
    let at = (id.y * 1024u + id.x) * 6u;
    for (var i = 0u; i < 3u; i++) {
        results[at + i] = there[i];
        results[at + 3u + i] = back[i];
    }
}

// All numbers of a sample: x counts samples, y draws, z pixels along a Z-curve.
@compute @workgroup_size(1)
fn cs_number(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) size: vec3<u32>) {
    var pixel = vec2(0u);
    for (var i = 0u; i < 8u; i++) {
        pixel |= vec2((id.z >> (2u * i)) & 1u, (id.z >> (2u * i + 1u)) & 1u) << vec2(i);
    }
    var random = random_of(pixel + vec2<u32>(view.window_origin), id.x);
    random.draw = id.y;
    let numbers = random4(&random);
    let at = ((id.z * size.y + id.y) * size.x + id.x) * 4u;
    for (var i = 0u; i < 4u; i++) {
        results[at + i] = numbers[i];
    }
}
