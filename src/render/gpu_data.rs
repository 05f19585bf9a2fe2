//! What the shaders read, field by field as in `shaders/shared`; `tests/shaders.rs` compares the layouts.

#![expect(missing_docs, reason = "the fields are documented where their meaning is: in the WGSL of the same name")]

use bytemuck::{Pod, Zeroable};
use glam::{IVec2, UVec2, Vec2, Vec3, Vec4};

pub use crate::trace::{Node, Triangle};

/// `struct View` of `shared/view.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct View {
    pub world_from_camera: [Vec4; 3],
    pub intrinsics: Vec4,
    pub distortion: Vec4,
    pub k3: f32,
    pub pixel_spread: f32,
    pub exposure: f32,
    pub light_count: u32,
    pub window_origin: IVec2,
    pub window_size: UVec2,
    pub seed: UVec2,
    pub sample_first: u32,
    pub sample_count: u32,
    pub environment: Vec3,
    pub environment_picture: u32,
    pub sample_total: u32,
    pub bounces: u32,
    pub ambient: f32,
    pub firefly_limit: f32,
    pub environment_mean: Vec3,
    pub strategy: u32,
}

/// `struct Photo` of `shared/lens.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Photo {
    pub velocity: Vec3,
    pub aperture: f32,
    pub turning: Vec3,
    pub focus: f32,
    pub readout: Vec2,
    pub picture_size: UVec2,
    pub white_balance: Vec3,
    pub shutter: f32,
    pub magnification: Vec2,
    pub vignetting: f32,
    pub electrons: f32,
    pub read_noise: f32,
    pub sharpening: f32,
    pub sharpening_radius: f32,
    pub tone: u32,
    pub blur: f32,
    pub unused_0: u32,
    pub unused_1: u32,
    pub unused_2: u32,
}

/// `struct Corners` of `shared/scene.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Corners {
    pub a: u32,
    pub b: u32,
    pub c: u32,
    pub slot: u32,
}

/// `struct Vertex` of `shared/scene.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Vertex {
    pub normal: Vec3,
    pub color: u32,
    pub uv: Vec4,
    pub tangent: Vec4,
}

/// `struct Instance` of `shared/scene.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Instance {
    pub object_from_world: [Vec4; 3],
    pub world_from_object: [Vec4; 3],
    pub rotation: Vec4,
    pub box_min: Vec3,
    pub root: u32,
    pub box_scale: Vec3,
    pub material: u32,
    pub id: u32,
    pub class_id: u32,
    pub flags: u32,
    pub unused: u32,
}

/// `struct TextureUse` of `shared/scene.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct TextureUse {
    pub transform: Vec4,
    pub offset: Vec2,
    pub place: u32,
    pub addressing: u32,
}

/// `struct Material` of `shared/scene.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Material {
    pub base_color: Vec4,
    pub emissive: Vec3,
    pub flags: u32,
    pub metallic: f32,
    pub roughness: f32,
    pub normal_scale: f32,
    pub occlusion_strength: f32,
    pub ior: f32,
    pub specular: f32,
    pub transmission: f32,
    pub alpha_cutoff: f32,
    pub specular_color: Vec3,
    pub priority: u32,
    pub absorption: Vec3,
    pub clearcoat: f32,
    pub sheen_color: Vec3,
    pub sheen_roughness: f32,
    pub diffuse_transmission_color: Vec3,
    pub diffuse_transmission: f32,
    pub clearcoat_roughness: f32,
    pub anisotropy: f32,
    pub anisotropy_rotation: f32,
    pub iridescence: f32,
    pub iridescence_ior: f32,
    pub iridescence_thickness_nm: f32,
    pub unused_0: u32,
    pub unused_1: u32,
    pub maps: [TextureUse; 13],
}

/// `struct Light` of `shared/scene.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Light {
    pub place: Vec3,
    pub kind: u32,
    pub half_u: Vec3,
    pub cos_inner: f32,
    pub half_v: Vec3,
    pub cos_outer: f32,
    pub power: Vec3,
    pub range: f32,
}

/// `struct EnvironmentCell` of `shared/light.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct EnvironmentCell {
    pub threshold: f32,
    pub alias_: u32,
    pub density: f32,
    pub unused: u32,
}

/// `struct Guides` of `passes/radiance.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Guides {
    pub albedo: Vec4,
    pub normal: Vec4,
}

/// `struct PixelHit` of `passes/visibility.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct PixelHit {
    pub instance: u32,
    pub triangle: u32,
    pub t: f32,
    pub u: f32,
    pub v: f32,
}

/// `struct BodyWindow` of `passes/all_hits.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct BodyWindow {
    pub x: i32,
    pub y: i32,
    pub width: u32,
    pub height: u32,
}

/// `struct RayState` of `passes/all_hits.wgsl`.
#[derive(Debug, Clone, Copy, Default, Pod, Zeroable)]
#[repr(C)]
pub struct RayState {
    pub visited: u32,
    pub first: u32,
    pub count: u32,
    pub store: f32,
}

/// `struct RayTile` of `passes/all_hits.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct RayTile {
    pub x: i32,
    pub y: i32,
    pub rays: [RayState; 32],
}

/// `struct BodyHit` of `passes/all_hits.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct BodyHit {
    pub t: f32,
    pub id: u32,
}

/// `struct Tile` of `passes/silhouette.wgsl`.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Tile {
    pub instance: u32,
    pub x: i32,
    pub y: i32,
    pub unused: u32,
}
