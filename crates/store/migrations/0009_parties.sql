-- What vendors' clients say of customers, their people and a seller's own lists.

ALTER TABLE customers ADD COLUMN website TEXT NOT NULL DEFAULT '';
-- Taken by lines whose item has no tax of its own.
ALTER TABLE customers ADD COLUMN tax_group_id BIGINT;
-- Who grants the customer's exemption.
ALTER TABLE customers ADD COLUMN tax_authority_id BIGINT;
ALTER TABLE customers ADD COLUMN is_portal_enabled BIGINT NOT NULL DEFAULT 0;
CREATE INDEX customers_created_at ON customers (tenant_id, created_at, id);
CREATE INDEX customers_display_name ON customers (tenant_id, display_name, id);

ALTER TABLE contacts ADD COLUMN fax TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN designation TEXT NOT NULL DEFAULT '';

-- Ids that other systems (a CRM) know a customer by.
CREATE TABLE customer_references (
  tenant_id BIGINT NOT NULL,
  system TEXT NOT NULL,
  reference TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, system, reference),
  UNIQUE (tenant_id, customer_id, system),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
) @table;

ALTER TABLE custom_fields ADD COLUMN choices TEXT NOT NULL DEFAULT '[]';
ALTER TABLE custom_fields ADD COLUMN placeholder TEXT NOT NULL DEFAULT '';
ALTER TABLE custom_fields ADD COLUMN edit_in_portal BIGINT NOT NULL DEFAULT 0;
ALTER TABLE custom_fields ADD COLUMN show_on_pages BIGINT NOT NULL DEFAULT 0;
ALTER TABLE custom_fields ADD COLUMN is_mandatory_on_pages BIGINT NOT NULL DEFAULT 0;
ALTER TABLE custom_fields ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
UPDATE custom_fields SET updated_at = created_at;
UPDATE custom_fields SET data_type = 'checkbox' WHERE data_type = 'boolean';
-- Numbers were not told apart: what may stand there is a decimal.
UPDATE custom_fields SET data_type = 'decimal' WHERE data_type = 'number';

ALTER TABLE salespersons ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
UPDATE salespersons SET updated_at = created_at;
CREATE INDEX invoices_salesperson ON invoices (tenant_id, salesperson_id) WHERE salesperson_id IS NOT NULL;

CREATE TABLE tax_authorities (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) @table;
CREATE UNIQUE INDEX tax_authorities_name ON tax_authorities (tenant_id, name);

CREATE TABLE tax_exemptions (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('customer', 'item')),
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) @table;
CREATE UNIQUE INDEX tax_exemptions_code ON tax_exemptions (tenant_id, code);

CREATE TABLE cancellation_reasons (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  label TEXT NOT NULL,
  position BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) @table;
CREATE UNIQUE INDEX cancellation_reasons_label ON cancellation_reasons (tenant_id, label);
