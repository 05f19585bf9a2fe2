//! The JSON part of a file, checked so far as it can be without its buffers.

use std::path::{Path, PathBuf};

use glam::{DAffine3, DMat3, DMat4, DQuat, DVec3};
use gltf::json::Root;
use serde::Deserialize;

use super::check;
use crate::catalog::Error;
use crate::problem::Problems;

/// A valid document: every index in it names something that exists, and its node trees are trees.
pub(super) struct Document {
    /// The file it came from.
    pub(super) path: PathBuf,
    /// The JSON as types.
    pub(super) root: Root,
    /// For each node, what takes its coordinates to those of its parent.
    pub(super) parent_from_node: Vec<DAffine3>,
}

impl Document {
    /// Parses and checks.
    pub(super) fn parse(path: &Path, json: &[u8]) -> Result<Self, Error> {
        let mut root: Root = serde_json::from_slice(json).map_err(|error| json_error(path, &error))?;
        let problems = check::root(&mut root);
        if !problems.is_empty() {
            return Err(Error::Invalid { path: path.to_owned(), problems });
        }
        // The `gltf` crate keeps transforms in 32 bits; poses are labels here, so they are read once more in 64.
        let precise: Precise = serde_json::from_slice(json).map_err(|error| json_error(path, &error))?;
        let mut problems = Problems::default();
        let parent_from_node = precise
            .nodes
            .iter()
            .enumerate()
            .map(|(i, node)| {
                node.transform().unwrap_or_else(|message| {
                    problems.add(format!("nodes[{i}]"), message);
                    DAffine3::IDENTITY
                })
            })
            .collect();
        if !problems.is_empty() {
            return Err(Error::Invalid { path: path.to_owned(), problems });
        }
        Ok(Self { path: path.to_owned(), root, parent_from_node })
    }

    /// One problem in this file.
    pub(super) fn invalid(&self, place: impl Into<String>, message: impl Into<String>) -> Error {
        Error::invalid(&self.path, place, message)
    }
}

fn json_error(path: &Path, error: &serde_json::Error) -> Error {
    Error::invalid(path, "JSON", error.to_string())
}

/// The part of a document that is needed in 64 bits.
#[derive(Deserialize)]
struct Precise {
    #[serde(default)]
    nodes: Vec<Pose>,
}

/// Transform of a node, as written.
#[derive(Deserialize)]
struct Pose {
    matrix: Option<[f64; 16]>,
    translation: Option<[f64; 3]>,
    rotation: Option<[f64; 4]>,
    scale: Option<[f64; 3]>,
}

impl Pose {
    fn transform(&self) -> Result<DAffine3, String> {
        let transform = if let Some(matrix) = self.matrix {
            let matrix = DMat4::from_cols_array(&matrix);
            let bottom = matrix.row(3).to_array();
            if bottom != [0.0, 0.0, 0.0, 1.0] {
                return Err(format!("the last row of matrix is {bottom:?}, not [0, 0, 0, 1]"));
            }
            DAffine3::from_mat4(matrix)
        } else {
            let rotation = DQuat::from_array(self.rotation.unwrap_or([0.0, 0.0, 0.0, 1.0]));
            if !(1e-6..1e6).contains(&rotation.length()) {
                return Err(format!("rotation {:?} is no unit quaternion", rotation.to_array()));
            }
            let scale = DVec3::from_array(self.scale.unwrap_or([1.0; 3]));
            let translation = DVec3::from_array(self.translation.unwrap_or([0.0; 3]));
            DAffine3 { matrix3: DMat3::from_quat(rotation.normalize()) * DMat3::from_diagonal(scale), translation }
        };
        if transform.to_cols_array().iter().all(|value| value.abs() <= check::FARTHEST) {
            Ok(transform)
        } else {
            Err(format!("the transform {:?} is not within ±{:e}", transform.to_cols_array(), check::FARTHEST))
        }
    }
}
