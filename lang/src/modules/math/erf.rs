//! The error function and its complement, in pairs of floats (about 100 bits), so that nearly every result is correctly
//! rounded: libraries differ in the last bits, and this is what all of them are close to.

/// A number as the exact sum of two floats, the second one below the last bit of the first.
#[derive(Debug, Clone, Copy)]
struct Pair(f64, f64);

/// `2 / sqrt(pi)`
const TWO_BY_ROOT_PI: Pair = Pair(std::f64::consts::FRAC_2_SQRT_PI, 1.533_545_961_316_588e-17);
/// `ln(2)`
const LN_2: Pair = Pair(std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17);

impl From<f64> for Pair {
    fn from(x: f64) -> Pair {
        Pair(x, 0.0)
    }
}

impl Pair {
    /// The sum of two floats, exactly.
    fn sum(x: f64, y: f64) -> Pair {
        let sum = x + y;
        let part = sum - x;
        Pair(sum, (x - (sum - part)) + (y - part))
    }

    /// The product of two floats, exactly.
    fn product(x: f64, y: f64) -> Pair {
        let product = x * y;
        Pair(product, x.mul_add(y, -product))
    }

    fn add(self, other: Pair) -> Pair {
        let high = Pair::sum(self.0, other.0);
        Pair::sum(high.0, high.1 + self.1 + other.1)
    }

    fn multiply(self, other: Pair) -> Pair {
        let high = Pair::product(self.0, other.0);
        Pair::sum(high.0, high.1 + (self.0 * other.1 + self.1 * other.0))
    }

    fn divide(self, other: Pair) -> Pair {
        let first = self.0 / other.0;
        let rest = self.add(other.multiply(Pair(-first, 0.0)));
        Pair::sum(first, rest.0 / other.0)
    }

    fn negate(self) -> Pair {
        Pair(-self.0, -self.1)
    }

    fn float(self) -> f64 {
        self.0 + self.1
    }

    /// `e` to this power without its factor `2**n`, and `n`.
    fn exp(self) -> (Pair, i32) {
        /// Halvings of the argument, undone by squaring.
        const HALVINGS: i32 = 6;
        let doublings = (self.0 / LN_2.0).round();
        let rest = self.add(LN_2.multiply(doublings.into()).negate());
        let scale = 0.5f64.powi(HALVINGS);
        let rest = Pair(rest.0 * scale, rest.1 * scale);
        let (mut sum, mut term) = (Pair(1.0, 0.0), Pair(1.0, 0.0));
        for n in 1..=12 {
            term = term.multiply(rest).divide(f64::from(n).into());
            sum = sum.add(term);
        }
        for _ in 0..HALVINGS {
            sum = sum.multiply(sum);
        }
        (sum, doublings as i32)
    }
}

/// From here on the complement is computed directly, because `1 - erf(x)` would lose too many bits.
const SERIES_END: f64 = 4.5;
/// From here on the complement is too small for a float.
const VANISHED: f64 = 27.3;

/// `erf(x)` for `x` from 0 to [`SERIES_END`], by its series of positive terms.
fn series(x: f64) -> Pair {
    let square = Pair::product(x, x);
    let twice = Pair(square.0 * 2.0, square.1 * 2.0);
    let (mut sum, mut term) = (Pair::from(x), Pair::from(x));
    let mut n = 1.0;
    while term.0 > sum.0 * 1e-33 {
        term = term.multiply(twice).divide((2.0 * n + 1.0).into());
        sum = sum.add(term);
        n += 1.0;
    }
    let (power, scale) = square.negate().exp();
    let result = sum.multiply(TWO_BY_ROOT_PI).multiply(power);
    Pair(libm::scalbn(result.0, scale), libm::scalbn(result.1, scale))
}

/// `erfc(x)` for `x` from [`SERIES_END`] on, by its continued fraction.
fn fraction(x: f64) -> f64 {
    let mut below = Pair::from(x);
    for n in (1..=60).rev() {
        below = Pair::from(f64::from(n) * 0.5).divide(below).add(x.into());
    }
    let (power, scale) = Pair::product(x, x).negate().exp();
    let result = power.multiply(TWO_BY_ROOT_PI).divide(below);
    libm::scalbn(result.float() * 0.5, scale)
}

/// The error function.
pub(super) fn erf(x: f64) -> f64 {
    let size = x.abs();
    if x.is_nan() {
        return x;
    }
    // Near zero the function is a straight line, and products of such small numbers would lose bits.
    if size < 1e-100 {
        return x * TWO_BY_ROOT_PI.0;
    }
    let result = if size < SERIES_END { series(size).float() } else { 1.0 - complement(size) };
    result.copysign(x)
}

fn complement(size: f64) -> f64 {
    if size > VANISHED { 0.0 } else { fraction(size) }
}

/// What the error function leaves to 1.
pub(super) fn erfc(x: f64) -> f64 {
    let size = x.abs();
    if x.is_nan() {
        return x;
    }
    if size < 1e-100 {
        return 1.0;
    }
    if size >= SERIES_END {
        return if x > 0.0 { complement(size) } else { 2.0 - complement(size) };
    }
    let erf = series(size);
    Pair::from(1.0).add(if x > 0.0 { erf.negate() } else { erf }).float()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_correctly_rounded() {
        for (x, expected, complement, mirrored) in [
            (0.1, 0.1124629160182849, 0.887537083981715, 1.1124629160182848),
            (0.5, 0.5204998778130465, 0.4795001221869535, 1.5204998778130465),
            (1.0, 0.8427007929497149, 0.15729920705028513, 1.8427007929497148),
            (1.3, 0.9340079449406524, 0.06599205505934755, 1.9340079449406524),
            (2.0, 0.9953222650189527, 0.004677734981047266, 1.9953222650189528),
            (3.7, 0.9999998328489421, 1.6715105790914599e-07, 1.9999998328489421),
            (4.4, 0.999999999510829, 4.891710270605872e-10, 1.999999999510829),
            (4.6, 0.999999999922504, 7.749599597441858e-11, 1.999999999922504),
            (6.0, 1.0, 2.1519736712498913e-17, 2.0),
            (10.0, 1.0, 2.088487583762545e-45, 2.0),
            (20.5, 1.0, 8.450842369572458e-185, 2.0),
        ] {
            assert_eq!((erf(x), erfc(x)), (expected, complement), "{x}");
            assert_eq!((erf(-x), erfc(-x)), (-expected, mirrored), "-{x}");
        }
        assert_eq!((erf(f64::INFINITY), erfc(f64::NEG_INFINITY), erfc(30.0)), (1.0, 2.0, 0.0));
        assert_eq!((erf(-0.0).to_bits(), erf(5e-324)), ((-0.0f64).to_bits(), 5e-324));
    }
}
