//! The sites of a listening address and which endpoint a request belongs to (flows part 3, sections 2.1 and 2.3).
//!
//! A site is what one configuration offers. Several may share an address; a request belongs to the site that names its
//! host (before those that take any), then to the one with the longest base path, and never to two.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{AUTHORIZATION, HOST, HeaderName};
use hyper::http::request::Parts;
use hyper::{StatusCode, body::Incoming};

use super::super::guard::{self, AddressList, Credentials};
use super::super::path::{self, Pattern};
use super::answer::{Answer, Refusal};
use super::budget::Reserved;

/// What one configuration offers at an address.
#[derive(Clone)]
pub struct Site {
    /// Host names in lower case; empty: any.
    pub hosts: Vec<String>,
    /// A literal pattern.
    pub base: Pattern,
    /// Who may call; `None`: everybody.
    pub allow: Option<AddressList>,
    /// Whose `X-Forwarded-For` counts.
    pub trusted_proxies: AddressList,
    /// Who may call with basic authentication; empty: off.
    pub users: Vec<Credentials>,
    /// The status for missing or wrong authentication.
    pub auth_fail_status: StatusCode,
    /// Bytes of a body.
    pub max_body: usize,
    /// To receive a request completely.
    pub request_timeout: Duration,
    /// The listeners, in load order.
    pub routes: Vec<Route>,
}

/// One listener of a site.
#[derive(Clone)]
pub struct Route {
    /// Which paths.
    pub pattern: Pattern,
    /// Which methods; empty: all.
    pub methods: Vec<String>,
    /// Whether the body is handed on as it comes.
    pub streams: bool,
    /// Who answers.
    pub endpoint: Arc<dyn Endpoint>,
}

/// The body of a request.
pub enum RequestBody {
    /// All of it, and its share of the memory for bodies.
    Whole(Bytes, Reserved),
    /// As it comes.
    Stream(Incoming),
}

/// A request that passed all checks.
pub struct Received {
    /// Method, address, headers.
    pub parts: Parts,
    /// Body.
    pub body: RequestBody,
    /// The client.
    pub client: SocketAddr,
    /// The path as sent, without base path and query.
    pub path: String,
    /// The decoded values of the pattern's variables.
    pub variables: Vec<(String, String)>,
}

/// Who answers the requests of a route.
pub trait Endpoint: Send + Sync {
    /// Answers a request. The future is run to its end even if the client goes away.
    fn answer(self: Arc<Self>, request: Received) -> Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send>>;
}

/// Where a request goes.
pub struct Target<'a> {
    /// The site.
    pub site: &'a Site,
    /// The listener.
    pub route: &'a Route,
    /// The client.
    pub client: SocketAddr,
    /// The path as sent, without base path and query.
    pub path: String,
    /// The decoded values of the pattern's variables.
    pub variables: Vec<(String, String)>,
}

impl Site {
    /// Whether two sites of one address would take the same requests.
    #[must_use]
    pub fn collides(&self, other: &Site) -> bool {
        let hosts =
            self.hosts.is_empty() && other.hosts.is_empty() || self.hosts.iter().any(|host| other.hosts.contains(host));
        hosts && self.base == other.base
    }
}

/// Finds the endpoint of a request, or refuses it, in the documented order: address, authentication, path, method.
///
/// # Errors
/// The first check that failed.
pub fn find<'a>(sites: &'a [Site], request: &Parts, peer: SocketAddr) -> Result<Target<'a>, Refusal> {
    let host = host(request);
    let segments = path::split(request.uri.path()).ok_or(Refusal::NotFound)?;
    let candidates = sites.iter().filter_map(|site| {
        let named = host.is_some_and(|host| site.hosts.iter().any(|known| known.eq_ignore_ascii_case(host)));
        let rest = site.base.strip(&segments)?;
        (named || site.hosts.is_empty()).then_some((named, site, rest))
    });
    let best = candidates.max_by_key(|(named, site, _)| (*named, site.base.len()));
    let (_, site, rest) = best.ok_or(Refusal::NotFound)?;
    let client = check_client(site, request, peer)?;
    let mut matching: Vec<_> = site
        .routes
        .iter()
        .filter_map(|route| route.pattern.matches(rest).map(|variables| (route, variables)))
        .collect();
    if matching.is_empty() {
        return Err(Refusal::NotFound);
    }
    // Stable, so equal patterns keep their load order.
    matching.sort_by(|(left, _), (right, _)| left.pattern.precedence(&right.pattern));
    let takes =
        |route: &Route| route.methods.is_empty() || route.methods.iter().any(|own| own == request.method.as_str());
    let allowed = || {
        let mut methods: Vec<_> = matching.iter().flat_map(|(route, _)| route.methods.iter().cloned()).collect();
        methods.sort();
        methods.dedup();
        methods
    };
    let refused = || Refusal::MethodNotAllowed(allowed());
    let chosen = matching.iter().position(|(route, _)| takes(route)).ok_or_else(refused)?;
    let (route, variables) = matching.swap_remove(chosen);
    Ok(Target { site, route, client, path: rest_of(request.uri.path(), site.base.len()), variables })
}

/// Who may have called, where proxies are trusted.
static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Address and authentication.
fn check_client(site: &Site, request: &Parts, peer: SocketAddr) -> Result<SocketAddr, Refusal> {
    let proxies = &site.trusted_proxies;
    // Headers are looked for only where they count.
    let forwarded = (!proxies.is_empty()).then(|| request.headers.get_all(&FORWARDED_FOR).iter());
    let forwarded = forwarded.into_iter().flatten().filter_map(|value| value.to_str().ok());
    let client = guard::client_address(peer, proxies, forwarded);
    if site.allow.as_ref().is_some_and(|allow| !allow.contains(client.ip())) {
        return Err(Refusal::AddressNotAllowed);
    }
    if !site.users.is_empty() {
        let authorization = request.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        if !guard::is_authorised(authorization, &site.users) {
            return Err(Refusal::AuthenticationRequired(site.auth_fail_status));
        }
    }
    Ok(client)
}

/// The host that the request names, without port.
#[must_use]
pub fn host(request: &Parts) -> Option<&str> {
    let header = request.headers.get(HOST).and_then(|value| value.to_str().ok());
    let host = request.uri.host().or(header)?;
    let end = match host.rfind(']') {
        Some(bracket) => bracket + 1,
        None => host.rfind(':').unwrap_or(host.len()),
    };
    host.get(..end)
}

/// The path as sent behind its first `segments` segments.
fn rest_of(path: &str, segments: usize) -> String {
    let cut = path.match_indices('/').nth(segments).map_or(path.len(), |(at, _)| at);
    let rest = path.get(cut..).unwrap_or_default();
    if rest.is_empty() { "/".to_owned() } else { rest.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    use hyper::Request;

    struct Nobody;

    impl Endpoint for Nobody {
        fn answer(self: Arc<Self>, _: Received) -> Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send>> {
            Box::pin(async { Err(Refusal::System) })
        }
    }

    fn site(hosts: &[&str], base: &str, routes: &[(&str, &[&str])]) -> Site {
        let route = |(pattern, methods): &(&str, &[&str])| Route {
            pattern: Pattern::parse(pattern).unwrap(),
            methods: methods.iter().map(ToString::to_string).collect(),
            streams: false,
            endpoint: Arc::new(Nobody),
        };
        Site {
            hosts: hosts.iter().map(ToString::to_string).collect(),
            base: Pattern::parse(base).unwrap(),
            allow: None,
            trusted_proxies: AddressList::default(),
            users: Vec::new(),
            auth_fail_status: StatusCode::UNAUTHORIZED,
            max_body: 1 << 20,
            request_timeout: Duration::from_secs(1),
            routes: routes.iter().map(route).collect(),
        }
    }

    fn asked(sites: &[Site], method: &str, uri: &str, host: &str) -> Result<(usize, String), Refusal> {
        let request = Request::builder().method(method).uri(uri).header(HOST, host).body(()).unwrap();
        let (parts, ()) = request.into_parts();
        let target = find(sites, &parts, "9.9.9.9:9".parse().unwrap())?;
        let at = sites.iter().position(|site| std::ptr::eq(site, target.site)).unwrap();
        Ok((at, target.path))
    }

    #[test]
    fn requests_find_their_site() {
        let sites = [
            site(&[], "/", &[("/*", &["GET"]), ("/x", &["POST"])]),
            site(&[], "/api", &[("/x", &[])]),
            site(&["shop.example"], "/", &[("/", &[])]),
        ];
        for (method, uri, host, found) in [
            ("GET", "/a/b", "h", Ok((0, "/a/b".to_owned()))),
            ("POST", "/x?y=1", "h", Ok((0, "/x".to_owned()))),
            ("POST", "/y", "h", Err(Refusal::MethodNotAllowed(vec!["GET".into()]))),
            ("DELETE", "/x", "h", Err(Refusal::MethodNotAllowed(vec!["GET".into(), "POST".into()]))),
            ("GET", "/api/x/", "h", Ok((1, "/x/".to_owned()))),
            ("GET", "/api/y", "h", Err(Refusal::NotFound)),
            ("GET", "/", "Shop.Example:8080", Ok((2, "/".to_owned()))),
            ("GET", "/a", "shop.example", Err(Refusal::NotFound)),
            ("GET", "/a/../b", "h", Err(Refusal::NotFound)),
        ] {
            assert_eq!(asked(&sites, method, uri, host), found, "{method} {uri} {host}");
        }
        assert!(sites[0].collides(&sites[0]) && !sites[0].collides(&sites[1]) && !sites[0].collides(&sites[2]));
    }

    #[test]
    fn checks_come_in_order() {
        let mut guarded = site(&[], "/", &[("/x", &["GET"])]);
        guarded.allow = Some(AddressList::parse(["10.0.0.0/8"]).unwrap());
        guarded.users = vec![Credentials { user: "a".into(), password: "b".into() }];
        let mut sites = [guarded];
        assert_eq!(asked(&sites, "POST", "/y", "h"), Err(Refusal::AddressNotAllowed));
        sites[0].allow = None;
        assert_eq!(asked(&sites, "POST", "/y", "h"), Err(Refusal::AuthenticationRequired(StatusCode::UNAUTHORIZED)));
        sites[0].users.clear();
        assert_eq!(asked(&sites, "POST", "/y", "h"), Err(Refusal::NotFound));
        assert_eq!(asked(&sites, "POST", "/x", "h"), Err(Refusal::MethodNotAllowed(vec!["GET".into()])));
    }
}
