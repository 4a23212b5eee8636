#!/usr/bin/env python3
"""Writes cases of decimal arithmetic with the answers of CPython 3.11.

    generate.py [--seed N] [--count N] [--only OPERATION...] [--out FILE]

Without arguments the stored file `cases.txt.gz` beside this script is made anew, byte for byte. With another seed or
count, and a file elsewhere, the reader test checks that file instead when DECIMAL_CASES names it.

Lines are fields separated by tabs. A line `context` sets the context of the lines that follow:

    context  prec  rounding  Emin  Emax  capitals  clamp  traps

Every other line is one operation, with cleared flags before it:

    operation  operand...  result  flags

Flags and traps are letters of FLAGS. A result `!Class:text` is an exception; of a signal, the text lists the condition
classes. Characters outside printable ASCII, and the backslash, are written `\\u{hex}`.
"""

import argparse
import decimal
import gzip
import math
import pathlib
import random
import sys
from decimal import Decimal

ROUNDINGS = ["ROUND_UP", "ROUND_DOWN", "ROUND_CEILING", "ROUND_FLOOR", "ROUND_HALF_UP", "ROUND_HALF_DOWN",
             "ROUND_HALF_EVEN", "ROUND_05UP"]
FLAGS = {"I": decimal.InvalidOperation, "F": decimal.FloatOperation, "Z": decimal.DivisionByZero,
         "O": decimal.Overflow, "U": decimal.Underflow, "S": decimal.Subnormal, "X": decimal.Inexact,
         "R": decimal.Rounded, "C": decimal.Clamped}
NEUTRAL = decimal.Context(prec=decimal.MAX_PREC, Emin=decimal.MIN_EMIN, Emax=decimal.MAX_EMAX, traps=[])

UNARY = ["abs", "plus", "minus", "exp", "ln", "log10", "logb", "sqrt", "next_minus", "next_plus", "normalize",
         "to_integral_exact", "to_integral_value", "logical_invert"]
BINARY = ["add", "subtract", "multiply", "divide", "divide_int", "remainder", "remainder_near", "divmod", "compare",
          "compare_signal", "compare_total", "compare_total_mag", "max", "max_mag", "min", "min_mag", "quantize",
          "scaleb", "shift", "rotate", "logical_and", "logical_or", "logical_xor", "next_toward", "power",
          "copy_sign", "same_quantum"]
# Weights: the four operators and what scripts use most come first.
OPERATIONS = (UNARY + BINARY + ["add", "subtract", "multiply", "divide", "quantize", "power"] * 3
              + ["exp", "ln", "log10", "sqrt", "fma", "fma", "power_modulo", "parse", "parse", "create_decimal",
                 "create_decimal_from", "sci", "eng", "repr", "format", "format", "format", "tuple", "from_tuple",
                 "from_float", "to_float", "trunc", "floor", "ceil", "round", "round_places", "round_places", "ratio",
                 "hash", "eq", "lt", "le", "gt", "ge", "eq_float", "lt_float", "class", "adjusted",
                 "quantize_rounding", "to_integral_value_rounding", "to_integral_exact_rounding", "predicates"])


class Generator:
    """Makes contexts, operands and cases from one random source."""

    def __init__(self, seed, operations=OPERATIONS):
        self.random = random.Random(seed)
        self.operations = operations
        self.context = decimal.Context()

    def choice(self, *options):
        return self.random.choice(options)

    def new_context(self):
        r = self.random
        if r.random() < 0.25:
            self.context = decimal.Context()
        else:
            prec = self.choice(1, 2, 3, 5, 7, 9, 16, 19, 20, 28, 28, 34, 38, 39, 50, r.randint(1, 60))
            if r.random() < 0.02:
                prec = r.randint(100, 400)
            limits = self.choice((-999999, 999999), (-6143, 6144), (-95, 96), (-383, 384), (-prec, prec),
                                 (0, 0), (-1, 3), (-r.randint(0, 40), r.randint(0, 40)),
                                 (-425000000, 425000000), (decimal.MIN_EMIN, decimal.MAX_EMAX))
            traps = [] if r.random() < 0.6 else r.sample(list(FLAGS.values()), r.randint(1, 4))
            self.context = decimal.Context(prec=prec, rounding=r.choice(ROUNDINGS), Emin=limits[0], Emax=limits[1],
                                           capitals=self.choice(0, 1, 1), clamp=self.choice(0, 0, 1), traps=traps)

    def digits(self, count):
        r = self.random
        kind = r.random()
        if kind < 0.55:
            return "".join(r.choice("0123456789") for _ in range(count))
        if kind < 0.63:
            return "9" * count
        if kind < 0.71:
            return r.choice("123456789") + "0" * (count - 1)
        if kind < 0.79:
            head = r.randint(1, count)
            return "".join(r.choice("0123456789") for _ in range(head)) + r.choice("0499") * (count - head)
        if kind < 0.90:
            head = r.randint(0, count)
            tail = count - head - 1
            text = "".join(r.choice("0123456789") for _ in range(head)) + "5" + "0" * max(tail, 0)
            return text[:count] if r.random() < 0.7 else text[:count - 1] + "1"
        return "".join(r.choice("01") for _ in range(count))

    def exponent(self, length):
        c, r = self.context, self.random
        kind = r.random()
        if kind < 0.35:
            return -r.randint(0, length)
        if kind < 0.6:
            return r.randint(-10, 10)
        if kind < 0.7:
            return r.randint(-c.prec - 5, c.prec + 5)
        border = self.choice(c.Emin, c.Emax, c.Etiny(), c.Etop(), c.Emax // 2, c.Emin // 2)
        return border - self.choice(0, length, length - 1) + r.randint(-2, 2)

    def special(self):
        r = self.random
        sign = self.choice("", "-")
        word = self.choice("Infinity", "NaN", "sNaN", "NaN", "sNaN")
        if word != "Infinity" and r.random() < 0.5:
            word += str(r.randint(1, 10 ** r.randint(1, self.context.prec + 2)))
        return sign + word

    def number(self, specials=0.07):
        r, prec = self.random, self.context.prec
        if r.random() < specials:
            return Decimal(self.special())
        kind = r.random()
        sign = self.choice("", "", "-")
        if kind < 0.12:
            return NEUTRAL.create_decimal(sign + str(r.randint(0, 100)))
        if kind < 0.3:
            return NEUTRAL.create_decimal(f"{sign}{r.randint(0, 10 ** r.randint(1, 9))}E{-r.randint(0, 4)}")
        if kind < 0.34:
            return NEUTRAL.create_decimal(f"{sign}0E{self.exponent(1)}")
        if kind < 0.38:
            return NEUTRAL.create_decimal(f"{sign}1.{'0' * r.randint(0, prec + 1)}")
        length = self.choice(r.randint(1, prec), prec, prec + 1, r.randint(1, 2 * prec + 3), r.randint(1, 20))
        return self.held(f"{sign}{self.digits(max(length, 1))}E{self.exponent(length)}")

    def held(self, text):
        """The number of a text, or zero where even the widest context cannot hold it."""
        value = NEUTRAL.create_decimal(text)
        return value if value.is_finite() else Decimal(0)

    def near_one(self):
        r = self.random
        text = self.choice("1.", "0.9") + self.choice("0", "9") * r.randint(0, self.context.prec) + str(r.randint(0, 999))
        return NEUTRAL.create_decimal(text)

    def moderate(self, limit=300):
        """A number whose plain notation is not long."""
        while True:
            value = self.number()
            if not value.is_finite() or -limit < value.as_tuple().exponent < limit:
                return value

    def small_integer(self, bound):
        r = self.random
        if r.random() < 0.1:
            return self.number()
        value = r.randint(-bound, bound)
        return NEUTRAL.create_decimal(value if r.random() < 0.95 else f"{value}E{r.randint(-1, 1)}")

    def logical(self):
        r = self.random
        if r.random() < 0.15:
            return self.number()
        return Decimal("".join(r.choice("01") for _ in range(r.randint(1, self.context.prec + 3))))

    def float(self):
        r = self.random
        kind = r.random()
        if kind < 0.1:
            return self.choice(0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1.7976931348623157e308, 0.1)
        if kind < 0.5:
            return r.uniform(-1000, 1000)
        if kind < 0.7:
            return float(r.randint(-10 ** 6, 10 ** 6)) / 8
        return math.ldexp(r.uniform(-1, 1), r.randint(-1100, 1024))

    def text(self):
        """Something for the constructor, mostly right."""
        r = self.random
        kind = r.random()
        if kind < 0.3:
            return str(self.number())
        digits = lambda n: "".join(r.choice("0123456789") for _ in range(n))
        text = self.choice("", "", "-", "+") + digits(r.randint(0, 12))
        if r.random() < 0.6:
            text += "." + digits(r.randint(0, 8))
        if r.random() < 0.4:
            text += self.choice("e", "E") + self.choice("", "-", "+") + digits(r.randint(0, self.choice(2, 3, 20)))
        if kind < 0.4:
            text = self.choice("", "-", "+") + "".join(
                self.choice(c, c.upper()) for c in self.choice("inf", "infinity", "nan", "snan", "infinit", "na"))
            text += self.choice("", "", digits(r.randint(1, 40)), "000" + digits(3))
        if r.random() < 0.15:
            text = text.translate({ord("0") + i: 0x0660 + i for i in range(10)})
        if r.random() < 0.1:
            text = text.translate({ord("0") + i: 0x1d7d8 + i for i in range(10)})
        if r.random() < 0.15:
            text = self.choice(" ", "\t\n", "\u00a0", "\u3000", "\x1f") + text + self.choice("", " ", "\u2003")
        for _ in range(self.choice(0, 0, 0, 1, 2)):
            at = r.randint(0, len(text))
            text = text[:at] + self.choice("_", "_", " ", "x", ".", "\u00b2", "\x00", "e") + text[at:]
        return text

    def spec(self):
        r = self.random
        text = ""
        if r.random() < 0.4:
            text += self.choice("", "", "*", "0", "\u00e9", "\u4e16", " ", "x", "<") + self.choice("<", ">", "^", "=")
        text += self.choice("", "", "+", "-", " ")
        if r.random() < 0.15:
            text += "z"
        if r.random() < 0.02:
            text += "#"
        if r.random() < 0.25:
            text += "0"
        if r.random() < 0.5:
            text += str(r.randint(0, 30))
        if r.random() < 0.3:
            text += self.choice(",", ",", ",", "_")
        if r.random() < 0.6:
            text += "." + self.choice("0", "1", "2", "3", str(r.randint(0, 40)), "")
        text += self.choice("", "", "e", "E", "f", "f", "f", "F", "g", "G", "n", "%", "%", "N", "d", "s")
        if r.random() < 0.02:
            text += self.choice("x", "f", " ")
        return text

    def operands(self, operation):
        """The operands of a case, and the function that CPython is to run on them."""
        r, c = self.random, self.context
        number = self.number
        if operation in ("exp",):
            a = number() if r.random() < 0.3 else NEUTRAL.create_decimal(f"{r.uniform(-50, 50):.{r.randint(0, 17)}f}")
            if r.random() < 0.2:
                a = self.held(f"{self.digits(r.randint(1, 20))}E{-c.prec - r.randint(-3, 25)}")
            return [a], c.exp
        if operation in ("ln", "log10"):
            a = self.choice(number, number, number, self.near_one)()
            if r.random() < 0.7:
                a = a.copy_abs()
            if r.random() < 0.1:
                a = self.held(f"1{'0' * r.randint(0, 5)}E{r.randint(-20, 20)}")
            return [a], getattr(c, operation)
        if operation == "sqrt":
            a = number()
            if r.random() < 0.8:
                a = a.copy_abs()
            if r.random() < 0.3:
                a = NEUTRAL.multiply(a.copy_abs(), a.copy_abs())
            return [a], c.sqrt
        if operation == "logical_invert":
            return [self.logical()], c.logical_invert
        if operation in UNARY:
            return [number()], getattr(c, operation)
        if operation in ("logical_and", "logical_or", "logical_xor"):
            return [self.logical(), self.logical()], getattr(c, operation)
        if operation in ("shift", "rotate"):
            return [number(), self.small_integer(c.prec + 2)], getattr(c, operation)
        if operation == "scaleb":
            return [number(), self.small_integer(self.choice(5, c.prec, 2 * (c.Emax + c.prec) + 1))], c.scaleb
        if operation in ("quantize", "quantize_rounding"):
            a, b = number(), number()
            if r.random() < 0.5 and a.is_finite():
                shifted = a.as_tuple().exponent + r.randint(-5, 8)
                b = self.held(f"1E{shifted}")
            if operation == "quantize":
                return [a, b], c.quantize
            return [a, b, r.choice(ROUNDINGS)], lambda x, y, mode: x.quantize(y, mode, c)
        if operation in ("divide_int", "remainder", "remainder_near", "divmod") and r.random() < 0.6:
            a = number()
            b = self.held(f"{self.digits(r.randint(1, c.prec))}E{self.exponent(3)}")
            if a.is_finite() and r.random() < 0.7:
                scale = a.adjusted() - r.randint(-3, c.prec + 2)
                b = self.held(f"{self.digits(r.randint(1, 9))}E{scale}")
            return [a, b], getattr(c, operation)
        if operation == "power":
            kind = r.random()
            if kind < 0.15:
                return [number(), number()], c.power
            if kind < 0.55:
                a = self.choice(number, self.near_one)()
                b = self.small_integer(self.choice(3, 10, 100, 10 ** 6))
                return [a, b], c.power
            if kind < 0.65:
                b = NEUTRAL.create_decimal(f"{self.choice('', '-')}{r.randint(1, 99)}E{r.randint(0, 25)}")
                return [self.choice(self.near_one(), number(), Decimal("1.000"), Decimal(-1), Decimal("1.0")), b], c.power
            a = self.choice(number, self.near_one)().copy_abs()
            return [a, NEUTRAL.create_decimal(f"{r.uniform(-20, 20):.{r.randint(1, 12)}f}")], c.power
        if operation == "power_modulo":
            a = self.small_integer(10 ** 12)
            b = self.small_integer(10 ** r.randint(1, 20))
            if r.random() < 0.7:
                b = b.copy_abs()
            m = self.small_integer(10 ** r.randint(1, max(1, min(c.prec, 30))))
            # CPython takes a step for every unit of the exponents' exponents.
            if any(x.is_finite() and x.as_tuple().exponent > 50 for x in (a, b, m)):
                a, b, m = Decimal(7), Decimal(20), Decimal(13)
            return [a, b, m], lambda x, y, z: c.power(x, y, z)
        if operation == "same_quantum":
            return [number(0.3), number(0.3)], c.same_quantum
        if operation in BINARY:
            a, b = number(), number()
            kind = r.random()
            if kind < 0.15 and a.is_finite():
                gap = a.as_tuple().exponent + self.choice(1, -1) * r.randint(0, c.prec + 4)
                b = self.held(f"{self.choice('', '-')}{self.digits(r.randint(1, c.prec + 2))}E{gap}")
            elif kind < 0.22:
                b = self.choice(a, a.copy_negate(), a.copy_abs())
            elif kind < 0.3 and a.is_finite():
                # The same digits with zeros after them.
                t = a.as_tuple()
                zeros = r.randint(0, 3)
                text = "".join(map(str, t.digits)) + "0" * zeros
                b = self.held(f"{'-' * t.sign}{text}E{t.exponent - self.choice(zeros, zeros, 0)}")
            return [a, b], getattr(c, operation)
        if operation == "fma":
            a, b, d = number(), number(), number()
            if r.random() < 0.3 and a.is_finite() and b.is_finite():
                scale = a.as_tuple().exponent + b.as_tuple().exponent + r.randint(-c.prec, c.prec)
                d = self.held(f"{self.choice('', '-')}{self.digits(r.randint(1, c.prec))}E{scale}")
            return [a, b, d], c.fma
        if operation == "parse":
            return [self.text()], lambda text: Decimal(text)
        if operation == "create_decimal":
            return [self.text()], c.create_decimal
        if operation == "create_decimal_from":
            return [number(0.2)], c.create_decimal
        if operation == "sci":
            return [number()], lambda x: c.to_sci_string(x)
        if operation == "eng":
            return [number()], lambda x: c.to_eng_string(x)
        if operation == "repr":
            return [number()], repr
        if operation == "format":
            return [self.moderate(60), self.spec()], format
        if operation == "tuple":
            return [number(0.3)], lambda x: x.as_tuple()
        if operation == "from_tuple":
            digits = tuple(r.randint(0, 9) for _ in range(r.randint(0, 12)))
            exponent = self.choice("F", "n", "N", r.randint(-50, 50), r.randint(-50, 50), self.exponent(3))
            return [r.randint(0, 1), digits, exponent], lambda s, d, e: Decimal((s, d, e))
        if operation == "from_float":
            return [self.float()], Decimal.from_float
        if operation == "to_float":
            a = self.moderate(400)
            if r.random() < 0.4:
                x = self.float()
                a = Decimal(x)
                if a.is_finite() and r.random() < 0.6:
                    # The middle between two floats, or just beside it.
                    half = NEUTRAL.multiply(Decimal(math.ulp(x)), Decimal("0.5"))
                    a = NEUTRAL.add(a, half)
                    if r.random() < 0.5:
                        a = NEUTRAL.add(a, NEUTRAL.create_decimal(self.choice("1E-1200", "-1E-1200")))
            return [a], float
        if operation in ("trunc", "floor", "ceil"):
            return [self.moderate()], getattr(math, operation)
        if operation == "round":
            return [self.moderate()], round
        if operation == "round_places":
            return [number(), r.randint(-5, 8)], round
        if operation == "ratio":
            return [self.moderate()], lambda x: "%d %d" % x.as_integer_ratio()
        if operation == "hash":
            a = number(0.1)
            while a.is_qnan():
                a = number(0.1)
            return [a], hash
        if operation in ("eq", "lt", "le", "gt", "ge"):
            a = number(0.15)
            b = self.choice(number(0.15), a)
            return [a, b], {"eq": lambda x, y: x == y, "lt": lambda x, y: x < y, "le": lambda x, y: x <= y,
                            "gt": lambda x, y: x > y, "ge": lambda x, y: x >= y}[operation]
        if operation in ("eq_float", "lt_float"):
            x = self.float()
            a = self.choice(Decimal(x), number(), self.moderate())
            return [a, x], {"eq_float": lambda x, y: x == y, "lt_float": lambda x, y: x < y}[operation]
        if operation == "class":
            return [number(0.2)], c.number_class
        if operation == "adjusted":
            return [number(0.2)], lambda x: x.adjusted()
        if operation.endswith("_rounding"):
            name = operation.removesuffix("_rounding")
            return [number(), r.choice(ROUNDINGS)], lambda x, mode: getattr(x, name)(mode, c)
        if operation == "predicates":
            return [number(0.3)], lambda x: "".join(
                "01"[test] for test in (x.is_finite(), x.is_infinite(), x.is_nan(), x.is_qnan(), x.is_snan(),
                                        x.is_signed(), x.is_zero(), x.is_normal(), x.is_subnormal(), bool(x)))
        raise AssertionError(operation)

    def case(self):
        operation = self.random.choice(self.operations)
        # Operands are made without flags and traps.
        decimal.setcontext(NEUTRAL.copy())
        operands, function = self.operands(operation)
        if operation == "format" and isinstance(operands[0], Decimal) and operands[0].is_finite() \
                and abs(operands[0].as_tuple().exponent) > 1000:
            return None
        fields = [operation] + [field(operand) for operand in operands]
        decimal.setcontext(self.context)
        self.context.clear_flags()
        try:
            result = function(*operands)
        except decimal.DecimalException as error:
            text = ",".join(condition.__name__ for condition in error.args[0])
            fields.append(f"!{type(error).__name__}:{text}")
        except (ValueError, OverflowError, TypeError) as error:
            fields.append(f"!{type(error).__name__}:{escaped(str(error))}")
        else:
            fields.append(field(result))
        flags = "".join(letter for letter, signal in FLAGS.items() if self.context.flags[signal])
        decimal.setcontext(NEUTRAL.copy())
        return "\t".join(fields + [flags])

    def context_line(self):
        c = self.context
        traps = "".join(letter for letter, signal in FLAGS.items() if c.traps[signal])
        return "\t".join(["context", str(c.prec), c.rounding, str(c.Emin), str(c.Emax), str(c.capitals),
                          str(c.clamp), traps])


def escaped(text):
    return "".join(c if " " <= c <= "~" and c != "\\" else f"\\u{{{ord(c):x}}}" for c in text)


def field(value):
    """The text of an operand or a result."""
    if isinstance(value, Decimal):
        return NEUTRAL.to_sci_string(value)
    if isinstance(value, decimal.DecimalTuple):
        return f"{value.sign} {''.join(map(str, value.digits))} {value.exponent}"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, tuple):
        # A pair of decimals, or digits.
        pair = value and isinstance(value[0], Decimal)
        return " ".join(map(field, value)) if pair else "".join(map(str, value))
    return escaped(str(value))


def lines(seed, count, operations):
    generator = Generator(seed, operations)
    made = 0
    while made < count:
        generator.new_context()
        yield generator.context_line()
        for _ in range(20):
            case = generator.case()
            if case is not None:
                made += 1
                yield case


def main():
    stored = pathlib.Path(__file__).with_name("cases.txt.gz")
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=22_000)
    parser.add_argument("--only", nargs="+", default=OPERATIONS, choices=sorted(set(OPERATIONS)))
    parser.add_argument("--out", type=pathlib.Path, default=stored)
    arguments = parser.parse_args()
    sys.set_int_max_str_digits(0)
    text = "\n".join(lines(arguments.seed, arguments.count, arguments.only)) + "\n"
    data = text.encode("ascii")
    if arguments.out.suffix == ".gz":
        # No time stamp and no file name, so that equal cases are equal files.
        data = gzip.compress(data, compresslevel=9, mtime=0)
    arguments.out.write_bytes(data)


if __name__ == "__main__":
    main()
