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
        if own.is::<rustls::Error>() {
            code = "HTTP:TLS";
            break;
        }
        if let Some(io) = own.downcast_ref::<std::io::Error>() {
            if io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
                code = "HTTP:TLS";
                break;
            }
            if matches!(io.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted) {
                code = "HTTP:CONNECT";
            }
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
