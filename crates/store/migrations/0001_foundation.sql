-- The foundation. One text for SQLite and PostgreSQL: integers, booleans (0/1) and minor units are BIGINT,
-- civil days ISO text, instants microseconds since 1970 UTC, decimals mantissa and scale, rates 1e-12 of a
-- fraction. Every key, index and foreign key begins with the tenant.

CREATE TABLE id_blocks (
  tenant_id BIGINT NOT NULL PRIMARY KEY,
  next_value BIGINT NOT NULL
) @table;

CREATE TABLE leases (
  tenant_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  owner TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, name)
) @table;

CREATE TABLE tenants (
  tenant_id BIGINT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  business_at BIGINT,
  created_at BIGINT NOT NULL
) @table;

CREATE TABLE settings (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (tenant_id, name)
) @table;

CREATE TABLE terms (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  days BIGINT NOT NULL CHECK (days >= 0),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) @table;

CREATE TABLE salespersons (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) @table;

CREATE TABLE legal_entities (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  attention TEXT NOT NULL, line1 TEXT NOT NULL, line2 TEXT NOT NULL, line3 TEXT NOT NULL, city TEXT NOT NULL,
  state TEXT NOT NULL, postcode TEXT NOT NULL, country TEXT NOT NULL, phone TEXT NOT NULL, fax TEXT NOT NULL,
  tax_ids TEXT NOT NULL,
  base_currency TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  language TEXT NOT NULL,
  tax_rounding TEXT NOT NULL,
  price_mode TEXT NOT NULL,
  issued_policy TEXT NOT NULL,
  closed_books_policy TEXT NOT NULL,
  books_closed_through TEXT,
  write_off_relieves_tax BIGINT NOT NULL,
  terms_id BIGINT,
  terms_name TEXT NOT NULL,
  terms_days BIGINT NOT NULL,
  is_default BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) @table;

CREATE TABLE number_series (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  entity_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  prefix TEXT NOT NULL,
  width BIGINT NOT NULL,
  reset TEXT NOT NULL,
  last_value BIGINT NOT NULL,
  year BIGINT NOT NULL,
  enforces_date_order BIGINT NOT NULL,
  last_dated_on TEXT,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, entity_id, kind),
  FOREIGN KEY (tenant_id, entity_id) REFERENCES legal_entities (tenant_id, id)
) @table;

CREATE TABLE customers (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  parent_id BIGINT,
  display_name TEXT NOT NULL,
  company_name TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  currency TEXT NOT NULL,
  entity_id BIGINT,
  time_zone TEXT,
  language TEXT,
  terms_id BIGINT,
  terms_name TEXT,
  terms_days BIGINT,
  bill_attention TEXT NOT NULL, bill_line1 TEXT NOT NULL, bill_line2 TEXT NOT NULL, bill_line3 TEXT NOT NULL,
  bill_city TEXT NOT NULL, bill_state TEXT NOT NULL, bill_postcode TEXT NOT NULL, bill_country TEXT NOT NULL,
  bill_phone TEXT NOT NULL, bill_fax TEXT NOT NULL,
  ship_attention TEXT NOT NULL, ship_line1 TEXT NOT NULL, ship_line2 TEXT NOT NULL, ship_line3 TEXT NOT NULL,
  ship_city TEXT NOT NULL, ship_state TEXT NOT NULL, ship_postcode TEXT NOT NULL, ship_country TEXT NOT NULL,
  ship_phone TEXT NOT NULL, ship_fax TEXT NOT NULL,
  tax_ids TEXT NOT NULL,
  exemption_code TEXT,
  exemption_reason TEXT,
  service_level TEXT NOT NULL,
  external_key TEXT,
  token TEXT NOT NULL,
  is_active BIGINT NOT NULL,
  notes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES customers (tenant_id, id)
) @table;
CREATE INDEX customers_parent ON customers (tenant_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX customers_token ON customers (tenant_id, token);
CREATE UNIQUE INDEX customers_external_key ON customers (tenant_id, external_key) WHERE external_key IS NOT NULL;

-- What a customer owes and has left over, per legal entity and currency; a projection that audit recomputes.
CREATE TABLE customer_balances (
  tenant_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  entity_id BIGINT NOT NULL,
  currency TEXT NOT NULL,
  outstanding BIGINT NOT NULL,
  unused_credit BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, customer_id, entity_id, currency),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
) @table;

CREATE TABLE contacts (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  salutation TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT NOT NULL,
  mobile TEXT NOT NULL,
  is_primary BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
) @table;
CREATE INDEX contacts_customer ON contacts (tenant_id, customer_id, id);

CREATE TABLE tax_rates (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  rate BIGINT NOT NULL CHECK (rate >= 0),
  authority TEXT NOT NULL,
  is_active BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) @table;

CREATE TABLE tax_groups (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  category TEXT NOT NULL,
  exemption_code TEXT,
  exemption_reason TEXT,
  is_active BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) @table;

CREATE TABLE tax_group_rates (
  tenant_id BIGINT NOT NULL,
  group_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  rate_id BIGINT NOT NULL,
  is_compound BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, group_id, position),
  FOREIGN KEY (tenant_id, group_id) REFERENCES tax_groups (tenant_id, id),
  FOREIGN KEY (tenant_id, rate_id) REFERENCES tax_rates (tenant_id, id)
) @table;

CREATE TABLE items (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  code TEXT,
  external_key TEXT,
  accounting_sku TEXT,
  token TEXT NOT NULL,
  unit TEXT NOT NULL,
  price_mantissa BIGINT,
  price_scale BIGINT,
  price_currency TEXT,
  tax_group_id BIGINT,
  is_active BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, tax_group_id) REFERENCES tax_groups (tenant_id, id)
) @table;
CREATE UNIQUE INDEX items_code ON items (tenant_id, code) WHERE code IS NOT NULL;
CREATE UNIQUE INDEX items_external_key ON items (tenant_id, external_key) WHERE external_key IS NOT NULL;

CREATE TABLE invoices (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  entity_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'issued', 'void')),
  number TEXT,
  number_origin TEXT,
  series_id BIGINT,
  series_year BIGINT,
  series_value BIGINT,
  reference TEXT NOT NULL,
  external_key TEXT,
  token TEXT NOT NULL,
  currency TEXT NOT NULL,
  fx_mantissa BIGINT, fx_scale BIGINT, fx_source TEXT, fx_on TEXT,
  price_mode TEXT NOT NULL,
  tax_rounding TEXT NOT NULL,
  dated_on TEXT NOT NULL,
  due_on TEXT NOT NULL,
  target_on TEXT,
  posted_on TEXT,
  terms_id BIGINT,
  terms_name TEXT NOT NULL,
  terms_days BIGINT NOT NULL,
  net BIGINT NOT NULL,
  allowances BIGINT NOT NULL,
  charges BIGINT NOT NULL,
  ex_tax BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  total BIGINT NOT NULL CHECK (total >= 0),
  rounding BIGINT NOT NULL,
  base_total BIGINT NOT NULL,
  payments_gross BIGINT NOT NULL,
  refunds BIGINT NOT NULL,
  credits BIGINT NOT NULL,
  write_offs BIGINT NOT NULL,
  balance BIGINT NOT NULL CHECK (balance >= 0 AND balance <= total),
  paid_on TEXT,
  payment_expected_on TEXT,
  sent_at BIGINT,
  issued_at BIGINT,
  voided_at BIGINT,
  withdrawn_at BIGINT,
  is_shared BIGINT NOT NULL,
  is_imported BIGINT NOT NULL,
  customer_name TEXT NOT NULL,
  customer_email TEXT NOT NULL,
  bill_attention TEXT NOT NULL, bill_line1 TEXT NOT NULL, bill_line2 TEXT NOT NULL, bill_line3 TEXT NOT NULL,
  bill_city TEXT NOT NULL, bill_state TEXT NOT NULL, bill_postcode TEXT NOT NULL, bill_country TEXT NOT NULL,
  bill_phone TEXT NOT NULL, bill_fax TEXT NOT NULL,
  ship_attention TEXT NOT NULL, ship_line1 TEXT NOT NULL, ship_line2 TEXT NOT NULL, ship_line3 TEXT NOT NULL,
  ship_city TEXT NOT NULL, ship_state TEXT NOT NULL, ship_postcode TEXT NOT NULL, ship_country TEXT NOT NULL,
  ship_phone TEXT NOT NULL, ship_fax TEXT NOT NULL,
  memo TEXT NOT NULL,
  terms_text TEXT NOT NULL,
  transaction_type TEXT NOT NULL,
  salesperson_id BIGINT,
  salesperson_name TEXT,
  revision BIGINT NOT NULL,
  version BIGINT NOT NULL,
  content_hash TEXT,
  parts BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, entity_id) REFERENCES legal_entities (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
) @table;
CREATE INDEX invoices_customer ON invoices (tenant_id, customer_id, dated_on, id);
CREATE INDEX invoices_dated_on ON invoices (tenant_id, dated_on, id);
CREATE INDEX invoices_issued_at ON invoices (tenant_id, issued_at, id) WHERE issued_at IS NOT NULL;
CREATE INDEX invoices_created_at ON invoices (tenant_id, created_at, id);
CREATE INDEX invoices_number ON invoices (tenant_id, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX invoices_series ON invoices (tenant_id, series_id, series_year, series_value) WHERE series_id IS NOT NULL;
CREATE UNIQUE INDEX invoices_token ON invoices (tenant_id, token);
CREATE UNIQUE INDEX invoices_external_key ON invoices (tenant_id, external_key) WHERE external_key IS NOT NULL;
CREATE INDEX invoices_total ON invoices (tenant_id, total, id);
CREATE INDEX invoices_open_due ON invoices (tenant_id, entity_id, due_on, id) WHERE state = 'issued' AND balance > 0;
CREATE INDEX invoices_open_balance ON invoices (tenant_id, balance, id) WHERE state = 'issued' AND balance > 0;

-- Numbers that did not come from an own series: unique per tenant and kind, no gap rule.
CREATE TABLE external_numbers (
  tenant_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, kind, number)
) @table;

CREATE TABLE invoice_lines (
  tenant_id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
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
  tax_group_id BIGINT,
  tax_group_name TEXT NOT NULL,
  tax_category TEXT NOT NULL,
  tax_components TEXT NOT NULL,
  exemption_code TEXT,
  exemption_reason TEXT,
  discounts TEXT NOT NULL,
  gross BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  net BIGINT NOT NULL,
  allowance BIGINT NOT NULL,
  taxable BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, invoice_id, position),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
) @table;
CREATE UNIQUE INDEX invoice_lines_id ON invoice_lines (tenant_id, id);
CREATE INDEX invoice_lines_item ON invoice_lines (tenant_id, item_id, invoice_id) WHERE item_id IS NOT NULL;

-- Lines that a correction dropped: consumers of line lists keep their place, with nothing left on them.
CREATE TABLE retired_lines (
  tenant_id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  id BIGINT NOT NULL,
  item_code TEXT,
  description TEXT NOT NULL,
  from_on TEXT,
  until_on TEXT,
  retired_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, invoice_id, position),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
) @table;

CREATE TABLE invoice_taxes (
  tenant_id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  tax_group_id BIGINT,
  tax_group_name TEXT NOT NULL,
  tax_category TEXT NOT NULL,
  tax_components TEXT NOT NULL,
  component_amounts TEXT NOT NULL,
  exemption_code TEXT,
  exemption_reason TEXT,
  base BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, invoice_id, position),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
) @table;

CREATE TABLE invoice_allowances (
  tenant_id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  is_charge BIGINT NOT NULL,
  name TEXT NOT NULL,
  code TEXT,
  percent BIGINT,
  fixed BIGINT,
  priority BIGINT NOT NULL,
  tax TEXT,
  amount BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, invoice_id, position),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
) @table;

-- Superseded revisions of issued invoices, complete; the current one is in the tables above. Insert-only.
CREATE TABLE invoice_revisions (
  tenant_id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  content TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  reason TEXT NOT NULL,
  superseded_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, invoice_id, revision),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
) @table;

CREATE TABLE credit_notes (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  entity_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  invoice_id BIGINT,
  state TEXT NOT NULL CHECK (state IN ('draft', 'issued', 'void')),
  number TEXT,
  number_origin TEXT,
  series_id BIGINT,
  series_year BIGINT,
  series_value BIGINT,
  reference TEXT NOT NULL,
  currency TEXT NOT NULL,
  fx_mantissa BIGINT, fx_scale BIGINT, fx_source TEXT, fx_on TEXT,
  price_mode TEXT NOT NULL,
  tax_rounding TEXT NOT NULL,
  dated_on TEXT NOT NULL,
  posted_on TEXT,
  ex_tax BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  total BIGINT NOT NULL CHECK (total >= 0),
  base_total BIGINT NOT NULL,
  applied BIGINT NOT NULL CHECK (applied >= 0),
  refunded BIGINT NOT NULL CHECK (refunded >= 0),
  remaining BIGINT NOT NULL CHECK (remaining >= 0),
  is_amount_only BIGINT NOT NULL,
  reason TEXT NOT NULL,
  customer_name TEXT NOT NULL,
  customer_email TEXT NOT NULL,
  version BIGINT NOT NULL,
  issued_at BIGINT,
  voided_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, entity_id) REFERENCES legal_entities (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
) @table;
CREATE INDEX credit_notes_customer ON credit_notes (tenant_id, customer_id, dated_on, id);
CREATE INDEX credit_notes_created_at ON credit_notes (tenant_id, created_at, id);
CREATE INDEX credit_notes_invoice ON credit_notes (tenant_id, invoice_id) WHERE invoice_id IS NOT NULL;
CREATE UNIQUE INDEX credit_notes_series ON credit_notes (tenant_id, series_id, series_year, series_value) WHERE series_id IS NOT NULL;

CREATE TABLE credit_note_lines (
  tenant_id BIGINT NOT NULL,
  credit_note_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  id BIGINT NOT NULL,
  invoice_line_id BIGINT,
  item_id BIGINT,
  item_code TEXT,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  quantity_mantissa BIGINT NOT NULL,
  quantity_scale BIGINT NOT NULL,
  price_mantissa BIGINT NOT NULL,
  price_scale BIGINT NOT NULL,
  tax_group_id BIGINT,
  tax_group_name TEXT NOT NULL,
  tax_category TEXT NOT NULL,
  tax_components TEXT NOT NULL,
  exemption_code TEXT,
  exemption_reason TEXT,
  gross BIGINT NOT NULL,
  taxable BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, credit_note_id, position),
  FOREIGN KEY (tenant_id, credit_note_id) REFERENCES credit_notes (tenant_id, id)
) @table;
CREATE INDEX credit_note_lines_invoice_line ON credit_note_lines (tenant_id, invoice_line_id) WHERE invoice_line_id IS NOT NULL;

CREATE TABLE credit_note_taxes (
  tenant_id BIGINT NOT NULL,
  credit_note_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  tax_group_id BIGINT,
  tax_group_name TEXT NOT NULL,
  tax_category TEXT NOT NULL,
  tax_components TEXT NOT NULL,
  component_amounts TEXT NOT NULL,
  exemption_code TEXT,
  exemption_reason TEXT,
  base BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, credit_note_id, position),
  FOREIGN KEY (tenant_id, credit_note_id) REFERENCES credit_notes (tenant_id, id)
) @table;

CREATE TABLE payments (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  entity_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  currency TEXT NOT NULL,
  fx_mantissa BIGINT, fx_scale BIGINT, fx_source TEXT, fx_on TEXT,
  amount BIGINT NOT NULL CHECK (amount > 0),
  base_amount BIGINT NOT NULL,
  bank_charges BIGINT NOT NULL CHECK (bank_charges >= 0 AND bank_charges <= amount),
  applied BIGINT NOT NULL CHECK (applied >= 0),
  refunded BIGINT NOT NULL CHECK (refunded >= 0),
  unapplied BIGINT NOT NULL CHECK (unapplied >= 0),
  mode TEXT NOT NULL,
  received_on TEXT NOT NULL,
  reference TEXT NOT NULL,
  description TEXT NOT NULL,
  gateway TEXT,
  gateway_transaction_id TEXT,
  is_void BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, entity_id) REFERENCES legal_entities (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
) @table;
CREATE INDEX payments_customer ON payments (tenant_id, customer_id, received_on, id);
CREATE INDEX payments_created_at ON payments (tenant_id, created_at, id);

CREATE TABLE applications (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  source_kind TEXT NOT NULL CHECK (source_kind IN ('payment', 'credit_note', 'write_off')),
  source_id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount <> 0),
  applied_on TEXT NOT NULL,
  reverses_id BIGINT,
  reversal_kind TEXT,
  receivable_base BIGINT NOT NULL,
  source_base BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
) @table;
CREATE INDEX applications_invoice ON applications (tenant_id, invoice_id, id);
CREATE INDEX applications_source ON applications (tenant_id, source_kind, source_id, id);
CREATE INDEX applications_reverses ON applications (tenant_id, reverses_id) WHERE reverses_id IS NOT NULL;

CREATE TABLE refunds (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  entity_id BIGINT NOT NULL,
  currency TEXT NOT NULL,
  payment_id BIGINT,
  credit_note_id BIGINT,
  invoice_id BIGINT,
  amount BIGINT NOT NULL CHECK (amount > 0),
  refunded_on TEXT NOT NULL,
  mode TEXT NOT NULL,
  reference TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) @table;
CREATE INDEX refunds_created_at ON refunds (tenant_id, created_at, id);
CREATE INDEX refunds_payment ON refunds (tenant_id, payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX refunds_credit_note ON refunds (tenant_id, credit_note_id) WHERE credit_note_id IS NOT NULL;

CREATE TABLE write_offs (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  entity_id BIGINT NOT NULL,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  cancelled BIGINT NOT NULL CHECK (cancelled >= 0 AND cancelled <= amount),
  tax_relief BIGINT NOT NULL,
  tax_relief_cancelled BIGINT NOT NULL,
  reason TEXT NOT NULL,
  written_off_on TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id)
) @table;
CREATE INDEX write_offs_invoice ON write_offs (tenant_id, invoice_id, id);

CREATE TABLE journal_entries (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  entity_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  currency TEXT NOT NULL,
  posted_on TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) @table;
CREATE INDEX journal_entries_object ON journal_entries (tenant_id, object_kind, object_id, id);
CREATE INDEX journal_entries_posted_on ON journal_entries (tenant_id, posted_on, id);

CREATE TABLE postings (
  tenant_id BIGINT NOT NULL,
  entry_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  account TEXT NOT NULL,
  customer_id BIGINT,
  amount BIGINT NOT NULL,
  base_amount BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, entry_id, position)
) @table;

CREATE TABLE audit_entries (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  operation TEXT NOT NULL,
  detail TEXT NOT NULL,
  credential_id BIGINT,
  actor TEXT NOT NULL,
  request_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  content_hash TEXT NOT NULL,
  seal_seq BIGINT,
  PRIMARY KEY (tenant_id, id)
) @table;
CREATE INDEX audit_entries_object ON audit_entries (tenant_id, object_kind, object_id, id);
CREATE INDEX audit_entries_unsealed ON audit_entries (tenant_id, id) WHERE seal_seq IS NULL;
CREATE INDEX audit_entries_seal ON audit_entries (tenant_id, seal_seq, id) WHERE seal_seq IS NOT NULL;

CREATE TABLE audit_seals (
  tenant_id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  first_id BIGINT NOT NULL,
  last_id BIGINT NOT NULL,
  entry_count BIGINT NOT NULL,
  merkle_root TEXT NOT NULL,
  previous_root TEXT NOT NULL,
  sealed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, seq)
) @table;

-- The outbox: what happened, in the order in which a consumer sees it once feed_seq is assigned after commit.
CREATE TABLE events (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  event_type TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  payload TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  feed_seq BIGINT,
  PRIMARY KEY (tenant_id, id)
) @table;
CREATE UNIQUE INDEX events_feed ON events (tenant_id, feed_seq) WHERE feed_seq IS NOT NULL;
CREATE INDEX events_unsequenced ON events (tenant_id, id) WHERE feed_seq IS NULL;

CREATE TABLE feed_heads (
  tenant_id BIGINT NOT NULL PRIMARY KEY,
  last_seq BIGINT NOT NULL
) @table;

CREATE TABLE idempotency (
  tenant_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  answer BYTES,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, key)
) @table;
CREATE INDEX idempotency_created_at ON idempotency (tenant_id, created_at);

CREATE TABLE foreign_ids (
  tenant_id BIGINT NOT NULL,
  face TEXT NOT NULL,
  kind TEXT NOT NULL,
  foreign_id TEXT NOT NULL,
  id BIGINT NOT NULL,
  collides_with BIGINT,
  PRIMARY KEY (tenant_id, face, kind, foreign_id)
) @table;
CREATE UNIQUE INDEX foreign_ids_id ON foreign_ids (tenant_id, face, kind, id);
CREATE INDEX foreign_ids_collides ON foreign_ids (tenant_id, collides_with) WHERE collides_with IS NOT NULL;

CREATE TABLE side_cars (
  tenant_id BIGINT NOT NULL,
  face TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (tenant_id, object_kind, object_id, face)
) @table;

CREATE TABLE custom_fields (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  object_kind TEXT NOT NULL,
  field_index BIGINT NOT NULL,
  label TEXT NOT NULL,
  data_type TEXT NOT NULL,
  is_mandatory BIGINT NOT NULL,
  pii_type TEXT NOT NULL,
  max_length BIGINT,
  help_text TEXT NOT NULL,
  show_in_portal BIGINT NOT NULL,
  show_in_pdf BIGINT NOT NULL,
  is_active BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) @table;
CREATE UNIQUE INDEX custom_fields_index ON custom_fields (tenant_id, object_kind, field_index);
CREATE UNIQUE INDEX custom_fields_label ON custom_fields (tenant_id, object_kind, label);

CREATE TABLE custom_field_values (
  tenant_id BIGINT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  field_id BIGINT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (tenant_id, object_kind, object_id, field_id),
  FOREIGN KEY (tenant_id, field_id) REFERENCES custom_fields (tenant_id, id)
) @table;
CREATE INDEX custom_field_values_value ON custom_field_values (tenant_id, object_kind, field_id, value, object_id);

CREATE TABLE object_tags (
  tenant_id BIGINT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  label TEXT NOT NULL,
  tag_id BIGINT NOT NULL,
  option_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, object_kind, object_id, position)
) @table;

CREATE TABLE credentials (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  face TEXT NOT NULL,
  label TEXT NOT NULL,
  customer_id BIGINT,
  scopes TEXT NOT NULL,
  entitlements TEXT NOT NULL,
  lookup_hash TEXT NOT NULL,
  secret_hash TEXT,
  signing_key TEXT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT,
  PRIMARY KEY (tenant_id, id)
) @table;
-- Found before the tenant is known: the hash of 256 random bits is the key.
CREATE UNIQUE INDEX credentials_lookup ON credentials (lookup_hash);

CREATE TABLE nonces (
  tenant_id BIGINT NOT NULL,
  credential_id BIGINT NOT NULL,
  nonce TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, credential_id, nonce)
) @table;
CREATE INDEX nonces_seen_at ON nonces (tenant_id, seen_at);

CREATE TABLE rate_counters (
  tenant_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  window_key TEXT NOT NULL,
  used BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, name, window_key)
) @table;
CREATE INDEX rate_counters_last_at ON rate_counters (tenant_id, last_at);
