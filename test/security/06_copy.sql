-- COPY: whole tables at once, and files.

-- attack: copying a table
-- expects: ~ownlead
COPY lad_data.leads TO STDOUT;

-- attack: copying a table with all quotes
-- expects: ~"ownlead"
COPY lad_data.leads TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE *);

-- attack: copying the rows of the canary
-- expects: nothing
COPY (SELECT * FROM lad_data.leads WHERE tenant_id = :'canary') TO STDOUT;

-- attack: copying calls by their parent, and the parent alone
-- expects: +1
COPY lad_data.voice_call_logs TO STDOUT;
COPY (SELECT to_country_code FROM lad_data.voice_call_logs WHERE id IN (:'own_call', :'canary_call')) TO STDOUT;

-- attack: copying the books
-- expects: nothing
COPY (SELECT * FROM lad_data.billing_ledger_transactions WHERE tenant_id <> :'own') TO STDOUT;
COPY (SELECT * FROM lad_data.billing_wallets WHERE id = :'canary_wallet') TO STDOUT;

-- attack: copying tenants
-- expects: 1
COPY (SELECT count(*) FROM lad_data.tenants) TO STDOUT;

-- attack: copying people with their passwords
-- expects: !42501 / !42501
COPY lad_data.users TO STDOUT;
COPY (SELECT password_hash FROM lad_data.users) TO STDOUT;

-- attack: copying accounts with their secrets
-- expects: !42501 / !42501 / !42501
COPY lad_data.email_accounts (smtp_password) TO STDOUT;
COPY (SELECT session_cookies FROM lad_data.social_linkedin_accounts) TO STDOUT;
COPY lad_data.user_identities TO STDOUT;

-- attack: copying what a write returns
-- expects: nothing
COPY (DELETE FROM lad_data.leads WHERE id = :'canary_lead' RETURNING *) TO STDOUT;
COPY (UPDATE lad_data.leads SET notes = 'mole' WHERE tenant_id = :'canary' RETURNING *) TO STDOUT;

-- attack: copying rows in for the canary
-- expects: !0A000
COPY lad_data.leads (tenant_id, first_name) FROM STDIN;
\.

-- attack: copying money in
-- expects: !42501 / !42501
COPY lad_data.billing_wallets (tenant_id, user_id, currency) FROM STDIN;
\.
COPY lad_data.billing_ledger_transactions FROM STDIN;
\.

-- attack: rows copied into a table of one's own, with a marker among them
-- expects: 0
-- without context: !LD001 / 0
CREATE TABLE playground.kept (t text);
COPY playground.kept FROM STDIN;
zq7canary
\.
INSERT INTO playground.kept SELECT notes FROM lad_data.leads WHERE tenant_id = :'canary';
SELECT count(*) - 1 FROM playground.kept;
ROLLBACK;

-- attack: a program on the server
-- expects: !42501 / !42501
-- without context: !42501 / !42501
COPY (SELECT 1) TO PROGRAM 'cat';
CREATE TABLE playground.out (t text);
COPY playground.out FROM PROGRAM 'id';
ROLLBACK;

-- attack: files on the server
-- expects: !42501 / !42501
-- without context: !42501 / !42501
COPY (SELECT 1) TO 'stolen';
CREATE TABLE playground.out (t text);
COPY playground.out FROM 'postgresql.conf';
ROLLBACK;

-- attack: COPY inside a function
-- expects: !0A000
-- without context: !0A000
DO $$ BEGIN EXECUTE 'COPY lad_data.leads TO STDOUT'; END $$;

-- attack: COPY with row security off
-- expects: !42501
SET LOCAL row_security = off;
COPY lad_data.leads TO STDOUT;
