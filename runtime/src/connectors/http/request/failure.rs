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

/// The fault of the client's error: the first of its causes that says more than that something failed decides the code.
pub fn fault(error: &reqwest::Error, stage: Stage) -> Fault {
    let text = chain(&WithoutUrl(error));
    if error.is_timeout() {
        return Fault::new("HTTP:TIMEOUT", text);
    }
    let mut code = if error.is_connect() { "HTTP:CONNECT" } else { "HTTP:PROTOCOL" };
    let mut cause = error.source();
    while let Some(own) = cause {
        // HTTP/2 hides the error of its stream; the refusal of a certificate shows in the text alone.
        if is_tls(own) || own.source().is_none() && own.to_string().contains("received fatal alert") {
            code = "HTTP:TLS";
            break;
        }
        if is_lost(own, stage) {
            code = "HTTP:CONNECT";
        }
        cause = own.source();
    }
    Fault::new(code, text)
}

/// Whether this says that the connection went away, rather than that something wrong came over it. With TLS 1.3 and with
/// HTTP/2 a peer may have closed it before the request was sent, for a reason that never arrives.
fn is_lost(error: &(dyn Error + 'static), stage: Stage) -> bool {
    if let Some(io) = error.downcast_ref::<std::io::Error>() {
        return match io.kind() {
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected => true,
            // Closed without an answer. In the middle of one, what came is wrong.
            ErrorKind::UnexpectedEof => stage == Stage::Head,
            _ => false,
        };
    }
    if stage != Stage::Head {
        return false;
    }
    if let Some(http2) = error.downcast_ref::<h2::Error>() {
        let polite = matches!(http2.reason(), Some(h2::Reason::NO_ERROR | h2::Reason::REFUSED_STREAM));
        return polite && http2.is_remote();
    }
    let hyper = error.downcast_ref::<hyper::Error>();
    hyper.is_some_and(|hyper| hyper.is_incomplete_message() || hyper.is_canceled() || hyper.is_closed())
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

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_connection_that_went_away_is_no_wrong_answer() {
        for (kind, head, body) in [
            (ErrorKind::ConnectionReset, true, true),
            (ErrorKind::BrokenPipe, true, true),
            (ErrorKind::NotConnected, true, true),
            (ErrorKind::UnexpectedEof, true, false),
            (ErrorKind::InvalidData, false, false),
        ] {
            let error = io::Error::from(kind);
            assert_eq!((is_lost(&error, Stage::Head), is_lost(&error, Stage::Body)), (head, body), "{kind}");
        }
        let own = h2::Error::from(h2::Reason::NO_ERROR);
        assert!(!is_lost(&own, Stage::Head), "only what the peer says");
    }

    #[test]
    fn the_error_of_tls_is_found_inside_others() {
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::CertificateRequired);
        let inside = io::Error::other(io::Error::new(ErrorKind::InvalidData, alert));
        assert!(is_tls(&inside) && !is_tls(&io::Error::other("text")));
    }
}
