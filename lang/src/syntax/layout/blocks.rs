//! Indentation: which blocks a new logical line opens and closes, and what is wrong with it.

use super::{Indentation, Layout, Level, MAX_INDENTS, is_soft_header};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::token::{Tok, Token};

impl Layout<'_> {
    /// Emits what the indentation of a new logical line means.
    pub(super) fn indent(&mut self, first: Token) {
        let blank = Span::new(self.physical, first.span.start);
        let found = measure(self.text, self.physical);
        if std::mem::take(&mut self.base_is_open) {
            self.levels = vec![Level { indentation: found, emitted: false }];
        }
        self.line_indentation = found;
        let expected = std::mem::take(&mut self.block_expected);
        let top = self.levels.last().copied().unwrap_or_default().indentation;
        // A tab that looks like eight blanks opens a block all the same.
        let looks_deeper = expected && found.wide == top.wide && found.narrow > top.narrow;
        if !expected && found.wide > top.wide && self.aliases.contains(&found.wide) {
            // A line of the innermost block after all.
        } else if found.wide > top.wide || looks_deeper {
            if found.narrow <= top.narrow || looks_deeper {
                self.tab_error(blank);
            }
            self.open_level(found, expected, blank);
        } else {
            if expected {
                self.missing_block();
            }
            self.dedent(found, blank);
        }
        self.line = self.out.len();
    }

    fn open_level(&mut self, indentation: Indentation, expected: bool, blank: Span) {
        let depth = self.levels.iter().filter(|level| level.emitted).count();
        // A line that could not be read may well have been a header.
        let line = self.last_line().and_then(|(_, line)| Some(line.first()?.span.to(line.last()?.span)));
        let expected = expected || line.is_some_and(|line| self.report.has_error_in(line));
        let emitted = expected && depth < MAX_INDENTS;
        if !expected {
            self.indentation_error(
                blank,
                "unexpected indentation",
                "only the lines of a block are indented, below a line that ends in `:`",
            );
        } else if !emitted {
            self.report.error_help(
                Code::TOO_DEEP,
                blank,
                format!("more than {MAX_INDENTS} levels of indentation"),
                "move inner blocks into functions",
            );
            // The header keeps a block, the lines go on at its level.
            self.insert_before_newline(Tok::Error);
        }
        self.levels.push(Level { indentation, emitted });
        if emitted {
            self.emit(Tok::Indent, Span::at(blank.end));
        }
    }

    fn dedent(&mut self, found: Indentation, blank: Span) {
        let base = self.levels.first().copied().unwrap_or_default().indentation;
        if found.wide < base.wide {
            self.indentation_error(
                blank,
                "this line is indented less than the first line of the script",
                "give all lines of the script at least the indentation of the first",
            );
            self.close_levels(0, Span::at(blank.end));
            return;
        }
        let keep = self.levels.iter().take_while(|level| level.indentation.wide <= found.wide);
        let keep = keep.count().saturating_sub(1);
        let target = self.levels.get(keep).copied().unwrap_or_default().indentation;
        if target.wide == found.wide {
            if target.narrow != found.narrow {
                self.tab_error(blank);
            }
            self.close_levels(keep, Span::at(blank.end));
        } else if self.aliases.contains(&found.wide) {
            self.close_levels(keep, Span::at(blank.end));
        } else {
            self.indentation_error(
                blank,
                "this indentation matches no line above",
                "indent the line exactly like the other lines of its block",
            );
            // Most likely a line of the block it is nearest to. Keep that one open, with either
            // indentation: the wrong one may be this line's or that of the lines above.
            self.aliases = self.levels.iter().skip(keep + 1).map(|l| l.indentation.wide).collect();
            self.close_levels(keep + 1, Span::at(blank.end));
            if let Some(level) = self.levels.last_mut() {
                level.indentation = found;
            }
        }
    }

    /// Closes all blocks above the level with index `keep`.
    pub(super) fn close_levels(&mut self, keep: usize, span: Span) {
        while self.levels.len() > keep + 1 {
            if self.levels.pop().is_some_and(|level| level.emitted) {
                self.emit(Tok::Dedent, Span::at(span.end));
            }
        }
    }

    /// Reports that the last line announced a block that does not follow.
    pub(super) fn missing_block(&mut self) {
        self.block_expected = false;
        let Some((colon, line)) = self.last_line() else {
            return;
        };
        let Some(first) = line.first() else { return };
        let word = self.text.get(first.span.start as usize..first.span.end as usize);
        let is_header = first.kind.starts_block() || is_soft_header(line, self.text);
        // Another line that ends in a colon is the grammar's business.
        if is_header && colon.kind == Tok::Colon {
            let diagnostic = Diagnostic::error(
                Code::INDENTATION,
                colon.span,
                format!("expected an indented block after `{}`", word.unwrap_or_default()),
            )
            .with_help("indent the lines of the block; write `pass` if there is nothing to do");
            self.report.push(diagnostic);
            self.insert_before_newline(Tok::Error);
        }
    }

    fn indentation_error(&mut self, blank: Span, message: &str, help: &str) {
        // Mixed tabs explain all the rest.
        if !self.tabs_mixed {
            self.report.error_help(Code::INDENTATION, blank, message, help);
        }
    }

    fn tab_error(&mut self, blank: Span) {
        if std::mem::replace(&mut self.tabs_mixed, true) {
            return;
        }
        self.report.error_help(
            Code::TABS,
            blank,
            "tabs and blanks are mixed in the indentation",
            "use blanks only, or tabs only",
        );
    }
}

/// Measures the blanks at the start of the line at `offset`.
pub(super) fn measure(text: &str, offset: u32) -> Indentation {
    let mut found = Indentation::default();
    for byte in text.bytes().skip(offset as usize) {
        match byte {
            b' ' => found = Indentation { wide: found.wide + 1, narrow: found.narrow + 1 },
            b'\t' => found = Indentation { wide: (found.wide / 8 + 1) * 8, narrow: found.narrow + 1 },
            b'\x0c' => found = Indentation::default(),
            _ => break,
        }
    }
    found
}
