//! Lists of customers: filters and orders in neutral words, turned into SQL from a closed list of fragments. Names
//! and creation go through an index; all else is linear within the tenant, and so are OFFSET and searches.

use crate::customers::{customer, customer_columns};
use crate::invoice_list::{Direction, Match, Operand};
use crate::{Error, Result, Row, Sql, Tx, Value, insert, params, sql};
use domain::id::{CustomFieldId, CustomerId};
use domain::party::Customer;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// What rows are sorted by; the id breaks ties in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    CreatedAt,
    UpdatedAt,
    DisplayName,
    CompanyName,
    Email,
    Phone,
    /// Of the primary contact.
    FirstName,
    LastName,
    /// Of all legal entities and currencies together, by minor units.
    Outstanding,
    UnusedCredit,
}

/// What a filter looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    Id,
    DisplayName,
    CompanyName,
    Email,
    Phone,
    Website,
    Currency,
    ExternalKey,
    Notes,
    CreatedAt,
    UpdatedAt,
    /// Some contact's.
    FirstName,
    LastName,
    ContactEmail,
    Mobile,
    CustomField(CustomFieldId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    Field(Field, Match),
    /// Any of these.
    AnyOf(Vec<(Field, Match)>),
    Active(bool),
    PortalEnabled(bool),
    /// Known to another system of this name; any system when empty.
    Referenced(String),
    /// Nothing matches.
    Never,
}

/// A question to the store.
#[derive(Clone, Debug)]
pub struct ListQuery {
    pub filters: Vec<Filter>,
    pub order: (Order, Direction),
    pub offset: i64,
    pub limit: i64,
}

/// At most so many filters in one question.
pub const MAX_FILTERS: usize = 32;

/// So many shapes of statements are kept prepared; others are prepared each time.
const MAX_SHAPES: usize = 256;

static SHAPES: LazyLock<Mutex<HashMap<String, &'static Sql>>> = LazyLock::new(Mutex::default);

const NAME: &str = "CUSTOMER_LIST";

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
    let sql: &'static Sql = Box::leak(Box::new(Sql::new(NAME, leaked, crate::sql::Kind::Tenant, false)));
    shapes.insert(text.to_owned(), sql);
    Some(sql)
}

async fn rows<T: Send>(
    tx: &mut Tx<'_>,
    text: &str,
    values: &[Value<'_>],
    read: impl FnMut(&Row<'_>) -> Result<T> + Send,
) -> Result<Vec<T>> {
    match shape(text) {
        Some(sql) => tx.all(sql, values, read).await,
        None => tx.all_text(NAME, text, values, read).await,
    }
}

/// The text of a WHERE clause with its parameters, in step.
struct Clause {
    text: String,
    values: Vec<Value<'static>>,
}

impl Clause {
    fn bind(&mut self, value: Value<'static>) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn condition(&mut self, field: Field, is: &Match) -> String {
        const CONTACTS: &str = "SELECT 1 FROM contacts p WHERE p.tenant_id = customers.tenant_id \
            AND p.customer_id = customers.id";
        const VALUES: &str = "SELECT 1 FROM custom_field_values v WHERE v.tenant_id = customers.tenant_id \
            AND v.object_kind = 'customer' AND v.object_id = customers.id AND v.field_id = ";
        let from = match field {
            Field::FirstName | Field::LastName | Field::ContactEmail | Field::Mobile => CONTACTS.to_owned(),
            Field::CustomField(id) => {
                let bound = self.bind(Value::from(id));
                format!("{VALUES}{bound}")
            }
            _ => return self.compare(column(field), is),
        };
        let (exists, is) = match is {
            Match::NotEquals(operand) => ("NOT EXISTS", Match::Equals(operand.clone())),
            Match::Null => ("NOT EXISTS", Match::NotNull),
            other => ("EXISTS", other.clone()),
        };
        let compared = self.compare(column(field), &is);
        format!("{exists} ({from} AND {compared})")
    }

    fn compare(&mut self, column: &str, is: &Match) -> String {
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

    fn filter(&mut self, filter: &Filter) -> String {
        const REFERENCES: &str = "SELECT 1 FROM customer_references r WHERE r.tenant_id = customers.tenant_id \
            AND r.customer_id = customers.id";
        match filter {
            Filter::Field(field, is) => self.condition(*field, is),
            Filter::AnyOf(any) => {
                let any: Vec<String> = any.iter().map(|(field, is)| self.condition(*field, is)).collect();
                if any.is_empty() { "1 = 0".to_owned() } else { format!("({})", any.join(" OR ")) }
            }
            Filter::Active(is) => format!("is_active = {}", i64::from(*is)),
            Filter::PortalEnabled(is) => format!("is_portal_enabled = {}", i64::from(*is)),
            Filter::Referenced(system) if system.is_empty() => format!("EXISTS ({REFERENCES})"),
            Filter::Referenced(system) => {
                let bound = self.bind(Value::from(system.clone()));
                format!("EXISTS ({REFERENCES} AND r.system = {bound})")
            }
            Filter::Never => "1 = 0".to_owned(),
        }
    }
}

fn column(field: Field) -> &'static str {
    match field {
        Field::Id => "id",
        Field::DisplayName => "display_name",
        Field::CompanyName => "company_name",
        Field::Email => "email",
        Field::Phone => "phone",
        Field::Website => "website",
        Field::Currency => "currency",
        Field::ExternalKey => "external_key",
        Field::Notes => "notes",
        Field::CreatedAt => "created_at",
        Field::UpdatedAt => "updated_at",
        Field::FirstName => "p.first_name",
        Field::LastName => "p.last_name",
        Field::ContactEmail => "p.email",
        Field::Mobile => "p.mobile",
        Field::CustomField(_) => "v.value",
    }
}

fn order_column(order: Order) -> &'static str {
    macro_rules! of_primary {
        ($column:literal) => {
            concat!(
                "COALESCE((SELECT MIN(p.",
                $column,
                ") FROM contacts p WHERE p.tenant_id = customers.tenant_id \
                 AND p.customer_id = customers.id AND p.is_primary = 1), '')"
            )
        };
    }
    macro_rules! of_balances {
        ($column:literal) => {
            concat!(
                "COALESCE((SELECT CAST(SUM(b.",
                $column,
                ") AS BIGINT) FROM customer_balances b WHERE b.tenant_id = customers.tenant_id \
                 AND b.customer_id = customers.id), 0)"
            )
        };
    }
    match order {
        Order::CreatedAt => "created_at",
        Order::UpdatedAt => "updated_at",
        Order::DisplayName => "display_name",
        Order::CompanyName => "company_name",
        Order::Email => "email",
        Order::Phone => "phone",
        Order::FirstName => of_primary!("first_name"),
        Order::LastName => of_primary!("last_name"),
        Order::Outstanding => of_balances!("outstanding"),
        Order::UnusedCredit => of_balances!("unused_credit"),
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

/// The page's customers.
pub async fn list(tx: &mut Tx<'_>, query: &ListQuery) -> Result<Vec<Customer>> {
    if query.filters.len() > MAX_FILTERS {
        return Err(Error::decode(0, "too many filters"));
    }
    let mut clause = Clause { text: "tenant_id = $1".to_owned(), values: vec![Value::from(tx.tenant())] };
    for filter in &query.filters {
        let condition = clause.filter(filter);
        clause.text.push_str(" AND ");
        clause.text.push_str(&condition);
    }
    let (limit, offset) = (clause.bind(Value::from(query.limit)), clause.bind(Value::from(query.offset)));
    let (order, direction) = query.order;
    let direction = match direction {
        Direction::Ascending => "ASC",
        Direction::Descending => "DESC",
    };
    let text = format!(
        concat!("SELECT ", customer_columns!(), " FROM customers WHERE {} ORDER BY {} {}, id {} LIMIT {} OFFSET {}"),
        clause.text,
        order_column(order),
        direction,
        direction,
        limit,
        offset
    );
    rows(tx, &text, &clause.values, customer).await
}

insert! {
    INSERT_REFERENCE = "customer_references" (tenant_id, system, reference, customer_id);
}

sql! {
    FIND_REFERENCE = "SELECT customer_id FROM customer_references WHERE tenant_id = $1 AND system = $2 AND reference = $3";
    LIST_REFERENCES = "SELECT customer_id, system, reference FROM customer_references \
        WHERE tenant_id = $1 AND customer_id @in($2) ORDER BY customer_id, system";
    CLEAR_REFERENCES = "DELETE FROM customer_references WHERE tenant_id = $1 AND customer_id = $2 AND system @in($3)";
    FORGET_REFERENCES = "DELETE FROM customer_references WHERE tenant_id = $1 AND customer_id = $2";
}

/// An id by which another system knows a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub customer_id: CustomerId,
    /// `crm_account`
    pub system: String,
    /// Unique within the system.
    pub reference: String,
}

/// The customer that the other system calls so.
pub async fn by_reference(tx: &mut Tx<'_>, system: &str, reference: &str) -> Result<Option<CustomerId>> {
    let tenant = tx.tenant();
    tx.opt(&FIND_REFERENCE, params![tenant, system, reference], |row| row.int(0).map(CustomerId)).await
}

/// What other systems call these customers.
pub async fn references(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<Reference>> {
    let tenant = tx.tenant();
    tx.all(&LIST_REFERENCES, params![tenant, customers], |row| {
        Ok(Reference { customer_id: CustomerId(row.int(0)?), system: row.text(1)?, reference: row.text(2)? })
    })
    .await
}

/// Sets what these systems call a customer, one of each; an empty id is forgotten, other systems' ids stay.
pub async fn set_references(tx: &mut Tx<'_>, customer: CustomerId, references: &[(&str, &str)]) -> Result<()> {
    let tenant = tx.tenant();
    let systems: Vec<String> = references.iter().map(|(system, _)| (*system).to_owned()).collect();
    tx.exec(&CLEAR_REFERENCES, params![tenant, customer, systems]).await?;
    let rows: Vec<[Value<'_>; 4]> = references
        .iter()
        .filter(|(_, reference)| !reference.is_empty())
        .map(|(system, reference)| {
            [Value::from(tenant), Value::from(*system), Value::from(*reference), Value::from(customer)]
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    tx.insert_many(&INSERT_REFERENCE, &crate::Batch::of(&INSERT_REFERENCE, rows)).await.map(drop)
}

/// Drops all that other systems call a customer, which is deleted itself.
pub async fn forget_references(tx: &mut Tx<'_>, customer: CustomerId) -> Result<()> {
    let tenant = tx.tenant();
    tx.exec(&FORGET_REFERENCES, params![tenant, customer]).await.map(drop)
}
