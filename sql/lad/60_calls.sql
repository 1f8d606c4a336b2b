-- Calls: a finished call is charged once.

CREATE FUNCTION lad.charge_finished_calls() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_charge_finished_calls';
ALTER FUNCTION lad.charge_finished_calls() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.charge_finished_calls() FROM PUBLIC;
COMMENT ON FUNCTION lad.charge_finished_calls() IS
    'Statement trigger of voice_call_logs: charges each ended or completed call once, from cost_breakdown.items if there are any, else per started minute at the catalog price of telephony voice per minute in the wallet''s currency. A higher cost later charges the difference. A charge that fails leaves a failed usage event and a domain event call.charge_failed, never an error. Calls of one statement lock their wallets in one order. Writes that name a partition charge nothing: maintenance moves rows that way.';

CREATE FUNCTION lad.finish_call(
    call_id          uuid,
    status           text,
    duration_seconds int,
    ended_at         timestamptz DEFAULT now(),
    usage_items      jsonb DEFAULT NULL,
    recording_url    text DEFAULT NULL
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_finish_call';
ALTER FUNCTION lad.finish_call(uuid, text, int, timestamptz, jsonb, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.finish_call(uuid, text, int, timestamptz, jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.finish_call(uuid, text, int, timestamptz, jsonb, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.finish_call(uuid, text, int, timestamptz, jsonb, text) IS
    'Ends a call and charges it; returns the posting, or NULL when it is free or could not be charged. Delivered again it answers with the same posting, replayed; a finished call keeps its status and never gets shorter. P0002 unknown call, 22023 bad status, duration or items, LD302 more than 6 decimals.';
