//! The journal: entries and their postings, insert-only.

use crate::columns::Columns;
use crate::{Batch, Result, Tx, Value, insert, params, sql};
use domain::id::{CustomerId, EntityId, EntryId};
use domain::journal::{Account, Entry, EntryKind, Posting};

insert! {
    INSERT_ENTRY = "journal_entries" (tenant_id, id, entity_id, kind, object_kind, object_id, currency, posted_on,
        created_at);
    INSERT_POSTING = "postings" (tenant_id, entry_id, position, account, customer_id, amount, base_amount);
}

sql! {
    TRIAL_BALANCE = "SELECT j.currency, p.account, CAST(SUM(p.amount) AS BIGINT), CAST(SUM(p.base_amount) AS BIGINT) \
        FROM postings p JOIN journal_entries j ON j.tenant_id = p.tenant_id AND j.id = p.entry_id \
        WHERE p.tenant_id = $1 AND j.entity_id = $2 GROUP BY j.currency, p.account ORDER BY j.currency, p.account";
    ENTRIES_OF = "SELECT j.id, j.entity_id, j.kind, j.currency, j.posted_on, j.created_at, p.account, p.customer_id, \
        p.amount, p.base_amount FROM journal_entries j \
        JOIN postings p ON p.tenant_id = j.tenant_id AND p.entry_id = j.id \
        WHERE j.tenant_id = $1 AND j.object_kind = $2 AND j.object_id = $3 ORDER BY j.id, p.position";
}

pub async fn insert_many(tx: &mut Tx<'_>, entries: &[Entry]) -> Result<()> {
    let tenant = tx.tenant();
    let mut heads = Batch::with_capacity(&INSERT_ENTRY, entries.len());
    let mut postings = Batch::with_capacity(&INSERT_POSTING, entries.iter().map(|entry| entry.postings.len()).sum());
    for entry in entries {
        heads.push([
            Value::from(tenant),
            Value::from(entry.id),
            Value::from(entry.entity_id),
            Value::from(entry.kind.word()),
            Value::from(entry.object_kind),
            Value::from(entry.object_id),
            Value::from(entry.currency.code()),
            Value::from(entry.posted_on),
            Value::from(entry.created_at),
        ]);
        for (position, posting) in (1_i64..).zip(&entry.postings) {
            postings.push([
                Value::from(tenant),
                Value::from(entry.id),
                Value::from(position),
                Value::from(posting.account.word()),
                Value::from(posting.customer_id),
                Value::from(posting.amount),
                Value::from(posting.base_amount),
            ]);
        }
    }
    tx.insert_many(&INSERT_ENTRY, &heads).await?;
    tx.insert_many(&INSERT_POSTING, &postings).await?;
    Ok(())
}

/// One account's sum in one currency, in document and base minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSum {
    pub currency: String,
    pub account: Account,
    pub amount: i64,
    pub base_amount: i64,
}

pub async fn trial_balance(tx: &mut Tx<'_>, entity: EntityId) -> Result<Vec<AccountSum>> {
    let tenant = tx.tenant();
    tx.all(&TRIAL_BALANCE, params![tenant, entity], |row| {
        let mut c = Columns::of(row);
        Ok(AccountSum {
            currency: c.text()?,
            account: c.word(Account::from_word)?,
            amount: c.int()?,
            base_amount: c.int()?,
        })
    })
    .await
}

/// The entries about one object, oldest first.
pub async fn entries_of(tx: &mut Tx<'_>, object_kind: &'static str, object_id: i64) -> Result<Vec<Entry>> {
    let tenant = tx.tenant();
    let rows = tx
        .all(&ENTRIES_OF, params![tenant, object_kind, object_id], |row| {
            let mut c = Columns::of(row);
            let entry = Entry {
                id: EntryId(c.int()?),
                entity_id: EntityId(c.int()?),
                kind: c.word(EntryKind::from_word)?,
                object_kind,
                object_id,
                currency: c.currency()?,
                posted_on: c.date()?,
                created_at: c.instant()?,
                postings: Vec::new(),
            };
            let posting = Posting {
                account: c.word(Account::from_word)?,
                customer_id: c.opt_int()?.map(CustomerId),
                amount: c.int()?,
                base_amount: c.int()?,
            };
            Ok((entry, posting))
        })
        .await?;
    let mut entries: Vec<Entry> = Vec::new();
    for (entry, posting) in rows {
        if entries.last().is_none_or(|last| last.id != entry.id) {
            entries.push(entry);
        }
        entries.last_mut().expect("an entry was pushed above").postings.push(posting);
    }
    Ok(entries)
}
