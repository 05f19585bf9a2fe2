// How much light the lobes send back, from the table that src/render/energy.rs makes: what one lobe takes, the next one
// below it cannot have.

const ENERGY_SIZE: u32 = 32u;

// Row per roughness, column per square root of the cosine: reflection of a GGX surface split by Schlick's curve (share
// of f0, share of f90), and of a sheen of colour 1. After the rows, the same averaged over the cosines for each roughness.
const ENERGY_ENTRIES: u32 = ENERGY_SIZE * ENERGY_SIZE + ENERGY_SIZE;

// Share of the light from a direction that is sent back; the cosine is that of the direction.
fn energy_at(roughness: f32, cosine: f32) -> vec3<f32> {
    let x = sqrt(clamp(cosine, 0.0, 1.0)) * f32(ENERGY_SIZE - 1u);
    let y = clamp(roughness, 0.0, 1.0) * f32(ENERGY_SIZE - 1u);
    let column = min(u32(x), ENERGY_SIZE - 2u);
    let row = min(u32(y), ENERGY_SIZE - 2u);
    let i = row * ENERGY_SIZE + column;
    let upper = mix(tables.energy[i], tables.energy[i + 1u], x - f32(column));
    let lower = mix(tables.energy[i + ENERGY_SIZE], tables.energy[i + ENERGY_SIZE + 1u], x - f32(column));
    return mix(upper, lower, y - f32(row)).xyz;
}

// Mean of `energy_at` over the directions of diffuse light.
fn energy_mean(roughness: f32) -> vec3<f32> {
    let y = clamp(roughness, 0.0, 1.0) * f32(ENERGY_SIZE - 1u);
    let row = min(u32(y), ENERGY_SIZE - 2u);
    let i = ENERGY_SIZE * ENERGY_SIZE + row;
    return mix(tables.energy[i], tables.energy[i + 1u], y - f32(row)).xyz;
}
