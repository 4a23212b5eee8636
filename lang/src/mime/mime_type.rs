//! MIME types: which format they choose, their parameters, their normal form, and those of file names (spec 6.2, 6.5).

use std::borrow::Cow;

/// A format that can be parsed and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// URL-encoded form.
    Form,
    /// Plain text.
    Text,
    /// XML.
    Xml,
    /// CSV with a header line.
    Csv,
    /// Multipart form.
    Multipart,
    /// YAML.
    Yaml,
    /// One JSON text on each line.
    NdJson,
}

/// Type and subtype, in the case as written.
#[must_use]
pub fn essence(mime: &str) -> &str {
    mime.split(';').next().unwrap_or(mime).trim()
}

impl Format {
    /// The format of a MIME type; parameters and letter case do not matter.
    #[must_use]
    pub fn of(mime: &str) -> Option<Format> {
        // The commonest of all, as it is mostly written.
        if mime == "application/json" {
            return Some(Format::Json);
        }
        let essence = essence(mime);
        let is = |name: &str| essence.eq_ignore_ascii_case(name);
        let ends = |suffix: &str| {
            let head = essence.len().checked_sub(suffix.len());
            head.and_then(|at| essence.get(at..).zip(essence.get(..at)))
                .is_some_and(|(tail, head)| tail.eq_ignore_ascii_case(suffix) && is_media_type(head))
        };
        Some(if is("application/json") || is("text/json") || ends("+json") {
            Format::Json
        } else if is("text/plain") {
            Format::Text
        } else if is("application/xml") || is("text/xml") || ends("+xml") {
            Format::Xml
        } else if is("application/csv") || is("text/csv") {
            Format::Csv
        } else if is("application/x-www-form-urlencoded") || is("application/www-form-urlencoded") {
            Format::Form
        } else if is("multipart/form-data") {
            Format::Multipart
        } else if is("application/yaml") || is("application/x-yaml") || is("text/yaml") {
            Format::Yaml
        } else if is("application/x-ndjson") {
            Format::NdJson
        } else {
            return None;
        })
    }
}

/// Whether a MIME type is supported in the extended profile only (spec 6.5).
#[must_use]
pub fn is_extended(mime: &str) -> bool {
    let essence = essence(mime).to_ascii_lowercase();
    match Format::of(&essence) {
        Some(Format::Yaml | Format::NdJson) => true,
        Some(_) => essence.ends_with("+json") || essence.ends_with("+xml"),
        None => false,
    }
}

/// Whether the text has the form `type/subtype`.
fn is_media_type(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && b != b'/');
    text.split_once('/').is_some_and(|(main, sub)| part(main) && part(sub))
}

/// Whether `str(entity)` is the entity's text.
#[must_use]
pub fn is_text(mime: &str) -> bool {
    let text = essence(mime).get(..5).is_some_and(|head| head.eq_ignore_ascii_case("text/"));
    text || Format::of(mime).is_some_and(|format| format != Format::Multipart)
}

/// The parameters with their values as written. A quoted value may contain semicolons.
#[must_use]
pub fn parameters(mime: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = mime.find(';').map_or("", |at| &mime[at + 1..]);
    while !rest.is_empty() {
        let mut quoted = false;
        let mut escaped = false;
        let end = rest
            .find(|c| {
                let inside = quoted;
                if escaped {
                    escaped = false;
                } else if c == '"' {
                    quoted = !quoted;
                } else {
                    escaped = quoted && c == '\\';
                }
                c == ';' && !inside
            })
            .unwrap_or(rest.len());
        let (name, value) = rest[..end].split_once('=').unwrap_or((&rest[..end], ""));
        if !name.trim().is_empty() {
            found.push((name.trim(), value.trim()));
        }
        rest = rest.get(end + 1..).unwrap_or("");
    }
    found
}

/// The value of a parameter, without quotes.
#[must_use]
pub fn parameter<'a>(mime: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let (_, value) = parameters(mime).into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name))?;
    Some(unquote(value))
}

/// A parameter's value without quotes and backslashes.
#[must_use]
pub fn unquote(value: &str) -> Cow<'_, str> {
    let Some(inside) = value.strip_prefix('"').map(|v| v.strip_suffix('"').unwrap_or(v)) else {
        return Cow::Borrowed(value);
    };
    if !inside.contains('\\') {
        return Cow::Borrowed(inside);
    }
    let mut plain = String::with_capacity(inside.len());
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        // Before other characters a backslash is itself: it may stem from a Windows path.
        let escaped = (c == '\\').then(|| chars.next_if(|c| matches!(c, '"' | '\\'))).flatten();
        plain.push(escaped.unwrap_or(c));
    }
    Cow::Owned(plain)
}

/// The normal form: type, subtype and parameter names in lower case, no white space around `;` and `=`.
#[must_use]
pub fn normalise(mime: &str) -> Cow<'_, str> {
    if mime.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'/' | b'+' | b'-' | b'.')) {
        return mime.into();
    }
    let mut normal = essence(mime).to_ascii_lowercase();
    for (name, value) in parameters(mime) {
        normal.push(';');
        normal.push_str(&name.to_ascii_lowercase());
        normal.push('=');
        normal.push_str(value);
    }
    normal.into()
}

/// MIME types by file name extension.
static EXTENSIONS: &[(&str, &str)] = &[
    ("json", "application/json"),
    ("xml", "application/xml"),
    ("csv", "text/csv"),
    ("txt", "text/plain"),
    ("text", "text/plain"),
    ("log", "text/plain"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("ndjson", "application/x-ndjson"),
    ("jsonl", "application/x-ndjson"),
    ("form", "application/x-www-form-urlencoded"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("css", "text/css"),
    ("js", "text/javascript"),
    ("md", "text/markdown"),
    ("tsv", "text/tab-separated-values"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("bmp", "image/bmp"),
    ("ico", "image/vnd.microsoft.icon"),
    ("webp", "image/webp"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("mp3", "audio/mpeg"),
    ("wav", "audio/x-wav"),
    ("mp4", "video/mp4"),
    ("mpeg", "video/mpeg"),
    ("webm", "video/webm"),
    ("avi", "video/x-msvideo"),
    ("mov", "video/quicktime"),
    ("pdf", "application/pdf"),
    ("zip", "application/zip"),
    ("gz", "application/gzip"),
    ("tar", "application/x-tar"),
    ("rtf", "application/rtf"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("xsl", "application/xml"),
    ("xsd", "application/xml"),
    ("wsdl", "application/xml"),
];

/// The MIME type that a file of that name probably has, by its extension.
#[must_use]
pub fn infer_mime(file_name: &str) -> Option<&'static str> {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let (stem, extension) = base.rsplit_once('.')?;
    if stem.is_empty() {
        return None;
    }
    EXTENSIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension)).map(|(_, mime)| *mime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        for (mime, format) in [
            ("Application/JSON ; charset=x", Some(Format::Json)),
            ("application/problem+json", Some(Format::Json)),
            ("+json", None),
            ("image/svg+xml", Some(Format::Xml)),
            ("text/csv;header=present", Some(Format::Csv)),
            ("image/png", None),
            ("", None),
        ] {
            assert_eq!(Format::of(mime), format, "{mime}");
        }
        assert!(is_text("TEXT/html") && is_text("application/yaml") && !is_text("multipart/form-data;boundary=x"));
    }

    #[test]
    fn parameters_and_normal_form() {
        let mime = "Multipart/Form-Data ; Boundary = \"a;\\\"b\" ;; X=1";
        assert_eq!(normalise(mime), "multipart/form-data;boundary=\"a;\\\"b\";x=1");
        assert_eq!(parameter(mime, "boundary").as_deref(), Some("a;\"b"));
        assert_eq!(parameter(mime, "x").as_deref(), Some("1"));
        assert_eq!(parameter("a/b", "x"), None);
        assert_eq!(unquote("\"c:\\dir\""), "c:\\dir");
    }

    #[test]
    fn file_names() {
        assert_eq!(infer_mime("dir.x/Orders.JSON"), Some("application/json"));
        for name in ["noext", ".json", "a.zzzz", "a.json/b"] {
            assert_eq!(infer_mime(name), None, "{name}");
        }
    }
}
