-- Money from nowhere, money of others, and charges that do not happen. The owner attacks where
-- nobody else is named, since he may do most.

-- attack: a balance written directly
-- expects: !42501 / !42501 / !42501
UPDATE lad_data.billing_wallets SET current_balance = 1000000 WHERE id = :'own_wallet';
INSERT INTO lad_data.billing_wallets (currency) VALUES ('USD');
DELETE FROM lad_data.billing_wallets WHERE id = :'canary_wallet';

-- attack: a ledger row written directly
-- expects: !42501 / !42501 / !42501
INSERT INTO lad_data.billing_ledger_transactions SELECT * FROM lad_data.billing_ledger_transactions LIMIT 1;
UPDATE lad_data.billing_ledger_transactions SET amount = amount * 2;
DELETE FROM lad_data.billing_ledger_transactions;

-- attack: every table of money written directly
-- expects: nothing
DO $$
DECLARE money text; written text := '';
BEGIN
    FOR money IN SELECT relname FROM pg_class WHERE relnamespace = 'lad_data'::regnamespace AND relkind = 'r'
        AND relname ~ '^billing_|credit' ORDER BY 1
    LOOP
        BEGIN EXECUTE format('INSERT INTO lad_data.%I DEFAULT VALUES', money); written := written || ' insert ' || money;
        EXCEPTION WHEN insufficient_privilege THEN NULL; WHEN OTHERS THEN written := written || SQLERRM || money; END;
        BEGIN EXECUTE format('DELETE FROM lad_data.%I', money); written := written || ' delete ' || money;
        EXCEPTION WHEN insufficient_privilege THEN NULL; WHEN OTHERS THEN written := written || SQLERRM || money; END;
        BEGIN EXECUTE format('UPDATE lad_data.%I SET tenant_id = tenant_id', money); written := written || ' update ' || money;
        EXCEPTION WHEN insufficient_privilege THEN NULL; WHEN OTHERS THEN written := written || SQLERRM || money; END;
    END LOOP;
    IF written <> '' THEN RAISE '%', written; END IF;
END $$;

-- attack: a foreign wallet
-- expects: !LD205 / !LD205 / !LD205 / !LD205
SELECT lad.debit(:'canary_wallet', 1, 'foreign');
SELECT lad.topup(:'canary_wallet', 1, 'foreign');
SELECT lad.adjust(:'canary_wallet', -1, 'foreign');
SELECT lad.post(:'canary_wallet', 'credit', 1, 'foreign');

-- attack: reading a foreign wallet
-- expects: !LD205 / !LD205 / !LD205 / !LD205 / 0
SELECT * FROM lad.balance(:'canary_wallet');
SELECT * FROM lad.statement(:'canary_wallet', '-infinity', 'infinity');
SELECT lad.check_balance(:'canary_wallet', 1);
SELECT * FROM lad.verify_ledger(:'canary_wallet');
SELECT count(*) FROM lad.verify_ledger();

-- attack: the totals of everybody
-- expects: t
SELECT sum(balance) FILTER (WHERE account LIKE '%wallet%') IS NOT DISTINCT FROM (SELECT sum(current_balance) FROM lad_data.billing_wallets) FROM lad.trial_balance();

-- attack: a debit that pays
-- expects: !22023 / !22023 / !22023 / !22023
SELECT lad.debit(:'own_wallet', -100, 'negative');
SELECT lad.debit(:'own_wallet', 0, 'nothing');
SELECT lad.topup(:'own_wallet', -0.000001, 'negative');
SELECT lad.credit(:'own_wallet', -1, 'negative');

-- attack: amounts that are no amounts
-- expects: ~^!22\w{3} / !22\w{3} / !22\w{3} / !(22\w{3}|LD\d{3})$
SELECT lad.topup(:'own_wallet', 'NaN', 'nan');
SELECT lad.topup(:'own_wallet', 'Infinity', 'infinite');
SELECT lad.adjust(:'own_wallet', '-Infinity', 'infinite');
SELECT lad.topup(:'own_wallet', NULL, 'null');

-- attack: more decimals than there are, more digits than there are
-- expects: !LD302 / !22003 / !22003
SELECT lad.debit(:'own_wallet', 0.0000001, 'tiny');
SELECT lad.topup(:'own_wallet', 1e20, 'huge');
SELECT lad.topup(:'own_wallet', 99999999999999, 'huge');

-- attack: more than there is
-- expects: !LD201 / t
SELECT lad.debit(:'own_wallet', (SELECT available + 0.000001 FROM lad.balance(:'own_wallet')), 'overdraft');
SELECT (lad.debit(:'own_wallet', (SELECT available FROM lad.balance(:'own_wallet')), 'all of it')).balance_after = 0;
ROLLBACK;

-- attack: the same key twice
-- expects: f|t / t|t / !LD101 / !LD101
SELECT replayed, balance_after = balance_before - 5 FROM lad.debit(:'own_wallet', 5, 'twice');
SELECT replayed, balance_after = balance_before - 5 FROM lad.debit(:'own_wallet', 5, 'twice');
SELECT lad.debit(:'own_wallet', 1, 'twice');
SELECT lad.topup(:'own_wallet', 5, 'twice');
ROLLBACK;

-- attack: the same key after a savepoint was rolled back
-- expects: f / f / t
SAVEPOINT s;
SELECT replayed FROM lad.debit(:'own_wallet', 5, 'savepoint');
ROLLBACK TO s;
SELECT replayed FROM lad.debit(:'own_wallet', 5, 'savepoint');
SELECT replayed FROM lad.debit(:'own_wallet', 5, 'savepoint');
ROLLBACK;

-- attack: money paid in by a member
-- expects: !42501 / !42501 / !42501 / !42501
-- as: member
SELECT lad.topup(:'own_wallet', 100, 'member');
SELECT lad.credit(:'own_wallet', 100, 'member');
SELECT lad.adjust(:'own_wallet', 100, 'member');
SELECT lad.post(:'own_wallet', 'topup', 100, 'member');

-- attack: money paid in by a machine
-- expects: !42501 / !42501 / t
-- as: machine
SELECT lad.topup(:'own_wallet', 100, 'machine');
SELECT lad.post(:'own_wallet', 'adjustment', 100, 'machine');
SELECT (lad.debit(:'own_wallet', 0.5, 'machine')).balance_after > 0;
ROLLBACK;

-- attack: kinds of postings that only the extension makes
-- expects: ~^!\w{5} / !\w{5} / !\w{5} / !\w{5}$
SELECT lad.post(:'own_wallet', 'reversal', 1, 'kind');
SELECT lad.post(:'own_wallet', 'release', 1, 'kind');
SELECT lad.post(:'own_wallet', 'transfer', 1, 'kind');
SELECT lad.post(:'own_wallet', 'TOPUP', 1, 'kind');

-- attack: a credit line for oneself
-- expects: !42501 / !42501
SELECT lad.create_wallet(:'own_member', 'USD', 1000000);
SELECT lad.create_wallet(NULL, 'EUR', 1);

-- attack: a wallet for a foreign person
-- expects: ~^!\w{5} / !42501$
SELECT lad.create_wallet(:'canary_user');
INSERT INTO lad_data.billing_wallets (tenant_id, user_id, currency) VALUES (:'canary', :'canary_user', 'USD');

-- attack: a member's wallet opened again, and one suspended by a member
-- expects: !42501 / !42501
-- as: member
SELECT lad.set_wallet_status((SELECT id FROM lad_data.billing_wallets WHERE status = 'suspended' LIMIT 1), 'active', 'please');
SELECT lad.set_wallet_status(:'own_wallet', 'suspended', 'please');

-- attack: keys that belong to the extension
-- expects: !22023 / !22023 / !22023
SELECT lad.debit(:'own_wallet', 0.000001, 'charge_usage_' || :'own_event');
SELECT lad.record_usage('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 0}]', 'call:' || :'own_call');
SELECT lad.record_usage('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 0}]', 'charge_usage_' || :'own_event');

-- attack: usage with quantities that pay
-- expects: !22023 / !22023 / !22023
SELECT lad.charge('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": -10}]', 'negative');
SELECT lad.charge('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": "NaN"}]', 'nan');
SELECT lad.charge('voice-agent', '{"quantity": 1}', 'no list');

-- attack: usage with prices of one's own
-- expects: t / t
SELECT lad.rate_usage('[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 1, "unit_price": 0, "cost": -5, "price_id": "00000000-0000-4000-8000-000000000000"}]', now(), 'CREDIT') ->> 'total' = '3.000000';
SELECT amount = -3 FROM lad.charge('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 1, "unit_price": 0, "cost": -5}]', 'own price', metadata => '{"total_cost": 0, "currency": "EUR", "status": "voided"}');
ROLLBACK;

-- attack: usage of a foreign person, of a foreign event
-- expects: ~^!\w{5} / !P0002 / 0$
SELECT lad.record_usage('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 1}]', 'foreign', :'canary_user');
SELECT lad.charge_usage(:'canary_event');
SELECT count(*) FROM lad_data.billing_usage_events WHERE id = :'canary_event';

-- attack: a usage event written directly
-- expects: !42501 / !42501 / !42501
UPDATE lad_data.billing_usage_events SET total_cost = 0, status = 'voided' WHERE id = :'own_event';
DELETE FROM lad_data.billing_usage_events WHERE id = :'own_event';
INSERT INTO lad_data.billing_usage_events (feature_key, usage_items, total_quantity, total_cost, idempotency_key) VALUES ('x', '[]', 0, 0, 'call:' || :'own_call');

-- attack: prices, rates, quotas and credits of one's own
-- expects: !42501 / !42501 / !42501 / !42501 / !42501
INSERT INTO lad_data.billing_pricing_catalog (category, provider, model, unit, unit_price, currency) VALUES ('telephony', 'lad', 'voice', 'minute', 0, 'CREDIT');
UPDATE lad_data.billing_pricing_catalog SET unit_price = 0;
INSERT INTO lad_data.billing_exchange_rates DEFAULT VALUES;
UPDATE lad_data.billing_feature_entitlements SET monthly_quota = NULL;
UPDATE lad_data.user_credits SET balance = 1000000;

-- attack: prices of the canary
-- expects: 0
SELECT count(*) FROM lad_data.billing_pricing_catalog WHERE tenant_id = :'canary';

-- attack: a foreign call ended
-- expects: !P0002
SELECT lad.finish_call(:'canary_call', 'ended', 1);

-- attack: a call ended twice, shorter, free of charge
-- expects: f / t / t
SELECT (lad.finish_call(:'own_call', 'ended', 125)).replayed;
SELECT (lad.finish_call(:'own_call', 'ended', 1)).replayed;
SELECT duration_seconds = 125 AND status = 'ended' FROM lad_data.voice_call_logs WHERE id = :'own_call';
ROLLBACK;

-- attack: a finished call taken back and finished again
-- expects: -9.000000 / 1|-9.000000
SELECT amount FROM lad.finish_call(:'own_call', 'ended', 125);
UPDATE lad_data.voice_call_logs SET status = 'calling', duration_seconds = 0 WHERE id = :'own_call';
UPDATE lad_data.voice_call_logs SET status = 'ended', duration_seconds = 125 WHERE id = :'own_call';
SELECT count(*), sum(l.amount) FROM lad_data.billing_usage_events AS u JOIN lad_data.billing_ledger_transactions AS l ON l.id = u.ledger_transaction_id
WHERE u.idempotency_key LIKE 'call:' || :'own_call' || '%';
ROLLBACK;

-- attack: a charged call deleted for its money
-- expects: -9.000000 / 1|-9.000000
SELECT amount FROM lad.finish_call(:'own_call', 'ended', 125);
DELETE FROM lad_data.voice_call_logs WHERE id = :'own_call';
SELECT count(*), sum(l.amount) FROM lad_data.billing_usage_events AS u JOIN lad_data.billing_ledger_transactions AS l ON l.id = u.ledger_transaction_id
WHERE u.idempotency_key LIKE 'call:' || :'own_call' || '%';
ROLLBACK;

-- attack: a finished call slipped past the charge, as a restore is
-- expects: !42501 / 1|-6.000000
SET LOCAL row_security = off;
INSERT INTO lad_data.voice_call_logs (id, to_country_code, to_base_number, status, duration_seconds) VALUES ('00000000-0000-4000-8000-000000000000', '+1', 5550199, 'ended', 61);
SET LOCAL row_security = on;
INSERT INTO lad_data.voice_call_logs (id, to_country_code, to_base_number, status, duration_seconds) VALUES ('00000000-0000-4000-8000-000000000000', '+1', 5550199, 'ended', 61);
SELECT count(*), sum(l.amount) FROM lad_data.billing_usage_events AS u JOIN lad_data.billing_ledger_transactions AS l ON l.id = u.ledger_transaction_id
WHERE u.idempotency_key LIKE 'call:' || '00000000-0000-4000-8000-000000000000' || '%';
ROLLBACK;

-- attack: a finished call with items that cost less than nothing
-- expects: 0| / t
INSERT INTO lad_data.voice_call_logs (id, to_country_code, to_base_number, status, duration_seconds, cost_breakdown)
    VALUES ('00000000-0000-4000-8000-000000000000', '+1', 5550199, 'ended', 61, '{"items": [{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": -100}]}');
SELECT count(*), sum(l.amount) FROM lad_data.billing_usage_events AS u JOIN lad_data.billing_ledger_transactions AS l ON l.id = u.ledger_transaction_id
WHERE u.idempotency_key LIKE 'call:' || '00000000-0000-4000-8000-000000000000' || '%';
SELECT count(*) = 1 FROM lad_data.domain_events WHERE event_type = 'call.charge_failed' AND created_at = now();
ROLLBACK;

-- attack: a finished call slipped in by MERGE
-- expects: 1|-9.000000
MERGE INTO lad_data.voice_call_logs AS c USING (VALUES ('00000000-0000-4000-8000-000000000000'::uuid)) AS v (id) ON c.id = v.id
    WHEN NOT MATCHED THEN INSERT (id, to_country_code, to_base_number, status, duration_seconds) VALUES (v.id, '+1', 5550199, 'ended', 125);
SELECT count(*), sum(l.amount) FROM lad_data.billing_usage_events AS u JOIN lad_data.billing_ledger_transactions AS l ON l.id = u.ledger_transaction_id
WHERE u.idempotency_key LIKE 'call:' || '00000000-0000-4000-8000-000000000000' || '%';
ROLLBACK;

-- attack: a call finished by MERGE
-- expects: 1|-9.000000
MERGE INTO lad_data.voice_call_logs AS c USING (VALUES (:'own_call'::uuid)) AS v (id) ON c.id = v.id
    WHEN MATCHED THEN UPDATE SET status = 'ended', duration_seconds = 125;
SELECT count(*), sum(l.amount) FROM lad_data.billing_usage_events AS u JOIN lad_data.billing_ledger_transactions AS l ON l.id = u.ledger_transaction_id
WHERE u.idempotency_key LIKE 'call:' || :'own_call' || '%';
ROLLBACK;

-- attack: a call finished while it moves to another month
-- expects: 1|-9.000000
UPDATE lad_data.voice_call_logs SET status = 'ended', duration_seconds = 125, created_at = created_at + interval '2 months' WHERE id = :'own_call';
SELECT count(*), sum(l.amount) FROM lad_data.billing_usage_events AS u JOIN lad_data.billing_ledger_transactions AS l ON l.id = u.ledger_transaction_id
WHERE u.idempotency_key LIKE 'call:' || :'own_call' || '%';
ROLLBACK;

-- attack: a call finished by an upsert
-- expects: 1|-9.000000
INSERT INTO lad_data.voice_call_logs (id, created_at, to_country_code, to_base_number)
    SELECT id, created_at, to_country_code, to_base_number FROM lad_data.voice_call_logs WHERE id = :'own_call'
    ON CONFLICT (tenant_id, id, created_at) DO UPDATE SET status = 'ended', duration_seconds = 125;
SELECT count(*), sum(l.amount) FROM lad_data.billing_usage_events AS u JOIN lad_data.billing_ledger_transactions AS l ON l.id = u.ledger_transaction_id
WHERE u.idempotency_key LIKE 'call:' || :'own_call' || '%';
ROLLBACK;

-- attack: a call finished through a view and within a query
-- expects: 1|-9.000000
CREATE VIEW playground.calls AS SELECT * FROM lad_data.voice_call_logs;
WITH done AS (UPDATE playground.calls SET status = 'ended', duration_seconds = 125 WHERE id = :'own_call' RETURNING 1) SELECT FROM done;
SELECT count(*), sum(l.amount) FROM lad_data.billing_usage_events AS u JOIN lad_data.billing_ledger_transactions AS l ON l.id = u.ledger_transaction_id
WHERE u.idempotency_key LIKE 'call:' || :'own_call' || '%';
ROLLBACK;

-- attack: a finished call given another identifier to be free
-- expects: 1|-9.000000
UPDATE lad_data.voice_call_logs SET id = '00000000-0000-4000-8000-000000000000', status = 'ended', duration_seconds = 125 WHERE id = :'own_call';
SELECT count(*), sum(l.amount) FROM lad_data.billing_usage_events AS u JOIN lad_data.billing_ledger_transactions AS l ON l.id = u.ledger_transaction_id
WHERE u.idempotency_key LIKE 'call:' || '00000000-0000-4000-8000-000000000000' || '%';
ROLLBACK;

-- attack: a call finished before there were prices, to pay nothing: its start counts
-- expects: f / charged| / t
SELECT (lad.finish_call(:'own_call', 'ended', 125, '2019-01-01')).amount IS NULL;
SELECT status, error_message <> '' FROM lad_data.billing_usage_events WHERE idempotency_key LIKE 'call:' || :'own_call' || '%';
SELECT count(*) = 0 FROM lad_data.domain_events WHERE event_type = 'call.charge_failed' AND created_at = now();
ROLLBACK;

-- attack: the context dropped before the charge
-- expects: ~^!LD001
SET LOCAL lad.token = '';
UPDATE lad_data.voice_call_logs SET status = 'ended', duration_seconds = 600 WHERE id = :'own_call';
SELECT lad.debit(:'own_wallet', 1, 'nobody');

-- attack: a time in the future, a balance of one's own belief
-- expects: !22023 / !LD206
SELECT lad.post(:'own_wallet', 'debit', 1, 'future', effective_at => now() + interval '1 day');
SELECT lad.post(:'own_wallet', 'debit', 1, 'believed', expected_balance => 1000000);

-- attack: keys that are none
-- expects: !22004 / !22023 / !22023
SELECT lad.debit(:'own_wallet', 1, NULL);
SELECT lad.debit(:'own_wallet', 1, '');
SELECT lad.debit(:'own_wallet', 1, repeat('x', 256));

-- attack: no wallet
-- expects: ~^!(LD205|22\w{3})
SELECT lad.debit(NULL, 1, 'none');

-- attack: metadata that claims to be more
-- expects: debit|-1.000000|t
SELECT transaction_type, amount, balance_after = balance_before - 1 FROM lad.debit(:'own_wallet', 1, 'claims', 'topup', :'canary_posting', 'Top-up', '{"transaction_type": "topup", "amount": 1000, "tenant_id": "x"}');
ROLLBACK;
