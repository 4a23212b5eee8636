//! The objects that `csv.writer` makes.

use std::any::Any;
use std::rc::Rc;

use super::dialect::{Dialect, PARAMETERS, Quoting, shown};
use super::error;
use crate::builtins::receiver;
use crate::builtins::{iterate, repr};
use crate::table;
use crate::value::exceptions::{Raise, TYPE_ERROR};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::unicode::wtf8;
use crate::value::{Cx, Guarded, HVec, List, NativeObject, R, Ref, TypeDesc, Value};

static WRITER: TypeDesc =
    TypeDesc { doc: "Appends rows as lines to a list.", ..TypeDesc::new("writer", "_csv").with_members(MEMBERS) };

table! {
    static MEMBERS = [
        /// The format parameters.
        ///
        /// >>> csv.writer([], delimiter=';').dialect.delimiter
        /// ';'
        Property Extended "dialect(self) -> Any" => |_, a| own("dialect", a).map(|own| shown(&own.dialect));
        /// Append a row.
        ///
        /// >>> (out := [], csv.writer(out).writerow(['a', 1]), out)[2]
        /// ['a,1\r\n']
        Method Extended "writerow(self, row: Iterable[Any], /) -> None" => |cx, a| own("writerow", a)?.row(cx, &a[1]);
        /// Append several rows.
        ///
        /// >>> (out := [], csv.writer(out).writerows([['a'], ['b']]), out)[2]
        /// ['a\r\n', 'b\r\n']
        Method Extended "writerows(self, rows: Iterable[Iterable[Any]], /) -> None" => write_rows;
    ]
}

/// A writer.
pub(super) struct Writer {
    target: Guarded<Value>,
    dialect: Rc<Dialect>,
}

impl NativeObject for Writer {
    fn class(&self) -> &'static TypeDesc {
        &WRITER
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn copy(&self, _: &Value) -> Option<R> {
        None
    }

    fn clear(&self) {
        drop(self.target.replace(Value::None));
    }
}

/// `csv.writer(…)`
pub(super) fn new(cx: &mut Cx<'_>, a: &[Value]) -> R {
    target(&a[0])?;
    let dialect = Dialect::of(cx, &a[1], a.get(2..2 + PARAMETERS).unwrap_or_default())?;
    Ok(Value::native(Writer { target: Guarded::new(a[0].clone()), dialect }))
}

fn target(value: &Value) -> R<&Ref<List>> {
    match value {
        Value::List(list) => Ok(list),
        other => Err(Raise::hinted(
            &TYPE_ERROR,
            format!("argument 1 must be a list, not {}", other.type_of().qualified()),
            "there are no files; every row is appended to the list as one line",
        )),
    }
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Writer> {
    receiver::native(name, "_csv.writer", a)
}

fn write_rows(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("writerows", a)?;
    iterate::for_each(cx, &a[1], |cx, row| {
        own.row(cx, &row)?;
        Ok(true)
    })?;
    Ok(Value::None)
}

impl Writer {
    /// Appends a row.
    pub(super) fn row(&self, cx: &mut Cx<'_>, row: &Value) -> R {
        if !iterate::is_iterable(row) {
            return Err(error(format!("iterable expected, not {}", row.type_of().qualified())));
        }
        let mut line = HVec::new();
        let mut fields = 0usize;
        iterate::for_each(cx, row, |cx, field| {
            if fields > 0 {
                push(&mut line, self.dialect.delimiter);
            }
            fields += 1;
            let quoted = match self.dialect.quoting {
                Quoting::All => true,
                Quoting::NonNumeric => {
                    let number = matches!(
                        field,
                        Value::Int(_) | Value::Big(_) | Value::Bool(_) | Value::Float(_) | Value::Decimal(_)
                    );
                    !number
                }
                Quoting::Minimal | Quoting::None => false,
            };
            let text = match &field {
                Value::None => Value::str(""),
                other => repr::str(cx, other)?,
            };
            self.field(&mut line, text.text_bytes().unwrap_or_default(), quoted)?;
            Ok(true)
        })?;
        if fields > 0 && line.is_empty() {
            // An empty line would be no field at all.
            if self.dialect.quoting == Quoting::None {
                return Err(error("single empty field record must be quoted"));
            }
            self.field(&mut line, b"", true)?;
        }
        line.extend_bytes(&self.dialect.line_terminator);
        let target_value = self.target.borrow().clone();
        target(&target_value)?.push(Value::text_vec(line));
        Ok(Value::None)
    }

    fn field(&self, line: &mut HVec<u8>, text: &[u8], quoted: bool) -> R<()> {
        let dialect = &*self.dialect;
        checkpoint(text.len() as u64 / 2 + 4)?;
        reserve(text.len())?;
        let mut quoted = quoted;
        let mut field = Vec::with_capacity(text.len());
        for cp in wtf8::code_points(text) {
            let is_quote = dialect.quote == Some(cp);
            let is_escape = dialect.escape == Some(cp);
            let special = cp == dialect.delimiter
                || is_escape
                || is_quote
                || wtf8::code_points(&dialect.line_terminator).any(|end| end == cp);
            if special {
                let escape = if dialect.quoting == Quoting::None {
                    true
                } else if is_quote && dialect.double_quote {
                    wtf8::push(&mut field, cp);
                    quoted = true;
                    false
                } else if is_quote || is_escape {
                    true
                } else {
                    quoted = true;
                    false
                };
                if escape {
                    let Some(escape) = dialect.escape else {
                        return Err(error("need to escape, but no escapechar set"));
                    };
                    wtf8::push(&mut field, escape);
                }
            }
            wtf8::push(&mut field, cp);
        }
        let quote = if quoted { dialect.quote } else { None };
        if let Some(quote) = quote {
            push(line, quote);
        }
        line.extend_bytes(&field);
        if let Some(quote) = quote {
            push(line, quote);
        }
        Ok(())
    }
}

fn push(line: &mut HVec<u8>, cp: u32) {
    let mut text = Vec::with_capacity(4);
    wtf8::push(&mut text, cp);
    line.extend_bytes(&text);
}
