//! Who asks: a credential of a tenant, acting for the tenant's staff or for one customer and its subtree.

use domain::id::{CredentialId, CustomerId, TenantId};

/// The vendors' APIs, our own, and the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaceName {
    Native,
    Zoho,
    Zoom,
    Talkdesk,
    ChargeOver,
}

impl FaceName {
    pub const ALL: [Self; 5] = [Self::Native, Self::Zoho, Self::Zoom, Self::Talkdesk, Self::ChargeOver];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Zoho => "zoho",
            Self::Zoom => "zoom",
            Self::Talkdesk => "talkdesk",
            Self::ChargeOver => "chargeover",
        }
    }

    /// Whether its clients have a public and a private key, with which they may sign, instead of a token.
    pub const fn has_key_pairs(self) -> bool {
        matches!(self, Self::ChargeOver)
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|face| face.word() == word)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActsFor {
    /// Sees and does everything of the tenant that its scopes grant.
    Staff,
    /// Sees issued (and shared) documents of this customer and the customers below it.
    Customer(CustomerId),
}

#[derive(Clone, Debug)]
pub struct Caller {
    pub tenant: TenantId,
    pub credential: Option<CredentialId>,
    /// Shown in the audit trail: the credential's label, or the command line.
    pub actor: String,
    pub face: FaceName,
    pub acts_for: ActsFor,
    pub scopes: Vec<String>,
    pub entitlements: Vec<String>,
    pub request_id: String,
    /// Whether its tenant keeps any foreign ids of this face; without any, none need be looked up.
    pub has_foreign_ids: bool,
}

impl Caller {
    /// The process itself: the command line, the demo, jobs.
    pub fn system(tenant: TenantId) -> Self {
        Self {
            tenant,
            credential: None,
            actor: "billwright".to_owned(),
            face: FaceName::Native,
            acts_for: ActsFor::Staff,
            scopes: Vec::new(),
            entitlements: Vec::new(),
            request_id: String::new(),
            has_foreign_ids: true,
        }
    }

    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held == scope)
    }

    pub fn has_entitlement(&self, entitlement: &str) -> bool {
        self.entitlements.iter().any(|held| held == entitlement)
    }
}
