//! Parquet, by the writer of columns itself: every column nullable, with its logical type, compressed by Zstandard.
//!
//! A row group is written when it holds 16,384 rows or 32 MiB. Until then its cells are held column by column, which
//! is far less than the records they were drawn from; so memory stays flat.

use std::{mem, sync::Arc};

use bytes::Bytes;
use chrono::NaiveDate;
use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type},
    errors::{ParquetError, Result},
    file::{
        properties::{EnabledStatistics, WriterProperties},
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::types::Type,
};
use uuid::fmt::Hyphenated;

use super::{
    encode::Encoder,
    table::{Column, Table, Value},
};
use crate::StoreError;

/// A row group holds at most so many rows, up to the end of a batch.
const MOST_ROWS: usize = 16_384;
/// And at most so many bytes of text and numbers, up to the end of a batch.
const MOST_BYTES: usize = 32 * 1024 * 1024;

pub(super) struct Parquet<T> {
    table: Table<T>,
    /// Writes into memory; what it wrote is taken out after each row group.
    file: SerializedFileWriter<Vec<u8>>,
    held: Vec<Held>,
    rows: usize,
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err asks for")]
fn failed(error: ParquetError) -> StoreError {
    tracing::error!(%error, "a Parquet file could not be written");
    StoreError::Unreadable("a record that was to be exported as Parquet")
}

impl<T> Parquet<T> {
    pub(super) fn new(table: Table<T>) -> std::result::Result<Self, StoreError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(parquet::basic::ZstdLevel::default()))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by("aumsos".to_owned())
            .build();
        let file = schema(&table.columns)
            .and_then(|schema| SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties)))
            .map_err(failed)?;
        let held = table.columns.iter().map(|column| Held::of(&column.value)).collect();
        Ok(Self { table, file, held, rows: 0 })
    }

    fn write_row_group(&mut self) -> Result<()> {
        let mut group = self.file.next_row_group()?;
        for held in &mut self.held {
            let mut column =
                group.next_column()?.ok_or_else(|| ParquetError::General("a column is missing".to_owned()))?;
            held.write(&mut column)?;
            column.close()?;
        }
        group.close()?;
        self.rows = 0;
        self.file.flush()?;
        Ok(())
    }

    fn take_written(&mut self, out: &mut Vec<u8>) {
        // Offsets are counted by the writer around this buffer, so that it may be emptied.
        out.append(self.file.inner_mut());
    }
}

impl<T> Encoder<T> for Parquet<T> {
    fn begin(&mut self, _: &mut Vec<u8>) -> std::result::Result<(), StoreError> {
        Ok(())
    }

    fn rows(&mut self, rows: &[T], out: &mut Vec<u8>) -> std::result::Result<(), StoreError> {
        for (held, column) in self.held.iter_mut().zip(&self.table.columns) {
            for row in rows {
                held.push(&column.value, row);
            }
        }
        self.rows += rows.len();
        if self.rows >= MOST_ROWS || self.held.iter().map(Held::size).sum::<usize>() >= MOST_BYTES {
            self.write_row_group().map_err(failed)?;
            self.take_written(out);
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) -> std::result::Result<(), StoreError> {
        if self.rows > 0 {
            self.write_row_group().map_err(failed)?;
        }
        self.file.finish().map_err(failed)?;
        self.take_written(out);
        Ok(())
    }
}

fn schema<T>(columns: &[Column<T>]) -> Result<Type> {
    let fields = columns
        .iter()
        .map(|column| {
            let (physical, logical) = match column.value {
                Value::Id(_) | Value::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                Value::Whole(_) => (Physical::INT64, None),
                Value::Number(_) => (Physical::DOUBLE, None),
                Value::Flag(_) => (Physical::BOOLEAN, None),
                Value::Time(_) => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
                Value::Day(_) => (Physical::INT32, Some(LogicalType::Date)),
            };
            let field = Type::primitive_type_builder(column.name, physical)
                .with_logical_type(logical)
                .with_repetition(Repetition::OPTIONAL)
                .build()?;
            Ok(Arc::new(field))
        })
        .collect::<Result<_>>()?;
    Type::group_type_builder("schema").with_fields(fields).build()
}

/// The cells of one column in the row group that is being filled. `present` says for each row whether it has a value.
struct Held {
    present: Vec<i16>,
    values: Values,
}

enum Values {
    /// The texts one behind the other, and where each ends.
    Text {
        bytes: Vec<u8>,
        ends: Vec<usize>,
    },
    Long(Vec<i64>),
    Short(Vec<i32>),
    Double(Vec<f64>),
    Flag(Vec<bool>),
}

impl Held {
    const fn of<T>(value: &Value<T>) -> Self {
        let values = match value {
            Value::Id(_) | Value::Text(_) => Values::Text { bytes: Vec::new(), ends: Vec::new() },
            Value::Whole(_) | Value::Time(_) => Values::Long(Vec::new()),
            Value::Number(_) => Values::Double(Vec::new()),
            Value::Flag(_) => Values::Flag(Vec::new()),
            Value::Day(_) => Values::Short(Vec::new()),
        };
        Self { present: Vec::new(), values }
    }

    fn push<T>(&mut self, value: &Value<T>, row: &T) {
        let is_present = match (value, &mut self.values) {
            (Value::Id(get), Values::Text { bytes, ends }) => keep(get(row), |id| {
                let mut text = [0; Hyphenated::LENGTH];
                bytes.extend_from_slice(id.hyphenated().encode_lower(&mut text).as_bytes());
                ends.push(bytes.len());
            }),
            (Value::Text(get), Values::Text { bytes, ends }) => keep(get(row), |text| {
                bytes.extend_from_slice(text.as_bytes());
                ends.push(bytes.len());
            }),
            (Value::Whole(get), Values::Long(kept)) => keep(get(row), |number| kept.push(number)),
            (Value::Time(get), Values::Long(kept)) => keep(get(row), |time| kept.push(time.timestamp_micros())),
            (Value::Number(get), Values::Double(kept)) => keep(get(row), |number| kept.push(number)),
            (Value::Flag(get), Values::Flag(kept)) => keep(get(row), |flag| kept.push(flag)),
            (Value::Day(get), Values::Short(kept)) => keep(get(row).and_then(days), |days| kept.push(days)),
            // `of` made the values for this kind of column.
            _ => false,
        };
        self.present.push(i16::from(is_present));
    }

    fn size(&self) -> usize {
        let values = match &self.values {
            Values::Text { bytes, ends } => bytes.len() + ends.len() * size_of::<usize>(),
            Values::Long(kept) => kept.len() * size_of::<i64>(),
            Values::Short(kept) => kept.len() * size_of::<i32>(),
            Values::Double(kept) => kept.len() * size_of::<f64>(),
            Values::Flag(kept) => kept.len(),
        };
        values + self.present.len() * size_of::<i16>()
    }

    /// Writes the cells as a column chunk and forgets them.
    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
        let present = mem::take(&mut self.present);
        match &mut self.values {
            Values::Text { bytes, ends } => {
                let whole = Bytes::from(mem::take(bytes));
                let mut from = 0;
                let texts: Vec<ByteArray> = mem::take(ends)
                    .into_iter()
                    .map(|to| ByteArray::from(whole.slice(mem::replace(&mut from, to)..to)))
                    .collect();
                write::<ByteArrayType>(column, &texts, &present)
            }
            Values::Long(kept) => write::<Int64Type>(column, &mem::take(kept), &present),
            Values::Short(kept) => write::<Int32Type>(column, &mem::take(kept), &present),
            Values::Double(kept) => write::<DoubleType>(column, &mem::take(kept), &present),
            Values::Flag(kept) => write::<BoolType>(column, &mem::take(kept), &present),
        }
    }
}

fn write<D: DataType>(column: &mut SerializedColumnWriter<'_>, values: &[D::T], present: &[i16]) -> Result<()> {
    column.typed::<D>().write_batch(values, Some(present), None).map(drop)
}

fn keep<V>(value: Option<V>, keep: impl FnOnce(V)) -> bool {
    value.map(keep).is_some()
}

/// Days since 1970.
fn days(day: NaiveDate) -> Option<i32> {
    i32::try_from(day.signed_duration_since(NaiveDate::from_ymd_opt(1970, 1, 1)?).num_days()).ok()
}
