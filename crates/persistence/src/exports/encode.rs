//! From batches of records to bytes.

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};

use super::{
    ExportFormat, Table,
    csv::Csv,
    json::{Geojson, Ndjson},
    parquet::Parquet,
};
use crate::{StoreError, apart::apart};

/// Writes records in one form. Everything goes into the buffer that is handed in.
pub(super) trait Encoder<T>: Send {
    /// What stands before the first record.
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError>;

    /// Some records.
    fn rows(&mut self, rows: &[T], out: &mut Vec<u8>) -> Result<(), StoreError>;

    /// What stands behind the last record.
    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), StoreError>;
}

/// An encoder on its way through the batches.
struct Pen<T> {
    encoder: Box<dyn Encoder<T>>,
    has_begun: bool,
    /// How much the last batch came to: room that the next one will need at once.
    last: usize,
}

impl<T: Send + 'static> Pen<T> {
    /// Writes a batch, or the end when there is none, on a thread for blocking work: a thousand records take
    /// milliseconds, which other requests would wait for.
    async fn write(mut self, rows: Option<Vec<T>>) -> Result<(Self, Bytes), StoreError> {
        let writing = apart("a record that was to be exported", move || {
            let mut out = Vec::with_capacity(self.last + self.last / 8);
            if !self.has_begun {
                self.encoder.begin(&mut out)?;
                self.has_begun = true;
            }
            match rows {
                Some(rows) => self.encoder.rows(&rows, &mut out)?,
                None => self.encoder.end(&mut out)?,
            }
            self.last = out.len();
            Ok((self, Bytes::from(out)))
        });
        writing.await
    }
}

/// Turns batches of records into the bytes of an answer. Nothing is sent before the first batch was read, so that an
/// error up to there can still be answered as one; an error later ends the stream, which the receiver sees as an
/// answer that was cut off.
pub fn encode<T, S>(
    format: ExportFormat,
    table: Table<T>,
    batches: S,
) -> impl Stream<Item = Result<Bytes, StoreError>> + Send + 'static
where
    T: Send + 'static,
    S: Stream<Item = Result<Vec<T>, StoreError>> + Send + 'static,
{
    let begun = encoder(format, table).map(|encoder| Pen { encoder, has_begun: false, last: 64 * 1024 });
    let state = (Box::pin(batches), Some(begun));
    stream::try_unfold(state, |(mut batches, mut pen)| async move {
        while let Some(ready) = pen {
            let rows = batches.try_next().await?;
            let is_last = rows.is_none();
            let (ready, bytes) = ready?.write(rows).await?;
            pen = if is_last { None } else { Some(Ok(ready)) };
            // A Parquet row group is written only when it is full.
            if !bytes.is_empty() {
                return Ok(Some((bytes, (batches, pen))));
            }
        }
        Ok(None)
    })
}

fn encoder<T: 'static>(format: ExportFormat, table: Table<T>) -> Result<Box<dyn Encoder<T>>, StoreError> {
    Ok(match format {
        ExportFormat::Csv => Box::new(Csv { table }),
        ExportFormat::Ndjson => Box::new(Ndjson { table }),
        ExportFormat::Geojson => Box::new(Geojson { table, is_first: true }),
        ExportFormat::Parquet => Box::new(Parquet::new(table)?),
    })
}
