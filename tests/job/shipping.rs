//! Bundles as one file, and archives that only look like one.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use endcap::job::{Bundle, BundleCache, Digest, JobOptions, TrainPlan};

use crate::shop::Shop;

const CODE: &[u8] = b"print('trained')";

/// A shop whose job trains, with a bundle of it.
fn shop() -> (Shop, Bundle) {
    let shop = Shop::open();
    fs::write(shop.path("train.py"), CODE).expect("writable");
    let plan = "command = ['python3', 'train.py']\nfiles = ['train.py']\noutputs = { weights = 1000 }\n";
    fs::write(shop.path("plan.toml"), plan).expect("writable");
    let plan = TrainPlan::open(&shop.path("plan.toml")).expect("sound");
    let options = JobOptions { train: Some(plan), ..crate::archives::options(&shop) };
    let bundle = Bundle::pack(&shop.path("training"), shop.bundle.header(), &options).expect("sound");
    (shop, bundle)
}

#[test]
fn a_bundle_arrives_as_it_left() {
    let (shop, bundle) = shop();
    bundle.ship(&shop.path("a.tar")).expect("written");
    bundle.ship(&shop.path("b.tar")).expect("written");
    assert_eq!(fs::read(shop.path("a.tar")).expect("read"), fs::read(shop.path("b.tar")).expect("read"));

    let cache = BundleCache::open(&shop.path("cache")).expect("a cache");
    assert_eq!(cache.get(bundle.digest()), None);
    let arrived = cache.add(bundle.digest(), &shop.path("a.tar")).expect("sound");
    assert_eq!((arrived.digest(), arrived.manifest()), (bundle.digest(), bundle.manifest()));
    assert_eq!(crate::support::files_in(arrived.folder()), crate::support::files_in(bundle.folder()));
    assert_eq!(cache.get(bundle.digest()).as_ref(), Some(&arrived));
    // What is there is not looked for in the file.
    cache.add(bundle.digest(), &shop.path("absent.tar")).expect("is here already");

    // One that was spoilt makes room.
    fs::write(arrived.folder().join("train/train.py"), "spoilt").expect("writable");
    assert_eq!(cache.get(bundle.digest()), None);
    cache.add(bundle.digest(), &shop.path("a.tar")).expect("sound");
    assert_eq!(crate::support::files_in(arrived.folder()), crate::support::files_in(bundle.folder()));
    assert_eq!(fs::read_dir(shop.path("cache")).expect("a folder").count(), 1, "nothing else is left");

    // A job without a step ships as well, and one that was changed does not.
    shop.bundle.ship(&shop.path("plain.tar")).expect("written");
    cache.add(shop.bundle.digest(), &shop.path("plain.tar")).expect("sound");
    fs::write(bundle.folder().join("train/train.py"), "changed").expect("writable");
    let error = bundle.ship(&shop.path("c.tar")).expect_err("changed").to_string();
    assert!(error.contains("train.py") && error.contains("was changed") && !shop.path("c.tar").exists(), "{error}");
    assert!(Bundle::open(bundle.folder()).expect_err("changed").to_string().contains("train.py"));
}

#[test]
fn workers_share_a_cache() {
    let (shop, bundle) = shop();
    bundle.ship(&shop.path("a.tar")).expect("written");
    let (tar, cache) = (shop.path("a.tar"), BundleCache::open(&shop.path("cache")).expect("a cache"));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| cache.add(bundle.digest(), &tar).expect("one of them is first"));
        }
    });
    assert_eq!(fs::read_dir(shop.path("cache")).expect("a folder").count(), 1);
}

#[test]
fn archives_that_are_no_bundle_are_refused() {
    use tar::EntryType::{Block, Directory, GNULongName, GNUSparse, Link, Regular, Symlink, XGlobalHeader};
    let (shop, bundle) = shop();
    let read = |name: &str| fs::read(bundle.folder().join(name)).expect("there");
    let (manifest, dataset) = (read("manifest.json"), read("dataset.json"));
    let entry = |name: &str, kind, size: u64, content: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(size);
        // By hand, because the library refuses to write what an attacker would.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        if matches!(kind, Link | Symlink) {
            header.set_link_name("/etc/passwd").expect("short");
        }
        header.set_cksum();
        let mut bytes = header.as_bytes().to_vec();
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    };
    let file = |name: &str, content: &[u8]| entry(name, Regular, content.len() as u64, content);
    let first = || file("manifest.json", &manifest);
    let second = || file("dataset.json", &dataset);
    let third = || file("train/train.py", CODE);
    let cache = BundleCache::open(&shop.path("cache")).expect("a cache");
    let many: Vec<u8> = (0..10_000).flat_map(|i| entry(&format!("bomb/{i}"), Regular, 0, b"")).collect();
    let other = String::from_utf8_lossy(&manifest).replace("\"attempts\":5", "\"attempts\":6").into_bytes();
    let cases: Vec<(Vec<Vec<u8>>, &str)> = vec![
        (vec![], "manifest.json: is missing"),
        (vec![first(), second()], "train/train.py: is missing"),
        (vec![second(), first(), third()], "dataset.json: is not manifest.json, which comes first"),
        (vec![first(), first()], "manifest.json: is there twice"),
        (vec![first(), second(), second(), third()], "dataset.json: is there twice"),
        (vec![first(), second(), third(), file("more", b"x")], "more: is no file of this bundle"),
        (vec![first(), file("../dataset.json", &dataset)], "../dataset.json: is no file of this bundle"),
        (vec![first(), file("/tmp/endcap-outside", b"x")], "/tmp/endcap-outside: is no file"),
        (vec![first(), second(), file("train/../../x", CODE)], "train/../../x: is no file"),
        (vec![first(), second(), file("./train/train.py", CODE)], "./train/train.py: is no file"),
        (vec![first(), second(), entry("train", Directory, 0, b"")], "train: is no file"),
        (vec![first(), second(), entry("train/train.py", Symlink, 0, b"")], "train/train.py: is no regular file"),
        (vec![first(), second(), entry("train/train.py", Link, 0, b"")], "train/train.py: is no regular file"),
        (vec![first(), entry("dataset.json", Block, 0, b"")], "dataset.json: is no regular file"),
        (vec![first(), entry("dataset.json", GNUSparse, 99, b"")], "dataset.json: is no regular file"),
        (vec![entry("manifest.json", GNULongName, 9, b"../../../x")], "manifest.json: is no regular file"),
        (vec![entry("pax", XGlobalHeader, 9, b"9 path=x\n")], "pax: is not manifest.json"),
        (vec![entry("manifest.json", Regular, 1 << 60, b"")], "manifest.json: has 1152921504606846976 bytes"),
        (vec![first(), entry("dataset.json", Regular, 65 << 20, b"")], "dataset.json: has 68157440 bytes"),
        (vec![first(), second(), file("train/train.py", &[CODE, b"#"].concat())], "has 17 bytes, and may have 16"),
        (vec![first(), second(), file("train/train.py", b"print('stolen!')")], "train/train.py: has the digest"),
        (vec![file("manifest.json", &other)], "manifest.json: has the digest"),
        (vec![first(), file("dataset.json", &dataset[1..])], "dataset.json: has the digest"),
        (vec![first(), entry("dataset.json", Regular, dataset.len() as u64, &dataset[..9])], "dataset.json: "),
        (vec![first(), second(), many], "bomb/0: is no file"),
        (vec![vec![0x1f; 4096]], "cannot be unpacked"),
    ];
    for (entries, expected) in cases {
        let path: PathBuf = shop.path("attack.tar");
        let mut file = fs::File::create(&path).expect("writable");
        entries.iter().for_each(|entry| file.write_all(entry).expect("writable"));
        let error = cache.add(bundle.digest(), &path).expect_err(expected).to_string();
        assert!(error.contains(expected), "{expected}: {error}");
        assert_eq!(fs::read_dir(shop.path("cache")).expect("a folder").count(), 0, "{expected}: nothing is left");
    }
    assert!(!std::path::Path::new("/tmp/endcap-outside").exists());
    // Sixty-four gigabytes of nothing, which take no room.
    let path = shop.path("sparse.tar");
    fs::File::create(&path).and_then(|file| file.set_len(64 << 30)).expect("writable");
    assert!(cache.add(bundle.digest(), &path).expect_err("too long").to_string().contains("has 68719476736 bytes"));
    // Another job's bundle is none of this job.
    shop.bundle.ship(&path).expect("written");
    assert!(cache.add(bundle.digest(), &path).expect_err("another job").to_string().contains("has the digest"));
    assert!(cache.add(Digest::of(b""), &path).is_err());
}
