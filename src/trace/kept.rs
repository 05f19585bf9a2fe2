use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Weak};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::{Blas, Error};
use crate::catalog::{Model, ModelKey};

/// Bytes of trees that are kept from scene to scene.
const KEPT_BYTES: u64 = 256 << 20;
/// So many trees are built until those are looked for whose models are gone: fixtures are made for one scene.
const SWEPT_EVERY: u32 = 256;

/// Trees that were built lately. A tree belongs to one model in memory, whatever its key says.
static KEPT: LazyLock<Cache<ModelKey, Kept, Bytes>> = LazyLock::new(|| Cache::with_weighter(1024, KEPT_BYTES, Bytes));

static BUILT: AtomicU32 = AtomicU32::new(0);

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
pub(crate) fn kept(model: &Arc<Model>) -> Result<Arc<Blas>, Error> {
    if let Some(kept) = KEPT.get(&model.key)
        && std::ptr::eq(kept.model.as_ptr(), Arc::as_ptr(model))
    {
        return Ok(kept.blas);
    }
    let blas = Arc::new(Blas::build(model)?);
    KEPT.insert(model.key.clone(), Kept { model: Arc::downgrade(model), blas: Arc::clone(&blas) });
    if BUILT.fetch_add(1, Ordering::Relaxed) % SWEPT_EVERY == SWEPT_EVERY - 1 {
        KEPT.retain(|_, kept| kept.model.strong_count() > 0);
    }
    Ok(blas)
}

#[cfg(test)]
mod tests {
    use glam::Vec3;

    use super::*;
    use crate::catalog::Footprint;
    use crate::geometry::Mesh;

    #[test]
    fn trees_go_some_time_after_their_models() {
        let mesh =
            || Mesh { positions: vec![Vec3::ZERO, Vec3::X, Vec3::Y], triangles: vec![[0, 1, 2]], ..Mesh::default() };
        let model = |key: &ModelKey| Arc::new(Model::single(key.clone(), mesh(), Footprint::Box));
        let keys: Vec<_> = (0..3 * SWEPT_EVERY).map(|i| ModelKey::new(format!("kept/{i}"))).collect();
        let lasting = model(&ModelKey::new("kept/lasting"));
        let tree = kept(&lasting).expect("a tree");
        for key in &keys {
            kept(&model(key)).expect("a tree");
        }
        let left = keys.iter().filter(|key| KEPT.get(*key).is_some()).count();
        assert!(left <= SWEPT_EVERY as usize, "{left} trees of models that are gone");
        assert!(Arc::ptr_eq(&tree, &kept(&lasting).expect("a tree")));
    }
}
