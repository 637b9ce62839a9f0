//! A payment as it is answered.

use crate::refunds::Refund;
use crate::schema::answer;
use crate::shapes::ExchangeRate;
use crate::wire::{AmountOut, CurrencyCode, Day, Id, Instant, Word};
use billing::read::PaymentView;
use domain::id::{ApplicationId, CustomerId, EntityId, InvoiceId, PaymentId};
use domain::money::{Currency, Money};
use domain::payment::{self, PaymentMode, ReversalKind};

answer! {
    /// So much put on one invoice. Never edited: what takes it off is a row of its own.
    Application {
        /// Its id.
        id: Id<ApplicationId>,
        /// The invoice.
        invoice_id: Id<InvoiceId>,
        /// What was put on; negative on a reversal.
        amount: AmountOut,
        /// When.
        applied_on: Day,
        /// On a reversal: the application that it takes off.
        reverses_id: Option<Id<ApplicationId>>,
        /// On a reversal: why.
        reversal: Option<Word<ReversalKind>>,
        /// When it was booked.
        created_at: Instant,
    }
}

impl Application {
    pub(crate) fn to_wire(row: &payment::Application, currency: Currency) -> Self {
        Self {
            id: Id(row.id),
            invoice_id: Id(row.invoice_id),
            amount: AmountOut(Money { minor: row.amount, currency }),
            applied_on: Day(row.applied_on),
            reverses_id: row.reverses.map(|(id, _)| Id(id)),
            reversal: row.reverses.map(|(_, kind)| Word(kind)),
            created_at: Instant(row.created_at),
        }
    }
}

answer! {
    /// A payment. Its applications and refunds are there when one payment is read, not on lists.
    Payment {
        /// Its id.
        id: Id<PaymentId>,
        /// Who paid.
        customer_id: Id<CustomerId>,
        /// Who was paid.
        legal_entity_id: Id<EntityId>,
        /// Of every amount.
        currency: CurrencyCode,
        /// Into the currency of the books.
        exchange_rate: Option<ExchangeRate>,
        /// What was paid, the bank's charges included.
        amount: AmountOut,
        /// What the bank kept.
        bank_charges: AmountOut,
        /// What is on invoices.
        applied: AmountOut,
        /// What is left.
        unapplied: AmountOut,
        /// What went back.
        refunded: AmountOut,
        /// How it was paid.
        mode: Word<PaymentMode>,
        /// When the money came.
        received_on: Day,
        /// The payer's reference.
        reference: String,
        /// What it is for.
        description: String,
        /// Through which gateway.
        gateway: Option<String>,
        /// The gateway's id of it.
        gateway_transaction_id: Option<String>,
        /// Void payments never came.
        is_void: bool,
        /// Grows with every change.
        version: i64,
        /// When it was recorded.
        created_at: Instant,
        /// When it was last changed.
        updated_at: Instant,
    } sometimes {
        /// What it was put on, reversals too.
        applications: Vec<Application>,
        /// What went back of it.
        refunds: Vec<Refund>,
    }
}

impl Payment {
    /// One row of a list.
    pub(super) fn summary(payment: &payment::Payment) -> Self {
        Self {
            id: Id(payment.id),
            customer_id: Id(payment.customer_id),
            legal_entity_id: Id(payment.entity_id),
            currency: CurrencyCode(payment.currency),
            exchange_rate: payment.fx.as_ref().map(ExchangeRate::to_wire),
            amount: AmountOut(payment.money(payment.amount)),
            bank_charges: AmountOut(payment.money(payment.bank_charges)),
            applied: AmountOut(payment.money(payment.applied)),
            unapplied: AmountOut(payment.money(payment.unapplied)),
            refunded: AmountOut(payment.money(payment.refunded)),
            mode: Word(payment.mode),
            received_on: Day(payment.received_on),
            reference: payment.reference.clone(),
            description: payment.description.clone(),
            gateway: payment.gateway.clone(),
            gateway_transaction_id: payment.gateway_transaction_id.clone(),
            is_void: payment.is_void,
            version: payment.version,
            created_at: Instant(payment.created_at),
            updated_at: Instant(payment.updated_at),
            applications: None,
            refunds: None,
        }
    }

    /// With what it was put on.
    pub(super) fn whole(view: &PaymentView) -> Self {
        let currency = view.payment.currency;
        Self {
            applications: Some(view.applications.iter().map(|row| Application::to_wire(row, currency)).collect()),
            refunds: Some(view.refunds.iter().map(Refund::to_wire).collect()),
            ..Self::summary(&view.payment)
        }
    }
}
