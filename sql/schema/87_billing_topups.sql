-- Billing, payments in: what can be bought.

CREATE TABLE lad_data.billing_topup_packages (
    id             uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id      uuid DEFAULT lad.current_tenant_id(),
    package_key    varchar(50) NOT NULL,
    credits        numeric(20,6) NOT NULL,
    currency       varchar(10) NOT NULL DEFAULT 'CREDIT',
    price          numeric(20,6) NOT NULL,
    price_currency varchar(10) NOT NULL DEFAULT 'USD',
    is_active      boolean NOT NULL DEFAULT true,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT billing_topup_packages_pkey PRIMARY KEY (id),
    CONSTRAINT billing_topup_packages_tenant_id_package_key_key
        UNIQUE NULLS NOT DISTINCT (tenant_id, package_key),
    CONSTRAINT billing_topup_packages_tenant_id_fkey FOREIGN KEY (tenant_id)
        REFERENCES lad_data.tenants (id),
    CONSTRAINT billing_topup_packages_credits_check CHECK (credits > 0 AND credits <> 'NaN'),
    CONSTRAINT billing_topup_packages_price_check CHECK (price >= 0 AND price <> 'NaN')
);

CREATE POLICY billing_topup_packages_tenant ON lad_data.billing_topup_packages
    USING (tenant_id = lad.current_tenant_id()) WITH CHECK (tenant_id = lad.current_tenant_id());

CREATE POLICY billing_topup_packages_everyone ON lad_data.billing_topup_packages FOR SELECT
    USING (tenant_id IS NULL AND lad.current_tenant_id() IS NOT NULL);

GRANT SELECT ON lad_data.billing_topup_packages TO lad_app, lad_service;

COMMENT ON TABLE lad_data.billing_topup_packages IS
    'Credits that can be bought, and for how much; a tenant''s own package comes before the one for '
    'everyone. Changed by the administrator of the database.';
COMMENT ON COLUMN lad_data.billing_topup_packages.id IS 'Identifier of the package.';
COMMENT ON COLUMN lad_data.billing_topup_packages.tenant_id IS
    'Tenant the package is for; NULL for everyone.';
COMMENT ON COLUMN lad_data.billing_topup_packages.package_key IS
    'Name of the package, as lad.topup_package takes it.';
COMMENT ON COLUMN lad_data.billing_topup_packages.credits IS
    'What the wallet gets, in units of currency.';
COMMENT ON COLUMN lad_data.billing_topup_packages.currency IS 'Currency of the wallet.';
COMMENT ON COLUMN lad_data.billing_topup_packages.price IS
    'What is paid, in units of price_currency.';
COMMENT ON COLUMN lad_data.billing_topup_packages.price_currency IS 'Currency of the payment.';
COMMENT ON COLUMN lad_data.billing_topup_packages.is_active IS 'Whether it is sold.';
COMMENT ON COLUMN lad_data.billing_topup_packages.created_at IS 'When the row was created.';
COMMENT ON COLUMN lad_data.billing_topup_packages.updated_at IS
    'When the row was last changed; kept by a trigger.';

INSERT INTO lad_data.billing_topup_packages (tenant_id, package_key, credits, price)
VALUES (NULL, 'credits_1000', 1000, 99),
       (NULL, 'credits_3000', 3000, 199),
       (NULL, 'credits_12000', 12000, 499)
ON CONFLICT (tenant_id, package_key) DO NOTHING;
