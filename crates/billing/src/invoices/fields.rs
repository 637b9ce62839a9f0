//! Sets values of an invoice's custom fields and tells all of them.

use super::details::EditDetails;
use crate::Error;
use crate::custom_fields::{FieldValue, judged};
use crate::read::{Named, Names};
use crate::verb::{Cx, Verb};
use domain::custom_field::CustomField;
use domain::id::InvoiceId;

/// Fields that are not named keep their values.
#[derive(Clone, Debug)]
pub struct SetInvoiceFields {
    pub invoice: InvoiceId,
    pub values: Vec<FieldValue>,
}

impl Verb for SetInvoiceFields {
    /// Every active field of invoices with its value here; empty where there is none.
    type Outcome = Named<Vec<(CustomField, String)>>;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<Self::Outcome, Error> {
        let mut values = judged(cx, InvoiceId::WORD, &[&self.values]).await?;
        let edit = EditDetails { custom_fields: values.pop().unwrap_or_default(), ..EditDetails::of(self.invoice) };
        edit.run(cx).await?;
        let defined = store::custom_fields::of_kind(cx.tx, InvoiceId::WORD).await?;
        let values = store::names::values(cx.tx, InvoiceId::WORD, &[self.invoice.0]).await?;
        let value_of = |field: &CustomField| {
            let found = values.iter().find(|(_, value)| value.field_id == field.id);
            found.map(|(_, value)| value.value.clone()).unwrap_or_default()
        };
        let ids: Vec<i64> = defined.iter().map(|field| field.id.0).collect();
        let names = Names::load(cx.tx, cx.caller, &ids).await?;
        let active = defined.into_iter().filter(|field| field.is_active);
        Ok(Named { value: active.map(|field| (field.clone(), value_of(&field))).collect(), names })
    }
}
