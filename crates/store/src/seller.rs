//! The small lists that a seller keeps: salespersons, payment terms, tax authorities, exemptions, and reasons to
//! cancel. Each is short enough to be read whole, and bounded by the verbs.

use crate::columns::Columns;
use crate::{Result, Row, Tx, insert, params, sql};
use domain::id::{CancellationReasonId, SalespersonId, TaxAuthorityId, TaxExemptionId, TermsId};
use domain::party::Terms;
use domain::seller::{CancellationReason, ExemptionKind, Salesperson, TaxAuthority, TaxExemption};

insert! {
    INSERT_PERSON = "salespersons" (tenant_id, id, name, email, created_at, updated_at);
    INSERT_AUTHORITY = "tax_authorities" (tenant_id, id, name, description, created_at, updated_at);
    INSERT_EXEMPTION = "tax_exemptions" (tenant_id, id, code, reason, kind, created_at, updated_at);
    INSERT_REASON = "cancellation_reasons" (tenant_id, id, label, position, created_at, updated_at);
}

sql! {
    LIST_PERSONS = "SELECT id, name, email, created_at, updated_at FROM salespersons \
        WHERE tenant_id = $1 ORDER BY name, id";
    UPDATE_PERSON = "UPDATE salespersons SET name = $3, email = $4, updated_at = $5 \
        WHERE tenant_id = $1 AND id = $2";
    DELETE_PERSON = "DELETE FROM salespersons WHERE tenant_id = $1 AND id = $2";
    PERSON_IN_USE = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM invoices \
        WHERE tenant_id = $1 AND salesperson_id = $2 LIMIT 1) i";
    UPDATE_TERMS = "UPDATE terms SET name = $3, days = $4 WHERE tenant_id = $1 AND id = $2";
    DELETE_TERMS = "DELETE FROM terms WHERE tenant_id = $1 AND id = $2";
    TERMS_IN_USE = "SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM customers WHERE tenant_id = $1 AND terms_id = $2 LIMIT 1) c) \
        + (SELECT COUNT(*) FROM (SELECT 1 AS one FROM legal_entities WHERE tenant_id = $1 AND terms_id = $2 LIMIT 1) e)";
    LIST_AUTHORITIES = "SELECT id, name, description, created_at, updated_at FROM tax_authorities \
        WHERE tenant_id = $1 ORDER BY name, id";
    UPDATE_AUTHORITY = "UPDATE tax_authorities SET name = $3, description = $4, updated_at = $5 \
        WHERE tenant_id = $1 AND id = $2";
    RENAME_AUTHORITY_OF_RATES = "UPDATE tax_rates SET authority = $3, updated_at = $4 WHERE tenant_id = $1 AND authority = $2";
    DELETE_AUTHORITY = "DELETE FROM tax_authorities WHERE tenant_id = $1 AND id = $2";
    AUTHORITY_IN_USE = "SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM customers WHERE tenant_id = $1 AND tax_authority_id = $2 LIMIT 1) c) \
        + (SELECT COUNT(*) FROM (SELECT 1 AS one FROM tax_rates WHERE tenant_id = $1 AND authority = $3 LIMIT 1) r)";
    LIST_EXEMPTIONS = "SELECT id, code, reason, kind, created_at, updated_at FROM tax_exemptions \
        WHERE tenant_id = $1 ORDER BY code, id";
    UPDATE_EXEMPTION = "UPDATE tax_exemptions SET code = $3, reason = $4, kind = $5, updated_at = $6 \
        WHERE tenant_id = $1 AND id = $2";
    DELETE_EXEMPTION = "DELETE FROM tax_exemptions WHERE tenant_id = $1 AND id = $2";
    LIST_REASONS = "SELECT id, label, position, created_at, updated_at FROM cancellation_reasons \
        WHERE tenant_id = $1 ORDER BY position, id";
    UPDATE_REASON = "UPDATE cancellation_reasons SET label = $3, position = $4, updated_at = $5 \
        WHERE tenant_id = $1 AND id = $2";
    DELETE_REASON = "DELETE FROM cancellation_reasons WHERE tenant_id = $1 AND id = $2";
}

fn person(row: &Row<'_>) -> Result<Salesperson> {
    let mut c = Columns::of(row);
    Ok(Salesperson {
        id: SalespersonId(c.int()?),
        name: c.text()?,
        email: c.text()?,
        created_at: c.instant()?,
        updated_at: c.instant()?,
    })
}

pub async fn insert_salesperson(tx: &mut Tx<'_>, person: &Salesperson) -> Result<()> {
    let row = params![
        tx.tenant(),
        person.id,
        person.name.as_str(),
        person.email.as_str(),
        person.created_at,
        person.updated_at,
    ];
    tx.insert(&INSERT_PERSON, row).await
}

/// All of them, by name.
pub async fn salespersons(tx: &mut Tx<'_>) -> Result<Vec<Salesperson>> {
    let tenant = tx.tenant();
    tx.all(&LIST_PERSONS, params![tenant], person).await
}

/// Invoices keep the name that they were made with.
pub async fn update_salesperson(tx: &mut Tx<'_>, person: &Salesperson) -> Result<bool> {
    let row = params![tx.tenant(), person.id, person.name.as_str(), person.email.as_str(), person.updated_at,];
    Ok(tx.exec(&UPDATE_PERSON, row).await? == 1)
}

pub async fn salesperson_in_use(tx: &mut Tx<'_>, id: SalespersonId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.one(&PERSON_IN_USE, params![tenant, id], |row| row.int(0)).await? > 0)
}

pub async fn delete_salesperson(tx: &mut Tx<'_>, id: SalespersonId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&DELETE_PERSON, params![tenant, id]).await? == 1)
}

/// Documents, customers and legal entities keep the name and the days that they were given.
pub async fn update_terms(tx: &mut Tx<'_>, id: TermsId, terms: &Terms) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&UPDATE_TERMS, params![tenant, id, terms.name.as_str(), terms.days]).await? == 1)
}

/// Whether a customer or a legal entity has these terms.
pub async fn terms_in_use(tx: &mut Tx<'_>, id: TermsId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.one(&TERMS_IN_USE, params![tenant, id], |row| row.int(0)).await? > 0)
}

pub async fn delete_terms(tx: &mut Tx<'_>, id: TermsId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&DELETE_TERMS, params![tenant, id]).await? == 1)
}

pub async fn insert_authority(tx: &mut Tx<'_>, authority: &TaxAuthority) -> Result<()> {
    let row = params![
        tx.tenant(),
        authority.id,
        authority.name.as_str(),
        authority.description.as_str(),
        authority.created_at,
        authority.updated_at,
    ];
    tx.insert(&INSERT_AUTHORITY, row).await
}

/// All of them, by name.
pub async fn authorities(tx: &mut Tx<'_>) -> Result<Vec<TaxAuthority>> {
    let tenant = tx.tenant();
    tx.all(&LIST_AUTHORITIES, params![tenant], |row| {
        let mut c = Columns::of(row);
        Ok(TaxAuthority {
            id: TaxAuthorityId(c.int()?),
            name: c.text()?,
            description: c.text()?,
            created_at: c.instant()?,
            updated_at: c.instant()?,
        })
    })
    .await
}

/// Writes an authority anew; rates that named it by `before` follow.
pub async fn update_authority(tx: &mut Tx<'_>, before: &str, authority: &TaxAuthority) -> Result<bool> {
    let tenant = tx.tenant();
    if before != authority.name {
        let row = params![tenant, before, authority.name.as_str(), authority.updated_at];
        tx.exec(&RENAME_AUTHORITY_OF_RATES, row).await?;
    }
    let row =
        params![tenant, authority.id, authority.name.as_str(), authority.description.as_str(), authority.updated_at];
    Ok(tx.exec(&UPDATE_AUTHORITY, row).await? == 1)
}

/// Whether a customer or a rate names the authority.
pub async fn authority_in_use(tx: &mut Tx<'_>, authority: &TaxAuthority) -> Result<bool> {
    let tenant = tx.tenant();
    let row = params![tenant, authority.id, authority.name.as_str()];
    Ok(tx.one(&AUTHORITY_IN_USE, row, |row| row.int(0)).await? > 0)
}

pub async fn delete_authority(tx: &mut Tx<'_>, id: TaxAuthorityId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&DELETE_AUTHORITY, params![tenant, id]).await? == 1)
}

pub async fn insert_exemption(tx: &mut Tx<'_>, exemption: &TaxExemption) -> Result<()> {
    let row = params![
        tx.tenant(),
        exemption.id,
        exemption.code.as_str(),
        exemption.reason.as_str(),
        exemption.kind.word(),
        exemption.created_at,
        exemption.updated_at,
    ];
    tx.insert(&INSERT_EXEMPTION, row).await
}

/// All of them, by code.
pub async fn exemptions(tx: &mut Tx<'_>) -> Result<Vec<TaxExemption>> {
    let tenant = tx.tenant();
    tx.all(&LIST_EXEMPTIONS, params![tenant], |row| {
        let mut c = Columns::of(row);
        Ok(TaxExemption {
            id: TaxExemptionId(c.int()?),
            code: c.text()?,
            reason: c.text()?,
            kind: c.word(ExemptionKind::from_word)?,
            created_at: c.instant()?,
            updated_at: c.instant()?,
        })
    })
    .await
}

/// Customers and lines keep the code and the reason that they were given.
pub async fn update_exemption(tx: &mut Tx<'_>, exemption: &TaxExemption) -> Result<bool> {
    let row = params![
        tx.tenant(),
        exemption.id,
        exemption.code.as_str(),
        exemption.reason.as_str(),
        exemption.kind.word(),
        exemption.updated_at,
    ];
    Ok(tx.exec(&UPDATE_EXEMPTION, row).await? == 1)
}

pub async fn delete_exemption(tx: &mut Tx<'_>, id: TaxExemptionId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&DELETE_EXEMPTION, params![tenant, id]).await? == 1)
}

pub async fn insert_reason(tx: &mut Tx<'_>, reason: &CancellationReason) -> Result<()> {
    let row =
        params![tx.tenant(), reason.id, reason.label.as_str(), reason.position, reason.created_at, reason.updated_at,];
    tx.insert(&INSERT_REASON, row).await
}

/// All of them, in the order in which they are offered.
pub async fn reasons(tx: &mut Tx<'_>) -> Result<Vec<CancellationReason>> {
    let tenant = tx.tenant();
    tx.all(&LIST_REASONS, params![tenant], |row| {
        let mut c = Columns::of(row);
        Ok(CancellationReason {
            id: CancellationReasonId(c.int()?),
            label: c.text()?,
            position: c.int()?,
            created_at: c.instant()?,
            updated_at: c.instant()?,
        })
    })
    .await
}

pub async fn update_reason(tx: &mut Tx<'_>, reason: &CancellationReason) -> Result<bool> {
    let row = params![tx.tenant(), reason.id, reason.label.as_str(), reason.position, reason.updated_at];
    Ok(tx.exec(&UPDATE_REASON, row).await? == 1)
}

pub async fn delete_reason(tx: &mut Tx<'_>, id: CancellationReasonId) -> Result<bool> {
    let tenant = tx.tenant();
    Ok(tx.exec(&DELETE_REASON, params![tenant, id]).await? == 1)
}
