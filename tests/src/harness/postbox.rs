//! A mail server that keeps what it gets (RFC 5321, as much of it as one client speaks).

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Mail that came, headers and all.
#[derive(Debug, Clone)]
pub(crate) struct Postbox {
    url: String,
    kept: Arc<Mutex<Vec<String>>>,
}

impl Postbox {
    /// One on a free port.
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let kept = Arc::new(Mutex::new(Vec::new()));
        let postbox = Self { url, kept: Arc::clone(&kept) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&kept)));
            }
        });
        postbox
    }

    /// How it is reached.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// All that came so far.
    pub(crate) fn all(&self) -> Vec<String> {
        self.kept.lock().unwrap().clone()
    }

    /// Waits for the mail with this number (the first is 1); long lines and escapes of the transfer are undone.
    pub(crate) async fn mail(&self, number: usize) -> String {
        let begun = Instant::now();
        loop {
            if let Some(mail) = self.all().get(number - 1) {
                return mail.replace("=\r\n", "").replace("=3D", "=");
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "no mail came");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn serve(stream: TcpStream, kept: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    write.write_all(b"220 postbox\r\n").await?;
    let mut line = String::new();
    loop {
        line.clear();
        if read.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => b"250-postbox\r\n250 8BITMIME\r\n",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    read.read_line(&mut mail).await?;
                }
                kept.lock().unwrap().push(mail);
                b"250 kept\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        write.write_all(answer).await?;
    }
}
