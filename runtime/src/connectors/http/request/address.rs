//! The address of a request: base URL, path and query put together so that neither host nor base can be replaced (flows
//! part 3, section 4).

use dataway_lang::Document;
use reqwest::Url;

use super::super::path::percent_decode;
use crate::connectors::database::value;

/// Joins a path, which may have a query, to a base URL.
///
/// # Errors
/// That the path would lead out of the base.
pub fn join(base: &Url, path: &str) -> Result<Url, String> {
    if path.contains(char::is_control) {
        return Err("`path` holds a control character".into());
    }
    let (route, query) = path.split_once('?').map_or((path, None), |(route, query)| (route, Some(query)));
    let climbs = |segment: &str| percent_decode(segment).is_some_and(|plain| matches!(&*plain, "." | ".."));
    if route.split(['/', '\\']).any(climbs) {
        return Err(format!("`path` {route:?} has a segment `.` or `..`, which would lead out of the base URL"));
    }
    let mut url = base.clone();
    // Whatever else means something in a URL is part of the path here.
    let route = route.replace('\\', "%5C").replace('#', "%23");
    let joined = format!("{}/{}", base.path().trim_end_matches('/'), route.trim_start_matches('/'));
    url.set_path(&joined);
    url.set_query(query);
    Ok(url)
}

/// Appends a dict of scalars and lists to the query of a URL.
///
/// # Errors
/// What cannot be part of a query.
pub fn append_query(url: &mut Url, query: &Document) -> Result<(), String> {
    if query.is_none() {
        return Ok(());
    }
    let pairs = match query {
        Document::Dict(pairs) | Document::MultiMap(pairs) => pairs,
        other => return Err(format!("`query` must be a dict, not {}", other.type_name())),
    };
    let mut found: Vec<(String, String)> = Vec::new();
    for (key, values) in pairs.iter() {
        let key = key.as_str().ok_or("the keys of `query` must be str")?;
        for one in values.as_list().unwrap_or(std::slice::from_ref(values)) {
            match one {
                Document::None => {}
                Document::List(_) | Document::Dict(_) | Document::MultiMap(_) | Document::Bytes(_) => {
                    return Err(format!(
                        "`query` {key} must be a scalar or a list of scalars, not {}",
                        one.type_name()
                    ));
                }
                scalar => found.push((
                    key.to_owned(),
                    value::text(scalar).map_err(|kind| format!("`query` {key} cannot be {kind}"))?,
                )),
            }
        }
    }
    if !found.is_empty() {
        url.query_pairs_mut().extend_pairs(found);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_base() {
        let base = Url::parse("http://h:81/base/").unwrap();
        for (path, url) in [
            ("/", "http://h:81/base/"),
            ("a/b", "http://h:81/base/a/b"),
            ("//evil/x", "http://h:81/base/evil/x"),
            ("http://evil/x", "http://h:81/base/http://evil/x"),
            ("/a b?x=1 2", "http://h:81/base/a%20b?x=1%202"),
            ("/a%2Fb#c", "http://h:81/base/a%2Fb%23c"),
            ("/a\\b", "http://h:81/base/a%5Cb"),
            ("/@evil", "http://h:81/base/@evil"),
        ] {
            assert_eq!(join(&base, path).unwrap().as_str(), url, "{path}");
        }
        for path in ["../x", "/a/..", "/a/%2e%2E/b", "/a\\..\\b", "/.\t./x", "/a/./b"] {
            assert!(join(&base, path).is_err(), "{path}");
        }
    }

    #[test]
    fn queries() {
        let mut url = Url::parse("http://h/x?a=1").unwrap();
        let list = Document::list(vec![1_i64.into(), Document::None, true.into()]);
        let query = Document::dict([("b c", "d&e".into()), ("n", Document::None), ("l", list)]);
        append_query(&mut url, &query).unwrap();
        assert_eq!(url.as_str(), "http://h/x?a=1&b+c=d%26e&l=1&l=true");
        assert!(append_query(&mut url, &Document::dict([("d", Document::dict([]))])).is_err());
        assert!(append_query(&mut url, &1_i64.into()).is_err());
    }
}
