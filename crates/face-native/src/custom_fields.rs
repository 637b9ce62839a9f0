//! `/v1/custom-fields`: the fields that a seller adds to its objects.

use crate::answers::{created, json};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::Page;
use crate::routes::{Gives, Takes, table};
use crate::schema::{Schema as _, answer, request, texts};
use crate::wire::Id;
use billing::Error;
use billing::parties::tenants::CreateCustomField;
use domain::id::CustomFieldId;
use http_kit::Answer;

table! {
    "listCustomFields" GET "/v1/custom-fields" StaffRead "Lists all custom fields." {
        gives: Gives::Object(Page::<CustomField>::schema),
        handle: list,
    }
    "createCustomField" POST "/v1/custom-fields" Write "Adds a custom field to one kind of object." {
        takes: Takes::Body(NewCustomField::schema),
        gives: Gives::Created(CustomField::schema),
        names: "custom_field_id",
        handle: create,
    }
    "getCustomField" GET "/v1/custom-fields/{custom_field_id}" StaffRead "Reads a custom field." {
        gives: Gives::Object(CustomField::schema),
        names: "custom_field_id",
        handle: get,
    }
}

request! {
    /// A custom field.
    NewCustomField {
        /// `invoice`, `line`, `customer`, `item`, `payment` or `credit_note`.
        object_kind: String as texts::field_object,
        /// Its place among those of its kind of object, 1 to 99; unique.
        index: i64 as texts::field_index,
        /// As people know it.
        label: String as texts::short,
    } optional {
        /// `text`, `number`, `date` or `boolean`; `text` unless given.
        data_type: String as texts::field_type,
        /// Whether it must be filled in.
        is_mandatory: bool,
        /// Shown beside it.
        help_text: String as texts::line_or_empty,
        /// Characters of a value.
        max_length: i64 as texts::field_length,
    }
}

answer! {
    /// A custom field.
    CustomField {
        /// Its id.
        id: Id<CustomFieldId>,
        /// The kind of object it is on.
        object_kind: String,
        /// Its place among those of its kind of object.
        index: i64,
        /// As people know it.
        label: String,
        /// `text`, `number`, `date` or `boolean`.
        data_type: String,
        /// Whether it must be filled in.
        is_mandatory: bool,
        /// Shown beside it.
        help_text: String,
        /// Characters of a value; null for 2,000.
        max_length: Option<i64>,
        /// Whether it can be filled in.
        is_active: bool,
    }
}

async fn all(call: &Call) -> Result<Vec<CustomField>, Fault> {
    let fields = call.billing.custom_fields(&call.caller).await?;
    let to_wire = fields.into_iter().map(|field| CustomField {
        id: Id(field.id),
        object_kind: field.object_kind,
        index: field.index,
        label: field.label,
        data_type: field.data_type,
        is_mandatory: field.is_mandatory,
        help_text: field.help_text,
        max_length: field.max_length,
        is_active: field.is_active,
    });
    Ok(to_wire.collect())
}

async fn list(call: Call) -> Result<Answer, Fault> {
    Ok(Page::whole(all(&call).await?).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let id: CustomFieldId = call.id("custom_field_id")?;
    let found = all(&call).await?.into_iter().find(|field| field.id.0 == id);
    Ok(json(200, &found.ok_or_else(|| Error::missing(CustomFieldId::WORD, id))?))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let verb = call.read::<NewCustomField>()?.from_wire()?;
    let asked = verb.clone();
    call.write(verb, move |id| {
        let made = CustomField {
            id: Id(id),
            object_kind: asked.object_kind.clone(),
            index: asked.index,
            label: asked.label.clone(),
            data_type: asked.data_type.clone(),
            is_mandatory: asked.is_mandatory,
            help_text: asked.help_text.clone(),
            max_length: asked.max_length,
            is_active: true,
        };
        created(format!("/v1/custom-fields/{id}"), &made)
    })
    .await
}

impl NewCustomField {
    fn from_wire(self) -> Result<CreateCustomField, Fault> {
        if self.max_length.is_some_and(|length| !(1..=10_000).contains(&length)) {
            return Err(Fault::field("/max_length", "out_of_range", "a value has 1 to 10000 characters"));
        }
        Ok(CreateCustomField {
            object_kind: self.object_kind,
            index: self.index,
            label: self.label,
            data_type: self.data_type.unwrap_or_else(|| "text".to_owned()),
            is_mandatory: self.is_mandatory.unwrap_or_default(),
            help_text: self.help_text.unwrap_or_default(),
            max_length: self.max_length,
        })
    }
}
