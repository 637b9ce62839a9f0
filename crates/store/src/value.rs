//! A bound parameter. No floats exist.

use std::borrow::Cow;

use jiff::civil::Date;

/// One parameter of a statement, borrowed where it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Null,
    Int(i64),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
    /// A civil day, stored as ISO text `2026-02-28`.
    Day(Date),
    /// A list for `@in`: an array on PostgreSQL, JSON text on SQLite.
    Ints(Cow<'a, [i64]>),
    /// A list of texts for `@in`.
    Texts(Cow<'a, [String]>),
}

impl Value<'_> {
    /// Whether the value holds a character that PostgreSQL cannot store (U+0000). SQLite could, so both refuse it.
    pub(crate) fn holds_nul(&self) -> bool {
        match self {
            Value::Text(text) => text.as_bytes().contains(&0),
            Value::Texts(texts) => texts.iter().any(|text| text.as_bytes().contains(&0)),
            _ => false,
        }
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<u8> for Value<'_> {
    fn from(value: u8) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Int(i64::from(value))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Value::Text(Cow::Owned(value))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Value::Text(Cow::Borrowed(value))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(value: Cow<'a, str>) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Value::Bytes(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Value::Bytes(Cow::Borrowed(value))
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(value: Vec<u8>) -> Self {
        Value::Bytes(Cow::Owned(value))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Value::Bytes(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a [i64]> for Value<'a> {
    fn from(value: &'a [i64]) -> Self {
        Value::Ints(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a Vec<i64>> for Value<'a> {
    fn from(value: &'a Vec<i64>) -> Self {
        Value::Ints(Cow::Borrowed(value))
    }
}

impl From<Vec<i64>> for Value<'_> {
    fn from(value: Vec<i64>) -> Self {
        Value::Ints(Cow::Owned(value))
    }
}

impl<'a> From<&'a [String]> for Value<'a> {
    fn from(value: &'a [String]) -> Self {
        Value::Texts(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a Vec<String>> for Value<'a> {
    fn from(value: &'a Vec<String>) -> Self {
        Value::Texts(Cow::Borrowed(value))
    }
}

impl From<Vec<String>> for Value<'_> {
    fn from(value: Vec<String>) -> Self {
        Value::Texts(Cow::Owned(value))
    }
}

impl From<&[&str]> for Value<'_> {
    fn from(value: &[&str]) -> Self {
        Value::Texts(value.iter().map(|text| (*text).to_owned()).collect())
    }
}

impl From<Date> for Value<'_> {
    fn from(value: Date) -> Self {
        Value::Day(value)
    }
}

/// Instants are stored as microseconds since 1970 (UTC).
impl From<jiff::Timestamp> for Value<'_> {
    fn from(value: jiff::Timestamp) -> Self {
        Value::Int(value.as_microsecond())
    }
}

impl<'a, T> From<Option<T>> for Value<'a>
where
    Value<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Value::from)
    }
}

/// A blanket `From<T: Into<i64>>` would collide with the text types, so the ids are listed. A new id of `domain::id`
/// is added here.
macro_rules! ids {
    ($($name:ident)*) => {
        $(
            impl From<domain::id::$name> for Value<'_> {
                fn from(id: domain::id::$name) -> Self {
                    Value::Int(id.0)
                }
            }

            impl From<&[domain::id::$name]> for Value<'_> {
                fn from(ids: &[domain::id::$name]) -> Self {
                    Value::Ints(ids.iter().map(|id| id.0).collect())
                }
            }

            impl From<&Vec<domain::id::$name>> for Value<'_> {
                fn from(ids: &Vec<domain::id::$name>) -> Self {
                    Value::from(ids.as_slice())
                }
            }
        )*
    };
}

ids! {
    TenantId EntityId SeriesId CustomerId ContactId ItemId TaxRateId TaxGroupId InvoiceId LineId CreditNoteId
    CreditNoteLineId UnbilledChargeId UnbilledChargeLineId PaymentId ApplicationId RefundId WriteOffId EntryId AuditId EventId CredentialId OauthClientId OauthGrantId TermsId
    CustomFieldId SalespersonId TaxAuthorityId TaxExemptionId CancellationReasonId AttachmentId PaymentMethodId PaymentIntentId PaymentAttemptId
    ProductId PlanId PlanVersionId AddonId CouponId
}

/// The parameters of one statement: `params![tenant, id, "text", Some(7)]` is a `&[Value]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] };
}

/// One row for [`Batch::push`](crate::Batch::push) or `Tx::insert`: an array of values.
#[macro_export]
macro_rules! row {
    ($($value:expr),* $(,)?) => { [$($crate::Value::from($value)),*] };
}

/// Rows to be inserted, in one flat vector: one allocation for all of them.
#[derive(Clone, Debug)]
pub struct Batch<'a> {
    width: usize,
    values: Vec<Value<'a>>,
    /// A row of another width was pushed: a bug in the caller, answered by `insert_many`.
    is_ragged: bool,
}

impl<'a> Batch<'a> {
    /// An empty batch for this table, with room for `rows`.
    pub fn with_capacity(insert: &'static crate::Insert, rows: usize) -> Batch<'a> {
        let width = insert.columns.len();
        Batch { width, values: Vec::with_capacity(width * rows), is_ragged: false }
    }

    /// A batch of all these rows.
    pub fn of<R: IntoIterator<Item = Value<'a>>>(
        insert: &'static crate::Insert,
        rows: impl IntoIterator<Item = R>,
    ) -> Batch<'a> {
        let rows = rows.into_iter();
        let mut batch = Batch::with_capacity(insert, rows.size_hint().0);
        for row in rows {
            batch.push_iter(row);
        }
        batch
    }

    /// Adds one row, its values in the order of the table's columns in `insert!`.
    pub fn push<const N: usize>(&mut self, row: [Value<'a>; N]) {
        self.is_ragged |= N != self.width;
        self.values.extend(row);
    }

    /// Adds one row of values made elsewhere.
    pub fn push_iter(&mut self, row: impl IntoIterator<Item = Value<'a>>) {
        let before = self.values.len();
        self.values.extend(row);
        self.is_ragged |= self.values.len() - before != self.width;
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn is_ragged(&self) -> bool {
        self.is_ragged
    }

    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'_, Value<'a>> {
        self.values.chunks_exact(self.width.max(1))
    }
}

/// ISO text of a day without an allocation; `None` outside the years 0 to 9999.
pub(crate) fn iso_day(day: Date) -> Option<[u8; 10]> {
    let year = u16::try_from(day.year()).ok()?;
    let mut text = *b"0000-00-00";
    let digit = |number: u16| b'0' + u8::try_from(number % 10).expect("a digit is below ten");
    text[0] = digit(year / 1000);
    text[1] = digit(year / 100);
    text[2] = digit(year / 10);
    text[3] = digit(year);
    let month = u16::from(day.month().unsigned_abs());
    text[5] = digit(month / 10);
    text[6] = digit(month);
    let dom = u16::from(day.day().unsigned_abs());
    text[8] = digit(dom / 10);
    text[9] = digit(dom);
    Some(text)
}

/// The reverse of [`iso_day`]; `None` for any other form.
pub(crate) fn read_iso_day(text: &str) -> Option<Date> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let number = |range: std::ops::Range<usize>| {
        bytes[range]
            .iter()
            .try_fold(0_i16, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0')))
    };
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A list of texts or numbers as the JSON text that SQLite's `json_each` reads.
pub(crate) fn json_ints(values: &[i64]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(2 + values.len() * 8);
    text.push('[');
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write!(text, "{value}").expect("writing to a String cannot fail");
    }
    text.push(']');
    text
}

pub(crate) fn json_texts(values: &[String]) -> String {
    serde_json::to_string(values).expect("a list of strings is always JSON")
}
