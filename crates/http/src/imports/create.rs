//! A dry run: what would become of each row of a file.

use actix_web::{HttpResponse, http::StatusCode};
use aumsos_domain::{
    access::Permission,
    imports::files::{
        IMPORT_CELL_TOO_LONG, IMPORT_FILE_DAMAGED, IMPORT_FILE_SWELLS, IMPORT_FILE_TOO_LARGE,
        IMPORT_FORMAT_NOT_SUPPORTED, IMPORT_TOO_MANY_COLUMNS, IMPORT_TOO_MANY_ROWS,
    },
    institutions::rules::DATE_IN_FUTURE,
};
use aumsos_persistence::{
    clock,
    imports::{FileRefusal, ImportWish, ReadingLimits, read_file},
};

use super::{
    model::{ImportOut, ImportUpload},
    upload::{Upload, escaped},
};
use crate::{
    access::Caller,
    body::{new_id, refuse_value},
    command::Reply,
    operation::{Operation, Tag},
    problem::{FieldError, Problem, reasons},
};

/// The row of this operation.
pub(super) fn operation() -> Operation {
    Operation::post("/v1/imports", "create_import", handle)
        .tag(Tag::Imports)
        .needs(Permission::ImportsRun)
        .summary("Import a spreadsheet: dry run")
        .description(
            "Reads CSV or XLSX, finds the header, understands the rows and says what would become of each; nothing is \
             written to the register before the import is applied. The file comes as a part `file` of \
             `multipart/form-data`, or as the body itself (`text/csv`, `application/octet-stream`, or the media type \
             of XLSX). Rows of institutions that the caller is not responsible for are refused. The file itself is not kept; what \
             its rows say is forgotten 90 days after the import was last touched, and what became of them stays.",
        )
        .multipart::<ImportUpload>()
        .repeatable()
        .answers_record::<ImportOut>(StatusCode::CREATED, "The import, as a dry run")
        .refuses(&[&reasons::ID_TAKEN])
        .also(&[StatusCode::PAYLOAD_TOO_LARGE])
}

async fn handle(caller: Caller, upload: Upload) -> Result<HttpResponse, Problem> {
    let today = clock::today();
    let id = new_id(upload.id)?;
    let as_of = upload.as_of.unwrap_or(today);
    if as_of > today {
        return Err(refuse_value("/as_of", &DATE_IN_FUTURE));
    }
    let Upload { file, file_name, mapping, repeat, .. } = upload;
    let limits = ReadingLimits { file_bytes: caller.service().settings.upload_limit_bytes, ..ReadingLimits::default() };
    let reading = tokio::task::spawn_blocking(move || read_file(&file, &mapping, today, &limits));
    // A reader that breaks off has met a file that was made to break it.
    let sheet = reading.await.unwrap_or_else(|_| Err(FileRefusal::from(&IMPORT_FILE_DAMAGED))).map_err(refused)?;
    let wish = ImportWish { id, file_name, as_of, by: caller.id(), scope: caller.scope() };
    let dry_run = caller.store().evaluate_sheet(sheet, wish).await?;
    caller
        .run_large(&repeat, async |work| {
            work.keep_dry_run(&dry_run).await?;
            let shown = ImportOut::of(&dry_run.import, (0, dry_run.waiting_rows()));
            Reply::created(format!("/v1/imports/{id}"), &shown.tag(), &shown)
        })
        .await
}

/// A file that is refused: too much is 413, what is no sheet is 415, all else is 422 and points at the part.
fn refused(refusal: FileRefusal) -> Problem {
    const TOO_MUCH: [&str; 5] = [
        IMPORT_FILE_TOO_LARGE.code,
        IMPORT_FILE_SWELLS.code,
        IMPORT_TOO_MANY_COLUMNS.code,
        IMPORT_TOO_MANY_ROWS.code,
        IMPORT_CELL_TOO_LONG.code,
    ];
    let FileRefusal { reason, mapping, line } = refusal;
    if TOO_MUCH.contains(&reason.code) {
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, reason);
    }
    if reason.code == IMPORT_FORMAT_NOT_SUPPORTED.code {
        return Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason);
    }
    let pointer = mapping.map_or_else(|| "/file".to_owned(), |column| format!("/mapping/{}", escaped(&column)));
    let limit = line.map(|line| format!("baris {line} / line {line}"));
    Problem::invalid_value(FieldError { limit, ..FieldError::in_body(pointer, reason) })
}
