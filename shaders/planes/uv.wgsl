// Texture coordinates, set 0; 0 for nothing.

fn plane_value(hit: Hit, ray: Ray) -> vec4<u32> {
    if hit.instance == NO_HIT {
        return vec4(0u);
    }
    return bitcast<vec4<u32>>(surface_at(hit, ray.direction).uvs);
}
