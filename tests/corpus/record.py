#!/usr/bin/env python3
"""Record the conformance corpus from CPython 3.11, or compare it with `--check`.

    python3 record.py                    record every case
    python3 record.py --check            compare only; exit status 1 on a difference
    python3 record.py operators str/join.dw   only these folders or files

The format of a case is described in README.md. Cases with `# oracle: spec` cannot run here:
their expectation is written by hand, and only their form is checked. Cases that name `Crypto`
need the package pycryptodome; without it only their form is checked too.
"""

import __future__
import _strptime
import argparse
import contextlib
import io
import json
import os
import pathlib
import re
import sys
import time
import tokenize
import types
import warnings

import base64
import builtins
import collections
import copy
import csv
import datetime
import decimal
import functools
import hashlib
import hmac
import math
import random
import socket
import string
import struct
import unicodedata
import urllib.parse
import uuid
import zoneinfo

try:
    import Crypto.Cipher.AES
    from Crypto.Hash import HMAC, MD5, SHA1, SHA224, SHA256, SHA384, SHA512  # noqa: F401
    import Crypto.PublicKey.RSA
    import Crypto.Random
    import Crypto.Signature.PKCS1_v1_5
    import Crypto.Util.Padding
except ModuleNotFoundError:
    Crypto = None

CORPUS = pathlib.Path(__file__).resolve().parent

EXPECTATION = re.compile(r"#(?:=>|!!|print>)")
HEADER = re.compile(
    r"# (payload|vars|attrs|error|isthrowing|id|seq_id|mime|charset|payload-file|payload-from"
    r"|timezone|floats|oracle|diagnostic|vars\.\w+\.payload): ?(.*)"
)

# ---------------------------------------------------------------------------------------------
# The names a program sees


def csv_with_list_targets():
    """The `csv` module with writers that append lines to a list, as the language has them."""

    class ListTarget:
        def __init__(self, lines):
            self.write = lines.append

    module = types.ModuleType("csv")
    module.__dict__.update({name: value for name, value in vars(csv).items() if name[:2] != "__"})
    module.writer = lambda target, *args, **fmt: csv.writer(ListTarget(target), *args, **fmt)
    module.DictWriter = lambda target, *args, **fmt: csv.DictWriter(ListTarget(target), *args, **fmt)
    return module


MODULES = {
    "base64": base64, "collections": collections, "copy": copy, "csv": csv_with_list_targets(),
    "datetime": datetime, "decimal": decimal, "functools": functools, "hashlib": hashlib,
    "hmac": hmac, "json": json, "math": math, "random": random, "re": re, "socket": socket,
    "string": string, "struct": struct, "time": time, "unicodedata": unicodedata,
    "urllib": urllib, "uuid": uuid, "zoneinfo": zoneinfo,
}

if Crypto:
    MODULES["Crypto"] = Crypto

FUNCTIONS = """
    abs all any ascii bin bool bytearray bytes callable chr dict divmod enumerate filter float
    format frozenset getattr hasattr hash hex id int isinstance issubclass iter len list map max
    min next object oct ord pow print range repr reversed round set slice sorted str sum tuple
    type zip Ellipsis NotImplemented
""".split()

ABSENT_EXCEPTIONS = {"BaseExceptionGroup", "ExceptionGroup"}


def import_hook(name, globals=None, locals=None, fromlist=(), level=0):
    """`import` in a case: only the modules of the language, and nothing is loaded."""
    if name == "_strptime":  # what `strptime` of `time` and `datetime` imports at its first use
        return _strptime
    root = name.partition(".")[0]
    if level or root not in MODULES or root == "urllib" and name not in (root, "urllib.parse"):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return sys.modules[name] if fromlist and name != "csv" else MODULES[root]


def builtin_names():
    names = {name: getattr(builtins, name) for name in FUNCTIONS}
    for name, value in vars(builtins).items():
        if isinstance(value, type) and issubclass(value, BaseException):
            names[name] = value
    for name in ABSENT_EXCEPTIONS:
        del names[name]
    names["__import__"] = import_hook
    names.update(MODULES)
    return names


class Message:
    """The `msg` of a case: three writable attributes, four read-only ones."""

    READ_ONLY = {"id", "seq_id", "error", "isthrowing"}

    def __init__(self, **attributes):
        self.__dict__.update(attributes)

    def __setattr__(self, name, value):
        if name in self.READ_ONLY:
            raise AttributeError(f"attribute {name!r} of 'Message' objects is not writable")
        self.__dict__[name] = value


# ---------------------------------------------------------------------------------------------
# A case


class MalformedCase(Exception):
    """A file that is not a case, or a result that no program may return."""


class Case:
    def __init__(self, path):
        self.path = path
        lines = path.read_bytes().decode("utf-8").splitlines(keepends=True)
        end = len(lines)
        while end and EXPECTATION.match(lines[end - 1]):
            end -= 1
        self.body = "".join(lines[:end])
        self.recorded = [line.rstrip("\r\n") for line in lines[end:]]
        self.header = {}
        for line in lines[:end]:
            line = line.lstrip("\ufeff").rstrip("\r\n")
            if not line.startswith("#"):
                break
            if match := HEADER.fullmatch(line):
                self.header[match[1]] = match[2]

    @property
    def source(self):
        return self.body.removeprefix("\ufeff")

    @property
    def is_spec(self):
        return self.header.get("oracle") == "spec"

    @property
    def needs_crypto(self):
        return re.search(r"\bCrypto\b", self.source) is not None

    def is_script(self):
        """Whether the keyword `def` occurs among the tokens; otherwise it is an expression."""
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(self.source).readline))
        except (tokenize.TokenError, SyntaxError):
            return re.search(r"(?m)^\s*def ", self.source) is not None
        return any(token.type == tokenize.NAME and token.string == "def" for token in tokens)

    def compile(self):
        # Annotations are never evaluated in the language; this flag has the same effect.
        flags = __future__.annotations.compiler_flag
        if self.is_script():
            return compile(self.source, self.path.name, "exec", flags, dont_inherit=True)
        return compile(f"(\n{self.source}\n)", self.path.name, "eval", flags, dont_inherit=True)

    def message(self):
        header = self.header

        def read(key, default):
            try:
                return json.loads(header[key]) if key in header else default
            except ValueError as error:
                raise MalformedCase(f"header `{key}` is not JSON: {error}") from None

        def plain(payload, variables, attrs):
            return Message(
                payload=payload, vars=variables, attrs=attrs,
                id=header.get("id", "msg-1"), seq_id=header.get("seq_id", "seq-1"),
                error=read("error", None), isthrowing=read("isthrowing", False),
            )

        if "mime" in header or "payload-file" in header:
            raise MalformedCase("a payload with a MIME type needs `# oracle: spec`")
        variables = read("vars", {})
        for key in header:
            if match := re.fullmatch(r"vars\.(\w+)\.payload", key):
                variables[match[1]] = plain(read(key, None), {}, {})
        payload = read("payload", None)
        if "payload-from" in header:
            payload = Case(self.path.parent / header["payload-from"]).evaluate()
        return plain(payload, variables, read("attrs", {}))

    def evaluate(self):
        """The raw result of the program."""
        code = self.compile()
        os.environ["TZ"] = self.header.get("timezone", "UTC")
        time.tzset()
        decimal.setcontext(decimal.DefaultContext.copy())
        namespace = {"__builtins__": builtin_names(), "__name__": "__dataway__"}
        msg = self.message()
        if not self.is_script():
            return eval(code, namespace | {"msg": msg})
        exec(code, namespace)
        return namespace["dw_process"](msg)

    def answer(self):
        """The expectation lines that CPython gives."""
        output = io.StringIO()
        try:
            self.compile()
        except SyntaxError as error:
            if "diagnostic" not in self.header:
                raise MalformedCase(f"compile error without `# diagnostic:`: {error}") from None
            return [f"#!! {type(error).__name__}"]
        try:
            with contextlib.redirect_stdout(output):
                value = returned(self.evaluate())
            last = "#=> " + repr(value)
        except MalformedCase:
            raise
        except BaseException as error:
            text = str(error).replace("\n", "\\n")
            last = f"#!! {type(error).__name__}: {text}".rstrip()
        printed = output.getvalue().removesuffix("\n")
        lines = [f"#print> {line}".rstrip() for line in printed.split("\n")] if printed else []
        return lines + [last]

    def check_form(self):
        """What can be checked of a case that only the specification answers."""
        if not self.recorded or self.recorded[-1].startswith("#print>"):
            raise MalformedCase("no expectation")
        if "diagnostic" not in self.header:
            try:
                self.compile()
            except SyntaxError as error:
                raise MalformedCase(f"does not compile: {error}") from None

    def write(self, lines):
        text = self.body
        if not text.endswith(("\n", "\r")):
            text += "\n"
        text += "".join(line + "\n" for line in lines)
        self.path.write_bytes(text.encode("utf-8", "backslashreplace"))


# ---------------------------------------------------------------------------------------------
# What a program may return

SCALARS = (type(None), bool, int, float, str, bytes, decimal.Decimal,
           datetime.datetime, datetime.date, datetime.time)
DICTS = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)


def returned(value, top=True, inside=()):
    """The value as the host gets it: tuples and generators as lists, bytearrays as bytes."""
    if type(value) in SCALARS:
        return value
    if isinstance(value, bytearray):
        return bytes(value)
    if any(value is outer for outer in inside):
        raise MalformedCase("the result contains itself")
    inside += (value,)
    if isinstance(value, (list, tuple)) or top and isinstance(value, types.GeneratorType):
        return [returned(item, False, inside) for item in value]
    if type(value) in DICTS:
        for key in value:
            if type(key) not in SCALARS:
                raise MalformedCase(f"not returnable as a key: {type(key).__name__}")
        return {key: returned(item, False, inside) for key, item in value.items()}
    raise MalformedCase(f"not returnable: {type(value).__name__}")


# ---------------------------------------------------------------------------------------------


def files(arguments):
    for root in [CORPUS / argument for argument in arguments] or [CORPUS]:
        yield from sorted(root.rglob("*.dw")) if root.is_dir() else [root]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("paths", nargs="*", help="folders or files below the corpus")
    options = parser.parse_args()
    if sys.version_info[:2] != (3, 11):
        sys.exit("the oracle is CPython 3.11; this is " + sys.version.split()[0])
    warnings.simplefilter("ignore")

    cases = changed = malformed = 0
    for path in files(options.paths):
        cases += 1
        name = path.relative_to(CORPUS)
        try:
            case = Case(path)
            if case.is_spec or case.needs_crypto and not Crypto:
                case.check_form()
                continue
            lines = case.answer()
        except MalformedCase as error:
            malformed += 1
            print(f"{name}: {error}")
            continue
        written = [line.encode("utf-8", "backslashreplace").decode() for line in lines]
        if written == case.recorded:
            continue
        changed += 1
        if options.check:
            print(f"{name}:\n  recorded {case.recorded}\n  CPython  {written}")
        else:
            case.write(lines)
    verb = "differ" if options.check else "recorded anew"
    print(f"{cases} cases, {changed} {verb}, {malformed} malformed")
    sys.exit(1 if malformed or options.check and changed else 0)


if __name__ == "__main__":
    main()
