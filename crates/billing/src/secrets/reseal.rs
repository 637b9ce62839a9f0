//! What a start does with the secrets that are there: judges the key, seals what an older program left readable, and
//! seals anew what an older key has sealed.

use super::{FORMAT, Place, SecretBox};
use crate::{Billing, Error};
use domain::id::TenantId;
use store::{Tx, sealed};

/// Rows of one transaction.
const ROWS: i64 = 200;
/// The word of the only secrets that were ever kept readable.
const READABLE: &str = "credential.signing_key";

/// What there is to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    /// Signing keys that an older program left readable.
    pub readable: bool,
    /// The names of the keys that sealed something.
    pub keys: Vec<String>,
}

impl InUse {
    /// Nothing is kept that needs a key.
    pub fn is_nothing(&self) -> bool {
        !self.readable && self.keys.is_empty()
    }

    /// The first key that sealed something and is not among those of the box.
    pub fn lacking(&self, secrets: &SecretBox) -> Option<&str> {
        self.keys.iter().find(|name| secrets.key(name).is_none()).map(String::as_str)
    }
}

impl Billing {
    /// Which keys the database needs.
    pub async fn secrets_in_use(&self) -> Result<InUse, Error> {
        let (readable, heads) = self.db().read(TenantId(0), Look).await.map_err(settle)?;
        let name = |head: &String| head.strip_prefix(FORMAT).unwrap_or(head).trim_end_matches('.').to_owned();
        Ok(InUse { readable, keys: heads.iter().map(name).collect() })
    }

    /// Seals with the current key what is readable or was sealed with an older key, and says how many secrets. Where
    /// readable ones were replaced, their table is written anew, so that nothing of them stays in the database's files.
    ///
    /// # Errors
    /// [`Error::NoSecretKey`] without a key; [`Error::Store`] for a text that does not open. What was sealed until then
    /// stays sealed, and a second call goes on.
    pub async fn reseal(&self) -> Result<u64, Error> {
        let in_use = self.secrets_in_use().await?;
        let secrets = match &self.secrets {
            Some(secrets) => secrets,
            None if in_use.is_nothing() => return Ok(0),
            None => return Err(Error::NoSecretKey),
        };
        if !in_use.readable && in_use.keys.iter().all(|name| name == secrets.name()) {
            return Ok(0);
        }
        let mut count = 0;
        for tenant in self.tenants().await? {
            count += self.reseal_all(tenant.id, secrets, Kind::Readable).await?;
            for column in sealed::COLUMNS {
                count += self.reseal_all(tenant.id, secrets, Kind::Column(column)).await?;
            }
        }
        if in_use.readable
            && let Err(error) = sealed::scrub(self.db()).await
        {
            tracing::warn!(%error, "the database's file may still hold bytes of keys that were readable before");
        }
        Ok(count)
    }

    async fn reseal_all(&self, tenant: TenantId, secrets: &SecretBox, kind: Kind) -> Result<u64, Error> {
        let (mut after, mut count) = (0, 0);
        loop {
            let turn = Turn { secrets: secrets.clone(), kind, after };
            match self.db().write(tenant, turn).await.map_err(Error::settle)? {
                None => return Ok(count),
                Some((last, rows)) => (after, count) = (last, count + rows),
            }
        }
    }
}

fn settle(error: store::Error) -> Error {
    Error::from(error).settle()
}

struct Look;

impl store::Work for Look {
    type Out = (bool, Vec<String>);
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<(bool, Vec<String>)> {
        Ok((sealed::has_readable_keys(tx).await?, sealed::heads(tx).await?))
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Readable,
    Column(&'static sealed::Column),
}

/// Some rows of one tenant after an id: the last one's id and how many, or none when there are no more. It happens once
/// in the life of a key, so the rows are written one by one.
struct Turn {
    secrets: SecretBox,
    kind: Kind,
    after: i64,
}

impl store::Work for Turn {
    type Out = Option<(i64, u64)>;
    type Error = Error;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<(i64, u64)>, Error> {
        let tenant = tx.tenant();
        let rows = match self.kind {
            Kind::Readable => sealed::readable_keys(tx, self.after, ROWS).await?,
            Kind::Column(column) => column.others(tx, &self.secrets.current.head(), self.after, ROWS).await?,
        };
        for (id, text) in &rows {
            match self.kind {
                Kind::Readable => {
                    let place = Place { word: READABLE, tenant, id: *id };
                    sealed::seal_readable_key(tx, *id, text, &self.secrets.seal(&place, text)).await?;
                }
                Kind::Column(column) => {
                    let place = Place { word: column.word, tenant, id: *id };
                    let secret = self.secrets.open(&place, text).map_err(|fault| fault.at(&place))?;
                    column.replace(tx, *id, text, &self.secrets.seal(&place, &secret)).await?;
                }
            }
        }
        Ok(rows.last().map(|(id, _)| (*id, rows.len() as u64)))
    }
}
