-- OAuth 2.0 as clients of Zoho's API use it (RFC 6749): who may ask, what was allowed, and which access tokens came
-- of it. An access token itself is a row of `credentials`. Secrets are kept as SHA-256 of 256 random bits.

CREATE TABLE oauth_clients (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  -- What the client calls itself, `1000.` and 30 characters.
  client_id TEXT NOT NULL,
  name TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  -- Signs the requests that the consent page carries; kept as it is, because HMAC needs the key.
  consent_key TEXT NOT NULL,
  redirect_uris TEXT NOT NULL,
  -- The most that it may ask for.
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT,
  PRIMARY KEY (tenant_id, id)
) @table;
-- Found before the tenant is known, as clients present it.
CREATE UNIQUE INDEX oauth_clients_client_id ON oauth_clients (client_id);

-- One approval: its code, the refresh token that the code was changed for, and whether it still holds.
CREATE TABLE oauth_grants (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  oauth_client_id BIGINT NOT NULL,
  scopes TEXT NOT NULL,
  is_offline BIGINT NOT NULL,
  approved_by TEXT NOT NULL,
  code_hash TEXT NOT NULL,
  code_expires_at BIGINT NOT NULL,
  code_used_at BIGINT,
  -- Where the code was sent; NULL when it was printed by the command line.
  redirect_uri TEXT,
  challenge TEXT,
  challenge_method TEXT,
  refresh_hash TEXT,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, oauth_client_id) REFERENCES oauth_clients (tenant_id, id)
) @table;
CREATE UNIQUE INDEX oauth_grants_code ON oauth_grants (tenant_id, code_hash);
CREATE INDEX oauth_grants_client ON oauth_grants (tenant_id, oauth_client_id);
-- Found before the tenant is known, when a refresh token is revoked.
CREATE UNIQUE INDEX oauth_grants_refresh ON oauth_grants (refresh_hash);

-- Which credentials are access tokens, and of which grant. Without foreign keys: both sides are forgotten once they
-- have long expired.
CREATE TABLE oauth_access_tokens (
  tenant_id BIGINT NOT NULL,
  credential_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, credential_id)
) @narrow_table;
CREATE INDEX oauth_access_tokens_grant ON oauth_access_tokens (tenant_id, grant_id);
