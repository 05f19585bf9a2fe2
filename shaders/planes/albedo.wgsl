// Linear base colour, textures filtered to the pixel's footprint; 0 for nothing.

fn plane_value(hit: Hit, ray: Ray) -> vec4<u32> {
    if hit.instance == NO_HIT {
        return vec4(0u);
    }
    let s = surface_at(hit, ray.direction);
    let maps = maps_at(s, hit.t * view.pixel_spread);
    let color = base_color_of(s, maps[BASE_COLOR_MAP]);
    return bitcast<vec4<u32>>(vec4(color.rgb, 0.0));
}
