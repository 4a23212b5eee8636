//! Mistakes that show in the text alone, each beside near misses that are none.

use crate::check::symbols;
use crate::diagnostic::Severity;
use crate::source::SourceText;
use crate::syntax::{ParseOptions, parse};

/// The findings as `2013E 'text under the span'`.
fn findings(text: &str) -> Vec<String> {
    let source = SourceText::new("test", text);
    let parsed = parse(&source, &ParseOptions::default());
    assert!(!parsed.has_compile_errors(), "{text}: {:?}", parsed.diagnostics);
    let mut found = super::check(&parsed.program, &source, &symbols::resolve(&parsed.program));
    found.sort_by_key(|diagnostic| diagnostic.span);
    let show = |d: &crate::diagnostic::Diagnostic| {
        let severity = match d.severity {
            Severity::Error => 'E',
            Severity::Warning => 'W',
            _ => 'I',
        };
        format!("{}{severity} {}", d.code.0, source.slice(d.span))
    };
    found.iter().map(show).collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(findings(text), expected, "{text}");
}

#[test]
fn division_by_zero() {
    check("1 / 0", &["2011E 0"]);
    check("msg.payload['a'] // 0", &["2011E 0"]);
    check("len(msg.payload) % 0", &["2011E 0"]);
    check("divmod(msg.payload, 0)", &["2011E 0"]);
    check("msg.payload / -0.0", &["2011E -0.0"]);
    check("decimal.Decimal('1') / 0", &["2011E 0"]);
    check("1 if True else 1 / 0", &[]);
    check("msg.payload or 1 or 1 / 0", &[]);
    check("def dw_process(msg):\n    if False:\n        return 1 / 0\n    return 2\n    1 / 0", &[]);
    check(
        "def dw_process(msg):\n    while True:\n        try:\n            1 / 0\n        finally:\n            break",
        &["2011W 0"],
    );
    check("def dw_process(msg):\n    decimal.getcontext().traps.clear()\n    return msg.payload / 0", &["2011W 0"]);
    check("msg.payload % 0", &[]);
    check("'%d' % 0", &[]);
    check("msg.payload / 1", &[]);
    check("def dw_process(msg):\n    x = 1\n    x /= 0", &["2011E 0"]);
    check(
        "def dw_process(msg):\n    try:\n        return 1 / 0\n    except ZeroDivisionError:\n        return 0",
        &["2011W 0"],
    );
}

#[test]
fn formats() {
    check("'%s and %s' % (msg.payload, )", &["2012E '%s and %s' % (msg.payload, )"]);
    check("'%s' % (msg.payload, 1)", &["2012E '%s' % (msg.payload, 1)"]);
    check("'%d' % 'x'", &["2012E '%d' % 'x'"]);
    check("'%d %s' % ('x', msg.payload)", &["2012E '%d %s' % ('x', msg.payload)"]);
    check("'%y' % msg.payload", &["2012E '%y' % msg.payload"]);
    check("'100%' % msg.payload", &["2012E '100%' % msg.payload"]);
    check("'%(a)s' % {'b': msg.payload}", &["2012E '%(a)s' % {'b': msg.payload}"]);
    check("'%s %s' % [msg.payload, 1]", &["2012E '%s %s' % [msg.payload, 1]"]);
    check("'{} {}'.format(msg.payload)", &["2012E '{} {}'"]);
    check("'{a}'.format(b=msg.payload)", &["2012E '{a}'"]);
    check("'{} {1}'.format(msg.payload, 1)", &["2012E '{} {1}'"]);
    check("'{'.format(msg.payload)", &["2012E '{'"]);
    check("'{:d}'.format('x')", &["2012E '{:d}'.format('x')"]);
    check("f'{\"x\":d}'", &["2012E f'{\"x\":d}'"]);
    for fine in [
        "'%s %%' % msg.payload",
        "'%s %s' % msg.payload",
        "'%*d' % (3, msg.payload)",
        "'%(a)s' % msg.payload",
        "'%(a)s' % {'a': 1}",
        "'%s' % {'a': msg.payload}",
        "'{0} {0}'.format(msg.payload)",
        "'{a[b]} {c.d}'.format(**msg.payload)",
        "'{:>{width}}'.format(msg.payload, width=3)",
        "'{{}}'.format(msg.payload)",
        "f'{msg.payload:d}'",
        "'%s' % (*msg.payload,)",
    ] {
        check(fine, &[]);
    }
}

#[test]
fn literal_arguments() {
    check("int('x')", &["2013E 'x'"]);
    check("int('1.5')", &["2013E '1.5'"]);
    check("float('1,5')", &["2013E '1,5'"]);
    check("decimal.Decimal('12 EUR')", &["2013E '12 EUR'"]);
    check("json.loads(\"{'a': 1}\")", &["2013E \"{'a': 1}\""]);
    check("re.compile('(a')", &["2013E '(a'"]);
    check("re.sub('[', '', msg.payload)", &["2013E '['"]);
    check("re.sub('a', r'\\1', msg.payload)", &["2013E r'\\1'"]);
    check("re.match(r'(?x) a # b', msg.payload, re.I | re.X)", &[]);
    check("re.match(r'(?P<a>x)(?P<a>y)', msg.payload)", &["2013E r'(?P<a>x)(?P<a>y)'"]);
    check("struct.pack('<Z', msg.payload)", &["2013E '<Z'"]);
    check("struct.pack('<HH', msg.payload)", &["2013E struct.pack('<HH', msg.payload)"]);
    check("struct.pack('<4sH', msg.payload, 1)", &[]);
    check("datetime.datetime.strptime(msg.payload, '%Q')", &["2013E '%Q'"]);
    check("datetime.datetime.strptime(msg.payload, 'yyyy-MM-dd')", &["2013W 'yyyy-MM-dd'"]);
    check("datetime.datetime.strptime(msg.payload, '%Y-%m-%d')", &[]);
    check(
        "datetime.datetime.strptime('2024-02-30', '%Y-%m-%d')",
        &["2013E datetime.datetime.strptime('2024-02-30', '%Y-%m-%d')"],
    );
    check("msg.payload.strftime('%Y-%Q')", &["2013W '%Y-%Q'"]);
    check("time.strftime('%Y-%m-%d %-d %e %%')", &[]);
    check("datetime.date(2024, 2, 30)", &["2013E datetime.date(2024, 2, 30)"]);
    check("uuid.UUID('x')", &["2013E 'x'"]);
    check("hashlib.new('sha-257', msg.payload)", &["2013E 'sha-257'"]);
    check("int(msg.payload, 99)", &["2013E 99"]);
    check("zoneinfo.ZoneInfo('Europe/Pariss')", &["2013E 'Europe/Pariss'"]);
    check("msg.payload.encode('utf-9')", &["2021E 'utf-9'"]);
    check("'x'.encode('utf-9')", &["2021E 'utf-9'"]);
    check("str(msg.payload, 'utf8')", &[]);
    check("def int(x):\n    return x\ndef dw_process(msg):\n    return int('x')", &[]);
    check(
        "def dw_process(msg):\n    from datetime import datetime as d\n    return d.strptime(msg.payload, '%Q')",
        &["2013E '%Q'"],
    );
    check("def f(text):\n    return int('x')\ndef dw_process(msg):\n    return f(1)", &["2013E 'x'"]);
    check(
        "def dw_process(msg):\n    f = lambda: int('x')\n    try:\n        return f()\n    except ValueError:\n        return 0",
        &["2013W 'x'"],
    );
}

#[test]
fn entities() {
    check("Entity.from_value(msg.payload)", &["2020E Entity.from_value(msg.payload)"]);
    check("Entity.from_value(msg.payload, 'application/jsno')", &["2020E 'application/jsno'"]);
    check("Entity.from_value(msg.payload, mime_type='image/png')", &["2020E 'image/png'"]);
    check("Entity.from_value([1], 'application/x-www-form-urlencoded')", &["2020E [1]"]);
    check(
        "Entity.from_value(msg.payload, 'application/json; charset=gbk')",
        &["2020W 'application/json; charset=gbk'"],
    );
    check("Entity.from_value(msg.payload, 'application/json; charset=UTF8')", &[]);
    check("Entity.from_value(msg.payload, 'application/vnd.x+json')", &[]);
    check("Entity.from_value(msg.payload, **msg.vars)", &[]);
    check("Entity.from_bytes(msg.payload, 'image/png')", &[]);
    check("Entity.from_bytes(msg.payload, 'application/jsn')", &["2020W 'application/jsn'"]);
    check("Entity.from_value(msg.payload, 'application/json', 'utf-88')", &["2021E 'utf-88'"]);
    check(
        "Entity.from_value(msg.payload, 'application/www-form-urlencoded')",
        &["4005W 'application/www-form-urlencoded'"],
    );
}

#[test]
fn forms_of_the_past() {
    let config = "def dw_process(msg):\n    config(mime_type='application/json', encoding='utf-8')\n    return 1";
    check(config, &["4002W config(mime_type='application/json', encoding='utf-8')"]);
    check("msg.var['a']", &["4003W var"]);
    check("def dw_process(m):\n    return m.attr", &["4003W attr"]);
    check("def dw_process(m):\n    other = m.payload\n    return other.attr", &[]);
    check(
        "[msg.payload['^raw'], msg.payload['^mimeType'], msg.payload['^blob']]",
        &["4004W '^raw'", "4004W '^mimeType'"],
    );
    check("json.loads(msg.payload, encoding='utf-8')", &["4006W encoding='utf-8'"]);
    check("hmac.new(b'k', msg.payload)", &["4007W hmac.new(b'k', msg.payload)"]);
    check("hmac.new(b'k', msg.payload, 'sha256')", &[]);
}

#[test]
fn exceptions() {
    let body = |text: &str| format!("def dw_process(msg):\n    {text}");
    check(&body("raise 'no'"), &["2015E 'no'"]);
    check(&body("raise f'no {msg}'"), &["2015E f'no {msg}'"]);
    check(&body("raise str(msg)"), &["2015E str(msg)"]);
    check(&body("raise NotImplemented"), &["2015E NotImplemented"]);
    check(&body("raise ValueError"), &[]);
    check(&body("raise msg.error"), &[]);
    check(&body("try:\n        msg()\n    except 'x':\n        pass"), &["2015E 'x'"]);
    check(&body("try:\n        msg()\n    except (ValueError, int):\n        pass"), &["2015E int"]);
    check(&body("try:\n        msg()\n    except (json.JSONDecodeError, EntityError):\n        pass"), &[]);
}
