//! Replaces what hangs on many lines at once: their custom fields, tags and one face's side-cars. A fixed number
//! of statements, however many lines there are.

use crate::invoices::{mark, parts};
use crate::names::SideCar;
use crate::{Batch, Result, Row, Tx, Value, insert, params, sql};
use domain::id::{CustomFieldId, InvoiceId, LineId};
use domain::invoice::view::LineTag;

insert! {
    INSERT_LINE_VALUE = "custom_field_values" (tenant_id, object_kind, object_id, field_id, value);
    INSERT_LINE_TAG = "object_tags" (tenant_id, object_kind, object_id, position, label, tag_id, option_id);
    INSERT_LINE_SIDE_CAR = "side_cars" (tenant_id, face, object_kind, object_id, content);
}

sql! {
    CLEAR_LINE_VALUES = "DELETE FROM custom_field_values WHERE tenant_id = $1 AND object_kind = 'line' AND object_id @in($2)";
    CLEAR_LINE_TAGS = "DELETE FROM object_tags WHERE tenant_id = $1 AND object_kind = 'line' AND object_id @in($2)";
    CLEAR_LINE_SIDE_CARS = "DELETE FROM side_cars WHERE tenant_id = $1 AND object_kind = 'line' AND object_id @in($2) \
        AND face = $3";
    LOAD_LINE_SIDE_CARS = "SELECT object_id, content FROM side_cars \
        WHERE tenant_id = $1 AND object_kind = 'line' AND object_id @in($2) AND face = $3";
}

/// What shall hang on one line; `None` leaves what is there.
#[derive(Clone, Debug)]
pub struct Hung<'a> {
    pub line: LineId,
    pub values: Option<&'a [(CustomFieldId, String)]>,
    pub tags: Option<&'a [LineTag]>,
    pub side_car: Option<String>,
}

/// What the face keeps beside these lines.
pub async fn side_cars(tx: &mut Tx<'_>, face: &str, lines: &[LineId]) -> Result<Vec<SideCar>> {
    let (tenant, lines) = (tx.tenant(), ids(lines.iter().copied()));
    tx.all(&LOAD_LINE_SIDE_CARS, params![tenant, lines, face], |row: &Row<'_>| {
        Ok(SideCar {
            object_kind: LineId::WORD.to_owned(),
            object_id: row.int(0)?,
            face: face.to_owned(),
            content: row.text(1)?,
        })
    })
    .await
}

/// Replaces it. Lines are the invoice's.
pub async fn replace(tx: &mut Tx<'_>, face: &str, invoice: InvoiceId, lines: &[Hung<'_>]) -> Result<()> {
    let tenant = tx.tenant();
    let with = |has: fn(&Hung<'_>) -> bool| ids(lines.iter().filter(|hung| has(hung)).map(|hung| hung.line));
    let (valued, tagged) = (with(|hung| hung.values.is_some()), with(|hung| hung.tags.is_some()));
    let accompanied = with(|hung| hung.side_car.is_some());
    if !valued.is_empty() {
        tx.exec(&CLEAR_LINE_VALUES, params![tenant, valued]).await?;
        let rows = lines.iter().flat_map(|hung| {
            let filled = hung.values.unwrap_or_default().iter().filter(|(_, value)| !value.is_empty());
            filled.map(move |(field, value)| {
                let line = Value::from(hung.line);
                [Value::from(tenant), Value::from(LineId::WORD), line, Value::from(*field), Value::from(value.as_str())]
            })
        });
        tx.insert_many(&INSERT_LINE_VALUE, &Batch::of(&INSERT_LINE_VALUE, rows)).await?;
    }
    if !tagged.is_empty() {
        tx.exec(&CLEAR_LINE_TAGS, params![tenant, tagged]).await?;
        let rows = lines.iter().flat_map(|hung| {
            (1_i64..).zip(hung.tags.unwrap_or_default()).map(move |(position, tag)| {
                [
                    Value::from(tenant),
                    Value::from(LineId::WORD),
                    Value::from(hung.line),
                    Value::from(position),
                    Value::from(""),
                    Value::from(tag.tag_id),
                    Value::from(tag.option_id),
                ]
            })
        });
        tx.insert_many(&INSERT_LINE_TAG, &Batch::of(&INSERT_LINE_TAG, rows)).await?;
    }
    if !accompanied.is_empty() {
        tx.exec(&CLEAR_LINE_SIDE_CARS, params![tenant, accompanied, face]).await?;
        let rows = lines.iter().filter_map(|hung| {
            let content = hung.side_car.as_deref()?;
            let line = Value::from(hung.line);
            Some([Value::from(tenant), Value::from(face), Value::from(LineId::WORD), line, Value::from(content)])
        });
        tx.insert_many(&INSERT_LINE_SIDE_CAR, &Batch::of(&INSERT_LINE_SIDE_CAR, rows)).await?;
    }
    if lines.iter().any(|hung| hung.values.is_some() || hung.tags.is_some() || hung.side_car.is_some()) {
        mark(tx, InvoiceId::WORD, invoice.0, parts::LINE_EXTRAS).await?;
    }
    Ok(())
}

fn ids(lines: impl Iterator<Item = LineId>) -> Vec<i64> {
    lines.map(i64::from).collect()
}
