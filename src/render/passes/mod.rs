//! The compute passes. Each file has the face of one file in `shaders/passes`.

mod all_hits;
mod denoise;
mod mean;
mod photograph;
mod plane;
mod radiance;
mod silhouette;
mod visibility;

pub(super) use all_hits::AllHitsPass;
pub(super) use denoise::DenoisePass;
pub(super) use mean::MeanPass;
pub(super) use photograph::PhotographPass;
pub(super) use plane::PlanePass;
pub(super) use radiance::RadiancePass;
pub(super) use silhouette::SilhouettePass;
pub(super) use visibility::VisibilityPass;

use super::Context;
use super::gpu_data::{Photo, View};
use super::shaders::Shader;

/// Bind group layouts that passes share: the view and the photo (group 0), the scene (group 1), and the tables of those
/// that follow light (group 3).
#[derive(Debug)]
pub(super) struct SharedLayouts {
    pub(super) view: wgpu::BindGroupLayout,
    pub(super) scene: wgpu::BindGroupLayout,
    pub(super) tables: wgpu::BindGroupLayout,
}

/// A scene that was uploaded, for groups 1 and 3.
#[derive(Debug)]
pub(super) struct SceneGroups {
    pub(super) scene: wgpu::BindGroup,
    pub(super) tables: wgpu::BindGroup,
}

impl SharedLayouts {
    pub(super) fn new(context: &Context, scene: wgpu::BindGroupLayout) -> Self {
        let view = context.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("render/view"),
            entries: &[uniform::<View>(0, true), uniform::<Photo>(1, false)],
        });
        let tables = context.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("render/tables"),
            entries: &[storage(0, true)],
        });
        Self { view, scene, tables }
    }
}

fn storage(binding: u32, read_only: bool) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Storage { read_only },
            has_dynamic_offset: false,
            min_binding_size: None,
        },
        count: None,
    }
}

fn uniform<T>(binding: u32, has_dynamic_offset: bool) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset,
            min_binding_size: std::num::NonZeroU64::new(size_of::<T>() as u64),
        },
        count: None,
    }
}

/// What a dispatch is bound to: one of the uploaded views, and the scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound<'a> {
    pub(super) view: &'a wgpu::BindGroup,
    pub(super) view_offset: u32,
    pub(super) scene: &'a SceneGroups,
}

/// A compute pipeline whose group 2 holds storage buffers: read-only ones first, then those it writes. There are three at
/// most, or two and the tables: with the seven of the scene they are ten, which every driver allows that was met.
#[derive(Debug)]
pub(super) struct Kernel {
    name: String,
    pipeline: wgpu::ComputePipeline,
    buffers: wgpu::BindGroupLayout,
    follows_light: bool,
}

impl Kernel {
    pub(super) fn new(context: &Context, shared: &SharedLayouts, shader: &Shader, reads: u32, writes: u32) -> Self {
        Self::create(context, shared, shader, [reads, writes], false)
    }

    /// The same for a shader that looks up the tables of group 3.
    pub(super) fn following_light(context: &Context, shared: &SharedLayouts, shader: &Shader, writes: u32) -> Self {
        Self::create(context, shared, shader, [0, writes], true)
    }

    fn create(
        context: &Context,
        shared: &SharedLayouts,
        shader: &Shader,
        [reads, writes]: [u32; 2],
        follows_light: bool,
    ) -> Self {
        let device = &context.device;
        let entries: Vec<_> = (0..reads + writes).map(|binding| storage(binding, binding < reads)).collect();
        let label = Some(shader.name.as_str());
        let buffers = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label, entries: &entries });
        let groups = [Some(&shared.view), Some(&shared.scene), Some(&buffers), Some(&shared.tables)];
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label,
            bind_group_layouts: if follows_light { &groups } else { &groups[..3] },
            immediate_size: 0,
        });
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label,
            source: wgpu::ShaderSource::Wgsl(shader.source.as_str().into()),
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label,
            layout: Some(&layout),
            module: &module,
            entry_point: Some(shader.entry),
            compilation_options: Default::default(),
            cache: None,
        });
        Self { name: shader.name.clone(), pipeline, buffers, follows_light }
    }

    /// Runs over a grid of workgroups.
    pub(super) fn dispatch(
        &self,
        context: &Context,
        encoder: &mut wgpu::CommandEncoder,
        bound: Bound<'_>,
        buffers: &[wgpu::BindingResource<'_>],
        groups: [u32; 2],
    ) {
        let entries: Vec<_> = (0_u32..)
            .zip(buffers)
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource: resource.clone() })
            .collect();
        let group = context.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(&self.name),
            layout: &self.buffers,
            entries: &entries,
        });
        let mut pass = encoder
            .begin_compute_pass(&wgpu::ComputePassDescriptor { label: Some(&self.name), timestamp_writes: None });
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, bound.view, &[bound.view_offset]);
        pass.set_bind_group(1, &bound.scene.scene, &[]);
        pass.set_bind_group(2, &group, &[]);
        if self.follows_light {
            pass.set_bind_group(3, &bound.scene.tables, &[]);
        }
        pass.dispatch_workgroups(groups[0], groups[1], 1);
    }

    /// Runs once for every pixel of a window, in workgroups of 8 × 4.
    pub(super) fn dispatch_pixels(
        &self,
        context: &Context,
        encoder: &mut wgpu::CommandEncoder,
        bound: Bound<'_>,
        buffers: &[wgpu::BindingResource<'_>],
        window: super::Window,
    ) {
        self.dispatch(context, encoder, bound, buffers, [window.width.div_ceil(8), window.height.div_ceil(4)]);
    }
}
