//! How every change is made: begin, take the idempotency key, load, let the domain decide, save with journal,
//! audit and outbox, keep the answer, commit.

use crate::answer::Answer;
use crate::caller::ActsFor;
use crate::change::Change;
use crate::clock::day_in;
use crate::secrets::SecretBox;
use crate::{Billing, Caller, Error};
use domain::party::LegalEntity;
use jiff::Timestamp;
use jiff::civil::Date;
use std::future::Future;
use std::sync::Arc;
use store::Tx;

/// A change as one struct: its fields are what the caller asked for. It may be run more than once (the store
/// repeats a transaction that lost a race), so it keeps nothing between runs.
pub trait Verb: Send + Sync + 'static {
    type Outcome: Send + 'static;
    /// Whether what is remembered of credentials is out of date after it.
    const CHANGES_ACCESS: bool = false;

    fn run(&self, cx: &mut Cx<'_, '_>) -> impl Future<Output = Result<Self::Outcome, Error>> + Send;
}

/// What a running verb holds.
pub struct Cx<'a, 't> {
    pub(crate) tx: &'a mut Tx<'t>,
    pub(crate) caller: &'a Caller,
    /// The system clock, read once: `created_at`, `updated_at`.
    pub(crate) now: Timestamp,
    /// The tenant's business clock, read once: issue, due, overdue.
    pub(crate) business_at: Timestamp,
    pub(crate) change: Change,
    /// The server's keys, for [`Cx::seal`].
    pub(crate) secrets: Option<&'a SecretBox>,
}

impl Cx<'_, '_> {
    pub(crate) fn id<T>(&mut self, make: fn(i64) -> T) -> Result<T, Error> {
        Ok(make(self.tx.next_id()?))
    }

    pub(crate) fn ids(&mut self, count: usize) -> Result<std::vec::IntoIter<i64>, Error> {
        Ok(self.tx.next_ids(count)?.into_iter())
    }

    /// Saves what was collected so far, for a verb that reads back what it did.
    pub(crate) async fn flush(&mut self) -> Result<(), Error> {
        std::mem::take(&mut self.change).save(self.tx, self.caller, self.now).await
    }

    /// Today in the legal entity's zone.
    pub(crate) fn today(&self, entity: &LegalEntity) -> Date {
        day_in(self.business_at, &entity.time_zone)
    }
}

/// A client's idempotency key and the hash of the request it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub key: String,
    pub request_hash: String,
}

/// The body of a verb's transaction.
struct Transaction<V, R> {
    verb: V,
    caller: Arc<Caller>,
    key: Option<Key>,
    render: R,
    now: Timestamp,
    secrets: Option<SecretBox>,
}

/// An answer made now, or one kept from the first time.
enum Told<T> {
    Fresh(T),
    Replayed(Answer),
}

impl<V, R, T> store::Work for Transaction<V, R>
where
    V: Verb,
    R: Fn(V::Outcome) -> (T, Option<Answer>) + Send + Sync + 'static,
    T: Send + 'static,
{
    type Out = Told<T>;
    type Error = Error;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Told<T>, Error> {
        // Customers read; only the tenant's staff changes its books.
        if self.caller.acts_for != ActsFor::Staff {
            return Err(Error::Forbidden { needs: "staff".to_owned() });
        }
        if let Some(key) = &self.key
            && let Some(earlier) = store::access::take_key(tx, &key.key, &key.request_hash, self.now).await?
        {
            if earlier.request_hash != key.request_hash {
                return Err(Error::KeyReused);
            }
            let answer = earlier.answer.as_deref().and_then(Answer::from_bytes);
            return answer.map(Told::Replayed).ok_or(Error::Conflict { what: "key in progress" });
        }
        let tenant = store::tenants::load(tx).await?;
        let business_at = tenant.and_then(|tenant| tenant.business_at).unwrap_or(self.now);
        let (change, secrets) = (Change::default(), self.secrets.as_ref());
        let mut cx = Cx { tx, caller: &self.caller, now: self.now, business_at, change, secrets };
        let outcome = self.verb.run(&mut cx).await?;
        let change = std::mem::take(&mut cx.change);
        change.save(tx, &self.caller, self.now).await?;
        let (told, answer) = (self.render)(outcome);
        if let (Some(key), Some(answer)) = (&self.key, answer) {
            store::access::store_answer(tx, &key.key, &answer.to_bytes()).await?;
        }
        Ok(Told::Fresh(told))
    }
}

impl Billing {
    /// Runs a verb for a program of ours: no key, the outcome itself.
    pub async fn perform<V: Verb>(&self, caller: &Caller, verb: V) -> Result<V::Outcome, Error> {
        let render = |outcome: V::Outcome| (outcome, None);
        match self.transact(caller, None, verb, render).await? {
            Told::Fresh(outcome) => Ok(outcome),
            Told::Replayed(_) => unreachable!("without a key nothing is replayed"),
        }
    }

    /// Runs a verb for a client. `render` is pure; with a key its bytes are stored in the verb's own
    /// transaction and replayed when the same request comes again.
    pub async fn answer<V, R>(&self, caller: &Caller, key: Option<Key>, verb: V, render: R) -> Result<Answer, Error>
    where
        V: Verb,
        R: Fn(V::Outcome) -> Answer + Send + Sync + 'static,
    {
        let keeps = key.is_some();
        let render = move |outcome: V::Outcome| {
            let answer = render(outcome);
            let kept = keeps.then(|| answer.clone());
            (answer, kept)
        };
        match self.transact(caller, key, verb, render).await? {
            Told::Fresh(answer) | Told::Replayed(answer) => Ok(answer),
        }
    }

    async fn transact<V, R, T>(&self, caller: &Caller, key: Option<Key>, verb: V, render: R) -> Result<Told<T>, Error>
    where
        V: Verb,
        R: Fn(V::Outcome) -> (T, Option<Answer>) + Send + Sync + 'static,
        T: Send + 'static,
    {
        let (caller_kept, secrets) = (Arc::new(caller.clone()), self.secrets.clone());
        let body = Transaction { verb, caller: caller_kept, key, render, now: self.now(), secrets };
        let told = self.db.write(caller.tenant, body).await.map_err(Error::settle);
        if V::CHANGES_ACCESS {
            self.known.forget();
        }
        told
    }
}
