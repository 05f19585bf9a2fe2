//! Scenes made in code, a brute-force ray caster in f64, and one way to get a renderer.
#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod reference;
pub(crate) mod scenes;

#[cfg(feature = "gpu")]
pub(crate) fn renderer() -> endcap::render::Renderer {
    use endcap::render::{AdapterChoice, Renderer, RendererOptions};
    // A CPU driver gives the same bits everywhere; ENDCAP_TEST_ADAPTER names another adapter to test on.
    let adapter = std::env::var("ENDCAP_TEST_ADAPTER").map_or(AdapterChoice::Cpu, AdapterChoice::Named);
    Renderer::new(&RendererOptions { adapter, ..RendererOptions::default() })
        .expect("tests need a Vulkan driver: `make test` installs Mesa's lavapipe where there is none")
}
