-- Acme tries to reach Globex, and to spend what it has not. Variables: token (of Acme).
BEGIN;
SELECT lad.authenticate(:'token') \g /dev/null
\pset footer off
SELECT count(*) AS "calls of globex that acme sees" FROM lad_data.voice_call_logs
WHERE tenant_id = md5('tenant globex')::uuid;
WITH written AS (UPDATE lad_data.leads SET notes = 'stolen'
                 WHERE tenant_id = md5('tenant globex')::uuid RETURNING 1)
SELECT count(*) AS "leads of globex that acme changed" FROM written;
\echo Acme inserts a lead for Globex:
SAVEPOINT s;
INSERT INTO lad_data.leads (tenant_id, first_name) VALUES (md5('tenant globex')::uuid, 'Mole');
ROLLBACK TO s;
\echo Acme moves a lead of its own to Globex:
UPDATE lad_data.leads SET tenant_id = md5('tenant globex')::uuid
WHERE id = md5('acme lead 1')::uuid;
ROLLBACK TO s;
\echo Acme presents a forged token in the same transaction:
SELECT lad.authenticate('v1.k1.AAAA.AAAA');
ROLLBACK TO s;
\echo Acme debits more than it has:
SELECT lad.debit(id, 1000000, 'too much') FROM lad_data.billing_wallets;
ROLLBACK TO s;
\echo Acme edits the ledger:
UPDATE lad_data.billing_ledger_transactions SET amount = 1;
ROLLBACK TO s;
COMMIT;
\echo Acme forgets to authenticate:
SELECT count(*) FROM lad_data.leads;
