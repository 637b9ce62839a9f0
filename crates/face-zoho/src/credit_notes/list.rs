//! `GET /creditnotes`. Zoho's OpenAPI has no list; its clients call it all the same.

use billing::query::{Condition, Match, NoteColumn, Operand};
use domain::invoice::State;

use super::to_wire;
use crate::call::Call;
use crate::filters::{Ask, Words};
use crate::routes::Handling;
use crate::wire;

const WORDS: Words<NoteColumn> = Words {
    report_name: "Credit Notes",
    filters: &[
        ("Status.All", Vec::new),
        ("Status.Open", || used(Match::Greater(Operand::Int(0)))),
        ("Status.Closed", || used(Match::Equals(Operand::Int(0)))),
        ("Status.Void", || in_state(State::Void)),
        ("Status.Draft", || in_state(State::Draft)),
    ],
    sorts: &[
        ("created_time", NoteColumn::CreatedAt),
        ("updated_time", NoteColumn::UpdatedAt),
        ("last_modified_time", NoteColumn::UpdatedAt),
        ("date", NoteColumn::DatedOn),
        ("creditnote_number", NoteColumn::Number),
        ("customer_name", NoteColumn::CustomerName),
        ("reference_number", NoteColumn::Reference),
        ("total", NoteColumn::BaseTotal),
        ("balance", NoteColumn::Remaining),
    ],
    texts: &[
        ("creditnote_number", NoteColumn::Number),
        ("reference_number", NoteColumn::Reference),
        ("customer_name", NoteColumn::CustomerName),
    ],
    days: &[("date", NoteColumn::DatedOn)],
    amounts: &[("total", NoteColumn::BaseTotal)],
    searched: &[NoteColumn::Number, NoteColumn::Reference, NoteColumn::CustomerName],
    customer: NoteColumn::CustomerId,
    invoice: Some(NoteColumn::InvoiceId),
    hidden: || vec![Condition::Is(NoteColumn::WithdrawnAt, Match::Null)],
};

fn in_state(state: State) -> Vec<Condition<NoteColumn>> {
    let word = Operand::Text(state.word().to_owned());
    vec![Condition::Is(NoteColumn::State, Match::Equals(word))]
}

fn used(remaining: Match) -> Vec<Condition<NoteColumn>> {
    let mut conditions = in_state(State::Issued);
    conditions.push(Condition::Is(NoteColumn::Remaining, remaining));
    conditions
}

pub(crate) fn handle(call: Call) -> Handling {
    Box::pin(async move {
        let Ask { query, page, listing } = Ask::from_wire(&call, &WORDS).await?;
        let found = call.billing.note_list(&call.caller, query).await?;
        Ok(wire::success("success", |o| {
            o.array("creditnotes", &found.value.rows, |detail, o| to_wire(detail, &found.names, o));
            page.to_wire(o, found.value.has_more, &listing);
        }))
    })
}
