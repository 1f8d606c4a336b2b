-- What errors say: of values that a condition touched, and of rows that are somebody else's.

-- attack: a division that fails at foreign rows
-- expects: t / 0
SELECT count(1 / (CASE WHEN tenant_id = :'canary' THEN 0 ELSE 1 END)) > 5 FROM lad_data.leads;
SELECT count(*) FROM lad_data.leads WHERE 1 / (CASE WHEN first_name LIKE 'zq7%' THEN 0 ELSE 1 END) = 0;

-- attack: a cast that prints what it cannot cast
-- expects: 0 / 0
SELECT count(*) FROM lad_data.leads WHERE tenant_id = :'canary' AND first_name::int > 0;
SELECT count(*) FROM lad_data.leads WHERE id = :'canary_lead' AND email::uuid IS NOT NULL;

-- attack: a cast of values inside documents
-- expects: 0
SELECT count(*) FROM lad_data.leads WHERE (custom_fields ->> 'zq7canary')::int > 0;

-- attack: a cast that fails at foreign calls
-- expects: 0
SELECT count(*) FROM lad_data.voice_call_logs WHERE to_base_number > 7712070000000 AND to_base_number::int > 0;

-- attack: a pattern, an array and a document that do not parse
-- expects: 0 / 0 / 0
SELECT count(*) FROM lad_data.leads WHERE tenant_id = :'canary' AND 'x' ~ ('(' || first_name);
SELECT count(*) FROM lad_data.leads WHERE tenant_id = :'canary' AND first_name::int[] IS NOT NULL;
SELECT count(*) FROM lad_data.leads WHERE tenant_id = :'canary' AND first_name::jsonb IS NOT NULL;

-- attack: a subquery that returns too many foreign rows
-- expects: t
SELECT (SELECT id FROM lad_data.leads WHERE tenant_id = :'canary') IS NULL;

-- attack: checks that print the failing row
-- expects: !23514 / !23502
UPDATE lad_data.leads SET priority = -99, stage = 'no such stage' WHERE id IN (:'own_lead', :'canary_lead');
UPDATE lad_data.email_accounts SET email = NULL WHERE tenant_id IN (:'own', :'canary');

-- attack: duplicates that print their key
-- expects: !23505
INSERT INTO lad_data.leads (id, first_name) VALUES (:'own_lead', 'twice');

-- attack: too long, too large, too deep
-- expects: !22001 / !22003
UPDATE lad_data.leads SET first_name = repeat(email, 100) WHERE id IN (:'own_lead', :'canary_lead');
UPDATE lad_data.leads SET estimated_value = 1e30 WHERE id IN (:'own_lead', :'canary_lead');

-- attack: a foreign wallet and none, told apart by balance
-- expects: t / t / t
-- without context: t / t / f
CREATE FUNCTION pg_temp.says(command text, id text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; hint text; answer text;
BEGIN
    EXECUTE format(command, id) INTO answer;
    RETURN 'answers ' || replace(coalesce(answer, 'NULL'), id, 'id');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN replace(concat_ws('|', SQLSTATE, message, detail, hint), id, 'id');
END $$;
SELECT pg_temp.says('SELECT lad.balance(%L)', :'canary_wallet') = pg_temp.says('SELECT lad.balance(%L)', gen_random_uuid()::text);
SELECT pg_temp.says('SELECT lad.check_balance(%L, 1)', :'canary_wallet') = pg_temp.says('SELECT lad.check_balance(%L, 1)', gen_random_uuid()::text);
SELECT pg_temp.says('SELECT lad.balance(%L)', :'own_wallet') LIKE 'answers %';
ROLLBACK;

-- attack: every function that takes an identifier, asked for a foreign one and for none
-- expects: nothing
-- without context: nothing
CREATE FUNCTION pg_temp.says(command text, id text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; hint text; answer text;
BEGIN
    EXECUTE format(command, id) INTO answer;
    RETURN 'answers ' || replace(coalesce(answer, 'NULL'), id, 'id');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN replace(concat_ws('|', SQLSTATE, message, detail, hint), id, 'id');
END $$;
SELECT command, pg_temp.says(command, id), pg_temp.says(command, none) FROM (VALUES
    ('SELECT lad.debit(%L, 1, ''probe'')', :'canary_wallet'),
    ('SELECT lad.topup(%L, 1, ''probe'')', :'canary_wallet'),
    ('SELECT lad.credit(%L, 1, ''probe'')', :'canary_wallet'),
    ('SELECT lad.adjust(%L, 1, ''probe'')', :'canary_wallet'),
    ('SELECT lad.post(%L, ''debit'', 1, ''probe'')', :'canary_wallet'),
    ('SELECT lad.statement(%L, ''-infinity'', ''infinity'')', :'canary_wallet'),
    ('SELECT lad.verify_ledger(%L)', :'canary_wallet'),
    ('SELECT lad.set_wallet_status(%L, ''suspended'', ''probe'')', :'canary_wallet'),
    ('SELECT lad.create_wallet(%L)', :'canary_user'),
    ('SELECT lad.charge_usage(%L)', :'canary_event'),
    ('SELECT lad.finish_call(%L, ''ended'', 1)', :'canary_call'),
    ('SELECT lad.permissions(%L)', :'canary_user'),
    ('SELECT lad.set_member(%L, ''viewer'')', :'canary_user'),
    ('SELECT lad.remove_member(%L)', :'canary_user'),
    ('SELECT lad.grant_capability(%L, ''x'')', :'canary_user'),
    ('SELECT lad.revoke_capability(%L, ''x'')', :'canary_user'),
    ('SELECT lad.can_use_number(%L)', :'canary_number'),
    ('SELECT lad.can_use_voice(%L)', :'canary_voice'),
    ('SELECT lad.reorder_campaign_steps(%L, ''{}'')', :'canary_campaign'),
    ('SELECT lad.soft_delete(''lad_data.leads'', %L::uuid)', :'canary_lead'),
    ('SELECT lad.restore(''lad_data.leads'', %L::uuid)', :'canary_lead'),
    ('SELECT lad.merge_jsonb(''lad_data.leads'', %L::uuid, ''custom_fields'', ''{}'')', :'canary_lead'),
    ('SELECT lad.record_usage(''x'', ''[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 1}]'', ''probe'', %L)', :'canary_user'),
    ('UPDATE lad_data.leads SET assigned_user_id = %L', :'canary_user'),
    ('INSERT INTO lad_data.lead_notes (lead_id, content) VALUES (%L, ''probe'')', :'canary_lead'),
    ('INSERT INTO lad_data.voice_call_analysis (call_log_id) VALUES (%L)', :'canary_call')
) AS v (command, id), LATERAL (SELECT '00000000-0000-4000-8000-000000000000') AS n (none)
WHERE pg_temp.says(command, id) <> pg_temp.says(command, none);
ROLLBACK;

-- attack: diagnostics of an error inside functions
-- expects: nothing
DO $$
DECLARE context text; detail text;
BEGIN
    PERFORM lad.debit(:'canary_wallet', 1, 'probe');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT, detail = PG_EXCEPTION_DETAIL;
    IF SQLSTATE <> 'LD205' OR context ~ 'zq7|SELECT .* FROM lad_data' THEN RAISE 'told % % %', SQLSTATE, context, detail; END IF;
END $$;

-- attack: an error in the middle of a batch of foreign writes
-- expects: !22012
DO $$
BEGIN
    UPDATE lad_data.leads SET notes = 'mole' WHERE tenant_id = :'canary';
    IF FOUND THEN RAISE 'found foreign rows'; END IF;
    PERFORM 1 / 0;
END $$;
