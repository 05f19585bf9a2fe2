use std::collections::HashMap;
use std::io::BufRead;
use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray, StructArray};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::native::frame_name;
use super::rows::{ShardFiles, block, shard_paths};
use super::{Encoded, Encodings, Error, FileRecord, Folder, Format, Header, Sample, Shard};
use crate::annotate::PixelBox;
use crate::frame::Plane;

/// Parquet with pictures in it, as Hugging Face's `datasets` reads them: `parquet/PART-000000.parquet`, one row a frame.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parquet;

/// Bytes that are collected before they are written as one group of rows.
const GROUP_BYTES: usize = 16 << 20;

fn shard_path(part: &str, shard: &Shard) -> String {
    format!("parquet/{part}-{:06}.parquet", shard.number)
}

/// One frame between its encoding and its shard; the pictures and the record follow it, with these lengths.
#[derive(Serialize, Deserialize)]
struct Row {
    width: u32,
    height: u32,
    objects: Vec<Object>,
    image: usize,
    instance: usize,
    record: usize,
}

/// One labelled unit.
#[derive(Serialize, Deserialize)]
struct Object {
    id: u32,
    category: u32,
    bbox: PixelBox,
    area: u32,
    visibility: f64,
    gtin: Option<String>,
    sku: Option<String>,
    name: String,
    mask: String,
}

impl Format for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn needs(&self) -> &'static [Plane] {
        &[Plane::Rgb, Plane::Instance]
    }

    fn is_sharded(&self) -> bool {
        true
    }

    fn encode(&self, header: &Header, sample: &Sample<'_>, encodings: &Encodings<'_>) -> Result<Encoded, Error> {
        let frame = sample.index;
        let classes = header.label_classes();
        let labelled = header.labelled(frame, &sample.annotation.instances)?;
        let object = |(unit, class): &(&crate::annotate::InstanceAnnotation, super::LabelClass<'_>)| {
            let category = classes.binary_search_by_key(&class.id, |known| known.id);
            Some(Object {
                id: unit.id,
                category: category.expect("a unit's class is one of the classes, which ascend") as u32,
                bbox: unit.bbox_visible?,
                area: unit.visible_px,
                visibility: unit.visibility?,
                gtin: unit.gtin.map(String::from),
                sku: unit.sku.clone(),
                name: unit.name.clone(),
                mask: unit.mask_visible.counts(),
            })
        };
        let pictures = [encodings.plane(Plane::Rgb)?, encodings.plane(Plane::Instance)?];
        let record = encodings.record()?;
        let row = Row {
            width: sample.frame.width,
            height: sample.frame.height,
            objects: labelled.iter().filter_map(object).collect(),
            image: pictures[0].len(),
            instance: pictures[1].len(),
            record: record.len(),
        };
        let head = serde_json::to_vec(&row).map_err(|error| Error::Sample { frame, message: error.to_string() })?;
        let content = [&(head.len() as u64).to_le_bytes()[..], &head, &pictures[0], &pictures[1], record].concat();
        Ok(Encoded { files: Vec::new(), rows: block(frame, &content) })
    }

    fn finish_shard(
        &self,
        header: &Header,
        shard: &Shard,
        blocks: &mut dyn BufRead,
        folder: &Folder,
    ) -> Result<Vec<FileRecord>, Error> {
        let schema = Arc::new(schema(header));
        let mut files = ShardFiles::begin(header, shard, shard_path, |path| {
            let failed = |message: String| Error::write(folder.path(path), std::io::Error::other(message));
            let writer = ArrowWriter::try_new(folder.begin(path)?, schema.clone(), Some(properties()));
            Ok((folder.path(path), writer.map_err(|error| failed(error.to_string()))?))
        })?;
        files.each_block(header, blocks, |(path, writer), index, content| {
            let written = batch(&schema, index, content).and_then(|batch| {
                writer.write(&batch).map_err(|error| error.to_string())?;
                let is_full = writer.in_progress_size() >= GROUP_BYTES;
                if is_full { writer.flush().map_err(|error| error.to_string()) } else { Ok(()) }
            });
            written.map_err(|message| Error::write(path.as_path(), std::io::Error::other(message)))
        })?;
        files.end(|(path, writer)| {
            let file = writer.into_inner();
            file.map_err(|error| Error::write(path, std::io::Error::other(error.to_string())))?.commit()
        })
    }

    fn finish(&self, _: &Header, _: &mut dyn BufRead, _: &Folder) -> Result<Vec<FileRecord>, Error> {
        Ok(Vec::new())
    }

    fn frame_files(&self, _: &Header, _: u64) -> Vec<String> {
        Vec::new()
    }

    fn shard_files(&self, header: &Header, shard: &Shard) -> Vec<String> {
        shard_paths(header, shard, shard_path)
    }

    fn dataset_files(&self, _: &Header) -> Vec<String> {
        Vec::new()
    }
}

/// Pictures are compressed already, and nobody searches by their bytes.
fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .build()
}

fn picture_fields() -> Fields {
    vec![Field::new("bytes", DataType::Binary, true), Field::new("path", DataType::Utf8, true)].into()
}

fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new("item", item, true)))
}

/// Name and type of the lists in `objects`, and what `datasets` calls the type.
fn object_columns(header: &Header) -> Vec<(&'static str, DataType, Value)> {
    let value = |kind: &str| json!({"dtype": kind, "_type": "Value"});
    let names: Vec<&str> = header.label_classes().into_iter().map(|class| class.name).collect();
    // By name, as JSON objects are written: `datasets` believes a description whose order is that of the columns.
    vec![
        ("area", DataType::Int64, value("int64")),
        ("bbox", list_of(DataType::Int64), json!({"feature": value("int64"), "length": -1, "_type": "Sequence"})),
        ("category", DataType::Int64, json!({"names": names, "_type": "ClassLabel"})),
        ("gtin", DataType::Utf8, value("string")),
        ("id", DataType::Int64, value("int64")),
        ("mask", DataType::Utf8, value("string")),
        ("name", DataType::Utf8, value("string")),
        ("sku", DataType::Utf8, value("string")),
        ("visibility", DataType::Float64, value("float64")),
    ]
}

fn schema(header: &Header) -> Schema {
    let columns = object_columns(header);
    let lists: Vec<Field> =
        columns.iter().map(|(name, item, _)| Field::new(*name, list_of(item.clone()), true)).collect();
    let fields = vec![
        Field::new("frame", DataType::Int64, true),
        Field::new("image", DataType::Struct(picture_fields()), true),
        Field::new("instance", DataType::Struct(picture_fields()), true),
        Field::new("width", DataType::Int64, true),
        Field::new("height", DataType::Int64, true),
        Field::new("objects", DataType::Struct(lists.into()), true),
        Field::new("record", DataType::Utf8, true),
    ];
    let whole = json!({"dtype": "int64", "_type": "Value"});
    let objects: serde_json::Map<String, Value> = columns
        .into_iter()
        .map(|(name, _, feature)| (name.to_owned(), json!({"feature": feature, "length": -1, "_type": "Sequence"})))
        .collect();
    let features = json!({"info": {"features": {
        "frame": whole, "image": {"_type": "Image"}, "instance": {"_type": "Image"}, "width": whole, "height": whole,
        "objects": objects, "record": {"dtype": "string", "_type": "Value"},
    }}});
    Schema::new(fields).with_metadata(HashMap::from([("huggingface".to_owned(), features.to_string())]))
}

/// One row.
fn batch(schema: &Arc<Schema>, index: u64, content: &[u8]) -> Result<RecordBatch, String> {
    let broken = "a row is broken";
    let (length, rest) = content.split_first_chunk::<8>().ok_or(broken)?;
    let (head, rest) = rest.split_at_checked(u64::from_le_bytes(*length) as usize).ok_or(broken)?;
    let row: Row = serde_json::from_slice(head).map_err(|error| error.to_string())?;
    let (image, rest) = rest.split_at_checked(row.image).ok_or(broken)?;
    let (instance, record) = rest.split_at_checked(row.instance).ok_or(broken)?;
    let record = str::from_utf8(record).ok().filter(|record| record.len() == row.record).ok_or(broken)?;
    let index = i64::try_from(index).map_err(|_| format!("frame {index} does not fit 63 bits"))?;
    let name = frame_name(index as u64);

    let whole = |value: i64| Arc::new(Int64Array::from(vec![value])) as ArrayRef;
    let columns = vec![
        whole(index),
        picture(image, &format!("{name}.png")).map_err(|error| error.to_string())?,
        picture(instance, &format!("{name}.instance.png")).map_err(|error| error.to_string())?,
        whole(row.width.into()),
        whole(row.height.into()),
        objects(schema, &row.objects).map_err(|error| error.to_string())?,
        Arc::new(StringArray::from(vec![record])),
    ];
    RecordBatch::try_new(schema.clone(), columns).map_err(|error| error.to_string())
}

fn picture(bytes: &[u8], path: &str) -> Result<ArrayRef, ArrowError> {
    let mut builder = BinaryBuilder::new();
    builder.append_value(bytes);
    let bytes: BinaryArray = builder.finish();
    let columns: Vec<ArrayRef> = vec![Arc::new(bytes), Arc::new(StringArray::from(vec![path]))];
    Ok(Arc::new(StructArray::try_new(picture_fields(), columns, None)?))
}

fn objects(schema: &Schema, objects: &[Object]) -> Result<ArrayRef, ArrowError> {
    let DataType::Struct(fields) = schema.field_with_name("objects")?.data_type() else {
        return Err(ArrowError::SchemaError("objects is no structure".to_owned()));
    };
    let wholes = |value: fn(&Object) -> u32| {
        let mut list = ListBuilder::new(Int64Builder::new());
        list.append_value(objects.iter().map(|object| Some(i64::from(value(object)))));
        Arc::new(list.finish()) as ArrayRef
    };
    let texts = |value: fn(&Object) -> Option<&str>| {
        let mut list = ListBuilder::new(StringBuilder::new());
        list.append_value(objects.iter().map(value));
        Arc::new(list.finish()) as ArrayRef
    };
    let mut boxes = ListBuilder::new(ListBuilder::new(Int64Builder::new()));
    for object in objects {
        boxes.values().append_value(<[u32; 4]>::from(object.bbox).map(|side| Some(i64::from(side))));
    }
    boxes.append(true);
    let mut visibility = ListBuilder::new(Float64Builder::new());
    visibility.append_value(objects.iter().map(|object| Some(object.visibility)));
    let columns: Vec<ArrayRef> = vec![
        wholes(|object| object.area),
        Arc::new(boxes.finish()),
        wholes(|object| object.category),
        texts(|object| object.gtin.as_deref()),
        wholes(|object| object.id),
        texts(|object| Some(&object.mask)),
        texts(|object| Some(&object.name)),
        texts(|object| object.sku.as_deref()),
        Arc::new(visibility.finish()),
    ];
    Ok(Arc::new(StructArray::try_new(fields.clone(), columns, None)?))
}
