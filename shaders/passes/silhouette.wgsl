// The full outline of every unit: rays against that unit alone, in 8x8 tiles of the window around its projected box.

struct Tile {
    instance: u32,
    x: i32,
    y: i32,
    unused: u32,
}

@group(2) @binding(0) var<storage, read> tiles: array<Tile>;
// Two words a tile: row by row, lowest bit leftmost.
@group(2) @binding(1) var<storage, read_write> bits: array<u32>;

var<workgroup> tile_bits: array<atomic<u32>, 2>;

@compute @workgroup_size(8, 8)
fn cs_outline(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_id) at: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let tile = group.y * groups.x + group.x;
    if index < 2u {
        atomicStore(&tile_bits[index], 0u);
    }
    workgroupBarrier();
    if tile < arrayLength(&tiles) {
        let origin = vec2(tiles[tile].x, tiles[tile].y);
        let ray = camera_ray(vec2<f32>(origin + vec2<i32>(at.xy)) + 0.5);
        let hit = trace(ray, 0.0, 3e38, OUTLINE, (2u << 30u) | tiles[tile].instance);
        if hit.instance != NO_HIT {
            atomicOr(&tile_bits[index / 32u], 1u << (index % 32u));
        }
    }
    workgroupBarrier();
    if tile < arrayLength(&tiles) && index < 2u {
        bits[tile * 2u + index] = atomicLoad(&tile_bits[index]);
    }
}
