//! Where photographs and documents are kept: a folder of this machine, or a bucket that speaks S3.
//!
//! The service names the objects itself, tells their type by their first bytes, and measures and hashes what it keeps.
//! Documents stream through; a picture is taken in whole first and loses what it says beside the picture (when and where
//! it was taken). An object is there whole or not at all; one whose row was never written is removed later
//! ([`Store::sweep_objects`](crate::Store::sweep_objects)).

use std::{
    io,
    ops::Range,
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
    ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt, RetryConfig, aws::AmazonS3Builder,
    buffered::BufWriter, local::LocalFileSystem, path::Path, prefix::PrefixStore,
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

/// The largest picture, in bytes: it is held in memory while its metadata is taken away.
const LARGEST_PICTURE: u64 = 32 * 1024 * 1024;

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
    /// The first bytes are of no type that is taken, or the rest of a picture is not what they promise (415).
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
    #[error("the store of objects cannot be used: {0}")]
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
        let mut content = std::pin::pin!(content.fuse());
        let mut incoming = Incoming { limit, size: 0, chunks: Vec::new() };
        let mut head: Vec<u8> = Vec::with_capacity(MediaType::SNIFFED_BYTES);
        while head.len() < MediaType::SNIFFED_BYTES
            && let Some(chunk) = incoming.next(&mut content).await?
        {
            head.extend(chunk.iter().take(MediaType::SNIFFED_BYTES - head.len()));
            incoming.chunks.push(chunk);
        }
        let media_type = MediaType::sniff(&head).ok_or(ObjectError::UnknownType)?;
        if media_type.is_image() {
            incoming.limit = limit.min(LARGEST_PICTURE);
            while let Some(chunk) = incoming.next(&mut content).await? {
                incoming.chunks.push(chunk);
            }
            let bare = media_type.bare(incoming.chunks.concat()).map_err(|_| ObjectError::UnknownType)?;
            let mut upload = self.begin(media_type);
            upload.put(bare.into()).await?;
            return upload.finish().await;
        }
        let mut upload = self.begin(media_type);
        for chunk in std::mem::take(&mut incoming.chunks) {
            upload.put(chunk).await?;
        }
        while let Some(chunk) = incoming.next(&mut content).await? {
            upload.put(chunk).await?;
        }
        upload.finish().await
    }

    /// Begins to write an object.
    fn begin(&self, media_type: MediaType) -> Upload {
        let name = fresh_name(media_type);
        let writer = BufWriter::with_capacity(self.store.clone(), Path::from(name.as_str()), PART)
            .with_max_concurrency(PARTS_AT_ONCE);
        Upload { writer: Some(writer), name, media_type, size_bytes: 0, hash: Context::new(&SHA256) }
    }

    /// Reads an object, or some of its bytes; how many there are, and the content as it comes.
    pub async fn get(&self, name: &str, bytes: Option<Range<u64>>) -> Result<(u64, Content), ObjectError> {
        let options = GetOptions { range: bytes.map(GetRange::Bounded), ..GetOptions::default() };
        let found = self.store.get_opts(&Path::from(name), options).await?;
        let size = found.range.end.saturating_sub(found.range.start);
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

/// A file that comes in, counted.
struct Incoming {
    limit: u64,
    size: u64,
    /// What came in and was not written yet.
    chunks: Vec<Bytes>,
}

impl Incoming {
    async fn next<E>(
        &mut self,
        content: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
    ) -> Result<Option<Bytes>, ObjectError> {
        let Some(chunk) = content.next().await else { return Ok(None) };
        let chunk = chunk.map_err(|_| ObjectError::BrokeOff)?;
        self.size = self.size.saturating_add(length(&chunk));
        if self.size > self.limit {
            return Err(ObjectError::TooLarge { limit: self.limit });
        }
        Ok(Some(chunk))
    }
}

fn length(chunk: &Bytes) -> u64 {
    u64::try_from(chunk.len()).unwrap_or(u64::MAX)
}

/// An object that is being written, measured and hashed. Dropped before its end, it takes back what was written.
struct Upload {
    writer: Option<BufWriter>,
    name: String,
    media_type: MediaType,
    size_bytes: u64,
    hash: Context,
}

impl Upload {
    async fn put(&mut self, chunk: Bytes) -> Result<(), ObjectError> {
        self.size_bytes = self.size_bytes.saturating_add(length(&chunk));
        self.hash.update(&chunk);
        match &mut self.writer {
            Some(writer) => Ok(writer.put(chunk).await?),
            None => Ok(()),
        }
    }

    /// Ends the object. Once begun, the end is carried through even if nobody waits for it any more: a writer that is
    /// stopped half-way through its end cannot be taken back.
    async fn finish(mut self) -> Result<StoredObject, ObjectError> {
        if let Some(mut writer) = self.writer.take() {
            let failed = |source: io::Error| object_store::Error::Generic { store: "object", source: source.into() };
            let ended = tokio::spawn(async move { writer.shutdown().await }).await;
            ended.map_err(object_store::Error::from)?.map_err(failed)?;
        }
        let sha256 = HEXLOWER.encode(self.hash.clone().finish().as_ref());
        let facts = FileFacts { media_type: self.media_type, size_bytes: self.size_bytes, sha256 };
        Ok(StoredObject { name: std::mem::take(&mut self.name), facts })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(mut writer) = self.writer.take() else { return };
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
        let (size, content) = objects.get(name, None).await.unwrap();
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
        let (size, part) = objects.get(&put.name, Some(9..11)).await.unwrap();
        assert_eq!((size, part.try_collect::<Vec<_>>().await.unwrap().concat()), (2, b"ab".to_vec()));
        objects.delete(&put.name).await.unwrap();
        objects.delete(&put.name).await.unwrap();
        assert!(matches!(objects.get(&put.name, None).await, Err(ObjectError::Missing)));
    }

    #[tokio::test]
    async fn a_large_object_goes_in_parts() {
        let folder = tempfile::tempdir().unwrap();
        let objects = in_folder(&folder);
        let mut whole = b"%PDF-1.7\n".to_vec();
        whole.extend((0..12 * MIB).map(|at| u8::try_from(at % 251).unwrap()));
        let pieces: Vec<&[u8]> = whole.chunks(64 * 1024).collect();
        let put = objects.put(u64::MAX, chunks(&pieces)).await.unwrap();
        assert_eq!((put.facts.media_type, put.facts.size_bytes), (MediaType::Pdf, u64::try_from(whole.len()).unwrap()));
        assert!(content(&objects, &put.name).await == whole);
        let digest = aws_lc_rs::digest::digest(&SHA256, &whole);
        assert_eq!(put.facts.sha256, HEXLOWER.encode(digest.as_ref()));
    }

    /// PNG (W3C PNG third edition §5): a picture of one pixel with a text beside it.
    fn png(text: &[u8]) -> Vec<u8> {
        let chunk = |kind: &[u8], content: &[u8]| {
            // Nobody checks checksums on the way in.
            [&u32::try_from(content.len()).unwrap().to_be_bytes()[..], kind, content, &[0; 4]].concat()
        };
        let header = chunk(b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0");
        let text = if text.is_empty() { Vec::new() } else { chunk(b"tEXt", text) };
        [b"\x89PNG\r\n\x1A\n", &header[..], &text, &chunk(b"IDAT", b"data"), &chunk(b"IEND", b"")].concat()
    }

    #[tokio::test]
    async fn of_a_picture_what_is_kept_is_measured_and_hashed() {
        let folder = tempfile::tempdir().unwrap();
        let objects = in_folder(&folder);
        let (photo, bare) = (png(b"Comment\0at home"), png(b""));
        let pieces: Vec<&[u8]> = photo.chunks(7).collect();
        let put = objects.put(200, chunks(&pieces)).await.unwrap();
        assert_eq!((put.facts.media_type, put.facts.size_bytes), (MediaType::Png, u64::try_from(bare.len()).unwrap()));
        let digest = aws_lc_rs::digest::digest(&SHA256, &bare);
        assert_eq!(put.facts.sha256, HEXLOWER.encode(digest.as_ref()));
        assert_eq!(content(&objects, &put.name).await, bare);
        // One that is not what it promises to be leaves nothing.
        let broken = objects.put(200, chunks(&[&photo[..photo.len() - 1]])).await;
        assert!(matches!(broken, Err(ObjectError::UnknownType)));
        assert_eq!(files(&objects).await.len(), 1);
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
            assert!(objects.get(name, None).await.is_err(), "{name}");
        }
    }
}
