// Metres along the ray. Infinite for nothing.

fn plane_value(hit: Hit, ray: Ray) -> vec4<u32> {
    return vec4(select(bitcast<u32>(hit.t * length(ray.direction)), 0x7f800000u, hit.instance == NO_HIT));
}
