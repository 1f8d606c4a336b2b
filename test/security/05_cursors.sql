-- Cursors outlive statements: what do they see, and how long?

-- attack: a cursor that outlives its transaction
-- expects: !42501 / !34000
-- without context: !42501 / !34000
DECLARE held CURSOR WITH HOLD FOR SELECT * FROM lad_data.leads;
COMMIT;
FETCH ALL FROM held;

-- attack: such a cursor from inside a function
-- expects: !42501
-- without context: !42501
DO $$ BEGIN EXECUTE 'DECLARE held CURSOR WITH HOLD FOR SELECT * FROM lad_data.leads'; END $$;

-- attack: the cursor that the canary left open
-- expects: !34000 / !34000
-- without context: !34000 / !34000
FETCH ALL FROM theirs;
MOVE ALL IN theirs;

-- attack: an ordinary cursor over everybody's rows
-- expects: ownlead
DECLARE mine CURSOR FOR SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');
FETCH ALL FROM mine;

-- attack: a scrolling cursor, back and forth
-- expects: ownlead / ownlead
DECLARE mine SCROLL CURSOR FOR SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead') ORDER BY id;
FETCH LAST FROM mine;
FETCH ABSOLUTE 1 FROM mine;
FETCH ABSOLUTE 2 FROM mine;

-- attack: a cursor fetched from after the context was dropped
-- expects: !LD001
DECLARE mine NO SCROLL CURSOR FOR SELECT first_name FROM lad_data.leads WHERE id = :'canary_lead' OR notes > '';
SET LOCAL lad.token = '';
FETCH ALL FROM mine;

-- attack: a cursor declared before the context
-- expects: !LD001 / !34000
COMMIT;
BEGIN;
DECLARE mine CURSOR FOR SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');
SELECT lad.authenticate(:'own_token') \g /dev/null
FETCH ALL FROM mine;
COMMIT;

-- attack: a cursor over a savepoint that brings another context
-- expects: ownlead / !LD004 / nothing more
-- without context: ~^(!\w{5} / )+nothing more$
DECLARE mine CURSOR FOR SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');
FETCH 1 FROM mine;
SAVEPOINT s;
SELECT lad.authenticate(:'canary_token');
ROLLBACK TO s;
FETCH ALL FROM mine;
SELECT 'nothing more';

-- attack: a position in a foreign row
-- expects: !24000 / ownlead
DECLARE mine CURSOR FOR SELECT first_name FROM lad_data.leads WHERE id = :'canary_lead' FOR UPDATE;
FETCH 1 FROM mine;
UPDATE lad_data.leads SET first_name = 'mole' WHERE CURRENT OF mine;
SELECT first_name FROM lad_data.leads WHERE id = :'own_lead';

-- attack: a cursor handed out by a function
-- expects: mine / ownlead
CREATE FUNCTION pg_temp.give() RETURNS refcursor LANGUAGE plpgsql AS $$
DECLARE mine refcursor := 'mine';
BEGIN OPEN mine FOR SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead'); RETURN mine; END $$;
SELECT pg_temp.give();
FETCH ALL FROM mine;
ROLLBACK;

-- attack: a cursor as XML
-- expects: t|f
DECLARE mine CURSOR FOR SELECT first_name, email, notes FROM lad_data.leads;
SELECT xml LIKE '%ownlead%', xml LIKE '%zq7%' FROM (SELECT cursor_to_xml('mine', 1000, true, true, '')::text) AS x (xml);

-- attack: a loop that notes what it sees
-- expects: nothing
DO $$
DECLARE l record;
BEGIN
    FOR l IN SELECT * FROM lad_data.leads LOOP RAISE NOTICE '%', l; END LOOP;
    FOR l IN SELECT * FROM lad_data.leads WHERE tenant_id <> :'own' LOOP RAISE 'found'; END LOOP;
END $$;

-- attack: the list of cursors
-- expects: ~^\d+$
-- without context: ~^\d+$
SELECT count(*) FROM pg_cursors WHERE statement LIKE '%leads%' AND is_holdable;

-- attack: a cursor kept over the end of the transaction that declared it
-- expects: ownlead / !34000
DECLARE mine CURSOR FOR SELECT first_name FROM lad_data.leads WHERE id IN (:'own_lead', :'canary_lead');
FETCH ALL FROM mine;
COMMIT;
BEGIN;
FETCH BACKWARD ALL FROM mine;
