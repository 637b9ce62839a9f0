//! What a row says, and that rows never move.

use crate::support::{World, decimal, says};
use billing::invoices::correct::CorrectInvoice;
use billing::invoices::create::CreateInvoice;
use billing::invoices::void::VoidInvoice;
use billing::invoices::{InvoiceSpec, LineSpec};
use domain::invoice::FxRate;
use domain::invoice::void::IfSettled;
use domain::money::Currency;
use face_talkdesk::INVOICES_SCOPE;
use face_talkdesk::wire::{spell_account, spell_row};
use jiff::civil::date;
use testkit::wire::{Json, assert_prefix};
use testkit::{TestDb, on_both_databases};

/// The example values of the page (seed 003).
const ROW: &str = include_str!("../wire/get_invoices_row.json");

fn rows(page: &Json) -> Vec<Json> {
    page.get("_embedded").get("invoices").items().to_vec()
}

fn texts(rows: &[Json], keys: &[&str]) -> Vec<Vec<String>> {
    rows.iter().map(|row| keys.iter().map(|key| row.get(key).text().to_owned()).collect()).collect()
}

on_both_databases! {
    async fn the_sample_row(db: TestDb) {
        let world = World::open(&db).await;
        let reply = world.list("?number=INV13098292").await;
        let found = rows(&reply.json());
        let (_, rest) = reply.body.split_once(r#""invoices":["#).expect("rows");
        let (row, _) = rest.split_once('}').expect("a row");
        assert_prefix(ROW, &format!("{row}}}"));
        assert_eq!(found[0].keys(), Json::parse(ROW).keys(), "no key more");
        // The other two lines of that invoice, each with its own price and the invoice's total.
        let keys = ["product_id", "quantity", "rate", "amount", "total_invoice_amount"];
        assert_eq!(
            texts(&found, &keys)[1..],
            [["TD-USG-VOICE-200310", "3000", "0.0205", "61.5", "161.5"], ["TD-LIC-REC-101920", "10", "5", "50", "161.5"]]
        );
    }

    async fn a_row_without_period_and_product(db: TestDb) {
        let world = World::open(&db).await;
        let mut line = LineSpec::of("Consulting", decimal("2.5"), decimal("99.98"));
        line.description = Some("Two days and a half".to_owned());
        let drafted = InvoiceSpec::to(world.stranger, vec![line.clone()]);
        world.billing.perform(&world.system, CreateInvoice { spec: drafted }).await.expect("a draft");
        let id = world.issued(world.stranger, vec![line]).await;
        let staff = world.token_for(None, &[INVOICES_SCOPE], &[]).await;
        let page = world.list_as(&staff, &format!("?account_ids={}", spell_account(world.stranger))).await;
        let found = rows(&page.json());
        let [row] = found.as_slice() else { panic!("the issued one alone: {found:?}") };
        let view = world.billing.invoice(&world.system, None, &billing::query::InvoiceRef::Id(id)).await.expect("it is there");
        let line = view.value.lines[0].id;
        let keys = ["id", "account_id", "product_id", "description", "quantity", "rate", "amount", "total_invoice_amount", "date"];
        let wanted = [
            &spell_row(line),
            &spell_account(world.stranger),
            "",
            "Two days and a half",
            "2.5",
            "99.98",
            "249.95",
            "249.95",
            "2024-12-01T00:00:00.000Z",
        ];
        assert_eq!(texts(std::slice::from_ref(row), &keys)[0], wanted);
    }

    async fn currencies_have_their_own_decimals(db: TestDb) {
        let world = World::open(&db).await;
        let mut printed = Vec::new();
        for currency in [Currency::JPY, Currency::KWD, Currency::EUR] {
            let customer = world.customer(currency.code(), None).await;
            let mut spec = InvoiceSpec::to(customer, vec![LineSpec::of("x", decimal("1"), decimal("2039"))]);
            spec.currency = Some(currency);
            spec.fx = Some(FxRate { rate: decimal("0.5"), source: "test".to_owned(), on: date(2024, 12, 1) });
            spec.lines.push(LineSpec::of("y", decimal("1"), decimal(if currency == Currency::JPY { "1" } else { "0.5" })));
            let specs = vec![spec];
            world.billing.perform(&world.system, billing::invoices::issue::IssueMany { specs }).await.expect("issued");
            let token = world.token_for(Some(customer), &[INVOICES_SCOPE], &[]).await;
            printed.extend(texts(&rows(&world.list_as(&token, "").await.json()), &["currency", "total_invoice_amount", "amount"]));
        }
        let wanted = [
            ["JPY", "2040", "2039"],
            ["JPY", "2040", "1"],
            ["KWD", "2039.5", "2039"],
            ["KWD", "2039.5", "0.5"],
            ["EUR", "2039.5", "2039"],
            ["EUR", "2039.5", "0.5"],
        ];
        assert_eq!(printed, wanted);
    }

    /// README "Which rows, in which order": a voided line keeps its place, with nothing on it.
    async fn a_void_invoice_keeps_its_rows(db: TestDb) {
        let world = World::open(&db).await;
        let keys = ["id", "quantity", "rate", "amount", "total_invoice_amount"];
        let before = world.list("?page=2").await.json();
        let invoice = world.sample.invoice;
        world.billing.perform(&world.system, VoidInvoice::of(invoice, IfSettled::Refuse)).await.expect("void");
        let after = world.list("?page=2").await.json();
        assert_eq!((after.get("total").text(), after.get("count").text()), ("425", "50"));
        let (before, after) = (texts(&rows(&before), &keys), texts(&rows(&after), &keys));
        let changed: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
        assert_eq!(changed.len(), 3);
        for (before, after) in changed {
            assert_eq!((&before[0], &before[2]), (&after[0], &after[2]), "same row, same rate");
            assert_eq!(after[1..], ["0", &before[2], "0", "0"]);
        }
    }

    /// A line that a correction dropped keeps its place too; what goes on keeps its id.
    async fn a_dropped_line_keeps_its_row(db: TestDb) {
        let world = World::open(&db).await;
        let line = |name: &str, price: &str| LineSpec::of(name, decimal("2"), decimal(price));
        let invoice = world.issued(world.stranger, vec![line("a", "10"), line("b", "20"), line("c", "30")]).await;
        world.issued(world.stranger, vec![line("later", "1")]).await;
        let token = world.token_for(Some(world.stranger), &[INVOICES_SCOPE], &[]).await;
        let keys = ["id", "quantity", "amount", "total_invoice_amount"];
        let before = texts(&rows(&world.list_as(&token, "").await.json()), &keys);
        let view = world.billing.invoice(&world.system, None, &billing::query::InvoiceRef::Id(invoice)).await.expect("it is there");
        let ids: Vec<_> = view.value.lines.iter().map(|line| line.id).collect();
        let correct = CorrectInvoice {
            invoice,
            spec: InvoiceSpec::to(world.stranger, vec![line("a", "10"), line("c", "35")]),
            keeps: vec![Some(ids[0]), Some(ids[2])],
            reason: "b was not delivered".to_owned(),
        };
        world.billing.perform(&world.system, correct).await.expect("corrected");
        let after = texts(&rows(&world.list_as(&token, "").await.json()), &keys);
        let id = |at: usize| before[at][0].as_str();
        let wanted =
            [[id(0), "2", "20", "90"], [id(1), "0", "0", "90"], [id(2), "2", "70", "90"], [id(3), "2", "2", "2"]];
        assert_eq!(after, wanted);
    }

    async fn an_organization_without_lines(db: TestDb) {
        let world = World::open(&db).await;
        let token = world.token_for(Some(world.stranger), &[INVOICES_SCOPE], &[]).await;
        let head = world.server.request("HEAD", "/express/invoices").bearer(&token).send().await;
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        let reply = world.list_as(&token, "?page=3").await;
        let base = "https://api.talkdeskapp.com/express/invoices?page=";
        says(
            &reply,
            200,
            &format!(
                r#"{{"count":0,"page":3,"per_page":50,"total":0,"total_pages":0,"_embedded":{{"invoices":[]}},"_links":{{"first":{{"href":"{base}1&per_page=50"}},"last":{{"href":"{base}1&per_page=50"}},"prev":{{"href":"{base}1&per_page=50"}},"self":{{"href":"{base}3&per_page=50"}}}}}}"#
            ),
        );
    }
}
