//! `/settings/preferences/customfields`: the definitions of custom fields. Not in Zoho's OpenAPI; the paths, keys and
//! words are those that published clients of Zoho's platform use.

use billing::custom_fields::{DefineCustomField, DeleteCustomField, FieldChanges, UpdateCustomField};
use billing::read::Names;
use domain::custom_field::{CustomField, FieldType, PiiType};
use domain::id::CustomFieldId;
use http_kit::json::Object;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::READ;
use crate::call::Call;
use crate::errors::{Failure, Fault};
use crate::routes::{Handling, Needs, Operation, row};
use crate::scalar::{Scalar, filled, flag, text, whole};
use crate::wire;

const ALL: &str = "/settings/preferences/customfields";
const ONE: &str = "/settings/preferences/customfields/{customfield_id}";
const CREATE: Needs = Needs::Scope("ZohoSubscriptions.settings.CREATE");
const UPDATE: Needs = Needs::Scope("ZohoSubscriptions.settings.UPDATE");
const DELETE: Needs = Needs::Scope("ZohoSubscriptions.settings.DELETE");

pub(crate) const OPERATIONS: &[Operation] = &[
    row("list custom fields", "GET", ALL, READ, list),
    row("create a custom field", "POST", ALL, CREATE, create),
    row("update a custom field", "PUT", ONE, UPDATE, update),
    row("delete a custom field", "DELETE", ONE, DELETE, delete),
];

/// Zoho's words for our kinds of objects; the first of a kind is the one that is told.
const ENTITIES: [(&str, &str); 15] = [
    ("invoice", "invoice"),
    ("line_item", "line"),
    ("customer", "customer"),
    ("contact", "customer"),
    ("item", "item"),
    ("product", "product"),
    ("plan", "plan"),
    ("addon", "addon"),
    ("subscription", "subscription"),
    ("payment", "payment"),
    ("customer_payment", "payment"),
    ("creditnote", "credit_note"),
    ("credit_note", "credit_note"),
    ("estimate", "estimate"),
    ("quote", "estimate"),
];

/// Zoho's words for our types; the first of a type is the one that is told.
const TYPES: [(&str, FieldType); 20] = [
    ("string", FieldType::Text),
    ("text", FieldType::Text),
    ("multiline", FieldType::Text),
    ("number", FieldType::Number),
    ("decimal", FieldType::Decimal),
    ("amount", FieldType::Amount),
    ("percent", FieldType::Percent),
    ("date", FieldType::Date),
    ("date_time", FieldType::DateTime),
    ("datetime", FieldType::DateTime),
    ("check_box", FieldType::Checkbox),
    ("checkbox", FieldType::Checkbox),
    ("boolean", FieldType::Checkbox),
    ("dropdown", FieldType::Dropdown),
    ("multiselect", FieldType::Multiselect),
    ("multi_select", FieldType::Multiselect),
    ("url", FieldType::Url),
    ("email", FieldType::Email),
    ("phone", FieldType::Phone),
    ("phone_number", FieldType::Phone),
];

/// The body, by the names that clients use. `is_basecurrency_amount` is passed over: amounts are always those of the
/// books' own currency.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FieldBody {
    entity: Option<Scalar>,
    label: Option<Scalar>,
    data_type: Option<Scalar>,
    index: Option<Scalar>,
    values: Option<Vec<Choice>>,
    is_mandatory: Option<Scalar>,
    is_active: Option<Scalar>,
    pii_type: Option<Scalar>,
    max_length: Option<Scalar>,
    help_text: Option<Scalar>,
    placeholder: Option<Scalar>,
    show_on_pdf: Option<Scalar>,
    show_in_all_pdf: Option<Scalar>,
    show_in_portal: Option<Scalar>,
    show_in_store: Option<Scalar>,
    edit_on_portal: Option<Scalar>,
    edit_on_store: Option<Scalar>,
    show_in_hp: Option<Scalar>,
    is_mandatory_in_hp: Option<Scalar>,
}

/// `"red"` or `{"name": "red", "order": 1}`.
#[derive(Debug)]
struct Choice(Scalar);

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Named {
            name: Scalar,
        }
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let read = if raw.get().starts_with('{') {
            serde_json::from_str::<Named>(raw.get()).map(|named| named.name)
        } else {
            serde_json::from_str(raw.get())
        };
        read.map(Self).map_err(D::Error::custom)
    }
}

impl FieldBody {
    fn changes(self) -> Result<FieldChanges, Fault> {
        let either = |name: &str, one: &Option<Scalar>, other_name: &str, other: &Option<Scalar>| {
            Ok::<_, Fault>(flag(name, one.as_ref())?.or(flag(other_name, other.as_ref())?))
        };
        let pii_type = match filled(self.pii_type.as_ref()) {
            Some(word) => Some(PiiType::from_word(word).ok_or_else(|| Fault::invalid("pii_type"))?),
            None => None,
        };
        let choices = self.values.map(|values| values.into_iter().map(|choice| choice.0.into_string()).collect());
        Ok(FieldChanges {
            choices,
            is_mandatory: flag("is_mandatory", self.is_mandatory.as_ref())?,
            pii_type,
            max_length: whole("max_length", self.max_length.as_ref())?.map(|length| Some(length).filter(|&n| n != 0)),
            show_in_pdf: either("show_on_pdf", &self.show_on_pdf, "show_in_all_pdf", &self.show_in_all_pdf)?,
            show_in_portal: either("show_in_portal", &self.show_in_portal, "show_in_store", &self.show_in_store)?,
            edit_in_portal: either("edit_on_portal", &self.edit_on_portal, "edit_on_store", &self.edit_on_store)?,
            show_on_pages: flag("show_in_hp", self.show_in_hp.as_ref())?,
            is_mandatory_on_pages: flag("is_mandatory_in_hp", self.is_mandatory_in_hp.as_ref())?,
            is_active: flag("is_active", self.is_active.as_ref())?,
            label: text(self.label),
            help_text: text(self.help_text),
            placeholder: text(self.placeholder),
        })
    }
}

fn kind_of(entity: &str) -> Result<&'static str, Fault> {
    let found = ENTITIES.iter().find(|(word, _)| word.eq_ignore_ascii_case(entity));
    found.map(|(_, kind)| *kind).ok_or_else(|| Fault::invalid("entity"))
}

/// `entity` keeps to the fields of one kind of object; without it all are told.
fn list(call: Call) -> Handling {
    Box::pin(async move {
        let kind = match call.query.get("entity").map(str::trim).filter(|entity| !entity.is_empty()) {
            Some(entity) => Some(kind_of(entity)?),
            None => None,
        };
        let fields = call.billing.custom_fields(&call.caller).await?;
        let asked: Vec<&CustomField> =
            fields.iter().filter(|field| kind.is_none_or(|kind| field.object_kind == kind)).collect();
        let names = call.billing.names(&call.caller, asked.iter().map(|field| field.id.0).collect()).await?;
        Ok(wire::success("success", |o| {
            // Zoho's own key, and the one that a client reads.
            o.array("customfields", &asked, |field, o| to_wire(field, &names, o));
            o.array("custom_fields", &asked, |field, o| to_wire(field, &names, o));
        }))
    })
}

fn create(call: Call) -> Handling {
    Box::pin(async move {
        let body: FieldBody = call.read()?;
        let required = |name: &str, given: &Option<Scalar>| {
            filled(given.as_ref()).map(str::to_owned).ok_or_else(|| Fault::invalid(name))
        };
        let data_type = required("data_type", &body.data_type)?;
        let found = TYPES.iter().find(|(word, _)| word.eq_ignore_ascii_case(&data_type));
        let verb = DefineCustomField {
            object_kind: kind_of(&required("entity", &body.entity)?)?.to_owned(),
            index: whole("index", body.index.as_ref())?,
            data_type: found.map(|(_, data_type)| *data_type).ok_or_else(|| Fault::invalid("data_type"))?,
            label: required("label", &body.label)?,
            changes: body.changes()?,
        };
        call.write(verb, |made| {
            // What is new has no other name.
            let names = Names::default();
            wire::created("The custom field has been created.", |o| {
                o.object("custom_field", |o| to_wire(&made, &names, o));
            })
        })
        .await
    })
}

/// Fields that are left out stay as they are; the entity, the index and the type always do.
fn update(call: Call) -> Handling {
    Box::pin(async move {
        let field = call.path_id::<CustomFieldId>("customfield_id").await?;
        let verb = UpdateCustomField { field, changes: call.read::<FieldBody>()?.changes()? };
        let names = call.billing.names(&call.caller, vec![field.0]).await?;
        call.write(verb, move |changed| {
            wire::success("The custom field has been updated.", |o| {
                o.object("custom_field", |o| to_wire(&changed, &names, o));
            })
        })
        .await
    })
}

fn delete(call: Call) -> Handling {
    Box::pin(async move {
        let field = call.path_id::<CustomFieldId>("customfield_id").await?;
        let deleted: Result<_, Failure> =
            call.write(DeleteCustomField { field }, |()| wire::success("Custom Field has been deleted.", |_| {})).await;
        deleted
    })
}

fn to_wire(field: &CustomField, names: &Names, o: &mut Object<'_>) {
    let entity = ENTITIES.iter().find(|(_, kind)| *kind == field.object_kind).map_or("", |(word, _)| word);
    let data_type = TYPES.iter().find(|(_, known)| *known == field.data_type).map_or("", |(word, _)| word);
    o.str("customfield_id", &wire::id_of(names, CustomFieldId::WORD, field.id.0))
        .str("entity", entity)
        .int("index", field.index)
        .str("label", &field.label)
        .str("data_type", data_type)
        .list("values", |list| {
            for (choice, order) in field.choices.iter().zip(1_i64..) {
                list.object(|o| {
                    o.str("name", choice).int("order", order);
                });
            }
        })
        .bool("is_mandatory", field.is_mandatory)
        .bool("is_active", field.is_active)
        .str("pii_type", field.pii_type.word())
        .int("max_length", field.max_length.unwrap_or(domain::custom_field::DEFAULT_LENGTH))
        .str("help_text", &field.help_text)
        .str("placeholder", &field.placeholder)
        .bool("show_on_pdf", field.show_in_pdf)
        .bool("show_in_all_pdf", field.show_in_pdf)
        .bool("show_in_portal", field.show_in_portal)
        .bool("show_in_store", field.show_in_portal)
        .bool("edit_on_portal", field.edit_in_portal)
        .bool("edit_on_store", field.edit_in_portal)
        .bool("show_in_hp", field.show_on_pages)
        .bool("is_mandatory_in_hp", field.is_mandatory_on_pages)
        .bool("is_basecurrency_amount", field.data_type == FieldType::Amount)
        .bool("is_custom_field", true);
}
