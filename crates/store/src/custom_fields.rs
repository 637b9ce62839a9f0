//! Definitions of custom fields, and their values in bulk. One value at a time: see [`names`](crate::names).

use crate::columns::Columns;
use crate::invoices::{mark, parts};
use crate::snapshots::{read_texts, write_list};
use crate::{Batch, Result, Row, Tx, Value, insert, params, sql};
use domain::custom_field::{CustomField, FieldType, PiiType};
use domain::id::CustomFieldId;

macro_rules! field_columns {
    () => {
        "id, object_kind, field_index, label, data_type, choices, is_mandatory, pii_type, max_length, help_text, \
         placeholder, show_in_portal, edit_in_portal, show_in_pdf, show_on_pages, is_mandatory_on_pages, is_active, \
         created_at, updated_at"
    };
}

insert! {
    INSERT_FIELD = "custom_fields" (tenant_id, id, object_kind, field_index, label, data_type, choices, is_mandatory,
        pii_type, max_length, help_text, placeholder, show_in_portal, edit_in_portal, show_in_pdf, show_on_pages,
        is_mandatory_on_pages, is_active, created_at, updated_at);
    INSERT_VALUE = "custom_field_values" (tenant_id, object_kind, object_id, field_id, value);
}

sql! {
    LIST_FIELDS = concat!("SELECT ", field_columns!(),
        " FROM custom_fields WHERE tenant_id = $1 ORDER BY object_kind, field_index");
    LIST_FIELDS_OF_KIND = concat!("SELECT ", field_columns!(),
        " FROM custom_fields WHERE tenant_id = $1 AND object_kind = $2 ORDER BY field_index");
    UPDATE_FIELD = "UPDATE custom_fields SET label = $3, choices = $4, is_mandatory = $5, pii_type = $6, \
        max_length = $7, help_text = $8, placeholder = $9, show_in_portal = $10, edit_in_portal = $11, \
        show_in_pdf = $12, show_on_pages = $13, is_mandatory_on_pages = $14, is_active = $15, updated_at = $16 \
        WHERE tenant_id = $1 AND id = $2";
    DELETE_FIELD = "DELETE FROM custom_fields WHERE tenant_id = $1 AND id = $2";
    FIELD_IN_USE = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM custom_field_values \
        WHERE tenant_id = $1 AND object_kind = $2 AND field_id = $3 LIMIT 1) v";
    CLEAR_VALUES = "DELETE FROM custom_field_values \
        WHERE tenant_id = $1 AND object_kind = $2 AND object_id = $3 AND field_id @in($4)";
    FIELDS_WITH_VALUE = "SELECT field_id FROM custom_field_values \
        WHERE tenant_id = $1 AND object_kind = $2 AND object_id = $3";
}

sql! {
    locks LOCK_FIELD = concat!("SELECT ", field_columns!(), " FROM custom_fields WHERE tenant_id = $1 AND id = $2");
}

fn field(row: &Row<'_>) -> Result<CustomField> {
    let mut c = Columns::of(row);
    Ok(CustomField {
        id: CustomFieldId(c.int()?),
        object_kind: c.text()?,
        index: c.int()?,
        label: c.text()?,
        data_type: c.word(FieldType::from_word)?,
        choices: read_texts(&c.text()?)?,
        is_mandatory: c.flag()?,
        pii_type: c.word(PiiType::from_word)?,
        max_length: c.opt_int()?,
        help_text: c.text()?,
        placeholder: c.text()?,
        show_in_portal: c.flag()?,
        edit_in_portal: c.flag()?,
        show_in_pdf: c.flag()?,
        show_on_pages: c.flag()?,
        is_mandatory_on_pages: c.flag()?,
        is_active: c.flag()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

pub async fn insert(tx: &mut Tx<'_>, field: &CustomField) -> Result<()> {
    let choices = write_list(&field.choices);
    let row = params![
        tx.tenant(),
        field.id,
        field.object_kind.as_str(),
        field.index,
        field.label.as_str(),
        field.data_type.word(),
        choices.as_str(),
        field.is_mandatory,
        field.pii_type.word(),
        field.max_length,
        field.help_text.as_str(),
        field.placeholder.as_str(),
        field.show_in_portal,
        field.edit_in_portal,
        field.show_in_pdf,
        field.show_on_pages,
        field.is_mandatory_on_pages,
        field.is_active,
        field.created_at,
        field.updated_at,
    ];
    tx.insert(&INSERT_FIELD, row).await
}

/// Writes a definition anew. Its kind of object, index and type stay: values are of them.
pub async fn update(tx: &mut Tx<'_>, field: &CustomField) -> Result<bool> {
    let choices = write_list(&field.choices);
    let row = params![
        tx.tenant(),
        field.id,
        field.label.as_str(),
        choices.as_str(),
        field.is_mandatory,
        field.pii_type.word(),
        field.max_length,
        field.help_text.as_str(),
        field.placeholder.as_str(),
        field.show_in_portal,
        field.edit_in_portal,
        field.show_in_pdf,
        field.show_on_pages,
        field.is_mandatory_on_pages,
        field.is_active,
        field.updated_at,
    ];
    Ok(tx.exec(&UPDATE_FIELD, row).await? == 1)
}

/// Loads and locks one definition.
pub async fn lock(tx: &mut Tx<'_>, id: CustomFieldId) -> Result<Option<CustomField>> {
    let tenant = tx.tenant();
    tx.opt(&LOCK_FIELD, params![tenant, id], field).await
}

/// Every definition of the tenant, by kind of object and index. At most 99 of each kind.
pub async fn list(tx: &mut Tx<'_>) -> Result<Vec<CustomField>> {
    let tenant = tx.tenant();
    tx.all(&LIST_FIELDS, params![tenant], field).await
}

/// The definitions of one kind of object, by index.
pub async fn of_kind(tx: &mut Tx<'_>, object_kind: &str) -> Result<Vec<CustomField>> {
    let tenant = tx.tenant();
    tx.all(&LIST_FIELDS_OF_KIND, params![tenant, object_kind], field).await
}

/// Whether any object has a value of this field.
pub async fn in_use(tx: &mut Tx<'_>, object_kind: &str, id: CustomFieldId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.one(&FIELD_IN_USE, params![tenant, object_kind, id], |row| row.int(0)).await? > 0)
}

pub async fn delete(tx: &mut Tx<'_>, id: CustomFieldId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&DELETE_FIELD, params![tenant, id]).await? == 1)
}

/// The fields of which one object has a value.
pub async fn filled(tx: &mut Tx<'_>, object_kind: &str, object_id: i64) -> Result<Vec<CustomFieldId>> {
    let tenant = tx.tenant();
    tx.all(&FIELDS_WITH_VALUE, params![tenant, object_kind, object_id], |row| row.int(0).map(CustomFieldId)).await
}

/// Sets these values of one object, each field named once; empty ones are cleared, others stay.
pub async fn set_values(
    tx: &mut Tx<'_>,
    object_kind: &str,
    object_id: i64,
    values: &[(CustomFieldId, &str)],
) -> Result<()> {
    let tenant = tx.tenant();
    let fields: Vec<i64> = values.iter().map(|(field, _)| field.0).collect();
    tx.exec(&CLEAR_VALUES, params![tenant, object_kind, object_id, fields]).await?;
    let rows: Vec<[Value<'_>; 5]> = values
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(field, value)| {
            [
                Value::from(tenant),
                Value::from(object_kind),
                Value::from(object_id),
                Value::from(*field),
                Value::from(*value),
            ]
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let rows = Batch::of(&INSERT_VALUE, rows);
    tx.insert_many(&INSERT_VALUE, &rows).await?;
    mark(tx, object_kind, object_id, parts::VALUES).await
}
