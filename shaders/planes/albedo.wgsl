// Linear base colour, textures filtered to the pixel's footprint; 0 for nothing.

fn plane_value(hit: Hit, ray: Ray) -> vec4<u32> {
    if hit.instance == NO_HIT {
        return vec4(0u);
    }
    let color = base_color_at(surface_at(hit, ray.direction), hit.t * view.pixel_spread);
    return bitcast<vec4<u32>>(vec4(color.rgb, 0.0));
}
