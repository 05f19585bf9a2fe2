use std::sync::{Arc, Mutex};

use super::Error;

/// A graphics adapter of this machine.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Adapter {
    /// Position in the list of [`adapters`].
    pub index: usize,
    /// Name as the driver gives it.
    pub name: String,
    /// `Vulkan`, `Dx12` or `Metal`.
    pub backend: String,
    /// Driver and version.
    pub driver: String,
    /// True for a driver that computes on the CPU, such as Mesa's lavapipe.
    pub is_cpu: bool,
}

/// Which adapter to render on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum AdapterChoice {
    /// The first real GPU; a CPU driver only where there is no other.
    #[default]
    Best,
    /// A CPU driver: slow, but equal on every machine. Tests use it.
    Cpu,
    /// The first whose name contains this text, in any case of letters.
    Named(String),
}

/// A device and its queue.
#[derive(Debug)]
pub struct Context {
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    pub(crate) adapter: Adapter,
    pub(crate) limits: wgpu::Limits,
    failure: Arc<Mutex<Option<String>>>,
}

/// All adapters that could be used, in the driver's order.
#[must_use]
pub fn adapters() -> Vec<Adapter> {
    enumerate().iter().map(|(_, adapter)| adapter.clone()).collect()
}

fn enumerate() -> Vec<(wgpu::Adapter, Adapter)> {
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::DX12 | wgpu::Backends::METAL;
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let found = pollster::block_on(instance.enumerate_adapters(backends));
    found
        .into_iter()
        .enumerate()
        .map(|(index, adapter)| {
            let info = adapter.get_info();
            let described = Adapter {
                index,
                name: info.name,
                backend: format!("{:?}", info.backend),
                driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
                is_cpu: info.device_type == wgpu::DeviceType::Cpu,
            };
            (adapter, described)
        })
        .collect()
}

impl Context {
    /// Opens a device.
    ///
    /// # Errors
    /// When no adapter fits the choice, or its driver refuses.
    pub fn new(choice: &AdapterChoice) -> Result<Self, Error> {
        let mut found = enumerate();
        let position = match choice {
            AdapterChoice::Best => found.iter().position(|(_, a)| !a.is_cpu).or((!found.is_empty()).then_some(0)),
            AdapterChoice::Cpu => found.iter().position(|(_, a)| a.is_cpu),
            AdapterChoice::Named(part) => {
                found.iter().position(|(_, a)| a.name.to_lowercase().contains(&part.to_lowercase()))
            }
        };
        let Some(position) = position else {
            let wanted = match choice {
                AdapterChoice::Best => "was found".to_owned(),
                AdapterChoice::Cpu => "that computes on the CPU".to_owned(),
                AdapterChoice::Named(part) => format!("has {part:?} in its name"),
            };
            let names: Vec<_> = found.iter().map(|(_, a)| a.name.as_str()).collect();
            let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(Error::NoAdapter { wanted, found });
        };
        let (raw, adapter) = found.swap_remove(position);
        if adapter.is_cpu {
            tracing::info!(adapter = adapter.name, "rendering on the CPU: no GPU was found or asked for");
        }
        let limits = raw.limits();
        let request = raw.request_device(&wgpu::DeviceDescriptor {
            label: Some("endcap"),
            required_limits: limits.clone(),
            // There the device's memory is the program's own.
            memory_hints: if adapter.is_cpu { wgpu::MemoryHints::MemoryUsage } else { Default::default() },
            ..Default::default()
        });
        let (device, queue) =
            pollster::block_on(request).map_err(|source| Error::Device { adapter: adapter.name.clone(), source })?;

        // Errors of the device arrive outside of any call: the first is kept and reported by the next check.
        let failure = Arc::new(Mutex::new(None));
        let (on_error, on_loss) = (Arc::clone(&failure), Arc::clone(&failure));
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| note(&on_error, error.to_string())));
        device.set_device_lost_callback(move |reason, message| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                note(&on_loss, format!("lost: {message}"));
            }
        });
        Ok(Self { device, queue, adapter, limits, failure })
    }

    /// The adapter in use.
    #[must_use]
    pub fn adapter(&self) -> &Adapter {
        &self.adapter
    }

    /// Waits for all that was submitted.
    pub(super) fn wait(&self) -> Result<(), Error> {
        self.device.poll(wgpu::PollType::wait_indefinitely()).map_err(|error| Error::Failed(error.to_string()))?;
        self.check()
    }

    /// Fails with the first error that the device has reported since it was opened.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let failure = self.failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        failure.as_ref().map_or(Ok(()), |message| Err(Error::Failed(message.clone())))
    }

    /// Largest number of bytes that a shader can see in one buffer.
    pub(crate) fn binding_limit(&self) -> u64 {
        self.limits.max_storage_buffer_binding_size.min(self.limits.max_buffer_size)
    }
}

fn note(failure: &Mutex<Option<String>>, message: String) {
    failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(message);
}
