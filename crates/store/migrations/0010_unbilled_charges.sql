-- What was sold and is not on an invoice yet: it waits for the next invoice, or for someone who makes one.
-- `invoice_id` is the invoice that it became part of; its amounts are those of the day it was raised.
CREATE TABLE unbilled_charges (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  entity_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  number TEXT NOT NULL,
  currency TEXT NOT NULL,
  fx_mantissa BIGINT, fx_scale BIGINT, fx_source TEXT, fx_on TEXT,
  dated_on TEXT NOT NULL,
  reference TEXT NOT NULL,
  ex_tax BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  total BIGINT NOT NULL CHECK (total >= 0),
  invoice_id BIGINT,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, entity_id) REFERENCES legal_entities (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
) @table;
CREATE UNIQUE INDEX unbilled_charges_number ON unbilled_charges (tenant_id, number);
CREATE INDEX unbilled_charges_customer ON unbilled_charges (tenant_id, customer_id, created_at, id);
CREATE INDEX unbilled_charges_created_at ON unbilled_charges (tenant_id, created_at, id);
CREATE INDEX unbilled_charges_invoice ON unbilled_charges (tenant_id, invoice_id) WHERE invoice_id IS NOT NULL;

CREATE TABLE unbilled_charge_lines (
  tenant_id BIGINT NOT NULL,
  charge_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  item_id BIGINT,
  item_code TEXT,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  unit TEXT NOT NULL,
  quantity_mantissa BIGINT NOT NULL,
  quantity_scale BIGINT NOT NULL,
  price_mantissa BIGINT NOT NULL,
  price_scale BIGINT NOT NULL,
  from_on TEXT,
  until_on TEXT,
  charge_number TEXT,
  purchase_order TEXT,
  partner_sku TEXT,
  gl_code TEXT,
  billed_days BIGINT,
  full_days BIGINT,
  tax_treatment TEXT NOT NULL,
  discounts TEXT NOT NULL,
  gross BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  net BIGINT NOT NULL,
  taxable BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, charge_id, position),
  FOREIGN KEY (tenant_id, charge_id) REFERENCES unbilled_charges (tenant_id, id)
) @table;
CREATE INDEX unbilled_charge_lines_item ON unbilled_charge_lines (tenant_id, item_id) WHERE item_id IS NOT NULL;

-- The last number given to an unbilled charge. Charges may be deleted, so theirs have gaps.
CREATE TABLE unbilled_charge_counters (
  tenant_id BIGINT NOT NULL PRIMARY KEY,
  last_value BIGINT NOT NULL
) @table;

-- What a credit note says to its customer, and when it was deleted through a vendor's DELETE.
ALTER TABLE credit_notes ADD COLUMN memo TEXT NOT NULL DEFAULT '';
ALTER TABLE credit_notes ADD COLUMN terms_text TEXT NOT NULL DEFAULT '';
ALTER TABLE credit_notes ADD COLUMN withdrawn_at BIGINT;
