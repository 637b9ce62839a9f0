//! Makes and changes a legal entity: the issuer with its currency, zone, policies and numbering series.

use crate::Error;
use crate::check;
use crate::verb::{Cx, Verb};
use domain::Refusal;
use domain::id::{EntityId, SeriesId};
use domain::money::Currency;
use domain::numbering::{Series, SeriesKind, SeriesReset};
use domain::party::{Address, ClosedBooksPolicy, IssuedPolicy, LegalEntity, Terms};
use domain::tax::{PriceMode, TaxRounding};
use jiff::civil::Date;
use serde_json::json;

/// A numbering series as asked for.
#[derive(Clone, Debug)]
pub struct SeriesSpec {
    /// Text before the digits; `{year}` stands for the document's year.
    pub prefix: String,
    pub width: i64,
    pub reset: SeriesReset,
    pub enforces_date_order: bool,
}

impl SeriesSpec {
    pub fn plain(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), width: 6, reset: SeriesReset::Never, enforces_date_order: false }
    }

    fn check(&self) -> Result<(), Refusal> {
        check::optional(&self.prefix, "prefix", 40)?;
        if !(1..=12).contains(&self.width) {
            return Err(Refusal::Invalid { what: "width" });
        }
        if self.reset == SeriesReset::Yearly && !self.prefix.contains("{year}") {
            // Without the year in it, the numbers of two years would be the same text.
            return Err(Refusal::Invalid { what: "prefix" });
        }
        Ok(())
    }
}

#[derive(Clone, Debug)]
pub struct CreateEntity {
    pub name: String,
    pub email: String,
    pub address: Address,
    pub tax_ids: Vec<String>,
    pub base_currency: Currency,
    pub time_zone: String,
    pub language: String,
    pub tax_rounding: TaxRounding,
    pub price_mode: PriceMode,
    pub issued_policy: IssuedPolicy,
    pub closed_books_policy: ClosedBooksPolicy,
    pub write_off_relieves_tax: bool,
    pub default_terms: Terms,
    pub invoice_series: SeriesSpec,
    pub credit_note_series: SeriesSpec,
}

impl CreateEntity {
    /// The plainest issuer: exclusive prices, tax per group, correctable documents, due in 30 days.
    pub fn named(name: &str, base_currency: Currency) -> Self {
        Self {
            name: name.to_owned(),
            email: String::new(),
            address: Address::default(),
            tax_ids: Vec::new(),
            base_currency,
            time_zone: "UTC".to_owned(),
            language: "en".to_owned(),
            tax_rounding: TaxRounding::PerGroup,
            price_mode: PriceMode::Exclusive,
            issued_policy: IssuedPolicy::Correctable,
            closed_books_policy: ClosedBooksPolicy::Refuse,
            write_off_relieves_tax: false,
            default_terms: Terms { id: None, name: "Net 30".to_owned(), days: 30 },
            invoice_series: SeriesSpec::plain("INV-"),
            credit_note_series: SeriesSpec::plain("CN-"),
        }
    }
}

impl Verb for CreateEntity {
    type Outcome = LegalEntity;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<LegalEntity, Error> {
        self.invoice_series.check()?;
        self.credit_note_series.check()?;
        let is_first = store::entities::list(cx.tx).await?.is_empty();
        let entity = LegalEntity {
            id: cx.id(EntityId)?,
            name: self.name.clone(),
            address: self.address.clone(),
            tax_ids: self.tax_ids.clone(),
            email: self.email.clone(),
            base_currency: self.base_currency,
            time_zone: self.time_zone.clone(),
            language: self.language.clone(),
            tax_rounding: self.tax_rounding,
            price_mode: self.price_mode,
            issued_policy: self.issued_policy,
            closed_books_policy: self.closed_books_policy,
            books_closed_through: None,
            write_off_relieves_tax: self.write_off_relieves_tax,
            default_terms: self.default_terms.clone(),
            is_default: is_first,
            created_at: cx.now,
            updated_at: cx.now,
        };
        check_entity(&entity)?;
        store::entities::insert(cx.tx, &entity).await?;
        for (kind, spec) in
            [(SeriesKind::Invoice, &self.invoice_series), (SeriesKind::CreditNote, &self.credit_note_series)]
        {
            let series = Series {
                id: cx.id(SeriesId)?,
                entity_id: entity.id,
                kind,
                prefix: spec.prefix.clone(),
                width: spec.width,
                reset: spec.reset,
                last: 0,
                year: 0,
                enforces_date_order: spec.enforces_date_order,
            };
            store::series::insert(cx.tx, &series).await?;
        }
        let detail = json!({"base_currency": entity.base_currency.code()});
        cx.change.record("legal_entity.created", EntityId::WORD, entity.id.0, "created", detail);
        Ok(entity)
    }
}

fn check_entity(entity: &LegalEntity) -> Result<(), Refusal> {
    check::required(&entity.name, "name", check::LINE)?;
    check::email(&entity.email, "email")?;
    check::address(&entity.address, "address")?;
    for tax_id in &entity.tax_ids {
        check::required(tax_id, "tax id", check::SHORT)?;
    }
    check::time_zone(&entity.time_zone)?;
    check::language(&entity.language)?;
    check::required(&entity.default_terms.name, "terms", check::SHORT)?;
    if !(0..=3660).contains(&entity.default_terms.days) {
        return Err(Refusal::Invalid { what: "terms" });
    }
    Ok(())
}

/// Changes a legal entity; `None` leaves a field as it is. The base currency never changes: its books are in it.
#[derive(Clone, Debug, Default)]
pub struct UpdateEntity {
    pub entity: Option<EntityId>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub address: Option<Address>,
    pub tax_ids: Option<Vec<String>>,
    pub time_zone: Option<String>,
    pub language: Option<String>,
    pub tax_rounding: Option<TaxRounding>,
    pub price_mode: Option<PriceMode>,
    pub issued_policy: Option<IssuedPolicy>,
    pub closed_books_policy: Option<ClosedBooksPolicy>,
    /// Books can be closed further, never reopened.
    pub books_closed_through: Option<Date>,
    pub write_off_relieves_tax: Option<bool>,
    pub default_terms: Option<Terms>,
}

impl Verb for UpdateEntity {
    type Outcome = LegalEntity;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<LegalEntity, Error> {
        let mut entity = load(cx, self.entity).await?;
        let mut changed = Vec::new();
        macro_rules! take {
            ($($field:ident),*) => {$(
                if let Some(value) = &self.$field {
                    if entity.$field != *value {
                        changed.push(stringify!($field));
                    }
                    entity.$field = value.clone();
                }
            )*};
        }
        take!(
            name,
            email,
            address,
            tax_ids,
            time_zone,
            language,
            tax_rounding,
            price_mode,
            issued_policy,
            closed_books_policy,
            write_off_relieves_tax,
            default_terms
        );
        if let Some(through) = self.books_closed_through {
            if entity.books_closed_through.is_some_and(|closed| through < closed) {
                return Err(Refusal::Invalid { what: "books_closed_through" }.into());
            }
            entity.books_closed_through = Some(through);
            changed.push("books_closed_through");
        }
        check_entity(&entity)?;
        entity.updated_at = cx.now;
        store::entities::update(cx.tx, &entity).await?;
        let detail = json!({"fields": changed});
        cx.change.record("legal_entity.updated", EntityId::WORD, entity.id.0, "updated", detail);
        Ok(entity)
    }
}

/// The named entity, or the tenant's default one.
pub(crate) async fn load(cx: &mut Cx<'_, '_>, id: Option<EntityId>) -> Result<LegalEntity, Error> {
    let found = match id {
        Some(id) => store::entities::load(cx.tx, id).await?,
        None => store::entities::default(cx.tx).await?,
    };
    found.ok_or_else(|| match id {
        Some(id) => Error::missing(EntityId::WORD, id),
        None => Error::missing(EntityId::WORD, "default"),
    })
}
