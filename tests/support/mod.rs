//! Scenes made in code, a brute-force ray caster in f64, and one way to get a renderer.
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod reference;
pub(crate) mod scenes;
pub(crate) mod shelves;

#[cfg(feature = "gpu")]
pub(crate) fn renderer() -> endcap::render::Renderer {
    use endcap::render::{AdapterChoice, Renderer, RendererOptions};
    // A CPU driver gives the same bits everywhere; ENDCAP_TEST_ADAPTER names another adapter to test on.
    let adapter = std::env::var("ENDCAP_TEST_ADAPTER").map_or(AdapterChoice::Cpu, AdapterChoice::Named);
    Renderer::new(&RendererOptions { adapter, ..RendererOptions::default() })
        .expect("tests need a Vulkan driver: `make test` installs Mesa's lavapipe where there is none")
}

/// Content of every file below a folder, by its path with `/` between the parts.
pub(crate) fn files_in(folder: &std::path::Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    fn walk(folder: &std::path::Path, prefix: &str, files: &mut std::collections::BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("readable");
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().expect("readable").is_dir() {
                walk(&entry.path(), &format!("{name}/"), files);
            } else {
                files.insert(name, std::fs::read(entry.path()).expect("readable"));
            }
        }
    }
    let mut files = std::collections::BTreeMap::new();
    walk(folder, "", &mut files);
    files
}
