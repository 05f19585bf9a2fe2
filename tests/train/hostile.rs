//! Images of those who mean harm: refused before anything of them runs, with what is wrong.

use endcap::job::train::Runtime;
use serde_json::json;
use tar::EntryType;

use crate::pack::{Image, Layer, archive};
use crate::step::Attempt;

fn refused(image: &[u8], expected: &str) {
    let error = Attempt::in_image(Runtime::Bwrap, image, "").fails();
    assert!(error.contains("has an image that cannot be used") && error.contains(expected), "{expected}: {error}");
}

#[test]
fn layers_that_lead_out_are_refused() {
    let one = |kind, path: &str, link: &str| Image::new([Layer::new().entry(kind, path, link, 0o644, b"")]).archive();
    refused(&one(EntryType::Regular, "../x", ""), "layer 1 has the entry \"../x\", which leads out of the image");
    refused(&one(EntryType::Regular, "a/../../x", ""), "leads out of the image");
    refused(&one(EntryType::Directory, "..", ""), "leads out of the image");
    refused(&one(EntryType::Link, "x", "../../etc/passwd"), "leads out of the image");
    refused(&one(EntryType::Link, "x", "/etc/passwd"), "which is no file of the image");
    refused(&one(EntryType::Block, "disk", ""), "which is a device");
    refused(&one(EntryType::Char, "etc/null", ""), "which is a device");
    refused(&one(EntryType::Fifo, "pipe", ""), "no file, folder or link");
    refused(&one(EntryType::GNUSparse, "holes", ""), "no file, folder or link");
    let through_itself = Layer::new().link("a", "b").link("b", "a").file("a/x", 0o644, b"");
    refused(&Image::new([through_itself]).archive(), "leads through more than 40 links");
    let through_a_file = Layer::new().file("a", 0o644, b"").file("a/x", 0o644, b"");
    refused(&Image::new([through_a_file]).archive(), "leads through \"a\", which is no folder");
    let mut deep = Image::new([]);
    deep.config = json!({ "WorkingDir": "/../x" });
    refused(&deep.archive(), "its working folder leads out");
}

#[test]
fn bombs_are_refused() {
    let zeros = vec![0; 1 << 22];
    let bomb = (0..20).fold(Layer::new(), |layer, i| layer.file(&format!("x{i}"), 0o644, &zeros));
    let bomb = Image::new([bomb]).packed().archive();
    assert!(bomb.len() < 1 << 20);
    refused(&bomb, "the image has more than 67108864 bytes unpacked");
    let name = Layer::new().entry(EntryType::GNULongName, "x", "", 0o644, &vec![b'x'; 1 << 21]);
    refused(&Image::new([name]).archive(), "has a name of 2097152 bytes");
    let mut lies = Layer::new().file("x", 0o644, b"").tar();
    lies[124..136].copy_from_slice(b"77777777777\0");
    let sum: u32 =
        lies[..512].iter().enumerate().map(|(i, &b)| if (148..156).contains(&i) { 32 } else { b.into() }).sum();
    lies[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut image = Image::new([]);
    image.layers.push(lies);
    refused(&image.archive(), "breaks off");
}

#[test]
fn archives_that_are_not_what_they_say_are_refused() {
    let image = || Image::new([Layer::new().file("x", 0o644, b"1")]);
    let files = image().files();
    let swapped = |at: usize, change: &dyn Fn(&mut Vec<u8>)| {
        let mut files = files.clone();
        change(&mut files[at].1);
        archive(&files)
    };
    // Blobs are the layer, the configuration, the manifest and the index.
    refused(&swapped(0, &|layer| layer[512] = b'2'), "layer 1 has the digest sha256:");
    refused(&swapped(0, &|layer| layer.truncate(512)), "with 512 bytes instead of");
    refused(&swapped(1, &|config| config[0] = b' '), "sha256:");
    let compact =
        |bytes: &mut Vec<u8>| *bytes = String::from_utf8_lossy(bytes).replace("\"linux\"", "\"Linux\"").into();
    refused(&swapped(1, &compact), "has the digest sha256:");
    refused(&archive(&files[1..]), "lacks sha256:");
    refused(&archive(&files[..3]), "is no image layout");
    refused(&swapped(3, &|index| *index = br#"{"manifests":[]}"#.to_vec()), "has 0 images for this machine");
    refused(b"", "is no image layout");
    refused(&[b'x'; 4096], "is no tar file");
    let whole = archive(&files);
    refused(&whole[..700], "breaks off");
    refused(&Image { architecture: "s390x", ..image() }.archive(), "it is for \"linux\" on \"s390x\"");
    let zstd = Image { layers: vec![b"\x28\xb5\x2f\xfd....".to_vec()], ..image() };
    refused(&zstd.archive(), "is packed with zstd");
    for (config, expected) in [
        (json!({ "Env": ["X"] }), "has the variable \"X\""),
        (json!({ "Cmd": ["a\0b"] }), "one that is none"),
        (json!({ "WorkingDir": "here" }), "is no whole path"),
    ] {
        refused(&Image { config, ..image() }.archive(), expected);
    }
}
