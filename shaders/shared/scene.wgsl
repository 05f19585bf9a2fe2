// What the scene is made of. Layouts are those of src/render/gpu_data.rs, compared by a test.

// Two children with their boxes. A reference says what a child is: see `trace.wgsl`.
struct Node {
    left_min: vec3<f32>,
    left: u32,
    left_max: vec3<f32>,
    unused_0: u32,
    right_min: vec3<f32>,
    right: u32,
    right_max: vec3<f32>,
    unused_1: u32,
}

// Corner positions in object space, in the order of the tree's leaves.
struct Triangle {
    a: vec3<f32>,
    unused_0: u32,
    b: vec3<f32>,
    unused_1: u32,
    c: vec3<f32>,
    unused_2: u32,
}

// Vertices of the triangle with the same number, and its material slot.
struct Corners {
    a: u32,
    b: u32,
    c: u32,
    slot: u32,
}

struct Vertex {
    normal: vec3<f32>,
    // Linear RGBA, 8 bits each.
    color: u32,
    // Set 0 in xy, set 1 in zw.
    uv: vec4<f32>,
    // Zero when the mesh has none.
    tangent: vec4<f32>,
}

struct Instance {
    // Rows of the affine transforms; the world is shifted so that the camera is at its origin.
    object_from_world: array<vec4<f32>, 3>,
    world_from_object: array<vec4<f32>, 3>,
    // camera_from_object as a unit quaternion.
    rotation: vec4<f32>,
    // Object box, for NOCS.
    box_min: vec3<f32>,
    // Root of the geometry's tree.
    root: u32,
    box_scale: vec3<f32>,
    // Material of slot 0.
    material: u32,
    // Unit number; 0 for parts of the store.
    id: u32,
    class_id: u32,
    // Bit 0: some slot has an alpha mask; bit 1: some slot lets light straight through;
    // bit 2: a pane that the rays of the labels pass.
    flags: u32,
    unused: u32,
}

struct TextureUse {
    // Affine transform of the texture coordinates: columns of the 2x2 part.
    transform: vec4<f32>,
    offset: vec2<f32>,
    // Size class in the high half, layer in the low half; NO_TEXTURE if there is none.
    place: u32,
    // Bits 0-1 wrap u, bits 2-3 wrap v (0 clamp, 1 repeat, 2 mirror), bit 4 uv set.
    addressing: u32,
}

struct Material {
    base_color: vec4<f32>,
    emissive: vec3<f32>,
    // 0 opaque, 1 mask, 2 blend in bits 0-1; bit 2 unlit; bit 3 the mesh is filled with the medium; bit 4 some light
    // passes straight through: blended, or a thin smooth wall; bit 5 the emission is that of a lamp, for the camera only.
    flags: u32,
    metallic: f32,
    roughness: f32,
    normal_scale: f32,
    occlusion_strength: f32,
    ior: f32,
    specular: f32,
    transmission: f32,
    alpha_cutoff: f32,
    specular_color: vec3<f32>,
    // Of overlapping media the one with the larger number is there.
    priority: u32,
    // Absorption of the medium per metre.
    absorption: vec3<f32>,
    clearcoat: f32,
    sheen_color: vec3<f32>,
    sheen_roughness: f32,
    diffuse_transmission_color: vec3<f32>,
    diffuse_transmission: f32,
    clearcoat_roughness: f32,
    anisotropy: f32,
    anisotropy_rotation: f32,
    iridescence: f32,
    iridescence_ior: f32,
    iridescence_thickness_nm: f32,
    unused_0: u32,
    unused_1: u32,
    // By the slots of `texture.wgsl`.
    maps: array<TextureUse, 13>,
}

// kind 0: rectangle (half_u, half_v, radiance); 1: point or spot (intensity); 2: parallel (irradiance).
struct Light {
    // Centre, position, or direction of travel.
    place: vec3<f32>,
    kind: u32,
    half_u: vec3<f32>,
    cos_inner: f32,
    half_v: vec3<f32>,
    cos_outer: f32,
    power: vec3<f32>,
    range: f32,
}

const NO_TEXTURE: u32 = 0xffffffffu;

@group(1) @binding(0) var<storage, read> nodes: array<Node>;
@group(1) @binding(1) var<storage, read> triangles: array<Triangle>;
@group(1) @binding(2) var<storage, read> corners: array<Corners>;
@group(1) @binding(3) var<storage, read> vertices: array<Vertex>;
@group(1) @binding(4) var<storage, read> instances: array<Instance>;
@group(1) @binding(5) var<storage, read> materials: array<Material>;
@group(1) @binding(6) var<storage, read> lights: array<Light>;
