//! Sets of characters in the form the matcher asks: "does this code point belong?"
//!
//! Every test of a single character that is not one fixed byte is such a set, with letter case already worked in. The
//! first 256 code points are answered from a bitmap; the rest by a rule. How case-insensitive sets treat characters beyond
//! the basic plane follows the oracle to the letter, where it is not what one would expect.

use super::ast::SetItem;
use super::byteset::{ByteSet, Finder};
use super::chars::{self, Case, Category};

/// The first code point beyond the basic plane.
const ASTRAL: u32 = 0x1_0000;

/// How a character test sees the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Mode {
    /// Whether subjects are text.
    pub(super) is_text: bool,
    /// How letter case is ignored.
    pub(super) case: Case,
    /// Whether `\w`, `\d`, `\s` know all of Unicode.
    pub(super) unicode: bool,
    /// Whether case is ignored by the rules of the C locale.
    pub(super) locale: bool,
}

/// Which characters beyond ASCII belong to a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum High {
    None,
    All,
    Some,
}

/// A set of characters.
#[derive(Debug)]
pub(super) struct CharSet {
    /// The first 256 code points.
    bits: ByteSet,
    /// The others.
    rule: Rule,
    high: High,
    /// For sets that lack at most three bytes: the search for the first that does not belong.
    gap: Option<Finder>,
    is_text: bool,
}

/// The definition of a set.
#[derive(Debug)]
struct Rule {
    case: Case,
    unicode: bool,
    negated: bool,
    /// Sorted, disjoint ranges of folded code points.
    ranges: Vec<(u32, u32)>,
    /// Ranges in which the upper case of a folded code point may lie as well.
    either_case: Vec<(u32, u32)>,
    categories: Vec<Category>,
}

impl Rule {
    fn contains(&self, cp: u32) -> bool {
        let folded = self.case.fold(cp);
        let inside = in_ranges(&self.ranges, folded)
            || self.categories.iter().any(|c| c.contains(folded, self.unicode))
            || self.either_case.iter().any(|(low, high)| {
                let range = *low..=*high;
                range.contains(&folded) || range.contains(&chars::upper(folded))
            });
        inside != self.negated
    }

    fn high(&self) -> High {
        let is_ascii = self.ranges.last().is_none_or(|(_, high)| *high < 0x80);
        // U+0130 and U+212A are the only characters beyond ASCII whose lower case is ASCII.
        let folds_into =
            self.case == Case::Unicode && [b'i', b'k'].iter().any(|c| in_ranges(&self.ranges, (*c).into()));
        if !is_ascii || folds_into || !self.categories.is_empty() || !self.either_case.is_empty() {
            High::Some
        } else if self.negated {
            High::All
        } else {
            High::None
        }
    }
}

fn in_ranges(ranges: &[(u32, u32)], cp: u32) -> bool {
    let at = ranges.partition_point(|(_, high)| *high < cp);
    ranges.get(at).is_some_and(|(low, _)| *low <= cp)
}

/// Sorts ranges and joins those that touch.
fn normalise(ranges: &mut Vec<(u32, u32)>) {
    ranges.sort_unstable();
    ranges.dedup_by(|next, last| {
        let joined = next.0 <= last.1.saturating_add(1);
        if joined {
            last.1 = last.1.max(next.1);
        }
        joined
    });
}

impl CharSet {
    /// Everything but the line feed, for `.`.
    pub(super) fn not_newline(is_text: bool) -> CharSet {
        CharSet::exact(&[0x0A], true, is_text)
    }

    /// One character, or all others.
    pub(super) fn literal(cp: u32, negated: bool, mode: Mode) -> CharSet {
        if mode.locale {
            return CharSet::exact(&[chars::ascii_lower(cp), chars::ascii_upper(cp)], negated, mode.is_text);
        }
        if !mode.case.is_cased(cp) {
            return CharSet::exact(&[cp], negated, mode.is_text);
        }
        let folded = mode.case.fold(cp);
        let mut ranges = vec![(folded, folded)];
        ranges.extend(mode.case.twins(folded).map(|twin| (twin, twin)));
        CharSet::new(
            Rule {
                case: mode.case,
                unicode: mode.unicode,
                negated,
                ranges,
                either_case: Vec::new(),
                categories: Vec::new(),
            },
            mode.is_text,
        )
    }

    fn exact(members: &[u32], negated: bool, is_text: bool) -> CharSet {
        CharSet::new(
            Rule {
                case: Case::Exact,
                unicode: false,
                negated,
                ranges: members.iter().map(|cp| (*cp, *cp)).collect(),
                either_case: Vec::new(),
                categories: Vec::new(),
            },
            is_text,
        )
    }

    /// A set as it stands in the pattern.
    pub(super) fn of(negated: bool, items: &[SetItem], mode: Mode) -> CharSet {
        let mut rule = Rule {
            case: Case::Exact,
            unicode: mode.unicode,
            negated,
            ranges: Vec::new(),
            either_case: Vec::new(),
            categories: Vec::new(),
        };
        for item in items {
            match *item {
                SetItem::Literal(cp) => rule.ranges.push((cp, cp)),
                SetItem::Range(low, high) => rule.ranges.push((low, high)),
                SetItem::Category(category) => rule.categories.push(category),
            }
        }
        if mode.case != Case::Exact {
            ignore_case(&mut rule, items, mode.case);
        }
        if mode.locale {
            normalise(&mut rule.ranges);
            return CharSet::ignoring_c_locale_case(rule);
        }
        CharSet::new(rule, mode.is_text)
    }

    /// The C locale's rule: the lower or the upper case of the byte belongs, each asked by itself.
    fn ignoring_c_locale_case(rule: Rule) -> CharSet {
        let bits = ByteSet::from_fn(|byte| {
            let (lower, upper) = (byte.to_ascii_lowercase(), byte.to_ascii_uppercase());
            rule.contains(lower.into()) || upper != lower && rule.contains(upper.into())
        });
        CharSet::with_bits(bits, rule, false)
    }

    fn new(mut rule: Rule, is_text: bool) -> CharSet {
        normalise(&mut rule.ranges);
        let bits = ByteSet::from_fn(|byte| rule.contains(byte.into()));
        CharSet::with_bits(bits, rule, is_text)
    }

    fn with_bits(bits: ByteSet, rule: Rule, is_text: bool) -> CharSet {
        let high = rule.high();
        let missing = match (is_text, high) {
            (false, _) => Some(bits.complement()),
            (true, High::All) => Some(bits.union(&ByteSet::HIGH).complement()),
            (true, _) => None,
        };
        let gap = missing.map(Finder::new).filter(Finder::is_fast);
        CharSet { bits, rule, high, gap, is_text }
    }

    /// Whether a code point belongs.
    #[inline]
    pub(super) fn contains(&self, cp: u32) -> bool {
        match u8::try_from(cp) {
            Ok(low) => self.bits.contains(low),
            Err(_) => self.rule.contains(cp),
        }
    }

    /// Whether a code point below 256 belongs.
    #[inline]
    pub(super) fn contains_low(&self, cp: u8) -> bool {
        self.bits.contains(cp)
    }

    /// The search for the first byte that ends a run of members, if there is a fast one.
    #[inline]
    pub(super) fn gap(&self) -> Option<Finder> {
        self.gap
    }

    /// Bytes with which a member may begin in the subject; perhaps some more, but none that continues a character.
    pub(super) fn lead(&self) -> ByteSet {
        if !self.is_text {
            return self.bits;
        }
        let ascii = self.bits.intersection(&ByteSet::HIGH.complement());
        match self.high {
            High::None => ascii,
            High::All | High::Some => ascii.union(&ByteSet::LEADS),
        }
    }
}

/// Works letter case into the ranges of a set whose members are compared folded.
fn ignore_case(rule: &mut Rule, items: &[SetItem], case: Case) {
    let mut basic = Vec::new();
    let mut astral = Vec::new();
    for item in items {
        match *item {
            SetItem::Literal(cp) if cp < ASTRAL => basic.push((cp, cp)),
            SetItem::Literal(cp) => astral.push((cp, cp)),
            SetItem::Range(low, high) => {
                if low < ASTRAL {
                    basic.push((low, high.min(ASTRAL - 1)));
                }
                if high >= ASTRAL {
                    rule.either_case.push((low, high));
                }
            }
            SetItem::Category(_) => {}
        }
    }
    let mut cased = !astral.is_empty() || !rule.either_case.is_empty();
    normalise(&mut basic);
    let mut folded = Vec::new();
    for &(low, high) in &basic {
        match case {
            Case::Exact => {}
            Case::Ascii => {
                let (first, last) = (low.max(0x41), high.min(0x5A));
                if first <= last {
                    folded.push((first | 0x20, last | 0x20));
                }
                cased |= first <= last || low.max(0x61) <= high.min(0x7A);
            }
            Case::Unicode => {
                let letters = chars::cased_letters();
                let start = letters.partition_point(|(cp, _)| *cp < low);
                let end = letters.partition_point(|(cp, _)| *cp <= high);
                let inside = letters.get(start..end).unwrap_or_default();
                cased |= !inside.is_empty();
                folded.extend(inside.iter().map(|(_, lower)| (*lower, *lower)));
            }
        }
    }
    basic.extend(folded);
    normalise(&mut basic);
    if case == Case::Unicode {
        let twins = chars::TWINS.iter().filter(|class| class.iter().any(|cp| in_ranges(&basic, *cp)));
        let twins: Vec<u32> = twins.copied().flatten().copied().collect();
        basic.extend(twins.into_iter().map(|cp| (cp, cp)));
    }
    basic.extend(astral);
    rule.ranges = basic;
    if cased {
        rule.case = case;
    }
}

#[cfg(test)]
mod tests {
    use super::super::chars::Kind;
    use super::*;

    fn mode(case: Case) -> Mode {
        Mode { is_text: true, case, unicode: case != Case::Ascii, locale: false }
    }

    #[test]
    fn membership() {
        let digit = SetItem::Category(Category { kind: Kind::Digit, negated: false });
        let range = |a: char, b: char| SetItem::Range(a.into(), b.into());
        let one = |a: char| SetItem::Literal(a.into());
        let cases: [(&[SetItem], bool, Case, &str, &str); 9] = [
            (&[range('a', 'c'), one('x')], false, Case::Exact, "abcx", "dABCX"),
            (&[range('a', 'c'), digit], true, Case::Exact, "dé一", "a1٣"),
            (&[one('S'), one('1')], false, Case::Unicode, "sSſ1", "k"),
            (&[one('k'), one('1')], false, Case::Unicode, "kK\u{212a}", "s"),
            (&[range('A', 'Z')], false, Case::Ascii, "azAZ", "\u{212a}ſé"),
            (&[range('à', 'ö')], false, Case::Unicode, "Éé", "e"),
            // The oracle folds the character of the subject but not an astral member of the set.
            (&[one('\u{10400}'), one('a')], false, Case::Unicode, "aA", "\u{10400}\u{10428}"),
            (&[range('\u{10400}', '\u{10427}')], false, Case::Unicode, "\u{10400}\u{10428}", "a"),
            (&[one('ß'), one('1')], true, Case::Unicode, "sS", "ßẞ1"),
        ];
        for (number, (items, negated, case, inside, outside)) in cases.into_iter().enumerate() {
            let set = CharSet::of(negated, items, mode(case));
            for c in inside.chars() {
                assert!(set.contains(c.into()), "{number} {c}");
            }
            for c in outside.chars() {
                assert!(!set.contains(c.into()), "{number} {c}");
            }
        }
    }

    #[test]
    fn searches() {
        let set = CharSet::not_newline(true);
        assert_eq!(set.gap(), Some(Finder::One(b'\n')));
        assert!(!set.lead().contains(b'\n') && set.lead().contains(0xC3));
        let set = CharSet::literal('s'.into(), false, mode(Case::Unicode));
        assert!(set.contains('ſ'.into()) && set.lead().contains(0xC5) && set.gap().is_none());
        let set = CharSet::literal('x'.into(), false, mode(Case::Unicode));
        assert_eq!(set.lead().len(), 2);
    }

    #[test]
    fn c_locale_asks_for_each_case() {
        let items = [SetItem::Literal(b'a'.into()), SetItem::Literal(b'1'.into())];
        let locale = Mode { is_text: false, case: Case::Exact, unicode: false, locale: true };
        let set = CharSet::of(true, &items, locale);
        assert!(set.contains_low(b'A') && set.contains_low(b'a') && !set.contains_low(b'1'));
    }
}
