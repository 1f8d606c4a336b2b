-- The cache of what a language model makes of a keyword: one caller asks the model, everybody else
-- reads or waits.

CREATE FUNCTION lad.acquire_expansion(
    keyword        text,
    context        text DEFAULT 'general',
    prompt_version text DEFAULT '',
    lease          interval DEFAULT '30 s',
    OUT status      text,
    OUT terms       jsonb,
    OUT claim       uuid,
    OUT retry_after interval,
    OUT source      text
)
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_acquire_expansion';
ALTER FUNCTION lad.acquire_expansion(text, text, text, interval) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.acquire_expansion(text, text, text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.acquire_expansion(text, text, text, interval) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.acquire_expansion(text, text, text, interval) IS
    'The terms that a model found for a keyword, the tenant''s own before those of everyone; or the claim to ask the model. status: hit; claimed: ask the model now, then call lad.fulfil_expansion or lad.fail_expansion with claim (commit before you ask, so that others see the claim); claimed_stale: the same, and terms may be shown meanwhile; stale: terms are old, somebody refreshes them; wait: somebody asks the model, call again after retry_after; negative: the model failed, nobody asks before retry_after. Terms are old when they have expired or come from another prompt_version. Of any number of callers one gets the claim; when its lease (1 second to 1 hour) is over, the next caller does. Waits 0.1 s at most for another transaction. source: tenant or global. LD401 bad keyword or context, LD001 no tenant context, 42501 a viewer would have to claim, 22004, 22023.';

CREATE FUNCTION lad.acquire_expansions(
    keywords       text[],
    context        text DEFAULT 'general',
    prompt_version text DEFAULT '',
    lease          interval DEFAULT '30 s'
) RETURNS TABLE (
    keyword     text,
    status      text,
    terms       jsonb,
    claim       uuid,
    retry_after interval,
    source      text
)
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_acquire_expansions';
ALTER FUNCTION lad.acquire_expansions(text[], text, text, interval) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.acquire_expansions(text[], text, text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.acquire_expansions(text[], text, text, interval) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.acquire_expansions(text[], text, text, interval) IS
    'lad.acquire_expansion for up to 1000 keywords, one row each in their order. Of keywords that mean the same (VP Sales, V.P. of Sales) the first gets the claim, the others wait for it. Claims are made in one order in every session, so that sessions with the same keywords cannot lock each other up. LD401 names the first bad keyword, and nothing is claimed then; otherwise as lad.acquire_expansion.';

CREATE FUNCTION lad.fulfil_expansion(
    claim uuid,
    terms jsonb,
    model text,
    ttl   interval
) RETURNS jsonb
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_fulfil_expansion';
ALTER FUNCTION lad.fulfil_expansion(uuid, jsonb, text, interval) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.fulfil_expansion(uuid, jsonb, text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.fulfil_expansion(uuid, jsonb, text, interval) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.fulfil_expansion(uuid, jsonb, text, interval) IS
    'Stores what the model returned for a claim, as the tenant''s own expansion, and returns the terms that were kept. terms: the model''s output as it is, a JSON array of texts; a text of more than 80 characters or 8 words, with control, direction or zero-width characters, markup or addresses, or one that says the same as an earlier one, is left out and stored with the reason in ai_keyword_expansions.rejected; beyond 32 terms the rest is cut. LD401 nothing usable: the claim stays open. ttl: 1 second to 10 years, a month counting 30 days; afterwards the terms are stale. LD402 the claim''s lease is over, or it was fulfilled or failed, or is another tenant''s; LD001, 22004, 22023.';

CREATE FUNCTION lad.fail_expansion(
    claim       uuid,
    error_class text
) RETURNS interval
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_fail_expansion';
ALTER FUNCTION lad.fail_expansion(uuid, text) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.fail_expansion(uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.fail_expansion(uuid, text) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.fail_expansion(uuid, text) IS
    'Gives a claim back because the model failed. Nobody claims the keyword for this prompt_version before the returned time is over: 10 s after the first failure, then 20 s, 40 s ... an hour at most, until it is fulfilled. error_class: 1 to 50 printable characters, such as timeout, kept in ai_keyword_claims. LD402 as lad.fulfil_expansion; LD001, 22004, 22023.';

CREATE FUNCTION lad.renew_claim(
    claim uuid
) RETURNS timestamptz
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_renew_claim';
ALTER FUNCTION lad.renew_claim(uuid) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.renew_claim(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.renew_claim(uuid) TO lad_app, lad_service;
COMMENT ON FUNCTION lad.renew_claim(uuid) IS
    'Starts the lease of a claim anew, because the model takes its time; returns when it ends. LD402 as lad.fulfil_expansion; LD001, 22004.';

CREATE FUNCTION lad.publish_expansion(
    keyword     text,
    context     text,
    min_tenants int DEFAULT 3,
    ttl         interval DEFAULT '90 days'
) RETURNS jsonb
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_publish_expansion';
ALTER FUNCTION lad.publish_expansion(text, text, int, interval) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.publish_expansion(text, text, int, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.publish_expansion(text, text, int, interval) TO lad_service;
COMMENT ON FUNCTION lad.publish_expansion(text, text, int, interval) IS
    'Makes the terms that at least min_tenants (2 to 1000) tenants have for a keyword the expansion of everyone, and returns them; NULL, and nothing changes, when no term has so many. Looks at the newest 1000 fresh expansions, of the prompt_version that most tenants have, and never stores who contributed or what fewer wrote. For services, else 42501. LD401 bad keyword or context, LD001 no context, 22004, 22023.';

CREATE FUNCTION lad.evict_expansions(
    batch int
) RETURNS int
    LANGUAGE c VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_evict_expansions';
ALTER FUNCTION lad.evict_expansions(int) OWNER TO lad_owner;
REVOKE ALL ON FUNCTION lad.evict_expansions(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.evict_expansions(int) TO lad_service;
COMMENT ON FUNCTION lad.evict_expansions(int) IS
    'Deletes expansions that have been stale for as long as they were fresh, 30 days at most, and claims that nobody will come back to; of the tenant of the context, or of all tenants and of everyone in a context of none. Also writes down how often expansions were used (usage_count, last_used_at), which is counted in memory until then. Returns how many rows went; call it in transactions of their own until that is less than batch (1 to 10000). Skips what others have locked. For services, else 42501. LD001 no context, 22004, 22023.';

CREATE FUNCTION lad.normalize_expansion() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, lad, pg_temp
    AS 'MODULE_PATHNAME', 'lad_normalize_expansion';
REVOKE ALL ON FUNCTION lad.normalize_expansion() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lad.normalize_expansion() TO lad_owner;
COMMENT ON FUNCTION lad.normalize_expansion() IS
    'Trigger of ai_keyword_expansions: fills normalized_keyword where the application writes original_keyword alone, so that lad.acquire_expansion finds such rows.';
