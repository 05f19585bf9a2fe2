// What light passes: thin walls, which it goes straight through, and media that fill closed meshes, where it bends.

// Perceptual roughness up to which a wall does not scatter; `SMOOTH` of src/render/materials.rs.
const SMOOTH: f32 = 0.15;
// Below this roughness a surface of a medium is a perfect mirror and lens.
const POLISHED: f32 = 0.02;
const NO_MEDIUM: u32 = 0xffffffffu;

// Reflectance between two media for light that is not polarised; eta is the index behind over the index in front (Born
// and Wolf, "Principles of Optics", section 1.5.2). 1 where light is reflected totally.
fn fresnel_dielectric(cosine: f32, eta: f32) -> f32 {
    let c = clamp(cosine, 0.0, 1.0);
    let squared = 1.0 - (1.0 - c * c) / (eta * eta);
    if squared <= 0.0 {
        return 1.0;
    }
    let behind = sqrt(squared);
    let parallel = (eta * c - behind) / (eta * c + behind);
    let across = (c - eta * behind) / (c + eta * behind);
    return 0.5 * (parallel * parallel + across * across);
}

// Reflectance of both sides of a thin wall, with all bounces between them: r + t r t + t r³ t + ... A film on it changes
// the colours.
fn wall_reflectance(material: u32, cosine: f32) -> vec3<f32> {
    var once = vec3(fresnel_dielectric(cosine, max(materials[material].ior, 1.0)));
    if materials[material].iridescence > 0.0 {
        let film = vec3(1.0, materials[material].iridescence_ior, materials[material].iridescence_thickness_nm);
        once = mix(once, clamp(film_reflectance(film, once, cosine), vec3(0.0), vec3(0.999)), materials[material].iridescence);
    }
    return 2.0 * once / (1.0 + once);
}

// Media that a path is inside of, as material numbers, in the order of entering; NO_MEDIUM is a free place at the end.
// Deeper nesting is forgotten.
fn enter_medium(media: vec4<u32>, material: u32) -> vec4<u32> {
    var m = media;
    for (var i = 0u; i < 4u; i++) {
        if m[i] == NO_MEDIUM {
            m[i] = material;
            return m;
        }
    }
    return m;
}

fn leave_medium(media: vec4<u32>, material: u32) -> vec4<u32> {
    var m = media;
    var found = false;
    for (var i = 0u; i < 4u; i++) {
        found = found || m[i] == material;
        if found {
            m[i] = select(NO_MEDIUM, m[min(i + 1u, 3u)], i < 3u);
        }
    }
    return m;
}

// The medium that is there where several overlap; NO_MEDIUM for air.
fn medium_of(media: vec4<u32>) -> u32 {
    var found = NO_MEDIUM;
    var priority = 0u;
    for (var i = 0u; i < 4u; i++) {
        // Of equals the last one entered is there.
        if media[i] != NO_MEDIUM && (found == NO_MEDIUM || materials[media[i]].priority >= priority) {
            found = media[i];
            priority = materials[found].priority;
        }
    }
    return found;
}

fn index_of(medium: u32) -> f32 {
    return select(1.0, max(materials[min(medium, arrayLength(&materials) - 1u)].ior, 1.0), medium != NO_MEDIUM);
}

// Share of light that is left after a way through a medium (Beer and Lambert).
fn absorbed(medium: u32, metres: f32) -> vec3<f32> {
    if medium == NO_MEDIUM {
        return vec3(1.0);
    }
    return exp(-materials[medium].absorption * metres);
}
