//! What every store does, whatever is behind it.

use std::fs;
use std::path::Path;

use endcap::job::store::{Courier, Couriers, FolderStore, HttpCourier, Store};

use crate::server::{Server, patience};

fn contract(store: &dyn Store, courier: &dyn Courier, folder: &Path) {
    let write = |name: &str, content: &[u8]| {
        fs::write(folder.join(name), content).expect("writable");
        folder.join(name)
    };
    let read = |name: &str| fs::read(folder.join(name)).expect("was got");
    let got = folder.join("got");
    let first = write("first", b"twelve bytes");
    let second = write("second", b"other");

    assert!(!store.get("job/a.tar", &got, 100).expect("reached"), "nothing is there yet");
    store.put("job/a.tar", &first).expect("put");
    store.put("job/a.tar", &second).expect("left as it is");
    assert!(store.get("job/a.tar", &got, 12).expect("got"));
    assert_eq!(read("got"), b"twelve bytes");
    let error = store.get("job/a.tar", &folder.join("short"), 11).expect_err("too long").to_string();
    assert!(error.contains("has more than 11 bytes"), "{error}");
    assert!(!folder.join("short").exists());

    // The same with links, in both directions.
    courier.fetch(&store.download_link("job/a.tar", 60).expect("a link"), &folder.join("by-link"), 12).expect("got");
    assert_eq!(read("by-link"), b"twelve bytes");
    let upload = store.upload_link("job/b äö+ü.tar", 60).expect("a link");
    let long: Vec<u8> = (0..3_000_000_u32).map(|i| (i % 251) as u8).collect();
    courier.deliver(&upload, &write("long", &long)).expect("put");
    courier.deliver(&upload, &second).expect("left as it is");
    assert!(store.get("job/b äö+ü.tar", &got, long.len() as u64).expect("got"));
    assert!(read("got") == long, "another content");
    courier.deliver(&store.upload_link("job/empty", 60).expect("a link"), &write("empty", b"")).expect("put");
    assert!(store.get("job/empty", &got, 0).expect("got"));
    assert_eq!(read("got"), b"");

    for name in ["", "/", "/etc/passwd", "..", "../x", "a/../../x", "a//b", "a/"] {
        assert!(store.put(name, &first).is_err(), "{name:?}");
        assert!(store.upload_link(name, 60).is_err(), "{name:?}");
    }
    let missing = courier.fetch(&store.download_link("job/c", 60).expect("a link"), &folder.join("c"), 9);
    assert!(!missing.expect_err("nothing is there").is_unreachable());
    let unused = store.upload_link("job/c", 60).expect("a link");
    assert!(courier.deliver(&unused, &folder.join("absent")).expect_err("no file").to_string().contains("absent"));

    store.remove("job/a.tar").expect("removed");
    store.remove("job/a.tar").expect("nothing to do");
    assert!(!store.get("job/a.tar", &got, 100).expect("reached"));
    // Nothing half-written is left beside what was asked for.
    let mut left: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").file_name()).collect();
    left.sort();
    assert_eq!(left, ["by-link", "empty", "first", "got", "long", "second"]);
}

#[test]
fn a_folder_is_a_store() {
    let (folder, files) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let store = FolderStore::open(&folder.path().join("store")).expect("a store");
    contract(&store, &store, files.path());
}

#[test]
fn a_bucket_is_a_store() {
    let server = Server::start();
    let files = tempfile::tempdir().expect("a folder");
    let http = HttpCourier::new(patience()).expect("certificates");
    let lab = FolderStore::open(&server.path("lab")).expect("a store");
    let couriers = Couriers::new().with("file", lab).with("http", http.clone()).with("https", http);
    contract(&server.store(), &couriers, files.path());
}
