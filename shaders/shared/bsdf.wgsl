// The surface of glTF 2.0 and its extensions for what is not clear: sheen over varnish over a GGX reflection over a
// diffuse base, part of which lets light through. All directions are in the frame of the shading normal, with z along it.
//
// Lobes share the light by the table of `energy.wgsl`, in a form that does not change when light and viewer are swapped
// (Kelemen and Szirmay-Kalos 2001, "A Microfacet Based Coupled Specular-Matte BRDF Model with Importance Sampling").

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
    // Squared perceptual roughness along the tangent and across it.
    alpha: vec2<f32>,
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
    // Light that varnish and sheen send to the viewer.
    coat_view: f32,
    sheen_view: f32,
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
    b.roughness = clamp(materials[m].roughness * mapped.g, 0.04, 1.0);
    let normal = mapped_normal(s, (*maps)[NORMAL_MAP]);
    b.alpha = vec2(b.roughness * b.roughness);
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
    let ratio = (materials[m].ior - 1.0) / (materials[m].ior + 1.0);
    let weaker = materials[m].specular * (*maps)[SPECULAR_MAP].a;
    let tint = materials[m].specular_color * (*maps)[SPECULAR_COLOR_MAP].rgb;
    let dielectric = min(ratio * ratio * tint, vec3(1.0)) * weaker;
    b.f0 = mix(dielectric, base, b.metallic);
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

// Fills in what depends on the viewer alone.
fn seen_from(bsdf: Bsdf, to_viewer: vec3<f32>) -> Bsdf {
    var b = bsdf;
    let v = to_viewer * b.frame;
    b.view = vec3(v.xy, max(v.z, 1e-3));
    b.energy_view = energy_at(b.roughness, b.view.z).xy;
    b.energy_mean = energy_mean(b.roughness).xy;
    let reflected = b.f0 * b.energy_view.x + b.f90 * b.energy_view.y;
    let reflected_mean = b.f0 * b.energy_mean.x + b.f90 * b.energy_mean.y;
    b.base_view = max(vec3(1.0) - reflected, vec3(0.0)) / max(vec3(1.0) - reflected_mean, vec3(1e-3));
    b.coat_view = 0.0;
    if b.coat > 0.0 {
        let e = energy_at(b.coat_roughness, b.view.z);
        let mean = energy_mean(b.coat_roughness);
        b.coat_view = b.coat * (COAT_F0 * e.x + e.y);
        b.base_view /= 1.0 - b.coat * (COAT_F0 * mean.x + mean.y);
    }
    b.sheen_view = 0.0;
    if max_component(b.sheen) > 0.0 {
        b.sheen_view = max_component(b.sheen) * energy_at(b.sheen_roughness, b.view.z).z;
    }
    b.chances = lobe_chances(b, max_component(reflected));
    return b;
}

// The end of a preview's path: everything that the surface sends back, spread over all directions.
fn matte(bsdf: Bsdf) -> Bsdf {
    var b = bsdf;
    b.diffuse += b.f0;
    b.f0 = vec3(0.0);
    b.f90 = 0.0;
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

fn lobe_chances(b: Bsdf, reflection: f32) -> vec4<f32> {
    let rest = (1.0 - b.coat_view) * max(1.0 - reflection, 0.05);
    let weights = vec4(
        b.coat_view,
        (1.0 - b.coat_view) * reflection,
        rest * max_component(b.diffuse) + b.sheen_view,
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
    let e_light = energy_at(b.roughness, cos_light).xy;
    // What the reflection leaves for the base, the same seen from both ends.
    let reflected = b.f0 * e_light.x + b.f90 * e_light.y;
    var base_share = b.base_view * max(vec3(1.0) - reflected, vec3(0.0)) * (cos_light * 0.31830989);
    // Varnish and sheen take their shares from what is below them.
    var kept = 1.0;
    if b.coat > 0.0 {
        let e = energy_at(b.coat_roughness, cos_light);
        kept = (1.0 - b.coat_view) * (1.0 - b.coat * (COAT_F0 * e.x + e.y));
    }
    if b.sheen_view > 0.0 {
        kept *= (1.0 - b.sheen_view) * (1.0 - max_component(b.sheen) * energy_at(b.sheen_roughness, cos_light).z);
    }
    base_share *= kept;
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
        let lost = 1.0 - (b.energy_mean.x + b.energy_mean.y);
        let f_mean = b.f0 + (vec3(1.0) - b.f0) / 21.0;
        let again = f_mean * f_mean * (1.0 - lost) / (vec3(1.0) - f_mean * lost);
        let spread = (1.0 - b.energy_view.x - b.energy_view.y) * (1.0 - e_light.x - e_light.y) / max(lost, 1e-4);
        value += again * (b.metallic * max(spread, 0.0) * cos_light * 0.31830989);
    }
    value = value * kept + b.diffuse * base_share;
    if b.coat > 0.0 {
        let alpha = vec2(b.coat_roughness * b.coat_roughness);
        let masked_coat = ggx_masking(alpha, v) * ggx_masking(alpha, to_light);
        let f = schlick(vec3(COAT_F0), 1.0, cos_half).x;
        value += vec3(b.coat * f * ggx_distribution(alpha, h) * masked_coat / (4.0 * v.z));
    }
    if b.sheen_view > 0.0 {
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

// A direction towards light, distributed like the surface sends light to the viewer; u.z chooses the lobe.
fn sample_bsdf(b: Bsdf, u: vec3<f32>) -> vec3<f32> {
    if u.z >= b.chances.x + b.chances.y {
        let matte_direction = cosine_direction(u.xy);
        return select(matte_direction, -matte_direction, u.z >= 1.0 - b.chances.w);
    }
    let coat_alpha = vec2(b.coat_roughness * b.coat_roughness);
    let h = sample_visible_normal(select(b.alpha, coat_alpha, u.z < b.chances.x), b.view, u.xy);
    return reflect(-b.view, h);
}
