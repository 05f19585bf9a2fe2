//! The one buffer of the file, and the views and accessors into it.

use serde_json::{Map, Value, json};

/// What a buffer view is for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// Vertex attributes.
    Vertices = 34_962,
    /// Vertex indices.
    Indices = 34_963,
}

/// Grows as the document does.
#[derive(Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    views: Vec<Value>,
    accessors: Vec<Value>,
}

impl Buffer {
    /// Appends bytes; their buffer view.
    pub(super) fn view(&mut self, bytes: &[u8], purpose: Option<Purpose>) -> usize {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        let mut view = json!({ "buffer": 0, "byteOffset": self.bytes.len(), "byteLength": bytes.len() });
        if let Some(purpose) = purpose {
            view["target"] = json!(purpose as u32);
        }
        self.bytes.extend_from_slice(bytes);
        self.views.push(view);
        self.views.len() - 1
    }

    /// Appends vertex attributes of N floats each, with their bounds where the format wants them; their accessor.
    pub(super) fn floats<const N: usize>(&mut self, values: &[[f32; N]], with_bounds: bool) -> usize {
        let bytes: Vec<u8> = values.as_flattened().iter().flat_map(|value| value.to_le_bytes()).collect();
        let view = self.view(&bytes, Some(Purpose::Vertices));
        let shape = ["SCALAR", "VEC2", "VEC3", "VEC4"][N - 1];
        let mut accessor = json!({ "bufferView": view, "componentType": 5126, "type": shape, "count": values.len() });
        if with_bounds {
            let fold = |pick: fn(f32, f32) -> f32| -> [f32; N] {
                values.iter().copied().reduce(|a, b| std::array::from_fn(|i| pick(a[i], b[i]))).unwrap_or([0.0; N])
            };
            accessor["min"] = Value::from(fold(f32::min).map(f64::from).to_vec());
            accessor["max"] = Value::from(fold(f32::max).map(f64::from).to_vec());
        }
        self.accessors.push(accessor);
        self.accessors.len() - 1
    }

    /// Appends vertex indices, 16 bits wide where that is enough for `vertices`; their accessor.
    pub(super) fn indices(&mut self, indices: &[u32], vertices: usize) -> usize {
        // The largest number of a type is reserved for restarting strips.
        let is_narrow = vertices <= usize::from(u16::MAX);
        let bytes: Vec<u8> = if is_narrow {
            indices.iter().flat_map(|&index| (index as u16).to_le_bytes()).collect()
        } else {
            indices.iter().flat_map(|index| index.to_le_bytes()).collect()
        };
        let view = self.view(&bytes, Some(Purpose::Indices));
        let component = if is_narrow { 5123 } else { 5125 };
        self.accessors
            .push(json!({ "bufferView": view, "componentType": component, "type": "SCALAR", "count": indices.len() }));
        self.accessors.len() - 1
    }

    /// Enters views and accessors into the document; the bytes.
    pub(super) fn finish(mut self, root: &mut Map<String, Value>) -> Vec<u8> {
        if !self.bytes.is_empty() {
            self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
            root.insert("buffers".into(), json!([{ "byteLength": self.bytes.len() }]));
            root.insert("bufferViews".into(), Value::Array(self.views));
        }
        if !self.accessors.is_empty() {
            root.insert("accessors".into(), Value::Array(self.accessors));
        }
        self.bytes
    }
}
