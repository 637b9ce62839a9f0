//! One write on its way to the writer thread and back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use domain::id::TenantId;
use futures_util::FutureExt as _;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::LiteTx;
use crate::db::{Outcome, Work, panicked};
use crate::ids::Ids;
use crate::stats::{Counters, add};
use crate::tx::State;
use crate::{Error, Tx};

/// A write whose types the queue does not know.
pub(super) trait Job: Send {
    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;
    /// Runs the body inside the writer's savepoint. True: keep what it did.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// The error by which the body's statements failed, if they did.
    fn failure(&self) -> Option<&Error>;
    /// Answers the caller: what the body said, or why the batch was lost.
    fn answer(self: Box<Self>, lost: Option<Error>);
}

pub(super) struct TypedJob<W: Work> {
    tenant: TenantId,
    work: Arc<W>,
    ids: Option<Ids>,
    reply: oneshot::Sender<Outcome<W>>,
    counters: Arc<Counters>,
    said: Option<Outcome<W>>,
    failure: Option<Error>,
}

impl<W: Work> TypedJob<W> {
    pub(super) fn new(
        tenant: TenantId,
        work: Arc<W>,
        ids: Option<Ids>,
        reply: oneshot::Sender<Outcome<W>>,
        counters: Arc<Counters>,
    ) -> TypedJob<W> {
        TypedJob { tenant, work, ids, reply, counters, said: None, failure: None }
    }
}

impl<W: Work> Job for TypedJob<W> {
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, connection: &mut Connection) -> bool {
        let state = State::new(self.tenant, self.ids.take());
        let mut tx = Tx::Lite(LiteTx::new(connection, &self.counters, state));
        let work = &self.work;
        // Statements answer at once, so one poll is enough; a body that is still pending waits for something else.
        let said = catch_unwind(AssertUnwindSafe(|| work.run(&mut tx).now_or_never()));
        let Tx::Lite(LiteTx { state, .. }) = tx else { unreachable!("the body was lent a SQLite transaction") };
        add(&self.counters.statements, state.statements);
        self.failure = state.failed;
        let said = match (said, state.wants_ids) {
            (Err(panic), _) => Outcome::Done(Err(Error::Broken(panicked(&*panic)).into())),
            (Ok(None), _) => Outcome::Done(Err(waited().into())),
            (Ok(Some(_)), Some(wanted)) => Outcome::WantsIds(wanted),
            // A body cannot swallow the failure of a statement.
            (Ok(Some(Ok(_))), None) if self.failure.is_some() => {
                Outcome::Done(Err(self.failure.clone().unwrap_or_else(waited).into()))
            }
            (Ok(Some(result)), None) => Outcome::Done(result),
        };
        let keep = matches!(said, Outcome::Done(Ok(_)));
        self.said = Some(said);
        keep
    }

    fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    fn answer(self: Box<Self>, lost: Option<Error>) {
        let said = match (lost, self.said) {
            // What the body said was said after others' changes that are gone: even its refusal does not stand.
            (Some(error), _) => Outcome::Done(Err(error.into())),
            (None, Some(said)) => said,
            (None, None) => Outcome::Done(Err(Error::Broken("the body was not run".to_owned()).into())),
        };
        // A caller that went away wants no answer.
        let _ = self.reply.send(said);
    }
}

fn waited() -> Error {
    Error::Broken("a body waited for something else than its transaction".to_owned())
}
