//! `/v1/custom-fields`: the fields that a seller adds to its objects.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::paging::Page;
use crate::routes::{Gives, Takes, table};
use crate::schema::{Nullable, Schema as _, answer, patch, request, texts};
use crate::wire::{Id, Instant, Word};
use billing::Error;
use billing::custom_fields::{DefineCustomField, DeleteCustomField, FieldChanges, UpdateCustomField};
use domain::custom_field::{self, FieldType, PiiType};
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
    "updateCustomField" PATCH "/v1/custom-fields/{custom_field_id}" Write
        "Changes a custom field, deactivates it or brings it back." {
        takes: Takes::Body(CustomFieldPatch::schema),
        gives: Gives::Object(CustomField::schema),
        names: "custom_field_id",
        handle: update,
    }
    "deleteCustomField" DELETE "/v1/custom-fields/{custom_field_id}" Write
        "Deletes a custom field that no object has a value of." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

request! {
    /// A custom field.
    NewCustomField {
        /// The kind of object that it is on.
        object_kind: String as texts::field_object,
        /// As people know it; unique among those of its kind of object.
        label: String as texts::short,
    } optional {
        /// Its place among those of its kind of object, 1 to 99; unique. The first free one unless given.
        index: i64 as texts::field_index,
        /// What its values are; `text` unless given.
        data_type: Word<FieldType>,
        /// What a dropdown or a multiselect offers.
        choices: Vec<String> as texts::shorts,
        /// Whether an object is made only with a value.
        is_mandatory: bool,
        /// What data protection law makes of its values; `non_pii` unless given.
        pii_type: Word<PiiType>,
        /// Shown beside it.
        help_text: String as texts::line_or_empty,
        /// Shown while it is empty.
        placeholder: String as texts::line_or_empty,
        /// Characters of a value; 2,000 unless given.
        max_length: i64 as texts::field_length,
        /// Shown to customers in the portal.
        show_in_portal: bool,
        /// Customers may change it in the portal.
        edit_in_portal: bool,
        /// Printed on documents.
        show_in_pdf: bool,
        /// Shown on hosted pages.
        show_on_pages: bool,
        /// Whether hosted pages want a value.
        is_mandatory_on_pages: bool,
    }
}

patch! {
    /// Changes of a custom field. Its kind of object, index and type stay.
    CustomFieldPatch {
        /// As people know it.
        label: String as texts::short,
        /// What a dropdown or a multiselect offers, all of it; values that are set stay.
        choices: Vec<String> as texts::shorts,
        /// Whether an object is made only with a value.
        is_mandatory: bool,
        /// What data protection law makes of its values.
        pii_type: Word<PiiType>,
        /// Shown beside it.
        help_text: String as texts::line_or_empty,
        /// Shown while it is empty.
        placeholder: String as texts::line_or_empty,
        /// Characters of a value; null for 2,000.
        max_length: Nullable<i64>,
        /// Shown to customers in the portal.
        show_in_portal: bool,
        /// Customers may change it in the portal.
        edit_in_portal: bool,
        /// Printed on documents.
        show_in_pdf: bool,
        /// Shown on hosted pages.
        show_on_pages: bool,
        /// Whether hosted pages want a value.
        is_mandatory_on_pages: bool,
        /// Inactive fields keep their values and take no new ones.
        is_active: bool,
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
        /// What its values are.
        data_type: Word<FieldType>,
        /// What a dropdown or a multiselect offers.
        choices: Vec<String>,
        /// Whether an object is made only with a value.
        is_mandatory: bool,
        /// What data protection law makes of its values.
        pii_type: Word<PiiType>,
        /// Shown beside it.
        help_text: String,
        /// Shown while it is empty.
        placeholder: String,
        /// Characters of a value; null for 2,000.
        max_length: Option<i64>,
        /// Shown to customers in the portal.
        show_in_portal: bool,
        /// Customers may change it in the portal.
        edit_in_portal: bool,
        /// Printed on documents.
        show_in_pdf: bool,
        /// Shown on hosted pages.
        show_on_pages: bool,
        /// Whether hosted pages want a value.
        is_mandatory_on_pages: bool,
        /// Inactive fields keep their values and take no new ones.
        is_active: bool,
        /// When it was added.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let fields = call.billing.custom_fields(&call.caller).await?;
    Ok(Page::whole(fields.iter().map(CustomField::to_wire).collect()).into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let id: CustomFieldId = call.id("custom_field_id")?;
    let found = call.billing.custom_fields(&call.caller).await?.into_iter().find(|field| field.id == id);
    Ok(json(200, &CustomField::to_wire(&found.ok_or_else(|| Error::missing(CustomFieldId::WORD, id))?)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let verb = call.read::<NewCustomField>()?.from_wire()?;
    call.write(verb, |made| created(format!("/v1/custom-fields/{}", made.id), &CustomField::to_wire(&made))).await
}

async fn update(call: Call) -> Result<Answer, Fault> {
    let field = call.id("custom_field_id")?;
    let verb = UpdateCustomField { field, changes: call.read::<CustomFieldPatch>()?.from_wire()? };
    call.write(verb, |changed| json(200, &CustomField::to_wire(&changed))).await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteCustomField { field: call.id("custom_field_id")? };
    call.write(verb, |()| nothing()).await
}

fn check_length(length: Option<i64>) -> Result<(), Fault> {
    if length.is_some_and(|length| !(1..=custom_field::MAX_LENGTH).contains(&length)) {
        return Err(Fault::field("/max_length", "out_of_range", "a value has 1 to 10000 characters"));
    }
    Ok(())
}

impl NewCustomField {
    fn from_wire(self) -> Result<DefineCustomField, Fault> {
        check_length(self.max_length)?;
        Ok(DefineCustomField {
            object_kind: self.object_kind,
            index: self.index,
            data_type: self.data_type.map_or(FieldType::Text, |word| word.0),
            label: self.label,
            changes: FieldChanges {
                label: None,
                choices: self.choices,
                is_mandatory: self.is_mandatory,
                pii_type: self.pii_type.map(|word| word.0),
                max_length: self.max_length.map(Some),
                help_text: self.help_text,
                placeholder: self.placeholder,
                show_in_portal: self.show_in_portal,
                edit_in_portal: self.edit_in_portal,
                show_in_pdf: self.show_in_pdf,
                show_on_pages: self.show_on_pages,
                is_mandatory_on_pages: self.is_mandatory_on_pages,
                is_active: None,
            },
        })
    }
}

impl CustomFieldPatch {
    fn from_wire(self) -> Result<FieldChanges, Fault> {
        let max_length = self.max_length.map(|length| length.0);
        check_length(max_length.flatten())?;
        Ok(FieldChanges {
            label: self.label,
            choices: self.choices,
            is_mandatory: self.is_mandatory,
            pii_type: self.pii_type.map(|word| word.0),
            max_length,
            help_text: self.help_text,
            placeholder: self.placeholder,
            show_in_portal: self.show_in_portal,
            edit_in_portal: self.edit_in_portal,
            show_in_pdf: self.show_in_pdf,
            show_on_pages: self.show_on_pages,
            is_mandatory_on_pages: self.is_mandatory_on_pages,
            is_active: self.is_active,
        })
    }
}

impl CustomField {
    fn to_wire(field: &custom_field::CustomField) -> Self {
        Self {
            id: Id(field.id),
            object_kind: field.object_kind.clone(),
            index: field.index,
            label: field.label.clone(),
            data_type: Word(field.data_type),
            choices: field.choices.clone(),
            is_mandatory: field.is_mandatory,
            pii_type: Word(field.pii_type),
            help_text: field.help_text.clone(),
            placeholder: field.placeholder.clone(),
            max_length: field.max_length,
            show_in_portal: field.show_in_portal,
            edit_in_portal: field.edit_in_portal,
            show_in_pdf: field.show_in_pdf,
            show_on_pages: field.show_on_pages,
            is_mandatory_on_pages: field.is_mandatory_on_pages,
            is_active: field.is_active,
            created_at: Instant(field.created_at),
            updated_at: Instant(field.updated_at),
        }
    }
}
