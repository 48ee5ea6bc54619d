//! What is written is read back by readers that others wrote.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::borrow::Cow;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use parquet::{
    basic::{LogicalType, TimeUnit},
    file::{
        metadata::RowGroupMetaData,
        reader::{FileReader, SerializedFileReader},
        serialized_reader::ReadOptionsBuilder,
    },
    record::Field,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Column, ExportFormat, Point, Table, Value, encode};
use crate::StoreError;

#[derive(Debug, Clone)]
struct Bird {
    id: Uuid,
    name: Option<String>,
    count: Option<i64>,
    weight: Option<f64>,
    sings: Option<bool>,
    seen_at: Option<DateTime<Utc>>,
    hatched_on: Option<NaiveDate>,
    at: Option<Point>,
}

const COLUMNS: &[Column<Bird>] = &[
    Column::new("id", Value::Id(|bird| Some(bird.id))),
    Column::new("name", Value::Text(|bird| bird.name.as_deref().map(Cow::Borrowed))),
    Column::new("count", Value::Whole(|bird| bird.count)),
    Column::new("weight", Value::Number(|bird| bird.weight)),
    Column::new("sings", Value::Flag(|bird| bird.sings)),
    Column::new("seen_at", Value::Time(|bird| bird.seen_at)),
    Column::new("hatched_on", Value::Day(|bird| bird.hatched_on)),
];

fn birds() -> Table<Bird> {
    Table::new(|bird: &Bird| bird.id, COLUMNS).with_point(|bird| bird.at)
}

fn jalak() -> Bird {
    Bird {
        id: Uuid::from_u128(1),
        name: Some("Jalak \"Bali\", putih\nsekali".to_owned()),
        count: Some(-3),
        weight: Some(-7.25),
        sings: Some(true),
        seen_at: Some("2026-11-24T03:04:05.000600Z".parse().unwrap()),
        hatched_on: NaiveDate::from_ymd_opt(1969, 12, 31),
        at: Some(Point { latitude: -7.25, longitude: 112.75 }),
    }
}

fn nothing() -> Bird {
    Bird {
        id: Uuid::from_u128(2),
        name: None,
        count: None,
        weight: None,
        sings: None,
        seen_at: None,
        hatched_on: None,
        at: None,
    }
}

fn named(name: &str) -> Bird {
    Bird { name: Some(name.to_owned()), ..nothing() }
}

async fn written(format: ExportFormat, table: Table<Bird>, batches: Vec<Vec<Bird>>) -> Vec<u8> {
    let chunks: Vec<Bytes> =
        encode(format, table, stream::iter(batches.into_iter().map(Ok))).try_collect().await.unwrap();
    chunks.concat()
}

#[tokio::test]
async fn csv_is_read_back_cell_by_cell() {
    let bytes = written(ExportFormat::Csv, birds(), vec![vec![jalak()], vec![nothing()]]).await;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    assert_eq!(
        reader.headers().unwrap().iter().collect::<Vec<_>>(),
        ["id", "name", "count", "weight", "sings", "seen_at", "hatched_on"]
    );
    let rows: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    assert_eq!(
        rows[0],
        [
            "00000000-0000-0000-0000-000000000001",
            "Jalak \"Bali\", putih\nsekali",
            "-3",
            "-7.25",
            "true",
            "2026-11-24T03:04:05.000600Z",
            "1969-12-31"
        ]
    );
    assert_eq!(rows[1], ["00000000-0000-0000-0000-000000000002", "", "", "", "", "", ""]);
}

#[tokio::test]
async fn csv_ends_lines_as_rfc_4180_says_and_tells_no_text_from_empty_text() {
    let bytes = written(ExportFormat::Csv, birds().only(&["name", "count"]).unwrap(), vec![vec![named(""), nothing()]]);
    assert_eq!(String::from_utf8(bytes.await).unwrap(), "name,count\r\n\"\",\r\n,\r\n");
}

#[tokio::test]
async fn text_that_a_spreadsheet_would_run_is_defused_and_numbers_are_not() {
    let hostile = ["=1+1", "+62811", "-1", "@SUM(A1)", "\tx", "\rx", "=cmd|' /C calc'!A0, \"x\""];
    let rows = hostile.iter().map(|text| Bird { count: Some(-1), ..named(text) }).collect();
    let bytes = written(ExportFormat::Csv, birds().only(&["name", "count"]).unwrap(), vec![rows]).await;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    for (row, text) in reader.records().zip(hostile) {
        let row = row.unwrap();
        assert_eq!((&row[0], &row[1]), (format!("'{text}").as_str(), "-1"));
    }
}

#[tokio::test]
async fn an_empty_list_is_still_a_whole_answer() {
    let csv = written(ExportFormat::Csv, birds().only(&["id"]).unwrap(), vec![]).await;
    assert_eq!(csv, b"id\r\n");
    assert_eq!(written(ExportFormat::Ndjson, birds(), vec![]).await, b"");
    let geojson: serde_json::Value =
        serde_json::from_slice(&written(ExportFormat::Geojson, birds(), vec![]).await).unwrap();
    assert_eq!(geojson, serde_json::json!({ "type": "FeatureCollection", "features": [] }));
    let file = SerializedFileReader::new(Bytes::from(written(ExportFormat::Parquet, birds(), vec![]).await)).unwrap();
    assert_eq!(file.metadata().file_metadata().num_rows(), 0);
    assert_eq!(file.metadata().file_metadata().schema_descr().num_columns(), COLUMNS.len());
}

#[tokio::test]
async fn ndjson_holds_the_columns_or_the_form_of_the_list() {
    let lines = |bytes: Vec<u8>| -> Vec<serde_json::Value> {
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.ends_with('\n'));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let columns = lines(written(ExportFormat::Ndjson, birds(), vec![vec![jalak()], vec![nothing()]]).await);
    assert_eq!(
        columns[0],
        serde_json::json!({
            "id": "00000000-0000-0000-0000-000000000001", "name": "Jalak \"Bali\", putih\nsekali", "count": -3,
            "weight": -7.25, "sings": true, "seen_at": "2026-11-24T03:04:05.000600Z", "hatched_on": "1969-12-31",
        })
    );
    assert!(columns[1].as_object().unwrap().iter().all(|(name, value)| name == "id" || value.is_null()));
    let formed = birds().with_json(|bird| serde_json::json!({ "called": bird.name }));
    let formed = lines(written(ExportFormat::Ndjson, formed, vec![vec![named("Kacer")]]).await);
    assert_eq!(formed, [serde_json::json!({ "called": "Kacer" })]);
}

#[tokio::test]
async fn geojson_has_longitude_first_and_null_where_there_is_no_place() {
    let bytes = written(ExportFormat::Geojson, birds(), vec![vec![jalak()], vec![nothing(), named("x")]]).await;
    let collection: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let features = collection["features"].as_array().unwrap();
    assert_eq!(features.len(), 3);
    assert_eq!(features[0]["geometry"], serde_json::json!({ "type": "Point", "coordinates": [112.75, -7.25] }));
    assert_eq!(features[0]["id"], "00000000-0000-0000-0000-000000000001");
    assert_eq!(features[0]["properties"]["count"], -3);
    assert!(features[1]["geometry"].is_null());
    assert_eq!(features[2]["properties"]["name"], "x");
}

#[tokio::test]
async fn parquet_is_read_back_with_its_types() {
    let bytes = written(ExportFormat::Parquet, birds(), vec![vec![jalak()], vec![nothing()]]).await;
    let file = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
    let schema = file.metadata().file_metadata().schema_descr();
    let logical: Vec<_> = schema.columns().iter().map(|column| column.logical_type_ref().cloned()).collect();
    assert_eq!(
        logical,
        [
            Some(LogicalType::String),
            Some(LogicalType::String),
            None,
            None,
            None,
            Some(LogicalType::timestamp(true, TimeUnit::MICROS)),
            Some(LogicalType::Date),
        ]
    );
    let rows: Vec<Vec<Field>> = file
        .get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().get_column_iter().map(|(_, field)| field.clone()).collect())
        .collect();
    // 2026-11-24 is day 20,781 since 1970; 3 h 4 min 5 s are 11,045 s.
    let seen_at = (20_781 * 86_400 + 11_045) * 1_000_000 + 600;
    assert_eq!(
        rows[0],
        [
            Field::Str("00000000-0000-0000-0000-000000000001".to_owned()),
            Field::Str("Jalak \"Bali\", putih\nsekali".to_owned()),
            Field::Long(-3),
            Field::Double(-7.25),
            Field::Bool(true),
            Field::TimestampMicros(seen_at),
            Field::Date(-1),
        ]
    );
    assert!(rows[1][1..].iter().all(|field| *field == Field::Null));
}

#[tokio::test]
async fn parquet_leaves_in_row_groups_while_rows_come_in() {
    let batch: Vec<Bird> = (0..1000).map(|at| Bird { count: Some(at), ..jalak() }).collect();
    let batches = stream::iter((0..40).map(move |_| Ok(batch.clone())));
    let chunks: Vec<Bytes> = encode(ExportFormat::Parquet, birds(), batches).try_collect().await.unwrap();
    // 40,000 rows: two groups of 17,000 (the batch that passes 16,384), and the rest with the footer.
    assert_eq!(chunks.len(), 3);
    let options = ReadOptionsBuilder::new().build();
    let file = SerializedFileReader::new_with_options(Bytes::from(chunks.concat()), options).unwrap();
    let groups: Vec<i64> = file.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    assert_eq!(groups, [17_000, 17_000, 6_000]);
    let read = file.get_row_iter(None).unwrap().map(|row| match row.unwrap().get_column_iter().nth(2).unwrap().1 {
        Field::Long(count) => *count,
        other => panic!("{other:?}"),
    });
    assert!(read.eq((0..40).flat_map(|_| 0..1000)));
}

#[tokio::test]
async fn an_error_ends_the_answer_and_is_told_before_anything_was_sent() {
    let early = encode(ExportFormat::Csv, birds(), stream::iter([Err(StoreError::Unavailable)]));
    let early: Vec<_> = early.collect().await;
    assert!(matches!(early.as_slice(), [Err(StoreError::Unavailable)]));
    let late = stream::iter([Ok(vec![jalak()]), Err(StoreError::Unavailable), Ok(vec![jalak()])]);
    let late: Vec<_> = encode(ExportFormat::Geojson, birds(), late).collect().await;
    assert!(matches!(late.as_slice(), [Ok(_), Err(StoreError::Unavailable)]));
}

#[test]
fn a_column_that_is_not_there_is_named() {
    assert_eq!(birds().only(&["id", "wings"]).unwrap_err().to_string(), "there is no column wings");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any text comes back as it was, but for the apostrophe that defuses it.
    #[test]
    fn any_text_comes_back_from_csv_and_ndjson(texts in prop::collection::vec(any::<String>(), 1..20)) {
        let rows: Vec<Bird> = texts.iter().map(|text| named(text)).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let table = || birds().only(&["id", "name"]).unwrap();
        let bytes = runtime.block_on(written(ExportFormat::Csv, table(), vec![rows.clone()]));
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let back: Vec<String> = reader.records().map(|row| row.unwrap()[1].to_owned()).collect();
        let defused: Vec<String> = texts
            .iter()
            .map(|text| match text.chars().next() {
                Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n') => format!("'{text}"),
                _ => text.clone(),
            })
            .collect();
        prop_assert_eq!(back, defused);
        let bytes = runtime.block_on(written(ExportFormat::Ndjson, table(), vec![rows]));
        let back: Vec<String> = String::from_utf8(bytes)
            .unwrap()
            .split_terminator('\n')
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["name"].as_str().unwrap().to_owned())
            .collect();
        prop_assert_eq!(back, texts);
    }
}
