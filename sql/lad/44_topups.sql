-- Payments in: packages of credits that were paid through a checkout.

CREATE FUNCTION lad.topup_package(
    wallet_id         uuid,
    package_key       text,
    stripe_session_id text,
    metadata          jsonb DEFAULT '{}'
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_topup_package';
ALTER FUNCTION lad.topup_package(uuid, text, text, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.topup_package(uuid, text, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.topup_package(uuid, text, text, jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.topup_package(uuid, text, text, jsonb) IS
    'Posts the topup of a package (billing_topup_packages: credits_1000, credits_3000, credits_12000 or a tenant''s own) that a checkout has paid, under the key stripe_<session>, with reference_type stripe_payment. A webhook that is delivered again returns the first posting with replayed = true, whatever the package holds by then; the session with another wallet, package or metadata is LD101. Refunds: lad.reverse; payments that the bank took back: lad.chargeback. For the owner, billing.admin and services, else 42501. P0002 unknown package, LD204 wallet of another currency, LD205 unknown wallet, LD202 wallet closed, 22023 bad session or metadata.';
