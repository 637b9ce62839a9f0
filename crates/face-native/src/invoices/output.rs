//! An invoice as it is answered. Every number of it was computed by the domain.

use super::parts::{Discount, DocumentTax, TaxTreatment};
use crate::schema::answer;
use crate::shapes::{Address, CustomFieldOutput, Terms};
use crate::wire::{AmountOut, CurrencyCode, Day, DecimalOut, Id, Instant, Word};
use domain::id::{
    ApplicationId, CreditNoteId, CustomerId, EntityId, InvoiceId, ItemId, LineId, PaymentId, SalespersonId, TaxGroupId,
    WriteOffId,
};
use domain::invoice::view::{LineView, Standing, Summary, View};
use domain::invoice::{self, InvoiceKind, LineKind, NumberOrigin, State};
use domain::money::Currency;
use domain::payment::{PaymentMode, ReversalKind};
use domain::tax::{PriceMode, TaxRounding};

answer! {
    /// An invoice. Its parts are there when one invoice is read, not on lists.
    Invoice {
        /// Its id.
        id: Id<InvoiceId>,
        /// `draft`, `issued` or `void`.
        state: Word<State>,
        /// The state together with how far it is settled and whether it is past due.
        status: Word<Standing>,
        /// An invoice, or a debit note.
        kind: Word<InvoiceKind>,
        /// Its number; null on a draft without one.
        number: Option<String>,
        /// Whether the number is from a series or was given.
        number_origin: Option<Word<NumberOrigin>>,
        /// Who owes.
        customer_id: Id<CustomerId>,
        /// The customer's name when it was made.
        customer_name: String,
        /// The customer's e-mail address when it was made.
        customer_email: String,
        /// Who issues it.
        legal_entity_id: Id<EntityId>,
        /// The customer's own reference.
        reference: String,
        /// Your own id of it.
        external_key: Option<String>,
        /// Of every amount and price.
        currency: CurrencyCode,
        /// Base units per one unit of the currency; 1 in the currency of the books.
        exchange_rate: DecimalOut,
        /// Whether unit prices contain their tax.
        price_mode: Word<PriceMode>,
        /// Where tax is rounded.
        tax_rounding: Word<TaxRounding>,
        /// The document's date.
        dated_on: Day,
        /// When it is due.
        due_on: Day,
        /// The day up to which it bills.
        target_on: Option<Day>,
        /// The day it is booked on.
        posted_on: Option<Day>,
        /// The day its balance became zero.
        paid_on: Option<Day>,
        /// When payment is expected.
        payment_expected_on: Option<Day>,
        /// Payment terms.
        terms: Terms,
        /// Sum of the lines' nets.
        net_total: AmountOut,
        /// Discounts on the document.
        allowance_total: AmountOut,
        /// Charges on the document.
        charge_total: AmountOut,
        /// Without tax.
        total_ex_tax: AmountOut,
        /// Tax.
        tax_total: AmountOut,
        /// With tax.
        total: AmountOut,
        /// Put on it by payments.
        payments_total: AmountOut,
        /// Put on it by credit notes.
        credits_total: AmountOut,
        /// Written off.
        write_offs_total: AmountOut,
        /// Paid back, so that it owes again.
        refunds_total: AmountOut,
        /// Payments, credits and write-offs less refunds.
        applied_total: AmountOut,
        /// What it owes.
        balance: AmountOut,
        /// What it owes past due.
        overdue_balance: AmountOut,
        /// Whether it owes past due.
        is_overdue: bool,
        /// Days past due; 0 when it is not.
        days_overdue: i64,
        /// Where it is billed.
        bill_to: Address,
        /// Where goods go.
        ship_to: Address,
        /// Printed on it.
        memo: String,
        /// Printed on it.
        terms_text: String,
        /// Why it was made.
        transaction_type: String,
        /// Who sold it.
        salesperson_id: Option<Id<SalespersonId>>,
        /// Whether the customer sees it while it is a draft.
        is_shared: bool,
        /// Whether an import made it.
        is_imported: bool,
        /// From 1; a correction or a new address of an issued invoice makes the next.
        revision: i64,
        /// Grows with every change of it or of what settles it.
        version: i64,
        /// When it was issued.
        issued_at: Option<Instant>,
        /// When it was sent, or marked so.
        sent_at: Option<Instant>,
        /// When it was voided.
        voided_at: Option<Instant>,
        /// When it was made.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    } sometimes {
        /// What for.
        lines: Vec<Line>,
        /// Its taxes.
        taxes: Vec<DocumentTax>,
        /// Discounts and charges on the document.
        allowances: Vec<Allowance>,
        /// Payments on it, reversed ones too.
        payments: Vec<PaymentOnInvoice>,
        /// Credit notes on it.
        credits: Vec<CreditOnInvoice>,
        /// What is written off of it.
        write_offs: Vec<WriteOff>,
        /// Values of custom fields.
        custom_fields: Vec<CustomFieldOutput>,
        /// Labels.
        tags: Vec<String>,
    }
}

answer! {
    /// One line of an invoice.
    Line {
        /// Its id.
        id: Id<LineId>,
        /// From 1, in the order printed.
        position: i64,
        /// What kind of claim it is.
        kind: Word<LineKind>,
        /// What is sold.
        item_id: Option<Id<ItemId>>,
        /// The item's code.
        item_code: Option<String>,
        /// As printed.
        name: String,
        /// As printed.
        description: String,
        /// What one is called.
        unit: String,
        /// How many.
        quantity: DecimalOut,
        /// The price of one.
        unit_price: DecimalOut,
        /// Quantity times price.
        gross: AmountOut,
        /// Discounts on this line.
        discount_total: AmountOut,
        /// Gross less discounts, without tax.
        net: AmountOut,
        /// Its share of the document's discounts.
        allowance_share: AmountOut,
        /// What its tax is taken on.
        taxable: AmountOut,
        /// Its share of the document's tax.
        tax: AmountOut,
        /// Taxable and tax.
        total: AmountOut,
        /// The first day it is for.
        from_on: Option<Day>,
        /// The day after the last it is for.
        until_on: Option<Day>,
        /// Which charge it bills.
        charge_number: Option<String>,
        /// The customer's purchase order.
        purchase_order: Option<String>,
        /// A partner's code.
        partner_sku: Option<String>,
        /// The account of your ledger.
        gl_code: Option<String>,
        /// How it is taxed.
        tax_treatment: TaxTreatment,
        /// Discounts on this line.
        discounts: Vec<Discount>,
        /// Values of custom fields.
        custom_fields: Vec<CustomFieldOutput>,
    }
}

answer! {
    /// A discount or a charge on the whole document.
    Allowance {
        /// Whether it is added instead of taken off.
        is_charge: bool,
        /// What it is and came to.
        discount: Discount,
        /// How a charge is taxed.
        tax_group_id: Option<Id<TaxGroupId>>,
    }
}

answer! {
    /// So much of a payment on this invoice.
    PaymentOnInvoice {
        /// The application's id.
        application_id: Id<ApplicationId>,
        /// The payment.
        payment_id: Id<PaymentId>,
        /// How it was paid.
        mode: Word<PaymentMode>,
        /// What is on this invoice.
        amount: AmountOut,
        /// When the money came.
        received_on: Day,
        /// When it was put on this invoice.
        applied_on: Day,
        /// The payment's reference.
        reference: String,
        /// Why it was taken off again; null while it is on.
        reversal: Option<Word<ReversalKind>>,
    }
}

answer! {
    /// So much of a credit note on this invoice.
    CreditOnInvoice {
        /// The application's id.
        application_id: Id<ApplicationId>,
        /// The credit note.
        credit_note_id: Id<CreditNoteId>,
        /// The credit note's number.
        number: Option<String>,
        /// What is on this invoice.
        amount: AmountOut,
        /// When it was put on this invoice.
        applied_on: Day,
    }
}

answer! {
    /// What is written off.
    WriteOff {
        /// Its id.
        id: Id<WriteOffId>,
        /// What is still written off.
        amount: AmountOut,
        /// Why.
        reason: String,
        /// When.
        written_off_on: Day,
    }
}

impl Invoice {
    /// One row of a list.
    pub(super) fn summary(summary: &Summary) -> Self {
        Self {
            id: Id(summary.id),
            state: Word(summary.state),
            status: Word(summary.standing),
            kind: Word(summary.kind),
            number: summary.number.clone(),
            number_origin: summary.number_origin.map(Word),
            customer_id: Id(summary.customer_id),
            customer_name: summary.customer_name.clone(),
            customer_email: summary.customer_email.clone(),
            legal_entity_id: Id(summary.entity_id),
            reference: summary.reference.clone(),
            external_key: summary.external_key.clone(),
            currency: CurrencyCode(summary.currency),
            exchange_rate: DecimalOut(summary.exchange_rate),
            price_mode: Word(summary.price_mode),
            tax_rounding: Word(summary.tax_rounding),
            dated_on: Day(summary.dated_on),
            due_on: Day(summary.due_on),
            target_on: summary.target_on.map(Day),
            posted_on: summary.posted_on.map(Day),
            paid_on: summary.paid_on.map(Day),
            payment_expected_on: summary.payment_expected_on.map(Day),
            terms: Terms::to_wire(&summary.terms),
            net_total: AmountOut(summary.net),
            allowance_total: AmountOut(summary.allowances),
            charge_total: AmountOut(summary.charges),
            total_ex_tax: AmountOut(summary.ex_tax),
            tax_total: AmountOut(summary.tax),
            total: AmountOut(summary.total),
            payments_total: AmountOut(summary.payments),
            credits_total: AmountOut(summary.credits),
            write_offs_total: AmountOut(summary.write_offs),
            refunds_total: AmountOut(summary.refunds),
            applied_total: AmountOut(summary.applied),
            balance: AmountOut(summary.balance),
            overdue_balance: AmountOut(summary.overdue),
            is_overdue: summary.is_overdue,
            days_overdue: summary.days_overdue,
            bill_to: Address::to_wire(&summary.bill_to),
            ship_to: Address::to_wire(&summary.ship_to),
            memo: summary.memo.clone(),
            terms_text: summary.terms_text.clone(),
            transaction_type: summary.transaction_type.clone(),
            salesperson_id: summary.salesperson.as_ref().map(|(id, _)| Id(*id)),
            is_shared: summary.is_shared,
            is_imported: summary.is_imported,
            revision: summary.revision,
            version: summary.version,
            issued_at: summary.issued_at.map(Instant),
            sent_at: summary.sent_at.map(Instant),
            voided_at: summary.voided_at.map(Instant),
            created_at: Instant(summary.created_at),
            updated_at: Instant(summary.updated_at),
            lines: None,
            taxes: None,
            allowances: None,
            payments: None,
            credits: None,
            write_offs: None,
            custom_fields: None,
            tags: None,
        }
    }

    /// With all its parts.
    pub(crate) fn whole(view: &View) -> Self {
        let currency = view.summary.currency;
        Self {
            lines: Some(view.lines.iter().map(|line| Line::to_wire(line, currency)).collect()),
            taxes: Some(view.taxes.iter().map(|tax| DocumentTax::to_wire(&tax.total, currency)).collect()),
            allowances: Some(view.allowances.iter().map(|one| Allowance::to_wire(one, currency)).collect()),
            payments: Some(view.payments.iter().map(PaymentOnInvoice::to_wire).collect()),
            credits: Some(view.credits.iter().map(CreditOnInvoice::to_wire).collect()),
            write_offs: Some(view.write_offs.iter().map(WriteOff::to_wire).collect()),
            custom_fields: Some(view.custom_fields.iter().map(CustomFieldOutput::to_wire).collect()),
            tags: Some(view.tags.clone()),
            ..Self::summary(&view.summary)
        }
    }
}

impl Line {
    fn to_wire(line: &LineView, currency: Currency) -> Self {
        let discounts = line.discounts.iter();
        Self {
            id: Id(line.id),
            position: line.position,
            kind: Word(line.kind),
            item_id: line.item.as_ref().map(|item| Id(item.id)),
            item_code: line.item.as_ref().and_then(|item| item.code.clone()),
            name: line.name.clone(),
            description: line.description.clone(),
            unit: line.unit.clone(),
            quantity: DecimalOut(line.quantity),
            unit_price: DecimalOut(line.unit_price),
            gross: AmountOut(line.gross),
            discount_total: AmountOut(line.discount),
            net: AmountOut(line.net),
            allowance_share: AmountOut(line.allowance),
            taxable: AmountOut(line.taxable),
            tax: AmountOut(line.tax),
            total: AmountOut(line.total),
            from_on: line.from_on.map(Day),
            until_on: line.until_on.map(Day),
            charge_number: line.charge_number.clone(),
            purchase_order: line.purchase_order.clone(),
            partner_sku: line.partner_sku.clone(),
            gl_code: line.gl_code.clone(),
            tax_treatment: TaxTreatment::to_wire(&line.tax_treatment),
            discounts: discounts.map(|one| Discount::to_wire(&one.discount, one.amount, currency)).collect(),
            custom_fields: line.custom_fields.iter().map(CustomFieldOutput::to_wire).collect(),
        }
    }
}

impl Allowance {
    fn to_wire(allowance: &invoice::Allowance, currency: Currency) -> Self {
        Self {
            is_charge: allowance.is_charge,
            discount: Discount::to_wire(&allowance.discount, allowance.amount, currency),
            tax_group_id: allowance.tax.as_ref().and_then(|tax| tax.group_id).map(Id),
        }
    }
}

impl PaymentOnInvoice {
    fn to_wire(applied: &domain::invoice::view::PaymentApplied) -> Self {
        Self {
            application_id: Id(applied.application_id),
            payment_id: Id(applied.payment_id),
            mode: Word(applied.mode),
            amount: AmountOut(applied.amount),
            received_on: Day(applied.received_on),
            applied_on: Day(applied.applied_on),
            reference: applied.reference.clone(),
            reversal: applied.reversed.map(Word),
        }
    }
}

impl CreditOnInvoice {
    fn to_wire(applied: &domain::invoice::view::CreditApplied) -> Self {
        Self {
            application_id: Id(applied.application_id),
            credit_note_id: Id(applied.credit_note_id),
            number: applied.number.clone(),
            amount: AmountOut(applied.amount),
            applied_on: Day(applied.applied_on),
        }
    }
}

impl WriteOff {
    fn to_wire(applied: &domain::invoice::view::WriteOffApplied) -> Self {
        Self {
            id: Id(applied.write_off_id),
            amount: AmountOut(applied.amount),
            reason: applied.reason.clone(),
            written_off_on: Day(applied.written_off_on),
        }
    }
}
