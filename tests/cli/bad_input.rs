//! Bad usage and bad input: exit code 2, and a message that names the file, the place in it and the value.

use crate::{SAIL, Shop, adapter, run, triangle_glb};

/// Runs a command that must be refused, and gives what it says.
#[track_caller]
fn refusal(command: assert_cmd::Command) -> String {
    let (code, out, err) = run(command);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    err
}

#[track_caller]
fn assert_names(message: &str, wanted: &[&str]) {
    for text in wanted {
        assert!(message.contains(text), "{text:?} is not in: {message}");
    }
}

#[test]
fn a_wrong_command_line_is_told_what_is_right() {
    let shop = Shop::open();
    for (arguments, wanted) in [
        ("", ["Usage", "render"]),
        ("sell", ["sell", "Usage"]),
        ("render", ["RECIPE", "--out"]),
        ("render default", ["--out", "required"]),
        ("render default --out a --size 640", ["640", "WIDTHxHEIGHT"]),
        ("render default --out a --size 8x8", ["8x8", "16 to 16384"]),
        ("render default --out a --frames 5..3", ["5..3", "FIRST..END"]),
        ("render default --out a --frames x", ["x", "FIRST..END"]),
        ("render default --out a --planes rgb,smell", ["smell", "instance"]),
        ("render default --out a --spp 0", ["0", "1..=65536"]),
        ("render default --out a --quality fine", ["fine", "preview"]),
        ("render default --out a --quiet --json", ["--quiet", "--json"]),
        ("render default --out a --format coco,parchment", ["parchment", "coco"]),
        ("shot", ["FILE", "--out"]),
    ] {
        let message = refusal(shop.endcap(arguments));
        assert_names(&message, &wanted);
        assert!(!shop.path("a").exists(), "{arguments} must write nothing");
    }
}

#[test]
fn missing_files_are_named() {
    let shop = Shop::open();
    assert_names(&refusal(shop.render("nosuch --out a")), &["nosuch", "default", "close", "tidy"]);
    assert_names(&refusal(shop.render("no/such.toml --out a")), &["no/such.toml"]);
    assert_names(&refusal(shop.endcap("render default --catalog shelf/none.csv --out a")), &["shelf/none.csv"]);
    assert_names(&refusal(shop.endcap("scene default --catalog none.csv --out a.glb")), &["none.csv"]);
    assert_names(&refusal(shop.endcap("shot none.glb --out a")), &["none.glb", "No such file"]);
    assert_names(&refusal(shop.endcap("check nowhere")), &["nowhere"]);
    shop.write("sail.glb", triangle_glb(SAIL));
    assert_names(&refusal(shop.endcap("shot sail.glb --camera eye.json --out a")), &["eye.json"]);
    assert_names(&refusal(shop.endcap("shot sail.glb --camera left --out a")), &["left"]);
    assert_names(&refusal(shop.endcap("shot sail.glb --environment sky.hdr --out a")), &["sky.hdr"]);
    assert!(!shop.path("a/dataset.json").exists());
}

#[test]
fn all_mistakes_of_a_recipe_are_told_at_once() {
    let shop = Shop::open();
    shop.write("three.toml", "[camera]\nfov_deg = [60, 400]\n[stocking]\ndepe = 3\n[disorder]\nmissing = \"some\"\n");
    let message = refusal(shop.render("three.toml --out a"));
    assert_names(&message, &["three.toml", "camera.fov_deg", "400", "stocking.depe", "disorder.missing", "some"]);
    assert_eq!(message.lines().filter(|line| line.starts_with("  ")).count(), 3, "{message}");
    shop.write("torn.toml", "[camera\nfov_deg = 3");
    assert_names(&refusal(shop.render("torn.toml --out a")), &["torn.toml", "line 1"]);
    shop.write("shop.toml", "[planogram]\ncategories = [\"cereal\", \"anvils\"]\n");
    assert_names(&refusal(shop.render("shop.toml --out a")), &["planogram.categories[1]", "anvils", "cereal"]);
}

#[test]
fn all_mistakes_of_a_catalogue_are_told_at_once() {
    let shop = Shop::open();
    shop.write(
        "bad.csv",
        "gtin,sku,name,shape,width_mm,height_mm,depth_mm\n4006381333930,a,A,carton,10,20,30\n,b,B,orb,10,20,30\n\
         ,c,C,can,10,x,10\n",
    );
    let message = refusal(shop.endcap("render default --catalog bad.csv --out a"));
    assert_names(&message, &["bad.csv", "line 2, column gtin", "4006381333930", "orb", "line 4, column height_mm"]);
}

#[test]
fn broken_models_are_refused_by_name() {
    let shop = Shop::open();
    let whole = triangle_glb(SAIL);
    let mut attempts = 0;
    let mut refused = |command: &str, wanted: &[&str]| {
        attempts += 1;
        let message = refusal(shop.endcap(&format!("{command} --adapter {} --out out-{attempts}", adapter())));
        assert_names(&message, wanted);
        assert!(!shop.path(&format!("out-{attempts}/dataset.json")).exists());
    };
    for length in [0, 3, 12, 19, 200, whole.len() - 4] {
        shop.write("cut/sail.glb", &whole[..length]);
        refused("shot cut/sail.glb", &["sail.glb"]);
        refused("render default --catalog cut", &["sail.glb"]);
    }
    for value in [f32::NAN, f32::INFINITY] {
        let mut corners = SAIL;
        corners[1][1] = value;
        shop.write("wild/sail.glb", triangle_glb(corners));
        refused("shot wild/sail.glb", &["sail.glb", "meshes[0].primitives[0]"]);
        refused("render default --catalog wild --frames 0", &["sail.glb", "meshes[0].primitives[0]"]);
    }
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let shop = Shop::open();
    let letter = shop.write("full/letter.txt", "dear diary");
    assert_names(&refusal(shop.render("default --frames 0 --out full")), &["full", "not empty", "--resume"]);
    assert_names(&refusal(shop.render("default --frames 0 --out full --resume")), &["full", "no dataset"]);
    assert_eq!(std::fs::read_dir(shop.path("full")).expect("a folder").count(), 1);
    assert_eq!(std::fs::read(letter).expect("is there"), b"dear diary");
}

#[test]
fn an_adapter_that_is_not_there_is_named() {
    let shop = Shop::open();
    let (code, _, err) = run(shop.endcap("render default --catalog products.csv --frames 0 --out a --adapter abacus"));
    assert_ne!(code, 0);
    assert_names(&err, &["abacus"]);
}
