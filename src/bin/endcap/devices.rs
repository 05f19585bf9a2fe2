use std::process::ExitCode;

use endcap::render::adapters;

use crate::progress::line;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print one JSON object per adapter.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let found = adapters();
    for adapter in &found {
        if arguments.json {
            line(&serde_json::to_value(adapter)?);
        } else {
            let kind = if adapter.is_cpu { "CPU" } else { "GPU" };
            println!("{}  {kind}  {}  {} ({})", adapter.index, adapter.name, adapter.backend, adapter.driver);
        }
    }
    if found.is_empty() {
        eprintln!(
            "endcap: no Vulkan, DirectX 12 or Metal adapter found; on Debian or Ubuntu without a GPU: apt-get install mesa-vulkan-drivers libvulkan1"
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
