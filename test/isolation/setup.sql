-- Helpers of the isolation specs, made once in their database: a fresh tenant for each permutation.
CREATE SCHEMA lad_test;
CREATE TABLE lad_test.actors (tenant uuid, wallet uuid, member_wallet uuid);

CREATE FUNCTION lad_test.authenticate() RETURNS void LANGUAGE sql AS $$
    SELECT lad.authenticate_service(tenant, 'isolation test') FROM lad_test.actors
$$;

CREATE FUNCTION lad_test.wallet() RETURNS uuid LANGUAGE sql AS
    'SELECT wallet FROM lad_test.actors';
CREATE FUNCTION lad_test.member_wallet() RETURNS uuid LANGUAGE sql AS
    'SELECT member_wallet FROM lad_test.actors';

CREATE FUNCTION lad_test.new_wallet(amount numeric) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    tenant uuid := gen_random_uuid();
    new_wallet uuid;
BEGIN
    INSERT INTO lad_data.tenants (id, name, slug, status) VALUES (tenant, tenant, tenant, 'active');
    PERFORM lad.authenticate_service(tenant, 'isolation test');
    new_wallet := lad.create_wallet(currency => 'USD');
    PERFORM lad.topup(new_wallet, amount, 'opening');
    DELETE FROM lad_test.actors;
    INSERT INTO lad_test.actors VALUES (tenant, new_wallet);
END $$;

CREATE FUNCTION lad_test.new_member_wallet(amount numeric) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    member uuid := gen_random_uuid();
    owner_tenant uuid := (SELECT tenant FROM lad_test.actors);
    new_wallet uuid;
BEGIN
    INSERT INTO lad_data.users (id, email) VALUES (member, member || '@example.com');
    INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES (owner_tenant, member);
    PERFORM lad.authenticate_service(owner_tenant, 'isolation test');
    new_wallet := lad.create_wallet(member, 'USD');
    PERFORM lad.topup(new_wallet, amount, 'opening of the member');
    UPDATE lad_test.actors SET member_wallet = new_wallet;
END $$;

ALTER TABLE lad_test.actors ADD COLUMN call uuid;
CREATE FUNCTION lad_test.call() RETURNS uuid LANGUAGE sql AS 'SELECT call FROM lad_test.actors';
CREATE FUNCTION lad_test.items(seconds int) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_array(jsonb_build_object('category', 'stt', 'provider', 'openai',
        'model', 'whisper-1', 'unit', 'second', 'quantity', seconds))
$$;
CREATE FUNCTION lad_test.new_call() RETURNS void LANGUAGE sql AS $$
    UPDATE lad_test.actors SET call = gen_random_uuid();
    INSERT INTO lad_data.voice_call_logs (tenant_id, id, to_country_code, to_base_number, status)
    SELECT tenant, call, '+971', 501234567, 'in_queue' FROM lad_test.actors;
$$;

-- One statement with a call that the tenant pays and one that the member pays, in either order.
CREATE FUNCTION lad_test.finished_calls(tenant_first boolean) RETURNS void LANGUAGE sql AS $$
    INSERT INTO lad_data.voice_call_logs
        (to_country_code, to_base_number, initiated_by_user_id, status, duration_seconds, cost_breakdown)
    SELECT '+971', 501234567, payer, 'ended', 100, jsonb_build_object('items', lad_test.items(100))
    FROM (SELECT user_id AS payer FROM lad_data.billing_wallets WHERE id = lad_test.member_wallet()
          UNION ALL SELECT NULL) AS payers
    ORDER BY (payer IS NULL) = tenant_first DESC
$$;

ALTER TABLE lad_test.actors ADD COLUMN lead uuid, ADD COLUMN campaign uuid;
CREATE FUNCTION lad_test.lead() RETURNS uuid LANGUAGE sql AS 'SELECT lead FROM lad_test.actors';
CREATE FUNCTION lad_test.campaign() RETURNS uuid LANGUAGE sql AS 'SELECT campaign FROM lad_test.actors';

-- A tenant with a member, a lead of that member from Apollo, a second lead for the same person, a
-- campaign of three steps and three stages.
CREATE FUNCTION lad_test.new_pipeline() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    new_tenant uuid := gen_random_uuid();
    member uuid := gen_random_uuid();
BEGIN
    INSERT INTO lad_data.tenants (id, name, slug, status)
    VALUES (new_tenant, new_tenant, new_tenant, 'active');
    INSERT INTO lad_data.users (id, email) VALUES (member, member || '@example.com');
    INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES (new_tenant, member);
    DELETE FROM lad_test.actors;
    INSERT INTO lad_test.actors (tenant, lead, campaign) VALUES (new_tenant, member, new_tenant);
    INSERT INTO lad_data.leads (tenant_id, id, assigned_user_id, source, source_id) VALUES
        (new_tenant, member, member, 'apollo_io', '5f0000000000000000000001'),
        (new_tenant, new_tenant, member, 'apollo_io', '5f0000000000000000000001');
    INSERT INTO lad_data.campaigns (tenant_id, id, name) VALUES (new_tenant, new_tenant, 'Campaign');
    INSERT INTO lad_data.lead_stages (tenant_id, key, label, display_order)
    VALUES (new_tenant, 'a', 'A', 1), (new_tenant, 'b', 'B', 2), (new_tenant, 'c', 'C', 3);
    INSERT INTO lad_data.campaign_steps (tenant_id, campaign_id, type, "order", title)
    SELECT new_tenant, new_tenant, 'delay', n, chr(96 + n) FROM generate_series(1, 3) AS n;
END $$;
CREATE FUNCTION lad_test.reorder_steps(titles text[]) RETURNS int LANGUAGE sql AS $$
    SELECT lad.reorder_campaign_steps(lad_test.campaign(), array_agg(s.id ORDER BY o.place))
    FROM unnest(titles) WITH ORDINALITY AS o (title, place)
    JOIN lad_data.campaign_steps AS s ON s.campaign_id = lad_test.campaign() AND s.title = o.title
$$;
CREATE FUNCTION lad_test.book(scheduled_at text, parent uuid DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    INSERT INTO lad_data.lead_bookings (lead_id, booking_type, booking_source, scheduled_at, parent_booking_id)
    VALUES (lad_test.lead(), 'demo', 'user', scheduled_at::timestamptz, parent) RETURNING 'booked ' || retry_count
$$;

CREATE FUNCTION lad_test.posted(key text) RETURNS uuid LANGUAGE sql AS $$
    SELECT l.id FROM lad_data.billing_ledger_transactions l JOIN lad_test.actors a ON a.tenant = l.tenant_id
    WHERE idempotency_key = key
$$;
-- What charged the use of this key, archived or not.
CREATE FUNCTION lad_test.posted_for(key text) RETURNS uuid LANGUAGE sql AS $$
    SELECT coalesce(e.ledger_transaction_id, e.archived_transaction_id)
    FROM lad_data.billing_usage_events e JOIN lad_test.actors a ON a.tenant = e.tenant_id WHERE e.idempotency_key = key
$$;
-- A hold bears the identifier of its reservation.
CREATE FUNCTION lad_test.hold() RETURNS uuid LANGUAGE sql AS $$ SELECT lad_test.posted('hold') $$;
CREATE FUNCTION lad_test.item(wallet uuid, key text) RETURNS lad.posting_request LANGUAGE sql AS $$
    SELECT ROW(wallet, 'debit', 1, key, NULL, NULL, NULL, NULL, NULL, NULL)::lad.posting_request
$$;

CREATE FUNCTION lad_test.record(key text) RETURNS text LANGUAGE sql AS
    $$ SELECT 'recorded' FROM lad.record_usage('ai', lad_test.items(60), key) $$;
CREATE FUNCTION lad_test.event(key text) RETURNS uuid LANGUAGE sql AS $$
    SELECT e.id FROM lad_data.billing_usage_events e JOIN lad_test.actors a ON a.tenant = e.tenant_id
    WHERE idempotency_key = key
$$;
CREATE FUNCTION lad_test.new_usage(events int) RETURNS void LANGUAGE sql AS $$
    SELECT lad_test.authenticate();
    SELECT count(lad_test.record('usage ' || n)) FROM generate_series(1, events) AS n;
$$;
-- What was used and debited, in one line.
CREATE FUNCTION lad_test.usage() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.idempotency_key || ' ' || e.status || ' ' || coalesce(l.balance, 0), ', ' ORDER BY e.idempotency_key)
    FROM lad_test.actors a JOIN lad_data.billing_usage_events e ON e.tenant_id = a.tenant
    LEFT JOIN LATERAL (SELECT sum(amount) AS balance FROM lad_data.billing_ledger_transactions l
        WHERE l.tenant_id = e.tenant_id AND (l.reference_id = e.id OR l.reverses_id = e.ledger_transaction_id)) AS l ON true
$$;
-- Credits that can be spent before other money, and their end.
CREATE FUNCTION lad_test.new_grant(amount numeric) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lad_test.authenticate();
    PERFORM lad.grant_credits(lad_test.wallet(), amount, 'grant', expires_at => now() + interval '1 day');
END $$;
CREATE FUNCTION lad_test.run_out() RETURNS void LANGUAGE sql AS $$
    UPDATE lad_data.billing_credit_grants SET expires_at = '2026-01-02', effective_at = '2026-01-01'
    WHERE wallet_id = lad_test.wallet()
$$;
CREATE FUNCTION lad_test.burns(OUT key text, OUT amount numeric, OUT remaining numeric) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT regexp_replace(l.idempotency_key, '[0-9a-f-]{36}', '...'), b.amount, g.remaining
    FROM lad_data.billing_grant_burns b JOIN lad_data.billing_ledger_transactions l ON l.id = b.transaction_id
    JOIN lad_data.billing_credit_grants g ON g.id = b.grant_id WHERE g.wallet_id = lad_test.wallet() ORDER BY l.seq
$$;

-- Credits from before wallets.
CREATE FUNCTION lad_test.older_balance(amount numeric) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    member uuid := gen_random_uuid();
    owner_tenant uuid := (SELECT tenant FROM lad_test.actors);
BEGIN
    INSERT INTO lad_data.users (id, email) VALUES (member, member || '@example.com');
    INSERT INTO lad_data.memberships (tenant_id, user_id) VALUES (owner_tenant, member);
    INSERT INTO lad_data.user_credits (tenant_id, user_id, balance) VALUES (owner_tenant, member, amount);
END $$;
-- The invoice of a month of 2026; made when it is not there.
CREATE FUNCTION lad_test.invoice(month int) RETURNS uuid LANGUAGE sql AS $$
    SELECT lad.generate_invoice(make_timestamptz(2026, month, 1, 0, 0, 0, 'UTC'), make_timestamptz(2026, month + 1, 1, 0, 0, 0, 'UTC'))
$$;
CREATE FUNCTION lad_test.use(key text, month int) RETURNS lad.posting LANGUAGE sql AS $$
    SELECT lad.charge('voice-agent', lad_test.items(10000), key, occurred_at => make_timestamptz(2026, month, 15, 0, 0, 0, 'UTC'))
$$;
CREATE FUNCTION lad_test.new_drafts() RETURNS void LANGUAGE sql AS $$
    SELECT lad_test.new_wallet(100);
    SELECT lad_test.use('january', 1);
    SELECT lad_test.invoice(1), lad_test.invoice(2);
$$;
CREATE VIEW lad_test.invoices AS
    SELECT extract(month FROM period_start AT TIME ZONE 'UTC') AS month, regexp_replace(invoice_number, '^DRAFT-.*', 'DRAFT') AS number, status, total,
           (SELECT string_agg(e.idempotency_key, ' ' ORDER BY 1) FROM lad_data.billing_usage_events AS e WHERE e.tenant_id = i.tenant_id AND e.invoice_id = i.id) AS events
    FROM lad_data.billing_invoices AS i WHERE tenant_id = (SELECT tenant FROM lad_test.actors) ORDER BY 1, invoice_number;
-- A tenant that may call at any time.
CREATE FUNCTION lad_test.new_dialler(amount numeric) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lad_test.new_wallet(amount);
    UPDATE lad_data.tenants SET metadata = '{"business_hours": {"timezone": "UTC", "days": [1, 2, 3, 4, 5, 6, 7], "from": 0, "to": 24}}'
        WHERE id = (SELECT tenant FROM lad_test.actors);
    INSERT INTO lad_data.tenant_features (tenant_id, feature_key) SELECT tenant, 'voice-agent' FROM lad_test.actors;
    INSERT INTO lad_data.leads (tenant_id, id) SELECT tenant, tenant FROM lad_test.actors;
    UPDATE lad_test.actors SET lead = tenant;
END $$;
CREATE FUNCTION lad_test.start(key text, amount numeric DEFAULT 3, lead uuid DEFAULT NULL) RETURNS uuid LANGUAGE sql AS $$
    SELECT lad.start_call('+971', 501234567, key, lead_id => lead, estimated_credits => amount)
$$;
-- A call that its key has started, charged by components worth so much.
CREATE FUNCTION lad_test.finish(key text, cost numeric) RETURNS lad.posting LANGUAGE sql AS $$
    SELECT lad.finish_call(call_log_id, 'ended', 60, now(), lad_test.items((cost * 10000)::int))
    FROM lad_data.voice_call_starts WHERE idempotency_key = key AND tenant_id = (SELECT tenant FROM lad_test.actors)
$$;
CREATE FUNCTION lad_test.correct(seconds int) RETURNS lad.posting LANGUAGE sql AS $$
    SELECT lad.correct_call(lad_test.call(), seconds, 'clock of the carrier')
$$;
-- A finished call that no trigger has seen.
CREATE FUNCTION lad_test.unseen_call() RETURNS void LANGUAGE sql SET session_replication_role = replica AS $$
    UPDATE lad_test.actors SET call = gen_random_uuid();
    INSERT INTO lad_data.voice_call_logs (tenant_id, id, to_country_code, to_base_number, status, duration_seconds, cost_breakdown)
    SELECT tenant, call, '+971', 501234567, 'ended', 100, jsonb_build_object('items', lad_test.items(100)) FROM lad_test.actors;
$$;
CREATE FUNCTION lad_test.money() RETURNS TABLE (current numeric, held numeric, debits bigint, reversals bigint) LANGUAGE sql AS $$
    SELECT current_balance, reserved_balance,
        (SELECT count(*) FROM lad_data.billing_ledger_transactions l WHERE l.wallet_id = w.id AND transaction_type = 'debit'),
        (SELECT count(*) FROM lad_data.billing_ledger_transactions l WHERE l.wallet_id = w.id AND transaction_type = 'reversal')
    FROM lad_data.billing_wallets w WHERE id = lad_test.wallet()
$$;

-- A debit and a usage event that lie before the end of a paid invoice.
CREATE FUNCTION lad_test.new_archivable() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    invoice uuid;
BEGIN
    PERFORM lad_test.new_wallet(100);
    PERFORM lad.debit(lad_test.wallet(), 4, 'old');
    PERFORM lad_test.use('old use', 1);
    invoice := lad.generate_invoice('2026-01-01', '3026-01-01');
    PERFORM lad.finalize_invoice(invoice);
    PERFORM lad.pay_invoice(invoice, (lad.topup(lad_test.wallet(), (SELECT total FROM lad_data.billing_invoices WHERE id = invoice), 'payment')).transaction_id);
END $$;
CREATE VIEW lad_test.ledgers AS
    SELECT (SELECT string_agg(regexp_replace(idempotency_key, '_[0-9a-f-]{36}', ''), ' ' ORDER BY seq) FROM lad_data.billing_ledger_transactions WHERE wallet_id = lad_test.wallet()) AS ledger,
           (SELECT string_agg(regexp_replace(idempotency_key, '_[0-9a-f-]{36}', ''), ' ' ORDER BY seq) FROM lad_data.billing_ledger_archive WHERE wallet_id = lad_test.wallet()) AS archive,
           (SELECT count(*) FROM lad.verify_ledger(lad_test.wallet(), false)) AS problems;

-- So many calls, whose sums are folded, and the sums beside the calls.
CREATE FUNCTION lad_test.new_calls(n int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lad_test.new_wallet(1);
    PERFORM lad.repair_rollups();
    PERFORM lad.fold_rollups();
    INSERT INTO lad_data.voice_call_logs (tenant_id, to_country_code, to_base_number)
    SELECT tenant, '+971', i FROM lad_test.actors, generate_series(1, n) AS i;
END $$;
-- A change that no trigger has seen.
CREATE FUNCTION lad_test.unseen_change() RETURNS void LANGUAGE sql SET session_replication_role = replica AS $$
    UPDATE lad_data.voice_call_logs SET status = 'failed' WHERE tenant_id = (SELECT tenant FROM lad_test.actors) AND to_base_number = 2;
$$;
CREATE VIEW lad_test.sums AS
    SELECT (SELECT string_agg(status || ' ' || calls || CASE WHEN stale THEN ' stale' ELSE '' END, ', ' ORDER BY status) FROM lad_data.call_stats_daily s WHERE s.tenant_id = a.tenant) AS sums,
           (SELECT string_agg(status || ' ' || n, ', ' ORDER BY status) FROM (SELECT status, count(*) AS n FROM lad_data.voice_call_logs l WHERE l.tenant_id = a.tenant GROUP BY status) AS c) AS calls
    FROM lad_test.actors a;
-- A batch of so many leads of a tenant that may call.
ALTER TABLE lad_test.actors ADD COLUMN batch uuid;
CREATE FUNCTION lad_test.batch_id() RETURNS uuid LANGUAGE sql AS 'SELECT batch FROM lad_test.actors';
CREATE FUNCTION lad_test.new_batch(entries int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    acting uuid;
    agent bigint;
    leads uuid[];
BEGIN
    PERFORM lad_test.new_dialler(100);
    acting := (SELECT tenant FROM lad_test.actors);
    INSERT INTO lad_data.voice_agents (tenant_id, name) VALUES (acting, 'agent') RETURNING id INTO agent;
    INSERT INTO lad_data.voice_agent_numbers (tenant_id, id, country_code, base_number) VALUES (acting, acting, '+971', 1);
    WITH made AS (INSERT INTO lad_data.leads (tenant_id, country_code, base_number)
                  SELECT acting, '+971', 500000000 + n FROM generate_series(1, entries) AS n RETURNING id)
    SELECT array_agg(id) INTO leads FROM made;
    UPDATE lad_test.actors SET batch = lad.enqueue_batch(agent, leads, acting);
END $$;
-- The places of the entries that are given out.
CREATE FUNCTION lad_test.claim(entries int) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(e.position || ' attempt ' || c.attempt, ', ' ORDER BY e.position)
    FROM lad.claim_batch_entries(lad_test.batch_id(), entries) AS c JOIN lad_data.voice_call_batch_entries AS e ON e.id = c.entry_id
$$;
-- What a dialler says under the claim that it was given; it knows it without reading the table.
CREATE FUNCTION lad_test.end_entry(place int, word text) RETURNS text LANGUAGE sql AS $$
    SELECT lad.complete_batch_entry(id, claim, word) FROM lad_data.voice_call_batch_entries WHERE batch_id = lad_test.batch_id() AND position = place
$$;
CREATE FUNCTION lad_test.renew() RETURNS boolean LANGUAGE sql AS $$
    SELECT lad.renew_batch_claim(claim, '1 minute') > now() FROM lad_data.voice_call_batch_entries WHERE batch_id = lad_test.batch_id()
$$;
CREATE FUNCTION lad_test.lose() RETURNS void LANGUAGE sql AS $$
    UPDATE lad_data.voice_call_batch_entries SET lease_until = clock_timestamp() - interval '1 second'
    WHERE batch_id = lad_test.batch_id() AND status = 'running'
$$;
CREATE VIEW lad_test.batch AS
    SELECT status, total_calls AS total, completed_calls AS completed, failed_calls AS failed, cancelled_calls AS cancelled, finished_at IS NOT NULL AS finished,
           (SELECT count(*) FROM lad_data.domain_events WHERE aggregate_id = b.id AND event_type = 'batch.completed') AS reports
    FROM lad_data.voice_call_batches AS b WHERE id = lad_test.batch_id();
CREATE VIEW lad_test.entries AS
    SELECT position, status, retry_count AS retries FROM lad_data.voice_call_batch_entries WHERE batch_id = lad_test.batch_id() ORDER BY position;
-- Expansions: a session remembers the claim it got, and can take over the one that is in force.
CREATE FUNCTION lad_test.new_tenant() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    new_tenant uuid := gen_random_uuid();
BEGIN
    INSERT INTO lad_data.tenants (id, name, slug, status) VALUES (new_tenant, new_tenant, new_tenant, 'active');
    DELETE FROM lad_test.actors;
    INSERT INTO lad_test.actors (tenant) VALUES (new_tenant);
END $$;
CREATE FUNCTION lad_test.ask(keyword text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer record;
BEGIN
    PERFORM lad_test.authenticate();
    SELECT * INTO answer FROM lad.acquire_expansion(keyword);
    IF answer.claim IS NOT NULL THEN PERFORM set_config('lad_test.claim', answer.claim::text, false); END IF;
    RETURN concat_ws(' ', answer.status, answer.terms);
END $$;
CREATE FUNCTION lad_test.ask_all(keywords text[]) RETURNS text LANGUAGE sql AS $$
    SELECT lad_test.authenticate();
    SELECT string_agg(keyword || ' ' || status, ', ') FROM lad.acquire_expansions(keywords);
$$;
CREATE FUNCTION lad_test.fulfil(term text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT lad_test.authenticate();
    SELECT lad.fulfil_expansion(current_setting('lad_test.claim')::uuid, jsonb_build_array(term), 'model', '1 day');
$$;
CREATE FUNCTION lad_test.fail() RETURNS interval LANGUAGE sql AS $$
    SELECT lad_test.authenticate();
    SELECT lad.fail_expansion(current_setting('lad_test.claim')::uuid, 'timeout');
$$;
CREATE FUNCTION lad_test.same_claim() RETURNS boolean LANGUAGE sql AS $$
    SELECT set_config('lad_test.claim', claim::text, false) IS NOT NULL FROM lad_data.ai_keyword_claims WHERE tenant_id = (SELECT tenant FROM lad_test.actors)
$$;
CREATE FUNCTION lad_test.end_lease() RETURNS void LANGUAGE sql AS $$
    UPDATE lad_data.ai_keyword_claims SET lease_until = now() - interval '1 s' WHERE tenant_id = (SELECT tenant FROM lad_test.actors)
$$;
-- The keyword is fulfilled by three tenants, the last of which is the actor.
CREATE FUNCTION lad_test.three_tenants(keyword text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM lad_data.ai_keyword_expansions WHERE original_keyword = keyword;
    FOR i IN 1 .. 3 LOOP
        PERFORM lad_test.new_tenant();
        PERFORM lad_test.ask(keyword), lad_test.fulfil('common');
    END LOOP;
END $$;
CREATE FUNCTION lad_test.publish(keyword text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT lad.authenticate_service(reason => 'isolation test');
    SELECT lad.publish_expansion(keyword, 'general');
$$;
CREATE VIEW lad_test.expansions AS
    SELECT (SELECT string_agg(expanded_keywords::text, ' ') FROM lad_data.ai_keyword_expansions WHERE tenant_id = a.tenant) AS own,
           (SELECT string_agg(expanded_keywords::text, ' ') FROM lad_data.ai_keyword_expansions WHERE tenant_id IS NULL) AS everyones,
           (SELECT count(*) FROM lad_data.ai_keyword_claims WHERE tenant_id = a.tenant AND claim IS NOT NULL) AS claims
    FROM lad_test.actors AS a;
