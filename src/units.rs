//! Durations and sizes as people write them on the command line.

use std::time::Duration;

/// `250ms`, `5s`, `2m`, `1h`; a bare number is seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err(format!("unknown unit `{unit}`; write for example 250ms, 5s, 2m or 1h")),
    };
    let number: f64 = number.parse().map_err(|_| "write a number with a unit, for example 250ms or 5s".to_owned())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| "the duration is out of range".to_owned())
}

/// `100KB`, `64MB`, `1GB` (powers of 1000), `64KiB`, `64MiB`, `1GiB` (powers of 1024); a bare number is bytes.
pub fn size(text: &str) -> Result<usize, String> {
    let (number, unit) = split(text);
    let bytes: f64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "kib" => 1024.0,
        "m" | "mb" => 1e6,
        "mib" => 1_048_576.0,
        "g" | "gb" => 1e9,
        "gib" => 1_073_741_824.0,
        _ => return Err(format!("unknown unit `{unit}`; write for example 100KiB, 64MiB or 1GiB")),
    };
    let number: f64 = number.parse().map_err(|_| "write a number with a unit, for example 64MiB".to_owned())?;
    let total = number * bytes;
    if !(0.0..1e18).contains(&total) {
        return Err("the size is out of range".to_owned());
    }
    Ok(total as usize)
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    (text[..at].trim(), text[at..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_understood() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("1.5"), Ok(Duration::from_millis(1500)));
        assert_eq!(size("64MiB"), Ok(64 << 20));
        assert_eq!(size("100MB"), Ok(100_000_000));
        assert!(duration("5 parsecs").is_err());
        assert!(size("-1").is_err());
    }
}
