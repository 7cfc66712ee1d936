//! POP3 on a stream: lines go to the session, and replies and messages come back.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use super::{BUFFER, IDLE, Protocol, push_line, send};
use crate::lines::{CHUNK, Stuffer, top};
use crate::office::Office;
use crate::pop3::{Reply, Session};

impl Protocol for Session {
    const CROWDED: &'static str = "-ERR [SYS/TEMP] Too many connections; try again in a minute";

    fn begin(office: Arc<Office>, secure: bool) -> Self {
        Self::new(office, secure)
    }

    fn greeting(&self) -> String {
        Self::greeting(self).into()
    }

    fn secured(&mut self) {
        Self::secured(self);
    }

    async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send>(&mut self, stream: S) -> io::Result<Option<S>> {
        converse(stream, self).await
    }
}

/// Talks until QUIT or the end of input.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: S, session: &mut Session) -> io::Result<Option<S>> {
    let mut stream = BufReader::with_capacity(BUFFER, stream);
    let (mut line, mut out) = (Vec::new(), Vec::new());
    loop {
        // Replies to pipelined commands leave together (RFC 2449, section 6.8).
        if !stream.buffer().contains(&b'\n') {
            send(&mut stream, &mut out).await?;
        }
        let reply = match timeout(IDLE, read_line(&mut stream, &mut line, session.line_limit())).await?? {
            Line::End => return Ok(None),
            Line::TooLong => Reply::Close("-ERR This line is too long".into()),
            Line::Read => match std::str::from_utf8(&line) {
                Ok(text) => session.line(text),
                Err(_) => Reply::Line("-ERR This is not UTF-8".into()),
            },
        };
        match reply {
            Reply::Line(text) => push_line(&mut out, &text),
            Reply::List(status, lines) => {
                push_line(&mut out, &status);
                lines.iter().for_each(|text| push_line(&mut out, text));
                push_line(&mut out, ".");
            }
            Reply::Message { status, index, lines } => {
                push_line(&mut out, &status);
                let whole = session.message(index);
                let mut stuffer = Stuffer::new(lines.map_or(whole, |lines| top(whole, lines)));
                let mut chunk = Vec::with_capacity(CHUNK);
                while stuffer.fill(&mut chunk) {
                    out.extend_from_slice(&chunk);
                    if out.len() >= CHUNK {
                        send(&mut stream, &mut out).await?;
                    }
                }
            }
            Reply::StartTls(text) => {
                push_line(&mut out, &text);
                send(&mut stream, &mut out).await?;
                // Drops what was sent behind STLS: it came in clear text, from whomever.
                return Ok(Some(stream.into_inner()));
            }
            Reply::Close(text) => {
                push_line(&mut out, &text);
                send(&mut stream, &mut out).await?;
                stream.get_mut().shutdown().await?;
                return Ok(None);
            }
        }
        if out.len() >= CHUNK {
            send(&mut stream, &mut out).await?;
        }
    }
}

enum Line {
    Read,
    TooLong,
    End,
}

/// Reads a line into `line`, without its line end, and never more than `limit` octets of it.
async fn read_line<S: AsyncRead + Unpin>(
    stream: &mut BufReader<S>,
    line: &mut Vec<u8>,
    limit: usize,
) -> io::Result<Line> {
    line.clear();
    loop {
        let have = stream.fill_buf().await?;
        if have.is_empty() {
            return Ok(Line::End);
        }
        let end = have.iter().position(|&b| b == b'\n');
        let take = end.map_or(have.len(), |at| at + 1);
        if line.len() + take > limit {
            return Ok(Line::TooLong);
        }
        line.extend_from_slice(&have[..take]);
        stream.consume(take);
        if end.is_some() {
            line.pop();
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            return Ok(Line::Read);
        }
    }
}
