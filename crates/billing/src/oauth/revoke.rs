//! Ends grants and access tokens, and lists what holds. Whoever has a token may end it (RFC 7009): Zoho asks for no
//! more.

use super::{FACE, refresh_hash};
use crate::caller::Caller;
use crate::credentials::AuthError;
use crate::verb::{Cx, Verb};
use crate::{Billing, Error};
use domain::id::{CredentialId, OauthClientId, OauthGrantId, TenantId};
use jiff::Timestamp;
use serde_json::json;
use store::Tx;

/// Grants that are listed.
const LISTED: i64 = 500;

/// Ends a grant at once: its refresh token and every access token that came of it.
#[derive(Clone, Copy, Debug)]
pub struct RevokeOauthGrant {
    pub grant: OauthGrantId,
}

impl Verb for RevokeOauthGrant {
    type Outcome = ();
    const CHANGES_ACCESS: bool = true;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<(), Error> {
        if !store::oauth::revoke_grant(cx.tx, self.grant, cx.now).await? {
            return Err(Error::missing(OauthGrantId::WORD, self.grant));
        }
        cx.change.audit(OauthGrantId::WORD, self.grant.0, "revoked", json!({}));
        Ok(())
    }
}

/// Ends one access token; its grant goes on. A credential that was made by hand is none.
struct RevokeAccessToken {
    credential: CredentialId,
}

impl Verb for RevokeAccessToken {
    type Outcome = bool;
    const CHANGES_ACCESS: bool = true;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<bool, Error> {
        let Some(grant) = store::oauth::grant_of_token(cx.tx, self.credential).await? else { return Ok(false) };
        if !store::access::revoke_credential(cx.tx, self.credential, cx.now).await? {
            return Ok(false);
        }
        let detail = json!({"grant": grant.to_string()});
        cx.change.audit(CredentialId::WORD, self.credential.0, "revoked", detail);
        Ok(true)
    }
}

/// A grant that has a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantInfo {
    pub id: OauthGrantId,
    pub client: OauthClientId,
    pub scopes: Vec<String>,
    /// Whoever said yes, as the audit trail names them.
    pub approved_by: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl Billing {
    /// Ends what this refresh or access token stands for. False when it stands for nothing (any more).
    pub async fn revoke_token(&self, token: &str, request_id: &str) -> Result<bool, Error> {
        let find = FindGrant { refresh_hash: refresh_hash(token) };
        let found = self.db.read(TenantId(0), find).await.map_err(|error| Error::from(error).settle())?;
        let acting = |tenant| Caller {
            actor: "holder of the token".to_owned(),
            face: FACE,
            request_id: request_id.to_owned(),
            ..Caller::system(tenant)
        };
        if let Some((tenant, grant)) = found {
            return match self.perform(&acting(tenant), RevokeOauthGrant { grant }).await {
                Ok(()) => Ok(true),
                Err(Error::Missing { .. }) => Ok(false),
                Err(error) => Err(error),
            };
        }
        match self.authenticate(FACE, token, None, request_id).await {
            Ok(Caller { tenant, credential: Some(credential), .. }) => {
                self.perform(&acting(tenant), RevokeAccessToken { credential }).await
            }
            Ok(_) | Err(AuthError::Rejected(_)) => Ok(false),
            Err(AuthError::Failed(error)) => Err(error),
        }
    }

    /// The newest grants of a tenant that have a refresh token, revoked ones too.
    pub async fn oauth_grants(&self, tenant: TenantId) -> Result<Vec<GrantInfo>, Error> {
        let stored =
            self.read(tenant, |tx| Box::pin(async move { Ok(store::oauth::grants(tx, LISTED).await?) })).await?;
        let info = |grant: store::oauth::OauthGrant| GrantInfo {
            id: grant.id,
            client: grant.client,
            scopes: grant.scopes,
            approved_by: grant.approved_by,
            created_at: grant.created_at,
            revoked_at: grant.revoked_at,
        };
        Ok(stored.into_iter().map(info).collect())
    }
}

struct FindGrant {
    refresh_hash: String,
}

impl store::Work for FindGrant {
    type Out = Option<(TenantId, OauthGrantId)>;
    type Error = store::Error;

    async fn run(&self, tx: &mut Tx<'_>) -> store::Result<Self::Out> {
        store::oauth::find_grant_by_refresh(tx, &self.refresh_hash).await
    }
}
