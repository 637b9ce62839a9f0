-- Read-only views for anyone who wants to recompute the books (docs/audit-views.md). Their names and columns are
-- stable: a later version adds columns at the end or adds views, and never changes the meaning of one. Amounts are
-- minor units, instants microseconds since 1970 UTC, civil days ISO text, rates 1e-12 of a fraction.

CREATE VIEW audit_v1_invoice AS
SELECT
  i.tenant_id,
  i.id AS invoice_id,
  i.entity_id,
  e.base_currency,
  i.customer_id,
  i.kind,
  i.state,
  i.number,
  i.number_origin,
  i.currency,
  i.fx_mantissa,
  i.fx_scale,
  i.price_mode,
  i.tax_rounding,
  i.dated_on,
  i.due_on,
  i.posted_on,
  i.paid_on,
  i.net AS net_minor,
  i.allowances AS allowances_minor,
  i.charges AS charges_minor,
  i.ex_tax AS ex_tax_minor,
  i.tax AS tax_minor,
  i.total AS total_minor,
  i.rounding AS rounding_minor,
  i.base_total AS base_total_minor,
  i.payments_gross AS payments_gross_minor,
  i.refunds AS refunds_minor,
  i.credits AS credits_minor,
  i.write_offs AS write_offs_minor,
  i.balance AS balance_minor,
  i.revision,
  i.content_hash,
  i.issued_at,
  i.voided_at,
  i.withdrawn_at,
  i.created_at,
  i.updated_at
FROM invoices i
JOIN legal_entities e ON e.tenant_id = i.tenant_id AND e.id = i.entity_id;

CREATE VIEW audit_v1_line AS
SELECT
  l.tenant_id,
  'invoice' AS document_kind,
  l.invoice_id AS document_id,
  l.position,
  l.id AS line_id,
  l.kind,
  l.item_id,
  l.quantity_mantissa,
  l.quantity_scale,
  l.price_mantissa,
  l.price_scale,
  l.from_on,
  l.until_on,
  l.tax_group_id,
  l.tax_category,
  l.gross AS gross_minor,
  l.discount AS discount_minor,
  l.net AS net_minor,
  l.allowance AS allowance_minor,
  l.taxable AS taxable_minor,
  l.tax AS tax_minor,
  NULL AS credits_line_id
FROM invoice_lines l
UNION ALL
SELECT
  c.tenant_id,
  'credit_note' AS document_kind,
  c.credit_note_id AS document_id,
  c.position,
  c.id AS line_id,
  'credit' AS kind,
  c.item_id,
  c.quantity_mantissa,
  c.quantity_scale,
  c.price_mantissa,
  c.price_scale,
  NULL AS from_on,
  NULL AS until_on,
  c.tax_group_id,
  c.tax_category,
  c.gross AS gross_minor,
  0 AS discount_minor,
  c.taxable AS net_minor,
  0 AS allowance_minor,
  c.taxable AS taxable_minor,
  c.tax AS tax_minor,
  c.invoice_line_id AS credits_line_id
FROM credit_note_lines c;

CREATE VIEW audit_v1_tax AS
SELECT
  t.tenant_id,
  'invoice' AS document_kind,
  t.invoice_id AS document_id,
  t.position,
  t.tax_group_id,
  t.tax_category,
  t.tax_components,
  t.component_amounts,
  t.base AS base_minor,
  t.amount AS amount_minor
FROM invoice_taxes t
UNION ALL
SELECT
  c.tenant_id,
  'credit_note' AS document_kind,
  c.credit_note_id AS document_id,
  c.position,
  c.tax_group_id,
  c.tax_category,
  c.tax_components,
  c.component_amounts,
  c.base AS base_minor,
  c.amount AS amount_minor
FROM credit_note_taxes c;

CREATE VIEW audit_v1_application AS
SELECT
  a.tenant_id,
  a.id AS application_id,
  a.source_kind,
  a.source_id,
  a.invoice_id,
  a.customer_id,
  a.amount AS amount_minor,
  a.applied_on,
  a.reverses_id AS reverses_application_id,
  a.reversal_kind,
  a.receivable_base AS receivable_base_minor,
  a.source_base AS source_base_minor,
  a.created_at
FROM applications a;

CREATE VIEW audit_v1_payment AS
SELECT
  p.tenant_id,
  p.id AS payment_id,
  p.entity_id,
  p.customer_id,
  p.currency,
  p.fx_mantissa,
  p.fx_scale,
  p.amount AS amount_minor,
  p.base_amount AS base_amount_minor,
  p.bank_charges AS bank_charges_minor,
  p.applied AS applied_minor,
  p.refunded AS refunded_minor,
  p.unapplied AS unapplied_minor,
  p.mode,
  p.received_on,
  p.is_void,
  p.created_at,
  p.updated_at
FROM payments p;

CREATE VIEW audit_v1_credit_note AS
SELECT
  n.tenant_id,
  n.id AS credit_note_id,
  n.entity_id,
  n.customer_id,
  n.invoice_id,
  n.state,
  n.number,
  n.number_origin,
  n.currency,
  n.fx_mantissa,
  n.fx_scale,
  n.price_mode,
  n.tax_rounding,
  n.dated_on,
  n.posted_on,
  n.ex_tax AS ex_tax_minor,
  n.tax AS tax_minor,
  n.total AS total_minor,
  n.base_total AS base_total_minor,
  n.applied AS applied_minor,
  n.refunded AS refunded_minor,
  n.remaining AS remaining_minor,
  n.is_amount_only,
  n.issued_at,
  n.voided_at,
  n.created_at,
  n.updated_at
FROM credit_notes n;

CREATE VIEW audit_v1_refund AS
SELECT
  r.tenant_id,
  r.id AS refund_id,
  r.kind,
  r.entity_id,
  r.customer_id,
  r.currency,
  r.payment_id,
  r.credit_note_id,
  r.invoice_id,
  r.amount AS amount_minor,
  r.refunded_on,
  r.created_at
FROM refunds r;

CREATE VIEW audit_v1_write_off AS
SELECT
  w.tenant_id,
  w.id AS write_off_id,
  w.invoice_id,
  w.entity_id,
  w.customer_id,
  w.currency,
  w.amount AS amount_minor,
  w.cancelled AS cancelled_minor,
  w.tax_relief AS tax_relief_minor,
  w.tax_relief_cancelled AS tax_relief_cancelled_minor,
  w.written_off_on,
  w.created_at
FROM write_offs w;

CREATE VIEW audit_v1_number AS
SELECT
  i.tenant_id,
  'invoice' AS document_kind,
  i.id AS document_id,
  i.entity_id,
  i.state,
  i.number,
  i.number_origin,
  i.series_id,
  i.series_year,
  i.series_value,
  s.last_value AS series_last_value,
  s.year AS series_last_year
FROM invoices i
LEFT JOIN number_series s ON s.tenant_id = i.tenant_id AND s.id = i.series_id
WHERE i.number IS NOT NULL
UNION ALL
SELECT
  n.tenant_id,
  'credit_note' AS document_kind,
  n.id AS document_id,
  n.entity_id,
  n.state,
  n.number,
  n.number_origin,
  n.series_id,
  n.series_year,
  n.series_value,
  s.last_value AS series_last_value,
  s.year AS series_last_year
FROM credit_notes n
LEFT JOIN number_series s ON s.tenant_id = n.tenant_id AND s.id = n.series_id
WHERE n.number IS NOT NULL;

CREATE VIEW audit_v1_journal AS
SELECT
  j.tenant_id,
  j.id AS entry_id,
  p.position,
  j.entity_id,
  e.base_currency,
  j.kind,
  j.object_kind,
  j.object_id,
  j.currency,
  j.posted_on,
  p.account,
  p.customer_id,
  p.amount AS amount_minor,
  p.base_amount AS base_amount_minor,
  j.created_at
FROM journal_entries j
JOIN postings p ON p.tenant_id = j.tenant_id AND p.entry_id = j.id
JOIN legal_entities e ON e.tenant_id = j.tenant_id AND e.id = j.entity_id;

CREATE VIEW audit_v1_event AS
SELECT
  v.tenant_id,
  v.id AS event_id,
  v.feed_seq,
  v.event_type,
  v.object_kind,
  v.object_id,
  v.payload,
  v.created_at
FROM events v;

CREATE VIEW audit_v1_outbox AS
SELECT
  v.tenant_id,
  v.id AS message_id,
  'event_feed' AS channel,
  v.event_type AS topic,
  v.object_kind,
  v.object_id,
  CASE WHEN v.feed_seq IS NULL THEN 'waiting' ELSE 'delivered' END AS state,
  v.created_at
FROM events v;
