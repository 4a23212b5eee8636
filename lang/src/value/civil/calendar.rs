//! The proleptic Gregorian calendar as pure arithmetic on `i64`, without range checks of its own.
//!
//! Day numbers are *ordinals*: 1 January of year 1 is day 1. Years may be zero or negative, because the platform-like
//! functions of `time` go beyond the years 1 to 9999 of `datetime`.

/// The smallest year of `date` and `datetime`.
pub const MIN_YEAR: i32 = 1;
/// The largest year of `date` and `datetime`.
pub const MAX_YEAR: i32 = 9999;
/// The ordinal of 31 December 9999.
pub const MAX_ORDINAL: i64 = 3_652_059;
/// The ordinal of 1 January 1970.
pub const EPOCH_ORDINAL: i64 = 719_163;
/// Seconds in a day.
pub const DAY_SECONDS: i64 = 86_400;
/// Microseconds in a second.
pub const MICROS: i64 = 1_000_000;

/// English weekday names, Monday first.
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// English month names.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS_BEFORE_MONTH: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
const DAYS_IN_400_YEARS: i64 = 146_097;

/// Whether the year has 366 days.
pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The days of the year before the first of `month` (1 to 12; 13 gives the length of the year).
pub fn days_before_month(year: i64, month: i64) -> i64 {
    let index = usize::try_from(month - 1).unwrap_or(0).min(12);
    DAYS_BEFORE_MONTH[index] + i64::from(index > 1 && is_leap(year))
}

/// The number of days of `month` (1 to 12).
pub fn days_in_month(year: i64, month: i64) -> i64 {
    days_before_month(year, month + 1) - days_before_month(year, month)
}

/// The ordinal of the last day before `year`.
pub fn days_before_year(year: i64) -> i64 {
    let years = year - 1;
    years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400)
}

/// The ordinal of a day.
pub fn ordinal(year: i64, month: i64, day: i64) -> i64 {
    days_before_year(year) + days_before_month(year, month) + day
}

/// The year, month and day of an ordinal.
pub fn from_ordinal(ordinal: i64) -> (i64, i64, i64) {
    let days = ordinal - 1;
    let cycle = days.div_euclid(DAYS_IN_400_YEARS);
    let in_cycle = days.rem_euclid(DAYS_IN_400_YEARS);
    // The three corrections remove the leap days passed so far, which leaves whole 365-day years.
    let year_in_cycle = (in_cycle - in_cycle / 1_460 + in_cycle / 36_524 - in_cycle / (DAYS_IN_400_YEARS - 1)) / 365;
    let year = cycle * 400 + year_in_cycle + 1;
    let day_of_year = ordinal - days_before_year(year);
    // No month is longer than 31 days, so the quotient is never too late and at most one month too early.
    let mut month = (day_of_year - 1) / 31 + 1;
    if day_of_year > days_before_month(year, month + 1) {
        month += 1;
    }
    (year, month, day_of_year - days_before_month(year, month))
}

/// The weekday of an ordinal, Monday being 0.
pub fn weekday(ordinal: i64) -> i64 {
    (ordinal + 6).rem_euclid(7)
}

/// The ordinal of the Monday that starts ISO week 1 of a year.
pub fn iso_week1_monday(year: i64) -> i64 {
    let first = days_before_year(year) + 1;
    let monday = first - weekday(first);
    if weekday(first) > 3 { monday + 7 } else { monday }
}

/// The ISO year, week and weekday (Monday being 1) of a day.
pub fn iso_calendar(year: i64, ordinal: i64) -> (i64, i64, i64) {
    let iso_year = if ordinal >= iso_week1_monday(year + 1) {
        year + 1
    } else if ordinal < iso_week1_monday(year) {
        year - 1
    } else {
        year
    };
    let days = ordinal - iso_week1_monday(iso_year);
    (iso_year, days / 7 + 1, days % 7 + 1)
}

/// Seconds since 1970 of a wall clock read as if it were UTC. Fields may be out of range.
pub fn epoch_seconds(ordinal: i64, hour: i64, minute: i64, second: i64) -> i64 {
    (ordinal - EPOCH_ORDINAL) * DAY_SECONDS + hour * 3_600 + minute * 60 + second
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_round_trip() {
        let mut expected = (-1, 1, 1);
        for day in ordinal(-1, 1, 1)..ordinal(2105, 1, 1) {
            assert_eq!(from_ordinal(day), expected, "{day}");
            assert_eq!(ordinal(expected.0, expected.1, expected.2), day);
            expected = match expected {
                (y, 12, 31) => (y + 1, 1, 1),
                (y, m, d) if d == days_in_month(y, m) => (y, m + 1, 1),
                (y, m, d) => (y, m, d + 1),
            };
        }
        assert_eq!(from_ordinal(MAX_ORDINAL), (9999, 12, 31));
        assert_eq!(from_ordinal(EPOCH_ORDINAL), (1970, 1, 1));
    }

    #[test]
    fn iso_weeks() {
        for ((y, m, d), iso) in [
            ((2003, 12, 29), (2004, 1, 1)),
            ((2005, 1, 1), (2004, 53, 6)),
            ((2024, 1, 2), (2024, 1, 2)),
            ((1, 1, 1), (1, 1, 1)),
        ] {
            assert_eq!(iso_calendar(y, ordinal(y, m, d)), iso);
        }
    }
}
