//! Deletes a charge that no invoice has.

use super::invoice::lock;
use crate::Error;
use crate::verb::{Cx, Verb};
use domain::id::UnbilledChargeId;
use serde_json::json;

/// `ChargeInvoiced` for one that an invoice has.
#[derive(Clone, Copy, Debug)]
pub struct DeleteUnbilledCharge {
    pub charge: UnbilledChargeId,
}

impl Verb for DeleteUnbilledCharge {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        for charge in lock(cx, &[self.charge]).await? {
            charge.require_unbilled()?;
        }
        store::names::forget(cx.tx, UnbilledChargeId::WORD, &[self.charge.0]).await?;
        store::unbilled_charges::delete(cx.tx, self.charge).await?;
        cx.change.record("unbilled_charge.deleted", UnbilledChargeId::WORD, self.charge.0, "deleted", json!({}));
        Ok(())
    }
}
