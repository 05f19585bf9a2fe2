//! scratch
use endcap::frame::{Plane, PlaneData};
use endcap::render::{Integrator, Strategy, Window};
use endcap::{Catalog, Composer, Recipe, RenderSettings, Renderer, RendererOptions, Seed};
use std::sync::Arc;
fn main() -> anyhow::Result<()> {
    let mut recipe = Recipe::open("default")?;
    (recipe.picture.width, recipe.picture.height) = (480, 640);
    let composer = Composer::new(Arc::new(Catalog::builtin()?), recipe)?;
    let mut renderer = Renderer::new(&RendererOptions::default())?;
    let scene = composer.compose(Seed { dataset: 1, index: 0 })?;
    println!("{:?}", scene.lights);
    println!("{:?}", scene.camera.world_from_camera.w_axis);

    for bounces in [1u32, 8] {
        for samples in [16u32] {
            let integrator = Integrator { bounces, ambient: 0.0, firefly_limit: None, strategy: Strategy::Both };
            let settings = RenderSettings {
                planes: vec![Plane::Radiance],
                samples,
                integrator,
                silhouettes: false,
                window: Some(Window { x: 150, y: 560, width: 128, height: 64 }),
            };
            let t = std::time::Instant::now();
            let frame = renderer.render(&scene, &settings)?;
            let PlaneData::F32(a) = &frame.planes[&Plane::Radiance] else { continue };
            let mut g: Vec<f32> = a.iter().copied().skip(1).step_by(3).collect();
            g.sort_by(f32::total_cmp);
            println!(
                "{bounces} {:?} mean {} p50 {} p90 {} p99 {} p999 {} max {}",
                t.elapsed(),
                a.mean().unwrap_or(0.0),
                g[g.len() / 2],
                g[g.len() * 9 / 10],
                g[g.len() * 99 / 100],
                g[g.len() * 999 / 1000],
                g[g.len() - 1]
            );
        }
    }
    Ok(())
}
