"""Invoices, payments, credit notes, refunds, cards, unbilled charges and events: what moves money. All amounts are
whole but those of `fractions`, since the documents say `integer` where fractions come too."""

INVOICE = "/invoices/{invoice_id}"
NOTE = "/creditnotes/{creditnote_id}"
PAYMENT = "/payments/{payment_id}"


def drive(run):
    invoice = invoices(run)
    money(run, invoice)
    states(run)
    cards(run)
    charges(run)
    history(run)
    run.kind = "fractions"
    fractions(run)


def drafted(run, price="80", quantity=2):
    """A draft of one line; with its tax of 12.5 % a whole amount."""
    body = {
        "customer_id": run.there["customer"],
        "date": "2016-06-05",
        "payment_terms": 15,
        "payment_terms_label": "Net 15",
        "reference_number": "PO-7",
        "salesperson_name": "Bowman",
        "custom_fields": [{"label": "Test_field", "value": "first"}],
        "is_inclusive_tax": False,
        "exchange_rate": 1,
        "invoice_items": [
            {
                "product_id": run.there["item"],
                "description": "Charges of June",
                "price": price,
                "quantity": quantity,
                "tax_id": run.there["tax"],
                "hsn_or_sac": "74191010",
                "product_type": "goods",
            }
        ],
        "allow_partial_payments": True,
        "notes": "Looking forward for your business.",
        "terms": "Terms & Conditions apply",
        "shipping_charge": "10",
        "adjustment": 5,
        "adjustment_description": "Rounding off",
    }
    return run.call("POST", "/invoices", body=body, send=False)["invoice"]


def opened(run, price="80"):
    invoice = drafted(run, price)["invoice_id"]
    run.call("POST", f"{INVOICE}/converttoopen", invoice)
    return invoice


def invoices(run):
    draft = drafted(run)
    invoice = draft["invoice_id"]
    line = {
        "code": run.there["code"],
        "name": "usage charge",
        "description": "Usage charges for last month",
        "price": "10",
        "quantity": 1,
    }
    filled = run.call("POST", f"{INVOICE}/lineitems", invoice, body={"invoice_items": [line]})["invoice"]
    run.call("DELETE", f"{INVOICE}/lineitems/{{item_id}}", invoice, filled["invoice_items"][1]["item_id"])
    line = {"product_id": run.there["item"], "price": "160", "quantity": 1, "tax_id": run.there["tax"]}
    run.call("PUT", INVOICE, invoice, body={"customer_id": run.there["customer"], "invoice_items": [line]})
    run.call("GET", INVOICE, invoice)
    run.call("POST", f"{INVOICE}/converttoopen", invoice)
    address = {
        "street": "Harrington Bay Street",
        "city": "Salt Lake City",
        "state": "CA",
        "zip": "92612",
        "country": "U.S.A",
        "fax": "4527389",
    }
    body = {"billing_address": {**address}, "shipping_address": address}
    del body["billing_address"]["street"]
    run.call("PUT", f"{INVOICE}/address", invoice, body=body)
    body = {"custom_fields": [{"label": "Test_field", "value": "Test_value"}]}
    [field] = run.call("POST", f"{INVOICE}/customfields", invoice, body=body)["custom_fields"]
    body = [{"customfield_id": field["customfield_id"], "value": "by id"}]
    run.call("PUT", "/invoice/{invoice_id}/customfields", invoice, body=body)
    run.call("GET", "/invoices", filter_by="Status.All")
    return invoice


def noted(run, price):
    body = {
        "customer_id": run.there["customer"],
        "date": "2016-06-19",
        "creditnote_number": "CN-29",
        "reference_number": "R-1",
        "notes": "Offer for the referral",
        "creditnote_items": [{"code": run.there["code"], "quantity": 1, "price": price}],
    }
    return run.call("POST", "/creditnotes", body=body)["credit_note"]["creditnote_id"]


def paid(run, amount, *shares):
    body = {
        "customer_id": run.there["customer"],
        "payment_mode": "check",
        "amount": amount,
        "date": "2016-06-19",
        "reference_number": "CHK-1",
        "description": "By post",
        "invoices": [{"invoice_id": invoice, "amount_applied": share} for invoice, share in shares],
    }
    return body, run.call("POST", "/payments", body=body)["payment"]["payment_id"]


def money(run, invoice):
    note = noted(run, 100)
    body = {"apply_creditnotes": [{"creditnote_id": note, "amount_applied": 20}]}
    run.call("POST", f"{INVOICE}/credits", invoice, body=body)
    body = {"invoices": [{"invoice_id": invoice, "amount_applied": 10}]}
    run.call("POST", f"{NOTE}/invoices", note, body=body)
    refund = {"amount": 5, "description": "Refund for discount Offer"}
    refund = run.call("POST", f"{NOTE}/refunds", note, body=refund)["refund"]["refund_id"]
    run.call("GET", "/creditnotes/refunds/{refund_id}", refund)
    run.ask("GET", "/refunds/{refund_id}", refund)
    run.call("GET", NOTE, note)
    body, payment = paid(run, 50, (invoice, 30))
    run.call("GET", PAYMENT, payment)
    run.call("PUT", PAYMENT, payment, body={**body, "reference_number": "CHK-2"})
    run.call("POST", f"{PAYMENT}/refunds", payment, body={"amount": 5, "description": "Too much"})
    run.call("GET", PAYMENT, payment)
    run.call("GET", INVOICE, invoice)
    run.ask("GET", f"{INVOICE}/payments", invoice)
    run.ask("GET", f"{INVOICE}/creditsapplied", invoice)
    run.ask("GET", "/payments")
    run.ask("GET", "/creditnotes")
    _, spare = paid(run, 7)
    run.call("DELETE", PAYMENT, spare)
    spare = noted(run, 40)
    run.call("POST", f"{NOTE}/void", spare)
    run.call("POST", f"{NOTE}/converttoopen", spare)
    run.call("DELETE", NOTE, spare)


def states(run):
    invoice = opened(run)
    run.call("POST", f"{INVOICE}/writeoff", invoice, body={"reason": "The customer moved away."})
    run.call("GET", INVOICE, invoice)
    run.call("POST", f"{INVOICE}/cancelwriteoff", invoice)
    run.call("POST", f"{INVOICE}/writeoff", invoice, body={})
    run.ask("POST", f"{INVOICE}/writeoff/cancel", invoice)
    run.call("POST", f"{INVOICE}/void", invoice)
    run.call("GET", INVOICE, invoice)
    run.call("DELETE", INVOICE, drafted(run)["invoice_id"])
    for way in ("status/sent", "sent"):
        run.ask("POST", f"{INVOICE}/{way}", opened(run))
    draft = drafted(run)["invoice_id"]
    run.ask("POST", f"{INVOICE}/status/draft", draft)
    run.ask("POST", f"{INVOICE}/status/void", draft)


def cards(run):
    customer = run.there["customer"]
    all = "/customers/{customer_id}/cards"
    run.call("GET", all, customer)
    run.call("GET", f"{all}/{{card_id}}", customer, run.there["card"])
    run.call("DELETE", f"{all}/{{card_id}}", customer, run.there["spare_card"])
    run.call("GET", "/customers/{customer_id}/bankaccounts/{account_id}", customer, run.there["account"])
    for way in ("card", "account"):
        invoice = opened(run)
        run.call("POST", f"{INVOICE}/collect", invoice, body={f"{way}_id": run.there[way]})
        [payment] = run.call("GET", INVOICE, invoice)["invoice"]["payments"]
        run.call("GET", PAYMENT, payment["payment_id"])


def charges(run):
    one = "/unbilledcharges/{unbilled_charge_id}"
    keep, drop, _ = run.there["charges"]
    run.ask("GET", "/unbilledcharges")
    run.call("GET", one, keep)
    run.call("POST", f"{one}/createinvoice", keep)
    run.call("DELETE", one, drop)


def history(run):
    run.call("GET", "/transactions", filter_by="TransactionType.ALL", customer_id=run.there["customer"])
    for event in run.call("GET", "/events")["events"]:
        run.call("GET", "/events/{event_id}", event["event_id"])


def fractions(run):
    """Half of what costs 12.25, and an hour and a half of an unbilled charge."""
    draft = drafted(run, "12.25", 0.5)
    line = {"code": run.there["code"], "price": "10.5", "quantity": 1.5}
    run.call("POST", f"{INVOICE}/lineitems", draft["invoice_id"], body={"invoice_items": [line]})
    run.call("GET", INVOICE, draft["invoice_id"])
    line = {"product_id": run.there["item"], "price": "1.1", "quantity": 1.5}
    body = {"customer_id": run.there["customer"], "invoice_items": [line]}
    run.call("PUT", INVOICE, draft["invoice_id"], body=body)
    _, _, charge = run.there["charges"]
    run.call("GET", "/unbilledcharges/{unbilled_charge_id}", charge)
    run.call("POST", "/unbilledcharges/{unbilled_charge_id}/createinvoice", charge)
