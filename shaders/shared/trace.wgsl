// Closest and any hit through the two-level tree: one tree per geometry, one over the instances of the frame.
//
// A reference's two top bits say what it names: 0 an inner node, 1 up to 15 triangles (count in bits 26-29, first in the
// bits below), 2 an instance. The tree of the instances starts at node 0.

struct Hit {
    // Number of the instance, NO_HIT if there is none.
    instance: u32,
    triangle: u32,
    // Ray parameter: depth in metres for a camera ray.
    t: f32,
    // Weights of the corners b and c.
    barycentric: vec2<f32>,
}

const NO_HIT: u32 = 0xffffffffu;
const LEAVE_INSTANCE: u32 = 0xffffffffu;
const STACK_SIZE: u32 = 64u;
// Flag of instances that are panes in front of the goods.
const SEEN_THROUGH: u32 = 4u;

// What a ray is for. Labels: the first surface, and whatever is clear counts as a whole, but panes are not there.
const LABEL: u32 = 0u;
// Whether there is anything.
const OUTLINE: u32 = 1u;
// Colour: the first surface.
const COLOR: u32 = 2u;
// Whether anything is in the way of light: what see-through surfaces leave of it is multiplied into `let_through`.
const SHADOW: u32 = 3u;

fn transform_point(rows: array<vec4<f32>, 3>, p: vec3<f32>) -> vec3<f32> {
    return vec3(
        dot(rows[0].xyz, p) + rows[0].w,
        dot(rows[1].xyz, p) + rows[1].w,
        dot(rows[2].xyz, p) + rows[2].w,
    );
}

fn transform_vector(rows: array<vec4<f32>, 3>, v: vec3<f32>) -> vec3<f32> {
    return vec3(dot(rows[0].xyz, v), dot(rows[1].xyz, v), dot(rows[2].xyz, v));
}

// 1 / direction without infinities, so that no slab test meets 0 * inf.
fn safe_inverse(d: vec3<f32>) -> vec3<f32> {
    return 1.0 / select(d, vec3(1e-18), abs(d) < vec3(1e-18));
}

// Parameter where the ray enters the box, or -1 if it misses it before t_max. The exit is widened by a few ulp
// (Ize 2013, "Robust BVH Ray Traversal").
fn enter_box(low: vec3<f32>, high: vec3<f32>, origin: vec3<f32>, inverse: vec3<f32>, t_max: f32) -> f32 {
    let a = (low - origin) * inverse;
    let b = (high - origin) * inverse;
    let near = min(a, b);
    let far = max(a, b);
    let t_enter = max(max(near.x, near.y), max(near.z, 0.0));
    let t_exit = min(min(far.x, far.y), min(far.z, t_max)) * 1.000001;
    return select(-1.0, t_enter, t_enter <= t_exit);
}

// Signed volume that decides on which side of an edge the ray passes. Swapping the two corners flips the sign exactly,
// so neighbouring triangles never both miss (the edge test of Embree's robust mode).
fn edge_side(from_: vec3<f32>, to: vec3<f32>, direction: vec3<f32>) -> f32 {
    return dot(cross(from_ - to, from_ + to), direction);
}

// What a shadow ray has left after the see-through surfaces that it met so far.
var<private> let_through: vec3<f32>;

// Share of light that passes a triangle straight: all of it through the holes of an alpha mask, and for shadow rays some
// through blended surfaces and thin walls. The cosine is between ray and face.
fn straight_share(instance: u32, triangle: u32, barycentric: vec2<f32>, cosine: f32, is_shadow: bool) -> vec3<f32> {
    let corner = corners[triangle];
    let m = instances[instance].material + corner.slot;
    let flags = materials[m].flags;
    let is_masked = (flags & 3u) == 1u;
    if !is_masked && !(is_shadow && (flags & 16u) != 0u) {
        return vec3(0.0);
    }
    let a = vertices[corner.a];
    let b = vertices[corner.b];
    let c = vertices[corner.c];
    let w = vec3(1.0 - barycentric.x - barycentric.y, barycentric);
    let uvs = a.uv * w.x + b.uv * w.y + c.uv * w.z;
    let color = unpack4x8unorm(a.color) * w.x + unpack4x8unorm(b.color) * w.y + unpack4x8unorm(c.color) * w.z;
    // Both maps in one loop, because the code of a lookup is long.
    var base = vec4(1.0);
    var transmission = materials[m].transmission;
    for (var i = 0u; i < 2u; i++) {
        let slot = select(TRANSMISSION_MAP, BASE_COLOR_MAP, i == 0u);
        let value = texel(materials[m].maps[slot], i == 0u, uvs);
        if i == 0u {
            base = materials[m].base_color * color * value;
        } else {
            transmission *= value.r;
        }
    }
    if is_masked && base.a < materials[m].alpha_cutoff {
        return vec3(1.0);
    }
    var share = vec3(0.0);
    if is_shadow && transmission > 0.0 && (flags & 8u) == 0u && materials[m].roughness <= SMOOTH {
        share = transmission * base.rgb * (1.0 - wall_reflectance(m, cosine));
    }
    if is_shadow && (flags & 3u) == 2u {
        share = vec3(1.0 - base.a) + share * base.a;
    }
    return share;
}

// First hit with t_min < t < t_max, or with OUTLINE and SHADOW any one. `start` is 0 for the whole scene or the reference
// of a single instance.
fn trace(ray: Ray, t_min: f32, t_max: f32, mode: u32, start: u32) -> Hit {
    var hit = Hit(NO_HIT, 0u, t_max, vec2(0.0));
    if all(ray.direction == vec3(0.0)) {
        return hit;
    }
    var origin = ray.origin;
    var direction = ray.direction;
    var inverse = safe_inverse(direction);
    var instance = NO_HIT;
    // The instance has holes, or lets the light of shadow rays through.
    var looks_closer = false;
    var stack: array<u32, STACK_SIZE>;
    var depth = 0u;
    var reference = start;
    loop {
        var descend = false;
        let kind = reference >> 30u;
        if kind == 0u {
            let left = enter_box(nodes[reference].left_min, nodes[reference].left_max, origin, inverse, hit.t);
            let right = enter_box(nodes[reference].right_min, nodes[reference].right_max, origin, inverse, hit.t);
            let left_reference = nodes[reference].left;
            let right_reference = nodes[reference].right;
            if left >= 0.0 && right >= 0.0 {
                let left_first = left <= right;
                if depth < STACK_SIZE {
                    stack[depth] = select(left_reference, right_reference, left_first);
                    depth += 1u;
                }
                reference = select(right_reference, left_reference, left_first);
                descend = true;
            } else if left >= 0.0 {
                reference = left_reference;
                descend = true;
            } else if right >= 0.0 {
                reference = right_reference;
                descend = true;
            }
        } else if kind == 1u {
            let first = reference & 0x3ffffffu;
            let end = first + ((reference >> 26u) & 15u);
            for (var i = first; i < end; i++) {
                let a = triangles[i].a - origin;
                let b = triangles[i].b - origin;
                let c = triangles[i].c - origin;
                let u = edge_side(c, a, direction);
                let v = edge_side(a, b, direction);
                let w = edge_side(b, c, direction);
                if min(min(u, v), w) < 0.0 && max(max(u, v), w) > 0.0 {
                    continue;
                }
                let sum = u + v + w;
                let normal = cross(b - a, c - a);
                let slope = dot(normal, direction);
                if sum == 0.0 || slope == 0.0 {
                    continue;
                }
                let t = dot(normal, a) / slope;
                if t <= t_min || t >= hit.t {
                    continue;
                }
                let barycentric = vec2(u, v) / sum;
                if looks_closer {
                    let cosine = abs(slope) * inverseSqrt(dot(normal, normal) * dot(direction, direction));
                    let share = straight_share(instance, i, barycentric, cosine, mode == SHADOW);
                    if mode == SHADOW && any(let_through * share > vec3(1e-4)) {
                        let_through *= share;
                        continue;
                    }
                    if all(share == vec3(1.0)) {
                        continue;
                    }
                }
                hit = Hit(instance, i, t, barycentric);
                if mode == OUTLINE || mode == SHADOW {
                    return hit;
                }
            }
        } else if mode != LABEL || (instances[reference & 0x3fffffffu].flags & SEEN_THROUGH) == 0u {
            instance = reference & 0x3fffffffu;
            origin = transform_point(instances[instance].object_from_world, ray.origin);
            direction = transform_vector(instances[instance].object_from_world, ray.direction);
            inverse = safe_inverse(direction);
            let closer = select(1u, 3u, mode == SHADOW);
            looks_closer = (instances[instance].flags & closer) != 0u;
            if depth < STACK_SIZE {
                stack[depth] = LEAVE_INSTANCE;
                depth += 1u;
            }
            reference = instances[instance].root;
            descend = true;
        }
        if descend {
            continue;
        }
        // Take the next reference from the stack, leaving the instance where its tree is done.
        var done = true;
        while depth > 0u {
            depth -= 1u;
            reference = stack[depth];
            if reference != LEAVE_INSTANCE {
                done = false;
                break;
            }
            origin = ray.origin;
            direction = ray.direction;
            inverse = safe_inverse(direction);
        }
        if done {
            break;
        }
    }
    return hit;
}
