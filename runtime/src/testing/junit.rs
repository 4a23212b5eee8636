//! A report as JUnit XML, for build servers and editors.

use std::fmt::Write as _;

use super::report::{CaseReport, Counts, Outcome, Report, SuiteReport};

/// The report as an XML document.
#[must_use]
pub fn junit(report: &Report) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts = report.counts();
    let errors: usize = report.suites.iter().map(|suite| suite.failures.len()).sum();
    let _ = writeln!(xml, "<testsuites{} time=\"{}\">", numbers(counts, errors), seconds(report.time));
    for suite in &report.suites {
        write_suite(&mut xml, suite);
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn numbers(counts: Counts, errors: usize) -> String {
    let Counts { cases, failed, skipped, .. } = counts;
    format!(" tests=\"{cases}\" failures=\"{failed}\" errors=\"{errors}\" skipped=\"{skipped}\"")
}

fn seconds(time: std::time::Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

fn write_suite(xml: &mut String, suite: &SuiteReport) {
    let (name, file) = (escape(&suite.name), escape(&suite.file));
    let numbers = numbers(suite.counts(), suite.failures.len());
    let _ = writeln!(xml, "  <testsuite name=\"{name}\" file=\"{file}\"{numbers} time=\"{}\">", seconds(suite.time()));
    for case in &suite.cases {
        write_case(xml, &name, &file, case);
    }
    for failure in &suite.failures {
        let (message, text) = parts(failure);
        let _ = writeln!(xml, "    <testcase classname=\"{name}\" name=\"(suite)\" file=\"{file}\" time=\"0\">");
        let _ = writeln!(xml, "      <error message=\"{message}\">{text}</error>\n    </testcase>");
    }
    if !suite.notes.is_empty() {
        let _ = writeln!(xml, "    <system-out>{}</system-out>", escape(&suite.notes.join("\n")));
    }
    xml.push_str("  </testsuite>\n");
}

fn write_case(xml: &mut String, suite: &str, file: &str, case: &CaseReport) {
    let (name, line, time) = (escape(&case.name), case.line, seconds(case.time));
    let _ = write!(
        xml,
        "    <testcase classname=\"{suite}\" name=\"{name}\" file=\"{file}\" line=\"{line}\" time=\"{time}\""
    );
    let inside = match &case.outcome {
        Outcome::Passed => String::new(),
        Outcome::Skipped(None) => "      <skipped/>\n".to_owned(),
        Outcome::Skipped(Some(reason)) => format!("      <skipped message=\"{}\"/>\n", escape(reason)),
        Outcome::Failed(found) => {
            let (message, text) = parts(&found.join("\n"));
            format!("      <failure message=\"{message}\">{text}</failure>\n")
        }
    };
    let notes = match case.notes.as_slice() {
        [] => String::new(),
        notes => format!("      <system-out>{}</system-out>\n", escape(&notes.join("\n"))),
    };
    match inside + &notes {
        inside if inside.is_empty() => xml.push_str("/>\n"),
        inside => drop(write!(xml, ">\n{inside}    </testcase>\n")),
    }
}

/// The first line of a failure, and the others.
fn parts(failure: &str) -> (String, String) {
    let (first, rest) = failure.split_once('\n').unwrap_or((failure, ""));
    (escape(first), escape(rest))
}

/// Text as XML can hold it, in attributes too.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            // XML has no way to write these.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::coverage::Coverage;
    use std::time::Duration;

    #[test]
    fn a_report_is_xml() {
        let case = |name: &str, outcome| CaseReport {
            name: name.into(),
            line: 3,
            outcome,
            time: Duration::from_millis(1500),
            notes: Vec::new(),
        };
        let suite = SuiteReport {
            name: "a<b".into(),
            file: "tests/a.yaml".into(),
            cases: vec![
                case("good", Outcome::Passed),
                case("later", Outcome::Skipped(Some("\"soon\"".into()))),
                case("bad", Outcome::Failed(vec!["one\u{1}".into(), "two & three".into()])),
            ],
            failures: vec!["after-suite: gone".into()],
            notes: vec!["a note".into()],
        };
        let report =
            Report { suites: vec![suite], coverage: Coverage { flows: Vec::new() }, time: Duration::from_secs(2) };
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="1" skipped="1" time="2.000">
  <testsuite name="a&lt;b" file="tests/a.yaml" tests="3" failures="1" errors="1" skipped="1" time="4.500">
    <testcase classname="a&lt;b" name="good" file="tests/a.yaml" line="3" time="1.500"/>
    <testcase classname="a&lt;b" name="later" file="tests/a.yaml" line="3" time="1.500">
      <skipped message="&quot;soon&quot;"/>
    </testcase>
    <testcase classname="a&lt;b" name="bad" file="tests/a.yaml" line="3" time="1.500">
      <failure message="one�">two &amp; three</failure>
    </testcase>
    <testcase classname="a&lt;b" name="(suite)" file="tests/a.yaml" time="0">
      <error message="after-suite: gone"></error>
    </testcase>
    <system-out>a note</system-out>
  </testsuite>
</testsuites>
"#;
        assert_eq!(junit(&report), expected);
    }
}
