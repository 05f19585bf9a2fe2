// Light along a camera ray, by following one path of it backwards from surface to surface (Kajiya 1986; Pharr, Jakob and
// Humphreys, "Physically Based Rendering", 4th edition, chapter 13).
//
// At each surface light is sought twice, at the lamps and along the surface's own reflection, weighted by the power
// heuristic (Veach 1995), so that neither a small lamp nor a glossy lid speckles. Thin walls are passed straight, by
// paths and shadow rays alike; media bend light, and their lamps are found by the path alone. With `view.ambient` paths
// are cut short, and a share of the environment stands for the rest of the light: the preview.

// Media, films and blended layers that a path may cross on top of its bounces.
const MOST_CROSSINGS: u32 = 64u;
// Bounces after which dark paths end at random.
const ROULETTE_AFTER: u32 = 2u;

// What the first surface is like, for the denoiser.
struct Guide {
    albedo: vec3<f32>,
    normal: vec3<f32>,
    depth: f32,
}

// Lifts a ray's start off the surface: relative to its distance from the camera, where the rounding errors come from.
fn lifted(position: vec3<f32>, normal: vec3<f32>, direction: vec3<f32>) -> vec3<f32> {
    let lift = max(2e-5, 4e-6 * max_component(abs(position)));
    return position + normal * select(-lift, lift, dot(normal, direction) > 0.0);
}

// Light that a bounce brings, held below the limit.
fn tamed(light: vec3<f32>, bounce: u32) -> vec3<f32> {
    let limit = view.firefly_limit / view.exposure;
    return select(light * min(1.0, limit / max(max_component(light), 1e-12)), light, bounce == 0u);
}

// Power heuristic for a direction that two ways of sampling might have found.
fn weight_of(own: f32, other: f32) -> f32 {
    let ratio = other / own;
    return 1.0 / (1.0 + ratio * ratio);
}

// Weight of light that a path has run into; `density` is that of its direction, `chosen` that of choosing the light there.
fn found_weight(density: f32, chosen: f32) -> f32 {
    if density < 0.0 || chosen <= 0.0 || (view.strategy & 1u) == 0u {
        return 1.0;
    }
    return select(0.0, weight_of(density, chosen), (view.strategy & 2u) != 0u);
}

// A direction on one side of a face: where the shading normal has led it to the other one, its mirror image.
fn on_side(direction: vec3<f32>, face_normal: vec3<f32>, is_outer: bool) -> vec3<f32> {
    let height = dot(direction, face_normal);
    return direction - face_normal * select(0.0, 2.0 * height, (height > 0.0) != is_outer);
}

struct Crossing {
    // Direction of the light's way on, and the colour it keeps.
    direction: vec3<f32>,
    tint: vec3<f32>,
    // Density of the direction, 1/sr; negative where only the path itself can find it.
    density: f32,
    media: vec4<u32>,
    // The ray goes on as if nothing were there.
    is_straight: bool,
}

// Mirrors or refracts a path at the surface of a medium: Walter et al. 2007, "Microfacet Models for Refraction through
// Rough Surfaces", with visible normals.
fn cross_medium(s: Surface, direction: vec3<f32>, base: vec3<f32>, roughness: f32, normal: vec3<f32>, media: vec4<u32>, u: vec3<f32>) -> Crossing {
    let outside = medium_of(select(leave_medium(media, s.material), media, s.front));
    let changed = select(leave_medium(media, s.material), enter_medium(media, s.material), s.front);
    let inside = medium_of(select(media, changed, s.front));
    var crossing = Crossing(direction, vec3(1.0), -1.0, changed, true);
    if inside != s.material || outside == s.material {
        // Another medium is here, and stays.
        return crossing;
    }
    let eta = select(index_of(outside) / index_of(s.material), index_of(s.material) / index_of(outside), s.front);
    let frame = frame_around(normal);
    let view_in_frame = -direction * frame;
    let v = normalize(vec3(view_in_frame.xy, max(view_in_frame.z, 1e-3)));
    var h = vec3(0.0, 0.0, 1.0);
    let alpha = vec2(roughness * roughness);
    if roughness >= POLISHED {
        h = sample_visible_normal(alpha, v, u.xy);
    }
    let cosine = dot(v, h);
    let reflectance = fresnel_dielectric(cosine, eta);
    crossing.is_straight = false;
    var light = reflect(-v, h);
    let is_mirrored = u.z < reflectance;
    if is_mirrored {
        crossing.media = media;
        if light.z <= 0.0 {
            crossing.tint = vec3(0.0);
        }
    } else {
        let behind = sqrt(max(1.0 - (1.0 - cosine * cosine) / (eta * eta), 0.0));
        light = (h * cosine - v) / eta - h * behind;
        // Radiance is squeezed into fewer directions where light slows down.
        crossing.tint = base / (eta * eta);
        if light.z >= 0.0 {
            crossing.tint = vec3(0.0);
        }
    }
    if roughness >= POLISHED {
        crossing.tint *= ggx_masking(alpha, light);
    }
    crossing.direction = on_side(frame * light, s.face_normal, is_mirrored);
    return crossing;
}

// Lets a path through a thin wall or sends it back; a rough wall scatters alike on both sides, and what bounces between
// its hills leaves like the rest.
fn cross_wall(s: Surface, direction: vec3<f32>, base: vec3<f32>, roughness: f32, normal: vec3<f32>, media: vec4<u32>, u: vec3<f32>) -> Crossing {
    var crossing = Crossing(direction, vec3(1.0), -1.0, media, false);
    let frame = frame_around(normal);
    let view_in_frame = -direction * frame;
    let v = normalize(vec3(view_in_frame.xy, max(view_in_frame.z, 1e-3)));
    // As shadow rays decide it, which do not look at the map.
    let is_smooth = materials[s.material].roughness <= SMOOTH;
    var h = vec3(0.0, 0.0, 1.0);
    let alpha = vec2(roughness * roughness);
    if roughness >= POLISHED && !is_smooth {
        h = sample_visible_normal(alpha, v, u.xy);
    }
    let straight_cosine = select(dot(v, h), abs(dot(direction, s.face_normal)), is_smooth);
    let reflectance = wall_reflectance(s.material, straight_cosine);
    let chance = clamp(max_component(reflectance), 0.05, 0.95);
    if u.z >= chance {
        crossing.tint = base * (vec3(1.0) - reflectance) / (1.0 - chance);
        if is_smooth {
            crossing.is_straight = true;
            return crossing;
        }
    } else {
        crossing.tint = reflectance / chance;
        if is_smooth && roughness >= POLISHED {
            h = sample_visible_normal(alpha, v, u.xy);
        }
    }
    var light = reflect(-v, h);
    if light.z <= 0.0 {
        crossing.tint = vec3(0.0);
    }
    if roughness >= POLISHED {
        let e = energy_at(roughness, v.z);
        crossing.tint *= ggx_masking(alpha, light) / (e.x + e.y);
    }
    let is_mirrored = u.z < chance;
    if !is_mirrored {
        light.z = -light.z;
    }
    crossing.direction = on_side(frame * light, s.face_normal, is_mirrored);
    return crossing;
}

// A path under way: all that its next step needs, but for its random numbers.
struct Path {
    ray: Ray,
    // Where on the ray the path goes on.
    t_min: f32,
    // What it has brought, and what more would be worth.
    radiance: vec3<f32>,
    throughput: vec3<f32>,
    cone_width: f32,
    bounce: u32,
    crossings: u32,
    // Density of the ray's direction where the light sampling at its start might have found the same light.
    density: f32,
    media: vec4<u32>,
    // Lamps are not seen by the camera; what it sees are the parts of the store in their place.
    sees_lamps: bool,
    // The last ray of a path only looks for lamps.
    is_last: bool,
    is_first: bool,
    // A pane before the first surface has turned it back: its guide is that of another place.
    is_mirrored: bool,
    guide: Guide,
}

fn path_along(ray: Ray) -> Path {
    var path: Path;
    path.ray = ray;
    path.throughput = vec3(1.0);
    path.density = -1.0;
    path.media = vec4(NO_MEDIUM);
    path.is_first = true;
    return path;
}

// Takes a path to the next surface and chooses its way on from there; false where it ends.
fn follow(path: ptr<function, Path>, random: ptr<function, Random>) -> bool {
    let spread = view.pixel_spread * inverseSqrt(f32(clamp(view.sample_total, 1u, 16u)));
    let hit = trace(path.ray, path.t_min, 3e38, COLOR, 0u);
    let length_ = hit.t * length(path.ray.direction);
    if path.sees_lamps {
        let lamp = hit_light(path.ray, hit.t);
        if lamp.t < hit.t {
            let weight = found_weight(path.density, lamp.density);
            let left = absorbed(medium_of(path.media), lamp.t - path.t_min);
            path.radiance += tamed(path.throughput * left * lamp.radiance * weight, path.bounce);
            return false;
        }
    }
    if hit.instance == NO_HIT {
        let weight = found_weight(path.density, environment_density(path.ray.origin, path.ray.direction));
        path.radiance += tamed(path.throughput * environment_radiance(path.ray.direction) * weight, path.bounce);
        return false;
    }
    path.throughput *= absorbed(medium_of(path.media), length_ * (1.0 - path.t_min / hit.t));
    let s = surface_at(hit, path.ray.direction);
    let m = s.material;
    let width = path.cone_width + hit.t * spread;
    var maps = maps_at(s, width);
    let base = base_color_of(s, maps[BASE_COLOR_MAP]);
    var u = random4(random);
    let direction = normalize(path.ray.direction);
    // A path that has met too many layers ends.
    if path.crossings > MOST_CROSSINGS {
        return false;
    }
    if (materials[m].flags & 3u) == 2u {
        if u.w >= base.a {
            path.crossings += 1u;
            path.t_min = hit.t * 1.000001 + 1e-6;
            return true;
        }
        // What is left of the number is even again, and below 1.
        u.w = min(u.w / base.a, 0.9999999);
    }
    if !path.sees_lamps || (materials[m].flags & 32u) == 0u {
        path.radiance += tamed(path.throughput * materials[m].emissive * maps[EMISSIVE_MAP].rgb, path.bounce);
    }
    if (materials[m].flags & 4u) != 0u {
        path.radiance += path.throughput * base.rgb;
        return false;
    }
    if materials[m].transmission > 0.0 {
        let share = materials[m].transmission * maps[TRANSMISSION_MAP].r;
        let v = random4(random);
        if v.w < share {
            path.crossings += 1u;
            let roughness = clamp(materials[m].roughness * maps[METALLIC_ROUGHNESS_MAP].g, 0.0, 1.0);
            let normal = mapped_normal(s, maps[NORMAL_MAP]);
            var crossing: Crossing;
            if (materials[m].flags & 8u) != 0u {
                crossing = cross_medium(s, direction, base.rgb, roughness, normal, path.media, v.xyz);
            } else {
                crossing = cross_wall(s, direction, base.rgb, roughness, normal, path.media, v.xyz);
            }
            path.throughput *= crossing.tint;
            path.media = crossing.media;
            if max_component(path.throughput) <= 0.0 {
                return false;
            }
            if crossing.is_straight {
                path.t_min = hit.t * 1.000001 + 1e-6;
                return true;
            }
            let is_back = dot(crossing.direction, s.face_normal) * dot(direction, s.face_normal) < 0.0;
            path.is_mirrored = path.is_mirrored || (path.is_first && is_back);
            path.density = crossing.density;
            path.sees_lamps = true;
            path.ray = Ray(lifted(s.position, s.face_normal, crossing.direction), crossing.direction);
            path.t_min = 0.0;
            path.cone_width = width;
            return true;
        }
    }
    if path.is_last {
        return false;
    }
    var bsdf = bsdf_at(s, base.rgb, direction, &maps);
    if path.is_first {
        path.is_first = false;
        path.guide = Guide(bsdf.diffuse + bsdf.through + bsdf.f0, bsdf.frame[2], hit.t);
    }
    let ends = path.bounce >= view.bounces;
    if ends && view.ambient > 0.0 {
        bsdf = matte(bsdf);
        path.radiance += path.throughput * bsdf.diffuse * view.environment * view.environment_mean * view.ambient;
    }
    // Inside a medium the way to a lamp is bent: only the path itself can find it.
    let in_air = medium_of(path.media) == NO_MEDIUM;
    let seeks_lamps = in_air && (view.strategy & 1u) != 0u;
    let is_cut = ends && view.ambient > 0.0;
    let draw = random4(random);
    var onward = vec3(0.0);
    // The same surface is asked twice: for the way to a lamp, and for the way on.
    for (var way = select(1u, 0u, seeks_lamps); way < select(2u, 1u, is_cut); way++) {
        var light = LightSample(vec3(0.0), 0.0, vec3(0.0), -1.0);
        var to_light: vec3<f32>;
        if way == 0u {
            light = sample_light(s.position, u);
            to_light = light.direction * bsdf.frame;
        } else {
            to_light = sample_bsdf(bsdf, draw.xyz);
            light.direction = bsdf.frame * to_light;
        }
        // Shading and true normal must agree on which side the light is.
        let is_through = to_light.z <= 0.0;
        var value = vec3(0.0);
        if is_through == (dot(s.face_normal, light.direction) <= 0.0) {
            value = path.throughput * bsdf_value(bsdf, to_light);
        }
        let own = bsdf_density(bsdf, to_light);
        if way == 1u {
            path.density = own;
            onward = light.direction;
            path.throughput = select(vec3(0.0), value / own, own > 0.0);
            continue;
        }
        value *= light.radiance;
        if light.density > 0.0 && (view.strategy & 2u) != 0u && !is_cut {
            value *= weight_of(light.density, own);
        }
        if max_component(value) > 0.0 {
            let shadow = Ray(lifted(s.position, s.face_normal, light.direction), light.direction);
            let_through = vec3(1.0);
            if trace(shadow, 0.0, light.distance * 0.99999, SHADOW, 0u).instance == NO_HIT {
                path.radiance += tamed(value * let_through, path.bounce);
            }
        }
    }
    if is_cut || max_component(path.throughput) <= 0.0 {
        return false;
    }
    if path.bounce >= ROULETTE_AFTER {
        let survival = min(max_component(path.throughput), 0.95);
        if draw.w >= survival {
            return false;
        }
        path.throughput /= survival;
    }
    path.density = select(-1.0, path.density, in_air);
    path.sees_lamps = true;
    path.is_last = ends;
    path.ray = Ray(lifted(s.position, s.face_normal, onward), onward);
    path.t_min = 0.0;
    // A rough path.bounce may look at blurred textures.
    path.cone_width = width + 0.02;
    path.bounce += 1u;
    return true;
}
