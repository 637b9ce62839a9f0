# The vendor's sample with its indentation restored by restore.py. Do not edit.
import sys
import chilkat2
# This example assumes the Chilkat API to have been previously unlocked.
# See Global Unlock Sample for sample code.
http = chilkat2.Http()
# Adds the "Authorization: Bearer <access_token>" header.
http.AuthToken = "<access_token>"
sbResponseBody = chilkat2.StringBuilder()
success = http.QuickGetSb("https://api.zoom.us/v2/accounts/:accountId/billing/invoices/:invoiceId",sbResponseBody)
if (success == False):
    print(http.LastErrorText)
    sys.exit()
jResp = chilkat2.JsonObject()
jResp.LoadSb(sbResponseBody)
jResp.EmitCompact = False
print("Response Body:")
print(jResp.Emit())
respStatusCode = http.LastStatus
print("Response Status Code = " + str(respStatusCode))
if (respStatusCode >= 400):
    print("Response Header:")
    print(http.LastHeader)
    print("Failed.")
    sys.exit()
# Sample JSON response:
# (Sample code for parsing the JSON response is shown below)
# {
# "id": "2c92fghvb0580",
# "invoice_number": "Shjmr5INV00000001",
# "total_amount": 2039,
# "tax_amount": 0,
# "balance": 2039,
# "due_date": "2020-08-07",
# "invoice_date": "2020-08-07",
# "target_date": "2020-08-07",
# "status": "Draft",
# "invoice_items": [
# {
# "charge_name": "Standard Biz Annual",
# "charge_type": "Recurring",
# "charge_number": "C-00000004",
# "total_amount": 1999,
# "tax_amount": 0,
# "quantity": 10,
# "start_date": "2020-08-07",
# "end_date": "2021-08-06",
# "purchase_order_number": "1234556",
# "partner_sku": "PAR1-PRO-BASE-NH2Y"
# },
# {
# "charge_name": "Cloud Recording 100 GB",
# "charge_type": "Recurring",
# "charge_number": "C-00000005",
# "total_amount": 40,
# "tax_amount": 0,
# "quantity": 1,
# "start_date": "2020-08-07",
# "end_date": "2020-09-06",
# "purchase_order_number": "1234567",
# "partner_sku": "PAR-PAYONGO-INCL"
# }
# ],
# "currency": "USD"
# }
# Sample code for parsing the JSON response...
# Use this online tool to generate parsing code from sample JSON: Generate JSON Parsing Code
id = jResp.StringOf("id")
invoice_number = jResp.StringOf("invoice_number")
total_amount = jResp.IntOf("total_amount")
tax_amount = jResp.IntOf("tax_amount")
balance = jResp.IntOf("balance")
due_date = jResp.StringOf("due_date")
invoice_date = jResp.StringOf("invoice_date")
target_date = jResp.StringOf("target_date")
status = jResp.StringOf("status")
v_currency = jResp.StringOf("currency")
i = 0
count_i = jResp.SizeOfArray("invoice_items")
while i < count_i :
    jResp.I = i
    charge_name = jResp.StringOf("invoice_items[i].charge_name")
    charge_type = jResp.StringOf("invoice_items[i].charge_type")
    charge_number = jResp.StringOf("invoice_items[i].charge_number")
    total_amount = jResp.IntOf("invoice_items[i].total_amount")
    tax_amount = jResp.IntOf("invoice_items[i].tax_amount")
    quantity = jResp.IntOf("invoice_items[i].quantity")
    start_date = jResp.StringOf("invoice_items[i].start_date")
    end_date = jResp.StringOf("invoice_items[i].end_date")
    purchase_order_number = jResp.StringOf("invoice_items[i].purchase_order_number")
    partner_sku = jResp.StringOf("invoice_items[i].partner_sku")
    i = i + 1
