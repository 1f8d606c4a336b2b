-- Leads, bookings and campaigns: orders that change in one call, and the triggers of bookings and
-- enrolments.

CREATE FUNCTION lad.reorder_stages(keys text[]) RETURNS integer
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_reorder_stages';
REVOKE ALL ON FUNCTION lad.reorder_stages(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.reorder_stages(text[]) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.reorder_stages(text[]) IS
    'Numbers the current tenant''s lead_stages from 1 in the order of their keys; returns how many changed their place. Runs with the caller''s rights. 22023 unless every stage is named exactly once, 22004 a NULL among them.';

CREATE FUNCTION lad.reorder_campaign_steps(campaign_id uuid, step_ids uuid[]) RETURNS integer
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_reorder_campaign_steps';
REVOKE ALL ON FUNCTION lad.reorder_campaign_steps(uuid, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.reorder_campaign_steps(uuid, uuid[]) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.reorder_campaign_steps(uuid, uuid[]) IS
    'Numbers the steps of a campaign from 1 in the order of their ids; returns how many changed their place. Soft-deleted steps keep their number. Runs with the caller''s rights. P0002 unknown campaign, 22023 unless every live step is named exactly once, 22004 a NULL among them.';

CREATE FUNCTION lad.keep_booking_time() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_keep_booking_time';
REVOKE ALL ON FUNCTION lad.keep_booking_time() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.keep_booking_time() TO lad_owner;
COMMENT ON FUNCTION lad.keep_booking_time() IS
    'Sets buffer_until to scheduled_at, duration_minutes and a pause of 15 minutes where it is not given, and moves it along when either changes.';

CREATE FUNCTION lad.assign_booking() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_assign_booking';
REVOKE ALL ON FUNCTION lad.assign_booking() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.assign_booking() TO lad_owner;
COMMENT ON FUNCTION lad.assign_booking() IS
    'Gives a booking that names no member to the member the lead is assigned to; refuses it (23514) when there is none.';

CREATE FUNCTION lad.count_booking_retry() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_count_booking_retry';
REVOKE ALL ON FUNCTION lad.count_booking_retry() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.count_booking_retry() TO lad_owner;
COMMENT ON FUNCTION lad.count_booking_retry() IS
    'Counts retry_count up from the parent''s and refuses (23514) a fourth repeat of one booking.';

CREATE FUNCTION lad.identify_enrolment() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'lad_identify_enrolment';
REVOKE ALL ON FUNCTION lad.identify_enrolment() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.identify_enrolment() TO lad_owner;
COMMENT ON FUNCTION lad.identify_enrolment() IS
    'Sets apollo_person_id of an enrolment from lead_data, else from the lead''s source_id or raw_data, so that one person joins a campaign once.';
