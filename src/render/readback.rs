use super::{Context, Error};

/// Waits for the queue, and hands over the bytes of a buffer that can be mapped for reading.
pub(super) fn read(context: &Context, buffer: &wgpu::Buffer, bytes: u64) -> Result<Vec<u8>, Error> {
    context.check()?;
    let (sender, receiver) = std::sync::mpsc::channel();
    buffer.map_async(wgpu::MapMode::Read, 0..bytes, move |result| {
        // The receiver lives until the answer is there, so sending cannot fail.
        let _ = sender.send(result);
    });
    context.wait()?;
    receiver
        .recv()
        .map_err(|_| Error::Failed("the device dropped a read-back".into()))?
        .map_err(|error| Error::Failed(error.to_string()))?;
    let range = buffer.get_mapped_range(0..bytes).map_err(|error| Error::Failed(error.to_string()))?;
    let copy = range.to_vec();
    drop(range);
    buffer.unmap();
    Ok(copy)
}

/// A buffer that shaders' results are copied to.
pub(super) fn staging(context: &Context, what: &str, size: u64) -> wgpu::Buffer {
    context.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(&format!("render/read-back/{what}")),
        size,
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}
