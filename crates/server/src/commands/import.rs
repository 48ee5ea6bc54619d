//! `aumsos import`: a spreadsheet into the register.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use aumsos_domain::{
    access::{Actor, Permission},
    imports::{ImportField, ImportStatus, ImportSummary, Mapping, RowOutcome, Twin},
    organization_units::OrganizationUnit,
    text_value::Line,
};
use aumsos_http::imports::model::ImportOut;
use aumsos_persistence::{
    Author, Store, StoreError, Work, clock,
    exports::{ExportFormat, encode},
    imports::{
        Applied, DryRun, ImportError, ImportSight, ImportWish, JudgedRow, ReadSheet, ReadingLimits, import_row_table,
        read_file,
    },
};
use chrono::NaiveDate;
use futures_util::{Stream, StreamExt, stream};
use uuid::Uuid;

use super::{block_on, say};
use crate::{
    config::{Config, Database, Overrides},
    failure::Failure,
    opening,
    progress::Progress,
};

/// Import institutions from a spreadsheet (CSV or XLSX)
///
/// Finds the header row, understands the columns by their Indonesian or English headers, and says what becomes of each
/// row: created, updated, unchanged, a possible duplicate, or refused with the cell and the reason. New institutions
/// become active at once, for whoever imports vouches for the sheet. Possible duplicates and refused rows are not
/// written. An import that breaks off goes on when it is started again, and nothing is written twice.
#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    #[command(flatten)]
    overrides: Overrides,
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Say what would become of each row, and write nothing; the database need not be there
    #[arg(long)]
    dry_run: bool,
    /// Print the import as a JSON object, as the interface answers it
    #[arg(long)]
    json: bool,
    /// What a column says, where its header does not tell: its header, letters or number, and a field; may be repeated
    ///
    /// Fields are listed at /v1/code-lists/import_field; `ignore` leaves a column out.
    #[arg(long = "map", value_name = "COLUMN=FIELD", value_parser = mapped)]
    mapping: Vec<(String, String)>,
    /// The day for which the figures of the sheet hold. Default: today
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Also write what becomes of every row into this CSV file
    #[arg(long, value_name = "FILE")]
    outcomes: Option<PathBuf>,
}

fn mapped(text: &str) -> Result<(String, String), String> {
    let (column, field) = text.rsplit_once('=').ok_or("write COLUMN=FIELD")?;
    let is_known = <ImportField as aumsos_domain::CodeList>::from_code(field).is_some();
    if is_known { Ok((column.to_owned(), field.to_owned())) } else { Err(format!("there is no field {field}")) }
}

/// The command line acts as the service itself, for the whole of both trees.
fn actor() -> Actor {
    Actor::system(&OrganizationUnit::ROOTS)
}

impl Import {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (config, _) = Config::load(&self.overrides)?;
        let (sheet, wish) = self.read()?;
        block_on(self.import(&config, sheet, wish))
    }

    fn read(&self) -> Result<(ReadSheet, ImportWish), Failure> {
        let today = clock::today();
        let as_of = self.as_of.unwrap_or(today);
        if as_of > today {
            return Err(Failure::Refused(format!("{as_of} has not come yet")));
        }
        let limits = ReadingLimits::default();
        let failed = |error| Failure::io(self.file.display(), error);
        let length = fs::metadata(&self.file).map_err(failed)?.len();
        if length > limits.file_bytes as u64 {
            return Err(Failure::Refused(format!("{}: more than {} bytes", self.file.display(), limits.file_bytes)));
        }
        let bytes = fs::read(&self.file).map_err(failed)?;
        let entries: BTreeMap<String, String> = self.mapping.iter().cloned().collect();
        let mapping = Mapping::parse(&entries)
            .map_err(|(column, reason)| Failure::Refused(format!("--map {column}: {}", reason.en)))?;
        let sheet = read_file(&bytes, &mapping, today, &limits).map_err(|refusal| {
            let place =
                refusal.mapping.map_or_else(|| self.file.display().to_string(), |column| format!("--map {column}"));
            let line = refusal.line.map(|line| format!(", line {line}")).unwrap_or_default();
            Failure::Refused(format!("{place}{line}: {}", refusal.reason.en))
        })?;
        let name = self.file.file_name().map(|name| name.to_string_lossy());
        let wish = ImportWish {
            id: Uuid::now_v7(),
            file_name: name.and_then(|name| Line::parse(&name).ok()),
            as_of,
            by: actor().id,
            scope: actor().scope(Permission::ImportsRun),
        };
        Ok((sheet, wish))
    }

    async fn import(&self, config: &Config, sheet: ReadSheet, wish: ImportWish) -> Result<(), Failure> {
        if self.dry_run {
            let dry_run = match existing(config).await? {
                None => DryRun::on_empty_register(sheet, wish),
                Some(store) => {
                    let evaluated = store.evaluate_sheet(sheet, wish).await;
                    store.close().await?;
                    evaluated?
                }
            };
            self.write_outcomes(stream::iter([Ok(dry_run.rows.clone())])).await?;
            self.tell(&ImportOut::of(&dry_run.import, (0, dry_run.waiting_rows())), &dry_run);
            return Ok(());
        }
        let store = opening::open(config).await?;
        if config.storage.database_url.system() == Database::Sqlite {
            store.migrate_up().await?;
        } else {
            opening::require_newest_schema(&store).await?;
        }
        store.plant_roots().await?;
        let done = self.apply(&store, sheet, wish).await;
        store.close().await?;
        done
    }

    async fn apply(&self, store: &Store, sheet: ReadSheet, wish: ImportWish) -> Result<(), Failure> {
        let (scope, sight) = (wish.scope.clone(), ImportSight::of(&actor()));
        let dry_run = store.evaluate_sheet(sheet, wish).await?;
        let id = dry_run.import.id;
        store.write(&Author::system(), async |work: &mut Work| work.keep_dry_run(&dry_run).await).await?;
        let plan = store.plan_import(id, &sight, &scope).await?.ok_or(StoreError::Unreadable("an import"))?;
        let begun = store
            .write(&Author::system(), async |work: &mut Work| work.begin_import(&plan, &BTreeMap::new(), &scope).await)
            .await;
        match begun {
            Ok(_) => {}
            Err(ImportError::Refused(refusal)) => return Err(refusal.into()),
            Err(ImportError::Store(error)) => return Err(error.into()),
        }
        self.work_off(store, id).await?;
        let import = store.import(id, &sight).await?.ok_or(StoreError::Unreadable("an import"))?;
        // As the rows stand now: what was written, and what became of those that moved on since they were judged.
        self.write_outcomes(store.stream_import_rows(id, Vec::new())).await?;
        self.tell(&ImportOut::of(&import, store.import_progress(id).await?), &dry_run);
        match import.status {
            ImportStatus::Applied => Ok(()),
            _ => Err(Failure::Refused("the import was given up; what was written stays".to_owned())),
        }
    }

    /// Applies the import, or waits for the service that is running and has taken it.
    async fn work_off(&self, store: &Store, id: Uuid) -> Result<(), Failure> {
        let (_, waiting) = store.import_progress(id).await?;
        let progress = Progress::of(waiting, "rows");
        let sight = ImportSight::of(&actor());
        let holder = Uuid::now_v7();
        loop {
            if let Some(job) = store.claim_job_on(id, holder).await? {
                while let Applied::Rows(rows) = store.apply_import_batch(&job).await? {
                    progress.advance(rows);
                }
            }
            let import = store.import(id, &sight).await?.ok_or(StoreError::Unreadable("an import"))?;
            if import.status != ImportStatus::Applying {
                progress.finish();
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            let (_, left) = store.import_progress(id).await?;
            progress.advance(waiting.saturating_sub(left).saturating_sub(progress.done()));
        }
    }

    async fn write_outcomes<S>(&self, rows: S) -> Result<(), Failure>
    where
        S: Stream<Item = Result<Vec<JudgedRow>, StoreError>> + Send + 'static,
    {
        let Some(path) = &self.outcomes else { return Ok(()) };
        let failed = |error| Failure::io(path.display(), error);
        let mut file = fs::File::create_new(path).map_err(failed)?;
        let mut bytes = Box::pin(encode(ExportFormat::Csv, import_row_table(), rows));
        while let Some(chunk) = bytes.next().await {
            file.write_all(&chunk?).map_err(failed)?;
        }
        file.sync_all().map_err(failed)
    }

    fn tell(&self, import: &ImportOut, dry_run: &DryRun) {
        if self.json {
            say(serde_json::to_string_pretty(import).unwrap_or_default());
            return;
        }
        for row in &dry_run.rows {
            match row.outcome {
                RowOutcome::Refused => {
                    for problem in row.problems() {
                        let cell = problem.cell.as_deref().unwrap_or("-");
                        say(format_args!("row {} refused, {cell}: {}", row.number, problem.reason.en));
                    }
                }
                RowOutcome::PossibleDuplicate => {
                    let twins: Vec<String> = row.twins().iter().map(named).collect();
                    say(format_args!("row {} ({}) may be {}", row.number, row.name().trim(), twins.join(", ")));
                }
                _ => {}
            }
        }
        let ImportSummary { rows, created, updated, unchanged, possible_duplicates, refused } = import.summary;
        let verb = if self.dry_run { "would be" } else { "were" };
        say(format_args!(
            "{rows} rows: {created} {verb} created, {updated} updated, {unchanged} unchanged, {possible_duplicates} \
             possible duplicates, {refused} refused."
        ));
    }
}

fn named(twin: &Twin) -> String {
    match twin {
        Twin::Row(number) => format!("row {number}"),
        Twin::Institution(id) => format!("institution {id}"),
    }
}

/// The store, if there is one with a schema.
async fn existing(config: &Config) -> Result<Option<Store>, Failure> {
    if config.storage.database_url.file().is_some_and(|file| !Path::exists(file)) {
        return Ok(None);
    }
    let store = opening::open_existing(config).await?;
    let steps = store.migration_status().await?;
    if steps.iter().all(|(_, is_taken)| !is_taken) {
        store.close().await?;
        return Ok(None);
    }
    opening::require_newest_schema(&store).await?;
    Ok(Some(store))
}
