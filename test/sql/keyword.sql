-- Keyword expansion through SQL: normalisation, lexicons, a tenant's own terms, queries, leads, rights, refusals.
\set VERBOSITY verbose
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE keyword_app LOGIN IN ROLE lad_app;
CREATE ROLE keyword_loader LOGIN IN ROLE lad_owner;
INSERT INTO lad_data.tenants (id, name, slug, status) VALUES
    ('a0000000-0000-4000-8000-000000000068', 'Keyword A', 'keyword-a', 'active'),
    ('b0000000-0000-4000-8000-000000000068', 'Keyword B', 'keyword-b', 'active');
INSERT INTO lad_data.users (id, email) VALUES ('c1000000-0000-4000-8000-000000000068', 'viewer@keyword.example');
INSERT INTO lad_data.memberships (tenant_id, user_id, role) VALUES
    ('a0000000-0000-4000-8000-000000000068', 'c1000000-0000-4000-8000-000000000068', 'viewer');
\set a '''a0000000-0000-4000-8000-000000000068'''
\set b '''b0000000-0000-4000-8000-000000000068'''
SELECT lad.issue_token(:a) AS a_token, lad.issue_token(:b) AS b_token, lad.issue_token(:a, 'c1000000-0000-4000-8000-000000000068') AS viewer \gset
CREATE FUNCTION public.keyword_attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; code text; detail text;
BEGIN
    EXECUTE statement;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, code = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL;
    RETURN code || ': ' || message || coalesce(' | ' || nullif(detail, ''), '');
END $$;

-- No tenant is needed.
SET SESSION AUTHORIZATION keyword_app;
SELECT keyword, lad.normalize_keyword(keyword) FROM unnest(ARRAY['V.P. of Sales', 'vice-president, sales', 'VP Sales', ' C++ ', 'C#', 'R&D', 'B2B',
    '.NET', 'Ｆｉｎｔｅｃｈ', 'CAFÉ', '', '!!!', '🚀']) AS keyword;
SELECT count(*) = 3 AS three, bool_and(score BETWEEN 0.001 AND 1) AS scored FROM lad.expand_keyword('CTO', 'title', 3);
SELECT term FROM lad.expand_keyword('cto') ORDER BY score DESC LIMIT 1;
SELECT keyword, count(*) > 0 AS found FROM lad.expand_keywords(ARRAY['ceo', 'flurbish grommet', 'cfo', 'ceo'], 'title', 5) GROUP BY keyword ORDER BY 1;
SELECT count(*) FROM lad.expand_keywords('{}');
SELECT keyword, (SELECT count(*) FROM lad.expand_keyword(keyword)) AS terms FROM unnest(ARRAY['', ' ', '...', '🚀💼', '%', repeat('é', 255)]) AS keyword;
SELECT call, public.keyword_attempt(call) FROM (VALUES
    ('SELECT lad.expand_keyword(NULL)'), ('SELECT lad.expand_keyword(''cto'', NULL)'), ('SELECT lad.expand_keyword(''cto'', ''title'', NULL)'),
    ('SELECT lad.expand_keyword(''cto'', ''sports'')'), ('SELECT lad.expand_keyword(''cto'', ''Title'')'),
    ('SELECT lad.expand_keyword(''cto'', ''title'', 0)'), ('SELECT lad.expand_keyword(''cto'', ''title'', 101)'),
    ('SELECT lad.expand_keyword(repeat(''x'', 256))'), ('SELECT lad.expand_keyword(E''a\nb'')'), ('SELECT lad.expand_keyword(E''a\u007fb'')'),
    ('SELECT lad.normalize_keyword(NULL)'), ('SELECT lad.normalize_keyword(repeat(''é'', 256))'),
    ('SELECT lad.expand_keywords(ARRAY[''ceo'', E''a\tb''])'), ('SELECT lad.expand_keywords(ARRAY[''ceo'', repeat(''x'', 256)])'),
    ('SELECT lad.expand_keywords(ARRAY[''ceo'', NULL])'), ('SELECT lad.expand_keywords(NULL)'), ('SELECT lad.expand_keywords(''{{a},{b}}'')'),
    ('SELECT lad.keyword_tsquery(NULL)'), ('SELECT lad.keyword_tsquery(''cto'', ''x'')'),
    ('SELECT lad.match_leads(''cto'')'), ('SELECT lad.add_term(''a'', ''{b}'')'),
    ('SELECT lad.load_lexicon_rows(''x'', ''[]'')'), ('SELECT lad.load_lexicon(''x'', ''tsv'', ''/etc/passwd'')'), ('SELECT lad.drop_lexicon(''b2b'')'),
    ('SELECT * FROM lad_data.keyword_lexicons'), ('SELECT * FROM lad_data.keyword_lexicon_parts')) AS bad (call);
RESET SESSION AUTHORIZATION;

-- Loading: by whom, what, and what stays when it fails.
SELECT call, public.keyword_attempt(call) FROM (VALUES
    ('SELECT lad.load_lexicon_rows(''Bad Name'', ''[]'')'), ('SELECT lad.load_lexicon_rows(NULL, ''[]'')'), ('SELECT lad.load_lexicon_rows(''x'', NULL)'),
    ('SELECT lad.load_lexicon_rows(''x'', ''[]'')'), ('SELECT lad.load_lexicon_rows(''x'', ''{}'')'),
    ('SELECT lad.load_lexicon_rows(''x'', ''[{"term": "a", "expansion": "b"}, {"term": "c"}]'')'),
    ('SELECT lad.load_lexicon_rows(''x'', ''[{"term": "a", "expansion": "b", "relation": "antonym"}]'')'),
    ('SELECT lad.load_lexicon_rows(''x'', ''[{"term": "a", "expansion": "b", "weight": 2}]'')'),
    ('SELECT lad.load_lexicon_rows(''x'', ''[{"term": "!!", "expansion": "b"}]'')'),
    ('SELECT lad.load_lexicon(''x'', ''xml'', ''/nowhere'')'), ('SELECT lad.load_lexicon(''x'', ''tsv'', ''/nowhere'')'),
    ('SELECT lad.load_lexicon(''x'', ''tsv'', ''/dev/zero'')'), ('SELECT lad.load_lexicon(''x'', ''onet'', ''/nowhere'')'),
    ('SELECT lad.load_lexicon(''x'', NULL, ''/nowhere'')'), ('SELECT lad.load_lexicon(''x'', ''tsv'', NULL)'),
    ('SELECT lad.load_lexicon(''x'', ''binary'', ''PG_VERSION'')'),
    ('SELECT lad.drop_lexicon(''x'')'), ('SELECT lad.drop_lexicon(''b2b'')'), ('SELECT lad.drop_lexicon(NULL)')) AS bad (call);
SET SESSION AUTHORIZATION keyword_loader;
SELECT public.keyword_attempt('SELECT lad.load_lexicon(''x'', ''tsv'', ''/etc/passwd'')');
SELECT lexicon, version, entries, rejected, reasons, terms, edges FROM lad.load_lexicon_rows('wine', '[
    {"term": "Cabernet", "expansion": "red wine", "relation": "broader", "weight": 0.5, "context": "industry"},
    {"term": "vino", "expansion": "wine"}, {"term": "vino", "expansion": "Vino!"}]');
SELECT term, score > 0 AS scored, relation, source FROM lad.expand_keyword('cabernet', 'industry');
SELECT count(*) FROM lad.expand_keyword('cabernet', 'title');
SELECT term FROM lad.expand_keyword('vino', 'title');
-- One-way edges stay one-way.
SELECT count(*) FROM lad.expand_keyword('red wine', 'industry');
-- Another content under the name: the next version; a rollback leaves the old one.
SELECT version FROM lad.load_lexicon_rows('wine', '[{"term": "vino", "expansion": "vinho"}]');
SELECT term FROM lad.expand_keyword('vino');
BEGIN;
SELECT version FROM lad.load_lexicon_rows('wine', '[{"term": "vino", "expansion": "weingut"}]');
SELECT term AS inside FROM lad.expand_keyword('vino');
ROLLBACK;
SELECT term AS after FROM lad.expand_keyword('vino');
BEGIN;
SELECT version FROM lad.load_lexicon_rows('wine', '[{"term": "vino", "expansion": "bodega"}]');
PREPARE TRANSACTION 'keyword';
SELECT name, format, version, terms, edges, bytes > 0 AS has_bytes, file ~ '^lad_lexicons/[0-9]+-[0-9a-f]{64}[.]lex$' AS shared,
       length(sha256), loaded_at <= now() AS loaded, active FROM lad.lexicons() WHERE name <> 'b2b';
RESET SESSION AUTHORIZATION;
SELECT (pg_stat_file(file)).size = bytes AS whole, position(sha256 IN file) > 0 AS named FROM lad.lexicons() WHERE name = 'wine';
-- The same bytes are in the table.
SELECT sum(length(content)) = bytes AS same FROM lad_data.keyword_lexicon_parts p JOIN lad_data.keyword_lexicons l ON l.id = p.lexicon_id GROUP BY bytes;
-- In the place of the shipped vocabulary, until it is dropped.
SELECT version FROM lad.load_lexicon_rows('b2b', '[{"term": "cto", "expansion": "chief of trucks"}]');
SELECT term FROM lad.expand_keyword('cto');
SELECT name, format FROM lad.lexicons() ORDER BY name;
SELECT lad.drop_lexicon('b2b');
SELECT count(*) > 1 AS shipped_again FROM lad.expand_keyword('cto');
SELECT lad.drop_lexicon('wine');
SELECT count(*) FROM lad.expand_keyword('vino');
SELECT count(*) AS files_left FROM pg_ls_dir('lad_lexicons') AS f WHERE f LIKE (SELECT oid FROM pg_database WHERE datname = current_database()) || '-%';

-- A file: comments, rejected lines with reasons; nothing usable is refused.
COPY (SELECT line FROM (VALUES (1, '# red and white'), (2, E'merlot\tred grape\tbroader\t0.5\tindustry'), (3, 'no tabs'), (4, E'a\tb\tantonym\t1\tgeneral'),
    (5, E'a\tb\tsynonym\t1.5\tgeneral'), (6, E'a\tb\tsynonym\t1\tsports'), (7, E'Merlot\tMERLOT\tsynonym\t1\tgeneral'), (8, E'riesling\twhite grape\tbroader\t0.5\tgeneral\tnote')) AS l (n, line) ORDER BY n)
    TO PROGRAM 'cat > lad_keyword_test.tsv' (FORMAT csv, DELIMITER '|', QUOTE E'\x02');
SELECT lexicon, entries, rejected, jsonb_path_query_array(reasons, '$[*].line') AS lines, jsonb_path_exists(reasons, '$[*] ? (@.reason == "")') AS unexplained
FROM lad.load_lexicon('grapes', 'tsv', current_setting('data_directory') || '/lad_keyword_test.tsv');
SELECT term FROM lad.expand_keyword('riesling');
COPY (SELECT 'no tabs') TO PROGRAM 'cat > lad_keyword_test.tsv';
SELECT public.keyword_attempt('SELECT lad.load_lexicon(''grapes'', ''tsv'', ''lad_keyword_test.tsv'')');
SELECT term AS the_old_one_stays FROM lad.expand_keyword('riesling');
-- The binary form, whole, cut and changed.
COPY (SELECT 1) TO PROGRAM 'cat lad_lexicons/[0-9]*.lex > lad_keyword_test.tsv';
SELECT entries, terms, rejected FROM lad.load_lexicon('copy', 'binary', 'lad_keyword_test.tsv');
COPY (SELECT 1) TO PROGRAM 'truncate -s -1 lad_keyword_test.tsv';
SELECT left(public.keyword_attempt('SELECT lad.load_lexicon(''copy'', ''binary'', ''lad_keyword_test.tsv'')'), 5);
COPY (SELECT 1) TO PROGRAM 'printf x >> lad_keyword_test.tsv';
SELECT left(public.keyword_attempt('SELECT lad.load_lexicon(''copy'', ''binary'', ''lad_keyword_test.tsv'')'), 5);
SELECT name, version FROM lad.lexicons() WHERE name <> 'b2b';
SELECT lad.drop_lexicon(name) FROM (VALUES ('copy'), ('grapes')) AS l (name);
COPY (SELECT 1) TO PROGRAM 'rm lad_keyword_test.tsv';

-- A tenant's own terms, seen by that tenant alone.
SET SESSION AUTHORIZATION keyword_app;
BEGIN;
SELECT lad.authenticate(:'a_token');
SELECT lad.add_term('Zorblax', ARRAY['Zorb Engine', 'zorb  engine!', 'Zorbing Suite'], 'narrower', 'technology', 0.8);
SELECT lad.add_term('zorblax', '{quux}');
SELECT term, relation, source FROM lad.expand_keyword('ZORBLAX', 'technology') ORDER BY 1;
SELECT term FROM lad.expand_keyword('zorblax', 'title');
-- Again, with another relation and weight: the row is kept.
SELECT lad.add_term('zorblax', '{QUUX}', 'related', weight => 0.25);
SELECT expansion, normalized_expansion, relation, context, weight::real FROM lad_data.keyword_terms ORDER BY 1;
SELECT call, public.keyword_attempt(call) FROM (VALUES
    ('SELECT lad.add_term(NULL, ''{bar}'')'), ('SELECT lad.add_term(''foo'', NULL)'), ('SELECT lad.add_term(''foo'', ''{NULL}'')'), ('SELECT lad.add_term(''foo'', ''{}'')'),
    ('SELECT lad.add_term(''!'', ''{bar}'')'), ('SELECT lad.add_term(''foo'', ''{bar,!}'')'), ('SELECT lad.add_term(''cto'', ''{x,C.T.O.}'')'), ('SELECT lad.add_term(repeat(''x'', 256), ''{bar}'')'),
    ('SELECT lad.add_term(''foo'', ARRAY[repeat(''x'', 256)])'), ('SELECT lad.add_term(''foo'', array_fill(''bar''::text, ARRAY[101]))'),
    ('SELECT lad.add_term(''foo'', ''{bar}'', ''antonym'')'), ('SELECT lad.add_term(''foo'', ''{bar}'', NULL)'), ('SELECT lad.add_term(''foo'', ''{bar}'', ''synonym'', ''sports'')'),
    ('SELECT lad.add_term(''foo'', ''{bar}'', weight => 0)'), ('SELECT lad.add_term(''foo'', ''{bar}'', weight => 1.01)'), ('SELECT lad.add_term(''foo'', ''{bar}'', weight => ''NaN'')'),
    ('SELECT lad.add_term(''foo'', ''{bar}'', weight => NULL)')) AS bad (call);
COMMIT;
SELECT count(*) AS without_a_tenant FROM lad.expand_keyword('zorblax');
BEGIN;
SELECT lad.authenticate(:'b_token');
SELECT count(*) AS other_tenant FROM lad.expand_keyword('zorblax');
ROLLBACK;
BEGIN;
SELECT lad.authenticate(:'viewer');
SELECT count(*) > 0 AS viewers_read FROM lad.expand_keyword('zorblax');
SELECT public.keyword_attempt('SELECT lad.add_term(''foo'', ''{bar}'')');
ROLLBACK;
RESET SESSION AUTHORIZATION;

-- Queries of text search.
SELECT keyword, to_tsvector('english', title) @@ lad.keyword_tsquery(keyword, 'title') AS matches, title FROM (VALUES
    ('VP Sales', 'VP Sales'), ('VP Sales', 'VP of Sales'), ('V.P. of Sales', 'Vice President, Sales'), ('vp sales', 'Vice President of Sales'), ('vp sales', 'Head of Sales'),
    ('vp sales', 'VP of Marketing'), ('vp sales', 'Sales Assistant to the VP'), ('cto', 'Chief Technology Officer'), ('chief technology officer', 'CTO'),
    ('saas founder', 'Foundry worker'), ('IT manager', 'Hotel Manager'), ('IT manager', 'Information Technology Manager')) AS t (keyword, title);
SELECT 'manag:1'::tsvector @@ lad.keyword_tsquery('it manager') AS any_manager, lad.keyword_tsquery('whom which') = '' AS nothing_to_tell, lad.keyword_tsquery('!!!') = '' AS nothing_to_search, numnode(lad.keyword_tsquery('marketing agency')) < 250 AS bounded;

-- Leads.
INSERT INTO lad_data.leads (tenant_id, id, title, company_name, tags, notes, deleted_at) VALUES
    (:a, '10000000-0000-4000-8000-000000000068', 'CTO', 'Acme', '[]', NULL, NULL),
    (:a, '20000000-0000-4000-8000-000000000068', 'Chief Technology Officer', 'Bolt', '[]', NULL, NULL),
    (:a, '30000000-0000-4000-8000-000000000068', 'Assistant', 'The CTO Club', '[]', NULL, NULL),
    (:a, '40000000-0000-4000-8000-000000000068', 'Office Manager', 'Acme', '["reports to CTO"]', NULL, NULL),
    (:a, '50000000-0000-4000-8000-000000000068', 'Buyer', 'Acme', '[]', 'Knows the CTO well.', NULL),
    (:a, '60000000-0000-4000-8000-000000000068', 'CTO', 'Gone', '[]', NULL, now()),
    (:a, '70000000-0000-4000-8000-000000000068', 'C++ Developer', 'Acme', '[]', NULL, NULL),
    (:a, '80000000-0000-4000-8000-000000000068', 'Vitamin C Salesman', 'Acme', '{"c": ["no array"]}', NULL, NULL),
    (:a, '90000000-0000-4000-8000-000000000068', 'IT Manager', 'Acme', NULL, repeat('very long ', 200000), NULL),
    (:b, '10000000-0000-4000-8000-000000000069', 'CTO', 'Theirs', '[]', NULL, NULL);
SET SESSION AUTHORIZATION keyword_app;
BEGIN;
SELECT lad.authenticate(:'a_token');
SELECT left(lead_id::text, 1) AS lead, score, matched_term FROM lad.match_leads('cto', 'title');
SELECT left(lead_id::text, 1) AS lead, matched_term FROM lad.match_leads('CTO', 'title', 1);
SELECT left(lead_id::text, 1) AS lead, matched_term FROM lad.match_leads('c++', 'technology');
SELECT left(lead_id::text, 1) AS lead, matched_term FROM lad.match_leads('IT manager', 'title');
SELECT count(*) AS none FROM lad.match_leads('');
SELECT public.keyword_attempt(format('SELECT lad.match_leads(''cto'', ''title'', %s)', rows)) FROM unnest(ARRAY['0', '10001', 'NULL']) AS rows;
COMMIT;
RESET SESSION AUTHORIZATION;

-- Nothing remains.
DROP FUNCTION public.keyword_attempt(text);
DELETE FROM lad_data.leads WHERE tenant_id IN (:a, :b);
DELETE FROM lad_data.tenants WHERE id IN (:a, :b);
DELETE FROM lad_data.users WHERE email = 'viewer@keyword.example';
DROP ROLE keyword_app, keyword_loader;
