//! The whole answer of a list as a file, streamed: memory stays flat however many records go out.

use actix_web::{HttpResponse, http::header};
use aumsos_persistence::{
    StoreError,
    exports::{ExportFormat, Table, encode},
};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::{Form, ListFilters, ListQuery, only_fields};
use crate::problem::Problem;

impl<F: ListFilters> ListQuery<F> {
    /// The form of the file that was asked for; nothing when a page of JSON was.
    pub const fn file(&self) -> Option<ExportFormat> {
        match self.form {
            Form::Json => None,
            Form::Csv => Some(ExportFormat::Csv),
            Form::Ndjson => Some(ExportFormat::Ndjson),
            Form::GeoJson => Some(ExportFormat::Geojson),
            Form::Parquet => Some(ExportFormat::Parquet),
        }
    }

    /// Answers with the whole list as a file. `shown` is the JSON of one record, as a page shows it; `fields` cuts both it
    /// and the columns. An error before the first bytes is answered as a problem; a later one breaks the answer off.
    pub async fn answer_whole<T: Send + 'static, J: Serialize>(
        &self,
        format: ExportFormat,
        name: &str,
        table: Table<T>,
        shown: impl Fn(&T) -> J + Send + Sync + 'static,
        batches: impl Stream<Item = Result<Vec<T>, StoreError>> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        let table = match self.fields.clone() {
            None => table.with_json(shown),
            Some(fields) => {
                let kept: Vec<&str> = table
                    .columns()
                    .iter()
                    .map(|column| column.name)
                    .filter(|column| *column == "id" || fields.iter().any(|field| belongs(column, field)))
                    .collect();
                let cut = table.only(&kept).map_err(|_| Problem::not_found())?;
                cut.with_json(move |record| only_fields(&shown(record), Some(&fields)).unwrap_or_default())
            }
        };
        let mut bytes = Box::pin(encode(format, table, batches));
        let first = bytes.try_next().await?;
        let body = stream::iter(first.map(Ok)).chain(bytes);
        Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, format.content_type()))
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{}\"", format.name())))
            .streaming(body))
    }
}

/// `capacity_total` is a column of the field `capacity`.
fn belongs(column: &str, field: &str) -> bool {
    column.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}
