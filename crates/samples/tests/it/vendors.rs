use crate::books::{assert_balanced, billing, customer_named, spelled, staff, view};
use billing::import::KeepForeignId;
use billing::query::InvoiceRef;
use billing::{ActsFor, Billing, Caller, Error, FaceName, SystemClock};
use domain::Refusal;
use domain::id::{
    ApplicationId, CreditNoteId, CustomerId, EntityId, InvoiceId, ItemId, LineId, PaymentId, SalespersonId, TaxGroupId,
    TenantId, TermsId,
};
use domain::invoice::view::{Standing, View};
use domain::money::Money;
use jiff::civil::date;
use samples::vendors::{self, chargeover, talkdesk, zoho, zoom};
use store::Db;
use store::invoice_list::LineQuery;

fn plain(amount: Money) -> String {
    amount.to_plain()
}

testkit::on_both_databases! {
    async fn zooms_sample_is_the_documents(db: Db) {
        let billing = billing(&db);
        let tenant = billing.create_tenant("Demo").await.expect("a tenant");
        let loaded = vendors::load_zoom(&billing, tenant).await.expect("the sample loads");
        let found = spelled(&billing, tenant, FaceName::Zoom, zoom::INVOICE).await;
        let (head, lines) = (&found.value.summary, &found.value.lines);
        assert_eq!(head.id, loaded.invoice);
        assert_eq!(found.names.get(InvoiceId::WORD, head.id.0), Some("2c92fghvb0580"));
        assert_eq!(head.number.as_deref(), Some("Shjmr5INV00000001"));
        assert_eq!([plain(head.total), plain(head.tax), plain(head.balance)], ["2039", "0", "2039"]);
        let day = date(2020, 8, 7);
        assert_eq!([head.due_on, head.dated_on, head.target_on.expect("a target")], [day; 3]);
        assert_eq!((head.standing, head.currency.code()), (Standing::Draft, "USD"));
        let told: Vec<String> = lines
            .iter()
            .map(|line| {
                format!(
                    "{} {:?} {:?} {} {} {} {:?} {:?} {:?} {:?}",
                    line.name,
                    line.kind,
                    line.charge_number.as_deref(),
                    line.taxable.to_plain(),
                    line.tax.to_plain(),
                    line.quantity,
                    line.from_on,
                    line.last_on,
                    line.purchase_order.as_deref(),
                    line.partner_sku.as_deref(),
                )
            })
            .collect();
        assert_eq!(told, [
            "Standard Biz Annual Recurring Some(\"C-00000004\") 1999 0 10 Some(2020-08-07) Some(2021-08-06) \
             Some(\"1234556\") Some(\"PAR1-PRO-BASE-NH2Y\")",
            "Cloud Recording 100 GB Recurring Some(\"C-00000005\") 40 0 1 Some(2020-08-07) Some(2020-09-06) \
             Some(\"1234567\") Some(\"PAR-PAYONGO-INCL\")",
        ]);
        // The draft is shared: its account sees it.
        let own = Caller { acts_for: ActsFor::Customer(loaded.account), ..staff(tenant, FaceName::Zoom) };
        let seen = billing.invoice(&own, None, &InvoiceRef::Id(loaded.invoice)).await;
        assert!(seen.is_ok());
    }

    async fn zohos_sample_adds_up(db: Db) {
        let made_at = "2016-06-05T09:15:15Z".parse().expect("an instant");
        let billing = Billing::new(db.clone(), SystemClock::fixed(made_at));
        let tenant = billing.create_tenant("Demo").await.expect("a tenant");
        let loaded = vendors::load_zoho(&billing, tenant).await.expect("the sample loads");
        let found = spelled(&billing, tenant, FaceName::Zoho, zoho::INVOICE).await;
        let (view, names) = (&found.value, &found.names);
        let head = &view.summary;
        assert_eq!((head.standing, head.number.as_deref()), (Standing::Paid, Some("INV-384")));
        assert_eq!((head.created_at, head.updated_at), (made_at, made_at));
        assert_eq!((head.dated_on, head.due_on), (date(2016, 6, 5), date(2016, 6, 5)));
        assert_eq!((head.paid_on, head.payment_expected_on), (Some(date(2016, 6, 5)), Some(date(2013, 5, 10))));
        assert_eq!(head.transaction_type, "renewal");
        let amounts = [head.total, head.payments, head.balance, head.credits, head.write_offs].map(plain);
        assert_eq!(amounts, ["370", "370", "0", "0", "0"]);
        assert_eq!((head.bill_to.postcode.as_str(), head.ship_to.fax.as_str()), ("92612", "4527389"));
        assert_eq!(view.time_zone, "America/Los_Angeles");

        let line = &view.lines[0];
        assert_eq!((line.name.as_str(), line.quantity.to_string(), line.unit_price.to_string()), (
            "Basic",
            "1".to_owned(),
            "450".to_owned(),
        ));
        assert_eq!([line.discount, line.net, line.tax].map(plain), ["80", "370", "0"]);
        assert_eq!(line.item.as_ref().and_then(|item| item.code.as_deref()), Some("basic-monthly"));
        assert_eq!(line.discounts[0].discount.code.as_deref(), Some("THANKSGIVING20"));
        assert_eq!(line.tax_treatment.exemption.as_ref().map(|exemption| exemption.code.as_str()), Some("NGO"));
        assert_eq!((line.tags[0].tag_id, line.tags[0].option_id), (0, 0));
        for fields in [&line.custom_fields, &view.custom_fields] {
            let [field] = &fields[..] else { panic!("one field: {fields:?}") };
            assert_eq!((field.index, field.label.as_str(), field.value.as_str()), (1, "string", "string"));
        }

        let [payment] = &view.payments[..] else { panic!("one payment: {:?}", view.payments) };
        assert_eq!([payment.amount, payment.amount_refunded, payment.bank_charges].map(plain), ["370", "50", "10"]);
        assert_eq!(payment.gateway.as_deref(), Some("payflow_pro"));
        assert_eq!(payment.gateway_transaction_id.as_deref(), Some("B10E6E0F31BD"));
        assert_eq!(payment.reference, "INV-384");

        let caller = staff(tenant, FaceName::Zoho);
        let note = billing.credit_note(&caller, loaded.credit_note).await.expect("CN-26");
        let (header, lines) = (&note.value.document.note, &note.value.document.lines);
        assert_eq!((header.number.as_deref(), header.total, header.remaining), (Some("CN-26"), 1_500, 1_500));
        assert_eq!(lines[0].invoice_line_id, Some(loaded.line));
        assert_eq!(note.names.get(CreditNoteId::WORD, loaded.credit_note.0), Some("9030000079876"));
        let refunded = billing.credit_note(&caller, loaded.refund_note).await.expect("the refund's note").value;
        let header = &refunded.document.note;
        assert_eq!((header.total, header.refunded, header.remaining), (5_000, 5_000, 0));

        let salesperson = head.salesperson.as_ref().expect("a salesperson");
        assert_eq!(salesperson.1, "Bowman");
        for (kind, id, expected) in [
            (LineId::WORD, line.id.0, "7000000079434"),
            (TaxGroupId::WORD, line.tax_treatment.group_id.expect("a group").0, "903002205046032"),
            (SalespersonId::WORD, salesperson.0.0, "90300023000043"),
            (PaymentId::WORD, payment.payment_id.0, "90300000079467"),
            (ApplicationId::WORD, payment.application_id.0, "90300000079469"),
        ] {
            assert_eq!(names.get(kind, id), Some(expected), "{kind}");
        }
        // The customer's id passes for a card number: it is kept exactly when billing takes it at all.
        let keep = KeepForeignId {
            face: FaceName::Zoho,
            kind: ItemId::WORD,
            id: loaded.item.0,
            foreign_id: zoho::CUSTOMER.to_owned(),
            collides_with: None,
        };
        let is_refused = match billing.perform(&caller, keep).await {
            Ok(()) => false,
            Err(Error::Refused(Refusal::CardNumber { .. })) => true,
            Err(other) => panic!("{other:?}"),
        };
        let expected = (!is_refused).then_some("903000000000099");
        assert_eq!(names.get(CustomerId::WORD, head.customer_id.0), expected);
        let organization = billing.names(&caller, vec![tenant.0]).await.expect("names");
        assert_eq!(organization.get(TenantId::WORD, tenant.0), Some("10234695"));
        assert!(view.side_cars[0].1.contains("9030000003133"), "{:?}", view.side_cars);
        assert!(line.side_cars[0].1.contains("903002205042099"), "{:?}", line.side_cars);
        assert!(assert_balanced(&billing, tenant).await > 0);
    }

    async fn talkdesks_sample_row_is_on_page_two(db: Db) {
        let billing = billing(&db);
        let tenant = billing.create_tenant("Demo").await.expect("a tenant");
        let loaded = vendors::load_talkdesk(&billing, tenant).await.expect("the sample loads");
        let caller = Caller {
            acts_for: ActsFor::Customer(loaded.organization),
            ..staff(tenant, FaceName::Talkdesk)
        };
        let covered = billing.covered_customers(&caller).await.expect("covered").expect("not staff");
        assert_eq!(covered.len(), 6);
        let query = LineQuery { customers: covered, number: None, from_on: None, to_on: None, offset: 50, limit: 50 };
        let page = billing.invoice_lines(&caller, query).await.expect("page 2");
        assert_eq!((page.value.total, page.value.rows.len()), (425, 50));
        let row = page.value.rows.iter().find(|row| row.id == loaded.line).expect("the sample row");
        assert_eq!(page.names.get(LineId::WORD, row.id.0), Some(talkdesk::LINE));
        assert_eq!(page.names.get(CustomerId::WORD, row.customer_id.0), Some(talkdesk::ACCOUNT));
        assert_eq!((row.number.as_deref(), row.dated_on), (Some("INV13098292"), date(2024, 8, 31)));
        assert_eq!((row.total, row.taxable, row.currency.code()), (16_150, 5_000, "USD"));
        assert_eq!((row.quantity.to_string(), row.unit_price.to_string()), ("10".to_owned(), "5".to_owned()));
        assert_eq!(row.item_code.as_deref(), Some("TD-LIC-APP-RC-101910"));
        assert_eq!((row.from_on, row.until_on), (Some(date(2023, 8, 16)), Some(date(2023, 9, 16))));
        let account = customer_named(&billing, tenant, FaceName::Talkdesk, talkdesk::ACCOUNT).await;
        assert_eq!(account, loaded.account);
        assert_balanced(&billing, tenant).await;
    }

    async fn chargeovers_sample_has_something_of_everything(db: Db) {
        let billing = billing(&db);
        let tenant = billing.create_tenant("Demo").await.expect("a tenant");
        let loaded = vendors::load_chargeover(&billing, tenant).await.expect("the sample loads");
        let found = spelled(&billing, tenant, FaceName::ChargeOver, &chargeover::INVOICE.to_string()).await;
        let (view, names) = (&found.value, &found.names);
        let head = &view.summary;
        let amounts = [
            head.total, head.ex_tax, head.tax, head.payments, head.credits, head.write_offs, head.refunds,
            head.applied, head.balance, head.overdue,
        ];
        let told = amounts.map(plain);
        assert_eq!(told, ["562.86", "540", "22.86", "300", "50", "212.86", "100", "462.86", "100", "100"]);
        let sums = [view.recurring_total, view.usage_total, view.one_time_total].map(plain);
        assert_eq!(sums, ["325", "60", "155"]);
        assert_eq!((head.standing, head.due_on), (Standing::PartlyPaidOverdue, date(2024, 3, 31)));
        assert_eq!((head.number.as_deref(), head.external_key.as_deref()), (Some("10512"), Some("erp-4711")));
        assert_eq!((view.custom_fields.len(), view.lines[0].custom_fields.len()), (20, 10));
        assert_eq!(view.tags, ["priority", "hosting"]);
        assert_eq!(view.lines.len(), 6);
        for (kind, id, expected) in [
            (CustomerId::WORD, head.customer_id.0, "317"),
            (TermsId::WORD, head.terms.id.expect("terms").0, "2"),
            (SalespersonId::WORD, head.salesperson.as_ref().expect("an admin").0.0, "4"),
            (LineId::WORD, view.lines[5].id.0, "8106"),
            (ItemId::WORD, view.lines[0].item.as_ref().expect("an item").id.0, "41"),
            (TaxGroupId::WORD, view.lines[0].tax_treatment.group_id.expect("a group").0, "9"),
        ] {
            assert_eq!(names.get(kind, id), Some(expected), "{kind}");
        }
        let brand = billing.names(&staff(tenant, FaceName::ChargeOver), vec![loaded.entity.0]).await.expect("names");
        assert_eq!(brand.get(EntityId::WORD, loaded.entity.0), Some("1"));
        assert_balanced(&billing, tenant).await;
    }

    async fn each_tenant_has_its_own_samples(db: Db) {
        let billing = billing(&db);
        let mut seen: Vec<View> = Vec::new();
        for name in ["First", "Second"] {
            let tenant = billing.create_tenant(name).await.expect("a tenant");
            let loaded = vendors::load(&billing, tenant).await.expect("the samples load");
            seen.push(view(&billing, tenant, loaded.zoho.invoice).await);
            assert_balanced(&billing, tenant).await;
            // A second time is a named conflict that leaves nothing behind.
            let before = billing.legal_entities(&Caller::system(tenant)).await.expect("entities").value.len();
            let again = vendors::load_zoom(&billing, tenant).await;
            assert!(matches!(again, Err(Error::Refused(_) | Error::Conflict { .. })), "{again:?}");
            let after = billing.legal_entities(&Caller::system(tenant)).await.expect("entities").value.len();
            assert_eq!((before, after), (4, 4));
        }
        assert_eq!(seen[0].summary.total, seen[1].summary.total);
    }
}
