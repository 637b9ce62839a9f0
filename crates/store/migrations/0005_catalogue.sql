-- Products, plans with their published versions, add-ons, coupons.

CREATE TABLE products (
  tenant_id BIGINT NOT NULL REFERENCES tenants (tenant_id),
  id BIGINT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  email_ids TEXT NOT NULL,
  redirect_url TEXT NOT NULL,
  is_active BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) @table;
CREATE INDEX products_created_at ON products (tenant_id, created_at, id);

CREATE TABLE plans (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  unit TEXT NOT NULL,
  is_active BIGINT NOT NULL,
  version_number BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id)
) @table;
CREATE UNIQUE INDEX plans_code ON plans (tenant_id, code);
CREATE INDEX plans_product ON plans (tenant_id, product_id, id);
CREATE INDEX plans_created_at ON plans (tenant_id, created_at, id);

-- Terms as they were published: insert-only. They go only together with a plan that nobody ever bought.
CREATE TABLE plan_versions (
  tenant_id BIGINT NOT NULL,
  plan_id BIGINT NOT NULL,
  number BIGINT NOT NULL,
  id BIGINT NOT NULL,
  currency TEXT NOT NULL,
  price_model TEXT NOT NULL,
  interval_count BIGINT NOT NULL,
  interval_unit TEXT NOT NULL,
  billing_cycles BIGINT,
  trial_days BIGINT NOT NULL,
  setup_fee_mantissa BIGINT NOT NULL,
  setup_fee_scale BIGINT NOT NULL,
  is_setup_fee_immediate BIGINT NOT NULL,
  tax_group_id BIGINT,
  exemption_code TEXT,
  exemption_reason TEXT,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, plan_id, number),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES plans (tenant_id, id),
  FOREIGN KEY (tenant_id, tax_group_id) REFERENCES tax_groups (tenant_id, id)
) @table;
CREATE UNIQUE INDEX plan_versions_id ON plan_versions (tenant_id, id);

CREATE TABLE addons (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  unit TEXT NOT NULL,
  kind TEXT NOT NULL,
  interval_unit TEXT,
  currency TEXT NOT NULL,
  price_model TEXT NOT NULL,
  plans_scope TEXT NOT NULL CHECK (plans_scope IN ('all', 'none', 'select')),
  tax_group_id BIGINT,
  exemption_code TEXT,
  exemption_reason TEXT,
  is_active BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id),
  FOREIGN KEY (tenant_id, tax_group_id) REFERENCES tax_groups (tenant_id, id)
) @table;
CREATE UNIQUE INDEX addons_code ON addons (tenant_id, code);
CREATE INDEX addons_product ON addons (tenant_id, product_id, id);
CREATE INDEX addons_created_at ON addons (tenant_id, created_at, id);

CREATE TABLE addon_plans (
  tenant_id BIGINT NOT NULL,
  addon_id BIGINT NOT NULL,
  plan_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, addon_id, plan_id),
  FOREIGN KEY (tenant_id, addon_id) REFERENCES addons (tenant_id, id),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES plans (tenant_id, id)
) @narrow_table;
CREATE INDEX addon_plans_plan ON addon_plans (tenant_id, plan_id, addon_id);

CREATE TABLE coupons (
  tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  product_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('one_time', 'duration', 'forever')),
  cycles BIGINT,
  percent BIGINT,
  flat BIGINT,
  flat_currency TEXT,
  max_redemptions BIGINT,
  redemption_count BIGINT NOT NULL CHECK (redemption_count >= 0),
  expires_on TEXT,
  plans_scope TEXT NOT NULL CHECK (plans_scope IN ('all', 'none', 'select')),
  addons_scope TEXT NOT NULL CHECK (addons_scope IN ('all', 'all_recurring', 'all_one_time', 'none', 'select')),
  is_active BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id)
) @table;
CREATE UNIQUE INDEX coupons_code ON coupons (tenant_id, code);
CREATE INDEX coupons_product ON coupons (tenant_id, product_id, id);
CREATE INDEX coupons_created_at ON coupons (tenant_id, created_at, id);

CREATE TABLE coupon_plans (
  tenant_id BIGINT NOT NULL,
  coupon_id BIGINT NOT NULL,
  plan_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, coupon_id, plan_id),
  FOREIGN KEY (tenant_id, coupon_id) REFERENCES coupons (tenant_id, id),
  FOREIGN KEY (tenant_id, plan_id) REFERENCES plans (tenant_id, id)
) @narrow_table;
CREATE INDEX coupon_plans_plan ON coupon_plans (tenant_id, plan_id, coupon_id);

CREATE TABLE coupon_addons (
  tenant_id BIGINT NOT NULL,
  coupon_id BIGINT NOT NULL,
  addon_id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, coupon_id, addon_id),
  FOREIGN KEY (tenant_id, coupon_id) REFERENCES coupons (tenant_id, id),
  FOREIGN KEY (tenant_id, addon_id) REFERENCES addons (tenant_id, id)
) @narrow_table;
CREATE INDEX coupon_addons_addon ON coupon_addons (tenant_id, addon_id, coupon_id);
