-- Errors of keys that tell a foreign row from none. 00000000-0000-4000-8000-000000000000 is nobody's.

-- attack: a note on a foreign lead
-- expects: !23503 / !23503
INSERT INTO lad_data.lead_notes (lead_id, content) VALUES (:'canary_lead', 'mole');
INSERT INTO lad_data.lead_notes (lead_id, content) VALUES ('00000000-0000-4000-8000-000000000000', 'mole');

-- attack: a note on a foreign lead in its tenant
-- expects: !42501 / !42501
INSERT INTO lad_data.lead_notes (tenant_id, lead_id, content) VALUES (:'canary', :'canary_lead', 'mole');
INSERT INTO lad_data.lead_notes (tenant_id, lead_id, content) VALUES (:'canary', '00000000-0000-4000-8000-000000000000', 'mole');

-- attack: a lead for another tenant, for none
-- expects: !42501 / ~/ !42501
-- under direct: ~^!42501 / !\w{5}$
-- under pool: ~^!42501 / !\w{5}$
-- under prepared: ~^!42501 / !\w{5}$
-- under parallel: ~^!42501 / !\w{5}$
INSERT INTO lad_data.leads (tenant_id, first_name) VALUES (:'canary', 'mole');
INSERT INTO lad_data.leads (tenant_id, first_name) VALUES (NULL, 'mole');

-- attack: the identifier of a foreign lead, taken again
-- expects: t / t
INSERT INTO lad_data.leads (id, first_name) VALUES (:'canary_lead', 'same') RETURNING tenant_id = :'own';
INSERT INTO lad_data.leads (id, first_name) VALUES ('00000000-0000-4000-8000-000000000000', 'same') RETURNING tenant_id = :'own';
ROLLBACK;

-- attack: ON CONFLICT on a foreign identifier
-- expects: same / same
INSERT INTO lad_data.leads (id, first_name) VALUES (:'canary_lead', 'same') ON CONFLICT DO NOTHING RETURNING first_name;
ROLLBACK;
BEGIN;
SELECT lad.authenticate(:'own_token') \g /dev/null
INSERT INTO lad_data.leads (id, first_name) VALUES (:'canary_lead', 'same')
    ON CONFLICT (tenant_id, id) DO UPDATE SET first_name = lad_data.leads.email RETURNING first_name;
ROLLBACK;

-- attack: ON CONFLICT in the rows of the canary
-- expects: !42501
INSERT INTO lad_data.leads (id, tenant_id, first_name) VALUES (:'canary_lead', :'canary', 'same')
    ON CONFLICT (tenant_id, id) DO UPDATE SET first_name = 'mole' RETURNING *;

-- attack: moving one's own row to the canary
-- expects: ~^!\w{5} / ownlead$
UPDATE lad_data.leads SET tenant_id = :'canary' WHERE id = :'own_lead';
SELECT first_name FROM lad_data.leads WHERE id = :'own_lead';

-- attack: moving a foreign row to oneself
-- expects: 0 / 0
WITH moved AS (UPDATE lad_data.leads SET tenant_id = :'own' WHERE id = :'canary_lead' RETURNING 1) SELECT count(*) FROM moved;
WITH gone AS (DELETE FROM lad_data.leads WHERE tenant_id = :'canary' RETURNING *) SELECT count(*) FROM gone;

-- attack: UPDATE FROM and DELETE USING foreign rows
-- expects: nothing
UPDATE lad_data.leads AS mine SET notes = theirs.email FROM lad_data.leads AS theirs WHERE mine.id = :'own_lead' AND theirs.id = :'canary_lead' RETURNING mine.notes;
DELETE FROM lad_data.leads AS mine USING lad_data.leads AS theirs WHERE theirs.tenant_id = :'canary' AND mine.id = :'own_lead' RETURNING theirs.*;

-- attack: MERGE into foreign rows
-- expects: 0
MERGE INTO lad_data.leads AS l USING (VALUES (:'canary_lead'::uuid)) AS v (id) ON l.id = v.id
    WHEN MATCHED THEN UPDATE SET first_name = 'mole' WHEN NOT MATCHED THEN DO NOTHING;
SELECT count(*) FROM lad_data.leads WHERE first_name = 'mole';

-- attack: MERGE that inserts for the canary
-- expects: !42501
MERGE INTO lad_data.leads AS l USING (VALUES (:'canary'::uuid)) AS v (tenant) ON l.tenant_id = v.tenant AND l.first_name = 'none'
    WHEN NOT MATCHED THEN INSERT (tenant_id, first_name) VALUES (v.tenant, 'mole');

-- attack: a foreign person as the assignee
-- expects: !23503 / !23503
UPDATE lad_data.leads SET assigned_user_id = :'canary_user' WHERE id = :'own_lead';
UPDATE lad_data.leads SET assigned_user_id = '00000000-0000-4000-8000-000000000000' WHERE id = :'own_lead';

-- attack: a foreign campaign, agent, number, voice and batch
-- expects: !23503 / !23503 / !23503 / !23503 / !23503
INSERT INTO lad_data.campaign_leads (campaign_id, lead_id) VALUES (:'canary_campaign', :'own_lead');
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number, campaign_id) VALUES ('+1', 1, :'canary_campaign');
INSERT INTO lad_data.voice_call_logs (to_country_code, to_base_number, from_number_id) VALUES ('+1', 1, :'canary_number');
INSERT INTO lad_data.voice_call_batches (voice_id) VALUES (:'canary_voice');
INSERT INTO lad_data.voice_call_batch_entries (batch_id) VALUES (:'canary_batch');

-- attack: a foreign call, which no foreign key guards
-- expects: !23503 / !23503
INSERT INTO lad_data.voice_call_analysis (call_log_id) VALUES (:'canary_call');
INSERT INTO lad_data.voice_call_analysis (call_log_id) VALUES ('00000000-0000-4000-8000-000000000000');

-- attack: keys checked at the end only
-- expects: !23503
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO lad_data.lead_notes (lead_id, content) VALUES (:'canary_lead', 'mole');

-- attack: a foreign key of one's own that refers to everybody's rows
-- expects: !42501 / !42501
-- without context: !42501 / !42501
CREATE TABLE playground.probe (tenant uuid, lead uuid, FOREIGN KEY (tenant, lead) REFERENCES lad_data.leads (tenant_id, id));
CREATE TABLE playground.probe (tenant uuid REFERENCES lad_data.tenants (id));

-- attack: words that only the canary has defined
-- expects: !23514 / !23514
UPDATE lad_data.leads SET stage = (SELECT 'zq7canary-0-26') WHERE id = :'own_lead';
UPDATE lad_data.leads SET status = 'zq7canary-0-26' WHERE id = :'own_lead';

-- attack: the other name of the tenant
-- expects: ~^!\w{5} / t$
INSERT INTO lad_data.ai_keyword_expansions (tenant_id, organization_id, original_keyword) VALUES (:'own', :'canary', 'zq7canary-0-26');
SELECT bool_and(organization_id = :'own') FROM lad_data.ai_keyword_expansions WHERE tenant_id = :'own';

-- attack: rows for everybody
-- expects: !42501 / 0 / 0
INSERT INTO lad_data.ai_keyword_expansions (tenant_id, organization_id, original_keyword) VALUES (NULL, NULL, 'poison');
WITH c AS (UPDATE lad_data.ai_keyword_expansions SET expanded_keywords = '["poison"]' WHERE tenant_id IS NULL RETURNING 1) SELECT count(*) FROM c;
WITH c AS (DELETE FROM lad_data.ai_keyword_expansions WHERE tenant_id IS NULL RETURNING 1) SELECT count(*) FROM c;

-- attack: names that must be unique among tenants and people
-- expects: !42501 / !42501 / !42501 / !42501
INSERT INTO lad_data.tenants (name, slug) VALUES ('zq7canary', 'other');
INSERT INTO lad_data.users (email) VALUES ('zq7canary@example.com');
INSERT INTO lad_data.user_identities (user_id, provider, provider_user_id) VALUES (:'own_user', 'google', 'x');
UPDATE lad_data.tenants SET slug = 'zq7canary' WHERE id = :'own';

-- attack: unique keys of the canary, used by oneself
-- expects: zq7canary-0-26 / t
-- without context: !LD001 / !LD001
INSERT INTO lad_data.lead_stages (key, label, display_order) VALUES ('zq7canary-0-26', 'same', 99) RETURNING key;
INSERT INTO lad_data.ai_keyword_expansions (original_keyword, expanded_keywords) VALUES ('zq7canary-0-26', '[]') RETURNING tenant_id = :'own';
ROLLBACK;

-- attack: an invitation to an address that is known elsewhere
-- expects: t / t
SELECT length(lad.invite('zq7canary@example.com')) > 20;
SELECT length(lad.invite('nobody@example.com')) > 20;
ROLLBACK;

-- attack: a person from elsewhere as a member
-- expects: !P0002 / !P0002 / !42501
SELECT lad.set_member(:'canary_user', 'member');
SELECT lad.set_member('00000000-0000-4000-8000-000000000000', 'member');
INSERT INTO lad_data.memberships (user_id) VALUES (:'canary_user');

-- attack: soft delete, restore and merge of foreign rows
-- expects: !P0002 / !P0002 / !P0002 / !P0002
SELECT lad.soft_delete('lad_data.leads', :'canary_lead'::uuid);
SELECT lad.soft_delete('lad_data.leads', '00000000-0000-4000-8000-000000000000'::uuid);
SELECT lad.restore('lad_data.leads', :'canary_lead'::uuid);
SELECT lad.merge_jsonb('lad_data.leads', :'canary_lead'::uuid, 'custom_fields', '{"mole": 1}');

-- attack: steps of a foreign campaign put in order
-- expects: !P0002 / !P0002
SELECT lad.reorder_campaign_steps(:'canary_campaign', '{}');
SELECT lad.reorder_campaign_steps('00000000-0000-4000-8000-000000000000', '{}');

-- attack: rows locked by another, or not there
-- expects: nothing
SELECT * FROM lad_data.leads WHERE id = :'canary_lead' FOR UPDATE NOWAIT;
SELECT * FROM lad_data.leads WHERE tenant_id = :'canary' FOR KEY SHARE SKIP LOCKED;
