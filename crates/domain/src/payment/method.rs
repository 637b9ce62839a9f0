//! How a customer pays by itself: a card or a bank account that a gateway keeps, known here by the gateway's token.
//! The number of the card or account is never here.

use crate::id::{CredentialId, CustomerId, PaymentMethodId};
use crate::party::Address;
use crate::refusal::Refusal;
use jiff::Timestamp;
use jiff::civil::Date;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodKind {
    Card,
    BankAccount,
}

/// Where a card's or account's money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Funding {
    Credit,
    Debit,
    Prepaid,
    Checking,
    Savings,
}

/// The last month in which a card is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl Expiry {
    /// `Invalid` for a month that is none, and for years outside 2000 to 9999.
    pub fn new(year: i64, month: i64) -> Result<Self, Refusal> {
        let invalid = Refusal::Invalid { what: "expiry" };
        match (i16::try_from(year), i8::try_from(month)) {
            (Ok(year @ 2000..=9999), Ok(month @ 1..=12)) => Ok(Self { year, month }),
            _ => Err(invalid),
        }
    }

    /// Whether the month is over.
    pub fn is_over(self, today: Date) -> bool {
        (today.year(), today.month()) > (self.year, self.month)
    }
}

/// What a method is good for, derived from its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodStatus {
    Active,
    /// Its month is over. Gateways often know the card's successor, so it may still be charged.
    Expired,
    /// Switched off, or removed.
    Inactive,
}

/// A payment method as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentMethod {
    pub id: PaymentMethodId,
    pub customer_id: CustomerId,
    pub kind: MethodKind,
    /// The gateway that knows the token.
    pub gateway: String,
    /// What the gateway charges; empty once the method is removed.
    pub token: String,
    /// Four digits, or empty when nobody told.
    pub last_four: String,
    /// `visa`, or the bank's name; as the gateway says it.
    pub brand: String,
    pub funding: Option<Funding>,
    pub expiry: Option<Expiry>,
    pub first_name: String,
    pub last_name: String,
    pub address: Address,
    pub is_active: bool,
    pub removed_at: Option<Timestamp>,
    /// Who added it.
    pub created_by: String,
    pub created_by_id: Option<CredentialId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl PaymentMethod {
    pub fn status(&self, today: Date) -> MethodStatus {
        if !self.is_active || self.removed_at.is_some() {
            MethodStatus::Inactive
        } else if self.expiry.is_some_and(|expiry| expiry.is_over(today)) {
            MethodStatus::Expired
        } else {
            MethodStatus::Active
        }
    }

    /// `PaymentMethodInactive` when it is switched off or removed. An expired card is left to the gateway.
    pub const fn require_active(&self) -> Result<(), Refusal> {
        if self.is_active && self.removed_at.is_none() {
            Ok(())
        } else {
            Err(Refusal::PaymentMethodInactive { method: self.id })
        }
    }

    /// Takes it out of use for ever; what was charged with it still names it. Nothing can be charged without the
    /// token.
    pub fn remove(&mut self, at: Timestamp) {
        self.is_active = false;
        self.token.clear();
        self.removed_at = Some(at);
        self.updated_at = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::day;

    #[test]
    fn a_card_is_good_through_its_month() {
        let expiry = Expiry::new(2026, 2).expect("a month");
        assert!(!expiry.is_over(day(2026, 2, 28)));
        assert!(expiry.is_over(day(2026, 3, 1)));
        assert!(!expiry.is_over(day(2025, 12, 31)));
        for (year, month) in [(2026, 0), (2026, 13), (26, 1), (10_000, 1), (i64::MAX, 1)] {
            assert_eq!(Expiry::new(year, month), Err(Refusal::Invalid { what: "expiry" }), "{year}-{month}");
        }
    }
}
