//! Publishes tax rates and groups, retires them and brings them back. They are never edited: lines froze them.

use crate::Error;
use crate::check;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{TaxGroupId, TaxRateId};
use domain::money::Rate;
use domain::party::Exemption;
use domain::tax::{TaxCategory, TaxComponent, TaxGroup, TaxRate};
use serde_json::json;

#[derive(Clone, Debug)]
pub struct CreateTaxRate {
    pub name: String,
    pub rate: Rate,
    pub authority: String,
}

impl Verb for CreateTaxRate {
    type Outcome = TaxRate;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<TaxRate, Error> {
        check::required(&self.name, "name", check::SHORT)?;
        check::optional(&self.authority, "authority", check::LINE)?;
        if self.rate < Rate::ZERO || self.rate > Rate::ONE {
            return Err(Refusal::RateOutOfRange { what: "rate" }.into());
        }
        let rate = TaxRate {
            id: cx.id(TaxRateId)?,
            name: self.name.clone(),
            rate: self.rate,
            authority: self.authority.clone(),
            is_active: true,
            created_at: cx.now,
            updated_at: cx.now,
        };
        super::tax_lists::ensure_authority(cx, &rate.authority).await?;
        store::catalogue::insert_rate(cx.tx, &rate).await?;
        let detail = json!({"percent": rate.rate.percent_text()});
        cx.change.record("tax_rate.created", TaxRateId::WORD, rate.id.0, "created", detail);
        Ok(rate)
    }
}

/// Publishes a group: what lines name. A category that charges nothing has no rates; exemptions say why.
#[derive(Clone, Debug)]
pub struct CreateTaxGroup {
    pub name: String,
    pub category: TaxCategory,
    /// Rates in order, with whether each is taken on the taxes before it too.
    pub rates: Vec<(TaxRateId, bool)>,
    pub exemption: Option<Exemption>,
}

impl Verb for CreateTaxGroup {
    type Outcome = TaxGroup;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<TaxGroup, Error> {
        check::required(&self.name, "name", check::SHORT)?;
        check::exemption(self.exemption.as_ref())?;
        if self.rates.len() > 8 {
            return Err(Refusal::Invalid { what: "rates" }.into());
        }
        let ids: Vec<TaxRateId> = self.rates.iter().map(|(id, _)| *id).collect();
        let known = store::catalogue::rates_by_id(cx.tx, &ids).await?;
        let mut components = Vec::with_capacity(self.rates.len());
        for (id, is_compound) in &self.rates {
            let rate = known.iter().find(|rate| rate.id == *id).ok_or_else(|| Error::missing(TaxRateId::WORD, id))?;
            components.push(TaxComponent {
                rate_id: rate.id,
                name: rate.name.clone(),
                rate: rate.rate,
                is_compound: *is_compound,
            });
        }
        let group = TaxGroup {
            id: cx.id(TaxGroupId)?,
            name: self.name.clone(),
            category: self.category,
            components,
            exemption: self.exemption.clone(),
            is_active: true,
            created_at: cx.now,
            updated_at: cx.now,
        };
        domain::tax::check_group(group.category, &group.components)?;
        store::catalogue::insert_group(cx.tx, &group).await?;
        let detail = json!({"category": group.category.word()});
        cx.change.record("tax_group.created", TaxGroupId::WORD, group.id.0, "created", detail);
        Ok(group)
    }
}

/// Retires a rate or a group from new lines, or brings it back.
#[derive(Clone, Copy, Debug)]
pub enum SetTaxActive {
    Rate(TaxRateId, bool),
    Group(TaxGroupId, bool),
}

impl Verb for SetTaxActive {
    type Outcome = ();

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        let (word, id, active, found) = match *self {
            Self::Rate(id, active) => {
                let found = store::catalogue::set_rate_active(cx.tx, id, active, cx.now).await?;
                (TaxRateId::WORD, id.0, active, found)
            }
            Self::Group(id, active) => {
                let found = store::catalogue::set_group_active(cx.tx, id, active, cx.now).await?;
                (TaxGroupId::WORD, id.0, active, found)
            }
        };
        if !found {
            return Err(match *self {
                Self::Rate(id, _) => Error::missing(word, id),
                Self::Group(id, _) => Error::missing(word, id),
            });
        }
        cx.change.audit(word, id, if active { "activated" } else { "retired" }, json!({}));
        Ok(())
    }
}
