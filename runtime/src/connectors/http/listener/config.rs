//! The configuration of a listener.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;

use super::super::guard::{AddressList, Credentials};
use super::super::path::Pattern;
use super::super::tls;
use super::pace::Times;
use super::site::{Route, Site};
use crate::params;
use crate::params::{Secret, Size, Syntax, SyntaxError, Unit};

/// A listening address.
static ADDRESS: Syntax = Syntax {
    name: "listening address",
    check: |text| {
        let port =
            text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).and_then(|(_, port)| port.parse::<u16>().ok());
        port.map(drop).ok_or_else(|| whole(text, "write host and port, such as 127.0.0.1:8080"))
    },
};

/// A path without variables.
static BASE_PATH: Syntax = Syntax {
    name: "base path",
    check: |text| match Pattern::parse(text)? {
        pattern if pattern.is_literal() => Ok(()),
        _ => Err(whole(text, "a base path has neither variables nor *")),
    },
};

/// A list element that is an address or network.
static NETWORK: Syntax = Syntax {
    name: "address or network",
    check: |text| AddressList::parse([text]).map(drop).map_err(|reason| whole(text, reason)),
};

const NETWORKS: crate::params::Shape = crate::params::Shape::Syntax(&NETWORK);

fn whole(text: &str, message: impl Into<String>) -> SyntaxError {
    SyntaxError { message: message.into(), span: 0..text.len() }
}

params! {
    /// Keys and certificates of a listener, as PEM files.
    pub struct ListenerTls {
        /// Certificate and those that vouch for it.
        "cert" cert: String,
        /// Private key.
        "key" key: String,
        /// Certificates that vouch for clients; clients without one are refused.
        "client-ca" client_ca: Option<String> [optional()],
    }
}

params! {
    /// Somebody who may call.
    pub struct ListenerUser {
        /// Name.
        "user" user: String,
        /// Password.
        "password" password: Secret,
    }
}

params! {
    /// An address at which flows are called over HTTP. Several configurations may share one when hosts or base paths differ.
    pub struct ListenerConfig {
        /// `host:port`; port 0: any free one.
        "listen" listen: String [syntax(&ADDRESS)],
        /// Names that the `Host` header must have; default: any.
        "hosts" hosts: Vec<String> [default("[]")],
        /// What paths begin with.
        "base-path" base_path: String [default("/"), syntax(&BASE_PATH)],
        /// HTTPS, with HTTP/1.1 and HTTP/2.
        "tls" tls: Option<ListenerTls> [optional()],
        /// Addresses and networks that may call; default: all.
        "allow" allow: Option<Vec<String>> [optional(), list_of(&NETWORKS, 0, 100_000)],
        /// Proxies whose `X-Forwarded-For` tells the client.
        "trusted-proxies" trusted_proxies: Vec<String> [default("[]"), list_of(&NETWORKS, 0, 100_000)],
        /// Who may call, by basic authentication; default: everybody.
        "basic-auth" basic_auth: Vec<ListenerUser> [default("[]")],
        /// The status for missing or wrong authentication.
        "auth-fail-status" auth_fail_status: u16 [default("401"), int(400, 599)],
        /// How long a connection waits for its next request; 0: it ends after each answer.
        "keep-alive" keep_alive: Duration [default("75s")],
        /// Largest body; default: `run.max-payload`.
        "max-body" max_body: Option<Size> [optional()],
        /// Largest head.
        "max-header" max_header: Size [default("64KiB")],
        /// Longest time to receive a request completely.
        "request-timeout" request_timeout: Duration [default("30s"), duration(Unit::Second, 1, 86_400_000)],
    }
}

impl ListenerConfig {
    /// The site with these routes. `max_payload` bounds bodies unless the configuration does.
    ///
    /// # Errors
    /// What is no address, network or path.
    pub fn site(&self, max_payload: usize, routes: Vec<Route>) -> Result<Site, String> {
        let list = |texts: &[String]| AddressList::parse(texts.iter().map(String::as_str));
        let user =
            |own: &ListenerUser| Credentials { user: own.user.clone(), password: own.password.expose().to_owned() };
        Ok(Site {
            hosts: self.hosts.iter().map(|host| host.to_lowercase()).collect(),
            base: Pattern::parse(&self.base_path).map_err(|error| error.message)?,
            allow: self.allow.as_deref().map(list).transpose()?,
            trusted_proxies: list(&self.trusted_proxies)?,
            users: self.basic_auth.iter().map(user).collect(),
            auth_fail_status: StatusCode::from_u16(self.auth_fail_status).unwrap_or(StatusCode::UNAUTHORIZED),
            max_body: self.max_body.map_or(max_payload, |size| usize::try_from(size.0).unwrap_or(usize::MAX)),
            request_timeout: self.request_timeout,
            routes,
        })
    }

    /// TLS, if the configuration wants it; relative paths lie in the folder `app`.
    ///
    /// # Errors
    /// Why the files cannot be used.
    pub fn server_tls(&self, app: &Path) -> Result<Option<Arc<rustls::ServerConfig>>, String> {
        let Some(own) = &self.tls else { return Ok(None) };
        let client_ca = own.client_ca.as_ref().map(|path| app.join(path));
        tls::server(&app.join(&own.cert), &app.join(&own.key), client_ca.as_deref())
            .map(|config| Some(Arc::new(config)))
    }

    /// The longest times of connections.
    #[must_use]
    pub fn times(&self) -> Times {
        Times { keep_alive: self.keep_alive, request: self.request_timeout }
    }
}
