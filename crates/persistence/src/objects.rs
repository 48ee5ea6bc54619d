//! Where photographs and documents are kept: a folder of this machine, or a bucket that speaks S3.
//!
//! The service names the objects itself, tells their type by their first bytes, and measures and hashes them while
//! they stream through. An object is there whole or not at all; one whose row was never written is removed later
//! ([`Store::sweep_objects`](crate::Store::sweep_objects)).

use std::{
    io,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
    time::Duration,
};

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use futures_util::{Stream, StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{
    ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig, aws::AmazonS3Builder, buffered::BufWriter,
    local::LocalFileSystem, path::Path, prefix::PrefixStore,
};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use aumsos_domain::institutions::{FileFacts, MediaType};

use crate::StoreError;

/// Up to this many bytes are written at once; larger objects go in parts of this size. Stores that speak S3 take no
/// parts under 5 MiB but for the last.
const PART: usize = 5 * 1024 * 1024;
/// So many parts are on their way at once: with the one being filled, what an upload holds in memory.
const PARTS_AT_ONCE: usize = 2;

/// Where objects are kept.
#[derive(Debug, Clone)]
pub enum ObjectSettings {
    /// A folder; it is made when it is missing.
    Folder(PathBuf),
    /// A bucket that speaks S3.
    Bucket(BucketSettings),
}

/// How to reach a bucket.
#[derive(Clone)]
pub struct BucketSettings {
    /// The bucket's name.
    pub name: String,
    /// What every key begins with; may be empty.
    pub prefix: String,
    /// The address of the store; none for Amazon's.
    pub endpoint: Option<String>,
    /// The region of the bucket.
    pub region: Option<String>,
    /// Access key and the secret that belongs to it; none for the credentials of the machine.
    pub credentials: Option<(String, String)>,
}

impl std::fmt::Debug for BucketSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BucketSettings").field("name", &self.name).field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// What can go wrong with objects. A failed write has left no object.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// More bytes than are allowed (413).
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// How many are allowed.
        limit: u64,
    },
    /// The first bytes are of no type that is taken (415).
    #[error("the file is of no type that is taken")]
    UnknownType,
    /// The sender stopped before the end (400).
    #[error("the file broke off")]
    BrokeOff,
    /// There is no such object.
    #[error("there is no such object")]
    Missing,
    /// No room to write (507).
    #[error("there is no room to write")]
    Full,
    /// The store of objects cannot be reached, or refuses (503).
    #[error("the store of objects cannot be used")]
    Unavailable(#[source] object_store::Error),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<object_store::Error> for ObjectError {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            return Self::Missing;
        }
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(inner) = cause {
            let kind = inner.downcast_ref::<io::Error>().map(io::Error::kind);
            if matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) {
                return Self::Full;
            }
            cause = inner.source();
        }
        Self::Unavailable(error)
    }
}

/// An object that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// Its name in the store.
    pub name: String,
    /// What was found out about it.
    pub facts: FileFacts,
}

/// The content of an object.
pub type Content = BoxStream<'static, Result<Bytes, ObjectError>>;

/// The store of objects; cheap to clone.
#[derive(Debug, Clone)]
pub struct Objects {
    store: Arc<dyn ObjectStore>,
    folder: Option<PathBuf>,
}

impl Objects {
    /// Opens the store. A folder is made when it is missing; a bucket is not asked yet.
    pub fn open(settings: &ObjectSettings) -> Result<Self, ObjectError> {
        match settings {
            ObjectSettings::Folder(folder) => {
                let missing =
                    |source: io::Error| object_store::Error::Generic { store: "folder", source: source.into() };
                std::fs::create_dir_all(folder).map_err(missing)?;
                // What was acknowledged survives a power cut, as in the database.
                let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true).with_automatic_cleanup(false);
                Ok(Self { store: Arc::new(store), folder: Some(folder.clone()) })
            }
            ObjectSettings::Bucket(bucket) => Ok(Self { store: open_bucket(bucket)?, folder: None }),
        }
    }

    /// Whether the store answers.
    pub async fn ping(&self) -> Result<(), ObjectError> {
        match self.store.head(&Path::from("ping")).await {
            Ok(_) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes an object as it comes in, of at most `limit` bytes. It has a name once it is there whole.
    pub async fn put<E>(
        &self,
        limit: u64,
        content: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<StoredObject, ObjectError> {
        let mut content = std::pin::pin!(content);
        let mut hash = Context::new(&SHA256);
        let mut size_bytes = 0_u64;
        let mut head: Vec<u8> = Vec::with_capacity(MediaType::SNIFFED_BYTES);
        let mut waiting = Vec::new();
        let mut begun: Option<(Upload, MediaType, String)> = None;
        while let Some(chunk) = content.next().await {
            let chunk = chunk.map_err(|_| ObjectError::BrokeOff)?;
            size_bytes = size_bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            if size_bytes > limit {
                return Err(ObjectError::TooLarge { limit });
            }
            hash.update(&chunk);
            if let Some((upload, _, _)) = &mut begun {
                upload.put(chunk).await?;
                continue;
            }
            head.extend(chunk.iter().take(MediaType::SNIFFED_BYTES - head.len()));
            waiting.push(chunk);
            if head.len() == MediaType::SNIFFED_BYTES {
                begun = Some(self.begin(&head, &mut waiting).await?);
            }
        }
        let (upload, media_type, name) = match begun {
            Some(begun) => begun,
            None => self.begin(&head, &mut waiting).await?,
        };
        upload.finish().await?;
        let sha256 = HEXLOWER.encode(hash.finish().as_ref());
        Ok(StoredObject { name, facts: FileFacts { media_type, size_bytes, sha256 } })
    }

    /// Begins to write an object, once enough of it is here to tell its type.
    async fn begin(&self, head: &[u8], waiting: &mut Vec<Bytes>) -> Result<(Upload, MediaType, String), ObjectError> {
        let media_type = MediaType::sniff(head).ok_or(ObjectError::UnknownType)?;
        let name = fresh_name(media_type);
        let writer = BufWriter::with_capacity(self.store.clone(), Path::from(name.as_str()), PART)
            .with_max_concurrency(PARTS_AT_ONCE);
        let mut upload = Upload(Some(writer));
        for chunk in waiting.drain(..) {
            upload.put(chunk).await?;
        }
        Ok((upload, media_type, name))
    }

    /// Reads an object; its size, and its content as it comes.
    pub async fn get(&self, name: &str) -> Result<(u64, Content), ObjectError> {
        let found = self.store.get(&Path::from(name)).await?;
        let size = found.meta.size;
        Ok((size, found.into_stream().map_err(ObjectError::from).boxed()))
    }

    /// Removes an object; one that is not there is removed already.
    pub async fn delete(&self, name: &str) -> Result<(), ObjectError> {
        match self.store.delete(&Path::from(name)).await.map_err(ObjectError::from) {
            Err(ObjectError::Missing) => Ok(()),
            outcome => outcome,
        }
    }

    /// The names of the objects that were written before a time.
    pub(crate) fn written_before(&self, time: DateTime<Utc>) -> BoxStream<'static, Result<String, ObjectError>> {
        self.store
            .list(None)
            .try_filter_map(move |meta| async move {
                Ok((meta.last_modified < time).then(|| meta.location.as_ref().to_owned()))
            })
            .map_err(ObjectError::from)
            .boxed()
    }

    /// Removes what a process that was killed while it wrote has left in the folder: nobody can see it as an object.
    pub(crate) async fn forget_halves(&self, before: DateTime<Utc>) -> Result<u64, ObjectError> {
        let Some(folder) = self.folder.clone() else { return Ok(0) };
        let swept = tokio::task::spawn_blocking(move || remove_halves(&folder, before)).await;
        let failed = |source: io::Error| object_store::Error::Generic { store: "folder", source: source.into() };
        Ok(swept.map_err(|_| ObjectError::Store(StoreError::Unreadable("the folder of objects")))?.map_err(failed)?)
    }
}

fn open_bucket(bucket: &BucketSettings) -> Result<Arc<dyn ObjectStore>, ObjectError> {
    let client = ClientOptions::new().with_connect_timeout(Duration::from_secs(5)).with_timeout(Duration::from_mins(1));
    let retry = RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(30), ..RetryConfig::default() };
    // With credentials of its own the service never asks the machine for any.
    let mut builder = match &bucket.credentials {
        Some((id, secret)) => AmazonS3Builder::new().with_access_key_id(id).with_secret_access_key(secret),
        None => AmazonS3Builder::from_env(),
    };
    builder = builder.with_bucket_name(&bucket.name).with_retry(retry);
    let mut is_plain = false;
    if let Some(endpoint) = &bucket.endpoint {
        is_plain = endpoint.starts_with("http://");
        builder = builder.with_endpoint(endpoint);
    }
    builder = builder.with_client_options(client.with_allow_http(is_plain));
    if let Some(region) = &bucket.region {
        builder = builder.with_region(region);
    }
    let store = builder.build()?;
    if bucket.prefix.is_empty() {
        Ok(Arc::new(store))
    } else {
        Ok(Arc::new(PrefixStore::new(store, bucket.prefix.as_str())))
    }
}

/// A name that nobody can guess or choose, in one of 256 folders.
fn fresh_name(media_type: MediaType) -> String {
    let id = Uuid::now_v7().simple().to_string();
    let shelf = id.get(30..).unwrap_or_default();
    format!("{shelf}/{id}.{}", media_type.extension())
}

/// An object that is being written. Dropped before its end, it takes back what was written.
struct Upload(Option<BufWriter>);

impl Upload {
    async fn put(&mut self, chunk: Bytes) -> Result<(), ObjectError> {
        match &mut self.0 {
            Some(writer) => Ok(writer.put(chunk).await?),
            None => Ok(()),
        }
    }

    /// Ends the object. Once begun, the end is carried through even if nobody waits for it any more: a writer that is
    /// stopped half-way through its end cannot be taken back.
    async fn finish(mut self) -> Result<(), ObjectError> {
        let Some(mut writer) = self.0.take() else { return Ok(()) };
        let failed = |source: io::Error| object_store::Error::Generic { store: "object", source: source.into() };
        let ended = tokio::spawn(async move { writer.shutdown().await }).await;
        Ok(ended.map_err(object_store::Error::from)?.map_err(failed)?)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(mut writer) = self.0.take() else { return };
        // A store that speaks S3 keeps the parts of an upload until it is told to forget them.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { writer.abort().await });
        }
    }
}

/// Files that the folder's store writes beside an object before it is whole are named after it, with a `#`.
fn remove_halves(folder: &FilePath, before: DateTime<Utc>) -> io::Result<u64> {
    let mut removed = 0;
    for shelf in std::fs::read_dir(folder)? {
        let shelf = shelf?;
        if !shelf.file_type()?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(shelf.path())? {
            let file = file?;
            let is_half = file.file_name().to_string_lossy().contains('#');
            if is_half && DateTime::<Utc>::from(file.metadata()?.modified()?) < before {
                std::fs::remove_file(file.path())?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::convert::Infallible;

    use futures_util::stream;

    use super::*;

    const MIB: usize = 1024 * 1024;

    fn in_folder(folder: &tempfile::TempDir) -> Objects {
        Objects::open(&ObjectSettings::Folder(folder.path().join("objects"))).unwrap()
    }

    fn chunks(chunks: &[&[u8]]) -> impl Stream<Item = Result<Bytes, Infallible>> + use<> {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
        stream::iter(chunks)
    }

    async fn files(objects: &Objects) -> Vec<PathBuf> {
        // What is taken back is taken back in the background.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mut found = Vec::new();
        for shelf in std::fs::read_dir(objects.folder.as_ref().unwrap()).unwrap() {
            found.extend(std::fs::read_dir(shelf.unwrap().path()).unwrap().map(|file| file.unwrap().path()));
        }
        found
    }

    async fn content(objects: &Objects, name: &str) -> Vec<u8> {
        let (size, content) = objects.get(name).await.unwrap();
        let content: Vec<Bytes> = content.try_collect().await.unwrap();
        let content = content.concat();
        assert_eq!(u64::try_from(content.len()).unwrap(), size);
        content
    }

    #[tokio::test]
    async fn an_object_comes_back_as_it_was_with_its_hash_and_type() {
        let folder = tempfile::tempdir().unwrap();
        let objects = in_folder(&folder);
        objects.ping().await.unwrap();
        // The type is told although the first chunks are tiny.
        let put = objects.put(100, chunks(&[b"%", b"PD", b"F-1.", b"7\n", b"abc"])).await.unwrap();
        assert_eq!(put.facts.media_type, MediaType::Pdf);
        assert_eq!(put.facts.size_bytes, 12);
        // printf '%%PDF-1.7\nabc' | sha256sum
        assert_eq!(put.facts.sha256, "3c1dd4f09e8ea551683a8c93d934c49084c2407fe2213a20d2702bad0296be10");
        assert_eq!(put.name.split_once('.').map(|(_, ending)| ending), Some("pdf"));
        assert_eq!(content(&objects, &put.name).await, b"%PDF-1.7\nabc");
        objects.delete(&put.name).await.unwrap();
        objects.delete(&put.name).await.unwrap();
        assert!(matches!(objects.get(&put.name).await, Err(ObjectError::Missing)));
    }

    #[tokio::test]
    async fn a_large_object_goes_in_parts() {
        let folder = tempfile::tempdir().unwrap();
        let objects = in_folder(&folder);
        let mut whole = b"\x89PNG\r\n\x1A\n".to_vec();
        whole.extend((0..12 * MIB).map(|at| u8::try_from(at % 251).unwrap()));
        let pieces: Vec<&[u8]> = whole.chunks(64 * 1024).collect();
        let put = objects.put(u64::MAX, chunks(&pieces)).await.unwrap();
        assert_eq!((put.facts.media_type, put.facts.size_bytes), (MediaType::Png, u64::try_from(whole.len()).unwrap()));
        assert!(content(&objects, &put.name).await == whole);
        let digest = aws_lc_rs::digest::digest(&SHA256, &whole);
        assert_eq!(put.facts.sha256, HEXLOWER.encode(digest.as_ref()));
    }

    #[tokio::test]
    async fn what_fails_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let objects = in_folder(&folder);
        let unknown = objects.put(100, chunks(&[b"<html><script>alert(1)</script>"])).await;
        assert!(matches!(unknown, Err(ObjectError::UnknownType)));
        assert!(matches!(objects.put(100, chunks(&[])).await, Err(ObjectError::UnknownType)));
        assert!(matches!(objects.put(8, chunks(&[b"%PDF-", b"1.7\n"])).await, Err(ObjectError::TooLarge { limit: 8 })));
        let part = vec![b' '; MIB];
        let begun = || {
            std::iter::once(Bytes::from_static(b"%PDF-1.7 and more"))
                .chain(std::iter::repeat_n(Bytes::from(part.clone()), 11))
        };
        let broken = begun().map(Ok).chain([Err("the line is dead")]);
        assert!(matches!(objects.put(u64::MAX, stream::iter(broken)).await, Err(ObjectError::BrokeOff)));
        let limit = u64::try_from(10 * MIB).unwrap();
        let large = objects.put(limit, stream::iter(begun().map(Ok::<_, Infallible>))).await;
        assert!(matches!(large, Err(ObjectError::TooLarge { .. })));
        // Somebody who goes away in the middle.
        let endless = stream::iter(begun().map(Ok::<_, Infallible>)).chain(stream::pending());
        let stopped = tokio::time::timeout(Duration::from_millis(500), objects.put(u64::MAX, endless)).await;
        assert!(stopped.is_err());
        assert_eq!(files(&objects).await, Vec::<PathBuf>::new());
    }

    #[tokio::test]
    async fn a_name_cannot_reach_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret.pdf"), b"%PDF-1.7\n").unwrap();
        let objects = in_folder(&folder);
        for name in ["../secret.pdf", "/../secret.pdf", "a/../../secret.pdf"] {
            assert!(objects.get(name).await.is_err(), "{name}");
        }
    }
}
