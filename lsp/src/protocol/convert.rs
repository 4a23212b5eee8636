//! Between the server's spans and the protocol's ranges, and what a request works on.

use std::path::Path;
use std::sync::Arc;

use dataway_lang::source::Span;
use tower_lsp_server::ls_types::{Documentation, Location, MarkupContent, MarkupKind, Position, Range, TextEdit, Uri};

use crate::app::App;
use crate::document::{Document, Region};
use crate::features::app::navigation::Place as AppPlace;
use crate::features::payload::Elsewhere;
use crate::position::{Encoding, Place, Stretch, Text};
use crate::world::Settings;

/// What a request works on: a document at the version that was current when the request arrived.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The document.
    pub document: Arc<Document>,
    /// How the client counts columns.
    pub encoding: Encoding,
    /// What the client has set.
    pub settings: Settings,
}

impl Snapshot {
    /// The program at a position, and the offset in its text.
    #[must_use]
    pub fn locate(&self, position: Position) -> Option<(&Region, u32)> {
        self.document.region_at(self.offset(position))
    }

    /// The offset of a position in the document.
    #[must_use]
    pub fn offset(&self, position: Position) -> u32 {
        self.document.text.offset(place(position), self.encoding)
    }

    /// The span of a range in the document.
    #[must_use]
    pub fn span(&self, range: Range) -> Span {
        self.document.text.span(Stretch { start: place(range.start), end: place(range.end) }, self.encoding)
    }

    /// The range of a span of a program.
    #[must_use]
    pub fn range(&self, region: &Region, span: Span) -> Range {
        self.document_range(region.outward(span))
    }

    /// The range of a span of the document.
    #[must_use]
    pub fn document_range(&self, span: Span) -> Range {
        range_in(&self.document.text, span, self.encoding)
    }

    /// A replacement in a program; `None` if what the program stands in cannot hold the text.
    #[must_use]
    pub fn edit(&self, region: &Region, span: Span, text: &str) -> Option<TextEdit> {
        let (span, new_text) = region.replacement(span, text)?;
        Some(TextEdit { range: self.document_range(span), new_text })
    }

    /// The location of a place of an app; an empty place stands for the file.
    #[must_use]
    pub fn location(&self, app: &App, place: &AppPlace) -> Option<Location> {
        let file = app.file_of(&place.path);
        let range = match app.sheets().get(&place.path) {
            Some(sheet) => range_in(&sheet.text, place.span, self.encoding),
            None if place.span.is_empty() => Range::default(),
            None => {
                let bytes = app.files.read(&file).ok()?;
                range_in(&Text::new(&String::from_utf8_lossy(&bytes)), place.span, self.encoding)
            }
        };
        Some(Location { uri: self.address(&file)?, range })
    }

    /// The address of a file: for this document as the client writes it.
    fn address(&self, file: &Path) -> Option<Uri> {
        if self.document.path.as_deref() == Some(file) { self.uri() } else { Uri::from_file_path(file) }
    }

    /// The location of a stretch of another file.
    #[must_use]
    pub fn elsewhere(&self, found: &Elsewhere) -> Option<Location> {
        let text = Text::new(&String::from_utf8_lossy(&found.content));
        Some(Location { uri: self.address(&found.path)?, range: range_in(&text, found.span, self.encoding) })
    }

    /// The document's address.
    #[must_use]
    pub fn uri(&self) -> Option<Uri> {
        self.document.uri.parse().ok()
    }
}

/// The range of a span of a text.
#[must_use]
pub fn range_in(text: &Text, span: Span, encoding: Encoding) -> Range {
    let stretch = text.stretch(span, encoding);
    Range { start: position(stretch.start), end: position(stretch.end) }
}

/// A position of the protocol as a place.
#[must_use]
pub fn place(position: Position) -> Place {
    Place { line: position.line, column: position.character }
}

/// A place as a position of the protocol.
#[must_use]
pub fn position(place: Place) -> Position {
    Position { line: place.line, character: place.column }
}

/// Markdown as the protocol wants it.
#[must_use]
pub fn markup(text: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value: text }
}

/// Documentation, if there is any.
#[must_use]
pub fn documentation(text: String) -> Option<Documentation> {
    (!text.is_empty()).then(|| Documentation::MarkupContent(markup(text)))
}
