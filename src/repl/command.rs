//! What a line at the prompt asks for: a command that begins with a colon, or statements.

/// The text of `:help`.
pub const HELP: &str = "\
:payload FILE [MIME]   make a file the payload of msg
:type EXPR             show the type of a value
:time EXPR             show a value and how long it took
:help                  show this list
:quit                  leave (or Ctrl-D)

msg is the message, _ the last value shown. Tab completes names, members and keys; a block ends with an empty line.
Ctrl-C clears the line or stops what is running. The reference of everything: dataway docs
";

/// The commands, for completion.
pub const NAMES: [&str; 5] = [":help", ":payload", ":quit", ":time", ":type"];

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// An empty line.
    Nothing,
    /// Statements to run.
    Statements(&'a str),
    /// `:type`
    Type(&'a str),
    /// `:time`
    Time(&'a str),
    /// `:payload`
    Payload {
        /// The file.
        file: String,
        /// Its MIME type, if it was given.
        mime_type: Option<String>,
    },
    /// `:help`
    Help,
    /// `:quit`
    Quit,
}

/// The part of a line that is Dataway: all of it, or what follows `:type` and `:time`. `None` for other commands.
pub fn code(line: &str) -> Option<&str> {
    if !line.trim_start().starts_with(':') {
        return Some(line);
    }
    match split(line) {
        (":type" | ":time", text) => Some(text),
        _ => None,
    }
}

/// The command word of a line and what follows.
fn split(line: &str) -> (&str, &str) {
    let line = line.trim();
    line.split_once(char::is_whitespace).map_or((line, ""), |(word, rest)| (word, rest.trim_start()))
}

/// Reads a line. The error says what to write instead.
pub fn parse(line: &str) -> Result<Command<'_>, String> {
    if line.trim().is_empty() {
        return Ok(Command::Nothing);
    }
    if !line.trim_start().starts_with(':') {
        return Ok(Command::Statements(line));
    }
    match split(line) {
        (":type" | ":time", "") => Err("write an expression behind the command, for example :type msg.payload".into()),
        (":type", text) => Ok(Command::Type(text)),
        (":time", text) => Ok(Command::Time(text)),
        (":payload", text) => match &words(text)[..] {
            [file] => Ok(Command::Payload { file: file.clone(), mime_type: None }),
            [file, mime_type] => Ok(Command::Payload { file: file.clone(), mime_type: Some(mime_type.clone()) }),
            _ => Err("write :payload FILE or :payload FILE MIME; quote a name with blanks".into()),
        },
        (":help" | ":h" | ":?", _) => Ok(Command::Help),
        (":quit" | ":q" | ":exit", _) => Ok(Command::Quit),
        (word, _) => Err(format!("there is no command `{word}`; :help lists all commands")),
    }
}

/// Splits at blanks that are neither quoted nor behind a backslash.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '\\') if !cfg!(windows) => word.get_or_insert_default().extend(chars.next()),
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_commands_or_statements() {
        let payload = |file: &str, mime_type: Option<&str>| {
            Ok(Command::Payload { file: file.to_owned(), mime_type: mime_type.map(str::to_owned) })
        };
        assert_eq!(parse(" "), Ok(Command::Nothing));
        assert_eq!(parse("x = 1"), Ok(Command::Statements("x = 1")));
        assert_eq!(parse(":type  x + 1 "), Ok(Command::Type("x + 1")));
        assert_eq!(parse(":time f(1,\n  2)"), Ok(Command::Time("f(1,\n  2)")));
        assert_eq!(parse(":payload a.json"), payload("a.json", None));
        assert_eq!(parse(":payload 'a b.json' text/csv"), payload("a b.json", Some("text/csv")));
        assert_eq!(parse(":payload a\\ b.json"), payload("a b.json", None));
        assert_eq!(parse(":q"), Ok(Command::Quit));
        assert!(parse(":type").is_err());
        assert!(parse(":payload").is_err());
        assert!(parse(":nothing").is_err_and(|message| message.contains("`:nothing`")));
    }

    #[test]
    fn only_code_can_be_continued() {
        assert_eq!(code("(1 +"), Some("(1 +"));
        assert_eq!(code(":time (1 +"), Some("(1 +"));
        assert_eq!(code(":payload a.json"), None);
    }
}
