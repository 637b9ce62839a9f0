//! What travels, declared once: the struct that serde reads or writes and the schema that the OpenAPI document
//! shows are made from the same lines, so that neither can say something the other does not.
//!
//! [`request!`] declares a body that is read (unknown names are refused, null means "not given"), [`patch!`] one
//! whose fields are all optional and null only where it is [`Nullable`], [`answer!`] an object that is written.

pub(crate) mod texts;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// The named schemas of a document.
#[derive(Debug, Default)]
pub(crate) struct Components {
    schemas: BTreeMap<&'static str, Value>,
}

impl Components {
    /// A reference to the schema `name`, which is made when it is not there yet.
    pub(crate) fn named(&mut self, name: &'static str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.schemas.contains_key(name) {
            // Its place is taken first, so that a schema may name itself.
            self.schemas.insert(name, Value::Null);
            let schema = make(self);
            self.schemas.insert(name, schema);
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    pub(crate) fn into_value(self) -> Value {
        Value::Object(self.schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect())
    }
}

/// A type with a JSON Schema (draft 2020-12, as OpenAPI 3.1 uses it).
pub(crate) trait Schema {
    fn schema(all: &mut Components) -> Value;
}

/// How a route names the schema of its body or answer.
pub(crate) type SchemaOf = fn(&mut Components) -> Value;

impl Schema for String {
    fn schema(_: &mut Components) -> Value {
        json!({"type": "string"})
    }
}

impl Schema for bool {
    fn schema(_: &mut Components) -> Value {
        json!({"type": "boolean"})
    }
}

impl Schema for i64 {
    fn schema(_: &mut Components) -> Value {
        json!({"type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX})
    }
}

impl<T: Schema> Schema for Vec<T> {
    fn schema(all: &mut Components) -> Value {
        json!({"type": "array", "items": T::schema(all)})
    }
}

impl<T: Schema> Schema for Option<T> {
    fn schema(all: &mut Components) -> Value {
        or_null(T::schema(all))
    }
}

/// A value of a patch that may be taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nullable<T>(pub(crate) Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self)
    }
}

impl<T: Schema> Schema for Nullable<T> {
    fn schema(all: &mut Components) -> Value {
        or_null(T::schema(all))
    }
}

/// Reads a value that is there; null is judged by its type. Absent ones are the default, `None`.
pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads structs from objects only: serde would also take an array of their fields in order.
pub(crate) struct FromObject<D>(pub(crate) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for FromObject<D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, ObjectVisitor(visitor))
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct ObjectVisitor<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for ObjectVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(map)
    }
}

/// The same schema with null besides.
pub(crate) fn or_null(schema: Value) -> Value {
    match schema {
        Value::Object(mut object) if object.get("type").is_some_and(Value::is_string) => {
            let only = object.remove("type").unwrap_or_default();
            object.insert("type".to_owned(), json!([only, "null"]));
            if let Some(Value::Array(words)) = object.get_mut("enum") {
                words.push(Value::Null);
            }
            Value::Object(object)
        }
        other => json!({"oneOf": [other, {"type": "null"}]}),
    }
}

/// An object's schema being put together.
pub(crate) struct ObjectSchema {
    about: String,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
}

impl ObjectSchema {
    pub(crate) fn new(about: &str) -> Self {
        Self { about: tidy(about), properties: Map::new(), required: Vec::new() }
    }

    pub(crate) fn optional(&mut self, name: &'static str, about: &str, schema: Value) {
        let mut schema = schema;
        if let Value::Object(members) = &mut schema {
            members.insert("description".to_owned(), tidy(about).into());
        }
        self.properties.insert(plain(name).to_owned(), schema);
    }

    pub(crate) fn required(&mut self, name: &'static str, about: &str, schema: Value) {
        self.optional(name, about, schema);
        self.required.push(plain(name));
    }

    /// Other names are possible: answers may grow.
    pub(crate) fn open(self) -> Value {
        let mut schema = json!({"type": "object", "description": self.about, "properties": self.properties});
        if let Value::Object(members) = &mut schema
            && !self.required.is_empty()
        {
            members.insert("required".to_owned(), self.required.into());
        }
        schema
    }

    /// Other names are refused.
    pub(crate) fn closed(self) -> Value {
        let mut schema = self.open();
        if let Value::Object(members) = &mut schema {
            members.insert("additionalProperties".to_owned(), false.into());
        }
        schema
    }
}

/// `r#type` travels as `type`.
fn plain(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// A doc comment's lines as one text.
fn tidy(about: &str) -> String {
    about.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The schema of a type, or the narrower one that a field names.
macro_rules! schema_of {
    ($type:ty, $all:ident) => {
        <$type as $crate::schema::Schema>::schema($all)
    };
    ($type:ty, $all:ident, $schema:path) => {
        $schema($all)
    };
}

/// A body that is read. Optional fields are `Option`s; null is the same as leaving them out.
macro_rules! request {
    (
        $(#[doc = $about:literal])+ $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty $(as $schema:path)?,)*
        } optional {
            $($(#[doc = $optional_doc:literal])+ $optional:ident: $optional_type:ty $(as $optional_schema:path)?,)*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields, remote = "Self")]
        pub(crate) struct $name {
            $($(#[doc = $doc])+ pub(crate) $field: $type,)*
            $($(#[doc = $optional_doc])+ #[serde(default)] pub(crate) $optional: Option<$optional_type>,)*
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // The derived function of the same name, which `remote` makes.
                $name::deserialize($crate::schema::FromObject(deserializer))
            }
        }

        impl $crate::schema::Schema for $name {
            fn schema(all: &mut $crate::schema::Components) -> serde_json::Value {
                all.named(stringify!($name), |all| {
                    let mut object = $crate::schema::ObjectSchema::new(concat!($($about, "\n"),+));
                    $(object.required(
                        stringify!($field),
                        concat!($($doc, "\n"),+),
                        $crate::schema::schema_of!($type, all $(, $schema)?),
                    );)*
                    $(object.optional(
                        stringify!($optional),
                        concat!($($optional_doc, "\n"),+),
                        $crate::schema::or_null($crate::schema::schema_of!($optional_type, all $(, $optional_schema)?)),
                    );)*
                    object.closed()
                })
            }
        }
    };
}

/// A change: what is left out stays as it is; null only where a field may be taken away.
macro_rules! patch {
    (
        $(#[doc = $about:literal])+ $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty $(as $schema:path)?,)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields, remote = "Self")]
        pub(crate) struct $name {
            $(
                $(#[doc = $doc])+
                #[serde(default, deserialize_with = "crate::schema::given")]
                pub(crate) $field: Option<$type>,
            )+
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // The derived function of the same name, which `remote` makes.
                $name::deserialize($crate::schema::FromObject(deserializer))
            }
        }

        impl $crate::schema::Schema for $name {
            fn schema(all: &mut $crate::schema::Components) -> serde_json::Value {
                all.named(stringify!($name), |all| {
                    let mut object = $crate::schema::ObjectSchema::new(concat!($($about, "\n"),+));
                    $(object.optional(
                        stringify!($field),
                        concat!($($doc, "\n"),+),
                        $crate::schema::schema_of!($type, all $(, $schema)?),
                    );)+
                    object.closed()
                })
            }
        }
    };
}

/// An object that is written. All fields are always there, but those behind `sometimes`.
macro_rules! answer {
    (
        $(#[doc = $about:literal])+ $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty,)+
        } $(sometimes {
            $($(#[doc = $sometimes_doc:literal])+ $sometimes:ident: $sometimes_type:ty,)+
        })?
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, serde::Serialize)]
        pub(crate) struct $name {
            $($(#[doc = $doc])+ pub(crate) $field: $type,)+
            $($(
                $(#[doc = $sometimes_doc])+
                #[serde(skip_serializing_if = "Option::is_none")]
                pub(crate) $sometimes: Option<$sometimes_type>,
            )+)?
        }

        impl $crate::schema::Schema for $name {
            fn schema(all: &mut $crate::schema::Components) -> serde_json::Value {
                all.named(stringify!($name), |all| {
                    let mut object = $crate::schema::ObjectSchema::new(concat!($($about, "\n"),+));
                    $(object.required(
                        stringify!($field),
                        concat!($($doc, "\n"),+),
                        <$type as $crate::schema::Schema>::schema(all),
                    );)+
                    $($(object.optional(
                        stringify!($sometimes),
                        concat!($($sometimes_doc, "\n"),+),
                        <$sometimes_type as $crate::schema::Schema>::schema(all),
                    );)+)?
                    object.open()
                })
            }
        }
    };
}

pub(crate) use {answer, patch, request, schema_of};

#[cfg(test)]
mod tests;
