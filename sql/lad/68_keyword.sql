-- Keyword expansion: what a search may add to a keyword, and the leads that fit one.

CREATE FUNCTION lad.normalize_keyword(keyword text) RETURNS text
    LANGUAGE c STABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'lad_normalize_keyword';
REVOKE ALL ON FUNCTION lad.normalize_keyword(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.normalize_keyword(text) TO lad_app, lad_service, lad_owner;
COMMENT ON FUNCTION lad.normalize_keyword(text) IS
    'The form in which keywords are compared: "V.P. of Sales", "vice-president, sales" and "VP Sales" are one; C++, C#, R&D, B2B and .NET keep their signs. Empty when there are no words. LD401 more than 255 characters, or control characters; 22004 NULL.';

CREATE FUNCTION lad.expand_keyword(keyword text, context text DEFAULT 'general',
        max_terms int DEFAULT 10)
    RETURNS TABLE (term text, score real, relation text, source text, path text)
    LANGUAGE c STABLE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_expand_keyword';
REVOKE ALL ON FUNCTION lad.expand_keyword(text, text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.expand_keyword(text, text, int) TO lad_app, lad_service, lad_owner;
COMMENT ON FUNCTION lad.expand_keyword(text, text, int) IS
    'The best terms to search for beside the keyword, best first: how sure (0 to 1), what the term is to the keyword, who says so, and how it was found. Context: general, title, industry or technology. No rows when unsure. With a tenant context the tenant''s own terms count too; works without one. LD401 unknown context, more than 255 characters, or control characters; 22023 max_terms not 1 to 100; 22004 NULL; LD403 a loaded lexicon is damaged.';

CREATE FUNCTION lad.expand_keywords(keywords text[], context text DEFAULT 'general',
        max_terms int DEFAULT 10)
    RETURNS TABLE (keyword text, term text, score real, relation text, source text, path text)
    LANGUAGE c STABLE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_expand_keywords';
REVOKE ALL ON FUNCTION lad.expand_keywords(text[], text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.expand_keywords(text[], text, int) TO lad_app, lad_service, lad_owner;
COMMENT ON FUNCTION lad.expand_keywords(text[], text, int) IS
    'lad.expand_keyword of each keyword in turn, at most max_terms for each, all from one version of the lexicons. One keyword that is refused (LD401, the message names its place) refuses all.';

CREATE FUNCTION lad.keyword_tsquery(keyword text, context text DEFAULT 'general')
    RETURNS tsquery
    LANGUAGE c STABLE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_keyword_tsquery';
REVOKE ALL ON FUNCTION lad.keyword_tsquery(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.keyword_tsquery(text, text) TO lad_app, lad_service, lad_owner;
COMMENT ON FUNCTION lad.keyword_tsquery(text, text) IS
    'The keyword as a phrase, or any of its expansions (29 at most) as phrases, for the text search configuration english, such as leads.search_words. A term that the search cannot tell from others, because it drops a word (IT) or a sign (C++), is left out; lad.match_leads finds those too. Empty when nothing is left. Errors of lad.expand_keyword.';

CREATE FUNCTION lad.match_leads(keyword text, context text DEFAULT 'general',
        max_rows int DEFAULT 100)
    RETURNS TABLE (lead_id uuid, score real, matched_term text)
    LANGUAGE c STABLE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_match_leads';
REVOKE ALL ON FUNCTION lad.match_leads(text, text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.match_leads(text, text, int) TO lad_app, lad_service, lad_owner;
COMMENT ON FUNCTION lad.match_leads(text, text, int) IS
    'The tenant''s live leads that the keyword or one of its expansions fits, best first, each with the term that fits best. The score is the term''s, whole when it stands in the title, 0.8 of it in company name or tags, half in the notes. Uses the full-text index under row-level security. LD001 no tenant, 22023 max_rows not 1 to 10000, errors of lad.expand_keyword.';

CREATE FUNCTION lad.add_term(term text, expansions text[], relation text DEFAULT 'synonym',
        context text DEFAULT 'general', weight real DEFAULT 1)
    RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_add_term';
REVOKE ALL ON FUNCTION lad.add_term(text, text[], text, text, real) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.add_term(text, text[], text, text, real) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.add_term(text, text[], text, text, real) IS
    'Adds expansions to a keyword for the current tenant alone (table keyword_terms, where rows can be deleted); a known one gets the new relation and weight. Returns how many were kept. LD001 no tenant, LD401 a text without words, one that is the term itself, or an unknown context, 22023 unknown relation, weight not 0.001 to 1, no expansion or more than 100, 42501 a viewer, 22004 NULL.';

CREATE FUNCTION lad.load_lexicon(name text, format text, path text)
    RETURNS TABLE (lexicon text, version int, entries bigint, rejected bigint, reasons jsonb,
        terms int, edges int, bytes bigint, sha256 text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_load_lexicon';
REVOKE ALL ON FUNCTION lad.load_lexicon(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.load_lexicon(text, text, text) TO lad_owner;
COMMENT ON FUNCTION lad.load_lexicon(text, text, text) IS
    'Loads a vocabulary for all tenants from files of the server, in the place of what was loaded under that name; every session uses it as soon as the transaction commits. Formats: onet, wordnet (folders), naics, esco, synonyms (as Solr has them), tsv (term, expansion, relation, weight, context), binary (the file of another server''s lexicon). Lines that cannot be read are counted and the first hundred listed. Superusers, and members of lad_owner that are members of pg_read_server_files. LD403 nothing usable, or a truncated or damaged binary file: what was loaded before stays; 22023 unknown format, bad name, no such file; 55000 no lad tables; 22004 NULL.';

CREATE FUNCTION lad.load_lexicon_rows(name text, entries jsonb)
    RETURNS TABLE (lexicon text, version int, entries bigint, rejected bigint, reasons jsonb,
        terms int, edges int, bytes bigint, sha256 text)
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_load_lexicon_rows';
REVOKE ALL ON FUNCTION lad.load_lexicon_rows(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.load_lexicon_rows(text, jsonb) TO lad_owner;
COMMENT ON FUNCTION lad.load_lexicon_rows(text, jsonb) IS
    'lad.load_lexicon of an array of {"term", "expansion", "relation", "weight", "context"} (the last three may be missing: synonym, 1, general), for servers without access to files. Superusers and members of lad_owner. LD403 an entry that is not like that (the message names its place), or none that is usable; 22023 no array, more than 4 MB, or a bad name; 22004 NULL.';

CREATE FUNCTION lad.lexicons()
    RETURNS TABLE (name text, format text, version int, terms int, edges int, bytes bigint,
        file text, sha256 text, loaded_at timestamptz, active boolean)
    LANGUAGE c STABLE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_lexicons';
REVOKE ALL ON FUNCTION lad.lexicons() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.lexicons() TO lad_app, lad_service, lad_owner;
COMMENT ON FUNCTION lad.lexicons() IS
    'The lexicons that expansions use: the shipped one, b2b (loaded_at NULL), and the loaded ones. file lies below the data directory and is shared by all sessions; NULL where it could not be written, and each session keeps a copy.';

CREATE FUNCTION lad.drop_lexicon(name text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    AS 'MODULE_PATHNAME', 'lad_drop_lexicon';
REVOKE ALL ON FUNCTION lad.drop_lexicon(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.drop_lexicon(text) TO lad_owner;
COMMENT ON FUNCTION lad.drop_lexicon(text) IS
    'Drops a loaded lexicon; sessions stop using it when the transaction commits. One loaded under the name of the shipped one gives way to it again. Superusers and members of lad_owner. P0002 no such lexicon, 22023 the shipped one or a bad name, 22004 NULL.';
