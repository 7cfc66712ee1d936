//! An HTTP server that nobody should ever ask: it counts who does. Hostile mail points at it.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The counting server. Two paths are not counted: `/seen` tells the paths that were asked for so far, one a line, and
/// `/careless` is the page of [`Canary::serve`], for showing what happens to somebody who opens it without care.
pub struct Canary {
    port: u16,
    shared: Arc<Mutex<Shared>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    paths: Vec<String>,
    careless: String,
}

impl Canary {
    /// Starts it on 127.0.0.1, on a port the system chooses.
    ///
    /// # Errors
    /// Where there is no port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Mutex::new(Shared::default()));
        let seen = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, seen.clone()));
            }
        });
        Ok(Self { port, shared, task })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it was asked for.
    pub fn seen(&self) -> Vec<String> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).paths.clone()
    }

    /// Puts a page at `/careless`.
    pub fn serve(&self, html: String) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).careless = html;
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Takes one request. A connection without a request line counts too, as an empty path: somebody came.
async fn answer(mut stream: TcpStream, shared: Arc<Mutex<Shared>>) {
    let mut head = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), async {
        let mut piece = [0; 1024];
        while !head.windows(4).any(|w| w == b"\r\n\r\n") && head.len() < 16 * 1024 {
            match stream.read(&mut piece).await {
                Ok(0) | Err(_) => break,
                Ok(count) => head.extend_from_slice(&piece[..count]),
            }
        }
    });
    // Whatever came within the time is judged.
    let _ = read.await;
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let (kind, body) = {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        match path.as_str() {
            "/seen" => ("text/plain", shared.paths.iter().map(|path| format!("{path}\n")).collect()),
            "/careless" => ("text/html; charset=utf-8", shared.careless.clone()),
            _ => {
                shared.paths.push(path);
                ("text/plain", String::from("seen\n"))
            }
        }
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nAccess-Control-Allow-Origin: *\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    // The asker may be gone; it has been counted.
    let _ = stream.write_all((head + &body).as_bytes()).await;
}
