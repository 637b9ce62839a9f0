//! What a verb leaves behind beside its nouns: journal entries, audit rows, events, and the projected
//! balances of customers. Collected while the verb runs and saved together in its transaction.

use crate::Error;
use domain::id::{AuditId, CustomerId, EntityId, EventId};
use domain::journal::Entry;
use domain::money::Currency;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use store::Tx;
use store::trail::{AuditEntry, Event};

#[derive(Debug, Default)]
pub(crate) struct Change {
    entries: Vec<Entry>,
    notes: Vec<Note>,
    balances: BTreeMap<(CustomerId, EntityId, &'static str), (Currency, i64, i64)>,
}

/// One audit row and, when it has a type, the event of the same content.
#[derive(Debug)]
struct Note {
    object_kind: &'static str,
    object_id: i64,
    operation: &'static str,
    detail: Value,
    event_type: Option<&'static str>,
}

impl Change {
    pub(crate) fn post(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// An audit row only: nothing a consumer would act on.
    pub(crate) fn audit(&mut self, object_kind: &'static str, object_id: i64, operation: &'static str, detail: Value) {
        self.notes.push(Note { object_kind, object_id, operation, detail, event_type: None });
    }

    /// An audit row and an event.
    pub(crate) fn record(
        &mut self,
        event_type: &'static str,
        object_kind: &'static str,
        object_id: i64,
        operation: &'static str,
        detail: Value,
    ) {
        self.notes.push(Note { object_kind, object_id, operation, detail, event_type: Some(event_type) });
    }

    /// Adds to what a customer owes and has left over, in minor units.
    pub(crate) fn balance(
        &mut self,
        customer: CustomerId,
        entity: EntityId,
        currency: Currency,
        outstanding: i64,
        unused_credit: i64,
    ) {
        let slot = self.balances.entry((customer, entity, currency.code())).or_insert((currency, 0, 0));
        slot.1 += outstanding;
        slot.2 += unused_credit;
    }

    /// Saves it all; the last thing in a verb's transaction.
    pub(crate) async fn save(self, tx: &mut Tx<'_>, caller: &crate::Caller, now: jiff::Timestamp) -> Result<(), Error> {
        for ((customer, entity_id, _), (currency, outstanding, unused_credit)) in self.balances {
            if outstanding != 0 || unused_credit != 0 {
                let change = store::customers::Balance { entity_id, currency, outstanding, unused_credit };
                store::customers::add_balance(tx, customer, &change).await?;
            }
        }
        for entry in &self.entries {
            entry
                .check()
                .map_err(|fault| Error::Store(store::Error::Broken(format!("an entry does not balance: {fault}"))))?;
        }
        if !self.entries.is_empty() {
            store::ledger::insert_many(tx, &self.entries).await?;
        }
        let ids = tx.next_ids(self.notes.len() * 2)?;
        let mut audits = Vec::with_capacity(self.notes.len());
        let mut events = Vec::new();
        for (note, ids) in self.notes.into_iter().zip(ids.chunks_exact(2)) {
            let detail = note.detail.to_string();
            if let Some(event_type) = note.event_type {
                events.push(Event {
                    id: EventId(ids[1]),
                    event_type: event_type.to_owned(),
                    object_kind: note.object_kind.to_owned(),
                    object_id: note.object_id,
                    payload: detail.clone(),
                    created_at: now,
                    feed_seq: None,
                });
            }
            let mut entry = AuditEntry {
                id: AuditId(ids[0]),
                object_kind: note.object_kind.to_owned(),
                object_id: note.object_id,
                operation: note.operation.to_owned(),
                detail,
                credential_id: caller.credential,
                actor: caller.actor.clone(),
                request_id: caller.request_id.clone(),
                created_at: now,
                content_hash: String::new(),
            };
            entry.content_hash = audit_hash(&entry);
            audits.push(entry);
        }
        if !audits.is_empty() {
            store::trail::insert_audit(tx, &audits).await?;
        }
        if !events.is_empty() {
            store::trail::insert_events(tx, &events).await?;
        }
        Ok(())
    }
}

/// SHA-256 over an audit row's fields, each followed by a unit separator; hex.
pub(crate) fn audit_hash(entry: &AuditEntry) -> String {
    let mut hash = Sha256::new();
    let credential = entry.credential_id.map_or(0, i64::from);
    for part in [
        entry.id.0.to_string().as_str(),
        &entry.object_kind,
        entry.object_id.to_string().as_str(),
        &entry.operation,
        &entry.detail,
        credential.to_string().as_str(),
        &entry.actor,
        &entry.request_id,
        entry.created_at.as_microsecond().to_string().as_str(),
    ] {
        hash.update(part.as_bytes());
        hash.update([0x1f]);
    }
    hex::encode(hash.finalize())
}
