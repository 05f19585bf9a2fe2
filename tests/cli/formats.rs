//! All formats, rendered: what other people's readers say, how parts are kept apart, how a killed run goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::{SMALL, Shop, adapter, run};

/// A Python with the packages of `tests/python/requirements.txt`, named by the variable `ENDCAP_PYTHON`.
fn python(script: &str) -> Option<Command> {
    let Some(python) = std::env::var_os("ENDCAP_PYTHON").filter(|python| !python.is_empty()) else {
        eprintln!("skipped: ENDCAP_PYTHON names no Python with the packages of tests/python/requirements.txt");
        return None;
    };
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(script));
    Some(command)
}

/// SKUs of the units in each part.
fn products_of_parts(folder: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for part in std::fs::read_dir(folder.join("splits")).expect("a divided dataset") {
        let path = part.expect("readable").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        for frame in std::fs::read_to_string(&path).expect("a list").lines() {
            let record = std::fs::read_to_string(folder.join(format!("frames/{frame}.json"))).expect("a frame");
            let record: serde_json::Value = serde_json::from_str(&record).expect("JSON");
            let units = record["instances"].as_array().expect("a list");
            let skus = units.iter().map(|unit| unit["sku"].as_str().expect("a SKU").to_owned());
            found.entry(name.clone()).or_default().extend(skus);
        }
    }
    found
}

#[test]
fn every_format_reads_back_and_parts_share_no_product() {
    let shop = Shop::open();
    let arguments = "close --seed 4 --frames 0..6 --format all --split train=0.5,val=0.5 --split-by product \
                     --category product --shard-frames 4 --depth-scale 1 --out set --quiet";
    let (code, _, err) = run(shop.render(arguments));
    assert_eq!(code, 0, "{err}");
    let (code, out, _) = run(shop.endcap("check set"));
    assert_eq!(code, 0, "{out}");
    let products = products_of_parts(&shop.path("set"));
    assert!(products["train"].len() > 1 && products["val"].len() > 1, "{products:?}");
    assert!(products["train"].is_disjoint(&products["val"]), "{products:?}");

    if let Some(mut python) = python("check_formats.py") {
        let output = python.arg(shop.path("set")).output().expect("Python starts");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(0), "{text}");
        println!("{text}");
    }

    // A frame moved to the other part is a leak.
    let manifest = std::fs::read_to_string(shop.path("set/dataset.json")).expect("written");
    shop.write("set/dataset.json", manifest.replace("\"seed\": 4", "\"seed\": 5"));
    let (code, out, _) = run(shop.endcap("check set"));
    assert!(code == 1 && out.contains("is of the part") && out.contains("is in the parts"), "{out}");
}

#[test]
fn parts_that_cannot_be_are_refused() {
    let shop = Shop::open();
    let planogram = "[[planogram.positions]]\nbay = 0\nshelf = 0\nproduct = \"SKU-0\"\nfacings = 1\n";
    shop.write("listed.toml", planogram);
    for (arguments, expected) in [
        ("default --split train=0.5", "add up to 0.5"),
        ("default --split a/b=1", "no name of a part"),
        ("default --split-by product", "--split"),
        ("default --format cocoa", "webdataset"),
        ("default --category flavour", "flavour"),
        ("default --min-visibility 1.5", "1.5"),
        ("default --depth-scale 0", "millimetres"),
        ("default --split a=0.999999999,b=0.000000001 --split-by product", "falls to the part b"),
        ("listed.toml --split a=0.5,b=0.5 --split-by product", "planogram.positions"),
    ] {
        let (code, _, err) = run(shop.render(&format!("{arguments} --out set")));
        assert!(code == 2 && err.contains(expected), "{arguments}: {code} {err}");
    }
}

#[test]
fn depth_that_does_not_fit_is_an_error_with_its_remedy() {
    let shop = Shop::open();
    let (code, _, err) = run(shop.render("close --frames 0 --format bop --depth-scale 0.001 --out set"));
    assert!(code == 1 && err.contains("--depth-scale"), "{code} {err}");
}

#[test]
fn a_run_in_all_formats_survives_being_killed() {
    let Some(mut python) = python("kill_and_resume.py") else { return };
    let shop = Shop::open();
    let render = format!(
        "close --seed 7 {SMALL} --size 64x64 --planes rgb,instance,depth --adapter {} --format all --depth-scale 1",
        adapter()
    );
    // The last of two sizes would be refused.
    let render = render.replace("--size 60x80 ", "");
    python.current_dir(shop.path("")).arg(env!("CARGO_BIN_EXE_endcap")).arg("sets").args(["--render", &render]);
    let output = python.output().expect("Python starts");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains(" 0 differences"), "{text}");
}
