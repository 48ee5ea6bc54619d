//! `aumsos export`: the register as a file.

use std::{
    fs::File,
    io::{self, Write},
    path::PathBuf,
};

use aumsos_domain::{access::Actor, organization_units::OrganizationUnit};
use aumsos_http::institutions::model::InstitutionOut;
use aumsos_persistence::{
    Store,
    exports::{ExportFormat, encode},
    institutions::{InstitutionFilters, InstitutionSight, InstitutionSort, SeenInstitution, institution_table},
    page::Direction,
};
use futures_util::TryStreamExt;

use super::block_on;
use crate::{
    config::{Config, Overrides},
    failure::Failure,
    opening,
    progress::Progress,
};

/// Write the whole register into a file, or to standard output
///
/// Every institution with its place and phones, whoever they are meant for: treat the file as the council's own. Contact
/// persons are not in it.
#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    #[command(flatten)]
    overrides: Overrides,
    /// The form of the file: csv, ndjson, geojson or parquet
    #[arg(long, value_name = "FORM", default_value = "csv", value_parser = format)]
    format: ExportFormat,
    /// The file; standard output when it is left out. A file that is there already is not overwritten
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

fn format(text: &str) -> Result<ExportFormat, String> {
    ExportFormat::from_name(text).ok_or_else(|| "it is csv, ndjson, geojson or parquet".to_owned())
}

impl Export {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let (config, _) = Config::load(&self.overrides)?;
        block_on(async {
            let store = opening::open_migrated(&config).await?;
            match &self.file {
                None => self.write(&store, &mut io::stdout().lock()).await,
                Some(path) => {
                    let failed = |error| Failure::io(path.display(), error);
                    let mut file = File::create_new(path).map_err(failed)?;
                    self.write(&store, &mut file).await?;
                    file.sync_all().map_err(failed)
                }
            }
        })
    }

    async fn write(&self, store: &Store, out: &mut impl Write) -> Result<(), Failure> {
        let sight = InstitutionSight::for_export(&Actor::system(&OrganizationUnit::ROOTS));
        let sort = vec![(InstitutionSort::Name, Direction::Ascending)];
        let progress = Progress::without_end("bytes");
        let batches = store.stream_institutions(InstitutionFilters::default(), sort, &sight);
        let table = institution_table().with_json(|seen: &SeenInstitution| InstitutionOut::from(seen.clone()));
        let mut bytes = std::pin::pin!(encode(self.format, table, batches));
        while let Some(chunk) = bytes.try_next().await? {
            match out.write_all(&chunk) {
                Ok(()) => progress.advance(chunk.len() as u64),
                // Whoever closed the pipe has read enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
                Err(error) => return Err(Failure::io("the export", error)),
            }
        }
        progress.finish();
        out.flush().map_err(|error| Failure::io("the export", error))
    }
}
