//! The contract of dataset writers: whatever happens on the way, the same run ends in the same bytes.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::painted::{Painted, Painting, contents, formats};
use endcap::annotate::geometry::KeypointState;
use endcap::dataset::{
    CategoryChoice, DatasetWriter, Encoder, Error, Export, MANIFEST, Manifest, SheetRow, StoredFrame, check,
    contact_sheet, format_by_name, frame_name,
};
use endcap::frame::{DepthLayer, Plane};
use endcap::scene::{SplitBy, Splits};
use ndarray::Array3;
use proptest::prelude::*;
use rayon::prelude::*;

fn writer(folder: &Path, painting: Painting, frames: std::ops::Range<u64>) -> DatasetWriter {
    DatasetWriter::create(folder, &painting.run(frames), &formats()).expect("an empty folder")
}

fn store(encoder: &Encoder, painting: Painting, index: u64) -> StoredFrame {
    encoder.store(&painting.paint(index).sample()).expect("a painted frame fits")
}

fn write_whole(folder: &Path, painting: Painting, frames: std::ops::Range<u64>) -> Manifest {
    let mut writer = writer(folder, painting, frames.clone());
    for index in frames {
        writer.write(&painting.paint(index).sample()).expect("a painted frame fits");
    }
    let header = writer.finish().expect("all frames are there");
    let manifest = Manifest::read(folder).expect("just written");
    assert_eq!(manifest.header, header);
    manifest
}

fn messages(folder: &Path) -> Vec<String> {
    let problems = check(folder).expect("a folder");
    problems.into_iter().map(|problem| format!("{}: {}", problem.place, problem.message)).collect()
}

#[test]
fn a_finished_dataset_passes_its_check() {
    let place = tempfile::tempdir().expect("temporary folder");
    let manifest = write_whole(place.path(), Painting::SMALL, 3..6);
    assert_eq!(messages(place.path()), [""; 0]);
    for format in formats() {
        for path in (3..6).flat_map(|index| format.frame_files(&manifest.header, index)) {
            assert!(manifest.files.iter().any(|file| file.path == path), "{}: {path}", format.name());
        }
    }
    assert_eq!(Manifest::read(place.path()).expect("written"), manifest);
    let files = contents(place.path());
    assert_eq!(files.len(), manifest.files.len() + 1, "and {MANIFEST}: {:?}", files.keys());
    for file in &manifest.files {
        assert_eq!(blake3::hash(&files[&file.path]).to_string(), file.blake3);
    }
}

#[test]
fn an_empty_dataset_is_a_dataset() {
    let place = tempfile::tempdir().expect("temporary folder");
    let folder = place.path().join("new/folder");
    let manifest = write_whole(&folder, Painting::SMALL, 7..7);
    assert!(manifest.files.iter().all(|file| !file.path.contains("000007")), "{:?}", manifest.files);
    assert_eq!(messages(&folder), [""; 0]);
}

#[test]
fn a_frame_without_units_is_a_frame() {
    let place = tempfile::tempdir().expect("temporary folder");
    write_whole(place.path(), Painting { units: 0, ..Painting::SMALL }, 0..1);
    assert_eq!(messages(place.path()), [""; 0]);
}

#[test]
fn frame_numbers_have_six_digits_and_grow() {
    assert_eq!((frame_name(4711), frame_name(12_345_678)), ("004711".to_owned(), "12345678".to_owned()));
    let place = tempfile::tempdir().expect("temporary folder");
    write_whole(place.path(), Painting::SMALL, 999_999..1_000_001);
    assert!(place.path().join("rgb/999999.png").exists() && place.path().join("rgb/1000000.png").exists());
    assert_eq!(messages(place.path()), [""; 0]);
}

#[test]
fn threads_and_order_of_encoding_do_not_matter() {
    let place = tempfile::tempdir().expect("temporary folder");
    let (one, many) = (place.path().join("one"), place.path().join("many"));
    write_whole(&one, Painting::SMALL, 0..6);
    let mut writer = writer(&many, Painting::SMALL, 0..6);
    let encoder = writer.encoder();
    let mut stored: Vec<_> = [5, 1, 4, 0, 3, 2].into_par_iter().map(|i| store(&encoder, Painting::SMALL, i)).collect();
    stored.sort_by_key(StoredFrame::index);
    for frame in stored {
        writer.append(frame).expect("in order");
    }
    writer.finish().expect("all frames are there");
    assert_eq!(contents(&one), contents(&many));
}

/// Where a run is killed.
#[derive(Debug, Clone, Copy)]
enum Kill {
    /// Frames are stored and not appended.
    BeforeAppend,
    /// A line of the journal is half-written.
    InJournal,
    /// The rows are longer than the journal says.
    InRows,
    /// A temporary file is half-written.
    InFile,
    /// The files of the last frame did not reach the disk.
    FileLost,
    /// The manifest is there, and the run's own folder not yet gone.
    AfterManifest,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_killed_run_resumes_to_the_same_bytes(
        stops in proptest::collection::vec(0u64..5, 1..3),
        kill in prop_oneof![
            Just(Kill::BeforeAppend), Just(Kill::InJournal), Just(Kill::InRows), Just(Kill::InFile),
            Just(Kill::FileLost), Just(Kill::AfterManifest),
        ],
    ) {
        let painting = Painting { width: 19, height: 13, units: 5, seed: 1 };
        let place = tempfile::tempdir().expect("temporary folder");
        let (whole, killed) = (place.path().join("whole"), place.path().join("killed"));
        write_whole(&whole, painting, 2..6);
        let run = painting.run(2..6);
        for stop in stops {
            let mut writer = DatasetWriter::resume(&killed, &run, &formats()).expect("resumable");
            let remaining = writer.remaining();
            for index in remaining.clone().take(stop as usize) {
                writer.write(&painting.paint(index).sample()).expect("fits");
            }
            interrupt(&killed, kill, writer, painting);
        }
        let mut writer = DatasetWriter::resume(&killed, &run, &formats()).expect("resumable");
        for index in writer.remaining() {
            writer.write(&painting.paint(index).sample()).expect("fits");
        }
        writer.finish().expect("all frames are there");
        prop_assert_eq!(contents(&whole), contents(&killed));
        prop_assert_eq!(messages(&killed), [""; 0]);
    }
}

/// Leaves the folder as a kill at this point would.
fn interrupt(folder: &Path, kill: Kill, writer: DatasetWriter, painting: Painting) {
    let remaining = writer.remaining();
    let append = |path: &str, bytes: &[u8]| {
        let mut content = fs::read(folder.join(path)).expect("begun");
        content.extend_from_slice(bytes);
        fs::write(folder.join(path), content).expect("room");
    };
    match kill {
        Kill::BeforeAppend => remaining.rev().for_each(|index| drop(store(&writer.encoder(), painting, index))),
        Kill::InJournal => append(".endcap/journal.jsonl", br#"{"frame":3,"files":[{"pa"#),
        Kill::InRows => append(".endcap/coco.rows", br#"{"image_id":3,"categ"#),
        Kill::InFile => {
            fs::create_dir_all(folder.join("rgb")).expect("room");
            fs::write(folder.join("rgb/.endcap-x1y2z3"), b"half").expect("room");
        }
        Kill::FileLost => {
            let path = folder.join(format!("depth/{}.exr", frame_name(remaining.start.saturating_sub(1))));
            if path.exists() {
                fs::write(path, b"").expect("room");
            }
        }
        Kill::AfterManifest if remaining.is_empty() => {
            let begun = fs::read(folder.join(".endcap/run.json"));
            writer.finish().expect("all frames are there");
            if let Ok(begun) = begun {
                fs::create_dir_all(folder.join(".endcap")).expect("room");
                fs::write(folder.join(".endcap/run.json"), begun).expect("room");
            }
        }
        Kill::AfterManifest => {}
    }
}

#[test]
fn another_run_cannot_be_resumed() {
    let place = tempfile::tempdir().expect("temporary folder");
    let run = Painting::SMALL.run(0..4);
    let mut writer = DatasetWriter::create(place.path(), &run, &formats()).expect("empty");
    writer.write(&Painting::SMALL.paint(0).sample()).expect("fits");
    drop(writer);
    let refused = |change: &dyn Fn(&mut endcap::dataset::Run)| {
        let mut other = run.clone();
        change(&mut other);
        let error = DatasetWriter::resume(place.path(), &other, &formats()).expect_err("another run");
        assert!(matches!(error, Error::BegunDifferently { .. }), "{error}");
        error.to_string()
    };
    let refusals = [
        refused(&|run| run.seed = 9),
        refused(&|run| run.recipe = run.recipe.replace("1.4", "1.5")),
        refused(&|run| run.width += 1),
        refused(&|run| run.planes.truncate(3)),
        refused(&|run| run.frames = 0..5),
        refused(&|run| run.catalog_digest = "11".repeat(32)),
        refused(&|run| drop(run.settings.insert("spp".to_owned(), "64".to_owned()))),
        refused(&|run| run.classes[0].name = "peas".to_owned()),
    ];
    let expected = [
        "seed: it has 5, asked for is 9",
        "recipe: line 3 was \"height = 1.4\", and is \"height = 1.5\"",
        "size: it has 37 x 23 pixels, asked for is 38 x 23 pixels",
        "asked for is rgb, instance, semantic",
        "frames: it has 0..4, asked for is 0..5",
        "catalog_digest: it has 0000",
        "settings: it has {\"quality\": \"preview\"}, asked for is {\"quality\": \"preview\", \"spp\": \"64\"}",
        "classes: it has beans, coffee, milk, tea, shelf, asked for are peas,",
    ];
    for (refusal, expected) in refusals.iter().zip(expected) {
        assert!(refusal.contains(expected), "{refusal}");
    }
    let writer = DatasetWriter::resume(place.path(), &run, &formats()).expect("the same run");
    assert_eq!(writer.remaining(), 1..4);
}

#[test]
fn folders_of_others_are_left_alone() {
    let place = tempfile::tempdir().expect("temporary folder");
    fs::write(place.path().join("thesis.txt"), "important").expect("room");
    let run = Painting::SMALL.run(0..1);
    assert!(matches!(DatasetWriter::create(place.path(), &run, &formats()), Err(Error::NotEmpty { .. })));
    assert!(matches!(DatasetWriter::resume(place.path(), &run, &formats()), Err(Error::NothingToResume { .. })));
    assert_eq!(contents(place.path()).len(), 1);
}

#[test]
fn two_writers_cannot_share_a_folder() {
    let place = tempfile::tempdir().expect("temporary folder");
    let run = Painting::SMALL.run(0..2);
    let first = DatasetWriter::create(place.path(), &run, &formats()).expect("empty");
    assert!(matches!(DatasetWriter::resume(place.path(), &run, &formats()), Err(Error::Busy { .. })));
    drop(first);
    DatasetWriter::resume(place.path(), &run, &formats()).expect("free again");
}

#[test]
fn a_finished_dataset_stays_finished() {
    let place = tempfile::tempdir().expect("temporary folder");
    let manifest = write_whole(place.path(), Painting::SMALL, 0..2);
    let before = contents(place.path());
    let run = Painting::SMALL.run(0..2);
    assert!(matches!(DatasetWriter::create(place.path(), &run, &formats()), Err(Error::NotEmpty { .. })));
    let writer = DatasetWriter::resume(place.path(), &run, &formats()).expect("the same run");
    assert!(writer.remaining().is_empty());
    assert_eq!(writer.finish().expect("finished"), manifest.header);
    assert_eq!(contents(place.path()), before);
    let other = Painting { seed: 6, ..Painting::SMALL }.run(0..2);
    assert!(matches!(DatasetWriter::resume(place.path(), &other, &formats()), Err(Error::BegunDifferently { .. })));
}

#[test]
fn frames_out_of_order_or_missing_are_errors() {
    let place = tempfile::tempdir().expect("temporary folder");
    let mut writer = writer(place.path(), Painting::SMALL, 0..3);
    let encoder = writer.encoder();
    let second = store(&encoder, Painting::SMALL, 1);
    assert!(matches!(writer.append(second.clone()), Err(Error::OutOfOrder { expected: 0, found: 1 })));
    writer.append(store(&encoder, Painting::SMALL, 0)).expect("next");
    writer.append(second.clone()).expect("next");
    assert!(matches!(writer.append(second), Err(Error::OutOfOrder { expected: 2, found: 1 })));
    assert!(matches!(writer.finish(), Err(Error::Unfinished { next: 2, end: 3 })));
}

#[test]
fn frames_that_do_not_fit_are_errors_and_leave_nothing() {
    let place = tempfile::tempdir().expect("temporary folder");
    let encoder = writer(place.path(), Painting::SMALL, 0..3).encoder();
    let refused =
        |painted: &crate::painted::Painted| encoder.store(&painted.sample()).expect_err("does not fit").to_string();

    let message = refused(&Painting { width: 38, ..Painting::SMALL }.paint(0));
    assert_eq!(message, "frame 0: its picture has 38 x 23 pixels, not 37 x 23");
    assert_eq!(refused(&Painting::SMALL.paint(3)), "frame 3: the dataset has frames 0..3");
    let mut painted = Painting::SMALL.paint(1);
    painted.frame.planes.remove(&Plane::Uv);
    assert_eq!(refused(&painted), "frame 1 has no uv plane");
    let mut painted = Painting::SMALL.paint(1);
    painted.scene.classes[1].name = "cocoa".to_owned();
    assert_eq!(refused(&painted), "frame 1: class 2 (cocoa) is none of the dataset's");
    let mut painted = Painting::SMALL.paint(1);
    painted.frame.planes.insert(Plane::Instance, endcap::frame::PlaneData::U32(Array3::from_elem((23, 37, 1), 65_536)));
    let message = "frame 1: cannot encode the instance plane: number 65536 does not fit the 16 bits of a PNG";
    assert_eq!(refused(&painted), message);
    let mut painted = Painting::SMALL.paint(1);
    let unit = painted.scene.units[0].clone();
    painted.scene.units.resize(65_536, unit);
    assert!(refused(&painted).contains("65536 units do not fit"));

    assert_eq!(contents(place.path()).keys().filter(|path| !path.starts_with(".endcap")).count(), 0);
}

#[test]
fn every_flipped_byte_and_every_missing_or_foreign_file_is_found() {
    let place = tempfile::tempdir().expect("temporary folder");
    let manifest = write_whole(place.path(), Painting::SMALL, 0..2);
    for file in &manifest.files {
        let path = place.path().join(&file.path);
        let good = fs::read(&path).expect("written");
        for at in [0, good.len() / 2, good.len().wrapping_sub(1)].into_iter().filter(|&at| at < good.len()) {
            let mut bad = good.clone();
            bad[at] ^= 0x04;
            fs::write(&path, bad).expect("room");
            let found = messages(place.path());
            assert!(found.iter().any(|line| line.starts_with(&file.path) && line.contains("BLAKE3")), "{found:?}");
        }
        fs::remove_file(&path).expect("there");
        let found = messages(place.path());
        assert!(found.iter().any(|line| line.starts_with(&file.path) && line.contains("cannot be read")), "{found:?}");
        fs::write(&path, good).expect("room");
    }
    assert_eq!(messages(place.path()), [""; 0]);
    fs::write(place.path().join("rgb/000002.png"), "more").expect("room");
    assert_eq!(messages(place.path()), ["rgb/000002.png: is not in the manifest"]);
}

/// Replaces text in a file and gives the manifest the digest of the result, so that only the content can be at fault.
fn forge(folder: &Path, path: &str, from: &str, to: &str) -> Vec<String> {
    let good = fs::read_to_string(folder.join(path)).expect("written");
    let bad = good.replacen(from, to, 1);
    assert_ne!(good, bad, "{from} is not in {path}");
    let list = fs::read_to_string(folder.join(MANIFEST)).expect("written");
    let record = |text: &str| format!("\"bytes\":{},\"blake3\":\"{}\"", text.len(), blake3::hash(text.as_bytes()));
    fs::write(folder.join(path), &bad).expect("room");
    fs::write(folder.join(MANIFEST), list.replacen(&record(&good), &record(&bad), 1)).expect("room");
    let found = messages(folder);
    fs::write(folder.join(path), good).expect("room");
    fs::write(folder.join(MANIFEST), list).expect("room");
    found
}

#[test]
fn files_that_contradict_each_other_are_found() {
    let place = tempfile::tempdir().expect("temporary folder");
    let painting = Painting { width: 64, height: 48, units: 12, seed: 3 };
    write_whole(place.path(), painting, 0..2);
    let painted = painting.paint(0);
    let is_partly_hidden = |visible: Option<f64>| visible.is_some_and(|share| share > 0.2 && share < 1.0);
    let unit =
        painted.annotation.instances.iter().find(|unit| unit.visible_px > 9 && is_partly_hidden(unit.visibility));
    let unit = unit.expect("some unit is partly hidden");
    let at = painted.annotation.instances.iter().position(|other| other.id == unit.id).expect("listed");
    let line = serde_json::to_string(unit).expect("plain data");
    let frame = "frames/000000.json";
    let alter = |field: &str, from: &str, to: &str| {
        let start = line.find(&format!("\"{field}\":")).expect(field);
        let altered = format!("{}{}", &line[..start], line[start..].replacen(from, to, 1));
        let found = forge(place.path(), frame, &line, &altered);
        let place = format!("{frame}: instances[{at}].{field}: ");
        assert!(found.iter().any(|problem| problem.starts_with(&place)), "{field}: {found:?}");
        // COCO has the number of the category, and its name in another list.
        let in_coco = found.iter().any(|problem| problem.starts_with("annotations/instances.json"));
        assert!(in_coco || field == "category", "{field}: {found:?}");
    };
    alter("visible_px", &unit.visible_px.to_string(), &(unit.visible_px + 1).to_string());
    alter("amodal_px", &unit.amodal_px.to_string(), &(unit.amodal_px - 1).to_string());
    alter("silhouette_px", &unit.silhouette_px.to_string(), "1");
    alter("visibility", "0.", "0.0");
    alter("bbox_visible", "[", "[1");
    alter("bbox_amodal", "[", "[1");
    alter("category", &format!("\"{}\"", unit.category), "\"soap\"");
    alter("yaw_pitch_roll_deg", "\"yaw\":", "\"yaw\":1");

    let mut other = unit.clone();
    other.camera_from_object_quaternion = [0.0, 0.0, 0.0, 1.0];
    let found = forge(place.path(), frame, &line, &serde_json::to_string(&other).expect("plain data"));
    assert!(found.iter().any(|problem| problem.contains("camera_from_object_quaternion: ")), "{found:?}");

    let mut moved = unit.clone();
    moved.obb_amodal.as_mut().expect("a silhouette").0[2][1] += 0.01;
    moved.box_3d.as_mut().expect("a box").corners[3].px.as_mut().expect("in front")[0] += 0.01;
    moved.keypoints[1].px.as_mut().expect("in front")[1] -= 0.01;
    moved.keypoints[2].state = KeypointState::Outside;
    moved.keypoints[2].px = Some([1.0, 1.0]);
    moved.reading.as_mut().expect("seen").front.visible_px += 1;
    moved.bbox_silhouette[2] = 0;
    let found = forge(place.path(), frame, &line, &serde_json::to_string(&moved).expect("plain data"));
    for field in ["obb_amodal", "box_3d.corners[3]", "keypoints[1]", "keypoints[2]", "reading.front", "bbox_silhouette"]
    {
        assert!(found.iter().any(|problem| problem.contains(&format!(".{field}: "))), "{field}: {found:?}");
    }

    // A frame that cannot be read is one problem, not one for every annotation after it.
    assert_eq!(forge(place.path(), frame, "\"camera\"", "\"photo\"").len(), 1);

    let mut other = unit.clone();
    other.mask_visible = painted
        .annotation
        .instances
        .iter()
        .find(|o| o.visible_px > 0 && o.id != unit.id)
        .expect("two")
        .mask_visible
        .clone();
    let found = forge(place.path(), frame, &line, &serde_json::to_string(&other).expect("plain data"));
    assert!(found.iter().any(|problem| problem.contains("belongs to unit")), "{found:?}");
    assert!(found.iter().any(|problem| problem.starts_with("instance/000000.png: pixel")), "{found:?}");

    let edges = &painted.annotation.occlusion;
    let edge = edges.iter().find(|edge| edge.front > 0).expect("some unit hides another");
    let reverse = edges.iter().any(|other| (other.front, other.behind) == (edge.behind, edge.front));
    let written = format!("[{},{},{}],", edge.front, edge.behind, edge.px);
    let missing = if reverse { "pixels of each other" } else { "neither hides the other" };
    for (to, expected) in [
        (String::new(), missing),
        (format!("[{},{},{}],", edge.front, edge.behind, edge.px + 1), "in common"),
        (format!("[{},{},0],", edge.front, edge.behind), "is no pixels"),
        (format!("[99,{},{}],", edge.behind, edge.px), "is no pixels"),
        (format!("[{},0,{}],", edge.front, edge.px), "is no pixels"),
        (format!("{written}{written}"), "is out of order"),
    ] {
        let found = forge(place.path(), frame, &written, &to);
        let is_found =
            |problem: &String| problem.starts_with(&format!("{frame}: occlusion")) && problem.contains(expected);
        assert!(found.iter().any(is_found), "{to}: {found:?}");
    }
    // A shelf that hides less than is seen of it, or more than is hidden.
    let shelf = edges.iter().find(|edge| edge.front == 0).expect("the shelf hides something");
    let written = format!("[0,{},{}]", shelf.behind, shelf.px);
    for (px, expected) in [(0, "is no pixels"), (40_000, "are hidden")] {
        let found = forge(place.path(), frame, &written, &format!("[0,{},{px}]", shelf.behind));
        assert!(found.iter().any(|problem| problem.contains(expected)), "{px}: {found:?}");
    }

    let coco = "annotations/instances.json";
    for (from, to, expected) in [
        ("\"iscrowd\":0", "\"iscrowd\":1", "annotations[0]: is not what"),
        ("\"id\":2,\"image_id\"", "\"id\":7,\"image_id\"", "annotations[1].id: is 7, and should be 2"),
        ("rgb/000001.png", "rgb/000002.png", "images[1]"),
        ("\"name\":\"tea\"", "\"name\":\"TEA\"", "categories: are not"),
        ("\"id\":1,\"image_id\":0", "\"id\":1,\"image_id\":1", "instances.json: frame 0 has units"),
        ("\"id\":2,\"image_id\":0", "\"id\":2,\"image_id\":9", "annotations[1]: image_id is 9"),
        ("\"info\"", "\"extra\": [1, 2],\n\"info\"", "extra: is unknown"),
        ("\"annotations\": [", "\"annotations\": [[", "invalid"),
    ] {
        let found = forge(place.path(), coco, from, to);
        assert!(found.iter().any(|problem| problem.starts_with(coco) && problem.contains(expected)), "{to}: {found:?}");
    }
    assert_eq!(messages(place.path()), [""; 0]);
}

#[test]
fn pictures_that_contradict_the_masks_are_found() {
    let place = tempfile::tempdir().expect("temporary folder");
    write_whole(place.path(), Painting::SMALL, 0..2);
    for (plane, expected) in [
        ("instance/000000.png", "has number"),
        ("semantic/000000.png", "has class"),
        ("rotation/000000.exr", "has the rotation"),
        ("layers/000000.exr", "has number"),
    ] {
        let good = fs::read(place.path().join(plane)).expect("written");
        fs::copy(place.path().join(plane.replace("000000", "000001")), place.path().join(plane)).expect("room");
        let found = messages(place.path());
        assert!(found.iter().any(|problem| problem.starts_with(plane) && problem.contains(expected)), "{found:?}");
        fs::write(place.path().join(plane), good).expect("room");
    }
}

#[test]
fn layers_that_contradict_the_frame_are_found() {
    let painting = Painting { width: 64, height: 48, units: 30, seed: 3 };
    type Alter<'a> = &'a dyn Fn(&mut Vec<DepthLayer>);
    let found = |alter: Alter<'_>| {
        let place = tempfile::tempdir().expect("temporary folder");
        let mut painted = painting.paint(0);
        alter(&mut painted.frame.layers);
        let mut writer = writer(place.path(), painting, 0..1);
        writer.write(&painted.sample()).expect("a painted frame fits");
        writer.finish().expect("all frames are there");
        messages(place.path()).join("\n")
    };
    assert_eq!(found(&|_| ()), "");
    let second = painting.paint(0).frame.layers.swap_remove(1);
    let (at, &id) = second.instance.indexed_iter().find(|&(_, &id)| id > 0).expect("a unit is hidden");
    let seen = |layers: &[DepthLayer]| layers[0].instance[at];
    let cases: [(&str, Alter<'_>); 7] = [
        ("has number 77", &|layers| layers[0].instance[at] = 77),
        ("in the first layer", &|layers| layers[0].depth[at] *= 0.5),
        ("out of order", &|layers| layers[1].depth[at] = 0.01),
        ("twice", &|layers| layers[1].instance[at] = seen(layers)),
        ("is no unit of the frame", &|layers| layers[1].instance[at] = 77),
        ("rays", &|layers| {
            let others: Vec<u32> = layers.iter().map(|layer| layer.instance[at]).collect();
            let absent = |unit: &u32| *unit != id && !others.contains(unit) && !painting.paint(0).covers(*unit, at);
            layers[1].instance[at] = (1..=30).find(absent).expect("most units are elsewhere");
        }),
        ("the graph", &|layers| {
            let [_, second, third] = &mut layers[..] else { panic!("three layers") };
            let (at, _) = third.depth.indexed_iter().find(|(_, depth)| depth.is_finite()).expect("three on a ray");
            std::mem::swap(&mut second.instance[at], &mut third.instance[at]);
        }),
    ];
    for (expected, alter) in cases {
        let found = found(alter);
        assert!(found.starts_with("layers/000000.exr: ") && found.contains(expected), "{expected}: {found}");
    }
    // The dataset has three layers.
    let place = tempfile::tempdir().expect("temporary folder");
    let mut painted = painting.paint(0);
    painted.frame.layers.pop();
    let error = writer(place.path(), painting, 0..1).write(&painted.sample()).expect_err("one is missing");
    assert_eq!(error.to_string(), "frame 0: has 2 depth layers, and the dataset 3");
}

#[test]
fn hostile_manifests_are_problems() {
    let place = tempfile::tempdir().expect("temporary folder");
    assert!(messages(place.path())[0].starts_with("dataset.json: cannot read"));
    write_whole(place.path(), Painting::SMALL, 0..1);
    let good = fs::read_to_string(place.path().join(MANIFEST)).expect("written");
    for (from, to, expected) in [
        ("\"end\": 1", "\"end\": 18446744073709551615", "does not list frames/000002.json"),
        ("\"width\": 37", "\"width\": 4000000000", "is no picture"),
        ("\"width\": 37", "\"width\": 36", "camera: has 37 x 23 pixels"),
        ("\"rgb/000000.png\"", "\"../../etc/passwd\"", "leads out of"),
        ("\"rgb/000000.png\"", "\"/etc/passwd\"", "leads out of"),
        ("\"rgb/000000.png\"", "\"depth/000000.exr\"", "too"),
        ("\"coco\"", "\"cocoa\"", "there is no format \"cocoa\""),
        ("\"plane\": \"uv\"", "\"plane\": \"vu\"", "there is no plane \"vu\""),
        ("\"version\": ", "\"version\": 9", "version 9"),
        ("{", "[", "dataset.json"),
    ] {
        fs::write(place.path().join(MANIFEST), good.replacen(from, to, 1)).expect("room");
        let found = messages(place.path());
        assert!(found.iter().any(|problem| problem.contains(expected)), "{to}: {found:?}");
    }
}

#[test]
fn a_contact_sheet_is_the_same_from_memory_and_from_disk() {
    let place = tempfile::tempdir().expect("temporary folder");
    let painting = Painting { width: 64, height: 48, units: 12, seed: 3 };
    let manifest = write_whole(place.path(), painting, 0..2);
    let read = |index| SheetRow::read(place.path(), &manifest.header, index).expect("written");
    let sheet = contact_sheet(&[read(0), read(1)], 32);
    assert_eq!(sheet.dimensions(), (6 + 5 * 38, 6 + 2 * 30));
    let mut rows: Vec<_> = (0..2).map(|index| SheetRow::from_sample(&painting.paint(index).sample())).collect();
    // On disk, normals are half floats.
    rows.iter_mut().zip(0..2).for_each(|(row, index)| row.normal = read(index).normal);
    assert_eq!(contact_sheet(&rows, 32), sheet);
    assert_eq!(contact_sheet(&[], 32).dimensions(), (6, 6));
}

#[test]
fn what_a_format_cannot_hold_is_an_error() {
    type Alter<'a> = &'a dyn Fn(&mut Painted, &mut Export);
    let place = tempfile::tempdir().expect("temporary folder");
    let refused = |folder: &str, name: &str, alter: Alter<'_>| {
        let (mut painted, mut run) = (Painting::SMALL.paint(0), Painting::SMALL.run(0..1));
        alter(&mut painted, &mut run.export);
        let formats = ["native", name].map(|name| format_by_name(name).expect("known"));
        let writer = DatasetWriter::create(&place.path().join(folder), &run, &formats).expect("an empty folder");
        writer.encoder().store(&painted.sample()).map_or_else(|error| error.to_string(), |_| String::new())
    };
    // The first unit that is surely labelled.
    let labelled = |painted: &Painted| {
        let is_seen = |visibility: Option<f64>| visibility.is_some_and(|share| share > 0.5);
        painted.annotation.instances.iter().position(|unit| is_seen(unit.visibility)).expect("most are seen")
    };
    let cases: [(&str, &str, Alter<'_>); 8] = [
        ("coco", "", &|painted, _| {
            let at = labelled(painted);
            painted.annotation.instances[at].sku = None;
        }),
        ("bop", "is of no product", &|painted, _| {
            let at = labelled(painted);
            painted.annotation.instances[at].sku = None;
        }),
        ("bop", "none of the catalogue's", &|_, export| export.products.clear()),
        ("bop", "does not fit the 16 bits", &|_, export| export.depth_scale_mm = 0.01),
        ("bop", "is scaled", &|painted, _| {
            let at = labelled(painted);
            let unit = painted.annotation.instances[at].id as usize - 1;
            painted.scene.units[unit].world_from_object.matrix3 *= 2.0;
        }),
        ("kitti", "cannot hold the class \"green tea\"", &|painted, export| {
            (export.category, export.classes) = (CategoryChoice::Brand, vec!["green tea".to_owned()]);
            painted.annotation.instances.iter_mut().for_each(|unit| unit.brand = Some("green tea".to_owned()));
        }),
        ("yolo", "which is no class", &|_, export| export.category = CategoryChoice::Brand),
        ("voc", "has no rgb plane", &|painted, _| {
            painted.frame.planes.remove(&Plane::Rgb);
        }),
    ];
    for (i, (name, expected, alter)) in cases.into_iter().enumerate() {
        let found = refused(&format!("{name}-{i}"), name, alter);
        assert!(found.contains(expected) && found.is_empty() == expected.is_empty(), "{name}, {expected:?}: {found}");
    }
}

/// Needs a Python with the packages of `tests/python/requirements.txt`, named by the variable `ENDCAP_PYTHON`.
#[test]
fn other_peoples_readers_find_the_same_values_in_every_format() {
    let Some(python) = std::env::var_os("ENDCAP_PYTHON").filter(|python| !python.is_empty()) else {
        eprintln!("skipped: ENDCAP_PYTHON names no Python with the packages of tests/python/requirements.txt");
        return;
    };
    let painting = Painting { width: 160, height: 120, units: 40, seed: 8 };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/check_formats.py");
    let read_back = |folder: &Path| {
        // Painted pictures are not those of the models.
        let run = Command::new(&python).arg(&script).arg(folder).arg("--skip-models").output().expect("Python starts");
        (run.status.code(), String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned())
    };
    let splits = Splits::parse("train=0.5,val=0.3,test=0.2", SplitBy::Scene).expect("well spelled");
    for (category, splits, polygons) in
        [(CategoryChoice::Category, None, false), (CategoryChoice::Product, Some(splits), true)]
    {
        let place = tempfile::tempdir().expect("temporary folder");
        let folder = place.path().join("set");
        let mut run = painting.run(0..7);
        run.export = Export { category, splits, polygons, shard_frames: 3, ..run.export };
        if category == CategoryChoice::Product {
            run.export.classes = run.export.products.clone();
        }
        let mut writer = DatasetWriter::create(&folder, &run, &formats()).expect("an empty folder");
        for index in 0..7 {
            writer.write(&painting.paint(index).sample()).expect("a painted frame fits");
        }
        writer.finish().expect("all frames are there");
        assert_eq!(messages(&folder), [""; 0]);
        let (code, text) = read_back(&folder);
        assert_eq!(code, Some(0), "{text}");
        println!("{text}");

        // One wrong value is found by whoever reads the file.
        for (path, from, to, reader) in [
            ("kitti/training/label_2/000003.txt", " 0 ", " 1 ", "kitti"),
            ("voc/VOCdevkit/VOC2012/Annotations/000003.xml", "<xmin>", "<xmin>1", "voc"),
            ("sku110k/images/000003.png", "", "", "sku110k"),
        ] {
            let path = folder.join(path);
            let good = fs::read(&path).expect("written");
            if from.is_empty() {
                fs::copy(folder.join("sku110k/images/000004.png"), &path).expect("room");
            } else {
                let text = String::from_utf8(good.clone()).expect("UTF-8");
                fs::write(&path, text.replacen(from, to, 1)).expect("room");
            }
            let (code, text) = read_back(&folder);
            assert!(code == Some(1) && text.contains(&format!("{reader}, ")), "{reader}: {text}");
            fs::write(&path, good).expect("room");
        }
    }
}
