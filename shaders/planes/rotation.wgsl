// camera_from_object of the unit as a unit quaternion x, y, z, w; 0 where no unit is seen.

fn plane_value(hit: Hit, ray: Ray) -> vec4<u32> {
    if hit.instance == NO_HIT || instances[hit.instance].id == 0u {
        return vec4(0u);
    }
    return bitcast<vec4<u32>>(instances[hit.instance].rotation);
}
