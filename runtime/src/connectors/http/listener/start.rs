//! Starts the listeners of an app: one server for each address, with the sites of all configurations that share it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::config::ListenerConfig;
use super::pace::Times;
use super::server::{Offer, Server};
use super::trigger::ListenerParams;
use crate::engine::Runtime;

/// A configuration with the flows that listen at it.
pub struct Listening<'a> {
    /// Its name.
    pub name: &'a str,
    /// The configuration.
    pub config: &'a ListenerConfig,
    /// The flows by name, in load order, with their triggers.
    pub flows: Vec<(&'a str, &'a ListenerParams)>,
}

/// A configuration that listens.
pub struct Site {
    /// Its name.
    pub config: String,
    /// Its address, for people: scheme, host, port and base path.
    pub url: String,
    /// Number of flows.
    pub flows: usize,
}

/// The listeners of an app.
pub struct Listeners {
    servers: Vec<Server>,
    /// What listens where.
    pub sites: Vec<Site>,
}

impl Listeners {
    /// Starts listening; relative paths lie in the folder `app`.
    ///
    /// # Errors
    /// What can never work: an address in use, a certificate that cannot be read, two sites that take the same requests.
    pub async fn start(listening: &[Listening<'_>], runtime: &Arc<Runtime>, app: &Path) -> Result<Listeners, String> {
        let max_payload = runtime.settings().max_payload;
        let mut addresses: Vec<&str> = listening.iter().map(|own| own.config.listen.as_str()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        let mut started = Listeners { servers: Vec::new(), sites: Vec::new() };
        for address in addresses {
            // Port 0 is a free port for each configuration, not one for all.
            let sharing: Vec<&Listening<'_>> = listening.iter().filter(|own| own.config.listen == address).collect();
            let groups = if address.ends_with(":0") { sharing.chunks(1).collect() } else { vec![&*sharing] };
            for group in groups {
                started.serve(address, group, runtime, app, max_payload).await?;
            }
        }
        Ok(started)
    }

    async fn serve(
        &mut self,
        address: &str,
        group: &[&Listening<'_>],
        runtime: &Arc<Runtime>,
        app: &Path,
        max_payload: usize,
    ) -> Result<(), String> {
        let [first, rest @ ..] = group else { return Ok(()) };
        let same_tls = |own: &&&Listening<'_>| match (&own.config.tls, &first.config.tls) {
            (None, None) => true,
            (Some(own), Some(first)) => {
                (&own.cert, &own.key, &own.client_ca) == (&first.cert, &first.key, &first.client_ca)
            }
            _ => false,
        };
        if let Some(other) = rest.iter().find(|own| !same_tls(own)) {
            return Err(format!("{} and {} share {address} but not their tls", first.name, other.name));
        }
        let mut sites = Vec::new();
        for own in group {
            let routes = own.flows.iter().map(|(flow, trigger)| {
                let flow = runtime.flow(flow).ok_or_else(|| format!("there is no flow {flow}"))?;
                trigger.route(runtime, flow)
            });
            let failed = |reason: String| format!("configuration {}: {reason}", own.name);
            let routes = routes.collect::<Result<Vec<_>, _>>().map_err(failed)?;
            let site = own.config.site(max_payload, routes).map_err(failed)?;
            if sites.iter().any(|known| site.collides(known)) {
                return Err(format!("{}: another configuration has the same listen, hosts and base-path", own.name));
            }
            sites.push(site);
        }
        let longest =
            |time: fn(Times) -> Duration| group.iter().map(|own| time(own.config.times())).max().unwrap_or_default();
        let offer = Offer {
            sites,
            tls: first.config.server_tls(app)?,
            times: Times { keep_alive: longest(|times| times.keep_alive), request: longest(|times| times.request) },
            max_header: group
                .iter()
                .filter_map(|own| usize::try_from(own.config.max_header.0).ok())
                .max()
                .unwrap_or_default(),
        };
        let server = Server::start(address, offer).await?;
        for own in group {
            let scheme = if own.config.tls.is_some() { "https" } else { "http" };
            let url = format!("{scheme}://{}{}", server.address(), own.config.base_path.trim_end_matches('/'));
            self.sites.push(Site { config: own.name.to_owned(), url, flows: own.flows.len() });
        }
        self.servers.push(server);
        Ok(())
    }

    /// Stage one of the end: no new requests.
    pub fn stop_accepting(&self) {
        self.servers.iter().for_each(Server::stop_accepting);
    }

    /// Stage two, after the runs have ended: the connections close.
    pub async fn close(&self, patience: Duration) {
        for server in &self.servers {
            server.close(patience).await;
        }
    }
}
