use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fixture::{self, Gondola, Hall, Part};
use super::light::Surroundings;
use super::planogram::{self, Assortment, BayPlan, Item, Theme};
use super::recipe::Recipe;
use super::{Error, Scene, SemanticClass, camera, light, occlusion, photography, stocking, wear};
use crate::catalog::{Catalog, Shape};
use crate::problem::Problems;
use crate::seed::Seed;

/// Free height between the goods and the lamps, metres.
const ABOVE_GOODS: f64 = 0.5;
/// Bays this close to the picture's border are stocked too: they throw shadows into it, metres.
const MARGIN: f64 = 0.1;
/// Products that the gondolas around are stocked with.
const DISTANT: usize = 16;
/// How much brighter lamps over other aisles are than the mean of the surroundings.
const FAR_LAMPS: f32 = 3.0;
/// Most product categories: the numbers from 1000 on belong to the parts of the store.
const MAX_CATEGORIES: usize = 999;

/// Makes scenes from a catalogue and a recipe that have been checked against each other.
#[derive(Debug, Clone)]
pub struct Composer {
    catalog: Arc<Catalog>,
    recipe: Recipe,
    /// Indices of the families of each allowed category.
    families: Vec<Vec<usize>>,
    classes: Arc<[SemanticClass]>,
    surroundings: Surroundings,
}

impl Composer {
    /// Checks the recipe against the catalogue.
    ///
    /// # Errors
    /// With all problems and their paths in the recipe: values out of bounds, unknown categories and products, positions
    /// that are wider than their bay, a picture of the surroundings that cannot be read.
    pub fn new(catalog: Arc<Catalog>, recipe: Recipe) -> Result<Self, Error> {
        let mut problems = recipe.problems();
        let recipe = recipe.at_strength(recipe.strength.0);
        if problems.is_empty() && !camera::lens_is_invertible(&recipe) {
            problems
                .add("camera.k1", "with this field of view the lens model folds over itself in the picture's corners");
        }
        check_categories(&catalog, &recipe, &mut problems);
        check_positions(&catalog, &recipe, &mut problems)?;
        if !problems.is_empty() {
            return Err(Error::Unfit(problems));
        }
        let categories = catalog.categories();
        let allowed = &recipe.planogram.categories;
        let mut families = vec![Vec::new(); categories.len()];
        for (i, family) in catalog.families().iter().enumerate() {
            if allowed.is_empty() || allowed.contains(&categories[family.category]) {
                families[family.category].push(i);
            }
        }
        let products = categories.iter().zip(1..);
        let products = products.map(|(name, id)| SemanticClass { id, name: name.clone(), is_product: true });
        let classes = products.chain(Part::classes()).collect();
        let surroundings = Surroundings::open(&recipe)?;
        Ok(Self { catalog, recipe, families, classes, surroundings })
    }

    /// The recipe as it is drawn from: at its strength, which is 0.5 here for that reason.
    #[must_use]
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// Class numbers of all scenes: the catalogue's categories from 1, parts of the store from 1000.
    #[must_use]
    pub fn classes(&self) -> &[SemanticClass] {
        &self.classes
    }

    /// Composes one frame. Depends on nothing but catalogue, recipe and seed.
    ///
    /// # Errors
    /// If a product that is needed cannot be loaded, or no product of the allowed categories fits on the shelves.
    pub fn compose(&self, seed: Seed) -> Result<Scene, Error> {
        let recipe = &self.recipe;
        let gondola = Gondola::draw(recipe, seed);
        let view = camera::draw(recipe, &gondola, seed);
        let mut assortment = Assortment::new(&self.catalog);
        let mut bays = self.plan(&gondola, &view, &mut assortment, seed)?;
        let eye = view.camera.world_from_camera.w_axis.truncate();
        let eye_bay = (view.target.x - gondola.left_of(0)) / gondola.bay_width - 0.5;
        planogram::shorten_files(&mut bays, &gondola, recipe.stocking.units, (eye.y, eye_bay));

        // The building makes room for the camera and for what stands on the topmost shelf.
        let mut rng = seed.rng("scene/hall");
        let aisle_end = gondola.base_depth + recipe.store.aisle_m.draw(&mut rng);
        let tiers = || bays.iter().flat_map(|plan| &plan.tiers);
        let top = tiers().map(|tier| tier.surface + tier.clear).fold(gondola.height.max(eye.y), f64::max);
        let ceiling = recipe.store.ceiling_m.draw(&mut rng).max(top + ABOVE_GOODS);
        let millimetres = |metres: f64| libm::ceil(metres * 1000.0) / 1000.0;
        let hall = Hall { aisle_end: millimetres(aisle_end.max(eye.z + 0.35)), ceiling: millimetres(ceiling) };
        let lighting = light::draw(recipe, (&gondola, hall), (&view, &self.surroundings), seed);

        let mut props = Vec::new();
        let others: Vec<Arc<Item>> = assortment.items().cloned().collect();
        let distant = self.distant(&mut assortment, seed)?;
        let looks_right = view.camera.world_from_camera.z_axis.x > 0.0;
        let glow = lighting.environment.radiance * FAR_LAMPS;
        fixture::store(&gondola, (hall, glow), (&distant, looks_right), (recipe, seed), &mut props);
        fixture::lamps(&lighting.lights, &mut props);
        fixture::frame(&gondola, (&recipe.details, seed), &mut props);
        fixture::signs(&gondola, (hall, top), &names(&bays), (&recipe.details, seed), &mut props);
        occlusion::occluders(&view.camera, &gondola, (&recipe.occluders, seed), &mut props);
        let wear = recipe.details.wear.draw(&mut seed.rng("scene/wear"));
        let (mut units, mut cells) = (Vec::new(), Vec::new());
        for plan in &mut bays {
            let surfaces: Vec<f64> = plan.tiers.iter().map(|tier| tier.surface).collect();
            fixture::shelves(&gondola, plan.bay, (&surfaces, wear), &mut props);
            for tier in &mut plan.tiers {
                let stocked = stocking::stock(tier, plan.bay, (recipe, &gondola), &others, seed);
                let details = (&recipe.details, seed);
                fixture::promotions(&gondola, (plan.bay, tier), &stocked.spans, details, &mut props);
                let spans = tier.positions.iter().zip(stocked.spans).filter(|(_, span)| span.0 < span.1);
                for (position, (left, right)) in spans {
                    let span = (left, right, tier.surface);
                    fixture::price_labels(&gondola, position, span, (&recipe.prices, seed), &mut props);
                }
                props.extend(stocked.props);
                units.extend(stocked.units);
                cells.extend(stocked.cells);
            }
        }
        wear::apply(&mut units, recipe.disorder.wear, seed);
        Ok(Scene {
            seed,
            camera: view.camera,
            units,
            props,
            lights: lighting.lights,
            environment: lighting.environment,
            exposure: lighting.exposure,
            photography: photography::draw(recipe, &view, seed),
            classes: self.classes.to_vec(),
            planogram: cells,
        })
    }

    /// What stands on the gondolas around: the frame's own goods and a few more packages of other categories.
    fn distant(&self, assortment: &mut Assortment<'_>, seed: Seed) -> Result<Vec<Arc<Item>>, Error> {
        let mut rng = seed.rng("scene/distant");
        if self.recipe.details.distant_tiers.1 == 0 {
            return Ok(Vec::new());
        }
        // The same few for many frames: their pictures are uploaded once.
        let all: Vec<_> = self.catalog.ids().collect();
        let mut items = Vec::new();
        for _ in 0..2 * DISTANT {
            let id = all[rng.below(all.len())];
            if items.len() < DISTANT && matches!(self.catalog.product(id)?.shape, Shape::Package(_)) {
                items.push(assortment.item(id)?);
            }
        }
        if items.is_empty() {
            items.extend(assortment.items().cloned());
        }
        Ok(items)
    }

    /// The bays that the recipe lists, or made-up ones where the camera looks.
    fn plan(
        &self,
        gondola: &Gondola,
        view: &camera::View,
        assortment: &mut Assortment<'_>,
        seed: Seed,
    ) -> Result<Vec<BayPlan>, Error> {
        if !self.recipe.planogram.positions.is_empty() {
            return planogram::explicit(&self.recipe, gondola, assortment, seed);
        }
        let theme = Theme::draw(&self.families, seed);
        let (low, high) = camera::seen_x(&view.camera, gondola.base_depth);
        (0..gondola.bays)
            .filter(|&bay| gondola.left_of(bay) < high + MARGIN && gondola.left_of(bay + 1) > low - MARGIN)
            .map(|bay| planogram::generate(bay, &theme, (&self.recipe, gondola), assortment, seed))
            .collect()
    }
}

/// The category of the first product of each bay; empty for bays that nobody sees.
fn names(bays: &[BayPlan]) -> Vec<String> {
    let mut names = vec![String::new(); bays.iter().map(|plan| plan.bay as usize + 1).max().unwrap_or(0)];
    for plan in bays {
        if let Some(position) = plan.tiers.iter().flat_map(|tier| &tier.positions).next() {
            names[plan.bay as usize].clone_from(&position.item.product.category);
        }
    }
    names
}

fn check_categories(catalog: &Catalog, recipe: &Recipe, problems: &mut Problems) {
    let categories = catalog.categories();
    if categories.len() > MAX_CATEGORIES {
        problems.add(
            "",
            format!("the catalogue has {} categories, at most {MAX_CATEGORIES} are possible", categories.len()),
        );
    }
    if catalog.ids().next().is_none() {
        problems.add("", "the catalogue is empty");
    }
    for (i, wanted) in recipe.planogram.categories.iter().enumerate() {
        if !categories.contains(wanted) {
            let known: Vec<&str> = categories.iter().take(30).map(String::as_str).collect();
            let message = format!("the catalogue has no category {wanted:?}; it has {}", known.join(", "));
            problems.add(format!("planogram.categories[{i}]"), message);
        }
    }
}

fn check_positions(catalog: &Catalog, recipe: &Recipe, problems: &mut Problems) -> Result<(), Error> {
    let narrowest = recipe.gondola.bay_widths_m.iter().copied().fold(f64::INFINITY, f64::min);
    let room = narrowest - 2.0 * Gondola::SIDE;
    let mut wide = BTreeSet::new();
    let mut used = BTreeMap::new();
    for (i, position) in recipe.planogram.positions.iter().enumerate() {
        let place = format!("planogram.positions[{i}]");
        let Some(id) = catalog.find(&position.product) else {
            problems.add(format!("{place}.product"), format!("the catalogue has no product {:?}", position.product));
            continue;
        };
        let row = (position.bay, position.shelf);
        let used: &mut f64 = used.entry(row).or_default();
        *used += planogram::needed_width(position, catalog.product(id)?.size.x);
        // One problem per shelf: everything after the first facing too many stands too far right as well.
        if *used > room && wide.insert(row) {
            let message = format!(
                "with these {} facings the goods of bay {}, shelf {} are {used:.3} m wide, but it has {room:.3} m",
                position.facings, position.bay, position.shelf
            );
            problems.add(format!("{place}.facings"), message);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
