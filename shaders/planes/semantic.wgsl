// Class number at the pixel; 0 for nothing.

fn plane_value(hit: Hit, ray: Ray) -> vec4<u32> {
    if hit.instance == NO_HIT {
        return vec4(0u);
    }
    return vec4(instances[hit.instance].class_id);
}
