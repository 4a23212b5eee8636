//! An HTTP server that misbehaves on demand: the path says how.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Starts it; it lives as long as the test's tokio runtime.
pub async fn start() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, address));
        }
    });
    address
}

/// Reads one request; `None` when the peer is gone.
async fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        let mut buffer = [0; 4_096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            // A handshake of TLS gets an answer that is none.
            Ok(_) if buffer[0] == 0x16 => {
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
                return None;
            }
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    };
    let mut body = bytes[end..].to_vec();
    if let Some(length) = header("content-length").and_then(|length| length.parse::<usize>().ok()) {
        while body.len() < length {
            let mut buffer = [0; 4_096];
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(read) => body.extend_from_slice(&buffer[..read]),
            }
        }
    } else if header("transfer-encoding").is_some() {
        while !body.ends_with(b"0\r\n\r\n") {
            let mut buffer = [0; 4_096];
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(read) => body.extend_from_slice(&buffer[..read]),
            }
        }
    }
    Some((head, String::from_utf8_lossy(&body).into_owned()))
}

async fn serve(mut stream: TcpStream, own: SocketAddr) {
    while let Some((head, body)) = request(&mut stream).await {
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let name = path.split('?').next().unwrap_or_default();
        let json = |text: String| {
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{text}", text.len())
        };
        let answer = match name {
            // What was asked, as JSON.
            "/echo" => json(serde_json::json!({"head": head, "body": body}).to_string()),
            "/cookies" => "HTTP/1.1 200 Fine\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\nX-Two: 1\r\nX-Two: 2\r\nContent-Length: 0\r\n\r\n".into(),
            "/500" => "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops".into(),
            "/404" => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".into(),
            "/loop" => "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n".into(),
            "/redirect" => "HTTP/1.1 302 Found\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n".into(),
            "/keep" => "HTTP/1.1 307 Temporary Redirect\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n".into(),
            "/elsewhere" => {
                format!("HTTP/1.1 302 Found\r\nLocation: http://localhost:{}/echo\r\nContent-Length: 0\r\n\r\n", own.port())
            }
            "/large" => json(format!("\"{}\"", "x".repeat(100_000))),
            "/rows" => json("[{\"a\": 1}, {\"a\": 2}]".into()),
            "/garbage" => "this is no HTTP\r\n\r\n".into(),
            "/half" => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").await;
                return;
            }
            // Lengths that contradict each other, or what follows.
            "/lengths" => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc".into(),
            "/negative" => "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc".into(),
            "/long" => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged".into(),
            "/head" => format!("HTTP/1.1 200 OK\r\nX: {}\r\nContent-Length: 0\r\n\r\n", "x".repeat(2_000_000)),
            "/endless" => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
                while stream.write_all(b"4\r\nabcd\r\n").await.is_ok() {}
                return;
            }
            "/chunks" => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nbroken").await;
                return;
            }
            "/slow" => {
                std::future::pending::<()>().await;
                return;
            }
            // Rows of which the first alone comes.
            "/first" => {
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[1, ";
                let _ = stream.write_all(head.as_bytes()).await;
                std::future::pending::<()>().await;
                return;
            }
            "/stall" => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").await;
                std::future::pending::<()>().await;
                return;
            }
            // Closes with unread bytes or without an answer, which the peer sees as a reset.
            _ => return,
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
