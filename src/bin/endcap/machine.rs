//! The graphics adapter of a command.

use std::sync::Once;

use endcap::render::{AdapterChoice, Renderer, RendererOptions};

use crate::progress::complain;

/// What renders.
#[derive(Debug, clap::Args)]
pub(crate) struct Machine {
    /// Adapter: `cpu`, or part of a name that `endcap devices` lists; the best if left out.
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
}

impl Machine {
    /// Settings of a renderer on the adapter.
    pub(crate) fn options(&self) -> RendererOptions {
        let adapter = match self.adapter.as_deref() {
            None => AdapterChoice::Best,
            Some("cpu") => AdapterChoice::Cpu,
            Some(name) => AdapterChoice::Named(name.to_owned()),
        };
        RendererOptions { adapter, ..RendererOptions::default() }
    }

    /// A renderer on the adapter. Unless it should be quiet it says, once, if that is the CPU and nobody has asked for it.
    pub(crate) fn renderer(&self, quiet: bool) -> Result<Renderer, endcap::Error> {
        static SAID: Once = Once::new();
        let renderer = Renderer::new(&self.options())?;
        let adapter = renderer.adapter();
        if adapter.is_cpu && self.adapter.is_none() && !quiet {
            SAID.call_once(|| complain(format_args!("no GPU was found: rendering on the CPU, {}", adapter.name)));
        }
        Ok(renderer)
    }
}
