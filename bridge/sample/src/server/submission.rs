//! Submission on a stream: octets go to the session, and answers come back.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use super::{BUFFER, IDLE, Protocol, push_line, send};
use crate::office::Office;
use crate::submission::{Session, Then};

impl Protocol for Session {
    const CROWDED: &'static str = "421 4.3.2 Too many connections; try again in a minute";

    fn begin(office: Arc<Office>, secure: bool) -> Self {
        Self::new(office, secure)
    }

    fn greeting(&self) -> String {
        Self::greeting(self)
    }

    fn secured(&mut self) {
        Self::secured(self);
    }

    async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send>(&mut self, stream: S) -> io::Result<Option<S>> {
        let mut stream = BufReader::with_capacity(BUFFER, stream);
        let mut out = Vec::new();
        loop {
            // Replies to pipelined commands leave together (RFC 2920, section 3.2).
            if stream.buffer().is_empty() || out.len() >= BUFFER {
                send(&mut stream, &mut out).await?;
            }
            let (used, answer) = match timeout(IDLE, stream.fill_buf()).await {
                Ok(octets) => match octets? {
                    [] => return Ok(None),
                    octets => self.take(octets),
                },
                Err(_) => {
                    push_line(&mut out, self.farewell());
                    send(&mut stream, &mut out).await?;
                    stream.get_mut().shutdown().await?;
                    return Ok(None);
                }
            };
            stream.consume(used);
            let Some(answer) = answer else { continue };
            push_line(&mut out, &answer.text);
            match answer.then {
                Then::GoOn => {}
                Then::StartTls => {
                    send(&mut stream, &mut out).await?;
                    // Drops what was sent behind STARTTLS: it came in clear text, from whomever.
                    return Ok(Some(stream.into_inner()));
                }
                Then::Close => {
                    send(&mut stream, &mut out).await?;
                    stream.get_mut().shutdown().await?;
                    return Ok(None);
                }
            }
        }
    }
}
