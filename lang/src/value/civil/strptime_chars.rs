//! The characters of `strptime`: which ones are digits, blanks or the same letter, and the shapes of its numbers.

/// One character of a number in a format.
#[derive(Debug, Clone, Copy)]
enum Class {
    /// Exactly this one.
    Is(u8),
    /// An ASCII digit in this range.
    In(u8, u8),
    /// Any decimal digit of Unicode.
    Digit,
}

/// The shapes of a numeric directive, in the order in which they are tried.
fn alternatives(letter: u8) -> &'static [&'static [Class]] {
    use Class::{Digit, In, Is};
    const ONE_TO_NINE: Class = In(b'1', b'9');
    match letter {
        b'd' => &[
            &[Is(b'3'), In(b'0', b'1')],
            &[In(b'1', b'2'), Digit],
            &[Is(b'0'), ONE_TO_NINE],
            &[ONE_TO_NINE],
            &[Is(b' '), ONE_TO_NINE],
        ],
        b'G' | b'Y' => &[&[Digit, Digit, Digit, Digit]],
        b'H' => &[&[Is(b'2'), In(b'0', b'3')], &[In(b'0', b'1'), Digit], &[Digit]],
        b'I' | b'm' => &[&[Is(b'1'), In(b'0', b'2')], &[Is(b'0'), ONE_TO_NINE], &[ONE_TO_NINE]],
        b'j' => &[
            &[Is(b'3'), Is(b'6'), In(b'0', b'6')],
            &[Is(b'3'), In(b'0', b'5'), Digit],
            &[In(b'1', b'2'), Digit, Digit],
            &[Is(b'0'), ONE_TO_NINE, Digit],
            &[Is(b'0'), Is(b'0'), ONE_TO_NINE],
            &[ONE_TO_NINE, Digit],
            &[Is(b'0'), ONE_TO_NINE],
            &[ONE_TO_NINE],
        ],
        b'M' => &[&[In(b'0', b'5'), Digit], &[Digit]],
        b'S' => &[&[Is(b'6'), In(b'0', b'1')], &[In(b'0', b'5'), Digit], &[Digit]],
        b'u' => &[&[In(b'1', b'7')]],
        b'U' | b'W' => &[&[Is(b'5'), In(b'0', b'3')], &[In(b'0', b'4'), Digit], &[Digit]],
        b'V' => &[&[Is(b'5'), In(b'0', b'3')], &[Is(b'0'), ONE_TO_NINE], &[In(b'1', b'4'), Digit], &[Digit]],
        b'w' => &[&[In(b'0', b'6')]],
        b'y' => &[&[Digit, Digit]],
        _ => &[],
    }
}

fn shape_length(shape: &[Class], text: &[u32]) -> Option<usize> {
    let fits = |class: Class, point: u32| match class {
        Class::Is(byte) => point == u32::from(byte),
        Class::In(from, to) => (u32::from(from)..=u32::from(to)).contains(&point),
        Class::Digit => digit(point).is_some(),
    };
    let head = text.get(..shape.len())?;
    shape.iter().zip(head).all(|(&class, &point)| fits(class, point)).then_some(shape.len())
}

/// The lengths of `Z` or of an offset: sign, hours, minutes, then perhaps seconds, then perhaps a fraction. Colons
/// are optional each time.
pub(super) fn offset_lengths(text: &[u32]) -> Vec<usize> {
    use Class::{Digit, In, Is};
    let byte = |at: usize| text.get(at).and_then(|&c| u8::try_from(c).ok());
    let tail = |at: usize, shape: &[Class]| shape_length(shape, text.get(at..).unwrap_or_default()).map(|n| at + n);
    let sixty = [In(b'0', b'5'), Digit];
    let mut lengths = Vec::new();
    match byte(0) {
        Some(b'Z') => lengths.push(1),
        Some(b'+' | b'-') => {
            let Some(hours) = tail(1, &[Digit, Digit]) else {
                return lengths;
            };
            let Some(minutes) = tail(hours + usize::from(byte(hours) == Some(b':')), &sixty) else {
                return lengths;
            };
            lengths.push(minutes);
            let Some(seconds) = tail(minutes + usize::from(byte(minutes) == Some(b':')), &sixty) else {
                return lengths;
            };
            lengths.push(seconds);
            if tail(seconds, &[Is(b'.'), Digit]).is_some() {
                let fraction = text.iter().skip(seconds + 1).take(6).take_while(|&&c| digit(c).is_some()).count();
                lengths.extend((1..=fraction).map(|count| seconds + 1 + count));
            }
            lengths.reverse();
        }
        _ => {}
    }
    lengths
}

/// The lengths a numeric directive may match at the start of a text, the preferred one first.
pub(super) fn number_lengths(letter: u8, text: &[u32]) -> Vec<usize> {
    alternatives(letter).iter().filter_map(|shape| shape_length(shape, text)).collect()
}

/// Equality of two characters without regard to case.
pub(super) fn same_letter(left: u32, right: u32) -> bool {
    let lower = |point: u32| char::from_u32(point).map(char::to_lowercase);
    left == right || lower(left).zip(lower(right)).is_some_and(|(left, right)| left.eq(right))
}

/// White space as Python's `str.isspace` and `\s` see it.
pub(super) fn is_space(point: u32) -> bool {
    (0x1C..=0x1F).contains(&point) || char::from_u32(point).is_some_and(char::is_whitespace)
}

/// The code points of the digit zero in every script that has decimal digits.
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0,
    0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60,
    0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

/// The value of a decimal digit of any script.
pub(super) fn digit(point: u32) -> Option<i64> {
    let after = ZEROS.partition_point(|&zero| zero <= point);
    let zero = after.checked_sub(1).and_then(|index| ZEROS.get(index))?;
    (point - zero < 10).then(|| i64::from(point - zero))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_all_scripts() {
        for (text, value) in [('0', Some(0)), ('9', Some(9)), ('٣', Some(3)), ('𝟗', Some(9)), ('x', None), ('²', None)]
        {
            assert_eq!(digit(text.into()), value);
        }
    }

    #[test]
    fn offsets_may_stop_early() {
        for (text, lengths) in
            [("+01:02:03.45x", &[12, 11, 9, 6][..]), ("-0102", &[5]), ("+0160", &[]), ("Zulu", &[1]), ("z", &[])]
        {
            let points: Vec<u32> = text.chars().map(u32::from).collect();
            assert_eq!(offset_lengths(&points), lengths, "{text}");
        }
    }
}
