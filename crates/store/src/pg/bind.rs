//! Values as PostgreSQL wants them, whatever type the server inferred for the parameter.

use std::error::Error;

use bytes::{BufMut as _, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::Value;
use crate::value::iso_day;

type Fault = Box<dyn Error + Sync + Send>;

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match self {
            Value::Null => return Ok(IsNull::Yes),
            Value::Int(number) => int(*number, ty, out)?,
            Value::Text(text) => put_text(text.as_bytes(), ty, out)?,
            Value::Bytes(bytes) if *ty == Type::BYTEA => out.put_slice(bytes),
            Value::Day(day) => match iso_day(*day) {
                Some(text) => put_text(&text, ty, out)?,
                None => put_text(day.to_string().as_bytes(), ty, out)?,
            },
            Value::Ints(values) if *ty == Type::INT8_ARRAY => return values.as_ref().to_sql(ty, out),
            Value::Texts(values) if *ty == Type::TEXT_ARRAY || *ty == Type::VARCHAR_ARRAY => {
                return values.as_ref().to_sql(ty, out);
            }
            Value::Bytes(_) | Value::Ints(_) | Value::Texts(_) => return Err(mismatch(self, ty)),
        }
        Ok(IsNull::No)
    }

    /// Every type is looked at in `to_sql`, which can say why one does not fit.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn int(number: i64, ty: &Type, out: &mut BytesMut) -> Result<(), Fault> {
    match *ty {
        Type::INT8 => out.put_i64(number),
        Type::INT4 => out.put_i32(i32::try_from(number).map_err(|_| too_large(number, ty))?),
        Type::INT2 => out.put_i16(i16::try_from(number).map_err(|_| too_large(number, ty))?),
        Type::BOOL => out.put_u8(u8::from(number != 0)),
        _ => return Err(mismatch(&Value::Int(number), ty)),
    }
    Ok(())
}

fn put_text(text: &[u8], ty: &Type, out: &mut BytesMut) -> Result<(), Fault> {
    if !matches!(*ty, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::UNKNOWN | Type::NAME) {
        return Err(format!("a text where the server wants {ty}: write CAST($n AS TEXT) or pass another value").into());
    }
    out.put_slice(text);
    Ok(())
}

fn too_large(number: i64, ty: &Type) -> Fault {
    format!("{number} does not fit into {ty}: write CAST($n AS BIGINT)").into()
}

fn mismatch(value: &Value<'_>, ty: &Type) -> Fault {
    let kind = match value {
        Value::Null => "NULL",
        Value::Int(_) => "a number",
        Value::Text(_) | Value::Day(_) => "a text",
        Value::Bytes(_) => "bytes",
        Value::Ints(_) => "a list of numbers",
        Value::Texts(_) => "a list of texts",
    };
    format!("{kind} where the server wants {ty}: write CAST($n AS ...) or pass another value").into()
}
