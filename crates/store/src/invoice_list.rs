//! Lists of invoices: filters and orders in neutral words, turned into SQL from a closed list of fragments.
//! EQUALS, ranges and IS NULL go through an index where DOMAIN names one; CONTAINS, NOTEQUALS, OFFSET and
//! counts are linear within the tenant.

mod amounts;

pub use amounts::{AmountField, Comparison};

use crate::invoices::invoice_row;
use crate::{Error, Result, Row, Sql, Tx, Value, invoice_columns, sql};
use domain::id::{CustomerId, EntityId, InvoiceId};
use domain::invoice::Invoice;
use domain::money::Amount;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    Ascending,
    Descending,
}

/// What rows are sorted by; the id breaks ties in the direction of the last key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    CreatedAt,
    UpdatedAt,
    Id,
    DatedOn,
    DueOn,
    Number,
    CustomerName,
    /// By minor units, whatever the currency.
    Total,
    Balance,
}

/// What a filter looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    Id,
    Number,
    Reference,
    ExternalKey,
    Token,
    CustomerId,
    CustomerName,
    CustomerEmail,
    DatedOn,
    DueOn,
    PaymentExpectedOn,
    CreatedAt,
    UpdatedAt,
    Currency,
    BillState,
    BillCountry,
    ShipState,
    ShipCountry,
    /// A custom field of the invoice, by its index.
    CustomField(u8),
    /// Some line names this item.
    LineItem,
    LineName,
    LineDescription,
    /// Some line carries this custom field value, by index.
    LineCustomField(u8),
    /// Some live or reversed application comes from this payment.
    Payment,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    Int(i64),
    Text(String),
    Day(Date),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    Equals(Operand),
    NotEquals(Operand),
    Less(Operand),
    LessOrEqual(Operand),
    Greater(Operand),
    GreaterOrEqual(Operand),
    /// Case-insensitive, anywhere.
    Contains(String),
    /// Case-insensitive, at the beginning.
    StartsWith(String),
    Null,
    NotNull,
    In(Vec<i64>),
}

/// A derived status as a condition on the projected facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    Draft,
    /// Issued, nothing settled, not past due.
    OpenUntouched,
    /// Issued, partly settled, whether past due or not.
    PartlyPaid,
    /// Issued, nothing settled, past due.
    OverdueUntouched,
    /// Issued, owing, not past due.
    OpenNotDue,
    /// Issued, owing, past due.
    Overdue,
    /// Issued, owing.
    Owing,
    Paid,
    Void,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    Field(Field, Match),
    /// Any of these.
    Status(Vec<Status>),
    /// Any of these filters; none nested deeper.
    AnyOf(Vec<(Field, Match)>),
    /// Issued, or a draft that is shared: what a customer may see.
    VisibleToCustomer,
    NotWithdrawn,
    /// An amount of the invoice stands so to one in its currency.
    Amount(AmountField, Comparison, Amount),
    /// Nothing matches.
    Never,
}

/// Where a keyset page begins: the row before its first, in (created_at, id) descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub created_at: Timestamp,
    pub id: InvoiceId,
}

/// A question to the store.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    pub filters: Vec<Filter>,
    pub order: Vec<(Order, Direction)>,
    /// "Today" of each legal entity, for overdue.
    pub today: Vec<(EntityId, Date)>,
    pub after: Option<Cursor>,
    pub offset: i64,
    pub limit: i64,
}

/// At most so many filters in one question.
pub const MAX_FILTERS: usize = 32;

/// So many shapes of statements are kept prepared; a tenant's clients use a few dozen. Others are prepared each
/// time, so that nobody can fill memory with ever new combinations.
const MAX_SHAPES: usize = 512;

static SHAPES: LazyLock<Mutex<HashMap<String, &'static Sql>>> = LazyLock::new(Mutex::default);

/// The kept statement of this text, if there is room for it.
fn shape(text: &str) -> Option<&'static Sql> {
    let mut shapes = SHAPES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(sql) = shapes.get(text) {
        return Some(sql);
    }
    if shapes.len() >= MAX_SHAPES {
        return None;
    }
    let leaked: &'static str = Box::leak(text.to_owned().into_boxed_str());
    let sql: &'static Sql = Box::leak(Box::new(Sql::new("INVOICE_LIST", leaked, crate::sql::Kind::Tenant, false)));
    shapes.insert(text.to_owned(), sql);
    Some(sql)
}

pub(crate) async fn rows<T: Send>(
    tx: &mut Tx<'_>,
    text: &str,
    values: &[Value<'_>],
    read: impl FnMut(&Row<'_>) -> Result<T> + Send,
) -> Result<Vec<T>> {
    match shape(text) {
        Some(sql) => tx.all(sql, values, read).await,
        None => tx.all_text("INVOICE_LIST", text, values, read).await,
    }
}

/// The text of a WHERE clause with its parameters, in step.
pub(crate) struct Clause {
    pub(crate) text: String,
    pub(crate) values: Vec<Value<'static>>,
}

impl Clause {
    pub(crate) fn bind(&mut self, value: Value<'static>) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    pub(crate) fn and(&mut self, condition: &str) {
        self.text.push_str(" AND ");
        self.text.push_str(condition);
    }

    fn condition(&mut self, field: Field, is: &Match) -> String {
        match subquery(field) {
            None => self.compare(column(field), is),
            Some((from, column, index)) => {
                let index = index.map(|index| {
                    let bound = self.bind(Value::from(i64::from(index)));
                    format!(" AND f.field_index = {bound}")
                });
                let (exists, is) = match is {
                    Match::NotEquals(operand) => ("NOT EXISTS", Match::Equals(operand.clone())),
                    Match::Null => ("NOT EXISTS", Match::NotNull),
                    other => ("EXISTS", other.clone()),
                };
                let compared = self.compare(column, &is);
                format!("{exists} ({from}{} AND {compared})", index.unwrap_or_default())
            }
        }
    }

    pub(crate) fn compare(&mut self, column: &str, is: &Match) -> String {
        let (operator, operand) = match is {
            Match::Null => return format!("{column} IS NULL"),
            Match::NotNull => return format!("{column} IS NOT NULL"),
            Match::Contains(text) => return self.like(column, format!("%{}%", escaped(text))),
            Match::StartsWith(text) => return self.like(column, format!("{}%", escaped(text))),
            Match::In(list) => {
                let bound = self.bind(Value::from(list.clone()));
                return format!("{column} @in({bound})");
            }
            Match::NotEquals(operand) => {
                let bound = self.bind(operand_value(operand));
                return format!("({column} <> {bound} OR {column} IS NULL)");
            }
            Match::Equals(operand) => ("=", operand),
            Match::Less(operand) => ("<", operand),
            Match::LessOrEqual(operand) => ("<=", operand),
            Match::Greater(operand) => (">", operand),
            Match::GreaterOrEqual(operand) => (">=", operand),
        };
        let bound = self.bind(operand_value(operand));
        format!("{column} {operator} {bound}")
    }

    fn like(&mut self, column: &str, pattern: String) -> String {
        let bound = self.bind(Value::from(pattern));
        format!("@ilike({column}, {bound})")
    }

    fn past_due(&mut self, today: &[(EntityId, Date)]) -> String {
        let pairs: Vec<String> = today
            .iter()
            .map(|(entity, day)| {
                let (entity, day) = (self.bind(Value::from(*entity)), self.bind(Value::from(*day)));
                format!("(i.entity_id = {entity} AND i.due_on < {day})")
            })
            .collect();
        if pairs.is_empty() { "1 = 0".to_owned() } else { format!("({})", pairs.join(" OR ")) }
    }

    fn status(&mut self, status: Status, today: &[(EntityId, Date)]) -> String {
        let owing = "i.state = 'issued' AND i.balance > 0";
        match status {
            Status::Draft => "i.state = 'draft'".to_owned(),
            Status::Void => "i.state = 'void'".to_owned(),
            Status::Paid => "(i.state = 'issued' AND i.balance = 0)".to_owned(),
            Status::Owing => format!("({owing})"),
            Status::PartlyPaid => format!("({owing} AND i.balance < i.total)"),
            Status::Overdue => {
                let due = self.past_due(today);
                format!("({owing} AND {due})")
            }
            Status::OverdueUntouched => {
                let due = self.past_due(today);
                format!("({owing} AND i.balance = i.total AND {due})")
            }
            Status::OpenNotDue => {
                let due = self.past_due(today);
                format!("({owing} AND NOT {due})")
            }
            Status::OpenUntouched => {
                let due = self.past_due(today);
                format!("({owing} AND i.balance = i.total AND NOT {due})")
            }
        }
    }

    fn filter(&mut self, filter: &Filter, today: &[(EntityId, Date)]) -> String {
        match filter {
            Filter::Field(field, is) => self.condition(*field, is),
            Filter::Status(any) => {
                let any: Vec<String> = any.iter().map(|status| self.status(*status, today)).collect();
                if any.is_empty() { "1 = 0".to_owned() } else { format!("({})", any.join(" OR ")) }
            }
            Filter::AnyOf(any) => {
                let any: Vec<String> = any.iter().map(|(field, is)| self.condition(*field, is)).collect();
                if any.is_empty() { "1 = 0".to_owned() } else { format!("({})", any.join(" OR ")) }
            }
            Filter::VisibleToCustomer => "(i.state <> 'draft' OR i.is_shared = 1)".to_owned(),
            Filter::NotWithdrawn => "i.withdrawn_at IS NULL".to_owned(),
            Filter::Amount(field, comparison, amount) => self.amount(*field, *comparison, *amount),
            Filter::Never => "1 = 0".to_owned(),
        }
    }
}

fn where_clause(tx: &Tx<'_>, query: &ListQuery) -> Result<Clause> {
    if query.filters.len() > MAX_FILTERS {
        return Err(Error::decode(0, "too many filters"));
    }
    let mut clause = Clause { text: "i.tenant_id = $1".to_owned(), values: vec![Value::from(tx.tenant())] };
    for filter in &query.filters {
        let condition = clause.filter(filter, &query.today);
        clause.and(&condition);
    }
    Ok(clause)
}

fn column(field: Field) -> &'static str {
    match field {
        Field::Id => "i.id",
        Field::Number => "i.number",
        Field::Reference => "i.reference",
        Field::ExternalKey => "i.external_key",
        Field::Token => "i.token",
        Field::CustomerId => "i.customer_id",
        Field::CustomerName => "i.customer_name",
        Field::CustomerEmail => "i.customer_email",
        Field::DatedOn => "i.dated_on",
        Field::DueOn => "i.due_on",
        Field::PaymentExpectedOn => "i.payment_expected_on",
        Field::CreatedAt => "i.created_at",
        Field::UpdatedAt => "i.updated_at",
        Field::Currency => "i.currency",
        Field::BillState => "i.bill_state",
        Field::BillCountry => "i.bill_country",
        Field::ShipState => "i.ship_state",
        Field::ShipCountry => "i.ship_country",
        Field::CustomField(_) | Field::LineCustomField(_) => "v.value",
        Field::LineItem => "l.item_id",
        Field::LineName => "l.name",
        Field::LineDescription => "l.description",
        Field::Payment => "a.source_id",
    }
}

/// Fields that live in other tables: the beginning of an EXISTS, its column, and a custom field's index.
fn subquery(field: Field) -> Option<(&'static str, &'static str, Option<u8>)> {
    const LINES: &str = "SELECT 1 FROM invoice_lines l WHERE l.tenant_id = i.tenant_id AND l.invoice_id = i.id";
    const VALUES: &str = "SELECT 1 FROM custom_field_values v JOIN custom_fields f \
        ON f.tenant_id = v.tenant_id AND f.id = v.field_id \
        WHERE v.tenant_id = i.tenant_id AND v.object_kind = 'invoice' AND v.object_id = i.id";
    const LINE_VALUES: &str = "SELECT 1 FROM invoice_lines l JOIN custom_field_values v \
        ON v.tenant_id = l.tenant_id AND v.object_kind = 'line' AND v.object_id = l.id JOIN custom_fields f \
        ON f.tenant_id = v.tenant_id AND f.id = v.field_id \
        WHERE l.tenant_id = i.tenant_id AND l.invoice_id = i.id";
    const PAYMENTS: &str = "SELECT 1 FROM applications a \
        WHERE a.tenant_id = i.tenant_id AND a.invoice_id = i.id AND a.source_kind = 'payment'";
    match field {
        Field::CustomField(index) => Some((VALUES, column(field), Some(index))),
        Field::LineCustomField(index) => Some((LINE_VALUES, column(field), Some(index))),
        Field::LineItem | Field::LineName | Field::LineDescription => Some((LINES, column(field), None)),
        Field::Payment => Some((PAYMENTS, column(field), None)),
        _ => None,
    }
}

fn operand_value(operand: &Operand) -> Value<'static> {
    match operand {
        Operand::Int(value) => Value::from(*value),
        Operand::Text(text) => Value::from(text.clone()),
        Operand::Day(day) => Value::from(*day),
    }
}

/// A LIKE pattern's own signs, taken literally (ESCAPE '\').
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn order_column(order: Order) -> &'static str {
    match order {
        Order::CreatedAt => "i.created_at",
        Order::UpdatedAt => "i.updated_at",
        Order::Id => "i.id",
        Order::DatedOn => "i.dated_on",
        Order::DueOn => "i.due_on",
        Order::Number => "i.number",
        Order::CustomerName => "i.customer_name",
        Order::Total => "i.total",
        Order::Balance => "i.balance",
    }
}

fn order_clause(order: &[(Order, Direction)]) -> String {
    let word = |direction: Direction| match direction {
        Direction::Ascending => "ASC",
        Direction::Descending => "DESC",
    };
    let last = order.last().map_or(Direction::Descending, |(_, direction)| *direction);
    let mut keys: Vec<String> = order
        .iter()
        .filter(|(key, _)| *key != Order::Id || order.len() == 1)
        .map(|(key, direction)| {
            // NULL numbers (drafts) last on both databases, whatever the direction.
            let nulls = if *key == Order::Number { " NULLS LAST" } else { "" };
            format!("{} {}{nulls}", order_column(*key), word(*direction))
        })
        .collect();
    if order.iter().all(|(key, _)| *key != Order::Id) || order.len() > 1 {
        keys.push(format!("i.id {}", word(last)));
    }
    keys.join(", ")
}

/// Rows of the page. With `after` the order is (created_at, id) descending.
pub async fn list(tx: &mut Tx<'_>, query: &ListQuery) -> Result<Vec<Invoice>> {
    let mut clause = where_clause(tx, query)?;
    if let Some(after) = query.after {
        let (at, id) = (clause.bind(Value::from(after.created_at)), clause.bind(Value::from(after.id)));
        clause.and(&format!("(i.created_at, i.id) < ({at}, {id})"));
    }
    let (limit, offset) = (clause.bind(Value::from(query.limit)), clause.bind(Value::from(query.offset)));
    let order = if query.order.is_empty() {
        order_clause(&[(Order::CreatedAt, Direction::Descending)])
    } else {
        order_clause(&query.order)
    };
    let text = format!(
        concat!("SELECT ", invoice_columns!(), " FROM invoices i WHERE {} ORDER BY {} LIMIT {} OFFSET {}"),
        clause.text, order, limit, offset
    );
    rows(tx, &text, &clause.values, invoice_row).await
}

pub async fn count(tx: &mut Tx<'_>, query: &ListQuery) -> Result<i64> {
    let clause = where_clause(tx, query)?;
    let text = format!("SELECT COUNT(*) FROM invoices i WHERE {}", clause.text);
    Ok(rows(tx, &text, &clause.values, |row| row.int(0)).await?.pop().unwrap_or(0))
}

sql! {
    LINE_ROWS = "SELECT x.invoice_id, x.position, x.id, x.is_gone, x.item_code, x.description, x.from_on, x.until_on, \
        x.quantity_mantissa, x.quantity_scale, x.price_mantissa, x.price_scale, x.taxable, i.customer_id, i.number, \
        i.dated_on, i.currency, i.total, i.state FROM ( \
        SELECT l.tenant_id, l.invoice_id, l.position, l.id, 0 AS is_gone, l.item_code, l.description, l.from_on, \
        l.until_on, l.quantity_mantissa, l.quantity_scale, l.price_mantissa, l.price_scale, l.taxable \
        FROM invoice_lines l WHERE l.tenant_id = $1 UNION ALL \
        SELECT r.tenant_id, r.invoice_id, r.position, r.id, 1, r.item_code, r.description, r.from_on, r.until_on, \
        0, 0, 0, 0, 0 FROM retired_lines r WHERE r.tenant_id = $1) x \
        JOIN invoices i ON i.tenant_id = x.tenant_id AND i.id = x.invoice_id \
        WHERE i.tenant_id = $1 AND i.issued_at IS NOT NULL AND i.customer_id @in($2) \
        AND (CAST($3 AS TEXT) IS NULL OR i.number = $3) AND (CAST($4 AS TEXT) IS NULL OR i.dated_on >= $4) AND (CAST($5 AS TEXT) IS NULL OR i.dated_on <= $5) \
        ORDER BY i.issued_at, i.id, x.position LIMIT $6 OFFSET $7";
    COUNT_LINE_ROWS = "SELECT \
        (SELECT COUNT(*) FROM invoice_lines l JOIN invoices i ON i.tenant_id = l.tenant_id AND i.id = l.invoice_id \
        WHERE i.tenant_id = $1 AND i.issued_at IS NOT NULL AND i.customer_id @in($2) \
        AND (CAST($3 AS TEXT) IS NULL OR i.number = $3) AND (CAST($4 AS TEXT) IS NULL OR i.dated_on >= $4) AND (CAST($5 AS TEXT) IS NULL OR i.dated_on <= $5)) \
        + (SELECT COUNT(*) FROM retired_lines r JOIN invoices i ON i.tenant_id = r.tenant_id AND i.id = r.invoice_id \
        WHERE i.tenant_id = $1 AND i.issued_at IS NOT NULL AND i.customer_id @in($2) \
        AND (CAST($3 AS TEXT) IS NULL OR i.number = $3) AND (CAST($4 AS TEXT) IS NULL OR i.dated_on >= $4) AND (CAST($5 AS TEXT) IS NULL OR i.dated_on <= $5))";
}

/// Lines of issued invoices of these customers, in issue order then line.
#[derive(Clone, Debug, Default)]
pub struct LineQuery {
    pub customers: Vec<CustomerId>,
    pub number: Option<String>,
    pub from_on: Option<Date>,
    /// Inclusive.
    pub to_on: Option<Date>,
    pub offset: i64,
    pub limit: i64,
}

/// One line of an issued invoice with what its header says. Amounts in minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRow {
    pub invoice_id: InvoiceId,
    pub position: i64,
    pub id: domain::id::LineId,
    /// A correction dropped the line: it keeps its place, with nothing on it.
    pub is_gone: bool,
    pub item_code: Option<String>,
    pub description: String,
    pub from_on: Option<Date>,
    /// Exclusive.
    pub until_on: Option<Date>,
    pub quantity: domain::money::Decimal,
    pub unit_price: domain::money::Decimal,
    pub taxable: i64,
    pub customer_id: CustomerId,
    pub number: Option<String>,
    pub dated_on: Date,
    pub currency: domain::money::Currency,
    pub total: i64,
    pub state: domain::invoice::State,
}

fn line_values(tx: &Tx<'_>, query: &LineQuery) -> Vec<Value<'static>> {
    let customers: Vec<i64> = query.customers.iter().map(|id| id.0).collect();
    vec![
        Value::from(tx.tenant()),
        Value::from(customers),
        Value::from(query.number.clone()),
        Value::from(query.from_on),
        Value::from(query.to_on),
    ]
}

pub async fn line_rows(tx: &mut Tx<'_>, query: &LineQuery) -> Result<Vec<LineRow>> {
    let mut values = line_values(tx, query);
    values.extend([Value::from(query.limit), Value::from(query.offset)]);
    tx.all(&LINE_ROWS, &values, |row| {
        let mut c = crate::columns::Columns::of(row);
        Ok(LineRow {
            invoice_id: InvoiceId(c.int()?),
            position: c.int()?,
            id: domain::id::LineId(c.int()?),
            is_gone: c.flag()?,
            item_code: c.opt_text()?,
            description: c.text()?,
            from_on: c.opt_date()?,
            until_on: c.opt_date()?,
            quantity: c.decimal()?,
            unit_price: c.decimal()?,
            taxable: c.int()?,
            customer_id: CustomerId(c.int()?),
            number: c.opt_text()?,
            dated_on: c.date()?,
            currency: c.currency()?,
            total: c.int()?,
            state: c.word(domain::invoice::State::from_word)?,
        })
    })
    .await
}

pub async fn count_line_rows(tx: &mut Tx<'_>, query: &LineQuery) -> Result<i64> {
    let values = line_values(tx, query);
    tx.one(&COUNT_LINE_ROWS, &values, |row| row.int(0)).await
}
