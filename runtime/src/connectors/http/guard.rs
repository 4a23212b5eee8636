//! Who may call a listener: address lists, proxies, basic authentication (flows part 3, section 2.1).

use std::hint::black_box;
use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;

/// A list of addresses and networks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressList(Vec<IpNet>);

impl AddressList {
    /// Reads addresses (`10.0.0.1`, `::1`) and networks (`10.0.0.0/8`).
    ///
    /// # Errors
    /// The first text that is neither.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<AddressList, String> {
        let network = |text: &str| {
            let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
            text.parse::<IpNet>()
                .ok()
                .or_else(address)
                .ok_or_else(|| format!("'{text}' is no address or network: write 10.0.0.1 or 10.0.0.0/8"))
        };
        texts.into_iter().map(network).collect::<Result<_, _>>().map(AddressList)
    }

    /// Whether the list holds the address. An IPv4 address inside IPv6 counts as itself.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The client behind a connection. `forwarded` are the values of `X-Forwarded-For`, which only trusted proxies may set:
/// the client is the last address in it that is no trusted proxy itself, for a client can write what it likes in front.
#[must_use]
pub fn client_address<'a>(
    peer: SocketAddr,
    trusted: &AddressList,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
) -> SocketAddr {
    let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
    if !trusted.contains(peer.ip()) {
        return peer;
    }
    let mut client = peer;
    for hop in forwarded.rev().flat_map(|value| value.rsplit(',')) {
        let Some(address) = forwarded_address(hop.trim()) else { break };
        client = address;
        if !trusted.contains(client.ip()) {
            break;
        }
    }
    client
}

/// An address with or without port. A proxy that does not tell the port gives 0.
fn forwarded_address(text: &str) -> Option<SocketAddr> {
    let bare = || text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
    let found = text.parse::<SocketAddr>().ok().or_else(|| bare().map(|ip| SocketAddr::new(ip, 0)))?;
    Some(SocketAddr::new(found.ip().to_canonical(), found.port()))
}

/// A user of a listener.
#[derive(Clone)]
pub struct Credentials {
    /// Name.
    pub user: String,
    /// Password.
    pub password: String,
}

/// Whether an `Authorization` header names one of the users. Takes the same time whoever is named and however long a
/// wrong password agrees with a right one.
#[must_use]
pub fn is_authorised(header: Option<&str>, users: &[Credentials]) -> bool {
    let given = header.and_then(basic_credentials).unwrap_or_default();
    let matching = |known: &Credentials| {
        let expected = [known.user.as_bytes(), b":", known.password.as_bytes()].concat();
        same_bytes(&given, &expected)
    };
    // No early end: every user is compared.
    users.iter().map(matching).fold(false, |found, matches| found | matches)
}

/// The decoded `user:password` of a `Basic` header.
fn basic_credentials(header: &str) -> Option<Vec<u8>> {
    let (scheme, encoded) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(encoded.trim()).ok()).flatten()
}

/// Compares in a time that depends on the length of `given` alone.
#[must_use]
pub fn same_bytes(given: &[u8], expected: &[u8]) -> bool {
    let mut difference = u8::from(given.len() != expected.len());
    for (index, byte) in given.iter().enumerate() {
        difference |= byte ^ expected.get(index % expected.len().max(1)).copied().unwrap_or_default();
    }
    black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_lists() {
        let list = AddressList::parse(["10.0.0.0/8", "::1", "192.168.1.7"]).unwrap();
        for (address, inside) in [
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("::1", true),
            ("::ffff:10.1.1.1", true),
            ("192.168.1.8", false),
        ] {
            assert_eq!(list.contains(address.parse().unwrap()), inside, "{address}");
        }
        assert!(AddressList::parse(["10.0.0.0/33"]).unwrap_err().contains("'10.0.0.0/33'"));
    }

    #[test]
    fn clients_behind_proxies() {
        let trusted = AddressList::parse(["10.0.0.0/8"]).unwrap();
        for (peer, forwarded, client) in [
            ("9.9.9.9:1", &["1.1.1.1"][..], "9.9.9.9:1"),
            ("10.0.0.1:1", &["1.1.1.1"], "1.1.1.1:0"),
            ("10.0.0.1:1", &["6.6.6.6, 1.1.1.1, 10.0.0.2"], "1.1.1.1:0"),
            ("10.0.0.1:1", &["6.6.6.6", "1.1.1.1:80"], "1.1.1.1:80"),
            ("10.0.0.1:1", &["1.1.1.1, junk"], "10.0.0.1:1"),
            ("10.0.0.1:1", &["10.0.0.9"], "10.0.0.9:0"),
            ("10.0.0.1:1", &[], "10.0.0.1:1"),
        ] {
            let found = client_address(peer.parse().unwrap(), &trusted, forwarded.iter().copied());
            assert_eq!(found.to_string(), client, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn basic_authentication() {
        let user = |user: &str, password: &str| Credentials { user: user.into(), password: password.into() };
        let users = [user("shop", "open sesame"), user("a", "")];
        for (header, authorised) in [
            (Some("Basic c2hvcDpvcGVuIHNlc2FtZQ=="), true),
            (Some("basic YTo="), true),
            (Some("Basic c2hvcDpvcGVuIHNlc2Ft"), false),
            (Some("Basic c2hvcDpvcGVuIHNlc2FtZQ"), false),
            (Some("Bearer YTo="), false),
            (Some("Basic %%%%"), false),
            (Some("Basic "), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(is_authorised(header, &users), authorised, "{header:?}");
        }
    }
}
