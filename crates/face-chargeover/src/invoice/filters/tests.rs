//! The clauses that need no look-up. Ids and whole requests are told over HTTP, in `tests/`.

use super::*;
use billing::query::Status as Condition;
use jiff::civil::date;

#[track_caller]
fn read(text: &str) -> Result<Vec<Filter>, String> {
    let clauses = clauses::parse(text).expect("clauses");
    let berlin = wire::zone("Europe/Berlin");
    let mut filters = Vec::new();
    for clause in &clauses {
        let found = match column(&clause.field).expect("a known field") {
            Column::Second(field) => of_second(clause, field, &berlin),
            plain => of_plain(clause, plain),
        };
        filters.extend(found.map_err(|fault| fault.to_string())?);
    }
    Ok(filters)
}

#[track_caller]
fn check(text: &str, expected: Vec<Filter>) {
    assert_eq!(read(text), Ok(expected), "{text}");
}

#[track_caller]
fn check_refused(text: &str, words: &str) {
    let found = read(text).expect_err(text);
    assert!(found.starts_with("Missing or invalid parameter: where (") && found.contains(words), "{found}");
}

fn of_text(text: &str) -> Operand {
    Operand::Text(text.to_owned())
}

#[test]
fn every_field_of_the_contract_is_known() {
    for name in [
        "invoice_id",
        "refnumber",
        "customer_id",
        "bill_state",
        "ship_state",
        "bill_country",
        "ship_country",
        "invoice_status_str",
        "invoice_status_state",
        "package_token",
        "package_id",
        "invoice_index",
        "date",
        "currency_id",
        "token",
        "custom_1",
        "custom_2",
        "custom_3",
        "custom_20",
        "line_items.item_id",
        "line_items.custom_1",
        "line_items.custom_2",
        "line_items.custom_3",
        "line_items.custom_10",
        "line_items.item.categories.item_category_id",
        "transaction.transaction_id",
        "quote.quote_id",
        "write_datetime",
        "mod_datetime",
    ] {
        assert!(column(name).is_some(), "{name}");
    }
    for name in [
        "",
        "custom_",
        "custom_0",
        "custom_21",
        "custom_01",
        "custom_001",
        "custom_+1",
        "line_items.custom_11",
        "Invoice_id",
        "total; DROP TABLE",
        "line_items",
    ] {
        assert_eq!(column(name), None, "{name}");
    }
}

#[test]
fn text_and_custom_fields() {
    check("bill_state:EQUALS:CT", vec![Filter::Field(Field::BillState, Match::Equals(of_text("CT")))]);
    check("token:CONTAINS:a%_", vec![Filter::Field(Field::Token, Match::Contains("a%_".to_owned()))]);
    check("ship_state:IS:NULL", vec![Filter::Field(Field::ShipState, Match::Equals(of_text("")))]);
    check("ship_state:ISNOT:NULL", vec![Filter::Field(Field::ShipState, Match::NotEquals(of_text("")))]);
    check("custom_20:IS:NULL", vec![Filter::Field(Field::CustomField(20), Match::Null)]);
    check(
        "line_items.custom_3:NOTEQUALS:a\\,b",
        vec![Filter::Field(Field::LineCustomField(3), Match::NotEquals(of_text("a,b")))],
    );
}

#[test]
fn refnumbers_are_numbers_or_the_references_of_drafts() {
    let is = Match::Equals(of_text("10005"));
    check(
        "refnumber:EQUALS:10005",
        vec![
            Filter::AnyOf(vec![(Field::Number, is.clone()), (Field::Number, Match::Null)]),
            Filter::AnyOf(vec![(Field::Number, is.clone()), (Field::Reference, is)]),
        ],
    );
    let is = Match::NotEquals(of_text("10005"));
    check(
        "refnumber:NOTEQUALS:10005",
        vec![
            Filter::Field(Field::Number, is.clone()),
            Filter::AnyOf(vec![(Field::Number, Match::NotNull), (Field::Reference, is)]),
        ],
    );
    check("refnumber:IS:NULL", vec![Filter::Never]);
    check("refnumber:ISNOT:NULL", vec![]);
}

#[test]
fn statuses() {
    check("invoice_status_str:EQUALS:open-overdue", vec![Filter::Status(vec![Condition::Overdue])]);
    check("invoice_status_str:EQUALS:open-unpaid", vec![Filter::Status(vec![Condition::OpenNotDue])]);
    check("invoice_status_str:EQUALS:open-unapproved", vec![Filter::Status(vec![Condition::Draft])]);
    check("invoice_status_state:EQUALS:c", vec![Filter::Status(vec![Condition::Paid, Condition::Void])]);
    check(
        "invoice_status_state:EQUALS:o",
        vec![Filter::Status(vec![Condition::Draft, Condition::OpenNotDue, Condition::Overdue])],
    );
    check(
        "invoice_status_str:NOTEQUALS:closed-void",
        vec![Filter::Status(vec![Condition::Draft, Condition::OpenNotDue, Condition::Overdue, Condition::Paid])],
    );
    check("invoice_status_str:CONTAINS:paid", vec![Filter::Status(vec![Condition::OpenNotDue, Condition::Paid])]);
    check("invoice_status_str:EQUALS:open-collections", vec![Filter::Never]);
    check("invoice_status_str:NOTEQUALS:open-collections", vec![]);
    check("invoice_status_str:IS:NULL", vec![Filter::Never]);
    check("invoice_status_state:ISNOT:NULL", vec![]);
}

#[test]
fn currencies_are_iso_numbers() {
    check("currency_id:EQUALS:840", vec![Filter::Field(Field::Currency, Match::Equals(of_text("USD")))]);
    check("currency_id:NOTEQUALS:978", vec![Filter::Field(Field::Currency, Match::NotEquals(of_text("EUR")))]);
    check("currency_id:EQUALS:1", vec![Filter::Never]);
    check("currency_id:NOTEQUALS:1", vec![]);
    check("currency_id:IS:NULL", vec![Filter::Never]);
    check_refused("currency_id:EQUALS:USD", "\"USD\" is not a number");
    check_refused("currency_id:GT:840", "GT does not go with currency_id");
}

#[test]
fn days_and_seconds() {
    let on = Operand::Day(date(2015, 6, 1));
    check("date:GTE:2015-06-01", vec![Filter::Field(Field::DatedOn, Match::GreaterOrEqual(on))]);
    check("date:IS:NULL", vec![Filter::Never]);
    check_refused("date:EQUALS:yesterday", "\"yesterday\" is not a date");
    check_refused("date:CONTAINS:2015-06-01", "CONTAINS does not go with date");

    // 12:30:59 in Berlin's summer.
    let micros = |text: &str| Operand::Int(text.parse::<jiff::Timestamp>().expect("an instant").as_microsecond());
    let (from, to) = (micros("2015-06-01T10:30:59Z"), micros("2015-06-01T10:31:00Z"));
    let field = Field::UpdatedAt;
    let one = |is| vec![Filter::Field(field, is)];
    check("mod_datetime:GT:2015-06-01 12:30:59", one(Match::GreaterOrEqual(to.clone())));
    check("mod_datetime:GTE:2015-06-01 12:30:59", one(Match::GreaterOrEqual(from.clone())));
    check("mod_datetime:LT:2015-06-01 12:30:59", one(Match::Less(from.clone())));
    check("mod_datetime:LTE:2015-06-01 12:30:59", one(Match::Less(to.clone())));
    check(
        "mod_datetime:EQUALS:2015-06-01 12:30:59",
        vec![Filter::Field(field, Match::GreaterOrEqual(from.clone())), Filter::Field(field, Match::Less(to.clone()))],
    );
    check(
        "mod_datetime:NOTEQUALS:2015-06-01 12:30:59",
        vec![Filter::AnyOf(vec![(field, Match::Less(from)), (field, Match::GreaterOrEqual(to))])],
    );
    check("write_datetime:ISNOT:NULL", vec![]);
    check_refused("write_datetime:GT:now", "\"now\" is not a date and time");
    check_refused("write_datetime:CONTAINS:2015-06-01", "CONTAINS does not go with write_datetime");
}

#[test]
fn what_nothing_has() {
    for field in ["package_id", "package_token", "invoice_index", "quote.quote_id"] {
        check(&format!("{field}:EQUALS:1"), vec![Filter::Never]);
        check(&format!("{field}:GT:1"), vec![Filter::Never]);
        check(&format!("{field}:ISNOT:NULL"), vec![Filter::Never]);
        check(&format!("{field}:NOTEQUALS:1"), vec![]);
        check(&format!("{field}:IS:NULL"), vec![]);
    }
}
