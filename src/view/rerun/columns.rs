use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, FixedSizeListArray, Float32Array, ListArray, StringArray, StructArray, UInt8Array,
    UInt16Array, UInt32Array,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, DataType, Field, Fields};

/// One component of an entity: a list of values.
#[derive(Debug)]
pub(super) struct Column {
    /// `Boxes2D`, and the field of it, such as `centers`.
    pub(super) archetype: &'static str,
    pub(super) name: &'static str,
    /// The component's type, such as `Position2D`.
    pub(super) kind: &'static str,
    pub(super) values: ArrayRef,
}

impl Column {
    /// The table's cell: one list of all values.
    pub(super) fn list(&self) -> Result<ListArray, ArrowError> {
        let values = Arc::clone(&self.values);
        let item = Field::new("item", values.data_type().clone(), true);
        ListArray::try_new(Arc::new(item), OffsetBuffer::from_lengths([values.len()]), values, None)
    }
}

/// Makes the columns of an archetype.
#[derive(Debug)]
pub(super) struct Archetype {
    name: &'static str,
    columns: Vec<Column>,
}

impl Archetype {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, columns: Vec::new() }
    }

    pub(super) fn with(mut self, name: &'static str, kind: &'static str, values: ArrayRef) -> Self {
        self.columns.push(Column { archetype: self.name, name, kind, values });
        self
    }

    pub(super) fn columns(self) -> Vec<Column> {
        self.columns
    }
}

fn required(data_type: DataType) -> Arc<Field> {
    Arc::new(Field::new("item", data_type, false))
}

/// Lists of `N` numbers.
pub(super) fn vectors<const N: usize>(vectors: impl IntoIterator<Item = [f64; N]>) -> ArrayRef {
    let numbers: Vec<f32> = vectors.into_iter().flatten().map(|number| number as f32).collect();
    let values = Arc::new(Float32Array::from(numbers));
    Arc::new(FixedSizeListArray::new(required(DataType::Float32), N as i32, values, None))
}

/// Lists of points.
pub(super) fn strips<'a>(strips: impl IntoIterator<Item = &'a [[f64; 2]]>) -> ArrayRef {
    let strips: Vec<&[[f64; 2]]> = strips.into_iter().collect();
    let offsets = OffsetBuffer::from_lengths(strips.iter().map(|strip| strip.len()));
    let points = vectors(strips.into_iter().flatten().copied());
    Arc::new(ListArray::new(required(points.data_type().clone()), offsets, points, None))
}

pub(super) fn floats(numbers: impl IntoIterator<Item = f32>) -> ArrayRef {
    Arc::new(Float32Array::from_iter_values(numbers))
}

pub(super) fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(texts))
}

pub(super) fn numbers16(numbers: impl IntoIterator<Item = u16>) -> ArrayRef {
    Arc::new(UInt16Array::from_iter_values(numbers))
}

/// Colours as `0xRRGGBBAA`.
pub(super) fn colors(colors: impl IntoIterator<Item = [u8; 3]>) -> ArrayRef {
    Arc::new(UInt32Array::from_iter_values(colors.into_iter().map(packed)))
}

fn packed([r, g, b]: [u8; 3]) -> u32 {
    u32::from_be_bytes([r, g, b, 255])
}

pub(super) fn flag(value: bool) -> ArrayRef {
    Arc::new(BooleanArray::from(vec![value]))
}

/// One blob.
pub(super) fn bytes(bytes: Vec<u8>) -> ArrayRef {
    let offsets = OffsetBuffer::from_lengths([bytes.len()]);
    Arc::new(ListArray::new(required(DataType::UInt8), offsets, Arc::new(UInt8Array::from(bytes)), None))
}

/// Directions of the axes x, y and z: 1 up, 2 down, 3 right, 4 left, 5 forward, 6 back.
pub(super) fn axes(axes: [u8; 3]) -> ArrayRef {
    let values = Arc::new(UInt8Array::from(axes.to_vec()));
    Arc::new(FixedSizeListArray::new(required(DataType::UInt8), 3, values, None))
}

/// Size and type of raw pixels.
pub(super) fn image_format(width: u32, height: u32, channel: ChannelType) -> ArrayRef {
    let field = |name: &str, kind, nullable| Arc::new(Field::new(name, kind, nullable));
    let fields = Fields::from(vec![
        field("width", DataType::UInt32, false),
        field("height", DataType::UInt32, false),
        field("pixel_format", DataType::UInt8, true),
        field("color_model", DataType::UInt8, true),
        field("channel_datatype", DataType::UInt8, true),
    ]);
    let nothing = || Arc::new(UInt8Array::from(vec![None::<u8>]));
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from(vec![width])),
        Arc::new(UInt32Array::from(vec![height])),
        nothing(),
        nothing(),
        Arc::new(UInt8Array::from(vec![channel as u8])),
    ];
    Arc::new(StructArray::new(fields, arrays, None))
}

/// `rerun.datatypes.ChannelDatatype`.
#[derive(Debug, Clone, Copy)]
pub(super) enum ChannelType {
    U16 = 8,
    F32 = 34,
}

/// What the numbers of a segmentation mean: number, name and colour of each.
pub(super) fn annotation_context<'a>(classes: impl IntoIterator<Item = (u16, &'a str, [u8; 3])>) -> ArrayRef {
    let classes: Vec<_> = classes.into_iter().collect();
    let field = |name: &str, kind: DataType, nullable| Arc::new(Field::new(name, kind, nullable));
    let info = Fields::from(vec![
        field("id", DataType::UInt16, false),
        field("label", DataType::Utf8, true),
        field("color", DataType::UInt32, true),
    ]);
    let pair =
        Fields::from(vec![field("keypoint0", DataType::UInt16, false), field("keypoint1", DataType::UInt16, false)]);
    let description = Fields::from(vec![
        field("info", DataType::Struct(info.clone()), false),
        field("keypoint_annotations", DataType::List(required(DataType::Struct(info.clone()))), false),
        field("keypoint_connections", DataType::List(required(DataType::Struct(pair.clone()))), false),
    ]);
    let class = Fields::from(vec![
        field("class_id", DataType::UInt16, false),
        field("class_description", DataType::Struct(description.clone()), false),
    ]);
    let ids = || numbers16(classes.iter().map(|class| class.0));
    let infos: Vec<ArrayRef> =
        vec![ids(), texts(classes.iter().map(|class| class.1)), colors(classes.iter().map(|class| class.2))];
    // No class has keypoints of its own.
    let none = |fields: &Fields| -> ArrayRef {
        let offsets = OffsetBuffer::from_lengths(classes.iter().map(|_| 0));
        let values = Arc::new(StructArray::new_null(fields.clone(), 0));
        Arc::new(ListArray::new(required(DataType::Struct(fields.clone())), offsets, values, None))
    };
    let described: Vec<ArrayRef> =
        vec![Arc::new(StructArray::new(info.clone(), infos, None)), none(&info), none(&pair)];
    let all: Vec<ArrayRef> = vec![ids(), Arc::new(StructArray::new(description, described, None))];
    let values = Arc::new(StructArray::new(class.clone(), all, None));
    let offsets = OffsetBuffer::from_lengths([classes.len()]);
    Arc::new(ListArray::new(required(DataType::Struct(class)), offsets, values, None))
}
