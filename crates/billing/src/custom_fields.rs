//! Defines the fields that a seller adds to its objects, and sets their values: the one place where values are
//! judged, whatever object they are of.

use crate::Error;
use crate::check;
use crate::parties::tenants::taken;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::custom_field::{CustomField, FieldType, MAX_INDEX, PiiType};
use domain::id::CustomFieldId;
use serde_json::json;

/// How a client names a field of a kind of object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldRef {
    Id(CustomFieldId),
    Label(String),
    /// From 1; ChargeOver's `custom_N` is index N.
    Index(i64),
}

/// A field and the value that is to be set; an empty one clears it.
pub type FieldValue = (FieldRef, String);

/// Defines a field.
#[derive(Clone, Debug)]
pub struct DefineCustomField {
    /// One of [`domain::custom_field::OBJECT_KINDS`].
    pub object_kind: String,
    /// `None`: the first that is free.
    pub index: Option<i64>,
    pub data_type: FieldType,
    pub label: String,
    pub changes: FieldChanges,
}

/// What a client says of a definition. `None` leaves it as it is, or takes its default.
#[derive(Clone, Debug, Default)]
pub struct FieldChanges {
    /// Not read when a field is defined, which has a label of its own.
    pub label: Option<String>,
    /// All of them. Values that are set stay, also of a choice that is gone.
    pub choices: Option<Vec<String>>,
    pub is_mandatory: Option<bool>,
    pub pii_type: Option<PiiType>,
    pub max_length: Option<Option<i64>>,
    pub help_text: Option<String>,
    pub placeholder: Option<String>,
    pub show_in_portal: Option<bool>,
    pub edit_in_portal: Option<bool>,
    pub show_in_pdf: Option<bool>,
    pub show_on_pages: Option<bool>,
    pub is_mandatory_on_pages: Option<bool>,
    pub is_active: Option<bool>,
}

impl FieldChanges {
    /// Writes what is given into the definition and returns the names of what changed.
    fn write_to(&self, field: &mut CustomField) -> Vec<&'static str> {
        let mut changed = Vec::new();
        macro_rules! take {
            ($($name:ident),*) => {$(
                if let Some(value) = &self.$name
                    && field.$name != *value
                {
                    field.$name = value.clone();
                    changed.push(stringify!($name));
                }
            )*};
        }
        take!(
            label,
            choices,
            is_mandatory,
            pii_type,
            max_length,
            help_text,
            placeholder,
            show_in_portal,
            edit_in_portal,
            show_in_pdf,
            show_on_pages,
            is_mandatory_on_pages,
            is_active
        );
        changed
    }
}

fn check(field: &CustomField) -> Result<(), Refusal> {
    check::required(&field.label, "label", check::SHORT)?;
    check::optional(&field.help_text, "help text", check::LINE)?;
    check::optional(&field.placeholder, "placeholder", check::LINE)?;
    for choice in &field.choices {
        check::required(choice, "choices", check::SHORT)?;
    }
    field.check()
}

impl Verb for DefineCustomField {
    type Outcome = CustomField;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<CustomField, Error> {
        let index = match self.index {
            Some(index) => index,
            None => {
                let defined = store::custom_fields::of_kind(cx.tx, &self.object_kind).await?;
                let free = (1..=MAX_INDEX).find(|index| defined.iter().all(|field| field.index != *index));
                free.ok_or(Refusal::Invalid { what: "index" })?
            }
        };
        let mut field = CustomField {
            id: cx.id(CustomFieldId)?,
            object_kind: self.object_kind.clone(),
            index,
            label: String::new(),
            data_type: self.data_type,
            choices: Vec::new(),
            is_mandatory: false,
            pii_type: PiiType::NonPii,
            max_length: None,
            help_text: String::new(),
            placeholder: String::new(),
            show_in_portal: false,
            edit_in_portal: false,
            show_in_pdf: false,
            show_on_pages: false,
            is_mandatory_on_pages: false,
            is_active: true,
            created_at: cx.now,
            updated_at: cx.now,
        };
        self.changes.write_to(&mut field);
        field.label.clone_from(&self.label);
        check(&field)?;
        store::custom_fields::insert(cx.tx, &field).await.map_err(|error| taken(error, "custom field"))?;
        let detail = json!({"object_kind": field.object_kind, "index": field.index});
        cx.change.record("custom_field.created", CustomFieldId::WORD, field.id.0, "created", detail);
        Ok(field)
    }
}

/// Changes a definition, deactivates it or brings it back. Its kind of object, index and type stay. Inactive fields
/// keep their values and take no new ones.
#[derive(Clone, Debug)]
pub struct UpdateCustomField {
    pub field: CustomFieldId,
    pub changes: FieldChanges,
}

impl Verb for UpdateCustomField {
    type Outcome = CustomField;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<CustomField, Error> {
        let mut field = lock(cx, self.field).await?;
        let changed = self.changes.write_to(&mut field);
        check(&field)?;
        field.updated_at = cx.now;
        store::custom_fields::update(cx.tx, &field).await.map_err(|error| taken(error, "custom field"))?;
        cx.change.record(
            "custom_field.updated",
            CustomFieldId::WORD,
            field.id.0,
            "updated",
            json!({"fields": changed}),
        );
        Ok(field)
    }
}

/// Deletes a definition that no object has a value of.
#[derive(Clone, Copy, Debug)]
pub struct DeleteCustomField {
    pub field: CustomFieldId,
}

impl Verb for DeleteCustomField {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let field = lock(cx, self.field).await?;
        if store::custom_fields::in_use(cx.tx, &field.object_kind, field.id).await? {
            return Err(Refusal::InUse { what: "custom field" }.into());
        }
        let deleted = store::custom_fields::delete(cx.tx, field.id).await;
        deleted.map_err(|error| match error {
            // A value came in between.
            store::Error::Constraint { .. } => Refusal::InUse { what: "custom field" }.into(),
            other => Error::from(other),
        })?;
        let detail = json!({"object_kind": field.object_kind, "index": field.index});
        cx.change.record("custom_field.deleted", CustomFieldId::WORD, field.id.0, "deleted", detail);
        Ok(())
    }
}

async fn lock(cx: &mut Cx<'_, '_>, id: CustomFieldId) -> Result<CustomField, Error> {
    store::custom_fields::lock(cx.tx, id).await?.ok_or_else(|| Error::missing(CustomFieldId::WORD, id))
}

/// The active definition that a client names.
fn find<'d>(defined: &'d [CustomField], name: &FieldRef) -> Result<&'d CustomField, Error> {
    let found = defined.iter().filter(|field| field.is_active).find(|field| match name {
        FieldRef::Id(id) => field.id == *id,
        FieldRef::Label(label) => field.label == *label,
        FieldRef::Index(index) => field.index == *index,
    });
    found.ok_or_else(|| match name {
        FieldRef::Id(id) => Error::missing(CustomFieldId::WORD, id),
        FieldRef::Label(label) => Error::missing(CustomFieldId::WORD, label),
        FieldRef::Index(index) => Error::missing(CustomFieldId::WORD, index),
    })
}

/// The values as they will be stored, each judged by its definition. A field that is named twice is `Duplicate`.
fn judge<'v>(defined: &[CustomField], values: &'v [FieldValue]) -> Result<Vec<(CustomFieldId, &'v str)>, Error> {
    let mut judged: Vec<(CustomFieldId, &str)> = Vec::with_capacity(values.len());
    for (name, value) in values {
        let field = find(defined, name)?;
        if judged.iter().any(|(id, _)| *id == field.id) {
            return Err(Refusal::Duplicate { what: "custom field" }.into());
        }
        field.check_value(value)?;
        check::optional(value, "custom field", check::LONG)?;
        // Blanks alone say nothing.
        judged.push((field.id, if value.trim().is_empty() { "" } else { value }));
    }
    Ok(judged)
}

/// The values of several objects of one kind by the ids of their fields, each judged: for verbs that store them
/// themselves.
pub(crate) async fn judged(
    cx: &mut Cx<'_, '_>,
    kind: &str,
    objects: &[&[FieldValue]],
) -> Result<Vec<Vec<(CustomFieldId, String)>>, Error> {
    let defined = match objects.iter().all(|values| values.is_empty()) {
        true => Vec::new(),
        false => store::custom_fields::of_kind(cx.tx, kind).await?,
    };
    let owned =
        |judged: Vec<(CustomFieldId, &str)>| judged.into_iter().map(|(id, text)| (id, text.to_owned())).collect();
    objects.iter().map(|values| judge(&defined, values).map(owned)).collect()
}

/// Sets values of one object; fields that are not named keep theirs. A fixed number of queries.
pub(crate) async fn set(cx: &mut Cx<'_, '_>, kind: &str, object: i64, values: &[FieldValue]) -> Result<(), Error> {
    if values.is_empty() {
        return Ok(());
    }
    let defined = store::custom_fields::of_kind(cx.tx, kind).await?;
    let judged = judge(&defined, values)?;
    store_values(cx, kind, object, &judged).await
}

async fn store_values(
    cx: &mut Cx<'_, '_>,
    kind: &str,
    object: i64,
    judged: &[(CustomFieldId, &str)],
) -> Result<(), Error> {
    let stored = store::custom_fields::set_values(cx.tx, kind, object, judged).await;
    stored.map_err(|error| match error {
        // The field was deleted, or another set the same value, since the definitions were read.
        store::Error::Constraint { .. } | store::Error::Conflict { .. } => Error::Conflict { what: "custom field" },
        other => other.into(),
    })
}

/// Sets the values of an object that a client makes: all mandatory fields must be among them.
pub(crate) async fn set_first(
    cx: &mut Cx<'_, '_>,
    kind: &str,
    object: i64,
    values: &[FieldValue],
) -> Result<(), Error> {
    let defined = store::custom_fields::of_kind(cx.tx, kind).await?;
    let judged = judge(&defined, values)?;
    nothing_missing(&defined, |id| judged.iter().any(|(given, _)| *given == id))?;
    if judged.is_empty() { Ok(()) } else { store_values(cx, kind, object, &judged).await }
}

/// Refuses objects that a client makes without a value for a mandatory field: `given` has, for each object, what it
/// comes with. For verbs that set the values themselves; what a job makes (a renewal) is not refused.
pub(crate) async fn require<'g>(
    cx: &mut Cx<'_, '_>,
    kind: &str,
    given: impl Iterator<Item = &'g [(CustomFieldId, String)]>,
) -> Result<(), Error> {
    let defined = store::custom_fields::of_kind(cx.tx, kind).await?;
    for given in given {
        nothing_missing(&defined, |id| given.iter().any(|(named, _)| *named == id))?;
    }
    Ok(())
}

fn nothing_missing(defined: &[CustomField], has: impl Fn(CustomFieldId) -> bool) -> Result<(), Error> {
    match defined.iter().find(|field| field.is_active && field.is_mandatory && !has(field.id)) {
        Some(field) => Err(Refusal::CustomFieldBlank { label: field.label.clone() }.into()),
        None => Ok(()),
    }
}
