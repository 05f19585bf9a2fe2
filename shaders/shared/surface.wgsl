// What is at a hit: position, normals, texture coordinates, and the material there.

struct Surface {
    // Relative to the camera, in metres, from the corners rather than along the ray: exact to the last bits.
    position: vec3<f32>,
    // Position in the unit's own coordinates.
    position_in_object: vec3<f32>,
    // Unit normal of the triangle, towards the viewer.
    face_normal: vec3<f32>,
    // Unit interpolated normal, on the viewer's side.
    normal: vec3<f32>,
    // Unit tangent with handedness; zero when the mesh has none.
    tangent: vec4<f32>,
    uvs: vec4<f32>,
    color: vec4<f32>,
    // True where the viewer is outside: the face turns its counter-clockwise side to the ray.
    front: bool,
    material: u32,
    // Texture footprint of a ray cone of width 1 at the hit: log2 of its width in units of texture coordinates.
    footprint: f32,
}

// Rows of the inverse transform, transposed: takes object normals to the world.
fn transform_normal(object_from_world: array<vec4<f32>, 3>, n: vec3<f32>) -> vec3<f32> {
    return object_from_world[0].xyz * n.x + object_from_world[1].xyz * n.y + object_from_world[2].xyz * n.z;
}

fn surface_at(hit: Hit, direction: vec3<f32>) -> Surface {
    let triangle = triangles[hit.triangle];
    let corner = corners[hit.triangle];
    let a = vertices[corner.a];
    let b = vertices[corner.b];
    let c = vertices[corner.c];
    let w = vec3(1.0 - hit.barycentric.x - hit.barycentric.y, hit.barycentric);
    let object_from_world = instances[hit.instance].object_from_world;
    let world_from_object = instances[hit.instance].world_from_object;
    var s: Surface;
    s.position_in_object = triangle.a * w.x + triangle.b * w.y + triangle.c * w.z;
    s.position = transform_point(world_from_object, s.position_in_object);
    let edge_b = transform_vector(world_from_object, triangle.b - triangle.a);
    let edge_c = transform_vector(world_from_object, triangle.c - triangle.a);
    let doubled = cross(edge_b, edge_c);
    s.face_normal = normalize(doubled);
    let away = dot(s.face_normal, direction) > 0.0;
    // A mirrored unit has its corners the other way round.
    let rows = world_from_object;
    let mirrored = dot(rows[0].xyz, cross(rows[1].xyz, rows[2].xyz)) < 0.0;
    s.front = away == mirrored;
    s.face_normal = select(s.face_normal, -s.face_normal, away);
    let interpolated = transform_normal(object_from_world, a.normal * w.x + b.normal * w.y + c.normal * w.z);
    s.normal = select(s.face_normal, normalize(interpolated), dot(interpolated, interpolated) > 0.0);
    // A shading normal beyond the horizon of the face is put on the face's side.
    s.normal = select(s.normal, -s.normal, dot(s.normal, s.face_normal) < 0.0);
    let tangent = a.tangent * w.x + b.tangent * w.y + c.tangent * w.z;
    s.tangent = vec4(transform_vector(world_from_object, tangent.xyz), tangent.w);
    s.uvs = a.uv * w.x + b.uv * w.y + c.uv * w.z;
    s.color = unpack4x8unorm(a.color) * w.x + unpack4x8unorm(b.color) * w.y + unpack4x8unorm(c.color) * w.z;
    s.material = instances[hit.instance].material + corner.slot;
    // Akenine-Möller et al. 2019, "Texture Level of Detail Strategies for Real-Time Ray Tracing", equation 34.
    let uv_b = b.uv.xy - a.uv.xy;
    let uv_c = c.uv.xy - a.uv.xy;
    let uv_area = abs(uv_b.x * uv_c.y - uv_c.x * uv_b.y);
    let cosine = max(abs(dot(s.face_normal, normalize(direction))), 0.05);
    s.footprint = 0.5 * log2(max(uv_area, 1e-20) / max(length(doubled), 1e-20)) - 0.5 * log2(cosine);
    return s;
}

// Mip level of a texture for a ray cone of this width in metres.
fn texture_level(s: Surface, use_: TextureUse, cone_width: f32) -> f32 {
    let stretch = 0.5 * log2(max(abs(use_.transform.x * use_.transform.w - use_.transform.y * use_.transform.z), 1e-20));
    return max(0.0, s.footprint + stretch + log2(texture_size(use_) * cone_width));
}

// Values of all maps of a surface, filtered to a ray cone of this width in metres; 1 where the material has none.
fn maps_at(s: Surface, cone_width: f32) -> array<vec4<f32>, 13> {
    var values: array<vec4<f32>, 13>;
    for (var slot = 0u; slot < MAPS; slot++) {
        values[slot] = vec4(1.0);
        let use_ = materials[s.material].maps[slot];
        if use_.place != NO_TEXTURE {
            let is_color = ((COLOR_MAPS >> slot) & 1u) != 0u;
            values[slot] = sample_map(use_, is_color, s.uvs, texture_level(s, use_, cone_width));
        }
    }
    return values;
}

// Base colour (linear RGB) and alpha, given the value of its map.
fn base_color_of(s: Surface, map: vec4<f32>) -> vec4<f32> {
    return materials[s.material].base_color * s.color * map;
}

// Unit shading normal, bent by the value of the normal map.
fn mapped_normal(s: Surface, map: vec4<f32>) -> vec3<f32> {
    if materials[s.material].maps[NORMAL_MAP].place == NO_TEXTURE || dot(s.tangent.xyz, s.tangent.xyz) < 1e-12 {
        return s.normal;
    }
    let bent = map.xyz * 2.0 - 1.0;
    let scale = materials[s.material].normal_scale;
    let tangent = normalize(s.tangent.xyz - s.normal * dot(s.normal, s.tangent.xyz));
    let bitangent = cross(s.normal, tangent) * s.tangent.w;
    return normalize(tangent * bent.x * scale + bitangent * bent.y * scale + s.normal * max(bent.z, 0.01));
}
