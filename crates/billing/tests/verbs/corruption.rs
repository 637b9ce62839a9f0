//! Every rule of the audit names what was tampered with, and nothing else. Rows are changed behind the store's back,
//! looked at, and changed back.

use billing::FaceName;
use billing::import::KeepForeignId;
use billing::invoices::correct::CorrectInvoice;
use billing::invoices::write_off::WriteOffInvoice;
use billing::payments::refund::{RefundMoney, RefundOf};
use domain::id::{CreditNoteId, CustomerId, InvoiceId, PaymentId, RefundId, WriteOffId};
use domain::money::Currency;
use domain::payment::PaymentMode;
use std::collections::BTreeSet;
use testkit::builders::{World, amount};
use testkit::{TestDb, on_both_databases};

/// Sound books with something of everything.
struct Books {
    world: World,
    draft: InvoiceId,
    settled: InvoiceId,
    corrected: InvoiceId,
    euros: InvoiceId,
    numbered: InvoiceId,
    payment: PaymentId,
    euro_payment: PaymentId,
    note: CreditNoteId,
    write_off: WriteOffId,
    refund: RefundId,
    child: CustomerId,
}

impl Books {
    async fn open(db: &TestDb) -> Books {
        let world = World::open(db).await;
        let vat = world.tax("20").await;
        let shape = || {
            let lines = world.invoice().line("One", "1", "100").taxed(vat).less("10").line("Two", "2", "50");
            lines.less_on_all("20").plus_on_all("5")
        };
        let draft = shape().numbered("EXT-1").draft().await;
        let settled = shape().issued().await;
        let payment = world.pay("150").on(settled, "100").recorded().await;
        let note = world.credit(settled).total("20").issued().await;
        let share = billing::credit_notes::NoteShare { note, invoice: settled, amount: amount("5") };
        world.does(billing::credit_notes::apply::ApplyCreditNotes { shares: vec![share], on: None }).await;
        let refund = RefundMoney {
            of: RefundOf::Unapplied { payment },
            amount: amount("10"),
            mode: PaymentMode::Other,
            on: None,
            reference: String::new(),
            description: String::new(),
        };
        let refund = world.does(refund).await;
        let corrected = world.owes("10").await;
        let spec = world.invoice().line("Service", "1", "12").spec();
        world.does(CorrectInvoice { invoice: corrected, spec, keeps: Vec::new(), reason: String::new() }).await;
        let lost = world.owes("30").await;
        let write_off = world.does(WriteOffInvoice { invoice: lost, reason: String::new(), on: None }).await;
        let euros = world.invoice().line("Service", "1", "100").in_currency(Currency::EUR, "0.9173").issued().await;
        let euro_payment = world.pay("40").in_currency(Currency::EUR, "0.95").on(euros, "33.33").recorded().await;
        let numbered = world.invoice().line("Service", "1", "7").numbered("EXT-2").issued().await;
        let child = world.customer("Store 12").below(world.customer).created().await;
        let name = KeepForeignId {
            face: FaceName::Zoho,
            kind: InvoiceId::WORD,
            id: settled.0,
            foreign_id: "903000000079426".to_owned(),
            collides_with: None,
        };
        world.does(name).await;
        world.billing.keep_house("one").await.expect("a round");
        world.books_are_sound().await;
        Books {
            world,
            draft,
            settled,
            corrected,
            euros,
            numbered,
            payment,
            euro_payment,
            note,
            write_off,
            refund,
            child,
        }
    }

    /// The only number that a query answers.
    async fn number(&self, sql: &str) -> i64 {
        let rows = self.world.db.rows(sql).await;
        assert_eq!((rows.len(), rows[0].len()), (1, 1), "{sql}: {rows:?}");
        rows[0][0].parse().expect("a number")
    }

    async fn names(&self, damage: &str, repair: &str, expected: &[(&str, &str, i64)]) {
        Damage { world: &self.world }.names(damage, repair, expected).await;
    }

    /// As `names`, for a column that is raised and lowered again.
    async fn raised(&self, table: &str, column: &str, where_: &str, expected: &[(&str, &str, i64)]) {
        let damage = format!("UPDATE {table} SET {column} = {column} + 1 WHERE {where_}");
        let repair = format!("UPDATE {table} SET {column} = {column} - 1 WHERE {where_}");
        self.names(&damage, &repair, expected).await;
    }

    /// As `names`, for a text that is lengthened and cut again.
    async fn lengthened(&self, table: &str, column: &str, where_: &str, expected: &[(&str, &str, i64)]) {
        let damage = format!("UPDATE {table} SET {column} = {column} || '?' WHERE {where_}");
        let repair = format!("UPDATE {table} SET {column} = substr({column}, 1, length({column}) - 1) WHERE {where_}");
        self.names(&damage, &repair, expected).await;
    }
}

/// Sound books that are damaged on purpose.
struct Damage<'w> {
    world: &'w World,
}

impl Damage<'_> {
    /// Damages, audits, repairs: the rules and objects named must be exactly these.
    async fn names(&self, damage: &str, repair: &str, expected: &[(&str, &str, i64)]) {
        assert!(self.world.db.raw(damage).await > 0, "nothing was damaged: {damage}");
        let report = self.world.audit().await;
        let found: BTreeSet<(&str, &str, i64)> =
            report.violations.iter().map(|found| (found.rule, found.object.kind.as_str(), found.object.id)).collect();
        let expected: BTreeSet<(&str, &str, i64)> = expected.iter().copied().collect();
        assert_eq!(found, expected, "{damage}\n{report}");
        assert!(!report.is_clean && report.violations.iter().all(|found| found.tenant == self.world.tenant.0));
        assert!(self.world.db.raw(repair).await > 0, "nothing was repaired: {repair}");
    }
}

on_both_databases! {
    async fn lines_and_totals(db: TestDb) {
        let books = Books::open(&db).await;
        let (draft, settled, note) = (books.draft.0, books.settled.0, books.note.0);
        let allowance = format!("invoice_id = {draft} AND is_charge = 0");
        let first = format!("invoice_id = {draft} AND position = 1");
        // A draft has no hash over its content, so that each rule stands alone.
        for column in ["discount", "net", "allowance", "taxable"] {
            let also_sums: &[(&str, &str, i64)] = &[("I1", "invoice", draft), ("I2", "invoice", draft)];
            let expected = if ["net", "allowance"].contains(&column) { also_sums } else { &also_sums[..1] };
            books.raised("invoice_lines", column, &first, expected).await;
        }
        books.raised("invoices", "net", &format!("id = {draft}"), &[("I2", "invoice", draft)]).await;
        books.raised("invoices", "charges", &format!("id = {draft}"), &[("I2", "invoice", draft)]).await;
        books.raised("invoice_allowances", "amount", &allowance, &[("I2", "invoice", draft)]).await;
        books.raised("invoice_taxes", "base", &first, &[("I3", "invoice", draft)]).await;
        books.raised("invoices", "tax", &format!("id = {draft}"), &[("I3", "invoice", draft)]).await;
        books.raised("credit_note_lines", "taxable", &format!("credit_note_id = {note} AND position = 1"),
            &[("I2", "credit_note", note)]).await;
        books.raised("credit_note_taxes", "amount", &format!("credit_note_id = {note} AND position = 1"),
            &[("I3", "credit_note", note)]).await;
        // Issued, the content's hash tells too.
        books.raised("invoice_lines", "discount", &format!("invoice_id = {settled} AND position = 1"),
            &[("I1", "invoice", settled), ("I10", "invoice", settled)]).await;
        books.world.books_are_sound().await;
    }

    async fn what_settles(db: TestDb) {
        let books = Books::open(&db).await;
        let (settled, payment, note) = (books.settled.0, books.payment.0, books.note.0);
        let (customer, refund, write_off) = (books.world.customer.0, books.refund.0, books.write_off.0);
        let of_payment = format!("source_kind = 'payment' AND source_id = {payment}");
        let row = books.number(&format!("SELECT id FROM applications WHERE {of_payment}")).await;
        let invoice = format!("id = {settled}");
        for column in ["payments_gross", "refunds", "credits", "write_offs"] {
            books.raised("invoices", column, &invoice, &[("I4", "invoice", settled)]).await;
        }
        books.raised("invoices", "balance", &invoice, &[
            ("I4", "invoice", settled), ("I7", "customer", customer), ("projection", "customer", customer),
        ]).await;
        books.raised("applications", "amount", &format!("id = {row}"), &[
            ("I4", "invoice", settled), ("I5", "payment", payment), ("I7", "application", row),
            ("base", "application", row),
        ]).await;
        books.raised("payments", "applied", &format!("id = {payment}"), &[("I5", "payment", payment)]).await;
        books.raised("payments", "unapplied", &format!("id = {payment}"), &[
            ("I5", "payment", payment), ("I6", "customer", customer), ("projection", "customer", customer),
        ]).await;
        books.raised("payments", "bank_charges", &format!("id = {payment}"), &[("I7", "payment", payment)]).await;
        books.raised("credit_notes", "refunded", &format!("id = {note}"), &[("I5", "credit_note", note)]).await;
        books.raised("refunds", "amount", &format!("id = {refund}"), &[
            ("I5", "payment", payment), ("I7", "refund", refund),
        ]).await;
        books.raised("write_offs", "cancelled", &format!("id = {write_off}"), &[("I5", "write_off", write_off)]).await;
        books.world.books_are_sound().await;
    }

    async fn links_and_credits(db: TestDb) {
        let books = Books::open(&db).await;
        let (settled, payment, note, refund) = (books.settled.0, books.payment.0, books.note.0, books.refund.0);
        let (customer, child) = (books.world.customer.0, books.child.0);
        let row = books.number(&format!("SELECT id FROM applications WHERE source_id = {payment}")).await;
        books.names(
            &format!("UPDATE applications SET customer_id = {child} WHERE id = {row}"),
            &format!("UPDATE applications SET customer_id = {customer} WHERE id = {row}"),
            &[("links", "application", row)],
        ).await;
        books.names(
            &format!("UPDATE applications SET source_id = 1 WHERE id = {row}"),
            &format!("UPDATE applications SET source_id = {payment} WHERE id = {row}"),
            &[("links", "application", row), ("I5", "payment", payment)],
        ).await;
        books.names(
            &format!("UPDATE refunds SET customer_id = {child} WHERE id = {refund}"),
            &format!("UPDATE refunds SET customer_id = {customer} WHERE id = {refund}"),
            &[("links", "refund", refund), ("I7", "refund", refund)],
        ).await;
        books.names(
            &format!("UPDATE credit_note_lines SET gross = gross + 100000 WHERE credit_note_id = {note}"),
            &format!("UPDATE credit_note_lines SET gross = gross - 100000 WHERE credit_note_id = {note}"),
            &[("credited", "invoice", settled)],
        ).await;
        books.names(
            &format!("UPDATE customers SET parent_id = {child} WHERE id = {customer}"),
            &format!("UPDATE customers SET parent_id = NULL WHERE id = {customer}"),
            &[("tree", "customer", customer), ("tree", "customer", child)],
        ).await;
        books.world.books_are_sound().await;
    }

    async fn projections(db: TestDb) {
        let books = Books::open(&db).await;
        let (settled, customer) = (books.settled.0, books.world.customer.0);
        let own = format!("customer_id = {customer} AND currency = 'USD'");
        books.raised("customer_balances", "outstanding", &own, &[("projection", "customer", customer)]).await;
        books.raised("customer_balances", "unused_credit", &own, &[("projection", "customer", customer)]).await;
        books.names(
            &format!("UPDATE invoices SET paid_on = '2026-03-10' WHERE id = {settled}"),
            &format!("UPDATE invoices SET paid_on = NULL WHERE id = {settled}"),
            &[("projection", "invoice", settled)],
        ).await;
        let lost = books.number("SELECT id FROM invoices WHERE write_offs > 0").await;
        books.names(
            &format!("UPDATE invoices SET paid_on = '2026-03-09' WHERE id = {lost}"),
            &format!("UPDATE invoices SET paid_on = '2026-03-10' WHERE id = {lost}"),
            &[("projection", "invoice", lost)],
        ).await;
        books.world.books_are_sound().await;
    }

    async fn the_journal(db: TestDb) {
        let books = Books::open(&db).await;
        let (settled, payment, refund) = (books.settled.0, books.payment.0, books.refund.0);
        let (customer, child, entity) = (books.world.customer.0, books.child.0, books.world.entity.0);
        let entry = |kind: &str, id: i64| {
            format!("SELECT id FROM journal_entries WHERE object_kind = '{kind}' AND object_id = {id}")
        };
        let issued = books.number(&entry("invoice", settled)).await;
        let received = books.number(&entry("payment", payment)).await;
        let paid_back = books.number(&entry("refund", refund)).await;
        for column in ["amount", "base_amount"] {
            books.raised("postings", column, &format!("entry_id = {issued} AND account = 'revenue'"), &[
                ("I7", "journal_entry", issued), ("I7", "invoice", settled), ("I7", "legal_entity", entity),
            ]).await;
        }
        // Balanced, and still not what the document says.
        let moved = |by: i64| format!(
            "UPDATE postings SET amount = amount + CASE account WHEN 'revenue' THEN {by} ELSE -({by}) END \
             WHERE entry_id = {issued} AND account IN ('revenue', 'tax_payable')"
        );
        books.names(&moved(1), &moved(-1), &[("I7", "invoice", settled)]).await;
        let owner = |entry: i64, account: &str, customer: i64| format!(
            "UPDATE postings SET customer_id = {customer} WHERE entry_id = {entry} AND account = '{account}'"
        );
        books.names(&owner(issued, "receivable", child), &owner(issued, "receivable", customer), &[
            ("I7", "invoice", settled), ("I7", "customer", customer), ("I7", "customer", child),
        ]).await;
        books.names(&owner(received, "unapplied", child), &owner(received, "unapplied", customer), &[
            ("I7", "payment", payment), ("I6", "customer", customer), ("I6", "customer", child),
        ]).await;
        books.names(
            &format!("UPDATE journal_entries SET object_id = 1 WHERE id = {paid_back}"),
            &format!("UPDATE journal_entries SET object_id = {refund} WHERE id = {paid_back}"),
            &[("I7", "journal_entry", paid_back), ("I7", "refund", refund)],
        ).await;
        books.names(
            &format!("UPDATE postings SET entry_id = 1 WHERE entry_id = {paid_back}"),
            &format!("UPDATE postings SET entry_id = {paid_back} WHERE entry_id = 1"),
            &[("I7", "journal_entry", 1), ("I7", "refund", refund), ("I6", "customer", customer)],
        ).await;
        books.world.books_are_sound().await;
    }

    async fn numbers(db: TestDb) {
        let books = Books::open(&db).await;
        let (draft, settled, numbered) = (books.draft.0, books.settled.0, books.numbered.0);
        let series = books.number("SELECT id FROM number_series WHERE kind = 'invoice'").await;
        let last = "SELECT id FROM invoices WHERE series_value = (SELECT MAX(series_value) FROM invoices)";
        let last = books.number(last).await;
        let of_series = format!("series_id = {series}");
        books.raised("series_counters", "last_value", &of_series, &[("I9", "number_series", series)]).await;
        books.raised("series_counters", "year", &of_series, &[("I9", "number_series", series)]).await;
        books.names(
            &format!("UPDATE series_counters SET series_id = 1 WHERE {of_series}"),
            &format!("UPDATE series_counters SET series_id = {series} WHERE series_id = 1"),
            &[("I9", "number_series", series), ("I9", "number_series", 1)],
        ).await;
        books.raised("invoices", "series_value", &format!("id = {last}"), &[
            ("I9", "number_series", series), ("I9", "invoice", last),
        ]).await;
        books.names(
            &format!("UPDATE invoices SET number = 'INV-000009' WHERE id = {settled}"),
            &format!("UPDATE invoices SET number = 'INV-000001' WHERE id = {settled}"),
            &[("I9", "invoice", settled), ("I10", "invoice", settled)],
        ).await;
        books.names(
            &format!("UPDATE invoices SET number = 'INV-000001' WHERE id = {numbered}"),
            &format!("UPDATE invoices SET number = 'EXT-2' WHERE id = {numbered}"),
            &[("I9", "invoice", numbered), ("I10", "invoice", numbered)],
        ).await;
        books.names(
            "UPDATE external_numbers SET object_id = 1 WHERE number = 'EXT-2'",
            &format!("UPDATE external_numbers SET object_id = {numbered} WHERE number = 'EXT-2'"),
            &[("I9", "invoice", numbered), ("I9", "invoice", 1)],
        ).await;
        books.names(
            &format!("UPDATE invoices SET number_origin = 'own' WHERE id = {draft}"),
            &format!("UPDATE invoices SET number_origin = 'external' WHERE id = {draft}"),
            &[("I9", "invoice", draft)],
        ).await;
        books.names(
            &format!("UPDATE foreign_ids SET collides_with = {numbered} WHERE id = {settled}"),
            &format!("UPDATE foreign_ids SET collides_with = NULL WHERE id = {settled}"),
            &[("foreign_ids", "invoice", settled)],
        ).await;
        books.names(
            &format!("UPDATE foreign_ids SET id = 999999999 WHERE id = {settled}"),
            &format!("UPDATE foreign_ids SET id = {settled} WHERE id = 999999999"),
            &[("foreign_ids", "invoice", 999_999_999)],
        ).await;
        books.world.books_are_sound().await;
    }

    async fn numbers_of_earlier_years(db: TestDb) {
        let world = World::of(&db, |seller| seller.numbering_yearly().numbering_by_date()).await;
        let mut ids = Vec::new();
        for on in ["2025-05-01", "2025-05-02", "2025-05-03", "2026-01-01", "2026-01-02"] {
            ids.push(world.invoice().line("Service", "1", "1").dated(on).issued().await.0);
        }
        let (second, third) = (ids[1], ids[2]);
        let rows = db.rows("SELECT id FROM number_series WHERE kind = 'invoice'").await;
        let series: i64 = rows[0][0].parse().expect("a number");
        for (id, value, text) in [
            (second, 2, "number 2 of 2025 is missing"),
            (third, 3, "the last value given of 2025 is 3, the documents end at 2"),
        ] {
            let gone = "series_id = NULL, series_year = NULL, series_value = NULL";
            let back = format!("series_id = {series}, series_year = 2025, series_value = {value}");
            db.raw(&format!("UPDATE invoices SET {gone} WHERE id = {id}")).await;
            let report = world.audit().await;
            let told = |kind: &str, id: i64, text: &str| {
                let mut of = report.violations.iter().filter(|found| found.rule == "I9" && found.object.id == id);
                of.any(|found| found.object.kind == kind && found.text.contains(text))
            };
            assert!(told("number_series", series, text) && told("invoice", id, "in a series: false"), "{report}");
            db.raw(&format!("UPDATE invoices SET {back} WHERE id = {id}")).await;
            world.books_are_sound().await;
        }
        let books = Damage { world: &world };
        let of_series = format!("series_id = {series} AND year = 2025");
        books.names(
            &format!("UPDATE series_counters SET year = 2024 WHERE {of_series}"),
            &format!("UPDATE series_counters SET year = 2025 WHERE series_id = {series} AND year = 2024"),
            &[("I9", "number_series", series)],
        ).await;
        books.names(
            &format!("UPDATE series_counters SET last_dated_on = '2025-05-02' WHERE {of_series}"),
            &format!("UPDATE series_counters SET last_dated_on = '2025-05-03' WHERE {of_series}"),
            &[("I9", "number_series", series)],
        ).await;
        // A day out of order, and one of another year; the content's hash tells too.
        for on in ["2025-05-04", "2026-05-02"] {
            let found = if on < "2026" { third } else { second };
            let also = [("I9", "invoice", third), ("I9", "invoice", found), ("I10", "invoice", second)];
            books.names(
                &format!("UPDATE invoices SET dated_on = '{on}' WHERE id = {second}"),
                &format!("UPDATE invoices SET dated_on = '2025-05-02' WHERE id = {second}"),
                &also,
            ).await;
        }
        world.books_are_sound().await;
    }

    async fn content(db: TestDb) {
        let books = Books::open(&db).await;
        let (settled, corrected) = (books.settled.0, books.corrected.0);
        for column in ["customer_name", "bill_line1", "reference"] {
            books.lengthened("invoices", column, &format!("id = {settled}"), &[("I10", "invoice", settled)]).await;
        }
        let first = format!("invoice_id = {settled} AND position = 1");
        books.lengthened("invoice_lines", "description", &first, &[("I10", "invoice", settled)]).await;
        books.lengthened("invoices", "content_hash", &format!("id = {settled}"), &[("I10", "invoice", settled)]).await;
        let kept = format!("invoice_id = {corrected}");
        books.lengthened("invoice_revisions", "content", &kept, &[("I10", "invoice", corrected)]).await;
        books.raised("invoice_revisions", "revision", &kept, &[("I10", "invoice", corrected)]).await;
        books.world.books_are_sound().await;
    }

    async fn base_amounts(db: TestDb) {
        let books = Books::open(&db).await;
        let (settled, euros, paid) = (books.settled.0, books.euros.0, books.euro_payment.0);
        let row = |invoice: i64| {
            format!("SELECT id FROM applications WHERE invoice_id = {invoice} AND source_kind = 'payment'")
        };
        let (here, there) = (books.number(&row(settled)).await, books.number(&row(euros)).await);
        books.raised("invoices", "base_total", &format!("id = {euros}"), &[("base", "invoice", euros)]).await;
        books.raised("invoices", "base_total", &format!("id = {settled}"), &[("base", "invoice", settled)]).await;
        let (draft, note) = (books.draft.0, books.note.0);
        books.raised("invoices", "base_total", &format!("id = {draft}"), &[("base", "invoice", draft)]).await;
        books.raised("payments", "base_amount", &format!("id = {paid}"), &[("base", "payment", paid)]).await;
        books.raised("credit_notes", "base_total", &format!("id = {note}"), &[("base", "credit_note", note)]).await;
        books.raised("applications", "receivable_base", &format!("id = {there}"), &[
            ("base", "invoice", euros), ("I7", "application", there),
        ]).await;
        books.raised("applications", "source_base", &format!("id = {there}"), &[
            ("base", "payment", paid), ("I7", "application", there),
        ]).await;
        books.raised("applications", "source_base", &format!("id = {here}"), &[
            ("base", "application", here), ("I7", "application", here),
        ]).await;
        books.world.books_are_sound().await;
    }

    async fn the_trail_and_the_feed(db: TestDb) {
        let books = Books::open(&db).await;
        let row = books.number("SELECT MIN(id) FROM audit_entries").await;
        let of_row = format!("id = {row}");
        for column in ["actor", "detail", "operation"] {
            books.lengthened("audit_entries", column, &of_row, &[("trail", "audit_entry", row)]).await;
        }
        books.raised("audit_entries", "created_at", &of_row, &[("trail", "audit_entry", row)]).await;
        books.lengthened("audit_entries", "content_hash", &of_row, &[
            ("trail", "audit_entry", row), ("seals", "audit_seal", 1),
        ]).await;
        for column in ["entry_count", "first_id", "last_id", "sealed_at"] {
            books.raised("audit_seals", column, "seq = 1", &[("seals", "audit_seal", 1)]).await;
        }
        books.world.owes("1").await;
        books.world.clock.set(books.world.clock.now() + jiff::SignedDuration::from_secs(1));
        books.world.billing.keep_house("one").await.expect("a round");
        // A root that was changed breaks its own seal and the chain after it.
        books.lengthened("audit_seals", "merkle_root", "seq = 1", &[
            ("seals", "audit_seal", 1), ("seals", "audit_seal", 2),
        ]).await;
        books.lengthened("audit_seals", "previous_root", "seq = 2", &[("seals", "audit_seal", 2)]).await;
        books.names(
            &format!("UPDATE audit_entries SET seal_seq = 7 WHERE id = {row}"),
            &format!("UPDATE audit_entries SET seal_seq = 1 WHERE id = {row}"),
            &[("seals", "audit_seal", 1), ("seals", "audit_seal", 7)],
        ).await;
        books.names(
            &format!("UPDATE audit_entries SET seal_seq = NULL WHERE id = {row}"),
            &format!("UPDATE audit_entries SET seal_seq = 1 WHERE id = {row}"),
            &[("seals", "audit_seal", 1)],
        ).await;
        let head = books.number("SELECT MAX(feed_seq) FROM events").await;
        books.raised("events", "feed_seq", &format!("feed_seq >= {head}"), &[("I11", "event_feed", head)]).await;
        books.raised("feed_heads", "last_seq", "last_seq > 0", &[("I11", "event_feed", head + 1)]).await;
        books.world.books_are_sound().await;
    }

    async fn what_cannot_be_read_is_named_and_the_rest_goes_on(db: TestDb) {
        let books = Books::open(&db).await;
        let (draft, payment, refund) = (books.draft.0, books.payment.0, books.refund.0);
        let first = format!("invoice_id = {draft} AND position = 1");
        books.lengthened("invoice_lines", "tax_components", &first, &[("unreadable", "invoice", draft)]).await;
        books.lengthened("invoices", "currency", &format!("id = {draft}"), &[("unreadable", "invoice", draft)]).await;
        books.lengthened("payments", "mode", &format!("id = {payment}"), &[("unreadable", "payment", payment)]).await;
        books.lengthened("refunds", "mode", &format!("id = {refund}"), &[
            ("unreadable", "refund", refund), ("I5", "payment", payment),
        ]).await;
        books.world.books_are_sound().await;
    }
}
