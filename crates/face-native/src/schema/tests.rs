use super::*;

request! {
    /// What is
    /// asked.
    Asked {
        /// Its name.
        name: String,
    } optional {
        /// How many.
        count: i64,
    }
}

patch! {
    /// What changes.
    Changed {
        /// Its name.
        name: String,
        /// Its note.
        note: Nullable<String>,
    }
}

answer! {
    /// What is told.
    Told {
        /// Its name.
        name: Option<String>,
    } sometimes {
        /// Details.
        details: Vec<i64>,
    }
}

fn schema_of<T: Schema>() -> Value {
    let mut all = Components::default();
    T::schema(&mut all);
    all.into_value()
}

#[test]
fn requests_are_closed_and_take_null_for_absent() {
    let asked: Asked = serde_json::from_str(r#"{"name":"a","count":null}"#).expect("a request");
    assert_eq!((asked.name.as_str(), asked.count), ("a", None));
    for body in [r#"{"name":"a","size":1}"#, "{}", r#"["a",1]"#, r#"["a"]"#, "null"] {
        assert!(serde_json::from_str::<Asked>(body).is_err(), "{body}");
    }
    let schema = schema_of::<Asked>();
    assert_eq!(schema["Asked"]["description"], "What is asked.");
    assert_eq!(schema["Asked"]["required"], json!(["name"]));
    assert_eq!(schema["Asked"]["additionalProperties"], false);
    assert_eq!(schema["Asked"]["properties"]["count"]["type"], json!(["integer", "null"]));
    assert_eq!(schema["Asked"]["properties"]["name"], json!({"type": "string", "description": "Its name."}));
}

#[test]
fn patches_tell_null_from_absent() {
    let read = |text| serde_json::from_str::<Changed>(text);
    assert_eq!(read("{}").expect("a patch").note, None);
    assert_eq!(read(r#"{"note":null}"#).expect("a patch").note, Some(Nullable(None)));
    assert_eq!(read(r#"{"name":"a"}"#).expect("a patch").name.as_deref(), Some("a"));
    assert!(read(r#"{"name":null}"#).is_err());
    assert_eq!(schema_of::<Changed>()["Changed"]["properties"]["note"]["type"], json!(["string", "null"]));
}

#[test]
fn answers_print_what_they_declare() {
    let told = Told { name: None, details: None };
    assert_eq!(serde_json::to_string(&told).expect("JSON"), r#"{"name":null}"#);
    let schema = schema_of::<Told>();
    assert_eq!(schema["Told"]["required"], json!(["name"]));
    assert_eq!(schema["Told"]["properties"]["details"]["items"]["type"], "integer");
}

#[test]
fn null_joins_any_schema() {
    assert_eq!(
        or_null(json!({"type": "string", "enum": ["a"]})),
        json!({"type": ["string", "null"], "enum": ["a", null]})
    );
    assert_eq!(or_null(json!({"$ref": "#/x"})), json!({"oneOf": [{"$ref": "#/x"}, {"type": "null"}]}));
}
