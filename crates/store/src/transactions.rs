//! What passed between a seller and its customers, in one list: invoices, payments, credit notes and refunds, newest
//! first. Each kind is cut to the end of the page by its own index before they are merged.

use crate::columns::Columns;
use crate::{Result, Row, Tx, params, sql};
use domain::id::{CustomerId, EntityId};
use domain::money::Currency;
use jiff::civil::Date;

/// What a row of the list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Invoice,
    Payment,
    CreditNote,
    Refund,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Invoice, Self::Payment, Self::CreditNote, Self::Refund];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::Payment => "payment",
            Self::CreditNote => "credit_note",
            Self::Refund => "refund",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One row. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    pub kind: Kind,
    pub id: i64,
    pub customer_id: CustomerId,
    pub entity_id: EntityId,
    /// The number of a document, the reference of a payment or refund; may be empty.
    pub number: String,
    pub dated_on: Date,
    pub amount: i64,
    /// What is still open of it: owed, unapplied or left over.
    pub open: i64,
    pub currency: Currency,
    /// The state of a document; `void` or `received` of a payment; `paid` of a refund.
    pub state: String,
    pub due_on: Option<Date>,
}

/// $2 customer, $3 kind or 'all', $4 whether unshared drafts are seen, $5 limit, $6 offset.
macro_rules! transactions {
    ($customer:literal) => {
        concat!(
            "SELECT t.kind, t.id, t.customer_id, t.entity_id, t.number, t.dated_on, t.amount, t.left_over, t.currency, \
             t.state, t.due_on FROM ( \
             SELECT * FROM (SELECT 'invoice' AS kind, d.id, d.customer_id, d.entity_id, \
             COALESCE(d.number, d.reference) AS number, d.dated_on, d.total AS amount, d.balance AS left_over, \
             d.currency, d.state, d.due_on FROM invoices d WHERE d.tenant_id = $1 AND ",
            $customer,
            " AND CAST($3 AS TEXT) IN ('all', 'invoice') AND d.withdrawn_at IS NULL \
             AND (d.state <> 'draft' OR d.is_shared = 1 OR CAST($4 AS BIGINT) = 1) \
             ORDER BY d.dated_on DESC, d.id DESC LIMIT CAST($5 AS BIGINT) + CAST($6 AS BIGINT)) a \
             UNION ALL SELECT * FROM (SELECT 'payment' AS kind, d.id, d.customer_id, d.entity_id, \
             d.reference AS number, d.received_on AS dated_on, d.amount, d.unapplied AS left_over, d.currency, \
             CASE WHEN d.is_void = 1 THEN 'void' ELSE 'received' END AS state, NULL AS due_on \
             FROM payments d WHERE d.tenant_id = $1 AND ",
            $customer,
            " AND CAST($3 AS TEXT) IN ('all', 'payment') \
             ORDER BY d.received_on DESC, d.id DESC LIMIT CAST($5 AS BIGINT) + CAST($6 AS BIGINT)) b \
             UNION ALL SELECT * FROM (SELECT 'credit_note' AS kind, d.id, d.customer_id, d.entity_id, \
             COALESCE(d.number, d.reference) AS number, d.dated_on, d.total AS amount, d.remaining AS left_over, \
             d.currency, d.state, NULL AS due_on FROM credit_notes d WHERE d.tenant_id = $1 AND ",
            $customer,
            " AND CAST($3 AS TEXT) IN ('all', 'credit_note') AND (d.state <> 'draft' OR CAST($4 AS BIGINT) = 1) \
             ORDER BY d.dated_on DESC, d.id DESC LIMIT CAST($5 AS BIGINT) + CAST($6 AS BIGINT)) c \
             UNION ALL SELECT * FROM (SELECT 'refund' AS kind, d.id, d.customer_id, d.entity_id, \
             d.reference AS number, d.refunded_on AS dated_on, d.amount, 0 AS left_over, d.currency, 'paid' AS state, \
             NULL AS due_on FROM refunds d WHERE d.tenant_id = $1 AND ",
            $customer,
            " AND CAST($3 AS TEXT) IN ('all', 'refund') \
             ORDER BY d.refunded_on DESC, d.id DESC LIMIT CAST($5 AS BIGINT) + CAST($6 AS BIGINT)) e) t \
             ORDER BY t.dated_on DESC, t.id DESC LIMIT CAST($5 AS BIGINT) OFFSET CAST($6 AS BIGINT)"
        )
    };
}

sql! {
    TRANSACTIONS_OF_CUSTOMER = transactions!("d.customer_id = $2");
    // $2 stays, so that both texts take the same parameters.
    TRANSACTIONS_OF_ALL = transactions!("CAST($2 AS BIGINT) IS NULL");
}

/// Which rows are asked for.
#[derive(Clone, Debug)]
pub struct Question {
    pub customer: Option<CustomerId>,
    /// `None`: all kinds.
    pub kind: Option<Kind>,
    /// Drafts that are not shared are seen too.
    pub sees_drafts: bool,
    pub limit: i64,
    pub offset: i64,
}

/// The page, newest day first.
pub async fn list(tx: &mut Tx<'_>, question: &Question) -> Result<Vec<Transaction>> {
    let sql = if question.customer.is_some() { &TRANSACTIONS_OF_CUSTOMER } else { &TRANSACTIONS_OF_ALL };
    let row = params![
        tx.tenant(),
        question.customer,
        question.kind.map_or("all", Kind::word),
        question.sees_drafts,
        question.limit,
        question.offset,
    ];
    tx.all(sql, row, transaction).await
}

fn transaction(row: &Row<'_>) -> Result<Transaction> {
    let mut c = Columns::of(row);
    Ok(Transaction {
        kind: c.word(Kind::from_word)?,
        id: c.int()?,
        customer_id: CustomerId(c.int()?),
        entity_id: EntityId(c.int()?),
        number: c.text()?,
        dated_on: c.date()?,
        amount: c.int()?,
        open: c.int()?,
        currency: c.currency()?,
        state: c.text()?,
        due_on: c.opt_date()?,
    })
}
