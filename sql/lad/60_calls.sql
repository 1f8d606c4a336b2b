-- Calls: started once with their credits held, charged once when they finish, corrected, reconciled.

CREATE FUNCTION lad.charge_finished_calls() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_charge_finished_calls';
ALTER FUNCTION lad.charge_finished_calls() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.charge_finished_calls() FROM PUBLIC;
COMMENT ON FUNCTION lad.charge_finished_calls() IS
    'Statement trigger of voice_call_logs: gives the held credits of a call that is over back, and charges each ended or completed call once, from cost_breakdown.items if there are any, else per started minute at the catalog price of telephony voice per minute in the wallet''s currency when the call ended; an end before the start counts as the start. A higher cost later charges the difference, a lower one gives nothing back; a call that lad.correct_call has corrected is left alone. A charge that fails leaves a failed usage event and a domain event call.charge_failed, never an error. Calls of one statement lock their wallets in one order. Writes that name a partition charge nothing: maintenance moves rows that way.';

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
    'Ends a call, gives its held credits back and charges it under one lock of the wallet; returns the posting, or NULL when it is free or could not be charged. Deliveries converge whatever their order: completed or ended beats any other end, the longest duration counts, the earliest end between start and now, the components that came with the longest duration. Delivered again it answers with the same posting, replayed. Components that make a charged call cheaper are refunded for owners, billing.admin and services, else left to lad.reconcile_calls. P0002 unknown call, 22023 bad status, duration or items, LD302 more than 6 decimals.';

CREATE FUNCTION lad.start_call(
    to_country_code   text,
    to_base_number    bigint,
    idempotency_key   text,
    agent_id          bigint DEFAULT NULL,
    from_number_id    uuid DEFAULT NULL,
    lead_id           uuid DEFAULT NULL,
    estimated_credits numeric DEFAULT 3,
    metadata          jsonb DEFAULT '{}'
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_start_call';
ALTER FUNCTION lad.start_call(text, bigint, text, bigint, uuid, uuid, numeric, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.start_call(text, bigint, text, bigint, uuid, uuid, numeric, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.start_call(text, bigint, text, bigint, uuid, uuid, numeric, jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.start_call(text, bigint, text, bigint, uuid, uuid, numeric, jsonb) IS
    'Starts a call and holds estimated_credits (in the wallet''s currency, 0 for none) until it ends, at most an hour; returns the call, in_queue. The same key and request return the same call. A member needs a permission for from_number_id, without a number the capability make_calls. LD305 outside the tenant''s business hours, or another call to the lead is going on; LD201 insufficient funds, 42501 voice-agent is off or not permitted, P0002 unknown agent, number or lead, LD205 no wallet, LD101 key used for another request, 22023 bad number, key, estimate or metadata.';

CREATE FUNCTION lad.correct_call(
    call_id          uuid,
    duration_seconds int,
    reason           text
) RETURNS lad.posting
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_correct_call';
ALTER FUNCTION lad.correct_call(uuid, int, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.correct_call(uuid, int, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.correct_call(uuid, int, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.correct_call(uuid, int, text) IS
    'Says how long a charged call really lasted, and charges or refunds exactly the difference; components that count its seconds or minutes follow. Returns the last ledger row it wrote, NULL when there is nothing to move or funds are missing (the event is then failed). From then on deliveries and updates of the call move no money. The same request again changes nothing. The history is metadata.credit_recalculation of the call. For the owner, billing.admin and services, else 42501. P0002 unknown call, LD303 not ended as a charged call, or voided, LD301 no price, 22023 bad duration or reason, or components without the duration.';

CREATE FUNCTION lad.reconcile_calls(
    from_time timestamptz,
    to_time   timestamptz,
    OUT call_id  uuid,
    OUT problem  text,
    OUT expected numeric,
    OUT charged  numeric,
    OUT action   text,
    OUT detail   text
) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_reconcile_calls';
ALTER FUNCTION lad.reconcile_calls(timestamptz, timestamptz) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.reconcile_calls(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.reconcile_calls(timestamptz, timestamptz) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.reconcile_calls(timestamptz, timestamptz) IS
    'Compares the calls of the tenant that were created in [from_time, to_time) and are over with the books, and mends what differs; one row per problem: open_hold (released), no_event, failed_event, undercharged (charged), overcharged (refunded), wrong_display (shown). A problem that cannot be mended, such as missing funds, has the action none and the reason. A second run finds nothing that the first has mended. What people have voided or reversed by hand stays. For the owner, billing.admin and services, else 42501. 22023 to_time before from_time.';
