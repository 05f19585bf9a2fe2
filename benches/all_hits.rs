//! Amodal masks of all units: one all-hits pass, against each unit alone in its window, against one render of the whole
//! picture per unit, and against the native twin. Compares the results bit for bit and prints a table of times.
//!
//! `cargo bench --bench all_hits`. Times are of the whole process on all cores (user and system), so that other work on the
//! machine hardly counts; where the system does not tell, and on a GPU, they are wall times. ENDCAP_BENCH_ADAPTER names an
//! adapter, ENDCAP_BENCH_SIZE=WxH another size than 640x480.

use std::sync::Arc;
use std::time::{Duration, Instant};

use endcap::catalog::Catalog;
use endcap::frame::{Frame, Plane};
use endcap::render::{AdapterChoice, RenderSettings, Renderer, RendererOptions, SilhouetteMethod};
use endcap::scene::{Composer, Recipe, Scene};
use endcap::seed::Seed;
use endcap::trace::Tracer;
use glam::DVec2;

const RECIPE: &str = "aisle";
const UNITS: [usize; 3] = [40, 160, 640];
const REPEATS: u32 = 5;

fn main() -> anyhow::Result<()> {
    let size = std::env::var("ENDCAP_BENCH_SIZE").unwrap_or_else(|_| "640x480".into());
    let Some((Ok(width), Ok(height))) = size.split_once('x').map(|(w, h)| (w.parse(), h.parse())) else {
        anyhow::bail!("ENDCAP_BENCH_SIZE is {size:?}, not WIDTHxHEIGHT");
    };
    let mut recipe = Recipe::builtin(RECIPE).ok_or_else(|| anyhow::anyhow!("there is no recipe {RECIPE}"))?;
    (recipe.picture.width, recipe.picture.height, recipe.picture.turned) = (width, height, 0.0);
    let composer = Composer::new(Arc::new(Catalog::builtin()?), recipe)?;
    let frames = (0..200).map(|index| composer.compose(Seed { dataset: 0, index }));
    let whole = frames
        .filter_map(Result::ok)
        .find(|scene| scene.units.len() >= UNITS[2])
        .ok_or_else(|| anyhow::anyhow!("no frame of the recipe has {} units", UNITS[2]))?;
    let adapter = std::env::var("ENDCAP_BENCH_ADAPTER").map_or(AdapterChoice::Best, AdapterChoice::Named);
    let mut renderer = Renderer::new(&RendererOptions { adapter, ..Default::default() })?;
    println!("{size}, {}, frame {} of the recipe {RECIPE}\n", renderer.adapter().name, whole.seed.index);
    println!(
        "| units | hits a frame | instance plane | all hits | in windows | ratio | one render a unit | ratio | native |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for count in UNITS {
        // Every so-manieth unit, so that they stay spread over the picture.
        let mut scene = whole.clone();
        scene.units = (0..count).map(|i| whole.units[i * whole.units.len() / count].clone()).collect();
        let seen = RenderSettings { planes: vec![Plane::Instance], silhouettes: false, ..Default::default() };
        let together = RenderSettings { planes: Vec::new(), ..Default::default() };
        let windows = RenderSettings { silhouette_method: SilhouetteMethod::Alone, ..together.clone() };
        let (_, of_plane) = timed(|| renderer.render(&scene, &seen))?;
        let (frame, of_together) = timed(|| renderer.render(&scene, &together))?;
        let (alone, of_windows) = timed(|| renderer.render(&scene, &windows))?;
        anyhow::ensure!(frame.silhouettes == alone.silhouettes, "{count} units: the silhouettes differ");

        let started = Clock::now();
        let mut of_renders = Duration::ZERO;
        for (i, unit) in scene.units.iter().enumerate() {
            let only = Scene { units: vec![unit.clone()], props: Vec::new(), ..scene.clone() };
            let rendered = renderer.render(&only, &seen)?;
            of_renders = started.elapsed();
            anyhow::ensure!(is_same(&frame, i, &rendered), "{count} units: the mask of unit {} differs", i + 1);
        }

        let tracer = Tracer::new(&scene)?;
        let started = Clock::now();
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| DVec2::new(x.into(), y.into()) + 0.5));
        let native: usize = pixels.filter_map(|pixel| Some(tracer.all_hits(tracer.camera_ray(pixel)?).len())).sum();
        let of_native = started.elapsed();
        anyhow::ensure!(native > 0, "{count} units: nothing is hit");

        let hits: u64 = frame.silhouettes.iter().map(endcap::frame::Silhouette::area).sum();
        let ms = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1e3);
        let ratio = |time: Duration| format!("{:.1}", time.as_secs_f64() / of_together.as_secs_f64());
        let row = [
            count.to_string(),
            format!("{:.2} M", hits as f64 * 1e-6),
            ms(of_plane),
            ms(of_together),
            ms(of_windows),
            ratio(of_windows),
            ms(of_renders),
            ratio(of_renders),
            ms(of_native),
        ];
        println!("| {} |", row.join(" | "));
    }
    Ok(())
}

/// Whether the silhouette of a unit inside the picture is what a render of it alone shows.
fn is_same(frame: &Frame, unit: usize, alone: &Frame) -> bool {
    let ids = alone.instance().expect("asked for");
    ids.indexed_iter().all(|((y, x), &id)| (id == 1) == frame.silhouettes[unit].contains(x as i32, y as i32))
}

/// The result of the first run, and the mean time of the others.
fn timed<T, E>(mut work: impl FnMut() -> Result<T, E>) -> Result<(T, Duration), E> {
    let result = work()?;
    let started = Clock::now();
    for _ in 0..REPEATS {
        work()?;
    }
    Ok((result, started.elapsed() / REPEATS))
}

/// Processor time of this process where Linux tells it, else wall time.
struct Clock {
    wall: Instant,
    processor: Option<Duration>,
}

impl Clock {
    fn now() -> Self {
        Self { wall: Instant::now(), processor: processor_time() }
    }

    fn elapsed(&self) -> Duration {
        match (processor_time(), self.processor) {
            (Some(now), Some(before)) => now - before,
            _ => self.wall.elapsed(),
        }
    }
}

/// `utime` and `stime` of proc(5), in the hundredths of a second in which Linux counts them on all usual machines.
fn processor_time() -> Option<Duration> {
    if std::env::var("ENDCAP_BENCH_ADAPTER").is_ok() {
        return None;
    }
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
