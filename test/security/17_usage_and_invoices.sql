-- Usage made cheaper, prices and credits of one's own, invoices that say something else.

-- attack: prices set by a member
-- expects: !42501 / !42501 / !42501 / !42501
-- as: member
SELECT lad.set_price('telephony', 'lad', 'voice', 'minute', 0, 'CREDIT');
SELECT lad.set_price('telephony', 'lad', 'voice', 'minute', 0, 'CREDIT', for_everyone => true);
SELECT lad.set_exchange_rate('USD', 'CREDIT', 0.000001);
SELECT lad.set_entitlement('voice-agent', true, NULL, NULL, true, 0);

-- attack: prices set by a viewer and by a machine
-- expects: !42501 / !42501
-- as: viewer
SELECT lad.set_price('telephony', 'lad', 'voice', 'minute', 0, 'CREDIT');
SELECT lad.set_exchange_rate('USD', 'CREDIT', 0.000001);

-- attack: prices and rates of everyone set by an owner
-- expects: !42501 / !42501
SELECT lad.set_price('telephony', 'lad', 'voice', 'minute', 0, 'CREDIT', for_everyone => true);
SELECT lad.set_exchange_rate('USD', 'CREDIT', 0.000001, for_everyone => true);

-- attack: prices that pay, and that are no numbers
-- expects: !22023 / !22023 / !22023 / !22023 / !22023
SELECT lad.set_price('telephony', 'lad', 'voice', 'minute', -1, 'CREDIT');
SELECT lad.set_price('telephony', 'lad', 'voice', 'minute', 'NaN', 'CREDIT');
SELECT lad.set_price('telephony', 'lad', 'voice', 'minute', 1, 'CREDIT', metadata => '{"minimum_charge": -5}');
SELECT lad.set_price('telephony', 'lad', 'voice', 'minute', NULL, 'CREDIT', metadata => '{"model": "graduated", "tiers": [{"up_to": null, "unit_price": -1}]}');
SELECT lad.set_exchange_rate('USD', 'CREDIT', -1);

-- attack: an own price for what has been charged already
-- expects: -3.000000 / t / t
SELECT amount FROM lad.charge('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 1}]', 'before the price');
SELECT lad.set_price('telephony', 'lad', 'voice', 'minute', 0, 'CREDIT', '2026-01-01') IS NOT NULL;
SELECT total_cost = 3 FROM lad_data.billing_usage_events WHERE idempotency_key = 'before the price';
ROLLBACK;

-- attack: an overage item of one's own
-- expects: ~^!(22023|LD301)$
SELECT lad.charge('voice-agent', '[{"category": "overage", "provider": "lad", "model": "voice-agent", "unit": "minute", "quantity": 1, "unit_price": -100, "cost": -100}]', 'own overage');

-- attack: quantities with exponents, strings, lists, booleans and keys said twice
-- expects: ~^!22\w{3} / !22\w{3} / !22\w{3} / !22\w{3} / 3\.000000$
SELECT lad.rate_usage('[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": -1e-30}]', now(), 'CREDIT');
SELECT lad.rate_usage('[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": [1]}]', now(), 'CREDIT');
SELECT lad.rate_usage('[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": true}]', now(), 'CREDIT');
SELECT lad.rate_usage('[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 1e400}]', now(), 'CREDIT');
SELECT lad.rate_usage('[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 0, "quantity": 1}]', now(), 'CREDIT') ->> 'total';

-- attack: one item split into many that round to nothing
-- expects: t
SELECT amount <= -0.003 FROM lad.charge('voice-agent', (SELECT jsonb_agg(jsonb_build_object('category', 'telephony', 'provider', 'lad', 'model', 'voice', 'unit', 'minute', 'quantity', 0.000001)) FROM generate_series(1, 1000)), 'crumbs');
ROLLBACK;

-- attack: use recorded for before there were prices, and for later than now
-- expects: ~^!(LD301|22023) / !22023$
SELECT lad.charge('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 1}]', 'long ago', occurred_at => '1999-01-01');
SELECT lad.charge('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 1}]', 'later', occurred_at => now() + interval '1 year');

-- attack: keys of usage that belong to the extension
-- expects: !22023 / !22023 / !22023
SELECT lad.charge('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 0}]', 'call:' || :'own_call');
SELECT lad.charge('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 0}]', 'ai_message:' || :'own_call');
SELECT lad.charge('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 0}]', 'charge_usage_' || :'own_event');

-- attack: keys of the ledger that belong to the extension
-- expects: !22023 / !22023 / !22023 / !22023 / !22023
SELECT lad.debit(:'own_wallet', 0.000001, 'void_usage_' || :'own_event');
SELECT lad.debit(:'own_wallet', 0.000001, 'expire:' || :'own_wallet');
SELECT lad.debit(:'own_wallet', 0.000001, 'migrate_credits:' || :'own_user');
SELECT lad.debit(:'own_wallet', 0.000001, 'counterpart' || chr(58) || 'x');
SELECT lad.debit(:'own_wallet', 0.000001, 'stripe_cs_1');

-- attack: a payment's key taken before the payment comes
-- expects: ~^!(22023|42501) / !42501$
-- as: member
SELECT lad.reserve(:'own_wallet', 0.000001, 'stripe_cs_1', interval '1 minute');
SELECT lad.topup_package(:'own_wallet', 'starter', 'cs_1');

-- attack: charges voided by a member
-- expects: !42501
-- as: member
SELECT lad.void_usage(:'own_event', 'please');

-- attack: foreign usage voided
-- expects: !P0002
SELECT lad.void_usage(:'canary_event', 'please');

-- attack: a charge voided twice for twice the money
-- expects: -3.000000 / t / t / 0.000000
SELECT amount FROM lad.charge('voice-agent', '[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 1}]', 'twice back');
SELECT lad.void_usage(id, 'once') IS NOT NULL FROM lad_data.billing_usage_events WHERE idempotency_key = 'twice back';
SELECT lad.void_usage(id, 'again') IS NOT NULL FROM lad_data.billing_usage_events WHERE idempotency_key = 'twice back';
SELECT sum(l.amount) FROM lad_data.billing_ledger_transactions AS l WHERE l.created_at >= now();
ROLLBACK;

-- attack: what is internal, called by hand
-- expects: !42501 / !42501 / !42501 / !42501 / !42501 / !42501 / !42501 / !42501
SELECT lad.debit_usage(:'own_wallet', 0.000001, :'own_event');
SELECT * FROM lad.debit_usages(ARRAY[:'own_wallet']::uuid[], ARRAY[0.000001], ARRAY[:'own_event']::uuid[]);
SELECT lad.repeat_usage(:'own_event');
SELECT lad.reverse_usage(:'own_event', :'own_posting', 'please');
SELECT lad.open_balance(:'own_wallet', :'own_user', 1000, '{}');
SELECT * FROM lad.settle_usage(10);
SELECT * FROM lad.expire_credits(10);
SELECT * FROM lad.migrate_credits();

-- attack: credits granted by a member
-- expects: !42501 / !42501 / !42501
-- as: member
SELECT lad.grant_credits(:'own_wallet', 1000, 'grant');
SELECT lad.topup_package(:'own_wallet', 'starter', 'cs_2');
SELECT lad.reverse(:'own_posting', 'please');

-- attack: credits for a foreign wallet, that are none, from the future
-- expects: !LD205 / !22023 / !22023 / !22023
SELECT lad.grant_credits(:'canary_wallet', 1, 'foreign');
SELECT lad.grant_credits(:'own_wallet', -1, 'negative');
SELECT lad.grant_credits(:'own_wallet', 'NaN', 'nan');
SELECT lad.grant_credits(:'own_wallet', 1, 'future', effective_at => now() + interval '1 day');

-- attack: expired credits spent
-- expects: t / t / !LD201
SELECT lad.debit(:'own_wallet', (SELECT available FROM lad.balance(:'own_wallet')), 'empty') IS NOT NULL;
SELECT lad.grant_credits(:'own_wallet', 100, 'brief', expires_at => clock_timestamp() + interval '50 milliseconds') IS NOT NULL;
SELECT FROM pg_sleep(0.06);
SELECT lad.debit(:'own_wallet', 1, 'expired');
ROLLBACK;

-- attack: invoices made, paid and voided by a member
-- expects: !42501 / !42501 / !42501
-- as: member
SELECT lad.generate_invoice('2026-08-01', '2026-09-01', 'CREDIT');
SELECT lad.mark_overdue_invoices();
SELECT lad.archive_ledger(1000000);

-- attack: a foreign invoice
-- expects: !P0002 / !P0002 / !P0002 / !P0002 / !P0002
SELECT lad.finalize_invoice(:'canary_posting');
SELECT lad.pay_invoice(:'canary_posting', :'canary_posting');
SELECT lad.void_invoice(:'canary_posting', 'please');
SELECT lad.invoice_document(:'canary_posting');
SELECT lad.invoice_document(:'canary_posting', 'html');

-- attack: markup in the document of an invoice
-- expects: t / f|t
SELECT lad.finalize_invoice(lad.generate_invoice('2026-08-01', '2026-09-01', 'CREDIT'), details => '{"note": "<script>alert(1)</script>", "issuer": {"name": "<img src=x onerror=alert(1)>", "website": "javascript: alert(1)"}}') LIKE 'INV-%';
SELECT d ~ '<script|<img|href="javascript', d LIKE '%&lt;script&gt;%' FROM lad_data.billing_invoices AS i, lad.invoice_document(i.id, 'html') AS d WHERE i.created_at >= now();
ROLLBACK;

-- attack: an invoice paid with a small topup, with a foreign one, and with nothing
-- expects: t / t / !LD310 / !P0002 / !22004
SELECT lad.finalize_invoice(lad.generate_invoice('2026-08-01', '2026-09-01', 'CREDIT')) LIKE 'INV-%';
SELECT lad.topup(:'own_wallet', 0.000001, 'small') IS NOT NULL;
SELECT lad.pay_invoice(i.id, t.id) FROM lad_data.billing_invoices AS i, lad_data.billing_ledger_transactions AS t WHERE i.created_at >= now() AND t.idempotency_key = 'small';
SELECT lad.pay_invoice(i.id, :'canary_posting') FROM lad_data.billing_invoices AS i WHERE i.created_at >= now();
SELECT lad.pay_invoice(i.id, NULL) FROM lad_data.billing_invoices AS i WHERE i.created_at >= now();
ROLLBACK;

-- attack: an invoice changed after it was made final
-- expects: t / !42501 / !42501
SELECT lad.finalize_invoice(lad.generate_invoice('2026-08-01', '2026-09-01', 'CREDIT')) LIKE 'INV-%';
UPDATE lad_data.billing_invoices SET total = 0, status = 'paid';
DELETE FROM lad_data.billing_invoices;
ROLLBACK;

-- attack: tax rates and business hours of one's own
-- expects: !42501
UPDATE lad_data.tenants SET metadata = metadata || '{"tax_rate": -1, "business_hours": null}' WHERE id = :'own';

-- attack: calls corrected and reconciled by a member
-- expects: !42501 / !42501
-- as: member
SELECT lad.correct_call(:'own_call', 0, 'please');
SELECT * FROM lad.reconcile_calls('2026-01-01', '2027-01-01');

-- attack: a foreign call started over, corrected, listed
-- expects: ~^!P0002 / !P0002 / !(P0002|LD305) / 0$
SELECT lad.correct_call(:'canary_call', 0, 'please');
SELECT lad.start_call('+1', 5550123, 'foreign number', from_number_id => :'canary_number');
SELECT lad.start_call('+1', 5550123, 'foreign lead', lead_id => :'canary_lead');
SELECT count(*) FROM lad.reconcile_calls('-infinity', 'infinity') WHERE call_id = :'canary_call';
ROLLBACK;

-- attack: a call corrected to less than nothing
-- expects: -9.000000 / !22023 / !22004
SELECT amount FROM lad.finish_call(:'own_call', 'ended', 125);
SELECT lad.correct_call(:'own_call', -100, 'please');
SELECT lad.correct_call(:'own_call', NULL, 'please');
ROLLBACK;

-- attack: a call that holds less than nothing
-- expects: !22023 / !22023
SELECT lad.start_call('+1', 5550123, 'negative', estimated_credits => -1);
SELECT lad.start_call('+1', 5550123, 'nan', estimated_credits => 'NaN');

-- attack: a finished call of a few components instead of its minutes
-- expects: ~^(1|0)\|
-- as: member
UPDATE lad_data.voice_call_logs SET status = 'ended', duration_seconds = 600, cost_breakdown = '{"items": [{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 0.000001}]}' WHERE id = :'own_call';
SELECT count(*), sum(l.amount) FROM lad_data.billing_usage_events AS u JOIN lad_data.billing_ledger_transactions AS l ON l.id = u.ledger_transaction_id
WHERE u.idempotency_key LIKE 'call:' || :'own_call' || '%';
ROLLBACK;

-- attack: what everybody costs
-- expects: 0 / t
SELECT count(*) FROM lad.cost_report('-infinity', 'infinity', '{tenant}') WHERE tenant_id = :'canary';
SELECT bool_and(tenant_id = :'own') FROM lad.cost_report('2020-01-01', '2030-01-01', '{tenant,feature}');

-- attack: the future of a foreign wallet
-- expects: !LD205
SELECT * FROM lad.forecast_balance(:'canary_wallet');

-- attack: a foreign conversation
-- expects: ~^(!P0002|nothing|)$
SELECT lad.get_conversation(id) FROM lad_data.ai_conversations WHERE tenant_id = :'canary';

-- attack: a message that used less tokens than none
-- expects: ~^!\w{5}
INSERT INTO lad_data.ai_messages (conversation_id, role, content, tokens_used) SELECT id, 'assistant', 'x', -1000000 FROM lad_data.ai_conversations LIMIT 1;

-- attack: credits in the legacy tables
-- expects: ~^!\w{5} / !\w{5} / !\w{5}$
UPDATE lad_data.user_credits SET balance = 1000000;
INSERT INTO lad_data.credit_transactions (user_id, amount, transaction_type) VALUES (:'own_user', 1000, 'purchase');
DELETE FROM lad_data.credit_transactions;
