//! `endcap stats`: what it prints and writes, and how it ends.

use crate::{Shop, run};

#[test]
fn a_dataset_is_measured_beside_a_profile() {
    let shop = Shop::open();
    let (code, _, err) =
        run(shop.render("default --frames 0..2 --planes rgb,instance --strength 0.3 --out set --quiet"));
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = run(shop.endcap("stats set --json stats.json --plots plots"));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("products per picture") && out.contains("2 pictures of 60 x 80"), "{out}");
    let json = std::fs::read_to_string(shop.path("stats.json")).expect("written");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["frames"], 2);
    assert!(shop.path("plots/layout.png").is_file());

    // No band holds for a picture without goods, and every band of an empty list does.
    let strict = "name = \"odd\"\nsource = \"none\"\nmin_visibility = 1\nmin_inside = 0\n";
    shop.write("lax.toml", strict);
    let band = "[[bands]]\nfigure = \"products\"\ncompare = \"p50\"\nlow = 5000\nhigh = 6000\nsource = \"none\"\n";
    shop.write("odd.toml", format!("{strict}{band}"));
    assert_eq!(run(shop.endcap("stats set --profile lax.toml --strict")).0, 0);
    assert_eq!(run(shop.endcap("stats set --profile odd.toml")).0, 0);
    let (code, out, err) = run(shop.endcap("stats set --profile odd.toml --strict"));
    assert_eq!(code, 1);
    assert!(out.contains("LOW") && err.contains("1 of 1 bands are not met by set"), "{out}{err}");
}

#[test]
fn bad_input_is_named() {
    let shop = Shop::open();
    shop.write("odd.toml", "name = \"odd\"\nsource = \"none\"\nmin_visibility = 7\nmin_inside = 0\n");
    for (arguments, wanted) in [
        ("stats nowhere", ["nowhere", "dataset.json"]),
        ("stats nowhere --profile smell", ["smell", "whole_bay, close"]),
        ("stats nowhere --profile odd.toml", ["odd.toml", "min_visibility: 7"]),
        ("render default --out a --strength 2", ["2", "catalogue photo"]),
        ("scene default --out a.glb --strength nan", ["nan", "wild"]),
    ] {
        let (code, out, err) = run(shop.endcap(arguments));
        assert_eq!((code, out.as_str()), (2, ""), "{arguments}: {err}");
        for part in wanted {
            assert!(err.contains(part), "{part:?} is not in: {err}");
        }
    }
}
