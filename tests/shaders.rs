//! Every shader is valid WGSL, and every structure has the same layout on both sides. Needs no GPU.
#![cfg(feature = "gpu")]

use std::mem::{offset_of, size_of};

use endcap::render::{gpu_data, shaders};
use naga::valid::{Capabilities, ValidationFlags, Validator};

#[test]
fn every_shader_is_valid() {
    let all = shaders::all();
    assert!(all.len() >= 18, "only {} shaders", all.len());
    let mut failures = Vec::new();
    for shader in all {
        let module = match naga::front::wgsl::parse_str(&shader.source) {
            Ok(module) => module,
            Err(error) => {
                failures.push(format!("{}: {}", shader.name, error.emit_to_string(&shader.source)));
                continue;
            }
        };
        if !module.entry_points.iter().any(|entry| entry.name == shader.entry) {
            failures.push(format!("{}: no entry point {}", shader.name, shader.entry));
        }
        if let Err(error) = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module) {
            failures.push(format!("{}: {}", shader.name, error.emit_to_string(&shader.source)));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Size, and name and offset of every field, of a WGSL structure.
fn wgsl_layout(name: &str) -> (usize, Vec<(String, usize)>) {
    for shader in shaders::all() {
        let module = naga::front::wgsl::parse_str(&shader.source).expect("valid, see the other test");
        for (_, ty) in module.types.iter() {
            if let (Some(own), naga::TypeInner::Struct { members, span }) = (&ty.name, &ty.inner)
                && own == name
            {
                let fields = members.iter().map(|m| (m.name.clone().expect("named"), m.offset as usize)).collect();
                return (*span as usize, fields);
            }
        }
    }
    panic!("no shader has a struct {name}");
}

macro_rules! assert_same_layout {
    ($name:ident: $($field:ident),+) => {{
        let rust = (
            size_of::<gpu_data::$name>(),
            vec![$((stringify!($field).to_owned(), offset_of!(gpu_data::$name, $field))),+],
        );
        assert_eq!(wgsl_layout(stringify!($name)), rust, stringify!($name));
    }};
}

#[test]
fn structures_have_the_same_layout_in_rust_and_wgsl() {
    assert_same_layout!(View: world_from_camera, intrinsics, distortion, k3, pixel_spread, exposure, light_count,
        window_origin, window_size, seed, sample_first, sample_count, environment, environment_picture, sample_total,
        bounces, ambient, firefly_limit, environment_mean, strategy);
    assert_same_layout!(Photo: velocity, aperture, turning, focus, readout, picture_size, white_balance, shutter,
        magnification, vignetting, electrons, read_noise, sharpening, sharpening_radius, tone, blur,
        unused_0, unused_1, unused_2);
    assert_same_layout!(Node: left_min, left, left_max, unused_0, right_min, right, right_max, unused_1);
    assert_same_layout!(Triangle: a, unused_0, b, unused_1, c, unused_2);
    assert_same_layout!(Corners: a, b, c, slot);
    assert_same_layout!(Vertex: normal, color, uv, tangent);
    assert_same_layout!(Instance: object_from_world, world_from_object, rotation, box_min, root, box_scale, material,
        id, class_id, flags, unused);
    assert_same_layout!(TextureUse: transform, offset, place, addressing);
    assert_same_layout!(Material: base_color, emissive, flags, metallic, roughness, normal_scale, occlusion_strength,
        ior, specular, transmission, alpha_cutoff, specular_color, priority, absorption, clearcoat, sheen_color,
        sheen_roughness, diffuse_transmission_color, diffuse_transmission, clearcoat_roughness, anisotropy,
        anisotropy_rotation, iridescence, iridescence_ior, iridescence_thickness_nm, unused_0, unused_1,
        maps);
    assert_same_layout!(Light: place, kind, half_u, cos_inner, half_v, cos_outer, power, range);
    assert_same_layout!(EnvironmentCell: threshold, alias_, density, unused);
    assert_same_layout!(Guides: albedo, normal);
    assert_same_layout!(PixelHit: instance, triangle, t, u, v);
    assert_same_layout!(BodyWindow: x, y, width, height);
    assert_same_layout!(RayState: visited, first, count, store);
    assert_same_layout!(RayTile: x, y, rays);
    assert_same_layout!(BodyHit: t, id);
    assert_same_layout!(Tile: instance, x, y, unused);
}
