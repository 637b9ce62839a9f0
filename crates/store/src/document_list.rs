//! Lists of payments, credit notes and unbilled charges: conditions and orders in neutral words, turned into SQL
//! from a closed list of columns. Pages by offset are linear in the offset, within one tenant.

use crate::columns::Columns;
use crate::credit_notes::{note_columns, note_of};
use crate::invoice_list::{Clause, Direction, MAX_FILTERS, Match, rows};
use crate::payments::{payment_columns, payment_of};
use crate::unbilled_charges::{charge_columns, charge_of};
use crate::{Error, Result, Row, Tx, Value};
use domain::credit_note::CreditNote;
use domain::payment::Payment;
use domain::unbilled_charge::UnbilledCharge;

/// What a list can look at and sort by.
pub trait Column: Copy + PartialEq + Send + Sync + 'static {
    /// `SELECT ... FROM ... WHERE tenant = $1`.
    const SELECT: &'static str;
    /// Breaks ties.
    const ID: Self;

    fn sql(self) -> &'static str;

    /// For what lives in another table: the beginning of an EXISTS that the comparison completes.
    fn within(self) -> Option<&'static str> {
        None
    }

    /// Absent values come last, whatever the direction.
    fn may_be_absent(self) -> bool {
        false
    }
}

/// What a payment's list looks at. Amounts are minor units; `BaseAmount` in the books' currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentColumn {
    Id,
    EntityId,
    CustomerId,
    CustomerName,
    Mode,
    Reference,
    Description,
    BaseAmount,
    Unapplied,
    ReceivedOn,
    IsVoid,
    CreatedAt,
    UpdatedAt,
    /// Some application, live or reversed, put it on this invoice.
    Invoice,
}

impl Column for PaymentColumn {
    const SELECT: &'static str = concat!(
        "SELECT ",
        payment_columns!(),
        " FROM payments p JOIN customers c ON c.tenant_id = p.tenant_id AND c.id = p.customer_id WHERE p.tenant_id = $1"
    );
    const ID: Self = Self::Id;

    fn sql(self) -> &'static str {
        match self {
            Self::Id => "p.id",
            Self::EntityId => "p.entity_id",
            Self::CustomerId => "p.customer_id",
            Self::CustomerName => "c.display_name",
            Self::Mode => "p.mode",
            Self::Reference => "p.reference",
            Self::Description => "p.description",
            Self::BaseAmount => "p.base_amount",
            Self::Unapplied => "p.unapplied",
            Self::ReceivedOn => "p.received_on",
            Self::IsVoid => "p.is_void",
            Self::CreatedAt => "p.created_at",
            Self::UpdatedAt => "p.updated_at",
            Self::Invoice => "a.invoice_id",
        }
    }

    fn within(self) -> Option<&'static str> {
        const APPLICATIONS: &str = "SELECT 1 FROM applications a \
            WHERE a.tenant_id = p.tenant_id AND a.source_kind = 'payment' AND a.source_id = p.id";
        (self == Self::Invoice).then_some(APPLICATIONS)
    }
}

/// What a credit note's list looks at. `Remaining` is minor units, `BaseTotal` those of the books' currency (0 of
/// a draft).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoteColumn {
    Id,
    EntityId,
    CustomerId,
    CustomerName,
    InvoiceId,
    State,
    Number,
    Reference,
    BaseTotal,
    Remaining,
    DatedOn,
    WithdrawnAt,
    CreatedAt,
    UpdatedAt,
}

impl Column for NoteColumn {
    const SELECT: &'static str = concat!("SELECT ", note_columns!(), " FROM credit_notes n WHERE n.tenant_id = $1");
    const ID: Self = Self::Id;

    fn sql(self) -> &'static str {
        match self {
            Self::Id => "n.id",
            Self::EntityId => "n.entity_id",
            Self::CustomerId => "n.customer_id",
            Self::CustomerName => "n.customer_name",
            Self::InvoiceId => "n.invoice_id",
            Self::State => "n.state",
            Self::Number => "n.number",
            Self::Reference => "n.reference",
            Self::BaseTotal => "n.base_total",
            Self::Remaining => "n.remaining",
            Self::DatedOn => "n.dated_on",
            Self::WithdrawnAt => "n.withdrawn_at",
            Self::CreatedAt => "n.created_at",
            Self::UpdatedAt => "n.updated_at",
        }
    }

    fn may_be_absent(self) -> bool {
        matches!(self, Self::Number)
    }
}

/// What an unbilled charge's list looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChargeColumn {
    Id,
    EntityId,
    CustomerId,
    CustomerName,
    Number,
    Reference,
    InvoiceId,
    DatedOn,
    CreatedAt,
    UpdatedAt,
}

impl Column for ChargeColumn {
    const SELECT: &'static str = concat!(
        "SELECT ",
        charge_columns!(),
        " FROM unbilled_charges u JOIN customers c ON c.tenant_id = u.tenant_id AND c.id = u.customer_id \
         WHERE u.tenant_id = $1"
    );
    const ID: Self = Self::Id;

    fn sql(self) -> &'static str {
        match self {
            Self::Id => "u.id",
            Self::EntityId => "u.entity_id",
            Self::CustomerId => "u.customer_id",
            Self::CustomerName => "c.display_name",
            Self::Number => "u.number",
            Self::Reference => "u.reference",
            Self::InvoiceId => "u.invoice_id",
            Self::DatedOn => "u.dated_on",
            Self::CreatedAt => "u.created_at",
            Self::UpdatedAt => "u.updated_at",
        }
    }
}

/// One condition; a list's are joined by AND.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition<C> {
    Is(C, Match),
    /// Any of these.
    AnyOf(Vec<(C, Match)>),
    /// Nothing matches.
    Never,
}

/// A question to the store.
#[derive(Clone, Debug)]
pub struct ListQuery<C> {
    pub conditions: Vec<Condition<C>>,
    pub order: (C, Direction),
    pub offset: i64,
    pub limit: i64,
}

async fn page<C: Column, T: Send>(
    tx: &mut Tx<'_>,
    query: &ListQuery<C>,
    read: impl FnMut(&Row<'_>) -> Result<T> + Send,
) -> Result<Vec<T>> {
    if query.conditions.len() > MAX_FILTERS {
        return Err(Error::decode(0, "too many conditions"));
    }
    let mut clause = Clause { text: String::new(), values: vec![Value::from(tx.tenant())] };
    for condition in &query.conditions {
        let text = write(&mut clause, condition);
        clause.and(&text);
    }
    let (limit, offset) = (clause.bind(Value::from(query.limit)), clause.bind(Value::from(query.offset)));
    let text = format!("{}{} ORDER BY {} LIMIT {limit} OFFSET {offset}", C::SELECT, clause.text, order(query.order));
    rows(tx, &text, &clause.values, read).await
}

fn write<C: Column>(clause: &mut Clause, condition: &Condition<C>) -> String {
    let mut one = |column: C, is: &Match| {
        let compared = clause.compare(column.sql(), is);
        column.within().map_or(compared.clone(), |within| format!("EXISTS ({within} AND {compared})"))
    };
    match condition {
        Condition::Is(column, is) => one(*column, is),
        Condition::AnyOf(any) => {
            let any: Vec<String> = any.iter().map(|(column, is)| one(*column, is)).collect();
            if any.is_empty() { "1 = 0".to_owned() } else { format!("({})", any.join(" OR ")) }
        }
        Condition::Never => "1 = 0".to_owned(),
    }
}

fn order<C: Column>((column, direction): (C, Direction)) -> String {
    let word = match direction {
        Direction::Ascending => "ASC",
        Direction::Descending => "DESC",
    };
    let nulls = if column.may_be_absent() { " NULLS LAST" } else { "" };
    if column == C::ID {
        return format!("{} {word}", column.sql());
    }
    format!("{} {word}{nulls}, {} {word}", column.sql(), C::ID.sql())
}

pub async fn payments(tx: &mut Tx<'_>, query: &ListQuery<PaymentColumn>) -> Result<Vec<Payment>> {
    page(tx, query, |row| payment_of(&mut Columns::of(row))).await
}

pub async fn credit_notes(tx: &mut Tx<'_>, query: &ListQuery<NoteColumn>) -> Result<Vec<CreditNote>> {
    page(tx, query, |row| note_of(&mut Columns::of(row))).await
}

pub async fn unbilled_charges(tx: &mut Tx<'_>, query: &ListQuery<ChargeColumn>) -> Result<Vec<UnbilledCharge>> {
    page(tx, query, |row| charge_of(&mut Columns::of(row))).await
}
