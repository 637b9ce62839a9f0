"""Reads invoices with the PyPI package zoho-subscriptions 1.0.1, as its users do.

Only the address of Zoho's host is overridden; it is a constant of the package. Usage:
python zoho_subscriptions.py BASE_URL TOKEN ORGANIZATION_ID
"""

import json
import sys

import utils.constants

base_url, token, organization_id = sys.argv[1:4]
utils.constants.ZOHO_SUBSCRIPTION_API_URL = base_url + "/api/v1/"

# Reads the constant when it is imported.
from subscriptions.invoice import Invoice  # noqa: E402


def client(authtoken):
    config = {"authtoken": authtoken, "zohoOrgId": organization_id, "cache_enabled": False}
    return Invoice(config)


reader, stranger = client(token), client("1000.wrong.wrong")
print(
    json.dumps(
        {
            "of_customer": reader.list_invoices_by_customer("903000000000099"),
            "of_nobody": reader.list_invoices_by_customer("1"),
            "one": reader.get_invoice("903000000079426"),
            "missing": reader.get_invoice("1"),
            "pdf": reader.get_invoice_pdf("903000000079426"),
            "stranger": stranger.list_invoices_by_customer("903000000000099"),
        }
    )
)
