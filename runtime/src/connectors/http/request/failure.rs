//! Failures of an exchange as faults with the codes of flows part 3, section 4.

use std::error::Error;
use std::io::ErrorKind;

use super::config::chain;
use crate::message::Fault;

/// How far an exchange came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// There is no answer yet.
    Head,
    /// The head of the answer is there.
    Body,
}

/// The fault of the client's error.
pub fn fault(error: &reqwest::Error, stage: Stage) -> Fault {
    let text = chain(&WithoutUrl(error));
    if error.is_timeout() {
        return Fault::new("HTTP:TIMEOUT", text);
    }
    let mut cause = error.source();
    let mut code = if error.is_connect() { "HTTP:CONNECT" } else { "HTTP:PROTOCOL" };
    while let Some(own) = cause {
        // HTTP/2 hides the error of its stream; the refusal of a certificate shows in the text alone.
        if is_tls(own) || own.source().is_none() && own.to_string().contains("received fatal alert") {
            code = "HTTP:TLS";
            break;
        }
        if let Some(io) = own.downcast_ref::<std::io::Error>()
            && matches!(io.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted)
        {
            code = "HTTP:CONNECT";
        }
        if let Some(hyper) = own.downcast_ref::<hyper::Error>()
            && hyper.is_incomplete_message()
            && stage == Stage::Head
        {
            // Closed without an answer.
            code = "HTTP:CONNECT";
        }
        cause = own.source();
    }
    Fault::new(code, text)
}

/// Whether this is an error of TLS, maybe inside an input or output error, whose `source` would skip it.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut error = error;
    while let Some(inner) = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        error = inner;
    }
    error.is::<rustls::Error>()
}

/// An error whose text has no address in it: a query may hold business data.
#[derive(Debug)]
struct WithoutUrl<'a>(&'a reqwest::Error);

impl std::fmt::Display for WithoutUrl<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = if self.0.is_connect() {
            "cannot connect"
        } else if self.0.is_timeout() {
            "the exchange took too long"
        } else if self.0.is_body() || self.0.is_decode() {
            "the answer broke off"
        } else {
            "the exchange failed"
        };
        f.write_str(what)
    }
}

impl Error for WithoutUrl<'_> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
