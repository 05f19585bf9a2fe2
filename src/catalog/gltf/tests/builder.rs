//! Small glTF files, made in memory.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const BYTE: u32 = 5120;
pub(crate) const UNSIGNED_BYTE: u32 = 5121;
pub(crate) const SHORT: u32 = 5122;
const UNSIGNED_SHORT: u32 = 5123;

/// A glTF document that grows.
pub(crate) struct Builder {
    pub(crate) json: Value,
    pub(crate) bin: Vec<u8>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self { json: json!({ "asset": { "version": "2.0" } }), bin: Vec::new() }
    }

    /// Appends to one of the document's arrays.
    pub(crate) fn push(&mut self, array: &str, value: Value) -> usize {
        if self.json.get(array).is_none() {
            self.json[array] = json!([]);
        }
        let values = self.json[array].as_array_mut().expect("an array");
        values.push(value);
        values.len() - 1
    }

    pub(crate) fn view(&mut self, bytes: &[u8]) -> usize {
        self.bin.resize(self.bin.len().next_multiple_of(4), 0);
        let offset = self.bin.len();
        self.bin.extend_from_slice(bytes);
        self.push("bufferViews", json!({ "buffer": 0, "byteOffset": offset, "byteLength": bytes.len() }))
    }

    /// Floats with N components each.
    pub(crate) fn floats<const N: usize>(&mut self, values: &[[f32; N]]) -> usize {
        let bytes: Vec<u8> = values.as_flattened().iter().flat_map(|value| value.to_le_bytes()).collect();
        let view = self.view(&bytes);
        let bound = |pick: fn(f32, f32) -> f32| -> Vec<f32> {
            (0..N).map(|i| values.iter().map(|value| value[i]).fold(values[0][i], pick)).collect()
        };
        let shape = ["SCALAR", "VEC2", "VEC3", "VEC4"][N - 1];
        let (min, max) = (bound(f32::min), bound(f32::max));
        self.push(
            "accessors",
            json!({ "bufferView": view, "componentType": 5126, "type": shape, "count": values.len(), "min": min, "max": max }),
        )
    }

    /// 16-bit vertex indices.
    pub(crate) fn indices(&mut self, indices: &[u16]) -> usize {
        let bytes: Vec<u8> = indices.iter().flat_map(|index| index.to_le_bytes()).collect();
        let view = self.view(&bytes);
        self.accessor(view, UNSIGNED_SHORT, "SCALAR", indices.len())
    }

    pub(crate) fn accessor(&mut self, view: usize, component: u32, shape: &str, count: usize) -> usize {
        self.push("accessors", json!({ "bufferView": view, "componentType": component, "type": shape, "count": count }))
    }

    /// A mesh of one primitive, a node that shows it, and the node among the roots of the scene.
    pub(crate) fn show(&mut self, primitive: Value) -> usize {
        let mesh = self.push("meshes", json!({ "primitives": [primitive] }));
        self.root(json!({ "mesh": mesh }))
    }

    /// A node among the roots of the scene.
    pub(crate) fn root(&mut self, node: Value) -> usize {
        let node = self.push("nodes", node);
        if self.json.get("scenes").is_none() {
            self.json["scenes"] = json!([{ "nodes": [] }]);
        }
        self.json["scenes"][0]["nodes"].as_array_mut().expect("an array").push(json!(node));
        node
    }

    /// The document as a GLB.
    pub(crate) fn glb(&self) -> Vec<u8> {
        let mut json = self.json.clone();
        if !self.bin.is_empty() && json.get("buffers").is_none() {
            json["buffers"] = json!([{ "byteLength": self.bin.len() }]);
        }
        let mut text = serde_json::to_vec(&json).expect("JSON");
        text.resize(text.len().next_multiple_of(4), b' ');
        let mut bin = self.bin.clone();
        bin.resize(bin.len().next_multiple_of(4), 0);
        let mut bytes = b"glTF\x02\0\0\0".to_vec();
        let word = |value: usize| (value as u32).to_le_bytes();
        bytes.extend(word(28 + text.len() + bin.len()));
        bytes.extend(word(text.len()));
        bytes.extend(b"JSON");
        bytes.extend(text);
        bytes.extend(word(bin.len()));
        bytes.extend(b"BIN\0");
        bytes.extend(bin);
        bytes
    }

    /// The document as a file.
    pub(crate) fn save(&self) -> Saved {
        save("model.glb", &self.glb())
    }
}

/// A file in a folder of its own, which goes when this goes.
pub(crate) struct Saved {
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
}

pub(crate) fn save(name: &str, bytes: &[u8]) -> Saved {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("writable");
    Saved { folder, path }
}

/// A right triangle in the plane z = 0 whose legs are 1 m and 2 m long.
pub(crate) const TRIANGLE: [[f32; 3]; 3] = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 2.0, 0.0]];

/// A file that shows [`TRIANGLE`].
pub(crate) fn triangle() -> Builder {
    let mut builder = Builder::new();
    let position = builder.floats(&TRIANGLE);
    builder.show(json!({ "attributes": { "POSITION": position } }));
    builder
}

/// The smallest thing that passes for a PNG before it is decoded.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on";
