-- Functions, operators and types of the attacker's in the place of the built-in ones, and functions
-- that tell what the planner or the executor shows them.

-- attack: a cheap function that tells
-- expects: t
CREATE FUNCTION pg_temp.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$;
SELECT count(*) > 5 FROM lad_data.leads WHERE pg_temp.tell(email || coalesce(notes, ''));
ROLLBACK;

-- attack: a cheap function that raises at what it seeks
-- expects: 0
CREATE FUNCTION pg_temp.seek(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN IF $1 LIKE 'zq7%' THEN RAISE 'found %', $1; END IF; RETURN false; END $$;
SELECT count(*) FROM lad_data.leads WHERE pg_temp.seek(first_name);
ROLLBACK;

-- attack: a function said to be leakproof
-- expects: !42501 / !42501
-- without context: !42501 / !42501
CREATE FUNCTION playground.tell(text) RETURNS boolean LANGUAGE plpgsql LEAKPROOF AS $$ BEGIN RETURN true; END $$;
ALTER FUNCTION lad.text_ilike(text, text) COST 1;

-- attack: a function made leakproof afterwards
-- expects: !42501
-- without context: !42501
CREATE FUNCTION playground.tell(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN true; END $$;
ALTER FUNCTION playground.tell(text) LEAKPROOF;
ROLLBACK;

-- attack: equality redefined for queries of one's own
-- expects: t
CREATE FUNCTION playground.same(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '% %', $1, $2; RETURN true; END $$;
CREATE OPERATOR playground.= (LEFTARG = text, RIGHTARG = text, FUNCTION = playground.same);
SET LOCAL search_path = playground, pg_catalog;
SELECT count(*) > 5 FROM lad_data.leads WHERE email::text OPERATOR(playground.=) 'x';
ROLLBACK;

-- attack: an operator that the planner tries on common values
-- expects: t
CREATE FUNCTION playground.same(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '% %', $1, $2; RETURN true; END $$;
CREATE OPERATOR playground.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = playground.same, RESTRICT = eqsel, JOIN = eqjoinsel);
SELECT count(*) > 5 FROM lad_data.leads WHERE first_name::text OPERATOR(playground.===) 'x' AND stage::text OPERATOR(playground.===) 'x';
ROLLBACK;

-- attack: an operator that the planner tries on the histogram
-- expects: t
CREATE FUNCTION playground.less(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '% %', $1, $2; RETURN true; END $$;
CREATE OPERATOR playground.<<< (LEFTARG = text, RIGHTARG = text, FUNCTION = playground.less, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
SELECT count(*) > 5 FROM lad_data.leads WHERE (email::text OPERATOR(playground.<<<) 'x') AND (company_name::text OPERATOR(playground.<<<) 'x');
ROLLBACK;

-- attack: an operator with a matching estimator over jsonb
-- expects: t
CREATE FUNCTION playground.holds(jsonb, jsonb) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '% %', $1, $2; RETURN true; END $$;
CREATE OPERATOR playground.@@@ (LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = playground.holds, RESTRICT = matchingsel, JOIN = matchingjoinsel);
SELECT count(*) > 5 FROM lad_data.leads WHERE coalesce(tags, '[]') OPERATOR(playground.@@@) '{}';
ROLLBACK;

-- attack: an equality that says yes, in front of functions that run as the owner
-- expects: !LD205 / !LD205
CREATE FUNCTION playground.yes(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR playground.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = playground.yes);
SET LOCAL search_path = playground, pg_catalog;
SELECT * FROM lad.debit(:'canary_wallet', 1, 'hijack');
SELECT * FROM lad.balance(:'canary_wallet');
ROLLBACK;

-- attack: tables and functions of the same names in front of functions that run as the owner
-- expects: !LD205 / t
CREATE TABLE playground.billing_wallets AS SELECT * FROM lad_data.billing_wallets;
CREATE FUNCTION playground.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'as %', current_user; RETURN pg_catalog.now(); END $$;
CREATE FUNCTION playground.current_tenant_id() RETURNS uuid LANGUAGE sql AS $$ SELECT :'canary'::uuid $$;
SET LOCAL search_path = playground, lad, lad_data, pg_catalog;
SELECT * FROM lad.debit(:'canary_wallet', 1, 'hijack');
SELECT (lad.debit(:'own_wallet', 0.000001, 'hijack')).balance_after > 0;
ROLLBACK;

-- attack: arrows over jsonb in front of the pricing of usage
-- expects: !LD301 / t
CREATE FUNCTION playground.cheap(jsonb, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'as %', current_user; RETURN '0'; END $$;
CREATE OPERATOR playground.->> (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = playground.cheap);
SET LOCAL search_path = playground, pg_catalog;
SELECT lad.record_usage('voice-agent', '[{"category": "telephony", "provider": "nobody", "model": "voice", "unit": "minute", "quantity": 1}]', 'hijack 1');
SELECT lad.rate_usage('[{"category": "telephony", "provider": "lad", "model": "voice", "unit": "minute", "quantity": 1}]', now(), 'CREDIT') OPERATOR(pg_catalog.->>) 'total' = '3.000000';
ROLLBACK;

-- attack: a cast in the place of a built-in one
-- expects: !42501
CREATE FUNCTION playground.spy(text) RETURNS uuid LANGUAGE sql AS $$ SELECT :'canary'::uuid $$;
CREATE CAST (text AS uuid) WITH FUNCTION playground.spy(text) AS IMPLICIT;
ROLLBACK;

-- attack: a type whose check tells
-- expects: t
-- under prepared: !42704
CREATE FUNCTION playground.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$;
CREATE DOMAIN playground.told AS text CHECK (playground.tell(VALUE));
SELECT count(email::text::playground.told) > 5 FROM lad_data.leads WHERE (email::text::playground.told) IS NOT NULL;
ROLLBACK;

-- attack: an aggregate, an ordering and a lateral call that tell
-- expects: t / ownlead / t
CREATE FUNCTION playground.add(text, text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'saw %', $2; RETURN coalesce($1, '') || coalesce($2, ''); END $$;
CREATE AGGREGATE playground.everything(text) (SFUNC = playground.add, STYPE = text);
SELECT playground.everything(first_name) LIKE '%ownlead%' FROM lad_data.leads;
SELECT first_name FROM lad_data.leads ORDER BY playground.add(first_name, first_name) = 'ownleadownlead' DESC, 1 LIMIT 1;
SELECT count(*) > 5 FROM lad_data.leads AS l, LATERAL playground.add(l.email, l.phone) AS told;
ROLLBACK;

-- attack: a function of one's own that runs with its owner's rights
-- expects: ownlead
CREATE FUNCTION playground.steal() RETURNS SETOF varchar LANGUAGE sql SECURITY DEFINER AS 'SELECT first_name FROM lad_data.leads';
SELECT steal FROM playground.steal() WHERE steal ~ 'ownlead|zq7';
ROLLBACK;

-- attack: a function said to be immutable around the context
-- expects: ownlead
CREATE FUNCTION playground.tenant() RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT :'canary'::uuid $$;
SELECT first_name FROM lad_data.leads WHERE tenant_id = playground.tenant() OR id = :'own_lead';
ROLLBACK;

-- attack: triggers on tables that others write
-- expects: !42501 / !42501 / !42501
CREATE FUNCTION playground.spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', NEW; RETURN NEW; END $$;
CREATE TRIGGER spy AFTER INSERT ON lad_data.leads FOR EACH ROW EXECUTE FUNCTION playground.spy();
CREATE TRIGGER spy AFTER INSERT ON lad_data.tenants FOR EACH ROW EXECUTE FUNCTION playground.spy();
CREATE EVENT TRIGGER spy ON ddl_command_end EXECUTE FUNCTION playground.spy();
ROLLBACK;

-- attack: a planner support function
-- expects: !42501
-- without context: !42501
CREATE FUNCTION playground.seek(text, text) RETURNS boolean LANGUAGE sql SUPPORT lad.search_support AS 'SELECT true';

-- attack: an operator class for the tables' indexes
-- expects: !42501
-- without context: !42501
CREATE OPERATOR CLASS playground.spying DEFAULT FOR TYPE uuid USING hash AS OPERATOR 1 =, FUNCTION 1 uuid_hash(uuid);

-- attack: objects in the schemas that functions look in
-- expects: !42501 / !42501 / !42501
-- without context: !42501 / !42501 / !42501
CREATE FUNCTION lad.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz';
CREATE FUNCTION pg_catalog.lad_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz';
CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz';

-- attack: the leakproof searches, asked for what others have
-- expects: 0 / 0 / 0
SELECT count(*) FROM lad_data.leads WHERE lad.text_ilike(email, 'zq7%');
SELECT count(*) FROM lad_data.leads WHERE lad.json_contains(custom_fields, '{}') AND tenant_id = :'canary';
SELECT count(*) FROM lad_data.leads WHERE lad.text_matches(to_tsvector('simple', first_name), to_tsquery('simple', 'zq7canary'));
