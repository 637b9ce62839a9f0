//! `/v1/unbilled-charges`: what was sold and waits for its invoice.

use crate::answers::{created, json, nothing};
use crate::call::Call;
use crate::errors::Fault;
use crate::invoices::input::{NewLine, lines};
use crate::invoices::output::Invoice;
use crate::invoices::parts::{Discount, TaxTreatment};
use crate::paging::{ById, CURSOR, LIMIT, Page};
use crate::payments::CUSTOMER_ID;
use crate::routes::{Gives, Parameter, Takes, table};
use crate::schema::{Schema as _, answer, request, texts};
use crate::shapes::{ExchangeRate, ExchangeRateInput};
use crate::wire::{AmountOut, CurrencyCode, Day, DecimalOut, Id, Instant, Vocabulary as _, Word};
use billing::read::{ThenUnbilled, ThenView};
use billing::unbilled_charges::ChargeSpec;
use billing::unbilled_charges::create::CreateUnbilledCharge;
use billing::unbilled_charges::delete::DeleteUnbilledCharge;
use billing::unbilled_charges::invoice::InvoiceUnbilledCharges;
use domain::id::{CustomerId, EntityId, InvoiceId, ItemId, UnbilledChargeId, UnbilledChargeLineId};
use domain::invoice::LineKind;
use domain::money::{Currency, Money};
use domain::unbilled_charge::{self, ChargeDocument, ChargeStatus};
use http_kit::Answer;

const STATUS: Parameter = Parameter { name: "status", about: "In this status.", schema: Word::<ChargeStatus>::schema };

table! {
    "listUnbilledCharges" GET "/v1/unbilled-charges" StaffRead "Lists unbilled charges by id." {
        query: &[LIMIT, CURSOR, CUSTOMER_ID, STATUS],
        gives: Gives::Object(Page::<UnbilledCharge>::schema),
        handle: list,
    }
    "createUnbilledCharge" POST "/v1/unbilled-charges" Write "Keeps what was sold for a later invoice." {
        takes: Takes::Body(NewUnbilledCharge::schema),
        gives: Gives::Created(UnbilledCharge::schema),
        names: "unbilled_charge_id",
        handle: create,
    }
    "invoiceUnbilledCharges" POST "/v1/unbilled-charges/invoice" Write
        "Makes and issues one invoice of unbilled charges of one customer, legal entity and currency." {
        takes: Takes::Body(ChargesToInvoice::schema),
        gives: Gives::Created(Invoice::schema),
        names: "invoice_id",
        handle: invoice,
    }
    "getUnbilledCharge" GET "/v1/unbilled-charges/{unbilled_charge_id}" StaffRead "Reads an unbilled charge." {
        gives: Gives::Object(UnbilledCharge::schema),
        names: "unbilled_charge_id",
        handle: get,
    }
    "deleteUnbilledCharge" DELETE "/v1/unbilled-charges/{unbilled_charge_id}" Write
        "Deletes a charge that no invoice has." {
        gives: Gives::Nothing,
        handle: delete,
    }
}

request! {
    /// What was sold.
    NewUnbilledCharge {
        /// Who will be billed.
        customer_id: Id<CustomerId>,
        /// What for.
        lines: Vec<NewLine>,
    } optional {
        /// Who will bill; the customer's unless given.
        legal_entity_id: Id<EntityId>,
        /// The customer's unless given.
        currency: CurrencyCode,
        /// For the invoice, when the currency is not that of the books.
        exchange_rate: ExchangeRateInput,
        /// Today unless given.
        dated_on: Day,
        /// Your reference.
        reference: String as texts::line_or_empty,
    }
}

request! {
    /// Charges for one invoice, in the order of their ids.
    ChargesToInvoice {
        /// At most 1000.
        unbilled_charge_ids: Vec<Id<UnbilledChargeId>>,
    } optional {
        /// Of the invoice; today unless given.
        dated_on: Day,
        /// Of the invoice; by the customer's terms unless given.
        due_on: Day,
        /// Of the invoice; the first charge's unless given.
        exchange_rate: ExchangeRateInput,
    }
}

answer! {
    /// One thing sold. Amounts are those of the day it was raised; the invoice computes its own tax.
    UnbilledChargeLine {
        /// Its id.
        id: Id<UnbilledChargeLineId>,
        /// From 1, in the order given.
        position: i64,
        /// What kind of line it will be.
        kind: Word<LineKind>,
        /// What was sold.
        item_id: Option<Id<ItemId>>,
        /// The item's code.
        item_code: Option<String>,
        /// As the invoice will print it.
        name: String,
        /// As the invoice will print it.
        description: String,
        /// What one is called.
        unit: String,
        /// How many.
        quantity: DecimalOut,
        /// The price of one.
        unit_price: DecimalOut,
        /// Before discounts.
        gross: AmountOut,
        /// All discounts together.
        discount: AmountOut,
        /// After discounts.
        net: AmountOut,
        /// Its tax.
        tax: AmountOut,
        /// How it is taxed.
        tax_treatment: TaxTreatment,
        /// Its discounts.
        discounts: Vec<Discount>,
    }
}

answer! {
    /// What was sold and waits for its invoice.
    UnbilledCharge {
        /// Its id.
        id: Id<UnbilledChargeId>,
        /// Such as `UNBILL-000004`.
        number: String,
        /// `unbilled` until an invoice has it.
        status: Word<ChargeStatus>,
        /// The invoice that has it.
        invoice_id: Option<Id<InvoiceId>>,
        /// Who will be billed.
        customer_id: Id<CustomerId>,
        /// Who will bill.
        legal_entity_id: Id<EntityId>,
        /// Your reference.
        reference: String,
        /// Of every amount and price.
        currency: CurrencyCode,
        /// For the invoice.
        exchange_rate: Option<ExchangeRate>,
        /// The day it was raised.
        dated_on: Day,
        /// Without tax.
        total_ex_tax: AmountOut,
        /// Tax.
        tax_total: AmountOut,
        /// With tax.
        total: AmountOut,
        /// What for.
        lines: Vec<UnbilledChargeLine>,
        /// Grows with every change.
        version: i64,
        /// When it was made.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    }
}

async fn list(call: Call) -> Result<Answer, Fault> {
    let page = ById::of(&call, UnbilledChargeId::PREFIX)?;
    let customer = call.id_parameter::<CustomerId>("customer_id")?;
    let status = match call.parameter("status") {
        None => None,
        Some(word) => Some(
            ChargeStatus::from_word(word)
                .ok_or_else(|| Fault::parameter("status", format!("known are {}", ChargeStatus::listed())))?,
        ),
    };
    let rows = call.billing.unbilled_charges(&call.caller, customer, status, page.after, page.wanted()).await?;
    let page = page.page(rows, |row| row.charge.id.0, |row| UnbilledCharge::to_wire(&row));
    Ok(page.into_answer())
}

async fn get(call: Call) -> Result<Answer, Fault> {
    let found = call.billing.unbilled_charge(&call.caller, call.id("unbilled_charge_id")?).await?;
    Ok(json(200, &UnbilledCharge::to_wire(&found.value.document)))
}

async fn create(call: Call) -> Result<Answer, Fault> {
    let verb = CreateUnbilledCharge { spec: call.read::<NewUnbilledCharge>()?.from_wire()? };
    call.write(ThenUnbilled(verb), |made| {
        let document = &made.value.document;
        created(format!("/v1/unbilled-charges/{}", document.charge.id), &UnbilledCharge::to_wire(document))
    })
    .await
}

async fn invoice(call: Call) -> Result<Answer, Fault> {
    let verb = call.read::<ChargesToInvoice>()?.from_wire();
    call.write(ThenView(verb), |made| {
        created(format!("/v1/invoices/{}", made.value.summary.id), &Invoice::whole(&made.value))
    })
    .await
}

async fn delete(call: Call) -> Result<Answer, Fault> {
    let verb = DeleteUnbilledCharge { charge: call.id("unbilled_charge_id")? };
    call.write(verb, |()| nothing()).await
}

impl NewUnbilledCharge {
    fn from_wire(self) -> Result<ChargeSpec, Fault> {
        let plain = ChargeSpec::to(self.customer_id.0, lines(self.lines, "")?);
        Ok(ChargeSpec {
            entity: self.legal_entity_id.map(|id| id.0),
            currency: self.currency.map(|code| code.0),
            fx: self.exchange_rate.map(ExchangeRateInput::from_wire),
            dated_on: self.dated_on.map(|day| day.0),
            reference: self.reference.unwrap_or_default(),
            ..plain
        })
    }
}

impl ChargesToInvoice {
    fn from_wire(self) -> InvoiceUnbilledCharges {
        InvoiceUnbilledCharges {
            charges: self.unbilled_charge_ids.iter().map(|id| id.0).collect(),
            dated_on: self.dated_on.map(|day| day.0),
            due_on: self.due_on.map(|day| day.0),
            fx: self.exchange_rate.map(ExchangeRateInput::from_wire),
        }
    }
}

impl UnbilledChargeLine {
    fn to_wire(row: &unbilled_charge::UnbilledChargeLine, currency: Currency) -> Self {
        let money = |minor| AmountOut(Money { minor, currency });
        let (line, amounts) = (&row.line, &row.amounts);
        Self {
            id: Id(row.id),
            position: row.position,
            kind: Word(line.kind),
            item_id: line.item_id.map(Id),
            item_code: line.item_code.clone(),
            name: line.name.clone(),
            description: line.description.clone(),
            unit: line.unit.clone(),
            quantity: DecimalOut(line.quantity),
            unit_price: DecimalOut(line.unit_price),
            gross: money(amounts.gross),
            discount: money(amounts.discount),
            net: money(amounts.net),
            tax: money(amounts.tax),
            tax_treatment: TaxTreatment::to_wire(&line.tax),
            discounts: row
                .discounts
                .iter()
                .map(|applied| Discount::to_wire(&applied.discount, applied.amount, currency))
                .collect(),
        }
    }
}

impl UnbilledCharge {
    fn to_wire(document: &ChargeDocument) -> Self {
        let charge = &document.charge;
        let money = |minor| AmountOut(charge.money(minor));
        Self {
            id: Id(charge.id),
            number: charge.number.clone(),
            status: Word(charge.status()),
            invoice_id: charge.invoice_id.map(Id),
            customer_id: Id(charge.customer_id),
            legal_entity_id: Id(charge.entity_id),
            reference: charge.reference.clone(),
            currency: CurrencyCode(charge.currency),
            exchange_rate: charge.fx.as_ref().map(ExchangeRate::to_wire),
            dated_on: Day(charge.dated_on),
            total_ex_tax: money(charge.ex_tax),
            tax_total: money(charge.tax),
            total: money(charge.total),
            lines: document.lines.iter().map(|line| UnbilledChargeLine::to_wire(line, charge.currency)).collect(),
            version: charge.version,
            created_at: Instant(charge.created_at),
            updated_at: Instant(charge.updated_at),
        }
    }
}
