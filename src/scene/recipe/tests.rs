use super::*;

fn problems(text: &str) -> Vec<String> {
    match Recipe::from_toml(text, "x.toml").expect_err("the recipe is wrong") {
        Error::Invalid { problems, .. } => problems.0.iter().map(|p| format!("{}: {}", p.place, p.message)).collect(),
        other => panic!("{other}"),
    }
}

#[test]
fn three_mistakes_are_three_problems() {
    let found = problems(
        "[disorder]\nyaw_std_deg = [0, 400]\nyawn = 3\n[picture]\nwidth = \"wide\"\n[planogram]\nfacings = [2, 3]\n",
    );
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].starts_with("disorder.yawn: there is no such field; known here: "), "{found:#?}");
    assert_eq!(found[1], "picture.width: expected a whole number from 0 to 4294967295, found \"wide\"");
    assert_eq!(found[2], "disorder.yaw_std_deg: 400 is not within 0..45");
}

#[test]
fn mistakes_in_lists_and_ranges_have_their_paths() {
    let found = problems(
        "typo = 1\n[gondola]\nsteel = [\"#fffff\"]\nbays = [3, 2]\nbay_widths_m = []\n[store]\naisle_m = [nan, 2.0]\nceiling_m = 3\n\
         [[planogram.positions]]\nproduct = \"a\"\n[[planogram.positions]]\nbay = -1\nproduct = 4\n",
    );
    for expected in [
        "typo: there is no such field",
        "gondola.steel[0]: \"#fffff\" is no colour written as #rrggbb",
        "gondola.bays: [3, 2] has its ends in the wrong order",
        "gondola.bay_widths_m: is empty",
        "store.aisle_m: NaN is not within 0.8..10",
        "store.ceiling_m: expected a range [low, high], found 3",
        "planogram.positions[1].bay: expected a whole number from 0 to 4294967295, found -1",
        "planogram.positions[1].product: expected a text, found 4",
    ] {
        assert!(found.iter().any(|problem| problem.starts_with(expected)), "{expected} in {found:#?}");
    }
    assert_eq!(found.len(), 8, "{found:#?}");
}

#[test]
fn broken_toml_names_its_line() {
    let found = problems("description = \"fine\"\n[camera\n");
    assert!(found[0].starts_with("line 2, column "), "{found:?}");
}

#[test]
fn every_builtin_recipe_survives_toml() {
    for name in Recipe::builtin_names() {
        let recipe = Recipe::builtin(name).unwrap_or_else(|| panic!("{name} is readable"));
        assert_eq!(Recipe::from_toml(&recipe.to_toml(), name).expect("its own text"), recipe, "{name}");
    }
}

#[test]
fn the_default_file_spells_out_every_default() {
    let (_, text) = BUILTIN[0];
    let written: toml::Table = text.parse().expect("TOML");
    let recipe = Recipe::builtin("default").expect("readable");
    assert_eq!(recipe, Recipe { description: recipe.description.clone(), ..Recipe::default() });
    let every_field = toml::Table::try_from(&recipe).expect("a table");
    for (section, fields) in &every_field {
        let fields = fields.as_table().map(|fields| fields.keys().collect::<Vec<_>>()).unwrap_or_default();
        for field in fields {
            assert!(written[section].get(field).is_some(), "{section}.{field} is not shown in default.toml");
        }
    }
}

#[test]
fn a_planogram_file_is_read_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let recipe = folder.path().join("recipe.toml");
    std::fs::write(&recipe, "[planogram]\nfile = \"shelf.csv\"\n").expect("written");
    let csv = folder.path().join("shelf.csv");
    std::fs::write(&csv, "bay,shelf,product,facings\n0,0,4006381333931,3\n0,1,S0002,2\n").expect("written");
    let open = || Recipe::open(recipe.to_str().expect("a path"));
    let read = open().expect("sound");
    assert_eq!(read.planogram.positions.len(), 2);
    assert_eq!(read.planogram.positions[1].shelf, 1);
    assert_eq!(read.planogram.positions[0].facings, 3);

    std::fs::write(&csv, "bay,shelf,code,facings\n0,x,4006381333931,3\n").expect("written");
    let error = open().expect_err("wrong columns").to_string();
    for part in ["shelf.csv", "no column \"code\"", "no column that names the product", "line 2, column shelf: \"x\""] {
        assert!(error.contains(part), "{part} in {error}");
    }
}

#[test]
fn an_unknown_name_lists_the_known_ones() {
    let error = Recipe::open("no-such-recipe").expect_err("no such recipe").to_string();
    assert!(error.contains("no-such-recipe") && error.contains("default, close, tidy, "), "{error}");
}
