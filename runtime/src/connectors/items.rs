//! Large inputs as streams of items in constant memory: JSON arrays, CSV rows, lines (flows part 3, sections 2.2 and 6).

use std::io::{self, BufRead, Read};

use bytes::{Buf, Bytes};
use dataway_lang::Document;
use dataway_lang::document::{Source, Stream};
use dataway_lang::mime::Format;
use dataway_lang::mime::stream::Messages;
use tokio::sync::mpsc;

use crate::engine::apart::{apart, receive};
use crate::message::Fault;

/// Whether content of a type can be read item by item.
#[must_use]
pub fn can_stream(mime_type: &str, encoding: &str) -> bool {
    let utf8 = encoding.eq_ignore_ascii_case("utf-8") || encoding.eq_ignore_ascii_case("utf8");
    let format = Format::of(mime_type);
    utf8 && matches!(format, Some(Format::Json | Format::NdJson | Format::Csv | Format::Text))
}

/// The items of an input as a payload. The input is read when somebody reads the payload.
///
/// # Errors
/// The type is not one of [`can_stream`].
pub fn stream(input: impl BufRead + Send + 'static, mime_type: &str) -> Result<Document, String> {
    let refused = || format!("content of type {mime_type} cannot be streamed: use mode repeatable");
    let format = Format::of(mime_type).ok_or_else(refused)?;
    Ok(Stream::document(Box::new(Items::Unread(Box::new(input), format, mime_type.to_owned()))))
}

/// A payload with all its items, if it is produced while it is read: whoever reads it must do so while the app is up.
///
/// # Errors
/// That of the source, or that the payload was consumed.
pub async fn settled(payload: Document) -> Result<Document, Fault> {
    match payload {
        Document::Stream(stream) => apart(move |_| stream.list().map_err(|why| Fault::new("CORE:RUNTIME", why))).await,
        other => Ok(other),
    }
}

/// The items of an input.
enum Items {
    /// Nothing was read: even the first byte may have to be waited for.
    Unread(Box<dyn BufRead + Send>, Format, String),
    Reading(Messages<Box<dyn BufRead + Send>>, Format, String),
    Done,
}

impl Source for Items {
    fn next(&mut self) -> Result<Option<Document>, String> {
        if let Items::Unread(..) = self
            && let Items::Unread(input, format, mime_type) = std::mem::replace(self, Items::Done)
        {
            let messages = Messages::new(input, format, None).map_err(|error| error.to_string())?;
            *self = Items::Reading(messages, format, mime_type);
        }
        let Items::Reading(messages, format, mime_type) = self else { return Ok(None) };
        let Some(bytes) = messages.next_message().map_err(|error| error.to_string())? else {
            *self = Items::Done;
            return Ok(None);
        };
        let entity = |mime_type: &str| Document::entity(bytes, mime_type, "utf-8").entity_value();
        match format {
            Format::Csv => entity(mime_type).map(|rows| Some(rows.at(0).cloned().unwrap_or_default())),
            Format::Text => entity("text/plain").map(Some),
            _ => entity("application/json").map(Some),
        }
    }
}

/// A body that arrives in pieces, as something that can be read where blocking is allowed.
#[derive(Debug)]
pub struct Pieces {
    receiver: mpsc::Receiver<io::Result<Bytes>>,
    piece: Bytes,
}

impl Pieces {
    /// The reader of a channel of pieces. Its capacity bounds what is held in memory.
    #[must_use]
    pub fn new(receiver: mpsc::Receiver<io::Result<Bytes>>) -> Pieces {
        Pieces { receiver, piece: Bytes::new() }
    }
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.piece.is_empty() {
            match receive(&mut self.receiver).map_err(io::Error::other)? {
                Some(piece) => self.piece = piece?,
                None => break,
            }
        }
        Ok(&self.piece)
    }

    fn consume(&mut self, amount: usize) {
        self.piece.advance(amount.min(self.piece.len()));
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let read = available.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use dataway_lang::document::stream::Taken;

    fn items(pieces: &[&'static str], mime_type: &str) -> Result<Vec<Document>, String> {
        let (sender, receiver) = mpsc::channel(100);
        for piece in pieces {
            sender.blocking_send(Ok(Bytes::from_static(piece.as_bytes()))).unwrap();
        }
        drop(sender);
        let payload = stream(Pieces::new(receiver), mime_type)?;
        let Document::Stream(own) = &payload else { panic!() };
        let Taken::Source(mut source) = own.take() else { panic!() };
        std::iter::from_fn(|| source.next().transpose()).collect()
    }

    #[test]
    fn formats() {
        let json = items(&["[{\"a\"", ": 1}, ", "2]"], "application/json").unwrap();
        assert!(json == [Document::dict([("a", 1_i64.into())]), 2_i64.into()]);
        let csv = items(&["a,b\n1,", "2\n\"x\ny\",4\n"], "text/csv").unwrap();
        assert!(
            csv == [
                Document::dict([("a", "1".into()), ("b", "2".into())]),
                Document::dict([("a", "x\ny".into()), ("b", "4".into())])
            ]
        );
        assert!(items(&["one\ntwo"], "text/plain").unwrap() == ["one".into(), "two".into()]);
        assert!(items(&["[1, 2"], "application/json").is_err());
        assert!(items(&["x"], "image/png").unwrap_err().contains("image/png"));
    }
}
