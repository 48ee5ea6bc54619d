//! NDJSON and `GeoJSON`.

use uuid::fmt::Hyphenated;

use super::{
    encode::Encoder,
    plain::{push_day, push_time, push_whole},
    table::{Column, Point, Table, Value},
};
use crate::StoreError;

const UNWRITABLE: StoreError = StoreError::Unreadable("a record has no JSON form");

/// One JSON object a line.
pub(super) struct Ndjson<T> {
    pub(super) table: Table<T>,
}

impl<T> Encoder<T> for Ndjson<T> {
    fn begin(&mut self, _: &mut Vec<u8>) -> Result<(), StoreError> {
        Ok(())
    }

    fn rows(&mut self, rows: &[T], out: &mut Vec<u8>) -> Result<(), StoreError> {
        for row in rows {
            match &self.table.json {
                Some(form) => form(row, out).map_err(|_| UNWRITABLE)?,
                None => push_columns(out, &self.table.columns, row)?,
            }
            out.push(b'\n');
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A `FeatureCollection` (RFC 7946). What has no place that may be shown is a feature with null geometry (§3.2).
pub(super) struct Geojson<T> {
    pub(super) table: Table<T>,
    pub(super) is_first: bool,
}

impl<T> Encoder<T> for Geojson<T> {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        out.extend_from_slice(br#"{"type":"FeatureCollection","features":["#);
        Ok(())
    }

    fn rows(&mut self, rows: &[T], out: &mut Vec<u8>) -> Result<(), StoreError> {
        for row in rows {
            out.extend_from_slice(if self.is_first { b"\n" } else { b",\n" });
            self.is_first = false;
            out.extend_from_slice(br#"{"type":"Feature","id":""#);
            let mut id = [0; Hyphenated::LENGTH];
            out.extend_from_slice((self.table.id)(row).hyphenated().encode_lower(&mut id).as_bytes());
            out.extend_from_slice(br#"","geometry":"#);
            push_geometry(out, self.table.point.and_then(|point| point(row)))?;
            out.extend_from_slice(br#","properties":"#);
            push_columns(out, &self.table.columns, row)?;
            out.push(b'}');
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError> {
        out.extend_from_slice(b"\n]}\n");
        Ok(())
    }
}

/// Longitude first (RFC 7946 §3.1.1).
fn push_geometry(out: &mut Vec<u8>, point: Option<Point>) -> Result<(), StoreError> {
    let Some(point) = point.filter(|point| point.latitude.is_finite() && point.longitude.is_finite()) else {
        out.extend_from_slice(b"null");
        return Ok(());
    };
    out.extend_from_slice(br#"{"type":"Point","coordinates":["#);
    push_json(out, &point.longitude)?;
    out.push(b',');
    push_json(out, &point.latitude)?;
    out.extend_from_slice(b"]}");
    Ok(())
}

/// The columns of a record as an object; every name is there in every object.
fn push_columns<T>(out: &mut Vec<u8>, columns: &[Column<T>], row: &T) -> Result<(), StoreError> {
    out.push(b'{');
    for (at, column) in columns.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_json(out, column.name)?;
        out.push(b':');
        if !push_value(out, &column.value, row)? {
            out.extend_from_slice(b"null");
        }
    }
    out.push(b'}');
    Ok(())
}

/// Writes a value; false where the record has none.
fn push_value<T>(out: &mut Vec<u8>, value: &Value<T>, row: &T) -> Result<bool, StoreError> {
    Ok(match value {
        Value::Id(get) => written(get(row), |id| push_json(out, &id))?,
        Value::Text(get) => written(get(row), |text| push_json(out, text.as_ref()))?,
        Value::Whole(get) => written(get(row), |number| {
            push_whole(out, number);
            Ok(())
        })?,
        Value::Number(get) => written(get(row), |number| push_json(out, &number))?,
        Value::Flag(get) => written(get(row), |flag| push_json(out, &flag))?,
        Value::Time(get) => written(get(row), |time| {
            out.push(b'"');
            push_time(out, time);
            out.push(b'"');
            Ok(())
        })?,
        Value::Day(get) => written(get(row), |day| {
            out.push(b'"');
            push_day(out, day);
            out.push(b'"');
            Ok(())
        })?,
    })
}

fn written<V>(value: Option<V>, write: impl FnOnce(V) -> Result<(), StoreError>) -> Result<bool, StoreError> {
    value.map(write).transpose().map(|done| done.is_some())
}

fn push_json<V: serde::Serialize + ?Sized>(out: &mut Vec<u8>, value: &V) -> Result<(), StoreError> {
    serde_json::to_writer(out, value).map_err(|_| UNWRITABLE)
}
