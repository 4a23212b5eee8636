//! Where control can go: `break` and `continue` need a loop they can reach, a `catch` needs an error it can get
//! (part 2, sections 4 and 5.2).

use crate::diagnostic::Code;
use crate::message::CODES;
use crate::params::Reader;
use crate::yaml::{Kind, Node};

/// Checks a step by its component key, before its parameters are read.
pub(super) fn check(component: &str, key: &Node, value: &Node, reader: &mut Reader<'_>) {
    match component {
        "break" | "continue" => jump(component, key, reader),
        "try" => catches(value, reader),
        _ => {}
    }
}

fn jump(component: &str, key: &Node, reader: &mut Reader<'_>) {
    let mut wall = None;
    for around in reader.ids.around() {
        match around {
            "for-each" | "while" => return,
            "choice" | "try" | "synchronized" | "until-successful" => {}
            other => {
                wall = Some(other);
                break;
            }
        }
    }
    let message = match wall {
        Some(wall) => format!("`{component}` cannot leave `{wall}`: there is no loop inside it"),
        None => format!("`{component}` stands in no loop"),
    };
    reader.error_help(Code::LOOP, key.span, message, "it acts on the nearest `for-each` or `while` around it");
}

/// Whether no catch ever gets a code: it ends the run.
fn ends_run(code: &str) -> bool {
    CODES.iter().any(|known| known.code == code && !known.catchable)
}

fn catches(value: &Node, reader: &mut Reader<'_>) {
    let Some(catches) = value.get("catch").and_then(Node::as_list) else { return };
    let mut earlier: Vec<&str> = Vec::new();
    for catch in catches {
        let Some(kind) = catch.get("type") else { continue };
        let single = std::slice::from_ref(kind);
        let patterns = kind.as_list().unwrap_or(single);
        for node in patterns {
            let Kind::Text(text) = &node.kind else { continue };
            let pattern = &*text.value;
            let message = if ends_run(pattern) {
                format!("`{pattern}` ends the run and cannot be caught")
            } else if let Some(covering) = earlier.iter().find(|earlier| covers(earlier, pattern)) {
                format!("this can never match: `{covering}` gets every `{pattern}` before")
            } else {
                continue;
            };
            reader.warning(Code::NEVER, node.span, message);
        }
        earlier.extend(patterns.iter().filter_map(Node::as_str));
    }
}

/// Does `earlier` match every error type that `later` matches?
fn covers(earlier: &str, later: &str) -> bool {
    if earlier.eq_ignore_ascii_case("ANY") || earlier == later {
        return true;
    }
    let (namespace, own) = earlier.split_once(':').unwrap_or((earlier, "ANY"));
    // `FOO` alone matches its namespace as `FOO:ANY` does.
    if !own.eq_ignore_ascii_case("ANY") {
        return false;
    }
    let (wanted, _) = later.split_once(':').unwrap_or((later, ""));
    namespace == wanted
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn patterns_cover_patterns() {
        for (earlier, later, expected) in [
            ("ANY", "X:Y", true),
            ("any", "X", true),
            ("X:Y", "X:Y", true),
            ("X", "X:Y", true),
            ("X:ANY", "X:Y", true),
            ("X:ANY", "X", true),
            ("X:Y", "X", false),
            ("X:Y", "X:ANY", false),
            ("X", "XY:Z", false),
            ("X:Y", "ANY", false),
        ] {
            assert_eq!(covers(earlier, later), expected, "{earlier} {later}");
        }
    }
}
