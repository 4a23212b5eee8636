//! `dataway eval --each`: the program runs once per message of a payload that is read as a stream.

use std::io::{BufReader, BufWriter, IsTerminal, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use dataway_lang::mime::Format as Mime;
use dataway_lang::mime::stream::Messages as Cutter;
use dataway_lang::{Datum, Input, Program, RunOptions};

use crate::diagnostics::Format;
use crate::output::{self, Style};
use crate::{FAILED, host, program, streams};

/// What a failed message does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OnError {
    /// End with exit code 1
    Stop,
    /// Go on with the next message; the count of skipped ones is reported at the end
    Skip,
}

/// Where the messages come from.
pub struct Messages<'a> {
    /// A file, or `-`.
    pub file: &'a Path,
    /// MIME type of the whole payload.
    pub mime_type: String,
    /// Text encoding of the payload.
    pub encoding: &'a str,
    /// Path of the elements in XML.
    pub path: Option<&'a str>,
    /// Whether the script gets plain values.
    pub decode: bool,
}

/// Runs the program on every message; gives the exit code.
pub fn run(
    program: &Program,
    messages: &Messages<'_>,
    input: &Input,
    options: &RunOptions,
    style: Style,
    on_error: OnError,
    format: Format,
) -> Result<u8, String> {
    let (source, total) = open(messages.file)?;
    let mut progress = Progress::new(total);
    let reader = BufReader::with_capacity(1 << 16, Counted { source, seen: 0 });
    let Some(kind) = Mime::of(&messages.mime_type) else {
        return Err(format!(
            "--each: the MIME type `{}` is not supported; name another with --mime",
            messages.mime_type
        ));
    };
    if messages.path.is_some_and(|path| path.trim_matches('/').is_empty() || kind != Mime::Xml) {
        return Err("--path names the elements of an XML payload, for example orders/order".to_owned());
    }
    // Whoever pipes messages in one by one wants each result at once.
    let immediate = total.is_none();
    let mut items = Cutter::new(reader, kind, messages.path).map_err(|reason| format!("--each: {reason}"))?;
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let (mut done, mut skipped) = (0u64, 0u64);
    let mut input = input.clone();
    loop {
        let item = match items.next_message() {
            Ok(None) => break,
            Ok(Some(item)) => item,
            Err(reason) => {
                let flushed = out.flush();
                streams::say(format_args!("error: message {}: {reason}\n", done + skipped + 1));
                return Ok(if flushed.is_ok() { FAILED } else { 0 });
            }
        };
        input.payload = datum(item, kind, messages);
        input.id = format!("msg-{}", done + skipped + 1);
        let outcome = program.run(&input, options, |cx, value| output::bytes(cx, &value, style, false));
        match outcome.result {
            Ok(bytes) => {
                streams::say(&outcome.log);
                let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
                if out.write_all(line).and_then(|()| out.write_all(b"\n")).is_err() {
                    // The reader went away: nobody wants more results.
                    return Ok(0);
                }
                if immediate && out.flush().is_err() {
                    return Ok(0);
                }
                done += 1;
            }
            Err(report) => {
                if out.flush().is_err() {
                    return Ok(0);
                }
                let code = program::failed(&report, &outcome.log, Some(done + skipped + 1), format);
                if on_error == OnError::Stop {
                    return Ok(code);
                }
                skipped += 1;
            }
        }
        progress.show(done + skipped);
    }
    let flushed = out.flush();
    progress.finish();
    if let (0, Some(path)) = (done + skipped, messages.path) {
        streams::say(format_args!("note: the payload has no element at {path}\n"));
    }
    if skipped > 0 {
        streams::say(format_args!("{skipped} of {} messages failed and were skipped\n", done + skipped));
        return Ok(FAILED);
    }
    Ok(streams::finish(flushed))
}

/// One message as the payload of a run: a CSV record as its row, anything else as a small document of its own.
pub fn datum(item: Vec<u8>, kind: Mime, messages: &Messages<'_>) -> Datum {
    let encoding = messages.encoding.to_owned();
    let mime_type = match kind {
        Mime::Json | Mime::NdJson => "application/json".to_owned(),
        _ => messages.mime_type.clone(),
    };
    let bytes = item.into();
    match kind {
        Mime::Csv => Datum::Row { bytes, mime_type, encoding },
        _ if messages.decode => Datum::Decoded { bytes, mime_type, encoding },
        _ => Datum::Entity { bytes, mime_type, encoding },
    }
}

/// The payload as a stream, and its size if it is known.
fn open(path: &Path) -> Result<(Box<dyn Read>, Option<u64>), String> {
    if path.as_os_str() == "-" {
        return Ok((Box::new(std::io::stdin()), None));
    }
    let file =
        std::fs::File::open(path).map_err(|e| format!("cannot read {}: {}", path.display(), host::reason(&e)))?;
    let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len());
    Ok((Box::new(file), size))
}

thread_local! {
    static SEEN: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Counts the bytes read, for the progress bar.
struct Counted {
    source: Box<dyn Read>,
    seen: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.seen += count as u64;
        SEEN.set(self.seen);
        Ok(count)
    }
}

/// A progress line on a terminal, refreshed a few times a second.
struct Progress {
    total: Option<u64>,
    begun: Instant,
    shown: Option<Instant>,
    visible: bool,
}

const REFRESH: Duration = Duration::from_millis(200);
const BAR: usize = 30;

impl Progress {
    fn new(total: Option<u64>) -> Progress {
        let visible = std::io::stderr().is_terminal();
        Progress { total, begun: Instant::now(), shown: None, visible }
    }

    fn show(&mut self, messages: u64) {
        if !self.visible || self.shown.is_some_and(|at| at.elapsed() < REFRESH) {
            return;
        }
        self.shown = Some(Instant::now());
        let seen = SEEN.get();
        let bar = self.total.filter(|t| *t > 0).map_or_else(String::new, |total| {
            let filled = ((seen.min(total) * BAR as u64) / total) as usize;
            format!("[{}{}] {:3} %  ", "#".repeat(filled), "-".repeat(BAR - filled), seen.min(total) * 100 / total)
        });
        let seconds = self.begun.elapsed().as_secs_f64().max(0.001);
        streams::say(format_args!("\r{bar}{messages} messages, {:.0} a second\x1b[K", messages as f64 / seconds));
    }

    fn finish(&self) {
        if self.shown.is_some() {
            streams::say("\r\x1b[K");
        }
    }
}
