//! Annotation and dataset writers on painted frames: no renderer, no GPU.

mod annotate;
mod dataset;
mod painted;
