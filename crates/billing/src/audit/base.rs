//! Amounts in base currency: converted once, telescoped over what is taken, given back as they were stored.

use super::Auditor;
use domain::id::ApplicationId;
use domain::invoice::FxRate;
use domain::money::Currency;
use domain::money::rounding::mul_div;
use domain::payment::{Application, Source};
use domain::settlement::LiveApplication;

/// A document's total was converted once at its own rate.
pub(super) fn converted(
    auditor: &mut Auditor,
    (kind, id): (&'static str, i64),
    (total, currency, fx): (i64, Currency, Option<&FxRate>),
    base: Currency,
    stored: i64,
) {
    match domain::fx::to_base(total, currency, fx, base) {
        Ok(computed) if computed == stored => {}
        Ok(computed) => {
            auditor.violates("base", kind, id, format!("base amount is {stored}, the rate gives {computed}"));
        }
        Err(refusal) => auditor.violates("base", kind, id, format!("base amount {stored}: {refusal}")),
    }
}

/// In base currency a row is worth its amount; in another, reversals give back what their row took, telescoped; a
/// write-off takes the receivable at what it is carried at.
pub(super) fn rows(auditor: &mut Auditor, rows: &[Application], is_foreign: bool) {
    for row in rows {
        let is_worth_itself = row.receivable_base == row.amount && row.source_base == row.amount;
        let is_carried = !matches!(row.source, Source::WriteOff(_)) || row.source_base == row.receivable_base;
        if !is_carried || !(is_foreign || is_worth_itself) {
            let text = format!("{} is carried at {} against {}", row.amount, row.receivable_base, row.source_base);
            auditor.violates("base", ApplicationId::WORD, row.id.get(), text);
        }
    }
    if !is_foreign {
        return;
    }
    for live in LiveApplication::fold(rows).iter().filter(|live| live.row.amount > 0) {
        let back = |of: fn(&Application) -> i64| -> i128 {
            let reversals = rows.iter().filter(|row| row.reverses.is_some_and(|(id, _)| id == live.row.id));
            -reversals.map(|row| i128::from(of(row))).sum::<i128>()
        };
        for (what, stored, taken_back) in [
            ("receivable", live.row.receivable_base, back(|row| row.receivable_base)),
            ("source", live.row.source_base, back(|row| row.source_base)),
        ] {
            let due = part(stored, live.reversed, live.row.amount);
            if due != Some(taken_back) {
                let text = format!("{what}: reversals gave back {taken_back} of {stored} in base currency");
                auditor.violates("base", ApplicationId::WORD, live.row.id.get(), text);
            }
        }
    }
}

/// `round(whole * part / of)`; `None` when that makes no sense.
fn part(whole: i64, part: i64, of: i64) -> Option<i128> {
    let rounded = mul_div(i128::from(whole), i128::from(part), i128::from(of), "base amount");
    rounded.ok().map(i128::from)
}

/// What a document in foreign currency had taken from it.
pub(super) struct Pot {
    pub object: (&'static str, i64),
    pub total: i64,
    pub base: i64,
    /// What is applied of `total` now.
    pub used: i64,
    /// The base amounts of the rows that took it, reversals included.
    pub base_used: i128,
    pub reversals: usize,
}

/// The rows' base amounts are `round(base * used / total)`: exactly when nothing was reversed and when all is used.
/// Each reversal repeats stored amounts and may leave a unit of its own rounding and one of its row's until then.
pub(super) fn pot(auditor: &mut Auditor, pot: &Pot) {
    if pot.total <= 0 {
        return;
    }
    let slack = if pot.used == pot.total { 0 } else { 2 * i128::try_from(pot.reversals).unwrap_or(i128::MAX / 2) };
    let due = part(pot.base, pot.used, pot.total);
    if due.is_none_or(|due| (pot.base_used - due).abs() > slack) {
        let text = format!("{} of {} used, {} of {} in base currency", pot.used, pot.total, pot.base_used, pot.base);
        auditor.violates("base", pot.object.0, pot.object.1, text);
    }
}
