use super::*;
use crate::scene::recipe::Position;

fn listed(positions: &[(u32, u32, &str, u32, u32, u32)]) -> Recipe {
    let mut recipe = Recipe::default();
    recipe.planogram.positions = positions
        .iter()
        .map(|&(bay, shelf, product, facings, levels, deep)| Position {
            bay,
            shelf,
            product: product.to_owned(),
            facings,
            levels,
            deep,
            ..Position::default()
        })
        .collect();
    recipe
}

/// One of the slim and low products, of which many fit on a shelf.
fn sku(index: usize) -> String {
    let catalog = catalog();
    let products = catalog.ids().map(|id| catalog.product(id).expect("it is there"));
    let mut small = products.filter(|product| product.size.max_element() < 0.13 && product.size.x < 0.08);
    small.nth(index).expect("the catalogue has more of them").sku.clone()
}

#[test]
fn a_listed_planogram_is_kept() {
    let (a, b) = (sku(0), sku(3));
    let recipe = listed(&[(0, 0, &a, 3, 2, 2), (0, 0, &b, 2, 1, 1), (0, 2, &b, 2, 1, 1), (1, 1, &a, 4, 1, 3)]);
    let scene = composer(recipe).compose(seed(0)).expect("composes");
    assert_eq!(scene.planogram.len(), 3 * 2 * 2 + 2 + 2 + 4 * 3);
    let at = |place: [u32; 6]| scene.planogram.iter().find(|cell| key(cell) == place).map(|cell| &cell.expected_sku);
    assert_eq!(at([0, 0, 0, 2, 1, 1]), Some(&a));
    assert_eq!(at([0, 0, 1, 1, 0, 0]), Some(&b));
    assert_eq!(at([0, 2, 0, 0, 0, 0]), Some(&b));
    assert_eq!(at([1, 1, 0, 3, 0, 2]), Some(&a));
    assert_eq!(at([0, 1, 0, 0, 0, 0]), None, "a shelf that the list leaves empty is empty");
}

#[test]
fn what_does_not_fit_the_catalogue_is_reported_with_paths() {
    let a = sku(0);
    let mut recipe = listed(&[(0, 0, "no-such", 1, 1, 0), (0, 1, &a, 150, 1, 0), (0, 2, "4006381333931", 1, 1, 0)]);
    recipe.planogram.categories = vec!["nothing".to_owned()];
    recipe.camera.k1.0 = -0.3;
    recipe.camera.fov_deg.1 = 110.0;
    let error = Composer::new(catalog(), recipe).expect_err("unfit").to_string();
    for part in [
        "camera.k1: ",
        "planogram.categories[0]: the catalogue has no category \"nothing\"",
        "planogram.positions[0].product: the catalogue has no product \"no-such\"",
        "planogram.positions[1].facings: with these 150 facings the goods of bay 0, shelf 1 are ",
        "planogram.positions[2].product: the catalogue has no product \"4006381333931\"",
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
}

#[test]
fn values_of_a_recipe_made_in_code_are_checked() {
    let mut recipe = Recipe::default();
    recipe.gondola.bay_widths_m.clear();
    recipe.disorder.missing = f64::NAN;
    let error = Composer::new(catalog(), recipe).expect_err("unfit").to_string();
    assert!(error.contains("gondola.bay_widths_m: is empty") && error.contains("disorder.missing: NaN"), "{error}");
}

#[test]
fn shelves_on_which_nothing_fits_are_an_error() {
    let mut recipe = Recipe::default();
    recipe.gondola.bay_widths_m = vec![0.4];
    recipe.gondola.shelf_depth_m.0 = 0.15;
    recipe.gondola.shelf_depth_m.1 = 0.15;
    // The widest products only.
    let catalog = catalog();
    let fits = |category: &String| {
        let products = catalog.ids().map(|id| catalog.product(id).expect("it is there"));
        products.filter(|product| product.category == *category).any(|product| product.size.x < 0.36)
    };
    recipe.planogram.categories = catalog.categories().iter().filter(|category| !fits(category)).cloned().collect();
    if !recipe.planogram.categories.is_empty() {
        let error = composer(recipe).compose(seed(0)).expect_err("nothing fits");
        assert!(matches!(error, Error::NothingFits { .. }), "{error}");
    }
}
