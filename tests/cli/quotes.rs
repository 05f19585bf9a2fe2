//! What a job costs, and how far two machines may differ, from the command line.

use serde_json::Value;

use crate::{SMALL, Shop, adapter, run};

#[test]
fn a_quote_is_measured_here_and_follows_the_prices() {
    let shop = Shop::open();
    let (code, _, err) =
        run(shop.endcap(&format!("job pack close --seed 4 --frames 2..12 {SMALL} --unit 4 --out bundle")));
    assert_eq!(code, 0, "{err}");
    let on = format!("--frames 2 --catalog products.csv --adapter {}", adapter());
    let (code, out, err) = run(shop.endcap(&format!("job quote bundle {on} --json")));
    assert_eq!(code, 0, "{err}");
    let quote: Value = serde_json::from_str(&out).expect("JSON");
    let (probe, estimate) = (&quote["probe"], &quote["estimate"]);
    assert_eq!(
        (probe["frames_us"].as_array().map(Vec::len), &estimate["units"], &estimate["frames"]),
        (Some(2), &3.into(), &10.into())
    );
    let amount = |name: &str| estimate[name].as_str().expect("digits").parse::<u128>().expect("digits");
    let unit: u128 = estimate["quote"]["unit_price"].as_str().expect("digits").parse().expect("digits");
    assert!(
        unit > 0
            && amount("work") == 3 * unit
            && amount("budget") == amount("work") + amount("retries") + amount("setup")
    );
    assert!(estimate["check_share"].as_str().is_some_and(|share| share != "0"), "{estimate}");

    // A table for people, by prices of their own.
    let prices = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/prices.toml")).expect("there");
    shop.write("prices.toml", prices.replace("symbol = \"NEURO\"", "symbol = \"TEST\""));
    let (code, out, err) = run(shop.endcap(&format!("job quote bundle {on} --config prices.toml")));
    assert_eq!(code, 0, "{err}");
    for words in
        ["price of a unit", "TEST", "renting the same GPUs", "mining with them earns", "10 frames in 3 units of 4"]
    {
        assert!(out.contains(words), "{words}: {out}");
    }
    shop.write("prices.toml", prices.replace("gpus = 5", "gpus = 0"));
    let (code, _, err) = run(shop.endcap(&format!("job quote bundle {on} --config prices.toml")));
    assert!(code == 2 && err.contains("compare.gpus"), "{err}");
}

#[test]
fn a_tolerance_profile_is_measured_and_packed() {
    let shop = Shop::open();
    let pack = format!("job pack close --seed 4 --frames 2..4 {SMALL} --unit 1");
    let (code, _, err) = run(shop.endcap(&format!("{pack} --out bundle")));
    assert_eq!(code, 0, "{err}");
    let on = format!("--catalog products.csv --adapter {}", adapter());
    let (code, _, err) = run(shop.endcap(&format!("job run bundle --unit 1 --out a {on}")));
    assert_eq!(code, 0, "{err}");
    shop.write("b/unit-000001.tar", std::fs::read(shop.path("a/unit-000001.tar")).expect("there"));
    let calibrate = "job calibrate bundle a b --catalog products.csv --out tolerance.json";
    let (code, out, err) = run(shop.endcap(calibrate));
    assert!(code == 0 && out.contains("one class only") && out.contains("1 frames"), "{out}{err}");
    let (code, _, err) = run(shop.endcap(&format!("{pack} --out measured --tolerance tolerance.json")));
    assert_eq!(code, 0, "{err}");
    let manifest = std::fs::read_to_string(shop.path("measured/manifest.json")).expect("there");
    assert!(manifest.contains("\"band_px\":1") && manifest.contains("\"color_steps\":1"), "{manifest}");
    let (code, _, err) = run(shop.endcap("job calibrate bundle a empty --catalog products.csv"));
    assert!(code == 2 && err.contains("no unit is in two"), "{err}");
    shop.write("wrong.json", "{\"color_share\": 2}");
    let (code, _, err) = run(shop.endcap(&format!("{pack} --out other --tolerance wrong.json")));
    assert!(code == 2 && err.contains("color_share"), "{err}");
}
