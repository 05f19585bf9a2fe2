// Position in the unit's own box, scaled to 0..1 (NOCS); 0 where no unit is seen.

fn plane_value(hit: Hit, ray: Ray) -> vec4<u32> {
    if hit.instance == NO_HIT || instances[hit.instance].id == 0u {
        return vec4(0u);
    }
    let position = surface_at(hit, ray.direction).position_in_object;
    let scaled = (position - instances[hit.instance].box_min) * instances[hit.instance].box_scale;
    return bitcast<vec4<u32>>(vec4(clamp(scaled, vec3(0.0), vec3(1.0)), 0.0));
}
