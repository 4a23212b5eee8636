//! Who may ask the admin API (part 4, section 6).
//!
//! On a loopback address any process of the machine may ask, but no page in a browser: a page reaches it only under a foreign
//! `Host` (a name that was bound to 127.0.0.1) or with a foreign origin, and both are refused. Everywhere else, and
//! wherever a token is set, the token is asked for.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Context;
use super::answer::Problem;
use crate::connectors::http::guard::same_bytes;
use crate::connectors::http::listener::site::host;
use crate::params::Secret;

/// Lets a request through, or refuses it.
pub async fn check(State(context): State<Arc<Context>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let forbidden = |reason| Problem::new(StatusCode::FORBIDDEN, "ADMIN:FORBIDDEN", reason).into_response();
    if context.loopback && !names_loopback(&parts) {
        return forbidden("the header Host must be a loopback name or address");
    }
    if is_cross_origin(&parts) {
        return forbidden("requests of other origins are refused");
    }
    if !is_authorised(&parts, context.token.as_ref(), context.loopback) {
        let problem = Problem::new(StatusCode::UNAUTHORIZED, "ADMIN:UNAUTHORIZED", "send the admin token as Bearer");
        let mut response = problem.into_response();
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return response;
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Whether the request was sent to a loopback name or address.
fn names_loopback(parts: &Parts) -> bool {
    let Some(host) = host(parts) else { return false };
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Whether a browser says that a page of another origin sends this.
fn is_cross_origin(parts: &Parts) -> bool {
    let header = |name: &str| parts.headers.get(name).map(HeaderValue::as_bytes);
    let own = header(HOST.as_str()).unwrap_or_default();
    let foreign = header(ORIGIN.as_str())
        .is_some_and(|origin| origin.strip_prefix(b"http://").is_none_or(|origin| !origin.eq_ignore_ascii_case(own)));
    let site = header("sec-fetch-site");
    foreign || site.is_some_and(|site| site != b"same-origin" && site != b"none")
}

/// Whether the token came along, where one is asked for.
fn is_authorised(parts: &Parts, token: Option<&Secret>, loopback: bool) -> bool {
    // Checked when the app was read: without a token the address is a loopback one.
    let Some(token) = token else { return loopback };
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = match header.split_once(' ') {
        Some((scheme, given)) if scheme.eq_ignore_ascii_case("bearer") => given.trim(),
        _ => "",
    };
    same_bytes(given.as_bytes(), token.expose().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let request = headers.iter().fold(Request::builder(), |builder, (name, value)| builder.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn only_loopback_names() {
        for (name, loopback) in [
            ("localhost", true),
            ("LocalHost:8090", true),
            ("127.0.0.1:8090", true),
            ("127.9.9.9", true),
            ("[::1]:8090", true),
            ("localhost.example:8090", false),
            ("10.0.0.1", false),
            ("", false),
        ] {
            assert_eq!(names_loopback(&parts(&[("host", name)])), loopback, "{name}");
        }
        assert!(!names_loopback(&parts(&[])));
    }

    #[test]
    fn no_other_origin() {
        for (headers, foreign) in [
            (&[][..], false),
            (&[("origin", "http://localhost:8090")], false),
            (&[("origin", "http://localhost:9999")], true),
            (&[("origin", "https://localhost:8090")], true),
            (&[("origin", "null")], true),
            (&[("sec-fetch-site", "same-origin")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "cross-site")], true),
        ] {
            let all = [&[("host", "localhost:8090")], headers].concat();
            assert_eq!(is_cross_origin(&parts(&all)), foreign, "{headers:?}");
        }
    }

    #[test]
    fn tokens() {
        let token = Secret::new("open sesame");
        for (headers, authorised) in [
            (&[("authorization", "Bearer open sesame")][..], true),
            (&[("authorization", "bearer open sesame")], true),
            (&[("authorization", "Bearer open sesam")], false),
            (&[("authorization", "Basic open sesame")], false),
            (&[], false),
        ] {
            assert_eq!(is_authorised(&parts(headers), Some(&token), true), authorised, "{headers:?}");
        }
        assert!(is_authorised(&parts(&[]), None, true) && !is_authorised(&parts(&[]), None, false));
    }
}
