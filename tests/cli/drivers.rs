//! What a worker with one Vulkan driver has made, a client with another one verifies.

use crate::{Shop, adapter, run};

/// Needs a second driver, named by the variable `ENDCAP_SECOND_DRIVER`: its `icd.json`.
#[test]
#[ignore = "needs a second Vulkan driver: make drivers"]
fn what_one_driver_has_made_another_one_verifies() {
    let second = std::env::var("ENDCAP_SECOND_DRIVER").expect("it names an icd.json: make drivers");
    let shop = Shop::open();
    let on = |driver: Option<&str>, arguments: &str| {
        let mut command = shop.endcap(&format!("{arguments} --catalog products.csv --adapter {}", adapter()));
        driver.map(|icd| command.env("VK_DRIVER_FILES", icd).env("VK_ICD_FILENAMES", icd));
        let (code, out, err) = run(command);
        assert_eq!(code, 0, "{arguments}: {out}{err}");
        out
    };
    let planes = "rgb,instance,depth,distance,normal,rotation,coords,uv,albedo,semantic";
    let job = format!(
        "--catalog products.csv --size 60x80 --quality studio --spp 4 --planes {planes} --layers 2 --frames 0..2 --unit 1"
    );
    let (code, out, err) = run(shop.endcap(&format!("job pack close {job} --out bundle")));
    assert_eq!(code, 0, "{out}{err}");
    for unit in 0..2 {
        on(Some(&second), &format!("job run bundle --unit {unit} --out theirs"));
        on(None, &format!("job run bundle --unit {unit} --out ours"));
    }
    // Everything is made again here, all colour too.
    let out = on(None, "job verify bundle theirs --labels 1 --color 1 --tiles 6 --json");
    let verdicts: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect();
    assert_eq!(verdicts.len(), 2, "{out}");
    assert!(verdicts.iter().all(|verdict| verdict["outcome"] == "valid"), "{out}");
    // They were two drivers indeed, and no label of theirs is another.
    let (code, out, err) =
        run(shop.endcap("job calibrate bundle theirs ours --out measured.json --catalog products.csv"));
    assert_eq!(code, 0, "{out}{err}");
    let classes = out.lines().filter(|line| line.starts_with("endcap ")).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(classes.len(), 2, "{out}");
    let labels =
        out.lines().find(|line| line.starts_with("label pixels")).and_then(|line| line.split_whitespace().nth(4));
    assert_eq!(labels, Some("0"), "{out}");
}
