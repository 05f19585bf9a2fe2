use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeBinaryArray, Int64Array, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema};

use super::columns::Column;
use crate::dataset::{Error, Header};

/// The oldest release whose names of fields these are; the viewer brings older files up to date.
const VERSION: [u8; 4] = [0, 36, 0, 0];
/// Version of the columns' meaning in that release.
const COLUMNS: &str = "0.1.3";
/// Kinds of messages in the stream.
const STORE: u64 = 1;
const ARROW: u64 = 2;
/// Identities that each frame has for its messages.
const MESSAGES: u64 = 64;

/// A recording: its name, and the identities of what is in it.
///
/// The format, as `re_log_encoding` and the protocol buffers of `re_protos` define it: a header of twelve bytes, then
/// messages, each with its kind and length in 64 bits, little-endian. The first one names the recording, all others
/// hold a table of Arrow (one row, in its IPC stream format) about one entity at one time.
#[derive(Debug)]
pub(super) struct Recording {
    name: String,
    id: String,
    /// Upper half of all identities.
    origin: u64,
}

/// What is said of one entity, at one frame or for good.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) entity: &'static str,
    pub(super) frame: Option<i64>,
    pub(super) columns: Vec<Column>,
}

impl Recording {
    /// The recording of a dataset. Whoever opens it twice gets it once: its identity is that of the dataset.
    pub(super) fn of(folder: &Path, header: &Header) -> Self {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let name = folder.file_name().map_or_else(|| "dataset".to_owned(), |name| name.to_string_lossy().into_owned());
        let digest = blake3::hash(format!("{name}\n{header:?}").as_bytes());
        let origin = digest.as_bytes()[..8].iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
        // Identities begin with a time where others make them: positive, and far from the end.
        Self { name, id: digest.to_hex()[..32].to_owned(), origin: origin >> 2 }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What comes first.
    pub(super) fn start(&self) -> Vec<u8> {
        // Tables may be compressed (1), and messages are protocol buffers (2).
        let mut bytes = [b"RRF2".as_slice(), &VERSION, &[1, 2, 0, 0]].concat();
        // SetStoreInfo { row_id, info: StoreInfo { store_id, store_source: StoreSource { kind: other, extra { payload } } } }
        let source = [number(1, 6), nested(2, &nested(1, b"endcap"))].concat();
        let info = [nested(2, &self.store()), nested(5, &source)].concat();
        let store = [identity(1, self.origin, 0), nested(2, &info)].concat();
        message(STORE, &store, &mut bytes);
        bytes
    }

    /// What comes last: the end, without the index that may follow it.
    pub(super) fn end(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        message(0, &[], &mut bytes);
        bytes
    }

    /// `StoreId { kind: recording, recording_id, application_id { id } }`
    fn store(&self) -> Vec<u8> {
        [number(1, 1), nested(2, self.id.as_bytes()), nested(3, &nested(1, b"endcap"))].concat()
    }

    /// Adds a message; `place` counts the messages of a frame, or those without one.
    pub(super) fn encode(&self, what: &Message, place: u64, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let frame = what.frame.map_or(0, |frame| frame as u64 + 1);
        let own = frame * MESSAGES + place + 1;
        let failed = |error: ArrowError| {
            let message = format!("{} does not fit the recording: {error}", what.entity);
            Error::Sample { frame: what.frame.unwrap_or(0) as u64, message }
        };
        let batch = self.table(what, own).map_err(failed)?;
        let mut table = Vec::new();
        let mut writer = StreamWriter::try_new(&mut table, &batch.schema()).map_err(failed)?;
        writer.write(&batch).and_then(|()| writer.finish()).map_err(failed)?;
        let packed = lz4_flex::block::compress(&table);
        // ArrowMsg { store_id, compression: LZ4, uncompressed_size, encoding: Arrow IPC, payload, chunk_id, is_static }
        let arrow = [
            nested(1, &self.store()),
            number(2, 2),
            number(3, table.len() as u64),
            number(4, 1),
            nested(5, &packed),
            identity(6, self.origin, own),
            number(7, u64::from(what.frame.is_none())),
        ]
        .concat();
        message(ARROW, &arrow, bytes);
        Ok(())
    }

    fn table(&self, what: &Message, own: u64) -> Result<RecordBatch, ArrowError> {
        let row = (u128::from(self.origin) << 64 | u128::from(own)).to_be_bytes();
        let described = [
            ("rerun:kind", "control"),
            ("rerun:is_sorted", "true"),
            ("ARROW:extension:name", "rerun.datatypes.TUID"),
            ("ARROW:extension:metadata", r#"{"namespace":"row"}"#),
        ];
        let mut fields = vec![
            Field::new("rerun.controls.RowId", DataType::FixedSizeBinary(16), false).with_metadata(texts(&described)),
        ];
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(FixedSizeBinaryArray::try_from_iter(std::iter::once(row))?)];
        if let Some(frame) = what.frame {
            let described = [("rerun:kind", "index"), ("rerun:index_name", "frame"), ("rerun:is_sorted", "true")];
            fields.push(Field::new("frame", DataType::Int64, true).with_metadata(texts(&described)));
            arrays.push(Arc::new(Int64Array::from(vec![frame])));
        }
        for column in &what.columns {
            let list = column.list()?;
            let component = format!("{}:{}", column.archetype, column.name);
            let described = [
                ("rerun:kind", "data"),
                ("rerun:archetype", &format!("rerun.archetypes.{}", column.archetype)),
                ("rerun:component", &component),
                ("rerun:component_type", &format!("rerun.components.{}", column.kind)),
            ];
            let kind = arrow_array::Array::data_type(&list).clone();
            fields.push(Field::new(&component, kind, true).with_metadata(texts(&described)));
            arrays.push(Arc::new(list));
        }
        let described = [
            ("rerun:entity_path", what.entity),
            ("rerun:id", &format!("chunk_{:016X}{own:016X}", self.origin)),
            ("sorbet:version", COLUMNS),
        ];
        RecordBatch::try_new(Arc::new(Schema::new_with_metadata(fields, texts(&described))), arrays)
    }
}

fn texts(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn message(kind: u64, content: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&kind.to_le_bytes());
    bytes.extend_from_slice(&(content.len() as u64).to_le_bytes());
    bytes.extend_from_slice(content);
}

/// Base-128 varint of protocol buffers.
fn varint(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// A field with a number.
fn number(field: u8, value: u64) -> Vec<u8> {
    let mut bytes = vec![field << 3];
    varint(value, &mut bytes);
    bytes
}

/// A field with bytes: text, or another message.
fn nested(field: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![field << 3 | 2];
    varint(content.len() as u64, &mut bytes);
    bytes.extend_from_slice(content);
    bytes
}

/// A field with a `Tuid { time_ns, inc }`, both in 64 fixed bits.
fn identity(field: u8, origin: u64, own: u64) -> Vec<u8> {
    let mut content = vec![1 << 3 | 1];
    content.extend_from_slice(&origin.to_le_bytes());
    content.push(2 << 3 | 1);
    content.extend_from_slice(&own.to_le_bytes());
    nested(field, &content)
}
