//! Runs the entry points of `probe.wgsl`, which call the crate's own shader functions, on a device of its own.

use bytemuck::Zeroable as _;
use endcap::catalog::Material;
use endcap::render::{energy_table, gpu_data, shaders};
use glam::{Vec3, Vec4};
use wgpu::util::DeviceExt as _;

/// Cells that the sphere is divided into; `CELLS` of the shader.
pub(crate) const CELLS: usize = 256;

/// A material and a direction to the viewer.
#[derive(Debug, Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub(crate) struct Case {
    pub(crate) to_viewer: Vec3,
    pub(crate) material: u32,
}

/// A device, and the module with all entry points.
pub(crate) struct Probe {
    device: wgpu::Device,
    queue: wgpu::Queue,
    module: wgpu::ShaderModule,
}

impl Probe {
    pub(crate) fn new() -> Self {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::VULKAN));
        let wanted = std::env::var("ENDCAP_TEST_ADAPTER").map(|name| name.to_lowercase());
        let adapter = adapters.into_iter().find(|adapter| match &wanted {
            Ok(name) => adapter.get_info().name.to_lowercase().contains(name),
            Err(_) => adapter.get_info().device_type == wgpu::DeviceType::Cpu,
        });
        let adapter = adapter.expect("tests need a Vulkan driver: see tests/support");
        let required_limits = adapter.limits();
        let request =
            adapter.request_device(&wgpu::DeviceDescriptor { required_limits, ..wgpu::DeviceDescriptor::default() });
        let (device, queue) = pollster::block_on(request).expect("a device");
        let source = format!("{}\n{}", shaders::radiance().source, include_str!("probe.wgsl"));
        let source = wgpu::ShaderSource::Wgsl(source.into());
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some("probe"), source });
        Self { device, queue, module }
    }

    /// Runs an entry point over a grid of workgroups; `buffers` are (group, binding, content). Gives the contents of
    /// the last `outputs` buffers as words.
    fn run(&self, entry: &str, grid: [u32; 3], buffers: &[(u32, u32, &[u8])], outputs: usize) -> Vec<Vec<u32>> {
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(entry),
            layout: None,
            module: &self.module,
            entry_point: Some(entry),
            compilation_options: Default::default(),
            cache: None,
        });
        let uploaded: Vec<_> = buffers
            .iter()
            .map(|&(group, binding, contents)| {
                let role = if group == 0 { wgpu::BufferUsages::UNIFORM } else { wgpu::BufferUsages::STORAGE };
                let usage = role | wgpu::BufferUsages::COPY_SRC;
                let buffer = wgpu::util::BufferInitDescriptor { label: Some(entry), contents, usage };
                (group, binding, self.device.create_buffer_init(&buffer))
            })
            .collect();
        let mut encoder = self.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            pass.set_pipeline(&pipeline);
            for group in 0..4 {
                let entries: Vec<_> = uploaded
                    .iter()
                    .filter(|buffer| buffer.0 == group)
                    .map(|(_, binding, buffer)| wgpu::BindGroupEntry {
                        binding: *binding,
                        resource: buffer.as_entire_binding(),
                    })
                    .collect();
                let layout = pipeline.get_bind_group_layout(group);
                let descriptor = wgpu::BindGroupDescriptor { label: Some(entry), layout: &layout, entries: &entries };
                pass.set_bind_group(group, &self.device.create_bind_group(&descriptor), &[]);
            }
            pass.dispatch_workgroups(grid[0], grid[1], grid[2]);
        }
        let staged: Vec<_> = uploaded[uploaded.len() - outputs..]
            .iter()
            .map(|(_, _, buffer)| {
                let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some("read-back"),
                    size: buffer.size(),
                    usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                });
                encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, buffer.size());
                staging
            })
            .collect();
        self.queue.submit([encoder.finish()]);
        for staging in &staged {
            staging.map_async(wgpu::MapMode::Read, .., |result| result.expect("mapped"));
        }
        self.device.poll(wgpu::PollType::wait_indefinitely()).expect("a device that works");
        let words = |staging: &wgpu::Buffer| {
            bytemuck::pod_collect_to_vec(&staging.get_mapped_range(..).expect("mapped for reading")[..])
        };
        staged.iter().map(words).collect()
    }

    /// Runs an entry point over 64-wide workgroups for each case; gives `floats` numbers per case, and counts.
    fn measure(&self, entry: &str, groups: u32, sheet: &Sheet, floats: usize) -> (Vec<f32>, Vec<u32>) {
        // The table of energy, and one cell of no environment.
        let tables = [bytemuck::cast_slice(&energy_table()), &[0_u8; size_of::<gpu_data::EnvironmentCell>()]].concat();
        let results = vec![0_u8; sheet.cases.len() * floats * 4];
        let counts = vec![0_u8; sheet.cases.len() * (CELLS + 1) * 4];
        let mut buffers: Vec<(u32, u32, &[u8])> = vec![
            (1, 5, bytemuck::cast_slice(&sheet.materials)),
            (3, 0, &tables),
            (2, 0, bytemuck::cast_slice(&sheet.cases)),
            (2, 1, &results),
        ];
        let counted = entry == "cs_draw";
        if counted {
            buffers.push((2, 2, &counts));
        }
        let mut out = self.run(entry, [groups, sheet.cases.len() as u32, 1], &buffers, 1 + usize::from(counted));
        let counts = if counted { out.pop().expect("asked for") } else { Vec::new() };
        (out.pop().expect("asked for").into_iter().map(f32::from_bits).collect(), counts)
    }

    /// Per case and cell: integrals of the density and of the value's channels.
    pub(crate) fn integrate(&self, sheet: &Sheet) -> Vec<[f32; 4]> {
        self.measure("cs_integrate", CELLS as u32 / 64, sheet, CELLS * 4).0.chunks(4).map(four).collect()
    }

    /// Per case: 1024 means of value over density, of 64 draws each; and the draws in each cell, then those lost.
    pub(crate) fn draw(&self, sheet: &Sheet) -> (Vec<f32>, Vec<u32>) {
        self.measure("cs_draw", 16, sheet, 1024 * 3)
    }

    /// Per case: 1024 pairs of colours, of a pair of directions and of the same pair the other way round.
    pub(crate) fn swap(&self, sheet: &Sheet) -> Vec<f32> {
        self.measure("cs_swap", 16, sheet, 1024 * 6).0
    }

    /// Numbers of the sampler, four for each pixel (along a Z-curve), draw and sample, in this order of loops.
    pub(crate) fn numbers(&self, view: &gpu_data::View, [pixels, draws, samples]: [u32; 3]) -> Vec<[f32; 4]> {
        let results = vec![0_u8; (pixels * draws * samples) as usize * 16];
        let buffers: [(u32, u32, &[u8]); 2] = [(0, 0, bytemuck::bytes_of(view)), (2, 1, &results)];
        let out = self.run("cs_number", [samples, draws, pixels], &buffers, 1);
        out[0].chunks(4).map(|words| four(&[0, 1, 2, 3].map(|i| f32::from_bits(words[i])))).collect()
    }
}

fn four(numbers: &[f32]) -> [f32; 4] {
    numbers.try_into().expect("four numbers")
}

/// Materials and the directions from which they are looked at.
pub(crate) struct Sheet {
    pub(crate) materials: Vec<gpu_data::Material>,
    pub(crate) cases: Vec<Case>,
}

impl Sheet {
    pub(crate) fn new(materials: &[(&'static str, Material)], directions: &[Vec3]) -> Self {
        let cases = (0..materials.len() as u32)
            .flat_map(|material| directions.iter().map(move |&to_viewer| Case { to_viewer, material }));
        Self { cases: cases.collect(), materials: materials.iter().map(|(_, m)| without_maps(m)).collect() }
    }
}

/// What the shaders read of an opaque material without maps.
fn without_maps(material: &Material) -> gpu_data::Material {
    let none = gpu_data::TextureUse { transform: Vec4::ZERO, offset: glam::Vec2::ZERO, place: u32::MAX, addressing: 0 };
    gpu_data::Material {
        base_color: material.base_color,
        metallic: material.metallic,
        roughness: material.roughness,
        ior: material.ior,
        specular: material.specular,
        specular_color: material.specular_color,
        clearcoat: material.clearcoat,
        clearcoat_roughness: material.clearcoat_roughness,
        sheen_color: material.sheen_color,
        sheen_roughness: material.sheen_roughness,
        diffuse_transmission: material.diffuse_transmission,
        diffuse_transmission_color: material.diffuse_transmission_color,
        anisotropy: material.anisotropy,
        anisotropy_rotation: material.anisotropy_rotation,
        iridescence: material.iridescence,
        iridescence_ior: material.iridescence_ior,
        iridescence_thickness_nm: material.iridescence_thickness_nm,
        maps: [none; 13],
        ..gpu_data::Material::zeroed()
    }
}
