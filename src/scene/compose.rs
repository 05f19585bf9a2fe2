use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use glam::DVec3;

use super::display::{self, Order};
use super::fixture::{self, Gondola, Hall, Part};
use super::light::Surroundings;
use super::planogram::{self, Assortment, Item};
use super::recipe::Recipe;
use super::sequence::{self, Sequence};
use super::{Error, Scene, SemanticClass, SplitBy, Splits, camera, light, occlusion, photography, wear};
use crate::catalog::{Catalog, Shape};
use crate::problem::Problems;
use crate::seed::Seed;

/// Free height between the goods and the lamps, metres.
const ABOVE_GOODS: f64 = 0.5;
/// Products that the gondolas around are stocked with.
const DISTANT: usize = 16;
/// How much brighter lamps over other aisles are than the mean of the surroundings.
const FAR_LAMPS: f32 = 3.0;
/// Most product categories: the numbers from 1000 on belong to the parts of the store.
const MAX_CATEGORIES: usize = 999;

/// The products that some frames may show.
#[derive(Debug, Clone)]
struct Stock {
    catalog: Arc<Catalog>,
    /// Indices of the families of each allowed category.
    families: Vec<Vec<usize>>,
}

impl Stock {
    fn new(catalog: Arc<Catalog>, recipe: &Recipe) -> Self {
        let (categories, allowed) = (catalog.categories(), &recipe.planogram.categories);
        let mut families = vec![Vec::new(); categories.len()];
        for (i, family) in catalog.families().iter().enumerate() {
            if allowed.is_empty() || allowed.contains(&categories[family.category]) {
                families[family.category].push(i);
            }
        }
        Self { catalog, families }
    }
}

/// Makes scenes from a catalogue and a recipe that have been checked against each other.
#[derive(Debug, Clone)]
pub struct Composer {
    /// What frames of each part of the dataset may show; one stock where products are not kept apart.
    stocks: Vec<Stock>,
    splits: Option<Splits>,
    recipe: Recipe,
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
        let products = catalog.categories().iter().zip(1..);
        let products = products.map(|(name, id)| SemanticClass { id, name: name.clone(), is_product: true });
        let classes = products.chain(Part::classes()).collect();
        let surroundings = Surroundings::open(&recipe)?;
        let stocks = vec![Stock::new(catalog, &recipe)];
        Ok(Self { stocks, splits: None, recipe, classes, surroundings })
    }

    /// Keeps the products of the parts of a dataset with this seed apart: a frame shows products of its own part only,
    /// on the shelves and in the distance. Divisions by scene change nothing.
    ///
    /// # Errors
    /// If the recipe lists the products of its planogram, or a part has no product of the allowed categories.
    pub fn divided(mut self, splits: &Splits, seed: u64) -> Result<Self, Error> {
        if splits.by == SplitBy::Scene {
            return Ok(self);
        }
        let mut problems = Problems::default();
        if !self.recipe.planogram.positions.is_empty() {
            problems.add("planogram.positions", "lists products, which cannot be kept apart by product");
        }
        let catalog = self.stocks[0].catalog.clone();
        self.stocks.clear();
        for (i, part) in splits.parts.iter().enumerate() {
            let own = catalog.only(|product| splits.of_product(seed, product.gtin, &product.sku) == i);
            let stock = Stock::new(Arc::new(own), &self.recipe);
            if stock.families.iter().all(Vec::is_empty) {
                let (name, all) = (&part.name, catalog.len());
                let message =
                    format!("none of the catalogue's {all} products falls to the part {name} with seed {seed}");
                problems.add("", message);
            }
            self.stocks.push(stock);
        }
        self.splits = Some(splits.clone());
        if problems.is_empty() { Ok(self) } else { Err(Error::Unfit(problems)) }
    }

    /// What a scene may show.
    fn stock(&self, seed: Seed) -> &Stock {
        let part = self.splits.as_ref().map_or(0, |splits| splits.of_scene(seed.dataset, seed.index));
        &self.stocks[part]
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
        let frame = seed;
        let sequence = Sequence::of(&recipe.sequence, frame);
        let seed = sequence.scene;
        let kind = display::draw(&recipe.fixture.kinds, seed)?;
        let Stock { catalog, families } = self.stock(seed);
        let mut order = Order { recipe, families, assortment: Assortment::new(catalog), seed };
        let display = (kind.arrange)(&mut order)?;
        let (run, view) = (&display.run, &display.view);

        // The building makes room for the camera, wherever it moves, and for what stands on the topmost shelf.
        let cameras = sequence::cameras(&recipe.sequence, seed, view.camera);
        let eyes = cameras.iter().map(|camera| camera.world_from_camera.w_axis.truncate());
        let eye = eyes.fold(DVec3::NEG_INFINITY, DVec3::max);
        let mut rng = seed.rng("scene/hall");
        let aisle_end = run.base_depth + recipe.store.aisle_m.draw(&mut rng);
        let top = display.top.max(run.height).max(eye.y);
        let ceiling = recipe.store.ceiling_m.draw(&mut rng).max(top + ABOVE_GOODS);
        let millimetres = |metres: f64| libm::ceil(metres * 1000.0) / 1000.0;
        let hall = Hall { aisle_end: millimetres(aisle_end.max(eye.z + 0.35)), ceiling: millimetres(ceiling) };
        let mut lighting = light::draw(recipe, (run, hall), (view, &self.surroundings), seed);

        let mut props = Vec::new();
        let distant = self.distant(&mut order.assortment, seed)?;
        let looks_right = view.camera.world_from_camera.z_axis.x > 0.0;
        let glow = lighting.environment.radiance * FAR_LAMPS;
        let far = fixture::store(run, (hall, glow), (&distant, looks_right), (recipe, seed), &mut props);
        lighting.lights.extend(far);
        fixture::lamps(&lighting.lights, &mut props);
        if !display.names.is_empty() {
            fixture::signs(run, (hall, top), &display.names, (&recipe.details, seed), &mut props);
        }
        occlusion::occluders(&view.camera, run, (&recipe.occluders, seed), &mut props);
        props.extend(display.props);
        let mut retail = display.retail;
        kind.name.clone_into(&mut retail.fixture);
        retail.sort();
        let mut lights = lighting.lights;
        lights.extend(display.lights);
        let mut units = display.units;
        wear::apply(&mut units, recipe.disorder.wear, seed);
        let (camera, neighbor) = sequence.view(&cameras);
        Ok(Scene {
            seed: frame,
            camera,
            neighbor,
            units,
            props,
            lights,
            environment: lighting.environment,
            exposure: lighting.exposure,
            photography: photography::draw(recipe, view, seed),
            classes: self.classes.to_vec(),
            planogram: display.cells,
            retail,
        })
    }

    /// What stands on the gondolas around: the frame's own goods and a few more packages of other categories.
    fn distant(&self, assortment: &mut Assortment<'_>, seed: Seed) -> Result<Vec<Arc<Item>>, Error> {
        let mut rng = seed.rng("scene/distant");
        if self.recipe.details.distant_tiers.1 == 0 {
            return Ok(Vec::new());
        }
        // The same few for many frames: their pictures are uploaded once.
        let catalog = assortment.catalog();
        let all: Vec<_> = catalog.ids().collect();
        let mut items = Vec::new();
        for _ in 0..2 * DISTANT {
            let id = all[rng.below(all.len())];
            if items.len() < DISTANT && matches!(catalog.product(id)?.shape, Shape::Package(_)) {
                items.push(assortment.item(id)?);
            }
        }
        if items.is_empty() {
            items.extend(assortment.items().cloned());
        }
        Ok(items)
    }
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
        *used += planogram::needed_width(position, catalog.product(id)?.size);
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
