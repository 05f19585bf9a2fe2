use std::collections::HashMap;

use glam::Vec3;

use super::environment::EnvironmentTexture;
use super::geometry::GeometryPool;
use super::grow_buffer::GrowBuffer;
use super::passes::{SceneGroups, SharedLayouts};
use super::textures::{SIZES, TexturePool};
use super::{Context, Error, gpu_data, materials};
use crate::catalog::AlphaMode;
use crate::scene::{Light, Scene};
use crate::trace::{PlacedScene, Placement, Tlas};

/// The scene that the shaders see: what stays from scene to scene, and what each scene replaces.
#[derive(Debug)]
pub(super) struct SceneUpload {
    geometry: GeometryPool,
    textures: TexturePool,
    environment: EnvironmentTexture,
    instances: GrowBuffer,
    materials: GrowBuffer,
    lights: GrowBuffer,
}

impl SceneUpload {
    pub(super) fn new(context: &Context, texture_budget_bytes: u64) -> Result<Self, Error> {
        Ok(Self {
            geometry: GeometryPool::new(context)?,
            textures: TexturePool::new(context, texture_budget_bytes),
            environment: EnvironmentTexture::new(context)?,
            instances: GrowBuffer::new(context, "instances"),
            materials: GrowBuffer::new(context, "materials"),
            lights: GrowBuffer::new(context, "lights"),
        })
    }

    /// Layout of the bind group that all passes share.
    pub(super) fn layout(context: &Context) -> wgpu::BindGroupLayout {
        let buffer = wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Storage { read_only: true },
            has_dynamic_offset: false,
            min_binding_size: None,
        };
        let texture = |view_dimension| wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: false },
            view_dimension,
            multisampled: false,
        };
        let mut types = vec![buffer; 7];
        types.extend([texture(wgpu::TextureViewDimension::D2Array); SIZES.len()]);
        types.push(texture(wgpu::TextureViewDimension::D2));
        let entries: Vec<_> = (0_u32..)
            .zip(types)
            .map(|(binding, ty)| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty,
                count: None,
            })
            .collect();
        context.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("render/scene"),
            entries: &entries,
        })
    }

    /// Uploads a scene, and binds it.
    pub(super) fn upload(
        &mut self,
        context: &Context,
        shared: &SharedLayouts,
        scene: &Scene,
    ) -> Result<SceneGroups, Error> {
        let placed = PlacedScene::new(scene)?;
        let boxes: Vec<_> = placed.placements.iter().map(|placement| placement.bounds).collect();
        let tlas = Tlas::build(&boxes)?;
        self.geometry.ensure(context, &placed.models(), &tlas)?;
        self.upload_looks(context, scene, &placed)?;
        self.environment.ensure(context, scene.environment.picture.as_deref())?;
        let lights: Vec<_> = scene.lights.iter().map(|light| gpu_light(light, &placed)).collect();
        self.lights.replace(context, at_least_one(&lights))?;
        Ok(self.bind(context, shared))
    }

    /// Mean radiance of the environment of the scene that was uploaded last, without the scene's factor.
    pub(super) fn environment_mean(&self, scene: &Scene) -> Vec3 {
        self.environment.mean(scene.environment.picture.is_some())
    }

    /// Instances, their materials and textures. Equal looks at equal texture sizes share their materials.
    fn upload_looks(&mut self, context: &Context, scene: &Scene, placed: &PlacedScene) -> Result<(), Error> {
        let texels: Vec<Vec<f32>> = placed.placements.iter().map(|placement| self.texels(scene, placement)).collect();
        let wants: Vec<_> = placed
            .placements
            .iter()
            .zip(&texels)
            .flat_map(|(placement, texels)| {
                placement.look.materials.iter().zip(texels).flat_map(|(material, &t)| materials::wants(material, t))
            })
            .collect();
        self.textures.ensure(context, &wants)?;

        let mut gpu_materials = Vec::new();
        let mut shared = HashMap::new();
        let mut instances = Vec::with_capacity(placed.placements.len());
        for (placement, texels) in placed.placements.iter().zip(&texels) {
            let own = &placement.look.materials;
            let sizes: Vec<u32> = texels.iter().map(|t| t.to_bits()).collect();
            let first = *shared.entry((own.as_ptr(), sizes)).or_insert_with(|| {
                let first = gpu_materials.len() as u32;
                let added = own.iter().zip(texels).map(|(m, &t)| materials::gpu_material(m, t, &self.textures));
                gpu_materials.extend(added);
                first
            });
            instances.push(self.gpu_instance(placement, first));
        }
        self.instances.replace(context, at_least_one(&instances))?;
        self.materials.replace(context, at_least_one(&gpu_materials))
    }

    /// For each material slot: pixels per unit of texture coordinates where the instance is nearest to the camera,
    /// rounded up to a power of two.
    fn texels(&self, scene: &Scene, placement: &Placement) -> Vec<f32> {
        let nearest = Vec3::ZERO.as_dvec3().clamp(placement.bounds.min, placement.bounds.max).length().max(0.05);
        let pixels_per_metre = (scene.camera.fx.max(scene.camera.fy) / nearest) as f32;
        let resident = self.geometry.get(&placement.look.model.key);
        let scale = scale_of(placement);
        (0..placement.look.materials.len())
            .map(|slot| {
                let metres = resident.metres_per_uv.get(slot).copied().unwrap_or(0.0) * scale;
                ((metres * pixels_per_metre).clamp(1.0, 4096.0).ceil() as u32).next_power_of_two() as f32
            })
            .collect()
    }

    fn gpu_instance(&self, placement: &Placement, material: u32) -> gpu_data::Instance {
        let bounds = placement.look.model.bounds;
        let size = bounds.size().as_vec3();
        let own = &placement.look.materials;
        let has_mask = own.iter().any(|m| matches!(m.alpha, AlphaMode::Mask { .. }));
        let is_see_through = own.iter().any(materials::is_see_through);
        gpu_data::Instance {
            object_from_world: placement.object_from_world,
            world_from_object: placement.world_from_object,
            rotation: placement.rotation.as_quat().into(),
            box_min: if bounds.is_empty() { Vec3::ZERO } else { bounds.min.as_vec3() },
            root: self.geometry.get(&placement.look.model.key).root,
            // A flat unit has coordinate 0 along its missing side.
            box_scale: Vec3::select(size.cmpgt(Vec3::ZERO), 1.0 / size, Vec3::ZERO),
            material,
            id: placement.id,
            class_id: placement.class.into(),
            flags: u32::from(has_mask) | u32::from(is_see_through) << 1 | u32::from(placement.seen_through) << 2,
            unused: 0,
        }
    }

    fn bind(&self, context: &Context, shared: &SharedLayouts) -> SceneGroups {
        let views = self.textures.views();
        let environment = self.environment.view();
        let geometry = &self.geometry;
        let buffers = [
            geometry.nodes.buffer(),
            geometry.triangles.buffer(),
            geometry.corners.buffer(),
            geometry.vertices.buffer(),
            self.instances.buffer(),
            self.materials.buffer(),
            self.lights.buffer(),
        ];
        let mut resources: Vec<_> = buffers.iter().map(|buffer| buffer.as_entire_binding()).collect();
        resources.extend(views.iter().map(wgpu::BindingResource::TextureView));
        resources.push(wgpu::BindingResource::TextureView(&environment));
        let group = |label, layout, resources: Vec<wgpu::BindingResource<'_>>| {
            let entries: Vec<_> = (0_u32..)
                .zip(resources)
                .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
                .collect();
            let entries = entries.as_slice();
            context.device.create_bind_group(&wgpu::BindGroupDescriptor { label: Some(label), layout, entries })
        };
        let tables = vec![self.environment.tables().as_entire_binding()];
        SceneGroups {
            scene: group("render/scene", &shared.scene, resources),
            tables: group("render/tables", &shared.tables, tables),
        }
    }
}

/// Largest factor by which an instance's pose stretches its model.
fn scale_of(placement: &Placement) -> f32 {
    let [x, y, z] = placement.world_from_object;
    (0..3).map(|axis| Vec3::new(x[axis], y[axis], z[axis]).length()).fold(0.0, f32::max)
}

/// Bytes of a list; a zeroed element where there is none, because a binding cannot be empty.
fn at_least_one<T: bytemuck::Pod>(items: &[T]) -> &[u8] {
    const ZEROS: [u8; 1024] = [0; 1024];
    if items.is_empty() { &ZEROS[..size_of::<T>()] } else { bytemuck::cast_slice(items) }
}

fn gpu_light(light: &Light, placed: &PlacedScene) -> gpu_data::Light {
    let none = gpu_data::Light {
        place: Vec3::ZERO,
        kind: 0,
        half_u: Vec3::ZERO,
        cos_inner: -2.0,
        half_v: Vec3::ZERO,
        cos_outer: -3.0,
        power: Vec3::ZERO,
        range: f32::INFINITY,
    };
    match *light {
        Light::Rect { center, half_u, half_v, radiance } => gpu_data::Light {
            place: (center - placed.eye).as_vec3(),
            half_u: half_u.as_vec3(),
            half_v: half_v.as_vec3(),
            power: radiance,
            ..none
        },
        Light::Point { position, direction, intensity, cos_inner, cos_outer, range } => gpu_data::Light {
            place: (position - placed.eye).as_vec3(),
            kind: 1,
            half_u: direction.as_vec3(),
            cos_inner,
            cos_outer,
            power: intensity,
            range,
            ..none
        },
        Light::Sun { direction, irradiance } => {
            gpu_data::Light { place: direction.as_vec3(), kind: 2, power: irradiance, ..none }
        }
    }
}
