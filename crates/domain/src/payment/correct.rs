//! Says anew what came in: an amount, a day or a rate that was recorded wrongly.

use super::Payment;
use crate::invoice::FxRate;
use crate::refusal::Refusal;
use jiff::civil::Date;

/// What the books say of the money itself. Minor units of the payment's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Includes the bank's charges.
    pub amount: i64,
    pub bank_charges: i64,
    pub fx: Option<FxRate>,
    pub received_on: Date,
}

impl Payment {
    pub fn receipt(&self) -> Receipt {
        Receipt {
            amount: self.amount,
            bank_charges: self.bank_charges,
            fx: self.fx.clone(),
            received_on: self.received_on,
        }
    }

    /// Replaces the receipt of a payment of which nothing is applied; the caller takes the old one's entry back
    /// and posts the new one's. Refuses in this order: `PaymentVoid`; `PaymentRefunded`; `PaymentInUse` while
    /// anything is applied; then as [`Payment::received`].
    pub fn receive_anew(&mut self, receipt: &Receipt) -> Result<(), Refusal> {
        if self.is_void {
            return Err(Refusal::PaymentVoid { payment: self.id });
        }
        if self.refunded != 0 {
            return Err(Refusal::PaymentRefunded { payment: self.id });
        }
        if self.applied != 0 {
            return Err(Refusal::PaymentInUse { payment: self.id });
        }
        let amounts = (receipt.amount, receipt.bank_charges);
        let parties = (self.entity_id, self.customer_id);
        let on = receipt.received_on;
        let sound = Payment::received(self.id, parties, self.currency, amounts, self.mode, on, self.created_at)?;
        self.amount = sound.amount;
        self.bank_charges = sound.bank_charges;
        self.received_on = sound.received_on;
        self.fx.clone_from(&receipt.fx);
        self.recompute_unapplied();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;
    use crate::testing::{day, payment};

    #[test]
    fn a_receipt_is_replaced_whole_or_not_at_all() {
        let mut paid = payment(1, 37_000);
        let receipt = |amount, bank_charges| Receipt {
            amount,
            bank_charges,
            received_on: day(2026, 3, 9),
            ..payment(1, 1).receipt()
        };
        let before = paid.clone();
        let money = |minor| Money { minor, currency: before.currency };
        let refused = Refusal::BankChargesExceedAmount { amount: money(100), charges: money(101) };
        assert_eq!(paid.receive_anew(&receipt(100, 101)), Err(refused));
        assert_eq!(paid.receive_anew(&receipt(0, 0)), Err(Refusal::NotPositive { what: "amount" }));
        paid.applied = 1;
        assert_eq!(paid.receive_anew(&receipt(100, 1)), Err(Refusal::PaymentInUse { payment: paid.id }));
        paid.refunded = 1;
        assert_eq!(paid.receive_anew(&receipt(100, 1)), Err(Refusal::PaymentRefunded { payment: paid.id }));
        paid.is_void = true;
        assert_eq!(paid.receive_anew(&receipt(100, 1)), Err(Refusal::PaymentVoid { payment: paid.id }));
        assert_eq!(Payment { applied: 0, refunded: 0, is_void: false, ..paid }, before, "refusals change nothing");
        let mut paid = before;
        assert_eq!(paid.receive_anew(&receipt(36_000, 1_000)), Ok(()));
        assert_eq!((paid.amount, paid.bank_charges, paid.unapplied), (36_000, 1_000, 36_000));
        assert_eq!(paid.received_on, day(2026, 3, 9));
    }
}
