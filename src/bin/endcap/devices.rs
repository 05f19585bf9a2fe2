use std::process::ExitCode;

use endcap::render::adapters;

use crate::progress::{complain, line, say};

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
            let (index, name, backend, driver) = (adapter.index, &adapter.name, &adapter.backend, &adapter.driver);
            say(format_args!("{index}  {kind}  {name}  {backend} ({driver})"));
        }
    }
    if found.is_empty() {
        complain(
            "no Vulkan, DirectX 12 or Metal adapter found; on Debian or Ubuntu without a GPU: apt-get install mesa-vulkan-drivers libvulkan1",
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
