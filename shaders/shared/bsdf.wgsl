// The metal-rough surface of glTF 2.0: a GGX reflection over a Lambertian base.

struct Bsdf {
    normal: vec3<f32>,
    // Linear reflectance of the diffuse base; black for metals.
    diffuse: vec3<f32>,
    // Reflectance at normal incidence.
    f0: vec3<f32>,
    // Reflectance at grazing incidence: 1, or less where a material asks for a weaker reflection.
    f90: f32,
    // Squared perceptual roughness.
    alpha: f32,
}

fn bsdf_at(s: Surface, base: vec3<f32>, cone_width: f32) -> Bsdf {
    let material = s.material;
    let use_ = materials[material].metallic_roughness_texture;
    let mapped = sample_linear(use_, s.uvs, texture_level(s, use_, cone_width));
    let metallic = materials[material].metallic * mapped.b;
    let roughness = clamp(materials[material].roughness * mapped.g, 0.04, 1.0);
    let ratio = (materials[material].ior - 1.0) / (materials[material].ior + 1.0);
    let dielectric = min(ratio * ratio * materials[material].specular_color, vec3(1.0)) * materials[material].specular;
    return Bsdf(
        mapped_normal(s, cone_width),
        base * (1.0 - metallic),
        mix(dielectric, base, metallic),
        mix(materials[material].specular, 1.0, metallic),
        roughness * roughness,
    );
}

fn max_component(v: vec3<f32>) -> f32 {
    return max(v.x, max(v.y, v.z));
}

// Schlick 1994.
fn fresnel(f0: vec3<f32>, f90: f32, cosine: f32) -> vec3<f32> {
    let m = clamp(1.0 - cosine, 0.0, 1.0);
    let m2 = m * m;
    return f0 + (vec3(f90) - f0) * (m2 * m2 * m);
}

// Share of light that the reflection sends to a viewer, so that the base gets no more than the rest of it. A fit to the
// integral of the lobe for dielectrics, within 0.015 from below: where the surface is rough, the rise of Schlick's
// curve at grazing angles is hidden by its own hills.
fn reflection_albedo(bsdf: Bsdf, cos_view: f32) -> f32 {
    let f90 = mix(max_component(bsdf.f0), bsdf.f90, 1.0 / (1.0 + 15.6 * bsdf.alpha * sqrt(bsdf.alpha)));
    return max_component(fresnel(bsdf.f0, f90, cos_view));
}

// Trowbridge-Reitz distribution of microfacet normals, 1/sr.
fn ggx_distribution(alpha: f32, cos_h: f32) -> f32 {
    let a2 = alpha * alpha;
    let d = cos_h * cos_h * (a2 - 1.0) + 1.0;
    return a2 / max(3.14159265 * d * d, 1e-12);
}

// Smith's masking function of one direction.
fn ggx_masking(alpha: f32, cosine: f32) -> f32 {
    let a2 = alpha * alpha;
    return 2.0 * cosine / (cosine + sqrt(a2 + (1.0 - a2) * cosine * cosine));
}

// Share of samples that go to the reflection rather than to the diffuse base.
fn reflection_share(bsdf: Bsdf, cos_view: f32) -> f32 {
    let reflection = max_component(fresnel(bsdf.f0, bsdf.f90, cos_view));
    let diffuse = max_component(bsdf.diffuse);
    return clamp(reflection / max(reflection + diffuse, 1e-6), 0.1, 0.9) * select(1.0, 0.0, reflection == 0.0);
}

// Reflected radiance per incident radiance times the cosine: f(view, light) * cos(light).
fn bsdf_value(bsdf: Bsdf, to_viewer: vec3<f32>, to_light: vec3<f32>) -> vec3<f32> {
    let cos_light = dot(bsdf.normal, to_light);
    let cos_view = max(dot(bsdf.normal, to_viewer), 1e-3);
    if cos_light <= 0.0 {
        return vec3(0.0);
    }
    let half_vector = normalize(to_viewer + to_light);
    let cos_h = max(dot(bsdf.normal, half_vector), 0.0);
    let reflected = fresnel(bsdf.f0, bsdf.f90, max(dot(half_vector, to_viewer), 0.0));
    let specular = reflected * ggx_distribution(bsdf.alpha, cos_h)
        * ggx_masking(bsdf.alpha, cos_light) * ggx_masking(bsdf.alpha, cos_view) / (4.0 * cos_view * cos_light);
    let transmitted = 1.0 - reflection_albedo(bsdf, cos_view);
    return (bsdf.diffuse * transmitted * 0.31830989 + specular) * cos_light;
}

// Density of `sample_bsdf` in a direction, 1/sr.
fn bsdf_density(bsdf: Bsdf, to_viewer: vec3<f32>, to_light: vec3<f32>) -> f32 {
    let cos_light = dot(bsdf.normal, to_light);
    let cos_view = max(dot(bsdf.normal, to_viewer), 1e-3);
    if cos_light <= 0.0 {
        return 0.0;
    }
    let share = reflection_share(bsdf, cos_view);
    let cos_h = max(dot(bsdf.normal, normalize(to_viewer + to_light)), 0.0);
    let visible_normals = ggx_masking(bsdf.alpha, cos_view) * ggx_distribution(bsdf.alpha, cos_h) / (4.0 * cos_view);
    return share * visible_normals + (1.0 - share) * cos_light * 0.31830989;
}

// Two unit vectors that complete a unit vector to a frame (Duff et al. 2017).
fn frame_around(n: vec3<f32>) -> mat3x3<f32> {
    let s = select(-1.0, 1.0, n.z >= 0.0);
    let a = -1.0 / (s + n.z);
    let b = n.x * n.y * a;
    return mat3x3(vec3(1.0 + s * n.x * n.x * a, s * b, -s * n.x), vec3(b, s + n.y * n.y * a, -n.y), n);
}

fn cosine_direction(u: vec2<f32>) -> vec3<f32> {
    let radius = sqrt(u.x);
    let angle = 6.2831853 * u.y;
    return vec3(radius * cos(angle), radius * sin(angle), sqrt(max(0.0, 1.0 - u.x)));
}

// A direction towards light, distributed like the surface reflects; u holds three random numbers.
fn sample_bsdf(bsdf: Bsdf, to_viewer: vec3<f32>, u: vec3<f32>) -> vec3<f32> {
    let frame = frame_around(bsdf.normal);
    let view_in_frame = to_viewer * frame;
    let cos_view = max(view_in_frame.z, 1e-3);
    if u.z >= reflection_share(bsdf, cos_view) {
        return frame * cosine_direction(u.xy);
    }
    // Visible normals of GGX (Dupuy and Benyoub 2023, "Sampling Visible GGX Normals with Spherical Caps").
    let stretched = normalize(vec3(view_in_frame.xy * bsdf.alpha, cos_view));
    let angle = 6.2831853 * u.x;
    let z = (1.0 - u.y) * (1.0 + stretched.z) - stretched.z;
    let radius = sqrt(clamp(1.0 - z * z, 0.0, 1.0));
    let cap = vec3(radius * cos(angle), radius * sin(angle), z) + stretched;
    let half_vector = normalize(vec3(cap.xy * bsdf.alpha, max(cap.z, 1e-6)));
    return frame * reflect(-vec3(view_in_frame.xy, cos_view), half_vector);
}
