//! `csv.DictReader` and `csv.DictWriter`.

use std::any::Any;

use super::dialect::PARAMETERS;
use super::reader::{self, Reader};
use super::writer::{self, Writer};
use crate::builtins::receiver;
use crate::builtins::{attribute, dict, iterate, repr};
use crate::table;
use crate::value::exceptions::{type_error, value_error};
use crate::value::interrupt::checkpoint;
use crate::value::types::{Kind, Profile};
use crate::value::{Builtin, Cx, Dict, Guarded, HVec, List, NativeObject, R, TypeDesc, Value};

/// `csv.DictReader`
pub(super) static DICT_READER: TypeDesc = TypeDesc {
    doc: "An iterator over rows as dicts.",
    new: Some(&NEW_READER),
    python: true,
    ..TypeDesc::new("DictReader", "csv").with_members(READER_MEMBERS)
};

/// `csv.DictWriter`
pub(super) static DICT_WRITER: TypeDesc = TypeDesc {
    doc: "Appends dicts as lines to a list.",
    new: Some(&NEW_WRITER),
    python: true,
    ..TypeDesc::new("DictWriter", "csv").with_members(WRITER_MEMBERS)
};

static NEW_READER: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "def DictReader.__init__ DictReader(f: Iterable[str], fieldnames: Sequence[str] | None = None, restkey: Any = None, restval: Any = None, dialect: str = 'excel', *, delimiter: str = <absent>, doublequote: bool = <absent>, escapechar: str | None = <absent>, lineterminator: str = <absent>, quotechar: str | None = <absent>, quoting: int = <absent>, skipinitialspace: bool = <absent>, strict: bool = <absent>) -> Iterator[dict[str, Any]]",
    "An iterator over the rows of some lines, each a dict with the names of the first row as keys.\n\n>>> list(csv.DictReader(['a,b', '1,2']))\n[{'a': '1', 'b': '2'}]\n",
    |cx, a| {
        let names = names(cx, &a[1])?;
        let mut args = vec![a[0].clone(), a[4].clone()];
        args.extend_from_slice(a.get(5..5 + PARAMETERS).unwrap_or_default());
        let reader = reader::new(cx, &args)?;
        Ok(Value::native(DictReader {
            reader,
            names: Guarded::new(names),
            rest_key: a[2].clone(),
            rest_value: a[3].clone(),
            dialect: a[4].clone(),
            lines: Guarded::new(Value::Int(0)),
        }))
    },
);

static NEW_WRITER: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "def DictWriter.__init__ DictWriter(f: list[str], fieldnames: Sequence[str], restval: Any = '', extrasaction: str = 'raise', dialect: str = 'excel', *, delimiter: str = <absent>, doublequote: bool = <absent>, escapechar: str | None = <absent>, lineterminator: str = <absent>, quotechar: str | None = <absent>, quoting: int = <absent>, skipinitialspace: bool = <absent>, strict: bool = <absent>) -> DictWriter",
    "An object that appends dicts as lines to a list.\n\n>>> (out := [], csv.DictWriter(out, ['a', 'b']).writerow({'b': 1, 'a': 2}), out)[2]\n['2,1\\r\\n']\n",
    |cx, a| {
        let names = names(cx, &a[1])?;
        let lower = attribute::get(cx, &a[3], "lower")?;
        let action = cx.call(&lower, &[])?;
        let ignore = match action.text_bytes() {
            Some(b"raise") => false,
            Some(b"ignore") => true,
            _ => {
                let action = repr::str(cx, &action)?.to_display();
                return Err(value_error(format!("extrasaction ({action}) must be 'raise' or 'ignore'")));
            }
        };
        let mut args = vec![a[0].clone(), a[4].clone()];
        args.extend_from_slice(a.get(5..5 + PARAMETERS).unwrap_or_default());
        let writer = writer::new(cx, &args)?;
        Ok(Value::native(DictWriter { writer, names, rest_value: a[2].clone(), action, ignore }))
    },
);

/// Field names as given; the items of an iterator as a list.
fn names(cx: &mut Cx<'_>, value: &Value) -> R {
    if iterate::is_iterator(value) {
        Ok(Value::List(List::new(iterate::collect(cx, value)?)))
    } else {
        Ok(value.clone())
    }
}

table! {
    static READER_MEMBERS = [
        /// The dialect that was asked for.
        ///
        /// >>> csv.DictReader([]).dialect
        /// 'excel'
        Property Extended "dialect(self) -> Any" => |_, a| own_reader("dialect", a).map(|own| own.dialect.clone());
        /// The names of the fields; the first row is read for them if need be.
        ///
        /// >>> csv.DictReader(['a,b']).fieldnames
        /// ['a', 'b']
        Property Extended "fieldnames(self) -> Sequence[str] | None" => |cx, a| own_reader("fieldnames", a)?.field_names(cx);
        /// How many lines have been read.
        ///
        /// >>> csv.DictReader([]).line_num
        /// 0
        Property Extended "line_num(self) -> int" => |_, a| own_reader("line_num", a).map(|own| own.lines.borrow().clone());
        /// The reader of the rows.
        ///
        /// >>> csv.DictReader([]).reader.line_num
        /// 0
        Property Extended "reader(self) -> Iterator[list[str]]" => |_, a| own_reader("reader", a).map(|own| own.reader.clone());
        /// The key of the fields beyond the names.
        ///
        /// >>> csv.DictReader([], restkey='more').restkey
        /// 'more'
        Property Extended "restkey(self) -> Any" => |_, a| own_reader("restkey", a).map(|own| own.rest_key.clone());
        /// The value of names without a field.
        ///
        /// >>> csv.DictReader([], restval='-').restval
        /// '-'
        Property Extended "restval(self) -> Any" => |_, a| own_reader("restval", a).map(|own| own.rest_value.clone());
    ]
}

table! {
    static WRITER_MEMBERS = [
        /// What happens to keys without a field: `'raise'` or `'ignore'`.
        ///
        /// >>> csv.DictWriter([], ['a']).extrasaction
        /// 'raise'
        Property Extended "extrasaction(self) -> str" => |_, a| own_writer("extrasaction", a).map(|own| own.action.clone());
        /// The names of the fields.
        ///
        /// >>> csv.DictWriter([], ['a']).fieldnames
        /// ['a']
        Property Extended "fieldnames(self) -> Sequence[str]" => |_, a| own_writer("fieldnames", a).map(|own| own.names.clone());
        /// The value of fields without a key.
        ///
        /// >>> csv.DictWriter([], ['a'], restval='-').restval
        /// '-'
        Property Extended "restval(self) -> Any" => |_, a| own_writer("restval", a).map(|own| own.rest_value.clone());
        /// Append a row with the names of the fields.
        ///
        /// >>> (out := [], csv.DictWriter(out, ['a', 'b']).writeheader(), out)[2]
        /// ['a,b\r\n']
        Method Extended "def writeheader(self) -> None" => write_header;
        /// Append a row.
        ///
        /// >>> (out := [], csv.DictWriter(out, ['a']).writerow({'a': 1}), out)[2]
        /// ['1\r\n']
        Method Extended "def writerow(self, rowdict: Mapping[str, Any]) -> None" => |cx, a| own_writer("writerow", a)?.row(cx, &a[1]);
        /// Append several rows.
        ///
        /// >>> (out := [], csv.DictWriter(out, ['a']).writerows([{'a': 1}, {}]), out)[2]
        /// ['1\r\n', '""\r\n']
        Method Extended "def writerows(self, rowdicts: Iterable[Mapping[str, Any]]) -> None" => write_rows;
        /// The writer of the rows.
        ///
        /// >>> csv.DictWriter([], ['a']).writer.dialect.delimiter
        /// ','
        Property Extended "writer(self) -> Any" => |_, a| own_writer("writer", a).map(|own| own.writer.clone());
    ]
}

struct DictReader {
    reader: Value,
    /// `None` until they are known.
    names: Guarded<Value>,
    rest_key: Value,
    rest_value: Value,
    dialect: Value,
    lines: Guarded<Value>,
}

impl NativeObject for DictReader {
    fn class(&self) -> &'static TypeDesc {
        &DICT_READER
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
        drop(self.names.replace(Value::None));
    }
}

fn own_reader<'a>(name: &str, a: &'a [Value]) -> R<&'a DictReader> {
    receiver::native(name, "DictReader", a)
}

impl DictReader {
    fn inner(&self) -> R<&Reader> {
        match &self.reader {
            Value::Native(native) => native.downcast::<Reader>(),
            _ => None,
        }
        .ok_or_else(|| type_error("the reader is gone"))
    }

    fn next_row(&self, cx: &mut Cx<'_>) -> R<Option<HVec<Value>>> {
        Ok(match self.inner()?.row(cx)? {
            Some(Value::List(row)) => Some(row.items.borrow().clone()),
            _ => None,
        })
    }

    fn field_names(&self, cx: &mut Cx<'_>) -> R {
        if self.names.borrow().is_none()
            && let Some(row) = self.next_row(cx)?
        {
            drop(self.names.replace(Value::List(List::new(row))));
        }
        drop(self.lines.replace(self.inner()?.lines()));
        Ok(self.names.borrow().clone())
    }

    fn row(&self, cx: &mut Cx<'_>) -> R<Option<Value>> {
        if matches!(&*self.lines.borrow(), Value::Int(0)) {
            self.field_names(cx)?;
        }
        let Some(mut row) = self.next_row(cx)? else { return Ok(None) };
        drop(self.lines.replace(self.inner()?.lines()));
        while row.is_empty() {
            checkpoint(4)?;
            match self.next_row(cx)? {
                Some(next) => row = next,
                None => return Ok(None),
            }
        }
        let names = self.field_names(cx)?;
        let names = iterate::collect(cx, &names)?;
        let made = Dict::with_capacity(names.len().min(row.len()));
        for (name, value) in names.iter().zip(row.iter()) {
            made.set(name.clone(), value.clone())?;
        }
        if let Some(rest) = row.get(names.len()..).filter(|rest| !rest.is_empty()) {
            made.set(self.rest_key.clone(), Value::list(rest.iter().cloned()))?;
        }
        for name in names.iter().skip(row.len()) {
            made.set(name.clone(), self.rest_value.clone())?;
        }
        Ok(Some(Value::Dict(made)))
    }
}

struct DictWriter {
    writer: Value,
    names: Value,
    rest_value: Value,
    action: Value,
    ignore: bool,
}

impl NativeObject for DictWriter {
    fn class(&self) -> &'static TypeDesc {
        &DICT_WRITER
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn copy(&self, _: &Value) -> Option<R> {
        None
    }
}

fn own_writer<'a>(name: &str, a: &'a [Value]) -> R<&'a DictWriter> {
    receiver::native(name, "DictWriter", a)
}

fn write_header(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own_writer("writeheader", a)?;
    let header = Dict::new();
    for name in iterate::collect(cx, &own.names)? {
        header.set(name.clone(), name)?;
    }
    own.row(cx, &Value::Dict(header))
}

fn write_rows(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own_writer("writerows", a)?;
    iterate::for_each(cx, &a[1], |cx, row| {
        own.row(cx, &row)?;
        Ok(true)
    })?;
    Ok(Value::None)
}

impl DictWriter {
    fn row(&self, cx: &mut Cx<'_>, row: &Value) -> R {
        let Some(items) = dict::mapping_items(cx, row)? else { return Err(attribute::missing(row, "keys")) };
        let names = iterate::collect(cx, &self.names)?;
        let values = Dict::with_capacity(items.len());
        for (key, value) in items {
            values.set(key, value)?;
        }
        if !self.ignore {
            self.refuse_extra(cx, &values, &names)?;
        }
        let mut fields = HVec::with_capacity(names.len());
        for name in names.iter() {
            fields.push(values.get(name)?.unwrap_or_else(|| self.rest_value.clone()));
        }
        let Value::Native(native) = &self.writer else { return Ok(Value::None) };
        match native.downcast::<Writer>() {
            Some(writer) => writer.row(cx, &Value::List(List::new(fields))),
            None => Ok(Value::None),
        }
    }

    fn refuse_extra(&self, cx: &mut Cx<'_>, values: &Dict, names: &[Value]) -> R<()> {
        let known = Dict::with_capacity(names.len());
        for name in names {
            known.set(name.clone(), Value::None)?;
        }
        let mut extra = Vec::new();
        for (key, _) in values.items() {
            if known.get(&key)?.is_none() {
                extra.push(repr::repr(cx, &key)?.to_display());
            }
        }
        if extra.is_empty() {
            return Ok(());
        }
        Err(value_error(format!("dict contains fields not in fieldnames: {}", extra.join(", "))))
    }
}
