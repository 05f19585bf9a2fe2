// Every body that the ray through a pixel's centre meets, at its first surface: each unit by itself, and all that is no
// unit as one. One walk through the tree of the instances per ray, in 8x4 tiles of a pixel grid that goes on beyond the
// picture. Each instance is searched by `trace`, so its hit has the very bits that other passes see.

// Where the pixels of a body count: [0] the picture, for all that is no unit; [n] the outline of unit n.
struct BodyWindow {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
}

// How far the ray of a pixel has come. All zero before it starts.
struct RayState {
    // Instances of the walk that need no further look; FINISHED when all are done.
    visited: u32,
    // Where the hits of this dispatch lie in the list, and how many they are.
    first: u32,
    count: u32,
    // Depth of the nearest surface so far that is no unit.
    store: f32,
}

// 8x4 pixels from (x, y) on, and how far the ray of each lane is.
struct RayTile {
    x: i32,
    y: i32,
    rays: array<RayState, 32>,
}

struct BodyHit {
    t: f32,
    // Unit number; 0 for what is no unit. Of several zeros on a ray the nearest counts.
    id: u32,
}

struct HitList {
    // Hits that rays wanted to leave, also those for which there was no room.
    wanted: atomic<u32>,
    unused: u32,
    hits: array<BodyHit>,
}

@group(2) @binding(0) var<storage, read> windows: array<BodyWindow>;
@group(2) @binding(1) var<storage, read_write> tiles: array<RayTile>;
@group(2) @binding(2) var<storage, read_write> list: HitList;

const FINISHED: u32 = 0xffffffffu;
// Hits that a ray keeps before it leaves them in the list. It goes on in the next dispatch where there are more.
const MAX_KEPT: u32 = 32u;

fn counts_at(id: u32, pixel: vec2<i32>) -> bool {
    let at = pixel - vec2(windows[id].x, windows[id].y);
    return at.x >= 0 && at.y >= 0 && u32(at.x) < windows[id].width && u32(at.y) < windows[id].height;
}

@compute @workgroup_size(8, 4)
fn cs_meet(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let tile = group.y * groups.x + group.x;
    if tile >= arrayLength(&tiles) {
        return;
    }
    let before = tiles[tile].rays[lane];
    tiles[tile].rays[lane].count = 0u;
    if before.visited == FINISHED {
        return;
    }
    let pixel = vec2(tiles[tile].x, tiles[tile].y) + vec2<i32>(lane_pixel(vec3(0u), lane));
    let ray = camera_ray(vec2<f32>(pixel) + 0.5);
    let inverse = safe_inverse(ray.direction);

    var kept: array<BodyHit, MAX_KEPT>;
    var count = 0u;
    var visits = 0u;
    var after = FINISHED;
    var store = select(before.store, 3e38, before.visited == 0u);
    var stack: array<u32, STACK_SIZE>;
    stack[0] = 0u;
    var waiting = select(1u, 0u, all(ray.direction == vec3(0.0)));
    loop {
        // On to the next instance that counts here, in the order of `trace`: neighbouring rays then search their
        // instances together.
        var found = false;
        var reference = 0u;
        while waiting > 0u && !found {
            waiting -= 1u;
            reference = stack[waiting];
            let kind = reference >> 30u;
            if kind == 0u {
                let left = enter_box(nodes[reference].left_min, nodes[reference].left_max, ray.origin, inverse, 3e38);
                let right = enter_box(nodes[reference].right_min, nodes[reference].right_max, ray.origin, inverse, 3e38);
                let left_reference = nodes[reference].left;
                let right_reference = nodes[reference].right;
                let left_first = left <= right;
                // What is farther waits below what is nearer.
                if left >= 0.0 && right >= 0.0 && waiting < STACK_SIZE {
                    stack[waiting] = select(left_reference, right_reference, left_first);
                    waiting += 1u;
                }
                if (left >= 0.0 || right >= 0.0) && waiting < STACK_SIZE {
                    let takes_left = left >= 0.0 && (left_first || right < 0.0);
                    stack[waiting] = select(right_reference, left_reference, takes_left);
                    waiting += 1u;
                }
            } else if kind == 2u {
                visits += 1u;
                found = visits > before.visited && counts_at(instances[reference & 0x3fffffffu].id, pixel);
            }
        }
        if !found {
            break;
        }
        if count == MAX_KEPT {
            after = visits - 1u;
            break;
        }
        let id = instances[reference & 0x3fffffffu].id;
        let hit = trace(ray, 0.0, select(3e38, store, id == 0u), LABEL, reference);
        if hit.instance != NO_HIT {
            store = select(store, hit.t, id == 0u);
            kept[count] = BodyHit(hit.t, id);
            count += 1u;
        }
    }

    // Where there is no room, the ray is left as it was, and goes the same way again.
    let first = atomicAdd(&list.wanted, count);
    if first + count <= arrayLength(&list.hits) {
        for (var i = 0u; i < count; i++) {
            list.hits[first + i] = kept[i];
        }
        tiles[tile].rays[lane] = RayState(after, first, count, store);
    }
}
