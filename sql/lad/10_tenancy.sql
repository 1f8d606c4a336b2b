-- The tenant context: tokens in, tenant and user out.

CREATE FUNCTION lad.current_tenant_id() RETURNS uuid
    LANGUAGE c STABLE LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'lad_current_tenant_id';
COMMENT ON FUNCTION lad.current_tenant_id() IS
    'Tenant for whom this transaction acts. LD001 without a context; NULL then, if lad.require_context is off.';

CREATE FUNCTION lad.current_user_id() RETURNS uuid
    LANGUAGE c STABLE LEAKPROOF PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'lad_current_user_id';
COMMENT ON FUNCTION lad.current_user_id() IS
    'User for whom this transaction acts; NULL for the token of a machine and for a service. LD001 without a context; NULL then, if lad.require_context is off.';

CREATE FUNCTION lad.authenticate(token text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_authenticate';
COMMENT ON FUNCTION lad.authenticate(text) IS
    'First statement of a transaction: makes the token''s tenant and user the context until the transaction ends. Give the token as a bind parameter. LD002 invalid, LD003 expired, LD005 revoked by a change of membership, role, capability, feature or tenant status, LD004 the transaction already acts for somebody else, LD601 no keys.';

CREATE FUNCTION lad.authenticate_service(tenant_id uuid DEFAULT NULL, reason text DEFAULT NULL)
    RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_authenticate_service';
COMMENT ON FUNCTION lad.authenticate_service(uuid, text) IS
    'Context without a token for members of lad_service: of one tenant, or of none for jobs across tenants. May be called again for another tenant. Recorded with its reason in the server log and, for a tenant, as a domain event. 42501 for others, 22004 without a reason, P0002 unknown tenant.';

CREATE FUNCTION lad.issue_token(
    tenant_id uuid,
    user_id   uuid DEFAULT NULL,
    ttl       interval DEFAULT '60 seconds'
) RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_issue_token';
COMMENT ON FUNCTION lad.issue_token(uuid, uuid, interval) IS
    'Token for a tenant and one of its members, or for a machine (user_id NULL), valid for ttl (at most lad.max_token_ttl) in this database. 42501 no member or tenant suspended or cancelled, P0002 unknown tenant, 22023 bad ttl, LD601 no signing key.';

CREATE FUNCTION lad.tenant_epoch(tenant_id uuid) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_tenant_epoch';
COMMENT ON FUNCTION lad.tenant_epoch(uuid) IS
    'Epoch that a token minted outside the database must carry. P0002 unknown tenant, 42501 tenant suspended or cancelled.';

CREATE FUNCTION lad.create_tenant(
    name          text,
    slug          text,
    owner_user_id uuid DEFAULT NULL,
    plan_tier     text DEFAULT 'free'
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_create_tenant';
COMMENT ON FUNCTION lad.create_tenant(text, text, uuid, text) IS
    'Creates an active tenant with its owner and returns its id. 23505 name or slug taken, 23503 unknown user, 23514 unknown plan_tier.';

CREATE FUNCTION lad.register_user(
    email      text,
    password   text DEFAULT NULL,
    first_name text DEFAULT NULL,
    last_name  text DEFAULT NULL
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_register_user';
COMMENT ON FUNCTION lad.register_user(text, text, text, text) IS
    'Writes a person and returns the id; of the password (1 to 72 bytes; NULL for people who sign in through a provider) only a bcrypt hash is kept. Give it as a bind parameter. 23505 address taken whatever its case, 22023 malformed address or password too long or empty, 22001 name too long.';

CREATE FUNCTION lad.verify_password(email text, password text)
    RETURNS TABLE (user_id uuid, tenant_id uuid, role text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER ROWS 1
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_verify_password';
COMMENT ON FUNCTION lad.verify_password(text, text) IS
    'The active person with that address and password, with the tenant to land in (the primary one, else that of the oldest live membership, of tenants that are active or on trial; else NULL) and the role there; sets last_login_at. No row when either is wrong, and unknown addresses take as long. Give the password as a bind parameter. 22004 for NULL.';

ALTER FUNCTION lad.authenticate_service(uuid, text) OWNER TO lad_owner;
ALTER FUNCTION lad.issue_token(uuid, uuid, interval) OWNER TO lad_owner;
ALTER FUNCTION lad.tenant_epoch(uuid) OWNER TO lad_owner;
ALTER FUNCTION lad.create_tenant(text, text, uuid, text) OWNER TO lad_owner;
ALTER FUNCTION lad.register_user(text, text, text, text) OWNER TO lad_owner;
ALTER FUNCTION lad.verify_password(text, text) OWNER TO lad_owner;

REVOKE ALL ON FUNCTION lad.authenticate(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.authenticate_service(uuid, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.issue_token(uuid, uuid, interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.tenant_epoch(uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.create_tenant(text, text, uuid, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.register_user(text, text, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION lad.verify_password(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION lad.authenticate(text) TO lad_app, lad_auth, lad_service, lad_owner;
GRANT EXECUTE ON FUNCTION lad.authenticate_service(uuid, text) TO lad_service;
GRANT EXECUTE ON FUNCTION lad.issue_token(uuid, uuid, interval) TO lad_auth;
GRANT EXECUTE ON FUNCTION lad.tenant_epoch(uuid) TO lad_auth;
GRANT EXECUTE ON FUNCTION lad.create_tenant(text, text, uuid, text) TO lad_auth;
GRANT EXECUTE ON FUNCTION lad.register_user(text, text, text, text) TO lad_auth;
GRANT EXECUTE ON FUNCTION lad.verify_password(text, text) TO lad_auth;

-- Revocation: what changes a right makes older tokens worthless.

CREATE FUNCTION lad.revoke_tokens() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_revoke_tokens';
REVOKE ALL ON FUNCTION lad.revoke_tokens() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.revoke_tokens() TO lad_owner;
COMMENT ON FUNCTION lad.revoke_tokens() IS
    'Statement trigger: raises the epoch of the tenants whose rows are written, so that tokens issued before are LD005 from the commit on. Arguments: the column that holds the tenant, then the columns whose update counts (none: all).';

CREATE FUNCTION lad.forget_epochs() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_forget_epochs';
REVOKE ALL ON FUNCTION lad.forget_epochs() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.forget_epochs() TO lad_owner;
COMMENT ON FUNCTION lad.forget_epochs() IS
    'Statement trigger of tenant_epochs and tenants: makes every backend read the epochs of the written rows anew once the transaction commits. Argument: the column that holds the tenant. Such a transaction cannot be prepared for two-phase commit (0A000).';
