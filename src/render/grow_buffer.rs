use super::{Context, Error};

/// A storage buffer that is appended to, and moves to a larger one when it is full.
#[derive(Debug)]
pub(super) struct GrowBuffer {
    what: &'static str,
    buffer: wgpu::Buffer,
    used: u64,
}

impl GrowBuffer {
    /// An empty buffer; `what` names its content in labels and messages.
    pub(super) fn new(context: &Context, what: &'static str) -> Self {
        Self { what, buffer: create(context, what, 1 << 16), used: 0 }
    }

    /// Adds bytes at the end and returns where they start. The bytes' length must be a multiple of 4.
    pub(super) fn append(&mut self, context: &Context, bytes: &[u8]) -> Result<u64, Error> {
        let start = self.used;
        self.reserve(context, bytes.len() as u64)?;
        context.queue.write_buffer(&self.buffer, start, bytes);
        self.used += bytes.len() as u64;
        Ok(start)
    }

    /// Makes room for so many bytes more.
    fn reserve(&mut self, context: &Context, more: u64) -> Result<(), Error> {
        let (needed, limit) = (self.used + more, context.binding_limit());
        if needed > limit {
            let adapter = context.adapter.name.clone();
            return Err(Error::TooLarge { what: self.what, needed, limit, adapter });
        }
        if needed > self.buffer.size() {
            let larger = create(context, self.what, needed.next_power_of_two().min(limit));
            let mut encoder = context.device.create_command_encoder(&Default::default());
            encoder.copy_buffer_to_buffer(&self.buffer, 0, &larger, 0, self.used);
            context.queue.submit([encoder.finish()]);
            self.buffer = larger;
        }
        Ok(())
    }

    /// Overwrites bytes that were appended before.
    pub(super) fn overwrite(&self, context: &Context, start: u64, bytes: &[u8]) {
        debug_assert!(start + bytes.len() as u64 <= self.used, "only appended bytes can be overwritten");
        context.queue.write_buffer(&self.buffer, start, bytes);
    }

    /// Replaces the whole content; a buffer is never empty, so nothing at all becomes 16 zero bytes or more.
    pub(super) fn replace(&mut self, context: &Context, bytes: &[u8]) -> Result<(), Error> {
        self.used = 0;
        self.append(context, bytes).map(|_| ())
    }

    /// Forgets the content.
    pub(super) fn clear(&mut self) {
        self.used = 0;
    }

    pub(super) fn buffer(&self) -> &wgpu::Buffer {
        &self.buffer
    }
}

fn create(context: &Context, what: &str, size: u64) -> wgpu::Buffer {
    context.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(&format!("render/{what}")),
        size,
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    })
}
