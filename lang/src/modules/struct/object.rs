//! The class `Struct`, and the iterator that `iter_unpack` gives.

use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;

use super::format::Format;
use super::{error, pack, parse, rest, unpack};
use crate::builtins::bytes::args::bytes;
use crate::builtins::list::word;
use crate::builtins::receiver;
use crate::table;
use crate::value::types::{Kind, Profile};
use crate::value::{Builtin, Bytes, Cx, NativeObject, R, Ref, TypeDesc, Value};

/// The class.
pub static STRUCT: TypeDesc = TypeDesc {
    doc: "A format, ready for use.",
    members: MEMBERS,
    new: Some(&NEW),
    ..TypeDesc::new("Struct", "_struct")
};

static RECORDS: TypeDesc = TypeDesc { doc: "Iterator over records.", ..TypeDesc::new("unpack_iterator", "_struct") };

/// A `Struct`.
struct Packer(Rc<Format>);

impl NativeObject for Packer {
    fn class(&self) -> &'static TypeDesc {
        &STRUCT
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An iterator over records of equal length.
struct Records {
    format: Rc<Format>,
    data: Ref<Bytes>,
    at: Cell<usize>,
}

impl NativeObject for Records {
    fn class(&self) -> &'static TypeDesc {
        &RECORDS
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn iter(&self, _: &mut Cx<'_>, this: &Value) -> Option<R> {
        Some(Ok(this.clone()))
    }

    fn next(&self, _: &mut Cx<'_>) -> Option<R<Option<Value>>> {
        let (from, size) = (self.at.get(), self.format.size);
        let Some(record) = self.data.bytes().get(from..from + size) else { return Some(Ok(None)) };
        self.at.set(from + size);
        Some(unpack::record(&self.format, record).map(Some))
    }
}

/// `iter_unpack`
///
/// # Errors
/// `struct.error` for bytes that are not a whole number of records, `TypeError` for what is not bytes.
pub fn records(format: Rc<Format>, buffer: &Value) -> R {
    if format.size == 0 {
        return Err(error("cannot iteratively unpack with a struct of length 0"));
    }
    let data = match buffer {
        Value::Bytes(own) => own.clone(),
        other => Bytes::from_slice(&bytes(other)?),
    };
    if !data.bytes().len().is_multiple_of(format.size) {
        let size = format.size;
        return Err(error(format!("iterative unpacking requires a buffer of a multiple of {size} bytes")));
    }
    Ok(Value::native(Records { format, data, at: Cell::new(0) }))
}

/// `struct.Struct(format)`
static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "Struct(format: str | bytes) -> Struct",
    "A format, ready for use.\n\n>>> struct.Struct('>hB').size\n3\n",
    |cx, a| Ok(Value::native(Packer(parse(cx, &a[0])?))),
);

fn own(name: &str, a: &[Value]) -> R<Rc<Format>> {
    receiver::native(name, "_struct.Struct", a).map(|packer: &Packer| Rc::clone(&packer.0))
}

table! {
    static MEMBERS = [
        /// The format text.
        ///
        /// >>> struct.Struct('>hB').format
        /// '>hB'
        Property Extended "format(self, /) -> str" => |_, a| {
            Ok(Value::str(&String::from_utf8_lossy(&own("format", a)?.text)))
        };
        /// The length of a record in bytes.
        ///
        /// >>> struct.Struct('>hB').size
        /// 3
        Property Extended "size(self, /) -> int" => |_, a| Ok(Value::size(own("size", a)?.size));
        /// Return values packed into bytes.
        ///
        /// >>> struct.Struct('>hB').pack(1, 2)
        /// b'\x00\x01\x02'
        Method Extended "pack(self, /, *values: Any) -> bytes" => |cx, a| {
            Ok(Value::bytes(&pack::pack(cx, &*own("pack", a)?, rest(&a[1]), "pack")?))
        };
        /// Pack values into a part of a `bytearray`.
        ///
        /// >>> record = bytearray(3)
        /// >>> (struct.Struct('>h').pack_into(record, 1, 258), record)[1]
        /// bytearray(b'\x00\x01\x02')
        Method Extended "pack_into(self, buffer: bytearray = <absent>, offset: int = <absent>, /, *values: Any) -> None" => |cx, a| {
            pack::pack_into(cx, &*own("pack_into", a)?, &a[1], &a[2], rest(&a[3]))
        };
        /// Return the values in bytes of exactly the length of a record.
        ///
        /// >>> struct.Struct('>hB').unpack(b'\x00\x01\x02')
        /// (1, 2)
        Method Extended "unpack(self, buffer: bytes, /) -> tuple[Any, ...]" => |_, a| {
            unpack::exactly(&*own("unpack", a)?, &a[1])
        };
        /// Return the values in a part of some bytes.
        ///
        /// >>> struct.Struct('>h').unpack_from(b'\x00\x00\x01', 1)
        /// (1,)
        Method Extended "unpack_from(self, /, buffer: bytes, offset: int = 0) -> tuple[Any, ...]" => |_, a| {
            unpack::from(&*own("unpack_from", a)?, &a[1], word(&a[2])?)
        };
        /// Return an iterator over the records in some bytes.
        ///
        /// >>> list(struct.Struct('B').iter_unpack(b'ab'))
        /// [(97,), (98,)]
        Method Extended "iter_unpack(self, buffer: bytes, /) -> Iterator[tuple[Any, ...]]" => |_, a| {
            records(own("iter_unpack", a)?, &a[1])
        };
    ]
}
