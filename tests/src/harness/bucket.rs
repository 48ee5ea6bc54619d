//! A server that speaks S3, in this process, with one bucket in a folder.

use std::{path::PathBuf, sync::Arc};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::{net::TcpListener, task::JoinHandle};

/// What the bucket is called, and who may use it.
const NAME: &str = "aumsos";
const ACCESS_KEY: &str = "AKIATEST";
const SECRET: &str = "a secret of the bucket";

/// A bucket that speaks S3; it goes away when it is dropped.
#[derive(Debug)]
pub(crate) struct TestBucket {
    folder: tempfile::TempDir,
    endpoint: String,
    serving: JoinHandle<()>,
}

impl TestBucket {
    /// Opens an empty bucket.
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(NAME)).unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET));
        let service = Arc::new(service.build());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            // Connections end with the server.
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let service = Arc::clone(&service);
                connections.spawn(async move {
                    // Who breaks off is no concern of the server's.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), &*service).await;
                });
            }
        });
        Self { folder, endpoint, serving }
    }

    /// The settings of a service that keeps its files under a prefix of the bucket.
    pub(crate) fn settings(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("AUMSOS_OBJECTS__URL", "s3://aumsos/files"),
            ("AUMSOS_OBJECTS__ENDPOINT", &self.endpoint),
            ("AUMSOS_OBJECTS__REGION", "us-east-1"),
            ("AUMSOS_OBJECTS__ACCESS_KEY_ID", ACCESS_KEY),
            ("AUMSOS_OBJECTS__SECRET_ACCESS_KEY", SECRET),
        ]
    }

    /// As [`Self::settings`], with one of them changed.
    pub(crate) fn settings_but<'a>(&'a self, name: &str, value: &'a str) -> Vec<(&'static str, &'a str)> {
        let changed = self.settings().into_iter();
        changed.map(|(known, given)| (known, if known == name { value } else { given })).collect()
    }

    /// The files of all objects. (Parts that were on their way when an upload was given up may stay beside the bucket
    /// for a while, as with other stores that speak S3.)
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut open = vec![self.folder.path().join(NAME)];
        let mut found = Vec::new();
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() { &mut open } else { &mut found }.push(entry.path());
            }
        }
        found
    }

    /// The server is away.
    pub(crate) async fn go_away(&mut self) {
        self.serving.abort();
        // It was told to end: how it ended says nothing.
        let _ = (&mut self.serving).await;
    }
}

impl Drop for TestBucket {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
