//! Header fields and cookies: their texts and their canonical names (flows part 3, sections 2.2 and 2.4).

use std::fmt::Write;

/// A header name in canonical form: `content-type` → `Content-Type`.
#[must_use]
pub fn canonical(name: &str) -> String {
    let mut upper = true;
    let letter = |c: char| {
        let shown = if upper { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
        upper = c == '-';
        shown
    };
    name.chars().map(letter).collect()
}

/// The cookies of a `Cookie` header, in order. What has no name is skipped; quotes around a value are no part of it.
pub fn cookies(header: &str) -> impl Iterator<Item = (&str, &str)> {
    header.split(';').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        (!name.is_empty()).then(|| (name, bare.unwrap_or(value)))
    })
}

/// Name and value of a `Set-Cookie` header, without the attributes.
#[must_use]
pub fn set_cookie_pair(header: &str) -> Option<(&str, &str)> {
    cookies(header.split(';').next()?).next()
}

/// A cookie that a response sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetCookie {
    /// Name: a token.
    pub name: String,
    /// Value.
    pub value: String,
    /// An HTTP date.
    pub expires: Option<String>,
    /// Path.
    pub path: Option<String>,
    /// Seconds.
    pub max_age: Option<i64>,
    /// Over TLS only.
    pub secure: bool,
    /// Hidden from scripts of the browser.
    pub http_only: bool,
    /// `Strict`, `Lax` or `None`.
    pub same_site: Option<String>,
}

impl SetCookie {
    /// The text of the `Set-Cookie` header.
    ///
    /// # Errors
    /// What no client could read back: a name that is no token, a value with separators or control characters.
    pub fn header(&self) -> Result<String, String> {
        if !is_token(&self.name) {
            return Err(format!("'{}' is no cookie name", self.name.escape_debug()));
        }
        if !is_cookie_text(&self.value) {
            return Err(format!("the value of cookie '{}' holds a character that cookies cannot hold", self.name));
        }
        let mut header = format!("{}={}", self.name, self.value);
        for (name, value) in [("Expires", &self.expires), ("Path", &self.path), ("SameSite", &self.same_site)] {
            if let Some(value) = value {
                if value.contains([';', '\r', '\n']) || value.contains(char::is_control) {
                    return Err(format!("{name} of cookie '{}' holds a separator", self.name));
                }
                let _ = write!(header, "; {name}={value}");
            }
        }
        if let Some(seconds) = self.max_age {
            let _ = write!(header, "; Max-Age={seconds}");
        }
        header.push_str(if self.secure { "; Secure" } else { "" });
        header.push_str(if self.http_only { "; HttpOnly" } else { "" });
        Ok(header)
    }
}

/// The text of a `Cookie` header.
///
/// # Errors
/// The first name or value that cannot be sent.
pub fn cookie_header<'a>(cookies: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<String, String> {
    let mut header = String::new();
    for (name, value) in cookies {
        if !is_token(name) || !is_cookie_text(value) {
            return Err(format!("cookie '{}' holds a character that cookies cannot hold", name.escape_debug()));
        }
        header.push_str(if header.is_empty() { "" } else { "; " });
        let _ = write!(header, "{name}={value}");
    }
    Ok(header)
}

fn is_token(text: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(token)
}

/// What may stand in a cookie's value. Blanks and commas are tolerated, as every client does.
fn is_cookie_text(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' && byte != 0x7f && byte != b';')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_cookies() {
        for (name, shown) in [("content-type", "Content-Type"), ("X-REQUEST-id", "X-Request-Id"), ("etag", "Etag")] {
            assert_eq!(canonical(name), shown);
        }
        let read: Vec<_> = cookies("a=1; b=\"x y\";c; =4;a=2; d=e=f").collect();
        assert_eq!(read, [("a", "1"), ("b", "x y"), ("a", "2"), ("d", "e=f")]);
        assert_eq!(set_cookie_pair("sid=42; Path=/; HttpOnly"), Some(("sid", "42")));
        assert_eq!(cookie_header([("a", "1"), ("b", "2")]).unwrap(), "a=1; b=2");
        assert!(cookie_header([("a", "1; x=2")]).is_err());
    }

    #[test]
    fn cookies_to_set() {
        let mut cookie = SetCookie { name: "sid".into(), value: "42".into(), ..SetCookie::default() };
        assert_eq!(cookie.header().unwrap(), "sid=42");
        cookie.path = Some("/api".into());
        cookie.max_age = Some(60);
        cookie.same_site = Some("Lax".into());
        (cookie.secure, cookie.http_only) = (true, true);
        assert_eq!(cookie.header().unwrap(), "sid=42; Path=/api; SameSite=Lax; Max-Age=60; Secure; HttpOnly");
        cookie.path = Some("/\r\nX: y".into());
        assert!(cookie.header().is_err());
        cookie.name = "a b".into();
        assert!(cookie.header().is_err());
    }
}
