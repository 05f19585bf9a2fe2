// Metres along the optical axis: the parameter of a ray whose direction has z = 1 in camera space. Infinite for nothing.

fn plane_value(hit: Hit, ray: Ray) -> vec4<u32> {
    return vec4(select(bitcast<u32>(hit.t), 0x7f800000u, hit.instance == NO_HIT));
}
