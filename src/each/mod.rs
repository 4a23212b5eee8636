//! `dataway eval --each`: the program runs once per message of a payload that is read as a stream.
//!
//! Workers, one per processor, take turns: whose turn it is to read cuts off some messages and lets the next one read; who
//! has run the program on its messages waits until all earlier results are written. So results come in order and only a few
//! messages are in memory, however large the payload is.

mod progress;

use std::io::{BufReader, BufWriter, Read, Stdout, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use dataway_lang::mime::Format as Mime;
use dataway_lang::mime::stream::{Messages as Cutter, StreamError};
use dataway_lang::{Datum, Input, Outcome, Program, RunOptions};

use crate::diagnostics::Format;
use crate::output::{self, Style};
use crate::{FAILED, host, program, streams};
use progress::Progress;

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

/// What results look like and what a failure does.
#[derive(Clone, Copy)]
pub struct Manner {
    /// The form of results.
    pub style: Style,
    /// What a failed message does.
    pub on_error: OnError,
    /// The form of errors.
    pub format: Format,
}

/// Bytes of messages that a worker takes at a time.
const PORTION: usize = 256 * 1024;
/// Payloads up to this size are one worker's work: more would cost more than they save.
const SMALL: u64 = 256 * 1024;
/// Most workers.
const MOST_WORKERS: usize = 16;

/// Runs the program on every message; gives the exit code.
pub fn run(
    program: &Program,
    messages: &Messages<'_>,
    input: &Input,
    options: &RunOptions,
    manner: Manner,
) -> Result<u8, String> {
    let (source, total) = open(messages.file)?;
    let seen = Arc::new(AtomicU64::new(0));
    let reader = BufReader::with_capacity(1 << 16, Counted { source, seen: Arc::clone(&seen) });
    let Some(kind) = Mime::of(&messages.mime_type) else {
        return Err(format!(
            "--each: the MIME type `{}` is not supported; name another with --mime",
            messages.mime_type
        ));
    };
    if messages.path.is_some_and(|path| path.trim_matches('/').is_empty() || kind != Mime::Xml) {
        return Err("--path names the elements of an XML payload, for example orders/order".to_owned());
    }
    let cutter = Cutter::new(reader, kind, messages.path).map_err(|reason| format!("--each: {reason}"))?;
    let work = Work {
        program,
        messages,
        input,
        options,
        manner,
        kind,
        waits: total.is_none(),
        source: Mutex::new(Source { cutter, portions: 0, messages: 0, ended: false }),
        results: Mutex::new(Results {
            out: BufWriter::with_capacity(1 << 16, std::io::stdout()),
            turn: 0,
            done: 0,
            skipped: 0,
            code: None,
            progress: Progress::new(total, seen),
        }),
        next: Condvar::new(),
    };
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_WORKERS);
    if processors == 1 || total.is_some_and(|size| size <= SMALL) {
        work.run();
    } else {
        std::thread::scope(|scope| {
            for _ in 0..processors {
                scope.spawn(|| work.run());
            }
        });
    }
    Ok(work.finish())
}

/// What the workers share.
struct Work<'a> {
    program: &'a Program,
    messages: &'a Messages<'a>,
    input: &'a Input,
    options: &'a RunOptions,
    manner: Manner,
    kind: Mime,
    /// Whether messages may come one by one: then whoever sends them wants each result at once.
    waits: bool,
    source: Mutex<Source>,
    results: Mutex<Results>,
    /// A portion of results was written.
    next: Condvar,
}

/// The messages that nobody has taken.
struct Source {
    cutter: Cutter<BufReader<Counted>>,
    /// Portions taken.
    portions: u64,
    /// Messages taken.
    messages: u64,
    ended: bool,
}

impl Source {
    /// Whether another message is surely there, so that taking it needs no waiting.
    fn has_more(&self, kind: Mime) -> bool {
        kind == Mime::NdJson && self.cutter.source().buffer().contains(&b'\n')
    }
}

/// Where results go.
struct Results {
    out: BufWriter<Stdout>,
    /// Number of the portion whose turn it is.
    turn: u64,
    done: u64,
    skipped: u64,
    /// The exit code, once nothing more is to be written.
    code: Option<u8>,
    progress: Progress,
}

/// Some messages in a row.
struct Portion {
    number: u64,
    /// Number of the first message, from 1.
    first: u64,
    messages: Vec<Vec<u8>>,
    /// Why no message follows, if that is an error.
    error: Option<StreamError>,
}

/// A panic of another worker is reported by its run; what it leaves behind is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Work<'_> {
    /// Takes portions until there are none left.
    fn run(&self) {
        let mut input = self.input.clone();
        while let Some(portion) = self.take() {
            let mut outcomes = Vec::with_capacity(portion.messages.len());
            for (message, number) in portion.messages.into_iter().zip(portion.first..) {
                input.payload = datum(message, self.kind, self.messages);
                input.id = format!("msg-{number}");
                let style = self.manner.style;
                let outcome =
                    self.program.run(&input, self.options, |cx, value| output::bytes(cx, value, style, false));
                let stops = outcome.result.is_err() && self.manner.on_error == OnError::Stop;
                outcomes.push(outcome);
                if stops {
                    break;
                }
            }
            let mut results = lock(&self.results);
            while results.turn != portion.number {
                results = self.next.wait(results).unwrap_or_else(PoisonError::into_inner);
            }
            results.put(outcomes, self.manner, self.waits);
            if let (None, Some(reason)) = (results.code, portion.error) {
                results.fail(&reason);
            }
            if let (Some(code), true) = (results.code, self.waits) {
                // Another worker may be waiting for input that never comes.
                std::process::exit(i32::from(code));
            }
            results.turn += 1;
            self.next.notify_all();
        }
    }

    fn take(&self) -> Option<Portion> {
        let mut source = lock(&self.source);
        if source.ended || lock(&self.results).code.is_some() {
            return None;
        }
        let mut portion =
            Portion { number: source.portions, first: source.messages + 1, messages: Vec::new(), error: None };
        let mut size = 0;
        while size < PORTION {
            match source.cutter.next_message() {
                Ok(Some(message)) => {
                    size += message.len() + 1;
                    portion.messages.push(message);
                    if self.waits && !source.has_more(self.kind) {
                        break;
                    }
                }
                ended => {
                    source.ended = true;
                    portion.error = ended.err();
                    break;
                }
            }
        }
        source.portions += 1;
        source.messages += portion.messages.len() as u64;
        Some(portion)
    }

    /// What is said at the end; gives the exit code.
    fn finish(self) -> u8 {
        let mut results = self.results.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(code) = results.code {
            return code;
        }
        let flushed = results.out.flush();
        results.progress.finish();
        let (done, skipped) = (results.done, results.skipped);
        if let (0, Some(path)) = (done + skipped, self.messages.path) {
            streams::say(format_args!("note: the payload has no element at {path}\n"));
        }
        if skipped > 0 {
            streams::say(format_args!("{skipped} of {} messages failed and were skipped\n", done + skipped));
            return FAILED;
        }
        streams::finish(flushed)
    }
}

impl Results {
    /// Writes the results of a portion.
    fn put(&mut self, outcomes: Vec<Outcome<Vec<u8>>>, manner: Manner, immediate: bool) {
        for Outcome { result, log } in outcomes {
            if self.code.is_some() {
                return;
            }
            let written = match result {
                Ok(bytes) => {
                    if !log.is_empty() {
                        streams::say(&log);
                    }
                    self.done += 1;
                    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
                    let written = self.out.write_all(line).and_then(|()| self.out.write_all(b"\n"));
                    if immediate { written.and_then(|()| self.out.flush()) } else { written }
                }
                Err(report) => {
                    let flushed = self.out.flush();
                    if flushed.is_ok() {
                        let number = self.done + self.skipped + 1;
                        let code = program::failed(&report, &log, Some(number), manner.format);
                        self.skipped += 1;
                        if manner.on_error == OnError::Stop {
                            self.code = Some(code);
                        }
                    }
                    flushed
                }
            };
            if written.is_err() {
                // The reader went away: nobody wants more results.
                self.code = Some(0);
            }
            self.progress.show(self.done + self.skipped);
        }
    }

    /// The payload ends in an error.
    fn fail(&mut self, reason: &StreamError) {
        let flushed = self.out.flush();
        streams::say(format_args!("error: message {}: {reason}\n", self.done + self.skipped + 1));
        self.code = Some(if flushed.is_ok() { FAILED } else { 0 });
    }
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
fn open(path: &Path) -> Result<(Box<dyn Read + Send>, Option<u64>), String> {
    if path.as_os_str() == "-" {
        return Ok((Box::new(std::io::stdin()), None));
    }
    let file =
        std::fs::File::open(path).map_err(|e| format!("cannot read {}: {}", path.display(), host::reason(&e)))?;
    let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len());
    Ok((Box::new(file), size))
}

/// Counts the bytes read, for the progress bar.
struct Counted {
    source: Box<dyn Read + Send>,
    seen: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.seen.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
