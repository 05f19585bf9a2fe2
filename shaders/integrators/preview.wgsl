// Preview: direct light with soft shadows, and one bounce.
//
// Lamps are sampled twice, by area and by the surface's reflection, weighted by the power heuristic (Veach 1995), so that
// glossy lids mirror the strips without fireflies. Light beyond the first bounce is replaced by a share of the
// environment's radiance. Transmission is not traced: glass shows its base colour.

// Share of the environment that further bounces would bring, for a place that is mostly closed.
const AMBIENT: f32 = 0.35;

// Largest radiance that a sample may bring from its bounce, after exposure: keeps single bright paths from speckling.
const BOUNCE_LIMIT: f32 = 8.0;

// Lifts a ray's start off the surface: relative to its distance from the camera, where the rounding errors come from.
fn lifted(position: vec3<f32>, normal: vec3<f32>, direction: vec3<f32>) -> vec3<f32> {
    let lift = max(2e-5, 4e-6 * max_component(abs(position)));
    return position + normal * select(-lift, lift, dot(normal, direction) > 0.0);
}

// Alpha at a hit decides at random whether the surface is there; true when the ray goes on.
fn passes_through(s: Surface, alpha: f32, u: f32) -> bool {
    return (materials[s.material].flags & 3u) == 2u && u >= alpha;
}

fn emitted(s: Surface, cone_width: f32) -> vec3<f32> {
    let emissive = materials[s.material].emissive;
    if all(emissive == vec3(0.0)) {
        return vec3(0.0);
    }
    let use_ = materials[s.material].emissive_texture;
    return emissive * sample_srgb(use_, s.uvs, texture_level(s, use_, cone_width)).rgb;
}

fn radiance_along(camera: Ray, random: ptr<function, Random>) -> vec3<f32> {
    let spread = view.pixel_spread * inverseSqrt(f32(clamp(view.sample_total, 1u, 16u)));
    var radiance = vec3(0.0);
    var throughput = vec3(1.0);
    var ray = camera;
    var cone_width = 0.0;
    var t_min = 0.0;
    var bounce = 0u;
    var layers = 0u;
    var density = 0.0;
    loop {
        let hit = trace(ray, t_min, 3e38, false, 0u);
        // A reflection that meets a lamp: the other half of the light sampling at the surface before.
        if bounce == 1u {
            let lamp = hit_light(ray, hit.t);
            if lamp.t < hit.t {
                let weight = density * density / (density * density + lamp.density * lamp.density);
                return radiance + min(throughput * lamp.radiance * weight, vec3(BOUNCE_LIMIT / view.exposure));
            }
        }
        if hit.instance == NO_HIT {
            let sky = throughput * environment_radiance(ray.direction);
            return radiance + select(sky, min(sky, vec3(BOUNCE_LIMIT / view.exposure)), bounce == 1u);
        }
        let s = surface_at(hit, ray.direction);
        let width = cone_width + hit.t * spread;
        let base = base_color_at(s, width);
        let u = stratified4(random);
        if passes_through(s, base.a, u.w) && layers < 8u {
            layers += 1u;
            t_min = hit.t * 1.000001 + 1e-6;
            continue;
        }
        let glow = throughput * emitted(s, width);
        radiance += select(glow, min(glow, vec3(BOUNCE_LIMIT / view.exposure)), bounce == 1u);
        if (materials[s.material].flags & 4u) != 0u {
            return radiance + throughput * base.rgb;
        }
        let to_viewer = -normalize(ray.direction);
        var bsdf = bsdf_at(s, base.rgb, width);
        if bounce == 1u {
            // The end of the path is shaded without reflection: its share stays in the diffuse base.
            bsdf.diffuse += bsdf.f0;
            bsdf.f0 = vec3(0.0);
            bsdf.f90 = 0.0;
            radiance += throughput * bsdf.diffuse * view.environment_mean * AMBIENT;
        }
        let light = sample_light(s.position, u.xyz);
        if max_component(light.radiance) > 0.0 {
            var value = bsdf_value(bsdf, to_viewer, light.direction) * light.radiance;
            if light.density > 0.0 && bounce == 0u {
                let other = bsdf_density(bsdf, to_viewer, light.direction);
                value *= light.density * light.density / (light.density * light.density + other * other);
            }
            if max_component(value) > 0.0 && dot(s.face_normal, light.direction) > 0.0 {
                let shadow = Ray(lifted(s.position, s.face_normal, light.direction), light.direction);
                if trace(shadow, 0.0, light.distance - 1e-4, true, 0u).instance == NO_HIT {
                    let added = throughput * value;
                    radiance += select(added, min(added, vec3(BOUNCE_LIMIT / view.exposure)), bounce == 1u);
                }
            }
        }
        if bounce == 1u {
            return radiance;
        }
        let draw = stratified4(random);
        let direction = sample_bsdf(bsdf, to_viewer, draw.xyz);
        density = bsdf_density(bsdf, to_viewer, direction);
        if density <= 0.0 || dot(direction, s.face_normal) <= 0.0 {
            return radiance;
        }
        throughput *= bsdf_value(bsdf, to_viewer, direction) / density;
        ray = Ray(lifted(s.position, s.face_normal, direction), direction);
        t_min = 0.0;
        // A rough bounce may look at blurred textures.
        cone_width = width + 0.02;
        bounce = 1u;
    }
    return radiance;
}
