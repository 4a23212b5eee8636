"""Records what CPython 3.11 answers to random civil time operations.

    python3.11 generate.py                      writes operations.txt.gz next to this file (the committed record)
    python3.11 generate.py SEED COUNT OUTPUT    writes another sample, for fuzzing

The output is deterministic for a seed. One operation a line, fields separated by tabs:

    @ zone                      the zone of the run from here on
    operation arguments answer  the answer is "=" and a text, or "!", a letter for the exception class and its text

Texts are escaped as in Python's unicode_escape. Argument forms are those of the functions `show_*` below; the reader
is ../datetime.rs. Only zones whose rules have not changed for long take part, and local times with two readings are
left out where the C library's answer depends on earlier calls.
"""

import gzip
import os
import pathlib
import random
import re
import struct
import sys
import time
import zoneinfo
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta, timezone
from datetime import time as clock

ZONES = [
    "UTC", "America/New_York", "Europe/Berlin", "Asia/Shanghai", "Asia/Kolkata", "Australia/Sydney", "Asia/Tokyo",
    "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Etc/GMT+5", "America/Los_Angeles",
    "Africa/Johannesburg", "Pacific/Auckland", "Europe/Paris",
]
if os.environ.get("CIVIL_ALL_ZONES"):
    ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})
RUN_ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Shanghai", "Australia/Sydney", "Australia/Lord_Howe", "Etc/GMT+5"]
if os.environ.get("CIVIL_ALL_ZONES"):
    RUN_ZONES = ZONES
SPECS = ["auto", "hours", "minutes", "seconds", "milliseconds", "microseconds"]
DIRECTIVES = "aAbBcCdDeFfgGhHIjklmMnpPrRStTuUVwWxXyYzZ%"
PARSED = "aAbBcdfGHIjmMpSuUVwWxXyYzZ%"
UNITS = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"]
CLASSES = [
    (zoneinfo.ZoneInfoNotFoundError, "N"), (ValueError, "V"), (TypeError, "T"), (OverflowError, "O"),
    (ZeroDivisionError, "Z"), (OSError, "S"), (re.error, "R"),
]


def escape(text):
    return text.encode("unicode_escape").decode("ascii")


def show_zone(zone):
    if zone is None:
        return "-"
    if isinstance(zone, zoneinfo.ZoneInfo):
        return "N" + zone.key
    offset = zone.utcoffset(None) // timedelta(microseconds=1)
    if zone is timezone.utc:
        return "F0"
    name = zone.__getinitargs__()[1:]
    return f"F{offset}" + (f"={escape(name[0])}" if name else "")


def show_date(day):
    return f"{day.year},{day.month},{day.day}"


def show_clock(value):
    fields = value.hour, value.minute, value.second, value.microsecond, value.fold
    return ",".join(map(str, fields)) + "," + show_zone(value.tzinfo)


def show_moment(value):
    return show_date(value) + "," + show_clock(value)


def show_delta(delta):
    return str(delta // timedelta(microseconds=1))


def show_number(number):
    if isinstance(number, float):
        return "f%016x" % struct.unpack(">Q", struct.pack(">d", number))[0]
    return f"i{number}"


def show_tuple(fields):
    shown = ",".join(map(str, tuple(fields)[:9]))
    if isinstance(fields, time.struct_time) and fields.tm_zone is not None:
        shown += f",{escape(fields.tm_zone)},{fields.tm_gmtoff}"
    return shown


def optional(value):
    return "-" if value is None else str(value)


class Recorder:
    def __init__(self, seed, count):
        self.random = random.Random(seed)
        self.count = count
        self.lines = []
        self.run_zone = None

    # Random values.

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, probability):
        return self.random.random() < probability

    def year(self):
        kind = self.random.random()
        if kind < 0.7:
            return self.random.randint(1900, 2100)
        if kind < 0.9:
            return self.random.randint(MINYEAR, MAXYEAR)
        return self.pick(1, 2, 4, 100, 400, 999, 1000, 1582, 1600, 1899, 9998, 9999)

    def day(self):
        kind = self.random.random()
        if kind < 0.1:
            return self.pick(date.min, date.max, date(2024, 2, 29), date(1970, 1, 1), date(1900, 1, 1))
        year = self.year()
        if kind < 0.3:
            return self.pick(date(year, 1, 1), date(year, 12, 31), date(year, 3, 1), date(year, 12, 29))
        first = date(year, 1, 1).toordinal()
        return date.fromordinal(min(first + self.random.randint(0, 364), date.max.toordinal()))

    def name(self):
        return self.pick("EST", "X", "UTC", "", "a%b%Z", "it's", "中文", "é\n\"")

    def fixed(self):
        kind = self.random.random()
        if kind < 0.3:
            return timezone.utc
        if kind < 0.7:
            offset = timedelta(minutes=self.random.randint(-24 * 4 + 1, 24 * 4 - 1) * 15)
        elif kind < 0.9:
            offset = timedelta(seconds=self.random.randint(-86399, 86399))
        else:
            offset = timedelta(microseconds=self.random.randint(-86399999999, 86399999999))
        return timezone(offset, self.name()) if self.chance(0.2) else timezone(offset)

    def zone(self, naive=0.3):
        kind = self.random.random()
        if kind < naive:
            return None
        if kind < naive + (1 - naive) / 2:
            return self.fixed()
        return zoneinfo.ZoneInfo(self.random.choice(ZONES))

    def clock(self, zone=None):
        kind = self.random.random()
        micro = self.pick(0, 0, 0, 1, 500000, 999999, self.random.randint(0, 999999))
        if kind < 0.1:
            return self.pick(clock.min, clock.max).replace(tzinfo=zone)
        fold = int(self.chance(0.2))
        fields = [self.random.randint(0, 23), self.random.randint(0, 59), self.random.randint(0, 59), micro]
        for index in range(self.random.randint(0, 3) if self.chance(0.4) else 0):
            fields[3 - index] = 0
        return clock(*fields, tzinfo=zone, fold=fold)

    def moment(self, zone="any", near=0.3):
        zone = self.zone() if zone == "any" else zone
        around = zone if isinstance(zone, zoneinfo.ZoneInfo) else zoneinfo.ZoneInfo(self.run_zone)
        if self.chance(near):
            change = self.change(around)
            if change is not None:
                shift = timedelta(minutes=self.random.randint(-8, 8) * 15, seconds=self.pick(0, 0, -1, 1))
                value = (change + shift).replace(tzinfo=zone, fold=int(self.chance(0.5)))
                return value
        return datetime.combine(self.day(), self.clock(zone))

    def change(self, zone):
        """A wall clock near a change of offset of a zone."""
        year = self.random.randint(1950, 2060) if self.chance(0.8) else self.random.randint(1860, 2500)
        low = datetime(year, 1, 1, tzinfo=timezone.utc)
        step = timedelta(days=7)
        offset = low.astimezone(zone).utcoffset()
        for _ in range(53):
            high = low + step
            if high.astimezone(zone).utcoffset() != offset:
                while high - low > timedelta(seconds=1):
                    middle = (low + (high - low) / 2).replace(microsecond=0)
                    if middle.astimezone(zone).utcoffset() == offset:
                        low = middle
                    else:
                        high = middle
                return high.astimezone(zone).replace(tzinfo=None)
            low = high
        return None

    def micros(self):
        kind = self.random.random()
        top = 999999999 * 86400 * 10**6 + 86399999999
        if kind < 0.3:
            return self.random.randint(-10**7, 10**7)
        if kind < 0.6:
            return self.random.randint(-400 * 365 * 86400 * 10**6, 400 * 365 * 86400 * 10**6)
        if kind < 0.75:
            return self.random.randint(-10**6, 10**6) * 86400 * 10**6
        if kind < 0.9:
            return self.random.randint(-top + 86399999999, top)
        return self.pick(0, 1, -1, 999999, 10**6, 86399999999, 86400000000, -86400000000, top, -top + 86399999999)

    def delta(self):
        return timedelta(microseconds=self.micros())

    def float(self):
        kind = self.random.random()
        if kind < 0.3:
            return self.random.uniform(-10, 10)
        if kind < 0.5:
            return self.random.randint(-2000, 2000) / 2 ** self.random.randint(0, 12)
        if kind < 0.7:
            return self.random.uniform(-1, 1) * 10 ** self.random.randint(-12, 12)
        if kind < 0.8:
            return struct.unpack(">d", self.random.randbytes(8))[0]
        return self.pick(0.0, -0.0, 0.5, 1.5, -0.5, 2.5, 1e-6, 5e-7, 1e300, -1e300, 5e-324, float("inf"), float("nan"))

    def int(self):
        kind = self.random.random()
        if kind < 0.6:
            return self.random.randint(-100, 100)
        if kind < 0.9:
            return self.random.randint(-10**12, 10**12)
        return self.pick(0, 1, -1, 2**31, -(2**31), 2**63, 10**25, -(10**30))

    def number(self):
        return self.float() if self.chance(0.5) else self.int()

    def timestamp(self):
        kind = self.random.random()
        if kind < 0.5:
            value = self.random.uniform(-3e9, 5e9)
        elif kind < 0.7:
            value = self.random.randint(-62135596800 - 200000, 253402300800 + 200000)
        elif kind < 0.8:
            value = self.random.randint(-4 * 10**9, 8 * 10**9) + self.pick(0.5, 5e-7, 1.5e-6, 0.9999999, 0.9999995)
        else:
            value = self.pick(0, -1, -0.5, 1e18, -1e17, 10**17, 2**63, -(2**63) - 1, float("inf"), float("nan"), 1e300,
                              253402300799.9999999, -62135596800, -62135596801, 0.9999996, -5e-7, -1e-7)
        if self.chance(0.3):
            change = self.change(zoneinfo.ZoneInfo(self.run_zone))
            if change is not None:
                value = change.replace(tzinfo=timezone.utc).timestamp() + self.random.randint(-24, 24) * 1800
        return value

    def tuple(self):
        if self.chance(0.5):
            fields = self.day().timetuple()
            fields = list(fields[:3]) + [self.random.randint(0, 23), self.random.randint(0, 59), self.random.randint(0, 61)] \
                + list(fields[6:8]) + [self.pick(-1, 0, 1)]
        else:
            fields = [self.pick(self.random.randint(-3000, 12000), self.year()), self.random.randint(0, 12),
                      self.random.randint(0, 31), self.random.randint(0, 23), self.random.randint(0, 59),
                      self.random.randint(0, 61), self.random.randint(0, 6), self.random.randint(0, 366), self.pick(-1, 0, 1)]
        if self.chance(0.1):
            index = self.random.randint(0, 8)
            fields[index] = self.pick(-1, 62, 367, 400, 2**31, -(2**31), 2**40, -2, 13, 32, 24, 60)
        if self.chance(0.3):
            return time.struct_time(tuple(fields) + ("Zz" + self.pick("", "T", "%d"), self.random.randint(-90000, 90000)))
        return time.struct_time(tuple(fields))

    def format(self, letters, flags):
        parts = []
        for _ in range(self.random.randint(0, 5)):
            parts.append(self.pick("", " ", "-", ":", "T", "x", "é", "  ", "%%"))
            flag = self.pick(*flags) if self.chance(0.3) else ""
            parts.append("%" + flag + self.random.choice(letters))
        if self.chance(0.05):
            parts.append(self.pick("%", "%q", "%-Q", "%J", "% ", "%é"))
        return "".join(parts)

    # Recording.

    def record(self, name, arguments, action):
        try:
            answer = "=" + escape(action())
        except Exception as error:  # noqa: BLE001 - every exception is an answer
            letter = next(letter for cls, letter in CLASSES if isinstance(error, cls))
            text = error.args[0] if letter == "N" else str(error)
            answer = "!" + letter + escape(text)
        self.lines.append("\t".join([name, *arguments, answer]))

    def set_run_zone(self, zone):
        self.run_zone = zone
        os.environ["TZ"] = zone
        time.tzset()
        self.lines.append("@\t" + zone)

    def has_one_reading(self, fields):
        """Whether a local wall clock is neither skipped nor repeated nor close to it."""
        try:
            day = datetime(fields[0], 1, 1) + timedelta(days=31 * (fields[1] - 1))
            for hours in range(-48, 24 * 35, 12):
                near = day + timedelta(hours=hours)
                near.timestamp()
            base = datetime(fields[0] + (fields[1] - 1) // 12, (fields[1] - 1) % 12 + 1, 1) + timedelta(
                days=fields[2] - 1, hours=fields[3], minutes=fields[4], seconds=fields[5])
            return all((base + timedelta(hours=h)).timestamp() == (base + timedelta(hours=h)).replace(fold=1).timestamp()
                       for h in (-1, 0, 1))
        except (ValueError, OverflowError, OSError):
            return False

    def run(self):
        operations = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("op_")]
        # Formats have the most cases.
        operations += [self.op_strftime, self.op_strptime] * 3
        while len(self.lines) < self.count:
            self.set_run_zone(self.random.choice(RUN_ZONES))
            for operation in self.random.choices(operations, k=120):
                operation()
        return self.lines

    # Operations, one method each.

    def op_date_new(self):
        fields = [self.pick(self.year(), 0, 10000, -1), self.random.randint(0, 13), self.random.randint(0, 32)]
        self.record("date.new", [",".join(map(str, fields))], lambda: repr(date(*fields)))

    def op_date_info(self):
        day = self.day()
        self.record("date.info", [show_date(day)], lambda: "|".join(map(repr, [
            day, day.isoformat(), day.ctime(), day.weekday(), day.isoweekday(), day.isocalendar(), day.toordinal(), day.timetuple()])))

    def op_date_ordinal(self):
        value = self.pick(self.random.randint(1, 3652059), 0, -5, 3652060, 3652059, 2**31 - 1, 2**31)
        self.record("date.fromordinal", [str(value)], lambda: repr(date.fromordinal(value)))

    def op_date_iso_calendar(self):
        fields = [self.pick(self.year(), 0, 10000), self.random.randint(-1, 55), self.random.randint(-1, 9)]
        self.record("date.fromisocalendar", [",".join(map(str, fields))], lambda: repr(date.fromisocalendar(*fields)))

    def op_date_replace(self):
        day = self.day()
        changes = {"year": self.year(), "month": self.random.randint(0, 13), "day": self.random.randint(0, 32)}
        for name in list(changes):
            if self.chance(0.5):
                del changes[name]
        given = [optional(changes.get(name)) for name in ("year", "month", "day")]
        self.record("date.replace", [show_date(day), ",".join(given)], lambda: repr(day.replace(**changes)))

    def op_date_arithmetic(self):
        day, other, delta = self.day(), self.day(), self.delta()
        if self.chance(0.5):
            delta = timedelta(days=self.random.randint(-4 * 10**6, 4 * 10**6), hours=self.random.randint(-30, 30))
        self.record("date.add", [show_date(day), show_delta(delta)], lambda: repr(day + delta))
        self.record("date.sub", [show_date(day), show_delta(delta)], lambda: repr(day - delta))
        self.record("date.since", [show_date(day), show_date(other)], lambda: repr(day - other))

    def op_date_timestamp(self):
        value = self.timestamp()
        self.record("date.fromtimestamp", [show_number(value)], lambda: repr(date.fromtimestamp(value)))

    def op_delta_new(self):
        parts = {name: self.number() for name in self.random.sample(UNITS, self.random.randint(0, 4))}
        # Sums of integers beyond 128 bits are out of scope.
        parts = {name: value if abs(value) < 1e20 or value != value or abs(value) == float("inf") else 1.5
                 for name, value in parts.items()}
        arguments = [show_number(parts[name]) if name in parts else "-" for name in UNITS]
        self.record("delta.new", arguments, lambda: repr(timedelta(**parts)))

    def op_delta_info(self):
        delta = self.delta()
        self.record("delta.info", [show_delta(delta)], lambda: "|".join(
            [repr(delta), str(delta), show_number(delta.total_seconds()), str(bool(delta))]))

    def op_delta_pair(self):
        left, right = self.delta(), self.delta()
        if self.chance(0.2):
            right = timedelta(microseconds=self.random.randint(-5, 5))
        given = [show_delta(left), show_delta(right)]
        self.record("delta.add", given, lambda: repr(left + right))
        self.record("delta.sub", given, lambda: repr(left - right))
        self.record("delta.div_delta", given, lambda: show_number(left / right))
        self.record("delta.divmod", given, lambda: repr(divmod(left, right)))
        self.record("delta.floor_delta", given, lambda: repr(left // right))
        self.record("delta.rem", given, lambda: repr(left % right))

    def op_delta_number(self):
        delta, number, whole = self.delta(), self.number(), self.int()
        self.record("delta.mul", [show_delta(delta), show_number(number)], lambda: repr(delta * number))
        self.record("delta.div", [show_delta(delta), show_number(number)], lambda: repr(delta / number))
        self.record("delta.floor", [show_delta(delta), str(whole)], lambda: repr(delta // whole))
        self.record("delta.neg", [show_delta(delta)], lambda: repr(-delta))
        self.record("delta.abs", [show_delta(delta)], lambda: repr(abs(delta)))

    def op_zone_new(self):
        delta = self.pick(timedelta(seconds=self.random.randint(-100000, 100000)), self.delta())
        name = self.name() if self.chance(0.3) else None
        def action():
            zone = timezone(delta) if name is None else timezone(delta, name)
            return "|".join([repr(zone), str(zone), repr(zone.utcoffset(None)), repr(zone.dst(None)), repr(zone.tzname(None))])
        self.record("zone.new", [show_delta(delta), "-" if name is None else "=" + escape(name)], action)

    def op_zone_info(self):
        key = self.pick("Asia/Shanghai", "UTC", "Foo/Bar", "asia/tokyo", "", ".", "/x", "a/../b", "..", "../x", "a//b", "Europe/", "中", self.random.choice(ZONES))
        self.record("zone.key", [escape(key)], lambda: repr(zoneinfo.ZoneInfo(key)) + "|" + str(zoneinfo.ZoneInfo(key)))

    def op_zone_from_utc(self):
        zone = self.zone(naive=0)
        value = self.moment(zone).replace(fold=0)
        if self.chance(0.3) and isinstance(zone, zoneinfo.ZoneInfo):
            change = self.change(zone)
            if change is not None:
                value = (change + timedelta(minutes=self.random.randint(-60, 60) * 15)).replace(tzinfo=zone)
        self.record("zone.fromutc", [show_moment(value)], lambda: repr(zone.fromutc(value)))

    def op_time_new(self):
        fields = [self.random.randint(-1, 24), self.random.randint(-1, 60), self.random.randint(-1, 60),
                  self.pick(0, -1, 10**6, self.random.randint(0, 999999)), self.pick(0, 0, 1, 2)]
        self.record("time.new", [",".join(map(str, fields))], lambda: repr(clock(*fields[:4], fold=fields[4])))

    def op_time_info(self):
        value = self.clock(self.zone())
        self.record("time.info", [show_clock(value)], lambda: "|".join(
            [repr(value), str(value), repr(value.utcoffset()), repr(value.dst()), repr(value.tzname())]
            + [value.isoformat(timespec=spec) for spec in SPECS]))

    def op_time_replace(self):
        value = self.clock(self.zone())
        changes = {"hour": self.random.randint(-1, 24), "minute": self.random.randint(0, 60), "second": self.random.randint(0, 60),
                   "microsecond": self.pick(5, 10**6), "fold": self.pick(0, 1, 2), "tzinfo": self.zone()}
        for name in list(changes):
            if self.chance(0.7):
                del changes[name]
        given = [optional(changes.get(name)) for name in "hour minute second microsecond fold".split()]
        zone = show_zone(changes["tzinfo"]) if "tzinfo" in changes else ""
        self.record("time.replace", [show_clock(value), ",".join(given), zone], lambda: repr(value.replace(**changes)))

    def op_time_pair(self):
        left, right = self.clock(self.zone()), self.clock(self.zone())
        if self.chance(0.3):
            right = right.replace(tzinfo=left.tzinfo)
        if self.chance(0.2):
            right = left.replace(fold=1 - left.fold)
        given = [show_clock(left), show_clock(right)]
        self.record("time.equal", given, lambda: f"{left == right}")
        self.record("time.compare", given, lambda: f"{left < right}|{left <= right}")

    def op_time_iso(self):
        text = self.mangle(self.iso_clock())
        self.record("time.fromisoformat", [escape(text)], lambda: repr(clock.fromisoformat(text)))

    def op_date_iso(self):
        text = self.mangle(self.iso_day())
        self.record("date.fromisoformat", [escape(text)], lambda: repr(date.fromisoformat(text)))

    def op_datetime_iso(self):
        text = self.iso_day() + self.pick("T", " ", "t", "-", "é", "中", "😀", "5", "", "W", "\ud800") + self.pick(self.iso_clock(), self.iso_clock(), "")
        text = self.mangle(text)
        self.record("datetime.fromisoformat", [escape(text)], lambda: repr(datetime.fromisoformat(text)))

    def iso_day(self):
        day = self.day()
        year, week, weekday = day.isocalendar()
        return self.pick(day.isoformat(), day.strftime("%Y%m%d"), f"{year:04}-W{week:02}-{weekday}", f"{year:04}W{week:02}{weekday}",
                         f"{year:04}-W{week:02}", f"{year:04}W{week:02}", day.isoformat())

    def iso_clock(self):
        value = self.clock(self.zone(0.5))
        text = value.isoformat(timespec=self.random.choice(SPECS))
        if self.chance(0.3):
            text = text.replace(":", "")
        if self.chance(0.2):
            text = text.replace(".", ",")
        if self.chance(0.2):
            text = text.replace("+00:00", "Z")
        if self.chance(0.1):
            text += "".join(self.random.choices("0123456789", k=self.random.randint(1, 5)))
        if self.chance(0.1):
            text = "T" + text
        return text

    def mangle(self, text):
        for _ in range(self.pick(0, 0, 0, 0, 1, 1, 2)):
            at = self.random.randint(0, len(text))
            new = self.random.choice("0123456789:-+.,ZTW x")
            kind = self.random.random()
            if kind < 0.4:
                text = text[:at] + text[at + 1:]
            elif kind < 0.7:
                text = text[:at] + new + text[at + 1:]
            elif kind < 0.9:
                text = text[:at] + new + text[at:]
            else:
                text = text[:at]
        return text

    def op_datetime_info(self):
        value = self.moment()
        self.record("datetime.info", [show_moment(value)], lambda: "|".join(
            [repr(value), str(value), value.ctime(), repr(value.timetuple()), repr(value.utcoffset()), repr(value.dst()),
             repr(value.tzname())] + [value.isoformat(timespec=spec) for spec in SPECS]))

    def op_datetime_utc_tuple(self):
        value = self.moment()
        self.record("datetime.utctimetuple", [show_moment(value)], lambda: repr(value.utctimetuple()))

    def op_datetime_arithmetic(self):
        value, delta = self.moment(), self.delta()
        self.record("datetime.add", [show_moment(value), show_delta(delta)], lambda: repr(value + delta))
        self.record("datetime.sub", [show_moment(value), show_delta(delta)], lambda: repr(value - delta))

    def op_datetime_pair(self):
        left = self.moment()
        right = self.moment(left.tzinfo) if self.chance(0.3) else self.moment()
        if left.tzinfo is not None and self.chance(0.4):
            try:
                right = left.astimezone(self.zone(naive=0))
            except (OverflowError, ValueError):
                pass
        if self.chance(0.1):
            right = left.replace(fold=1 - left.fold)
        given = [show_moment(left), show_moment(right)]
        self.record("datetime.since", given, lambda: repr(left - right))
        self.record("datetime.equal", given, lambda: f"{left == right}")
        self.record("datetime.compare", given, lambda: f"{left < right}|{left <= right}")

    def op_datetime_replace(self):
        value = self.moment()
        changes = {"year": self.year(), "month": self.random.randint(0, 13), "day": self.random.randint(1, 31),
                   "hour": self.random.randint(0, 24), "minute": self.random.randint(0, 60), "second": self.random.randint(0, 60),
                   "microsecond": self.pick(5, 10**6), "fold": self.pick(0, 1, 2), "tzinfo": self.zone()}
        for name in list(changes):
            if self.chance(0.7):
                del changes[name]
        given = [optional(changes.get(name)) for name in list("year month day hour minute second microsecond fold".split())]
        zone = show_zone(changes["tzinfo"]) if "tzinfo" in changes else ""
        self.record("datetime.replace", [show_moment(value), ",".join(given), zone], lambda: repr(value.replace(**changes)))

    def op_datetime_as_zone(self):
        value, zone = self.moment(), self.zone()
        if isinstance(value.tzinfo, timezone) and value.tzinfo == zone:
            # Whether the fold stays depends on the zones being one object.
            value = value.replace(fold=0)
        self.record("datetime.astimezone", [show_moment(value), show_zone(zone)], lambda: repr(value.astimezone(zone)))

    def op_datetime_timestamp(self):
        value = self.moment()
        self.record("datetime.timestamp", [show_moment(value)], lambda: show_number(value.timestamp()))

    def op_datetime_from_timestamp(self):
        value, zone = self.timestamp(), self.zone()
        self.record("datetime.fromtimestamp", [show_number(value), show_zone(zone)], lambda: repr(datetime.fromtimestamp(value, zone)))
        self.record("datetime.utcfromtimestamp", [show_number(value)], lambda: repr(datetime.utcfromtimestamp(value)))

    def op_strftime(self):
        letters = DIRECTIVES + ("s" if self.run_zone in ("UTC", "Etc/GMT+5") else "")
        flags = ["", "-", "_", "0", "^", "-^", "^_", "0-"]
        format = self.format(letters, flags)
        # The C library changes the case of a directive that it does not know.
        format = re.sub(r"%([-_0]*)\^([-_0^]*[qQJf5é ])", r"%\1\2", format)
        if self.chance(0.02):
            format += "\0%d"
        kind = self.random.random()
        if kind < 0.25:
            fields = self.tuple()
            if fields.tm_zone is None and self.run_zone != "UTC":
                format = re.sub(r"%[-_0^]*Z", "", format)
            self.record("strftime", [show_tuple(fields), escape(format)], lambda: time.strftime(format, fields))
        elif kind < 0.4:
            day = self.day()
            self.record("date.strftime", [show_date(day), escape(format)], lambda: day.strftime(format))
        elif kind < 0.55:
            value = self.clock(self.zone())
            self.record("time.strftime", [show_clock(value), escape(format)], lambda: value.strftime(format))
        else:
            value = self.moment()
            if self.run_zone != "UTC":
                format = re.sub(r"%[-_0^]+Z", "", format)
            self.record("datetime.strftime", [show_moment(value), escape(format)], lambda: value.strftime(format))

    def op_strptime(self):
        letters = self.random.sample(PARSED, self.random.randint(1, 6))
        if self.chance(0.5):
            letters = list(self.pick("YmdHMSf", "Ymd", "dbyHM", "GVu", "YUw", "YWa", "YjHM", "IMp", "BdYz", "c", "xX", "YmdTz", "ABdY", "YmdZz", "j", "Z", "z"))
        separators = [self.pick("", " ", "-", ":", "T", "  ", "\t", ".", "%%", "é", "É") for _ in letters]
        format = "".join("%" + letter + separator for letter, separator in zip(letters, separators))
        value = self.moment(near=0)
        if self.chance(0.5):
            value = value.replace(tzinfo=self.pick(None, timezone.utc, self.fixed()))
        year = value.isocalendar()[0]
        text = ""
        for letter, separator in zip(letters, separators):
            shown = value.strftime("%" + letter)
            if letter == "Y":
                shown = f"{value.year:04}"
            elif letter == "G":
                shown = f"{year:04}"
            elif letter == "z" and not shown:
                shown = self.pick("Z", "+0800", "-01:30", "+01:02:03", "+010203.5", "-00:00:00.000001", "+1", "z", "+01:0203", "+0102:03")
            elif letter == "Z":
                shown = self.pick("UTC", "gmt", "utc", *time.tzname, "XYZ")
            elif letter == "f":
                shown = shown.rstrip("0") or "0"
            if self.chance(0.2):
                shown = shown.lstrip("0")
            if self.chance(0.1):
                shown = shown.upper()
            text += shown + separator.replace("%%", "%")
        if self.chance(0.15):
            text = self.mangle(text)
        if self.chance(0.05):
            text = text.translate({ord("0") + digit: 0x660 + digit for digit in range(10)})
        if self.chance(0.05):
            format = self.mangle(format)
        if self.chance(0.03):
            format += self.pick("%", "%q", "% ", "%.", "%-d", "%\\", "%é")
        given = [escape(text), escape(format)]
        def moment():
            return repr(datetime.strptime(text, format))
        def fields():
            answer = time.strptime(text, format)
            return f"{answer!r}|{answer.tm_zone!r}|{answer.tm_gmtoff!r}"
        self.record("datetime.strptime", given, moment)
        self.record("strptime", given, fields)

    def op_asctime(self):
        fields = self.tuple()
        self.record("asctime", [show_tuple(fields)], lambda: time.asctime(fields))

    def op_mktime(self):
        fields = list(self.tuple()[:9])
        if self.chance(0.3):
            fields[1:6] = [self.random.randint(-20, 40), self.random.randint(-100, 400), self.random.randint(-100, 100),
                           self.random.randint(-100, 100), self.random.randint(-100, 100)]
        fields = time.struct_time(fields)
        if self.has_one_reading(fields) or abs(fields.tm_year) > 2**31:
            self.record("mktime", [show_tuple(fields)], lambda: repr(int(time.mktime(fields))))

    def op_local(self):
        value = self.timestamp()
        def local():
            fields = time.localtime(value)
            return f"{fields!r}|{fields.tm_zone!r}|{fields.tm_gmtoff!r}"
        self.record("localtime", [show_number(value)], local)
        self.record("gmtime", [show_number(value)], lambda: repr(time.gmtime(value)))
        self.record("ctime", [show_number(value)], lambda: time.ctime(value))


def main():
    target = pathlib.Path(__file__).parent / "operations.txt.gz"
    seed, count = 20240229, 24000
    if len(sys.argv) > 1:
        seed, count, target = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    text = "\n".join(Recorder(seed, count).run()) + "\n"
    target.write_bytes(gzip.compress(text.encode("ascii"), 9, mtime=0))


main()
