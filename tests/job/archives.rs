//! Archives that are not what a worker of the job delivers. All end as problems, and none writes anywhere.

use endcap::job::{Bundle, Node};

use crate::shop::{SEED, Shop};
use endcap::seed::Seed;

/// What is wrong with an archive, as text.
fn wrong(shop: &Shop, tar: &std::path::Path) -> String {
    shop.unpack(tar).map_or_else(|problems| problems.to_string(), |_| String::new())
}

#[test]
fn archives_that_bite_are_refused() {
    let shop = Shop::open();
    let files = shop.encode(&shop.honest());
    let honest = shop.claim(&files, shop.class.clone());
    assert_eq!(wrong(&shop, &shop.tar("honest.tar", &honest, &files)), "");

    let text = serde_json::to_vec(&honest).expect("plain data");
    let all = || files.iter().flatten().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    let first = ("claim.json", text.as_slice());

    let check = |name: &str, files: Vec<(&str, &[u8])>, expected: &str| {
        let found = wrong(&shop, &shop.archive(name, files));
        assert!(found.contains(expected), "{name}: {found}");
    };
    check("empty.tar", vec![], "is empty");
    check("no-claim.tar", all().collect(), "is not the first file");
    check("missing.tar", std::iter::once(first).chain(all().skip(1)).collect(), "is missing");
    check("twice.tar", [first].into_iter().chain(all()).chain(all().take(1)).collect(), "there twice");
    check("outside.tar", vec![first, ("../outside", b"x")], "is no file of the claim");
    check("absolute.tar", vec![first, ("/tmp/endcap-outside", b"x")], "is no file of the claim");
    assert!(!shop.path("../outside").exists() && !std::path::Path::new("/tmp/endcap-outside").exists());
    check("torn.tar", vec![("claim.json", &text[..text.len() / 2])], "EOF");
    let huge = vec![b' '; 1 << 20];
    check("long-claim.tar", vec![("claim.json", &huge)], "and may have");
    let changed: Vec<(String, Vec<u8>)> = files
        .iter()
        .flatten()
        .map(|(path, bytes)| (path.clone(), [&bytes[..bytes.len() - 1], b"#"].concat()))
        .collect();
    let changed = changed.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    check("changed.tar", [first].into_iter().chain(changed).collect(), "BLAKE3");
    let shorter = all().map(|(path, bytes)| (path, &bytes[..bytes.len() - 1]));
    check("shorter.tar", [first].into_iter().chain(shorter).collect(), "and the claim says");

    // Five megabytes where the job allows four.
    let big = vec![0; 5 << 20];
    check("bomb.tar", vec![first, ("rgb/000005.png", &big)], "and a unit may have");

    // A link in place of a file.
    let path = shop.path("link.tar");
    let mut tar = tar::Builder::new(std::fs::File::create(&path).expect("writable"));
    let mut header = tar::Header::new_ustar();
    header.set_size(text.len() as u64);
    tar.append_data(&mut header, "claim.json", text.as_slice()).expect("writable");
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    tar.append_link(&mut header, "frames/000005.json", "/etc/passwd").expect("writable");
    tar.finish().expect("writable");
    assert!(wrong(&shop, &path).contains("is no regular file"));
}

#[test]
fn claims_that_do_not_fit_the_job_are_refused() {
    let shop = Shop::open();
    let files = shop.encode(&shop.honest());
    let honest = shop.claim(&files, shop.class.clone());
    let check = |alter: &dyn Fn(&mut endcap::job::Claim), expected: &str| {
        let mut claim = honest.clone();
        alter(&mut claim);
        let found = wrong(&shop, &shop.tar("altered.tar", &claim, &files));
        assert!(found.contains(expected), "{expected}: {found}");
    };
    check(&|claim| claim.job = endcap::job::Digest::of(b"another job"), "claim.json: job");
    check(&|claim| claim.unit = 0, "claim.json: unit");
    check(&|claim| claim.root = Node([1; 32]), "claim.json: root");
    check(&|claim| claim.frames[0].frame = 3, "claim.json: frames");
    check(&|claim| claim.frames[1].files.swap(0, 1), "claim.json: frames[6].files");
    check(&|claim| claim.frames[0].files[0].path = "../../etc/passwd".to_owned(), "claim.json: frames[5].files");
    check(&|claim| claim.frames[0].files[0].bytes = u64::MAX, "and a unit may have");
    check(&|claim| claim.schema = "endcap claim 2".to_owned(), "claim.json: schema");
}

#[test]
fn frames_have_proofs_that_lead_to_the_root() {
    let shop = Shop::open();
    let claim = shop.claim(&shop.encode(&shop.honest()), shop.class.clone());
    for frame in &claim.frames {
        let leaf = Node::leaf(claim.unit, frame.frame, frame.digest());
        let proof = claim.tree().proof(leaf).expect("a leaf");
        assert!(leaf.is_in(claim.root, &proof));
        assert!(!Node::leaf(claim.unit, frame.frame + 1, frame.digest()).is_in(claim.root, &proof));
    }
}

#[test]
fn bundles_from_strangers_are_looked_through() {
    let shop = Shop::open();
    let folder = shop.bundle.folder().to_owned();
    let again = Bundle::pack(&shop.path("again"), shop.bundle.header(), &options(&shop)).expect("sound");
    assert_eq!((again.digest(), again.manifest()), (shop.bundle.digest(), shop.bundle.manifest()), "equal inputs");

    let manifest = std::fs::read_to_string(folder.join("manifest.json")).expect("written");
    let refused = |text: String, expected: &str| {
        std::fs::write(folder.join("manifest.json"), text).expect("writable");
        let error = Bundle::open(&folder).expect_err(expected).to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    };
    refused(manifest.replace("\"seed\":\"9\"", "\"seed\":\"8\""), "seed");
    refused(manifest.replace("\"seed\":\"9\"", "\"seed\":\"09\""), "seed");
    refused(manifest.replace("\"unit_frames\":2", "\"unit_frames\":0"), "unit_frames");
    refused(manifest.replace("\"samples\":4", "\"samples\":0"), "color");
    refused(manifest.replace("\"band_px\":2", "\"band_px\":200"), "tolerance.band_px");
    refused(manifest.replace("\"end\":7", "\"end\":3"), "frames");
    refused(manifest.replace("\"schema\"", " \"schema\""), "canonically");
    refused(manifest.replace("\"limits\"", "\"extra\":1,\"limits\""), "extra");
    refused(manifest[..manifest.len() / 2].to_owned(), "EOF");
    std::fs::write(folder.join("manifest.json"), &manifest).expect("writable");
    let dataset = std::fs::read_to_string(folder.join("dataset.json")).expect("written");
    std::fs::write(folder.join("dataset.json"), dataset.replace("\"width\": 60", "\"width\": 61")).expect("writable");
    assert!(Bundle::open(&folder).expect_err("changed").to_string().contains("digest"));
}

pub(crate) fn options(shop: &Shop) -> endcap::job::JobOptions {
    let manifest = shop.bundle.manifest().clone();
    endcap::job::JobOptions {
        unit_frames: manifest.unit_frames,
        catalog_source: manifest.catalog.source,
        limits: manifest.limits,
        classes: manifest.classes,
        client: manifest.client,
        ..endcap::job::JobOptions::new(manifest.color)
    }
}

#[test]
fn frames_of_the_honest_worker_are_those_of_the_shop() {
    // What `work` writes is what the tests take for honest.
    let shop = Shop::open();
    let results = shop.path("results");
    let mut renderer = crate::shop::renderer();
    let (tar, claim) =
        endcap::job::work(&shop.bundle, &shop.composer, &mut renderer, (1, 0), &results, |_| {}).expect("made");
    drop(renderer);
    assert_eq!(tar, results.join("unit-000001.tar"));
    assert_eq!(std::fs::read_dir(&results).expect("a folder").count(), 1, "nothing else is left");
    let files = shop.encode(&shop.honest());
    assert_eq!(claim, shop.claim(&files, shop.class.clone()));
    let delivery = shop.unpack(&tar).expect("sound");
    assert_eq!(crate::support::files_in(delivery.folder()), files.into_iter().flatten().collect());
    let other = shop.make(Seed { dataset: SEED + 1, index: 5 }, &shop.bundle.settings());
    assert_ne!(other.annotation, shop.honest()[0].annotation);
}
