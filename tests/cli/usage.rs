//! What works, and what the command says about it.

use std::process::Stdio;

use crate::{SAIL, Shop, adapter, files, run, triangle_glb};

fn json_lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

#[test]
fn a_recipe_becomes_a_dataset_that_passes_its_check() {
    let shop = Shop::open();
    let (code, out, err) = run(shop.render("default --frames 2..4 --out set --sheet sheet.png"));
    assert_eq!(code, 0, "{err}");
    assert_eq!(err, "");
    assert!(out.starts_with("2 frames with ") && out.contains("endcap check set"), "{out}");
    let written = files(&shop.path("set"));
    for path in
        ["dataset.json", "frames/000002.json", "rgb/000003.png", "depth/000002.exr", "annotations/instances.json"]
    {
        assert!(written.contains_key(path), "{path} is missing: {:?}", written.keys());
    }
    assert_eq!(written.len(), 2 * 11 + 2, "{:?}", written.keys());
    assert!(image::open(shop.path("sheet.png")).is_ok());

    assert_eq!(run(shop.endcap("check set")), (0, "set: no problems\n".to_owned(), String::new()));
    assert_eq!(run(shop.endcap("check set --json")), (0, String::new(), String::new()));
    let mut picture = written["rgb/000003.png"].clone();
    *picture.last_mut().expect("not empty") ^= 1;
    shop.write("set/rgb/000003.png", picture);
    std::fs::remove_file(shop.path("set/frames/000002.json")).expect("is there");
    let (code, out, err) = run(shop.endcap("check set"));
    assert_eq!(code, 1);
    assert!(out.contains("rgb/000003.png") && out.contains("frames/000002.json"), "{out}");
    assert!(err.contains("problems in set"), "{err}");
    let (code, out, _) = run(shop.endcap("check set --json"));
    assert_eq!(code, 1);
    let places: Vec<_> = json_lines(&out).iter().map(|problem| problem["place"].to_string()).collect();
    assert!(places.iter().any(|place| place.contains("rgb/000003.png")), "{places:?}");
}

#[test]
fn machines_get_json_lines_and_the_quiet_get_nothing() {
    let shop = Shop::open();
    let (code, out, err) =
        run(shop.render("tidy --frames 0..2 --planes instance,depth --format native --out a --json"));
    assert_eq!((code, err.as_str()), (0, ""));
    let lines = json_lines(&out);
    assert_eq!(lines.len(), 3, "{out}");
    for (index, line) in lines[..2].iter().enumerate() {
        assert_eq!((&line["event"], &line["index"]), (&"frame".into(), &index.into()), "{line}");
        assert!(line["units"].as_u64().is_some_and(|units| units > 0), "{line}");
    }
    assert_eq!((&lines[2]["event"], &lines[2]["frames"]), (&"done".into(), &2.into()));
    assert_eq!(files(&shop.path("a")).len(), 2 * 3 + 1);
    let quiet = run(shop.render("tidy --frames 0 --planes instance --out b --quiet"));
    assert_eq!(quiet, (0, String::new(), String::new()));
    assert!(files(&shop.path("b")).contains_key("annotations/instances.json"));
}

#[test]
fn a_composed_scene_can_be_exported_and_shot_with_the_same_truth() {
    let shop = Shop::open();
    let (code, _, err) = run(shop.endcap("scene close --catalog products.csv --size 60x80 --frame 3 --out scene.glb"));
    assert_eq!(code, 0, "{err}");
    let glb = std::fs::read(shop.path("scene.glb")).expect("written");
    assert_eq!((&glb[..4], glb.len()), (&b"glTF"[..], u32::from_le_bytes(glb[8..12].try_into().expect("4")) as usize));
    let shot = format!("shot scene.glb --out shot --spp 1 --planes instance,depth --json --adapter {}", adapter());
    let (code, out, err) = run(shop.endcap(&shot));
    assert_eq!(code, 0, "{err}");
    assert!(json_lines(&out)[0]["units"].as_u64().is_some_and(|units| units > 20), "{out}");
    assert_eq!(run(shop.endcap("check shot")).0, 0);

    let (code, _, err) = run(shop.render("close --frames 3 --planes instance --out frame"));
    assert_eq!(code, 0, "{err}");
    let (ours, theirs) = (record(&shop, "frame/frames/000003.json"), record(&shop, "shot/frames/000000.json"));
    for field in ["width", "height", "fx", "fy", "cx", "cy", "distortion"] {
        assert_eq!(ours["camera"][field], theirs["camera"][field], "{field}");
    }
    let units = ours["instances"].as_array().expect("a list");
    assert!(units.len() > 5, "only {} units", units.len());
    for unit in units {
        let name = format!("instance-{}", unit["id"]);
        let other = theirs["instances"].as_array().expect("a list").iter().find(|node| node["name"] == name.as_str());
        let other = other.unwrap_or_else(|| panic!("there is no {name}"));
        for field in ["mask_visible", "mask_amodal", "visibility", "bbox_visible"] {
            assert_eq!(unit[field], other[field], "{field} of {name}");
        }
    }
}

fn record(shop: &Shop, path: &str) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(shop.path(path)).expect("written")).expect("JSON")
}

#[test]
fn a_strangers_triangle_can_be_shot() {
    let shop = Shop::open();
    shop.write("sail.glb", triangle_glb(SAIL));
    let (code, out, err) = run(shop.endcap(&format!("shot sail.glb --size 40x30 --out one --adapter {}", adapter())));
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("1 nodes"), "{out}");
    assert_eq!(record(&shop, "one/frames/000000.json")["instances"][0]["name"], "sail");
    assert_eq!(run(shop.endcap("check one")).0, 0);
}

#[test]
fn devices_are_listed() {
    let shop = Shop::open();
    let (code, out, _) = run(shop.endcap("devices --json"));
    let adapters = json_lines(&out);
    assert_eq!(code, if adapters.is_empty() { 1 } else { 0 });
    assert!(adapters.iter().all(|adapter| adapter["name"].is_string()), "{out}");
    let (_, text, _) = run(shop.endcap("devices"));
    assert_eq!(text.lines().count(), adapters.len());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let shop = Shop::open();
    shop.write("sail.glb", triangle_glb(SAIL));
    assert_eq!(run(shop.render("tidy --frames 0 --planes instance --out broken --quiet")).0, 0);
    std::fs::remove_file(shop.path("broken/instance/000000.png")).expect("is there");
    let adapter = adapter();
    for (arguments, code) in [
        ("devices".to_owned(), 0),
        ("devices --json".to_owned(), 0),
        ("check broken".to_owned(), 1),
        (format!("shot sail.glb --size 20x20 --spp 1 --out shot --adapter {adapter}"), 0),
        (format!("render tidy {} --frames 0..2 --json --out set --adapter {adapter}", crate::SMALL), 0),
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_endcap"));
        command.current_dir(shop.path("")).args(arguments.split_whitespace());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("can be started");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ends");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(!err.contains("panicked"), "{arguments}: {err}");
        assert_eq!(output.status.code(), Some(code), "{arguments}: {err}");
    }
}
