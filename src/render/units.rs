use super::gpu_data::BodyWindow;
use super::passes::{AllHitsPass, Bound, SharedLayouts, SilhouettePass};
use super::windows::{Outline, outlines, tiles_over};
use super::{Context, Error, RenderSettings, Window};
use crate::frame::{AllHits, DepthLayer, Occlusion, Silhouette};
use crate::scene::Scene;

/// How the full silhouettes are found. Both ways give the same bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SilhouetteMethod {
    /// One ray per pixel meets all units; who hides whom is counted on the way.
    #[default]
    Together,
    /// Each unit alone, with a ray for every pixel around it; [`Frame::occlusion`](crate::frame::Frame::occlusion) stays
    /// empty. It is there to prove the other one.
    Alone,
}

/// All of a frame that is not read off the first surface.
#[derive(Default)]
pub(super) struct Units {
    pub(super) silhouettes: Vec<Silhouette>,
    pub(super) occlusion: Option<Vec<Occlusion>>,
    pub(super) layers: Vec<DepthLayer>,
}

/// Finds the units behind the first surface, and beyond the picture.
#[derive(Debug)]
pub(super) struct UnitFinder {
    together: AllHitsPass,
    /// Compiled when it is first asked for.
    alone: Option<SilhouettePass>,
}

impl UnitFinder {
    pub(super) fn new(context: &Context, shared: &SharedLayouts) -> Self {
        Self { together: AllHitsPass::new(context, shared), alone: None }
    }

    pub(super) fn compile(&mut self, context: &Context, shared: &SharedLayouts, settings: &RenderSettings) {
        if settings.silhouettes && settings.silhouette_method == SilhouetteMethod::Alone {
            self.alone.get_or_insert_with(|| SilhouettePass::new(context, shared));
        }
    }

    /// What the settings ask for; the layers are those of the window, all else is that of the whole picture.
    pub(super) fn find(
        &self,
        context: &Context,
        bound: Bound<'_>,
        scene: &Scene,
        settings: &RenderSettings,
        window: Window,
    ) -> Result<Units, Error> {
        let outlines = outlines(scene);
        let alone = self.alone.as_ref().filter(|_| settings.silhouette_method == SilhouetteMethod::Alone);
        let mut units = Units::default();
        if settings.layers > 0 || (settings.silhouettes && alone.is_none()) {
            units = self.all_hits(context, bound, (scene, &outlines), (settings.layers, window))?;
        }
        if !settings.silhouettes {
            (units.silhouettes, units.occlusion) = (Vec::new(), None);
        } else if let Some(pass) = alone {
            (units.silhouettes, units.occlusion) = (pass.run(context, bound, &outlines)?, None);
        }
        Ok(units)
    }

    fn all_hits(
        &self,
        context: &Context,
        bound: Bound<'_>,
        (scene, outlines): (&Scene, &[Outline]),
        (layers, window): (u32, Window),
    ) -> Result<Units, Error> {
        let whole = Window::whole(&scene.camera);
        let rectangle = |window: Window| BodyWindow {
            x: window.x as i32,
            y: window.y as i32,
            width: window.width,
            height: window.height,
        };
        let windows: Vec<_> =
            std::iter::once(rectangle(whole)).chain(outlines.iter().map(|outline| outline.window())).collect();
        // Where no unit can be there is nothing to find but the first layer.
        let mut covered = windows[1..].to_vec();
        covered.extend((layers > 0).then(|| rectangle(window)));
        let layer = DepthLayer::empty(window.height as usize, window.width as usize);
        let empty = outlines.iter().map(|outline| outline.silhouette()).collect();
        let layers = vec![layer; layers as usize];
        let mut gathered = AllHits::new((whole.width, whole.height), empty, (window.x, window.y), layers);
        self.together.run(context, bound, &windows, tiles_over(&covered), &mut gathered)?;
        let (silhouettes, edges, layers) = gathered.finish();
        Ok(Units { silhouettes, occlusion: Some(edges), layers })
    }
}
