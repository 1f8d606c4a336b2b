-- Access: what a person may do in the tenant, and who may change that.

CREATE FUNCTION lad.has_role(role text) RETURNS boolean
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_has_role';
REVOKE ALL ON FUNCTION lad.has_role(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.has_role(text) TO lad_app, lad_service, lad_owner;
COMMENT ON FUNCTION lad.has_role(text) IS
    'Whether the acting person has the role or a stronger one: viewer, member, admin, owner. True for a service, false for a machine. LD001 no context, 22023 unknown role.';

CREATE FUNCTION lad.has_capability(
    capability_key text,
    feature_key text DEFAULT NULL
) RETURNS boolean
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_has_capability';
REVOKE ALL ON FUNCTION lad.has_capability(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.has_capability(text, text) TO lad_app, lad_service, lad_owner;
COMMENT ON FUNCTION lad.has_capability(text, text) IS
    'Whether the acting person has the capability: owners every one, admins all but billing.admin, others what they were granted for all features or for feature_key. True for a service, false for a machine. LD001 no context, 22023 bad key.';

CREATE FUNCTION lad.has_feature(feature_key text) RETURNS boolean
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_has_feature';
REVOKE ALL ON FUNCTION lad.has_feature(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.has_feature(text) TO lad_app, lad_service, lad_owner;
COMMENT ON FUNCTION lad.has_feature(text) IS
    'Whether the feature is on: the most specific flag in force (person, tenant, everyone) decides, else the tenant''s plan in tenant_features; never on when that row is off. LD001 no context, 22023 bad key.';

CREATE FUNCTION lad.can_use_number(number_id uuid) RETURNS boolean
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_can_use_number';
REVOKE ALL ON FUNCTION lad.can_use_number(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.can_use_number(uuid) TO lad_app, lad_service, lad_owner;
COMMENT ON FUNCTION lad.can_use_number(uuid) IS
    'Whether the acting person may call from the number: owners, admins, machines and services from every one of the tenant, others from those they have a voice permission for. False for an unknown number. LD001 no context.';

CREATE FUNCTION lad.can_use_voice(voice_id uuid) RETURNS boolean
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_can_use_voice';
REVOKE ALL ON FUNCTION lad.can_use_voice(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.can_use_voice(uuid) TO lad_app, lad_service, lad_owner;
COMMENT ON FUNCTION lad.can_use_voice(uuid) IS
    'Whether the acting person may use the voice, as lad.can_use_number. LD001 no context.';

CREATE FUNCTION lad.can_write() RETURNS boolean
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_can_write';
REVOKE ALL ON FUNCTION lad.can_write() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.can_write() TO lad_app, lad_service, lad_owner;
COMMENT ON FUNCTION lad.can_write() IS
    'Whether the acting person may write: owners, admins and members may, viewers and strangers not; machines and services may. LD001 no context.';

CREATE FUNCTION lad.require_writer() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_require_writer';
REVOKE ALL ON FUNCTION lad.require_writer() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.require_writer() TO lad_owner;
COMMENT ON FUNCTION lad.require_writer() IS
    'Trigger before each statement that writes a tenant table: 42501 for whom lad.can_write() denies it.';

CREATE FUNCTION lad.set_member(user_id uuid, role text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_set_member';
REVOKE ALL ON FUNCTION lad.set_member(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.set_member(uuid, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.set_member(uuid, text) IS
    'Gives a member, or somebody who has left, a role. For owners, admins (over weaker members, up to their own role) and services, which also add people who were never members. Making somebody else the owner makes the old one an admin. 42501 not allowed, P0002 no such member or person, 22023 unknown role.';

CREATE FUNCTION lad.remove_member(user_id uuid) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_remove_member';
REVOKE ALL ON FUNCTION lad.remove_member(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.remove_member(uuid) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.remove_member(uuid) IS
    'Ends a membership and takes away its capabilities; anybody but the owner may leave. For owners, admins (over weaker members) and services. 42501 not allowed, P0002 no such member.';

CREATE FUNCTION lad.grant_capability(
    user_id uuid,
    capability_key text,
    feature_key text DEFAULT NULL
) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_grant_capability';
REVOKE ALL ON FUNCTION lad.grant_capability(uuid, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.grant_capability(uuid, text, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.grant_capability(uuid, text, text) IS
    'Grants a member a capability, within one feature or (NULL) in all; replaces what he had of that key. For owners, admins and services; nobody grants what he does not have. 42501 not allowed, P0002 no such member, 22023 bad key.';

CREATE FUNCTION lad.revoke_capability(user_id uuid, capability_key text) RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_revoke_capability';
REVOKE ALL ON FUNCTION lad.revoke_capability(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.revoke_capability(uuid, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.revoke_capability(uuid, text) IS
    'Takes a granted capability away; false when there was none. For those who may grant it. 42501 not allowed, 22023 bad key.';

CREATE FUNCTION lad.set_feature(feature_key text, enabled boolean DEFAULT true) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_set_feature';
REVOKE ALL ON FUNCTION lad.set_feature(text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.set_feature(text, boolean) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.set_feature(text, boolean) IS
    'Switches a feature of the tenant: on for services, since features are the plan; off for its owner too. 42501 not allowed, 22023 bad key.';

CREATE FUNCTION lad.invite(
    email text,
    role text DEFAULT 'member',
    expires_in interval DEFAULT '7 days',
    message text DEFAULT NULL
) RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_invite';
REVOKE ALL ON FUNCTION lad.invite(text, text, interval, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.invite(text, text, interval, text) TO lad_app;
COMMENT ON FUNCTION lad.invite(text, text, interval, text) IS
    'Invites an address to the tenant as viewer, member or admin; returns the token to send, which is shown once and stored as a hash. Another invitation to the address replaces one that is pending. For owners and admins. 42501 not allowed, 22023 bad email, role or interval.';

CREATE FUNCTION lad.accept_invitation(token text, user_id uuid) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_accept_invitation';
REVOKE ALL ON FUNCTION lad.accept_invitation(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.accept_invitation(text, uuid) TO lad_auth;
COMMENT ON FUNCTION lad.accept_invitation(text, uuid) IS
    'Makes the person a member of the tenant that invited his address, and returns the tenant. Somebody who is a member keeps his role. P0002 unknown, expired or used token, 42501 invited was another address.';

CREATE FUNCTION lad.permissions(user_id uuid DEFAULT NULL)
    RETURNS TABLE (permission text, subject text, allowed boolean, reason text)
    LANGUAGE c STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_permissions';
REVOKE ALL ON FUNCTION lad.permissions(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.permissions(uuid) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.permissions(uuid) IS
    'What a person (NULL: the acting one) may do in the tenant and why: writing, each capability, feature, number and voice. Others than oneself for owners, admins and services (42501). 22004 without a person.';
