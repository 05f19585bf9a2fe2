// Number of what is seen, from 1: units by their numbers, then the parts of the store; 0 for nothing.

fn plane_value(hit: Hit, ray: Ray) -> vec4<u32> {
    if hit.instance == NO_HIT {
        return vec4(0u);
    }
    return vec4(hit.instance + 1u);
}
