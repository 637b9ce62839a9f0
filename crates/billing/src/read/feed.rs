//! The event feed as vendors list it: some types of events, the latest first.

use super::money::SequenceEvents;
use crate::caller::ActsFor;
use crate::query::Page;
use crate::{Billing, Caller, Error};
use domain::id::EventId;
pub use store::trail::Event;

fn staff_only(caller: &Caller) -> Result<(), Error> {
    match caller.acts_for {
        ActsFor::Staff => Ok(()),
        ActsFor::Customer(_) => Err(Error::Forbidden { needs: "staff".to_owned() }),
    }
}

impl Billing {
    /// A page of the events of these types, the latest first; staff only. Committed events that have no place yet
    /// get one first, so that a client reads its own writes.
    pub async fn events_of_types(
        &self,
        caller: &Caller,
        types: &[&str],
        offset: u64,
        limit: u32,
    ) -> Result<Page<Event>, Error> {
        staff_only(caller)?;
        self.perform(caller, SequenceEvents).await?;
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        let types: Vec<String> = types.iter().map(|&word| word.to_owned()).collect();
        let mut rows = self
            .read(caller.tenant, move |tx| {
                let types = types.clone();
                Box::pin(
                    async move { Ok(store::trail::events_of_types(tx, types, offset, i64::from(limit) + 1).await?) },
                )
            })
            .await?;
        let page = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > page;
        rows.truncate(page);
        Ok(Page { rows, has_more, next: None })
    }

    /// One event; staff only.
    pub async fn event(&self, caller: &Caller, id: EventId) -> Result<Event, Error> {
        staff_only(caller)?;
        let found = self
            .read(caller.tenant, move |tx| Box::pin(async move { Ok(store::trail::event_by_id(tx, id).await?) }))
            .await?;
        found.ok_or_else(|| Error::missing(EventId::WORD, id))
    }
}
