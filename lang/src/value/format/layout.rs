//! Placing a written number or text in a field: sign, padding, grouping of digits.

use super::spec::{Align, FormatSpec, Grouping, Sign};
use super::{Fault, fill};
use crate::value::interrupt::{checkpoint, reserve};

/// The parts of a written number. All but `rest` are ASCII.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// Whether it is below zero.
    pub negative: bool,
    /// `0x` and its like, or nothing.
    pub prefix: &'a [u8],
    /// Digits before the point; the ones that are grouped.
    pub digits: &'a [u8],
    /// Point and what follows, `inf`, or a single character.
    pub rest: &'a [u8],
    /// Code points of `rest`.
    pub rest_width: usize,
}

/// Writes a number as its field asks.
///
/// # Errors
/// A stop of the run.
pub fn place_number(parts: Parts<'_>, spec: &FormatSpec<'_>) -> Result<Vec<u8>, Fault> {
    let sign: &[u8] = match (parts.negative, spec.sign) {
        (true, _) => b"-",
        (false, Some(Sign::Plus)) => b"+",
        (false, Some(Sign::Space)) => b" ",
        (false, _) => b"",
    };
    let width = spec.width.unwrap_or(0);
    let others = sign.len() + parts.prefix.len() + parts.rest_width;
    // Zeros that fill a field between sign and digits are grouped like digits.
    let zero_filled = spec.fill == u32::from(b'0') && spec.align == Align::AfterSign;
    let least = if zero_filled { width.saturating_sub(others) } else { 0 };
    let digits = Grouped::new(parts.digits, least, spec.grouping);

    let padding = width.saturating_sub(others.saturating_add(digits.width()));
    let (left, inner, right) = match spec.align {
        Align::Left => (0, 0, padding),
        Align::Right => (padding, 0, 0),
        Align::Center => (padding / 2, 0, padding - padding / 2),
        Align::AfterSign => (0, padding, 0),
    };
    let mut out = Vec::new();
    fill(&mut out, spec.fill, left)?;
    out.extend_from_slice(sign);
    out.extend_from_slice(parts.prefix);
    fill(&mut out, spec.fill, inner)?;
    digits.write(&mut out)?;
    out.extend_from_slice(parts.rest);
    fill(&mut out, spec.fill, right)?;
    Ok(out)
}

/// Digits with leading zeros and separators.
struct Grouped<'a> {
    digits: &'a [u8],
    /// Number of digits including leading zeros.
    count: usize,
    /// Separator and the size of a group.
    separator: Option<(u8, usize)>,
}

impl<'a> Grouped<'a> {
    /// Digits that fill at least a width; no digits stay none.
    fn new(digits: &'a [u8], least: usize, grouping: Option<Grouping>) -> Self {
        let separator = grouping.map(|grouping| match grouping {
            Grouping::Comma => (b',', 3),
            Grouping::Underscore => (b'_', 3),
            Grouping::UnderscoreFour => (b'_', 4),
        });
        let needed = match separator {
            // Of every group-and-separator of the width, the group counts; a separator never leads.
            Some((_, group)) => {
                let beyond_first = least.saturating_sub(1);
                beyond_first / (group + 1) * group + beyond_first % (group + 1) + 1
            }
            None => least,
        };
        let count = if digits.is_empty() { 0 } else { digits.len().max(needed) };
        Self { digits, count, separator }
    }

    fn width(&self) -> usize {
        let separators = self.separator.map_or(0, |(_, group)| self.count.saturating_sub(1) / group);
        self.count.saturating_add(separators)
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let zeros = self.count - self.digits.len();
        let Some((separator, group)) = self.separator else {
            fill(out, u32::from(b'0'), zeros)?;
            out.extend_from_slice(self.digits);
            return Ok(());
        };
        reserve(self.width())?;
        let all = std::iter::repeat_n(b'0', zeros).chain(self.digits.iter().copied());
        for (at, digit) in all.enumerate() {
            if at > 0 && (self.count - at).is_multiple_of(group) {
                checkpoint(8)?;
                out.push(separator);
            }
            out.push(digit);
        }
        Ok(())
    }
}

/// Writes a text of known width in a field.
///
/// # Errors
/// A stop of the run.
pub fn place_text(text: &[u8], text_width: usize, spec: &FormatSpec<'_>) -> Result<Vec<u8>, Fault> {
    let padding = spec.width.unwrap_or(0).saturating_sub(text_width);
    let (left, right) = match spec.align {
        Align::Right | Align::AfterSign => (padding, 0),
        Align::Center => (padding / 2, padding - padding / 2),
        Align::Left => (0, padding),
    };
    let mut out = Vec::new();
    fill(&mut out, spec.fill, left)?;
    reserve(text.len())?;
    out.extend_from_slice(text);
    fill(&mut out, spec.fill, right)?;
    Ok(out)
}
