//! The journal: every entry balances, says what its object says, and the accounts of customers are what their
//! documents come to.

use super::Auditor;
use super::chunks::{BEFORE_ALL, Owned};
use domain::Refusal;
use domain::id::{CustomerId, EntityId, EntryId};
use domain::invoice::Invoice;
use domain::journal::Account;
use domain::journal::post::{self, EntryDraft};
use domain::money::Currency;
use domain::money::rounding::mul_div;
use domain::payment::{Application, Refund, Source, WriteOff};
use std::collections::BTreeMap;
use store::Tx;
use store::audit::Window;
use store::audit::books::{Posted, Standing};

/// Legal entity, currency, account and customer.
type Place = (i64, String, &'static str, Option<i64>);

/// What was posted about one object less what should have been: nothing, in sound books.
pub(super) struct Sums {
    off: BTreeMap<Place, (i128, i128)>,
    /// The object cannot be posted at all.
    fault: Option<String>,
}

impl Sums {
    pub(super) fn of(posted: Vec<Posted>) -> Self {
        let mut sums = Self { off: BTreeMap::new(), fault: None };
        for Posted { entity_id, currency, posting } in posted {
            let customer = posting.customer_id.map(i64::from);
            let place = (entity_id, currency, posting.account.word(), customer);
            sums.add(place, i128::from(posting.amount), i128::from(posting.base_amount));
        }
        sums
    }

    fn add(&mut self, place: Place, amount: i128, base_amount: i128) {
        let slot = self.off.entry(place).or_default();
        slot.0 += amount;
        slot.1 += base_amount;
    }

    pub(super) fn expect(&mut self, draft: Result<EntryDraft, Refusal>) {
        self.expect_some(draft.map(Some));
    }

    pub(super) fn expect_some(&mut self, draft: Result<Option<EntryDraft>, Refusal>) {
        match draft {
            Ok(Some(draft)) => {
                for posting in &draft.postings {
                    let customer = posting.customer_id.map(i64::from);
                    let place =
                        (draft.entity_id.get(), draft.currency.code().to_owned(), posting.account.word(), customer);
                    self.add(place, -i128::from(posting.amount), -i128::from(posting.base_amount));
                }
            }
            Ok(None) => {}
            Err(refusal) => self.fault = Some(refusal.to_string()),
        }
    }

    /// What is still written off, with the tax relief that it still carries.
    pub(super) fn expect_write_off(
        &mut self,
        write_off: &WriteOff,
        rows: &[Application],
        invoice: &Invoice,
        base: Currency,
    ) {
        let own = || rows.iter().filter(|row| row.source == Source::WriteOff(write_off.id));
        let amount: i128 = own().map(|row| i128::from(row.amount)).sum();
        let carried: i128 = own().map(|row| i128::from(row.receivable_base)).sum();
        let relief = i128::from(write_off.tax_relief - write_off.tax_relief_cancelled);
        let relief_base = match relief_base(write_off, invoice, base) {
            Ok(relief_base) => i128::from(relief_base),
            Err(refusal) => return self.fault = Some(refusal.to_string()),
        };
        let place = |account: Account, customer: Option<CustomerId>| {
            (write_off.entity_id.get(), write_off.currency.code().to_owned(), account.word(), customer.map(i64::from))
        };
        let customer = Some(invoice.customer_id);
        self.add(place(Account::BadDebt, None), relief - amount, relief_base - carried);
        self.add(place(Account::TaxPayable, None), -relief, -relief_base);
        self.add(place(Account::Receivable, customer), amount, carried);
    }

    /// A refund's base amount is known to the journal alone, so it is taken from there.
    pub(super) fn expect_refund(&mut self, refund: &Refund, base: Option<Currency>) {
        let cash = (refund.entity_id.get(), refund.currency.code().to_owned(), Account::Cash.word(), None);
        let posted = self.off.get(&cash).map_or(0, |(_, base_amount)| -base_amount);
        let refund_base = match base {
            Some(base) if base != refund.currency => i64::try_from(posted).unwrap_or(0),
            _ => refund.amount,
        };
        self.expect(Ok(post::refunded(refund, refund_base)));
    }

    /// Names the object when the journal says otherwise than it.
    pub(super) fn tell(self, auditor: &mut Auditor, (kind, id): (&'static str, i64)) {
        if let Some(fault) = self.fault {
            return auditor.violates("I7", kind, id, fault);
        }
        let off: Vec<String> = self
            .off
            .into_iter()
            .filter(|(_, off)| *off != (0, 0))
            .map(|((_, currency, account, _), (amount, base))| {
                format!("{account} is off by {amount} {currency} ({base} in base currency)")
            })
            .collect();
        if !off.is_empty() {
            auditor.violates("I7", kind, id, format!("in the journal {}", off.join(", ")));
        }
    }
}

/// The relief was converted once; what was cancelled of it telescopes.
fn relief_base(write_off: &WriteOff, invoice: &Invoice, base: Currency) -> Result<i64, Refusal> {
    let whole = domain::fx::to_base(write_off.tax_relief, invoice.currency, invoice.fx.as_ref(), base)?;
    if write_off.tax_relief == 0 {
        return Ok(0);
    }
    let cancelled = mul_div(
        i128::from(whole),
        i128::from(write_off.tax_relief_cancelled),
        i128::from(write_off.tax_relief),
        "base amount",
    )?;
    Ok(whole - cancelled)
}

/// Entries read at once.
const ENTRIES: i64 = 2_000;

/// Every entry balances and is about something; every posting belongs to an entry.
pub(super) async fn check_entries(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let word = EntryId::WORD;
    let mut after = BEFORE_ALL;
    loop {
        let heads = store::audit::books::entries(tx, after, ENTRIES).await?;
        // After the last entry one more window finds postings that no entry owns.
        let through = heads.last().map_or(i64::MAX, |(id, _)| *id);
        let postings = store::audit::books::postings(tx, Window { after, through }).await?;
        auditor.counts("journal_entries", heads.len());
        auditor.counts("postings", postings.len());
        let mut owned = Owned::new();
        let mut postings = owned.group(auditor, word, "posting", postings);
        for (id, _) in &heads {
            let own = postings.remove(id).unwrap_or_default();
            let amount: i128 = own.iter().map(|posting| i128::from(posting.amount)).sum();
            let base_amount: i128 = own.iter().map(|posting| i128::from(posting.base_amount)).sum();
            if (amount, base_amount) != (0, 0) && owned.is_readable(*id) {
                let text = format!("off by {amount}, and {base_amount} in base currency");
                auditor.violates("I7", word, *id, text);
            }
        }
        let mut astray: Vec<i64> = postings.into_keys().collect();
        astray.sort_unstable();
        for id in astray {
            auditor.violates("I7", word, id, "there are postings of an entry that is not there");
        }
        if heads.is_empty() {
            break;
        }
        after = through;
    }
    let each = |id: i64, kind: String, object: i64| {
        auditor.violates("I7", word, id, format!("it is about {kind} {object}, which is not there"));
    };
    store::audit::books::orphaned_entries(tx, each).await
}

/// All accounts of a legal entity together come to zero, in every currency and in base currency.
pub(super) async fn check_trial(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    let mut by_entity: BTreeMap<i64, i128> = BTreeMap::new();
    for sum in store::audit::books::trial(tx).await? {
        if sum.amount != 0 {
            let text = format!("trial balance in {} is off by {}", sum.currency, sum.amount);
            auditor.violates("I7", EntityId::WORD, sum.entity_id, text);
        }
        *by_entity.entry(sum.entity_id).or_default() += sum.base_amount;
    }
    for (entity, off) in by_entity {
        if off != 0 {
            auditor.violates("I7", EntityId::WORD, entity, format!("trial balance is off by {off} in base currency"));
        }
    }
    Ok(())
}

/// Receivables are the open balances; unused credit is its accounts; both are what the projection says.
pub(super) async fn check_customers(tx: &mut Tx<'_>, auditor: &mut Auditor) -> store::Result<()> {
    store::audit::books::standings(tx, |standing| check_standing(auditor, &standing)).await?;
    for id in store::audit::names::out_of_tree(tx).await? {
        auditor.violates("tree", CustomerId::WORD, id, "it stands above or below itself");
    }
    Ok(())
}

fn check_standing(auditor: &mut Auditor, standing: &Standing) {
    let word = CustomerId::WORD;
    let (id, currency) = (standing.customer_id.unwrap_or(0), &standing.currency);
    auditor.counts("customer_balances", 1);
    if standing.customer_id.is_none() {
        return auditor.violates("I7", word, 0, "a customer's account was posted without a customer");
    }
    if standing.receivable != standing.open {
        let (receivable, open) = (standing.receivable, standing.open);
        let text = format!("receivables of {receivable} {currency} in the journal, open balances of {open}");
        auditor.violates("I7", word, id, text);
    }
    if standing.outstanding != standing.open {
        let (outstanding, open) = (standing.outstanding, standing.open);
        let text = format!("outstanding is {outstanding} {currency}, the invoices owe {open}");
        auditor.violates("projection", word, id, text);
    }
    if standing.liability != standing.unused || standing.unused < 0 {
        let (liability, unused) = (standing.liability, standing.unused);
        let text = format!("{liability} {currency} left over in the journal, {unused} on payments and notes");
        auditor.violates("I6", word, id, text);
    }
    if standing.projected != standing.unused {
        let (projected, unused) = (standing.projected, standing.unused);
        let text = format!("unused credit is {projected} {currency}, payments and notes have {unused}");
        auditor.violates("projection", word, id, text);
    }
}
