//! The command as a user runs it, wrong input included.
#![cfg(feature = "cli")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::time::Duration;

use assert_cmd::Command;

const SMALL: [&str; 6] = ["--size", "96x128", "--spp", "1", "--adapter", "cpu"];

fn endcap() -> Command {
    Command::cargo_bin("endcap").expect("the binary is built with the tests")
}

/// A catalogue of three products in two families.
fn catalog(folder: &Path) -> String {
    let path = folder.join("products.toml");
    let rows: String = [("A1", "carton", 90, 200, 60), ("A2", "carton", 90, 200, 60), ("B1", "can", 66, 122, 66)]
        .map(|(sku, shape, width, height, depth)| {
            format!(
                "[[products]]\nsku = \"{sku}\"\nname = \"{sku}\"\ncategory = \"{shape}\"\nfamily = \"{shape}\"\nshape = \"{shape}\"\n\
                 width_mm = {width}\nheight_mm = {height}\ndepth_mm = {depth}\n"
            )
        })
        .concat();
    fs::write(&path, rows).expect("room");
    path.display().to_string()
}

/// Standard error and exit code of a command that must fail.
fn failure(command: &mut Command) -> (String, i32) {
    let output = command.assert().failure().get_output().clone();
    let text = String::from_utf8(output.stderr).expect("text");
    assert!(!text.contains("panicked"), "{text}");
    (text, output.status.code().expect("an exit code"))
}

/// Path below the folder and content of every file.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(at) = pending.pop() {
        for entry in fs::read_dir(at).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").display().to_string();
                found.insert(name, fs::read(path).expect("readable"));
            }
        }
    }
    found
}

#[test]
fn a_dataset_is_made_checked_and_made_again_in_the_same_bytes() {
    let place = tempfile::tempdir().expect("temporary folder");
    let table = catalog(place.path());
    let (first, second) = (place.path().join("first"), place.path().join("second"));
    let render = |out: &Path| {
        let mut command = endcap();
        command.args(["render", "default", "--catalog", &table, "--frames", "0..2", "--out"]).arg(out).args(SMALL);
        command
    };
    let output = render(&first).arg("--json").assert().success().get_output().stdout.clone();
    let lines: Vec<serde_json::Value> = String::from_utf8(output)
        .expect("text")
        .lines()
        .map(|line| serde_json::from_str(line).expect("one object a line"))
        .collect();
    assert_eq!(lines.len(), 3, "two frames and a summary");
    assert_eq!(lines[0]["event"], "frame");
    assert_eq!(lines[2]["frames"], 2);
    render(&second).arg("--quiet").assert().success().stdout("").stderr("");
    let made = contents(&first);
    assert_eq!(made, contents(&second));
    for file in
        ["dataset.json", "frames/000001.json", "rgb/000000.png", "depth/000001.exr", "annotations/instances.json"]
    {
        assert!(made.contains_key(file), "{file} is missing of {:?}", made.keys());
    }
    endcap().arg("check").arg(&first).assert().success();

    // A folder that is in use is left alone; a changed byte is found.
    let (text, code) = failure(&mut render(&first));
    assert!(code == 2 && text.contains("not empty"), "{text}");
    fs::write(first.join("rgb/000000.png"), b"no picture").expect("room");
    let output = endcap().arg("check").arg(&first).assert().code(1).get_output().stdout.clone();
    assert!(String::from_utf8(output).expect("text").contains("rgb/000000.png"));
}

#[test]
fn a_killed_run_is_resumed_to_the_same_bytes() {
    let place = tempfile::tempdir().expect("temporary folder");
    let table = catalog(place.path());
    let (killed, whole) = (place.path().join("killed"), place.path().join("whole"));
    let arguments = ["render", "close", "--catalog", &table, "--frames", "0..6", "--quiet", "--out"];
    endcap().args(arguments).arg(&whole).args(SMALL).assert().success();

    let mut child = Process::new(assert_cmd::cargo::cargo_bin!("endcap"))
        .args(arguments)
        .arg(&killed)
        .args(SMALL)
        .stdout(Stdio::null())
        .spawn()
        .expect("starts");
    // Killed as soon as some frame is there, or after a while in any case.
    for _ in 0..600 {
        if killed.join("frames/000001.json").exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().expect("it runs, or has ended by itself");
    child.wait().expect("it was started");

    let (text, code) = failure(endcap().args(arguments).arg(&killed).args(SMALL).args(["--resume", "--seed", "5"]));
    assert!(code == 2 && text.contains("seed"), "{text}");
    endcap().args(arguments).arg(&killed).args(SMALL).arg("--resume").assert().success();
    assert_eq!(contents(&killed), contents(&whole));
}

#[test]
fn a_scene_is_written_and_shot_again_with_the_same_truth() {
    let place = tempfile::tempdir().expect("temporary folder");
    let table = catalog(place.path());
    let (glb, data, shot) = (place.path().join("scene.glb"), place.path().join("data"), place.path().join("shot"));
    let common = ["--catalog", table.as_str(), "--size", "96x128"];
    endcap().args(["scene", "tidy", "--frame", "1", "--out"]).arg(&glb).args(common).assert().success();
    endcap()
        .args(["render", "tidy", "--frames", "1", "--quiet", "--out"])
        .arg(&data)
        .args(["--catalog", &table])
        .args(SMALL)
        .assert()
        .success();
    // The shot has one number per node: those of units come first, in the same order.
    endcap()
        .arg("shot")
        .arg(&glb)
        .arg("--out")
        .arg(&shot)
        .args(["--quiet", "--spp", "1", "--adapter", "cpu"])
        .assert()
        .success();
    let record = |folder: &Path, frame: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(folder.join(frame)).expect("written")).expect("JSON")
    };
    let (ours, theirs) = (record(&data, "frames/000001.json"), record(&shot, "frames/000000.json"));
    let find = |id: u64| {
        let name = format!("instance-{id}");
        theirs["instances"].as_array().expect("a list").iter().find(|unit| unit["name"] == name.as_str())
    };
    let mut compared = 0;
    for unit in ours["instances"].as_array().expect("a list") {
        let id = unit["id"].as_u64().expect("a number");
        let other = find(id).unwrap_or_else(|| panic!("no node for unit {id}"));
        assert_eq!(unit["mask_visible"], other["mask_visible"], "unit {id}");
        assert_eq!(unit["mask_amodal"], other["mask_amodal"], "unit {id}");
        compared += 1;
    }
    assert!(compared > 10, "only {compared} units to compare");
}

#[test]
fn wrong_usage_and_wrong_files_end_in_2_and_name_what_is_wrong() {
    let place = tempfile::tempdir().expect("temporary folder");
    let out = place.path().join("out").display().to_string();
    let table = catalog(place.path());
    let cases: &[(&[&str], &str)] = &[
        (&["render", "no-such-recipe", "--out", &out], "no-such-recipe"),
        (&["render", "default", "--out", &out, "--catalog", "/no/such/table.csv"], "/no/such/table.csv"),
        (&["render", "default", "--out", &out, "--size", "640"], "--size"),
        (&["render", "default", "--out", &out, "--frames", "7..3"], "--frames"),
        (&["render", "default", "--out", &out, "--planes", "rgb,colour"], "colour"),
        (&["render", "default", "--out", &out, "--format", "coco,vhs", "--catalog", &table], "vhs"),
        (&["shot", "/no/such/scene.glb", "--out", &out], "/no/such/scene.glb"),
        (&["check", "/no/such/dataset"], "/no/such/dataset"),
    ];
    for (arguments, part) in cases {
        let (text, code) = failure(endcap().args(*arguments));
        assert!(code == 2 && text.contains(part), "{arguments:?}: {code}: {text}");
    }
    assert!(!Path::new(&out).exists(), "nothing is written before the input is known to be good");
}

#[test]
fn a_recipe_with_three_mistakes_reports_three() {
    let place = tempfile::tempdir().expect("temporary folder");
    let recipe = place.path().join("wrong.toml");
    let text = "[picture]\nwidth = 4\n\n[disorder]\nstrangers = 7.0\n\n[camera]\nzoom = 3\n";
    fs::write(&recipe, text).expect("room");
    let (text, code) = failure(endcap().arg("render").arg(&recipe).arg("--out").arg(place.path().join("out")));
    assert_eq!(code, 2, "{text}");
    for part in ["wrong.toml", "picture.width", "disorder.strangers", "camera.zoom"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn broken_models_are_refused_by_name() {
    let place = tempfile::tempdir().expect("temporary folder");
    let table = catalog(place.path());
    let glb = place.path().join("scene.glb");
    endcap().args(["scene", "tidy", "--catalog", &table, "--out"]).arg(&glb).assert().success();
    let whole = fs::read(&glb).expect("written");
    let cut = place.path().join("cut.glb");
    fs::write(&cut, &whole[..whole.len() / 2]).expect("room");
    let (text, code) = failure(endcap().arg("shot").arg(&cut).arg("--out").arg(place.path().join("out")));
    assert!(code == 2 && text.contains("cut.glb"), "{text}");

    // The last floats of the binary chunk become NaN; whatever they mean, there is an error or a picture, never a panic.
    let positions = "POSITION";
    assert!(String::from_utf8_lossy(&whole).contains(positions));
    let nan = place.path().join("nan.gltf");
    let buffer: Vec<u8> = [f32::NAN; 9].iter().flat_map(|value| value.to_le_bytes()).collect();
    fs::write(place.path().join("nan.bin"), buffer).expect("room");
    let json = r#"{"asset":{"version":"2.0"},"scene":0,"scenes":[{"nodes":[0]}],"nodes":[{"mesh":0}],
        "meshes":[{"primitives":[{"attributes":{"POSITION":0}}]}],
        "accessors":[{"bufferView":0,"componentType":5126,"count":3,"type":"VEC3","min":[0,0,0],"max":[1,1,1]}],
        "bufferViews":[{"buffer":0,"byteLength":36}],"buffers":[{"uri":"nan.bin","byteLength":36}]}"#;
    fs::write(&nan, json).expect("room");
    let (text, code) = failure(endcap().arg("shot").arg(&nan).arg("--out").arg(place.path().join("out")));
    assert!(code == 2 && text.contains("nan.gltf") && text.contains("meshes[0].primitives[0]"), "{text}");
}

#[test]
fn devices_are_listed_and_a_closed_pipe_is_no_failure() {
    let output = endcap().args(["devices", "--json"]).assert().success().get_output().stdout.clone();
    let first = String::from_utf8(output).expect("text").lines().next().map(str::to_owned).expect("an adapter");
    let adapter: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    assert!(adapter["name"].is_string() && adapter["is_cpu"].is_boolean());

    let place = tempfile::tempdir().expect("temporary folder");
    let table = catalog(place.path());
    let mut child = Process::new(assert_cmd::cargo::cargo_bin!("endcap"))
        .args(["render", "close", "--catalog", &table, "--frames", "0..2", "--json", "--out"])
        .arg(place.path().join("out"))
        .args(SMALL)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("ends");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}
