// Choosing a direction towards light, and how likely it was to be chosen.

// A cell of the environment's picture: 256 x 128 of equal width in longitude and latitude, to be drawn from by Walker's
// alias method.
struct EnvironmentCell {
    // Share of draws that stay in the cell; the others go to `alias_`.
    threshold: f32,
    alias_: u32,
    // Density of directions in the cell, 1/sr.
    density: f32,
    unused: u32,
}

const ENVIRONMENT_COLUMNS: u32 = 256u;
const ENVIRONMENT_ROWS: u32 = 128u;

// All that is looked up while light is followed, in one buffer: some drivers allow ten in all.
struct Tables {
    energy: array<vec4<f32>, ENERGY_ENTRIES>,
    cells: array<EnvironmentCell>,
}

@group(3) @binding(0) var<storage, read> tables: Tables;

// Share of the directions above a surface in which the environment is taken to be seen: stores are mostly closed.
const OPENNESS: f32 = 0.25;

// Chance that light is sought in the environment rather than at a lamp, at a point to which the lamps may bring the
// irradiance `lamps`: only where it has a picture, and all of it where there are no lamps.
fn environment_chance(lamps: f32) -> f32 {
    if view.environment_picture == 0u || view.light_count == 0u {
        return f32(view.environment_picture);
    }
    let sky = OPENNESS * 3.14159265 * max_component(view.environment * view.environment_mean);
    return clamp(sky / max(sky + lamps, 1e-20), 0.1, 0.9);
}

// Density with which the environment's picture is sampled in a direction from a point, 1/sr.
fn environment_density(position: vec3<f32>, direction: vec3<f32>) -> f32 {
    if view.environment_picture == 0u {
        return 0.0;
    }
    let p = environment_position(direction);
    let column = min(u32(fract(p.x) * f32(ENVIRONMENT_COLUMNS)), ENVIRONMENT_COLUMNS - 1u);
    let row = min(u32(p.y * f32(ENVIRONMENT_ROWS)), ENVIRONMENT_ROWS - 1u);
    return tables.cells[row * ENVIRONMENT_COLUMNS + column].density * environment_chance(light_weights(position));
}

// u.w is below the chance of the environment, and decides between cell and alias: what is left of u.z has too few bits.
fn sample_environment(u: vec4<f32>, chance: f32) -> LightSample {
    let count = ENVIRONMENT_COLUMNS * ENVIRONMENT_ROWS;
    var cell = min(u32(u.z * f32(count)), count - 1u);
    if u.w >= tables.cells[cell].threshold * chance {
        cell = tables.cells[cell].alias_;
    }
    // Even over the cell's solid angle: in longitude, and in the cosine of the polar angle.
    let longitude = ((f32(cell % ENVIRONMENT_COLUMNS) + u.x) / f32(ENVIRONMENT_COLUMNS) - 0.5) * 6.2831853;
    let row = f32(cell / ENVIRONMENT_COLUMNS);
    let step = 3.14159265 / f32(ENVIRONMENT_ROWS);
    let height = mix(cos(row * step), cos((row + 1.0) * step), u.y);
    let radius = sqrt(max(1.0 - height * height, 0.0));
    let direction = vec3(radius * sin(longitude), height, -radius * cos(longitude));
    let density = tables.cells[cell].density * chance;
    return LightSample(direction, 1e30, environment_radiance(direction) / density, density);
}

struct LightSample {
    // Unit vector towards the lamp.
    direction: vec3<f32>,
    distance: f32,
    // Radiance that arrives, divided by the density of the choice (per steradian; 1 for points and parallel light).
    radiance: vec3<f32>,
    // Density of the direction, 1/sr; 0 for lamps without extent, which no other ray can hit.
    density: f32,
}

// Irradiance that a lamp may bring to a point, roughly: the weight with which it is chosen.
fn light_weight(light: Light, position: vec3<f32>) -> f32 {
    let power = max(light.power.x, max(light.power.y, light.power.z));
    if light.kind == 2u {
        return power;
    }
    let offset = light.place - position;
    let squared = dot(offset, offset);
    if light.kind == 1u {
        return power / max(squared, 1e-4);
    }
    let doubled = cross(light.half_u, light.half_v);
    let reach = dot(light.half_u, light.half_u) + dot(light.half_v, light.half_v);
    // A point behind the lamp gets nothing from it; one beside a long lamp sees its near end.
    let below = -dot(offset, doubled);
    let softened = squared + 0.25 * reach;
    return select(0.0, 4.0 * power * (below + 0.1 * length(doubled)) / (softened * sqrt(softened)), below > 0.0);
}

fn light_weights(position: vec3<f32>) -> f32 {
    var sum = 0.0;
    for (var i = 0u; i < view.light_count; i++) {
        sum += light_weight(lights[i], position);
    }
    return sum;
}

fn sample_light(position: vec3<f32>, u: vec4<f32>) -> LightSample {
    var s = LightSample(vec3(0.0, 1.0, 0.0), 1.0, vec3(0.0), 0.0);
    let sum = light_weights(position);
    let environment = environment_chance(sum);
    if u.w < environment {
        return sample_environment(u, environment);
    }
    if sum <= 0.0 {
        return s;
    }
    var chosen = 0u;
    var weight = 0.0;
    var left = u.z * sum;
    for (var i = 0u; i < view.light_count; i++) {
        let own = light_weight(lights[i], position);
        if own > 0.0 {
            chosen = i;
            weight = own;
            left -= own;
            if left < 0.0 {
                break;
            }
        }
    }
    // One over the probability of the choice.
    let choices = sum / (weight * (1.0 - environment));
    let light = lights[chosen];
    if light.kind == 2u {
        s.direction = -light.place;
        s.distance = 1e30;
        s.radiance = light.power * choices;
        return s;
    }
    let point = light.place + select(
        vec3(0.0),
        light.half_u * (2.0 * u.x - 1.0) + light.half_v * (2.0 * u.y - 1.0),
        light.kind == 0u,
    );
    let offset = point - position;
    let squared = max(dot(offset, offset), 1e-8);
    s.distance = sqrt(squared);
    s.direction = offset / s.distance;
    if light.kind == 1u {
        let cosine = dot(-s.direction, light.half_u);
        let cone = clamp((cosine - light.cos_outer) / max(light.cos_inner - light.cos_outer, 1e-4), 0.0, 1.0);
        let fade = s.distance / light.range;
        let window = clamp(1.0 - fade * fade * fade * fade, 0.0, 1.0);
        s.radiance = light.power * cone * cone * window * choices / squared;
        return s;
    }
    let doubled = cross(light.half_u, light.half_v);
    let area = 4.0 * length(doubled);
    let cosine = dot(-s.direction, normalize(doubled));
    if cosine <= 0.0 {
        return s;
    }
    s.density = squared / (area * cosine * choices);
    s.radiance = light.power / s.density;
    return s;
}

struct LightHit {
    t: f32,
    radiance: vec3<f32>,
    density: f32,
}

// First rectangle of light that a ray of unit direction meets before t_max.
fn hit_light(ray: Ray, t_max: f32) -> LightHit {
    var found = LightHit(t_max, vec3(0.0), 0.0);
    var weight = 0.0;
    for (var i = 0u; i < view.light_count; i++) {
        let light = lights[i];
        if light.kind != 0u {
            continue;
        }
        let doubled = cross(light.half_u, light.half_v);
        let normal = normalize(doubled);
        let slope = dot(normal, ray.direction);
        if slope >= 0.0 {
            continue;
        }
        let t = dot(light.place - ray.origin, normal) / slope;
        if t <= 0.0 || t >= found.t {
            continue;
        }
        let p = ray.origin + ray.direction * t - light.place;
        let along_u = dot(p, light.half_u) / dot(light.half_u, light.half_u);
        let along_v = dot(p, light.half_v) / dot(light.half_v, light.half_v);
        if abs(along_u) <= 1.0 && abs(along_v) <= 1.0 {
            found.t = t;
            found.radiance = light.power;
            found.density = t * t / (4.0 * length(doubled) * -slope);
            weight = light_weight(light, ray.origin);
        }
    }
    if weight > 0.0 {
        let sum = light_weights(ray.origin);
        found.density *= (1.0 - environment_chance(sum)) * weight / sum;
    }
    return found;
}
