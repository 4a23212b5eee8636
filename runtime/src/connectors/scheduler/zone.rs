//! From wall clocks to moments, for schedules: every wall clock has exactly one moment (flows part 3, section 3).
//!
//! The language's own rule (PEP 495) reads a skipped wall clock with the offset before the gap, which would fire at a
//! time that nobody wrote; a schedule fires at the end of the gap instead, and at the first of two equal wall clocks.

use dataway_lang::value::civil::RunZone;

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// A zone in which rules are read.
#[derive(Debug, Clone)]
pub struct WallZone(RunZone);

impl WallZone {
    /// Reads an IANA name, `UTC` or an offset `±HH:MM`.
    ///
    /// # Errors
    /// What is wrong with the text, for the person who wrote it.
    pub fn parse(text: &str) -> Result<WallZone, String> {
        let found =
            if text.starts_with(['+', '-']) { RunZone::parse(&format!("UTC{text}")) } else { RunZone::parse(text) };
        found
            .map(WallZone)
            .map_err(|_| format!("unknown time zone '{text}': write an IANA name or an offset like +08:00"))
    }

    /// Seconds east of UTC at a moment (seconds since 1970).
    fn offset(&self, moment: i64) -> i64 {
        i64::from(self.0.at(moment).offset)
    }

    /// The wall clock, as seconds since 1970 read as if in UTC, at a moment.
    #[must_use]
    pub fn wall(&self, moment: i64) -> i64 {
        moment.saturating_add(self.offset(moment))
    }

    /// The moment of a wall clock: its first occurrence; the end of the gap when the clock skipped it.
    ///
    /// The result never decreases when `wall` grows.
    #[must_use]
    pub fn moment(&self, wall: i64) -> i64 {
        // Offsets are below a day, so whatever offset holds now was seen within a day on either side.
        let (early, late) = (wall - DAY, wall + DAY);
        let candidates = [wall - self.offset(early), wall - self.offset(late)];
        let exact = candidates.into_iter().filter(|moment| self.wall(*moment) == wall).min();
        exact.unwrap_or_else(|| self.gap_end(wall))
    }

    /// The first moment whose wall clock is at or after a skipped one.
    fn gap_end(&self, wall: i64) -> i64 {
        let (mut before, mut after) = (wall - DAY - DAY, wall + DAY);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if self.wall(middle) >= wall {
                after = middle;
            } else {
                before = middle;
            }
        }
        after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_repetitions() {
        let zone = WallZone::parse("Europe/Berlin").unwrap();
        // 31 March 2024: 02:00 becomes 03:00 at 01:00 UTC. 27 October 2024: 03:00 becomes 02:00 at 01:00 UTC.
        let (spring, autumn) = (1_711_846_800, 1_729_990_800);
        for (wall, moment) in [
            (spring + 3_599, spring - 1),
            (spring + 3_600, spring),
            (spring + 5_400, spring),
            (spring + 7_200, spring),
            (spring + 7_201, spring + 1),
            (autumn + 3_600, autumn - 3_600),
            (autumn + 5_400, autumn - 1_800),
            (autumn + 7_200, autumn + 3_600),
        ] {
            assert_eq!(zone.moment(wall), moment, "{wall}");
        }
        assert_eq!(WallZone::parse("+08:00").unwrap().moment(28_800), 0);
        assert!(WallZone::parse("Mars/Olympus").is_err());
    }
}
