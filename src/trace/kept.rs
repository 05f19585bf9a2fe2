use std::sync::{Arc, LazyLock, Weak};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::{Blas, Error};
use crate::catalog::{Model, ModelKey};

/// Bytes of trees that are kept from scene to scene.
const KEPT_BYTES: u64 = 256 << 20;

/// Trees that were built lately. A tree belongs to one model in memory, whatever its key says.
static KEPT: LazyLock<Cache<ModelKey, Kept, Bytes>> = LazyLock::new(|| Cache::with_weighter(1024, KEPT_BYTES, Bytes));

#[derive(Debug, Clone)]
struct Kept {
    model: Weak<Model>,
    blas: Arc<Blas>,
}

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<ModelKey, Kept> for Bytes {
    fn weight(&self, _: &ModelKey, kept: &Kept) -> u64 {
        let Blas { nodes, triangles, order, .. } = &*kept.blas;
        (size_of_val(&nodes[..]) + size_of_val(&triangles[..]) + size_of_val(&order[..])) as u64
    }
}

/// The tree of a model, built now unless this very model had one built before: the shelves of a dataset hold the same
/// packages in frame after frame.
pub(super) fn kept(model: &Arc<Model>) -> Result<Arc<Blas>, Error> {
    if let Some(kept) = KEPT.get(&model.key)
        && std::ptr::eq(kept.model.as_ptr(), Arc::as_ptr(model))
    {
        return Ok(kept.blas);
    }
    let blas = Arc::new(Blas::build(model)?);
    KEPT.insert(model.key.clone(), Kept { model: Arc::downgrade(model), blas: Arc::clone(&blas) });
    Ok(blas)
}
