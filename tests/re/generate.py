"""Records what CPython 3.11's `re` does, for tests/re.rs.

    python3.11 generate.py                    writes cases.txt beside this file
    python3.11 generate.py SEED COUNT FILE    writes COUNT random cases of another seed, for fuzzing

The hand-picked cases are in picked.py. Each line of the output is one case, its fields separated by tabs:

    kind flags pattern "!" class message pos lineno colno
    kind flags pattern "=" flags groups names subject pos,endpos search match fullmatch finditer template sub split

Kind is "t" for str and "b" for bytes. In texts, everything but printable ASCII, and `\\ ; |`, is written `\\{hex}`.
A match is `start,end` of the whole and of each group (`-` for none) separated by `;`, then `@` and `lastindex`; no match
is `-`; matches are separated by spaces. Split pieces are separated by `;`, `|` stands for None. A result CPython itself cannot
report (it raises SystemError) is `?`.
"""

import pathlib
import random
import re
import signal
import sys
import warnings

from picked import PICKED

warnings.simplefilter("ignore")
FLAG_VALUES = [re.A, re.I, re.L, re.M, re.S, re.U, re.X]


def encode(text):
    if text is None:
        return "|"
    if isinstance(text, bytes):
        text = text.decode("latin1")
    return "".join(c if " " <= c <= "~" and c not in "\\;|" else "\\{%x}" % ord(c) for c in text)


def show(match):
    if match is None:
        return "-"
    spans = ["-" if a < 0 else f"{a},{b}" for a, b in match.regs]
    return ";".join(spans) + "@" + str(match.lastindex or 0)


def attempt(function):
    try:
        return function()
    except SystemError:
        return "?"


def describe(error):
    pos = getattr(error, "pos", None)
    message = error.msg if isinstance(error, re.error) else str(error.args[0])
    return [type(error).__name__, encode(message), str(pos)]


def record(kind, pattern, flags, subject, template, bounds=None):
    """The line of one case; None if it takes too long."""
    line = [kind, str(int(flags)), encode(pattern)]
    try:
        compiled = re.compile(pattern, flags)
    except (re.error, ValueError, OverflowError) as error:
        place = [str(getattr(error, name, None)) for name in ("lineno", "colno")]
        return "\t".join(line + ["!"] + describe(error) + place)
    except RecursionError:
        return "\t".join(line + ["!", "RecursionError", "", "None", "None", "None"])
    names = ",".join(f"{encode(name)}={number}" for name, number in compiled.groupindex.items())
    pos, endpos = bounds or (0, len(subject))
    results = [
        attempt(lambda: show(compiled.search(subject, pos, endpos))),
        attempt(lambda: show(compiled.match(subject, pos, endpos))),
        attempt(lambda: show(compiled.fullmatch(subject, pos, endpos))),
        attempt(lambda: " ".join(map(show, compiled.finditer(subject, pos, endpos)))),
        encode(template),
    ]
    try:
        text, count = compiled.subn(template, subject)
        results.append(encode(text) + ";" + str(count))
    except (re.error, IndexError) as error:
        results.append("!" + ";".join(describe(error)))
    except SystemError:
        results.append("?")
    results.append(attempt(lambda: ";".join(map(encode, compiled.split(subject)))))
    head = [str(int(compiled.flags)), str(compiled.groups), names, encode(subject), f"{pos},{endpos}"]
    return "\t".join(line + ["="] + head + results)


class Timeout(Exception):
    pass


def expire(*_):
    raise Timeout


def guarded(*case):
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        return record(*case)
    except Timeout:
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Grammar:
    """Random patterns and subjects over a small alphabet, so that they often match."""

    PLAIN = "aaabbbc1 "
    CASED = "aAbBkK\u212asS\u017fiI\u0130\u0131\xdf\u1e9e\xe9\xc9\u03c3\u03c2\u03a3\xb5\u03bc\u039c"
    OTHER = "\n-_.,\u0663\xb2\u4e00\U00010400\U00010428\U0001f600\ud800\udc00\u1c80\u0432\u0345\u03b9\u1fbe\ufb05\ufb06"
    BYTES = "aAbBkKsSiI1 \n-_.,\xe9\xc9\xff"

    SOUP = ["(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "\\", "^", "$", ".", "-", "a", "b", "1", "2", ",", ":", "=", "!", "<", ">",
            "P", "i", "x", "u", "L", "#", "'", "\n", " ", "(?", "(?:", "(?P<", "(?P=", "(?(", "(?<=", "\\x", "\\u", "\\N{", "\\1", "\\0",
            "\\d", "\\b", "[^", "{1,", "{2}", "\xe9", "(a)", "(?P<a>", "(?i)", "(?-i:", "\\Z", "&&", "--", "||", "~~", "a-z", "9"]

    def __init__(self, rng):
        self.rng = rng

    def case(self):
        rng = self.rng
        self.text = rng.random() < 0.8
        # A dense case has little but groups and repetitions over two letters.
        self.dense = rng.random() < 0.3
        if self.dense:
            self.alphabet = "ab"
        elif rng.random() < 0.5:
            self.alphabet = self.PLAIN
        else:
            self.alphabet = self.PLAIN + (self.CASED + self.OTHER if self.text else self.BYTES)
        self.groups = 0
        self.closed = []
        self.names = []
        self.behind = False
        pattern = self.alternatives(rng.randint(3, 6) if self.dense else rng.randint(1, 4))
        flags = 0
        for flag in FLAG_VALUES:
            if rng.random() < (0.25 if flag in (re.I, re.M, re.S) else 0.06):
                flags |= flag
        if self.text:
            flags &= ~re.L if rng.random() < 0.95 else ~0
        else:
            flags &= ~re.U if rng.random() < 0.95 else ~0
        if rng.random() < 0.05:
            pattern = "(?" + rng.choice(["i", "m", "s", "x", "a", "im", "u", "L", "si"]) + ")" + pattern
        if rng.random() < 0.12:
            pattern = self.damaged(pattern)
        elif rng.random() < 0.1:
            pattern = "".join(rng.choice(self.SOUP) for _ in range(rng.randint(1, 8)))
        subject = "".join(rng.choice(self.alphabet) for _ in range(rng.randint(0, 14)))
        template = self.template()
        bounds = None
        if rng.random() < 0.15:
            bounds = rng.randint(0, len(subject)), rng.randint(0, len(subject))
            if bounds[0] > bounds[1]:
                bounds = bounds[::-1]
        if self.text:
            return "t", pattern, flags, subject, template, bounds
        return "b", *(self.to_bytes(x) if isinstance(x, str) else x for x in (pattern, flags, subject, template)), bounds

    @staticmethod
    def to_bytes(text):
        return text.encode("latin1", "replace")

    def damaged(self, pattern):
        for _ in range(self.rng.randint(1, 2)):
            at = self.rng.randint(0, len(pattern))
            if self.rng.random() < 0.5:
                pattern = pattern[:at] + pattern[at + 1:]
            else:
                junk = self.rng.choice(["(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "\\", "(?", "(?P<", "-", "^", "$",
                                        "(?<", "x{2,1}", "\\x", "\\9", "(?i", "(?-", "(?P=", "[z-a]", "(?(", "\\400", "\n", "#", "é"])
                pattern = pattern[:at] + junk + pattern[at:]
        return pattern

    def char(self):
        return self.rng.choice(self.alphabet)

    def literal(self):
        c = self.char()
        return "\\" + c if not c.isalnum() and c != "_" and self.rng.random() < 0.5 or c in "-." else c

    def set_item(self):
        kind = self.rng.random()
        if kind < 0.5:
            c = self.char()
            return "\\" + c if c in "-]^\\[" else c
        if kind < 0.7:
            low, high = sorted((self.char(), self.char()))
            return "\\-" if "-" in (low, high) else f"{low}-{high}"
        if kind < 0.9:
            return self.rng.choice(["\\d", "\\D", "\\s", "\\S", "\\w", "\\W"])
        return self.rng.choice(["a-z", "A-Z", "\\x41", "\\101", "\\n", "0-9", "\\0"] + (["\\u0130-\\u0140", "\\U00010400-\\U0001044f", "à-þ"] if self.text else []))

    def atom(self, depth):
        rng = self.rng
        kind = rng.random()
        if depth <= 0 or kind < (0.25 if self.dense else 0.42):
            kind = rng.random() * (0.6 if self.dense else 1)
            if kind < 0.5:
                return self.literal()
            if kind < 0.6:
                return "."
            if kind < 0.75:
                negated = "^" if rng.random() < 0.3 else ""
                return "[" + negated + "".join(self.set_item() for _ in range(rng.randint(1, 4))) + "]"
            if kind < 0.85:
                return rng.choice(["\\d", "\\D", "\\s", "\\S", "\\w", "\\W"])
            if kind < 0.95:
                return rng.choice(["^", "$", "\\A", "\\Z", "\\b", "\\B"])
            return rng.choice(["\\x61", "\\141", "\\n", "\\t"] + (["\\u0061", "\\U00000062", "\\N{DIGIT ONE}"] if self.text else []))
        inner = depth - 1
        if kind < 0.62:
            self.groups += 1
            number = self.groups
            head = "("
            if rng.random() < 0.2:
                head = f"(?P<n{number}>"
                self.names.append(f"n{number}")
            body = self.alternatives(inner)
            self.closed.append(number)
            return head + body + ")"
        if kind < 0.72:
            return "(?:" + self.alternatives(inner) + ")"
        if kind < 0.77:
            return "(?>" + self.alternatives(inner) + ")"
        if kind < 0.83:
            return rng.choice(["(?=", "(?!"]) + self.alternatives(inner) + ")"
        if kind < 0.87:
            body = "".join(self.literal() for _ in range(rng.randint(0, 3))) if rng.random() < 0.7 else self.alternatives(inner)
            return rng.choice(["(?<=", "(?<!"]) + body + ")"
        if kind < 0.91:
            return f"(?{rng.choice(['i', '-i', 's', 'm', 'a', 'i-s', 'x', 'u', 'ms-i'])}:" + self.alternatives(inner) + ")"
        if kind < 0.97 and self.closed:
            number = rng.choice(self.closed)
            name = f"n{number}"
            if name in self.names and rng.random() < 0.5:
                return f"(?P={name})"
            return f"\\{number}" if number < 10 else ""
        if self.groups:
            number = rng.randint(1, self.groups + (rng.random() < 0.05))
            other = "|" + self.sequence(inner) if rng.random() < 0.6 else ""
            return f"(?({number}){self.sequence(inner)}{other})"
        return self.literal()

    def sequence(self, depth):
        parts = []
        for _ in range(self.rng.choice([0, 1, 1, 2, 2, 3])):
            part = self.atom(depth)
            if self.rng.random() < 0.35 and part not in ("^", "$", "\\A", "\\Z", "\\b", "\\B"):
                part += self.rng.choice(["*", "+", "?", "{2}", "{1,2}", "{,2}", "{1,}", "{0}", "{,}", "{2,3}"])
                part += self.rng.choice(["", "", "", "?", "+"])
            parts.append(part)
        return "".join(parts)

    def alternatives(self, depth):
        return "|".join(self.sequence(depth) for _ in range(self.rng.choice([1, 1, 1, 2, 2, 3])))

    def template(self):
        parts = []
        for _ in range(self.rng.randint(0, 3)):
            kind = self.rng.random()
            if kind < 0.4:
                parts.append(self.char())
            elif kind < 0.6:
                parts.append(f"\\{self.rng.randint(1, max(self.groups, 1))}")
            elif kind < 0.8:
                parts.append(f"\\g<{self.rng.choice([*self.names, '0', '1', '2'])}>")
            else:
                parts.append(self.rng.choice(["\\n", "\\\\", "\\0", "\\101", "\\.", "\\&", "-"]))
        if self.rng.random() < 0.05:
            parts.append(self.rng.choice(["\\", "\\g", "\\g<", "\\g<x", "\\g<x>", "\\g<>", "\\q", "\\g<-1>", "\\99", "\\400", "\\g<1_0>", "\\g< 1>"]))
        return "".join(parts)


def random_cases(seed, count):
    rng = random.Random(seed)
    grammar = Grammar(rng)
    done = 0
    while done < count:
        line = guarded(*grammar.case())
        if line is not None:
            done += 1
            yield line


def picked_cases():
    for pattern, flags, subject, template, *bounds in PICKED:
        kind = "t" if isinstance(pattern, str) else "b"
        yield record(kind, pattern, flags, subject, template, *bounds)


def main():
    signal.signal(signal.SIGALRM, expire)
    if len(sys.argv) > 1:
        seed, count, target = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
        lines = random_cases(seed, count)
    else:
        target = pathlib.Path(__file__).with_name("cases.txt")
        lines = [*picked_cases(), *random_cases(1, 2500)]
    with open(target, "w", encoding="ascii", newline="\n") as out:
        for line in lines:
            out.write(line + "\n")


if __name__ == "__main__":
    main()
