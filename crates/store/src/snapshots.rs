//! Small lists that a row keeps as JSON text because nobody searches inside them: a line's chain of tax
//! rates and its discounts, a document charge's tax, lists of tax ids.

use crate::{Error, Result};
use domain::id::{TaxGroupId, TaxRateId};
use domain::invoice::{AppliedDiscount, Discount, DiscountBy, LineTax};
use domain::money::Rate;
use domain::party::Exemption;
use domain::tax::{TaxCategory, TaxComponent};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct ComponentText {
    rate_id: i64,
    name: String,
    /// 1e-12 of a fraction.
    rate: i64,
    #[serde(default, skip_serializing_if = "is_false")]
    compound: bool,
}

#[derive(Serialize, Deserialize)]
struct DiscountText {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// 1e-12 of a fraction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    percent: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fixed_minor: Option<i64>,
    priority: i64,
    amount_minor: i64,
}

#[derive(Serialize, Deserialize)]
struct TaxText {
    group_id: Option<i64>,
    group_name: String,
    category: String,
    components: Vec<ComponentText>,
    exemption_code: Option<String>,
    exemption_reason: Option<String>,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

fn write<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("strings and integers always serialise")
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| Error::decode(0, text))
}

pub(crate) fn write_components(components: &[TaxComponent]) -> String {
    if components.is_empty() {
        return "[]".to_owned();
    }
    let texts: Vec<ComponentText> = components.iter().map(component_text).collect();
    write(&texts)
}

fn component_text(component: &TaxComponent) -> ComponentText {
    ComponentText {
        rate_id: component.rate_id.0,
        name: component.name.clone(),
        rate: component.rate.0,
        compound: component.is_compound,
    }
}

fn component(text: ComponentText) -> TaxComponent {
    TaxComponent {
        rate_id: TaxRateId(text.rate_id),
        name: text.name,
        rate: Rate(text.rate),
        is_compound: text.compound,
    }
}

pub(crate) fn read_components(text: &str) -> Result<Vec<TaxComponent>> {
    if text == "[]" {
        return Ok(Vec::new());
    }
    Ok(read::<Vec<ComponentText>>(text)?.into_iter().map(component).collect())
}

pub(crate) fn write_discounts(discounts: &[AppliedDiscount]) -> String {
    if discounts.is_empty() {
        return "[]".to_owned();
    }
    let texts: Vec<DiscountText> = discounts
        .iter()
        .map(|applied| {
            let (percent, fixed_minor) = match applied.discount.by {
                DiscountBy::Percent(rate) => (Some(rate.0), None),
                DiscountBy::Fixed(minor) => (None, Some(minor)),
            };
            DiscountText {
                name: applied.discount.name.clone(),
                code: applied.discount.code.clone(),
                percent,
                fixed_minor,
                priority: applied.discount.priority,
                amount_minor: applied.amount,
            }
        })
        .collect();
    write(&texts)
}

pub(crate) fn read_discounts(text: &str) -> Result<Vec<AppliedDiscount>> {
    if text == "[]" {
        return Ok(Vec::new());
    }
    read::<Vec<DiscountText>>(text)?
        .into_iter()
        .map(|stored| {
            Ok(AppliedDiscount {
                discount: Discount {
                    name: stored.name,
                    code: stored.code,
                    by: discount_by(stored.percent, stored.fixed_minor)?,
                    priority: stored.priority,
                },
                amount: stored.amount_minor,
            })
        })
        .collect()
}

/// A stored discount is a percentage or an amount.
pub(crate) fn discount_by(percent: Option<i64>, fixed_minor: Option<i64>) -> Result<DiscountBy> {
    match (percent, fixed_minor) {
        (Some(rate), _) => Ok(DiscountBy::Percent(Rate(rate))),
        (None, Some(minor)) => Ok(DiscountBy::Fixed(minor)),
        (None, None) => Err(Error::decode(0, "a discount without a value")),
    }
}

pub(crate) fn write_tax(tax: &LineTax) -> String {
    write(&TaxText {
        group_id: tax.group_id.map(i64::from),
        group_name: tax.group_name.clone(),
        category: tax.category.word().to_owned(),
        components: tax.components.iter().map(component_text).collect(),
        exemption_code: tax.exemption.as_ref().map(|exemption| exemption.code.clone()),
        exemption_reason: tax.exemption.as_ref().map(|exemption| exemption.reason.clone()),
    })
}

pub(crate) fn read_tax(text: &str) -> Result<LineTax> {
    let stored: TaxText = read(text)?;
    Ok(LineTax {
        group_id: stored.group_id.map(TaxGroupId),
        group_name: stored.group_name,
        category: TaxCategory::from_word(&stored.category).ok_or_else(|| Error::decode(0, text))?,
        components: stored.components.into_iter().map(component).collect(),
        exemption: stored
            .exemption_code
            .map(|code| Exemption { code, reason: stored.exemption_reason.unwrap_or_default() }),
    })
}

pub(crate) fn write_list<T: Serialize>(list: &[T]) -> String {
    write(&list)
}

pub(crate) fn read_texts(text: &str) -> Result<Vec<String>> {
    read(text)
}

pub(crate) fn read_ints(text: &str) -> Result<Vec<i64>> {
    read(text)
}
