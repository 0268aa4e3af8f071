//! A small HTTP/1.1 client: requests are rendered beforehand, and reading an answer costs the generator little.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::form_urlencoded::Serializer;

use super::load::now;

/// What came back for one request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// From the first byte written to the last byte read.
    pub(crate) latency: Duration,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn json(&self) -> Result<serde_json::Value, String> {
        serde_json::from_slice(&self.body)
            .map_err(|error| format!("an answer is no JSON: {error}: {}", self.text()))
    }

    /// One string member of the JSON body.
    ///
    /// # Errors
    /// There is none of that name.
    pub(crate) fn member(&self, name: &str) -> Result<String, String> {
        let json = self.json()?;
        let text = json.get(name).and_then(serde_json::Value::as_str);
        text.map(str::to_owned)
            .ok_or_else(|| format!("an answer has no {name}: {}", self.text()))
    }

    /// Status and body, for messages.
    pub(crate) fn text(&self) -> String {
        format!("{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

/// One keep-alive connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address)
            .await
            .map_err(|error| format!("{address}: {error}"))?;
        stream
            .set_nodelay(true)
            .map_err(|error| format!("{address}: {error}"))?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        })
    }

    /// Sends one rendered request and reads its answer.
    ///
    /// # Errors
    /// The connection ends, or the answer is framed in another way than by `Content-Length`.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer, String> {
        let before = now();
        self.stream
            .write_all(request)
            .await
            .map_err(|error| format!("writing a request: {error}"))?;
        self.buffer.clear();
        let (status, head, whole) = loop {
            self.more().await?;
            if let Some(framed) = frame(&self.buffer)? {
                break framed;
            }
        };
        while self.buffer.len() < whole {
            self.more().await?;
        }
        let latency = now().duration_since(before);
        let body = self.buffer.get(head..whole).unwrap_or_default().to_vec();
        Ok(Answer {
            status,
            body,
            latency,
        })
    }

    async fn more(&mut self) -> Result<(), String> {
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(0) => Err("the server closed the connection before its answer".to_owned()),
            Ok(_) => Ok(()),
            Err(error) => Err(format!("reading an answer: {error}")),
        }
    }
}

/// Status, length of the head, and length of the whole answer; `None` while the head is not complete.
fn frame(buffer: &[u8]) -> Result<Option<(u16, usize, usize)>, String> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response
        .parse(buffer)
        .map_err(|error| format!("an answer is not HTTP/1.1: {error}"))?;
    let httparse::Status::Complete(head) = parsed else {
        return Ok(None);
    };
    let length = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|header| {
        std::str::from_utf8(header.value)
            .ok()?
            .trim()
            .parse::<usize>()
            .ok()
    });
    let length = length.ok_or("an answer has no Content-Length; the generator reads no other framing")?;
    Ok(Some((response.code.unwrap_or_default(), head, head + length)))
}

/// Renders a GET.
pub(crate) fn get(path: &str, bearer: Option<&str>) -> Vec<u8> {
    let bearer = bearer
        .map(|token| format!("authorization: Bearer {token}\r\n"))
        .unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n{bearer}\r\n").into_bytes()
}

/// Renders a POST of a form.
pub(crate) fn form(path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    post(path, "application/x-www-form-urlencoded", None, &body)
}

/// Renders a POST of JSON.
pub(crate) fn json(
    path: &str,
    bearer: Option<&str>,
    body: &impl serde::Serialize,
) -> Result<Vec<u8>, String> {
    let body =
        serde_json::to_string(body).map_err(|error| format!("a request cannot be written: {error}"))?;
    Ok(post(path, "application/json", bearer, &body))
}

fn post(path: &str, content_type: &str, bearer: Option<&str>, body: &str) -> Vec<u8> {
    let bearer = bearer
        .map(|token| format!("authorization: Bearer {token}\r\n"))
        .unwrap_or_default();
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\ncontent-type: {content_type}\r\n\
         content-length: {length}\r\n{bearer}\r\n{body}"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_framed_by_its_content_length() {
        assert_eq!(frame(b"HTTP/1.1 200 OK\r\nContent-Le"), Ok(None));
        let whole = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(frame(whole), Ok(Some((400, whole.len() - 2, whole.len()))));
        assert!(frame(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").is_err());
    }
}
