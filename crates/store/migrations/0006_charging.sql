-- Charging through gateways: what customers pay with, what is charged and why, and what is known of each charge.

CREATE TABLE payment_methods (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('card', 'bank_account')),
  gateway TEXT NOT NULL,
  token TEXT NOT NULL,
  last_four TEXT NOT NULL,
  brand TEXT NOT NULL,
  funding TEXT,
  expiry_year BIGINT,
  expiry_month BIGINT,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  attention TEXT NOT NULL, line1 TEXT NOT NULL, line2 TEXT NOT NULL, line3 TEXT NOT NULL, city TEXT NOT NULL,
  state TEXT NOT NULL, postcode TEXT NOT NULL, country TEXT NOT NULL, phone TEXT NOT NULL, fax TEXT NOT NULL,
  is_active BIGINT NOT NULL,
  removed_at BIGINT,
  created_by TEXT NOT NULL,
  created_by_id BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id) ON DELETE CASCADE
) @table;
CREATE INDEX payment_methods_customer ON payment_methods (tenant_id, customer_id, id);

-- One wish to charge one invoice, one per cause. Of each invoice at most one is pending.
CREATE TABLE payment_intents (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  invoice_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  entity_id BIGINT NOT NULL,
  method_id BIGINT NOT NULL,
  gateway TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  cause TEXT NOT NULL,
  cause_name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'succeeded', 'failed')),
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, id),
  FOREIGN KEY (tenant_id, method_id) REFERENCES payment_methods (tenant_id, id)
) @table;
CREATE UNIQUE INDEX payment_intents_cause ON payment_intents (tenant_id, cause, cause_name);
CREATE UNIQUE INDEX payment_intents_pending ON payment_intents (tenant_id, invoice_id) WHERE state = 'pending';
CREATE INDEX payment_intents_invoice ON payment_intents (tenant_id, invoice_id, id);

-- What is known of the charge of an intent. Stored as submitted before the gateway is called.
CREATE TABLE payment_attempts (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  intent_id BIGINT NOT NULL,
  number BIGINT NOT NULL CHECK (number > 0),
  gateway TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('created', 'submitted', 'succeeded', 'failed', 'unknown')),
  transaction_id TEXT,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  payment_id BIGINT,
  asked BIGINT NOT NULL,
  leased_until_at BIGINT,
  ask_after_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  submitted_at BIGINT,
  resolved_at BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, intent_id) REFERENCES payment_intents (tenant_id, id),
  FOREIGN KEY (tenant_id, payment_id) REFERENCES payments (tenant_id, id)
) @table;
CREATE UNIQUE INDEX payment_attempts_number ON payment_attempts (tenant_id, intent_id, number);
CREATE UNIQUE INDEX payment_attempts_transaction ON payment_attempts (tenant_id, gateway, transaction_id) WHERE transaction_id IS NOT NULL;
CREATE UNIQUE INDEX payment_attempts_payment ON payment_attempts (tenant_id, payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX payment_attempts_open ON payment_attempts (tenant_id, ask_after_at, id) WHERE state IN ('created', 'submitted', 'unknown');

-- The built-in sandbox gateway's own memory, as a real gateway has its own: nothing of the books refers to it.
CREATE TABLE sandbox_charges (
  tenant_id BIGINT NOT NULL,
  intent_id BIGINT NOT NULL,
  token TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL,
  transaction_id TEXT,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  told_from_at BIGINT NOT NULL,
  charged_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, intent_id)
) @table;

CREATE TABLE sandbox_callbacks (
  tenant_id BIGINT NOT NULL,
  intent_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  delivered_at BIGINT,
  PRIMARY KEY (tenant_id, intent_id, position)
) @table;
CREATE INDEX sandbox_callbacks_waiting ON sandbox_callbacks (tenant_id, due_at) WHERE delivered_at IS NULL;

-- One row per attempt, for whoever recomputes the books: a succeeded one has exactly one payment, any other none.
CREATE VIEW audit_v1_payment_attempt AS
SELECT
  a.tenant_id,
  a.id AS payment_attempt_id,
  a.intent_id AS payment_intent_id,
  i.invoice_id,
  i.customer_id,
  i.entity_id,
  i.cause,
  i.cause_name,
  i.state AS intent_state,
  a.number AS attempt_number,
  a.state,
  a.gateway,
  a.transaction_id,
  i.currency,
  i.amount AS amount_minor,
  a.payment_id,
  a.created_at,
  a.submitted_at,
  a.resolved_at
FROM payment_attempts a
JOIN payment_intents i ON i.tenant_id = a.tenant_id AND i.id = a.intent_id;
