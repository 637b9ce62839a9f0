//! What hangs on other objects: vendors' ids and side-cars, values of custom fields, tags.

use crate::columns::Columns;
use crate::invoices::{mark, parts};
use crate::{Batch, Result, Row, Tx, Value, insert, params, sql};
use domain::id::CustomFieldId;
use domain::invoice::view::CustomFieldValue;

pub use crate::custom_fields::{insert as insert_custom_field, list as custom_fields};
pub use domain::custom_field::CustomField;

insert! {
    INSERT_FOREIGN_ID = "foreign_ids" (tenant_id, face, kind, foreign_id, id, collides_with);
    INSERT_SIDE_CAR = "side_cars" (tenant_id, face, object_kind, object_id, content);
    INSERT_TAG = "object_tags" (tenant_id, object_kind, object_id, position, label, tag_id, option_id);
}

sql! {
    pub FIND_FOREIGN_ID = "SELECT id FROM foreign_ids WHERE tenant_id = $1 AND face = $2 AND kind = $3 AND foreign_id = $4";
    FIND_FOREIGN_IDS = "SELECT kind, id, foreign_id FROM foreign_ids WHERE tenant_id = $1 AND face = $2 AND foreign_id @in($3)";
    pub LOAD_FOREIGN_IDS = "SELECT kind, id, foreign_id FROM foreign_ids WHERE tenant_id = $1 AND face = $2 AND id @in($3)";
    pub LOAD_SIDE_CARS = "SELECT object_kind, object_id, face, content FROM side_cars \
        WHERE tenant_id = $1 AND object_kind = $2 AND object_id @in($3)";
    SET_SIDE_CAR = "INSERT INTO side_cars (tenant_id, face, object_kind, object_id, content) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (tenant_id, object_kind, object_id, face) DO UPDATE SET content = excluded.content";
    SET_VALUE = "INSERT INTO custom_field_values (tenant_id, object_kind, object_id, field_id, value) \
        VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (tenant_id, object_kind, object_id, field_id) DO UPDATE SET value = excluded.value";
    CLEAR_VALUE = "DELETE FROM custom_field_values WHERE tenant_id = $1 AND object_kind = $2 AND object_id = $3 AND field_id = $4";
    pub LOAD_VALUES = "SELECT v.object_id, f.id, f.field_index, f.label, v.value, f.data_type FROM custom_field_values v \
        JOIN custom_fields f ON f.tenant_id = v.tenant_id AND f.id = v.field_id \
        WHERE v.tenant_id = $1 AND v.object_kind = $2 AND v.object_id @in($3) ORDER BY v.object_id, f.field_index";
    FORGET_VALUES = "DELETE FROM custom_field_values WHERE tenant_id = $1 AND object_kind = $2 AND object_id @in($3)";
    FORGET_TAGS = "DELETE FROM object_tags WHERE tenant_id = $1 AND object_kind = $2 AND object_id @in($3)";
    FORGET_SIDE_CARS = "DELETE FROM side_cars WHERE tenant_id = $1 AND object_kind = $2 AND object_id @in($3)";
    FORGET_FOREIGN_IDS = "DELETE FROM foreign_ids WHERE tenant_id = $1 AND kind = $2 AND id @in($3)";
    pub LOAD_TAGS = "SELECT object_id, label, tag_id, option_id FROM object_tags \
        WHERE tenant_id = $1 AND object_kind = $2 AND object_id @in($3) ORDER BY object_id, position";
    CLEAR_TAGS = "DELETE FROM object_tags WHERE tenant_id = $1 AND object_kind = $2 AND object_id = $3";
}

sql! {
    locks LOCK_ID_BLOCK = "SELECT next_value FROM id_blocks WHERE tenant_id = $1";
}

/// A vendor's id of one of our objects. `collides_with` is the native id that the same text would spell in
/// that face's alphabet; the allocator skips it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignId {
    pub kind: String,
    pub id: i64,
    pub foreign_id: String,
}

pub async fn insert_foreign_id(
    tx: &mut Tx<'_>,
    face: &str,
    name: &ForeignId,
    collides_with: Option<i64>,
) -> Result<()> {
    let tenant = tx.tenant();
    let row = params![tenant, face, name.kind.as_str(), name.foreign_id.as_str(), name.id, collides_with];
    tx.insert(&INSERT_FOREIGN_ID, row).await
}

pub async fn find_foreign_id(tx: &mut Tx<'_>, face: &str, kind: &str, text: &str) -> Result<Option<i64>> {
    let tenant = tx.tenant();
    tx.opt(&FIND_FOREIGN_ID, params![tenant, face, kind, text], |row| row.int(0)).await
}

/// Objects, of whatever kind, that the face knows by any of these ids.
pub async fn find_foreign_ids(tx: &mut Tx<'_>, face: &str, texts: Vec<String>) -> Result<Vec<ForeignId>> {
    let tenant = tx.tenant();
    tx.all(&FIND_FOREIGN_IDS, params![tenant, face, texts], foreign_id_row).await
}

/// Whether the tenant's allocator may have given this id to an object. The block's row is locked until the
/// transaction ends, so that an id named here cannot be given out meanwhile.
pub async fn is_given_out(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let tenant = tx.tenant();
    let next = tx.opt(&LOCK_ID_BLOCK, params![tenant], |row| row.int(0)).await?;
    Ok(next.is_some_and(|next| (crate::ids::FIRST_ID..next).contains(&id)))
}

/// A row of [`LOAD_FOREIGN_IDS`].
pub fn foreign_id_row(row: &Row<'_>) -> Result<ForeignId> {
    Ok(ForeignId { kind: row.text(0)?, id: row.int(1)?, foreign_id: row.text(2)? })
}

/// The face's own ids of any of these objects, whatever their kind.
pub async fn foreign_ids(tx: &mut Tx<'_>, face: &str, ids: &[i64]) -> Result<Vec<ForeignId>> {
    let tenant = tx.tenant();
    tx.all(&LOAD_FOREIGN_IDS, params![tenant, face, ids], foreign_id_row).await
}

/// A vendor's own fields of one object: JSON text that only that face reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideCar {
    pub object_kind: String,
    pub object_id: i64,
    pub face: String,
    pub content: String,
}

/// A row of [`LOAD_SIDE_CARS`].
pub fn side_car_row(row: &Row<'_>) -> Result<SideCar> {
    Ok(SideCar { object_kind: row.text(0)?, object_id: row.int(1)?, face: row.text(2)?, content: row.text(3)? })
}

pub async fn set_side_car(tx: &mut Tx<'_>, face: &str, object_kind: &str, object_id: i64, content: &str) -> Result<()> {
    let tenant = tx.tenant();
    tx.exec(&SET_SIDE_CAR, params![tenant, face, object_kind, object_id, content]).await?;
    mark(tx, object_kind, object_id, parts::SIDE_CARS).await
}

pub async fn side_cars(tx: &mut Tx<'_>, object_kind: &str, ids: &[i64]) -> Result<Vec<SideCar>> {
    let tenant = tx.tenant();
    tx.all(&LOAD_SIDE_CARS, params![tenant, object_kind, ids], side_car_row).await
}

/// Sets a value; an empty one clears it.
pub async fn set_value(
    tx: &mut Tx<'_>,
    object_kind: &str,
    object_id: i64,
    field: CustomFieldId,
    value: &str,
) -> Result<()> {
    let tenant = tx.tenant();
    if value.is_empty() {
        tx.exec(&CLEAR_VALUE, params![tenant, object_kind, object_id, field]).await.map(drop)
    } else {
        tx.exec(&SET_VALUE, params![tenant, object_kind, object_id, field, value]).await?;
        mark(tx, object_kind, object_id, parts::VALUES).await
    }
}

/// A row of [`LOAD_VALUES`]: the object and one of its values.
pub fn value_row(row: &Row<'_>) -> Result<(i64, CustomFieldValue)> {
    let mut c = Columns::of(row);
    Ok((
        c.int()?,
        CustomFieldValue {
            field_id: CustomFieldId(c.int()?),
            index: c.int()?,
            label: c.text()?,
            value: c.text()?,
            data_type: c.text()?,
        },
    ))
}

/// Values of several objects of one kind, by object and field index.
pub async fn values(tx: &mut Tx<'_>, object_kind: &str, ids: &[i64]) -> Result<Vec<(i64, CustomFieldValue)>> {
    let tenant = tx.tenant();
    tx.all(&LOAD_VALUES, params![tenant, object_kind, ids], value_row).await
}

/// A label, and the two numbers with which Zoho's line tags name themselves (0 for a plain tag).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub object_id: i64,
    pub label: String,
    pub tag_id: i64,
    pub option_id: i64,
}

/// A row of [`LOAD_TAGS`].
pub fn tag_row(row: &Row<'_>) -> Result<Tag> {
    Ok(Tag { object_id: row.int(0)?, label: row.text(1)?, tag_id: row.int(2)?, option_id: row.int(3)? })
}

/// Tags of several objects of one kind, by object and position.
pub async fn tags(tx: &mut Tx<'_>, object_kind: &str, ids: &[i64]) -> Result<Vec<Tag>> {
    let tenant = tx.tenant();
    tx.all(&LOAD_TAGS, params![tenant, object_kind, ids], tag_row).await
}

/// Replaces the tags of one object.
pub async fn set_tags(tx: &mut Tx<'_>, object_kind: &str, object_id: i64, tags: &[Tag]) -> Result<()> {
    let tenant = tx.tenant();
    tx.exec(&CLEAR_TAGS, params![tenant, object_kind, object_id]).await?;
    let rows = (1_i64..).zip(tags).map(|(position, tag)| {
        [
            Value::from(tenant),
            Value::from(object_kind),
            Value::from(object_id),
            Value::from(position),
            Value::from(tag.label.as_str()),
            Value::from(tag.tag_id),
            Value::from(tag.option_id),
        ]
    });
    let rows = Batch::of(&INSERT_TAG, rows);
    tx.insert_many(&INSERT_TAG, &rows).await?;
    mark(tx, object_kind, object_id, parts::TAGS).await
}

/// Drops everything that hangs on these objects of one kind, which are deleted themselves.
pub async fn forget(tx: &mut Tx<'_>, object_kind: &str, ids: &[i64]) -> Result<()> {
    let tenant = tx.tenant();
    for sql in [&FORGET_VALUES, &FORGET_TAGS, &FORGET_SIDE_CARS, &FORGET_FOREIGN_IDS] {
        tx.exec(sql, params![tenant, object_kind, ids]).await?;
    }
    Ok(())
}
