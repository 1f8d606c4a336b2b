-- The application's part: one tenant's deliveries, in order, 500 to a transaction.
-- Variables: tenant (slug), token (of that tenant). Standard input: the CSV of make_calls.py.
\set ON_ERROR_STOP on
-- The application's own staging tables: on pooled connections it may keep no temporary ones.
SET search_path = demo;
SET client_min_messages = warning;
DROP TABLE IF EXISTS delivery, mine;
CREATE UNLOGGED TABLE delivery (
    tenant text, call_id uuid, started_at timestamptz, status text, duration_seconds int,
    agent bigint, lead int, phone bigint, stt_seconds numeric, llm_tokens numeric,
    tts_characters numeric, telephony_minutes numeric, position bigserial
);
\copy delivery (tenant, call_id, started_at, status, duration_seconds, agent, lead, phone, stt_seconds, llm_tokens, tts_characters, telephony_minutes) FROM pstdin CSV HEADER
RESET client_min_messages;
DELETE FROM delivery WHERE tenant <> :'tenant';
CREATE UNLOGGED TABLE mine AS SELECT row_number() OVER (ORDER BY position) AS n, delivery.* FROM delivery;
ALTER TABLE mine ADD PRIMARY KEY (n);

CREATE FUNCTION pg_temp.usage_items(d mine) RETURNS jsonb LANGUAGE sql AS $$
    SELECT CASE WHEN d.status = 'completed' THEN jsonb_build_array(
        jsonb_build_object('category', 'stt', 'provider', 'openai', 'model', 'whisper-1',
            'unit', 'second', 'quantity', d.stt_seconds),
        jsonb_build_object('category', 'llm', 'provider', 'openai', 'model', 'gpt-4',
            'unit', 'token', 'quantity', d.llm_tokens),
        jsonb_build_object('category', 'tts', 'provider', 'openai', 'model', 'tts-1',
            'unit', 'character', 'quantity', d.tts_characters),
        jsonb_build_object('category', 'telephony', 'provider', 'twilio', 'model', 'voice',
            'unit', 'minute', 'quantity', d.telephony_minutes)) END
$$;

CREATE PROCEDURE pg_temp.load(token text, slug text) LANGUAGE plpgsql AS $$
DECLARE
    total bigint := (SELECT count(*) FROM mine);
    batch CONSTANT bigint := 500;
BEGIN
    FOR lowest IN 1 .. total BY batch LOOP
        PERFORM lad.authenticate(token);
        INSERT INTO lad_data.voice_call_logs
            (id, lead_id, agent_id, to_country_code, to_base_number, status, started_at, created_at)
        SELECT DISTINCT ON (call_id) call_id, md5(tenant || ' lead ' || lead)::uuid, agent, '+971',
               phone, 'in_queue', started_at, started_at
        FROM mine WHERE n >= lowest AND n < lowest + batch
        ON CONFLICT DO NOTHING;
        PERFORM lad.finish_call(call_id, status, duration_seconds,
                    started_at + make_interval(secs => duration_seconds), pg_temp.usage_items(mine))
        FROM (SELECT * FROM mine WHERE n >= lowest AND n < lowest + batch ORDER BY n) AS mine;
        COMMIT;
        RAISE INFO '  %: % of % deliveries', slug, least(lowest + batch - 1, total), total;
    END LOOP;
END $$;
CALL pg_temp.load(:'token', :'tenant');
