//! Decimal arithmetic against CPython: every line of `tests/decimal/cases.txt.gz`, which `tests/decimal/generate.py`
//! wrote and explains. With `DECIMAL_CASES=file` the lines of that file are checked instead.

use std::fmt::Write as _;
use std::io::Read as _;

use dataway_lang::value::decimal::{Context, Decimal, DecimalError, Rounding, Signal, Signals, TupleExponent};

const FLAGS: [(char, Signal); 9] = [
    ('I', Signal::InvalidOperation),
    ('F', Signal::FloatOperation),
    ('Z', Signal::DivisionByZero),
    ('O', Signal::Overflow),
    ('U', Signal::Underflow),
    ('S', Signal::Subnormal),
    ('X', Signal::Inexact),
    ('R', Signal::Rounded),
    ('C', Signal::Clamped),
];

fn letters(signals: Signals) -> String {
    FLAGS.iter().filter(|(_, signal)| signals.contains(*signal)).map(|(letter, _)| letter).collect()
}

fn from_letters(text: &str) -> Signals {
    let mut signals = Signals::NONE;
    for (letter, signal) in FLAGS {
        signals.set(signal, text.contains(letter));
    }
    signals
}

/// The context of a `context` line.
fn context(fields: &[&str]) -> Context {
    let [prec, rounding, emin, emax, capitals, clamp, traps] = fields else { panic!("context with {fields:?}") };
    let number = |text: &str| text.parse::<i64>().unwrap();
    let mut context = Context::default();
    context.set_prec(number(prec)).unwrap();
    context.rounding = Rounding::from_name(rounding).unwrap();
    context.set_emin(number(emin)).unwrap();
    context.set_emax(number(emax)).unwrap();
    context.set_capitals(number(capitals)).unwrap();
    context.set_clamp(number(clamp)).unwrap();
    context.traps = from_letters(traps);
    context
}

/// Turns `\u{hex}` back into characters.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').unwrap();
        out.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        out.push_str(rest);
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if (' '..='~').contains(&c) && c != '\\' {
            out.push(c);
        } else {
            write!(out, "\\u{{{:x}}}", u32::from(c)).unwrap();
        }
    }
    out
}

/// A number written without regard to the context under test.
fn exact(text: &str) -> Decimal {
    Context::default().parse(text.as_bytes()).unwrap()
}

fn shown(number: &Decimal) -> String {
    Context::default().to_sci_string(number).unwrap()
}

fn bit(answer: bool) -> String {
    u8::from(answer).to_string()
}

/// Runs one operation and gives the text of its result.
fn run(context: &mut Context, operation: &str, operands: &[&str]) -> Result<String, DecimalError> {
    let number = |i: usize| exact(operands[i]);
    let text = |i: usize| unescaped(operands[i]);
    let rounding = |i: usize| Rounding::from_name(operands[i]).ok();
    if let Some(result) = unary_or_binary(context, operation, operands) {
        return Ok(shown(&result?));
    }
    Ok(match operation {
        "divmod" => {
            let (quotient, remainder) = context.divmod(&number(0), &number(1))?;
            format!("{} {}", shown(&quotient), shown(&remainder))
        }
        "fma" => shown(&context.fma(&number(0), &number(1), &number(2))?),
        "power_modulo" => shown(&context.power_modulo(&number(0), &number(1), &number(2))?),
        "quantize" => shown(&context.quantize(&number(0), &number(1), None)?),
        "quantize_rounding" => shown(&context.quantize(&number(0), &number(1), rounding(2))?),
        "to_integral_value" => shown(&context.to_integral_value(&number(0), None)?),
        "to_integral_exact" => shown(&context.to_integral_exact(&number(0), None)?),
        "to_integral_value_rounding" => shown(&context.to_integral_value(&number(0), rounding(1))?),
        "to_integral_exact_rounding" => shown(&context.to_integral_exact(&number(0), rounding(1))?),
        "compare_total" => shown(&context.compare_total(&number(0), &number(1))?),
        "compare_total_mag" => shown(&context.compare_total_mag(&number(0), &number(1))?),
        "copy_sign" => shown(&number(0).copy_sign(&number(1))),
        "same_quantum" => bit(number(0).same_quantum(&number(1))),
        "parse" => shown(&context.parse(text(0).as_bytes())?),
        "create_decimal" => shown(&context.create_decimal(text(0).as_bytes())?),
        "create_decimal_from" => shown(&context.create_decimal_from(&number(0))?),
        "sci" => context.to_sci_string(&number(0))?,
        "eng" => context.to_eng_string(&number(0))?,
        "repr" => context.repr(&number(0))?,
        "format" => escaped(&context.format(&number(0), text(1).as_bytes())?),
        "tuple" => tuple(&number(0))?,
        "from_tuple" => {
            let exponent = match operands[2] {
                "F" => TupleExponent::Infinity,
                "n" => TupleExponent::QuietNan,
                "N" => TupleExponent::SignalingNan,
                finite => TupleExponent::Finite(finite.parse().unwrap()),
            };
            let digits: Vec<u8> = operands[1].bytes().map(|digit| digit - b'0').collect();
            shown(&context.from_tuple(operands[0] == "1", &digits, exponent)?)
        }
        "from_float" => shown(&Decimal::from_float(operands[0].parse().unwrap())?),
        "to_float" => number(0).to_float()?.to_bits().to_string(),
        "trunc" => number(0).to_int(Rounding::Down)?.to_string(),
        "floor" => number(0).to_int(Rounding::Floor)?.to_string(),
        "ceil" => number(0).to_int(Rounding::Ceiling)?.to_string(),
        "round" => number(0).to_int(Rounding::HalfEven)?.to_string(),
        "round_places" => shown(&context.round(&number(0), operands[1].parse().unwrap())?),
        "ratio" => {
            let (numerator, denominator) = number(0).as_integer_ratio()?;
            format!("{numerator} {denominator}")
        }
        "hash" => number(0).hash()?.expect("a quiet NaN has no hash of its own").to_string(),
        "eq" => bit(context.equals(&number(0), &number(1))?),
        "lt" => bit(context.order(&number(0), &number(1))?.is_some_and(|order| order.is_lt())),
        "le" => bit(context.order(&number(0), &number(1))?.is_some_and(|order| order.is_le())),
        "gt" => bit(context.order(&number(0), &number(1))?.is_some_and(|order| order.is_gt())),
        "ge" => bit(context.order(&number(0), &number(1))?.is_some_and(|order| order.is_ge())),
        "eq_float" => {
            context.float_equality();
            bit(context.equals(&number(0), &Decimal::from_float(operands[1].parse().unwrap())?)?)
        }
        "lt_float" => {
            context.float_operation()?;
            let float = Decimal::from_float(operands[1].parse().unwrap())?;
            bit(context.order(&number(0), &float)?.is_some_and(|order| order.is_lt()))
        }
        "class" => number(0).number_class(context).to_owned(),
        "adjusted" => number(0).adjusted().to_string(),
        "predicates" => predicates(&number(0), context),
        _ => panic!("unknown operation {operation}"),
    })
}

type Unary = fn(&mut Context, &Decimal) -> Result<Decimal, DecimalError>;
type Binary = fn(&mut Context, &Decimal, &Decimal) -> Result<Decimal, DecimalError>;

fn unary_or_binary(context: &mut Context, operation: &str, operands: &[&str]) -> Option<Result<Decimal, DecimalError>> {
    let unary: Unary = match operation {
        "abs" => Context::abs,
        "plus" => Context::plus,
        "minus" => Context::minus,
        "exp" => Context::exp,
        "ln" => Context::ln,
        "log10" => Context::log10,
        "logb" => Context::logb,
        "sqrt" => Context::sqrt,
        "next_minus" => Context::next_minus,
        "next_plus" => Context::next_plus,
        "normalize" => Context::normalize,
        "logical_invert" => Context::logical_invert,
        _ => {
            let binary: Binary = match operation {
                "add" => Context::add,
                "subtract" => Context::subtract,
                "multiply" => Context::multiply,
                "divide" => Context::divide,
                "divide_int" => Context::divide_int,
                "remainder" => Context::remainder,
                "remainder_near" => Context::remainder_near,
                "compare" => Context::compare,
                "compare_signal" => Context::compare_signal,
                "max" => Context::max,
                "max_mag" => Context::max_mag,
                "min" => Context::min,
                "min_mag" => Context::min_mag,
                "scaleb" => Context::scaleb,
                "shift" => Context::shift,
                "rotate" => Context::rotate,
                "logical_and" => Context::logical_and,
                "logical_or" => Context::logical_or,
                "logical_xor" => Context::logical_xor,
                "next_toward" => Context::next_toward,
                "power" => Context::power,
                _ => return None,
            };
            return Some(binary(context, &exact(operands[0]), &exact(operands[1])));
        }
    };
    Some(unary(context, &exact(operands[0])))
}

fn tuple(number: &Decimal) -> Result<String, DecimalError> {
    let (negative, digits, exponent) = number.as_tuple()?;
    let digits: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    let exponent = match exponent {
        TupleExponent::Finite(exponent) => exponent.to_string(),
        TupleExponent::Infinity => "F".to_owned(),
        TupleExponent::QuietNan => "n".to_owned(),
        TupleExponent::SignalingNan => "N".to_owned(),
    };
    Ok(format!("{} {digits} {exponent}", u8::from(negative)))
}

fn predicates(number: &Decimal, context: &Context) -> String {
    [
        number.is_finite(),
        number.is_infinite(),
        number.is_nan(),
        number.is_qnan(),
        number.is_snan(),
        number.is_signed(),
        number.is_zero(),
        number.is_normal(context),
        number.is_subnormal(context),
        !number.is_zero(),
    ]
    .map(bit)
    .concat()
}

/// The text of an error as the generator writes it.
fn failure(error: &DecimalError) -> String {
    match error {
        DecimalError::Signal(signal, conditions) => {
            let names: Vec<_> = conditions.class_names().collect();
            format!("!{}:{}", signal.name(), names.join(","))
        }
        DecimalError::Value(text) => format!("!ValueError:{text}"),
        DecimalError::Type(text) => format!("!TypeError:{text}"),
        DecimalError::Overflow(text) => format!("!OverflowError:{text}"),
        DecimalError::Stop(stop) => format!("stopped: {stop:?}"),
    }
}

fn cases() -> String {
    let stored = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/decimal/cases.txt.gz");
    let path = std::env::var("DECIMAL_CASES").unwrap_or_else(|_| stored.to_owned());
    let data = std::fs::read(&path).unwrap();
    let mut text = String::new();
    if path.ends_with(".gz") {
        flate2::read::GzDecoder::new(data.as_slice()).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(data).unwrap();
    }
    text
}

#[test]
fn operations_agree_with_cpython() {
    let text = cases();
    let mut current = Context::default();
    let mut described = String::new();
    let mut count = 0;
    let mut differences = Vec::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [operation, operands @ .., result, flags] = fields.as_slice() else { panic!("short line {line}") };
        if *operation == "context" {
            current = context(&fields[1..]);
            described = fields[1..].join(" ");
            continue;
        }
        count += 1;
        current.clear_flags();
        let mut got = run(&mut current, operation, operands).unwrap_or_else(|error| failure(&error));
        if *operation == "to_float" && !result.starts_with('!') {
            let want: f64 = result.parse().unwrap();
            got = if got == want.to_bits().to_string() || want.is_nan() { (*result).to_owned() } else { got };
        }
        let got_flags = letters(current.flags);
        if got != *result || got_flags != *flags {
            differences.push(format!(
                "[{described}] {operation} {}\n  want {result} {flags}\n  got  {got} {got_flags}",
                operands.join(" ; ")
            ));
        }
    }
    let shown = differences.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{} of {count} differ:\n{shown}", differences.len());
    assert!(count >= 20_000 || std::env::var("DECIMAL_CASES").is_ok(), "only {count} cases");
}
