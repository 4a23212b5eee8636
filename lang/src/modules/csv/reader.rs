//! The objects that `csv.reader` makes.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::dialect::{Dialect, PARAMETERS, shown};
use super::parser::Parser;
use super::{error, field_limit};
use crate::builtins::iterate;
use crate::builtins::receiver;
use crate::table;
use crate::value::{Cx, Guarded, List, NativeObject, R, TypeDesc, Value};

static READER: TypeDesc = TypeDesc { doc: "Rows of lines.", ..TypeDesc::new("reader", "_csv").with_members(MEMBERS) };

table! {
    static MEMBERS = [
        /// The format parameters.
        ///
        /// >>> csv.reader([], delimiter=';').dialect.delimiter
        /// ';'
        Property CoreCode "dialect(self) -> Any" => |_, a| own("dialect", a).map(|own| shown(&own.dialect));
        /// How many lines have been read.
        ///
        /// >>> (r := csv.reader(['a', 'b']), next(r), r.line_num)[2]
        /// 1
        Property CoreCode "line_num(self) -> int" => |_, a| own("line_num", a).map(|own| Value::Int(own.lines.get()));
    ]
}

/// A reader.
pub(super) struct Reader {
    /// The iterator of the lines.
    input: Guarded<Value>,
    dialect: Rc<Dialect>,
    /// Taken out while a row is being read.
    parser: RefCell<Option<Parser>>,
    lines: Cell<i64>,
}

impl NativeObject for Reader {
    fn class(&self) -> &'static TypeDesc {
        &READER
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn iter(&self, _: &mut Cx<'_>, this: &Value) -> Option<R> {
        Some(Ok(this.clone()))
    }

    fn next(&self, cx: &mut Cx<'_>) -> Option<R<Option<Value>>> {
        Some(self.row(cx))
    }

    fn copy(&self, _: &Value) -> Option<R> {
        None
    }

    fn clear(&self) {
        drop(self.input.replace(Value::None));
    }
}

/// `csv.reader(…)`
pub(super) fn new(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let input = iterate::iter(cx, &a[0])?;
    let dialect = Dialect::of(cx, &a[1], a.get(2..2 + PARAMETERS).unwrap_or_default())?;
    let parser = RefCell::new(Some(Parser::new(dialect.clone())));
    Ok(Value::native(Reader { input: Guarded::new(input), dialect, parser, lines: Cell::new(0) }))
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Reader> {
    receiver::native(name, "_csv.reader", a)
}

impl Reader {
    /// The number of lines read.
    pub(super) fn lines(&self) -> Value {
        Value::Int(self.lines.get())
    }

    /// The next row, as a list.
    pub(super) fn row(&self, cx: &mut Cx<'_>) -> R<Option<Value>> {
        let mut parser = match self.parser.borrow_mut().take() {
            Some(parser) => parser,
            // The lines come from code that reads this very reader.
            None => Parser::new(self.dialect.clone()),
        };
        parser.limit = field_limit(cx).0;
        parser.reset();
        let result = self.read(cx, &mut parser);
        *self.parser.borrow_mut() = Some(parser);
        result
    }

    fn read(&self, cx: &mut Cx<'_>, parser: &mut Parser) -> R<Option<Value>> {
        let input = self.input.borrow().clone();
        loop {
            let Some(line) = iterate::next(cx, &input)? else {
                return Ok(parser.end()?.then(|| Value::List(List::new(parser.take()))));
            };
            let Some(text) = line.text_bytes() else {
                let kind = line.type_of().qualified();
                return Err(error(format!(
                    "iterator should return strings, not {kind} (the file should be opened in text mode)"
                )));
            };
            self.lines.set(self.lines.get().saturating_add(1));
            if parser.line(text)? {
                return Ok(Some(Value::List(List::new(parser.take()))));
            }
        }
    }
}
