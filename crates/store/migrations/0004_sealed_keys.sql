-- Signing keys are kept sealed with the server's secret key. `signing_key` held them readable: a server seals what is
-- left there when it starts, and nothing is written there any more.
ALTER TABLE credentials ADD COLUMN sealed_key TEXT;
CREATE INDEX credentials_sealed ON credentials (tenant_id, id) WHERE sealed_key IS NOT NULL;
