//! Civil time against CPython 3.11: replays the operations recorded by `datetime/generate.py`, which documents the
//! format. `CIVIL_OPERATIONS` names another record, for fuzzing.

use dataway_lang::value::civil::{
    CivilError, Date, DateTime, DateTimeChanges, Delta, DeltaParts, ErrorKind, Number, Result, RunZone, StructTime,
    Time, TimeChanges, TimeFields, TimeSpec, Zone, c_int, whole_seconds, zone_info,
};
use flate2::read::GzDecoder;
use std::cmp::Ordering;
use std::io::Read;

const RECORD: &[u8] = include_bytes!("datetime/operations.txt.gz");

/// The names of the zone of the run do not depend on the year in the zones of the record.
const NOW: i64 = 1_790_000_000;

const SPECS: [&str; 6] = ["auto", "hours", "minutes", "seconds", "milliseconds", "microseconds"];

#[test]
fn answers_are_those_of_cpython() {
    let file = std::env::var("CIVIL_OPERATIONS").ok().map(|path| std::fs::read(path).expect("a readable record"));
    let mut text = String::new();
    GzDecoder::new(file.as_deref().unwrap_or(RECORD)).read_to_string(&mut text).expect("a gzip of ASCII");
    let mut zone = RunZone::utc();
    let (mut operations, mut failures) = (0, Vec::new());
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields[..] {
            ["@", name] => zone = RunZone::parse(name).expect("a zone"),
            [operation, ref arguments @ .., expected] => {
                operations += 1;
                let answer = match run(operation, arguments, &zone) {
                    Ok(text) => [b"=", &text[..]].concat(),
                    Err(error) => [b"!", letter(error.kind).as_bytes(), error.message.as_bytes()].concat(),
                };
                if answer != unescape(expected) {
                    failures.push(difference(line, &answer));
                }
            }
            _ => unreachable!("a line without a tab"),
        }
    }
    assert!(operations >= 20_000 || file_is_small(operations), "only {operations} operations");
    let shown = failures.iter().take(60).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} of {operations} differ:\n{shown}", failures.len());
}

/// The operation with both answers, from where they part.
fn difference(line: &str, answer: &[u8]) -> String {
    let (operation, expected) = line.rsplit_once('\t').expect("an answer");
    let expected = unescape(expected);
    let same = expected.iter().zip(answer).take_while(|(a, b)| a == b).count().saturating_sub(12);
    let tail = |bytes: &[u8]| String::from_utf8_lossy(&bytes[same..]).into_owned();
    format!("{operation}\n    expected …{}\n    got      …{}", tail(&expected), tail(answer))
}

/// Fuzzing may use any size.
fn file_is_small(operations: usize) -> bool {
    operations > 0 && std::env::var_os("CIVIL_OPERATIONS").is_some()
}

fn letter(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Value => "V",
        ErrorKind::Type => "T",
        ErrorKind::Overflow => "O",
        ErrorKind::ZeroDivision => "Z",
        ErrorKind::Os => "S",
        ErrorKind::Regex => "R",
        ErrorKind::ZoneNotFound => "N",
        ErrorKind::Stop(_) => "stop",
    }
}

/// Performs one operation and gives the text that the generator asked CPython for.
fn run(operation: &str, given: &[&str], zone: &RunZone) -> Result<Vec<u8>> {
    let text = match (operation, given) {
        ("date.new", [fields]) => {
            let [year, month, day] = ints(fields)?[..] else { unreachable!() };
            Date::new(year, month, day)?.repr()
        }
        ("date.info", [day]) => {
            let day = date(day);
            [
                day.repr(),
                quoted(day.iso_format()),
                quoted(day.ctime()),
                day.weekday().to_string(),
                day.iso_weekday().to_string(),
                day.iso_calendar().repr(),
                day.ordinal().to_string(),
                day.time_tuple().repr(),
            ]
            .join("|")
        }
        ("date.fromordinal", [ordinal]) => Date::from_ordinal(c_int(ordinal.parse().expect("an int"))?)?.repr(),
        ("date.fromisocalendar", [fields]) => {
            let [year, week, day] = ints(fields)?[..] else { unreachable!() };
            Date::from_iso_calendar(year, week, day)?.repr()
        }
        ("date.replace", [day, changes]) => {
            let [year, month, changed] = options(changes)[..] else { unreachable!() };
            date(day).replace(year, month, changed)?.repr()
        }
        ("date.add", [day, by]) => date(day).plus(delta(by))?.repr(),
        ("date.sub", [day, by]) => date(day).minus(delta(by))?.repr(),
        ("date.since", [day, other]) => date(day).since(date(other)).repr(),
        ("date.fromtimestamp", [at]) => Date::from_timestamp(whole_seconds(number(at))?, zone)?.repr(),
        ("date.fromisoformat", [text]) => Date::from_iso_format(&unescape(text))?.repr(),
        ("date.strftime", [day, format]) => return date(day).strftime(&unescape(format), zone),

        ("delta.new", [days, seconds, microseconds, milliseconds, minutes, hours, weeks]) => {
            let part = |text: &str| (text != "-").then(|| number(text));
            Delta::new(&DeltaParts {
                days: part(days),
                seconds: part(seconds),
                microseconds: part(microseconds),
                milliseconds: part(milliseconds),
                minutes: part(minutes),
                hours: part(hours),
                weeks: part(weeks),
            })?
            .repr()
        }
        ("delta.info", [value]) => {
            let value = delta(value);
            let truth = if value.is_zero() { "False" } else { "True" };
            [value.repr(), value.text(), float(value.total_seconds()), truth.to_owned()].join("|")
        }
        ("delta.add", [left, right]) => delta(left).plus(delta(right))?.repr(),
        ("delta.sub", [left, right]) => delta(left).minus(delta(right))?.repr(),
        ("delta.div_delta", [left, right]) => float(delta(left).div_delta(delta(right))?),
        ("delta.floor_delta", [left, right]) => delta(left).floor_div_delta(delta(right))?.to_string(),
        ("delta.rem", [left, right]) => delta(left).rem_delta(delta(right))?.repr(),
        ("delta.divmod", [left, right]) => {
            let (quotient, rest) = delta(left).div_mod(delta(right))?;
            format!("({quotient}, {})", rest.repr())
        }
        ("delta.mul", [value, by]) => delta(value).times(number(by))?.repr(),
        ("delta.div", [value, by]) => delta(value).divided_by(number(by))?.repr(),
        ("delta.floor", [value, by]) => delta(value).floor_div(by.parse().expect("an int"))?.repr(),
        ("delta.neg", [value]) => delta(value).negated()?.repr(),
        ("delta.abs", [value]) => delta(value).abs()?.repr(),

        ("zone.new", [offset, name]) => {
            let name = name.strip_prefix('=').map(unescape);
            let zone = Zone::fixed(delta(offset), name.as_deref())?;
            [
                zone.repr(),
                string(zone.text()),
                shown_delta(zone.utc_offset(None)),
                shown_delta(zone.dst(None)),
                shown_name(zone.name(None)),
            ]
            .join("|")
        }
        ("zone.key", [key]) => {
            let zone = Zone::Named(zone_info(&unescape(key))?);
            return Ok([zone.repr().as_bytes(), b"|", &zone.text()].concat());
        }
        ("zone.fromutc", [value]) => {
            let value = moment(value);
            value.zone().expect("a zone").from_utc(&value)?.repr()
        }

        ("time.new", [fields]) => {
            let [hour, minute, second, microsecond, fold] = ints(fields)?[..] else { unreachable!() };
            Time::new(TimeFields { hour, minute, second, microsecond, fold }, None)?.repr()
        }
        ("time.info", [value]) => {
            let value = clock(value);
            let mut shown = vec![
                value.repr(),
                value.iso_format(TimeSpec::Auto),
                shown_delta(value.utc_offset()),
                shown_delta(value.dst()),
                shown_name(value.zone_name()),
            ];
            for spec in SPECS {
                shown.push(value.iso_format(TimeSpec::parse(spec.as_bytes())?));
            }
            shown.join("|")
        }
        ("time.replace", [value, changes, zone]) => {
            let [hour, minute, second, microsecond, fold] = options(changes)[..] else { unreachable!() };
            let zone = (!zone.is_empty()).then(|| tzinfo(zone));
            clock(value).replace(TimeChanges { hour, minute, second, microsecond, zone, fold })?.repr()
        }
        ("time.equal", [left, right]) => {
            let (left, right) = (clock(left), clock(right));
            assert!(left != right || left.hash_key() == right.hash_key());
            truth(left == right)
        }
        ("time.compare", [left, right]) => compared(clock(left).compare(&clock(right))?),
        ("time.fromisoformat", [text]) => Time::from_iso_format(&unescape(text))?.repr(),
        ("time.strftime", [value, format]) => {
            return clock(value).strftime(&unescape(format), zone);
        }

        ("datetime.info", [value]) => {
            let value = moment(value);
            let mut shown = vec![
                value.repr(),
                string(value.iso_format(b" ", TimeSpec::Auto)),
                value.ctime(),
                value.time_tuple().repr(),
                shown_delta(value.utc_offset()),
                shown_delta(value.dst()),
                shown_name(value.zone_name()),
            ];
            for spec in SPECS {
                shown.push(string(value.iso_format(b"T", TimeSpec::parse(spec.as_bytes())?)));
            }
            shown.join("|")
        }
        ("datetime.utctimetuple", [value]) => moment(value).utc_time_tuple()?.repr(),
        ("datetime.add", [value, by]) => moment(value).plus(delta(by))?.repr(),
        ("datetime.sub", [value, by]) => moment(value).minus(delta(by))?.repr(),
        ("datetime.since", [left, right]) => moment(left).since(&moment(right))?.repr(),
        ("datetime.equal", [left, right]) => {
            let (left, right) = (moment(left), moment(right));
            assert!(left != right || left.hash_key() == right.hash_key());
            truth(left == right)
        }
        ("datetime.compare", [left, right]) => compared(moment(left).compare(&moment(right))?),
        ("datetime.replace", [value, changes, zone]) => {
            let [year, month, day, hour, minute, second, microsecond, fold] = options(changes)[..] else {
                unreachable!()
            };
            let zone = (!zone.is_empty()).then(|| tzinfo(zone));
            let time = TimeChanges { hour, minute, second, microsecond, zone, fold };
            moment(value).replace(DateTimeChanges { year, month, day, time })?.repr()
        }
        ("datetime.astimezone", [value, to]) => moment(value).as_timezone(tzinfo(to).as_ref(), zone)?.repr(),
        ("datetime.timestamp", [value]) => float(moment(value).timestamp(zone)?),
        ("datetime.fromtimestamp", [at, to]) => DateTime::from_timestamp(number(at), tzinfo(to).as_ref(), zone)?.repr(),
        ("datetime.utcfromtimestamp", [at]) => DateTime::utc_from_timestamp(number(at))?.repr(),
        ("datetime.fromisoformat", [text]) => DateTime::from_iso_format(&unescape(text))?.repr(),
        ("datetime.strftime", [value, format]) => {
            return moment(value).strftime(&unescape(format), zone);
        }
        ("datetime.strptime", [text, format]) => {
            DateTime::strptime(&unescape(text), &unescape(format), &zone.names(NOW))?.repr()
        }

        ("strftime", [fields, format]) => return tuple(fields).strftime(&unescape(format), zone),
        ("strptime", [text, format]) => {
            shown_tuple(&StructTime::strptime(&unescape(text), &unescape(format), &zone.names(NOW))?)
        }
        ("asctime", [fields]) => tuple(fields).asctime()?,
        ("mktime", [fields]) => tuple(fields).mktime(zone)?.to_string(),
        ("localtime", [at]) => shown_tuple(&zone.local_fields(whole_seconds(number(at))?)?),
        ("gmtime", [at]) => StructTime::utc(whole_seconds(number(at))?)?.repr(),
        ("ctime", [at]) => zone.local_fields(whole_seconds(number(at))?)?.asctime()?,
        _ => panic!("unknown operation {operation} with {} arguments", given.len()),
    };
    Ok(text.into_bytes())
}

// Arguments.

fn ints(fields: &str) -> Result<Vec<i32>> {
    fields.split(',').map(|field| c_int(field.parse().expect("an int"))).collect()
}

fn options(fields: &str) -> Vec<Option<i32>> {
    fields.split(',').map(|field| field.parse().ok()).collect()
}

fn date(fields: &str) -> Date {
    let fields = ints(fields).expect("small fields");
    Date::new(fields[0], fields[1], fields[2]).expect("a date")
}

fn clock(fields: &str) -> Time {
    let parts: Vec<&str> = fields.splitn(6, ',').collect();
    let number = |index: usize| parts[index].parse().expect("an int");
    let fields =
        TimeFields { hour: number(0), minute: number(1), second: number(2), microsecond: number(3), fold: number(4) };
    Time::new(fields, tzinfo(parts[5])).expect("a time")
}

fn moment(fields: &str) -> DateTime {
    let (at, _) = fields.match_indices(',').nth(2).expect("a day and a time");
    DateTime::combine(date(&fields[..at]), clock(&fields[at + 1..]))
}

fn tzinfo(text: &str) -> Option<Zone> {
    if let Some(key) = text.strip_prefix('N') {
        return Some(Zone::Named(zone_info(key.as_bytes()).expect("a known zone")));
    }
    let (offset, name) = match text.strip_prefix('F')?.split_once('=') {
        Some((offset, name)) => (offset, Some(unescape(name))),
        None => (&text[1..], None),
    };
    Some(Zone::fixed(delta(offset), name.as_deref()).expect("a zone"))
}

fn delta(micros: &str) -> Delta {
    Delta::from_micros(micros.parse().expect("an int")).expect("a duration")
}

fn number(text: &str) -> Number {
    match text.strip_prefix('f') {
        Some(bits) => Number::Float(f64::from_bits(u64::from_str_radix(bits, 16).expect("bits"))),
        None => Number::Int(text[1..].parse().expect("an int")),
    }
}

fn tuple(fields: &str) -> StructTime {
    let parts: Vec<&str> = fields.split(',').collect();
    let item = |index: usize| parts[index].parse().expect("an int");
    let mut tuple = StructTime::of_items(std::array::from_fn(item));
    if let [zone, offset] = parts[9..] {
        tuple.zone = Some(unescape(zone).into());
        tuple.offset = offset.parse().ok();
    }
    tuple
}

/// Undoes Python's `unicode_escape`; a lone surrogate becomes its three bytes.
fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.extend_from_slice(plain.as_bytes());
        let digits = match escape.as_bytes()[0] {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        match escape.as_bytes()[0] {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'\\' => out.push(b'\\'),
            _ => {
                let point = u32::from_str_radix(&escape[1..=digits], 16).expect("an escape");
                match char::from_u32(point) {
                    Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                    None => {
                        out.extend([0xE0 | point >> 12, 0x80 | point >> 6 & 0x3F, 0x80 | point & 0x3F].map(|b| b as u8))
                    }
                }
            }
        }
        rest = &escape[1 + digits..];
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

// Answers.

fn string(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text without surrogates")
}

fn quoted(text: String) -> String {
    format!("'{text}'")
}

fn truth(value: bool) -> String {
    if value { "True" } else { "False" }.to_owned()
}

fn compared(order: Ordering) -> String {
    format!("{}|{}", truth(order.is_lt()), truth(order.is_le()))
}

fn shown_delta(delta: Option<Delta>) -> String {
    delta.map_or_else(|| "None".to_owned(), Delta::repr)
}

/// `repr` of a zone name; the record has no others that need escapes.
fn shown_name(name: Option<Vec<u8>>) -> String {
    let Some(name) = name.map(string) else {
        return "None".to_owned();
    };
    if name.contains('\'') && !name.contains('"') {
        return format!("\"{name}\"");
    }
    format!("'{}'", name.replace('\n', "\\n"))
}

fn shown_tuple(tuple: &StructTime) -> String {
    let zone = shown_name(tuple.zone.as_deref().map(<[u8]>::to_vec));
    let offset = tuple.offset.map_or_else(|| "None".to_owned(), |offset| offset.to_string());
    format!("{}|{zone}|{offset}", tuple.repr())
}

/// A float by its bits: how its digits are chosen is not the matter here.
fn float(value: f64) -> String {
    format!("f{:016x}", value.to_bits())
}

#[test]
fn errors_are_ordinary_errors() {
    fn needs_error<E: std::error::Error>(_: &E) {}
    let error = CivilError::value("x");
    needs_error(&error);
    assert_eq!(error.to_string(), "x");
}
