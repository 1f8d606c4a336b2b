-- Batch dialling: leads called one after the other by many diallers at once.

CREATE FUNCTION lad.keep_batch() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_keep_batch';
REVOKE ALL ON FUNCTION lad.keep_batch() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.keep_batch() TO lad_owner;
COMMENT ON FUNCTION lad.keep_batch() IS
    'Trigger of voice_call_batches: the counters are what the entries say, whatever a statement writes there; a batch that is completed, stopped, failed or cancelled stays so (23514).';

CREATE FUNCTION lad.tell_batch_end() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_tell_batch_end';
ALTER FUNCTION lad.tell_batch_end() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.tell_batch_end() FROM PUBLIC;
COMMENT ON FUNCTION lad.tell_batch_end() IS
    'Trigger of voice_call_batches: the one report of a completed batch, the domain event batch.completed with its counters and times.';

CREATE FUNCTION lad.keep_entry_end() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_keep_entry_end';
REVOKE ALL ON FUNCTION lad.keep_entry_end() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.keep_entry_end() TO lad_owner;
COMMENT ON FUNCTION lad.keep_entry_end() IS
    'Trigger of voice_call_batch_entries: an entry that is completed, ended, failed, declined or cancelled stays so (23514).';

CREATE FUNCTION lad.count_batch_entries() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_count_batch_entries';
ALTER FUNCTION lad.count_batch_entries() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.count_batch_entries() FROM PUBLIC;
COMMENT ON FUNCTION lad.count_batch_entries() IS
    'Statement trigger of voice_call_batch_entries: adds what the statement changed to the counters of the batches, so that they equal the rows in every snapshot. A batch whose last open entry ends or goes is completed. A completion waits for others of the same batch that have not committed yet, so commit soon.';

CREATE FUNCTION lad.enqueue_batch(
    agent_id       bigint,
    lead_ids       uuid[],
    from_number_id uuid,
    voice_id       uuid DEFAULT NULL,
    scheduled_at   timestamptz DEFAULT NULL,
    max_attempts   int DEFAULT 2,
    metadata       jsonb DEFAULT '{}'
) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_enqueue_batch';
ALTER FUNCTION lad.enqueue_batch(bigint, uuid[], uuid, uuid, timestamptz, int, jsonb) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.enqueue_batch(bigint, uuid[], uuid, uuid, timestamptz, int, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.enqueue_batch(bigint, uuid[], uuid, uuid, timestamptz, int, jsonb) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.enqueue_batch(bigint, uuid[], uuid, uuid, timestamptz, int, jsonb) IS
    'Queues leads to be called by an agent, in the order of the list, each once; returns the batch, queued, or pending until scheduled_at. A lead without a phone number is failed at once. max_attempts: how often an entry is dialled at most, 1 to 100. metadata.retry_seconds (1 to 86400): a call that failed is repeated after so long, twice as long each time, without it never; metadata.wave_size (1 to 10000): at most so many entries are in hand at once. Needs what lad.start_call needs for the number, and the voice. 42501 voice-agent is off or not permitted, P0002 unknown agent, number, voice or lead, 22023 no lead, none with a phone number, more than 10000, or a bad max_attempts, scheduled_at or metadata.';

CREATE FUNCTION lad.claim_batch_entries(
    batch_id uuid,
    max_rows int,
    lease    interval DEFAULT '5 minutes'
) RETURNS TABLE (
    entry_id    uuid,
    claim       uuid,
    lead_id     uuid,
    to_phone    text,
    attempt     int,
    lease_until timestamptz
)
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_claim_batch_entries';
ALTER FUNCTION lad.claim_batch_entries(uuid, int, interval) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.claim_batch_entries(uuid, int, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.claim_batch_entries(uuid, int, interval) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.claim_batch_entries(uuid, int, interval) IS
    'Gives a dialler up to max_rows entries of a batch to call, all under one claim, each to one dialler at a time; nobody waits. What a lost dialler had comes back when its lease is over, and counts as an attempt: the next claim, or lad.return_batch_claims, gives it out again or fails it after max_attempts. An entry whose call is known (dispatched, call_log_id) follows its call instead, and nobody is called again whose phone has rung. No rows: nothing to dial now, such as before scheduled_at, or the batch is over. Entries of deleted leads are cancelled. Needs what lad.start_call needs for the number. 42501 not permitted, P0002 unknown batch, 22023 max_rows outside of 1 to 10000, or a lease that is not positive or longer than a day.';

CREATE FUNCTION lad.renew_batch_claim(
    claim uuid,
    lease interval
) RETURNS timestamptz
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_renew_batch_claim';
ALTER FUNCTION lad.renew_batch_claim(uuid, interval) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.renew_batch_claim(uuid, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.renew_batch_claim(uuid, interval) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.renew_batch_claim(uuid, interval) IS
    'Extends the lease of all entries that are still in hand under the claim, from now on; returns its end. LD402 there are none: the lease has run out, or all have ended. 22023 bad lease.';

CREATE FUNCTION lad.complete_batch_entry(
    entry_id    uuid,
    claim       uuid,
    status      text,
    call_log_id uuid DEFAULT NULL,
    error       text DEFAULT NULL
) RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_complete_batch_entry';
ALTER FUNCTION lad.complete_batch_entry(uuid, uuid, text, uuid, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.complete_batch_entry(uuid, uuid, text, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.complete_batch_entry(uuid, uuid, text, uuid, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.complete_batch_entry(uuid, uuid, text, uuid, text) IS
    'Ends an entry in hand as completed, ended, failed, declined or cancelled, for good, and notes its call; returns the status, or queued when a failed call is to be repeated. The same again changes nothing. The last entry of a batch completes it, which emits one domain event batch.completed. Completions of one batch commit one after the other: commit soon. LD402 the lease has run out, the entry has ended otherwise, or another dialler has it; P0002 unknown entry or call, 22023 bad status, error (at most 2000 bytes) or a call of another batch.';

CREATE FUNCTION lad.stop_batch(
    batch_id uuid,
    reason   text
) RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_stop_batch';
ALTER FUNCTION lad.stop_batch(uuid, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.stop_batch(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.stop_batch(uuid, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.stop_batch(uuid, text) IS
    'Stops a batch: what is queued is cancelled, what is in hand may still end, lost diallers'' entries are cancelled. Returns how many were cancelled; stopping again, or a batch that is over, changes nothing. Emits batch.stopped; reason: 1 to 2000 bytes, kept in metadata.stopped. For who may call from its number. 42501 not permitted, P0002 unknown batch, 22023 bad reason.';

CREATE FUNCTION lad.return_batch_claims() RETURNS bigint
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_return_batch_claims';
ALTER FUNCTION lad.return_batch_claims() OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.return_batch_claims() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.return_batch_claims() TO lad_service;
COMMENT ON FUNCTION lad.return_batch_claims() IS
    'A job: gives back or ends the entries of diallers that were lost, of the tenant of the context or of all tenants, as the next claim would; returns how many entries. For services, else 42501. LD001 no context.';
