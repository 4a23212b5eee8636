//! Texts with a meaning of their own, that completion offers inside quotes, and helpers for showing and writing text.

use dataway_lang::builtins::reference::doc_lines;

/// The selectors of an Entity (spec 6.3).
pub const ENTITY_KEYS: &[(&str, &str)] = &[
    ("^value", "the parsed value"),
    ("^blob", "the bytes"),
    ("^mime_type", "the MIME type"),
    ("^encoding", "the text encoding"),
];

/// MIME types with a format of their own (spec 6.2).
const MIME_TYPES: &[(&str, &str)] = &[
    ("application/json", "JSON"),
    ("application/xml", "XML: one root, '@name' is an attribute, '#text' the text"),
    ("application/csv", "CSV: a list of dicts, the first row names the columns"),
    ("text/plain", "text"),
    ("application/x-www-form-urlencoded", "a form"),
    ("multipart/form-data", "a form with files"),
    ("application/octet-stream", "bytes"),
    ("application/x-ndjson", "one JSON value a line"),
    ("application/yaml", "YAML"),
];

const ENCODINGS: &[(&str, &str)] = &[
    ("utf-8", "Unicode"),
    ("utf-16", "Unicode with byte order mark"),
    ("utf-8-sig", "Unicode with a mark at the beginning"),
    ("latin-1", "Western European"),
    ("windows-1252", "Western European, Windows"),
    ("ascii", "7 bits"),
    ("gbk", "Chinese"),
    ("gb18030", "Chinese, complete"),
    ("big5", "Chinese, traditional"),
    ("shift_jis", "Japanese"),
    ("euc-kr", "Korean"),
];

const ERRORS: &[(&str, &str)] = &[
    ("strict", "raise an error"),
    ("ignore", "leave out"),
    ("replace", "write a replacement character"),
    ("backslashreplace", "write an escape"),
];

/// Whole formats first, then the directives (spec 9, `time`).
const DIRECTIVES: &[(&str, &str)] = &[
    ("%Y-%m-%d", "2026-01-31"),
    ("%Y-%m-%d %H:%M:%S", "2026-01-31 23:59:59"),
    ("%Y-%m-%dT%H:%M:%S%z", "2026-01-31T23:59:59+0100"),
    ("%d.%m.%Y", "31.01.2026"),
    ("%m/%d/%Y", "01/31/2026"),
    ("%Y", "year with century"),
    ("%y", "year without century"),
    ("%m", "month, 01 to 12"),
    ("%d", "day, 01 to 31"),
    ("%H", "hour, 00 to 23"),
    ("%I", "hour, 01 to 12"),
    ("%M", "minute"),
    ("%S", "second"),
    ("%f", "microseconds"),
    ("%p", "AM or PM"),
    ("%z", "offset from UTC"),
    ("%Z", "name of the zone"),
    ("%a", "weekday, short"),
    ("%A", "weekday"),
    ("%b", "month, short name"),
    ("%B", "name of the month"),
    ("%j", "day of the year"),
    ("%U", "week of the year, from Sunday"),
    ("%W", "week of the year, from Monday"),
    ("%%", "a per cent sign"),
];

/// Statements with places to fill in: label, what it is, text.
pub const SNIPPETS: &[(&str, &str, &str)] = &[
    ("def dw_process", "the entry of a script", "def dw_process(msg):\n    return ${1:msg.payload}$0"),
    ("for … in", "loop", "for ${1:item} in ${2:items}:\n    $0"),
    ("if …", "condition", "if ${1:condition}:\n    $0"),
    (
        "try … except",
        "handle an exception",
        "try:\n    ${1:pass}\nexcept ${2:ValueError} as ${3:error}:\n    ${0:raise}",
    ),
    ("return JSON", "a JSON Entity", "return Entity.from_value(${1:result}, mime_type='application/json')$0"),
];

/// What may stand in the text for this parameter of a function.
#[must_use]
pub fn of_parameter(declaration: &str, parameter: &str) -> &'static [(&'static str, &'static str)] {
    match parameter {
        "mime_type" | "mimeType" => MIME_TYPES,
        "encoding" => ENCODINGS,
        "errors" => ERRORS,
        "format" | "fmt" if declaration.contains("strftime") || declaration.contains("strptime") => DIRECTIVES,
        _ => &[],
    }
}

/// A text of the tables as Markdown: the examples become code.
#[must_use]
pub fn markdown(doc: &str) -> String {
    let mut out = String::new();
    let mut in_example = false;
    for line in doc_lines(doc) {
        let starts = line.starts_with(">>>");
        if starts && !in_example {
            out.push_str("```python\n");
            in_example = true;
        } else if in_example && line.trim().is_empty() {
            out.push_str("```\n");
            in_example = false;
        }
        out.push_str(line);
        out.push('\n');
    }
    if in_example {
        out.push_str("```\n");
    }
    out
}

/// A key as it is written between these quotes.
#[must_use]
pub fn escape(key: &str, quote: &str) -> String {
    let mut out = String::new();
    for c in key.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if quote.starts_with(c) => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
