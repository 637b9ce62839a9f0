//! The built-in sandbox gateway: it moves no money and does what the token says, the same for the same seed. Its
//! memory lies beside the books in tables of its own, so that it can be asked after a crash, as a real gateway can.
//!
//! | token | charge answers | asked later | calls back |
//! |---|---|---|---|
//! | `sandbox_ok` | succeeded | succeeded | never |
//! | `sandbox_decline` | declined | declined | never |
//! | `sandbox_timeout` | unknown, and the money is taken | succeeded | never |
//! | `sandbox_duplicate` | succeeded | succeeded | twice, at once |
//! | `sandbox_late` | unknown | unknown for three seconds, then succeeded | once, after three seconds |
//! | `sandbox_any` | as one of these, drawn from the seed and the charge | | |
//!
//! A token may go on after a further underscore (`sandbox_ok_2`), so that methods can be told apart. Any other token is
//! declined as unknown.

use billing::SystemClock;
use billing::ports::{Callback, Calling, Charge, ChargeKey, Found, Gateway};
use domain::id::{PaymentIntentId, TenantId};
use domain::payment::intent::Outcome;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use store::sandbox::SandboxCharge;
use store::{Db, Tx, Work};

/// What payment methods and payments call it.
pub const NAME: &str = "sandbox";

/// After so long a late charge is told.
const LATE: SignedDuration = SignedDuration::from_secs(3);

/// Callbacks of one tenant fetched at once.
const CALLBACKS: i64 = 100;

/// How a charge goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    Ok,
    Decline,
    Timeout,
    Duplicate,
    Late,
    UnknownToken,
}

/// The gateway.
#[derive(Clone)]
pub struct Sandbox {
    db: Db,
    clock: SystemClock,
    seed: u64,
}

impl Sandbox {
    /// On the database where its memory lies. The clock is the system's, never a tenant's.
    pub fn new(db: Db, clock: SystemClock, seed: u64) -> Self {
        Self { db, clock, seed }
    }

    /// How often it took money of a tenant's customers: what tests compare with the books.
    ///
    /// # Errors
    /// When its memory cannot be read.
    pub async fn charges(&self, tenant: TenantId) -> store::Result<i64> {
        self.db.read(tenant, CountCharges).await
    }

    /// 32 bytes that belong to this charge and seed.
    fn draw(&self, about: &ChargeKey) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        hash.update(about.to_string().as_bytes());
        hash.finalize().into()
    }

    fn course(&self, charge: &Charge) -> Course {
        let says = |word: &str| match charge.token.strip_prefix(word) {
            Some(rest) => rest.is_empty() || rest.starts_with('_'),
            None => false,
        };
        let courses = [
            ("sandbox_ok", Course::Ok),
            ("sandbox_decline", Course::Decline),
            ("sandbox_timeout", Course::Timeout),
            ("sandbox_duplicate", Course::Duplicate),
            ("sandbox_late", Course::Late),
        ];
        if says("sandbox_any") {
            let drawn = usize::from(self.draw(&charge.about)[31]) % courses.len();
            return courses[drawn].1;
        }
        courses.iter().find(|(word, _)| says(word)).map_or(Course::UnknownToken, |(_, course)| *course)
    }

    /// What it will do, decided once.
    fn wish(&self, charge: &Charge, course: Course, now: Timestamp) -> SandboxCharge {
        let (code, message) = match course {
            Course::Decline => ("declined", "The payment was declined by the issuer."),
            Course::UnknownToken => ("unknown_token", "There is no such card or bank account."),
            Course::Ok | Course::Timeout | Course::Duplicate | Course::Late => ("", ""),
        };
        let transaction = format!("SBX{}", hex::encode_upper(&self.draw(&charge.about)[..8]));
        SandboxCharge {
            intent_id: charge.about.intent,
            token: charge.token.clone(),
            amount: charge.amount,
            transaction: code.is_empty().then_some(transaction),
            code: code.to_owned(),
            message: message.to_owned(),
            told_from_at: if course == Course::Late { now + LATE } else { now },
            charged_at: now,
        }
    }
}

/// What it says of a charge at an instant.
fn told(charge: &SandboxCharge, now: Timestamp) -> Outcome {
    match &charge.transaction {
        _ if now < charge.told_from_at => Outcome::Unknown,
        Some(transaction) => Outcome::Succeeded { transaction: transaction.clone() },
        None => Outcome::Declined { code: charge.code.clone(), message: charge.message.clone() },
    }
}

impl Gateway for Sandbox {
    fn name(&self) -> &str {
        NAME
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> Calling<'a, Outcome> {
        Box::pin(async move {
            let now = self.clock.now();
            let course = self.course(charge);
            let callbacks = match course {
                Course::Duplicate => vec![now, now],
                Course::Late => vec![now + LATE],
                Course::Ok | Course::Decline | Course::Timeout | Course::UnknownToken => Vec::new(),
            };
            let work = ChargeOnce { wish: self.wish(charge, course, now), callbacks };
            match self.db.write(charge.about.tenant, work).await {
                // The money is taken and the answer is lost.
                Ok((_, true)) if course == Course::Timeout => Outcome::Unknown,
                Ok((done, _)) => told(&done, now),
                Err(error) => {
                    tracing::warn!(%error, key = %charge.about, "the sandbox cannot write its memory");
                    Outcome::Unknown
                }
            }
        })
    }

    fn lookup<'a>(&'a self, about: &'a ChargeKey) -> Calling<'a, Found> {
        Box::pin(async move {
            match self.db.read(about.tenant, Find(about.intent)).await {
                Ok(Some(done)) => Found::Known(told(&done, self.clock.now())),
                Ok(None) => Found::Never,
                Err(error) => {
                    tracing::warn!(%error, key = %about, "the sandbox cannot read its memory");
                    Found::Known(Outcome::Unknown)
                }
            }
        })
    }

    fn callbacks<'a>(&'a self, now: Timestamp) -> Calling<'a, Vec<Callback>> {
        Box::pin(async move {
            self.due(now).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the sandbox cannot read its memory");
                Vec::new()
            })
        })
    }

    fn delivered<'a>(&'a self, callback: &'a Callback, at: Timestamp) -> Calling<'a, ()> {
        let work = Delivered { intent: callback.about.intent, position: callback.position, at };
        Box::pin(async move {
            if let Err(error) = self.db.write(callback.about.tenant, work).await {
                // It comes again, and counts once.
                tracing::warn!(%error, key = %callback.about, "the sandbox cannot write its memory");
            }
        })
    }
}

impl Sandbox {
    async fn due(&self, now: Timestamp) -> store::Result<Vec<Callback>> {
        let mut found = Vec::new();
        for tenant in self.db.read(TenantId(0), WithCallbacks { now }).await? {
            for (position, charge) in self.db.read(tenant, Due { now }).await? {
                let about = ChargeKey { tenant, intent: charge.intent_id };
                found.push(Callback { about, outcome: told(&charge, now), position });
            }
        }
        Ok(found)
    }
}

struct ChargeOnce {
    wish: SandboxCharge,
    callbacks: Vec<Timestamp>,
}

impl Work for ChargeOnce {
    type Out = (SandboxCharge, bool);
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<(SandboxCharge, bool)> {
        store::sandbox::charge_once(tx, &self.wish, &self.callbacks).await
    }
}

struct Find(PaymentIntentId);

impl Work for Find {
    type Out = Option<SandboxCharge>;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Option<SandboxCharge>> {
        store::sandbox::find(tx, self.0).await
    }
}

struct CountCharges;

impl Work for CountCharges {
    type Out = i64;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<i64> {
        store::sandbox::charges(tx).await
    }
}

struct WithCallbacks {
    now: Timestamp,
}

impl Work for WithCallbacks {
    type Out = Vec<TenantId>;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Vec<TenantId>> {
        store::sandbox::tenants_with_callbacks(tx, self.now).await
    }
}

struct Due {
    now: Timestamp,
}

impl Work for Due {
    type Out = Vec<(i64, SandboxCharge)>;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Vec<(i64, SandboxCharge)>> {
        store::sandbox::due_callbacks(tx, self.now, CALLBACKS).await
    }
}

struct Delivered {
    intent: PaymentIntentId,
    position: i64,
    at: Timestamp,
}

impl Work for Delivered {
    type Out = ();
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<()> {
        store::sandbox::delivered(tx, self.intent, self.position, self.at).await
    }
}
