//! Charging through a gateway. A payment intent is one wish to charge one invoice, one per cause; its id is the key
//! under which the gateway charges, so that asking again never charges again. Its attempts are what is known of the
//! charge: `created -> submitted -> succeeded | failed | unknown`. An attempt is stored as submitted before the
//! gateway is called; `unknown` is resolved only by what the gateway says.

use super::method::PaymentMethod;
use crate::id::{CustomerId, EntityId, InvoiceId, PaymentAttemptId, PaymentId, PaymentIntentId, PaymentMethodId};
use crate::invoice::{Invoice, State};
use crate::money::{Currency, Money};
use crate::refusal::Refusal;
use jiff::Timestamp;

/// Why an invoice is charged. One intent per cause: what comes again finds the intent that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// One call without a key: every call is a cause of its own.
    Call,
    /// A client's idempotency key.
    Key(String),
    /// An entry of a payment schedule.
    Schedule(String),
    /// A step of a dunning case.
    Dunning(String),
}

impl Cause {
    /// The stored word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Key(_) => "key",
            Self::Schedule(_) => "schedule",
            Self::Dunning(_) => "dunning",
        }
    }

    /// What names the cause within its word; a call is named by its intent.
    pub fn name(&self, intent: PaymentIntentId) -> String {
        match self {
            Self::Call => intent.to_string(),
            Self::Key(name) | Self::Schedule(name) | Self::Dunning(name) => name.clone(),
        }
    }

    /// Reads what is stored; `None` for an unknown word.
    pub fn read(word: &str, name: String) -> Option<Self> {
        match word {
            "call" => Some(Self::Call),
            "key" => Some(Self::Key(name)),
            "schedule" => Some(Self::Schedule(name)),
            "dunning" => Some(Self::Dunning(name)),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentState {
    /// Its outcome is not known yet. An invoice has at most one intent in this state.
    Pending,
    Succeeded,
    Failed,
}

/// One wish to charge one invoice. Minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentIntent {
    pub id: PaymentIntentId,
    pub invoice_id: InvoiceId,
    pub customer_id: CustomerId,
    pub entity_id: EntityId,
    pub method_id: PaymentMethodId,
    pub gateway: String,
    pub currency: Currency,
    pub amount: i64,
    pub cause: Cause,
    pub state: IntentState,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl PaymentIntent {
    /// The amount that the gateway is asked for.
    pub const fn money(&self) -> Money {
        Money { minor: self.amount, currency: self.currency }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptState {
    /// Stored, and the gateway was certainly not called.
    Created,
    /// The gateway may have been called.
    Submitted,
    Succeeded,
    Failed,
    /// The gateway was called and nobody knows what it did.
    Unknown,
}

impl AttemptState {
    /// Whether the gateway has still to say what came of it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::Submitted | Self::Unknown)
    }
}

/// What a gateway says of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money is taken.
    Succeeded {
        /// The gateway's id of the charge.
        transaction: String,
    },
    /// The money is not taken and will not be.
    Declined {
        /// The gateway's word, such as `card_declined`.
        code: String,
        message: String,
    },
    /// The gateway did not say.
    Unknown,
}

/// What is known of the charge of an intent. An intent has one attempt; a further one holds money that a gateway
/// took twice for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentAttempt {
    pub id: PaymentAttemptId,
    pub intent_id: PaymentIntentId,
    /// From 1 within the intent.
    pub number: i64,
    pub gateway: String,
    pub state: AttemptState,
    /// The gateway's id of the charge, once it succeeded.
    pub transaction: Option<String>,
    /// Why it failed, in the gateway's words.
    pub code: String,
    pub message: String,
    /// The payment that it made.
    pub payment_id: Option<PaymentId>,
    /// How often the gateway was asked what came of it.
    pub asked: i64,
    /// Until then somebody is at it: a call may be under way.
    pub leased_until_at: Option<Timestamp>,
    /// From then on the gateway is asked.
    pub ask_after_at: Timestamp,
    pub created_at: Timestamp,
    pub submitted_at: Option<Timestamp>,
    pub resolved_at: Option<Timestamp>,
}

/// What an outcome means for an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learned {
    /// It was known, or contradicts what is certain: nothing changes.
    Nothing,
    /// It is still, or now, unknown.
    Unknown,
    Failed,
    /// The money is here: a payment is to be made.
    Paid,
    /// The gateway took money a second time for the same intent: another attempt with a payment of its own.
    PaidAgain,
}

/// Seconds until the gateway is asked for the first time; each further wait is twice as long.
const FIRST_WAIT: i64 = 5;
/// The longest wait between two questions, in seconds.
const LONGEST_WAIT: i64 = 3_600;

impl PaymentAttempt {
    /// A new attempt that nobody has submitted.
    pub fn created(
        id: PaymentAttemptId,
        intent_id: PaymentIntentId,
        number: i64,
        gateway: String,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            intent_id,
            number,
            gateway,
            state: AttemptState::Created,
            transaction: None,
            code: String::new(),
            message: String::new(),
            payment_id: None,
            asked: 0,
            leased_until_at: None,
            ask_after_at: at,
            created_at: at,
            submitted_at: None,
            resolved_at: None,
        }
    }

    /// Takes it for one call of the gateway, until `until`: to submit what is created, to ask what is open.
    pub fn lease(&mut self, at: Timestamp, until: Timestamp) {
        if self.state == AttemptState::Created {
            self.state = AttemptState::Submitted;
            self.submitted_at = Some(at);
        }
        self.leased_until_at = Some(until);
        self.ask_after_at = until;
    }

    /// Whether somebody may be calling the gateway for it now.
    pub fn is_leased(&self, at: Timestamp) -> bool {
        self.leased_until_at.is_some_and(|until| at < until)
    }

    /// Writes down what the gateway says, whoever it told. Money that came always counts, also after a failure
    /// was told (killbill#1015: a late success after an unknown outcome); a failure never undoes money.
    pub fn learn(&mut self, outcome: &Outcome, at: Timestamp) -> Learned {
        let learned = match (outcome, self.state) {
            (Outcome::Succeeded { transaction }, AttemptState::Succeeded) => {
                return if self.transaction.as_ref() == Some(transaction) {
                    Learned::Nothing
                } else {
                    Learned::PaidAgain
                };
            }
            (_, AttemptState::Succeeded) | (Outcome::Declined { .. } | Outcome::Unknown, AttemptState::Failed) => {
                return Learned::Nothing;
            }
            (Outcome::Succeeded { transaction }, _) => {
                self.transaction = Some(transaction.clone());
                self.code.clear();
                self.message.clear();
                self.state = AttemptState::Succeeded;
                Learned::Paid
            }
            (Outcome::Declined { code, message }, _) => {
                code.clone_into(&mut self.code);
                message.clone_into(&mut self.message);
                self.state = AttemptState::Failed;
                Learned::Failed
            }
            (Outcome::Unknown, _) => {
                self.state = AttemptState::Unknown;
                Learned::Unknown
            }
        };
        self.leased_until_at = None;
        match learned {
            Learned::Unknown => {
                let wait = FIRST_WAIT << self.asked.clamp(0, 10);
                self.asked += 1;
                self.ask_after_at = at + jiff::SignedDuration::from_secs(wait.min(LONGEST_WAIT));
            }
            _ => self.resolved_at = Some(at),
        }
        learned
    }
}

/// May this invoice be charged with this method, and how much? `amount` in minor units; the whole balance when
/// `None`. `pending` is the invoice's intent whose outcome is not known yet. Refuses in this order: `NotIssued`,
/// `AlreadyVoid`, `CustomerMismatch`, `PaymentMethodInactive`, `PaymentPending`, `NothingOwed`, `NotPositive`,
/// `ExceedsBalance`.
pub fn decide_charge(
    invoice: &Invoice,
    method: &PaymentMethod,
    pending: Option<PaymentIntentId>,
    amount: Option<i64>,
) -> Result<i64, Refusal> {
    invoice.require_issued()?;
    if method.customer_id != invoice.customer_id {
        return Err(Refusal::CustomerMismatch { expected: invoice.customer_id, given: method.customer_id });
    }
    method.require_active()?;
    if let Some(intent) = pending {
        return Err(Refusal::PaymentPending { invoice: invoice.id, intent });
    }
    let balance = invoice.settled.balance;
    if balance == 0 {
        return Err(Refusal::NothingOwed { invoice: invoice.id });
    }
    let amount = amount.unwrap_or(balance);
    if amount <= 0 {
        return Err(Refusal::NotPositive { what: "amount" });
    }
    if amount > balance {
        let (balance, asked) = (invoice.money(balance), invoice.money(amount));
        return Err(Refusal::ExceedsBalance { invoice: invoice.id, balance, asked });
    }
    Ok(amount)
}

/// How much of money that came for an invoice the invoice still takes; the rest stays unapplied. Meanwhile it may
/// have been paid otherwise, voided or written off.
pub fn share_of(invoice: &Invoice, amount: i64) -> i64 {
    match invoice.state {
        State::Issued => invoice.settled.balance.min(amount),
        State::Draft | State::Void => 0,
    }
}

#[cfg(test)]
mod tests;
