//! The configuration of requests, and the client that is made of it.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Identity, Proxy, Url};

use super::super::tls;
use super::failure::{Stage, fault};
use crate::message::Fault;
use crate::params;
use crate::params::{Named, Secret, Size, Syntax, SyntaxError, Unit};

/// Where requests go.
static BASE_URL: Syntax = Syntax {
    name: "base URL",
    check: |text| {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let plain = url.filter(|url| url.query().is_none() && url.fragment().is_none());
        let message = "write http(s)://host[:port][/base], without query";
        plain.map(drop).ok_or_else(|| SyntaxError { message: message.into(), span: 0..text.len() })
    },
};

params! {
    /// User and password.
    pub struct BasicAuth {
        /// User.
        "user" user: String,
        /// Password.
        "password" password: Secret,
    }
}

params! {
    /// How requests say who sends them.
    pub struct RequestAuth {
        /// Basic authentication.
        "basic" basic: Option<BasicAuth> [optional()],
        /// A bearer token.
        "bearer" bearer: Option<Secret> [optional()],
    }
}

params! {
    /// Keys and certificates of requests, as PEM files.
    pub struct RequestTls {
        /// Certificates that vouch for servers; default: those of the system.
        "ca" ca: Option<String> [optional()],
        /// Own certificate.
        "cert" cert: Option<String> [optional()],
        /// Its private key.
        "key" key: Option<String> [optional()],
        /// Accept any server? Only for tests.
        "insecure" insecure: bool [default("false")],
    }
}

params! {
    /// A service that flows call over HTTP.
    pub struct RequestConfig {
        /// `http(s)://host[:port][/base]`
        "base-url" base_url: Option<String> [optional(), syntax(&BASE_URL)],
        /// Longest time of a whole exchange, the body included.
        "timeout" timeout: Duration [default("60s"), duration(Unit::Second, 1, 86_400_000)],
        /// Longest time to connect, TLS included.
        "connect-timeout" connect_timeout: Duration [default("10s"), duration(Unit::Second, 1, 86_400_000)],
        /// How many redirects are followed; the next one is the result.
        "max-redirects" max_redirects: u32 [default("1"), int(0, 20)],
        /// Sent with every request, unless the operation says something else.
        "headers" headers: Named<String> [default("{}")],
        /// Who sends them.
        "auth" auth: Option<RequestAuth> [optional()],
        /// Keys and certificates.
        "tls" tls: Option<RequestTls> [optional()],
        /// URL of a proxy. The environment is not asked.
        "proxy" proxy: Option<Secret> [optional()],
        /// Largest answer; default: `run.max-payload`.
        "max-response" max_response: Option<Size> [optional()],
        /// Idle connections that are kept for each host.
        "pool" pool: usize [default("64"), int(0, 100_000)],
    }
}

/// A service that can be called.
#[derive(Debug)]
pub struct Service {
    /// Makes the exchanges; follows no redirects by itself.
    pub client: reqwest::Client,
    /// Where requests go.
    pub base_url: Option<Url>,
    /// Longest time of a whole exchange.
    pub timeout: Duration,
    /// How many redirects are followed.
    pub max_redirects: u32,
    /// Sent with every request.
    pub headers: Vec<(String, String)>,
    /// The `Authorization` header.
    pub authorization: Option<Secret>,
    /// Largest answer.
    pub max_response: Option<usize>,
}

impl RequestConfig {
    /// The service; relative paths lie in the folder `app`.
    ///
    /// # Errors
    /// What can never work.
    pub fn open(&self, app: &Path) -> Result<Service, String> {
        tls::install_provider();
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(self.connect_timeout)
            .pool_max_idle_per_host(self.pool)
            .no_proxy();
        if let Some(proxy) = &self.proxy {
            // The reason could hold the password.
            builder = builder.proxy(Proxy::all(proxy.expose()).map_err(|_| "`proxy` is no URL of a proxy")?);
        }
        if let Some(own) = &self.tls {
            let read = |path: &str| {
                let path = app.join(path);
                std::fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
            };
            if let Some(ca) = &own.ca {
                let roots =
                    Certificate::from_pem_bundle(&read(ca)?).map_err(|error| format!("cannot use {ca}: {error}"))?;
                builder = builder.tls_certs_only(roots);
            }
            match (&own.cert, &own.key) {
                (Some(cert), Some(key)) => {
                    let pem = [read(key)?, b"\n".to_vec(), read(cert)?].concat();
                    let identity =
                        Identity::from_pem(&pem).map_err(|error| format!("cannot use {cert} with {key}: {error}"))?;
                    builder = builder.identity(identity);
                }
                (None, None) => {}
                _ => return Err("`cert` and `key` belong together".into()),
            }
            builder = builder.tls_danger_accept_invalid_certs(own.insecure);
        }
        let authorization = self.auth.as_ref().and_then(|auth| match (&auth.basic, &auth.bearer) {
            (Some(basic), _) => Some(basic_header(&basic.user, basic.password.expose())),
            (None, Some(token)) => Some(Secret::new(format!("Bearer {}", token.expose()))),
            (None, None) => None,
        });
        Ok(Service {
            client: builder.build().map_err(|error| format!("cannot prepare requests: {}", chain(&error)))?,
            base_url: self.base_url.as_deref().map(Url::parse).transpose().map_err(|error| error.to_string())?,
            timeout: self.timeout,
            max_redirects: self.max_redirects,
            headers: self.headers.0.clone(),
            authorization,
            max_response: self.max_response.map(|size| usize::try_from(size.0).unwrap_or(usize::MAX)),
        })
    }
}

impl Service {
    /// Asks the base URL, if there is one, for its head: whatever the answer is, the service is there.
    ///
    /// # Errors
    /// Those of an exchange.
    pub async fn reach(&self) -> Result<(), Fault> {
        let Some(url) = &self.base_url else { return Ok(()) };
        let sent = self.client.head(url.clone()).timeout(self.timeout).send().await;
        sent.map(drop).map_err(|error| fault(&error, Stage::Head))
    }

    /// The service of requests that name an absolute URL and no configuration: the defaults of one.
    ///
    /// # Errors
    /// As [`RequestConfig::open`].
    pub fn shared() -> Result<Arc<Service>, String> {
        static SHARED: OnceLock<Result<Arc<Service>, String>> = OnceLock::new();
        let make = || {
            let config = RequestConfig {
                base_url: None,
                timeout: Duration::from_secs(60),
                connect_timeout: Duration::from_secs(10),
                max_redirects: 1,
                headers: Named(Vec::new()),
                auth: None,
                tls: None,
                proxy: None,
                max_response: None,
                pool: 64,
            };
            config.open(Path::new("")).map(Arc::new)
        };
        SHARED.get_or_init(make).clone()
    }
}

/// An error with its causes.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(own) = cause {
        let shown = own.to_string();
        if !text.ends_with(&shown) {
            text = format!("{text}: {shown}");
        }
        cause = own.source();
    }
    text
}

/// The header of basic authentication.
fn basic_header(user: &str, password: &str) -> Secret {
    Secret::new(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_headers() {
        for (user, password, header) in
            [("shop", "open sesame", "Basic c2hvcDpvcGVuIHNlc2FtZQ=="), ("a", "", "Basic YTo=")]
        {
            assert_eq!(basic_header(user, password).expose(), header);
        }
    }
}
