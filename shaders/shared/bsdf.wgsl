// The surface of glTF 2.0 and its extensions for what is not clear: sheen over varnish over a GGX reflection over a
// diffuse base, part of which lets light through. All directions are in the frame of the shading normal, with z along it.
//
// Lobes share the light by the table of `energy.wgsl`, in forms that do not change when light and viewer are swapped. The
// base gets what all layers above it leave, at both ends (Kelemen and Szirmay-Kalos 2001, "A Microfacet Based Coupled
// Specular-Matte BRDF Model with Importance Sampling"); no light is lost in that. Lobes below a sheen or a varnish get the
// smaller of what these leave at either end, which loses a little where they are rough.

struct Bsdf {
    // Columns tangent, bitangent, normal: takes directions of the frame to the world.
    frame: mat3x3<f32>,
    // Diffuse reflectance and transmittance of the base.
    diffuse: vec3<f32>,
    through: vec3<f32>,
    // Reflectance at normal incidence.
    f0: vec3<f32>,
    // Reflectance at grazing incidence: 1, or less where a material asks for a weaker reflection.
    f90: f32,
    // The same of the dielectric share alone, which is what lies over the base.
    base_f0: vec3<f32>,
    base_f90: f32,
    // Squared perceptual roughness along the tangent and across it.
    alpha: vec2<f32>,
    // Perceptual roughness, between those of both directions.
    roughness: f32,
    metallic: f32,
    // Strength and perceptual roughness of the varnish.
    coat: f32,
    coat_roughness: f32,
    sheen: vec3<f32>,
    sheen_roughness: f32,
    // Strength, index and thickness in nanometres of a thin film.
    film: vec3<f32>,
    // Direction to the viewer; not quite grazing.
    view: vec3<f32>,
    // Shares of f0 and f90 that the reflection sends to the viewer, and their means.
    energy_view: vec2<f32>,
    energy_mean: vec2<f32>,
    // What the layers above leave of the base's light to the viewer, over the mean of it.
    base_view: vec3<f32>,
    // What the sheen, and sheen and varnish, leave of the light to the viewer.
    tops_view: vec2<f32>,
    // Chances of the lobes for a sample: varnish, reflection, diffuse (with sheen), through. They add up to 1.
    chances: vec4<f32>,
}

// Normal incidence on varnish of index 1.5.
const COAT_F0: f32 = 0.04;

fn max_component(v: vec3<f32>) -> f32 {
    return max(v.x, max(v.y, v.z));
}

// Two unit vectors that complete a unit vector to a frame (Duff et al. 2017).
fn frame_around(n: vec3<f32>) -> mat3x3<f32> {
    let s = select(-1.0, 1.0, n.z >= 0.0);
    let a = -1.0 / (s + n.z);
    let b = n.x * n.y * a;
    return mat3x3(vec3(1.0 + s * n.x * n.x * a, s * b, -s * n.x), vec3(b, s + n.y * n.y * a, -n.y), n);
}

// Frame of a surface whose brushing runs along a direction in the texture's plane.
fn brushed_frame(s: Surface, normal: vec3<f32>, brushing: vec2<f32>) -> mat3x3<f32> {
    let tangent = s.tangent.xyz - normal * dot(normal, s.tangent.xyz);
    if dot(tangent, tangent) < 1e-12 {
        return frame_around(normal);
    }
    let t = normalize(tangent);
    let b = cross(normal, t) * s.tangent.w;
    let along = normalize(t * brushing.x + b * brushing.y);
    return mat3x3(along, cross(normal, along), normal);
}

// The surface as a viewer sees it; `maps` are the values of its maps.
fn bsdf_at(s: Surface, base: vec3<f32>, direction: vec3<f32>, maps: ptr<function, array<vec4<f32>, 13>>) -> Bsdf {
    let m = s.material;
    var b: Bsdf;
    let mapped = (*maps)[METALLIC_ROUGHNESS_MAP];
    b.metallic = materials[m].metallic * mapped.b;
    let roughness = clamp(materials[m].roughness * mapped.g, 0.04, 1.0);
    let normal = mapped_normal(s, (*maps)[NORMAL_MAP]);
    b.alpha = vec2(roughness * roughness);
    b.frame = frame_around(normal);
    if materials[m].anisotropy > 0.0 {
        let map = (*maps)[ANISOTROPY_MAP];
        let has_map = materials[m].maps[ANISOTROPY_MAP].place != NO_TEXTURE;
        let angle = materials[m].anisotropy_rotation;
        let turned = vec2(cos(angle), sin(angle));
        let own = select(vec2(1.0, 0.0), map.xy * 2.0 - 1.0, has_map);
        let brushing = vec2(own.x * turned.x - own.y * turned.y, own.x * turned.y + own.y * turned.x);
        let strength = materials[m].anisotropy * map.b;
        b.alpha.x = mix(b.alpha.x, 1.0, strength * strength);
        b.frame = brushed_frame(s, normal, brushing);
    }
    b.roughness = 0.5 * (sqrt(b.alpha.x) + sqrt(b.alpha.y));
    let ratio = (materials[m].ior - 1.0) / (materials[m].ior + 1.0);
    let weaker = materials[m].specular * (*maps)[SPECULAR_MAP].a;
    let tint = materials[m].specular_color * (*maps)[SPECULAR_COLOR_MAP].rgb;
    b.base_f0 = min(ratio * ratio * tint, vec3(1.0)) * weaker;
    b.base_f90 = weaker;
    b.f0 = mix(b.base_f0, base, b.metallic);
    b.f90 = mix(weaker, 1.0, b.metallic);
    let share = materials[m].diffuse_transmission;
    let matte = 1.0 - b.metallic;
    b.diffuse = base * (matte * (1.0 - share));
    b.through = materials[m].diffuse_transmission_color * base * (matte * share);
    b.coat = materials[m].clearcoat * (*maps)[CLEARCOAT_MAP].r;
    b.coat_roughness = clamp(materials[m].clearcoat_roughness * (*maps)[CLEARCOAT_ROUGHNESS_MAP].g, 0.04, 1.0);
    b.sheen = materials[m].sheen_color * (*maps)[SHEEN_COLOR_MAP].rgb;
    b.sheen_roughness = clamp(materials[m].sheen_roughness * (*maps)[SHEEN_ROUGHNESS_MAP].a, 0.1, 1.0);
    b.film = vec3(materials[m].iridescence, materials[m].iridescence_ior, materials[m].iridescence_thickness_nm);
    return seen_from(b, -direction);
}

// Light that sheen and varnish send back in a direction of this cosine.
fn sheen_energy(b: Bsdf, cosine: f32) -> f32 {
    let strength = max_component(b.sheen);
    if strength <= 0.0 {
        return 0.0;
    }
    return strength * energy_at(b.sheen_roughness, cosine).z;
}

fn coat_energy(b: Bsdf, cosine: f32) -> f32 {
    if b.coat <= 0.0 {
        return 0.0;
    }
    let e = energy_at(b.coat_roughness, cosine);
    return b.coat * (COAT_F0 * e.x + e.y);
}

// What the sheen, and sheen and varnish together, leave of the light in a direction.
fn tops_left(b: Bsdf, cosine: f32) -> vec2<f32> {
    let below_sheen = 1.0 - sheen_energy(b, cosine);
    return vec2(below_sheen, below_sheen * (1.0 - coat_energy(b, cosine)));
}

// What the base's own reflection leaves of the light in a direction.
fn base_left(b: Bsdf, cosine: f32) -> vec3<f32> {
    let e = energy_at(b.roughness, cosine);
    let f0 = f0_with_film(b, b.base_f0, b.base_f90, cosine);
    return max(vec3(1.0) - (f0 * e.x + b.base_f90 * e.y), vec3(0.0));
}

// Gauss's points and weights for 2 ∫ f(µ) µ dµ, µ from 0 to 1, in the root of µ, in which the table of energy is smooth.
const GAUSS_ROOTS = vec4<f32>(0.26147783, 0.53584645, 0.79028323, 0.95784708);
const GAUSS_WEIGHTS = vec4<f32>(0.01863347, 0.17016690, 0.43601748, 0.37518216);

// Fills in what depends on the viewer alone.
fn seen_from(bsdf: Bsdf, to_viewer: vec3<f32>) -> Bsdf {
    var b = bsdf;
    let v = to_viewer * b.frame;
    b.view = normalize(vec3(v.xy, max(v.z, 1e-3)));
    b.energy_view = energy_at(b.roughness, b.view.z).xy;
    b.energy_mean = energy_mean(b.roughness).xy;
    b.tops_view = tops_left(b, b.view.z);
    b.base_view = vec3(0.0);
    if max_component(b.diffuse + b.through) > 0.0 {
        var mean = vec3(0.0);
        let cosines = GAUSS_ROOTS * GAUSS_ROOTS;
        let weights = GAUSS_WEIGHTS;
        for (var i = 0; i < 4; i++) {
            mean += weights[i] * tops_left(b, cosines[i]).y * base_left(b, cosines[i]);
        }
        b.base_view = b.tops_view.y * base_left(b, b.view.z) / max(mean, vec3(1e-3));
    }
    b.chances = lobe_chances(b);
    return b;
}

// The end of a preview's path: everything that the surface sends back, spread over all directions.
fn matte(bsdf: Bsdf) -> Bsdf {
    var b = bsdf;
    b.diffuse += b.f0;
    b.f0 = vec3(0.0);
    b.f90 = 0.0;
    b.base_f0 = vec3(0.0);
    b.base_f90 = 0.0;
    b.film.x = 0.0;
    b.coat = 0.0;
    b.sheen = vec3(0.0);
    return seen_from(b, b.frame * b.view);
}

// Schlick 1994.
fn schlick(f0: vec3<f32>, f90: f32, cosine: f32) -> vec3<f32> {
    let m = clamp(1.0 - cosine, 0.0, 1.0);
    let m2 = m * m;
    return f0 + (vec3(f90) - f0) * (m2 * m2 * m);
}

// Reflectance of a film between air and a base, for the wavelengths of red, green and blue: Airy's sum for thin films
// (Born and Wolf, "Principles of Optics", section 7.6.1) with the mean of both polarisations.
fn film_reflectance(film: vec3<f32>, base: vec3<f32>, cosine: f32) -> vec3<f32> {
    let inside = sqrt(max(1.0 - (1.0 - cosine * cosine) / (film.y * film.y), 0.0));
    let ratio = (film.y - 1.0) / (film.y + 1.0);
    let first = schlick(vec3(ratio * ratio), 1.0, cosine);
    let phase = 12.566371 * film.y * film.z * inside / vec3(612.0, 549.0, 464.0);
    let mixed = 2.0 * sqrt(first * base) * cos(phase);
    return (first + base + mixed) / (1.0 + first * base + mixed);
}

fn fresnel(b: Bsdf, cosine: f32) -> vec3<f32> {
    let bare = schlick(b.f0, b.f90, cosine);
    if b.film.x <= 0.0 {
        return bare;
    }
    return mix(bare, film_reflectance(b.film, bare, cosine), b.film.x);
}

// Reflectance at normal incidence with which Schlick's curve passes through that of the film at this cosine.
fn f0_with_film(b: Bsdf, f0: vec3<f32>, f90: f32, cosine: f32) -> vec3<f32> {
    if b.film.x <= 0.0 {
        return f0;
    }
    let bare = schlick(f0, f90, cosine);
    let filmed = mix(bare, film_reflectance(b.film, bare, cosine), b.film.x);
    let curve = schlick(vec3(0.0), 1.0, cosine).x;
    return clamp((filmed - f90 * curve) / max(1.0 - curve, 1e-3), vec3(0.0), vec3(1.0));
}

// Trowbridge-Reitz distribution of microfacet normals, 1/sr; Heitz 2014, "Understanding the Masking-Shadowing Function".
fn ggx_distribution(alpha: vec2<f32>, h: vec3<f32>) -> f32 {
    let d = (h.x * h.x) / (alpha.x * alpha.x) + (h.y * h.y) / (alpha.y * alpha.y) + h.z * h.z;
    return 1.0 / max(3.14159265 * alpha.x * alpha.y * d * d, 1e-12);
}

// Smith's masking function of one direction.
fn ggx_masking(alpha: vec2<f32>, w: vec3<f32>) -> f32 {
    let slope = (alpha.x * alpha.x * w.x * w.x + alpha.y * alpha.y * w.y * w.y) / max(w.z * w.z, 1e-12);
    return 2.0 / (1.0 + sqrt(1.0 + slope));
}

// A normal of the hills that the viewer sees (Dupuy and Benyoub 2023, "Sampling Visible GGX Normals with Spherical Caps").
fn sample_visible_normal(alpha: vec2<f32>, to_viewer: vec3<f32>, u: vec2<f32>) -> vec3<f32> {
    let stretched = normalize(vec3(to_viewer.xy * alpha, to_viewer.z));
    let angle = 6.2831853 * u.x;
    let z = (1.0 - u.y) * (1.0 + stretched.z) - stretched.z;
    let radius = sqrt(clamp(1.0 - z * z, 0.0, 1.0));
    let cap = vec3(radius * cos(angle), radius * sin(angle), z) + stretched;
    return normalize(vec3(cap.xy * alpha, max(cap.z, 1e-6)));
}

// Density of the mirror direction over a visible normal, 1/sr.
fn visible_normal_density(alpha: vec2<f32>, to_viewer: vec3<f32>, h: vec3<f32>) -> f32 {
    return ggx_masking(alpha, to_viewer) * ggx_distribution(alpha, h) / (4.0 * to_viewer.z);
}

fn cosine_direction(u: vec2<f32>) -> vec3<f32> {
    let radius = sqrt(u.x);
    let angle = 6.2831853 * u.y;
    return vec3(radius * cos(angle), radius * sin(angle), sqrt(max(0.0, 1.0 - u.x)));
}

fn lobe_chances(b: Bsdf) -> vec4<f32> {
    let reflection = max_component(b.f0 * b.energy_view.x + b.f90 * b.energy_view.y);
    // Light that bounces on between the hills of a metal leaves like that of the base.
    let again = b.metallic * max(1.0 - b.energy_view.x - b.energy_view.y, 0.0) * max_component(b.f0);
    let rest = b.tops_view.y * max(1.0 - reflection, 0.05);
    let weights = vec4(
        b.tops_view.x - b.tops_view.y,
        b.tops_view.y * reflection,
        rest * max_component(b.diffuse) + b.tops_view.y * again + 1.0 - b.tops_view.x,
        rest * max_component(b.through),
    );
    // None is so rare that its bright samples would show as fireflies.
    let lifted = select(max(weights, vec4(0.05)), vec4(0.0), weights <= vec4(0.0));
    return lifted / max(lifted.x + lifted.y + lifted.z + lifted.w, 1e-12);
}

// Radiance towards the viewer per radiance from the light, times the light's cosine.
fn bsdf_value(b: Bsdf, to_light: vec3<f32>) -> vec3<f32> {
    let v = b.view;
    let cos_light = abs(to_light.z);
    let tops = tops_left(b, cos_light);
    let base_share = b.base_view * tops.y * base_left(b, cos_light) * (cos_light * 0.31830989);
    if to_light.z <= 0.0 {
        return b.through * base_share;
    }
    let h = normalize(v + to_light);
    let cos_half = max(dot(h, v), 0.0);
    let masked = ggx_masking(b.alpha, v) * ggx_masking(b.alpha, to_light);
    var value = fresnel(b, cos_half) * (ggx_distribution(b.alpha, h) * masked / (4.0 * v.z));
    if b.metallic > 0.0 {
        // Light that bounces more than once between the hills (Kulla and Conty 2017, "Revisiting Physically Based
        // Shading at Imageworks").
        let e_light = energy_at(b.roughness, cos_light);
        let lost = 1.0 - (b.energy_mean.x + b.energy_mean.y);
        let f_mean = b.f0 + (vec3(1.0) - b.f0) / 21.0;
        let again = f_mean * f_mean * (1.0 - lost) / (vec3(1.0) - f_mean * lost);
        let spread = (1.0 - b.energy_view.x - b.energy_view.y) * (1.0 - e_light.x - e_light.y) / max(lost, 1e-4);
        value += again * (b.metallic * max(spread, 0.0) * cos_light * 0.31830989);
    }
    // Light wanders between the tops and a mirror below them: T² / (1 − C R) of a smooth varnish of reflectance C.
    let less = min(tops, b.tops_view);
    let more = max(tops, b.tops_view);
    value = value * less.y * more.y / max(vec3(1.0) - b.f0 * (1.0 - more.y), vec3(1e-4)) + b.diffuse * base_share;
    if b.coat > 0.0 {
        let alpha = vec2(b.coat_roughness * b.coat_roughness);
        let masked_coat = ggx_masking(alpha, v) * ggx_masking(alpha, to_light);
        let f = schlick(vec3(COAT_F0), 1.0, cos_half).x;
        value += vec3(less.x * b.coat * f * ggx_distribution(alpha, h) * masked_coat / (4.0 * v.z));
    }
    if max_component(b.sheen) > 0.0 {
        let exponent = 1.0 / (b.sheen_roughness * b.sheen_roughness);
        let sine = sqrt(max(1.0 - h.z * h.z, 0.0));
        let distribution = (2.0 + exponent) * pow(sine, exponent) * 0.15915494;
        value += b.sheen * (distribution * cos_light / (4.0 * (cos_light + v.z - cos_light * v.z)));
    }
    return value;
}

// Density of `sample_bsdf` in a direction, 1/sr.
fn bsdf_density(b: Bsdf, to_light: vec3<f32>) -> f32 {
    if to_light.z <= 0.0 {
        return b.chances.w * -to_light.z * 0.31830989;
    }
    let h = normalize(b.view + to_light);
    var density = b.chances.y * visible_normal_density(b.alpha, b.view, h) + b.chances.z * to_light.z * 0.31830989;
    if b.chances.x > 0.0 {
        density += b.chances.x * visible_normal_density(vec2(b.coat_roughness * b.coat_roughness), b.view, h);
    }
    return density;
}

// A direction towards light, distributed like the surface sends light to the viewer; u.z chooses the lobe. Zero where a
// hill would mirror the light below the surface.
fn sample_bsdf(b: Bsdf, u: vec3<f32>) -> vec3<f32> {
    if u.z >= b.chances.x + b.chances.y {
        let matte_direction = cosine_direction(u.xy);
        return select(matte_direction, -matte_direction, u.z >= 1.0 - b.chances.w);
    }
    let coat_alpha = vec2(b.coat_roughness * b.coat_roughness);
    let h = sample_visible_normal(select(b.alpha, coat_alpha, u.z < b.chances.x), b.view, u.xy);
    let mirrored = reflect(-b.view, h);
    return select(vec3(0.0), mirrored, mirrored.z > 0.0);
}
