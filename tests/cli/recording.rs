//! `endcap view DIR --rerun OUT.rrd`: what is in the recording equals the dataset, read with Arrow's own reader and none of
//! the code that wrote it. `tests/python/check_recording.py` reads the same with rerun's library.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{ArrayRef, RecordBatch};
use glam::{DMat4, DQuat, DVec3};
use serde_json::Value;

use crate::{Shop, adapter, run};

/// Entity and frame (none for what always holds), then the component.
type Found = BTreeMap<(String, Option<i64>), BTreeMap<String, ArrayRef>>;

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (&byte, rest) = bytes.split_first().expect("a whole number");
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

/// Fields of a protocol buffer: numbers, and bytes.
fn fields_of(mut bytes: &[u8]) -> BTreeMap<u64, (u64, Vec<u8>)> {
    let mut found = BTreeMap::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let value = match key & 7 {
            0 => (varint(&mut bytes), Vec::new()),
            1 => {
                let (number, rest) = bytes.split_first_chunk().expect("eight bytes");
                bytes = rest;
                (u64::from_le_bytes(*number), Vec::new())
            }
            2 => {
                let length = varint(&mut bytes) as usize;
                let (content, rest) = bytes.split_at(length);
                bytes = rest;
                (0, content.to_vec())
            }
            kind => panic!("a field of kind {kind}"),
        };
        assert!(found.insert(key >> 3, value).is_none(), "field {} is there twice", key >> 3);
    }
    found
}

fn table(message: &[u8]) -> RecordBatch {
    let fields = fields_of(message);
    assert_eq!((fields[&2].0, fields[&4].0), (2, 1), "LZ4 and Arrow IPC");
    let bytes = lz4_flex::block::decompress(&fields[&5].1, fields[&3].0 as usize).expect("LZ4");
    let mut reader = arrow_ipc::reader::StreamReader::try_new(Cursor::new(bytes), None).expect("a stream");
    let table = reader.next().expect("a table").expect("a whole one");
    assert!(reader.next().is_none());
    assert_eq!(table.num_rows(), 1);
    // The message and the table agree about who it is.
    let own = fields_of(&fields[&6].1);
    assert_eq!(table.schema().metadata()["rerun:id"], format!("chunk_{:016X}{:016X}", own[&1].0, own[&2].0));
    assert_eq!(fields[&7].0 == 1, table.column_by_name("frame").is_none());
    table
}

/// Everything in a recording.
fn read(file: &[u8]) -> Found {
    assert_eq!(&file[..4], b"RRF2");
    assert_eq!(&file[8..12], [1, 2, 0, 0]);
    let mut rest = &file[12..];
    let mut found = Found::new();
    let (mut kinds, mut rows) = (Vec::new(), BTreeSet::new());
    while !rest.is_empty() {
        let (kind, length) = (u64::from_le_bytes(rest[..8].try_into().expect("8")), &rest[8..16]);
        let length = u64::from_le_bytes(length.try_into().expect("8")) as usize;
        let (message, after) = rest[16..].split_at(length);
        rest = after;
        kinds.push(kind);
        if kind != 2 {
            continue;
        }
        let table = table(message);
        let schema = table.schema();
        assert!(rows.insert(table.column(0).as_fixed_size_binary().value(0).to_vec()), "two rows of one identity");
        let frame = table.column_by_name("frame").map(|frame| frame.as_primitive::<Int64Type>().value(0));
        let place = (schema.metadata()["rerun:entity_path"].clone(), frame);
        let entity = found.entry(place).or_default();
        for (field, column) in schema.fields().iter().zip(table.columns()) {
            if field.metadata()["rerun:kind"] == "data" {
                assert_eq!(field.metadata()["rerun:component"], *field.name());
                let cell = column.as_list::<i32>().value(0);
                assert!(entity.insert(field.name().clone(), cell).is_none(), "{} twice", field.name());
            }
        }
    }
    assert_eq!((kinds.first(), kinds.last()), (Some(&1), Some(&0)));
    assert_eq!(kinds.iter().filter(|&&kind| kind == 2).count() + 2, kinds.len());
    found
}

fn floats(list: &ArrayRef) -> Vec<f32> {
    match list.as_fixed_size_list_opt() {
        Some(list) => list.values().as_primitive::<Float32Type>().values().to_vec(),
        None => list.as_primitive::<Float32Type>().values().to_vec(),
    }
}

fn texts(list: &ArrayRef) -> Vec<String> {
    list.as_string::<i32>().iter().map(|text| text.expect("a text").to_owned()).collect()
}

fn blob(list: &ArrayRef) -> Vec<u8> {
    list.as_list::<i32>().value(0).as_primitive::<UInt8Type>().values().to_vec()
}

/// Numbers in a JSON value, however deep.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(list) => list.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().expect("a number")],
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn rounded(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|&number| number as f32).collect()
}

#[test]
fn a_recording_holds_what_the_dataset_holds() {
    let shop = Shop::open();
    // Large enough to read something on the packages of the built-in catalogue.
    let arguments = "render close --seed 3 --frames 2..4 --size 240x320 --spp 1 --planes rgb,instance,semantic,depth,normal \
                     --out set --quiet --adapter";
    let (code, _, err) = run(shop.endcap(&format!("{arguments} {}", adapter())));
    assert_eq!(code, 0, "{err}");
    for name in ["a.rrd", "b.rrd"] {
        let (code, _, err) = run(shop.endcap(&format!("view set --rerun {name}")));
        assert_eq!(code, 0, "{err}");
    }
    let file = std::fs::read(shop.path("a.rrd")).expect("written");
    assert!(file == std::fs::read(shop.path("b.rrd")).expect("written"), "equal datasets give equal bytes");

    let found = read(&file);
    let of = |entity: &str, frame: Option<i64>| &found[&(entity.to_owned(), frame)];
    let manifest: Value = serde_json::from_slice(&shop.read("set/dataset.json")).expect("JSON");
    assert_eq!(texts(&of("/__properties", None)["RecordingInfo:name"]), ["set"]);
    let axes = of("/world", None)["ViewCoordinates:xyz"].as_fixed_size_list().value(0);
    assert_eq!(axes.as_primitive::<UInt8Type>().values(), &[3, 1, 6]);
    let context = of("/world", None)["AnnotationContext:context"].as_list::<i32>().value(0);
    let info = context.as_struct().column(1).as_struct().column(0).as_struct();
    let named: Vec<_> = info.column(0).as_primitive::<UInt16Type>().values().iter().map(|&id| u64::from(id)).collect();
    let classes = list(&manifest, "classes");
    assert_eq!(named, classes.iter().map(|class| class["id"].as_u64().expect("a number")).collect::<Vec<_>>());
    assert_eq!(
        texts(info.column(1)),
        classes.iter().map(|class| class["name"].as_str().expect("a text")).collect::<Vec<_>>()
    );

    let mut prints = 0;
    for frame in 2..4 {
        let record: Value = serde_json::from_slice(&shop.read(&format!("set/frames/{frame:06}.json"))).expect("JSON");
        let units = list(&record, "instances");
        let of = |entity: &str| of(&format!("/world/camera{entity}"), Some(frame));
        let camera = &record["camera"];
        let pose = numbers(&camera["world_from_camera"]);
        assert_eq!(floats(&of("")["Transform3D:translation"]), rounded(&[pose[3], pose[7], pose[11]]));
        let turn: Vec<f64> = (0..3)
            .flat_map(|column| (0..3).map(move |row| (row, column)))
            .map(|(row, column)| pose[row * 4 + column])
            .collect();
        assert_eq!(floats(&of("")["Transform3D:mat3x3"]), rounded(&turn));
        let number = |name: &str| camera[name].as_f64().expect("a number");
        let lens = [number("fx"), 0.0, 0.0, 0.0, number("fy"), 0.0, number("cx"), number("cy"), 1.0];
        assert_eq!(floats(&of("/image")["Pinhole:image_from_camera"]), rounded(&lens));
        assert_eq!(floats(&of("/image")["Pinhole:resolution"]), rounded(&[number("width"), number("height")]));

        // Pictures: the PNG as it is, numbers and depths as other readers see them.
        assert_eq!(blob(&of("/image/rgb")["EncodedImage:blob"]), shop.read(&format!("set/rgb/{frame:06}.png")));
        assert_eq!(texts(&of("/image/rgb")["EncodedImage:media_type"]), ["image/png"]);
        for plane in ["instance", "semantic"] {
            let picture = image::open(shop.path(&format!("set/{plane}/{frame:06}.png"))).expect("a PNG").into_luma16();
            let raw: Vec<u8> = picture.as_raw().iter().flat_map(|number| number.to_le_bytes()).collect();
            assert!(blob(&of(&format!("/image/{plane}"))["SegmentationImage:buffer"]) == raw, "{plane} of {frame}");
        }
        let depths = exr::prelude::read_first_flat_layer_from_file(shop.path(&format!("set/depth/{frame:06}.exr")))
            .expect("an EXR");
        let raw: Vec<u8> =
            depths.layer_data.channel_data.list[0].sample_data.values_as_f32().flat_map(f32::to_le_bytes).collect();
        assert!(blob(&of("/image/depth")["DepthImage:buffer"]) == raw, "depth of {frame}");
        assert_eq!(floats(&of("/image/depth")["DepthImage:meter"]), [1.0]);
        let format = of("/image/depth")["DepthImage:format"].as_struct().clone();
        assert_eq!(format.column(0).as_primitive::<UInt32Type>().value(0), number("width") as u32);
        assert_eq!(format.column(4).as_primitive::<UInt8Type>().value(0), 34, "f32");

        // Boxes in the picture, from the corners' point of view.
        let seen: Vec<&Value> = units.iter().filter(|unit| !unit["bbox_visible"].is_null()).collect();
        let boxes = of("/image/units");
        let (centers, halves) = (floats(&boxes["Boxes2D:centers"]), floats(&boxes["Boxes2D:half_sizes"]));
        let corners: Vec<f32> = centers
            .chunks(2)
            .zip(halves.chunks(2))
            .flat_map(|(c, h)| [c[0] - h[0], c[1] - h[1], 2.0 * h[0], 2.0 * h[1]])
            .collect();
        assert_eq!(corners, rounded(&seen.iter().flat_map(|unit| numbers(&unit["bbox_visible"])).collect::<Vec<_>>()));
        let names = |units: &[&Value]| {
            units.iter().map(|unit| unit["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(texts(&boxes["Boxes2D:labels"]), names(&seen));

        // Boxes in the world: their corners are those of the model's box, moved by the pose.
        let solid: Vec<&Value> = units.iter().filter(|unit| !unit["box_3d"].is_null()).collect();
        let boxes = &found[&("/world/units".to_owned(), Some(frame))];
        assert_eq!(texts(&boxes["Boxes3D:labels"]), names(&solid));
        let (centers, halves) = (floats(&boxes["Boxes3D:centers"]), floats(&boxes["Boxes3D:half_sizes"]));
        let turns = floats(&boxes["Boxes3D:quaternions"]);
        for (i, unit) in solid.iter().enumerate() {
            let at = |list: &[f32]| DVec3::from_array([0, 1, 2].map(|axis| f64::from(list[3 * i + axis])));
            let turn = DQuat::from_array([0, 1, 2, 3].map(|part| f64::from(turns[4 * i + part])));
            let pose: [f64; 16] = numbers(&unit["world_from_object"]).try_into().expect("a matrix");
            let pose = DMat4::from_cols_array(&pose).transpose();
            let bound = |name: &str| DVec3::from_slice(&numbers(&unit["box_3d"][name]));
            for signs in 0..8 {
                let chosen = |bit: u32| f64::from(signs >> bit & 1);
                let share = DVec3::new(chosen(0), chosen(1), chosen(2));
                let truth = pose.transform_point3(bound("min_m") + (bound("max_m") - bound("min_m")) * share);
                let told = at(&centers) + turn * (at(&halves) * (2.0 * share - 1.0));
                assert!(truth.distance(told) < 1e-5, "unit {} of {frame}: {truth} is {told}", unit["id"]);
            }
        }

        for (entity, name, says) in [("/image/text", "text", "text"), ("/image/bar_codes", "bar_codes", "digits")] {
            let all: Vec<&Value> = units.iter().flat_map(|unit| list(&unit["reading"], name)).collect();
            prints += all.len();
            let truth = all.iter().map(|print| {
                let place = &print["place"];
                let outline = if place["outline"].is_null() { &place["quad"] } else { &place["outline"] };
                let points = rounded(&numbers(outline));
                [points.as_slice(), &points[..2]].concat()
            });
            let strips = of(entity)["LineStrips2D:strips"].as_list::<i32>().clone();
            assert_eq!(
                strips.iter().map(|strip| floats(&strip.expect("one"))).collect::<Vec<_>>(),
                truth.collect::<Vec<_>>()
            );
            let said = all.iter().map(|print| print[says].as_str().expect("a text"));
            assert_eq!(texts(&of(entity)["LineStrips2D:labels"]), said.collect::<Vec<_>>());
        }
        assert!(!found.contains_key(&("/world/camera/image/normal".to_owned(), Some(frame))));
    }
    assert!(prints > 0, "nothing to read in these frames");
}

#[test]
fn a_broken_dataset_gives_no_recording() {
    let shop = Shop::open();
    let (code, _, err) = run(shop.render("close --seed 4 --frames 0..2 --planes rgb,instance --out set --quiet"));
    assert_eq!(code, 0, "{err}");
    shop.write("out.rrd", "what was there before");
    let broken = [
        ("set/instance/000001.png", None),
        ("set/rgb/000001.png", Some(b"\x89PNG and nothing else".as_slice())),
        ("set/frames/000001.json", Some(b"{}".as_slice())),
        ("set/frames/000000.json", None),
        ("set/dataset.json", Some(b"[]".as_slice())),
    ];
    for (name, content) in broken {
        let kept = shop.read(name);
        match content {
            Some(content) => drop(shop.write(name, content)),
            None => std::fs::remove_file(shop.path(name)).expect("was there"),
        }
        let (code, _, err) = run(shop.endcap("view set --rerun out.rrd"));
        assert!(code != 0 && err.contains(name.trim_start_matches("set/")), "{name}: {code} {err}");
        assert_eq!(shop.read("out.rrd"), b"what was there before", "{name}");
        shop.write(name, kept);
    }
    // A record of another frame.
    let (own, other) = (shop.read("set/frames/000001.json"), shop.read("set/frames/000000.json"));
    shop.write("set/frames/000001.json", other);
    let (code, _, err) = run(shop.endcap("view set --rerun out.rrd"));
    assert!(code != 0 && err.contains("frames/000001.json") && err.contains("is 0, not 1"), "{code} {err}");
    shop.write("set/frames/000001.json", own);
    // A picture of another size.
    let kept = shop.read("set/instance/000001.png");
    image::ImageBuffer::<image::Luma<u16>, _>::new(7, 5).save(shop.path("set/instance/000001.png")).expect("room");
    let (code, _, err) = run(shop.endcap("view set --rerun out.rrd"));
    assert!(code != 0 && err.contains("instance/000001.png") && err.contains("7 x 5"), "{code} {err}");
    shop.write("set/instance/000001.png", kept);
    let (code, _, err) = run(shop.endcap("view set --rerun out.rrd"));
    assert_eq!(code, 0, "{err}");
    assert!(read(&shop.read("out.rrd")).keys().all(|(entity, _)| !entity.ends_with("/depth")));
    let leftovers = std::fs::read_dir(shop.path("")).expect("readable").flatten();
    assert!(leftovers.map(|file| file.file_name()).all(|name| !name.to_string_lossy().starts_with(".endcap")));
}
