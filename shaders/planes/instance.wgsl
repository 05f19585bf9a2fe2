// Unit number at the pixel; 0 for parts of the store and for nothing.

fn plane_value(hit: Hit, ray: Ray) -> vec4<u32> {
    if hit.instance == NO_HIT {
        return vec4(0u);
    }
    return vec4(instances[hit.instance].id);
}
