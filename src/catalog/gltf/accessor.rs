//! Numbers out of buffers: any component type, normalised or not, strided, sparse.

use gltf::json::accessor::{Accessor, ComponentType, Type};

use super::buffers::Buffers;
use super::check::valid;
use super::document::Document;
use crate::catalog::Error;

/// Most elements of an accessor that has no buffer view, whose size nothing else limits.
const MOST_IMPLICIT: u64 = 1 << 20;

/// Reads the accessors of one file.
pub(super) struct Accessors<'a> {
    /// What describes them.
    pub(super) document: &'a Document,
    /// What holds them.
    pub(super) buffers: &'a Buffers,
}

/// Equal elements at equal distances; all of them lie inside `bytes`.
struct Strided<'a> {
    bytes: &'a [u8],
    stride: usize,
    count: usize,
}

impl<'a> Strided<'a> {
    fn elements(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (bytes, stride) = (self.bytes, self.stride);
        (0..self.count).map(move |i| &bytes[i * stride..])
    }
}

impl Accessors<'_> {
    /// All elements of an accessor as floats; `place` is where the document names it.
    pub(super) fn floats<const N: usize>(&self, index: usize, place: &str) -> Result<Vec<[f32; N]>, Error> {
        let accessor = &self.document.root.accessors[index];
        self.expect_shape(accessor, place, N)?;
        let component = component(accessor);
        let read = |bytes: &[u8]| {
            std::array::from_fn(|i| decode(component, accessor.normalized, &bytes[i * component.size()..]))
        };
        self.elements(index, N * component.size(), [0.0; N], read)
    }

    /// All elements of an accessor as vertex indices.
    pub(super) fn indices(&self, index: usize, place: &str) -> Result<Vec<u32>, Error> {
        let accessor = &self.document.root.accessors[index];
        self.expect_shape(accessor, place, 1)?;
        let component = component(accessor);
        if !matches!(component, ComponentType::U8 | ComponentType::U16 | ComponentType::U32) {
            return Err(self.document.invalid(place, format!("accessors[{index}] holds {component:?}, no indices")));
        }
        self.elements(index, component.size(), 0, |bytes| unsigned(component, bytes))
    }

    /// Number of components that each element of an accessor has.
    pub(super) fn components(&self, index: usize) -> usize {
        shape(&self.document.root.accessors[index]).multiplicity()
    }

    fn expect_shape(&self, accessor: &Accessor, place: &str, components: usize) -> Result<(), Error> {
        let shape = shape(accessor);
        let fits = match shape {
            Type::Scalar => components == 1,
            Type::Vec2 => components == 2,
            Type::Vec3 => components == 3,
            Type::Vec4 => components == 4,
            Type::Mat2 | Type::Mat3 | Type::Mat4 => false,
        };
        let message = || format!("an accessor of type {shape:?} where {components} components per element belong");
        if fits { Ok(()) } else { Err(self.document.invalid(place, message())) }
    }

    fn elements<T: Copy>(
        &self,
        index: usize,
        size: usize,
        zero: T,
        read: impl Fn(&[u8]) -> T,
    ) -> Result<Vec<T>, Error> {
        let accessor = &self.document.root.accessors[index];
        let count = accessor.count.0;
        let mut values = if let Some(view) = accessor.buffer_view {
            let offset = accessor.byte_offset.map_or(0, |offset| offset.0);
            let place = format!("accessors[{index}]");
            self.strided(view.value(), &place, offset, size, count)?.elements().map(&read).collect()
        } else {
            if count > MOST_IMPLICIT {
                let message = format!("{count} elements without a bufferView are more than {MOST_IMPLICIT}");
                return Err(self.document.invalid(format!("accessors[{index}].count"), message));
            }
            vec![zero; count as usize]
        };
        if let Some(sparse) = &accessor.sparse {
            let sparse_place = format!("accessors[{index}].sparse");
            let component = valid(sparse.indices.component_type).0;
            let (indices, replacements) = (&sparse.indices, &sparse.values);
            let (view, offset) = (indices.buffer_view.value(), indices.byte_offset.0);
            let at = self.strided(view, &sparse_place, offset, component.size(), sparse.count.0)?;
            let (view, offset) = (replacements.buffer_view.value(), replacements.byte_offset.0);
            let by = self.strided(view, &sparse_place, offset, size, sparse.count.0)?;
            for (at, by) in at.elements().zip(by.elements()) {
                let at = unsigned(component, at);
                let Some(value) = values.get_mut(at as usize) else {
                    let message = format!("index {at} is not below the accessor's count of {count}");
                    return Err(self.document.invalid(format!("{sparse_place}.indices"), message));
                };
                *value = read(by);
            }
        }
        Ok(values)
    }

    /// Finds `count` elements of `size` bytes in a buffer view, all of them inside it.
    fn strided(&self, view: usize, place: &str, offset: u64, size: usize, count: u64) -> Result<Strided<'_>, Error> {
        let bytes = self.buffers.view(self.document, view)?;
        let stride = self.document.root.buffer_views[view].byte_stride.map_or(size, |stride| stride.0);
        if stride < size {
            let message = format!("{stride} bytes are fewer than the {size} of one element of {place}");
            return Err(self.document.invalid(format!("bufferViews[{view}].byteStride"), message));
        }
        if count == 0 {
            return Ok(Strided { bytes: &[], stride, count: 0 });
        }
        let span = (count - 1).saturating_mul(stride as u64).saturating_add(size as u64);
        let end = offset.saturating_add(span);
        if end > bytes.len() as u64 {
            let message = format!(
                "{count} elements of {size} bytes from byte {offset} on do not fit into bufferViews[{view}] with its {} bytes",
                bytes.len()
            );
            return Err(self.document.invalid(place, message));
        }
        Ok(Strided { bytes: &bytes[offset as usize..], stride, count: count as usize })
    }
}

/// The component type of an accessor of a checked document.
pub(super) fn component(accessor: &Accessor) -> ComponentType {
    valid(accessor.component_type).0
}

fn shape(accessor: &Accessor) -> Type {
    valid(accessor.type_)
}

/// Value of one component; normalised integers span 0..1 or −1..1 (glTF 2.0, section 3.6.2.2).
fn decode(component: ComponentType, normalized: bool, bytes: &[u8]) -> f32 {
    let raw = match component {
        ComponentType::I8 => f32::from(bytes[0] as i8),
        ComponentType::I16 => f32::from(i16::from_le_bytes([bytes[0], bytes[1]])),
        ComponentType::F32 => f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
        ComponentType::U8 | ComponentType::U16 | ComponentType::U32 => unsigned(component, bytes) as f32,
    };
    if normalized { normalize(component, raw) } else { raw }
}

/// The number that a normalised integer stands for.
pub(super) fn normalize(component: ComponentType, raw: f32) -> f32 {
    match component {
        ComponentType::I8 => (raw / 127.0).max(-1.0),
        ComponentType::U8 => raw / 255.0,
        ComponentType::I16 => (raw / 32767.0).max(-1.0),
        ComponentType::U16 => raw / 65535.0,
        ComponentType::U32 | ComponentType::F32 => raw,
    }
}

fn unsigned(component: ComponentType, bytes: &[u8]) -> u32 {
    match component {
        ComponentType::U8 => u32::from(bytes[0]),
        ComponentType::U16 => u32::from(u16::from_le_bytes([bytes[0], bytes[1]])),
        _ => u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
    }
}
