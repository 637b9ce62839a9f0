"""Settings, products, plans, addons, coupons, items, customers and contact persons: made, read, changed, deleted."""


def drive(run):
    settings(run)
    product = products(run)
    offers(run, product)
    items(run)
    customers(run)


def settings(run):
    for path in ("taxes", "taxauthorities", "taxexemptions", "preferences/churnmessages"):
        run.call("GET", f"/settings/{path}")
    organizations = run.ask("GET", "/organizations")["organizations"]
    run.ask("GET", "/organizations/{organization_id}", organizations[0]["organization_id"])
    all, one = "/settings/preferences/customfields", "/settings/preferences/customfields/{customfield_id}"
    field = {"entity": "item", "label": "Shelf", "data_type": "string"}
    field = run.ask("POST", all, body=field)["custom_field"]["customfield_id"]
    run.ask("GET", all)
    run.ask("PUT", one, field, body={"label": "Rack"})
    run.ask("DELETE", one, field)


def products(run):
    one = "/products/{product_id}"
    made = run.call(
        "POST",
        "/products",
        body={
            "name": "PiperHost",
            "description": "Dedicated server for web hosting",
            "email_ids": "piper@zillum.com",
            "redirect_url": "http://www.zillum.com/products/piperhost",
        },
    )
    product = made["product"]["product_id"]
    run.call("GET", "/products")
    run.call("GET", one, product)
    run.call("PUT", one, product, body={"name": "PiperHost 2"})
    run.call("POST", f"{one}/markasinactive", product)
    run.call("POST", f"{one}/markasactive", product)
    spare = run.call("POST", "/products", body={"name": "Spare"})["product"]["product_id"]
    run.call("DELETE", one, spare)
    return product


def offers(run, product):
    plan = {
        "plan_code": "gold-monthly",
        "name": "Gold",
        "recurring_price": 400,
        "unit": "kg",
        "interval": 1,
        "interval_unit": "months",
        "billing_cycles": 12,
        "trial_period": 1,
        "setup_fee": 100,
        "product_id": product,
        "product_type": "goods",
        "hsn_or_sac": "74191010",
        "description": "Gold monthly plan.",
    }
    change = {"plan_code": "gold-monthly", "name": "Gold", "recurring_price": 500, "interval": 1}
    life(run, "plan", plan, change, filter_by="PlanStatus.ACTIVE", product_id=product)
    addon = {
        "addon_code": "Email",
        "name": "Email addon",
        "unit_name": "Email",
        "pricing_scheme": "tier",
        "price_brackets": [{"start_quantity": 1, "end_quantity": 50, "price": 10}],
        "type": "recurring",
        "interval_unit": "monthly",
        "applicable_to_all_plans": False,
        "plans": [{"plan_code": "gold-monthly"}],
        "product_id": product,
        "description": "More email",
    }
    life(run, "addon", addon, {**addon, "name": "Mail"}, filter_by="AddonStatus.ACTIVE", product_id=product)
    coupon = {
        "coupon_code": "THANKSGIVING20",
        "name": "Thanksgiving 20 percent offer",
        "description": "Twenty percent",
        "type": "duration",
        "duration": 2,
        "discount_by": "percentage",
        "discount_value": 20,
        "product_id": product,
        "max_redemption": 50,
        "expiry_at": "2030-08-28",
        "apply_to_plans": "select",
        "plans": [{"plan_code": "gold-monthly"}],
        "apply_to_addons": "select",
        "addons": [{"addon_code": "Email"}],
    }
    change = {"name": "Thanks", "max_redemption": 10}
    life(run, "coupon", coupon, change, filter_by="CouponStatus.ACTIVE", product_id=product)
    # What was joined is read joined.
    run.call("GET", "/plans/{plan_code}", "gold-monthly")
    for noun in ("coupon", "addon", "plan"):
        body = {"coupon": coupon, "addon": addon, "plan": plan}[noun]
        run.call("POST", f"/{noun}s", body={**body, f"{noun}_code": "spare", "name": "Spare"})
        run.call("DELETE", f"/{noun}s/{{{noun}_code}}", "spare")


def life(run, noun, body, change, **query):
    """What is named by its code and has a status."""
    code, one = body[f"{noun}_code"], f"/{noun}s/{{{noun}_code}}"
    run.call("POST", f"/{noun}s", body=body)
    run.call("GET", f"/{noun}s", **query)
    run.call("GET", one, code)
    run.call("PUT", one, code, body=change)
    run.call("POST", f"{one}/markasinactive", code)
    run.call("POST", f"{one}/markasactive", code)


def items(run):
    one = "/items/{item_id}"
    body = {
        "name": "Hard Drive",
        "rate": 120,
        "description": "500GB",
        "tax_id": run.there["tax"],
        "sku": "s12345",
        "product_type": "goods",
        "hsn_or_sac": "85",
    }
    item = run.call("POST", "/items", body=body)["item"]["item_id"]
    run.call("GET", "/items", filter_by="Status.All", search_text="Hard", sort_column="name")
    run.call("GET", one, item)
    run.call("PUT", one, item, body={"name": "Drive", "rate": 99})
    run.call("POST", f"{one}/inactive", item)
    run.call("POST", f"{one}/active", item)
    run.call("DELETE", one, item)


def customers(run):
    one = "/customers/{customer_id}"
    authority = run.call("GET", "/settings/taxauthorities")["tax_authorities"][0]
    authority = {key: authority[key] for key in ("tax_authority_id", "tax_authority_name")}
    address = {
        "attention": "Benjamin George",
        "street": "Harrington Bay Street",
        "city": "Salt Lake City",
        "state": "Utah",
        "zip": "92612",
        "country": "U.S.A",
        "fax": "4527389",
    }
    body = {
        "display_name": "Bowman & Sons",
        "salutation": "Mr.",
        "first_name": "Benjamin",
        "last_name": "George",
        "email": "benjamin.george@bowman.example",
        "tags": [{"tag_id": "460000000054182", "tag_option_id": 460000000054280}],
        "company_name": "Bowman & Sons",
        "phone": "23467278",
        "mobile": "938237475",
        "department": "Marketing",
        "designation": "Evangelist",
        "website": "www.bowman.example",
        "billing_address": address,
        "shipping_address": address,
        "payment_terms": 15,
        "payment_terms_label": "Net 15",
        "currency_code": "USD",
        "ach_supported": True,
        "notes": "A short note",
        "is_portal_enabled": True,
        "is_taxable": True,
        "tax_id": run.there["tax"],
        **authority,
        "custom_fields": [{"label": "Segment", "value": "Retail"}],
    }
    customer = run.call("POST", "/customers", body=body)["customer"]["customer_id"]
    run.call("GET", "/customers")
    run.call("GET", one, customer)
    body = {"display_name": "Bowman & Daughters", "email": "office@bowman.example", **authority}
    run.call("PUT", one, customer, body=body)
    contact_persons(run, customer)
    run.call("POST", f"{one}/markasinactive", customer)
    run.call("POST", f"{one}/markasactive", customer)
    run.call("DELETE", one, customer)
    # The documents' request has no field for the id of Zoho CRM, which clients of the older pages send.
    reference = "903000800069001"
    body = {"display_name": "Of CRM", "email": "crm@bowman.example", "zcrm_account_id": reference}
    run.ask("POST", "/customers", body=body)
    run.call("GET", "/customers/reference/{reference_id}", reference, reference_id_type="zcrm_account_id")
    run.call("GET", "/customers")


def contact_persons(run, customer):
    all = "/customers/{customer_id}/contactpersons"
    one = f"{all}/{{contactperson_id}}"
    body = {
        "first_name": "Ada",
        "last_name": "Bowman",
        "email": "ada@bowman.example",
        "mobile": "938237475",
        "phone": "23467278",
        "fax": "4527389",
    }
    person = run.call("POST", all, customer, body=body)["contact_person"]["contactperson_id"]
    run.call("GET", all, customer)
    run.call("GET", one, customer, person)
    run.call("PUT", one, customer, person, body={"email": "ada@example.com"})
    run.call("DELETE", one, customer, person)
