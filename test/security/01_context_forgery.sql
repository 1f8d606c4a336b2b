-- A context that no valid token of this transaction backs.

-- attack: a made-up token
-- expects: !LD002 / ownlead
SET LOCAL lad.token = 'canary';
SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');

-- attack: set_config instead of SET
-- expects: !LD002 / ownlead
SELECT set_config('lad.token', 'canary', true);
SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');

-- attack: an update of pg_settings
-- expects: !LD002 / ownlead
UPDATE pg_settings SET setting = 'canary' WHERE name = 'lad.token';
SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');

-- attack: the private form that workers accept
-- expects: !LD002 / !LD002 / ownlead
SELECT set_config('lad.token', E'\x01' || repeat('00', 24) || replace(:'canary', '-', '') || repeat('00', 9), true);
SELECT set_config('lad.token', E'\x01' || repeat('00', 49), false);
SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');

-- attack: settings that look like a context
-- expects: ~^(!\w{5} / )+ownlead$
SET LOCAL lad.tenant_id = :'canary';
SET LOCAL lad.current_tenant_id = :'canary';
SELECT set_config('lad.context', :'canary', true);
SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');

-- attack: a token for all sessions of the role, the database, the system
-- expects: !42501 / !42501 / !25001
-- without context: !42501 / !42501 / !25001
ALTER ROLE app SET lad.token = :'canary_token';
ALTER DATABASE security SET lad.token = :'canary_token';
ALTER SYSTEM SET lad.token = :'canary_token';

-- attack: a function that carries a token
-- expects: ~^!\w{5} / !\w{5}$
CREATE FUNCTION pg_temp.carry() RETURNS bigint LANGUAGE sql SET lad.token = 'canary' AS 'SELECT count(*) FROM lad_data.leads';
SELECT pg_temp.carry();

-- attack: a function that keeps the context it was made in
-- expects: ~^!\w{5} / 0$
-- without context: 1
CREATE FUNCTION playground.kept() RETURNS bigint LANGUAGE sql SET lad.token FROM CURRENT AS 'SELECT count(*) FROM lad_data.leads';
SELECT count(*) FROM pg_proc WHERE array_to_string(proconfig, ',') ~ 'lad.token';
ROLLBACK;

-- attack: a second tenant's token in the same transaction
-- expects: !LD004 / nothing new
SELECT lad.authenticate(:'canary_token');
SELECT coalesce((SELECT 'seen' FROM lad_data.leads WHERE id = :'canary_lead'), 'nothing new');

-- attack: a second tenant's token after rolling back to before the first
-- expects: ~^!LD001 / (!LD004 / !LD001|!LD004 / !LD001)$
COMMIT;
BEGIN;
SAVEPOINT before_it;
SELECT lad.authenticate(:'own_token');
ROLLBACK TO before_it;
SELECT count(*) FROM lad_data.leads;
SELECT lad.authenticate(:'canary_token');
SELECT count(*) FROM lad_data.leads;

-- attack: a second tenant's token by SET
-- expects: !LD004 / ownlead
SET LOCAL lad.token = :'canary_token';
SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');

-- attack: another person of the same tenant
-- expects: !LD004 / t
SELECT lad.authenticate(:'member_token');
SELECT lad.current_user_id() = :'own_user';

-- attack: an expired token of the canary
-- expects: !LD003 / !LD001
COMMIT;
BEGIN;
SELECT lad.authenticate(:'expired_canary_token');
SELECT count(*) FROM lad_data.leads;

-- attack: the canary's payload under one's own signature
-- expects: !LD002 / !LD001
COMMIT;
BEGIN;
SELECT lad.authenticate(split_part(:'canary_token', '.', 1) || '.' || split_part(:'canary_token', '.', 2) || '.'
    || split_part(:'canary_token', '.', 3) || '.' || split_part(:'own_token', '.', 4));
SELECT count(*) FROM lad_data.leads;

-- attack: one's own token with a byte changed, cut, doubled, of another version
-- expects: !LD002 / !LD002 / !LD002 / !LD002
SELECT lad.authenticate(overlay(:'own_token' PLACING 'AAAA' FROM 20));
SELECT lad.authenticate(left(:'own_token', -1));
SELECT lad.authenticate(:'own_token' || '.' || :'own_token');
SELECT lad.authenticate('v2' || substr(:'own_token', 3));

-- attack: no token at all
-- expects: !LD002 / !LD002 / !LD001
COMMIT;
BEGIN;
SELECT lad.authenticate(NULL);
SELECT lad.authenticate('');
SELECT count(*) FROM lad_data.leads;

-- attack: the transaction before
-- expects: ownlead / !LD001 / !LD001
SELECT first_name FROM lad_data.leads WHERE id = :'own_lead';
COMMIT;
SELECT count(*) FROM lad_data.leads;
BEGIN;
SELECT count(*) FROM lad_data.leads;

-- attack: a token set for the session
-- expects: !LD001
COMMIT;
SET SESSION lad.token = :'own_token';
SELECT count(*) FROM lad_data.leads;

-- attack: a context across an inner COMMIT
-- expects: !LD001
COMMIT;
DO $$
BEGIN
    PERFORM lad.authenticate(:'own_token');
    COMMIT;
    PERFORM count(*) FROM lad_data.leads;
END $$;

-- attack: a context kept by a transaction prepared for two-phase commit
-- expects: ~!LD001( / nothing)?$
PREPARE TRANSACTION 'security';
SELECT count(*) FROM lad_data.leads;
ROLLBACK PREPARED 'security';

-- attack: another function in the place of the context
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
CREATE OR REPLACE FUNCTION lad.current_tenant_id() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';
ALTER FUNCTION lad.current_tenant_id() RENAME TO gone;
DROP FUNCTION lad.current_tenant_id() CASCADE;

-- attack: a function of the same name, first in the search path
-- expects: t / ownlead
-- without context: t / !LD001
CREATE FUNCTION playground.current_tenant_id() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT :'canary'::uuid $$;
SET LOCAL search_path = playground, lad, lad_data;
SELECT current_tenant_id() = :'canary';
SELECT first_name FROM leads WHERE id IN (:'own_lead', :'canary_lead');
ROLLBACK;

-- attack: a service's context
-- expects: !42501 / !42501 / ownlead
SELECT lad.authenticate_service(:'canary', 'please');
SELECT lad.authenticate_service();
SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');

-- attack: a token minted by oneself
-- expects: !42501 / !42501
SELECT lad.issue_token(:'canary', :'canary_user');
SELECT lad.tenant_epoch(:'canary');

-- attack: the settings that keep rows closed
-- expects: !42501 / !42501 / !55P02 / ownlead
SET LOCAL lad.require_context = off;
SET LOCAL lad.guard = off;
SET LOCAL lad.key_file = 'stdin';
SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');

-- attack: row_security switched off
-- expects: !42501 / ownlead
SET LOCAL row_security = off;
SELECT first_name FROM lad_data.leads WHERE id = :'canary_lead';
SET LOCAL row_security = on;
SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');

-- attack: reading a token back
-- expects: (set) / (set)|(set)|
-- without context: ||
SHOW lad.token;
SELECT current_setting('lad.token'), setting, reset_val FROM pg_settings WHERE name = 'lad.token';

-- attack: dropping the context to be everybody
-- expects: !LD001 / !LD001
SET LOCAL lad.token = '';
SELECT first_name FROM lad_data.leads;
SELECT lad.current_tenant_id();
