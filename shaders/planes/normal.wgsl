// Unit interpolated normal in camera space, on the viewer's side; normal maps are not applied. 0 for nothing.

fn plane_value(hit: Hit, ray: Ray) -> vec4<u32> {
    if hit.instance == NO_HIT {
        return vec4(0u);
    }
    let normal = surface_at(hit, ray.direction).normal;
    return bitcast<vec4<u32>>(vec4(normal * view.world_from_camera, 0.0));
}
